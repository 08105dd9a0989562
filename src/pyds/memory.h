#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace thalweg::pyds {

/// True if `address` can be one of a program's data: not in the first page, not the kernel's half.
inline bool plausible(const void* address) {
  const auto number = reinterpret_cast<uintptr_t>(address);
  return number >= 4096 && number < (uintptr_t{1} << 47);
}

/// Copies `size` bytes from an address that may be anything; false if they cannot be read.
bool read_memory(const void* address, void* into, size_t size);

/// The terminated text at an address that may be anything; false if it cannot be read.
bool read_text(const char* address, std::string* into);

}  // namespace thalweg::pyds
