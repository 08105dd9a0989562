#pragma once

#include <memory>
#include <string>
#include <vector>

#include "infer/cluster.h"
#include "infer/config.h"
#include "infer/input.h"
#include "infer/parser.h"
#include "infer/result.h"

namespace thalweg {

/// Turns the output layers of a model into results. One thread at a time calls it.
class OutputReader {
 public:
  virtual ~OutputReader() = default;
  /// Adds what the layers of one unit say to `result`. @throws InferError when a parser fails.
  virtual void read(const Layers& layers, const UnitPlace& place, Result& result) = 0;
  /// Boxes repaired or left out so far.
  virtual ClusterCounts counts() const { return {}; }
};

/// A detector's or an instance segmentation's: parses, clusters, and takes the boxes into the
/// frame, those dropped that the configuration does not want. `config` and `input` outlive it.
/// `layers` need no buffers.
/// @throws InferError when the parser is missing or does not fit the layers.
std::unique_ptr<OutputReader> make_detection_reader(const InferConfig& config,
                                                    const ModelInput& input, const Layers& layers,
                                                    std::vector<std::string>& warnings);

/// A classifier's: the likeliest class of each output layer, whose values are probabilities. The
/// layers are those of output-blob-names, in its order, if the model has them all; else all. With
/// parse-classifier-func-name, what that function says of all layers. `input` outlives it.
/// @throws InferError when a layer is no list of probabilities, the label file cannot be read or
/// there is no such function.
std::unique_ptr<OutputReader> make_classification_reader(const InferConfig& config,
                                                         const ModelInput& input,
                                                         const Layers& layers,
                                                         std::vector<std::string>& warnings);

/// A semantic segmentation's: of each pixel the likeliest class above segmentation-threshold. The
/// layer is the first of output-blob-names that the model has, else its first output.
/// With parse-segmentation-func-name, what that function says of all layers. `config` and `input`
/// outlive it.
/// @throws InferError when that layer is not num-detected-classes planes of floats, or, with
/// segmentation-output-order=1, pixels of so many, or there is no such function.
std::unique_ptr<OutputReader> make_segmentation_reader(const InferConfig& config,
                                                       const ModelInput& input,
                                                       const Layers& layers);

/// Numbers of the layers that `names` (output-blob-names) lists, in its order; all layers where it
/// is empty or one of them is not there.
std::vector<size_t> named_layers(const std::string& names, const Layers& layers);

}  // namespace thalweg
