#include <gtest/gtest.h>

#include <limits>

#include "infer/error.h"
#include "infer/output_reader.h"
#include "layer.h"
#include "scratch_folder.h"

namespace thalweg {
namespace {

/// Masks of 3 x 2; value v of the mask of class c of row r is r * 100 + c * 10 + v. The network is
/// half as large as the frame, 80 x 40.
class MaskRcnnTest : public testing::Test {
 protected:
  static constexpr unsigned kClasses = 2, kWidth = 3, kHeight = 2, kPixels = 6;

  MaskRcnnTest() {
    config_.path = "c.txt";
    config_.network_type = 3;
    config_.cluster_mode = 4;
    config_.output_instance_mask = true;
    config_.num_detected_classes = kClasses;
    config_.classes.resize(kClasses);
    for (auto& attributes : config_.classes) attributes.pre_cluster_threshold = 0.5f;
    input_.network = {40, 20, 3};
    input_.spec.width = 40;
    input_.spec.height = 20;
    place_.frame_width = 80;
    place_.frame_height = 40;
    place_.geometry.crop = {0, 0, 80, 40};
    place_.geometry.scale_x = place_.geometry.scale_y = 0.5;
  }
  /// "class confidence left,top,width,height: mask" of each object, from rows of y1, x1, y2, x2,
  /// class and score.
  std::vector<std::string> read(std::vector<float> rows) {
    const auto count = unsigned(rows.size() / 6);
    std::vector<float> masks;
    for (unsigned i = 0; i < count * kClasses * kPixels; ++i) {
      masks.push_back(
          float(i / kPixels / kClasses * 100 + i / kPixels % kClasses * 10 + i % kPixels));
    }
    const Layers layers = {
        layer("mask_fcn_logits/BiasAdd", {count, kClasses, kHeight, kWidth}, masks.data()),
        layer("generate_detections", {count, 6}, rows.data())};
    reader_ = make_detection_reader(config_, input_, layers, warnings_);
    Result result;
    reader_->read(layers, place_, result);
    std::vector<std::string> lines;
    for (const auto& d : result.detections) {
      std::ostringstream line;
      line << d.class_id << " " << d.confidence << " " << d.left << "," << d.top << "," << d.width
           << "," << d.height << ":";
      EXPECT_EQ(d.mask->width, kWidth);
      EXPECT_EQ(d.mask->height, kHeight);
      EXPECT_EQ(d.mask->size_bytes, kPixels * sizeof(float));
      for (unsigned i = 0; i < kPixels; ++i) line << " " << d.mask->data[i];
      lines.push_back(line.str());
    }
    return lines;
  }
  std::string error_for(const Layers& layers) {
    return error_of([&] { make_detection_reader(config_, input_, layers, warnings_); });
  }

