#pragma once

#include "elements/frame_mapping.h"

namespace thalweg {

/// Adds copies of a frame's user metas to `to`, which belongs to another batch; when the frame is
/// shown, of its objects and display metas, too, with coordinates mapped. `shown` is nullptr when
/// it is not. User metas are copied by their own copy functions, those without one are left out.
/// Both batches' locks are the caller's or nobody else knows the batch.
void gather(const NvDsFrameMeta& from, const FrameMapping* shown, NvDsFrameMeta* to);

}  // namespace thalweg
