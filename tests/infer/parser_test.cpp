#include "infer/parser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <random>

#include "parsers.h"
#include "scratch_folder.h"

namespace thalweg {
namespace {

TEST(SsdParser, ByHand) {
  std::vector<Tensor> tensors = {{"scores", {3, 2}, {0.1f, 0.9f, 0.2f, 0.1f, 0.6f, 0.7f}},
                                 {"boxes",
                                  {3, 4},
                                  {0.1f, 0.2f, 0.5f, 0.6f, 0, 0, 1, 1,  //
                                   -0.1f, 0, 1, 1.5f}}};
  auto layers = layers_of(tensors);
  auto parser = detector({"", "", 2}, layers);
  Candidates out;
  parser->parse(layers, {300, 200, 3}, Wanted{.num_classes = 2}.params(), out);
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0].classId, 1u);
  EXPECT_FLOAT_EQ(out[0].left, 60);
  EXPECT_FLOAT_EQ(out[0].top, 20);
  EXPECT_FLOAT_EQ(out[0].width, 120);
  EXPECT_FLOAT_EQ(out[0].height, 80);
  EXPECT_FLOAT_EQ(out[0].detectionConfidence, 0.9f);
  EXPECT_EQ(out[1].classId, 0u);
  EXPECT_FLOAT_EQ(out[1].top, -20);  // not clipped here
  EXPECT_FLOAT_EQ(out[1].width, 450);
  EXPECT_EQ(out[2].classId, 1u);
}

TEST(SsdParser, TakesAThresholdAndSkipsClassesThatAreNotConfigured) {
  std::vector<Tensor> tensors = {{"boxes", {1, 4}, {0, 0, 1, 1}},
                                 {"scores", {1, 3}, {0.5f, 0.5f, 0.9f}}};
  auto layers = layers_of(tensors);
  auto p = Wanted{.num_classes = 2}.params();
  p.perClassPreclusterThreshold[0] = 0.6f;
  Candidates out;
  detector({"ssd", "", 2}, layers)->parse(layers, {1, 1, 3}, p, out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].classId, 1u);
}

// The vector scan crosses row borders: compare with the plain loop on the default model's shape.
TEST(SsdParser, EqualsAPlainLoop) {
  std::vector<Tensor> tensors = {{"boxes", {1917, 4}, {}}, {"scores", {1917, 90}, {}}};
  auto layers = layers_of(tensors);
  std::mt19937 random(7);
  std::uniform_real_distribution<float> uniform(0, 1);
  for (float& v : tensors[0].values) v = uniform(random);
  for (float& v : tensors[1].values) v = uniform(random) * 0.5004f;
  auto& scores = tensors[1].values;
  scores.front() = scores.back() = 0.75f;
  scores[1000] = std::numeric_limits<float>::quiet_NaN();
  for (unsigned classes : {90u, 17u, 1u}) {
    Candidates out, expected;
    auto parser = detector({"", "", classes}, layers);
    parser->parse(layers, {300, 300, 3}, Wanted{.num_classes = classes}.params(), out);
    for (unsigned row = 0; row < 1917; ++row) {
      for (unsigned c = 0; c < classes; ++c) {
        float score = scores[row * 90 + c];
        if (score >= 0.5f) expected.push_back({c, 0, 0, 0, 0, score, 0});
      }
    }
    ASSERT_EQ(out.size(), expected.size());
    ASSERT_GT(out.size(), 0u);
    for (size_t i = 0; i < out.size(); ++i) {
      EXPECT_EQ(out[i].classId, expected[i].classId);
      EXPECT_EQ(out[i].detectionConfidence, expected[i].detectionConfidence);
    }
  }
}

