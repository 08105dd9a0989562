#include "infer/parser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "layer.h"
#include "scratch_folder.h"

namespace thalweg {
namespace {

std::vector<std::string> warnings;

std::unique_ptr<DetectorParser> detector(const std::string& function, const std::string& library,
                                         const Layers& layers, unsigned num_classes,
                                         const std::string& path) {
  InferConfig config;
  config.path = path;
  config.parse_bbox_func_name = function;
  config.custom_lib_path = library;
  config.num_detected_classes = num_classes;
  return make_detector_parser(config, layers, warnings);
}

struct Tensor {
  std::string name;
  std::vector<unsigned> dims;
  std::vector<float> values;
};

Layers layers_of(std::vector<Tensor>& tensors) {
  Layers layers;
  for (auto& tensor : tensors) {
    NvDsInferLayerInfo one = layer(tensor.name.c_str(), tensor.dims);
    tensor.values.resize(one.inferDims.numElements);
    one.buffer = tensor.values.data();
    layers.push_back(one);
  }
  return layers;
}

NvDsInferParseDetectionParams params(unsigned classes, float threshold) {
  NvDsInferParseDetectionParams p{};
  p.numClassesConfigured = classes;
  p.perClassPreclusterThreshold.assign(classes, threshold);
  return p;
}

TEST(SsdParser, ByHand) {
  std::vector<Tensor> tensors = {{"scores", {3, 2}, {0.1f, 0.9f, 0.2f, 0.1f, 0.6f, 0.7f}},
                                 {"boxes",
                                  {3, 4},
                                  {0.1f, 0.2f, 0.5f, 0.6f, 0, 0, 1, 1,  //
                                   -0.1f, 0, 1, 1.5f}}};
  auto layers = layers_of(tensors);
  auto parser = detector("", "", layers, 2, "c");
  Candidates out;
  parser->parse(layers, {300, 200, 3}, params(2, 0.5f), out);
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
  auto p = params(2, 0.5f);
  p.perClassPreclusterThreshold[0] = 0.6f;
  Candidates out;
  detector("ssd", "", layers, 2, "c")->parse(layers, {1, 1, 3}, p, out);
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
    auto parser = detector("", "", layers, classes, "c");
    parser->parse(layers, {300, 300, 3}, params(classes, 0.5f), out);
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
  auto parser = detector("", "", layers, 2, "c");
  Candidates out;
  parser->parse(layers, {64, 32, 3}, params(2, 0.5f), out);
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
    detector(name, "", layers, 1, "c")->parse(layers, {32, 16, 3}, params(1, 0.5f), out);
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].classId, 0u);
    EXPECT_FLOAT_EQ(out[0].left, 21.5f - 4);  // (5 - 0.125 + 0.5) * 4
    EXPECT_FLOAT_EQ(out[0].top, 11 - 6);      // (2 + 0.25 + 0.5) * 4
    EXPECT_FLOAT_EQ(out[0].width, 8);
    EXPECT_FLOAT_EQ(out[0].height, 12);
    EXPECT_FLOAT_EQ(out[0].detectionConfidence, 0.8f);
  }
  EXPECT_EQ(error_of([&] { detector("", "", layers, 2, "c.txt"); }),
            "c.txt: [property] num-detected-classes: expected at most 1, the classes of the model "
            "(landmarks [10,4,8] float32, offset [2,4,8] float32, heatmap [1,4,8] float32, scale "
            "[2,4,8] float32), got 2. Write num-detected-classes=1.");
  tensors[3].dims = {2, 4, 4};  // of another grid
  layers = layers_of(tensors);
  EXPECT_EQ(
      error_of([&] { detector("centerface", "", layers, 1, "c.txt"); }),
      "c.txt: [property] parse-bbox-func-name: centerface expects the outputs heatmap [1,H,W], "
      "scale [2,H,W] and offset [2,H,W], got landmarks [10,4,8] float32, offset [2,4,8] float32, "
      "heatmap [1,4,8] float32, scale [2,4,4] float32. Use the parser that belongs to this model.");
}

