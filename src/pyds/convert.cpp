#include "pyds/convert.h"

#include <cstdarg>
#include <cstdio>
#include <string>

#include "pyds/memory.h"

namespace thalweg::pyds {

namespace {

bool is_text(nb::handle value) {
  return PyUnicode_Check(value.ptr()) || PyBytes_Check(value.ptr()) ||
         PyByteArray_Check(value.ptr());
}

/// `value` as a Python int (new reference), or a TypeError that names the site.
nb::object as_int(nb::handle value, const Site& site) {
  if (PyLong_Check(value.ptr())) return nb::borrow(value);
  if (!PyFloat_Check(value.ptr()) && !is_text(value) && !value.is_none()) {
    if (PyObject* number = PyNumber_Long(value.ptr())) return nb::steal(number);
    PyErr_Clear();
  }
  throw_type_error(site, "int", value);
}

}  // namespace

void throw_error(PyObject* exception, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  PyErr_SetString(exception, text);
  throw nb::python_error();
}

void throw_type_error(const Site& site, const char* expected, nb::handle value) {
  std::string shown;
  if (PyObject* repr = PyObject_Repr(value.ptr())) {
    shown = nb::steal<nb::str>(repr).c_str();
  } else {
    PyErr_Clear();
  }
  if (shown.size() > 60) shown = shown.substr(0, 57) + "...";
  throw_error(PyExc_TypeError, "%s.%s: expected %s, got %s (%s)", site.owner, site.name, expected,
              shown.c_str(), nb::inst_name(value).c_str());
}

int64_t to_signed(nb::handle value, int64_t low, int64_t high, const Site& site) {
  int overflow = 0;
  int64_t number = 0;
  if (PyLong_CheckExact(value.ptr())) {
    number = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
  } else {
    number = PyLong_AsLongLongAndOverflow(as_int(value, site).ptr(), &overflow);
  }
  if (overflow || number < low || number > high) {
    char expected[96];
    std::snprintf(expected, sizeof expected, "int from %lld to %lld", static_cast<long long>(low),
                  static_cast<long long>(high));
    throw_type_error(site, expected, value);
  }
  return number;
}

uint64_t to_unsigned(nb::handle value, uint64_t high, const Site& site) {
  const nb::object held = PyLong_CheckExact(value.ptr()) ? nb::borrow(value) : as_int(value, site);
  const uint64_t number = PyLong_AsUnsignedLongLong(held.ptr());
  const bool failed = number == ~uint64_t{0} && PyErr_Occurred();
  if (failed) PyErr_Clear();
  if (failed || number > high) {
    char expected[96];
    std::snprintf(expected, sizeof expected, "int from 0 to %llu",
                  static_cast<unsigned long long>(high));
    throw_type_error(site, expected, value);
  }
  return number;
}

double to_double(nb::handle value, const Site& site) {
  if (PyFloat_CheckExact(value.ptr())) return PyFloat_AsDouble(value.ptr());
  const double number = PyFloat_AsDouble(value.ptr());
  if (number == -1.0 && PyErr_Occurred()) {
    PyErr_Clear();
    throw_type_error(site, "float", value);
  }
  return number;
}

bool to_bool(nb::handle value, const Site& site) {
  const int truth = is_text(value) ? -1 : PyObject_IsTrue(value.ptr());
  if (truth < 0) {
    PyErr_Clear();
    throw_type_error(site, "bool", value);
  }
  return truth != 0;
}

std::string_view to_text(nb::handle value, const Site& site) {
  Py_ssize_t size = 0;
  if (PyUnicode_Check(value.ptr())) {
    if (const char* text = PyUnicode_AsUTF8AndSize(value.ptr(), &size)) {
      return {text, static_cast<size_t>(size)};
    }
    PyErr_Clear();
    throw_type_error(site, "str without lone surrogates", value);
  }
  if (PyBytes_Check(value.ptr())) {
    return {PyBytes_AsString(value.ptr()), static_cast<size_t>(PyBytes_Size(value.ptr()))};
  }
  if (PyByteArray_Check(value.ptr())) {
    return {PyByteArray_AsString(value.ptr()), static_cast<size_t>(PyByteArray_Size(value.ptr()))};
  }
  throw_type_error(site, "str", value);
}

nb::str lenient_str(const char* text, size_t size) {
  PyObject* decoded = PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(size), "replace");
  if (!decoded) throw nb::python_error();
  return nb::steal<nb::str>(decoded);
}

void* to_address(nb::handle value, const Site& site, const char* expected) {
  if (!PyLong_Check(value.ptr())) throw_type_error(site, expected, value);
  const uint64_t number = PyLong_AsUnsignedLongLong(value.ptr());
  if (number == ~uint64_t{0} && PyErr_Occurred()) {
    PyErr_Clear();
    throw_type_error(site, expected, value);
  }
  auto* address = reinterpret_cast<void*>(number);
  if (address && !plausible(address)) {
    throw_error(PyExc_ValueError, "%s.%s: 0x%llx cannot be the address of a program's data",
                site.owner, site.name, static_cast<unsigned long long>(number));
  }
  return address;
}

}  // namespace thalweg::pyds
