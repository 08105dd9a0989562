// What the library keeps about a batch beside the ABI struct, and how slots go in and out of its
// pools. Shared by the files of src/meta only.
#pragma once

#include <atomic>
#include <utility>
#include <vector>

#include "meta/slab.h"
#include "nvdsmeta.h"

namespace thalweg {

/** A batch's own pools, in the order in which they are emptied. */
enum PoolIndex { kFrames, kObjects, kClassifiers, kDisplays, kUsers, kLabels };

/**
 * A batch: the ABI struct first, so the address of one is that of the other. Lies in a slot of its
 * own. Destroyed batches are kept, pools and all, for the next batch of the same size.
 */
struct BatchBlock {
  NvDsBatchMeta meta;
  NvDsMetaPool pools[6];
  guint initial_frames;
  std::atomic<uint32_t> pins;
  std::atomic<uint64_t> epoch;
  /** Somebody left work behind for the last unpin or the next unlock. */
  std::atomic<bool> waiting;
  /** Asked to be destroyed; then everything in it was released, too, and waits for a pin. */
  enum class Destroy : uint8_t { kNo, kAsked, kReleased };
  std::atomic<Destroy> destroy;
  /** Released: slots whose contents, and lists whose nodes, are still to be freed. */
  std::vector<SlotHeader*>* waiting_slots;
  std::vector<GList*>* waiting_lists;
  /** What waits is being freed, further up in this thread's stack. */
  bool finishing;
  /** How often this library holds the lock, in the thread that has it. */
  unsigned sections;
  BatchBlock* next_free;

  /** The live batch at this address, or nullptr. */
  static BatchBlock* of(const NvDsBatchMeta* batch);
  /** The live batch that a live meta of ours belongs to, or nullptr. */
  static BatchBlock* of_meta(const void* meta);
  /** The batch in whose slot a meta lies, live or being released; nullptr when it is not ours. */
  static BatchBlock* around(const void* meta);
};

/** The batch at this address, live or just being destroyed; nullptr when it is not ours. */
BatchBlock* find_block(const NvDsBatchMeta* batch);

/**
 * Holds the batch's lock. The lock is the ABI's own GRecMutex: C programs may lock it directly and
 * must exclude us. At its end it frees what was released, unless a pin is left.
 */
class Section {
 public:
  explicit Section(BatchBlock* block);
  ~Section();
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

 private:
  BatchBlock* block_;
};

/** Keeps what the batch of a meta releases readable, as thalweg_batch_pin does. */
class Pin {
 public:
  /** Nothing is pinned for a meta that is not ours or not live. */
  explicit Pin(const void* meta);
  Pin(Pin&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  ~Pin();
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

 private:
  BatchBlock* block_;
};

/**
 * Frees what was released, unless a pin is left or somebody has the lock: then the last unpin or
 * the unlocking thread does it. Never waits. Runs release functions.
 */
void settle(BatchBlock* block);

/** A zeroed live struct of the pool; grows an empty pool. */
void* acquire(BatchBlock* block, NvDsMetaPool* pool);

/**
 * Ends a meta's life. When the Section ends and no pin is left, its release function runs and the
 * slot goes back to its pool: so no foreign code runs while lists are being changed. A struct that
 * is not ours only has its release function run. Nothing happens to one that is not live.
 */
void release(BatchBlock* block, void* meta);

/** Frees the nodes of a list that is no longer reachable, as release does. */
void free_nodes(BatchBlock* block, GList* list);

/**
 * False for a slot whose meta's life is over, or that has become another kind of struct since,
 * though a list may still name it.
 */
inline bool usable(const void* meta, NvDsMetaType type) {
  const SlotHeader* slot = find_exact(meta);
  return slot == nullptr ||
         (slot->live() && slot->pool != nullptr && slot->pool->meta_type == type);
}

/** Says that nodes have left a list of the batch. */
inline void move_epoch(BatchBlock* block) { block->epoch.fetch_add(1, std::memory_order_release); }

/** Adds room to a pool, as the originals do: twice its size, 128 at most. */
void grow(BatchBlock* block, NvDsMetaPool* pool);

/** Puts `count` more free slots into a pool; takes free ones out until it has `left`. */
void add_slots(BatchBlock* block, NvDsMetaPool* pool, guint count);
void drop_slots(NvDsMetaPool* pool, guint left);

BatchBlock* create_batch(guint max_batch_size);
/** Ends the batch's life; false if it is over. Never waits: see settle. */
bool destroy_batch(BatchBlock* block);

}  // namespace thalweg
