#pragma once

#include "infer/model.h"
#include "nvdsmeta.h"

namespace thalweg {

/// Adds what `model` found in a frame to its metadata, and marks it as inferred: an object for each
/// detection, in their order. Takes the batch's lock. Any thread.
void write_result(const Model& model, int unique_id, NvDsFrameMeta* frame, const Result& result);

}  // namespace thalweg
