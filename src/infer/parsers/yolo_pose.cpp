#include <algorithm>
#include <cmath>

#include "infer/parsers/yolo.h"

namespace thalweg {
namespace {

using Form = YoloLayout::Form;

/// Persons (or what else has joints) with K keypoints, of each x, y and a confidence. As the public
/// parsers of this name do, it hands them over as the mask's 3 K floats, in network pixels; the
/// mask's width and height are the network's.
class YoloPoseParser : public InstanceParser {
 public:
  explicit YoloPoseParser(const YoloLayout& layout) : layout_(layout) {}

  static std::unique_ptr<InstanceParser> match(const ModelOutputs& outputs) {
    for (size_t i = 0; i < outputs.layers.size(); ++i) {
      const auto& dims = outputs.layers[i].inferDims;
      if (!is_float(outputs.layers[i]) || dims.numDims != 2) continue;
      if (!outputs.named && outputs.layers.size() != 1) return nullptr;
      if (const auto layout = layout_of(i, dims, outputs)) {
        return std::make_unique<YoloPoseParser>(*layout);
      }
    }
    return nullptr;
  }
  unsigned num_classes() const override { return layout_.num_classes(); }
  bool overlapping() const override { return layout_.form != Form::kFinal; }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params,
             std::vector<Instance>& out) const override {
    const YoloOutput output(layers, layout_, network);
    for (const auto& [box, number] : output.find(params)) {
      out.push_back({box, nullptr, [this, output, network, at = number](const auto&) {
                       return keypoints(output, network, at);
                     }});
    }
  }

 private:
  static std::optional<YoloLayout> layout_of(size_t layer, const NvDsInferDims& dims,
                                             const ModelOutputs& outputs) {
    constexpr unsigned kMostColumns = 512;  // beyond them it is no table of keypoints
    const unsigned rows = dims.d[0], columns = dims.d[1], before = 4 + outputs.num_classes;
    const auto keypoints = [](unsigned values) { return values > 0 && values % 3 == 0; };
    std::optional<YoloLayout> planes;
    if (rows > before && keypoints(rows - before)) {
      planes = yolo_layout(Form::kPlanes, layer, rows - before, outputs);
    }
    if (planes && candidates_a_cell(outputs.network, columns)) return planes;
    if (columns > 6 && columns < kMostColumns && keypoints(columns - 6)) {
      return YoloLayout{Form::kFinal, YoloLayout::Box::kCorners, layer, 0, columns - 6};
    }
    // DeepStream-Yolo-Pose's exports have corners, and one class.
    if (columns > 5 && columns < kMostColumns && keypoints(columns - 5)) {
      return YoloLayout{Form::kRows, YoloLayout::Box::kCorners, layer, 1, columns - 5};
    }
    return planes;
  }

  std::shared_ptr<const ObjectMask> keypoints(const YoloOutput& output,
                                              const NvDsInferNetworkInfo& network,
                                              size_t candidate) const {
    auto values = std::make_unique<float[]>(layout_.extras);  // zeros
    for (unsigned i = 0; i + 3 <= layout_.extras; i += 3) {
      const auto value = [&](unsigned of) {
        return output.at(candidate, layout_.first_extra() + i + of);
      };
      const float x = value(0), y = value(1), confidence = value(2);
      // Programs take them for whole pixels.
      if (!std::isfinite(x) || !std::isfinite(y) || !std::isfinite(confidence)) continue;
      values[i] = std::clamp(x, 0.0f, float(network.width));
      values[i + 1] = std::clamp(y, 0.0f, float(network.height));
      values[i + 2] = confidence;
    }
    auto mask = std::make_shared<ObjectMask>();
    mask->data = std::move(values);
    mask->width = network.width;
    mask->height = network.height;
    mask->size_bytes = layout_.extras * unsigned(sizeof(float));
    return mask;
  }

  YoloLayout layout_;
};

}  // namespace

const BuiltInInstance kYoloPose{
    {"yolo_pose", "NvDsInferParseYoloPose"},
    "[4+C+3K,N], [N,5+3K] (corners, score) or [M,6+3K] (corners, score, class)",
    YoloPoseParser::match};

}  // namespace thalweg
