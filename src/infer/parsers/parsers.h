#pragma once

#include <limits>
#include <memory>
#include <vector>

#include "infer/parser.h"

namespace thalweg {

/// What a built-in parser is chosen by.
struct ModelOutputs {
  const Layers& layers;  ///< names, types and shapes; a size of 0 is known only after a run
  NvDsInferNetworkInfo network;
  unsigned num_classes;  ///< num-detected-classes
  bool named;  ///< whether the configuration names the parser: a shape may be unusual then
};

/// A parser that needs no library: its file in this folder tells the layout of the outputs.
template <class Candidate>
struct BuiltIn {
  std::vector<const char*> names;  ///< of the key that names a parser, the plain one first; several
                                   ///< parsers may share one
  const char* needs;               ///< the outputs, in words, for messages
  /// The parser for a model with these outputs, null where they are not its own.
  std::unique_ptr<Parser<Candidate>> (*match)(const ModelOutputs& outputs);
};
using BuiltInDetector = BuiltIn<NvDsInferObjectDetectionInfo>;
using BuiltInInstance = BuiltIn<Instance>;

extern const BuiltInDetector kSsd, kYoloV4Boxes, kCenterFace, kDetectNetV2;
extern const BuiltInDetector kYolo, kYoloV5, kYoloV8, kYoloX;
extern const BuiltInDetector kYoloV2, kYoloV2Tiny, kYoloV3, kYoloV3Tiny, kYoloV4, kYoloV4Tiny;
extern const BuiltInDetector kBatchedNms, kBatchedNmsPixels, kEfficientNms, kEfficientDet, kTfSsd,
    kYoloCentres, kYoloCorners, kDetectionOutput;
extern const BuiltInDetector kRtDetr, kRtDetrBoxes, kDetr, kDdetr;
extern const BuiltInInstance kYoloPose, kYoloSeg, kYoloSegMasks, kMaskRcnn;

inline bool is_float(const NvDsInferLayerInfo& layer) { return layer.dataType == FLOAT; }
inline const float* floats(const NvDsInferLayerInfo& layer) {
  return static_cast<const float*>(layer.buffer);
}
/// Number of the layer of one of these names (TensorFlow's ":0" apart) that `fits`, or
/// layers.size().
size_t find_layer(const Layers& layers, std::initializer_list<const char*> names,
                  bool (*fits)(const NvDsInferLayerInfo&) = is_float);
/// A mask with a copy of the height * width `values`.
std::shared_ptr<const ObjectMask> copied_mask(const float* values, unsigned width, unsigned height);

/// For a run whose outputs are not shaped as those that the parser was chosen by. @throws
/// InferError
[[noreturn]] void fail_shapes(const Layers& layers);

/// A class id that a model writes as a number; one that is none becomes the largest, which no
/// configuration has.
inline unsigned class_of(float value) {
  return value >= 0 && value < 1e9f ? unsigned(value) : std::numeric_limits<unsigned>::max();
}
/// Whether a box of this class and score is a candidate. Those of no class are, for the clustering
/// to count, where they reach the lowest threshold of all.
inline bool reaches(unsigned class_id, float score, float lowest,
                    const NvDsInferParseDetectionParams& params) {
  return class_id < params.numClassesConfigured
             ? score >= params.perClassPreclusterThreshold[class_id]
             : score >= lowest;
}

}  // namespace thalweg
