#pragma once

#include <gst/video/video.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "nvbufsurface.h"

/// Visible outside libnvbufsurface: elements and the Python module use these classes.
#define THALWEG_SURFACE_API __attribute__((visibility("default")))

namespace thalweg {

/// A rectangle in whole pixels of the picture it speaks of; right and bottom edges are exclusive.
struct Rect {
  int left = 0, top = 0, width = 0, height = 0;
  bool operator==(const Rect&) const = default;
};

/// A box with any edges in whole pixels, each edge rounded, cut to a picture of width x height.
/// Without width or height if no pixel is in it, as of a box that is upside down or NaN.
THALWEG_SURFACE_API Rect whole_pixels(double left, double top, double box_width, double box_height,
                                      int width, int height);

/// How the numbers of YUV stand for colours; means nothing for RGB and GRAY8.
struct Colour {
  enum Matrix : uint8_t { kBt601, kBt709, kBt2020 };
  Matrix matrix = kBt601;
  bool full_range = false;  ///< brightness of 0..255 instead of 16..235
  bool operator==(const Colour&) const = default;

  /// What red and blue are of brightness; green is the rest.
  struct Shares {
    double red, blue;
  };
  Shares shares() const {
    constexpr Shares kOfMatrix[] = {{0.299, 0.114}, {0.2126, 0.0722}, {0.2627, 0.0593}};
    return kOfMatrix[matrix];
  }
};
/// What the caps behind `info` say, or mean by their size: above 576 lines BT.709, else BT.601.
THALWEG_SURFACE_API Colour colour_of(const GstVideoInfo& info);

/// One plane of pixels: `data` is row 0, rows are `stride_bytes` apart. Sizes are in samples of
/// that plane (the UV plane of NV12 counts pairs).
template <class Byte>
struct Plane {
  Byte* data = nullptr;
  int stride_bytes = 0;
  int width = 0, height = 0;
};

/// Pixels that somebody else owns. `format` is one of the formats that host memory may have:
/// NVBUF_COLOR_FORMAT_YUV420 (I420), _NV12, _RGBA, _BGRx, _RGB, _BGR, _GRAY8, _UYVY, _YUYV.
/// GRAY8 is of full range. A Pixels converts to a ConstPixels.
template <class Byte>
struct PixelsOf {
  NvBufSurfaceColorFormat format = NVBUF_COLOR_FORMAT_INVALID;
  int width = 0, height = 0;
  int num_planes = 0;
  std::array<Plane<Byte>, 3> planes;
  Colour colour;

  operator PixelsOf<const Byte>() const requires(!std::is_const_v<Byte>) {
    PixelsOf<const Byte> same{format, width, height, num_planes, {}, colour};
    for (size_t i = 0; i < planes.size(); ++i)
      same.planes[i] = {planes[i].data, planes[i].stride_bytes, planes[i].width, planes[i].height};
    return same;
  }
};
using Pixels = PixelsOf<uint8_t>;
using ConstPixels = PixelsOf<const uint8_t>;

/// How a format lies in memory: plane i has (width >> x_shift, rounded up) x (height >> y_shift,
/// rounded up) samples of `bytes` bytes.
struct FormatLayout {
  NvBufSurfaceColorFormat format;
  GstVideoFormat gst_format;
  const char* name;  ///< as in caps: "I420"
  int num_planes;
  struct {
    int x_shift, y_shift, bytes;
  } planes[3];
};
/// The formats that host memory may have, best first.
THALWEG_SURFACE_API std::span<const FormatLayout> format_layouts();
THALWEG_SURFACE_API bool is_yuv(NvBufSurfaceColorFormat format);
/// nullptr when the format is not one of them.
THALWEG_SURFACE_API const FormatLayout* format_layout(NvBufSurfaceColorFormat format);
THALWEG_SURFACE_API const FormatLayout* format_layout(GstVideoFormat format);
/// @throws std::runtime_error naming a format that host memory cannot have.
const FormatLayout& supported_layout(GstVideoFormat format);

/// The part `rect` of `pixels` (view). Planes with half resolution begin at the chroma sample that
/// covers the corner. @throws std::out_of_range when rect leaves the picture.
THALWEG_SURFACE_API Pixels part_of(const Pixels& pixels, Rect rect);
THALWEG_SURFACE_API ConstPixels part_of(const ConstPixels& pixels, Rect rect);
/// The pixels of a mapped video frame (view). @throws std::runtime_error naming a format that host
/// memory cannot have.
THALWEG_SURFACE_API ConstPixels pixels_of(const GstVideoFrame& frame);
THALWEG_SURFACE_API Pixels writable_pixels_of(const GstVideoFrame& frame);
/// Copies pixels of equal format and size. @throws std::invalid_argument otherwise.
/// Their colours are not looked at.
THALWEG_SURFACE_API void copy_pixels(const ConstPixels& from, const Pixels& to);

/// An immutable picture in host memory, shared by every frame that shows it.
///
/// A decoder may still use a picture as a reference for later ones, so nobody ever writes into one:
/// a writer asks its Frame for a private copy (Frame::write). Safe to read from any thread.
class THALWEG_SURFACE_API Picture {
 public:
  /// New memory with undefined content, recycled from pictures of the same size.
  /// @throws std::invalid_argument naming a format or size that cannot be.
  static std::shared_ptr<Picture> allocate(NvBufSurfaceColorFormat format, int width, int height,
                                           Colour colour = {});
  /// Shares the pixels of a system-memory buffer and keeps the buffer alive (a reference is taken);
  /// copies them when the planes lie in several memories.
  /// @throws std::runtime_error if the buffer cannot be mapped or its format is not one of Pixels'.
  static std::shared_ptr<const Picture> wrap(GstBuffer* buffer, const GstVideoInfo& info);

  virtual ~Picture() = default;
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  const ConstPixels& pixels() const { return pixels_; }
  /// Writable view; only for the maker of an allocated picture, before it shares it.
  Pixels mutable_pixels();
  /// Whether whoever holds the only reference may write into it (true for allocated pictures).
  virtual bool is_private_memory() const { return false; }

 protected:
  Picture() = default;
  ConstPixels pixels_;
};

}  // namespace thalweg
