#include <algorithm>
#include <string_view>

#include "infer/parsers/parsers.h"
#include "infer/parsers/scan.h"

namespace thalweg {
namespace {

/// Where a box has its edges, which are parts of the picture.
struct Edges {
  unsigned left, top, right, bottom;
};

/// A row of boxes and one of scores for each candidate.
class SsdParser : public DetectorParser {
 public:
  SsdParser(size_t boxes, size_t scores, const Layers& layers, Edges edges)
      : boxes_(boxes), scores_(scores), classes_(layers[scores].inferDims.d[1]), edges_(edges) {}

  static bool fits(const Layers& layers, size_t boxes, size_t scores) {
    const auto &b = layers[boxes].inferDims, &s = layers[scores].inferDims;
    return boxes != scores && is_float(layers[boxes]) && is_float(layers[scores]) &&
           b.numDims == 2 && s.numDims == 2 && b.d[1] == 4 && b.d[0] == s.d[0] && s.d[1] > 0;
  }
  static std::unique_ptr<DetectorParser> match(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    // Boxes of other layouts, which have parsers of their own.
    if (!outputs.named && find_layer(layers, {"pred_boxes", "classes"}) < layers.size())
      return nullptr;
    for (bool by_name : {true, false}) {
      for (size_t boxes = 0; boxes < layers.size(); ++boxes) {
        for (size_t scores = 0; scores < layers.size(); ++scores) {
          if (by_name && (std::string_view(layers[boxes].layerName) != "boxes" ||
                          std::string_view(layers[scores].layerName) != "scores")) {
            continue;
          }
          if (fits(layers, boxes, scores)) {
            return std::make_unique<SsdParser>(boxes, scores, layers, Edges{1, 0, 3, 2});
          }
        }
      }
    }
    return nullptr;
  }
  /// YOLOv4 as its PyTorch version exports it.
  static std::unique_ptr<DetectorParser> match_yolov4(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    const size_t boxes = find_layer(layers, {"boxes"}), scores = find_layer(layers, {"confs"});
    if (std::max(boxes, scores) >= layers.size()) return nullptr;
    const auto &b = layers[boxes].inferDims, &s = layers[scores].inferDims;
    if (b.numDims != 3 || b.d[1] != 1 || b.d[2] != 4) return nullptr;
    if (s.numDims != 2 || s.d[0] != b.d[0] || s.d[1] == 0) return nullptr;
    return std::make_unique<SsdParser>(boxes, scores, layers, Edges{0, 1, 2, 3});
  }
  unsigned num_classes() const override { return classes_; }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    const float *boxes = floats(layers[boxes_]), *scores = floats(layers[scores_]);
    const unsigned rows = layers[scores_].inferDims.d[0];
    const unsigned columns = layers[scores_].inferDims.d[1];
    if (columns != classes_ || layers[boxes_].inferDims.numElements != 4 * rows) {
      fail_shapes(layers);
    }
    const unsigned classes = std::min(columns, params.numClassesConfigured);
    const auto& thresholds = params.perClassPreclusterThreshold;
    const float width = float(network.width), height = float(network.height);

    auto row_of = [&](unsigned row) {
      const float* score = scores + size_t(row) * columns;
      const float* box = boxes + size_t(row) * 4;
      const float left = box[edges_.left] * width, top = box[edges_.top] * height;
      for (unsigned c = 0; c < classes; ++c) {
        if (!(score[c] >= thresholds[c])) continue;
        out.push_back({c, left, top, (box[edges_.right] - box[edges_.left]) * width,
                       (box[edges_.bottom] - box[edges_.top]) * height, score[c], 0});
      }
    };
    unsigned next_row = 0;
    for_blocks_at_least(scores, size_t(rows) * columns, lowest_threshold(params, classes),
                        [&](size_t first, size_t last) {
                          const auto last_row = unsigned((last - 1) / columns);
                          next_row = std::max(next_row, unsigned(first / columns));
                          for (; next_row <= last_row; ++next_row) row_of(next_row);
                        });
  }

 private:
  size_t boxes_, scores_;
  unsigned classes_;
  Edges edges_;
};

}  // namespace

const BuiltInDetector kSsd{{"ssd"}, "boxes [N,4] and scores [N,C]", SsdParser::match};
const BuiltInDetector kYoloV4Boxes{{"yolov4_boxes", "NvDsInferParseCustomYoloV4"},
                                   "boxes [N,1,4] and confs [N,C]",
                                   SsdParser::match_yolov4};

}  // namespace thalweg
