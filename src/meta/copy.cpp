// Copies of metadata: of a whole batch when GStreamer copies a buffer, and of its parts.
//
// As in the original, every list but the batch's own two comes out in reverse order: the copies are
// prepended one after the other.
#define G_LOG_DOMAIN "nvds_meta"

#include <cstring>
#include <utility>
#include <vector>

#include "meta/batch.h"
#include "meta/release.h"
#include "meta/slots.h"
#include "nvdsmeta.h"

using thalweg::BatchBlock;
using thalweg::Section;

namespace {

// Copies the plain fields of a struct, keeps the head that its pool gave it.
template <typename T>
void copy_fields(const T& src, T& dst) {
  const NvDsBaseMeta base = dst.base_meta;
  dst = src;
  dst.base_meta = base;
}

// An attribute string that nobody frees: its copy has to live for ever, too.
void copy_unowned(const gchar*& dst, const gchar* src) { dst = g_intern_string(src); }

// The metas of a list, without those whose life is over (they were in two lists). They stay
// readable while it lives, and the list may change: it is copied into itself, or a copy function
// changes it.
template <typename T>
class Snapshot {
 public:
  explicit Snapshot(const GList* list) {
    const BatchBlock* pinned = nullptr;
    for (; list != nullptr; list = list->next) {
      if (!thalweg::usable(list->data, thalweg::kMetaType<T>)) continue;
      const BatchBlock* block = BatchBlock::around(list->data);
      if (block != pinned) {  // normally all are of one batch
        pins_.emplace_back(list->data);
        pinned = block;
        if (!thalweg::usable(list->data, thalweg::kMetaType<T>)) continue;
      }
      metas_.push_back(static_cast<T*>(list->data));
    }
  }
  auto begin() const { return metas_.begin(); }
  auto end() const { return metas_.end(); }

 private:
  std::vector<thalweg::Pin> pins_;
  std::vector<T*> metas_;
};

template <typename T, typename Parent, typename Copy, typename Add>
void copy_list(const GList* list, Parent* parent, T* (*acquire)(NvDsBatchMeta*), Copy copy,
               Add add) {
  for (T* src : Snapshot<T>(list)) {
    T* dst = acquire(parent->base_meta.batch_meta);
    g_return_if_fail(dst != nullptr);
    copy(src, dst);
    add(parent, dst);
  }
}

using ObjectPairs = std::vector<std::pair<const NvDsObjectMeta*, NvDsObjectMeta*>>;

// Lets the copies' `parent` name the copy of the parent. Parents outside the frame become NULL.
void copy_parents(const ObjectPairs& pairs) {
  for (const auto& [src, dst] : pairs) {
    if (src->parent == nullptr) continue;
    for (const auto& [candidate, copy] : pairs) {
      if (candidate == src->parent) dst->parent = copy;
    }
  }
}

}  // namespace

#pragma GCC visibility push(default)

void nvds_copy_label_info_meta(NvDsLabelInfo* src_label_info, NvDsLabelInfo* dst_label_info) {
  g_return_if_fail(src_label_info != nullptr && dst_label_info != nullptr);
  copy_fields(*src_label_info, *dst_label_info);
  dst_label_info->pResult_label = g_strdup(src_label_info->pResult_label);
}

void nvds_copy_label_info_list(NvDsLabelInfoList* src_label_info_list,
                               NvDsClassifierMeta* dst_classifier_meta) {
  g_return_if_fail(dst_classifier_meta != nullptr);
  copy_list(src_label_info_list, dst_classifier_meta, nvds_acquire_label_info_meta_from_pool,
            nvds_copy_label_info_meta, nvds_add_label_info_meta_to_classifier);
}

void nvds_copy_classifier_meta(NvDsClassifierMeta* src_classifier_meta,
                               NvDsClassifierMeta* dst_classifier_meta) {
  g_return_if_fail(src_classifier_meta != nullptr && dst_classifier_meta != nullptr);
  dst_classifier_meta->unique_component_id = src_classifier_meta->unique_component_id;
  copy_unowned(dst_classifier_meta->classifier_type, src_classifier_meta->classifier_type);
  nvds_copy_label_info_list(src_classifier_meta->label_info_list, dst_classifier_meta);
}

