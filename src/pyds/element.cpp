#include "pyds/element.h"

#include "pyds/memory.h"

namespace thalweg::pyds {

namespace {

/// Whether a number that may be anything is a type below `base`.
bool is_type_below(GType type, GType base) {
  if (type == base) return true;
  guint count = 0;
  GType* children = g_type_children(base, &count);
  bool found = false;
  for (guint i = 0; i < count && !found; ++i) found = is_type_below(type, children[i]);
  g_free(children);
  return found;
}

bool is_element(const void* address) {
  GTypeInstance instance;
  GTypeClass type;
  return read_memory(address, &instance, sizeof instance) &&
         read_memory(instance.g_class, &type, sizeof type) &&
         is_type_below(type.g_type, GST_TYPE_ELEMENT) &&
         g_type_class_peek(type.g_type) == instance.g_class;
}

}  // namespace

ElementPtr to_element(nb::handle value, const Site& site) {
  uint64_t address = 0;
  if (PyIndex_Check(value.ptr())) {
    address = to_unsigned(value, UINT64_MAX, site);
  } else {
    // PyGObject's hash of an object is its address; what lies there says the rest.
    const Py_hash_t hash = PyObject_Hash(value.ptr());
    if (hash == -1) PyErr_Clear();
    address = static_cast<uint64_t>(hash);
  }
  auto* element = reinterpret_cast<GstElement*>(address);
  if (!is_element(element)) throw_type_error(site, "Gst.Element or its hash()", value);
  return {static_cast<GstElement*>(gst_object_ref(element)), gst_object_unref};
}

}  // namespace thalweg::pyds
