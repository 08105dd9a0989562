#pragma once

#include "infer/result.h"
#include "nvdsmeta.h"

namespace thalweg {

/// A user meta from the batch's pool, in no list yet, with an NvDsInferSegmentationMeta whose
/// arrays are a copy of `from`; copies of the meta have copies of them. The batch's lock must be
/// held.
NvDsUserMeta* new_segmentation_meta(NvDsBatchMeta* batch, int unique_id, const Segmentation& from);

}  // namespace thalweg
