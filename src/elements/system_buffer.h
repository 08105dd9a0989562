#pragma once

#include <gst/gst.h>

#include <memory>

#include "surface/picture.h"

namespace thalweg {

/// A buffer of system memory that shows `picture`: its planes, not copied, read-only, each a memory
/// of its own, described by a GstVideoMeta. Flags and times are those of `like`. The picture lives
/// as long as the buffer's memory. Any thread; the result is the caller's.
GstBuffer* system_buffer(const std::shared_ptr<const Picture>& picture, GstBuffer* like);

}  // namespace thalweg
