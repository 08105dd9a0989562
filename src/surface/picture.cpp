#include "surface/picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>

#include "surface/memory_pool.h"
#include "surface/text.h"

namespace thalweg {
namespace {

constexpr FormatLayout kLayouts[] = {
    {NVBUF_COLOR_FORMAT_YUV420,
     GST_VIDEO_FORMAT_I420,
     "I420",
     3,
     {{0, 0, 1}, {1, 1, 1}, {1, 1, 1}}},
    {NVBUF_COLOR_FORMAT_NV12, GST_VIDEO_FORMAT_NV12, "NV12", 2, {{0, 0, 1}, {1, 1, 2}}},
    {NVBUF_COLOR_FORMAT_RGBA, GST_VIDEO_FORMAT_RGBA, "RGBA", 1, {{0, 0, 4}}},
    {NVBUF_COLOR_FORMAT_BGRx, GST_VIDEO_FORMAT_BGRx, "BGRx", 1, {{0, 0, 4}}},
    {NVBUF_COLOR_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, "RGB", 1, {{0, 0, 3}}},
    {NVBUF_COLOR_FORMAT_BGR, GST_VIDEO_FORMAT_BGR, "BGR", 1, {{0, 0, 3}}},
    {NVBUF_COLOR_FORMAT_GRAY8, GST_VIDEO_FORMAT_GRAY8, "GRAY8", 1, {{0, 0, 1}}},
    // Two pixels share four bytes: a sample is such a pair.
    {NVBUF_COLOR_FORMAT_UYVY, GST_VIDEO_FORMAT_UYVY, "UYVY", 1, {{1, 0, 4}}},
    {NVBUF_COLOR_FORMAT_YUYV, GST_VIDEO_FORMAT_YUY2, "YUY2", 1, {{1, 0, 4}}},
};

constexpr int round_up_shift(int value, int shift) { return (value + (1 << shift) - 1) >> shift; }

class AllocatedPicture : public Picture {
 public:
  AllocatedPicture(const FormatLayout& layout, int width, int height, Colour colour) {
    constexpr int kRowAlignment = 64;
    size_t offsets[3] = {};
    if (!is_yuv(layout.format)) colour = {};
    pixels_ = {layout.format, width, height, layout.num_planes, {}, colour};
    for (int i = 0; i < layout.num_planes; ++i) {
      auto& plane = pixels_.planes[i];
      plane.width = round_up_shift(width, layout.planes[i].x_shift);
      plane.height = round_up_shift(height, layout.planes[i].y_shift);
      plane.stride_bytes =
          (plane.width * layout.planes[i].bytes + kRowAlignment - 1) & ~(kRowAlignment - 1);
      offsets[i] = bytes_;
      bytes_ += size_t(plane.stride_bytes) * plane.height;
    }
    data_ = static_cast<uint8_t*>(MemoryPool::shared().take(bytes_));
    for (int i = 0; i < layout.num_planes; ++i) pixels_.planes[i].data = data_ + offsets[i];
  }
  ~AllocatedPicture() override { MemoryPool::shared().put_back(data_, bytes_); }
  bool is_private_memory() const override { return true; }

 private:
  uint8_t* data_ = nullptr;
  size_t bytes_ = 0;
};

class WrappedPicture : public Picture {
 public:
  /// Takes over the mapped frame.
  explicit WrappedPicture(const GstVideoFrame& frame) : frame_(frame) {
    pixels_ = pixels_of(frame);
  }
  ~WrappedPicture() override { gst_video_frame_unmap(&frame_); }

