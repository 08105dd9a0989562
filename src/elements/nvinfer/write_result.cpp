#include "elements/nvinfer/write_result.h"

#include "elements/batch_meta.h"
#include "elements/object_meta.h"

namespace thalweg {
namespace {

NvOSD_ColorParams color(const Rgba& c) { return {c[0], c[1], c[2], c[3]}; }

}  // namespace

void write_result(const Model& model, int unique_id, NvDsFrameMeta* frame, const Result& result) {
  NvDsBatchMeta* batch = frame->base_meta.batch_meta;
  MetaLock lock(batch);
  for (const auto& d : result.detections) {
    const auto& attributes = model.config().classes[size_t(d.class_id)];
    const auto& label = model.label(d.class_id);
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
}

}  // namespace thalweg
