#pragma once

#include <dlfcn.h>

#include <memory>
#include <string>
#include <utility>

#include "infer/error.h"
#include "infer/parser.h"

namespace thalweg {

/// A function of a library written against nvdsinfer_custom_impl.h, of the type Function. `key` is
/// the one that names it.
template <class Function>
class CustomFunction {
 public:
  CustomFunction(const std::string& library, std::string name, const char* key,
                 const std::string& where)
      : name_(std::move(name)) {
    handle_.reset(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!handle_) {
      fail_resource(where + ": [property] custom-lib-path: cannot load " + library + ": " +
                    dlerror() + ". Build its source for this machine against Thalweg's headers.");
    }
    call_ = reinterpret_cast<Function>(dlsym(handle_.get(), name_.c_str()));
    if (!call_) {
      fail_settings(where + ": [property] " + key + ": " + library + " has no C function " + name_ +
                    ". Correct the name, or export the function as extern \"C\".");
    }
  }

  template <class Out>
  void operator()(const Layers& layers, const NvDsInferNetworkInfo& network,
                  const NvDsInferParseDetectionParams& params, Out& out) const {
    bool good = false;
    try {
      good = call_(layers, network, params, out);
    } catch (const std::exception& error) {
      fail_resource("parser " + name_ + " threw \"" + error.what() + "\" for the layers " +
                    describe(layers) + ". Check that the parser belongs to this model.");
    }
    if (!good) {
      fail_resource("parser " + name_ + " reported a failure for the layers " + describe(layers) +
                    ". Check that the parser belongs to this model.");
    }
  }

 private:
  struct Close {
    void operator()(void* handle) const { dlclose(handle); }
  };
  std::unique_ptr<void, Close> handle_;
  Function call_ = nullptr;
  std::string name_;
};

}  // namespace thalweg
