#pragma once

#include <vector>

#include "elements/nvinfer/subject.h"
#include "infer/model.h"
#include "surface/batch.h"

namespace thalweg {

/// A region whose tensor an element before this one has made.
struct PreparedUnit {
  Subject subject;
  const float* values;  ///< of the metadata
  UnitPlace place;
};

/// The units of all GstNvDsPreProcessBatchMeta in `meta` that are for component `unique_id`.
/// Streaming thread. @throws InferError when a tensor is not what `model` takes.
std::vector<PreparedUnit> prepared_units(const Model& model, int unique_id, NvDsBatchMeta* meta,
                                         Batch& batch);

}  // namespace thalweg
