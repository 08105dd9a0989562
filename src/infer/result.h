#pragma once

#include <string>
#include <vector>

#include "surface/convert.h"

namespace thalweg {

/// One object in a frame; box in frame pixels, inside the frame.
struct Detection {
  int class_id = 0;
  float left = 0, top = 0, width = 0, height = 0;
  float confidence = 0;
};

/// What a model says of one unit: a frame, or an object in it.
struct Result {
  std::vector<Detection> detections;  ///< of a detector, in the order of the clustering
};

/// Where a unit's pixels lie.
struct UnitPlace {
  int frame_width = 0, frame_height = 0;
  TensorGeometry geometry;
};

}  // namespace thalweg
