// Each built-in parser's arithmetic, worked out by hand; reference_parsers.py compares whole
// tables.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "infer/parser.h"
#include "parsers.h"
#include "scratch_folder.h"

namespace thalweg {
namespace {

using Lines = std::vector<std::string>;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr unsigned kNoClass = std::numeric_limits<unsigned>::max();

// Networks are of 32 x 32 pixels where nothing else is said: 16, 4 and 1 cells of 8, 16 and 32.

TEST(Yolo, FinalRowsByHand) {
  const std::vector<float> rows = {1,  2, 11, 22, 0.75f, 1,     //
                                   5,  5, 6,  6,  0.25f, 0,     // below the threshold
                                   -4, 3, 40, 9,  0.5f,  0,     // not cut here
                                   0,  0, 0,  0,  0,     0,     // padding
                                   1,  1, 2,  2,  kNan,  0,     //
                                   1,  1, 2,  2,  0.9f,  kNan,  // of no class
                                   1,  1, 2,  2,  0.9f,  -1,    //
                                   1,  1, 2,  2,  0.9f,  1e30f};
  std::vector<Tensor> tensors = {{"output0", {8, 6}, rows}};
  for (const char* name : {"", "yolo", "yolov10", "NvDsInferParseYolo", "NvDsInferParseYoloCuda"}) {
    const auto found = detect({name, "", 3}, layers_of(tensors));
    ASSERT_EQ(found.size(), 5u) << name;
    EXPECT_EQ(lines_of({found[0], found[1]}), (Lines{"1 0.75 1,2,10,20", "0 0.5 -4,3,44,6"}));
    for (size_t i = 2; i < found.size(); ++i) EXPECT_EQ(found[i].classId, kNoClass);
  }
}

TEST(Yolo, OldExportsInThreeLayers) {
  const std::vector<Tensor> tensors = {{"boxes", {2, 4}, {10, 12, 4, 6, 1, 1, 2, 2}},
                                       {"scores", {2, 1}, {0.75f, 0.25f}},
                                       {"classes", {2, 1}, {1, 0}}};
  EXPECT_EQ(detected({"NvDsInferParseYolo", "", 2}, tensors), Lines{"1 0.75 8,9,4,6"});
  EXPECT_EQ(detected({"NvDsInferParseYoloE", "", 2}, tensors), Lines{"1 0.75 10,12,-6,-6"});
}

TEST(Yolo, Version5ByHand) {
  std::vector<Tensor> tensors = {{"output0", {63, 7}, {}}};
  auto layers = layers_of(tensors);
  float* row = tensors[0].values.data();
  const std::vector<float> first = {16, 8, 4, 6, 0.9f, 0.3f, 0.8f};
  std::ranges::copy(first, row + 5 * 7);
  const std::vector<float> weak = {16, 8, 4, 6, 0.6f, 0.7f, 0.8f};  // 0.48
  std::ranges::copy(weak, row + 6 * 7);
  const std::vector<float> bad = {16, 8, 4, 6, 0.9f, kNan, kNan};
  std::ranges::copy(bad, row + 7 * 7);
  for (const char* name : {"", "yolov5", "yolov7", "NvDsInferParseCustomYoloV7"}) {
    EXPECT_EQ(lines_of(detect({name, "", 2}, layers)), Lines{"1 0.72 14,5,4,6"}) << name;
  }
  // Classes beyond num-detected-classes do not count.
  EXPECT_EQ(lines_of(detect({"", "", 1, {32, 32, 3}, 0.25f}, layers)),
            (Lines{"0 0.27 14,5,4,6", "0 0.42 14,5,4,6"}));
}

TEST(Yolo, Version8ByHandInBothOrders) {
  std::vector<Tensor> planes = {{"output0", {7, 21}, {}}}, rows = {{"output0", {21, 7}, {}}};
  const auto planes_layers = layers_of(planes), rows_layers = layers_of(rows);
  const auto set = [&](unsigned candidate, const std::vector<float>& values) {
    for (unsigned i = 0; i < values.size(); ++i) {
      planes[0].values[i * 21 + candidate] = rows[0].values[candidate * 7 + i] = values[i];
    }
  };
  set(2, {16, 8, 4, 6, 0.1f, 0.6f, 0.8f});
  set(9, {20, 20, 2, 2, 0.5f, kNan, 0.4f});
  set(20, {4, 4, 8, 8, 0.7f, 0.7f, 0.2f});  // the first of equals
  const Lines expected = {"0 0.5 19,19,2,2", "0 0.7 0,0,8,8", "2 0.8 14,5,4,6"};
  for (const char* name : {"", "yolov8", "yolo11", "NvDsInferParseYoloV11"}) {
    auto found = lines_of(detect({name, "", 3}, planes_layers));
    std::ranges::sort(found);
    EXPECT_EQ(found, expected) << name;
  }
  auto found = lines_of(detect({"yolov8", "", 3}, rows_layers));
  std::ranges::sort(found);
  EXPECT_EQ(found, expected);
}

// The vector scan of planes against the plain loop.
TEST(Yolo, Version8EqualsAPlainLoop) {
  constexpr unsigned kCells = 8400, kClasses = 80;
  std::vector<Tensor> tensors = {{"output0", {4 + kClasses, kCells}, {}}};
  const auto layers = layers_of(tensors);
  std::mt19937 random(7);
  std::uniform_real_distribution<float> uniform(0, 1);
  auto& values = tensors[0].values;
  for (float& v : values) v = uniform(random) * 0.5005f;
  values[4 * kCells] = values.back() = 0.75f;
  values[30 * kCells + 77] = kNan;
  for (unsigned classes : {80u, 17u, 1u}) {
    const Wanted wanted{"", "", classes, {640, 640, 3}};
    auto found = detect(wanted, layers);
    Candidates expected;
    for (unsigned i = 0; i < kCells; ++i) {
      float best = -1;
      unsigned id = 0;
      for (unsigned c = 0; c < classes; ++c) {
        const float score = values[(4 + c) * kCells + i];
        if (score > best) best = score, id = c;
      }
      if (!(best >= 0.5f)) continue;
      const float w = values[2 * kCells + i], h = values[3 * kCells + i];
      expected.push_back({id, values[i] - w / 2, values[kCells + i] - h / 2, w, h, best, 0});
    }
    auto lines = lines_of(found), expected_lines = lines_of(expected);
    std::ranges::sort(lines);
    std::ranges::sort(expected_lines);
    EXPECT_GT(lines.size(), 0u);
    EXPECT_EQ(lines, expected_lines);
  }
}

TEST(Yolo, XByHand) {
  std::vector<Tensor> tensors = {{"output", {21, 6}, {}}};
  auto layers = layers_of(tensors);
  const auto set = [&](unsigned candidate, const std::vector<float>& values) {
    std::ranges::copy(values, tensors[0].values.begin() + candidate * 6);
  };
  const float two = std::log(2.0f);
  set(6, {0.5f, 0.25f, 0, two, 0.9f, 0.8f});    // column 2, row 1 of cells of 8
  set(18, {0.5f, 0.5f, 0, 0, 1, 0.6f});         // column 0, row 1 of cells of 16
  set(20, {0.25f, 0.5f, 0, -two, 0.8f, 0.8f});  // the cell of 32
  for (const char* name : {"yolox", "NvDsInferParseCustomYolox"}) {
    EXPECT_EQ(lines_of(detect({name, "", 1}, layers)),
              (Lines{"0 0.72 16,2,8,16", "0 0.6 0,16,16,16", "0 0.64 -8,8,32,16"}));
  }
  tensors[0].dims = {22, 6};
  layers = layers_of(tensors);
  EXPECT_NE(detector_error({"yolox", "", 1}, layers), "");
}

float logit(float p) { return std::log(p / (1 - p)); }

TEST(YoloHeads, Version3And4ByHand) {
  // Network of 64 x 32 pixels; outputs finest scale first, in which the middle one is looked at.
  std::vector<Tensor> tensors = {
      {"fine", {21, 4, 8}, {}}, {"middle", {21, 2, 4}, {}}, {"coarse", {21, 1, 2}, {}}};
  auto layers = layers_of(tensors);
  for (auto& tensor : tensors) std::ranges::fill(tensor.values, -20.0f);
  const auto set = [](Tensor& tensor, unsigned anchor, unsigned cell, std::vector<float> values) {
    const unsigned cells = tensor.dims[1] * tensor.dims[2];
    for (unsigned i = 0; i < 7; ++i) tensor.values[(anchor * 7 + i) * cells + cell] = values[i];
  };
  // Anchor 1 of the middle scale, column 2, row 1 of cells of 16.
  set(tensors[1], 1, 6,
      {0, logit(0.75f), 0, std::log(2.0f), logit(0.9f), logit(0.2f), logit(0.8f)});
  const Wanted v3{"yolov3", "", 2, {64, 32, 3}};
  // Version 3: anchor 62 x 45; centre (2.5, 1.75) cells.
  EXPECT_EQ(lines_of(detect(v3, layers)), Lines{"1 0.72 9,-17,62,90"});
  Wanted same = v3;
  same.function = "NvDsInferParseCustomYoloV3";
  EXPECT_EQ(lines_of(detect(same, layers)), lines_of(detect(v3, layers)));
  // Version 4: anchor 76 x 55; centre (2.5, 1.775) cells, as it may leave its cell.
  EXPECT_EQ(lines_of(detect({"yolov4", "", 2, {64, 32, 3}}, layers)),
            Lines{"1 0.72 2,-26.6,76,110"});
  // NaN and the infinite size of an exponent: the first is left out, the second for the clustering.
  set(tensors[2], 0, 0, {0, 0, 0, 0, kNan, 9, 9});
  set(tensors[2], 0, 1, {0, 0, 200, 0, 9, kNan, 9});
  const auto found = detect(v3, layers);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].width, kInf);
  EXPECT_EQ(found[1].classId, 1u);
}

