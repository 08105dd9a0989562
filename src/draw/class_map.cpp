#include "draw/class_map.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace thalweg {

Color class_color(int class_id) {
  unsigned bits = unsigned(class_id + 1) & 0xff;
  uint8_t parts[3] = {};
  for (int shift = 7; bits != 0; --shift) {
    for (uint8_t& part : parts) {
      part = uint8_t(part | (bits & 1) << shift);
      bits >>= 1;
    }
  }
  return {parts[0], parts[1], parts[2]};
}

void paint_classes(const Pixels& pixels, Rect to, const ClassMap& map, std::optional<int> left_out,
                   double alpha) {
  if (pixels.format != NVBUF_COLOR_FORMAT_RGBA) {
    throw std::invalid_argument("expected RGBA to paint classes on, got format " +
                                std::to_string(int(pixels.format)));
  }
  if (map.width < 1 || map.height < 1 || to.width < 1 || to.height < 1) return;
  const int left = std::max(to.left, 0), top = std::max(to.top, 0);
  const int right = int(std::min(int64_t(to.left) + to.width, int64_t(pixels.width)));
  const int bottom = int(std::min(int64_t(to.top) + to.height, int64_t(pixels.height)));
  const auto source = [](int position, int begin, int length, int map_length) {
    return int(int64_t(position - begin) * map_length / length);
  };
  std::vector<int> columns;
  for (int x = left; x < right; ++x) columns.push_back(source(x, to.left, to.width, map.width));

  const int ink = int(std::lround(std::clamp(alpha, 0.0, 1.0) * 256)), rest = 256 - ink;
  Color colors[256];
  for (int i = 0; i < 256; ++i) colors[i] = class_color(i);
  const auto mix = [&](uint8_t& value, uint8_t color) {
    value = uint8_t((color * ink + value * rest + 128) >> 8);
  };
  for (int y = top; y < bottom; ++y) {
    const int* ids = map.ids + ptrdiff_t(map.width) * source(y, to.top, to.height, map.height);
    uint8_t* pixel =
        pixels.planes[0].data + ptrdiff_t(y) * pixels.planes[0].stride_bytes + ptrdiff_t(left) * 4;
    for (const int column : columns) {
      const int id = ids[column];
      if (id >= 0 && id != left_out) {
        const Color& color = colors[id & 0xff];
        mix(pixel[0], color.red);
        mix(pixel[1], color.green);
        mix(pixel[2], color.blue);
        pixel[3] = 255;
      }
      pixel += 4;
    }
  }
}

}  // namespace thalweg
