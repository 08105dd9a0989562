#pragma once

#include <memory>
#include <string>
#include <vector>

#include "infer/parser.h"
#include "layer.h"
#include "scratch_folder.h"

namespace thalweg {

/// An output of a test's model, which keeps the values.
struct Tensor {
  std::string name;
  std::vector<unsigned> dims;
  std::vector<float> values;
};

inline Layers layers_of(std::vector<Tensor>& tensors) {
  Layers layers;
  for (auto& tensor : tensors) {
    NvDsInferLayerInfo one = layer(tensor.name.c_str(), tensor.dims);
    tensor.values.resize(one.inferDims.numElements);
    one.buffer = tensor.values.data();
    layers.push_back(one);
  }
  return layers;
}

/// What a parser is asked for.
struct Wanted {
  std::string function = "", library = "";
  unsigned num_classes = 1;
  NvDsInferNetworkInfo network = {32, 32, 3};
  float threshold = 0.5f;

  InferConfig config() const {
    InferConfig config;
    config.path = "c.txt";
    config.parse_bbox_func_name = config.parse_bbox_instance_mask_func_name = function;
    config.custom_lib_path = library;
    config.num_detected_classes = num_classes;
    return config;
  }
  NvDsInferParseDetectionParams params() const {
    NvDsInferParseDetectionParams params{};
    params.numClassesConfigured = num_classes;
    params.perClassPreclusterThreshold.assign(num_classes, threshold);
    return params;
  }
};

inline std::unique_ptr<DetectorParser> detector(const Wanted& wanted, const Layers& layers,
                                                std::vector<std::string>& warnings) {
  return make_detector_parser(wanted.config(), wanted.network, layers, warnings);
}
inline std::unique_ptr<DetectorParser> detector(const Wanted& wanted, const Layers& layers) {
  std::vector<std::string> warnings;
  return detector(wanted, layers, warnings);
}
/// What is said where no parser is made; "" where one is.
inline std::string detector_error(const Wanted& wanted, const Layers& layers) {
  return error_of([&] { detector(wanted, layers); });
}

/// What the parser that fits finds.
inline Candidates detect(const Wanted& wanted, const Layers& layers) {
  Candidates out;
  detector(wanted, layers)->parse(layers, wanted.network, wanted.params(), out);
  return out;
}

/// "class score left,top,width,height" of each.
inline std::vector<std::string> lines_of(const Candidates& candidates) {
  std::vector<std::string> lines;
  for (const auto& c : candidates) {
    char text[120];
    std::snprintf(text, sizeof text, "%d %.4g %.5g,%.5g,%.5g,%.5g", int(c.classId),
                  double(c.detectionConfidence), double(c.left), double(c.top), double(c.width),
                  double(c.height));
    lines.push_back(text);
  }
  return lines;
}
inline std::vector<std::string> detected(const Wanted& wanted, std::vector<Tensor> tensors) {
  const auto layers = layers_of(tensors);
  return lines_of(detect(wanted, layers));
}

}  // namespace thalweg
