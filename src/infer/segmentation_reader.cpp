#include <algorithm>
#include <limits>

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

}  // namespace

std::unique_ptr<OutputReader> make_segmentation_reader(const InferConfig& config,
                                                       const Layers& layers) {
  return std::make_unique<SegmentationReader>(config, layers);
}

}  // namespace thalweg
