#pragma once

#include "nvdsmeta.h"

namespace thalweg {

/// Adds to the empty batch `to` a copy of a frame meta of `from`, as frame 0, with all that hangs
/// on it, and copies of the batch's user metas. User metas are copied by their own copy functions,
/// those without one are left out, and so are latencies of other frames. The lock of `from` is the
/// caller's; nobody else knows `to`.
void copy_alone(const NvDsBatchMeta& from, NvDsFrameMeta& frame, NvDsBatchMeta* to);

}  // namespace thalweg