TEST(MakeDetectorParser, ErrorsSayWhatThereIs) {
  std::vector<Tensor> other = {{"output0", {84, 8400}, {}}};
  auto layers = layers_of(other);
  const std::string known =
      "ssd: boxes [N,4] and scores [N,C]; centerface: heatmap [1,H,W], scale [2,H,W] and offset "
      "[2,H,W]; detectnet_v2, NvDsInferParseCustomResnet: ...bbox... [4C,H,W] and ...cov... "
      "[C,H,W]";
  EXPECT_EQ(
      error_of([&] { detector("", "", layers, 80, "c.txt"); }),
      "c.txt: no built-in parser knows the outputs output0 [84,8400] float32. Known: " + known +
          ". Name a parser of your own with parse-bbox-func-name and custom-lib-path.");
  EXPECT_EQ(
      error_of([&] { detector("NvDsInferParseYolo", "", layers, 80, "c.txt"); }),
      "c.txt: [property] parse-bbox-func-name: expected a built-in parser (" + known +
          ") or a function of the library named by custom-lib-path, got \"NvDsInferParseYolo\" "
          "without custom-lib-path. Add custom-lib-path or correct the name.");
  EXPECT_EQ(
      error_of([&] { detector("ssd", "", layers, 80, "c.txt"); }),
      "c.txt: [property] parse-bbox-func-name: ssd expects the outputs boxes [N,4] and scores "
      "[N,C], got output0 [84,8400] float32. Use the parser that belongs to this model.");
  std::vector<Tensor> ssd = {{"boxes", {10, 4}, {}}, {"scores", {10, 3}, {}}};
  layers = layers_of(ssd);
  EXPECT_EQ(error_of([&] { detector("", "", layers, 4, "c.txt"); }),
            "c.txt: [property] num-detected-classes: expected at most 3, the classes of the model "
            "(boxes [10,4] float32, scores [10,3] float32), got 4. Write num-detected-classes=3.");
}

TEST(CustomParser, LibraryOfTheTestsOwn) {
  std::vector<Tensor> tensors = {{"out", {2}, {3, 4}}};
  auto layers = layers_of(tensors);
  auto parser = detector("NvDsInferParseTest", THALWEG_TEST_PARSER, layers, 1, "c.txt");
  Candidates out;
  parser->parse(layers, {10, 20, 3}, params(1, 0.5f), out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_FLOAT_EQ(out[0].left, 3);
  EXPECT_FLOAT_EQ(out[0].top, 4);
  EXPECT_FLOAT_EQ(out[0].width, 10);
  EXPECT_FLOAT_EQ(out[0].detectionConfidence, 0.5f);

  tensors[0].values[0] = -1;
  EXPECT_EQ(
      error_of([&] {
        parser->parse(layers, {10, 20, 3}, params(1, 0.5f), out);
      }),
      "parser NvDsInferParseTest reported a failure for the layers out [2] float32. Check that "
      "the parser belongs to this model.");
  tensors[0].values[0] = 2000;
  EXPECT_EQ(
      error_of([&] {
        parser->parse(layers, {10, 20, 3}, params(1, 0.5f), out);
      }),
      "parser NvDsInferParseTest threw \"too far\" for the layers out [2] float32. Check that "
      "the parser belongs to this model.");
  EXPECT_EQ(
      error_of([&] { detector("Nothing", THALWEG_TEST_PARSER, layers, 1, "c.txt"); }),
      "c.txt: [property] parse-bbox-func-name: " THALWEG_TEST_PARSER
      " has no C function Nothing. Correct the name, or export the function as extern \"C\".");
  EXPECT_EQ(
      error_of([&] { detector("F", "/nowhere/lib.so", layers, 1, "c.txt"); }),
      "c.txt: [property] custom-lib-path: cannot load /nowhere/lib.so: /nowhere/lib.so: cannot "
      "open shared object file: No such file or directory. Build its source for this machine "
      "against Thalweg's headers.");
}

TEST(Parser, ABuiltInNameNeedsNoLibrary) {
  const std::string library =
      "/opt/nvidia/deepstream/deepstream-5.0/lib/libnvds_infercustomparser.so";
  NvDsInferLayerInfo boxes{}, coverage{};
  boxes.layerName = "conv2d_bbox", boxes.inferDims = {3, {4, 2, 2}, 16};
  coverage.layerName = "conv2d_cov/Sigmoid", coverage.inferDims = {3, {1, 2, 2}, 4};
  Layers layers = {boxes, coverage};
  warnings.clear();
  EXPECT_NE(detector("NvDsInferParseCustomResnet", library, layers, 1, "c.txt"), nullptr);
  EXPECT_EQ(warnings, std::vector<std::string>{
                          "c.txt: [property] custom-lib-path: there is no " + library +
                          ", so the built-in parser NvDsInferParseCustomResnet is used. Remove the "
                          "key, or correct the path."});
}

}  // namespace
}  // namespace thalweg
