#pragma once

#include <span>

#include "infer/detector.h"
#include "nvdsmeta.h"

namespace thalweg {

/// Adds an object meta for each detection to the frame, in their order, and marks the frame as
/// inferred. Takes the batch's lock. Any thread.
void add_objects(NvDsFrameMeta* frame, std::span<const Detection> detections,
                 const Detector& detector, int unique_id);

}  // namespace thalweg
