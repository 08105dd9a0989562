#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "elements/nvstreammux/collector.h"
#include "elements/nvstreammux/settings.h"
#include "surface/picture.h"

namespace thalweg {

/// The bytes of a picture's rows.
size_t bytes_of(const Picture& picture);

/// When a frame was sent, by the clock of its RTSP sender (see nvdsgstutils.h), in nanoseconds
/// since 1970; 0 when it is not known.
uint64_t sender_time_ns(GstBuffer* buffer);

/// One buffer with NvDsBatchMeta for the frames, in their order: it refers to their pictures and
/// says which size each stands for, the muxer's or, where that has none, its own. A grey picture in
/// `format`, as in caps, stands in for a frame without a buffer.
/// `batch_size` is what the batch meta shows as its most frames. With
/// NVDS_ENABLE_LATENCY_MEASUREMENT it notes when they came into their decoders and into the muxer
/// `name`.
/// @return a buffer without timestamps, the caller's.
/// @throws std::exception whose text says what is wrong.
BufferPtr make_batch(const std::vector<Collector::Frame>& frames, const Settings& settings,
                     unsigned batch_size, const std::string& format, const char* name);

}  // namespace thalweg
