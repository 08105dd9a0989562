#include <gtest/gtest.h>

#include <limits>

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

/// The sanitizer sees whether the masks that it made before are freed.
TEST_F(InstanceTest, AParserThatFails) {
  EXPECT_EQ(error_of([&] {
              read({0, 0.5f, 2, 3, 0, 1, 0, 3, 2, 3, 0, 1});
            }),
            "parser NvDsInferParseTestMasks reported a failure for the layers rows [2,6] float32. "
            "Check that the parser belongs to this model.");
  config_.parse_bbox_instance_mask_func_name = "Nothing";
  EXPECT_EQ(
      error_of([&] { read({}); }),
      "c.txt: [property] parse-bbox-instance-mask-func-name: " THALWEG_TEST_PARSER
      " has no C function Nothing. Correct the name, or export the function as extern \"C\".");
}

}  // namespace
}  // namespace thalweg
