#include "draw/painter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <span>

namespace thalweg {
namespace {

Color color_of(const NvOSD_ColorParams& color) {
  const auto part = [](double value) {
    return uint8_t(value > 0 ? std::min(value, 1.0) * 255 + 0.5 : 0);  // NaN: 0
  };
  return {part(color.red), part(color.green), part(color.blue), part(color.alpha)};
}

/// Far outside of every frame, near enough for int arithmetic.
constexpr double kFar = 1 << 24;

int pixel(double value) { return int(std::clamp(value, -kFar, kFar)); }

bool visible(const NvOSD_RectParams& rect) {
  return std::isfinite(rect.left) && std::isfinite(rect.top) && std::isfinite(rect.width) &&
         std::isfinite(rect.height) && rect.width > 0 && rect.height > 0;
}

/// The box with its corners cut to whole pixels.
Rect box_of(const NvOSD_RectParams& rect) {
  const int left = pixel(rect.left), top = pixel(rect.top);
  return {left, top, pixel(double(rect.left) + rect.width) - left,
          pixel(double(rect.top) + rect.height) - top};
}

/// The pixels of a convex quadrilateral: those inside of all four edges. An edge is
/// normal_x * x + normal_y * y + offset, the distance in pixels, negative inside. Pixel centres
/// are at whole coordinates.
class Quad {
 public:
  /// `along` x `across` pixels about (x, y), turned so that its length points to (dx, dy) (unit).
  Quad(double x, double y, double along, double across, double dx, double dy)
      : half_height_(std::abs(dy) * along / 2 + std::abs(dx) * across / 2), center_y_(y) {
    const double at = dx * x + dy * y, beside = dx * y - dy * x;
    edges_[0] = {dx, dy, -at - along / 2};
    edges_[1] = {-dx, -dy, at - along / 2};
    edges_[2] = {-dy, dx, -beside - across / 2};
    edges_[3] = {dy, -dx, beside - across / 2};
  }

  double top() const { return center_y_ - half_height_ - 1; }
  double bottom() const { return center_y_ + half_height_ + 2; }

  /// The pixels of row y, within [left, right), that it touches.
  Span span(int y, int left, int right) const {
    double begin = left, end = right;
    for (const Edge& edge : edges_) {
      const double room = 0.5 - edge.normal_y * y - edge.offset;
      if (edge.normal_x > 1e-9) {
        end = std::min(end, std::floor(room / edge.normal_x) + 1);
      } else if (edge.normal_x < -1e-9) {
        begin = std::max(begin, std::ceil(room / edge.normal_x));
      } else if (room <= 0) {
        return {left, left};
      }
    }
    if (begin >= end) return {left, left};
    return {int(begin), int(end)};
  }

  /// coverage[x] = combine(coverage[x], its own coverage), over a span.
  template <class Combine>
  void cover(int y, Span span, uint8_t* coverage, Combine combine) const {
    float start[4], slope[4];
    for (int i = 0; i < 4; ++i) {
      const Edge& edge = edges_[size_t(i)];
      start[i] = float(edge.normal_x * span.begin + edge.normal_y * y + edge.offset);
      slope[i] = float(edge.normal_x);
    }
    for (int i = 0; i < span.end - span.begin; ++i) {
      const float x = float(i);
      const float distance = std::max(std::max(start[0] + slope[0] * x, start[1] + slope[1] * x),
                                      std::max(start[2] + slope[2] * x, start[3] + slope[3] * x));
      const int value = int(std::min(std::max(0.5f - distance, 0.f), 1.f) * 255.f + 0.5f);
      coverage[span.begin + i] = uint8_t(combine(int(coverage[span.begin + i]), value));
    }
  }

