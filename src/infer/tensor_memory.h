#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace thalweg {

constexpr std::align_val_t kTensorAlignment{64};

struct FreeTensor {
  void operator()(void* memory) const { ::operator delete(memory, kTensorAlignment); }
};
/// Memory of a tensor, as wide processors like to read it.
using TensorMemory = std::unique_ptr<void, FreeTensor>;

/// Not initialised. @throws std::bad_alloc
inline TensorMemory allocate_tensor(size_t bytes) {
  return TensorMemory(::operator new(bytes, kTensorAlignment));
}

}  // namespace thalweg
