#include <algorithm>
#include <array>
#include <string>

#include "infer/parsers/parsers.h"
#include "infer/parsers/scan.h"

namespace thalweg {
namespace {

/// The four values of a box.
enum class Order { kLeftTop, kTopLeft, kCentre };  // corners twice; x, y, width, height

/// How the boxes of models that end in a non-maximum suppression are laid out.
struct NmsLayout {
  Order order;
  bool parts;  ///< of the picture, not network pixels
};

/// A number of a layer of any type.
float number(const NvDsInferLayerInfo& layer, size_t i) {
  switch (layer.dataType) {
    case INT32:
      return float(static_cast<const int32_t*>(layer.buffer)[i]);
    case INT64:
      return float(static_cast<const int64_t*>(layer.buffer)[i]);
    case FLOAT:
      return floats(layer)[i];
    default:
      return -1;
  }
}
bool is_number(const NvDsInferLayerInfo& layer) {
  return layer.dataType == FLOAT || layer.dataType == INT32 || layer.dataType == INT64;
}

/// How many of `rows` detections a layer with their number says there are.
size_t counted(const NvDsInferLayerInfo& layer, size_t rows) {
  if (layer.inferDims.numElements == 0) return 0;
  const float count = number(layer, 0);
  return count > 0 ? size_t(std::min(count, float(rows))) : 0;
}

/// Layers of boxes, scores and classes, and perhaps one with their number.
class NmsParser : public DetectorParser {
 public:
  struct Found {
    size_t count, boxes, scores, classes;  ///< numbers of layers; count may be none
  };
  NmsParser(const Found& found, NmsLayout layout) : found_(found), layout_(layout) {}

  using Names = std::initializer_list<const char*>;
  static std::unique_ptr<DetectorParser> match(const Layers& layers, Names count, Names boxes,
                                               Names scores, Names classes, NmsLayout layout) {
    const Found found{find_layer(layers, count, is_number), find_layer(layers, boxes),
                      find_layer(layers, scores), find_layer(layers, classes, is_number)};
    if (std::max({found.boxes, found.scores, found.classes}) >= layers.size()) return nullptr;
    const auto& dims = layers[found.boxes].inferDims;
    if (dims.numDims == 0 || dims.d[dims.numDims - 1] != 4) return nullptr;
    return std::make_unique<NmsParser>(found, layout);
  }
  static std::unique_ptr<DetectorParser> match_batched(const Layers& layers, NmsLayout layout) {
    auto parser = match(layers, {"num_detections"}, {"nmsed_boxes"}, {"nmsed_scores"},
                        {"nmsed_classes"}, layout);
    return parser ? std::move(parser)
                  : match(layers, {"BatchedNMS"}, {"BatchedNMS_1"}, {"BatchedNMS_2"},
                          {"BatchedNMS_3"}, layout);
  }
  static std::unique_ptr<DetectorParser> match_batched_parts(const ModelOutputs& outputs) {
    return match_batched(outputs.layers, {Order::kLeftTop, true});
  }
  static std::unique_ptr<DetectorParser> match_batched_pixels(const ModelOutputs& outputs) {
    return outputs.named ? match_batched(outputs.layers, {Order::kLeftTop, false}) : nullptr;
  }
  static std::unique_ptr<DetectorParser> match_efficient(const ModelOutputs& outputs) {
    const NmsLayout layout{Order::kLeftTop, false};
    auto parser = match(outputs.layers, {"num_dets", "num_detections"}, {"det_boxes"},
                        {"det_scores"}, {"det_classes", "det_labels"}, layout);
    return parser || !outputs.named ? std::move(parser)
                                    : match_detection(outputs.layers, layout, Kind::kAny);
  }
  static std::unique_ptr<DetectorParser> match_efficientdet(const ModelOutputs& outputs) {
    return match_detection(outputs.layers, {Order::kTopLeft, false},
                           outputs.named ? Kind::kAny : Kind::kWhole);
  }
  static std::unique_ptr<DetectorParser> match_tf_ssd(const ModelOutputs& outputs) {
    return match_detection(outputs.layers, {Order::kTopLeft, true},
                           outputs.named ? Kind::kAny : Kind::kFloat);
  }
  /// Exports of DeepStream-Yolo before its outputs became one.
  template <Order order>
  static std::unique_ptr<DetectorParser> match_yolo(const ModelOutputs& outputs) {
    if (!outputs.named) return nullptr;  // nothing tells the two orders apart
    return match(outputs.layers, {}, {"boxes"}, {"scores"}, {"classes"}, {order, false});
  }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    const auto& classes = layers[found_.classes];
    const float* boxes = floats(layers[found_.boxes]);
    const float* scores = floats(layers[found_.scores]);
    const size_t rows = std::min({size_t(layers[found_.boxes].inferDims.numElements) / 4,
                                  size_t(layers[found_.scores].inferDims.numElements),
                                  size_t(classes.inferDims.numElements)});
    const bool has_count = found_.count < layers.size();
    const size_t count = has_count ? counted(layers[found_.count], rows) : rows;
    const float lowest = lowest_threshold(params, params.numClassesConfigured);
    const float unit_x = layout_.parts ? float(network.width) : 1;
    const float unit_y = layout_.parts ? float(network.height) : 1;
    for (size_t i = 0; i < count; ++i) {
      const unsigned id = class_of(number(classes, i));
      if (!reaches(id, scores[i], lowest, params)) continue;
      const float* box = boxes + 4 * i;
      const bool top_first = layout_.order == Order::kTopLeft;
      float x = box[top_first] * unit_x, y = box[!top_first] * unit_y;
      float width = box[2 + top_first] * unit_x, height = box[2 + !top_first] * unit_y;
      if (layout_.order == Order::kCentre) {
        x -= width / 2, y -= height / 2;
      } else {
        width -= x, height -= y;
      }
      out.push_back({id, x, y, width, height, scores[i], 0});
    }
  }