TEST(YoloHeads, TinyVersionsByHand) {
  std::vector<Tensor> tensors = {{"coarse", {18, 1, 1}, {}}, {"fine", {18, 2, 2}, {}}};
  const auto layers = layers_of(tensors);
  for (auto& tensor : tensors) std::ranges::fill(tensor.values, -20.0f);
  auto& fine = tensors[1].values;
  for (unsigned i = 0; i < 4; ++i) fine[i * 4] = 0;  // anchor 0, cell 0
  fine[4 * 4] = fine[5 * 4] = logit(0.9f);
  auto& coarse = tensors[0].values;
  for (unsigned i = 0; i < 4; ++i) coarse[12 + i] = 0;  // anchor 2
  coarse[16] = coarse[17] = logit(0.8f);
  const Lines expected = {"0 0.81 -3.5,-5.5,23,27", "0 0.64 -156,-143.5,344,319"};
  EXPECT_EQ(detected({"yolov3_tiny"}, tensors), expected);
  EXPECT_EQ(detected({"NvDsInferParseCustomYoloV3Tiny"}, tensors), expected);
  EXPECT_EQ(detected({"yolov4_tiny"}, tensors), expected);  // centres in the middle do not move
}

TEST(YoloHeads, Version2ByHand) {
  // 20 classes: anchors of VOC. Anchor 1, the only cell of 32 pixels.
  std::vector<Tensor> tensors = {{"head", {125, 1, 1}, {}}};
  const auto layers = layers_of(tensors);
  std::ranges::fill(tensors[0].values, -20.0f);
  float* values = tensors[0].values.data() + 25;
  values[0] = values[1] = values[2] = values[3] = 0;
  values[4] = logit(0.9f);
  values[5] = std::log(3.0f) + 1, values[6] = 1;  // 3 : 1, and next to nothing for the rest
  EXPECT_EQ(detected({"yolov2_tiny", "", 20}, tensors),
            Lines{"0 0.675 -38.72,-54.56,109.44,141.12"});
  EXPECT_EQ(detected({"NvDsInferParseCustomYoloV2", "", 20}, tensors),
            Lines{"0 0.675 -35.084,-48.151,102.17,128.3"});
}