TEST(DetectNetParser, ByHand) {
  // Network 64x32, grid 4x2: stride 16. Cell (column 2, row 1) of class 1: centre (32.5, 16.5)/35.
  std::vector<Tensor> tensors = {{"output_bbox/BiasAdd:0", {8, 2, 4}, {}},
                                 {"output_cov/Sigmoid:0", {2, 2, 4}, {}}};
  auto layers = layers_of(tensors);
  const size_t cell = 1 * 4 + 2, plane = 8;
  tensors[1].values[plane + cell] = 0.9f;
  tensors[1].values[0] = 0.3f;  // under the threshold
  float* box = tensors[0].values.data() + 4 * plane + cell;
  box[0] = 0.2f, box[plane] = 0.3f, box[2 * plane] = 0.4f, box[3 * plane] = 2;
  auto parser = detector({"", "", 2}, layers);
  Candidates out;
  parser->parse(layers, {64, 32, 3}, Wanted{.num_classes = 2}.params(), out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].classId, 1u);
  EXPECT_NEAR(out[0].left, 32.5 - 7, 1e-4);
  EXPECT_NEAR(out[0].top, 16.5 - 10.5, 1e-4);
  EXPECT_NEAR(out[0].left + out[0].width, 32.5 + 14, 1e-4);
  EXPECT_NEAR(out[0].top + out[0].height, 31, 1e-4);  // clipped to the last row
  EXPECT_FLOAT_EQ(out[0].detectionConfidence, 0.9f);
}

TEST(CenterFaceParser, ByHand) {
  // Network 32x16, grid 8x4. Cell (column 5, row 2), and one under the threshold.
  std::vector<Tensor> tensors = {{"landmarks", {10, 4, 8}, {}},
                                 {"offset", {2, 4, 8}, {}},
                                 {"heatmap", {1, 4, 8}, {}},
                                 {"scale", {2, 4, 8}, {}}};
  auto layers = layers_of(tensors);
  const size_t cell = 2 * 8 + 5, plane = 32;
  tensors[2].values[cell] = 0.8f;
  tensors[2].values[0] = 0.4f;
  tensors[2].values[1] = std::numeric_limits<float>::quiet_NaN();
  tensors[3].values[cell] = std::log(3.0f);          // height: 12 pixels
  tensors[3].values[plane + cell] = std::log(2.0f);  // width: 8 pixels
  tensors[1].values[cell] = 0.25f;                   // y
  tensors[1].values[plane + cell] = -0.125f;         // x
  for (const char* name : {"", "centerface"}) {
    Candidates out;
    detector({name, "", 1}, layers)->parse(layers, {32, 16, 3}, Wanted{}.params(), out);
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].classId, 0u);
    EXPECT_FLOAT_EQ(out[0].left, 21.5f - 4);  // (5 - 0.125 + 0.5) * 4
    EXPECT_FLOAT_EQ(out[0].top, 11 - 6);      // (2 + 0.25 + 0.5) * 4
    EXPECT_FLOAT_EQ(out[0].width, 8);
    EXPECT_FLOAT_EQ(out[0].height, 12);
    EXPECT_FLOAT_EQ(out[0].detectionConfidence, 0.8f);
  }
  EXPECT_EQ(detector_error({"", "", 2}, layers),
            "c.txt: [property] num-detected-classes: expected at most 1, the classes of the model "
            "(landmarks [10,4,8] float32, offset [2,4,8] float32, heatmap [1,4,8] float32, scale "
            "[2,4,8] float32), got 2. Write num-detected-classes=1.");
  tensors[3].dims = {2, 4, 4};  // of another grid
  layers = layers_of(tensors);
  EXPECT_EQ(
      detector_error({"centerface", "", 1}, layers),
      "c.txt: [property] parse-bbox-func-name: centerface expects the outputs heatmap [1,H,W], "
      "scale [2,H,W] and offset [2,H,W], got landmarks [10,4,8] float32, offset [2,4,8] float32, "
      "heatmap [1,4,8] float32, scale [2,4,4] float32. Use the parser that belongs to this model "
      "(docs/reference/parsers.md).");
}

const std::string kNames =
    "ssd, centerface, detectnet_v2, yolo, yolo_centres, yolo_corners, yolov2, yolov2_tiny, yolov3, "
    "yolov3_tiny, yolov4, yolov4_tiny, yolov4_boxes, yolov5, yolov8, yolox, rtdetr, rtdetr_boxes, "
    "ddetr, detr, batched_nms, batched_nms_pixels, efficient_nms, efficientdet, tf_ssd, "
    "detection_output";

