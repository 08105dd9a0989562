#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "nvbufsurface.h"

typedef struct _GstBuffer GstBuffer;
typedef struct _GstVideoInfo GstVideoInfo;

namespace thalweg {

/// A rectangle in whole pixels of the picture it speaks of; right and bottom edges are exclusive.
struct Rect {
  int left = 0, top = 0, width = 0, height = 0;
  bool operator==(const Rect&) const = default;
};

/// One plane of pixels: `data` is row 0, rows are `stride_bytes` apart. Sizes are in samples of that
/// plane (the UV plane of NV12 counts pairs).
template <class Byte>
struct Plane {
  Byte* data = nullptr;
  int stride_bytes = 0;
  int width = 0, height = 0;
};

/// Pixels that somebody else owns. `format` is one of the formats that host memory may have:
/// NVBUF_COLOR_FORMAT_YUV420 (I420), _NV12, _RGBA, _BGRx, _RGB, _BGR, _GRAY8.
template <class Byte>
struct PixelsOf {
  NvBufSurfaceColorFormat format = NVBUF_COLOR_FORMAT_INVALID;
  int width = 0, height = 0;
  int num_planes = 0;
  std::array<Plane<Byte>, 3> planes;
};
using Pixels = PixelsOf<uint8_t>;
using ConstPixels = PixelsOf<const uint8_t>;

/// An immutable picture in host memory, shared by every frame that shows it.
///
/// A decoder may still use a picture as a reference for later ones, so nobody ever writes into one:
/// a writer asks its Frame for a private copy (Frame::write). Safe to read from any thread.
class Picture {
 public:
  /// New memory with undefined content, recycled from pictures of the same size.
  static std::shared_ptr<Picture> allocate(NvBufSurfaceColorFormat format, int width, int height);
  /// Shares the pixels of a system-memory buffer and keeps the buffer alive (a reference is taken).
  /// @throws std::runtime_error if the buffer cannot be mapped or its format is not one of Pixels'.
  static std::shared_ptr<const Picture> wrap(GstBuffer* buffer, const GstVideoInfo& info);

  virtual ~Picture() = default;
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  const ConstPixels& pixels() const { return pixels_; }
  /// Writable view; only for the maker of an allocated picture, before it shares it.
  Pixels mutable_pixels();

 protected:
  Picture() = default;
  ConstPixels pixels_;
};

}  // namespace thalweg