void nvds_copy_classification_list(NvDsClassifierMetaList* src_classifier_meta_list,
                                   NvDsObjectMeta* dst_object_meta) {
  g_return_if_fail(dst_object_meta != nullptr);
  copy_list(src_classifier_meta_list, dst_object_meta, nvds_acquire_classifier_meta_from_pool,
            nvds_copy_classifier_meta, nvds_add_classifier_meta_to_object);
}

void nvds_copy_display_meta(NvDsDisplayMeta* src_display_meta, NvDsDisplayMeta* dst_display_meta) {
  g_return_if_fail(src_display_meta != nullptr && dst_display_meta != nullptr);
  copy_fields(*src_display_meta, *dst_display_meta);
  dst_display_meta->base_meta.uContext = src_display_meta->base_meta.uContext;
  for (NvOSD_TextParams& text : dst_display_meta->text_params) {
    text.display_text = g_strdup(text.display_text);
  }
}

void nvds_copy_display_meta_list(NvDisplayMetaList* src_display_meta_list,
                                 NvDsFrameMeta* dst_frame_meta) {
  g_return_if_fail(dst_frame_meta != nullptr);
  copy_list(src_display_meta_list, dst_frame_meta, nvds_acquire_display_meta_from_pool,
            nvds_copy_display_meta, nvds_add_display_meta_to_frame);
}

void copy_user_meta(NvDsUserMeta* src, NvDsUserMeta* dst) {
  g_return_if_fail(src != nullptr && dst != nullptr && src->base_meta.copy_func != nullptr);
  NvDsBatchMeta* batch = dst->base_meta.batch_meta;
  dst->base_meta = src->base_meta;
  dst->base_meta.batch_meta = batch;
  dst->user_meta_data = src->base_meta.copy_func(src, nullptr);
}

void copy_user_meta_list(NvDsUserMetaList* src, gpointer dst_parent, gint level) {
  g_return_if_fail(dst_parent != nullptr);
  NvDsBatchMeta* batch = static_cast<NvDsBaseMeta*>(dst_parent)->batch_meta;
  for (NvDsUserMeta* user : Snapshot<NvDsUserMeta>(src)) {
    if (user->base_meta.copy_func == nullptr) continue;  // says that it is not to be copied
    NvDsUserMeta* copy = nvds_acquire_user_meta_from_pool(batch);
    g_return_if_fail(copy != nullptr);
    copy_user_meta(user, copy);
    switch (level) {
      case 1:
        nvds_add_user_meta_to_batch(static_cast<NvDsBatchMeta*>(dst_parent), copy);
        break;
      case 2:
        nvds_add_user_meta_to_frame(static_cast<NvDsFrameMeta*>(dst_parent), copy);
        break;
      case 3:
        nvds_add_user_meta_to_obj(static_cast<NvDsObjectMeta*>(dst_parent), copy);
        break;
      default:
        break;
    }
  }
}

void nvds_copy_batch_user_meta_list(NvDsUserMetaList* src_user_meta_list,
                                    NvDsBatchMeta* dst_batch_meta) {
  copy_user_meta_list(src_user_meta_list, dst_batch_meta, 1);
}

void nvds_copy_frame_user_meta_list(NvDsUserMetaList* src_user_meta_list,
                                    NvDsFrameMeta* dst_frame_meta) {
  copy_user_meta_list(src_user_meta_list, dst_frame_meta, 2);
}

void nvds_copy_obj_user_meta_list(NvDsUserMetaList* src_user_meta_list,
                                  NvDsObjectMeta* dst_object_meta) {
  copy_user_meta_list(src_user_meta_list, dst_object_meta, 3);
}

