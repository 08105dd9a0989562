#include "infer/custom_function.h"

#include <dlfcn.h>
#include <unistd.h>

#include <filesystem>

namespace thalweg {
namespace {

constexpr char kPython[] = "python:";

/// Null where it cannot be loaded.
void* open_library(const std::string& path) {
  // The linker looks for a plain name in the system's folders, not in the one that it counts from.
  return dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
}

}  // namespace

std::string CustomLibrary::problem(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) return "there is no " + path;
  if (void* handle = open_library(path)) {
    dlclose(handle);
    return "";
  }
  std::string reason = dlerror();
  const std::string prefix = std::filesystem::absolute(path).string() + ": ";
  if (reason.starts_with(prefix)) reason.erase(0, prefix.size());
  return "cannot load " + path + ": " + reason;
}

CustomLibrary::CustomLibrary(const std::string& path, const std::string& where) : path_(path) {
  handle_.reset(open_library(path));
  if (handle_) return;
  const std::string what = problem(path);
  fail_resource(where + ": [property] custom-lib-path: " + what +
                (what.starts_with("there") ? ". Correct the path, or build" : ". Build") +
                " its source for this machine against Thalweg's headers.");
}

void* CustomLibrary::find(const std::string& function) const {
  return dlsym(handle_.get(), function.c_str());
}

void CustomLibrary::Close::operator()(void* handle) const { dlclose(handle); }

bool is_python(const std::string& function) { return function.starts_with(kPython); }

template <class Pointer>
CustomFunction<Pointer>::CustomFunction(const std::string& library, const std::string& function,
                                        const char* key, const std::string& where)
    : who_(where + ": [property] " + key + ": " + function) {
  if (is_python(function)) {
    const std::string folder = std::filesystem::absolute(where).parent_path();
    try {
      python_host().find(function.substr(sizeof kPython - 1), folder, call_);
    } catch (const PythonError& error) {
      throw InferError(InferError::Kind::kSettings, who_ + error.what(), error.traceback);
    }
    return;
  }
  if (library.empty()) {
    fail_settings(who_ + ": expected the library that has this function, got no custom-lib-path. " +
                  "Add custom-lib-path, or remove " + key + ".");
  }
  library_ = std::make_unique<CustomLibrary>(library, where);
  const auto found = reinterpret_cast<Pointer>(library_->find(function));
  if (!found) {
    fail_settings(where + ": [property] " + key + ": " + library + " has no C function " +
                  function + ". Correct the name, or export the function as extern \"C\".");
  }
  call_ = found;
}

template class CustomFunction<NvDsInferParseCustomFunc>;
template class CustomFunction<NvDsInferInstanceMaskParseCustomFunc>;
template class CustomFunction<NvDsInferClassiferParseCustomFunc>;
template class CustomFunction<NvDsInferSemSegmentationParseCustomFunc>;

}  // namespace thalweg
