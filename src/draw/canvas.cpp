#include "draw/canvas.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace thalweg {
namespace {

/// `a` of 255 parts `to`, the rest `from`; exact at both ends.
inline uint8_t mix(uint8_t from, uint8_t to, uint32_t a) {
  const uint32_t sum = from * (255 - a) + to * a + 128;
  return uint8_t((sum + (sum >> 8)) >> 8);
}

template <int Channels>
void fill_span(uint8_t* samples, int count, const uint8_t* ink, uint32_t alpha) {
  if (alpha == 255 && Channels == 1 && count > 16) {  // a call costs more than a border's pixels
    std::memset(samples, ink[0], size_t(count));
    return;
  }
  uint8_t value[Channels];
  std::copy_n(ink, Channels, value);
  if (alpha == 255) {
    for (int i = 0; i < count; ++i) std::memcpy(samples + i * Channels, value, Channels);
  } else {
    for (int i = 0; i < count; ++i)
      for (int c = 0; c < Channels; ++c)
        samples[i * Channels + c] = mix(samples[i * Channels + c], value[c], alpha);
  }
}

template <int Channels>
void blend_span(uint8_t* samples, int count, const uint8_t* coverage, const uint8_t* ink) {
  uint8_t value[Channels];
  std::copy_n(ink, Channels, value);
  for (int i = 0; i < count; ++i)
    for (int c = 0; c < Channels; ++c)
      samples[i * Channels + c] = mix(samples[i * Channels + c], value[c], coverage[i]);
}

template <int Channels>
void mix_span(uint8_t* samples, int count, const uint8_t* coverage, const uint8_t* other) {
  for (int i = 0; i < count; ++i)
    for (int c = 0; c < Channels; ++c)
      samples[i * Channels + c] =
          mix(samples[i * Channels + c], other[i * Channels + c], coverage[i]);
}

/// Calls the instance of a template that has `channels` channels.
#define FOR_CHANNELS(channels, function, ...)   \
  ((channels) == 1   ? function<1>(__VA_ARGS__) \
   : (channels) == 2 ? function<2>(__VA_ARGS__) \
                     : function<4>(__VA_ARGS__))

/// Means over windows of 2 * radius + 1 samples of `count` samples that lie `step` bytes apart;
/// beyond the ends the end samples repeat.
void box_means(const uint8_t* in, uint8_t* out, int count, int step, int radius) {
  const int window = 2 * radius + 1;
  const auto at = [&](int i) { return uint32_t(in[std::clamp(i, 0, count - 1) * step]); };
  uint32_t sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += at(i);
  for (int i = 0; i < count; ++i) {
    out[i * step] = uint8_t((sum + uint32_t(window) / 2) / uint32_t(window));
    sum += at(i + radius + 1) - at(i - radius);
  }
}

}  // namespace

Canvas::Canvas(Pixels pixels) : pixels_(pixels) {
  const auto& planes = pixels_.planes;
  switch (pixels_.format) {
    case NVBUF_COLOR_FORMAT_YUV420:
      layers_ = {{planes[0], 1, 0, 0}, {planes[1], 1, 1, 1}, {planes[2], 1, 1, 2}};
      break;
    case NVBUF_COLOR_FORMAT_NV12:
      layers_ = {{planes[0], 1, 0, 0}, {planes[1], 2, 1, 1}};
      break;
    case NVBUF_COLOR_FORMAT_RGBA:
      layers_ = {{planes[0], 4, 0, 0}};
      break;
    default:
      throw std::invalid_argument(
          "cannot draw on a frame of NvBufSurfaceColorFormat " + std::to_string(pixels_.format) +
          ": expected I420 (2), NV12 (6) or RGBA (19); put nvvideoconvert before");
  }
  coverage_.resize(size_t(pixels_.width + 2) * 3);
}

Rect Canvas::clip(const Rect& rect) const {
  const auto limit = [](int64_t value, int size) {
    return int(std::clamp<int64_t>(value, 0, size));
  };
  Rect result;
  result.left = limit(rect.left, width());
  result.top = limit(rect.top, height());
  result.width = limit(int64_t(rect.left) + rect.width, width()) - result.left;
  result.height = limit(int64_t(rect.top) + rect.height, height()) - result.top;
  if (result.width <= 0 || result.height <= 0) return {};
  return result;
}

