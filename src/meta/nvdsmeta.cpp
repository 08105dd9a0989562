// The C interface of libnvds_meta but for copies: create, acquire, add, remove, clear, release.
#define G_LOG_DOMAIN "nvds_meta"

#include "nvdsmeta.h"

#include <atomic>
#include <iterator>
#include <type_traits>
#include <utility>

#include "meta/batch.h"
#include "meta/release.h"
#include "meta/slots.h"

using thalweg::BatchBlock;
using thalweg::Section;

namespace {

enum class End { kFront, kBack };

void add(GList*& list, void* meta, End end) {
  list = end == End::kFront ? g_list_prepend(list, meta) : g_list_append(list, meta);
}

// Takes `meta` out of a list and releases it. Only if it was in the list, the parent's count goes
// down. A meta that was acquired but never added is released all the same.
void remove(GList*& list, void* meta, BatchBlock* block, guint* count = nullptr) {
  if (block == nullptr) block = BatchBlock::of_meta(meta);
  g_return_if_fail(block != nullptr);
  const Section section(block);
  GList* node = g_list_find(list, meta);
  if (node != nullptr) {
    list = g_list_remove_link(list, node);
    if (count != nullptr) --*count;
  }
  thalweg::move_epoch(block);
  thalweg::release(block, meta);
  thalweg::free_nodes(block, node);
}

void release_all(BatchBlock* block, GList* list) {
  for (GList* node = list; node != nullptr; node = node->next) thalweg::release(block, node->data);
}

// Empties a parent's list and releases the metas from `list` on, a node of it; none for NULL, as
// the original has it. A list of somebody else is left alone.
void clear(GList*& head, GList* list, const NvDsBaseMeta& parent, guint* count = nullptr) {
  if (head == nullptr && list == nullptr) return;
  BatchBlock* block = BatchBlock::around(&parent);
  if (block == nullptr) block = thalweg::find_block(parent.batch_meta);
  g_return_if_fail(block != nullptr);
  const Section section(block);
  if (list != nullptr) g_return_if_fail(g_list_first(list) == head);
  GList* nodes = std::exchange(head, nullptr);
  if (count != nullptr) *count = 0;
  thalweg::move_epoch(block);
  release_all(block, list);
  thalweg::free_nodes(block, nodes);
}

std::atomic<int (*)(void*)> block_keeper = nullptr;

template <typename T>
void free_and_null(T*& pointer) {
  void* block = const_cast<std::remove_const_t<T>*>(std::exchange(pointer, nullptr));
  if (block == nullptr) return;
  const auto keep = block_keeper.load(std::memory_order_relaxed);
  if (keep == nullptr || keep(block) == 0) g_free(block);
}

// Not by the batch's own pointers to its pools, which a program may have exchanged.
template <typename T>
T* acquire(NvDsBatchMeta* batch, thalweg::PoolIndex pool) {
  BatchBlock* block = BatchBlock::of(batch);
  g_return_val_if_fail(block != nullptr, nullptr);
  return static_cast<T*>(thalweg::acquire(block, &block->pools[pool]));
}

}  // namespace

#pragma GCC visibility push(default)

void nvds_acquire_meta_lock(NvDsBatchMeta* batch_meta) {
  g_return_if_fail(batch_meta != nullptr);
  g_rec_mutex_lock(&batch_meta->meta_mutex);
}

void nvds_release_meta_lock(NvDsBatchMeta* batch_meta) {
  g_return_if_fail(batch_meta != nullptr);
  g_rec_mutex_unlock(&batch_meta->meta_mutex);
  if (BatchBlock* block = thalweg::find_block(batch_meta)) thalweg::settle(block);
}

NvDsBatchMeta* nvds_create_batch_meta(guint max_batch_size) {
  return &thalweg::create_batch(max_batch_size)->meta;
}

