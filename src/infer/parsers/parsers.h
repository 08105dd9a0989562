#pragma once

#include <memory>
#include <vector>

#include "infer/parser.h"

namespace thalweg {

/// A parser that needs no library: its file in this folder tells the layout of the outputs.
template <class Candidate>
struct BuiltIn {
  std::vector<const char*> names;  ///< of the key that names a parser, the plain one first
  const char* needs;               ///< the outputs, in words, for messages
  /// The parser for a model with these outputs and num-detected-classes, null where they are not
  /// its own.
  std::unique_ptr<Parser<Candidate>> (*match)(const Layers& layers, unsigned num_classes);
};
using BuiltInDetector = BuiltIn<NvDsInferObjectDetectionInfo>;
using BuiltInInstance = BuiltIn<Instance>;

extern const BuiltInDetector kSsd, kCenterFace, kDetectNetV2;

inline bool is_float(const NvDsInferLayerInfo& layer) { return layer.dataType == FLOAT; }

}  // namespace thalweg