TEST(MakeDetectorParser, ErrorsSayWhatThereIs) {
  std::vector<Tensor> other = {{"features", {512}, {}}};
  auto layers = layers_of(other);
  EXPECT_EQ(detector_error({"", "", 80}, layers),
            "c.txt: no built-in parser knows the outputs features [512] float32 with "
            "num-detected-classes=80. There are " +
                kNames +
                "; see docs/reference/parsers.md. Name one that fits, or a parser of your own, "
                "with parse-bbox-func-name and custom-lib-path.");
  EXPECT_EQ(detector_error({"NvDsInferParseMine", "", 80}, layers),
            "c.txt: [property] parse-bbox-func-name: expected a built-in parser (" + kNames +
                ", and their other names in docs/reference/parsers.md) or a function of the "
                "library named by custom-lib-path, got \"NvDsInferParseMine\" without "
                "custom-lib-path. Add custom-lib-path or correct the name.");
  EXPECT_EQ(detector_error({"ssd", "", 80}, layers),
            "c.txt: [property] parse-bbox-func-name: ssd expects the outputs boxes [N,4] and "
            "scores [N,C], got features [512] float32. Use the parser that belongs to this model "
            "(docs/reference/parsers.md).");
  EXPECT_EQ(detector_error({"NvDsInferParseYolo", "", 80}, layers),
            "c.txt: [property] parse-bbox-func-name: NvDsInferParseYolo expects the outputs [M,6] "
            "(left, top, right, bottom, score, class); or boxes [M,4], scores [M,1] and classes "
            "[M,1], got features [512] float32. Use the parser that belongs to this model "
            "(docs/reference/parsers.md).");
  EXPECT_EQ(detector_error({"yolov88", "", 80}, layers),
            "c.txt: [property] parse-bbox-func-name: expected a built-in parser (" + kNames +
                ", and their other names in docs/reference/parsers.md) or a function of the "
                "library named by custom-lib-path, got \"yolov88\" without custom-lib-path; did "
                "you mean yolov8?");
  EXPECT_EQ(detector_error({"NvDsInferParseYoloSeg", "", 80}, layers),
            "c.txt: [property] parse-bbox-func-name: expected a parser of this network-type, got "
            "NvDsInferParseYoloSeg, which is one of network-type=3. Write that, and the name as "
            "parse-bbox-instance-mask-func-name.");
  std::vector<Tensor> ssd = {{"boxes", {10, 4}, {}}, {"scores", {10, 3}, {}}};
  layers = layers_of(ssd);
  EXPECT_EQ(detector_error({"NvDsInferParseCustomResnet", "", 3}, layers),
            "c.txt: [property] parse-bbox-func-name: NvDsInferParseCustomResnet expects the "
            "outputs ...bbox... [4C,H,W] and ...cov... [C,H,W], got boxes [10,4] float32, scores "
            "[10,3] float32. They may be those of ssd. Name that of this model "
            "(docs/reference/parsers.md).");
  EXPECT_EQ(detector_error({"", "", 4}, layers),
            "c.txt: [property] num-detected-classes: expected at most 3, the classes of the model "
            "(boxes [10,4] float32, scores [10,3] float32), got 4. Write num-detected-classes=3.");
}

/// The layouts of some models differ in nothing but what the numbers mean.
TEST(MakeDetectorParser, OutputsOfSeveralModelsNeedAName) {
  const auto error = [](unsigned classes, std::vector<Tensor> tensors) {
    auto layers = layers_of(tensors);
    return detector_error({"", "", classes}, layers);
  };
  const auto several = [](const std::string& outputs, const std::string& names) {
    return "c.txt: the outputs " + outputs + " may be those of " + names +
           ". Name that of this model with parse-bbox-func-name (docs/reference/parsers.md).";
  };
  // 21 cells of a network of 32 x 32 pixels
  EXPECT_EQ(error(2, {{"out", {21, 7}, {}}}), several("out [21,7] float32", "yolov5 or yolox"));
  EXPECT_EQ(error(2, {{"out", {21, 6}, {}}}), several("out [21,6] float32", "yolo or yolov8"));
  EXPECT_EQ(
      error(2, {{"a", {21, 1, 1}, {}}, {"b", {21, 2, 2}, {}}, {"c", {21, 4, 4}, {}}}),
      several("a [21,1,1] float32, b [21,2,2] float32, c [21,4,4] float32", "yolov3 or yolov4"));
  EXPECT_EQ(error(2, {{"pred_boxes", {9, 4}, {}}, {"pred_logits", {9, 4}, {}}}),
            several("pred_boxes [9,4] float32, pred_logits [9,4] float32", "rtdetr or detr"));
  // The number of classes tells.
  EXPECT_EQ(error(80, {{"out", {21, 85}, {}}}), several("out [21,85] float32", "yolov5 or yolox"));
  EXPECT_EQ(error(80, {{"out", {21, 84}, {}}}), "");
  EXPECT_EQ(error(80, {{"out", {63, 85}, {}}}), "");
  EXPECT_EQ(error(80, {{"out", {84, 21}, {}}}), "");
  EXPECT_EQ(error(80, {{"out", {300, 6}, {}}}), "");
  EXPECT_EQ(error(80, {{"out", {300, 84}, {}}}), "");
  EXPECT_EQ(error(4, {{"pred_boxes", {9, 4}, {}}, {"pred_logits", {9, 4}, {}}}), "");
  EXPECT_EQ(error(3, {{"pred_boxes", {9, 4}, {}}, {"pred_logits", {9, 4}, {}}}), "");
  EXPECT_EQ(error(90, {{"out", {84, 21}, {}}}),
            "c.txt: [property] num-detected-classes: expected at most 80, the classes of the model "
            "(out [84,21] float32), got 90. Write num-detected-classes=80.");
}

