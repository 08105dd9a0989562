#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "infer/config.h"
#include "infer/result.h"
#include "nvdsinfer_custom_impl.h"

namespace thalweg {

/// Boxes in network pixels, as a parser gives them: unclustered, in no order.
using Candidates = std::vector<NvDsInferObjectDetectionInfo>;
using Layers = std::vector<NvDsInferLayerInfo>;

/// A candidate of an instance segmentation.
struct Instance {
  NvDsInferObjectDetectionInfo box;
  std::shared_ptr<const ObjectMask> mask;  ///< null where the parser gave none
  /// Makes the mask of a candidate that stays, where it is not there yet: of the part `box` of its
  /// box that lies in the frame, in network pixels. To be called while the layers and what else the
  /// parser was given are there. May be empty.
  std::function<std::shared_ptr<const ObjectMask>(const NvDsInferObjectDetectionInfo& box)>
      make_mask = {};
};

/// Turns the output layers of one frame into candidates. parse() may be called from one thread at a
/// time; it keeps nothing between frames.
template <class Candidate>
class Parser {
 public:
  virtual ~Parser() = default;
  /// Appends to `out`. Layers are in the order of the model's outputs, float32 unless integer.
  /// @throws InferError when a custom parser fails.
  virtual void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
                     const NvDsInferParseDetectionParams& params,
                     std::vector<Candidate>& out) const = 0;
  /// How many classes the outputs tell apart.
  virtual unsigned num_classes() const { return std::numeric_limits<unsigned>::max(); }
  /// Whether one object has several candidates, for the clustering to choose from. An instance
  /// segmentation's are thinned out then even where cluster-mode=4 asks for none, as the public
  /// parsers of these models do themselves.
  virtual bool overlapping() const { return false; }
};
using DetectorParser = Parser<NvDsInferObjectDetectionInfo>;
using InstanceParser = Parser<Instance>;

/// The parser that a configuration names: the function of that name in its custom-lib-path; without
/// a library a built-in one by name, or, without a name, the one whose outputs the model has. A
/// built-in name with a library that is not there, or that this machine cannot load, is the
/// built-in one, with a warning. The built-in ones are those of the folder parsers/. `layers` need
/// names, types and shapes only.
/// @throws InferError naming what is missing and what there is.
std::unique_ptr<DetectorParser> make_detector_parser(const InferConfig& config,
                                                     const NvDsInferNetworkInfo& network,
                                                     const Layers& layers,
                                                     std::vector<std::string>& warnings);
/// Likewise, of an instance segmentation.
std::unique_ptr<InstanceParser> make_instance_parser(const InferConfig& config,
                                                     const NvDsInferNetworkInfo& network,
                                                     const Layers& layers,
                                                     std::vector<std::string>& warnings);

/// Of the values of a layer.
size_t bytes_of(const NvDsInferLayerInfo& layer);

/// "boxes [1917,4] float32, ..." for messages.
std::string describe(const Layers& layers);

}  // namespace thalweg
