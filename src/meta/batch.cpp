#include "meta/batch.h"

#include <pthread.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#include "meta/release.h"
#include "meta/slots.h"

namespace thalweg {
namespace {

struct PoolKind {
  NvDsMetaType type;
  guint size;
  NvDsMetaReleaseFunc release;
  guint per_frame;  // elements for each frame of the batch, or
  guint fixed;      // elements however large the batch is
};
// By PoolIndex. A frame takes what is below it along.
constexpr PoolKind kPools[6] = {
    {NVDS_FRAME_META, sizeof(NvDsFrameMeta), release_frame_meta, 1, 0},
    {NVDS_OBJ_META, sizeof(NvDsObjectMeta), release_obj_meta, 8, 0},
    {NVDS_CLASSIFIER_META, sizeof(NvDsClassifierMeta), release_classifier_meta, 8, 0},
    {NVDS_DISPLAY_META, sizeof(NvDsDisplayMeta), release_display_meta, 0, 8},
    {NVDS_USER_META, sizeof(NvDsUserMeta), nullptr, 0, 8},
    {NVDS_LABEL_INFO_META, sizeof(NvDsLabelInfo), release_label_meta, 8, 0},
};
constexpr guint kMaxGrowth = 128;

std::mutex free_batches_mutex;
BatchBlock* free_batches = nullptr;

void push(GList*& list, GList* node) {
  node->prev = nullptr;
  node->next = list;
  if (list != nullptr) list->prev = node;
  list = node;
}

void unlink(GList*& list, GList* node) {
  if (node->prev != nullptr) {
    node->prev->next = node->next;
  } else {
    list = node->next;
  }
  if (node->next != nullptr) node->next->prev = node->prev;
  node->prev = node->next = nullptr;
}

void set_head(const NvDsMetaPool* pool, BatchBlock* block, void* meta) {
  *static_cast<NvDsBaseMeta*>(meta) = {&block->meta, pool->meta_type, nullptr, pool->copy_func,
                                       pool->release_func};
}

// Frees what a slot's struct holds and makes the slot ready for its next life.
void finish(BatchBlock* block, SlotHeader* slot) {
  NvDsMetaPool* pool = slot->pool;
  void* meta = slot->meta();
  auto* base = static_cast<NvDsBaseMeta*>(meta);
  if (base->release_func != nullptr) base->release_func(meta, nullptr);
  std::memset(meta, 0, pool->element_size);
  set_head(pool, block, meta);
  push(pool->empty_list, &slot->node);
  ++pool->num_empty_elements;
  poison(meta, pool->element_size);
}

guint initial_elements(const PoolKind& kind, guint frames) {
  return kind.fixed + kind.per_frame * frames;
}

// All but the lock, which a late unpin may still take.
void poison_batch(BatchBlock* block) {
  auto* start = reinterpret_cast<char*>(&block->meta);
  poison(start, offsetof(NvDsBatchMeta, meta_mutex));
  poison(start + offsetof(NvDsBatchMeta, misc_batch_info),
         sizeof(NvDsBatchMeta) - offsetof(NvDsBatchMeta, misc_batch_info));
}

// Metas that are in no pool: their release functions are all that knows how to free them.
void release_foreign(BatchBlock* block, const GList* list) {
  for (const GList* node = list; node != nullptr; node = node->next) {
    if (find_exact(node->data) == nullptr) release(block, node->data);
  }
}

bool nothing_waits(const BatchBlock* block) {
  return block->waiting_slots->empty() && block->waiting_lists->empty();
}

bool is_over(const BatchBlock* block) { return block->destroy.load() != BatchBlock::Destroy::kNo; }

// Lets the memory of an emptied vector be used again.
template <typename T>
void give_back(std::vector<T>&& used, std::vector<T>& into) {
  used.clear();
  if (into.capacity() == 0) into.swap(used);
}

// Frees what waits unless there is a pin, each struct with what it releases in turn before the
// next.
//
// Whoever pins after this saw no pin does so by another, live struct and cannot reach what waits.
void finish_released(BatchBlock* block) {
  while (!nothing_waits(block)) {
    // A read-modify-write, to order it after the unlinking.
    if (block->pins.fetch_add(0) != 0) return;
    std::vector<SlotHeader*> slots;
    std::vector<GList*> lists;
    slots.swap(*block->waiting_slots);
    lists.swap(*block->waiting_lists);
    for (GList* list : lists) g_list_free(list);
    for (SlotHeader* slot : slots) {
      finish(block, slot);
      finish_released(block);
    }
    give_back(std::move(slots), *block->waiting_slots);
    give_back(std::move(lists), *block->waiting_lists);
  }
}

// Releases the next struct of a batch whose life is over; false if there is none left. Then the
// batch waits for its next life, and must not be touched any more.
bool take_apart(BatchBlock* block) {
  NvDsBatchMeta& batch = block->meta;
  for (GList** head : {&batch.frame_meta_list, &batch.batch_user_meta_list}) {
    GList* list = std::exchange(*head, nullptr);
    release_foreign(block, list);
    free_nodes(block, list);
  }
  for (NvDsMetaPool& pool : block->pools) {
    if (pool.full_list == nullptr) continue;
    release(block, pool.full_list->data);
    return true;
  }
  if (!nothing_waits(block)) return true;
  for (int i = 0; i < 6; ++i) {
    drop_slots(&block->pools[i], initial_elements(kPools[i], block->initial_frames));
  }
  block->waiting.store(false);
  block->destroy.store(BatchBlock::Destroy::kNo);
  block->finishing = false;
  poison_batch(block);
  const std::lock_guard guard(free_batches_mutex);
  block->next_free = free_batches;
  free_batches = block;
  return false;
}

// Ends the life of everything in a batch that is pinned, so that wrappers know at once.
void release_everything(BatchBlock* block) {
  for (NvDsMetaPool& pool : block->pools) {
    while (pool.full_list != nullptr) release(block, pool.full_list->data);
  }
  block->destroy.store(BatchBlock::Destroy::kReleased);
}

// Whether a program has the lock, in this thread, which holds it. GLib's recursive lock is one of
// pthread, and of these only the C library's own count tells.
bool program_has_lock(const BatchBlock* block) {
  const auto* mutex = static_cast<const pthread_mutex_t*>(block->meta.meta_mutex.p);
  return unsigned(mutex->__data.__count) > block->sections;
}

// Frees what waits until nothing does or a pin is found. Under the lock. False when it was called
// by a release function that it runs itself, and has left everything to its caller; or when the
// program destroyed a batch whose lock it has: its next life would begin locked.
bool finish_waiting(BatchBlock* block) {
  if (nothing_waits(block) && !block->waiting.load()) return true;
  if (block->finishing) return false;
  block->finishing = true;
  while (true) {
    finish_released(block);
    if (is_over(block) && program_has_lock(block)) {
      release_everything(block);
      block->waiting.store(true);
      block->finishing = false;
      return false;
    }
    const bool pinned = block->pins.load() != 0;
    if (pinned && is_over(block)) release_everything(block);
    if (!nothing_waits(block) || (pinned && is_over(block))) {
      // The last unpin comes back here; it may have been just now.
      block->waiting.store(true);
      if (block->pins.load() != 0) break;
    } else if (is_over(block)) {
      if (!take_apart(block)) return true;
    } else {
      block->waiting.store(false);
      if (!is_over(block)) break;  // nor was it destroyed just now
      block->waiting.store(true);
    }
  }
  block->finishing = false;
  return true;
}

BatchBlock* reuse_batch(guint max_batch_size) {
  const std::lock_guard guard(free_batches_mutex);
  for (BatchBlock** link = &free_batches; *link != nullptr; link = &(*link)->next_free) {
    BatchBlock* block = *link;
    if (block->initial_frames != max_batch_size) continue;
    *link = block->next_free;
    return block;
  }
  return nullptr;
}

BatchBlock* new_batch(guint max_batch_size) {
  SlotHeader* slot = take_slot(sizeof(BatchBlock));
  auto* block = static_cast<BatchBlock*>(slot->meta());
  slot->block.store(block, std::memory_order_relaxed);
  block->initial_frames = max_batch_size;
  block->waiting_slots = new std::vector<SlotHeader*>;
  block->waiting_lists = new std::vector<GList*>;
  g_rec_mutex_init(&block->meta.meta_mutex);
  for (int i = 0; i < 6; ++i) {
    const PoolKind& kind = kPools[i];
    NvDsMetaPool& pool = block->pools[i];
    pool.meta_type = kind.type;
    pool.element_size = kind.size;
    pool.release_func = kind.release;
    add_slots(block, &pool, initial_elements(kind, max_batch_size));
  }
  return block;
}

}  // namespace

void add_slots(BatchBlock* block, NvDsMetaPool* pool, guint count) {
  for (guint i = 0; i < count; ++i) {
    SlotHeader* slot = take_slot(pool->element_size);
    slot->block.store(block, std::memory_order_relaxed);
    slot->pool = pool;
    set_head(pool, block, slot->meta());
    push(pool->empty_list, &slot->node);
    poison(slot->meta(), pool->element_size);
  }
  pool->max_elements_in_pool += count;
  pool->num_empty_elements += count;
}

void drop_slots(NvDsMetaPool* pool, guint left) {
  while (pool->max_elements_in_pool > left && pool->empty_list != nullptr) {
    GList* node = pool->empty_list;
    unlink(pool->empty_list, node);
    --pool->num_empty_elements;
    --pool->max_elements_in_pool;
    give_slot(slot_of(node->data), pool->element_size);
  }
}

BatchBlock* find_block(const NvDsBatchMeta* batch) {
  SlotHeader* slot = find_exact(batch);
  if (slot == nullptr) return nullptr;
  BatchBlock* block = slot->block.load(std::memory_order_relaxed);
  return static_cast<const void*>(block) == batch ? block : nullptr;
}

BatchBlock* BatchBlock::of(const NvDsBatchMeta* batch) {
  BatchBlock* block = find_block(batch);
  return block != nullptr && slot_of(block)->live() ? block : nullptr;
}

BatchBlock* BatchBlock::of_meta(const void* meta) {
  SlotHeader* slot = find_exact(meta);
  return slot != nullptr && slot->live() ? slot->block.load(std::memory_order_relaxed) : nullptr;
}

BatchBlock* BatchBlock::around(const void* meta) {
  SlotHeader* slot = find_exact(meta);
  return slot != nullptr ? slot->block.load(std::memory_order_relaxed) : nullptr;
}

Section::Section(BatchBlock* block) : block_(block) {
  g_rec_mutex_lock(&block_->meta.meta_mutex);
  ++block_->sections;
}

Section::~Section() {
  finish_waiting(block_);
  --block_->sections;
  g_rec_mutex_unlock(&block_->meta.meta_mutex);
  settle(block_);  // for a thread that found the lock taken just now
}

Pin::Pin(const void* meta) : block_(nullptr) {
  const SlotHeader* slot = find_exact(meta);
  if (slot == nullptr) return;
  const uint64_t generation = slot->generation.load();
  if (thalweg_batch_pin(meta, generation) != 0) {
    block_ = slot->block.load(std::memory_order_relaxed);
  }
}

Pin::~Pin() {
  if (block_ != nullptr) thalweg_batch_unpin(block_);
}

void settle(BatchBlock* block) {
  while (block->waiting.load() &&
         (block->pins.load() == 0 || block->destroy.load() == BatchBlock::Destroy::kAsked) &&
         g_rec_mutex_trylock(&block->meta.meta_mutex)) {
    ++block->sections;
    const bool done = finish_waiting(block);
    --block->sections;
    g_rec_mutex_unlock(&block->meta.meta_mutex);
    if (!done) return;
  }
}

void grow(BatchBlock* block, NvDsMetaPool* pool) {
  const guint doubled = pool->max_elements_in_pool == 0 ? 8 : 2 * pool->max_elements_in_pool;
  add_slots(block, pool, std::min(doubled, kMaxGrowth));
}

void* acquire(BatchBlock* block, NvDsMetaPool* pool) {
  const Section section(block);
  if (pool->empty_list == nullptr) grow(block, pool);
  GList* node = pool->empty_list;
  unlink(pool->empty_list, node);
  --pool->num_empty_elements;
  push(pool->full_list, node);
  ++pool->num_full_elements;
  SlotHeader* slot = slot_of(node->data);
  unpoison(node->data, pool->element_size);
  slot->generation.fetch_add(1, std::memory_order_release);
  return node->data;
}

void release(BatchBlock* block, void* meta) {
  SlotHeader* slot = find_exact(meta);
  if (slot == nullptr) {
    auto* base = static_cast<NvDsBaseMeta*>(meta);
    if (base->release_func != nullptr) base->release_func(meta, nullptr);
    return;
  }
  if (!slot->live() || slot->block.load(std::memory_order_relaxed) != block) return;
  unlink(slot->pool->full_list, &slot->node);
  --slot->pool->num_full_elements;
  // The generation first, then the pins; who pins does it the other way round. Either they see the
  // new generation, or finish_waiting sees their pin.
  slot->generation.fetch_add(1);
  block->waiting_slots->push_back(slot);
}

void free_nodes(BatchBlock* block, GList* list) {
  if (list != nullptr) block->waiting_lists->push_back(list);
}

BatchBlock* create_batch(guint max_batch_size) {
  BatchBlock* block = reuse_batch(max_batch_size);
  if (block == nullptr) block = new_batch(max_batch_size);
  NvDsBatchMeta& batch = block->meta;
  unpoison(&batch, sizeof batch);
  batch.base_meta = {&batch, NVDS_BATCH_META, nullptr, nvds_batch_meta_copy_func,
                     nvds_batch_meta_release_func};
  batch.max_frames_in_batch = batch.num_frames_in_batch = 0;
  batch.frame_meta_pool = &block->pools[0];
  batch.obj_meta_pool = &block->pools[1];
  batch.classifier_meta_pool = &block->pools[2];
  batch.display_meta_pool = &block->pools[3];
  batch.user_meta_pool = &block->pools[4];
  batch.label_info_meta_pool = &block->pools[5];
  batch.frame_meta_list = batch.batch_user_meta_list = nullptr;
  std::memset(batch.misc_batch_info, 0, sizeof batch.misc_batch_info);
  std::memset(batch.reserved, 0, sizeof batch.reserved);
  slot_of(block)->generation.fetch_add(1, std::memory_order_release);
  return block;
}

bool destroy_batch(BatchBlock* block) {
  std::atomic<uint64_t>& generation = slot_of(block)->generation;
  uint64_t now = generation.load();
  if (!(now & 1) || !generation.compare_exchange_strong(now, now + 1)) return false;
  block->destroy.store(BatchBlock::Destroy::kAsked);
  block->waiting.store(true);
  settle(block);
  return true;
}

}  // namespace thalweg

