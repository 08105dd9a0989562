#include <algorithm>
#include <experimental/simd>
#include <string_view>

#include "infer/parsers/parsers.h"

namespace thalweg {
namespace {

namespace simd = std::experimental;

/// [N,4] boxes and [N,C] scores.
class SsdParser : public DetectorParser {
 public:
  SsdParser(size_t boxes, size_t scores, unsigned classes)
      : boxes_(boxes), scores_(scores), classes_(classes) {}

  static std::unique_ptr<DetectorParser> match(const Layers& layers, unsigned) {
    auto fits = [&](size_t boxes, size_t scores) {
      const auto &b = layers[boxes].inferDims, &s = layers[scores].inferDims;
      return boxes != scores && is_float(layers[boxes]) && is_float(layers[scores]) &&
             b.numDims == 2 && s.numDims == 2 && b.d[1] == 4 && b.d[0] == s.d[0];
    };
    for (bool by_name : {true, false}) {
      for (size_t boxes = 0; boxes < layers.size(); ++boxes) {
        for (size_t scores = 0; scores < layers.size(); ++scores) {
          if (by_name && (std::string_view(layers[boxes].layerName) != "boxes" ||
                          std::string_view(layers[scores].layerName) != "scores")) {
            continue;
          }
          if (fits(boxes, scores)) {
            return std::make_unique<SsdParser>(boxes, scores, layers[scores].inferDims.d[1]);
          }
        }
      }
    }
    return nullptr;
  }
  unsigned num_classes() const override { return classes_; }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    const auto* boxes = static_cast<const float*>(layers[boxes_].buffer);
    const auto* scores = static_cast<const float*>(layers[scores_].buffer);
    const unsigned rows = layers[boxes_].inferDims.d[0];
    const unsigned columns = layers[scores_].inferDims.d[1];
    const unsigned classes = std::min(columns, params.numClassesConfigured);
    const auto& thresholds = params.perClassPreclusterThreshold;
    const float lowest = *std::min_element(thresholds.begin(), thresholds.begin() + classes);
    const float width = float(network.width), height = float(network.height);

    auto row_of = [&](unsigned row) {
      const float* score = scores + size_t(row) * columns;
      const float* box = boxes + size_t(row) * 4;
      for (unsigned c = 0; c < classes; ++c) {
        if (!(score[c] >= thresholds[c])) continue;
        out.push_back({c, box[1] * width, box[0] * height, (box[3] - box[1]) * width,
                       (box[2] - box[0]) * height, score[c], 0});
      }
    };
    // Nearly all rows hold nothing: look at 8 vectors at a time, across row borders.
    using Vector = simd::native_simd<float>;
    constexpr size_t kBlock = 8 * Vector::size();
    const size_t total = size_t(rows) * columns;
    unsigned next_row = 0;
    for (size_t at = 0; at < total; at += kBlock) {
      const size_t end = std::min(at + kBlock, total);
      bool any = false;
      if (end - at == kBlock) {
        Vector::mask_type hit(false);
        for (size_t i = at; i < end; i += Vector::size()) {
          hit = hit || Vector(scores + i, simd::element_aligned) >= lowest;
        }
        any = simd::any_of(hit);
      } else {
        any = std::any_of(scores + at, scores + end, [&](float s) { return s >= lowest; });
      }
      if (!any) continue;
      const auto last_row = unsigned((end - 1) / columns);
      for (next_row = std::max(next_row, unsigned(at / columns)); next_row <= last_row;
           ++next_row) {
        row_of(next_row);
      }
    }
  }

 private:
  size_t boxes_, scores_;
  unsigned classes_;
};

}  // namespace

const BuiltInDetector kSsd{{"ssd"}, "boxes [N,4] and scores [N,C]", SsdParser::match};

}  // namespace thalweg
