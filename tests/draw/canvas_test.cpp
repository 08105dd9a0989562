#include "draw/canvas.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "frame.h"

namespace thalweg {
namespace {

using testing::kFormats;
using testing::TestFrame;

class EachFormat : public ::testing::TestWithParam<NvBufSurfaceColorFormat> {};
INSTANTIATE_TEST_SUITE_P(Formats, EachFormat, ::testing::ValuesIn(kFormats));

Span everything(int, int left, int right, uint8_t* coverage) {
  std::fill(coverage + left, coverage + right, uint8_t(255));
  return {left, right};
}

TEST_P(EachFormat, FillIsOfTheColourAndOnlyThere) {
  TestFrame frame(GetParam(), 40, 30);
  const TestFrame before(GetParam(), 40, 30);
  Canvas(frame.pixels).fill({10, 8, 12, 6}, {255, 0, 0, 255});
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) {
      const bool inside = x >= 10 && x < 22 && y >= 8 && y < 14;
      if (!inside) {
        EXPECT_EQ(frame.at(x, y), before.at(x, y)) << x << "," << y;
      } else {
        EXPECT_GT(frame.at(x, y).red, 245);
        EXPECT_LT(frame.at(x, y).green, 8);
        EXPECT_LT(frame.at(x, y).blue, 8);
      }
    }
  }
}

TEST_P(EachFormat, HalfOpacityLiesBetween) {
  TestFrame frame(GetParam(), 16, 16, 50);
  Canvas(frame.pixels).fill({0, 0, 16, 16}, {255, 255, 255, 128});
  const int expected = GetParam() == NVBUF_COLOR_FORMAT_RGBA ? 153 : (50 + 235) / 2;
  EXPECT_NEAR(frame.luma(5, 5), expected, 1);
}

TEST_P(EachFormat, BlendOfFullCoverageIsFill) {
  for (const Rect& rect : {Rect{3, 5, 9, 7}, Rect{0, 0, 21, 17}, Rect{-4, -4, 9, 9},
                           Rect{18, 14, 50, 50}, Rect{7, 7, 1, 1}}) {
    TestFrame filled(GetParam(), 21, 17), blended(GetParam(), 21, 17);
    Canvas(filled.pixels).fill(rect, {20, 200, 90, 255});
    Canvas(blended.pixels).blend(rect, {20, 200, 90, 255}, everything);
    for (size_t plane = 0; plane < filled.bytes.size(); ++plane)
      for (size_t i = 0; i < filled.bytes[plane].size(); ++i)
        ASSERT_NEAR(filled.bytes[plane][i], blended.bytes[plane][i], 1)
            << "plane " << plane << " byte " << i << " rect " << rect.left;
  }
}

TEST(Canvas, ChromaTakesTheShareOfItsPixels) {
  TestFrame frame(NVBUF_COLOR_FORMAT_YUV420, 8, 8);
  Canvas(frame.pixels).fill({3, 2, 1, 1}, {0, 0, 255, 255});  // a quarter of one sample
  EXPECT_NEAR(frame.bytes[1][1 * 4 + 1], 128 + (240 - 128) / 4, 1);
  EXPECT_EQ(frame.bytes[1][1 * 4 + 2], 128);
}

TEST(Canvas, LastSampleOfAnOddSizeIsFull) {
  TestFrame frame(NVBUF_COLOR_FORMAT_YUV420, 7, 5);
  Canvas(frame.pixels).fill({0, 0, 7, 5}, {0, 0, 255, 255});
  EXPECT_EQ(frame.bytes[1].back(), frame.bytes[1].front());
}

TEST_P(EachFormat, ZeroCoverageChangesNothing) {
  TestFrame frame(GetParam(), 32, 32, 37);
  const TestFrame before(GetParam(), 32, 32, 37);
  Canvas(frame.pixels)
      .blend({0, 0, 32, 32}, {255, 255, 255, 255}, [](int, int left, int right, uint8_t* coverage) {
        std::fill(coverage + left, coverage + right, uint8_t(0));
        return Span{left, right};
      });
  EXPECT_EQ(frame.bytes, before.bytes);
}

TEST_P(EachFormat, BlurFlattensAnEdgeWithinItsBoundsOnly) {
  TestFrame frame(GetParam(), 64, 48, 20);
  Canvas canvas(frame.pixels);
  canvas.fill({32, 0, 32, 48}, {255, 255, 255, 255});
  const int dark = frame.at(30, 24).green, bright = frame.at(33, 24).green;
  canvas.blur({16, 8, 32, 32}, 8, everything);
  EXPECT_GT(frame.at(30, 24).green, dark + 40);
  EXPECT_LT(frame.at(33, 24).green, bright - 40);
  EXPECT_EQ(frame.at(30, 2).green, dark);
  EXPECT_EQ(frame.at(33, 2).green, bright);
}

TEST(Canvas, OtherFormatsAreRefusedByNumber) {
  TestFrame frame(NVBUF_COLOR_FORMAT_RGBA, 4, 4);
  frame.pixels.format = NVBUF_COLOR_FORMAT_BGR;
  try {
    Canvas canvas(frame.pixels);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(
        error.what(),
        "cannot draw on a frame of NvBufSurfaceColorFormat 28: expected I420 (2), NV12 (6) "
        "or RGBA (19); put nvvideoconvert before");
  }
}

}  // namespace
}  // namespace thalweg
