#include "meta/batch.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>

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
// In the order in which a batch's pools are emptied: a frame takes what is below it along.
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

void finish_destroy(BatchBlock* block) {
  NvDsBatchMeta& batch = block->meta;
  GList* frames = batch.frame_meta_list;
  GList* users = batch.batch_user_meta_list;
  batch.frame_meta_list = batch.batch_user_meta_list = nullptr;
  release_foreign(block, frames);
  release_foreign(block, users);
  free_nodes(block, frames);
  free_nodes(block, users);
  for (NvDsMetaPool& pool : block->pools) {
    while (pool.full_list != nullptr) release(block, pool.full_list->data);
  }
  // A struct below was pinned meanwhile: its unpin comes back here.
  if (!block->waiting_slots->empty() || !block->waiting_lists->empty()) {
    block->destroy_waits = true;
    block->waiting.store(true);
    return;
  }
  block->destroy_waits = false;
  for (int i = 0; i < 6; ++i) {
    drop_slots(&block->pools[i], initial_elements(kPools[i], block->initial_frames));
  }
  poison_batch(block);
  const std::lock_guard guard(free_batches_mutex);
  block->next_free = free_batches;
  free_batches = block;
}

// Frees what was released while the batch was pinned. Under the lock, with no pin left: whoever
// pins from now on does so by another, live struct and cannot reach what waits here.
void finish_waiting(BatchBlock* block) {
  block->waiting.store(false);
  std::vector<SlotHeader*> slots;
  std::vector<GList*> lists;
  slots.swap(*block->waiting_slots);
  lists.swap(*block->waiting_lists);
  for (SlotHeader* slot : slots) finish(block, slot);
  for (GList* list : lists) g_list_free(list);
  if (block->destroy_waits) finish_destroy(block);
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

Section::Section(BatchBlock* block) : block_(block) { g_rec_mutex_lock(&block_->meta.meta_mutex); }

Section::~Section() {
  if (block_->waiting.load() && block_->pins.load() == 0) finish_waiting(block_);
  g_rec_mutex_unlock(&block_->meta.meta_mutex);
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
  // new generation, or we see their pin.
  slot->generation.fetch_add(1);
  if (block->pins.load() != 0) {
    block->waiting_slots->push_back(slot);
    block->waiting.store(true);
    return;
  }
  finish(block, slot);
}

void free_nodes(BatchBlock* block, GList* list) {
  if (list == nullptr) return;
  if (block->pins.fetch_add(0) != 0) {  // a read-modify-write, to order it after the unlinking
    block->waiting_lists->push_back(list);
    block->waiting.store(true);
    return;
  }
  g_list_free(list);
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

void destroy_batch(BatchBlock* block) {
  const Section section(block);
  slot_of(block)->generation.fetch_add(1);
  if (block->pins.load() != 0) {
    block->destroy_waits = true;
    block->waiting.store(true);
    return;
  }
  finish_destroy(block);
}

}  // namespace thalweg

#pragma GCC visibility push(default)

const uint64_t* thalweg_slot_generation(const void* abi_struct) {
  static_assert(sizeof(std::atomic<uint64_t>) == sizeof(uint64_t));
  thalweg::SlotHeader* slot = thalweg::find_slot(abi_struct);
  return slot == nullptr ? nullptr : reinterpret_cast<const uint64_t*>(&slot->generation);
}

void** thalweg_slot_wrapper(const void* abi_struct) {
  thalweg::SlotHeader* slot = thalweg::find_exact(abi_struct);
  return slot == nullptr ? nullptr : &slot->wrapper;
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
  if (block->pins.fetch_sub(1) == 1 && block->waiting.load()) thalweg::Section{block};
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

void thalweg_payload_free(void* payload, size_t size) {
  thalweg::SlotHeader* slot = thalweg::find_exact(payload);
  if (slot == nullptr || !slot->live()) return;
  slot->generation.fetch_add(1);
  thalweg::give_slot(slot, size);
}

#pragma GCC visibility pop
