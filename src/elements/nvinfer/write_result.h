#pragma once

#include "infer/model.h"
#include "nvdsmeta.h"

namespace thalweg {

/// Adds what `model` says of a frame, or of `object` in it, to the metadata. Takes the batch's
/// lock. Any thread.
///
/// A detection becomes an object of the frame, with `object` as its parent, and a copy of its
/// mask with output-instance-mask. Attributes become a
/// classifier meta of `object`, and their labels join its text; without `object`, one of the whole
/// frame's size and class -1 is made for them. A segmentation becomes a user meta of `object`, or
/// else of the frame. A frame of its own counts as inferred afterwards.
void write_result(const Model& model, int unique_id, NvDsFrameMeta* frame, NvDsObjectMeta* object,
                  const Result& result);

}  // namespace thalweg
