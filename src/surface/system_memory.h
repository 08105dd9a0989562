#pragma once

#include <gst/video/video.h>

#include <memory>
#include <vector>

#include "surface/picture.h"

namespace thalweg {

/// How a picture lies in a buffer of system memory.
struct SystemLayout {
  GstVideoInfo info;  ///< format, size, strides, and offsets from the buffer's first byte
  Colour colour;
};

/// By the buffer's GstVideoMeta where it has one, else by `caps`. Colours are those of `caps`, else
/// those that describe() noted, else what caps mean that name none. `caps` may be nullptr.
/// @throws std::runtime_error when neither tells it, or when `caps` are not fixed raw video in
/// memory that is not memory:NVMM.
THALWEG_SURFACE_API SystemLayout system_layout_of(GstBuffer* buffer, const GstCaps* caps);

/// Makes a buffer of its maker's own tell system_layout_of what it holds: a GstVideoMeta, if it has
/// none, and its colours.
THALWEG_SURFACE_API void describe(GstBuffer* buffer, GstVideoInfo info);

/// The memory of a buffer, for who may outlive the buffer. It does not make the buffer read-only.
class THALWEG_SURFACE_API SystemMemory {
 public:
  /// One for a buffer, as long as it has the same memory. The buffer keeps it: one of a pool until
  /// the pool frees it, whatever is written into it meanwhile. Any thread.
  static std::shared_ptr<const SystemMemory> of(GstBuffer* buffer);
  ~SystemMemory();
  SystemMemory(const SystemMemory&) = delete;
  SystemMemory& operator=(const SystemMemory&) = delete;

  /// The pixels as they are now, not copied. While the picture lives, who maps the memory for
  /// writing gets a copy of it.
  /// @throws std::runtime_error when the layout does not fit, or the memory cannot be read now.
  std::shared_ptr<const Picture> read(const SystemLayout& layout) const;

 private:
  explicit SystemMemory(GstBuffer* buffer);

  std::vector<GstMemory*> memories_;  // references
};

}  // namespace thalweg
