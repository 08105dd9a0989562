#include "infer/backend.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "infer/error.h"

namespace thalweg {

namespace fs = std::filesystem;

size_t TensorInfo::bytes() const {
  size_t count = type == FLOAT || type == INT32 ? 4 : type == INT64 ? 8 : type == HALF ? 2 : 1;
  for (size_t size : shape) count *= size;
  return count;
}

namespace {

std::string backend_file() {
  constexpr char kName[] = "libthalweg_openvino.so";
  if (const char* folder = std::getenv("THALWEG_BACKEND_DIR")) return fs::path(folder) / kName;
  Dl_info here{};
  dladdr(reinterpret_cast<void*>(&load_backend), &here);
  std::error_code error;
  fs::path plugin = fs::canonical(here.dli_fname ? here.dli_fname : "", error);
  return plugin.parent_path().parent_path() / "lib" / kName;
}

}  // namespace

std::unique_ptr<Backend> load_backend(const ModelOptions& options,
                                      const std::function<void(const std::string&)>& note) {
  std::string file = backend_file();
  // Never closed: OpenVINO's threads and its registered plugins do not survive an unload.
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fail_resource("cannot load the inference backend " + file + ": " + dlerror() +
                  ". Install the Python package openvino beside thalweg, or build the target "
                  "thalweg_openvino; `thalweg doctor` tells more.");
  }
  auto* load = reinterpret_cast<LoadModelFunction*>(dlsym(library, "thalweg_load_model"));
  if (!load) {
    fail_resource(file +
                  " is no inference backend: it has no function thalweg_load_model. "
                  "Reinstall thalweg.");
  }
  return load(options, note);
}

}  // namespace thalweg