TEST(YoloHeads, Version4FromPyTorch) {
  const std::vector<Tensor> tensors = {{"boxes", {2, 1, 4}, {0.25f, 0.5f, 0.5f, 1, 0, 0, 1, 1}},
                                       {"confs", {2, 2}, {0.1f, 0.75f, 0.2f, 0.3f}}};
  for (const char* name : {"", "yolov4_boxes", "NvDsInferParseCustomYoloV4"}) {
    EXPECT_EQ(detected({name, "", 2, {64, 32, 3}}, tensors), Lines{"1 0.75 16,16,16,16"});
  }
}

TEST(Nms, BatchedByHand) {
  std::vector<Tensor> tensors = {{"num_detections", {1}, {2}},
                                 {"nmsed_boxes",
                                  {3, 4},
                                  {0.25f, 0.5f, 0.5f, 1,  //
                                   0, 0, 1, 1, 0, 0, 1, 1}},
                                 {"nmsed_scores", {3}, {0.75f, 0.25f, 0.9f}},
                                 {"nmsed_classes", {3}, {1, 0, 0}}};
  const NvDsInferNetworkInfo network = {64, 32, 3};
  for (const char* name : {"", "NvDsInferParseCustomBatchedNMSTLT", "NvDsInferParseCustomYoloV4"}) {
    EXPECT_EQ(detected({name, "", 2, network}, tensors), Lines{"1 0.75 16,16,16,16"}) << name;
  }
  EXPECT_EQ(detected({"NvDsInferParseCustomBatchedYoloV5NMSTLT", "", 2, network}, tensors),
            Lines{"1 0.75 0.25,0.5,0.25,0.5"});
  for (const float count : {kNan, -1.0f, 0.0f}) {  // numbers that are none
    tensors[0].values = {count};
    EXPECT_EQ(detected({"", "", 2, network}, tensors), Lines{});
  }
  tensors[0].values = {1e30f};
  EXPECT_EQ(detected({"", "", 2, network}, tensors).size(), 2u);
  // The number may be an integer.
  tensors[0].values = {0};
  auto layers = layers_of(tensors);
  const int32_t one = 1;
  const int64_t two = 2;
  layers[0].dataType = INT32;
  layers[0].buffer = const_cast<int32_t*>(&one);
  EXPECT_EQ(detect({"", "", 2, network}, layers).size(), 1u);
  layers[0].dataType = INT64;
  layers[0].buffer = const_cast<int64_t*>(&two);
  EXPECT_EQ(detect({"", "", 2, network}, layers).size(), 1u);
}

