#include "elements/nvv4l2decoder/access_unit.h"

#include <cstddef>
#include <span>

namespace thalweg {
namespace {

/// Calls see(bytes) with what follows each start code 00 00 01 of a byte stream, its first byte
/// included, until it returns false. `bytes` reaches to the end of the buffer.
template <class See>
void for_each_start_code(GstBuffer* buffer, See see) {
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
  const std::span<const guint8> data(map.data, map.size);
  for (size_t i = 0; i + 3 < data.size(); ++i) {
    if (data[i] != 0 || data[i + 1] != 0 || data[i + 2] != 1) continue;
    if (!see(data.subspan(i + 3))) break;
    i += 3;
  }
  gst_buffer_unmap(buffer, &map);
}

}  // namespace

AccessUnit h264_access_unit(GstBuffer* buffer, int&) {
  AccessUnit unit;
  for_each_start_code(buffer, [&](std::span<const guint8> nal) {
    const int type = nal[0] & 0x1f;
    if (type < 1 || type > 5) return true;
    unit.is_reference = (nal[0] >> 5 & 3) != 0;
    return false;
  });
  return unit;
}

AccessUnit h265_access_unit(GstBuffer* buffer, int& highest_sub_layer) {
  constexpr int kRaslN = 8, kRaslR = 9, kLastSlice = 31, kSequenceParameters = 33;
  AccessUnit unit;
  for_each_start_code(buffer, [&](std::span<const guint8> nal) {
    if (nal.size() < 3) return false;
    const int type = nal[0] >> 1 & 0x3f, sub_layer = (nal[1] & 7) - 1;
    if (type == kSequenceParameters) highest_sub_layer = nal[2] >> 1 & 7;
    if (type > kLastSlice) return true;
    const bool refers_to_itself_only = type < 16 && type % 2 == 0;
    unit.is_reference = !(refers_to_itself_only && sub_layer >= highest_sub_layer);
    unit.gives_a_picture = type != kRaslN && type != kRaslR;
    return false;
  });
  return unit;
}

AccessUnit mpeg4_access_unit(GstBuffer* buffer, int&) {
  constexpr guint8 kPicture = 0xb6;
  constexpr int kBidirectional = 2;
  AccessUnit unit;
  unit.gives_a_picture = false;
  for_each_start_code(buffer, [&](std::span<const guint8> code) {
    if (code.size() < 2 || code[0] != kPicture) return true;
    unit.is_reference = code[1] >> 6 != kBidirectional;
    return false;
  });
  return unit;
}

AccessUnit jpeg_picture(GstBuffer*, int&) { return {}; }

}  // namespace thalweg
