#include "infer/python_host.h"

#include <dlfcn.h>

namespace thalweg {
namespace {

/// Python's own functions, if this process has them. They are looked up, not linked, so that the
/// plugin loads where there is no Python.
template <class Function>
Function* python_function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

/// Text of the exception that Python has pending, which is cleared.
std::string take_error() {
  using Object = void;
  const auto fetch = python_function<void(Object**, Object**, Object**)>("PyErr_Fetch");
  const auto text_of = python_function<Object*(Object*)>("PyObject_Str");
  const auto utf8_of = python_function<const char*(Object*)>("PyUnicode_AsUTF8");
  const auto release = python_function<void(Object*)>("Py_DecRef");
  if (!fetch || !text_of || !utf8_of || !release) return "it is too old or too new";
  Object *type = nullptr, *value = nullptr, *traceback = nullptr;
  fetch(&type, &value, &traceback);
  std::string result = "no reason given";
  if (Object* text = value ? text_of(value) : nullptr) {
    if (const char* utf8 = utf8_of(text)) result = utf8;
    release(text);
  }
  for (Object* object : {type, value, traceback}) release(object);
  return result;
}

}  // namespace

const PythonHost& python_host() {
  const auto is_initialized = python_function<int()>("Py_IsInitialized");
  const auto ensure = python_function<int()>("PyGILState_Ensure");
  const auto release = python_function<void(int)>("PyGILState_Release");
  const auto import = python_function<void*(const char*, int)>("PyCapsule_Import");
  if (!is_initialized || !is_initialized() || !ensure || !release || !import) {
    throw PythonError(
        ": this process runs no Python. Start the pipeline from a Python program, with `thalweg "
        "run` or without, or write the parser in C++.",
        "");
  }
  const int state = ensure();
  const auto* host = static_cast<const PythonHost*>(import(PythonHost::kCapsule, 0));
  const std::string reason = host ? "" : take_error();
  release(state);
  if (!host) {
    throw PythonError(": this process's Python cannot import pyds, which calls parsers: " + reason +
                          ". Install thalweg for this Python.",
                      "");
  }
  return *host;
}

}  // namespace thalweg
