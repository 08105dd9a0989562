#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "infer/parsers/parsers.h"

namespace thalweg {
namespace {

/// A face detector: a cell's score, the logarithm of the face's size, and where in the cell its
/// centre is.
class CenterFaceParser : public DetectorParser {
 public:
  explicit CenterFaceParser(const std::array<size_t, 3>& layers) : layers_(layers) {}

  static std::unique_ptr<DetectorParser> match(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    constexpr const char* kNames[] = {"heatmap", "scale", "offset"};
    constexpr unsigned kPlanes[] = {1, 2, 2};
    std::array<size_t, 3> found{};
    for (size_t i = 0; i < found.size(); ++i) {
      const auto layer = std::ranges::find_if(layers, [&](const auto& l) {
        return is_float(l) && std::string_view(l.layerName) == kNames[i] &&
               l.inferDims.numDims == 3 && l.inferDims.d[0] == kPlanes[i];
      });
      if (layer == layers.end()) return nullptr;
      found[i] = size_t(layer - layers.begin());
      const auto &first = layers[found[0]].inferDims, &dims = layer->inferDims;
      if (dims.d[1] != first.d[1] || dims.d[2] != first.d[2]) return nullptr;
    }
    return std::make_unique<CenterFaceParser>(found);
  }
  unsigned num_classes() const override { return 1; }

  void parse(const Layers& layers, const NvDsInferNetworkInfo&,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    constexpr float kCell = 4;  // network pixels a side
    if (params.numClassesConfigured < 1) return;
    const auto values = [&](size_t i) {
      return static_cast<const float*>(layers[layers_[i]].buffer);
    };
    const float *scores = values(0), *sizes = values(1), *offsets = values(2);
    const auto& dims = layers[layers_[0]].inferDims;
    const size_t columns = dims.d[2], cells = dims.numElements;
    for (size_t i : {1, 2}) {
      if (layers[layers_[i]].inferDims.numElements != 2 * cells) fail_shapes(layers);
    }
    const float threshold = params.perClassPreclusterThreshold[0];
    for (size_t i = 0; i < cells; ++i) {
      if (!(scores[i] >= threshold)) continue;
      const float height = std::exp(sizes[i]) * kCell, width = std::exp(sizes[cells + i]) * kCell;
      const size_t row = i / columns, column = i % columns;
      const float y = (float(row) + offsets[i] + 0.5f) * kCell;
      const float x = (float(column) + offsets[cells + i] + 0.5f) * kCell;
      out.push_back({0, x - width / 2, y - height / 2, width, height, scores[i], 0});
    }
  }

 private:
  std::array<size_t, 3> layers_;  // score, size, offset
};

}  // namespace

const BuiltInDetector kCenterFace{
    {"centerface"}, "heatmap [1,H,W], scale [2,H,W] and offset [2,H,W]", CenterFaceParser::match};

}  // namespace thalweg