TEST(MakeDetectorParser, ALayerThatChangesItsShape) {
  std::vector<Tensor> before = {{"out", {84, 21}, {}}}, after = {{"out", {21, 84}, {}}};
  const auto layers = layers_of(before);
  const Wanted wanted{"", "", 80};
  const auto parser = detector(wanted, layers);
  Candidates out;
  EXPECT_EQ(
      error_of([&] { parser->parse(layers_of(after), wanted.network, wanted.params(), out); }),
      "a run of the model gave the outputs out [21,84] float32, which are not shaped as the "
      "model says. Export it with fixed output shapes.");
}

TEST(MakeDetectorParser, SizesThatAreKnownOnlyAfterARunAndDoNotFit) {
  const auto error = [](std::vector<Tensor> before, std::vector<Tensor> after) {
    const Wanted wanted;
    const auto parser = detector(wanted, layers_of(before));
    Candidates out;
    return error_of([&] { parser->parse(layers_of(after), wanted.network, wanted.params(), out); });
  };
  const std::string end =
      ", which are not shaped as the model says. Export it with fixed output shapes.";
  EXPECT_EQ(
      error({{"heatmap", {1, 0, 0}, {}}, {"scale", {2, 0, 0}, {}}, {"offset", {2, 0, 0}, {}}},
            {{"heatmap", {1, 8, 8}, {}}, {"scale", {2, 8, 8}, {}}, {"offset", {2, 1, 1}, {}}}),
      "a run of the model gave the outputs heatmap [1,8,8] float32, scale [2,8,8] float32, "
      "offset [2,1,1] float32" +
          end);
  EXPECT_EQ(error({{"bbox", {4, 0, 0}, {}}, {"cov", {1, 0, 0}, {}}},
                  {{"bbox", {4, 2, 2}, {}}, {"cov", {1, 8, 8}, {}}}),
            "a run of the model gave the outputs bbox [4,2,2] float32, cov [1,8,8] float32" + end);
  EXPECT_EQ(error({{"boxes", {0, 4}, {}}, {"scores", {0, 1}, {}}},
                  {{"boxes", {2, 4}, {}}, {"scores", {8, 1}, {}}}),
            "a run of the model gave the outputs boxes [2,4] float32, scores [8,1] float32" + end);
}