TEST(Nms, EfficientByHand) {
  std::vector<Tensor> tensors = {{"num_dets", {1}, {1}},
                                 {"det_boxes", {2, 4}, {4, 6, 10, 16, 0, 0, 9, 9}},
                                 {"det_scores", {2}, {0.75f, 0.9f}},
                                 {"det_classes", {2}, {1, 0}}};
  for (const char* name : {"", "efficient_nms", "NvDsInferYoloEfficientNMS"}) {
    EXPECT_EQ(detected({name, "", 2}, tensors), Lines{"1 0.75 4,6,6,10"}) << name;
  }
  // TAO's EfficientDet: whole numbers as classes, top before left.
  tensors[0].name = "num_detections", tensors[1].name = "detection_boxes";
  tensors[2].name = "detection_scores", tensors[3].name = "detection_classes";
  auto layers = layers_of(tensors);
  int32_t count = 1, classes[] = {1, 0};
  layers[0].dataType = layers[3].dataType = INT32;
  layers[0].buffer = &count, layers[3].buffer = classes;
  for (const char* name : {"", "efficientdet", "NvDsInferParseCustomEfficientDetTAO"}) {
    EXPECT_EQ(lines_of(detect({name, "", 2}, layers)), Lines{"1 0.75 6,4,10,6"}) << name;
  }
  EXPECT_EQ(lines_of(detect({"efficient_nms", "", 2}, layers)), Lines{"1 0.75 4,6,6,10"});
}

TEST(Nms, TensorFlowByHand) {
  std::vector<Tensor> tensors = {{"detection_boxes:0", {2, 4}, {0.25f, 0.5f, 0.5f, 1, 0, 0, 1, 1}},
                                 {"detection_classes:0", {2}, {1, 0}},
                                 {"detection_scores:0", {2}, {0.75f, 0.25f}}};
  for (const char* name : {"", "tf_ssd", "NvDsInferParseCustomTfSSD"}) {
    EXPECT_EQ(detected({name, "", 2, {64, 32, 3}}, tensors), Lines{"1 0.75 32,8,32,8"}) << name;
  }
  tensors.push_back({"num_detections:0", {1}, {0}});
  EXPECT_EQ(detected({"", "", 2, {64, 32, 3}}, tensors), Lines{});
}

