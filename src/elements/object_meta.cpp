#include "elements/object_meta.h"

#include <algorithm>
#include <cstring>

namespace thalweg {

void copy_label(const std::string& label, gchar (&to)[MAX_LABEL_SIZE]) {
  size_t size = std::min(label.size(), sizeof to - 1);
  // Do not cut a character in two.
  while (size < label.size() && size > 0 && (label[size] & 0xC0) == 0x80) --size;
  std::memcpy(to, label.data(), size);
  to[size] = 0;
}

NvDsObjectMeta* new_object(NvDsBatchMeta* batch, ObjectBox box, const std::string& label,
                           const std::string& text) {
  NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
  object->object_id = UNTRACKED_OBJECT_ID;
  object->detector_bbox_info.org_bbox_coords = {box.left, box.top, box.width, box.height};
  copy_label(label, object->obj_label);

  NvOSD_RectParams& rect = object->rect_params;
  rect.left = box.left, rect.top = box.top, rect.width = box.width, rect.height = box.height;
  rect.border_width = 3;
  rect.border_color = {1, 0, 0, 1};

  NvOSD_TextParams& shown = object->text_params;
  shown.display_text = g_strdup(text.c_str());
  shown.x_offset = unsigned(std::max(0.0f, box.left));
  shown.y_offset = unsigned(std::max(0.0f, box.top - 10));
  static char font[] = "Serif";
  shown.font_params = {font, 11, {1, 1, 1, 1}};
  shown.set_bg_clr = 1;
  shown.text_bg_clr = {0, 0, 0, 1};
  return object;
}

}  // namespace thalweg