#pragma GCC visibility push(default)

const uint64_t* thalweg_slot_find(const void* address, NvDsBatchMeta** batch) {
  static_assert(sizeof(std::atomic<uint64_t>) == sizeof(uint64_t));
  thalweg::SlotHeader* slot = thalweg::find_slot(address);
  if (slot == nullptr) return nullptr;
  thalweg::BatchBlock* block = slot->block.load(std::memory_order_relaxed);
  *batch = block == nullptr ? nullptr : &block->meta;
  return reinterpret_cast<const uint64_t*>(&slot->generation);
}

const uint64_t* thalweg_slot_generation(const void* abi_struct) {
  NvDsBatchMeta* batch = nullptr;
  return thalweg_slot_find(abi_struct, &batch);
}

int thalweg_batch_pin(const void* abi_struct, uint64_t generation) {
  thalweg::SlotHeader* slot = thalweg::find_slot(abi_struct);
  if (slot == nullptr || slot->generation.load() != generation || !(generation & 1)) return 0;
  thalweg::BatchBlock* block = slot->block.load(std::memory_order_relaxed);
  if (block == nullptr) return 0;  // a payload
  block->pins.fetch_add(1);
  if (slot->generation.load() == generation) return 1;
  thalweg_batch_unpin(block);
  return 0;
}