TEST(Nms, DetectionOutputByHand) {
  std::vector<Tensor> tensors = {
      {"detection_out", {1, 4, 7}, {0,  1, 0.75f, 0.25f, 0.5f, 0.5f, 1,  //
                                    0,  0, 0.25f, 0,     0,    1,    1,  //
                                    -1, 0, 0.9f,  0,     0,    1,    1,  // ends the list
                                    0,  1, 0.9f,  0,     0,    1,    1}}};
  for (const char* name : {"", "detection_output", "NvDsInferParseCustomNMSTLT"}) {
    EXPECT_EQ(detected({name, "", 2, {64, 32, 3}}, tensors), Lines{"1 0.75 16,16,16,16"}) << name;
  }
  tensors.push_back({"keep_count", {1}, {0}});
  EXPECT_EQ(detected({"", "", 2, {64, 32, 3}}, tensors), Lines{});
}

TEST(Detr, ByHand) {
  const std::vector<float> boxes = {0.5f, 0.5f, 0.25f, 0.5f, 0.25f, 0.25f, 0.5f, 0.5f};
  const std::vector<Tensor> tensors = {
      {"pred_logits",
       {2, 3},
       {logit(0.1f), logit(0.6f), logit(0.75f), logit(0.8f), logit(0.2f), logit(0.3f)}},
      {"pred_boxes", {2, 4}, boxes}};
  const NvDsInferNetworkInfo network = {64, 32, 3};
  // Each class for itself, also two of one query.
  for (const char* name : {"", "rtdetr", "NvDsInferParseCustomRTDETRTAO"}) {
    EXPECT_EQ(detected({name, "", 3, network}, tensors),
              (Lines{"1 0.6 24,8,16,16", "2 0.75 24,8,16,16", "0 0.8 0,0,32,16"}));
  }
  // The likeliest class; class 0 is the background.
  EXPECT_EQ(detected({"NvDsInferParseCustomDDETRTAO", "", 3, network}, tensors),
            Lines{"2 0.75 24,8,16,16"});
  // Probabilities of which the last class, no object, has its share.
  const float log2 = std::log(2.0f);
  const std::vector<Tensor> shared = {
      {"logits", {2, 3}, {0, 2 * log2, log2, 0, log2, 3 * log2}},  // 1:4:2 and 1:2:8
      {"pred_boxes", {2, 4}, boxes}};
  for (const char* name : {"", "detr"}) {
    EXPECT_EQ(detected({name, "", 2, network}, shared), Lines{"1 0.5714 24,8,16,16"});
  }
  // In one table, with scores instead of logits.
  const std::vector<Tensor> table = {
      {"output0", {1, 7}, {0.5f, 0.5f, 0.25f, 0.5f, 0.1f, 0.75f, kNan}}};
  for (const char* name : {"", "rtdetr"}) {
    EXPECT_EQ(detected({name, "", 3, network}, table), Lines{"1 0.75 24,8,16,16"});
  }
}

TEST(Detr, ValuesThatAreNoNumbersAreLeftOut) {
  std::vector<Tensor> tensors = {{"pred_logits", {3, 2}, {kNan, kNan, kInf, -kInf, kNan, 9}},
                                 {"pred_boxes", {3, 4}, {}}};
  for (const char* name : {"rtdetr", "ddetr", "detr"}) {
    const unsigned classes = name == std::string("detr") ? 1 : 2;
    for (const auto& box : detect({name, "", classes}, layers_of(tensors))) {
      EXPECT_TRUE(std::isfinite(box.detectionConfidence)) << name;
    }
  }
}

// --- masks and keypoints

std::vector<Instance> instances(const Wanted& wanted, const Layers& layers,
                                bool* overlap = nullptr) {
  std::vector<std::string> warnings;
  static std::unique_ptr<InstanceParser> parser;  // the masks are made by it
  parser = make_instance_parser(wanted.config(), wanted.network, layers, warnings);
  if (overlap) *overlap = parser->overlapping();
  std::vector<Instance> out;
  static NvDsInferNetworkInfo network;
  network = wanted.network;
  parser->parse(layers, network, wanted.params(), out);
  for (auto& instance : out) {
    if (instance.make_mask) instance.mask = instance.make_mask(instance.box);
  }
  return out;
}
std::vector<float> values_of(const ObjectMask& mask) {
  return {mask.data.get(), mask.data.get() + mask.size_bytes / sizeof(float)};
}

