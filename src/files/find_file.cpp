#include "files/find_file.h"

#include <dlfcn.h>

#include <cstdlib>
#include <system_error>

namespace thalweg {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kInstalled = "/opt/nvidia/deepstream/deepstream";

bool there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// `rest` if it names something in a folder that DeepStream's installation has, else nothing.
std::string_view known(std::string_view rest) {
  for (const std::string_view folder : {"samples/", "lib/"})
    if (rest.starts_with(folder) && rest.size() > folder.size()) return rest;
  return {};
}

}  // namespace

fs::path package_folder() {
  if (const char* folder = std::getenv("THALWEG_PACKAGE")) return folder;
  Dl_info here{};
  if (!dladdr(reinterpret_cast<void*>(&package_folder), &here) || !here.dli_fname) return {};
  // As GStreamer opened it: the development tree has links there, whose targets lie elsewhere.
  fs::path package = fs::path(here.dli_fname).parent_path().parent_path();
  return there(package / "__init__.py") ? package : fs::path{};
}

std::string docs_page(std::string_view name) { return package_folder() / "docs" / name; }

std::string_view inside_deepstream(std::string_view name) {
  constexpr std::string_view kUp = "../";
  const size_t climb = name.rfind(kUp);
  if (climb != std::string_view::npos) {
    const bool whole = climb == 0 || name[climb - 1] == '/';
    return whole ? known(name.substr(climb + kUp.size())) : std::string_view{};
  }
  if (!name.starts_with(kInstalled)) return {};
  const size_t slash = name.find('/', kInstalled.size());
  return slash == std::string_view::npos ? std::string_view{} : known(name.substr(slash + 1));
}

std::string find_file(const std::string& name, const fs::path& folder, std::string_view samples,
                      const fs::path& package) {
  const fs::path plain = (folder / name).lexically_normal();
  if (there(plain)) return plain.string();
  if (there(folder / name)) return (folder / name).string();  // a link is on the way
  const std::string_view inside = inside_deepstream(name);
  if (inside.empty()) return plain.string();
  if (constexpr std::string_view kSamples = "samples/"; inside.starts_with(kSamples)) {
    while (!samples.empty()) {
      const size_t end = samples.find(':');
      const std::string_view one = samples.substr(0, end);
      if (const fs::path found = fs::path(one) / inside.substr(kSamples.size());
          !one.empty() && there(found))
        return found.string();
      samples = end == std::string_view::npos ? std::string_view{} : samples.substr(end + 1);
    }
  }
  if (const fs::path found = package / inside; !package.empty() && there(found))
    return found.string();
  return plain.string();
}

std::string find_file(const std::string& name, const fs::path& folder) {
  const char* samples = std::getenv("THALWEG_SAMPLES");
  return find_file(name, folder, samples ? samples : "", package_folder());
}

}  // namespace thalweg
