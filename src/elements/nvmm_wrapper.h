#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <string>
#include <vector>

namespace thalweg {

/// What left the wrapper since it was made.
struct WrapperCounts {
  uint64_t in = 0;       ///< pictures that the decoder gave
  uint64_t out = 0;      ///< pictures pushed
  uint64_t dropped = 0;  ///< pictures left out by the drop interval
  uint64_t damaged = 0;  ///< pictures that the decoder marked as corrupted, in `in` too
};

/// A private element (in no registry): system-memory pictures in, memory:NVMM out.
///
/// Pictures of one of `formats` ("I420"; those that host memory may have, at least one) are wrapped
/// where they lie, without a copy; others (10 bit, 4:2:2, or because downstream takes only another
/// of `formats`) are converted, to the first where that can be. It answers ALLOCATION with
/// GstVideoMeta, so that a decoder decodes straight into what is wrapped. Lives in a bin, in whose
/// name it speaks.
/// @return a new floating element.
GstElement* new_nvmm_wrapper(std::vector<std::string> formats);

/// Lets only every `interval`th picture through, the first one included; 0 and 1 let all. Any
/// thread.
void nvmm_wrapper_set_drop_interval(GstElement* wrapper, unsigned interval);
/// Any thread.
WrapperCounts nvmm_wrapper_counts(GstElement* wrapper);

}  // namespace thalweg