TEST(YoloPose, EachLayoutByHand) {
  const std::vector<float> points = {5, 6, 0.75f, -3, 40, 0.5f};  // the second is outside
  const std::vector<float> kept = {5, 6, 0.75f, 0, 32, 0.5f};
  std::vector<Tensor> planes = {{"output0", {11, 21}, {}}};
  std::vector<Tensor> corners = {{"output0", {21, 11}, {}}}, final = {{"output0", {7, 12}, {}}};
  auto planes_layers = layers_of(planes), corners_layers = layers_of(corners),
       final_layers = layers_of(final);
  std::vector<float> candidate = {10, 12, 4, 6, 0.75f};
  candidate.insert(candidate.end(), points.begin(), points.end());
  for (size_t i = 0; i < candidate.size(); ++i) planes[0].values[i * 21 + 3] = candidate[i];
  candidate[0] = 8, candidate[1] = 9, candidate[2] = 12, candidate[3] = 15;
  std::ranges::copy(candidate, corners[0].values.begin() + 2 * 11);
  candidate.insert(candidate.begin() + 5, 0);  // the class
  std::ranges::copy(candidate, final[0].values.begin() + 12);
  for (const char* name : {"", "yolo_pose", "NvDsInferParseYoloPose"}) {
    for (const Layers* layers : {&planes_layers, &corners_layers, &final_layers}) {
      bool overlap = false;
      const auto found = instances({name}, *layers, &overlap);
      EXPECT_EQ(overlap, layers != &final_layers);
      ASSERT_EQ(found.size(), 1u) << describe(*layers);
      EXPECT_EQ(lines_of({found[0].box}), Lines{"0 0.75 8,9,4,6"});
      EXPECT_EQ(found[0].mask->width, 32u);
      EXPECT_EQ(found[0].mask->height, 32u);
      EXPECT_EQ(values_of(*found[0].mask), kept);
    }
  }
}

TEST(YoloPose, KeypointsThatAreNoNumbersBecomeNought) {
  std::vector<Tensor> tensors = {
      {"output0", {1, 12}, {0, 0, 9, 9, 0.9f, 0, kNan, 3, 1, 3, 4, kInf}}};
  const auto found = instances({"yolo_pose"}, layers_of(tensors));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(values_of(*found[0].mask), (std::vector<float>{0, 0, 0, 0, 0, 0}));
}

TEST(YoloPose, OutputsThatAreNone) {
  std::vector<Tensor> tensors = {{"output0", {84, 22}, {}}};
  const auto layers = layers_of(tensors);
  const auto error = [&](const char* name) {
    return error_of([&] { instances({name, "", 80}, layers); });
  };
  EXPECT_EQ(error(""),
            "c.txt: no built-in parser knows the outputs output0 [84,22] float32 with "
            "num-detected-classes=80. There are "
            "yolo_pose, yolo_seg, yolo_seg_masks, mask_rcnn; see docs/reference/parsers.md. Name "
            "one that fits, or a parser of your own, with parse-bbox-instance-mask-func-name and "
            "custom-lib-path.");
  EXPECT_EQ(error("yolo_pose"),
            "c.txt: [property] parse-bbox-instance-mask-func-name: yolo_pose expects the outputs "
            "[4+C+3K,N], [N,5+3K] (corners, score) or [M,6+3K] (corners, score, class), got "
            "output0 [84,22] float32. Use the parser that belongs to this model "
            "(docs/reference/parsers.md).");
}