 private:
  GstVideoFrame frame_;  // keeps map and buffer
};

template <class Byte>
PixelsOf<Byte> part(const PixelsOf<Byte>& pixels, Rect rect) {
  if (rect.left < 0 || rect.top < 0 || rect.width <= 0 || rect.height <= 0 ||
      rect.width > pixels.width - rect.left || rect.height > pixels.height - rect.top)
    throw std::out_of_range(
        text("rectangle left %d, top %d, %d x %d does not lie in a picture of "
             "%d x %d",
             rect.left, rect.top, rect.width, rect.height, pixels.width, pixels.height));
  const FormatLayout& layout = *format_layout(pixels.format);
  PixelsOf<Byte> result{pixels.format,     rect.width, rect.height,
                        pixels.num_planes, {},         pixels.colour};
  for (int i = 0; i < pixels.num_planes; ++i) {
    const auto& shape = layout.planes[i];
    const int left = rect.left >> shape.x_shift, top = rect.top >> shape.y_shift;
    result.planes[i] = pixels.planes[i];
    result.planes[i].data +=
        ptrdiff_t(top) * pixels.planes[i].stride_bytes + ptrdiff_t(left) * shape.bytes;
    result.planes[i].width = round_up_shift(rect.left + rect.width, shape.x_shift) - left;
    result.planes[i].height = round_up_shift(rect.top + rect.height, shape.y_shift) - top;
  }
  return result;
}

template <class Byte>
PixelsOf<Byte> mapped_pixels(const GstVideoFrame& frame) {
  const FormatLayout* layout = &supported_layout(GST_VIDEO_FRAME_FORMAT(&frame));
  PixelsOf<Byte> pixels{layout->format,
                        GST_VIDEO_FRAME_WIDTH(&frame),
                        GST_VIDEO_FRAME_HEIGHT(&frame),
                        layout->num_planes,
                        {},
                        colour_of(frame.info)};
  for (int i = 0; i < layout->num_planes; ++i)
    pixels.planes[i] = {static_cast<Byte*>(frame.data[i]),
                        GST_VIDEO_INFO_PLANE_STRIDE(&frame.info, i),
                        round_up_shift(pixels.width, layout->planes[i].x_shift),
                        round_up_shift(pixels.height, layout->planes[i].y_shift)};
  return pixels;
}

/// NvBufSurface describes planes by offsets from the first; a wrap must be able to do so too.
bool planes_lie_in_order(const GstVideoFrame& frame) {
  if (gst_buffer_n_memory(frame.buffer) != 1) return false;
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES(&frame); ++i)
    if (GST_VIDEO_INFO_PLANE_STRIDE(&frame.info, i) <= 0 || frame.data[i] < frame.data[0])
      return false;
  return true;
}

}  // namespace

Rect whole_pixels(double left, double top, double box_width, double box_height, int width,
                  int height) {
  const auto pixel = [](double edge, int end) {
    return int(std::lround(std::clamp(edge, 0.0, double(end))));
  };
  const double right = left + box_width, bottom = top + box_height;
  if (!(right > left && bottom > top)) return {};  // NaN, too
  Rect box{pixel(left, width), pixel(top, height)};
  box.width = pixel(right, width) - box.left;
  box.height = pixel(bottom, height) - box.top;
  return box;
}

std::span<const FormatLayout> format_layouts() { return kLayouts; }

const FormatLayout* format_layout(NvBufSurfaceColorFormat format) {
  const auto* found = std::find_if(std::begin(kLayouts), std::end(kLayouts),
                                   [&](const auto& layout) { return layout.format == format; });
  return found == std::end(kLayouts) ? nullptr : found;
}

const FormatLayout* format_layout(GstVideoFormat format) {
  const auto* found = std::find_if(std::begin(kLayouts), std::end(kLayouts),
                                   [&](const auto& layout) { return layout.gst_format == format; });
  return found == std::end(kLayouts) ? nullptr : found;
}

const FormatLayout& supported_layout(GstVideoFormat format) {
  if (const FormatLayout* layout = format_layout(format)) return *layout;
  throw std::runtime_error(
      text("pictures of format %s are not supported: expected I420, NV12, RGBA, BGRx, RGB, BGR, "
           "GRAY8, UYVY or YUY2; put a videoconvert before",
           gst_video_format_to_string(format)));
}

bool is_yuv(NvBufSurfaceColorFormat format) {
  return format == NVBUF_COLOR_FORMAT_YUV420 || format == NVBUF_COLOR_FORMAT_NV12 ||
         format == NVBUF_COLOR_FORMAT_UYVY || format == NVBUF_COLOR_FORMAT_YUYV;
}

Colour colour_of(const GstVideoInfo& info) {
  Colour colour;
  if (!GST_VIDEO_INFO_IS_YUV(&info)) return colour;
  colour.full_range = info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
  switch (info.colorimetry.matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT2020:
      colour.matrix = Colour::kBt2020;
      break;
    case GST_VIDEO_COLOR_MATRIX_BT709:
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M:  // an older one, within 0.004 of BT.709
      colour.matrix = Colour::kBt709;
      break;
    case GST_VIDEO_COLOR_MATRIX_UNKNOWN:
      if (GST_VIDEO_INFO_HEIGHT(&info) > 576) colour.matrix = Colour::kBt709;
      break;
    default:
      break;
  }
  return colour;
}

