#pragma once

#include "elements/frame_mapping.h"

namespace thalweg {

/// Adds copies of the objects, display metas and user metas of a frame to `to`, which belongs to
/// another batch, with coordinates mapped. User metas are copied by their own copy functions, those
/// without one are left out. Both batches' locks are the caller's or nobody else knows the batch.
void gather(const NvDsFrameMeta& from, const FrameMapping& mapping, NvDsFrameMeta* to);

}  // namespace thalweg
