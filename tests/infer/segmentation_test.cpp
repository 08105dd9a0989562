#include <gtest/gtest.h>

#include <limits>

#include "infer/error.h"
#include "infer/output_reader.h"
#include "layer.h"
#include "scratch_folder.h"

namespace thalweg {
namespace {

/// One layer of 2 classes on 3 x 1 pixels.
class SegmentationTest : public testing::Test {
 protected:
  SegmentationTest() {
    config_.path = "c.txt";
    config_.network_type = 2;
    config_.num_detected_classes = 2;
  }
  NvDsInferLayerInfo layer(const char* name, std::vector<unsigned> dims) {
    return thalweg::layer(name, dims, values_);
  }
  Segmentation read() {
    Result result;
    make_segmentation_reader(config_, input_, layers_)->read(layers_, {}, result);
    return *result.segmentation;
  }
  std::string error() {
    return error_of([&] { read(); });
  }

  float values_[6] = {0.25f, 0.75f, 0.5f, 0.75f, 0.125f, 0.5f};
  InferConfig config_;
  ModelInput input_;
  Layers layers_ = {layer("mask", {2, 1, 3})};
};

using Ids = std::vector<int>;
using Floats = std::vector<float>;

TEST_F(SegmentationTest, TheLikeliestClassOfEachPixel) {
  const Segmentation found = read();
  EXPECT_EQ(found.classes, 2u);
  EXPECT_EQ(found.width, 3u);
  EXPECT_EQ(found.height, 1u);
  EXPECT_EQ(found.class_map, (Ids{1, 0, 0}));  // the first of equals
  EXPECT_EQ(found.probabilities, (Floats{0.25f, 0.75f, 0.5f, 0.75f, 0.125f, 0.5f}));
}

TEST_F(SegmentationTest, TheThresholdItselfIsNotEnough) {
  config_.segmentation_threshold = 0.5f;
  EXPECT_EQ(read().class_map, (Ids{1, 0, -1}));
}

TEST_F(SegmentationTest, OneClassIsThereOrNot) {
  config_.num_detected_classes = 1;
  config_.segmentation_threshold = 0.5f;
  layers_ = {layer("mask", {1, 2, 3})};
  const Segmentation found = read();
  EXPECT_EQ(found.width, 3u);
  EXPECT_EQ(found.height, 2u);
  EXPECT_EQ(found.class_map, (Ids{-1, 0, -1, 0, -1, -1}));
}

TEST_F(SegmentationTest, PixelByPixelBecomesPlaneByPlane) {
  config_.segmentation_output_order = 1;
  layers_ = {layer("mask", {1, 3, 2})};
  const Segmentation found = read();
  EXPECT_EQ(found.width, 3u);
  EXPECT_EQ(found.height, 1u);
  EXPECT_EQ(found.class_map, (Ids{1, 1, 1}));
  EXPECT_EQ(found.probabilities, (Floats{0.25f, 0.5f, 0.125f, 0.75f, 0.75f, 0.5f}));
}

TEST_F(SegmentationTest, NumbersThatAreNoneDoNotCount) {
  values_[0] = std::numeric_limits<float>::infinity();
  values_[3] = std::numeric_limits<float>::quiet_NaN();
  values_[1] = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(read().class_map, (Ids{-1, 1, 0}));
}

TEST_F(SegmentationTest, OutputBlobNamesChoose) {
  layers_.insert(layers_.begin(), layer("edges", {1, 2, 3}));
  EXPECT_NE(error(), "");
  config_.output_blob_names = "mask";
  EXPECT_EQ(read().class_map, (Ids{1, 0, 0}));
}

TEST_F(SegmentationTest, OutputsThatAreNoPlanesOfClasses) {
  config_.num_detected_classes = 4;
  EXPECT_EQ(error(),
            "c.txt: [property] network-type=2: expected an output of floats, [4,height,width] with "
            "num-detected-classes=4, got mask [2,1,3] float32. Correct num-detected-classes, name "
            "another output in output-blob-names, or write network-type=100 and read the tensors "
            "in a probe.");
  config_.num_detected_classes = 3;
  EXPECT_EQ(error(),
            "c.txt: [property] network-type=2: expected an output of floats, [3,height,width] with "
            "num-detected-classes=3, got mask [2,1,3] float32. Write segmentation-output-order=1.");
  config_.segmentation_output_order = 1;
  config_.num_detected_classes = 2;
  EXPECT_EQ(error(),
            "c.txt: [property] network-type=2: expected an output of floats, [height,width,2] with "
            "num-detected-classes=2, got mask [2,1,3] float32. Write segmentation-output-order=0.");
  layers_ = {layer("mask", {2, 3})};
  EXPECT_NE(error(), "");
  layers_ = {layer("mask", {1, 3, 2})};
  layers_[0].dataType = INT32;
  EXPECT_NE(error(), "");
}

/// Known at load only where the model says so.
TEST_F(SegmentationTest, AShapeThatOnlyARunTells) {
  auto reader = make_segmentation_reader(config_, input_, layers_);
  const Layers others = {layer("mask", {3, 1, 2})};
  Result result;
  EXPECT_NE(error_of([&] { reader->read(others, {}, result); }), "");
}

/// NvDsInferParseTestClassMap on a network of 3 x 1 pixels.
class CustomSegmentationTest : public SegmentationTest {
 protected:
  CustomSegmentationTest() {
    config_.custom_lib_path = THALWEG_TEST_PARSER;
    config_.parse_segmentation_func_name = "NvDsInferParseTestClassMap";
    config_.segmentation_threshold = 0.5f;
    input_.network = {3, 1, 3};
    layers_ = {layer("ids", {1, 3})};
  }
  const std::string who_ =
      "c.txt: [property] parse-segmentation-func-name: NvDsInferParseTestClassMap ";
};

TEST_F(CustomSegmentationTest, ClassesOfPixels) {
  values_[0] = 1, values_[1] = 0.25f, values_[2] = 0.75f;
  const Segmentation found = read();
  EXPECT_EQ(found.classes, 2u);
  EXPECT_EQ(found.width, 3u);
  EXPECT_EQ(found.height, 1u);
  EXPECT_EQ(found.class_map, (Ids{1, -1, 0}));
  EXPECT_EQ(found.probabilities, Floats{});
  layers_[0] = layer("ids", {1});  // what it does not write has no class
  EXPECT_EQ(read().class_map, (Ids{1, -1, -1}));
}

TEST_F(CustomSegmentationTest, ProbabilitiesStayTheParsers) {
  float planes[6] = {1, 2, 3, 4, 5, 6};
  layers_.push_back(thalweg::layer("planes", {2, 1, 3}, planes));
  EXPECT_EQ(read().probabilities, (Floats{1, 2, 3, 4, 5, 6}));
  layers_[1] = thalweg::layer("planes", {1, 1, 3}, planes);
  EXPECT_EQ(error(),
            who_ +
                "gave the layer planes as probabilities, which has fewer values than the 6 of "
                "[2,1,3], for the layers ids [1,3] float32, planes [1,1,3] float32. Check that the "
                "parser belongs to this model.");
}

TEST_F(CustomSegmentationTest, ClassesThatDoNotExist) {
  const std::string advice =
      " where -1 to 1 exist with num-detected-classes=2 for the layers ids [1,3] float32. Check "
      "that the parser belongs to this model.";
  values_[1] = 2;
  EXPECT_EQ(error(), who_ + "gave a pixel the class 2" + advice);
  config_.segmentation_threshold = -10;
  values_[1] = -2;
  EXPECT_EQ(error(), who_ + "gave a pixel the class -2" + advice);
}

TEST_F(CustomSegmentationTest, AParserThatFails) {
  layers_ = {layer("ids", {2, 3})};  // more than the network has pixels
  EXPECT_EQ(error(), who_ +
                         "reported a failure for the layers ids [2,3] float32. Check that the "
                         "parser belongs to this model.");
}

}  // namespace
}  // namespace thalweg