 private:
  enum class Kind { kAny, kFloat, kWhole };  // of the classes' layer

  static std::unique_ptr<DetectorParser> match_detection(const Layers& layers, NmsLayout layout,
                                                         Kind kind) {
    const size_t classes = find_layer(layers, {"detection_classes"}, is_number);
    if (classes == layers.size()) return nullptr;
    if (kind != Kind::kAny && is_float(layers[classes]) != (kind == Kind::kFloat)) return nullptr;
    return match(layers, {"num_detections"}, {"detection_boxes"}, {"detection_scores"},
                 {"detection_classes"}, layout);
  }

  Found found_;
  NmsLayout layout_;
};

/// Rows of picture, class, score and corners, as Caffe's and TAO's SSD end in.
class DetectionOutputParser : public DetectorParser {
 public:
  DetectionOutputParser(size_t rows, size_t count) : rows_(rows), count_(count) {}

  static std::unique_ptr<DetectorParser> match(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    const auto is_rows = [](const NvDsInferLayerInfo& layer) {
      const auto& dims = layer.inferDims;
      return is_float(layer) && dims.numDims >= 2 && dims.d[dims.numDims - 1] == 7;
    };
    const auto is_count = [](const NvDsInferLayerInfo& layer) {
      return is_number(layer) && layer.inferDims.numElements == 1;
    };
    const auto rows = std::ranges::find_if(layers, is_rows);
    if (rows == layers.end() || layers.size() > 2) return nullptr;
    const auto count = std::ranges::find_if(layers, is_count);
    if (layers.size() == 2 && count == layers.end()) return nullptr;
    // A table of rows alone could be anything.
    const bool sure =
        count != layers.end() || (rows->inferDims.numDims == 3 && rows->inferDims.d[0] == 1);
    if (!outputs.named && !sure) return nullptr;
    return std::make_unique<DetectionOutputParser>(size_t(rows - layers.begin()),
                                                   size_t(count - layers.begin()));
  }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    const float lowest = lowest_threshold(params, params.numClassesConfigured);
    const float width = float(network.width), height = float(network.height);
    size_t rows = layers[rows_].inferDims.numElements / 7;
    if (count_ < layers.size()) rows = counted(layers[count_], rows);
    const float* row = floats(layers[rows_]);
    for (size_t i = 0; i < rows; ++i, row += 7) {
      if (row[0] < 0) break;  // picture -1 ends them
      const unsigned id = class_of(row[1]);
      if (!reaches(id, row[2], lowest, params)) continue;
      out.push_back({id, row[3] * width, row[4] * height, (row[5] - row[3]) * width,
                     (row[6] - row[4]) * height, row[2], 0});
    }
  }

 private:
  size_t rows_, count_;
};

}  // namespace

const BuiltInDetector kBatchedNms{
    {"batched_nms", "NvDsInferParseCustomBatchedNMSTLT", "NvDsInferParseCustomYoloV4"},
    "nmsed_boxes [M,4], nmsed_scores [M] and nmsed_classes [M]",
    NmsParser::match_batched_parts};
const BuiltInDetector kBatchedNmsPixels{
    {"batched_nms_pixels", "NvDsInferParseYoloV5CustomBatchedNMSTLT",
     "NvDsInferParseCustomBatchedYoloV5NMSTLT"},
    kBatchedNms.needs,
    NmsParser::match_batched_pixels};
const BuiltInDetector kEfficientNms{
    {"efficient_nms", "NvDsInferParseCustomEfficientNMS", "NvDsInferYoloEfficientNMS"},
    "det_boxes [M,4], det_scores [M] and det_classes [M]",
    NmsParser::match_efficient};
const BuiltInDetector kEfficientDet{
    {"efficientdet", "NvDsInferParseCustomEfficientDetTAO"},
    "detection_boxes [M,4], detection_scores [M] and detection_classes [M]",
    NmsParser::match_efficientdet};
const BuiltInDetector kTfSsd{
    {"tf_ssd", "NvDsInferParseCustomTfSSD"}, kEfficientDet.needs, NmsParser::match_tf_ssd};
const BuiltInDetector kYoloCentres{{"yolo_centres", "NvDsInferParseYolo", "NvDsInferParseYoloCuda"},
                                   "boxes [M,4], scores [M,1] and classes [M,1]",
                                   NmsParser::match_yolo<Order::kCentre>};
const BuiltInDetector kYoloCorners{
    {"yolo_corners", "NvDsInferParseYoloE", "NvDsInferParseYoloECuda"},
    kYoloCentres.needs,
    NmsParser::match_yolo<Order::kLeftTop>};
const BuiltInDetector kDetectionOutput{
    {"detection_output", "NvDsInferParseCustomNMSTLT", "NvDsInferParseCustomSSD"},
    "[...,M,7] (picture, class, score, left, top, right, bottom), and perhaps their number",
    DetectionOutputParser::match};

}  // namespace thalweg
