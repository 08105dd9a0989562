#pragma once

#include <optional>
#include <string>

#include "nvdsmeta.h"
#include "surface/convert.h"

namespace thalweg {

/// Where the input's pixels go: the rectangle `from` of the input fills the rectangle `to` of the
/// output, turned by `flip`.
struct FrameMapping {
  Rect from, to;
  Flip flip = Flip::kNone;

  bool is_identity() const { return from == to && flip == Flip::kNone; }

  struct Point {
    double x, y;
  };
  /// Input coordinates to output coordinates; points outside `from` are mapped alike.
  Point map(Point point) const;
  /// Output pixels per input pixel, along the output's axes.
  double scale_x() const;
  double scale_y() const;

  /// Maps boxes, texts (font size by the vertical factor) and display metas of every frame. Circles
  /// keep round: their radius follows the vertical factor. Negative places of unsigned fields
  /// become 0. The batch must be the caller's alone.
  void apply(NvDsBatchMeta* batch) const;
};

/// "left:top:width:height" in whole pixels. nullopt when the text is not that.
std::optional<Rect> parse_crop(const std::string& text);

}  // namespace thalweg
