#include "elements/nvinfer/object_meta.h"

#include <glib.h>

#include <algorithm>
#include <cstring>

namespace thalweg {
namespace {

NvOSD_ColorParams color(const Rgba& c) { return {c[0], c[1], c[2], c[3]}; }

void copy_label(const std::string& label, gchar (&to)[MAX_LABEL_SIZE]) {
  size_t size = std::min(label.size(), sizeof to - 1);
  // Do not cut a character in two.
  while (size < label.size() && size > 0 && (label[size] & 0xC0) == 0x80) --size;
  std::memcpy(to, label.data(), size);
  to[size] = 0;
}

}  // namespace

void add_objects(NvDsFrameMeta* frame, std::span<const Detection> detections,
                 const Detector& detector, int unique_id) {
  NvDsBatchMeta* batch = frame->base_meta.batch_meta;
  nvds_acquire_meta_lock(batch);
  for (const auto& d : detections) {
    NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
    const auto& attributes = detector.attributes(d.class_id);
    const auto& label = detector.label(d.class_id);
    object->unique_component_id = unique_id;
    object->class_id = d.class_id;
    object->object_id = UNTRACKED_OBJECT_ID;
    object->confidence = d.confidence;
    object->detector_bbox_info.org_bbox_coords = {d.left, d.top, d.width, d.height};
    copy_label(label, object->obj_label);

    auto& rect = object->rect_params;
    rect.left = d.left, rect.top = d.top, rect.width = d.width, rect.height = d.height;
    rect.border_width = 3;
    rect.border_color = color(attributes.border_color);
    rect.has_bg_color = attributes.has_bg_color;
    rect.bg_color = color(attributes.bg_color);

    auto& text = object->text_params;
    text.display_text = g_strdup(label.c_str());
    text.x_offset = unsigned(d.left);
    text.y_offset = unsigned(std::max(0.0f, d.top - 10));
    static char font[] = "Serif";
    text.font_params = {font, 11, {1, 1, 1, 1}};
    text.set_bg_clr = 1;
    text.text_bg_clr = {0, 0, 0, 1};
    nvds_add_obj_meta_to_frame(frame, object, nullptr);
  }
  frame->bInferDone = TRUE;
  nvds_release_meta_lock(batch);
}

}  // namespace thalweg