Canvas::Ink Canvas::ink(Color color) const {
  const int r = color.red, g = color.green, b = color.blue;
  if (pixels_.format == NVBUF_COLOR_FORMAT_RGBA) return {{color.red, color.green, color.blue, 255}};
  const auto [kr, kb] = pixels_.colour.shares();
  const bool full = pixels_.colour.full_range;
  const double luma = kr * r + (1 - kr - kb) * g + kb * b;
  const double u = (b - luma) / (2 * (1 - kb)), v = (r - luma) / (2 * (1 - kr));
  const auto sample = [](double zero, double value) {
    return uint8_t(std::clamp(zero + value + 0.5, 0.0, 255.0));
  };
  const double chroma = full ? 1 : 224.0 / 255;
  return {{full ? sample(0, luma) : sample(16, luma * 219 / 255), sample(128, u * chroma),
           sample(128, v * chroma), 0}};
}

void Canvas::fill(const Rect& rect, Color color) {
  const Rect clipped = clip(rect);
  if (clipped.width == 0 || color.alpha == 0) return;
  const Ink paint = ink(color);
  for (const Layer& layer : layers_) {
    const uint8_t* value = paint.component + layer.component;
    int left = clipped.left, right = left + clipped.width;
    int top = clipped.top, bottom = top + clipped.height;
    const auto put = [&](int y, int x0, int x1, uint32_t alpha) {
      uint8_t* samples = layer.plane.data + ptrdiff_t(y) * layer.plane.stride_bytes +
                         ptrdiff_t(x0) * layer.channels;
      FOR_CHANNELS(layer.channels, fill_span, samples, x1 - x0, value, alpha);
    };
    if (layer.shift == 0) {
      for (int y = top; y < bottom; ++y) put(y, left, right, color.alpha);
      continue;
    }
    // The last sample of an odd size stands for the pixels that there are.
    if (right == width()) right += right & 1;
    if (bottom == height()) bottom += bottom & 1;
    for (int y = top / 2; y < (bottom + 1) / 2; ++y) {
      const int lines = std::min(bottom, 2 * y + 2) - std::max(top, 2 * y);
      const uint32_t full = (color.alpha * uint32_t(lines) + 1) / 2, half = (full + 1) / 2;
      int x0 = left / 2, x1 = (right + 1) / 2;
      if (left & 1) put(y, x0, x0 + 1, half), ++x0;
      if ((right & 1) && x1 > x0) --x1, put(y, x1, x1 + 1, half);
      if (x1 > x0) put(y, x0, x1, full);
    }
  }
}

void Canvas::rows(const Rect& clipped, const CoverageRow& row,
                  const std::function<void(const Layer&, int, Span, const uint8_t*)>& put) {
  const int right = clipped.left + clipped.width, bottom = clipped.top + clipped.height;
  const int padded = width() + 2;  // room for the pixel that an odd width lacks
  uint8_t* lines[2] = {coverage_.data(), coverage_.data() + padded};
  uint8_t* means = coverage_.data() + 2 * padded;
  for (int y = clipped.top & ~1; y < bottom; y += 2) {
    Span spans[2];
    for (int i = 0; i < 2; ++i) {
      if (y + i < clipped.top || y + i >= bottom) continue;
      spans[i] = row(y + i, clipped.left, right, lines[i]);
      if (spans[i].begin >= spans[i].end) {
        spans[i] = {};
      } else {
        put(layers_[0], y + i, spans[i], lines[i] + spans[i].begin);
      }
    }
    if (layers_.size() == 1) continue;
    if (y + 1 == height()) {
      spans[1] = spans[0];
      std::copy(lines[0] + spans[0].begin, lines[0] + spans[0].end, lines[1] + spans[0].begin);
    }
    Span both = spans[0];
    if (both.begin == both.end) both = spans[1];
    if (both.begin == both.end) continue;
    if (spans[1].begin != spans[1].end)
      both = {std::min(both.begin, spans[1].begin), std::max(both.end, spans[1].end)};
    const Span even = {both.begin & ~1, (both.end + 1) & ~1};
    for (int i = 0; i < 2; ++i) {
      if (spans[i].begin == spans[i].end) spans[i] = {even.begin, even.begin};
      std::fill(lines[i] + even.begin, lines[i] + spans[i].begin, uint8_t(0));
      std::fill(lines[i] + spans[i].end, lines[i] + even.end, uint8_t(0));
      if (even.end > width() && spans[i].end == width()) lines[i][width()] = lines[i][width() - 1];
    }
    const Span samples = {even.begin / 2, even.end / 2};
    for (int x = samples.begin; x < samples.end; ++x) {
      means[x] = uint8_t(
          (lines[0][2 * x] + lines[0][2 * x + 1] + lines[1][2 * x] + lines[1][2 * x + 1] + 2) >> 2);
    }
    for (size_t i = 1; i < layers_.size(); ++i)
      put(layers_[i], y / 2, samples, means + samples.begin);
  }
}

