#pragma once

#include <nanobind/nanobind.h>

#include <type_traits>
#include <utility>

namespace thalweg::pyds {

namespace nb = nanobind;

/// How to read and set an attribute without nanobind's dispatch, which costs more than both.
struct DirectAccess {
  PyTypeObject* owner;  ///< of whose own instances; all other objects go through nanobind
  PyObject* (*get)(void* instance, const void* functions);  ///< nullptr and an exception set
  int (*set)(void* instance, PyObject* value, const void* functions);  ///< -1 for an exception
  const void* functions;
};

/// Makes an attribute of a class a pyds.Field: the property that it was, with direct access.
void make_field(nb::handle owner, const char* name, const DirectAccess& access);

/// Sets the Python exception for the C++ exception that is being handled.
void set_python_error() noexcept;

/// Defines an attribute of the class of C++ type Self. The getter gets a Self&, the setter a Self&
/// and a Given<>; it is nullptr for an attribute that can only be read.
template <class Self, class Class, class Getter, class Setter>
void def_field(Class& owner, const char* name, Getter getter, Setter setter, const char* doc) {
  static constexpr bool kWritable = !std::is_null_pointer_v<Setter>;
  if constexpr (kWritable) {
    owner.def_prop_rw(name, getter, setter, nb::for_setter(nb::arg("value").none()), doc);
  } else {
    owner.def_prop_ro(name, getter, doc);
  }
  struct Functions {
    Getter get;
    Setter set;
  };
  DirectAccess access{};
  access.owner = reinterpret_cast<PyTypeObject*>(owner.ptr());
  access.functions = new Functions{getter, setter};  // lives for ever, as the class does
  access.get = [](void* instance, const void* functions) -> PyObject* {
    try {
      auto value = static_cast<const Functions*>(functions)->get(*static_cast<Self*>(instance));
      using Caster = nb::detail::make_caster<decltype(value)>;
      return Caster::from_cpp(std::move(value), nb::rv_policy::move, nullptr).ptr();
    } catch (...) {
      set_python_error();
      return nullptr;
    }
  };
  if constexpr (kWritable) {
    access.set = [](void* instance, PyObject* value, const void* functions) {
      try {
        static_cast<const Functions*>(functions)->set(*static_cast<Self*>(instance), {value});
        return 0;
      } catch (...) {
        set_python_error();
        return -1;
      }
    };
  }
  make_field(owner, name, access);
}

}  // namespace thalweg::pyds