gboolean nvds_destroy_batch_meta(NvDsBatchMeta* batch_meta) {
  BatchBlock* block = thalweg::find_block(batch_meta);
  const bool destroyed = block != nullptr && thalweg::destroy_batch(block);
  g_return_val_if_fail(destroyed, FALSE);
  return TRUE;
}

void nvds_batch_meta_release_func(gpointer data, gpointer) {
  nvds_destroy_batch_meta(static_cast<NvDsBatchMeta*>(data));
}

NvDsFrameMeta* nvds_acquire_frame_meta_from_pool(NvDsBatchMeta* batch_meta) {
  return acquire<NvDsFrameMeta>(batch_meta, thalweg::kFrames);
}

NvDsObjectMeta* nvds_acquire_obj_meta_from_pool(NvDsBatchMeta* batch_meta) {
  return acquire<NvDsObjectMeta>(batch_meta, thalweg::kObjects);
}

NvDsClassifierMeta* nvds_acquire_classifier_meta_from_pool(NvDsBatchMeta* batch_meta) {
  return acquire<NvDsClassifierMeta>(batch_meta, thalweg::kClassifiers);
}

NvDsDisplayMeta* nvds_acquire_display_meta_from_pool(NvDsBatchMeta* batch_meta) {
  return acquire<NvDsDisplayMeta>(batch_meta, thalweg::kDisplays);
}

NvDsLabelInfo* nvds_acquire_label_info_meta_from_pool(NvDsBatchMeta* batch_meta) {
  return acquire<NvDsLabelInfo>(batch_meta, thalweg::kLabels);
}

NvDsUserMeta* nvds_acquire_user_meta_from_pool(NvDsBatchMeta* batch_meta) {
  return acquire<NvDsUserMeta>(batch_meta, thalweg::kUsers);
}

void nvds_add_frame_meta_to_batch(NvDsBatchMeta* batch_meta, NvDsFrameMeta* frame_meta) {
  g_return_if_fail(batch_meta != nullptr && frame_meta != nullptr);
  add(batch_meta->frame_meta_list, frame_meta, End::kBack);
  ++batch_meta->num_frames_in_batch;
}

void nvds_add_obj_meta_to_frame(NvDsFrameMeta* frame_meta, NvDsObjectMeta* obj_meta,
                                NvDsObjectMeta* obj_parent) {
  g_return_if_fail(frame_meta != nullptr && obj_meta != nullptr);
  obj_meta->parent = obj_parent;
  add(frame_meta->obj_meta_list, obj_meta, End::kFront);
  ++frame_meta->num_obj_meta;
}

void nvds_add_classifier_meta_to_object(NvDsObjectMeta* obj_meta,
                                        NvDsClassifierMeta* classifier_meta) {
  g_return_if_fail(obj_meta != nullptr && classifier_meta != nullptr);
  add(obj_meta->classifier_meta_list, classifier_meta, End::kFront);
}

void nvds_add_classifier_meta_to_roi(NvDsRoiMeta* roi_meta, NvDsClassifierMeta* classifier_meta) {
  g_return_if_fail(roi_meta != nullptr && classifier_meta != nullptr);
  add(roi_meta->classifier_meta_list, classifier_meta, End::kFront);
}

void nvds_add_label_info_meta_to_classifier(NvDsClassifierMeta* classifier_meta,
                                            NvDsLabelInfo* label_info_meta) {
  g_return_if_fail(classifier_meta != nullptr && label_info_meta != nullptr);
  add(classifier_meta->label_info_list, label_info_meta, End::kFront);
  ++classifier_meta->num_labels;
}

void nvds_add_display_meta_to_frame(NvDsFrameMeta* frame_meta, NvDsDisplayMeta* display_meta) {
  g_return_if_fail(frame_meta != nullptr && display_meta != nullptr);
  add(frame_meta->display_meta_list, display_meta, End::kFront);
}

