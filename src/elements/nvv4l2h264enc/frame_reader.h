#pragma once

#include <gst/gst.h>

namespace thalweg {

/// Makes the element (floating) at the head of nvv4l2h264enc: frames of memory:NVMM or of system
/// memory, I420, NV12 or RGBA, leave in system memory, as they are where the next element takes
/// that format, else as I420. Not registered as a factory.
GstElement* new_frame_reader();

}  // namespace thalweg
