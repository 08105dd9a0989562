#include "pyds/field.h"

#include <exception>
#include <new>

namespace thalweg::pyds {

namespace {

// Of the built-in property.
descrgetfunc property_get = nullptr;
descrsetfunc property_set = nullptr;
/// Where a Field has its DirectAccess: behind the property.
Py_ssize_t access_offset = 0;

DirectAccess& access_of(PyObject* field) {
  return *reinterpret_cast<DirectAccess*>(reinterpret_cast<char*>(field) + access_offset);
}

bool is_direct(PyObject* object, const DirectAccess& access) {
  return Py_TYPE(object) == access.owner && nb::inst_ready(object);
}

PyObject* get(PyObject* self, PyObject* object, PyObject* type) {
  const DirectAccess& access = access_of(self);
  if (object && is_direct(object, access)) {
    return access.get(nb::inst_ptr<void>(object), access.functions);
  }
  return property_get(self, object, type);
}

int set(PyObject* self, PyObject* object, PyObject* value) {
  const DirectAccess& access = access_of(self);
  if (value && access.set && is_direct(object, access)) {
    return access.set(nb::inst_ptr<void>(object), value, access.functions);
  }
  return property_set(self, object, value);
}

template <class Function>
Function slot_of_property(int slot) {
  return reinterpret_cast<Function>(PyType_GetSlot(&PyProperty_Type, slot));
}

/// The class pyds.Field. The limited API does not tell the size of a property, so it is asked for.
nb::object make_class() {
  const nb::handle property(reinterpret_cast<PyObject*>(&PyProperty_Type));
  property_get = slot_of_property<descrgetfunc>(Py_tp_descr_get);
  property_set = slot_of_property<descrsetfunc>(Py_tp_descr_set);
  access_offset = nb::cast<Py_ssize_t>(property.attr("__basicsize__"));
  PyType_Slot slots[] = {{Py_tp_descr_get, reinterpret_cast<void*>(get)},
                         {Py_tp_descr_set, reinterpret_cast<void*>(set)},
                         {0, nullptr}};
  PyType_Spec spec{"pyds.Field", static_cast<int>(access_offset + sizeof(DirectAccess)), 0,
                   Py_TPFLAGS_DEFAULT, slots};
  nb::object made = nb::steal(PyType_FromSpecWithBases(&spec, nb::make_tuple(property).ptr()));
  if (!made) throw nb::python_error();
  // A field's own text, not one of its class.
  nb::setattr(made, "__doc__", property.attr("__dict__")["__doc__"]);
  return made;
}

}  // namespace

void make_field(nb::handle owner, const char* name, const DirectAccess& access) {
  static const nb::handle kField = make_class().release();
  const nb::object property = owner.attr(name);
  nb::object field =
      kField(property.attr("fget"), property.attr("fset"), nb::none(), property.attr("__doc__"));
  access_of(field.ptr()) = access;
  nb::setattr(owner, name, field);
}

void set_python_error() noexcept {
  try {
    throw;
  } catch (nb::python_error& error) {
    error.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
}

}  // namespace thalweg::pyds
