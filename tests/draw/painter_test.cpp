#include "draw/painter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "frame.h"

namespace thalweg {
namespace {

using testing::kFormats;
using testing::TestFrame;

class Painting : public ::testing::TestWithParam<NvBufSurfaceColorFormat> {
 protected:
  TestFrame frame{GetParam(), 100, 80};
  const TestFrame before{GetParam(), 100, 80};
  Painter painter{frame.pixels};

  bool changed(int x, int y) const { return !(frame.at(x, y) == before.at(x, y)); }
  bool red(int x, int y) const {
    const auto pixel = frame.at(x, y);
    return pixel.red > 240 && pixel.green < 12 && pixel.blue < 12;
  }
  /// Nothing changed beyond [left, right) x [top, bottom), grown to whole chroma samples.
  void expect_only(int left, int top, int right, int bottom) const {
    for (int y = 0; y < 80; ++y) {
      for (int x = 0; x < 100; ++x) {
        const bool beside = x < (left & ~1) || x >= ((right + 1) & ~1);
        const bool above = y < (top & ~1) || y >= ((bottom + 1) & ~1);
        ASSERT_FALSE((beside || above) && changed(x, y)) << x << "," << y;
      }
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Formats, Painting, ::testing::ValuesIn(kFormats));

constexpr NvOSD_ColorParams kRed = {1, 0, 0, 1}, kBlack = {0, 0, 0, 1}, kWhite = {1, 1, 1, 1};

NvOSD_RectParams rect(float left, float top, float width, float height, unsigned border) {
  NvOSD_RectParams rect{};
  rect.left = left, rect.top = top, rect.width = width, rect.height = height;
  rect.border_width = border;
  rect.border_color = kRed;
  return rect;
}

TEST_P(Painting, BorderIsCentredOnTheEdgeAndHollow) {
  painter.rectangle(rect(20.7f, 10.2f, 40, 30, 4));
  expect_only(18, 8, 62, 42);
  for (int i : {18, 19, 20, 21, 58, 59, 60, 61}) EXPECT_TRUE(red(i, 20)) << i;
  for (int i : {8, 9, 10, 11, 38, 39, 40, 41}) EXPECT_TRUE(red(30, i)) << i;
  EXPECT_FALSE(changed(40, 25));
  EXPECT_FALSE(changed(22, 12));
}

TEST_P(Painting, RedactionFillsExactlyTheBox) {
  auto box = rect(20, 10, 40, 30, 0);
  box.has_bg_color = 1;
  box.bg_color = kRed;
  box.border_color = {};
  painter.rectangle(box);
  expect_only(20, 10, 60, 40);
  for (int y = 10; y < 40; ++y)
    for (int x = 20; x < 60; ++x) ASSERT_TRUE(red(x, y)) << x << "," << y;
}

TEST_P(Painting, ABorderWiderThanTheBoxIsSolid) {
  painter.rectangle(rect(40, 40, 4, 4, 10));
  expect_only(35, 35, 49, 49);
  EXPECT_TRUE(red(42, 42));
}

TEST_P(Painting, RotatedByNinetyDegreesSwapsTheSides) {
  auto box = rect(30, 30, 40, 10, 2);
  box.rotation_angle = 90;
  painter.rectangle(box);
  expect_only(43, 13, 57, 57);
  EXPECT_TRUE(red(44, 35) || red(45, 35));
  EXPECT_FALSE(changed(50, 34));
}

TEST_P(Painting, TextIsOnItsBackgroundAtItsOffset) {
  char words[] = "Hi";
  NvOSD_TextParams text{};
  text.display_text = words;
  text.x_offset = 10;
  text.y_offset = 20;
  text.font_params = {nullptr, 11, kWhite};
  text.set_bg_clr = 1;
  text.text_bg_clr = kBlack;
  painter.text(text);
  const auto mask = TextCache::shared().get("Serif", 11, "Hi");
  expect_only(10, 20, 10 + mask->width + 11, 20 + mask->height + 5);
  EXPECT_LT(frame.at(12, 21).green, 5);
  int white = 0;
  for (int y = 20; y < 45; ++y)
    for (int x = 10; x < 50; ++x) white += frame.at(x, y).green > 200;
  EXPECT_GT(white, 15);
}

TEST_P(Painting, NegativeTextOffsetsCountAsZero) {
  char words[] = "Hi";
  NvOSD_TextParams text{};
  text.display_text = words;
  text.x_offset = unsigned(-10);
  text.y_offset = unsigned(-3);
  text.font_params = {nullptr, 11, kWhite};
  text.set_bg_clr = 1;
  text.text_bg_clr = kBlack;
  painter.text(text);
  EXPECT_LT(frame.at(0, 0).green, 5);
}

TEST_P(Painting, LineCoversItsWidthAndItsEnds) {
  painter.line({10, 20, 50, 20, 4, kRed});
  expect_only(9, 18, 51, 22);
  for (int y : {18, 19, 20, 21}) EXPECT_TRUE(red(30, y)) << y;
  EXPECT_TRUE(red(12, 20));
  EXPECT_TRUE(red(48, 20));
}

TEST_P(Painting, ADiagonalLineStaysNearItsPath) {
  painter.line({10, 10, 70, 70, 4, kRed});
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 100; ++x)
      ASSERT_FALSE(std::abs(x - y) > 6 && changed(x, y)) << x << "," << y;
  }
  for (int i = 12; i < 68; ++i) EXPECT_TRUE(red(i, i)) << i;
}

TEST_P(Painting, ArrowHeadsAreAtTheChosenEnds) {
  for (const auto head : {START_HEAD, END_HEAD, BOTH_HEAD}) {
    TestFrame own(GetParam(), 220, 80);
    const TestFrame plain(GetParam(), 220, 80);
    Painter(own.pixels).arrow({10, 40, 210, 40, 2, head, kRed, 0});
    // 20 pixels from a tip the head is 20 * tan 15 deg = 5 pixels off the shaft.
    EXPECT_EQ(own.luma(28, 35) != plain.luma(28, 35), head != END_HEAD);
    EXPECT_EQ(own.luma(191, 35) != plain.luma(191, 35), head != START_HEAD);
    EXPECT_EQ(own.luma(110, 35), plain.luma(110, 35));
    EXPECT_EQ(own.luma(45, 35), plain.luma(45, 35));
  }
}

TEST_P(Painting, CircleIsAnOutlineWithAnOptionalDisc) {
  NvOSD_CircleParams circle{50, 40, 20, kRed, 0, kRed, 0, 0};
  painter.circle(circle);
  EXPECT_FALSE(changed(50, 40));
  EXPECT_FALSE(changed(60, 40));
  EXPECT_TRUE(changed(70, 40));
  EXPECT_TRUE(changed(50, 20));
  EXPECT_TRUE(changed(30, 40));
  expect_only(28, 18, 73, 63);
  circle.has_bg_color = 1;
  painter.circle(circle);
  for (int x : {35, 45, 50, 51, 55, 65}) EXPECT_TRUE(red(x, 41)) << x;
}

TEST_P(Painting, MaskColoursHalfWhereItExceedsItsThreshold) {
  float values[4] = {0.9f, 0.1f, 0.9f, 0.1f};  // the left half
  NvOSD_MaskParams mask{values, sizeof values, 0.5f, 2, 2};
  auto box = rect(20, 20, 40, 40, 3);
  painter.mask(box, mask);
  EXPECT_TRUE(changed(25, 40));
  EXPECT_FALSE(changed(50, 40));
  expect_only(20, 20, 60, 60);
  EXPECT_GT(frame.at(25, 40).red, before.at(25, 40).red + 40);
  EXPECT_LT(frame.at(25, 40).red, 220);
}

TEST_P(Painting, AMaskOfAnotherSizeIsNotReadAsABitmap) {
  float keypoints[6] = {1, 1, 1, 1, 1, 1};
  painter.mask(rect(20, 20, 40, 40, 3), {keypoints, sizeof keypoints, 0.5f, 640, 640});
  painter.mask(rect(20, 20, 40, 40, 3), {nullptr, 16, 0.5f, 2, 2});
  EXPECT_EQ(frame.bytes, before.bytes);
}

TEST_P(Painting, BlurOfABoxKeepsTheRest) {
  for (int x = 0; x < 100; x += 4) painter.line({unsigned(x), 0, unsigned(x), 80, 2, kBlack});
  const auto sharp = frame.bytes;
  painter.blur(rect(20, 20, 40, 40, 0), nullptr);
  EXPECT_NE(frame.bytes, sharp);
  EXPECT_LT(std::abs(frame.luma(40, 40) - frame.luma(42, 40)), 30);
  EXPECT_GT(std::abs(frame.luma(80, 40) - frame.luma(82, 40)), 60);
}

TEST_P(Painting, UnfilledEntriesAreSkipped) {
  char empty[] = "";
  NvOSD_TextParams text{};
  painter.text(text);
  text.display_text = empty;
  painter.text(text);
  painter.rectangle({});
  painter.line({});
  painter.arrow({});
  painter.circle({});
  painter.mask({}, {});
  painter.blur({}, nullptr);
  auto hidden = rect(10, 10, 20, 20, 3);
  hidden.border_color.alpha = 0;
  painter.rectangle(hidden);
  EXPECT_EQ(frame.bytes, before.bytes);
}

TEST_P(Painting, NothingIsWrittenOutOfBoundsWhateverTheNumbersAre) {
  std::mt19937 random(7);
  const float floats[] = {0,     -0.f, 1,     -1,     0.5f,     39.5f,     50,  99,     100, 101,
                          -1e9f, 1e9f, 3e38f, -3e38f, INFINITY, -INFINITY, NAN, 1e-40f, 17,  64};
  const unsigned ints[] = {0,    1,     2,        3,        7,          20,         39,
                           40,   50,    79,       80,       99,         100,        101,
                           1000, 65535, 1u << 24, 1u << 31, 0x7fffffff, 0xfffffff6, 0xffffffff};
  const auto number = [&] { return floats[random() % std::size(floats)]; };
  const auto whole = [&] { return ints[random() % std::size(ints)]; };
  const auto color = [&] {
    const double values[] = {0, 1, 0.5, -3, 1e300, NAN, INFINITY};
    const auto part = [&] { return values[random() % std::size(values)]; };
    return NvOSD_ColorParams{part(), part(), part(), 0.25 + (random() % 4) / 4.0};
  };
  char words[] = "Gpqy\n\xff";
  float values[12] = {0, 1, NAN, INFINITY, -1, 0.5f, 1, 1, 0, 0, 1, 1};
  for (int i = 0; i < 3000; ++i) {
    NvOSD_RectParams box{};
    box.left = number(), box.top = number(), box.width = number(), box.height = number();
    box.border_width = whole();
    box.has_bg_color = random() % 2;
    box.border_color = color(), box.bg_color = color();
    if (random() % 2) box.rotation_angle = number();
    painter.rectangle(box);
    const NvOSD_MaskParams mask{values, sizeof values, number(), 4, 3};
    painter.mask(box, mask);
    if (i % 16 == 0) painter.blur(box, random() % 2 ? &mask : nullptr);
    NvOSD_TextParams text{};
    text.display_text = words;
    text.x_offset = whole(), text.y_offset = whole();
    text.font_params = {nullptr, i % 64 ? unsigned(random() % 40) : whole(), color()};
    text.set_bg_clr = int(random() % 2);
    text.text_bg_clr = color();
    painter.text(text);
    painter.line({whole(), whole(), whole(), whole(), whole(), color()});
    painter.arrow({whole(), whole(), whole(), whole(), whole(),
                   NvOSD_Arrow_Head_Direction(random() % 4), color(), 0});
    painter.circle(
        {whole(), whole(), whole(), color(), unsigned(random() % 2), color(), whole(), 0});
  }
}

}  // namespace
}  // namespace thalweg
