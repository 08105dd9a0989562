#include "elements/nvinfer/segmentation_meta.h"

#include <memory>

#include "gstnvdsinfer.h"

namespace thalweg {
namespace {

/// The payload: the C struct and what it points to.
struct SegmentationMeta : NvDsInferSegmentationMeta {
  SegmentationMeta(int id, const Segmentation& from) : NvDsInferSegmentationMeta{}, arrays(from) {
    classes = arrays.classes;
    width = arrays.width;
    height = arrays.height;
    class_map = arrays.class_map.data();
    class_probabilities_map = arrays.probabilities.data();
    priv_data = this;
    unique_id = id;
  }

  Segmentation arrays;
};

SegmentationMeta* payload_of(gpointer user_meta) {
  return static_cast<SegmentationMeta*>(static_cast<NvDsInferSegmentationMeta*>(
      static_cast<NvDsUserMeta*>(user_meta)->user_meta_data));
}

gpointer copy(gpointer user_meta, gpointer) {
  const SegmentationMeta* old = payload_of(user_meta);
  return static_cast<NvDsInferSegmentationMeta*>(new SegmentationMeta(old->unique_id, old->arrays));
}

void release(gpointer user_meta, gpointer) {
  delete payload_of(user_meta);
  static_cast<NvDsUserMeta*>(user_meta)->user_meta_data = nullptr;
}

}  // namespace

NvDsUserMeta* new_segmentation_meta(NvDsBatchMeta* batch, int unique_id, const Segmentation& from) {
  auto payload = std::make_unique<SegmentationMeta>(unique_id, from);
  NvDsUserMeta* meta = nvds_acquire_user_meta_from_pool(batch);
  meta->user_meta_data = static_cast<NvDsInferSegmentationMeta*>(payload.release());
  meta->base_meta.meta_type = NvDsMetaType(NVDSINFER_SEGMENTATION_META);
  meta->base_meta.copy_func = copy;
  meta->base_meta.release_func = release;
  return meta;
}

}  // namespace thalweg
