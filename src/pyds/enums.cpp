#include "pyds/enums.h"

namespace thalweg::pyds {

nb::object EnumInfo::object(int64_t number) const {
  if (auto known = members.find(number); known != members.end()) return nb::borrow(known->second);
  return type(number);
}

int64_t EnumInfo::number(nb::handle value, const Site& site) const {
  const bool other_enum = value.type().ptr() != type.ptr() && !PyLong_CheckExact(value.ptr()) &&
                          !nb::isinstance(value, type) && nb::hasattr(value.type(), "__members__");
  if (other_enum || !PyIndex_Check(value.ptr())) {
    throw_type_error(site, (std::string(name) + " or int").c_str(), value);
  }
  return to_signed(value, INT32_MIN, INT32_MAX, site);
}

EnumBinder::EnumBinder(nb::module_& module, EnumInfo& info, const char* name, const char* doc)
    : module_(module), info_(info) {
  nb::dict body;
  body["__doc__"] = doc;
  body["__module__"] = "pyds";
  body["__slots__"] = nb::make_tuple();
  body["__members__"] = nb::dict();
  nb::handle metatype(reinterpret_cast<PyObject*>(&PyType_Type));
  const nb::object base = nb::module_::import_("pyds._enum").attr("Enum");
  nb::object type = metatype(name, nb::make_tuple(base), body);
  module.attr(name) = type;
  info_.name = name;
  info_.type = type;
}

EnumBinder& EnumBinder::value(const char* name, int64_t number) {
  nb::object member = info_.type.attr("_declare")(name, number);
  module_.attr(name) = member;
  info_.members.emplace(number, member.ptr());
  return *this;
}

EnumBinder& EnumBinder::alias(const char* name, int64_t number) {
  nb::object member = info_.object(number);
  nb::setattr(info_.type, name, member);
  module_.attr(name) = member;
  return *this;
}

}  // namespace thalweg::pyds
