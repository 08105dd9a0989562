#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "infer/parsers/parsers.h"
#include "infer/parsers/scan.h"

namespace thalweg {
namespace {

using Size = std::array<float, 2>;  // width, height

/// Anchors of the published models in network pixels, those of a scale together, finest scale
/// first; they were found on COCO, or on VOC where it says so.
constexpr Size kAnchors2[] = {{0.57273f, 0.677385f},
                              {1.87446f, 2.06253f},
                              {3.33843f, 5.47434f},
                              {7.88282f, 3.52778f},
                              {9.77052f, 9.16828f}};  // in cells of 32 pixels
constexpr Size kAnchors2Voc[] = {{1.3221f, 1.73145f},
                                 {3.19275f, 4.00944f},
                                 {5.05587f, 8.09892f},
                                 {9.47112f, 4.84053f},
                                 {11.2364f, 10.0071f}};
constexpr Size kAnchors2TinyVoc[] = {
    {1.08f, 1.19f}, {3.42f, 4.41f}, {6.63f, 11.38f}, {9.42f, 5.11f}, {16.62f, 10.52f}};
constexpr Size kAnchors3[] = {{10, 13},  {16, 30},  {33, 23},   {30, 61},  {62, 45},
                              {59, 119}, {116, 90}, {156, 198}, {373, 326}};
// The tiny models' finer scale was trained with the second anchor to the fourth, as is the coarser
// with the fourth to the sixth.
constexpr Size kAnchorsTiny[] = {{23, 27}, {37, 58}, {81, 82}, {81, 82}, {135, 169}, {344, 319}};
constexpr Size kAnchors4[] = {{12, 16},  {19, 36},   {40, 28},   {36, 75},  {76, 55},
                              {72, 146}, {142, 110}, {192, 243}, {459, 401}};

/// A model whose outputs are its last convolutions: in each, for each anchor of its scale, planes
/// of x, y, width, height, objectness and the classes' scores, none of them activated.
struct Version {
  unsigned scales;                         ///< outputs, of strides 32, 16 and so on
  unsigned anchors;                        ///< a scale
  std::span<const Size> sizes, sizes_voc;  ///< of the anchors; the second with 20 classes
  std::array<float, 3> reach;  ///< how far a centre can leave its cell, finest scale first: 1 = not
  bool softmax;                ///< classes share their probability; sizes count in cells
};
constexpr Version kV2{1, 5, kAnchors2, kAnchors2Voc, {1}, true};
constexpr Version kV2Tiny{1, 5, kAnchors2, kAnchors2TinyVoc, {1}, true};
constexpr Version kV3{3, 3, kAnchors3, kAnchors3, {1, 1, 1}, false};
constexpr Version kV3Tiny{2, 3, kAnchorsTiny, kAnchorsTiny, {1, 1}, false};
constexpr Version kV4{3, 3, kAnchors4, kAnchors4, {1.2f, 1.1f, 1.05f}, false};
constexpr Version kV4Tiny{2, 3, kAnchorsTiny, kAnchorsTiny, {1.05f, 1.05f}, false};

class YoloHeadsParser : public DetectorParser {
 public:
  YoloHeadsParser(const Version& version, std::vector<size_t> layers, unsigned classes)
      : version_(version), layers_(std::move(layers)), classes_(classes) {}

  template <const Version& version>
  static std::unique_ptr<DetectorParser> match(const ModelOutputs& outputs) {
    std::vector<size_t> layers;
    unsigned classes = 0;
    for (unsigned scale = 0; scale < version.scales; ++scale) {
      const unsigned stride = 32 >> (version.scales - 1 - scale);
      const auto fits = [&](const auto& layer) {
        const auto& dims = layer.inferDims;
        return is_float(layer) && dims.numDims == 3 && dims.d[0] % version.anchors == 0 &&
               dims.d[0] / version.anchors > 5 &&
               dims.d[1] == (outputs.network.height + stride - 1) / stride &&
               dims.d[2] == (outputs.network.width + stride - 1) / stride;
      };
      const auto found = std::ranges::find_if(outputs.layers, fits);
      if (found == outputs.layers.end()) return nullptr;
      const unsigned here = found->inferDims.d[0] / version.anchors - 5;
      if (scale > 0 && here != classes) return nullptr;
      classes = here;
      layers.push_back(size_t(found - outputs.layers.begin()));
    }
    if (!outputs.named && outputs.layers.size() != version.scales) return nullptr;
    return std::make_unique<YoloHeadsParser>(version, layers, classes);
  }
  unsigned num_classes() const override { return classes_; }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    const auto sizes = classes_ == 20 ? version_.sizes_voc : version_.sizes;
    for (unsigned scale = 0; scale < version_.scales; ++scale) {
      const auto& layer = layers[layers_[scale]];
      const auto& dims = layer.inferDims;
      if (dims.numDims != 3 || dims.d[0] != version_.anchors * (5 + classes_)) fail_shapes(layers);
      for (unsigned anchor = 0; anchor < version_.anchors; ++anchor) {
        const Head head{floats(layer) + size_t(anchor) * (5 + classes_) * dims.d[1] * dims.d[2],
                        dims.d[1], dims.d[2], sizes[scale * version_.anchors + anchor],
                        version_.reach[scale]};
        parse(head, network, params, out);
      }
    }
  }