void nvds_add_user_meta_to_batch(NvDsBatchMeta* batch_meta, NvDsUserMeta* user_meta) {
  g_return_if_fail(batch_meta != nullptr && user_meta != nullptr);
  add(batch_meta->batch_user_meta_list, user_meta, End::kBack);
}

void nvds_add_user_meta_to_frame(NvDsFrameMeta* frame_meta, NvDsUserMeta* user_meta) {
  g_return_if_fail(frame_meta != nullptr && user_meta != nullptr);
  add(frame_meta->frame_user_meta_list, user_meta, End::kFront);
}

void nvds_add_user_meta_to_roi(NvDsRoiMeta* roi_meta, NvDsUserMeta* user_meta) {
  g_return_if_fail(roi_meta != nullptr && user_meta != nullptr);
  add(roi_meta->roi_user_meta_list, user_meta, End::kFront);
}

void nvds_add_user_meta_to_obj(NvDsObjectMeta* obj_meta, NvDsUserMeta* user_meta) {
  g_return_if_fail(obj_meta != nullptr && user_meta != nullptr);
  add(obj_meta->obj_user_meta_list, user_meta, End::kFront);
}

void nvds_remove_frame_meta_from_batch(NvDsBatchMeta* batch_meta, NvDsFrameMeta* frame_meta) {
  BatchBlock* block = BatchBlock::of(batch_meta);
  g_return_if_fail(block != nullptr && frame_meta != nullptr);
  remove(batch_meta->frame_meta_list, frame_meta, block, &batch_meta->num_frames_in_batch);
}

void nvds_remove_obj_meta_from_frame(NvDsFrameMeta* frame_meta, NvDsObjectMeta* obj_meta) {
  g_return_if_fail(frame_meta != nullptr && obj_meta != nullptr);
  remove(frame_meta->obj_meta_list, obj_meta, BatchBlock::of_meta(frame_meta),
         &frame_meta->num_obj_meta);
}

void nvds_remove_classifier_meta_from_obj(NvDsObjectMeta* obj_meta,
                                          NvDsClassifierMeta* classifier_meta) {
  g_return_if_fail(obj_meta != nullptr && classifier_meta != nullptr);
  remove(obj_meta->classifier_meta_list, classifier_meta, BatchBlock::of_meta(obj_meta));
}

void nvds_remove_classifier_meta_from_roi(NvDsRoiMeta* roi_meta,
                                          NvDsClassifierMeta* classifier_meta) {
  g_return_if_fail(roi_meta != nullptr && classifier_meta != nullptr);
  remove(roi_meta->classifier_meta_list, classifier_meta, nullptr);
}

void nvds_remove_label_info_meta_from_classifier(NvDsClassifierMeta* classifier_meta,
                                                 NvDsLabelInfo* label_info_meta) {
  g_return_if_fail(classifier_meta != nullptr && label_info_meta != nullptr);
  remove(classifier_meta->label_info_list, label_info_meta, BatchBlock::of_meta(classifier_meta),
         &classifier_meta->num_labels);
}

void nvds_remove_display_meta_from_frame(NvDsFrameMeta* frame_meta, NvDsDisplayMeta* display_meta) {
  g_return_if_fail(frame_meta != nullptr && display_meta != nullptr);
  remove(frame_meta->display_meta_list, display_meta, BatchBlock::of_meta(frame_meta));
}

void nvds_remove_user_meta_from_batch(NvDsBatchMeta* batch_meta, NvDsUserMeta* user_meta) {
  BatchBlock* block = BatchBlock::of(batch_meta);
  g_return_if_fail(block != nullptr && user_meta != nullptr);
  remove(batch_meta->batch_user_meta_list, user_meta, block);
}

void nvds_remove_user_meta_from_frame(NvDsFrameMeta* frame_meta, NvDsUserMeta* user_meta) {
  g_return_if_fail(frame_meta != nullptr && user_meta != nullptr);
  remove(frame_meta->frame_user_meta_list, user_meta, BatchBlock::of_meta(frame_meta));
}

