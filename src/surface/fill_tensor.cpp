// From the decoder's picture to a network's input, without a frame of the muxer's size in between.

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "surface/convert.h"
#include "surface/sampling.h"
#include "surface/text.h"

namespace thalweg {
namespace {

/// Along one axis: network pixel edge n shows source pixel edge start + n * step.
struct Axis {
  double start = 0, step = 1;
  int first = 0, last = 0;   // network pixels whose centres lie in the picture, last exclusive
  double low = 0, high = 0;  // the crop's edges in the source
  double grain = 1;          // source pixels in a pixel of the frame

  bool is_empty() const { return first >= last; }
  double at(double network_edge) const { return start + network_edge * step; }
  /// From network pixel `first` on, in a plane of `length` samples, each as large as `size` pixels.
  /// Nothing outside the crop is seen: the frame's outermost samples of it go on.
  sampling::Span span(double size, int length) const {
    sampling::Span span{.start = at(first) / size, .step = step / size, .length = length};
    span.low = std::clamp(low / size + grain / 2, 0.5, length - 0.5);
    span.high = std::clamp(high / size - grain / 2, span.low, length - 0.5);
    return span;
  }
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
  axis.low = axis.at(offset), axis.high = axis.at(offset + shown);
  axis.grain = source_per_frame;
  // Centres n + 0.5 with 0 <= at(n + 0.5) < source_length, inside the part that the crop fills.
  constexpr double kRounding = 1e-9;
  const double low = -axis.start / axis.step - 0.5;
  const double high = (source_length - axis.start) / axis.step - 0.5;
  axis.first = std::max(offset, int(std::ceil(low - kRounding)));
  axis.last = std::min(offset + shown, int(std::ceil(high - kRounding)));
  return axis;
}

/// One channel of a picture: a byte of each of a plane's samples, which are as large as
/// size_x x size_y pixels.
struct Channel {
  Plane<const uint8_t> plane;
  int bytes = 1, byte = 0;
  int size_x = 1, size_y = 1;
};

/// R, G, B or Y, U, V.
std::array<Channel, 3> channels_of(const ConstPixels& pixels) {
  const auto& planes = pixels.planes;
  switch (pixels.format) {
    case NVBUF_COLOR_FORMAT_YUV420:
      return {{{planes[0]}, {planes[1], 1, 0, 2, 2}, {planes[2], 1, 0, 2, 2}}};
    case NVBUF_COLOR_FORMAT_NV12:
      return {{{planes[0]}, {planes[1], 2, 0, 2, 2}, {planes[1], 2, 1, 2, 2}}};
    case NVBUF_COLOR_FORMAT_UYVY:
    case NVBUF_COLOR_FORMAT_YUYV: {
      const int luma = pixels.format == NVBUF_COLOR_FORMAT_UYVY, chroma = 1 - luma;
      Plane<const uint8_t> single = planes[0];
      single.width = pixels.width;
      return {{{single, 2, luma}, {planes[0], 4, chroma, 2}, {planes[0], 4, chroma + 2, 2}}};
    }
    case NVBUF_COLOR_FORMAT_GRAY8:
      return {{{planes[0]}, {planes[0]}, {planes[0]}}};
    default: {
      const int bytes = format_layout(pixels.format)->planes[0].bytes;
      const bool blue_first =
          pixels.format == NVBUF_COLOR_FORMAT_BGRx || pixels.format == NVBUF_COLOR_FORMAT_BGR;
      return {{{planes[0], bytes, blue_first ? 2 : 0},
               {planes[0], bytes, 1},
               {planes[0], bytes, blue_first ? 0 : 2}}};
    }
  }
}

/// A value that the network wants: the sum of three channels times numbers, and a constant.
using Mix = std::array<float, 4>;

/// Levels of R, G and B, or of gray alone, from the channels of a format. Chroma is less 128.
std::array<Mix, 3> mixes_of(const ConstPixels& from, bool gray) {
  if (from.format == NVBUF_COLOR_FORMAT_GRAY8) return {{{1}, {1}, {1}}};
  if (!is_yuv(from.format)) {
    if (gray) return {{{0.299f, 0.587f, 0.114f}}};
    return {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  }
  const auto [red, blue] = from.colour.shares();
  const double green = 1 - red - blue, chroma = from.colour.full_range ? 1 : 255.0 / 224;
  const double from_v = 2 * (1 - red) * chroma, from_u = 2 * (1 - blue) * chroma;
  const float luma = from.colour.full_range ? 1 : 255.0f / 219;
  const float black = from.colour.full_range ? 0 : -16 * luma;
  if (gray) return {{{luma, 0, 0, black}}};
  return {{{luma, 0, float(from_v), black},
           {luma, float(-from_u * blue / green), float(-from_v * red / green), black},
           {luma, float(from_u), 0, black}}};
}

/// A picture on its way into the part of a tensor that it fills.
struct Job {
  const TensorSpec& spec;
  const ConstPixels& from;
  std::array<Channel, 3> channels;
  int left, top, width, height;  // network pixels
  float* out;
};

/// What a thread needs for one picture after the other.
struct Memory {
  sampling::Taps columns[2], rows[2];  // of the first channel, and of the others
  std::vector<int16_t> row, channel;
  std::vector<int32_t> sums[3];
};

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

/// Writes mixed channels, cut to what levels of 0..255 become, `step` floats apart.
template <int step>
[[gnu::always_inline]] inline void mix_row(const int32_t* __restrict c0,
                                           const int32_t* __restrict c1,
                                           const int32_t* __restrict c2, int width, const Mix& mix,
                                           float low, float high, float* __restrict out) {
  const auto [m0, m1, m2, constant] = mix;
  for (int x = 0; x < width; ++x) {
    const float value = float(c0[x]) * m0 + float(c1[x]) * m1 + float(c2[x]) * m2 + constant;
    out[x * step] = std::min(std::max(value, low), high);
  }
}

template <int bytes>
[[gnu::always_inline]] inline void take_channel(const int16_t* __restrict together, int count,
                                                int16_t* __restrict apart) {
  for (int i = 0; i < count; ++i) apart[i] = together[i * bytes];
}

/// Fills the picture's part of the tensor row by row. Chroma is sampled where brightness is, and
/// nothing is rounded to 8 bits on the way.
[[gnu::always_inline]] inline void fill_rows(const Job& job, Memory& memory) {
  const TensorSpec& spec = job.spec;
  const std::array<Mix, 3> mixes = mixes_of(job.from, spec.gray);
  const bool yuv = is_yuv(job.from.format);
  const bool one = job.from.format == NVBUF_COLOR_FORMAT_GRAY8 || (yuv && spec.gray);
  const int width = job.width;
  for (auto& sums : memory.sums) sums.resize(size_t(width) + 3);

  for (int y = 0; y < job.height; ++y) {
    int row_sum = 0;
    float unit[3] = {};  // of the sums, in levels
    for (int c = 0; c < (one ? 1 : 3); ++c) {
      const auto& [plane, bytes, byte, size_x, size_y] = job.channels[c];
      const sampling::Taps& columns = memory.columns[c > 0];
      const int begin = columns.first.front();
      const int end = std::min(plane.width, columns.first.back() + columns.count);
      const size_t readable = size_t(end - begin) + columns.count;
      const Channel* const before = c ? &job.channels[c - 1] : nullptr;
      if (!before || before->plane.data != plane.data || before->bytes != bytes) {
        memory.row.resize(readable * bytes);
        row_sum = sampling::sum_rows(plane, memory.rows[c > 0], y, begin * bytes, end * bytes,
                                     memory.row.data());
      }
      const int16_t* row = memory.row.data();
      if (bytes > 1) {
        memory.channel.resize(readable);
        int16_t* const apart = memory.channel.data();
        if (bytes == 2)
          take_channel<2>(row + byte, end - begin, apart);
        else if (bytes == 3)
          take_channel<3>(row + byte, end - begin, apart);
        else
          take_channel<4>(row + byte, end - begin, apart);
        row = apart;
      }
      sampling::sum_columns(row, begin, columns, width, memory.sums[c].data());
      unit[c] = 1.0f / (float(row_sum) * sampling::kColumnSum);
    }

    const int32_t* const c0 = memory.sums[0].data();
    const int32_t* const c1 = memory.sums[one ? 0 : 1].data();
    const int32_t* const c2 = memory.sums[one ? 0 : 2].data();
    for (int c = 0; c < spec.channels; ++c) {
      const float offset = spec.mean_image ? 0.0f : -spec.scale * spec.mean[c];
      const auto [low, high] = std::minmax({offset, 255 * spec.scale + offset});
      Mix mix = mixes[spec.bgr ? spec.channels - 1 - c : c];
      mix[3] += 128 * (yuv ? mix[0] : mix[0] + mix[1] + mix[2]);  // the sums are of bytes less 128
      mix[3] = mix[3] * spec.scale + offset;
      for (int i = 0; i < 3; ++i) mix[i] *= unit[i] * spec.scale;
      float* const out = job.out + position(spec, c, job.top + y, job.left);
      if (spec.nhwc && !spec.gray)
        mix_row<3>(c0, c1, c2, width, mix, low, high, out);
      else
        mix_row<1>(c0, c1, c2, width, mix, low, high, out);
    }
  }
}

// One source, compiled for each instruction set: the loops are what a vectorising compiler likes.
void fill_rows_any(const Job& job, Memory& memory) { fill_rows(job, memory); }
#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] void fill_rows_avx2(const Job& job, Memory& memory) {
  fill_rows(job, memory);
}
const bool kHasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
const auto fill_rows_here = kHasAvx2 ? fill_rows_avx2 : fill_rows_any;
#else
const auto fill_rows_here = fill_rows_any;
#endif

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

    const Job job{spec, pixels, channels_of(pixels), x.first, y.first, width, height, out};
    using sampling::Weights;
    thread_local Memory memory;
    const bool averages = spec.filter == Filter::kBox && x.step > 2 && y.step > 2;
    for (int i = 0; i < 2; ++i) {
      const Channel& channel = job.channels[i];
      sampling::make_taps(memory.columns[i], x.span(channel.size_x, channel.plane.width), width,
                          averages, spec.filter, Weights::kOfColumns);
      sampling::make_taps(memory.rows[i], y.span(channel.size_y, channel.plane.height), height,
                          averages, spec.filter, Weights::kOfRows);
    }
    fill_rows_here(job, memory);
  }
  if (spec.mean_image) {
    const size_t count = size_t(spec.channels) * spec.height * spec.width;
    for (size_t i = 0; i < count; ++i) out[i] -= spec.scale * spec.mean_image[i];
  }
  return geometry;
}

}  // namespace thalweg
