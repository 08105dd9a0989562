#include "elements/nvinfer/prepared_tensors.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "infer/error.h"
#include "nvdspreprocess_meta.h"
#include "surface/text.h"

namespace thalweg {
namespace {

/// @throws InferError when the tensor is not one of `model`'s inputs, whole.
void check(const Model& model, const GstNvDsPreProcessBatchMeta& prepared) {
  const NvDsPreProcessTensorMeta& tensor = *prepared.tensor_meta;
  const TensorInfo& input = model.input();
  const auto fail = [&](const std::string& expected, const std::string& got) {
    fail_settings(model.config().path + ": [property] input-tensor-from-meta=1: expected " +
                  expected + ", got " + got +
                  ". Write a network-input-shape, tensor-name and tensor-data-type for " +
                  model.path() + " into the configuration of nvdspreprocess.");
  };
  TensorInfo got{
      tensor.tensor_name, FLOAT, {tensor.tensor_shape.begin(), tensor.tensor_shape.end()}};
  if (tensor.tensor_name != input.name) fail("the tensor " + input.name, tensor.tensor_name);
  if (tensor.data_type != NvDsDataType_FP32) {
    fail("float32 values", "type " + std::to_string(tensor.data_type));
  }
  const bool fits = std::ranges::all_of(tensor.tensor_shape, [](int size) { return size > 0; }) &&
                    got.shape.size() == input.shape.size() &&
                    std::equal(got.shape.begin() + 1, got.shape.end(), input.shape.begin() + 1);
  if (!fits) fail("the shape of " + shape_text(input) + " after its batch", shape_text(got));
  if (!tensor.raw_tensor_buffer || tensor.buffer_size < got.bytes()) {
    fail(std::to_string(got.bytes()) + " bytes of " + shape_text(got),
         std::to_string(tensor.raw_tensor_buffer ? tensor.buffer_size : 0));
  }
  if (prepared.roi_vector.size() > got.shape[0]) {
    fail("a region for each unit of " + shape_text(got),
         std::to_string(prepared.roi_vector.size()));
  }
}

UnitPlace place_of(const Model& model, const NvDsRoiMeta& region, const Frame& frame) {
  const auto& box = region.roi;
  const bool usable = std::isfinite(box.left + box.top + box.width + box.height) &&
                      std::isfinite(region.offset_left + region.offset_top) &&
                      region.scale_ratio_x > 0 && region.scale_ratio_y > 0 &&
                      std::isfinite(region.scale_ratio_x + region.scale_ratio_y);
  if (!usable) {
    fail_settings(
        text("input-tensor-from-meta=1: expected a region with finite sides and scales "
             "above 0, got left %g, top %g, %g x %g, scaled by %g x %g. Correct the "
             "element before nvinfer.",
             double(box.left), double(box.top), double(box.width), double(box.height),
             region.scale_ratio_x, region.scale_ratio_y));
  }
  UnitPlace place{frame.width(), frame.height(), {}};
  const auto width = float(frame.width()), height = float(frame.height());
  // The whole pixels of the region's place, and the rest as an offset.
  const float left = std::clamp(box.left, -width, width);
  const float top = std::clamp(box.top, -height, height);
  auto& geometry = place.geometry;
  geometry.crop = {int(std::floor(left)), int(std::floor(top)), 0, 0};
  geometry.scale_x = region.scale_ratio_x, geometry.scale_y = region.scale_ratio_y;
  geometry.offset_x = region.offset_left - (left - std::floor(left)) * geometry.scale_x;
  geometry.offset_y = region.offset_top - (top - std::floor(top)) * geometry.scale_y;
  if (model.config().clip_object_outside_roi) {
    Region limits;
    limits.left = std::clamp(left, 0.0f, width), limits.top = std::clamp(top, 0.0f, height);
    limits.right = std::clamp(left + box.width, limits.left, width);
    limits.bottom = std::clamp(top + box.height, limits.top, height);
    place.limits = limits;
  }
  return place;
}

}  // namespace

std::vector<PreparedUnit> prepared_units(const Model& model, int unique_id, NvDsBatchMeta* meta,
                                         Batch& batch) {
  std::set<const NvDsFrameMeta*> frames;
  for (GList* node = meta->frame_meta_list; node; node = node->next)
    frames.insert(static_cast<NvDsFrameMeta*>(node->data));
  std::vector<PreparedUnit> units;
  for (GList* node = meta->batch_user_meta_list; node; node = node->next) {
    const auto* user = static_cast<NvDsUserMeta*>(node->data);
    if (user->base_meta.meta_type != NVDS_PREPROCESS_BATCH_META || !user->user_meta_data) continue;
    auto& prepared = *static_cast<GstNvDsPreProcessBatchMeta*>(user->user_meta_data);
    if (!std::ranges::count(prepared.target_unique_ids, guint64(unique_id))) continue;
    if (!prepared.tensor_meta) continue;
    check(model, prepared);
    const auto* values = static_cast<const float*>(prepared.tensor_meta->raw_tensor_buffer);
    for (NvDsRoiMeta& region : prepared.roi_vector) {
      const float* unit = values;
      values += model.input_floats();
      if (!frames.contains(region.frame_meta)) {
        fail_settings(
            "input-tensor-from-meta=1: expected regions of the frames of the batch, got "
            "one of another frame. Correct the element before nvinfer.");
      }
      const Frame& frame = batch.frame(int(region.frame_meta->batch_id));
      units.push_back(
          {{region.frame_meta, region.object_meta, &region}, unit, place_of(model, region, frame)});
    }
  }
  return units;
}

}  // namespace thalweg
