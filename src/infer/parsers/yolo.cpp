#include "infer/parsers/yolo.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "infer/parsers/scan.h"

namespace thalweg {
namespace {

using Form = YoloLayout::Form;

/// Cells of the network's picture for a stride.
size_t cells(const NvDsInferNetworkInfo& network, unsigned stride) {
  return size_t((network.width + stride - 1) / stride) * ((network.height + stride - 1) / stride);
}

/// Those of the strides that nearly all models have.
size_t usual_cells(const NvDsInferNetworkInfo& network) {
  return cells(network, 8) + cells(network, 16) + cells(network, 32);
}

/// The first layer of which this is the layout.
template <class Fits>
std::optional<YoloLayout> first_layout(const Layers& layers, Fits fits) {
  for (size_t i = 0; i < layers.size(); ++i) {
    if (!is_float(layers[i]) || layers[i].inferDims.numDims != 2) continue;
    if (auto layout = fits(i)) return layout;
  }
  return {};
}

class YoloParser : public DetectorParser {
 public:
  explicit YoloParser(const YoloLayout& layout) : layout_(layout) {}

  static std::unique_ptr<DetectorParser> make(const std::optional<YoloLayout>& layout) {
    return layout ? std::make_unique<YoloParser>(*layout) : nullptr;
  }
  static std::unique_ptr<DetectorParser> match_final(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    if (!outputs.named && layers.size() != 1) return nullptr;
    return make(first_layout(layers, [&](size_t i) -> std::optional<YoloLayout> {
      if (layers[i].inferDims.d[1] != 6) return {};
      return YoloLayout{Form::kFinal, YoloLayout::Box::kCorners, i};
    }));
  }
  static std::unique_ptr<DetectorParser> match_v5(const ModelOutputs& outputs) {
    return make(first_layout(
        outputs.layers, [&](size_t i) { return yolo_layout(Form::kObjectness, i, 0, outputs); }));
  }
  static std::unique_ptr<DetectorParser> match_v8(const ModelOutputs& outputs) {
    return make(first_layout(outputs.layers, [&](size_t i) {
      auto layout = yolo_layout(Form::kPlanes, i, 0, outputs);
      return layout ? layout : yolo_layout(Form::kRows, i, 0, outputs);
    }));
  }
  static std::unique_ptr<DetectorParser> match_x(const ModelOutputs& outputs) {
    return make(first_layout(outputs.layers, [&](size_t i) {
      auto layout = yolo_layout(Form::kObjectness, i, 0, outputs);
      // Its boxes count from cells, so their number says where they are.
      if (outputs.layers[i].inferDims.d[0] != usual_cells(outputs.network)) layout.reset();
      if (layout) layout->box = YoloLayout::Box::kCell;
      return layout;
    }));
  }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    for (const auto& candidate : YoloOutput(layers, layout_, network).find(params)) {
      out.push_back(candidate.box);
    }
  }
  unsigned num_classes() const override { return layout_.num_classes(); }

 private:
  YoloLayout layout_;
};

}  // namespace

unsigned YoloLayout::columns() const {
  switch (form) {
    case Form::kPlanes:
    case Form::kRows:
      return 4 + classes + extras;
    case Form::kObjectness:
      return 5 + classes + extras;
    case Form::kFinal:
      return 6 + extras;
  }
  return 0;
}

unsigned YoloLayout::num_classes() const {
  return form == Form::kFinal ? std::numeric_limits<unsigned>::max() : classes;
}

unsigned candidates_a_cell(const NvDsInferNetworkInfo& network, unsigned count) {
  const size_t usual = usual_cells(network);
  for (const size_t all : {usual, usual + cells(network, 64), usual + cells(network, 4)}) {
    if (count == all) return 1;
    if (count == 3 * all) return 3;
  }
  return 0;
}

std::optional<YoloLayout> yolo_layout(Form form, size_t layer, unsigned extras,
                                      const ModelOutputs& outputs) {
  const auto& dims = outputs.layers[layer].inferDims;
  const bool planes = form == Form::kPlanes;
  const unsigned count = dims.d[planes ? 1 : 0], columns = dims.d[planes ? 0 : 1];
  YoloLayout layout{form, YoloLayout::Box::kCentre, layer, 0, extras};
  if (columns <= layout.columns()) return {};
  layout.classes = columns - layout.columns();
  const unsigned a_cell = candidates_a_cell(outputs.network, count);
  if (a_cell == 1 || (a_cell == 3 && form == Form::kObjectness)) return layout;
  // Of an unusual shape the longer side is taken for the candidates.
  return outputs.named && (count == 0 || count > columns) ? std::optional(layout) : std::nullopt;
}

