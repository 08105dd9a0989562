#pragma once

#include <cxxabi.h>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "infer/error.h"
#include "infer/parser.h"
#include "infer/python_host.h"

namespace thalweg {

/// A library of custom-lib-path. `where` is the configuration file.
class CustomLibrary {
 public:
  /// Why there is none at `path`: "there is no PATH", or "cannot load PATH: reason"; "" for one
  /// that can be loaded.
  static std::string problem(const std::string& path);
  /// @throws InferError when it cannot be loaded.
  CustomLibrary(const std::string& path, const std::string& where);
  /// Its C function of that name, null if it has none.
  void* find(const std::string& function) const;
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  std::string path_;
  std::unique_ptr<void, Close> handle_;
};

/// Calls code of the user's, which returns whether it succeeded. What it did wrong, as the sentence
/// goes on after its name; "" for nothing.
template <class Code>
std::string problem_of(Code code) {
  try {
    return code() ? "" : "reported a failure";
  } catch (const PythonError&) {
    throw;  // tells more than a sentence
  } catch (const std::exception& error) {
    return std::string("threw \"") + error.what() + "\"";
  } catch (const abi::__forced_unwind&) {
    throw;  // the thread ends
  } catch (...) {
    return "threw something that is no std::exception";
  }
}

/// Whether a configuration's value names a Python function: "python:...".
bool is_python(const std::string& function);

/// The parser that a configuration names: a function of a library written against
/// nvdsinfer_custom_impl.h, or one in Python. `Pointer` is its type in that header.
template <class Pointer>
class CustomFunction {
 public:
  /// `key` names the function; `where` is the configuration file.
  /// @throws InferError when there is no such function.
  CustomFunction(const std::string& library, const std::string& function, const char* key,
                 const std::string& where);
  CustomFunction(const CustomFunction&) = delete;
  CustomFunction& operator=(const CustomFunction&) = delete;

  /// Calls it; further arguments are those of its type. @throws InferError when it fails.
  template <class... Args>
  void operator()(const Layers& layers, Args&&... args) const {
    std::string problem;
    try {
      problem = problem_of([&] { return call_(layers, std::forward<Args>(args)...); });
    } catch (const PythonError& error) {
      fail(layers, error.what(), error.traceback);
    }
    if (!problem.empty()) fail(layers, problem);
  }

  /// Throws the sentence "where, key, function" + `what` + the layers.
  [[noreturn]] void fail(const Layers& layers, const std::string& what,
                         const std::string& detail = {}) const {
    fail_resource(who_ + " " + what + " for the layers " + describe(layers) +
                      (detail.empty() ? ". Check that the parser belongs to this model."
                                      : ". Correct it; the debug text has the traceback."),
                  detail);
  }

 private:
  std::string who_;
  std::unique_ptr<CustomLibrary> library_;  // null in Python
  std::function<std::remove_pointer_t<Pointer>> call_;
};

}  // namespace thalweg
