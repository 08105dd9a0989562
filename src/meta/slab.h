// Slots for metadata structs, cut from slabs that are never unmapped, and the registry that finds
// the slot of an address.
#pragma once

#include <glib.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "nvdsmeta.h"

namespace thalweg {

struct BatchBlock;

/** Lies before each struct that the library hands out. */
struct SlotHeader {
  /** Odd while the struct is live. */
  std::atomic<uint64_t> generation{0};
  /** The batch whose pool the slot is in; a batch's own slot names itself. */
  std::atomic<BatchBlock*> block{nullptr};
  NvDsMetaPool* pool = nullptr;
  /** Node of the pool's empty or full list. While in no pool, node.next links free slots. */
  GList node{nullptr, nullptr, nullptr};

  void* meta() { return this + 1; }
  bool live() const { return generation.load(std::memory_order_relaxed) & 1; }
};
static_assert(sizeof(SlotHeader) % 8 == 0);

/** The slot whose struct contains `address`; nullptr when it is not ours. Lock-free, a few ns. */
SlotHeader* find_slot(const void* address);

/** The slot of a struct that is known to be ours. */
inline SlotHeader* slot_of(void* meta) { return static_cast<SlotHeader*>(meta) - 1; }

/** The slot whose struct starts exactly at `address`, or nullptr. */
inline SlotHeader* find_exact(const void* address) {
  SlotHeader* slot = find_slot(address);
  return slot != nullptr && slot->meta() == address ? slot : nullptr;
}

/**
 * A free slot for a struct of `size` bytes, zeroed, of even generation. Thread-safe; allocates only
 * when no slot of the size was given back before.
 */
SlotHeader* take_slot(std::size_t size);

/** Gives back a slot that is not live. */
void give_slot(SlotHeader* slot, std::size_t size);

/** Bytes of all slabs, for tests of growth. */
std::size_t slab_bytes();

/** Tells AddressSanitizer that a struct may not be touched, or may again. */
void poison(const void* meta, std::size_t size);
void unpoison(const void* meta, std::size_t size);

}  // namespace thalweg
