#include <algorithm>
#include <cmath>

#include "infer/parsers/scan.h"
#include "infer/parsers/yolo.h"

namespace thalweg {
namespace {

using Form = YoloLayout::Form;

/// Objects with coefficients of masks; the sum of a mask's prototypes, weighed by them, are the
/// logits of an object's pixels.
class YoloSegParser : public InstanceParser {
 public:
  YoloSegParser(const YoloLayout& layout, size_t prototypes)
      : layout_(layout), prototypes_(prototypes) {}

  static std::unique_ptr<InstanceParser> match(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    const auto prototypes = std::ranges::find_if(layers, [](const auto& layer) {
      return is_float(layer) && layer.inferDims.numDims == 3 && layer.inferDims.numElements > 0;
    });
    if (prototypes == layers.end()) return nullptr;
    const unsigned extras = prototypes->inferDims.d[0];
    for (size_t i = 0; i < layers.size(); ++i) {
      const auto& dims = layers[i].inferDims;
      if (!is_float(layers[i]) || dims.numDims != 2) continue;
      std::optional<YoloLayout> layout;
      if (dims.d[1] == 6 + extras) {
        layout = YoloLayout{Form::kFinal, YoloLayout::Box::kCorners, i, 0, extras};
      }
      // Where both fit, the number of classes says which it is.
      for (const Form form : {Form::kPlanes, Form::kObjectness, Form::kRows}) {
        const auto other = yolo_layout(form, i, extras, outputs);
        const bool sure = form != Form::kObjectness ||
                          (other && other->classes == outputs.num_classes) ||
                          candidates_a_cell(outputs.network, dims.d[0]) == 3;
        if (!layout && sure) layout = other;
      }
      if (layout) {
        return std::make_unique<YoloSegParser>(*layout, size_t(prototypes - layers.begin()));
      }
    }
    return nullptr;
  }
  unsigned num_classes() const override { return layout_.num_classes(); }
  bool overlapping() const override { return layout_.form != Form::kFinal; }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params,
             std::vector<Instance>& out) const override {
    const auto& prototypes = layers[prototypes_];
    const auto& dims = prototypes.inferDims;
    if (dims.numDims != 3 || dims.d[0] != layout_.extras || dims.numElements == 0) {
      fail_shapes(layers);
    }
    const YoloOutput output(layers, layout_, network);
    for (const auto& [box, number] : output.find(params)) {
      out.push_back({box, nullptr, [this, output, prototypes, network, at = number](const auto& b) {
                       return mask(output, prototypes, network, b, at);
                     }});
    }
  }

 private:
  /// A line of `count` samples over `length` network pixels from `from` on, each between two of the
  /// `size` prototype pixels that stand for the network's `whole`.
  struct Samples {
    std::vector<unsigned> low;  ///< counted from `first`
    std::vector<float> part;    ///< of the next one
    unsigned first, last;       ///< prototype pixels that are looked at

    Samples(float from, float length, unsigned whole, unsigned size) {
      const float scale = float(size) / float(whole);
      constexpr float kRounding = 1e-3f;
      const float pixels = std::ceil(length * scale - kRounding);
      const auto count = unsigned(limited(pixels, 1, float(size)));
      first = size - 1, last = 0;
      for (unsigned i = 0; i < count; ++i) {
        const float centre = from + (float(i) + 0.5f) * length / float(count);
        const float at = limited(centre * scale - 0.5f, 0, float(size - 1));
        low.push_back(std::min(unsigned(at), size > 1 ? size - 2 : 0));
        part.push_back(at - float(low.back()));
        first = std::min(first, low.back());
        last = std::max(last, std::min(low.back() + 1, size - 1));
      }
      for (unsigned& l : low) l -= first;
    }
    /// NaN becomes `low`.
    static float limited(float value, float low, float high) {
      return value > low ? std::min(value, high) : low;
    }
    size_t count() const { return low.size(); }
    size_t span() const { return last - first + 1; }
  };

  /// How likely each part of the box shows the object, in about the prototypes' resolution.
  std::shared_ptr<const ObjectMask> mask(const YoloOutput& output,
                                         const NvDsInferLayerInfo& prototypes,
                                         const NvDsInferNetworkInfo& network,
                                         const NvDsInferObjectDetectionInfo& box,
                                         size_t candidate) const {
    const size_t rows = prototypes.inferDims.d[1], columns = prototypes.inferDims.d[2];
    const Samples x(box.left, box.width, network.width, unsigned(columns));
    const Samples y(box.top, box.height, network.height, unsigned(rows));
    std::vector<float> logits(x.span() * y.span());
    for (unsigned k = 0; k < layout_.extras; ++k) {
      const float coefficient = output.at(candidate, layout_.first_extra() + k);
      for (size_t row = 0; row < y.span(); ++row) {
        const float* from = floats(prototypes) + (k * rows + y.first + row) * columns + x.first;
        float* to = logits.data() + row * x.span();
        for (size_t i = 0; i < x.span(); ++i) to[i] += coefficient * from[i];
      }
    }
    auto values = std::make_unique<float[]>(x.count() * y.count());
    for (size_t j = 0; j < y.count(); ++j) {
      const float* above = logits.data() + y.low[j] * x.span();
      const float* below = y.span() > y.low[j] + 1 ? above + x.span() : above;
      for (size_t i = 0; i < x.count(); ++i) {
        const size_t left = x.low[i], right = std::min(left + 1, x.span() - 1);
        const float top = above[left] + (above[right] - above[left]) * x.part[i];
        const float bottom = below[left] + (below[right] - below[left]) * x.part[i];
        const float value = sigmoid(top + (bottom - top) * y.part[j]);
        values[j * x.count() + i] = std::isnan(value) ? 0 : value;
      }
    }
    return std::make_shared<ObjectMask>(
        ObjectMask{std::move(values), unsigned(x.count()), unsigned(y.count()),
                   unsigned(x.count() * y.count() * sizeof(float))});
  }

