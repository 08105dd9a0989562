#include "infer/cluster.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace thalweg {
namespace {

using Box = NvDsInferObjectDetectionInfo;

Box box(unsigned id, float left, float top, float width, float height, float confidence) {
  return {id, left, top, width, height, confidence, 0};
}

class ClusterTest : public testing::Test {
 protected:
  void run(ClusterMode mode) { cluster(mode, classes_, boxes_, counts_); }
  std::vector<float> confidences() const {
    std::vector<float> out;
    for (const auto& b : boxes_) out.push_back(b.detectionConfidence);
    return out;
  }
  std::vector<ClassAttributes> classes_{2};
  Candidates boxes_;
  ClusterCounts counts_;
};

TEST(Iou, ByHand) {
  // 10x10 and the same moved right by 5: both 50, union 150.
  EXPECT_FLOAT_EQ(iou(box(0, 0, 0, 10, 10, 1), box(0, 5, 0, 10, 10, 1)), 50.0f / 150);
  EXPECT_FLOAT_EQ(iou(box(0, 0, 0, 10, 10, 1), box(0, 10, 0, 10, 10, 1)), 0);
  EXPECT_FLOAT_EQ(iou(box(0, 3, 3, 4, 4, 1), box(0, 3, 3, 4, 4, 1)), 1);
  EXPECT_FLOAT_EQ(iou(box(0, 0, 0, 0, 0, 1), box(0, 0, 0, 0, 0, 1)), 0);
}

TEST_F(ClusterTest, NmsKeepsTheBestOfEachHeap) {
  // b overlaps a by 80/120 = 0.67, c overlaps a by 50/150 = 0.33 and b by 70/130 = 0.54.
  boxes_ = {box(0, 2, 0, 10, 10, 0.8f), box(0, 0, 0, 10, 10, 0.9f), box(0, 5, 0, 10, 10, 0.7f)};
  classes_[0].nms_iou_threshold = 0.5f;
  run(ClusterMode::kNms);
  // b falls to a; c meets only a, which b's fall saves it from.
  EXPECT_EQ(confidences(), (std::vector<float>{0.9f, 0.7f}));
}

TEST_F(ClusterTest, NmsKeepsEqualityWithTheLimit) {
  boxes_ = {box(0, 0, 0, 10, 10, 0.9f), box(0, 5, 0, 10, 10, 0.7f)};
  classes_[0].nms_iou_threshold = 50.0f / 150;
  run(ClusterMode::kNms);
  EXPECT_EQ(boxes_.size(), 2u);
}

TEST_F(ClusterTest, ClassesDoNotSuppressEachOtherAndComeInOrder) {
  boxes_ = {box(1, 0, 0, 10, 10, 0.9f), box(0, 0, 0, 10, 10, 0.5f), box(0, 50, 0, 10, 10, 0.6f)};
  run(ClusterMode::kNms);
  EXPECT_EQ(confidences(), (std::vector<float>{0.6f, 0.5f, 0.9f}));
}

TEST_F(ClusterTest, ThresholdsAndTopkPerClass) {
  for (int i = 0; i < 5; ++i) {
    float confidence = 0.1f + 0.2f * float(i);  // .1 .3 .5 .7 .9
    boxes_.push_back(box(0, float(100 * i), 0, 10, 10, confidence));
    boxes_.push_back(box(1, float(100 * i), 0, 10, 10, confidence));
  }
  classes_[0].pre_cluster_threshold = 0.25f;
  classes_[0].topk = 2;
  classes_[1].pre_cluster_threshold = 0.05f;
  classes_[1].post_cluster_threshold = 0.7f;  // strictly above
  boxes_[7].detectionConfidence = 0.7f;
  run(ClusterMode::kNms);
  ASSERT_EQ(boxes_.size(), 3u);
  EXPECT_FLOAT_EQ(boxes_[0].detectionConfidence, 0.9f);
  EXPECT_FLOAT_EQ(boxes_[1].detectionConfidence, 0.7f);
  EXPECT_EQ(boxes_[2].classId, 1u);
  EXPECT_FLOAT_EQ(boxes_[2].detectionConfidence, 0.9f);
}

TEST_F(ClusterTest, GroupRectanglesActsAsNmsOfTwenty) {
  for (int i = 0; i < 30; ++i) boxes_.push_back(box(0, float(20 * i), 0, 10, 10, 0.9f));
  boxes_.push_back(box(0, 1, 0, 10, 10, 0.95f));   // IoU with the first 9/11 > 0.5
  boxes_.push_back(box(0, 580, 4, 10, 10, 0.5f));  // IoU with the last 60/140 < 0.5, rank 31
  classes_[0].nms_iou_threshold = 0.1f;            // not used by this mode
  run(ClusterMode::kGroupRectangles);
  ASSERT_EQ(boxes_.size(), 20u);
  EXPECT_FLOAT_EQ(boxes_[0].detectionConfidence, 0.95f);
  EXPECT_FLOAT_EQ(boxes_[1].left, 20);
}

TEST_F(ClusterTest, GroupRectanglesByHand) {
  // eps 0.2 on boxes of 10x10 reaches 2 pixels. Three in a chain, mean left (0+2+4)/3.
  boxes_ = {box(0, 0, 0, 10, 10, 0.5f), box(0, 4.9f, 0, 10, 10, 0.9f),
            box(0, 2.5f, 0, 10, 10, 0.4f), box(0, 100, 0, 10, 10, 0.9f)};
  classes_[0].eps = 0.2f;
  classes_[0].group_threshold = 2;
  classes_[0].post_cluster_threshold = 0.3f;  // not used by this mode
  classes_[0].topk = 0;                       // nor is this
  run(ClusterMode::kGroupRectangles);
  ASSERT_EQ(boxes_.size(), 1u);
  EXPECT_EQ(boxes_[0].left, 2);
  EXPECT_EQ(boxes_[0].width, 10);
  EXPECT_FLOAT_EQ(boxes_[0].detectionConfidence, -0.1f);
}

TEST_F(ClusterTest, GroupRectanglesDropsWeakHeapsInsideOfLargerOnes) {
  for (int i = 0; i < 2; ++i) boxes_.push_back(box(0, 40, 40, 10, 10, 0.9f));  // inside, of two
  for (int i = 0; i < 5; ++i) boxes_.push_back(box(0, 0, 0, 100, 100, 0.9f));
  for (int i = 0; i < 6; ++i) boxes_.push_back(box(0, 70, 70, 20, 20, 0.9f));  // stronger than it
  classes_[0].eps = 0.2f;
  classes_[0].group_threshold = 1;
  run(ClusterMode::kGroupRectangles);
  ASSERT_EQ(boxes_.size(), 2u);
  EXPECT_EQ(boxes_[0].width, 100);
  EXPECT_EQ(boxes_[1].width, 20);
}

TEST_F(ClusterTest, GroupRectanglesOfEachClassByItsOwnThreshold) {
  for (unsigned id : {0u, 1u, 0u, 1u}) boxes_.push_back(box(id, 0, 0, 10, 10, 0.9f));
  classes_[0].group_threshold = 1;
  classes_[1].group_threshold = 2;
  run(ClusterMode::kGroupRectangles);
  ASSERT_EQ(boxes_.size(), 1u);
  EXPECT_EQ(boxes_[0].classId, 0u);
}

/// One case of opencv_clusters.txt.
struct OpenCvCase {
  int threshold = 0;
  float eps = 0, iou = 0;
  Candidates boxes;
  std::vector<std::array<float, 4>> groups;
  std::vector<size_t> kept;
};

std::vector<OpenCvCase> opencv_cases() {
  std::vector<OpenCvCase> cases;
  std::ifstream stream(THALWEG_SOURCE_FOLDER "/tests/infer/opencv_clusters.txt");
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "case") {
      auto& c = cases.emplace_back();
      words >> c.threshold >> c.eps >> c.iou;
    } else if (kind == "box") {
      auto& b = cases.back().boxes.emplace_back();
      words >> b.left >> b.top >> b.width >> b.height >> b.detectionConfidence;
    } else if (kind == "group") {
      auto& g = cases.back().groups.emplace_back();
      for (float& value : g) words >> value;
    } else if (kind == "kept") {
      words >> cases.back().kept.emplace_back();
    }
  }
  return cases;
}