void nvds_remove_user_meta_from_roi(NvDsRoiMeta* roi_meta, NvDsUserMeta* user_meta) {
  g_return_if_fail(roi_meta != nullptr && user_meta != nullptr);
  remove(roi_meta->roi_user_meta_list, user_meta, nullptr);
}

void nvds_remove_user_meta_from_object(NvDsObjectMeta* obj_meta, NvDsUserMeta* user_meta) {
  g_return_if_fail(obj_meta != nullptr && user_meta != nullptr);
  remove(obj_meta->obj_user_meta_list, user_meta, BatchBlock::of_meta(obj_meta));
}

void nvds_clear_frame_meta_list(NvDsBatchMeta* batch_meta, NvDsFrameMetaList* meta_list) {
  g_return_if_fail(batch_meta != nullptr);
  clear(batch_meta->frame_meta_list, meta_list, batch_meta->base_meta,
        &batch_meta->num_frames_in_batch);
}

void nvds_clear_obj_meta_list(NvDsFrameMeta* frame_meta, NvDsObjectMetaList* meta_list) {
  g_return_if_fail(frame_meta != nullptr);
  clear(frame_meta->obj_meta_list, meta_list, frame_meta->base_meta, &frame_meta->num_obj_meta);
}

void nvds_clear_classifier_meta_list(NvDsObjectMeta* obj_meta, NvDsClassifierMetaList* meta_list) {
  g_return_if_fail(obj_meta != nullptr);
  clear(obj_meta->classifier_meta_list, meta_list, obj_meta->base_meta);
}

void nvds_clear_label_info_meta_list(NvDsClassifierMeta* classifier_meta,
                                     NvDsLabelInfoList* meta_list) {
  g_return_if_fail(classifier_meta != nullptr);
  clear(classifier_meta->label_info_list, meta_list, classifier_meta->base_meta,
        &classifier_meta->num_labels);
}

void nvds_clear_display_meta_list(NvDsFrameMeta* frame_meta, NvDisplayMetaList* meta_list) {
  g_return_if_fail(frame_meta != nullptr);
  clear(frame_meta->display_meta_list, meta_list, frame_meta->base_meta);
}

void nvds_clear_batch_user_meta_list(NvDsBatchMeta* batch_meta, NvDsUserMetaList* meta_list) {
  g_return_if_fail(batch_meta != nullptr);
  clear(batch_meta->batch_user_meta_list, meta_list, batch_meta->base_meta);
}

void nvds_clear_frame_user_meta_list(NvDsFrameMeta* frame_meta, NvDsUserMetaList* meta_list) {
  g_return_if_fail(frame_meta != nullptr);
  clear(frame_meta->frame_user_meta_list, meta_list, frame_meta->base_meta);
}

void nvds_clear_obj_user_meta_list(NvDsObjectMeta* object_meta, NvDsUserMetaList* meta_list) {
  g_return_if_fail(object_meta != nullptr);
  clear(object_meta->obj_user_meta_list, meta_list, object_meta->base_meta);
}

NvDsMetaList* nvds_clear_meta_list(NvDsBatchMeta* batch_meta, NvDsMetaList* meta_list,
                                   NvDsMetaPool*) {
  BatchBlock* block = BatchBlock::of(batch_meta);
  g_return_val_if_fail(block != nullptr, meta_list);
  const Section section(block);
  thalweg::move_epoch(block);
  release_all(block, meta_list);
  thalweg::free_nodes(block, meta_list);
  return nullptr;
}

NvDsFrameMeta* nvds_get_nth_frame_meta(NvDsFrameMetaList* frame_meta_list, guint index) {
  return static_cast<NvDsFrameMeta*>(g_list_nth_data(frame_meta_list, index));
}

NvDsMetaType nvds_get_user_meta_type(gchar* meta_descriptor) {
  return static_cast<NvDsMetaType>(NVDS_START_USER_META + g_quark_from_string(meta_descriptor));
}