YoloOutput::YoloOutput(const Layers& layers, const YoloLayout& layout,
                       const NvDsInferNetworkInfo& network)
    : layout_(layout), network_(network), values_(floats(layers[layout.layer])) {
  const auto& dims = layers[layout.layer].inferDims;
  const bool planes = layout.form == Form::kPlanes;
  if (dims.numDims != 2 || dims.d[planes ? 0 : 1] != layout.columns()) fail_shapes(layers);
  count_ = dims.d[planes ? 1 : 0];
  row_step_ = planes ? 1 : layout.columns();
  column_step_ = planes ? count_ : 1;
  if (layout.box == YoloLayout::Box::kCell && count_ != usual_cells(network)) fail_shapes(layers);
}

std::vector<YoloOutput::Candidate> YoloOutput::find(
    const NvDsInferParseDetectionParams& params) const {
  std::vector<Candidate> out;
  const unsigned classes = std::min(layout_.num_classes(), params.numClassesConfigured);
  const float lowest = lowest_threshold(params, classes);
  if (layout_.form == Form::kPlanes) {
    std::vector<bool> seen(count_);
    for (unsigned c = 0; c < classes; ++c) {
      const float* plane = values_ + (4 + c) * count_;
      for_blocks_at_least(plane, count_, lowest, [&](size_t first, size_t last) {
        for (size_t i = first; i < last; ++i) {
          if (!(plane[i] >= lowest) || seen[i]) continue;
          seen[i] = true;
          add(i, params, out);
        }
      });
    }
    return out;
  }
  for (size_t i = 0; i < count_; ++i) {
    const float* row = values_ + i * row_step_;
    const bool any =
        layout_.form == Form::kRows ? any_at_least(row + 4, classes, lowest) : row[4] >= lowest;
    if (any) add(i, params, out);
  }
  return out;
}

void YoloOutput::add(size_t number, const NvDsInferParseDetectionParams& params,
                     std::vector<Candidate>& out) const {
  unsigned best = 0;
  float score = 0;
  if (layout_.form == Form::kFinal) {
    best = class_of(at(number, 5));
    score = at(number, 4);
  } else {
    const bool objectness = layout_.form == Form::kObjectness;
    const unsigned first = objectness ? 5 : 4;
    const unsigned classes = std::min(layout_.classes, params.numClassesConfigured);
    score = -std::numeric_limits<float>::infinity();
    for (unsigned c = 0; c < classes; ++c) {
      const float value = at(number, first + c);
      if (value > score) score = value, best = c;
    }
    if (objectness) score *= at(number, 4);
  }
  const float lowest = lowest_threshold(params, params.numClassesConfigured);
  if (!reaches(best, score, lowest, params)) return;
  auto box = box_of(number);
  box.classId = best;
  box.detectionConfidence = score;
  out.push_back({box, number});
}

NvDsInferObjectDetectionInfo YoloOutput::box_of(size_t number) const {
  float x = at(number, 0), y = at(number, 1), width = at(number, 2), height = at(number, 3);
  switch (layout_.box) {
    case YoloLayout::Box::kCorners:
      return {0, x, y, width - x, height - y, 0, 0};
    case YoloLayout::Box::kCentre:
      break;
    case YoloLayout::Box::kCell: {
      unsigned stride = 8;
      size_t cell = number;
      for (; cell >= cells(network_, stride); stride *= 2) cell -= cells(network_, stride);
      const unsigned columns = (network_.width + stride - 1) / stride;
      const auto side = float(stride);
      x = (x + float(cell % columns)) * side;
      y = (y + float(cell / columns)) * side;
      width = std::exp(width) * side;
      height = std::exp(height) * side;
    }
  }
  return {0, x - width / 2, y - height / 2, width, height, 0, 0};
}

const BuiltInDetector kYolo{
    {"yolo", "yolov10", "yolo26", "NvDsInferParseYolo", "NvDsInferParseYoloCuda"},
    "[M,6] (left, top, right, bottom, score, class)",
    YoloParser::match_final};
const BuiltInDetector kYoloV5{{"yolov5", "yolov6", "yolov7", "NvDsInferParseCustomYoloV5",
                               "NvDsInferParseCustomYoloV7", "NvDsInferParseCustomYoloV7_cuda"},
                              "[N,5+C]",
                              YoloParser::match_v5};
const BuiltInDetector kYoloV8{{"yolov8", "yolov9", "yolo11", "yolo12", "NvDsInferParseCustomYoloV8",
                               "NvDsInferParseCustomYoloV8_cuda", "NvDsInferParseYoloV11"},
                              "[4+C,N] or [N,4+C]",
                              YoloParser::match_v8};
const BuiltInDetector kYoloX{{"yolox", "NvDsInferParseCustomYolox", "NvDsInferParseCustomYOLOX"},
                             "[N,5+C] with a candidate for each cell of 8, 16 and 32 pixels",
                             YoloParser::match_x};

}  // namespace thalweg
