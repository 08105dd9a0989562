#include "pyds/struct_binder.h"

#include <string>
#include <unordered_set>

namespace thalweg::pyds {

nb::object StructArray::item(nb::handle index) const {
  const Site site{ref_->info().name, "[index]"};
  if (PySlice_Check(index.ptr())) {
    Py_ssize_t start = 0, stop = 0, step = 1;
    if (PySlice_Unpack(index.ptr(), &start, &stop, &step) < 0) throw nb::python_error();
    const Py_ssize_t count =
        PySlice_AdjustIndices(static_cast<Py_ssize_t>(size_), &start, &stop, step);
    nb::list items;
    for (Py_ssize_t i = 0; i < count; ++i) {
      items.append(wrap_(*ref_, first_ + (start + i * step) * static_cast<Py_ssize_t>(stride_)));
    }
    return items;
  }
  const auto size = static_cast<int64_t>(size_);
  int64_t place = to_signed(index, INT64_MIN, INT64_MAX, site);
  if (place < 0) place += size;
  if (place < 0 || place >= size) {
    throw_error(PyExc_IndexError, "index %lld is outside the array's 0 to %lld",
                static_cast<long long>(place), static_cast<long long>(size - 1));
  }
  ref_->check();
  return wrap_(*ref_, first_ + place * static_cast<int64_t>(stride_));
}

char* intern(std::string_view name) {
  static auto& names = *new std::unordered_set<std::string>;  // guarded by the GIL
  const auto known = names.emplace(name).first;
  return const_cast<char*>(known->c_str());
}

void throw_library_owned(const Site& site) {
  throw_error(PyExc_ValueError, "%s.%s: belongs to the batch and cannot be changed", site.owner,
              site.name);
}

void set_text(const Ref& owner, char** field, nb::handle value, const Site& site) {
  const std::string_view text = to_text(value, site);
  Allocations::instance().collect();
  owner.check();
  free_member(owner.lifetime(), reinterpret_cast<void**>(field));
  *field = Allocations::instance().copy_text(text, field, owner.lifetime());
}

uintptr_t text_address(const Ref& owner, char** field) {
  char* address = *field;
  owner.check();
  // In a struct of Python's own an address that nobody knows is one that was given up elsewhere.
  if (address && owner.lifetime().origin != Lifetime::Origin::kBlock) {
    Allocations::instance().note(address, 0, field, owner.lifetime());
  }
  return reinterpret_cast<uintptr_t>(address);
}

void copy_chars(char* field, size_t size, std::string_view text) {
  size_t length = std::min(text.size(), size - 1);
  if (length < text.size()) {
    while (length > 0 && (text[length] & 0xC0) == 0x80) --length;
  }
  std::memcpy(field, text.data(), length);
  std::memset(field + length, 0, size - length);
}

}  // namespace thalweg::pyds