 private:
  struct Edge {
    double normal_x, normal_y, offset;
  };
  std::array<Edge, 4> edges_;
  double half_height_, center_y_;
};

constexpr auto kUnion = [](int old, int own) { return std::max(old, own); };
constexpr auto kWithout = [](int old, int own) { return std::max(old - own, 0); };

/// Fills the union of `quads`, less `hole`.
void paint(Canvas& canvas, Color color, std::span<const Quad> quads, const Quad* hole = nullptr) {
  double top = kFar, bottom = -kFar;
  for (const Quad& quad : quads) {
    top = std::min(top, quad.top());
    bottom = std::max(bottom, quad.bottom());
  }
  const Rect bounds = {0, pixel(top), canvas.width(), pixel(bottom) - pixel(top)};
  canvas.blend(bounds, color, [&](int y, int left, int right, uint8_t* coverage) {
    Span all = {right, left};
    for (const Quad& quad : quads) {
      const Span span = quad.span(y, left, right);
      if (span.begin < span.end)
        all = {std::min(all.begin, span.begin), std::max(all.end, span.end)};
    }
    if (all.begin >= all.end) return Span{left, left};
    std::fill(coverage + all.begin, coverage + all.end, uint8_t(0));
    for (const Quad& quad : quads) quad.cover(y, quad.span(y, left, right), coverage, kUnion);
    if (hole) hole->cover(y, hole->span(y, left, right), coverage, kWithout);
    return all;
  });
}

/// A stroke from (x1, y1) to (x2, y2), end pixels included.
Quad stroke(double x1, double y1, double x2, double y2, double width) {
  const double length = std::hypot(x2 - x1, y2 - y1);
  const double dx = length > 0 ? (x2 - x1) / length : 1, dy = length > 0 ? (y2 - y1) / length : 0;
  return Quad((x1 + x2) / 2, (y1 + y2) / 2, length + 1, width, dx, dy);
}

/// Where the middle of a stroke of `width` pixels is: a pixel's centre, or the corner of four.
double middle(unsigned coordinate, unsigned width) {
  return double(coordinate) - (width % 2 == 0 ? 0.5 : 0);
}

/// Row function of a mask over `rect`, bilinear, `inside` where it exceeds the threshold.
Canvas::CoverageRow mask_rows(const NvOSD_RectParams& rect, const NvOSD_MaskParams& mask,
                              uint8_t inside) {
  return [&rect, &mask, inside](int y, int left, int right, uint8_t* coverage) {
    const auto place = [](double at, unsigned count, unsigned& first, unsigned& second) {
      at = std::clamp(at, 0.0, double(count - 1));
      first = unsigned(at);
      second = std::min(first + 1, count - 1);
      return float(at - first);
    };
    unsigned row0, row1, column0, column1;
    const float down =
        place((y + 0.5 - rect.top) * mask.height / rect.height - 0.5, mask.height, row0, row1);
    const float* line0 = mask.data + size_t(row0) * mask.width;
    const float* line1 = mask.data + size_t(row1) * mask.width;
    for (int x = left; x < right; ++x) {
      const float along = place((x + 0.5 - rect.left) * mask.width / rect.width - 0.5, mask.width,
                                column0, column1);
      const float above = line0[column0] + (line0[column1] - line0[column0]) * along;
      const float below = line1[column0] + (line1[column1] - line1[column0]) * along;
      coverage[x] = above + (below - above) * down > mask.threshold ? inside : 0;
    }
    return Span{left, right};
  };
}

bool usable(const NvOSD_MaskParams& mask) {
  return mask.data && mask.width > 0 && mask.height > 0 &&
         uint64_t(mask.width) * mask.height * sizeof(float) == mask.size;
}

}  // namespace

Painter::Painter(Pixels pixels, TextCache& texts) : canvas_(pixels), texts_(texts) {}

void Painter::rectangle(const NvOSD_RectParams& rect) {
  if (!visible(rect)) return;
  const Color border = color_of(rect.border_color), fill = color_of(rect.bg_color);
  const int width = int(std::min(rect.border_width, 1u << 14));

  if (std::isfinite(rect.rotation_angle) && std::abs(rect.rotation_angle) > 0.001f) {
    const double angle = double(rect.rotation_angle) * M_PI / 180;
    const auto near = [](float value) { return std::clamp(double(value), -kFar, kFar); };
    const auto quad = [&](double grow) {
      return Quad(near(rect.left) + near(rect.width) / 2 - 0.5,
                  near(rect.top) + near(rect.height) / 2 - 0.5, near(rect.width) + grow,
                  near(rect.height) + grow, std::cos(angle), std::sin(angle));
    };
    if (rect.has_bg_color) paint(canvas_, fill, std::array{quad(0)});
    if (width > 0) {
      const Quad hole = quad(-width);
      const bool hollow = rect.width > float(width) && rect.height > float(width);
      paint(canvas_, border, std::array{quad(width)}, hollow ? &hole : nullptr);
    }
    return;
  }

  const Rect box = box_of(rect);
  if (rect.has_bg_color) canvas_.fill(box, fill);
  if (width == 0) return;
  const Rect outer = {box.left - width / 2, box.top - width / 2, box.width + width,
                      box.height + width};
  const Rect inner = {outer.left + width, outer.top + width, box.width - width, box.height - width};
  if (inner.width <= 0 || inner.height <= 0) {
    canvas_.fill(outer, border);
    return;
  }
  canvas_.fill({outer.left, outer.top, outer.width, width}, border);
  canvas_.fill({outer.left, inner.top + inner.height, outer.width, width}, border);
  canvas_.fill({outer.left, inner.top, width, inner.height}, border);
  canvas_.fill({inner.left + inner.width, inner.top, width, inner.height}, border);
}

void Painter::mask(const NvOSD_RectParams& rect, const NvOSD_MaskParams& mask) {
  if (!visible(rect) || !usable(mask)) return;
  canvas_.blend(box_of(rect), color_of(rect.border_color), mask_rows(rect, mask, 127));
}

void Painter::text(const NvOSD_TextParams& text) {
  if (!text.display_text || !*text.display_text) return;
  const NvOSD_FontParams& font = text.font_params;
  const int left = std::max(int(text.x_offset), 0), top = std::max(int(text.y_offset), 0);
  if (left >= canvas_.width() || top >= canvas_.height()) return;
  const auto mask = texts_.get(font.font_name, font.font_size, text.display_text);
  if (mask->coverage.empty()) return;
  const int pad = int(std::clamp(font.font_size, 10u, 256u));
  if (text.set_bg_clr)
    canvas_.fill({left, top, mask->width + pad, mask->height + pad / 2},
                 color_of(text.text_bg_clr));
  const Rect ink = {left + pad / 2, top + pad / 4, mask->width, mask->height};
  canvas_.blend(ink, color_of(font.font_color), [&](int y, int begin, int end, uint8_t* coverage) {
    const uint8_t* row = mask->coverage.data() + ptrdiff_t(y - ink.top) * mask->width;
    std::copy(row + (begin - ink.left), row + (end - ink.left), coverage + begin);
    return Span{begin, end};
  });
}

void Painter::line(const NvOSD_LineParams& line) {
  if (line.line_width == 0 || (line.x1 == line.x2 && line.y1 == line.y2)) return;
  const unsigned width = line.line_width;
  paint(canvas_, color_of(line.line_color),
        std::array{stroke(middle(line.x1, width), middle(line.y1, width), middle(line.x2, width),
                          middle(line.y2, width), width)});
}

void Painter::arrow(const NvOSD_ArrowParams& arrow) {
  const unsigned width = arrow.arrow_width;
  if (width == 0 || (arrow.x1 == arrow.x2 && arrow.y1 == arrow.y2)) return;
  const double x1 = middle(arrow.x1, width), y1 = middle(arrow.y1, width);
  const double x2 = middle(arrow.x2, width), y2 = middle(arrow.y2, width);
  std::vector<Quad> strokes = {stroke(x1, y1, x2, y2, width)};
  const auto head = [&](double x, double y, double back_x, double back_y) {
    for (const double angle : {M_PI / 12, -M_PI / 12}) {
      const double c = std::cos(angle) / 10, s = std::sin(angle) / 10;
      strokes.push_back(
          stroke(x, y, x + back_x * c - back_y * s, y + back_x * s + back_y * c, width));
    }
  };
  if (arrow.arrow_head != END_HEAD) head(x1, y1, x2 - x1, y2 - y1);
  if (arrow.arrow_head != START_HEAD) head(x2, y2, x1 - x2, y1 - y2);
  paint(canvas_, color_of(arrow.arrow_color), strokes);
}

void Painter::circle(const NvOSD_CircleParams& circle) {
  if (circle.radius == 0) return;
  const double cx = circle.xc, cy = circle.yc, radius = circle.radius;
  const double width = circle.circle_width ? circle.circle_width : 2;

  // A ring from `inner` to `outer`, between the columns `from` and `to`, on one side of the centre.
  const auto ring = [&](double inner, double outer, Color color, int from, int to, int side) {
    const int top = pixel(cy - outer - 1), bottom = pixel(cy + outer + 2);
    canvas_.blend({from, top, to - from, bottom - top}, color,
                  [&](int y, int left, int right, uint8_t* coverage) {
                    const double dy = y - cy;
                    const auto chord = [&](double r) {
                      return r > std::abs(dy) ? std::sqrt(r * r - dy * dy) : 0;
                    };
                    if (std::abs(dy) > outer + 1) return Span{left, left};
                    const double far = chord(outer + 1) + 1,
                                 near = std::max(chord(inner - 1) - 1, 0.0);
                    double begin = left, end = right;
                    if (side <= 0) begin = std::max(begin, cx - far);
                    if (side >= 0) end = std::min(end, cx + far + 1);
                    if (side < 0) end = std::min(end, cx - near + 1);
                    if (side > 0) begin = std::max(begin, cx + near);
                    if (begin >= end) return Span{left, left};
                    const Span span = {int(begin), int(end)};
                    for (int x = span.begin; x < span.end; ++x) {
                      const double dx = x - cx, distance = std::sqrt(dx * dx + dy * dy);
                      const double depth = std::min(outer - distance, distance - inner) + 0.5;
                      coverage[x] = uint8_t(std::clamp(depth, 0.0, 1.0) * 255 + 0.5);
                    }
                    return span;
                  });
  };
  if (circle.has_bg_color) ring(-1, radius, color_of(circle.bg_color), 0, canvas_.width(), 0);
  const int split = std::clamp(pixel(cx), 0, canvas_.width()) & ~1;
  const double inner = std::max(radius - width / 2, -1.0), outer = radius + width / 2;
  ring(inner, outer, color_of(circle.circle_color), 0, split, -1);
  ring(inner, outer, color_of(circle.circle_color), split, canvas_.width(), 1);
}

void Painter::blur(const NvOSD_RectParams& rect, const NvOSD_MaskParams* mask) {
  if (!visible(rect)) return;
  const Rect box = canvas_.clip(box_of(rect));
  const int radius = std::max(2, std::min(box.width, box.height) / 6);
  if (mask && usable(*mask)) {
    canvas_.blur(box, radius, mask_rows(rect, *mask, 255));
    return;
  }
  canvas_.blur(box, radius, [](int, int left, int right, uint8_t* coverage) {
    std::fill(coverage + left, coverage + right, uint8_t(255));
    return Span{left, right};
  });
}

}  // namespace thalweg