TEST_F(ClusterTest, EqualsOpenCv) {
  const auto cases = opencv_cases();
  ASSERT_EQ(cases.size(), 14u);
  size_t groups = 0;
  for (size_t number = 0; number < cases.size(); ++number) {
    const auto& c = cases[number];
    classes_[0] = {.nms_iou_threshold = c.iou, .eps = c.eps, .group_threshold = c.threshold};
    boxes_ = c.boxes;
    run(ClusterMode::kGroupRectangles);
    std::vector<std::array<float, 4>> found;
    for (const auto& b : boxes_) found.push_back({b.left, b.top, b.width, b.height});
    EXPECT_EQ(found, c.groups) << "case " << number;
    groups += found.size();

    boxes_ = c.boxes;
    run(ClusterMode::kNms);
    std::vector<float> expected;
    for (size_t kept : c.kept) expected.push_back(c.boxes[kept].detectionConfidence);
    EXPECT_EQ(confidences(), expected) << "case " << number;
  }
  EXPECT_GT(groups, 10u);
}

TEST_F(ClusterTest, NoneOnlyCutsToTopk) {
  boxes_ = {box(0, 0, 0, 10, 10, 0.5f), box(0, 0, 0, 10, 10, 0.9f), box(0, 0, 0, 10, 10, 0.7f)};
  classes_[0].post_cluster_threshold = 0.8f;  // not used by this mode
  run(ClusterMode::kNone);
  EXPECT_EQ(confidences(), (std::vector<float>{0.5f, 0.9f, 0.7f}));
  classes_[0].topk = 2;
  run(ClusterMode::kNone);
  EXPECT_EQ(confidences(), (std::vector<float>{0.9f, 0.7f}));
}

