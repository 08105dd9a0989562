#pragma once

#include <gst/gst.h>

namespace thalweg {

/// What the pads at the head of an encoder take.
inline constexpr char kFrameCaps[] =
    "video/x-raw(memory:NVMM), format={I420,NV12,RGBA}, width=[1,2147483647], "
    "height=[1,2147483647], framerate=[0/1,2147483647/1]; "
    "video/x-raw, format={I420,NV12,RGBA}, width=[1,2147483647], height=[1,2147483647], "
    "framerate=[0/1,2147483647/1]";

struct FrameReaderOptions {
  const char* format;           ///< that is encoded, for messages: "H.264"
  bool even_sizes_only = true;  ///< frames of other sizes are refused with an element error
  bool full_range = false;      ///< the encoder takes brightness of 0..255, of BT.601, as JPEG is
};

/// Makes the element (floating) at the head of an encoder's bin: frames of memory:NVMM or of system
/// memory, I420, NV12 or RGBA, leave in system memory, where they are if the next element takes
/// that format and these colours, else converted, to I420 where that can be. Speaks in the bin's
/// name. Not registered as a factory.
GstElement* new_frame_reader(const FrameReaderOptions& options);

}  // namespace thalweg
