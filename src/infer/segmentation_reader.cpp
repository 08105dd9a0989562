#include <algorithm>
#include <limits>
#include <utility>

#include "infer/custom_function.h"
#include "infer/error.h"
#include "infer/output_reader.h"

namespace thalweg {
namespace {

class SegmentationReader : public OutputReader {
 public:
  SegmentationReader(const InferConfig& config, const Layers& layers)
      : config_(config), layer_(named_layers(config.output_blob_names, layers).at(0)) {
    check(layers[layer_]);
  }

  void read(const Layers& layers, const UnitPlace&, Result& result) override {
    const auto& layer = layers[layer_];
    check(layer);
    const auto* values = static_cast<const float*>(layer.buffer);
    const auto* d = layer.inferDims.d;
    auto found = std::make_shared<Segmentation>();
    found->classes = config_.num_detected_classes;
    found->height = is_hwc() ? d[0] : d[1];
    found->width = is_hwc() ? d[1] : d[2];
    const size_t pixels = size_t(found->width) * found->height, classes = found->classes;
    found->probabilities.resize(classes * pixels);
    for (size_t c = 0; c < classes && is_hwc(); ++c) {
      for (size_t i = 0; i < pixels; ++i) {
        found->probabilities[c * pixels + i] = values[i * classes + c];
      }
    }
    if (!is_hwc()) std::copy_n(values, classes * pixels, found->probabilities.data());
    best_.assign(pixels, config_.segmentation_threshold);
    found->class_map.assign(pixels, -1);
    for (size_t c = 0; c < classes; ++c) {
      const float* plane = &found->probabilities[c * pixels];
      for (size_t i = 0; i < pixels; ++i) {
        // Neither NaN nor infinite.
        const bool better = plane[i] > best_[i] && plane[i] <= std::numeric_limits<float>::max();
        found->class_map[i] = better ? int(c) : found->class_map[i];
        best_[i] = better ? plane[i] : best_[i];
      }
    }
    result.segmentation = std::move(found);
  }

 private:
  bool is_hwc() const { return config_.segmentation_output_order == 1; }

  void check(const NvDsInferLayerInfo& layer) const {
    const auto& dims = layer.inferDims;
    const unsigned classes = config_.num_detected_classes;
    const bool is_image = layer.dataType == FLOAT && dims.numDims == 3 && dims.numElements > 0;
    if (is_image && dims.d[is_hwc() ? 2 : 0] == classes) return;
    const bool fits_other = is_image && dims.d[is_hwc() ? 0 : 2] == classes;
    const std::string number = std::to_string(classes);
    fail_settings(
        config_.path + ": [property] network-type=2: expected an output of floats, " +
        (is_hwc() ? "[height,width," + number + "]" : "[" + number + ",height,width]") +
        " with num-detected-classes=" + number + ", got " + describe({layer}) + ". " +
        (fits_other ? std::string("Write segmentation-output-order=") + (is_hwc() ? "0." : "1.")
                    : "Correct num-detected-classes, name another output in output-blob-names, or "
                      "write network-type=100 and read the tensors in a probe."));
  }

  const InferConfig& config_;
  const size_t layer_;
  std::vector<float> best_;  // of each pixel, kept for its memory
};

/// One whose outputs a parser of the user's reads.
class CustomSegmentationReader : public OutputReader {
 public:
  CustomSegmentationReader(const InferConfig& config, const ModelInput& input)
      : threshold_(config.segmentation_threshold),
        classes_(config.num_detected_classes),
        network_(input.network),
        call_(config.custom_lib_path, config.parse_segmentation_func_name,
              "parse-segmentation-func-name", config.path) {}

  void read(const Layers& layers, const UnitPlace&, Result& result) override {
    auto found = std::make_shared<Segmentation>();
    found->classes = classes_;
    found->width = network_.width;
    found->height = network_.height;
    const size_t pixels = size_t(found->width) * found->height;
    found->class_map.assign(pixels, -1);
    float* probabilities = nullptr;  // the parser's own, or a layer's
    call_(layers, network_, threshold_, classes_, found->class_map.data(), probabilities);
    const auto wrong = std::ranges::find_if(found->class_map,
                                            [&](int id) { return id < -1 || id >= int(classes_); });
    if (wrong != found->class_map.end()) {
      call_.fail(layers, "gave a pixel the class " + std::to_string(*wrong) + " where -1 to " +
                             std::to_string(int(classes_) - 1) +
                             " exist with num-detected-classes=" + std::to_string(classes_));
    }
    if (probabilities) {
      check_fits(layers, probabilities, classes_ * pixels);
      found->probabilities.assign(probabilities, probabilities + classes_ * pixels);
    }
    result.segmentation = std::move(found);
  }

 private:
  /// What is known to be shorter than probabilities have to be is a layer.
  void check_fits(const Layers& layers, const float* values, size_t count) const {
    for (const auto& layer : layers) {
      const auto* begin = static_cast<const float*>(layer.buffer);
      const size_t size = layer.dataType == FLOAT ? layer.inferDims.numElements : 0;
      if (values < begin || values >= begin + size) continue;
      if (count <= size_t(begin + size - values)) return;
      call_.fail(layers, "gave the layer " + std::string(layer.layerName) +
                             " as probabilities, which has fewer values than the " +
                             std::to_string(count) + " of [" + std::to_string(classes_) + "," +
                             std::to_string(network_.height) + "," +
                             std::to_string(network_.width) + "],");
    }
  }

  const float threshold_;
  const unsigned classes_;
  const NvDsInferNetworkInfo& network_;
  CustomFunction<NvDsInferSemSegmentationParseCustomFunc> call_;
};

}  // namespace

std::unique_ptr<OutputReader> make_segmentation_reader(const InferConfig& config,
                                                       const ModelInput& input,
                                                       const Layers& layers) {
  if (!config.parse_segmentation_func_name.empty()) {
    return std::make_unique<CustomSegmentationReader>(config, input);
  }
  return std::make_unique<SegmentationReader>(config, layers);
}

}  // namespace thalweg
