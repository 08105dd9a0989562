#include "elements/frame_mapping.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thalweg {
namespace {

unsigned place(double value) { return unsigned(std::lround(std::max(0.0, value))); }

unsigned size(unsigned value, double factor) {
  return value ? unsigned(std::max(1l, std::lround(value * factor))) : 0;
}

void map_rect(const FrameMapping& mapping, NvOSD_RectParams& rect) {
  const auto a = mapping.map({rect.left, rect.top});
  const auto b = mapping.map({double(rect.left) + rect.width, double(rect.top) + rect.height});
  rect.left = float(std::min(a.x, b.x));
  rect.top = float(std::min(a.y, b.y));
  rect.width = float(std::abs(b.x - a.x));
  rect.height = float(std::abs(b.y - a.y));
}

void map_point(const FrameMapping& mapping, unsigned& x, unsigned& y) {
  const auto mapped = mapping.map({double(x), double(y)});
  x = place(mapped.x);
  y = place(mapped.y);
}

void map_text(const FrameMapping& mapping, NvOSD_TextParams& text) {
  map_point(mapping, text.x_offset, text.y_offset);
  if (mapping.scales_fonts)
    text.font_params.font_size = size(text.font_params.font_size, mapping.scale_y());
}

/// Programs write these numbers.
unsigned count(unsigned elements) {
  return std::min(elements, unsigned(MAX_ELEMENTS_IN_DISPLAY_META));
}

}  // namespace

FrameMapping::Point FrameMapping::map(Point point) const {
  double u = (point.x - from.left) / from.width, v = (point.y - from.top) / from.height;
  if (swaps_sides(flip)) std::swap(u, v);
  // After the change of axes each turn is a mirroring of one axis, of both or of none.
  const bool mirror_u = flip == Flip::kRotate180 || flip == Flip::kClockwise ||
                        flip == Flip::kHorizontal || flip == Flip::kUpperRightDiagonal;
  const bool mirror_v = flip == Flip::kRotate180 || flip == Flip::kCounterclockwise ||
                        flip == Flip::kVertical || flip == Flip::kUpperRightDiagonal;
  if (mirror_u) u = 1 - u;
  if (mirror_v) v = 1 - v;
  return {to.left + u * to.width, to.top + v * to.height};
}

double FrameMapping::scale_x() const {
  return double(to.width) / (swaps_sides(flip) ? from.height : from.width);
}

double FrameMapping::scale_y() const {
  return double(to.height) / (swaps_sides(flip) ? from.width : from.height);
}

void FrameMapping::apply(NvDsObjectMeta& object) const {
  map_rect(*this, object.rect_params);
  map_text(*this, object.text_params);
}

void FrameMapping::apply(NvDsDisplayMeta& display) const {
  for (unsigned i = 0; i < count(display.num_rects); ++i) map_rect(*this, display.rect_params[i]);
  for (unsigned i = 0; i < count(display.num_labels); ++i) map_text(*this, display.text_params[i]);
  for (unsigned i = 0; i < count(display.num_lines); ++i) {
    map_point(*this, display.line_params[i].x1, display.line_params[i].y1);
    map_point(*this, display.line_params[i].x2, display.line_params[i].y2);
  }
  for (unsigned i = 0; i < count(display.num_arrows); ++i) {
    map_point(*this, display.arrow_params[i].x1, display.arrow_params[i].y1);
    map_point(*this, display.arrow_params[i].x2, display.arrow_params[i].y2);
  }
  for (unsigned i = 0; i < count(display.num_circles); ++i) {
    map_point(*this, display.circle_params[i].xc, display.circle_params[i].yc);
    display.circle_params[i].radius = size(display.circle_params[i].radius, scale_y());
  }
}

void FrameMapping::apply(NvDsFrameMeta& frame) const {
  if (is_identity()) return;
  for (NvDsObjectMetaList* o = frame.obj_meta_list; o; o = o->next)
    apply(*static_cast<NvDsObjectMeta*>(o->data));
  for (NvDisplayMetaList* d = frame.display_meta_list; d; d = d->next)
    apply(*static_cast<NvDsDisplayMeta*>(d->data));
}

}  // namespace thalweg
