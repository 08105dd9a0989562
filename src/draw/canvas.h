#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "surface/picture.h"

namespace thalweg {

/// An RGB colour with opacity, 0..255 each.
struct Color {
  uint8_t red = 0, green = 0, blue = 0, alpha = 255;
};

/// Pixels begin..end-1 of a row.
struct Span {
  int begin = 0, end = 0;
};

/// Colours on the pixels of one frame: I420, NV12 or RGBA, written directly (no RGB detour), in
/// YUV as their Colour has it; a chroma sample takes the mean coverage of the pixels that it stands
/// for. Everything is clipped to the frame. Not thread-safe; made anew for each frame.
class Canvas {
 public:
  /// Coverage (0..255) of row `y`: writes coverage[x] for every x of the returned span, which must
  /// lie within [left, right). x counts from the frame's left edge.
  using CoverageRow = std::function<Span(int y, int left, int right, uint8_t* coverage)>;

  /// @param pixels the frame; the memory stays the caller's.
  /// @throws std::invalid_argument naming the format if it is none of the three.
  explicit Canvas(Pixels pixels);

  int width() const { return pixels_.width; }
  int height() const { return pixels_.height; }

  /// Part of `rect` that lies in the frame.
  Rect clip(const Rect& rect) const;
  /// Fills a rectangle.
  void fill(const Rect& rect, Color color);
  /// Fills what `row` covers within `bounds`; `row` is called once for each visible row, downwards.
  void blend(const Rect& bounds, Color color, const CoverageRow& row);
  /// Replaces what `row` covers within `bounds` by its mean over squares of 2 * radius + 1 pixels.
  void blur(const Rect& bounds, int radius, const CoverageRow& row);

 private:
  struct Layer {
    Plane<uint8_t> plane;
    int channels;   ///< interleaved bytes of a sample
    int shift;      ///< 1 where a sample stands for 2x2 pixels
    int component;  ///< first of its components in `Ink`
  };
  struct Ink {
    uint8_t component[4];
  };
  Ink ink(Color color) const;
  void rows(const Rect& clipped, const CoverageRow& row,
            const std::function<void(const Layer&, int y, Span, const uint8_t*)>& put);

  Pixels pixels_;
  std::vector<Layer> layers_;
  std::vector<uint8_t> coverage_;
};

}  // namespace thalweg
