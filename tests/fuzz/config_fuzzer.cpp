// What a configuration file may hold: anything. Each input is read as a key file, as YAML and as
// a label file; only InferError may come of it, with a sentence.
#include <stdlib.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "infer/config.h"
#include "infer/error.h"

namespace {

using namespace thalweg;

/// A folder in memory, removed at the end of the process.
class Folder {
 public:
  Folder() {
    char path[] = "/dev/shm/config_fuzzer.XXXXXX";
    if (!mkdtemp(path)) std::abort();
    path_ = path;
    std::filesystem::create_symlink(text(), yaml());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string text() const { return path_ / "c.txt"; }
  std::string yaml() const { return path_ / "c.yml"; }  ///< the same file

 private:
  std::filesystem::path path_;
};

void read(const std::string& path) {
  try {
    ConfigNotes notes;
    const InferConfig config = load_config(path, notes);
    idle_keys(config);
    std::vector<std::string> warnings;
    model_path(config, warnings);
    check_config(config);
  } catch (const InferError& error) {
    if (std::string(error.what()).empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Folder folder;
  std::ofstream(folder.text(), std::ios::binary)
      .write(reinterpret_cast<const char*>(data), std::streamsize(size));
  read(folder.text());
  read(folder.yaml());
  std::vector<std::string> warnings;
  read_labels(folder.text(), 100, warnings);
  read_layer_labels(folder.text(), 2, warnings);
  return 0;
}
