#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

namespace thalweg {

/// What of `caps` the filter of a caps query lets through, in the filter's order; all of it where
/// `filter` is null. Takes `caps`; the result is the caller's. Any thread.
GstCaps* filtered_caps(GstCaps* caps, GstCaps* filter);

/// Whether a metadata speaks of the pixels that it is attached to: memory, size, orientation or
/// colours. Any thread.
bool speaks_of_pixels(const GstMeta* meta);

/// For class_init: buffers of the class come out new, with the input's metadata as its
/// transform_meta says; its transform appends the memory. No pool: pictures bring their own
/// recycled memory.
void bring_own_pictures(GstBaseTransformClass* klass);

}  // namespace thalweg