TEST_F(ClusterTest, DbscanJoinsDenseBoxesAndDropsNoise) {
  // eps 0.2 on boxes of 10x10 reaches 2 pixels.
  boxes_ = {box(0, 0, 0, 10, 10, 0.5f), box(0, 2, 0, 10, 10, 0.9f), box(0, 4, 0, 10, 10, 0.4f),
            box(0, 100, 0, 10, 10, 0.9f)};
  classes_[0].eps = 0.2f;
  classes_[0].min_boxes = 2;
  run(ClusterMode::kDbscan);
  ASSERT_EQ(boxes_.size(), 1u);
  EXPECT_FLOAT_EQ(boxes_[0].left, 2);
  EXPECT_FLOAT_EQ(boxes_[0].width, 10);
  EXPECT_FLOAT_EQ(boxes_[0].detectionConfidence, 0.9f);
}

TEST_F(ClusterTest, DbscanWithoutMinBoxesChangesNothing) {
  boxes_ = {box(0, 0, 0, 10, 10, 0.5f), box(0, 0, 0, 10, 10, 0.9f)};
  classes_[0].eps = 0.2f;
  run(ClusterMode::kDbscan);
  EXPECT_EQ(boxes_.size(), 2u);
}

TEST_F(ClusterTest, DbscanMinScoreIsTheSumOfANeighbourhood) {
  boxes_ = {box(0, 0, 0, 10, 10, 0.5f), box(0, 1, 0, 10, 10, 0.5f)};
  classes_[0].eps = 0.2f;
  classes_[0].min_boxes = 2;
  classes_[0].dbscan_min_score = 1.1f;
  run(ClusterMode::kDbscan);
  EXPECT_TRUE(boxes_.empty());
}

TEST_F(ClusterTest, HybridDropsNoiseThenSuppresses) {
  boxes_ = {box(0, 0, 0, 10, 10, 0.5f), box(0, 1, 0, 10, 10, 0.9f), box(0, 100, 0, 10, 10, 0.9f)};
  classes_[0].eps = 0.2f;
  classes_[0].min_boxes = 2;
  run(ClusterMode::kDbscanNms);
  ASSERT_EQ(boxes_.size(), 1u);
  EXPECT_FLOAT_EQ(boxes_[0].left, 1);  // the best itself, not a mean
}

TEST_F(ClusterTest, BadCandidatesAreDroppedAndCounted) {
  float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  boxes_ = {box(0, nan, 0, 10, 10, 0.9f), box(0, 0, inf, 10, 10, 0.9f), box(0, 0, 0, -1, 10, 0.9f),
            box(0, 0, 0, 10, 10, nan),    box(2, 0, 0, 10, 10, 0.9f),   box(1, 0, 0, 10, 10, 0.9f)};
  run(ClusterMode::kNms);
  ASSERT_EQ(boxes_.size(), 1u);
  EXPECT_EQ(boxes_[0].classId, 1u);
  EXPECT_EQ(counts_.bad_value, 4u);
  EXPECT_EQ(counts_.bad_class, 1u);
}

TEST_F(ClusterTest, TensOfThousandsAreCutToTheStrongest) {
  for (int i = 0; i < 50'000; ++i) {
    boxes_.push_back(
        box(0, float(i % 250) * 20, float(i / 250) * 20, 10, 10, 0.3f + float(i) * 1e-5f));
  }
  run(ClusterMode::kNms);
  EXPECT_EQ(boxes_.size(), kMaxCandidates);
  EXPECT_EQ(counts_.over_limit, 40'000u);
  EXPECT_FLOAT_EQ(boxes_.front().detectionConfidence, 0.3f + 49'999 * 1e-5f);
  EXPECT_GE(boxes_.back().detectionConfidence, 0.3f + 39'999 * 1e-5f);
}

TEST_F(ClusterTest, TenThousandCandidatesEndInEachMode) {
  // Each looks at all the others; a sanitizer takes a hundred times as long.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  constexpr int kCount = 1'000;
#else
  constexpr int kCount = 10'000;
#endif
  classes_[0].eps = 0.3f;
  classes_[0].min_boxes = classes_[0].group_threshold = 1;
  for (const int mode : {0, 1, 2, 3, 4}) {
    for (const bool alike : {false, true}) {  // all are neighbours, or none is
      boxes_.clear();
      for (int i = 0; i < kCount; ++i) {
        boxes_.push_back(alike ? box(0, float(i) * 1e-4f, 0, 10, 10, 0.5f)
                               : box(0, float(i % 100) * 20, float(i / 100) * 20, 10, 10, 0.5f));
      }
      run(ClusterMode(mode));
      const size_t merged = mode == 4 ? kCount : 1, left = mode == 0 ? 0 : kCount;
      EXPECT_EQ(boxes_.size(), alike ? merged : left) << "mode " << mode;
    }
  }
}

}  // namespace
}  // namespace thalweg