  YoloLayout layout_;
  size_t prototypes_;
};

/// DeepStream-Yolo-Seg's exports: what is left after their non-maximum suppression, each with the
/// mask of its box, in one table or in four layers.
class YoloSegMasksParser : public InstanceParser {
 public:
  struct Found {
    size_t boxes, scores, classes, masks;  ///< numbers of layers, all the same for one table
    unsigned width, height;                ///< of a mask
    bool one() const { return boxes == masks; }
  };
  explicit YoloSegMasksParser(const Found& found) : found_(found) {}

  static std::unique_ptr<InstanceParser> match(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    const size_t boxes = find_layer(layers, {"boxes"}), scores = find_layer(layers, {"scores"}),
                 classes = find_layer(layers, {"classes"}), masks = find_layer(layers, {"masks"});
    if (std::max({boxes, scores, classes, masks}) < layers.size()) {
      const auto &b = layers[boxes].inferDims, &m = layers[masks].inferDims;
      if (b.numDims != 2 || b.d[1] != 4 || m.numDims != 3 || m.d[1] * m.d[2] == 0) return nullptr;
      return std::make_unique<YoloSegMasksParser>(
          Found{boxes, scores, classes, masks, m.d[2], m.d[1]});
    }
    const unsigned width = outputs.network.width / 4, height = outputs.network.height / 4;
    for (size_t i = 0; i < layers.size(); ++i) {
      const auto& dims = layers[i].inferDims;
      if (!is_float(layers[i]) || dims.numDims != 2 || dims.d[1] != 6 + width * height) continue;
      return std::make_unique<YoloSegMasksParser>(Found{i, i, i, i, width, height});
    }
    return nullptr;
  }

  void parse(const Layers& layers, const NvDsInferNetworkInfo&,
             const NvDsInferParseDetectionParams& params,
             std::vector<Instance>& out) const override {
    const size_t pixels = size_t(found_.width) * found_.height;
    // Where the values of a row are, and how many lie between two rows.
    struct Column {
      const float* values;
      size_t step, rows;
      const float* row(size_t i) const { return values + i * step; }
    };
    const auto column = [&](size_t layer, size_t first, size_t step) {
      const size_t all = found_.one() ? 6 + pixels : step;
      return Column{floats(layers[layer]) + (found_.one() ? first : 0), all,
                    layers[layer].inferDims.numElements / all};
    };
    const Column boxes = column(found_.boxes, 0, 4), scores = column(found_.scores, 4, 1),
                 classes = column(found_.classes, 5, 1), masks = column(found_.masks, 6, pixels);
    const auto& dims = layers[found_.masks].inferDims;
    const bool same =
        found_.one() ? dims.numDims == 2 && dims.d[1] == 6 + pixels
                     : dims.numDims == 3 && dims.d[1] == found_.height && dims.d[2] == found_.width;
    if (!same) fail_shapes(layers);
    const size_t rows = std::min({boxes.rows, scores.rows, classes.rows, masks.rows});
    const float lowest = lowest_threshold(params, params.numClassesConfigured);
    for (size_t i = 0; i < rows; ++i) {
      const unsigned id = class_of(*classes.row(i));
      const float score = *scores.row(i);
      if (!reaches(id, score, lowest, params)) continue;
      const float* corners = boxes.row(i);
      out.push_back(
          {{id, corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1], score, 0},
           nullptr,
           [this, values = masks.row(i)](const auto&) {
             return copied_mask(values, found_.width, found_.height);
           }});
    }
  }

 private:
  Found found_;
};

}  // namespace

const BuiltInInstance kYoloSeg{
    {"yolo_seg", "NvDsInferParseYoloSeg"},
    "[4+C+E,N], [N,4+C+E], [N,5+C+E] or [M,6+E] (corners, score, class), and prototypes [E,H,W]",
    YoloSegParser::match};
const BuiltInInstance kYoloSegMasks{
    {"yolo_seg_masks", "NvDsInferParseYoloSeg"},
    "[M,6+W/4*H/4], or boxes [M,4], scores [M,1], classes [M,1] and masks [M,H,W]",
    YoloSegMasksParser::match};

}  // namespace thalweg
