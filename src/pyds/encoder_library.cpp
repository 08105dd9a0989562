#include "pyds/encoder_library.h"

#include <dlfcn.h>

#include <filesystem>

#include "pyds/interpreter.h"

namespace thalweg::pyds {

namespace {

const EncoderLibrary* library = nullptr;  // guarded by the GIL

/// Beside this module, as installed: pyds/_pyds... and thalweg/lib/.
std::string library_file() {
  Dl_info here{};
  dladdr(reinterpret_cast<void*>(&library_file), &here);
  const std::filesystem::path module = here.dli_fname ? here.dli_fname : "";
  return module.parent_path().parent_path() / "thalweg/lib/libnvds_batch_jpegenc.so";
}

template <class Function>
void find(void* handle, const char* name, Function* into) {
  *into = reinterpret_cast<Function>(dlsym(handle, name));
  if (*into) return;
  throw_error(PyExc_RuntimeError, "%s lacks the function %s; reinstall thalweg",
              library_file().c_str(), name);
}

}  // namespace

const EncoderLibrary& EncoderLibrary::open(const char* function) {
  if (library) return *library;
  const std::string file = library_file();
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    throw_error(PyExc_RuntimeError,
                "%s: the JPEG encoder cannot be loaded: %s. Install libturbojpeg (on Debian and "
                "Ubuntu: apt-get install libturbojpeg0), or reinstall thalweg if %s is missing",
                function, dlerror(), file.c_str());
  }
  static EncoderLibrary functions;
  find(handle, "nvds_obj_enc_create_context", &functions.create_context);
  find(handle, "thalweg_obj_enc_process", &functions.process);
  find(handle, "thalweg_obj_enc_finish", &functions.finish);
  find(handle, "thalweg_obj_enc_destroy", &functions.destroy);
  find(handle, "thalweg_obj_enc_bytes", &functions.bytes);
  find(handle, "thalweg_obj_enc_destroy_all", &functions.destroy_all);
  // A program may end with contexts alive: their files are written out, their threads end.
  nb::module_::import_("atexit").attr("register")(nb::cpp_function([] {
    const WithoutGil released;
    functions.destroy_all();
  }));
  library = &functions;
  return functions;
}

const EncoderLibrary* EncoderLibrary::opened() { return library; }

void throw_encoder_error(const char* function, GError* error) {
  const std::string sentence = std::string(function) + ": " + error->message;
  const GQuark domain = error->domain;
  const int code = error->code;
  g_error_free(error);
  if (domain == THALWEG_OBJ_ENC_FILE) {
    const nb::object arguments = nb::make_tuple(code, nb::str(sentence.c_str()));
    PyErr_SetObject(PyExc_OSError, arguments.ptr());
    throw nb::python_error();
  }
  PyErr_SetString(domain == THALWEG_OBJ_ENC_ARGUMENT ? PyExc_ValueError : PyExc_RuntimeError,
                  sentence.c_str());
  throw nb::python_error();
}

}  // namespace thalweg::pyds