void thalweg_batch_unpin(const void* batch) {
  thalweg::SlotHeader* slot = thalweg::find_slot(batch);
  g_return_if_fail(slot != nullptr);
  thalweg::BatchBlock* block = slot->block.load(std::memory_order_relaxed);
  if (block->pins.fetch_sub(1) == 1) thalweg::settle(block);
}

const uint64_t* thalweg_batch_epoch(const void* abi_struct) {
  thalweg::SlotHeader* slot = thalweg::find_slot(abi_struct);
  if (slot == nullptr) return nullptr;
  thalweg::BatchBlock* block = slot->block.load(std::memory_order_relaxed);
  return block == nullptr ? nullptr : reinterpret_cast<const uint64_t*>(&block->epoch);
}

void* thalweg_payload_new(size_t size) {
  thalweg::SlotHeader* slot = thalweg::take_slot(size);
  slot->block.store(nullptr, std::memory_order_relaxed);  // it may have been a meta before
  slot->pool = nullptr;
  slot->generation.fetch_add(1, std::memory_order_release);
  return slot->meta();
}

int thalweg_payload_end(void* payload) {
  thalweg::SlotHeader* slot = thalweg::find_exact(payload);
  if (slot == nullptr || !slot->live()) return 0;
  slot->generation.fetch_add(1);
  return 1;
}

