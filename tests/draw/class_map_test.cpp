#include "draw/class_map.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "frame.h"

namespace thalweg {
namespace {

using testing::TestFrame;
using Rgb = TestFrame::Rgb;

Rgb rgb(int class_id) {
  const Color color = class_color(class_id);
  return {color.red, color.green, color.blue};
}

const Rgb kBefore{100, 100, 100};

class ClassMapTest : public ::testing::Test {
 protected:
  TestFrame frame{NVBUF_COLOR_FORMAT_RGBA, 8, 4};
  const int ids[6] = {0, 1, -1, 2, 1, 0};  // 3 x 2
  const ClassMap map{ids, 3, 2};
};

TEST(ClassColor, IsThatOfPascalVoc) {
  EXPECT_EQ(rgb(-1), (Rgb{0, 0, 0}));
  EXPECT_EQ(rgb(0), (Rgb{128, 0, 0}));
  EXPECT_EQ(rgb(1), (Rgb{0, 128, 0}));
  EXPECT_EQ(rgb(2), (Rgb{128, 128, 0}));
  EXPECT_EQ(rgb(14), (Rgb{192, 128, 128}));  // "person", number 15 there
  std::set<std::tuple<int, int, int>> all;
  for (int i = -1; i < 255; ++i) all.insert({rgb(i).red, rgb(i).green, rgb(i).blue});
  EXPECT_EQ(all.size(), 256u);
  EXPECT_EQ(rgb(256), rgb(0));
}

TEST_F(ClassMapTest, StretchesOverTheRectangleAndLeavesOutWhatHasNoClass) {
  paint_classes(frame.pixels, {1, 0, 6, 4}, map, {}, 1);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 8; ++x) {
      const bool inside = x >= 1 && x < 7;
      const int id = inside ? ids[3 * (y / 2) + (x - 1) / 2] : -1;
      EXPECT_EQ(frame.at(x, y), id < 0 ? kBefore : rgb(id)) << x << "," << y;
    }
  }
}

TEST_F(ClassMapTest, MixesWithThePicture) {
  paint_classes(frame.pixels, {0, 0, 8, 4}, map, 1, 0.25);
  EXPECT_EQ(frame.at(0, 0), (Rgb{107, 75, 75}));
  EXPECT_EQ(frame.at(4, 0), kBefore);  // class 1
  EXPECT_EQ(frame.at(0, 3), (Rgb{107, 107, 75}));
}

TEST_F(ClassMapTest, IsCutToThePicture) {
  paint_classes(frame.pixels, {-3, -2, 6, 4}, map, {}, 1);
  EXPECT_EQ(frame.at(0, 0), rgb(1));
  EXPECT_EQ(frame.at(2, 1), rgb(0));
  EXPECT_EQ(frame.at(3, 0), kBefore);
  EXPECT_EQ(frame.at(0, 2), kBefore);
  paint_classes(frame.pixels, {5, 3, 600, 200}, map, {}, 1);
  EXPECT_EQ(frame.at(7, 3), rgb(0));
  const auto before = frame.bytes;
  paint_classes(frame.pixels, {8, 0, 6, 4}, map, {}, 1);
  paint_classes(frame.pixels, {0, 0, 0, 4}, map, {}, 1);
  paint_classes(frame.pixels, {0, 0, 8, 4}, {nullptr, 0, 0}, {}, 1);
  EXPECT_EQ(frame.bytes, before);
}

TEST(ClassMap, OnRgbaOnly) {
  TestFrame frame(NVBUF_COLOR_FORMAT_NV12, 8, 4);
  EXPECT_THROW(paint_classes(frame.pixels, {0, 0, 8, 4}, {}, {}, 1), std::invalid_argument);
}

}  // namespace
}  // namespace thalweg