gboolean nvds_get_current_metadata_info(NvDsBatchMeta* batch_meta) {
  BatchBlock* block = BatchBlock::of(batch_meta);
  g_return_val_if_fail(block != nullptr, FALSE);
  const Section section(block);
  get_meta_pool_status(batch_meta->frame_meta_pool);
  get_meta_pool_status(batch_meta->obj_meta_pool);
  for (GList* f = batch_meta->frame_meta_list; f != nullptr; f = f->next) {
    if (!thalweg::usable(f->data, NVDS_FRAME_META)) continue;
    const auto* frame = static_cast<NvDsFrameMeta*>(f->data);
    g_debug("frame %p: source %u, pad %u, number %d, %u objects", f->data, frame->source_id,
            frame->pad_index, frame->frame_num, frame->num_obj_meta);
    for (GList* o = frame->obj_meta_list; o != nullptr; o = o->next) {
      if (!thalweg::usable(o->data, NVDS_OBJ_META)) continue;
      const auto* object = static_cast<NvDsObjectMeta*>(o->data);
      const NvOSD_RectParams& box = object->rect_params;
      g_debug("  object %p: component %d, class %d, id %" G_GUINT64_FORMAT " at (%g, %g), %g x %g",
              o->data, object->unique_component_id, object->class_id, object->object_id, box.left,
              box.top, box.width, box.height);
    }
  }
  return TRUE;
}

void release_frame_meta(gpointer data, gpointer) {
  auto* frame = static_cast<NvDsFrameMeta*>(data);
  free_and_null(frame->sensorInfo_meta.sensor_id);
  free_and_null(frame->sensorInfo_meta.sensor_name);
  free_and_null(frame->sensorInfo_meta.uri);
  nvds_clear_obj_meta_list(frame, frame->obj_meta_list);
  nvds_clear_display_meta_list(frame, frame->display_meta_list);
  nvds_clear_frame_user_meta_list(frame, frame->frame_user_meta_list);
}

void release_obj_meta(gpointer data, gpointer) {
  auto* object = static_cast<NvDsObjectMeta*>(data);
  nvds_clear_classifier_meta_list(object, object->classifier_meta_list);
  nvds_clear_obj_user_meta_list(object, object->obj_user_meta_list);
  free_and_null(object->text_params.display_text);
  free_and_null(object->mask_params.data);
}

void release_classifier_meta(gpointer data, gpointer) {
  auto* classifier = static_cast<NvDsClassifierMeta*>(data);
  nvds_clear_label_info_meta_list(classifier, classifier->label_info_list);
}

void release_label_meta(gpointer data, gpointer) {
  free_and_null(static_cast<NvDsLabelInfo*>(data)->pResult_label);
}

void release_display_meta(gpointer data, gpointer) {
  // Every place, not only the first num_labels: a program may have lowered the number.
  for (NvOSD_TextParams& text : static_cast<NvDsDisplayMeta*>(data)->text_params) {
    free_and_null(text.display_text);
  }
}

void thalweg_set_block_keeper(int (*keep)(void* block)) { block_keeper.store(keep); }

gpointer nvds_acquire_meta_from_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool) {
  BatchBlock* block = BatchBlock::of(batch_meta);
  g_return_val_if_fail(block != nullptr && pool != nullptr, nullptr);
  return thalweg::acquire(block, pool);
}

NvDsMetaList* nvds_add_meta_to_parent(NvDsMetaList* list, gpointer meta, gboolean append) {
  add(list, meta, append ? End::kBack : End::kFront);
  return list;
}

NvDsMetaList* nvds_remove_meta_from_parent(NvDsMetaList* list, gpointer meta, NvDsMetaPool*) {
  remove(list, meta, nullptr);
  return list;
}

