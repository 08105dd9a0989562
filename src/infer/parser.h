#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infer/result.h"
#include "nvdsinfer_custom_impl.h"

namespace thalweg {

/// Boxes in network pixels, as a parser gives them: unclustered, in no order.
using Candidates = std::vector<NvDsInferObjectDetectionInfo>;
using Layers = std::vector<NvDsInferLayerInfo>;

/// Turns the output layers of one frame into candidates. parse() may be called from one thread at a
/// time; it keeps nothing between frames.
class DetectorParser {
 public:
  virtual ~DetectorParser() = default;
  /// Appends to `out`. Layers are in the order of the model's outputs, float32 unless integer.
  /// @throws InferError when a custom parser fails.
  virtual void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
                     const NvDsInferParseDetectionParams& params, Candidates& out) const = 0;
};

/// The parser of a model. With `library`, the function of that name in that shared library; else a
/// built-in one by name, or, without a name, the one whose outputs the model has. A built-in name
/// with a library that is not there is the built-in one, with a warning:
///   ssd           boxes [N,4] (ymin,xmin,ymax,xmax, 0..1), scores [N,C] (column i = class i)
///   centerface    heatmap [1,H,W], scale [2,H,W] (height, width), offset [2,H,W] (y, x)
///   detectnet_v2  ...bbox... [4C,H,W], ...cov... [C,H,W]; also NvDsInferParseCustomResnet
/// `layers` need names, types and shapes only. `where` begins the error text (the config's path).
/// @throws InferError naming what is missing and what there is.
std::unique_ptr<DetectorParser> make_detector_parser(const std::string& function,
                                                     const std::string& library,
                                                     const Layers& layers, unsigned num_classes,
                                                     const std::string& where,
                                                     std::vector<std::string>& warnings);

/// A candidate of an instance segmentation.
struct Instance {
  NvDsInferObjectDetectionInfo box;
  std::shared_ptr<const ObjectMask> mask;  ///< null where the parser gave none
};
/// Appends the instances of one frame; otherwise as DetectorParser::parse.
using InstanceParser =
    std::function<void(const Layers& layers, const NvDsInferNetworkInfo& network,
                       const NvDsInferParseDetectionParams& params, std::vector<Instance>& out)>;
/// That of the function in the shared library. @throws InferError naming what is missing.
InstanceParser make_instance_parser(const std::string& function, const std::string& library,
                                    const std::string& where);

/// "boxes [1917,4] float32, ..." for messages.
std::string describe(const Layers& layers);

}  // namespace thalweg