void thalweg_payload_give(void* payload, size_t size) {
  thalweg::give_slot(thalweg::slot_of(payload), size);
}

void thalweg_payload_free(void* payload, size_t size) {
  if (thalweg_payload_end(payload) != 0) thalweg_payload_give(payload, size);
}

NvDsMetaType thalweg_slot_type(const void* address, const void** start) {
  thalweg::SlotHeader* slot = thalweg::find_slot(address);
  if (slot == nullptr || !slot->live()) return NVDS_INVALID_META;
  *start = slot->meta();
  if (slot->pool != nullptr) return slot->pool->meta_type;
  const bool in_batch = slot->block.load(std::memory_order_relaxed) == slot->meta() &&
                        address < static_cast<NvDsBatchMeta*>(slot->meta()) + 1;
  return in_batch ? NVDS_BATCH_META : NVDS_INVALID_META;
}

int thalweg_pool_adopt(NvDsBatchMeta* batch, NvDsMetaType type, void* meta) {
  thalweg::BatchBlock* block = thalweg::BatchBlock::of(batch);
  thalweg::SlotHeader* slot = thalweg::find_exact(meta);
  if (block == nullptr || slot == nullptr || !slot->live() || slot->block.load() != nullptr)
    return 0;
  const auto pool = std::find_if(std::begin(block->pools), std::end(block->pools),
                                 [type](const NvDsMetaPool& p) { return p.meta_type == type; });
  if (pool == std::end(block->pools)) return 0;
  const thalweg::Section section(block);
  slot->block.store(block);
  slot->pool = pool;
  thalweg::push(pool->full_list, &slot->node);
  ++pool->num_full_elements;
  ++pool->max_elements_in_pool;
  auto* base = static_cast<NvDsBaseMeta*>(meta);
  base->batch_meta = batch;
  if (base->release_func == nullptr) base->release_func = pool->release_func;
  return 1;
}

void thalweg_list_detach(GList** head) {
  thalweg::SlotHeader* slot = thalweg::find_slot(head);
  if (slot == nullptr) return;
  thalweg::BatchBlock* block = slot->block.load(std::memory_order_relaxed);
  if (block == nullptr) return;
  const thalweg::Section section(block);
  thalweg::free_nodes(block, std::exchange(*head, nullptr));
  thalweg::move_epoch(block);
}

#pragma GCC visibility pop
