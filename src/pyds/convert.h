#pragma once

#include <nanobind/nanobind.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>

namespace thalweg::pyds {

namespace nb = nanobind;

/// Where a value is going: the struct and its field, or a function and its argument. Errors name
/// it.
struct Site {
  const char* owner;
  const char* name;
};

/// Raises TypeError "OWNER.NAME: expected EXPECTED, got VALUE (TYPE)".
[[noreturn]] void throw_type_error(const Site& site, const char* expected, nb::handle value);
/// Raises the exception class with a printf-like text.
[[noreturn]] [[gnu::format(printf, 2, 3)]] void throw_error(PyObject* exception, const char* format,
                                                            ...);

/// An int, bool, or anything with __index__ or __int__; not a float, text or None. Numbers outside
/// low..high are a TypeError too, as they are in the original.
int64_t to_signed(nb::handle value, int64_t low, int64_t high, const Site& site);
uint64_t to_unsigned(nb::handle value, uint64_t high, const Site& site);

template <std::integral T>
T to_integer(nb::handle value, const Site& site) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_signed_v<T>) {
    return static_cast<T>(to_signed(value, Limits::min(), Limits::max(), site));
  } else {
    return static_cast<T>(to_unsigned(value, Limits::max(), site));
  }
}

/// A float, int, bool, or anything with __float__ or __index__; not text or None.
double to_double(nb::handle value, const Site& site);

/// True, False, None, or anything with a truth value of its own; not text.
bool to_bool(nb::handle value, const Site& site);

/// The UTF-8 of a str, or the bytes of a bytes or bytearray. View of `value`.
std::string_view to_text(nb::handle value, const Site& site);

/// A str; bytes that are not UTF-8 become U+FFFD, so that a label never breaks a probe.
nb::str lenient_str(const char* text, size_t size);

/// An address given as a non-negative int. TypeError naming `site` and `expected` otherwise;
/// ValueError for a number that cannot be the address of a program's data. 0 gives nullptr.
void* to_address(nb::handle value, const Site& site, const char* expected);

}  // namespace thalweg::pyds
