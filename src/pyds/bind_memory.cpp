#include <glib.h>

#include "pyds/bindings.h"
#include "pyds/memory.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// An address argument: an int, or anything that is one by __index__ (numpy's integers).
void* take_address(nb::handle value, const Site& site) {
  const uint64_t number = to_unsigned(value, UINT64_MAX, site);
  auto* address = reinterpret_cast<void*>(number);
  if (address && !plausible(address)) {
    throw_error(PyExc_ValueError, "%s.%s: 0x%llx cannot be the address of a program's data",
                site.owner, site.name, static_cast<unsigned long long>(number));
  }
  return address;
}

/// The text at an address, from anywhere.
std::string text_at(void* address, const Site& site) {
  const char* text = static_cast<const char*>(address);
  if (const size_t size = Allocations::instance().size_of(address)) {
    return std::string(text, strnlen(text, size));
  }
  std::string copy;
  if (!read_text(text, &copy)) {
    throw_error(PyExc_ValueError, "%s.%s: there is no readable text at %p", site.owner, site.name,
                address);
  }
  return copy;
}

nb::str strict_str(const std::string& text) {
  PyObject* decoded =
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr);
  if (!decoded) throw nb::python_error();
  return nb::steal<nb::str>(decoded);
}

uintptr_t allocate(nb::handle given, const Site& site) {
  const auto size = to_unsigned(given, UINT64_MAX, site);
  Allocations::instance().collect();
  void* block = Allocations::instance().allocate(size);
  if (!block && size > 0) throw std::bad_alloc();
  return reinterpret_cast<uintptr_t>(block);
}

void free_block(void* address, const Site& site) {
  if (!address) return;
  if (Allocations::instance().release(address)) return;
  throw_error(PyExc_ValueError,
              "%s.%s: %p is not a live block of pyds (freed already, or made by somebody else); "
              "nothing was freed",
              site.owner, site.name, address);
}

uintptr_t duplicate(void* address, size_t size, const Site& site) {
  if (!address) return 0;
  Allocations& blocks = Allocations::instance();
  if (const size_t known = blocks.size_of(address)) size = known;
  const StructInfo* kind = blocks.kind_of(address);
  if (kind && kind->destroy) {
    throw_error(PyExc_ValueError, "%s.%s: %s holds C++ containers, which cannot be copied as bytes",
                site.owner, site.name, kind->name);
  }
  void* copy = kind && kind->size == size ? blocks.allocate_struct(*kind) : blocks.allocate(size);
  if (!copy) {
    if (size == 0) return 0;
    throw std::bad_alloc();
  }
  if (!read_memory(address, copy, size)) {
    blocks.release(copy);
    throw_error(PyExc_ValueError, "%s.%s: %zu bytes at %p cannot be read", site.owner, site.name,
                size, address);
  }
  return reinterpret_cast<uintptr_t>(copy);
}

}  // namespace

void bind_memory(nb::module_& m) {
  m.def(
      "alloc_buffer",
      [](Given<int> size) {
        return TextAddress{allocate(size.value, {"alloc_buffer", "size"})};
      },
      nb::arg("size").none(),
      "Address of `size` zeroed bytes (shared), 0 for none. Free them with free_buffer, or give "
      "them "
      "to a field, by which they are taken.");
  m.def(
      "alloc_char_buffer",
      [](Given<int> size) {
        return TextAddress{allocate(size.value, {"alloc_char_buffer", "size"})};
      },
      nb::arg("size").none(), "The same as alloc_buffer: `size` zeroed bytes (shared).");
  m.def(
      "free_buffer",
      [](Given<int> buffer) {
        const Site site{"free_buffer", "buffer"};
        free_block(take_address(buffer.value, site), site);
      },
      nb::arg("buffer").none(),
      "Frees the block at an address (taken), of alloc_buffer or of a text field, which then reads "
      "0. 0 is ignored. ValueError if pyds knows no such block.");
  m.def(
      "free_gbuffer",
      [](Given<Pointer> buffer) {
        const Site site{"free_gbuffer", "buffer"};
        free_block(to_pointer(buffer.value, site, false), site);
      },
      nb::arg("buffer").none(),
      "Frees the block behind a capsule or a pyds object of alloc_* (taken); texts inside stay. "
      "None "
      "is ignored.");
  m.def(
      "get_string",
      [](Given<int> ptr) -> std::optional<nb::str> {
        const Site site{"get_string", "ptr"};
        void* address = take_address(ptr.value, site);
        if (!address) return std::nullopt;
        return strict_str(text_at(address, site));
      },
      nb::arg("ptr").none(),
      "The UTF-8 text at an address (copy), None for 0. For texts of fields such as display_text.");
  m.def(
      "get_ptr",
      [](nb::handle ptr) {
        // Enum members have an address of their own, as any object.
        if (nb::hasattr(ptr.type(), "__members__")) {
          return TextAddress{reinterpret_cast<uintptr_t>(ptr.ptr())};
        }
        return TextAddress{reinterpret_cast<uintptr_t>(to_pointer(ptr, {"get_ptr", "ptr"}, false))};
      },
      nb::arg("ptr").none(), "Address behind a capsule or a pyds object (view), 0 for None.");
  m.def(
      "strdup",
      [](Given<int> ptr) {
        const Site site{"strdup", "ptr"};
        void* address = take_address(ptr.value, site);
        if (!address) return TextAddress{0};
        const std::string text = text_at(address, site);
        void* copy = Allocations::instance().allocate(text.size() + 1);
        if (!copy) throw std::bad_alloc();
        std::memcpy(copy, text.data(), text.size());
        return TextAddress{reinterpret_cast<uintptr_t>(copy)};
      },
      nb::arg("ptr").none(),
      "Address of a copy of the text at an address; free it with free_buffer.");
  m.def(
      "strdup2str",
      [](Given<int> ptr) {
        const Site site{"strdup2str", "ptr"};
        void* address = take_address(ptr.value, site);
        return address ? strict_str(text_at(address, site)) : nb::str("");
      },
      nb::arg("ptr").none(), "The text at an address (copy), empty for 0.");
  m.def(
      "memdup",
      [](Given<int> ptr, Given<int> size) {
        const Site site{"memdup", "ptr"};
        return TextAddress{duplicate(take_address(ptr.value, site),
                                     to_unsigned(size.value, UINT64_MAX, {"memdup", "size"}),
                                     site)};
      },
      nb::arg("ptr").none(), nb::arg("size").none(),
      "Address of a copy of `size` bytes; free it with free_buffer. Of a block that pyds made, all "
      "of it is copied, whatever `size` says. Texts inside are shared.");
  m.def(
      "get_detections",
      [](Given<Pointer> data, Given<int> index) {
        const Site site{"get_detections", "data"};
        auto* numbers = static_cast<const float*>(to_pointer(data.value, site, false));
        const auto place = to_unsigned(index.value, UINT32_MAX, {site.owner, "index"});
        float number = 0;
        if (!read_memory(numbers + place, &number, sizeof number)) {
          throw_error(PyExc_IndexError, "%s: element %llu of the array at %p cannot be read",
                      site.owner, static_cast<unsigned long long>(place),
                      static_cast<const void*>(numbers));
        }
        return number;
      },
      nb::arg("data").none(), nb::arg("index").none(),
      "Value number `index` of an array of float32 (view) given as a capsule, such as "
      "layer.buffer. "
      "Its size is not known: IndexError only where the memory cannot be read.");
}

}  // namespace thalweg::pyds
