#pragma once

#include "infer/result.h"
#include "nvdsmeta.h"

namespace thalweg {

/// Gives an object, or the frame where there is none, an NvDsInferSegmentationMeta whose arrays are
/// a copy of `from`. The batch's lock must be held.
void write_segmentation(int unique_id, NvDsFrameMeta* frame, NvDsObjectMeta* object,
                        const Segmentation& from);

}  // namespace thalweg
