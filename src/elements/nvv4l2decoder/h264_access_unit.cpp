#include "elements/nvv4l2decoder/h264_access_unit.h"

namespace thalweg {

bool is_reference_access_unit(GstBuffer* buffer) {
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return true;
  bool reference = true;
  for (gsize i = 0; i + 3 < map.size; ++i) {
    if (map.data[i] != 0 || map.data[i + 1] != 0 || map.data[i + 2] != 1) continue;
    const guint8 header = map.data[i + 3];
    const int type = header & 0x1f;
    if (type >= 1 && type <= 5) {
      reference = (header >> 5 & 3) != 0;
      break;
    }
    i += 3;
  }
  gst_buffer_unmap(buffer, &map);
  return reference;
}

}  // namespace thalweg
