#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "surface/convert.h"

namespace thalweg {

/// How likely each pixel of an object's box shows it: height rows of width, stretched over the box,
/// as its parser gave them.
struct ObjectMask {
  std::unique_ptr<const float[]> data;
  unsigned width = 0, height = 0;
  unsigned size_bytes = 0;  ///< of `data`, which may hold more than that, or less
};

/// One object in a frame; box in frame pixels, inside the frame.
struct Detection {
  int class_id = 0;
  float left = 0, top = 0, width = 0, height = 0;
  float confidence = 0;
  std::shared_ptr<const ObjectMask> mask;  ///< of an instance segmentation, else null
};

/// What one output layer of a classifier says of a unit.
struct Attribute {
  unsigned layer = 0;        ///< number of the layer, from 0
  unsigned class_id = 0;     ///< its likeliest class
  unsigned num_classes = 0;  ///< of the layer, 0 where a custom parser does not say
  float confidence = 0;
  std::string label;  ///< of the class, "" if it has none
};

/// The class of each pixel of the network, row by row.
struct Segmentation {
  unsigned classes = 0, width = 0, height = 0;
  std::vector<int> class_map;        ///< height * width class ids, -1 for none
  std::vector<float> probabilities;  ///< classes * height * width, a plane a class; or empty
};

/// What a model says of one unit: a frame, or an object in it.
struct Result {
  int frame_width = 0, frame_height = 0;  ///< pixels, of the frame that it lies in
  std::vector<Detection> detections;      ///< of a detector, in the order of the clustering
  std::vector<Attribute> attributes;      ///< of a classifier, those above its threshold
  std::string description;                ///< of all attributes, by a custom parser; else ""
  std::shared_ptr<const Segmentation> segmentation;  ///< of a segmentation, else null
};

/// A rectangle of frame pixels.
struct Region {
  float left = 0, top = 0, right = 0, bottom = 0;
};

/// Where a unit's pixels lie.
struct UnitPlace {
  int frame_width = 0, frame_height = 0;
  TensorGeometry geometry;
  std::optional<Region> limits{};  ///< that its boxes are cut to, inside the frame; or the frame
};

}  // namespace thalweg
