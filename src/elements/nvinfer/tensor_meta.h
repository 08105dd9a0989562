#pragma once

#include "elements/nvinfer/subject.h"
#include "infer/model.h"

namespace thalweg {

/// Adds the output layers of one unit of a finished run to its subject: an NvDsInferTensorMeta
/// whose values are a copy of their own, so whoever has the meta may change them; copies of the
/// meta have copies of them. Takes the batch's lock. Any thread.
void write_tensors(const Model& model, int unique_id, const Subject& subject, const Layers& layers);

}  // namespace thalweg
