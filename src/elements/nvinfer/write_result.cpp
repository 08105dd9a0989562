#include "elements/nvinfer/write_result.h"

#include "elements/batch_meta.h"
#include "elements/nvinfer/segmentation_meta.h"
#include "elements/object_meta.h"

namespace thalweg {
namespace {

NvOSD_ColorParams color(const Rgba& c) { return {c[0], c[1], c[2], c[3]}; }

void write_detections(const Model& model, int unique_id, NvDsFrameMeta* frame,
                      NvDsObjectMeta* parent, const Result& result) {
  for (const auto& d : result.detections) {
    const auto& attributes = model.config().classes[size_t(d.class_id)];
    const auto& label = model.label(d.class_id);
    NvDsObjectMeta* object =
        new_object(frame->base_meta.batch_meta, {d.left, d.top, d.width, d.height}, label, label);
    object->unique_component_id = unique_id;
    object->class_id = d.class_id;
    object->confidence = d.confidence;
    object->rect_params.border_color = color(attributes.border_color);
    object->rect_params.has_bg_color = attributes.has_bg_color;
    object->rect_params.bg_color = color(attributes.bg_color);
    if (d.mask && model.config().output_instance_mask) {
      auto& mask = object->mask_params;
      mask.data = static_cast<float*>(g_memdup2(d.mask->data.get(), d.mask->size_bytes));
      mask.size = d.mask->size_bytes;
      mask.width = d.mask->width;
      mask.height = d.mask->height;
      mask.threshold = model.config().segmentation_threshold;
    }
    nvds_add_obj_meta_to_frame(frame, object, parent);
  }
}

/// An object of the whole frame, to carry what a classifier says of it.
NvDsObjectMeta* whole_frame_object(int unique_id, NvDsFrameMeta* frame, const ObjectBox& box,
                                   const std::string& label) {
  NvDsObjectMeta* object = new_object(frame->base_meta.batch_meta, box, label, "");
  object->unique_component_id = unique_id;
  object->class_id = -1;
  object->rect_params.border_width = 6;
  nvds_add_obj_meta_to_frame(frame, object, nullptr);
  return object;
}

void append_text(NvOSD_TextParams& text, const std::string& more) {
  char* old = text.display_text;
  const bool is_first = !old || !*old;
  text.display_text =
      is_first ? g_strdup(more.c_str()) : g_strconcat(old, " ", more.c_str(), nullptr);
  g_free(old);
}

NvDsClassifierMeta* classifier_meta(const Model& model, int unique_id, NvDsBatchMeta* batch,
                                    const Result& result) {
  NvDsClassifierMeta* classifier = nvds_acquire_classifier_meta_from_pool(batch);
  classifier->unique_component_id = unique_id;
  classifier->classifier_type = g_intern_string(model.config().classifier_type.c_str());
  for (const auto& attribute : result.attributes) {
    NvDsLabelInfo* info = nvds_acquire_label_info_meta_from_pool(batch);
    info->label_id = attribute.layer;
    info->result_class_id = attribute.class_id;
    info->result_prob = attribute.confidence;
    info->num_classes = attribute.num_classes;
    copy_label(attribute.label, info->result_label);
    if (attribute.label.size() >= sizeof info->result_label) {
      info->pResult_label = g_strdup(attribute.label.c_str());
    }
    nvds_add_label_info_meta_to_classifier(classifier, info);
  }
  return classifier;
}

void write_attributes(const Model& model, int unique_id, const Subject& subject,
                      const Result& result) {
  if (result.attributes.empty()) return;
  auto [frame, object, region] = subject;
  NvDsBatchMeta* batch = frame->base_meta.batch_meta;
  std::string labels = result.description;
  for (const auto& attribute : result.attributes) {
    if (result.description.empty() && !attribute.label.empty())
      labels += (labels.empty() ? "" : " ") + attribute.label;
  }
  if (region) {
    nvds_add_classifier_meta_to_roi(region, classifier_meta(model, unique_id, batch, result));
  } else if (!object) {
    const ObjectBox box{0, 0, float(result.frame_width), float(result.frame_height)};
    object = whole_frame_object(unique_id, frame, box, labels);
  }
  if (!object) return;
  nvds_add_classifier_meta_to_object(object, classifier_meta(model, unique_id, batch, result));
  if (!labels.empty()) append_text(object->text_params, labels);
}

}  // namespace

void write_result(const Model& model, int unique_id, const Subject& subject, const Result& result) {
  MetaLock lock(subject.frame->base_meta.batch_meta);
  write_detections(model, unique_id, subject.frame, subject.object, result);
  write_attributes(model, unique_id, subject, result);
  if (result.segmentation) write_segmentation(unique_id, subject, *result.segmentation);
  if (!subject.object) subject.frame->bInferDone = TRUE;
}

}  // namespace thalweg
