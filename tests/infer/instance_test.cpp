#include <gtest/gtest.h>

#include <limits>

#include "heap.h"
#include "infer/error.h"
#include "infer/output_reader.h"
#include "layer.h"
#include "scratch_folder.h"

namespace thalweg {
namespace {

/// Rows as NvDsInferParseTestMasks reads them; the network is half as large as the frame, 80 x 40.
class InstanceTest : public testing::Test {
 protected:
  InstanceTest() {
    config_.path = "c.txt";
    config_.network_type = 3;
    config_.cluster_mode = 4;
    config_.num_detected_classes = 2;
    config_.classes.resize(2);
    config_.custom_lib_path = THALWEG_TEST_PARSER;
    config_.parse_bbox_instance_mask_func_name = "NvDsInferParseTestMasks";
    input_.network = {40, 20, 3};
    input_.spec.width = 40;
    input_.spec.height = 20;
    place_.frame_width = 80;
    place_.frame_height = 40;
    place_.geometry.crop = {0, 0, 80, 40};
    place_.geometry.scale_x = place_.geometry.scale_y = 0.5;
  }
  /// "class confidence left,top,width,height: mask" of each object.
  std::vector<std::string> read(std::vector<float> rows) {
    const auto layer = thalweg::layer("rows", {unsigned(rows.size() / 6), 6}, rows.data());
    std::vector<std::string> warnings, lines;
    reader_ = make_detection_reader(config_, input_, {layer}, warnings);
    Result result;
    reader_->read({layer}, place_, result);
    for (const auto& d : result.detections) {
      char text[80];
      std::snprintf(text, sizeof text, "%d %g %g,%g,%g,%g:", d.class_id, double(d.confidence),
                    double(d.left), double(d.top), double(d.width), double(d.height));
      lines.push_back(text);
      if (!d.mask) continue;
      EXPECT_EQ(d.mask->width, 2u);
      EXPECT_EQ(d.mask->height, 1u);
      EXPECT_EQ(d.mask->size_bytes, 8u);
      std::snprintf(text, sizeof text, " %g %g", double(d.mask->data[0]), double(d.mask->data[1]));
      lines.back() += text;
    }
    return lines;
  }

