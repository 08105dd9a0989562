// From the decoder's picture to a network's input, without a frame of the muxer's size in between.

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "surface/convert.h"
#include "surface/text.h"

namespace thalweg {
namespace {

/// Along one axis: network pixel edge n shows source pixel edge start + n * step.
struct Axis {
  double start = 0, step = 1;
  int first = 0, last = 0;  // network pixels whose centres lie in the picture, last exclusive

  bool is_empty() const { return first >= last; }
  double at(double network_edge) const { return start + network_edge * step; }
};

/// Crop and placement are lengths of the frame; `offset` and `shown` tell which network pixels the
/// crop fills.
Axis map_axis(int crop_start, int crop_length, int placement_start, int placement_length,
              int source_length, int offset, int shown) {
  const double frame_per_network = double(crop_length) / shown;
  const double source_per_frame = double(source_length) / placement_length;
  Axis axis;
  axis.step = frame_per_network * source_per_frame;
  axis.start = (crop_start - offset * frame_per_network - placement_start) * source_per_frame;
  // Centres n + 0.5 with 0 <= at(n + 0.5) < source_length, inside the part that the crop fills.
  constexpr double kRounding = 1e-9;
  const double low = -axis.start / axis.step - 0.5;
  const double high = (source_length - axis.start) / axis.step - 0.5;
  axis.first = std::max(offset, int(std::ceil(low - kRounding)));
  axis.last = std::min(offset + shown, int(std::ceil(high - kRounding)));
  return axis;
}

/// Whether the shown network pixels cover whole source pixels, so that libyuv can scale them.
bool covers_whole_pixels(const Axis& axis) {
  const double from = axis.at(axis.first), to = axis.at(axis.last);
  constexpr double kRounding = 1e-6;
  return std::abs(from - std::round(from)) < kRounding && std::abs(to - std::round(to)) < kRounding;
}

/// Two neighbours and how much of the second, of 256.
struct Tap {
  int first, second, weight;
};

/// Taps of `count` samples of a plane of `length` samples; sample i has its centre at
/// start + (i + 0.5) * step in edges of the plane.
void make_taps(std::vector<Tap>& taps, int count, double start, double step, int length,
               bool nearest) {
  taps.resize(count);
  for (int i = 0; i < count; ++i) {
    const double centre = std::clamp(start + (i + 0.5) * step - 0.5, 0.0, length - 1.0);
    const int first = int(centre);
    taps[i] = {first, std::min(first + 1, length - 1), int((centre - first) * 256 + 0.5)};
    if (nearest) taps[i].weight = taps[i].weight >= 128 ? 256 : 0;
  }
}

/// Bilinear sampling at any place, where libyuv knows whole pixels only.
template <int bytes>
void sample_plane(const Plane<const uint8_t>& from, const Plane<uint8_t>& to,
                  const std::vector<Tap>& columns, const std::vector<Tap>& rows) {
  const int left = columns.front().first, right = columns.back().second + 1;
  thread_local std::vector<uint16_t> row_memory;
  row_memory.resize(size_t(right - left) * bytes);
  uint16_t* const __restrict blended = row_memory.data();
  for (int y = 0; y < to.height; ++y) {
    const Tap& row = rows[y];
    const uint8_t* __restrict a =
        from.data + ptrdiff_t(row.first) * from.stride_bytes + left * bytes;
    const uint8_t* __restrict b =
        from.data + ptrdiff_t(row.second) * from.stride_bytes + left * bytes;
    const int length = (right - left) * bytes;
    const int weight = row.weight;
    for (int i = 0; i < length; ++i) blended[i] = uint16_t(a[i] * (256 - weight) + b[i] * weight);
    uint8_t* __restrict target = to.data + ptrdiff_t(y) * to.stride_bytes;
    const Tap* __restrict taps = columns.data();
    for (int x = 0; x < to.width; ++x) {
      const Tap column = taps[x];
      const uint16_t* first = blended + (column.first - left) * bytes;
      const uint16_t* second = blended + (column.second - left) * bytes;
      for (int c = 0; c < bytes; ++c)
        target[x * bytes + c] = uint8_t((uint32_t(first[c]) * (256 - column.weight) +
                                         uint32_t(second[c]) * column.weight + 32768) >>
                                        16);
    }
  }
}

/// The part of the source picture that the axes show and a chroma sample around it, in even pixels.
Rect shown_part(const Axis& x, const Axis& y, const ConstPixels& pixels) {
  constexpr int kMargin = 2;  // the neighbours that bilinear samples at the edge have
  const auto low = [](double edge) { return std::max(0, int(std::floor(edge)) - kMargin) & ~1; };
  const auto high = [](double edge, int length) {
    return std::min(length, (int(std::ceil(edge)) + kMargin + 1) & ~1);
  };
  Rect part{low(x.at(x.first)), low(y.at(y.first)), 0, 0};
  part.width = high(x.at(x.last), pixels.width) - part.left;
  part.height = high(y.at(y.last), pixels.height) - part.top;
  return part;
}

/// The source picture's pixels that `x` and `y` show, of the size of the network's part. The format
/// stays the source's, packed YUV aside.
std::shared_ptr<const Picture> sample(ConstPixels from, Axis x, Axis y, Filter filter) {
  std::shared_ptr<Picture> unpacked, reduced;
  if (format_layout(from.format)->planes[0].x_shift) {
    unpacked = Picture::allocate(NVBUF_COLOR_FORMAT_YUV420, from.width, from.height, from.colour);
    convert(from, unpacked->mutable_pixels(), filter);
    from = unpacked->pixels();
  }
  const int factor = int(std::min(x.step, y.step));
  if (filter == Filter::kBox && factor > 1) {
    // Average first, so that two taps are enough afterwards.
    const int width = std::max(1, from.width / factor), height = std::max(1, from.height / factor);
    reduced = Picture::allocate(from.format, width, height, from.colour);
    convert(from, reduced->mutable_pixels(), Filter::kBox);
    const double fx = double(width) / from.width, fy = double(height) / from.height;
    x.start *= fx, x.step *= fx, y.start *= fy, y.step *= fy;
    from = reduced->pixels();
  }
  auto result = Picture::allocate(from.format, x.last - x.first, y.last - y.first, from.colour);
  const Pixels to = result->mutable_pixels();
  const FormatLayout& layout = *format_layout(from.format);
  thread_local std::vector<Tap> columns, rows;
  for (int i = 0; i < from.num_planes; ++i) {
    // Edges of a plane with half resolution count half as much; its samples are twice as large.
    const double sx = 1 << layout.planes[i].x_shift, sy = 1 << layout.planes[i].y_shift;
    const bool nearest = filter == Filter::kNearest;
    make_taps(columns, to.planes[i].width, x.at(x.first) / sx, x.step, from.planes[i].width,
              nearest);
    make_taps(rows, to.planes[i].height, y.at(y.first) / sy, y.step, from.planes[i].height,
              nearest);
    static constexpr decltype(&sample_plane<1>) kSamplers[] = {sample_plane<1>, sample_plane<2>,
                                                               sample_plane<3>, sample_plane<4>};
    kSamplers[layout.planes[i].bytes - 1](from.planes[i], to.planes[i], columns, rows);
  }
  return result;
}

/// Where the bytes of one row go, and how: out = byte * scale + offset[c].
struct RowTarget {
  float* out[3];
  float scale;
  float offset[3];
  int step;  // floats between neighbours
};

// One source, compiled for each instruction set: the loops are what a vectorising compiler likes.
[[gnu::always_inline]] inline void words_to_planes(const uint32_t* __restrict words, int width,
                                                   const RowTarget& to) {
  float* __restrict c0 = to.out[0];
  float* __restrict c1 = to.out[1];
  float* __restrict c2 = to.out[2];
  const float scale = to.scale, o0 = to.offset[0], o1 = to.offset[1], o2 = to.offset[2];
  for (int x = 0; x < width; ++x) {
    const uint32_t word = words[x];
    c0[x] = float(int(word & 255)) * scale + o0;
    c1[x] = float(int(word >> 8 & 255)) * scale + o1;
    c2[x] = float(int(word >> 16 & 255)) * scale + o2;
  }
}
[[gnu::always_inline]] inline void bytes_to_plane(const uint8_t* __restrict bytes, int width,
                                                  const RowTarget& to) {
  float* __restrict out = to.out[0];
  const float scale = to.scale, offset = to.offset[0];
  for (int x = 0; x < width; ++x) out[x] = float(bytes[x]) * scale + offset;
}
void words_to_planes_any(const uint32_t* words, int width, const RowTarget& to) {
  words_to_planes(words, width, to);
}
void bytes_to_plane_any(const uint8_t* bytes, int width, const RowTarget& to) {
  bytes_to_plane(bytes, width, to);
}
#if defined(__x86_64__)
[[gnu::target("avx2")]] void words_to_planes_avx2(const uint32_t* words, int width,
                                                  const RowTarget& to) {
  words_to_planes(words, width, to);
}
[[gnu::target("avx2")]] void bytes_to_plane_avx2(const uint8_t* bytes, int width,
                                                 const RowTarget& to) {
  bytes_to_plane(bytes, width, to);
}
const bool kHasAvx2 = __builtin_cpu_supports("avx2");
const auto words_row = kHasAvx2 ? words_to_planes_avx2 : words_to_planes_any;
const auto bytes_row = kHasAvx2 ? bytes_to_plane_avx2 : bytes_to_plane_any;
#else
const auto words_row = words_to_planes_any;
const auto bytes_row = bytes_to_plane_any;
#endif

void words_interleaved(const uint32_t* words, int width, const RowTarget& to) {
  for (int x = 0; x < width; ++x)
    for (int c = 0; c < 3; ++c)
      to.out[c][3 * x] = float(int(words[x] >> (8 * c) & 255)) * to.scale + to.offset[c];
}

/// Where network pixel (x, y) of channel c lies in the tensor.
size_t position(const TensorSpec& spec, int c, int y, int x) {
  return spec.nhwc ? (size_t(y) * spec.width + x) * spec.channels + c
                   : (size_t(c) * spec.height + y) * spec.width + x;
}

/// Black, in the rectangle of network pixels.
void fill_padding(const TensorSpec& spec, Rect rect, float* out) {
  for (int c = 0; c < spec.channels; ++c)
    for (int y = rect.top; y < rect.top + rect.height; ++y)
      for (int x = rect.left; x < rect.left + rect.width; ++x)
        out[position(spec, c, y, x)] = spec.mean_image ? 0.0f : -spec.scale * spec.mean[c];
}

/// Normalises pixels (RGBA in the network's channel order, or GRAY8) into the tensor at left, top.
void write_pixels(const TensorSpec& spec, const ConstPixels& pixels, int left, int top,
                  float* out) {
  const auto& plane = pixels.planes[0];
  for (int y = 0; y < pixels.height; ++y) {
    RowTarget target{{}, spec.scale, {}, 1};
    for (int c = 0; c < spec.channels; ++c) {
      target.out[c] = out + position(spec, c, top + y, left);
      target.offset[c] = spec.mean_image ? 0.0f : -spec.scale * spec.mean[c];
    }
    const uint8_t* row = plane.data + ptrdiff_t(y) * plane.stride_bytes;
    if (spec.channels == 1)
      bytes_row(row, pixels.width, target);
    else if (spec.nhwc)
      words_interleaved(reinterpret_cast<const uint32_t*>(row), pixels.width, target);
    else
      words_row(reinterpret_cast<const uint32_t*>(row), pixels.width, target);
  }
}

void check(const TensorSpec& spec) {
  const int expected = spec.gray ? 1 : 3;
  if (spec.width < 1 || spec.height < 1 || spec.channels != expected)
    throw std::invalid_argument(
        text("a network input of %d x %d with %d channels cannot be filled from pictures: expected "
             "%d channels (%s) and sides of at least 1",
             spec.width, spec.height, spec.channels, expected, spec.gray ? "gray" : "colour"));
}

Rect even_crop(Rect crop, int width, int height) {
  const int right = std::min(crop.left + crop.width, width);
  const int bottom = std::min(crop.top + crop.height, height);
  Rect even;
  even.left = (std::max(crop.left, 0) + 1) & ~1;
  even.top = (std::max(crop.top, 0) + 1) & ~1;
  even.width = std::min(crop.width, right - even.left) & ~1;
  even.height = std::min(crop.height, bottom - even.top) & ~1;
  if (even.width < 2 || even.height < 2)
    throw std::invalid_argument(
        text("crop left %d, top %d, %d x %d has no 2 x 2 pixels in a frame of %d x %d", crop.left,
             crop.top, crop.width, crop.height, width, height));
  return even;
}

}  // namespace

TensorGeometry fill_tensor(const Frame& frame, Rect crop, const TensorSpec& spec, float* out) {
  check(spec);
  TensorGeometry geometry;
  geometry.crop = crop = even_crop(crop, frame.width(), frame.height());

  // The part of the network that the crop fills.
  Rect shown{0, 0, spec.width, spec.height};
  if (spec.keep_aspect) {
    const double aspect = spec.pixel_aspect;
    const double fitting_height = spec.width * aspect * crop.height / crop.width;
    if (fitting_height <= spec.height)
      shown.height = std::max(1, int(fitting_height));
    else
      shown.width = std::max(1, int(spec.height / aspect * crop.width / crop.height));
    if (spec.symmetric) {
      shown.left = (spec.width - shown.width) / 2;
      shown.top = (spec.height - shown.height) / 2;
    }
  }
  geometry.scale_x = double(shown.width) / crop.width;
  geometry.scale_y = double(shown.height) / crop.height;
  geometry.offset_x = shown.left;
  geometry.offset_y = shown.top;

  const Frame::Source source = frame.source();
  const ConstPixels& pixels = source.picture->pixels();
  const Rect& placement = source.placement;
  const Axis x = map_axis(crop.left, crop.width, placement.left, placement.width, pixels.width,
                          shown.left, shown.width);
  const Axis y = map_axis(crop.top, crop.height, placement.top, placement.height, pixels.height,
                          shown.top, shown.height);
  if (x.is_empty() || y.is_empty()) {  // nothing but the muxer's padding
    fill_padding(spec, {0, 0, spec.width, spec.height}, out);
  } else {
    const int width = x.last - x.first, height = y.last - y.first;
    fill_padding(spec, {0, 0, spec.width, y.first}, out);
    fill_padding(spec, {0, y.last, spec.width, spec.height - y.last}, out);
    fill_padding(spec, {0, y.first, x.first, height}, out);
    fill_padding(spec, {x.last, y.first, spec.width - x.last, height}, out);

    // BGRx has B, G, R in the places of R, G, B.
    const auto format = spec.gray  ? NVBUF_COLOR_FORMAT_GRAY8
                        : spec.bgr ? NVBUF_COLOR_FORMAT_BGRx
                                   : NVBUF_COLOR_FORMAT_RGBA;
    // Two network pixels share a chroma sample: pairs begin at even ones, as in a whole frame.
    const int odd_x = x.first % 2, odd_y = y.first % 2;
    const auto input = Picture::allocate(format, width + odd_x, height + odd_y);
    if (!odd_x && !odd_y && covers_whole_pixels(x) && covers_whole_pixels(y)) {
      const int left = int(std::lround(x.at(x.first))), top = int(std::lround(y.at(y.first)));
      const Rect part{left, top, int(std::lround(x.at(x.last))) - left,
                      int(std::lround(y.at(y.last))) - top};
      convert(pixels, part, input->mutable_pixels(), {0, 0, width, height}, spec.filter);
    } else {
      // Only what the crop shows: that is cheaper, and little around it gets into averages.
      const Rect seen = shown_part(x, y, pixels);
      Axis even_x = x, even_y = y;
      even_x.start -= seen.left, even_x.first -= odd_x;
      even_y.start -= seen.top, even_y.first -= odd_y;
      const auto sampled = sample(part_of(pixels, seen), even_x, even_y, spec.filter);
      convert(sampled->pixels(), input->mutable_pixels(), spec.filter);
    }
    write_pixels(spec, part_of(input->pixels(), {odd_x, odd_y, width, height}), x.first, y.first,
                 out);
  }
  if (spec.mean_image) {
    const size_t count = size_t(spec.channels) * spec.height * spec.width;
    for (size_t i = 0; i < count; ++i) out[i] -= spec.scale * spec.mean_image[i];
  }
  return geometry;
}

}  // namespace thalweg
