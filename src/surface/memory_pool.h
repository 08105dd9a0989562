#pragma once

#include <cstddef>
#include <deque>
#include <mutex>

namespace thalweg {

/// Memory of pictures, recycled by size: a stream asks for the same few sizes again and again, and
/// fresh pages cost more than the copy that fills them. Keeps at most 128 MiB of free blocks,
/// oldest given back first. Any thread may take and return.
class __attribute__((visibility("default"))) MemoryPool {
 public:
  static MemoryPool& shared();

  /// 64-byte aligned, undefined content. @throws std::bad_alloc.
  void* take(size_t bytes);
  void put_back(void* block, size_t bytes) noexcept;
  size_t free_bytes();

 private:
  struct Block {
    void* data;
    size_t bytes;
  };
  std::mutex mutex_;
  std::deque<Block> free_;
  size_t free_bytes_ = 0;
};

}  // namespace thalweg