  using Lines = std::vector<std::string>;
  InferConfig config_;
  ModelInput input_;
  UnitPlace place_;
  std::unique_ptr<OutputReader> reader_;
};

TEST_F(InstanceTest, EachObjectKeepsItsMask) {
  EXPECT_EQ(read({1, 0.5f,  10, 5, 0.1f, 0.9f,    //
                  0, 0.75f, 2,  3, 0.2f, 0.8f,    //
                  1, 0.1f,  20, 5, 0.3f, 0.7f,    // below the threshold
                  0, -0.5f, 8,  3, 0,    0,       // without a mask
                  0, 0.75f, 2,  3, 0.4f, 0.6f,    // the same box again
                  7, 0.9f,  2,  3, 0.5f, 0.5f}),  // of no class
            (Lines{"0 0.75 4,6,8,8: 0.2 0.8", "0 0.5 16,6,8,8:", "0 0.75 4,6,8,8: 0.4 0.6",
                   "1 0.5 20,10,8,8: 0.1 0.9"}));
  EXPECT_EQ(reader_->counts().bad_class, 1u);
}

TEST_F(InstanceTest, WhatIsFilteredTakesItsMaskAlong) {
  config_.filter_out_class_ids = {0};
  EXPECT_EQ(read({0, 0.75f, 2, 3, 0.2f, 0.8f, 1, 0.5f, 10, 5, 0.1f, 0.9f}),
            (Lines{"1 0.5 20,10,8,8: 0.1 0.9"}));
}

TEST_F(InstanceTest, ValuesThatAreNoNumbersAreCounted) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(read({0, nan, 2, 3, 0.2f, 0.8f, 0, 0.5f, nan, 3, 0.2f, 0.8f}), Lines{});
  EXPECT_GE(reader_->counts().bad_value, 1u);
}

TEST_F(InstanceTest, MasksAreFreedAlsoOnFailure) {
  std::vector<float> rows;
  for (int i = 0; i < 1000; ++i) rows.insert(rows.end(), {0, 0.5f, 2, 3, 0, 1});
  rows.insert(rows.end(), {0, 3, 2, 3, 0, 1});
  EXPECT_NE(error_of([&] { read(rows); }), "");
  const size_t before = heap_bytes();
  for (int i = 0; i < 100; ++i) EXPECT_NE(error_of([&] { read(rows); }), "");
  EXPECT_LT(heap_bytes(), before + 100'000);  // of 3 million
}

TEST_F(InstanceTest, AParserThatFails) {
  EXPECT_EQ(
      error_of([&] {
        read({0, 0.5f, 2, 3, 0, 1, 0, 3, 2, 3, 0, 1});
      }),
      "c.txt: [property] parse-bbox-instance-mask-func-name: NvDsInferParseTestMasks reported "
      "a failure for the layers rows [2,6] float32. Check that the parser belongs to this "
      "model.");
  EXPECT_EQ(error_of([&] {
              read({0, 0.5f, 2, 3, 0, 1, 0, 1.5f, 2, 3, 0, 1});
            }),
            "c.txt: [property] parse-bbox-instance-mask-func-name: NvDsInferParseTestMasks gave a "
            "mask of 2 x 1 floats with mask_size=800, more bytes than that for the layers rows "
            "[2,6] float32. Check that the parser belongs to this model.");
  config_.parse_bbox_instance_mask_func_name = "Nothing";
  EXPECT_EQ(
      error_of([&] { read({}); }),
      "c.txt: [property] parse-bbox-instance-mask-func-name: " THALWEG_TEST_PARSER
      " has no C function Nothing. Correct the name, or export the function as extern \"C\".");
}

/// A built-in parser: persons with one keypoint each, in the layout that leaves overlapping ones to
/// the clustering, or the one that does not.
class PoseTest : public InstanceTest {
 protected:
  PoseTest() {
    config_.custom_lib_path.clear();
    config_.parse_bbox_instance_mask_func_name = "NvDsInferParseYoloPose";
    config_.num_detected_classes = 1;
    config_.classes.resize(1);
    config_.output_instance_mask = true;
    input_.network = {40, 40, 3};
    input_.spec.height = 40;
  }
  /// "confidence: keypoint" of each object.
  Lines persons(unsigned columns, std::vector<float> rows) {
    const auto layer =
        thalweg::layer("output0", {unsigned(rows.size() / columns), columns}, rows.data());
    std::vector<std::string> warnings, lines;
    reader_ = make_detection_reader(config_, input_, {layer}, warnings);
    Result result;
    reader_->read({layer}, place_, result);
    for (const auto& d : result.detections) {
      char text[80];
      std::snprintf(text, sizeof text, "%g:", double(d.confidence));
      lines.push_back(text);
      if (!d.mask) continue;
      EXPECT_EQ(d.mask->width, 40u);
      EXPECT_EQ(d.mask->size_bytes, 12u);
      const float* point = d.mask->data.get();
      std::snprintf(text, sizeof text, " %g,%g %g", double(point[0]), double(point[1]),
                    double(point[2]));
      lines.back() += text;
    }
    return lines;
  }
  // Overlaps of the second with the first 2/3, of the third with the first 1/4.
  const std::vector<float> corners_ = {10, 0, 20, 10, 0.5f,  1, 1, 0.1f,  //
                                       10, 0, 25, 10, 0.75f, 2, 2, 0.2f,  //
                                       10, 0, 20, 40, 0.6f,  3, 3, 0.3f};
};

TEST_F(PoseTest, OneOfOverlappingOnesStaysWithItsKeypoints) {
  EXPECT_EQ(persons(8, corners_), (Lines{"0.75: 2,2 0.2", "0.6: 3,3 0.3"}));
  config_.cluster_mode = 2;
  config_.classes[0].nms_iou_threshold = 0.7f;
  EXPECT_EQ(persons(8, corners_), (Lines{"0.75: 2,2 0.2", "0.6: 3,3 0.3", "0.5: 1,1 0.1"}));
  config_.classes[0].nms_iou_threshold = 0.1f;
  EXPECT_EQ(persons(8, corners_), Lines{"0.75: 2,2 0.2"});
}

TEST_F(PoseTest, WithoutClusteringWhatTheModelThinnedOutStays) {
  std::vector<float> rows;
  for (size_t i = 0; i < 3; ++i) {
    rows.insert(rows.end(), corners_.begin() + long(8 * i), corners_.begin() + long(8 * i + 5));
    rows.push_back(0);
    rows.insert(rows.end(), corners_.begin() + long(8 * i + 5), corners_.begin() + long(8 * i + 8));
  }
  EXPECT_EQ(persons(9, rows), (Lines{"0.5: 1,1 0.1", "0.75: 2,2 0.2", "0.6: 3,3 0.3"}));
}

TEST_F(PoseTest, KeypointsComeOnlyWhereTheyAreWanted) {
  config_.output_instance_mask = false;
  EXPECT_EQ(persons(8, corners_), (Lines{"0.75:", "0.6:"}));
}

TEST_F(PoseTest, ClassesThatAreNotConfiguredAreCounted) {
  EXPECT_EQ(persons(9, {0, 0, 9, 9, 0.5f, 7, 1, 1, 1, 0, 0, 9, 9, 0.5f, -3, 1, 1, 1}), Lines{});
  EXPECT_EQ(reader_->counts().bad_class, 2u);
}

TEST_F(PoseTest, MoreCandidatesThanAreLookedAtAreCounted) {
  std::vector<float> rows;
  for (int i = 0; i < 30'000; ++i) rows.insert(rows.end(), {0, 0, 9, 9, 0.5f, 1, 1, 1});
  EXPECT_EQ(persons(8, rows), Lines{"0.5: 1,1 1"});
  EXPECT_EQ(reader_->counts().over_limit, 20'000u);
}

/// An object model is fed a part of the frame, perhaps with bars beside it.
TEST_F(PoseTest, AMaskIsOfTheSamePixelsWhereverThePartLies) {
  config_.parse_bbox_instance_mask_func_name = "yolo_seg";
  std::vector<float> row = {10, 10, 30, 26, 0.9f, 0, 1}, prototypes;
  for (int i = 0; i < 100; ++i) prototypes.push_back(float(i % 10) - float(i) / 20);
  const Layers layers = {thalweg::layer("output0", {1, 7}, row.data()),
                         thalweg::layer("output1", {1, 10, 10}, prototypes.data())};
  std::vector<std::string> warnings;
  reader_ = make_detection_reader(config_, input_, layers, warnings);
  const auto read_at = [&](int left, int top, double bars) {
    place_.frame_width = 400, place_.frame_height = 300;
    place_.geometry.crop = {left, top, 80, 80};
    place_.geometry.offset_x = bars;
    Result result;
    reader_->read(layers, place_, result);
    return std::move(result.detections.at(0));
  };
  const Detection whole = read_at(0, 0, 0), part = read_at(120, 60, 4);
  EXPECT_FLOAT_EQ(part.left, whole.left + 120 - 8);
  EXPECT_FLOAT_EQ(part.top, whole.top + 60);
  EXPECT_EQ(whole.mask->width, 5u);
  EXPECT_EQ(whole.mask->height, 4u);
  ASSERT_EQ(part.mask->size_bytes, whole.mask->size_bytes);
  for (size_t i = 0; i < 20; ++i) EXPECT_NEAR(part.mask->data[i], whole.mask->data[i], 1e-5);
  // At the frame's edge the box and its mask lose the same part: the left two of five columns.
  const Detection edge = read_at(-36, 0, 0);
  EXPECT_FLOAT_EQ(edge.left, 0);
  EXPECT_FLOAT_EQ(edge.width, 24);
  ASSERT_EQ(edge.mask->width, 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(edge.mask->data[i], whole.mask->data[2 + i], 1e-5);
}

/// 7 numbers become a mask of 16 MiB.
TEST_F(PoseTest, MasksTakeABoundedPartOfTheMemory) {
  config_.parse_bbox_instance_mask_func_name = "yolo_seg";
  std::vector<float> rows, prototypes(2048 * 2048);
  for (int i = 0; i < 17; ++i) rows.insert(rows.end(), {0, 0, 40, 40, 0.9f, 0, 1});
  const Layers layers = {thalweg::layer("output0", {17, 7}, rows.data()),
                         thalweg::layer("output1", {1, 2048, 2048}, prototypes.data())};
  std::vector<std::string> warnings;
  place_.frame_height = 80, place_.geometry.crop.height = 80;
  reader_ = make_detection_reader(config_, input_, layers, warnings);
  EXPECT_EQ(error_of([&] {
              Result result;
              reader_->read(layers, place_, result);
            }),
            "c.txt: [property] output-instance-mask: expected masks of at most 268435456 bytes a "
            "frame, got more with 17 objects. Raise pre-cluster-threshold, or write topk for the "
            "classes.");
}

}  // namespace
}  // namespace thalweg
