// What the library keeps about a batch beside the ABI struct, and how slots go in and out of its
// pools. Shared by the files of src/meta only.
#pragma once

#include <atomic>
#include <vector>

#include "meta/slab.h"
#include "nvdsmeta.h"

namespace thalweg {

/**
 * A batch: the ABI struct first, so the address of one is that of the other. Lies in a slot of its
 * own. Destroyed batches are kept, pools and all, for the next batch of the same size.
 */
struct BatchBlock {
  NvDsBatchMeta meta;
  NvDsMetaPool pools[6];
  guint initial_frames;
  std::atomic<uint32_t> pins;
  /** Something waits for the last unpin. Written under the batch's lock. */
  std::atomic<bool> waiting;
  bool destroy_waits;
  std::atomic<uint64_t> epoch;
  /** Released while pinned: slots whose contents, and lists whose nodes, are still to be freed. */
  std::vector<SlotHeader*>* waiting_slots;
  std::vector<GList*>* waiting_lists;
  BatchBlock* next_free;

  /** The live batch at this address, or nullptr. */
  static BatchBlock* of(const NvDsBatchMeta* batch);
  /** The live batch that a live meta of ours belongs to, or nullptr. */
  static BatchBlock* of_meta(const void* meta);
};

/** The batch at this address, live or just being destroyed; nullptr when it is not ours. */
BatchBlock* find_block(const NvDsBatchMeta* batch);

/**
 * Holds the batch's lock. The lock is the ABI's own GRecMutex: C programs may lock it directly and
 * must exclude us. Before unlocking, finishes releases whose pins are gone.
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

/** A zeroed live struct of the pool; grows an empty pool. */
void* acquire(BatchBlock* block, NvDsMetaPool* pool);

/**
 * Ends a meta's life: runs its release function and gives the slot back to its pool; later, if the
 * batch is pinned. A struct that is not ours only has its release function run. Nothing happens to
 * one that is not live. Called in a Section.
 */
void release(BatchBlock* block, void* meta);

/** Frees the nodes of a list that is no longer reachable; later, if the batch is pinned. */
void free_nodes(BatchBlock* block, GList* list);

/** Says that nodes have left a list of the batch. */
inline void move_epoch(BatchBlock* block) { block->epoch.fetch_add(1, std::memory_order_release); }

/** Adds room to a pool, as the originals do: twice its size, 128 at most. */
void grow(BatchBlock* block, NvDsMetaPool* pool);

/** Puts `count` more free slots into a pool; takes free ones out until it has `left`. */
void add_slots(BatchBlock* block, NvDsMetaPool* pool, guint count);
void drop_slots(NvDsMetaPool* pool, guint left);

BatchBlock* create_batch(guint max_batch_size);
/** Ends the batch's life, at once or with the last unpin. */
void destroy_batch(BatchBlock* block);

}  // namespace thalweg