  using Lines = std::vector<std::string>;
  InferConfig config_;
  ModelInput input_;
  UnitPlace place_;
  std::vector<std::string> warnings_;
  std::unique_ptr<OutputReader> reader_;
};

TEST_F(MaskRcnnTest, AnObjectHasTheMaskOfItsClass) {
  EXPECT_EQ(
      read({2, 3,  12, 8,  1, 0.75f,    //
            4, 5,  8,  15, 0, 0.4375f,  // below the threshold
            0, 10, 20, 40, 0, 0.5f,     // just at it
            0, 0,  0,  0,  0, 0}),      // padding
      (Lines{"0 0.5 20,0,60,40: 200 201 202 203 204 205", "1 0.75 6,4,10,20: 10 11 12 13 14 15"}));
}

TEST_F(MaskRcnnTest, EachClassHasItsThreshold) {
  config_.classes[1].pre_cluster_threshold = 0.8f;
  EXPECT_EQ(read({2, 3, 12, 8, 1, 0.75f, 2, 3, 12, 8, 0, 0.75f, 2, 3, 12, 8, 1, 0.875f}).size(),
            2u);
}

TEST_F(MaskRcnnTest, BoxesEndAtTheFrame) {
  EXPECT_EQ(read({-5, -10, 10, 1000, 1, 0.75f}), (Lines{"1 0.75 0,0,80,20: 10 11 12 13 14 15"}));
}

TEST_F(MaskRcnnTest, StrangeValuesAreCountedAndHaveNoObject) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(read({2,   3,    12,  8,   nan,    0.75f,    // classes that there are not
                  2,   3,    12,  8,   -1,     0.75f,    //
                  2,   3,    12,  8,   2,      0.75f,    //
                  2,   3,    12,  8,   1e30f,  0.75f,    //
                  2,   3,    12,  8,   -1e30f, 0.75f,    //
                  2,   3,    12,  8,   nan,    nan,      //
                  nan, 3,    12,  8,   1,      0.75f,    // values that are no numbers
                  2,   -inf, 12,  inf, 1,      0.75f,    //
                  2,   3,    inf, 8,   1,      0.75f,    //
                  2,   3,    12,  8,   1,      nan,      //
                  12,  8,    2,   3,   1,      0.75f,    // edges the wrong way round
                  2,   3,    2,   3,   1,      0.75f}),  // nothing in it
            Lines{});
  EXPECT_EQ(reader_->counts().bad_class, 5u);
  EXPECT_EQ(reader_->counts().bad_value, 4u);
}

TEST_F(MaskRcnnTest, MoreRowsThanAnyModelHasAreBounded) {
  std::vector<float> rows;
  for (int i = 0; i < 12'000; ++i) rows.insert(rows.end(), {2, 3, 12, 8, 1, 0.75f});
  EXPECT_EQ(read(rows).size(), 10'000u);
  EXPECT_EQ(reader_->counts().over_limit, 2'000u);
}

TEST_F(MaskRcnnTest, ARunOfAnotherShape) {
  read({2, 3, 12, 8, 1, 0.75f});
  std::vector<float> rows(12, 0.75f), masks(24);
  const Layers layers = {layer("mask_fcn_logits/BiasAdd", {1, 2, 3, 4}, masks.data()),
                         layer("generate_detections", {2, 6}, rows.data())};
  Result result;
  const std::string error = error_of([&] { reader_->read(layers, place_, result); });
  EXPECT_NE(error.find("mask_fcn_logits/BiasAdd [1,2,3,4]"), std::string::npos) << error;
}

TEST_F(MaskRcnnTest, IsTakenByUpstreamsNamesWithoutUpstreamsLibrary) {
  config_.custom_lib_path = "/nowhere/libnvds_infercustomparser.so";
  for (const char* name :
       {"mask_rcnn", "NvDsInferParseCustomMrcnnTLT", "NvDsInferParseCustomMrcnnTLTV2"}) {
    config_.parse_bbox_instance_mask_func_name = name;
    EXPECT_EQ(read({2, 3, 12, 8, 1, 0.75f}).size(), 1u);
    EXPECT_EQ(warnings_.back(),
              "c.txt: [property] custom-lib-path: there is no "
              "/nowhere/libnvds_infercustomparser.so, so the built-in parser " +
                  std::string(name) + " is used. Remove the key, or correct the path.");
  }
  EXPECT_EQ(warnings_.size(), 3u);
}

TEST_F(MaskRcnnTest, OtherOutputs) {
  const auto rows = layer("rows", {4, 6}), masks = layer("masks", {4, 2, 2, 3});
  auto whole_numbers = masks;
  whole_numbers.dataType = INT32;
  EXPECT_EQ(error_for({rows, masks}), "");
  const Layers others[] = {{rows},
                           {masks},
                           {layer("rows", {4, 7}), masks},
                           {layer("rows", {4, 1, 6}), masks},
                           {layer("rows", {5, 6}), masks},
                           {rows, layer("masks", {4, 2, 6})},
                           {rows, whole_numbers}};
  for (const auto& layers : others) {
    EXPECT_EQ(error_for(layers).find("c.txt: no built-in parser knows the outputs "), 0u)
        << describe(layers);
    EXPECT_NE(error_for(layers).find("mask_rcnn"), std::string::npos) << error_for(layers);
  }
  config_.parse_bbox_instance_mask_func_name = "NvDsInferParseCustomMrcnnTLTV2";
  EXPECT_EQ(error_for({rows}),
            "c.txt: [property] parse-bbox-instance-mask-func-name: NvDsInferParseCustomMrcnnTLTV2 "
            "expects the outputs detections [N,6] and masks [N,C,h,w], got rows [4,6] float32. "
            "Use the parser that belongs to this model (docs/reference/parsers.md).");
  config_.num_detected_classes = 3;
  EXPECT_EQ(error_for({rows, masks}),
            "c.txt: [property] num-detected-classes: expected at most 2, the classes of the model "
            "(rows [4,6] float32, masks [4,2,2,3] float32), got 3. Write num-detected-classes=2.");
}

}  // namespace
}  // namespace thalweg