TEST(YoloSeg, EachLayoutByHand) {
  // Two prototypes of 8 x 8 pixels of 4: one that is 1 on the left and -1 on the right, one of 1.
  Tensor prototypes{"output1", {2, 8, 8}, {}};
  prototypes.values.resize(128, 1);
  for (size_t i = 0; i < 64; ++i) prototypes.values[i] = i % 8 < 4 ? 1.0f : -1.0f;
  const auto with = [&](std::vector<unsigned> dims, unsigned row, unsigned step,
                        const std::vector<float>& candidate) {
    std::vector<Tensor> tensors = {{"output0", dims, {}}, prototypes};
    tensors[0].values.resize(size_t(dims[0]) * dims[1]);
    for (size_t i = 0; i < candidate.size(); ++i) tensors[0].values[row + i * step] = candidate[i];
    return tensors;
  };
  // The box 8,8 to 24,16, class 1.
  const std::vector<std::vector<Tensor>> models = {
      with({8, 21}, 3, 21, {16, 12, 16, 8, 0.1f, 0.75f, 5, 1}),
      with({63, 9}, 9, 1, {16, 12, 16, 8, 1, 0.1f, 0.75f, 5, 1}),
      with({5, 8}, 8, 1, {8, 8, 24, 16, 0.75f, 1, 5, 1})};
  const float in = 1 / (1 + std::exp(-6.0f)), out = 1 / (1 + std::exp(4.0f));
  for (auto tensors : models) {
    for (const char* name : {"", "yolo_seg", "NvDsInferParseYoloSeg"}) {
      const auto found = instances({name, "", 2}, layers_of(tensors));
      ASSERT_EQ(found.size(), 1u);
      EXPECT_EQ(lines_of({found[0].box}), Lines{"1 0.75 8,8,16,8"});
      const auto& mask = *found[0].mask;
      EXPECT_EQ(mask.width, 4u);  // a value for each prototype pixel
      EXPECT_EQ(mask.height, 2u);
      const auto values = values_of(mask);
      const std::vector<float> expected = {in, in, out, out, in, in, out, out};
      ASSERT_EQ(values.size(), expected.size());
      for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-6) << i;
    }
  }
}

TEST(YoloSeg, MasksOfAnyBoxAreBounded) {
  std::vector<Tensor> tensors = {{"output0", {3, 7}, {}}, {"output1", {1, 8, 8}, {}}};
  tensors[0].values = {-8, 4, 8,     12,    0.9f, 0, 1,     //
                       -8, 4, 1e30f, 1e30f, 0.9f, 0, kNan,  //
                       4,  4, kInf,  12,    0.9f, 0, 1};
  auto layers = layers_of(tensors);
  for (size_t i = 0; i < 64; ++i) tensors[1].values[i] = float(i % 8) - 1;  // by the column
  const auto found = instances({"yolo_seg", "", 1}, layers);
  ASSERT_EQ(found.size(), 3u);
  // The picture's edge goes on beyond it.
  const float first = 1 / (1 + std::exp(1.0f));
  const auto values = values_of(*found[0].mask);
  ASSERT_EQ(found[0].mask->width, 4u);
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(values[i], first, 1e-6);
  EXPECT_NEAR(values[3], 0.5, 1e-6);
  EXPECT_EQ(values_of(*found[1].mask), std::vector<float>(64, 0));
  EXPECT_EQ(found[2].box.width, kInf);  // for the clustering to count
  EXPECT_LE(values_of(*found[2].mask).size(), 64u);
}

TEST(YoloSeg, MasksOfTheModelsOwn) {
  std::vector<float> row = {8, 8, 24, 16, 0.75f, 1};
  std::vector<float> mask;
  for (int i = 0; i < 64; ++i) mask.push_back(float(i) / 64);
  row.insert(row.end(), mask.begin(), mask.end());
  std::vector<Tensor> one = {{"output", {2, 70}, row}};
  std::vector<Tensor> four = {{"boxes", {2, 4}, {8, 8, 24, 16}},
                              {"scores", {2, 1}, {0.75f}},
                              {"classes", {2, 1}, {1}},
                              {"masks", {2, 8, 8}, mask}};
  for (auto* tensors : {&one, &four}) {
    for (const char* name : {"", "NvDsInferParseYoloSeg"}) {
      bool overlap = true;
      const auto found = instances({name, "", 2}, layers_of(*tensors), &overlap);
      EXPECT_FALSE(overlap);
      ASSERT_EQ(found.size(), 1u);
      EXPECT_EQ(lines_of({found[0].box}), Lines{"1 0.75 8,8,16,8"});
      EXPECT_EQ(found[0].mask->width, 8u);
      EXPECT_EQ(found[0].mask->height, 8u);
      EXPECT_EQ(values_of(*found[0].mask), mask);
    }
  }
}

