#include "surface/memory_pool.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) (void)(address), (void)(size)
#define ASAN_UNPOISON_MEMORY_REGION(address, size) (void)(address), (void)(size)
#endif

namespace thalweg {

namespace {
constexpr size_t kAlignment = 64;
constexpr size_t kMostFreeBytes = size_t{128} << 20;
}  // namespace

MemoryPool& MemoryPool::shared() {
  // Never destroyed: pictures may outlive static destructors in the threads of a pipeline.
  static auto* const pool = new MemoryPool;
  return *pool;
}

void* MemoryPool::take(size_t bytes) {
  {
    std::lock_guard lock(mutex_);
    const auto newest = std::find_if(free_.rbegin(), free_.rend(),
                                     [&](const Block& block) { return block.bytes == bytes; });
    if (newest != free_.rend()) {
      void* data = newest->data;
      free_.erase(std::next(newest).base());
      free_bytes_ -= bytes;
      ASAN_UNPOISON_MEMORY_REGION(data, bytes);
      return data;
    }
  }
  void* data = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  if (!data) throw std::bad_alloc();
  return data;
}

void MemoryPool::put_back(void* data, size_t bytes) noexcept {
  std::vector<Block> surplus;
  {
    std::lock_guard lock(mutex_);
    ASAN_POISON_MEMORY_REGION(data, bytes);
    free_.push_back({data, bytes});
    free_bytes_ += bytes;
    while (free_bytes_ > kMostFreeBytes) {
      surplus.push_back(free_.front());
      free_bytes_ -= free_.front().bytes;
      free_.pop_front();
    }
  }
  for (const Block& block : surplus) {
    ASAN_UNPOISON_MEMORY_REGION(block.data, block.bytes);
    std::free(block.data);
  }
}

size_t MemoryPool::free_bytes() {
  std::lock_guard lock(mutex_);
  return free_bytes_;
}

}  // namespace thalweg
