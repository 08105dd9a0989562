#pragma once

#include <malloc.h>

#include <cstddef>

namespace thalweg {

/// Bytes of the heap in use. Always 0 under a sanitizer, which has a heap of its own.
inline size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace thalweg
