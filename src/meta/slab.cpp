#include "meta/slab.h"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace thalweg {
namespace {

constexpr unsigned kSlabBits = 20;
constexpr std::size_t kSlabSize = std::size_t{1} << kSlabBits;
constexpr unsigned kLeafBits = 14;
constexpr unsigned kAddressBits = 48;
constexpr std::size_t kLeaves = std::size_t{1} << (kAddressBits - kSlabBits - kLeafBits);

// Head of each slab; slots follow. `carved` slots have been handed out at least once.
struct Slab {
  uint32_t stride;
  uint32_t size;
  std::atomic<uint32_t> carved;
  uint32_t capacity;
};
constexpr std::size_t kFirstSlot = 64;
static_assert(sizeof(Slab) <= kFirstSlot);

struct Leaf {
  std::atomic<uint8_t> ours[std::size_t{1} << kLeafBits];
};

// Registry: is the slab-sized, slab-aligned piece of memory at an address a slab? Two levels, so
// that it covers the whole address space in little memory. Entries are only ever added.
std::atomic<Leaf*> leaves[kLeaves];

struct SizeClass {
  std::size_t size = 0;
  SlotHeader* free = nullptr;
  Slab* slab = nullptr;
};
std::mutex slab_mutex;
std::size_t total_bytes = 0;

SizeClass& class_of(std::size_t size) {
  static auto& classes = *new std::vector<SizeClass>;  // lives as long as other threads may
  for (SizeClass& c : classes) {
    if (c.size == size) return c;
  }
  return classes.emplace_back(SizeClass{size, nullptr, nullptr});
}

void enter_in_registry(const Slab* slab) {
  const uintptr_t page = reinterpret_cast<uintptr_t>(slab) >> kSlabBits;
  std::atomic<Leaf*>& leaf = leaves[page >> kLeafBits];
  if (leaf.load(std::memory_order_relaxed) == nullptr) {
    leaf.store(new Leaf{}, std::memory_order_release);
  }
  leaf.load(std::memory_order_relaxed)
      ->ours[page & ((1u << kLeafBits) - 1)]
      .store(1, std::memory_order_release);
}

Slab* new_slab(std::size_t size) {
  // Never freed: whoever kept an address may go on asking about it.
  void* memory = std::aligned_alloc(kSlabSize, kSlabSize);
  if (memory == nullptr) g_error("nvds_meta: no memory for %zu bytes of metadata", kSlabSize);
  const std::size_t stride = (sizeof(SlotHeader) + size + 63) & ~std::size_t{63};
  auto* slab = new (memory) Slab{static_cast<uint32_t>(stride),
                                 static_cast<uint32_t>(size),
                                 {0},
                                 static_cast<uint32_t>((kSlabSize - kFirstSlot) / stride)};
  total_bytes += kSlabSize;
  enter_in_registry(slab);
  return slab;
}

}  // namespace

SlotHeader* find_slot(const void* address) {
  const auto value = reinterpret_cast<uintptr_t>(address);
  if (value >> kAddressBits != 0) return nullptr;
  const uintptr_t page = value >> kSlabBits;
  const Leaf* leaf = leaves[page >> kLeafBits].load(std::memory_order_acquire);
  if (leaf == nullptr ||
      leaf->ours[page & ((1u << kLeafBits) - 1)].load(std::memory_order_acquire) == 0) {
    return nullptr;
  }
  const uintptr_t start = page << kSlabBits;
  const auto* slab = reinterpret_cast<const Slab*>(start);
  const auto offset = static_cast<uint32_t>(value - start);
  if (offset < kFirstSlot) return nullptr;
  const uint32_t index = (offset - kFirstSlot) / slab->stride;
  if (index >= slab->carved.load(std::memory_order_acquire)) return nullptr;
  const uint32_t slot_offset = kFirstSlot + index * slab->stride;
  if (offset - slot_offset - sizeof(SlotHeader) >= slab->size) return nullptr;  // also the header
  return reinterpret_cast<SlotHeader*>(start + slot_offset);
}

SlotHeader* take_slot(std::size_t size) {
  const std::lock_guard guard(slab_mutex);
  SizeClass& c = class_of(size);
  if (c.free != nullptr) {
    SlotHeader* slot = c.free;
    c.free = reinterpret_cast<SlotHeader*>(slot->node.next);
    slot->node.next = nullptr;
    unpoison(slot->meta(), size);
    return slot;
  }
  if (c.slab == nullptr || c.slab->carved.load(std::memory_order_relaxed) == c.slab->capacity) {
    c.slab = new_slab(size);
  }
  const uint32_t index = c.slab->carved.load(std::memory_order_relaxed);
  char* memory = reinterpret_cast<char*>(c.slab) + kFirstSlot + std::size_t{index} * c.slab->stride;
  auto* slot = new (memory) SlotHeader;
  slot->node.data = slot->meta();
  std::memset(slot->meta(), 0, size);
  c.slab->carved.store(index + 1, std::memory_order_release);
  return slot;
}

void give_slot(SlotHeader* slot, std::size_t size) {
  const std::lock_guard guard(slab_mutex);
  SizeClass& c = class_of(size);
  slot->node.prev = nullptr;
  slot->node.next = reinterpret_cast<GList*>(c.free);
  c.free = slot;
  unpoison(slot->meta(), size);
  std::memset(slot->meta(), 0, size);
  poison(slot->meta(), size);
}

std::size_t slab_bytes() {
  const std::lock_guard guard(slab_mutex);
  return total_bytes;
}

#if defined(__SANITIZE_ADDRESS__)
void poison(const void* meta, std::size_t size) { ASAN_POISON_MEMORY_REGION(meta, size); }
void unpoison(const void* meta, std::size_t size) { ASAN_UNPOISON_MEMORY_REGION(meta, size); }
#else
void poison(const void*, std::size_t) {}
void unpoison(const void*, std::size_t) {}
#endif

}  // namespace thalweg
