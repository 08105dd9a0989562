#pragma once

#include "nvdsmeta.h"
#include "surface/convert.h"

namespace thalweg {

/// Where the input's pixels go: the rectangle `from` of the input fills the rectangle `to` of the
/// output, turned by `flip`.
struct FrameMapping {
  Rect from, to;
  Flip flip = Flip::kNone;
  bool scales_fonts = true;  ///< sizes of fonts follow the vertical factor

  bool is_identity() const { return from == to && flip == Flip::kNone; }

  struct Point {
    double x, y;
  };
  /// Input coordinates to output coordinates; points outside `from` are mapped alike.
  Point map(Point point) const;
  /// Output pixels per input pixel, along the output's axes.
  double scale_x() const;
  double scale_y() const;

  /// Maps box and text of an object; everything in a display meta. Circles keep round: their
  /// radius follows the vertical factor. Negative places of unsigned fields become 0. Widths of
  /// borders and lines, masks and what detector and tracker said stay. The meta must be the
  /// caller's alone.
  void apply(NvDsObjectMeta& object) const;
  void apply(NvDsDisplayMeta& display) const;
  /// The objects and display metas of a frame.
  void apply(NvDsFrameMeta& frame) const;
};

}  // namespace thalweg
