#include "surface/convert.h"

#include <libyuv.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "surface/text.h"

// libyuv names RGB formats by the word, GStreamer by the bytes in memory:
//   RGBA = ABGR   BGRx = ARGB   RGB = RAW   BGR = RGB24
namespace thalweg {
namespace {

constexpr auto kI420 = NVBUF_COLOR_FORMAT_YUV420;
constexpr auto kNv12 = NVBUF_COLOR_FORMAT_NV12;
constexpr auto kRgba = NVBUF_COLOR_FORMAT_RGBA;
constexpr auto kBgrx = NVBUF_COLOR_FORMAT_BGRx;
constexpr auto kRgb = NVBUF_COLOR_FORMAT_RGB;
constexpr auto kBgr = NVBUF_COLOR_FORMAT_BGR;
constexpr auto kGray = NVBUF_COLOR_FORMAT_GRAY8;
constexpr auto kUyvy = NVBUF_COLOR_FORMAT_UYVY;
constexpr auto kYuyv = NVBUF_COLOR_FORMAT_YUYV;

bool is_packed_yuv(NvBufSurfaceColorFormat format) { return format == kUyvy || format == kYuyv; }

libyuv::FilterMode libyuv_filter(Filter filter) {
  switch (filter) {
    case Filter::kNearest:
      return libyuv::kFilterNone;
    case Filter::kBilinear:
      return libyuv::kFilterBilinear;
    case Filter::kBox:
      break;
  }
  return libyuv::kFilterBox;
}

/// Memory for a step in between.
std::shared_ptr<Picture> scratch(NvBufSurfaceColorFormat format, int width, int height,
                                 Colour colour = {}) {
  return Picture::allocate(format, width, height, colour);
}

/// libyuv's numbers of YUV to RGB; `yvu` for functions that take V where U is expected, which is
/// how it makes the RGB formats of the other byte order.
const libyuv::YuvConstants& constants(Colour colour, bool yvu) {
  using namespace libyuv;
  switch (colour.matrix) {
    case Colour::kBt709:
      if (colour.full_range) return yvu ? kYvuF709Constants : kYuvF709Constants;
      return yvu ? kYvuH709Constants : kYuvH709Constants;
    case Colour::kBt2020:
      if (colour.full_range) return yvu ? kYvuV2020Constants : kYuvV2020Constants;
      return yvu ? kYvu2020Constants : kYuv2020Constants;
    case Colour::kBt601:
      break;
  }
  if (colour.full_range) return yvu ? kYvuJPEGConstants : kYuvJPEGConstants;
  return yvu ? kYvuI601Constants : kYuvI601Constants;
}

void fill_plane(const Plane<uint8_t>& plane, int bytes, int value) {
  for (int y = 0; y < plane.height; ++y)
    std::memset(plane.data + ptrdiff_t(y) * plane.stride_bytes, value, size_t(plane.width) * bytes);
}

/// Brightness of limited range (16..235) from or to full range (0..255).
template <class PerByte>
void map_plane(const Plane<const uint8_t>& from, const Plane<uint8_t>& to, PerByte per_byte) {
  for (int y = 0; y < to.height; ++y) {
    const uint8_t* source = from.data + ptrdiff_t(y) * from.stride_bytes;
    uint8_t* target = to.data + ptrdiff_t(y) * to.stride_bytes;
    for (int x = 0; x < to.width; ++x) target[x] = per_byte(source[x]);
  }
}
void expand_range(const Plane<const uint8_t>& from, const Plane<uint8_t>& to) {
  map_plane(from, to, [](uint8_t y) {
    return uint8_t(std::clamp((int(y) * 298 - 16 * 298 + 128) >> 8, 0, 255));
  });
}
void compress_range(const Plane<const uint8_t>& from, const Plane<uint8_t>& to) {
  map_plane(from, to, [](uint8_t y) { return uint8_t((int(y) * 220 + 128) / 256 + 16); });
}

void copy_plane(const Plane<const uint8_t>& from, const Plane<uint8_t>& to) {
  map_plane(from, to, [](uint8_t y) { return y; });
}

void make_opaque(const Pixels& rgba) {
  const auto& plane = rgba.planes[0];
  for (int y = 0; y < plane.height; ++y) {
    uint8_t* row = plane.data + ptrdiff_t(y) * plane.stride_bytes;
    for (int x = 0; x < plane.width; ++x) row[4 * x + 3] = 255;
  }
}

constexpr int pair(NvBufSurfaceColorFormat from, NvBufSurfaceColorFormat to) {
  return int(from) * 256 + int(to);
}

void check(int libyuv_status) {
  if (libyuv_status != 0) throw std::runtime_error("libyuv refused to convert a picture");
}

/// RGBA to any YUV: by libyuv where it can, which is BT.601, else by GStreamer, ten times slower.
void make_yuv(const ConstPixels& rgba, const Pixels& yuv) {
  const auto& from_plane = rgba.planes[0];
  if (yuv.format == kI420 && yuv.colour == Colour{Colour::kBt601, true})
    return check(libyuv::ABGRToJ420(from_plane.data, from_plane.stride_bytes, yuv.planes[0].data,
                                    yuv.planes[0].stride_bytes, yuv.planes[1].data,
                                    yuv.planes[1].stride_bytes, yuv.planes[2].data,
                                    yuv.planes[2].stride_bytes, yuv.width, yuv.height));
  struct Converter {
    GstVideoInfo from{}, to{};
    std::unique_ptr<GstVideoConverter, decltype(&gst_video_converter_free)> converter{
        nullptr, gst_video_converter_free};
  };
  thread_local Converter last;  // a stream asks for the same again and again
  const auto info_of = [](const auto& pixels) {
    GstVideoInfo info;
    gst_video_info_set_format(&info, format_layout(pixels.format)->gst_format, guint(pixels.width),
                              guint(pixels.height));
    for (int i = 0; i < pixels.num_planes; ++i)
      info.stride[i] = pixels.planes[size_t(i)].stride_bytes;
    return info;
  };
  const GstVideoInfo from = info_of(rgba);
  GstVideoInfo to = info_of(yuv);
  constexpr GstVideoColorMatrix kMatrices[] = {
      GST_VIDEO_COLOR_MATRIX_BT601, GST_VIDEO_COLOR_MATRIX_BT709, GST_VIDEO_COLOR_MATRIX_BT2020};
  to.colorimetry.matrix = kMatrices[yuv.colour.matrix];
  to.colorimetry.range =
      yuv.colour.full_range ? GST_VIDEO_COLOR_RANGE_0_255 : GST_VIDEO_COLOR_RANGE_16_235;
  if (!last.converter || !gst_video_info_is_equal(&from, &last.from) ||
      !gst_video_info_is_equal(&to, &last.to)) {
    last.from = from;
    last.to = to;
    last.converter.reset(gst_video_converter_new(
        &last.from, &last.to,
        gst_structure_new("options", GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT, 1,
                          GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD,
                          GST_VIDEO_DITHER_NONE, nullptr)));
    if (!last.converter) throw std::runtime_error("GStreamer refused to convert a picture");
  }
  GstVideoFrame in{}, out{};
  in.info = from;
  out.info = to;
  in.data[0] = const_cast<uint8_t*>(rgba.planes[0].data);
  for (int i = 0; i < yuv.num_planes; ++i) out.data[i] = yuv.planes[size_t(i)].data;
  gst_video_converter_frame(last.converter.get(), &in, &out);
}

/// Converts colours; both of one size. Pairs that libyuv has not go through I420 or RGBA.
void convert_colour(const ConstPixels& from, const Pixels& to) {
  using namespace libyuv;
  const bool from_yuv = is_yuv(from.format), to_yuv = is_yuv(to.format);
  const int w = from.width, h = from.height;
  const auto through = [&](NvBufSurfaceColorFormat format, Colour colour) {
    const auto between = scratch(format, w, h, colour);
    convert_colour(from, between->mutable_pixels());
    return convert_colour(between->pixels(), to);
  };
  if (from_yuv && to_yuv && from.colour != to.colour) return through(kRgba, {});
  if (from.format == to.format) return copy_pixels(from, to);
  const bool to_rgb = !to_yuv && to.format != kGray;
  if (to_yuv && !from_yuv && from.format != kGray && to.colour != Colour{}) {
    if (from.format == kRgba) return make_yuv(from, to);
    return through(kRgba, {});
  }
  if (is_packed_yuv(from.format) && to_rgb && from.colour != Colour{})
    return through(kI420, from.colour);
  const auto &s0 = from.planes[0], &s1 = from.planes[1], &s2 = from.planes[2];
  const auto &d0 = to.planes[0], &d1 = to.planes[1], &d2 = to.planes[2];
  const auto call = [&](auto function, auto... arguments) { check(function(arguments..., w, h)); };
  const auto from_i420 = [&](auto function) {
    call(function, s0.data, s0.stride_bytes, s1.data, s1.stride_bytes, s2.data, s2.stride_bytes,
         d0.data, d0.stride_bytes);
  };
  const auto i420_to = [&](auto function, bool yvu) {
    const auto &u = yvu ? s2 : s1, &v = yvu ? s1 : s2;
    check(function(s0.data, s0.stride_bytes, u.data, u.stride_bytes, v.data, v.stride_bytes,
                   d0.data, d0.stride_bytes, &constants(from.colour, yvu), w, h));
  };
  // Of the functions for NV12 the one for NV21 takes V first.
  const auto from_nv12 = [&](auto function, bool yvu) {
    check(function(s0.data, s0.stride_bytes, s1.data, s1.stride_bytes, d0.data, d0.stride_bytes,
                   &constants(from.colour, yvu), w, h));
  };
  const auto packed = [&](auto function) {
    call(function, s0.data, s0.stride_bytes, d0.data, d0.stride_bytes);
  };
  const auto to_i420 = [&](auto function) {
    call(function, s0.data, s0.stride_bytes, d0.data, d0.stride_bytes, d1.data, d1.stride_bytes,
         d2.data, d2.stride_bytes);
  };
  const auto to_nv12 = [&](auto function) {
    call(function, s0.data, s0.stride_bytes, d0.data, d0.stride_bytes, d1.data, d1.stride_bytes);
  };
  switch (pair(from.format, to.format)) {
    case pair(kI420, kNv12):
      return call(I420ToNV12, s0.data, s0.stride_bytes, s1.data, s1.stride_bytes, s2.data,
                  s2.stride_bytes, d0.data, d0.stride_bytes, d1.data, d1.stride_bytes);
    case pair(kNv12, kI420):
      return call(NV12ToI420, s0.data, s0.stride_bytes, s1.data, s1.stride_bytes, d0.data,
                  d0.stride_bytes, d1.data, d1.stride_bytes, d2.data, d2.stride_bytes);
    case pair(kI420, kRgba):
      return i420_to(I420ToARGBMatrix, true);
    case pair(kI420, kBgrx):
      return i420_to(I420ToARGBMatrix, false);
    case pair(kI420, kRgb):
      return i420_to(I420ToRGB24Matrix, true);
    case pair(kI420, kBgr):
      return i420_to(I420ToRGB24Matrix, false);
    case pair(kI420, kUyvy):
      return from_i420(I420ToUYVY);
    case pair(kI420, kYuyv):
      return from_i420(I420ToYUY2);
    case pair(kI420, kGray):
    case pair(kNv12, kGray):
      return from.colour.full_range ? copy_plane(s0, d0) : expand_range(s0, d0);
    case pair(kNv12, kRgba):
      return from_nv12(NV21ToARGBMatrix, true);
    case pair(kNv12, kBgrx):
      return from_nv12(NV12ToARGBMatrix, false);
    case pair(kNv12, kRgb):
      return from_nv12(NV21ToRGB24Matrix, true);
    case pair(kNv12, kBgr):
      return from_nv12(NV12ToRGB24Matrix, false);
    case pair(kRgba, kI420):
      return to_i420(ABGRToI420);
    case pair(kRgba, kNv12):
      return to_nv12(ABGRToNV12);
    case pair(kRgba, kBgrx):
      return packed(ABGRToARGB);
    case pair(kRgba, kRgb):  // first three bytes of each four, in order
      return packed(ARGBToRGB24);
    case pair(kRgba, kBgr):
      return packed(ARGBToRAW);
    case pair(kRgba, kGray):
      return packed(ABGRToJ400);
    case pair(kBgrx, kI420):
      return to_i420(ARGBToI420);
    case pair(kBgrx, kNv12):
      return to_nv12(ARGBToNV12);
    case pair(kBgrx, kRgba):
      packed(ARGBToABGR);
      return make_opaque(to);
    case pair(kBgrx, kRgb):
      return packed(ARGBToRAW);
    case pair(kBgrx, kBgr):
      return packed(ARGBToRGB24);
    case pair(kBgrx, kGray):
      return packed(ARGBToJ400);
    case pair(kRgb, kI420):
      return to_i420(RAWToI420);
    case pair(kRgb, kRgba):
      return packed(RGB24ToARGB);
    case pair(kRgb, kBgrx):
      return packed(RAWToARGB);
    case pair(kRgb, kBgr):
    case pair(kBgr, kRgb):
      return packed(RAWToRGB24);
    case pair(kRgb, kGray):
      return packed(RAWToJ400);
    case pair(kBgr, kI420):
      return to_i420(RGB24ToI420);
    case pair(kBgr, kRgba):
      return packed(RAWToARGB);
    case pair(kBgr, kBgrx):
      return packed(RGB24ToARGB);
    case pair(kBgr, kGray):
      return packed(RGB24ToJ400);
    case pair(kGray, kI420):
    case pair(kGray, kNv12):
      to.colour.full_range ? copy_plane(s0, d0) : compress_range(s0, d0);
      for (int i = 1; i < to.num_planes; ++i)
        fill_plane(to.planes[i], format_layout(to.format)->planes[i].bytes, 128);
      return;
    case pair(kGray, kRgba):
    case pair(kGray, kBgrx):
      return packed(J400ToARGB);
    case pair(kUyvy, kI420):
      return to_i420(UYVYToI420);
    case pair(kUyvy, kNv12):
      return to_nv12(UYVYToNV12);
    case pair(kUyvy, kBgrx):
      return packed(UYVYToARGB);
    case pair(kYuyv, kI420):
      return to_i420(YUY2ToI420);
    case pair(kYuyv, kNv12):
      return to_nv12(YUY2ToNV12);
    case pair(kYuyv, kBgrx):
      return packed(YUY2ToARGB);
    default:
      if (from_yuv || to_yuv) return through(kI420, from_yuv ? from.colour : to.colour);
      return through(kRgba, {});
  }
}

bool same_planes(const ConstPixels& a, const Pixels& b) {
  for (int i = 0; i < a.num_planes; ++i)
    if (a.planes[i].width != b.planes[i].width || a.planes[i].height != b.planes[i].height)
      return false;
  return a.width == b.width && a.height == b.height;
}

/// Scales the channels of a packed plane one by one: libyuv's scalers of whole pixels blend with 7
/// bits and turn white into 252, the one of a single channel does not.
void scale_by_channels(const Plane<const uint8_t>& from, const Plane<uint8_t>& to, int channels,
                       libyuv::FilterMode filter) {
  const auto apart = scratch(kGray, from.width, from.height * channels);
  const auto scaled = scratch(kGray, to.width, to.height * channels);
  const Plane<uint8_t> source = apart->mutable_pixels().planes[0];
  const Plane<uint8_t> target = scaled->mutable_pixels().planes[0];
  uint8_t *in[4] = {}, *out[4] = {};
  for (int c = 0; c < channels; ++c) {
    in[c] = source.data + ptrdiff_t(c) * from.height * source.stride_bytes;
    out[c] = target.data + ptrdiff_t(c) * to.height * target.stride_bytes;
  }
  const int si = source.stride_bytes, so = target.stride_bytes;
  if (channels == 2)
    libyuv::SplitUVPlane(from.data, from.stride_bytes, in[0], si, in[1], si, from.width,
                         from.height);
  else if (channels == 3)
    libyuv::SplitRGBPlane(from.data, from.stride_bytes, in[0], si, in[1], si, in[2], si, from.width,
                          from.height);
  else
    libyuv::SplitARGBPlane(from.data, from.stride_bytes, in[0], si, in[1], si, in[2], si, in[3], si,
                           from.width, from.height);
  for (int c = 0; c < channels; ++c)
    libyuv::ScalePlane(in[c], si, from.width, from.height, out[c], so, to.width, to.height, filter);
  if (channels == 2)
    libyuv::MergeUVPlane(out[0], so, out[1], so, to.data, to.stride_bytes, to.width, to.height);
  else if (channels == 3)
    libyuv::MergeRGBPlane(out[0], so, out[1], so, out[2], so, to.data, to.stride_bytes, to.width,
                          to.height);
  else
    libyuv::MergeARGBPlane(out[0], so, out[1], so, out[2], so, out[3], so, to.data, to.stride_bytes,
                           to.width, to.height);
}

/// Scales plane by plane; both of one format, not packed YUV.
void scale(const ConstPixels& from, const Pixels& to, libyuv::FilterMode filter) {
  const FormatLayout& layout = *format_layout(from.format);
  for (int i = 0; i < from.num_planes; ++i) {
    const auto& s = from.planes[i];
    const auto& d = to.planes[i];
    if (layout.planes[i].bytes == 1)
      libyuv::ScalePlane(s.data, s.stride_bytes, s.width, s.height, d.data, d.stride_bytes, d.width,
                         d.height, filter);
    else if (layout.planes[i].bytes == 4 && filter == libyuv::kFilterNone)  // nothing is blended
      check(libyuv::ARGBScale(s.data, s.stride_bytes, s.width, s.height, d.data, d.stride_bytes,
                              d.width, d.height, filter));
    else
      scale_by_channels(s, d, layout.planes[i].bytes, filter);
  }
}

struct Turn {
  libyuv::RotationMode rotation;
  bool mirror;  // left to right, after the rotation
};

Turn turn_of(Flip flip) {
  switch (flip) {
    case Flip::kCounterclockwise:
      return {libyuv::kRotate270, false};
    case Flip::kRotate180:
      return {libyuv::kRotate180, false};
    case Flip::kClockwise:
      return {libyuv::kRotate90, false};
    case Flip::kHorizontal:
      return {libyuv::kRotate0, true};
    case Flip::kUpperRightDiagonal:
      return {libyuv::kRotate270, true};
    case Flip::kVertical:
      return {libyuv::kRotate180, true};
    case Flip::kUpperLeftDiagonal:
      return {libyuv::kRotate90, true};
    case Flip::kNone:
      break;
  }
  return {libyuv::kRotate0, false};
}

/// I420, GRAY8 or RGBA of one format into `to` of the turned size.
void turn_picture(const ConstPixels& from, const Pixels& to, Turn turn) {
  std::shared_ptr<Picture> between;
  Pixels rotated = to;
  if (turn.mirror) {
    between = scratch(to.format, to.width, to.height, to.colour);
    rotated = between->mutable_pixels();
  }
  for (int i = 0; i < from.num_planes; ++i) {
    const auto& s = from.planes[i];
    const auto& r = rotated.planes[i];
    const auto& d = to.planes[i];
    const bool words = from.format == kRgba;
    check((words ? libyuv::ARGBRotate : libyuv::RotatePlane)(
        s.data, s.stride_bytes, r.data, r.stride_bytes, s.width, s.height, turn.rotation));
    if (turn.mirror)
      check((words ? libyuv::ARGBMirror : libyuv::I400Mirror)(r.data, r.stride_bytes, d.data,
                                                              d.stride_bytes, d.width, d.height));
  }
}

}  // namespace

Filter filter_of(int interpolation_method) {
  if (interpolation_method == 0) return Filter::kNearest;
  return interpolation_method == 1 ? Filter::kBilinear : Filter::kBox;
}

void convert(const ConstPixels& from_all, Rect from_rect, const Pixels& to_all, Rect to_rect,
             Filter filter, Flip flip) {
  if (is_packed_yuv(from_all.format) && from_rect.left % 2) {
    // A packed pair cannot be entered in its middle.
    const Rect pairs{from_rect.left - 1, from_rect.top, from_rect.width + 1, from_rect.height};
    const auto unpacked = scratch(kI420, pairs.width, pairs.height, from_all.colour);
    convert_colour(part_of(from_all, pairs), unpacked->mutable_pixels());
    return convert(unpacked->pixels(), {1, 0, from_rect.width, from_rect.height}, to_all, to_rect,
                   filter, flip);
  }
  ConstPixels from = part_of(from_all, from_rect);
  const Pixels to = part_of(to_all, to_rect);
  const int width = swaps_sides(flip) ? to.height : to.width;  // before the flip
  const int height = swaps_sides(flip) ? to.width : to.height;

  // Each step keeps its result here while the next one reads it.
  std::shared_ptr<Picture> unpacked, scaled, coloured, turned;
  const bool scales = from.width != width || from.height != height;
  if (is_packed_yuv(from.format) && scales) {
    unpacked = scratch(kI420, from.width, from.height, from.colour);
    convert_colour(from, unpacked->mutable_pixels());
    from = unpacked->pixels();
  }
  const bool same_colour = !is_yuv(from.format) || from.colour == to.colour;
  if (flip == Flip::kNone && from.format == to.format && same_colour && !is_packed_yuv(from.format))
    return same_planes(from, to) ? copy_pixels(from, to) : scale(from, to, libyuv_filter(filter));
  if (!is_packed_yuv(from.format)) {
    const bool odd_origin = (from_rect.left | from_rect.top) & 1 && from.num_planes > 1;
    if (scales || odd_origin) {
      scaled = scratch(from.format, width, height, from.colour);
      scale(from, scaled->mutable_pixels(), libyuv_filter(filter));
      from = scaled->pixels();
    }
  }
  if (flip != Flip::kNone) {
    const auto format = is_yuv(from.format) ? kI420 : from.format == kGray ? kGray : kRgba;
    if (from.format != format) {
      coloured = scratch(format, width, height, from.colour);
      convert_colour(from, coloured->mutable_pixels());
      from = coloured->pixels();
    }
    turned = scratch(format, to.width, to.height, from.colour);
    turn_picture(from, turned->mutable_pixels(), turn_of(flip));
    from = turned->pixels();
  }
  convert_colour(from, to);
}

void convert(const ConstPixels& from, const Pixels& to, Filter filter) {
  convert(from, {0, 0, from.width, from.height}, to, {0, 0, to.width, to.height}, filter);
}

void fill_black(const Pixels& pixels) {
  const int black = !is_yuv(pixels.format) || pixels.colour.full_range ? 0 : 16;
  if (is_packed_yuv(pixels.format)) {
    const auto& plane = pixels.planes[0];
    const bool chroma_first = pixels.format == kUyvy;
    for (int y = 0; y < plane.height; ++y)
      for (int x = 0; x < plane.width * 4; ++x)
        plane.data[ptrdiff_t(y) * plane.stride_bytes + x] =
            (x % 2 == 0) == chroma_first ? 128 : black;
    return;
  }
  const FormatLayout& layout = *format_layout(pixels.format);
  for (int i = 0; i < pixels.num_planes; ++i)
    fill_plane(pixels.planes[i], layout.planes[i].bytes, i ? 128 : black);
}

void fill_black_around(const Pixels& pixels, Rect inside) {
  const int right = inside.left + inside.width, bottom = inside.top + inside.height;
  const Rect bars[] = {{0, 0, pixels.width, inside.top},
                       {0, bottom, pixels.width, pixels.height - bottom},
                       {0, inside.top, inside.left, inside.height},
                       {right, inside.top, pixels.width - right, inside.height}};
  for (const Rect& bar : bars)
    if (bar.width > 0 && bar.height > 0) fill_black(part_of(pixels, bar));
}

}  // namespace thalweg