TEST(CustomParser, LibraryOfTheTestsOwn) {
  std::vector<Tensor> tensors = {{"out", {2}, {3, 4}}};
  auto layers = layers_of(tensors);
  auto parser = detector({"NvDsInferParseTest", THALWEG_TEST_PARSER, 1}, layers);
  Candidates out;
  parser->parse(layers, {10, 20, 3}, Wanted{}.params(), out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_FLOAT_EQ(out[0].left, 3);
  EXPECT_FLOAT_EQ(out[0].top, 4);
  EXPECT_FLOAT_EQ(out[0].width, 10);
  EXPECT_FLOAT_EQ(out[0].detectionConfidence, 0.5f);

  const auto error = [&] {
    return error_of([&] { parser->parse(layers, {10, 20, 3}, Wanted{}.params(), out); });
  };
  tensors[0].values[0] = -1;
  EXPECT_EQ(error(),
            "c.txt: [property] parse-bbox-func-name: NvDsInferParseTest reported a failure for the "
            "layers out [2] float32. Check that "
            "the parser belongs to this model.");
  tensors[0].values[0] = 2000;
  EXPECT_EQ(error(),
            "c.txt: [property] parse-bbox-func-name: NvDsInferParseTest threw \"too far\" for the "
            "layers out [2] float32. Check that "
            "the parser belongs to this model.");
  EXPECT_EQ(
      detector_error({"Nothing", THALWEG_TEST_PARSER, 1}, layers),
      "c.txt: [property] parse-bbox-func-name: " THALWEG_TEST_PARSER
      " has no C function Nothing. Correct the name, or export the function as extern \"C\".");
  EXPECT_EQ(
      detector_error({"F", "/nowhere/lib.so", 1}, layers),
      "c.txt: [property] custom-lib-path: there is no /nowhere/lib.so. Correct the path, or build "
      "its source for this machine against Thalweg's headers.");
}

TEST(CustomParser, PathsOfOneNameCountFromTheFolderTheProgramRunsIn) {
  const ScratchFolder folder;
  std::filesystem::copy_file(THALWEG_TEST_PARSER, folder.path("libmine.so"));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  std::vector<Tensor> tensors = {{"out", {2}, {3, 4}}};
  const std::string error =
      detector_error({"NvDsInferParseTest", "libmine.so", 1}, layers_of(tensors));
  std::filesystem::current_path(before);
  EXPECT_EQ(error, "");
}

TEST(CustomParser, PythonNeedsAPythonProcess) {
  EXPECT_EQ(detector_error({"python:mine:parse"}, {}),
            "c.txt: [property] parse-bbox-func-name: python:mine:parse: this process runs no "
            "Python. Start the pipeline from a Python program, with `thalweg run` or without, or "
            "write the parser in C++.");
}

TEST(Parser, ABuiltInNameNeedsNoLibrary) {
  const std::string library =
      "/opt/nvidia/deepstream/deepstream-5.0/lib/libnvds_infercustomparser.so";
  std::vector<Tensor> tensors = {{"conv2d_bbox", {4, 2, 2}, {}},
                                 {"conv2d_cov/Sigmoid", {1, 2, 2}, {}}};
  const auto layers = layers_of(tensors);
  std::vector<std::string> warnings;
  EXPECT_NE(detector({"NvDsInferParseCustomResnet", library}, layers, warnings), nullptr);
  EXPECT_EQ(warnings, std::vector<std::string>{
                          "c.txt: [property] custom-lib-path: there is no " + library +
                          ", so the built-in parser NvDsInferParseCustomResnet is used. Remove the "
                          "key, or correct the path."});
}

TEST(Parser, ABuiltInNameStandsInForALibraryThatCannotBeLoaded) {
  const ScratchFolder folder;
  const std::string library =
      folder.file("libnvdsinfer_custom_impl_Yolo.so", "for another machine");
  std::vector<Tensor> tensors = {{"output", {100, 6}, {}}};
  const auto layers = layers_of(tensors);
  std::vector<std::string> warnings;
  EXPECT_NE(detector({"NvDsInferParseYolo", library, 80}, layers, warnings), nullptr);
  EXPECT_EQ(warnings, std::vector<std::string>{
                          "c.txt: [property] custom-lib-path: cannot load " + library +
                          ": file too short, so the built-in parser NvDsInferParseYolo is used. "
                          "Remove the key, or build the library for this machine."});
  EXPECT_EQ(error_of(
                [&] {
                  detector({"NvDsInferParseMine", library, 80}, layers);
                },
                folder.path()),
            "c.txt: [property] custom-lib-path: cannot load /libnvdsinfer_custom_impl_Yolo.so: "
            "file too short. Build its source for this machine "
            "against Thalweg's headers.");
  EXPECT_EQ(detector_error({"NvDsInferParseYollo", "/nowhere/lib.so", 80}, layers),
            "c.txt: [property] parse-bbox-func-name: expected a built-in parser or a function of "
            "the library named by custom-lib-path, got \"NvDsInferParseYollo\", and there is no "
            "/nowhere/lib.so; did you mean NvDsInferParseYolo?");
  // One that loads is taken, and has to have the function.
  warnings.clear();
  EXPECT_EQ(error_of([&] {
              detector({"NvDsInferParseYolo", THALWEG_TEST_PARSER, 80}, layers, warnings);
            }),
            "c.txt: [property] parse-bbox-func-name: " THALWEG_TEST_PARSER
            " has no C function NvDsInferParseYolo. Correct the name, or export the function as "
            "extern \"C\".");
  EXPECT_EQ(warnings, std::vector<std::string>{});
}

}  // namespace
}  // namespace thalweg
