#include <algorithm>
#include <cmath>

#include "infer/parsers/parsers.h"
#include "infer/parsers/scan.h"
#include "infer/parsers/yolo.h"

namespace thalweg {
namespace {

/// How the scores of a query are meant.
enum class Scores {
  kSigmoid,     ///< a logit a class, each for itself
  kBackground,  ///< the same, only the likeliest class counts, and class 0 is none
  kSoftmax,     ///< logits that share the probability, the last class is none
  kActivated,   ///< probabilities, in one layer behind the boxes
};

/// Queries, each with a box (centre and size, parts of the picture) and scores.
class DetrParser : public DetectorParser {
 public:
  DetrParser(size_t boxes, size_t logits, Scores scores, unsigned columns)
      : boxes_(boxes), logits_(logits), scores_(scores), columns_(columns) {}

  template <Scores scores>
  static std::unique_ptr<DetectorParser> match(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    if (scores == Scores::kBackground && !outputs.named) return nullptr;
    const size_t boxes = find_layer(layers, {"pred_boxes"});
    const size_t logits = find_layer(layers, {"pred_logits", "logits"});
    if (std::max(boxes, logits) >= layers.size()) return nullptr;
    const auto &b = layers[boxes].inferDims, &l = layers[logits].inferDims;
    if (b.numDims != 2 || l.numDims != 2 || b.d[1] != 4 || b.d[0] != l.d[0]) return nullptr;
    if (l.d[1] < (scores == Scores::kSoftmax ? 2 : 1)) return nullptr;
    return std::make_unique<DetrParser>(boxes, logits, scores, l.d[1]);
  }
  static std::unique_ptr<DetectorParser> match_boxes(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    for (size_t i = 0; i < layers.size(); ++i) {
      const auto& dims = layers[i].inferDims;
      if (!is_float(layers[i]) || dims.numDims != 2 || dims.d[1] <= 4) continue;
      const unsigned classes = dims.d[1] - 4;
      // Any table of floats could be it.
      const bool sure = layers.size() == 1 && classes == outputs.num_classes && dims.d[0] > 0 &&
                        dims.d[0] <= 1000 && !candidates_a_cell(outputs.network, dims.d[0]);
      if (outputs.named || sure) {
        return std::make_unique<DetrParser>(i, i, Scores::kActivated, classes);
      }
    }
    return nullptr;
  }
  unsigned num_classes() const override {
    return scores_ == Scores::kSoftmax ? columns_ - 1 : columns_;
  }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    const auto &b = layers[boxes_].inferDims, &l = layers[logits_].inferDims;
    const bool one = boxes_ == logits_;
    const unsigned step = one ? 4 + columns_ : columns_, box_step = one ? step : 4;
    if (l.numDims != 2 || l.d[1] != step || b.d[0] != l.d[0] || b.d[1] != box_step) {
      fail_shapes(layers);
    }
    const unsigned classes = std::min(num_classes(), params.numClassesConfigured);
    const auto& thresholds = params.perClassPreclusterThreshold;
    const float lowest = lowest_threshold(params, classes);
    for (unsigned query = 0; query < l.d[0]; ++query) {
      const float* values = floats(layers[logits_]) + size_t(query) * step + (one ? 4 : 0);
      const float* box = floats(layers[boxes_]) + size_t(query) * box_step;
      const auto add = [&](unsigned c, float score) {
        if (!(score >= thresholds[c])) return;
        out.push_back({c, (box[0] - box[2] / 2) * float(network.width),
                       (box[1] - box[3] / 2) * float(network.height), box[2] * float(network.width),
                       box[3] * float(network.height), score, 0});
      };
      if (scores_ == Scores::kSoftmax) {
        const float* best = std::max_element(values, values + classes);
        const float top = *std::max_element(values, values + columns_);
        float sum = 0;
        for (unsigned c = 0; c < columns_; ++c) sum += std::exp(values[c] - top);
        if (classes > 0) add(unsigned(best - values), std::exp(*best - top) / sum);
        continue;
      }
      const bool logits = scores_ != Scores::kActivated;
      if (!any_at_least(values, classes, logits ? below_logit(lowest) : lowest)) continue;
      if (scores_ == Scores::kBackground) {
        const auto best = unsigned(std::max_element(values, values + classes) - values);
        if (best != 0) add(best, sigmoid(values[best]));
        continue;
      }
      for (unsigned c = 0; c < classes; ++c) add(c, logits ? sigmoid(values[c]) : values[c]);
    }
  }

 private:
  size_t boxes_, logits_;
  Scores scores_;
  unsigned columns_;  // scores of a query
};

}  // namespace

const BuiltInDetector kRtDetr{{"rtdetr", "NvDsInferParseCustomRTDETRTAO"},
                              "pred_boxes [Q,4] and pred_logits [Q,C]",
                              DetrParser::match<Scores::kSigmoid>};
const BuiltInDetector kRtDetrBoxes{{"rtdetr_boxes", "rtdetr"}, "[Q,4+C]", DetrParser::match_boxes};
const BuiltInDetector kDdetr{
    {"ddetr", "NvDsInferParseCustomDDETRTAO"},
    "pred_boxes [Q,4] and pred_logits [Q,C] with the background as class 0",
    DetrParser::match<Scores::kBackground>};
const BuiltInDetector kDetr{
    {"detr"}, "pred_boxes [Q,4] and pred_logits [Q,C+1]", DetrParser::match<Scores::kSoftmax>};

}  // namespace thalweg
