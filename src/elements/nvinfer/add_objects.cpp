#include "elements/nvinfer/add_objects.h"

#include "elements/object_meta.h"

namespace thalweg {
namespace {

NvOSD_ColorParams color(const Rgba& c) { return {c[0], c[1], c[2], c[3]}; }

}  // namespace

void add_objects(NvDsFrameMeta* frame, std::span<const Detection> detections,
                 const Detector& detector, int unique_id) {
  NvDsBatchMeta* batch = frame->base_meta.batch_meta;
  nvds_acquire_meta_lock(batch);
  for (const auto& d : detections) {
    const auto& attributes = detector.attributes(d.class_id);
    const auto& label = detector.label(d.class_id);
    NvDsObjectMeta* object = new_object(batch, {d.left, d.top, d.width, d.height}, label, label);
    object->unique_component_id = unique_id;
    object->class_id = d.class_id;
    object->confidence = d.confidence;
    object->rect_params.border_color = color(attributes.border_color);
    object->rect_params.has_bg_color = attributes.has_bg_color;
    object->rect_params.bg_color = color(attributes.bg_color);
    nvds_add_obj_meta_to_frame(frame, object, nullptr);
  }
  frame->bInferDone = TRUE;
  nvds_release_meta_lock(batch);
}

}  // namespace thalweg