// --- hostile models

/// Layers of random names, shapes, types and values, some sizes of which are known only after a
/// run.
struct RandomModel {
  std::vector<std::vector<float>> memory;
  Layers before, after;

  explicit RandomModel(std::mt19937& random) {
    static const char* kLayerNames[] = {
        "boxes",           "scores",           "classes",           "masks",        "confs",
        "pred_boxes",      "pred_logits",      "nmsed_boxes",       "nmsed_scores", "nmsed_classes",
        "num_detections",  "det_boxes",        "det_scores",        "det_classes",  "num_dets",
        "detection_boxes", "detection_scores", "detection_classes", "heatmap",      "output0"};
    static const unsigned kSizes[] = {0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 12, 18, 21, 63, 70};
    static const float kValues[] = {0, 1, -1, 0.5f, 0.9f, 3, 20, 1e30f, -3e38f, kNan, kInf, -kInf};
    const auto one_of = [&](const auto& list) { return list[random() % std::size(list)]; };
    const size_t start = random() % std::size(kLayerNames), count = 1 + random() % 4;
    for (size_t i = 0; i < count; ++i) {
      std::vector<unsigned> dims(1 + random() % 3);
      for (unsigned& size : dims) size = one_of(kSizes);
      auto now = layer(kLayerNames[(start + i) % std::size(kLayerNames)], dims);
      now.dataType = random() % 4 == 0 ? INT32 : FLOAT;
      auto& values = memory.emplace_back(now.inferDims.numElements);
      for (float& value : values) value = one_of(kValues);
      now.buffer = values.data();
      after.push_back(now);
      for (unsigned& size : dims) size = random() % 8 == 0 ? 0 : size;
      before.push_back(layer(now.layerName, dims));
      before.back().dataType = now.dataType;
    }
  }
};

/// The sanitizers see whether memory beyond a layer is touched.
TEST(BuiltIn, AnyModelIsParsedOrAnError) {
  const std::vector<const char*> detectors = {"",
                                              "ssd",
                                              "centerface",
                                              "detectnet_v2",
                                              "yolo",
                                              "yolo_centres",
                                              "yolo_corners",
                                              "yolov2",
                                              "yolov3",
                                              "yolov3_tiny",
                                              "yolov4",
                                              "yolov4_boxes",
                                              "yolov5",
                                              "yolov8",
                                              "yolox",
                                              "rtdetr",
                                              "rtdetr_boxes",
                                              "ddetr",
                                              "detr",
                                              "batched_nms",
                                              "batched_nms_pixels",
                                              "efficient_nms",
                                              "efficientdet",
                                              "tf_ssd",
                                              "detection_output"};
  const std::vector<const char*> masks = {"", "yolo_pose", "yolo_seg", "yolo_seg_masks"};
  std::mt19937 random(3);
  size_t parsed = 0, errors = 0;
  for (int i = 0; i < 600; ++i) {
    const RandomModel model(random);
    Wanted wanted{"", "", 1 + unsigned(random() % 3)};
    wanted.threshold = random() % 2 ? 0 : 0.5f;
    const auto attempt = [&](auto call) {
      try {
        call();
        ++parsed;
      } catch (const InferError&) {
        ++errors;
      }
    };
    for (const char* name : detectors) {
      wanted.function = name;
      attempt([&] {
        Candidates out;
        detector(wanted, model.before)->parse(model.after, wanted.network, wanted.params(), out);
      });
    }
    for (const char* name : masks) {
      wanted.function = name;
      attempt([&] {
        std::vector<std::string> warnings;
        const auto parser =
            make_instance_parser(wanted.config(), wanted.network, model.before, warnings);
        std::vector<Instance> out;
        parser->parse(model.after, wanted.network, wanted.params(), out);
        for (const auto& instance : out) instance.make_mask(instance.box);
      });
    }
  }
  EXPECT_GT(parsed, 300u);
  EXPECT_GT(errors, 300u);
}

}  // namespace
}  // namespace thalweg
