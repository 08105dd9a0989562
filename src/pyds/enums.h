#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <unordered_map>

#include "pyds/convert.h"

namespace thalweg::pyds {

/// The Python class of a C enum: a subclass of pyds._enum.Enum, which is an int that accepts any
/// number. (nb::enum_ would not equal ints, and raises for numbers that it does not know.)
struct EnumInfo {
  const char* name = nullptr;
  nb::handle type;
  std::unordered_map<int64_t, PyObject*> members;

  /// The member with this number, or a new object without a name.
  nb::object object(int64_t number) const;
  /// The number of an int or of an object of this class. @throws TypeError for any other enum's.
  int64_t number(nb::handle value, const Site& site) const;
};

template <class E>
inline EnumInfo enum_info;

/// What stubs call the class; declared for each bound enum with THALWEG_PYDS_ENUM.
template <class E>
struct EnumName;

#define THALWEG_PYDS_ENUM(E)                                          \
  template <>                                                         \
  struct EnumName<E> {                                                \
    static constexpr auto value = nb::detail::const_name("pyds." #E); \
  }

/// Declares a Python enum, and each value as an attribute of class and module, one line a value.
class EnumBinder {
 public:
  EnumBinder(nb::module_& module, EnumInfo& info, const char* name, const char* doc);
  EnumBinder& value(const char* name, int64_t number);
  /// Another name of a number that has one already.
  EnumBinder& alias(const char* name, int64_t number);

 private:
  nb::module_& module_;
  EnumInfo& info_;
};

template <class E>
EnumBinder bind_enum(nb::module_& module, const char* name, const char* doc) {
  return EnumBinder(module, enum_info<E>, name, doc);
}

/// An enum on its way to Python.
template <class E>
struct EnumValue {
  E value;
};

}  // namespace thalweg::pyds

namespace nanobind::detail {
template <class E>
struct type_caster<thalweg::pyds::EnumValue<E>> {
  NB_TYPE_CASTER(thalweg::pyds::EnumValue<E>, thalweg::pyds::EnumName<E>::value)
  static handle from_cpp(const thalweg::pyds::EnumValue<E>& source, rv_policy,
                         cleanup_list*) noexcept {
    try {
      return thalweg::pyds::enum_info<E>.object(static_cast<int64_t>(source.value)).release();
    } catch (python_error& error) {
      error.restore();
      return {};
    }
  }
};
}  // namespace nanobind::detail