NvDsMetaPool* nvds_create_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements,
                                    guint element_size, NvDsMetaCopyFunc copy_func,
                                    NvDsMetaReleaseFunc release_func, NvDsMetaType meta_type) {
  BatchBlock* block = BatchBlock::of(batch_meta);
  g_return_val_if_fail(block != nullptr && element_size >= sizeof(NvDsBaseMeta), nullptr);
  auto* pool = g_new0(NvDsMetaPool, 1);
  pool->meta_type = meta_type;
  pool->element_size = element_size;
  pool->copy_func = copy_func;
  pool->release_func = release_func;
  thalweg::add_slots(block, pool, max_elements);
  return pool;
}

NvDsMetaPool* nvds_create_frame_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements) {
  return nvds_create_meta_pool(batch_meta, max_elements, sizeof(NvDsFrameMeta), nullptr,
                               release_frame_meta, NVDS_FRAME_META);
}

NvDsMetaPool* nvds_create_obj_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements) {
  return nvds_create_meta_pool(batch_meta, max_elements, sizeof(NvDsObjectMeta), nullptr,
                               release_obj_meta, NVDS_OBJ_META);
}

NvDsMetaPool* nvds_create_classifier_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements) {
  return nvds_create_meta_pool(batch_meta, max_elements, sizeof(NvDsClassifierMeta), nullptr,
                               release_classifier_meta, NVDS_CLASSIFIER_META);
}

NvDsMetaPool* nvds_create_display_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements) {
  return nvds_create_meta_pool(batch_meta, max_elements, sizeof(NvDsDisplayMeta), nullptr,
                               release_display_meta, NVDS_DISPLAY_META);
}

NvDsMetaPool* nvds_create_user_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements) {
  return nvds_create_meta_pool(batch_meta, max_elements, sizeof(NvDsUserMeta), nullptr, nullptr,
                               NVDS_USER_META);
}

NvDsMetaPool* nvds_create_label_info_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements) {
  return nvds_create_meta_pool(batch_meta, max_elements, sizeof(NvDsLabelInfo), nullptr,
                               release_label_meta, NVDS_LABEL_INFO_META);
}

gboolean nvds_destroy_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool) {
  BatchBlock* block = BatchBlock::of(batch_meta);
  g_return_val_if_fail(block != nullptr && pool != nullptr, FALSE);
  if (pool >= block->pools && pool < std::end(block->pools)) return FALSE;
  {
    const Section section(block);
    while (pool->full_list != nullptr) thalweg::release(block, pool->full_list->data);
  }
  const Section section(block);
  if (pool->num_empty_elements != pool->max_elements_in_pool) return FALSE;  // some wait for a pin
  thalweg::drop_slots(pool, 0);
  g_free(pool);
  return TRUE;
}

gboolean nvds_destroy_frame_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool) {
  return nvds_destroy_meta_pool(batch_meta, pool);
}

gboolean nvds_destroy_obj_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool) {
  return nvds_destroy_meta_pool(batch_meta, pool);
}

gboolean nvds_destroy_classifier_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool) {
  return nvds_destroy_meta_pool(batch_meta, pool);
}

gboolean nvds_destroy_display_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool) {
  return nvds_destroy_meta_pool(batch_meta, pool);
}

gboolean nvds_destroy_user_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool) {
  return nvds_destroy_meta_pool(batch_meta, pool);
}

gboolean nvds_destroy_label_info_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool) {
  return nvds_destroy_meta_pool(batch_meta, pool);
}

void increase_pool_size(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool) {
  BatchBlock* block = BatchBlock::of(batch_meta);
  g_return_if_fail(block != nullptr && pool != nullptr);
  const Section section(block);
  thalweg::grow(block, pool);
}

void get_meta_pool_status(NvDsMetaPool* pool) {
  g_return_if_fail(pool != nullptr);
  g_debug("pool of meta type %d: %u elements, %u free, %u used", pool->meta_type,
          pool->max_elements_in_pool, pool->num_empty_elements, pool->num_full_elements);
}

#pragma GCC visibility pop
