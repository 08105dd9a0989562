#include <gtest/gtest.h>

#include <limits>

#include "heap.h"
#include "infer/error.h"
#include "infer/output_reader.h"
#include "layer.h"
#include "scratch_folder.h"

namespace thalweg {
namespace {

/// Two layers: a of 3 classes, b of 2.
class ClassificationTest : public testing::Test {
 protected:
  /// "layer class confidence label" of each attribute.
  std::vector<std::string> read() {
    warnings_.clear();
    Result result;
    make_classification_reader(config_, input_, layers_, warnings_)->read(layers_, {}, result);
    description_ = result.description;
    std::vector<std::string> lines;
    for (const auto& a : result.attributes) {
      char text[80];
      std::snprintf(text, sizeof text, "%u %u/%u %g %s", a.layer, a.class_id, a.num_classes,
                    double(a.confidence), a.label.c_str());
      lines.push_back(text);
    }
    return lines;
  }

  using Lines = std::vector<std::string>;
  float a_[3] = {0.25f, 0.5f, 0.25f}, b_[2] = {0.75f, 0.25f};
  Layers layers_ = {layer("a", {3}, a_), layer("b", {1, 2, 1}, b_)};
  InferConfig config_;
  ModelInput input_;
  std::string description_;
  ScratchFolder folder_;
  std::vector<std::string> warnings_;
};

TEST_F(ClassificationTest, TheLikeliestClassOfEachLayer) {
  EXPECT_EQ(read(), (Lines{"0 1/3 0.5 ", "1 0/2 0.75 "}));
  config_.labelfile_path = folder_.file("l.txt", "x;y;z\np;q\n");
  EXPECT_EQ(read(), (Lines{"0 1/3 0.5 y", "1 0/2 0.75 p"}));
  a_[0] = 0.5f;  // the first of equals
  EXPECT_EQ(read()[0], "0 0/3 0.5 x");
}

TEST_F(ClassificationTest, TheThresholdItselfIsNotEnough) {
  config_.classifier_threshold = 0.5f;
  EXPECT_EQ(read(), (Lines{"1 0/2 0.75 "}));
}

TEST_F(ClassificationTest, NumbersThatAreNoneDoNotCount) {
  a_[0] = std::numeric_limits<float>::quiet_NaN();
  a_[2] = std::numeric_limits<float>::infinity();
  b_[0] = b_[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(read(), (Lines{"0 1/3 0.5 "}));
}

TEST_F(ClassificationTest, OutputBlobNamesChooseAndOrder) {
  config_.labelfile_path = folder_.file("l.txt", "p;q\nx;y;z\n");
  config_.output_blob_names = "b;a;";
  EXPECT_EQ(read(), (Lines{"0 0/2 0.75 p", "1 1/3 0.5 y"}));
  config_.output_blob_names = "b";
  config_.labelfile_path = folder_.file("l.txt", "p;q\n");
  EXPECT_EQ(read(), (Lines{"0 0/2 0.75 p"}));
  // Names of the model's other format: all layers, as without the key.
  config_.output_blob_names = "predictions/Softmax";
  EXPECT_EQ(read().size(), 2u);
}

TEST_F(ClassificationTest, LabelsThatAreMissingAreEmpty) {
  config_.labelfile_path = folder_.file("l.txt", "x\n");
  EXPECT_EQ(read(), (Lines{"0 1/3 0.5 ", "1 0/2 0.75 "}));
  EXPECT_EQ(warnings_.size(), 1u);
}

TEST_F(ClassificationTest, OutputsThatAreNoListOfClasses) {
  float map[4] = {};
  layers_.push_back(layer("map", {1, 2, 2}, map));
  config_.path = "c.txt";
  EXPECT_EQ(
      error_of([&] { read(); }),
      "c.txt: [property] network-type=1: expected outputs with one float a class, got map "
      "[1,2,2] float32. Name those of the classifier in output-blob-names, separated by ;, or "
      "write network-type=100 and read the tensors in a probe.");
  config_.output_blob_names = "a";
  EXPECT_EQ(read().size(), 1u);
}

/// Rows as NvDsInferParseTestAttributes reads them; the network is 40 pixels wide.
class CustomClassifierTest : public ClassificationTest {
 protected:
  CustomClassifierTest() {
    config_.path = "c.txt";
    config_.custom_lib_path = THALWEG_TEST_PARSER;
    config_.parse_classifier_func_name = "NvDsInferParseTestAttributes";
    input_.network = {40, 20, 3};
  }
  Lines read(std::vector<float> rows) {
    layers_ = {layer("rows", {unsigned(rows.size() / 4), 4}, rows.data())};
    return ClassificationTest::read();
  }
};

TEST_F(CustomClassifierTest, Attributes) {
  config_.classifier_threshold = 0.5f;
  EXPECT_EQ(read({0, 2, 0.75f, 1,   //
                  0, 2, 0.25f, 1,   // the parser heeds the threshold
                  7, 9, 0.5f, 0}),  // without a label
            (Lines{"0 2/0 0.75 red", "7 9/0 0.5 "}));
  EXPECT_EQ(description_, "all 40");
  EXPECT_EQ(read({}), Lines{});
  EXPECT_EQ(description_, "");
}

TEST_F(CustomClassifierTest, LabelsThatItDoesNotGiveAreThoseOfTheFile) {
  config_.labelfile_path = folder_.file("l.txt", "x;y;z\np;q\n");
  EXPECT_EQ(read({1, 1, 1, 0, 0, 2, 1, 1, 1, 2, 1, 0, 2, 0, 1, 0}),
            (Lines{"1 1/0 1 q", "0 2/0 1 red", "1 2/0 1 ", "2 0/0 1 "}));
  config_.labelfile_path = folder_.file("l.txt", "x\ny\nz\n");  // a class a line
  EXPECT_EQ(read({0, 2, 1, 0}), (Lines{"0 2/0 1 z"}));
  EXPECT_EQ(warnings_, Lines{});
}

TEST_F(CustomClassifierTest, WhatIsNoTextOrNumber) {
  EXPECT_EQ(read({0, 1, 1, 2}), (Lines{"0 1/0 1 r\uFFFDt"}));
  EXPECT_EQ(read({0, 1, std::numeric_limits<float>::quiet_NaN(), 1}), Lines{});
  EXPECT_EQ(read({0, 1, std::numeric_limits<float>::infinity(), 1}), Lines{});
}

TEST_F(CustomClassifierTest, LabelsAreFreedAlsoOnFailure) {
  const std::vector<float> with_label = {0, 1, 1, 1}, fails_after_one = {0, 1, 1, 4, -1, 0, 0, 0};
  read(with_label);
  const size_t before = heap_bytes();
  for (int i = 0; i < 100; ++i) {
    read(with_label);
    EXPECT_NE(error_of([&] { read(fails_after_one); }), "");
  }
  EXPECT_LT(heap_bytes(), before + 100'000);  // of 2 million
}

TEST_F(CustomClassifierTest, AParserThatFails) {
  const std::string who = "c.txt: [property] parse-classifier-func-name: ";
  const std::string advice =
      " for the layers rows [2,4] float32. Check that the parser belongs to this model.";
  EXPECT_EQ(error_of([&] {
              read({0, 1, 1, 1, -1, 0, 0, 0});
            }),
            who + "NvDsInferParseTestAttributes reported a failure" + advice);
  EXPECT_EQ(
      error_of([&] {
        read({0, 1, 1, 1, -2, 0, 0, 0});
      }),
      who + "NvDsInferParseTestAttributes threw something that is no std::exception" + advice);
  EXPECT_EQ(error_of([&] {
              read({0, 1, 1, 3, 0, 0, 0, 0});
            }),
            who + "NvDsInferParseTestAttributes gave 2001 attributes, more than 1000," + advice);
  EXPECT_EQ(
      error_of([&] {
        read({0, 1, 1, 1, 0, 0, 0, 4});
      }),
      who + "NvDsInferParseTestAttributes gave a text of 20000 bytes, more than 10000," + advice);
  config_.custom_lib_path = "";
  EXPECT_EQ(error_of([&] { read({}); }),
            who +
                "NvDsInferParseTestAttributes: expected the library that has this function, got no "
                "custom-lib-path. Add custom-lib-path, or remove parse-classifier-func-name.");
}

}  // namespace
}  // namespace thalweg
