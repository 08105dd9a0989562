#include "elements/nvinfer/segmentation_meta.h"

#include <memory>

#include "elements/nvinfer/payload.h"
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
    class_probabilities_map = arrays.probabilities.empty() ? nullptr : arrays.probabilities.data();
    priv_data = this;
    unique_id = id;
  }
  SegmentationMeta(const SegmentationMeta& other)
      : SegmentationMeta(other.unique_id, other.arrays) {}

  Segmentation arrays;
};

}  // namespace

void write_segmentation(int unique_id, const Subject& subject, const Segmentation& from) {
  attach_payload<NvDsInferSegmentationMeta>(std::make_unique<SegmentationMeta>(unique_id, from),
                                            NVDSINFER_SEGMENTATION_META, subject);
}

}  // namespace thalweg
