#include <algorithm>
#include <string_view>

#include "infer/parsers/parsers.h"

namespace thalweg {
namespace {

/// Per class four planes of distances to the cell centre, and a plane of coverage.
class DetectNetParser : public DetectorParser {
 public:
  DetectNetParser(size_t boxes, size_t coverage, unsigned classes)
      : boxes_(boxes), coverage_(coverage), classes_(classes) {}

  static std::unique_ptr<DetectorParser> match(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    auto find = [&](const char* part) {
      return size_t(std::ranges::find_if(layers,
                                         [&](const auto& layer) {
                                           return is_float(layer) && layer.inferDims.numDims == 3 &&
                                                  std::string_view(layer.layerName).find(part) !=
                                                      std::string_view::npos;
                                         }) -
                    layers.begin());
    };
    size_t boxes = find("bbox"), coverage = find("cov");
    if (boxes == layers.size() || coverage == layers.size()) return nullptr;
    const auto &b = layers[boxes].inferDims, &c = layers[coverage].inferDims;
    if (b.d[0] != 4 * c.d[0] || b.d[1] != c.d[1] || b.d[2] != c.d[2]) return nullptr;
    return std::make_unique<DetectNetParser>(boxes, coverage, c.d[0]);
  }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    constexpr float kScale = 35;  // of box distances and cell centres alike
    const auto& dims = layers[coverage_].inferDims;
    const unsigned rows = dims.d[1], columns = dims.d[2];
    const size_t plane = size_t(rows) * columns;
    const auto& boxes = layers[boxes_].inferDims;
    if (boxes.numElements != 4 * dims.numElements || dims.numElements != dims.d[0] * plane) {
      fail_shapes(layers);
    }
    if (plane == 0) return;
    const unsigned classes = std::min(dims.d[0], params.numClassesConfigured);
    const unsigned stride_x = (network.width + columns - 1) / columns;
    const unsigned stride_y = (network.height + rows - 1) / rows;
    const float right = float(network.width) - 1, bottom = float(network.height) - 1;
    for (unsigned c = 0; c < classes; ++c) {
      const float* coverage = static_cast<const float*>(layers[coverage_].buffer) + c * plane;
      const float* box = static_cast<const float*>(layers[boxes_].buffer) + size_t(4) * c * plane;
      const float threshold = params.perClassPreclusterThreshold[c];
      for (size_t i = 0; i < plane; ++i) {
        if (!(coverage[i] >= threshold)) continue;
        const size_t row = i / columns, column = i % columns;
        float x = (float(column * stride_x) + 0.5f) / kScale;
        float y = (float(row * stride_y) + 0.5f) / kScale;
        float x1 = std::clamp((x - box[i]) * kScale, 0.0f, right);
        float y1 = std::clamp((y - box[plane + i]) * kScale, 0.0f, bottom);
        float x2 = std::clamp((x + box[2 * plane + i]) * kScale, 0.0f, right);
        float y2 = std::clamp((y + box[3 * plane + i]) * kScale, 0.0f, bottom);
        out.push_back({c, x1, y1, x2 - x1, y2 - y1, coverage[i], 0});
      }
    }
  }
  unsigned num_classes() const override { return classes_; }

 private:
  size_t boxes_, coverage_;
  unsigned classes_;
};

}  // namespace

const BuiltInDetector kDetectNetV2{{"detectnet_v2", "NvDsInferParseCustomResnet"},
                                   "...bbox... [4C,H,W] and ...cov... [C,H,W]",
                                   DetectNetParser::match};

}  // namespace thalweg
