#pragma once

#include "elements/nvinfer/subject.h"
#include "infer/result.h"

namespace thalweg {

/// Gives `subject` an NvDsInferSegmentationMeta whose arrays are a copy of `from`. The batch's lock
/// must be held.
void write_segmentation(int unique_id, const Subject& subject, const Segmentation& from);

}  // namespace thalweg