Pixels part_of(const Pixels& pixels, Rect rect) { return part(pixels, rect); }
ConstPixels part_of(const ConstPixels& pixels, Rect rect) { return part(pixels, rect); }
ConstPixels pixels_of(const GstVideoFrame& frame) { return mapped_pixels<const uint8_t>(frame); }
Pixels writable_pixels_of(const GstVideoFrame& frame) { return mapped_pixels<uint8_t>(frame); }

void copy_pixels(const ConstPixels& from, const Pixels& to) {
  if (from.format != to.format || from.width != to.width || from.height != to.height)
    throw std::invalid_argument(
        text("copy of pixels: %d x %d of format %d into %d x %d of format %d", from.width,
             from.height, from.format, to.width, to.height, to.format));
  const FormatLayout& layout = *format_layout(from.format);
  for (int i = 0; i < from.num_planes; ++i) {
    const auto& source = from.planes[i];
    const auto& target = to.planes[i];
    const size_t row_bytes = size_t(std::min(source.width, target.width)) * layout.planes[i].bytes;
    const int rows = std::min(source.height, target.height);
    if (size_t(source.stride_bytes) == row_bytes && size_t(target.stride_bytes) == row_bytes) {
      std::memcpy(target.data, source.data, row_bytes * rows);
      continue;
    }
    for (int y = 0; y < rows; ++y)
      std::memcpy(target.data + ptrdiff_t(y) * target.stride_bytes,
                  source.data + ptrdiff_t(y) * source.stride_bytes, row_bytes);
  }
}

std::shared_ptr<Picture> Picture::allocate(NvBufSurfaceColorFormat format, int width, int height,
                                           Colour colour) {
  const FormatLayout* layout = format_layout(format);
  constexpr int kMostPixelsASide = 32768;
  if (!layout)
    throw std::invalid_argument(
        text("a picture cannot have colour format number %d: expected I420, "
             "NV12, RGBA, BGRx, RGB, BGR, GRAY8, UYVY or YUY2",
             int(format)));
  if (width < 1 || height < 1 || width > kMostPixelsASide || height > kMostPixelsASide)
    throw std::invalid_argument(text("a picture cannot be %d x %d: expected 1 to %d a side", width,
                                     height, kMostPixelsASide));
  return std::make_shared<AllocatedPicture>(*layout, width, height, colour);
}

std::shared_ptr<const Picture> Picture::wrap(GstBuffer* buffer, const GstVideoInfo& info) {
  GstVideoFrame frame;
  // Of a const info: gst_video_frame_map only reads it.
  if (!gst_video_frame_map(&frame, const_cast<GstVideoInfo*>(&info), buffer, GST_MAP_READ))
    throw std::runtime_error(
        text("cannot map a buffer of %" G_GSIZE_FORMAT " bytes as a picture of %s, %d x %d",
             gst_buffer_get_size(buffer), gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info)),
             GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info)));
  try {
    if (planes_lie_in_order(frame)) return std::make_shared<WrappedPicture>(frame);
    auto copy = allocate(pixels_of(frame).format, GST_VIDEO_FRAME_WIDTH(&frame),
                         GST_VIDEO_FRAME_HEIGHT(&frame), colour_of(info));
    copy_pixels(pixels_of(frame), copy->mutable_pixels());
    gst_video_frame_unmap(&frame);
    return copy;
  } catch (...) {
    gst_video_frame_unmap(&frame);
    throw;
  }
}

Pixels Picture::mutable_pixels() {
  Pixels writable{pixels_.format, pixels_.width, pixels_.height, pixels_.num_planes, {},
                  pixels_.colour};
  for (int i = 0; i < pixels_.num_planes; ++i)
    writable.planes[i] = {const_cast<uint8_t*>(pixels_.planes[i].data),
                          pixels_.planes[i].stride_bytes, pixels_.planes[i].width,
                          pixels_.planes[i].height};
  return writable;
}

}  // namespace thalweg
