#include <glib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "infer/custom_function.h"
#include "infer/error.h"
#include "infer/output_reader.h"

namespace thalweg {
namespace {

bool is_list(const NvDsInferLayerInfo& layer) {
  const auto& dims = layer.inferDims;
  const auto long_ones =
      std::count_if(dims.d, dims.d + dims.numDims, [](unsigned d) { return d > 1; });
  return layer.dataType == FLOAT && long_ones <= 1;
}

class ClassificationReader : public OutputReader {
 public:
  ClassificationReader(const InferConfig& config, const Layers& layers,
                       std::vector<std::string>& warnings)
      : threshold_(config.classifier_threshold),
        layers_(named_layers(config.output_blob_names, layers)) {
    for (size_t i : layers_) {
      if (is_list(layers[i])) continue;
      fail_settings(config.path +
                    ": [property] network-type=1: expected outputs with one float a "
                    "class, got " +
                    describe({layers[i]}) +
                    ". Name those of the classifier in "
                    "output-blob-names, separated by ;, or write network-type=100 and read the "
                    "tensors in a probe.");
    }
    if (!config.labelfile_path.empty()) {
      labels_ = read_layer_labels(config.labelfile_path, layers_.size(), warnings);
    }
  }

  void read(const Layers& layers, const UnitPlace&, Result& result) override {
    for (size_t row = 0; row < layers_.size(); ++row) {
      const auto& layer = layers[layers_[row]];
      const auto* values = static_cast<const float*>(layer.buffer);
      const unsigned count = layer.inferDims.numElements;
      Attribute best{unsigned(row), 0, count, threshold_, ""};
      bool found = false;
      for (unsigned i = 0; i < count; ++i) {
        if (!(values[i] > best.confidence) || !std::isfinite(values[i])) continue;  // or NaN
        best.confidence = values[i];
        best.class_id = i;
        found = true;
      }
      if (!found) continue;
      if (row < labels_.size() && best.class_id < labels_[row].size()) {
        best.label = labels_[row][best.class_id];
      }
      result.attributes.push_back(best);
    }
  }

 private:
  const float threshold_;
  const std::vector<size_t> layers_;
  std::vector<std::vector<std::string>> labels_;  // a row a layer
};

/// One whose outputs a parser of the user's reads.
class CustomClassificationReader : public OutputReader {
 public:
  CustomClassificationReader(const InferConfig& config, const ModelInput& input,
                             std::vector<std::string>& warnings)
      : threshold_(config.classifier_threshold),
        network_(input.network),
        call_(config.custom_lib_path, config.parse_classifier_func_name,
              "parse-classifier-func-name", config.path) {
    if (!config.labelfile_path.empty()) {
      labels_ = read_layer_labels(config.labelfile_path, std::nullopt, warnings);
    }
  }

  void read(const Layers& layers, const UnitPlace&, Result& result) override {
    constexpr size_t kMaxAttributes = 1000;
    // Its labels are ours from the moment on that they are there, also when it fails.
    struct Given : std::vector<NvDsInferAttribute> {
      ~Given() {
        for (auto& attribute : *this) std::free(attribute.attributeLabel);
      }
    } given;
    std::string description;
    call_(layers, network_, threshold_, static_cast<std::vector<NvDsInferAttribute>&>(given),
          description);
    if (given.size() > kMaxAttributes) {
      call_.fail(layers, "gave " + std::to_string(given.size()) + " attributes, more than " +
                             std::to_string(kMaxAttributes) + ",");
    }
    for (const auto& [row, class_id, confidence, label] : given) {
      if (!std::isfinite(confidence)) continue;
      Attribute attribute{row, class_id, 0, confidence, ""};
      const bool known = row < labels_.size() && class_id < labels_[row].size();
      if (label) {
        attribute.label = text_of(layers, label);
      } else if (known) {
        attribute.label = labels_[row][class_id];
      }
      result.attributes.push_back(attribute);
    }
    result.description = text_of(layers, description);
  }

 private:
  /// A text of the parser's as UTF-8, whatever it was.
  std::string text_of(const Layers& layers, std::string_view text) const {
    constexpr size_t kMaxBytes = 10'000;
    if (text.size() > kMaxBytes) {
      call_.fail(layers, "gave a text of " + std::to_string(text.size()) + " bytes, more than " +
                             std::to_string(kMaxBytes) + ",");
    }
    char* valid = g_utf8_make_valid(text.data(), gssize(text.size()));
    std::string copy = valid;
    g_free(valid);
    return copy;
  }

  const float threshold_;
  const NvDsInferNetworkInfo& network_;
  CustomFunction<NvDsInferClassiferParseCustomFunc> call_;
  std::vector<std::vector<std::string>> labels_;  // a row an attribute
};

}  // namespace

std::unique_ptr<OutputReader> make_classification_reader(const InferConfig& config,
                                                         const ModelInput& input,
                                                         const Layers& layers,
                                                         std::vector<std::string>& warnings) {
  if (!config.parse_classifier_func_name.empty()) {
    return std::make_unique<CustomClassificationReader>(config, input, warnings);
  }
  return std::make_unique<ClassificationReader>(config, layers, warnings);
}

}  // namespace thalweg
