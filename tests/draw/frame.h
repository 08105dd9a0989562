#pragma once

#include <cstdint>
#include <ostream>
#include <vector>

#include "surface/picture.h"

namespace thalweg::testing {

/// A frame of a test with memory of its own. Every plane lies in a block of exactly its size, so
/// that AddressSanitizer sees one byte too far.
class TestFrame {
 public:
  TestFrame(NvBufSurfaceColorFormat format, int width, int height, uint8_t value = 100) {
    pixels.format = format;
    pixels.width = width;
    pixels.height = height;
    const int half_width = (width + 1) / 2, half_height = (height + 1) / 2;
    if (format == NVBUF_COLOR_FORMAT_RGBA) {
      add(width, height, 4, value);
    } else {
      add(width, height, 1, value);
      if (format == NVBUF_COLOR_FORMAT_NV12) {
        add(half_width, half_height, 2, 128);
      } else {
        add(half_width, half_height, 1, 128);
        add(half_width, half_height, 1, 128);
      }
    }
  }

  /// RGB of pixel (x, y): BT.601 limited range, the chroma sample that it lies in.
  struct Rgb {
    int red, green, blue;
    bool operator==(const Rgb&) const = default;
  };
  Rgb at(int x, int y) const {
    const auto& planes = pixels.planes;
    if (pixels.format == NVBUF_COLOR_FORMAT_RGBA) {
      const uint8_t* p = planes[0].data + y * planes[0].stride_bytes + x * 4;
      return {p[0], p[1], p[2]};
    }
    const double luma = 1.164 * (planes[0].data[y * planes[0].stride_bytes + x] - 16);
    double u, v;
    if (pixels.format == NVBUF_COLOR_FORMAT_NV12) {
      const uint8_t* p = planes[1].data + (y / 2) * planes[1].stride_bytes + (x / 2) * 2;
      u = p[0] - 128, v = p[1] - 128;
    } else {
      u = planes[1].data[(y / 2) * planes[1].stride_bytes + x / 2] - 128;
      v = planes[2].data[(y / 2) * planes[2].stride_bytes + x / 2] - 128;
    }
    return {int(luma + 1.596 * v), int(luma - 0.391 * u - 0.813 * v), int(luma + 2.018 * u)};
  }
  /// Y, or green in RGBA.
  uint8_t luma(int x, int y) const {
    const uint8_t* row = pixels.planes[0].data + y * pixels.planes[0].stride_bytes;
    return pixels.format == NVBUF_COLOR_FORMAT_RGBA ? row[4 * x + 1] : row[x];
  }

  std::vector<std::vector<uint8_t>> bytes;
  Pixels pixels;

 private:
  void add(int width, int height, int channels, uint8_t value) {
    bytes.emplace_back(size_t(width) * height * channels, value);
    pixels.planes[size_t(pixels.num_planes++)] = {bytes.back().data(), width * channels, width,
                                                  height};
  }
};

inline std::ostream& operator<<(std::ostream& out, const TestFrame::Rgb& rgb) {
  return out << "rgb(" << rgb.red << ", " << rgb.green << ", " << rgb.blue << ")";
}

inline constexpr NvBufSurfaceColorFormat kFormats[] = {
    NVBUF_COLOR_FORMAT_YUV420, NVBUF_COLOR_FORMAT_NV12, NVBUF_COLOR_FORMAT_RGBA};

}  // namespace thalweg::testing