void Canvas::blend(const Rect& bounds, Color color, const CoverageRow& row) {
  const Rect clipped = clip(bounds);
  if (clipped.width == 0 || color.alpha == 0) return;
  const Ink paint = ink(color);
  const auto faded = [&](int y, int left, int right, uint8_t* coverage) {
    const Span span = row(y, left, right, coverage);
    for (int x = span.begin; x < span.end; ++x) coverage[x] = mix(0, coverage[x], color.alpha);
    return span;
  };
  const auto put = [&](const Layer& layer, int y, Span span, const uint8_t* coverage) {
    uint8_t* samples = layer.plane.data + ptrdiff_t(y) * layer.plane.stride_bytes +
                       ptrdiff_t(span.begin) * layer.channels;
    FOR_CHANNELS(layer.channels, blend_span, samples, span.end - span.begin, coverage,
                 paint.component + layer.component);
  };
  if (color.alpha == 255) {
    rows(clipped, row, put);
  } else {
    rows(clipped, faded, put);
  }
}

void Canvas::blur(const Rect& bounds, int radius, const CoverageRow& row) {
  const Rect clipped = clip(bounds);
  if (clipped.width == 0 || radius < 1) return;
  struct Blurred {
    int left, top, stride;
    std::vector<uint8_t> bytes;
  };
  std::vector<Blurred> copies;
  for (const Layer& layer : layers_) {
    const int shift = layer.shift, round = (1 << shift) - 1, n = layer.channels;
    const int left = clipped.left >> shift, top = clipped.top >> shift;
    const int columns = ((clipped.left + clipped.width + round) >> shift) - left;
    const int lines = ((clipped.top + clipped.height + round) >> shift) - top;
    const int reach = std::max(1, radius >> shift);
    Blurred copy{left, top, columns * n, std::vector<uint8_t>(size_t(columns) * lines * n)};
    for (int y = 0; y < lines; ++y) {
      const uint8_t* from =
          layer.plane.data + ptrdiff_t(top + y) * layer.plane.stride_bytes + ptrdiff_t(left) * n;
      for (int c = 0; c < n; ++c)
        box_means(from + c, copy.bytes.data() + size_t(y) * copy.stride + c, columns, n, reach);
    }
    std::vector<uint8_t> column(size_t(lines) * copy.stride);
    for (int x = 0; x < copy.stride; ++x)
      box_means(copy.bytes.data() + x, column.data() + x, lines, copy.stride, reach);
    copy.bytes = std::move(column);
    copies.push_back(std::move(copy));
  }
  rows(clipped, row, [&](const Layer& layer, int y, Span span, const uint8_t* coverage) {
    const Blurred& copy = copies[size_t(&layer - layers_.data())];
    uint8_t* samples = layer.plane.data + ptrdiff_t(y) * layer.plane.stride_bytes +
                       ptrdiff_t(span.begin) * layer.channels;
    const uint8_t* other = copy.bytes.data() + size_t(y - copy.top) * copy.stride +
                           size_t(span.begin - copy.left) * layer.channels;
    FOR_CHANNELS(layer.channels, mix_span, samples, span.end - span.begin, coverage, other);
  });
}

}  // namespace thalweg
