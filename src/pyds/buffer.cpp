#include "pyds/buffer.h"

#include "pyds/memory.h"

namespace thalweg::pyds {

GstBuffer* to_buffer(nb::handle value, const Site& site) {
  static constexpr const char* kExpected = "Gst.Buffer or its hash()";
  uint64_t address = 0;
  if (PyLong_Check(value.ptr())) {
    address = PyLong_AsUnsignedLongLong(value.ptr());
    if (address == ~uint64_t{0} && PyErr_Occurred()) {
      PyErr_Clear();
      throw_type_error(site, kExpected, value);
    }
    if (!address) return nullptr;
  } else if (PyIndex_Check(value.ptr())) {  // numpy integers
    address = to_unsigned(value, UINT64_MAX, site);
  } else {
    // PyGObject's hash of a GStreamer object is its address; what lies there says the rest.
    const Py_hash_t hash = PyObject_Hash(value.ptr());
    if (hash == -1) PyErr_Clear();
    address = static_cast<uint64_t>(hash);
  }
  GstMiniObject object;
  auto* buffer = reinterpret_cast<GstBuffer*>(address);
  if (!read_memory(buffer, &object, sizeof object) || object.type != GST_TYPE_BUFFER ||
      object.refcount < 1) {
    throw_type_error(site, kExpected, value);
  }
  return buffer;
}

}  // namespace thalweg::pyds