 private:
  /// The planes of one anchor.
  struct Head {
    const float* values;
    size_t rows, columns;
    Size size;
    float reach;
  };

  void parse(const Head& head, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const {
    const unsigned classes = std::min(classes_, params.numClassesConfigured);
    const float lowest = lowest_threshold(params, classes);
    const size_t cells = head.rows * head.columns;
    const auto value = [&](unsigned plane, size_t cell) {
      return head.values[plane * cells + cell];
    };
    const float cell_width = float(network.width) / float(head.columns);
    const float cell_height = float(network.height) / float(head.rows);
    const float unit_x = version_.softmax ? cell_width : 1;
    const float unit_y = version_.softmax ? cell_height : 1;
    const auto centre = [&](float logit) {
      return sigmoid(logit) * head.reach - (head.reach - 1) / 2;
    };
    for_blocks_at_least(
        head.values + 4 * cells, cells, below_logit(lowest), [&](size_t first, size_t last) {
          for (size_t cell = first; cell < last; ++cell) {
            const float objectness = sigmoid(value(4, cell));
            if (!(objectness >= lowest)) continue;
            unsigned best = 0;
            float logit = -std::numeric_limits<float>::infinity();
            for (unsigned c = 0; c < classes; ++c) {
              if (value(5 + c, cell) > logit) logit = value(5 + c, cell), best = c;
            }
            const float score = objectness * probability(head, best, cell);
            if (!(score >= params.perClassPreclusterThreshold[best])) continue;
            const float x = (float(cell % head.columns) + centre(value(0, cell))) * cell_width;
            const float y = (float(cell / head.columns) + centre(value(1, cell))) * cell_height;
            const float width = std::exp(value(2, cell)) * head.size[0] * unit_x;
            const float height = std::exp(value(3, cell)) * head.size[1] * unit_y;
            out.push_back({best, x - width / 2, y - height / 2, width, height, score, 0});
          }
        });
  }

  /// Of the likeliest class of a cell.
  float probability(const Head& head, unsigned best, size_t cell) const {
    const size_t cells = head.rows * head.columns;
    const float* logits = head.values + 5 * cells + cell;
    if (!version_.softmax) return sigmoid(logits[best * cells]);
    float sum = 0;
    for (unsigned c = 0; c < classes_; ++c)
      sum += std::exp(logits[c * cells] - logits[best * cells]);
    return 1 / sum;
  }

  const Version& version_;
  std::vector<size_t> layers_;  // finest scale first
  unsigned classes_;
};

}  // namespace

const BuiltInDetector kYoloV2{{"yolov2", "NvDsInferParseCustomYoloV2"},
                              "[5*(5+C),H/32,W/32], not activated",
                              YoloHeadsParser::match<kV2>};
const BuiltInDetector kYoloV2Tiny{{"yolov2_tiny", "NvDsInferParseCustomYoloV2Tiny"},
                                  kYoloV2.needs,
                                  YoloHeadsParser::match<kV2Tiny>};
const BuiltInDetector kYoloV3{{"yolov3", "NvDsInferParseCustomYoloV3"},
                              "[3*(5+C),H/S,W/S] for S=32, 16 and 8, not activated",
                              YoloHeadsParser::match<kV3>};
const BuiltInDetector kYoloV3Tiny{{"yolov3_tiny", "NvDsInferParseCustomYoloV3Tiny"},
                                  "[3*(5+C),H/S,W/S] for S=32 and 16, not activated",
                                  YoloHeadsParser::match<kV3Tiny>};
const BuiltInDetector kYoloV4{
    {"yolov4", "NvDsInferParseCustomYoloV4"}, kYoloV3.needs, YoloHeadsParser::match<kV4>};
const BuiltInDetector kYoloV4Tiny{
    {"yolov4_tiny"}, kYoloV3Tiny.needs, YoloHeadsParser::match<kV4Tiny>};

}  // namespace thalweg