void nvds_copy_obj_meta(NvDsObjectMeta* src_object_meta, NvDsObjectMeta* dst_object_meta) {
  g_return_if_fail(src_object_meta != nullptr && dst_object_meta != nullptr);
  copy_fields(*src_object_meta, *dst_object_meta);
  NvDsObjectMeta& dst = *dst_object_meta;
  dst.parent = nullptr;
  dst.text_params.display_text = g_strdup(src_object_meta->text_params.display_text);
  dst.mask_params.data = static_cast<float*>(
      g_memdup2(src_object_meta->mask_params.data, src_object_meta->mask_params.size));
  dst.classifier_meta_list = nullptr;
  dst.obj_user_meta_list = nullptr;
  nvds_copy_classification_list(src_object_meta->classifier_meta_list, &dst);
  nvds_copy_obj_user_meta_list(src_object_meta->obj_user_meta_list, &dst);
}

void nvds_copy_obj_meta_list(NvDsObjectMetaList* src_obj_meta_list, NvDsFrameMeta* dst_frame_meta) {
  g_return_if_fail(dst_frame_meta != nullptr);
  ObjectPairs pairs;
  bool parents = false;
  copy_list(
      src_obj_meta_list, dst_frame_meta, nvds_acquire_obj_meta_from_pool,
      [&](NvDsObjectMeta* src, NvDsObjectMeta* dst) {
        nvds_copy_obj_meta(src, dst);
        pairs.emplace_back(src, dst);
        parents = parents || src->parent != nullptr;
      },
      [](NvDsFrameMeta* frame, NvDsObjectMeta* dst) {
        nvds_add_obj_meta_to_frame(frame, dst, nullptr);
      });
  if (parents) copy_parents(pairs);
}

void nvds_copy_frame_meta(NvDsFrameMeta* src_frame_meta, NvDsFrameMeta* dst_frame_meta) {
  g_return_if_fail(src_frame_meta != nullptr && dst_frame_meta != nullptr);
  const guint num_obj_meta = dst_frame_meta->num_obj_meta;
  copy_fields(*src_frame_meta, *dst_frame_meta);
  NvDsFrameMeta& dst = *dst_frame_meta;
  dst.num_obj_meta = num_obj_meta;
  dst.sensorInfo_meta.uri = g_strdup(src_frame_meta->sensorInfo_meta.uri);
  dst.sensorInfo_meta.sensor_id = g_strdup(src_frame_meta->sensorInfo_meta.sensor_id);
  dst.sensorInfo_meta.sensor_name = g_strdup(src_frame_meta->sensorInfo_meta.sensor_name);
  dst.obj_meta_list = nullptr;
  dst.display_meta_list = nullptr;
  dst.frame_user_meta_list = nullptr;
  nvds_copy_obj_meta_list(src_frame_meta->obj_meta_list, &dst);
  nvds_copy_display_meta_list(src_frame_meta->display_meta_list, &dst);
  nvds_copy_frame_user_meta_list(src_frame_meta->frame_user_meta_list, &dst);
}

void nvds_copy_frame_meta_list(NvDsFrameMetaList* src_frame_meta_list,
                               NvDsBatchMeta* dst_batch_meta) {
  g_return_if_fail(dst_batch_meta != nullptr);
  copy_list(src_frame_meta_list, dst_batch_meta, nvds_acquire_frame_meta_from_pool,
            nvds_copy_frame_meta, nvds_add_frame_meta_to_batch);
}

NvDsBatchMeta* batch_meta_copy(NvDsBatchMeta* src) {
  g_return_val_if_fail(src != nullptr, nullptr);
  BatchBlock* block = BatchBlock::of(src);
  g_return_val_if_fail(block != nullptr, nullptr);
  const thalweg::Pin pin(src);
  const Section section(block);
  NvDsBatchMeta* dst = nvds_create_batch_meta(block->initial_frames);
  dst->max_frames_in_batch = src->max_frames_in_batch;
  std::memcpy(dst->misc_batch_info, src->misc_batch_info, sizeof dst->misc_batch_info);
  std::memcpy(dst->reserved, src->reserved, sizeof dst->reserved);
  nvds_copy_frame_meta_list(src->frame_meta_list, dst);
  nvds_copy_batch_user_meta_list(src->batch_user_meta_list, dst);
  return dst;
}

gpointer nvds_batch_meta_copy_func(gpointer data, gpointer) {
  return batch_meta_copy(static_cast<NvDsBatchMeta*>(data));
}

#pragma GCC visibility pop
