#pragma once

#include "elements/nvinfer/subject.h"
#include "infer/model.h"

namespace thalweg {

/// Adds what `model` says of `subject` to the metadata. Takes the batch's lock. Any thread.
///
/// A detection becomes an object of the frame, with the subject's object as its parent, and a copy
/// of its mask with output-instance-mask. Attributes become a classifier meta of the object, and
/// their labels join its text, and one of the region; where there is neither, an object of the
/// whole frame's size and class -1 is made for them. A segmentation becomes a user meta of the
/// region, else of the object, else of the frame. Without an object, the frame counts as inferred
/// afterwards.
void write_result(const Model& model, int unique_id, const Subject& subject, const Result& result);

}  // namespace thalweg
