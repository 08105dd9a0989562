#include "surface/convert.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <random>

#include "decoded.h"

namespace thalweg {
namespace {

using testing::hash;
using testing::paint;

constexpr auto kI420 = NVBUF_COLOR_FORMAT_YUV420;
constexpr auto kRgba = NVBUF_COLOR_FORMAT_RGBA;

/// Slow waves in every channel, different ones, so that a shift of one pixel shows.
std::shared_ptr<Picture> smooth_rgba(int width, int height, double speed = 1) {
  auto picture = Picture::allocate(kRgba, width, height);
  const auto plane = picture->mutable_pixels().planes[0];
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      uint8_t* pixel = plane.data + y * plane.stride_bytes + 4 * x;
      pixel[0] = uint8_t(128 + 80 * std::sin(x * 0.04 * speed));
      pixel[1] = uint8_t(128 + 80 * std::sin(y * 0.05 * speed));
      pixel[2] = uint8_t(128 + 80 * std::sin((x + y) * 0.03 * speed));
      pixel[3] = 255;
    }
  return picture;
}

std::shared_ptr<Picture> in_format(const Picture& picture, NvBufSurfaceColorFormat format) {
  const ConstPixels& pixels = picture.pixels();
  auto result = Picture::allocate(format, pixels.width, pixels.height);
  convert(pixels, result->mutable_pixels(), Filter::kBox);
  return result;
}

struct Difference {
  double mean = 0;
  int max = 0;
  double share_above_6 = 0;
};

Difference difference(const ConstPixels& a, const ConstPixels& b) {
  EXPECT_EQ(a.format, b.format);
  Difference result;
  size_t count = 0, large = 0;
  const FormatLayout& layout = *format_layout(a.format);
  for (int i = 0; i < a.num_planes; ++i)
    for (int y = 0; y < a.planes[i].height; ++y)
      for (int x = 0; x < a.planes[i].width * layout.planes[i].bytes; ++x) {
        if (a.format == NVBUF_COLOR_FORMAT_BGRx && x % 4 == 3) continue;  // nobody's byte
        const int d = std::abs(a.planes[i].data[y * a.planes[i].stride_bytes + x] -
                               b.planes[i].data[y * b.planes[i].stride_bytes + x]);
        result.mean += d;
        result.max = std::max(result.max, d);
        large += d > 6;
        ++count;
      }
  result.mean /= double(count);
  result.share_above_6 = double(large) / double(count);
  return result;
}

std::vector<int> pixel(const Picture& picture, int x, int y) {
  const auto& pixels = picture.pixels();
  const int bytes = format_layout(pixels.format)->planes[0].bytes;
  const uint8_t* at = pixels.planes[0].data + y * pixels.planes[0].stride_bytes + x * bytes;
  return {at, at + bytes};
}

constexpr Colour kColours[] = {{Colour::kBt601, false},  {Colour::kBt601, true},
                               {Colour::kBt709, false},  {Colour::kBt709, true},
                               {Colour::kBt2020, false}, {Colour::kBt2020, true}};

/// By the standards' formulas: 0..255, not rounded.
std::array<double, 3> rgb_of(double y, double u, double v, Colour colour) {
  constexpr double kShares[][2] = {{0.299, 0.114}, {0.2126, 0.0722}, {0.2627, 0.0593}};
  const auto [kr, kb] = kShares[colour.matrix];
  const double luma = colour.full_range ? y / 255 : (y - 16) / 219;
  const double chroma = colour.full_range ? 255 : 224;
  const double cb = (u - 128) / chroma, cr = (v - 128) / chroma;
  const double red = luma + 2 * (1 - kr) * cr, blue = luma + 2 * (1 - kb) * cb;
  const double green = (luma - kr * red - kb * blue) / (1 - kr - kb);
  std::array<double, 3> rgb{red, green, blue};
  for (double& value : rgb) value = 255 * std::clamp(value, 0.0, 1.0);
  return rgb;
}

std::shared_ptr<Picture> even_i420(int y, int u, int v, Colour colour) {
  auto yuv = Picture::allocate(kI420, 16, 2, colour);
  const Pixels pixels = yuv->mutable_pixels();
  paint(pixels, uint8_t(y));
  std::fill_n(pixels.planes[1].data, 8, uint8_t(u));
  std::fill_n(pixels.planes[2].data, 8, uint8_t(v));
  return yuv;
}

TEST(Convert, YuvToRgbIsAsItsColoursSay) {
  for (const Colour colour : kColours) {
    double worst = 0;
    for (int y = 16; y <= 235; y += 31)
      for (int u = 16; u <= 240; u += 28)
        for (int v = 16; v <= 240; v += 28) {
          const auto rgb = pixel(*in_format(*even_i420(y, u, v, colour), kRgba), 3, 1);
          const auto exact = rgb_of(y, u, v, colour);
          for (size_t c = 0; c < 3; ++c) worst = std::max(worst, std::abs(rgb[c] - exact[c]));
        }
    // libyuv has no factor above 2, and the blue of BT.709 wants 2.11, of BT.2020 2.14.
    const bool limited = !colour.full_range;
    const double expected = colour.matrix == Colour::kBt2020  ? 17
                            : colour.matrix == Colour::kBt709 ? (limited ? 13 : 3)
                                                              : 3;
    EXPECT_LE(worst, expected) << "matrix " << int(colour.matrix) << " limited " << limited;
  }
}

TEST(Convert, AKnownColourIsTheSameFromEveryYuv) {
  // An orange: 220, 130, 40.
  for (const Colour colour : kColours) {
    const double tolerance = colour.matrix == Colour::kBt2020 ? 7 : 4;
    auto orange = Picture::allocate(kRgba, 16, 16);
    for (int i = 0; i < 256; ++i) {
      uint8_t* at = orange->mutable_pixels().planes[0].data + i / 16 * 64 + i % 16 * 4;
      at[0] = 220, at[1] = 130, at[2] = 40, at[3] = 255;
    }
    for (const FormatLayout& layout : format_layouts()) {
      if (!is_yuv(layout.format)) continue;
      const auto yuv = Picture::allocate(layout.format, 16, 16, colour);
      convert(orange->pixels(), yuv->mutable_pixels(), Filter::kBox);
      for (const auto format :
           {kRgba, NVBUF_COLOR_FORMAT_BGRx, NVBUF_COLOR_FORMAT_RGB, NVBUF_COLOR_FORMAT_BGR}) {
        auto found = pixel(*in_format(*yuv, format), 5, 5);
        if (format == NVBUF_COLOR_FORMAT_BGRx || format == NVBUF_COLOR_FORMAT_BGR)
          std::swap(found[0], found[2]);
        const std::string which = std::string(layout.name) + " matrix " +
                                  std::to_string(colour.matrix) + " full " +
                                  std::to_string(colour.full_range);
        EXPECT_NEAR(found[0], 220, tolerance) << which;
        EXPECT_NEAR(found[1], 130, tolerance) << which;
        EXPECT_NEAR(found[2], 40, tolerance) << which;
      }
      // And from one YUV to another, scaled and turned on the way.
      const auto other = Picture::allocate(kI420, 8, 12, {Colour::kBt709, false});
      convert(yuv->pixels(), {0, 0, 16, 16}, other->mutable_pixels(), {0, 0, 8, 12}, Filter::kBox,
              Flip::kClockwise);
      const ConstPixels& planes = other->pixels();
      const auto found = rgb_of(planes.planes[0].data[0], planes.planes[1].data[0],
                                planes.planes[2].data[0], {Colour::kBt709, false});
      EXPECT_NEAR(found[0], 220, tolerance + 2) << layout.name;
      EXPECT_NEAR(found[1], 130, tolerance + 2) << layout.name;
      EXPECT_NEAR(found[2], 40, tolerance + 2) << layout.name;
    }
  }
}

TEST(Convert, BrightnessOfFullRangeIsGrayAsItIs) {
  const auto gray =
      in_format(*even_i420(250, 128, 128, {Colour::kBt601, true}), NVBUF_COLOR_FORMAT_GRAY8);
  EXPECT_EQ(pixel(*gray, 0, 0)[0], 250);
  const auto black = Picture::allocate(kI420, 4, 4, {Colour::kBt709, true});
  fill_black(black->mutable_pixels());
  EXPECT_EQ(black->pixels().planes[0].data[0], 0);
}

TEST(Convert, KnownColours) {
  const auto red = Picture::allocate(kRgba, 4, 4);
  for (int i = 0; i < 16; ++i) {
    uint8_t* at = red->mutable_pixels().planes[0].data + i / 4 * 64 + i % 4 * 4;
    at[0] = 255, at[1] = 0, at[2] = 0, at[3] = 255;
  }
  const auto yuv = in_format(*red, kI420);
  EXPECT_NEAR(yuv->pixels().planes[0].data[0], 81, 1);
  EXPECT_NEAR(yuv->pixels().planes[1].data[0], 90, 1);
  EXPECT_NEAR(yuv->pixels().planes[2].data[0], 240, 1);
  EXPECT_EQ(pixel(*in_format(*red, NVBUF_COLOR_FORMAT_RGB), 1, 1), (std::vector{255, 0, 0}));
  EXPECT_EQ(pixel(*in_format(*red, NVBUF_COLOR_FORMAT_BGR), 1, 1), (std::vector{0, 0, 255}));
  EXPECT_EQ(pixel(*in_format(*red, NVBUF_COLOR_FORMAT_BGRx), 1, 1)[2], 255);
  EXPECT_NEAR(pixel(*in_format(*red, NVBUF_COLOR_FORMAT_GRAY8), 1, 1)[0], 76, 1);
  const auto back = pixel(*in_format(*yuv, kRgba), 1, 1);
  EXPECT_NEAR(back[0], 255, 2);
  EXPECT_NEAR(back[1], 0, 2);
  EXPECT_NEAR(back[2], 0, 2);
  EXPECT_EQ(back[3], 255);
}

TEST(Convert, BgrxBecomesOpaqueRgba) {
  const auto bgrx = Picture::allocate(NVBUF_COLOR_FORMAT_BGRx, 8, 8);
  paint(bgrx->mutable_pixels(), 0);
  EXPECT_EQ(pixel(*in_format(*bgrx, kRgba), 3, 3)[3], 255);
}

TEST(Convert, GrayKeepsBlackAndWhite) {
  const auto gray = Picture::allocate(NVBUF_COLOR_FORMAT_GRAY8, 256, 2);
  for (int x = 0; x < 256; ++x) gray->mutable_pixels().planes[0].data[x] = uint8_t(x);
  const auto yuv = in_format(*gray, kI420);
  EXPECT_EQ(pixel(*yuv, 0, 0)[0], 16);
  EXPECT_EQ(pixel(*yuv, 255, 0)[0], 235);
  const auto back = in_format(*yuv, NVBUF_COLOR_FORMAT_GRAY8);
  for (int x = 0; x < 256; ++x) EXPECT_NEAR(pixel(*back, x, 0)[0], x, 1);
}

TEST(Convert, ColoursAreGStreamers) {
  SKIP_UNDER_THREAD_SANITIZER();
  // 75 % bars and ramps, each format made by the source itself, converted by both.
  for (const FormatLayout& from : format_layouts())
    for (const FormatLayout& to : format_layouts()) {
      if (&from == &to) continue;
      // GStreamer copies brightness between YUV and GRAY8 as it is, but calls GRAY8 full range;
      // ours is (GrayKeepsBlackAndWhite).
      const bool from_gray = from.format == NVBUF_COLOR_FORMAT_GRAY8;
      const bool to_gray = to.format == NVBUF_COLOR_FORMAT_GRAY8;
      if ((from_gray && is_yuv(to.format)) || (to_gray && is_yuv(from.format))) continue;
      const std::string source = std::string("videotestsrc num-buffers=1 pattern=smpte100 ! ") +
                                 "video/x-raw,width=320,height=240,format=" + from.name;
      std::shared_ptr<const Picture> input, expected;
      const auto take = [](std::shared_ptr<const Picture>& into) {
        return [&](GstSample* sample) {
          into = Picture::wrap(gst_sample_get_buffer(sample), testing::info_of(sample));
        };
      };
      testing::for_each_sample(source + " ! appsink name=out", take(input));
      testing::for_each_sample(source + " ! videoconvert dither=none ! video/x-raw,format=" +
                                   to.name + " ! appsink name=out",
                               take(expected));
      ASSERT_TRUE(input && expected);
      const auto found = difference(in_format(*input, to.format)->pixels(), expected->pixels());
      EXPECT_LT(found.mean, 3.0) << from.name << " to " << to.name << " max " << found.max;
      EXPECT_LT(found.share_above_6, 0.04)
          << from.name << " to " << to.name << " max " << found.max << " mean " << found.mean;
    }
}

TEST(Convert, ColoursOfARealFrameAreGStreamers) {
  SKIP_UNDER_THREAD_SANITIZER();
  const char* shared = std::getenv("THALWEG_SHARED");
  const std::string clip =
      std::string(shared ? shared : "../shared") + "/media/pets09-s2l1/pets09_s2l1.mp4";
  if (!g_file_test(clip.c_str(), G_FILE_TEST_EXISTS))
    GTEST_SKIP() << "shared clip absent: " << clip << " (set THALWEG_SHARED)";
  const std::string decode = "filesrc location=" + clip + " ! qtdemux ! h264parse ! avdec_h264 ! ";
  std::shared_ptr<const Picture> input, expected;
  const auto take_first = [](std::shared_ptr<const Picture>& into) {
    return [&](GstSample* sample) {
      if (!into) into = Picture::wrap(gst_sample_get_buffer(sample), testing::info_of(sample));
    };
  };
  const std::string one = "identity eos-after=2 ! ";
  testing::for_each_sample(decode + one + "appsink name=out", take_first(input));
  testing::for_each_sample(
      decode + one + "videoconvert dither=none ! video/x-raw,format=RGBA ! " + "appsink name=out",
      take_first(expected));
  ASSERT_TRUE(input && expected);
  const auto found = difference(in_format(*input, kRgba)->pixels(), expected->pixels());
  EXPECT_LT(found.mean, 2.0) << "max " << found.max;
  EXPECT_LT(found.share_above_6, 0.02);
}

TEST(Convert, EveryPairComesBack) {
  const auto original = smooth_rgba(320, 240);
  for (const FormatLayout& first : format_layouts()) {
    if (first.format == NVBUF_COLOR_FORMAT_GRAY8) continue;
    const auto start = in_format(*original, first.format);
    for (const FormatLayout& second : format_layouts()) {
      if (second.format == NVBUF_COLOR_FORMAT_GRAY8) continue;
      const auto back = in_format(*in_format(*start, second.format), first.format);
      const auto found = difference(start->pixels(), back->pixels());
      EXPECT_LE(found.mean, 1.5) << first.name << " by " << second.name;
      EXPECT_LE(found.max, 8) << first.name << " by " << second.name;
    }
  }
}

TEST(Convert, OddCropsBeginAtTheRightPixel) {
  auto coded = Picture::allocate(kRgba, 97, 61);
  const Pixels pixels = coded->mutable_pixels();
  for (int y = 0; y < 61; ++y)
    for (int x = 0; x < 97; ++x) {
      uint8_t* at = pixels.planes[0].data + y * pixels.planes[0].stride_bytes + 4 * x;
      at[0] = uint8_t(x), at[1] = uint8_t(y), at[2] = 7, at[3] = 255;
    }
  auto part = Picture::allocate(NVBUF_COLOR_FORMAT_BGR, 41, 23);
  convert(coded->pixels(), {13, 21, 41, 23}, part->mutable_pixels(), {0, 0, 41, 23}, Filter::kBox);
  EXPECT_EQ(pixel(*part, 0, 0), (std::vector{7, 21, 13}));
  EXPECT_EQ(pixel(*part, 40, 22), (std::vector{7, 43, 53}));
}

TEST(Convert, OddCropsOfEveryFormatShowThatPart) {
  const auto original = smooth_rgba(211, 157);
  const Rect odd{33, 17, 101, 83};
  for (const FormatLayout& from : format_layouts()) {
    if (from.format == NVBUF_COLOR_FORMAT_GRAY8) continue;
    auto found = Picture::allocate(kRgba, odd.width, odd.height);
    auto wanted = Picture::allocate(kRgba, odd.width, odd.height);
    convert(in_format(*original, from.format)->pixels(), odd, found->mutable_pixels(),
            {0, 0, odd.width, odd.height}, Filter::kBilinear);
    copy_pixels(part_of(original->pixels(), odd), wanted->mutable_pixels());
    const auto error = difference(found->pixels(), wanted->pixels());
    EXPECT_LT(error.mean, 2.0) << from.name << " max " << error.max;
    EXPECT_LE(error.max, 12) << from.name;
  }
}

TEST(Convert, StaysInsideItsRectangleForEveryPairAndSize) {
  std::mt19937 random(5);
  const auto number = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (const FormatLayout& from : format_layouts())
    for (const FormatLayout& to : format_layouts())
      for (int round = 0; round < 12; ++round) {
        const auto source = in_format(*smooth_rgba(number(1, 90), number(1, 90)), from.format);
        const int sw = source->pixels().width, sh = source->pixels().height;
        Rect from_rect;
        from_rect.width = number(1, sw), from_rect.height = number(1, sh);
        from_rect.left = number(0, sw - from_rect.width);
        from_rect.top = number(0, sh - from_rect.height);
        auto target = Picture::allocate(to.format, 120, 100);
        paint(target->mutable_pixels(), 200);
        const Rect to_rect{2 * number(0, 10), 2 * number(0, 10), number(1, 90), number(1, 70)};
        const auto flip = Flip(number(0, 7));
        convert(source->pixels(), from_rect, target->mutable_pixels(), to_rect,
                Filter(number(0, 2)), flip);
        // The column of pixels right of the rectangle, beyond a shared chroma sample.
        const int right = to_rect.left + to_rect.width + 1;
        const auto& plane = target->pixels().planes[0];
        const int at = (right >> to.planes[0].x_shift) * to.planes[0].bytes;
        for (int y = 0; y < plane.height; ++y)
          ASSERT_EQ(plane.data[y * plane.stride_bytes + at], 200)
              << from.name << " to " << to.name << " flip " << int(flip);
        if (to_rect.top > 0) {
          ASSERT_EQ(plane.data[(to_rect.top - 1) * plane.stride_bytes], 200);
        }
      }
}

TEST(Convert, TurnsAsTheFlipSays) {
  constexpr int kWidth = 48, kHeight = 32;
  const auto original = smooth_rgba(kWidth, kHeight);
  const auto source_of = [](Flip flip, int x, int y) -> std::pair<int, int> {
    switch (flip) {
      case Flip::kCounterclockwise:
        return {kWidth - 1 - y, x};
      case Flip::kRotate180:
        return {kWidth - 1 - x, kHeight - 1 - y};
      case Flip::kClockwise:
        return {y, kHeight - 1 - x};
      case Flip::kHorizontal:
        return {kWidth - 1 - x, y};
      case Flip::kUpperRightDiagonal:
        return {kWidth - 1 - y, kHeight - 1 - x};
      case Flip::kVertical:
        return {x, kHeight - 1 - y};
      case Flip::kUpperLeftDiagonal:
        return {y, x};
      default:
        return {x, y};
    }
  };
  for (int value = 0; value < 8; ++value) {
    const auto flip = Flip(value);
    const int width = swaps_sides(flip) ? kHeight : kWidth;
    const int height = swaps_sides(flip) ? kWidth : kHeight;
    for (const FormatLayout& layout : format_layouts()) {
      if (layout.format == NVBUF_COLOR_FORMAT_GRAY8) continue;
      auto turned = Picture::allocate(layout.format, width, height);
      convert(in_format(*original, layout.format)->pixels(), {0, 0, kWidth, kHeight},
              turned->mutable_pixels(), {0, 0, width, height}, Filter::kBox, flip);
      const auto rgba = in_format(*turned, kRgba);
      const bool exact = layout.format == kRgba;
      for (const auto& [x, y] : {std::pair{0, 0}, {5, 9}, {width - 1, 0}, {0, height - 1}}) {
        const auto [sx, sy] = source_of(flip, x, y);
        for (int c = 0; c < 3; ++c)
          EXPECT_NEAR(pixel(*rgba, x, y)[c], pixel(*original, sx, sy)[c], exact ? 0 : 12)
              << layout.name << " flip " << value << " at " << x << "," << y;
      }
    }
  }
}

TEST(Convert, ScalesFirstAndConvertsAfter) {
  const auto original = smooth_rgba(640, 480, 0.25);
  const auto yuv = in_format(*original, kI420);
  auto small = Picture::allocate(kRgba, 160, 120), direct = Picture::allocate(kRgba, 160, 120);
  convert(yuv->pixels(), small->mutable_pixels(), Filter::kBox);
  convert(original->pixels(), direct->mutable_pixels(), Filter::kBox);
  const auto error = difference(small->pixels(), direct->pixels());
  EXPECT_LT(error.mean, 1.0);
  EXPECT_LE(error.max, 8);
}

TEST(Convert, WhiteStaysWhiteWhenScaled) {
  for (const FormatLayout& layout : format_layouts())
    for (const int width : {50, 97, 200, 333})
      for (const auto filter : {Filter::kNearest, Filter::kBilinear, Filter::kBox}) {
        auto white = Picture::allocate(kRgba, 120, 90);
        paint(white->mutable_pixels(), 255);
        const auto source = in_format(*white, layout.format);
        auto scaled = Picture::allocate(layout.format, width, width);
        convert(source->pixels(), scaled->mutable_pixels(), filter);
        const auto found = pixel(*in_format(*scaled, kRgba), width / 2, width / 2);
        for (int c = 0; c < 3; ++c)
          EXPECT_GE(found[c], 254) << layout.name << " to " << width << " by " << int(filter);
      }
}

TEST(Convert, NearestTakesWholePixelsOfRgbaFromTheirPlaces) {
  auto picture = Picture::allocate(kRgba, 120, 90);
  const auto plane = picture->mutable_pixels().planes[0];
  for (int y = 0; y < 90; ++y)
    for (int x = 0; x < 120; ++x) {
      const uint8_t rgba[] = {uint8_t(x), uint8_t(y), uint8_t(2 * x), uint8_t(255 - y)};
      std::copy_n(rgba, 4, plane.data + y * plane.stride_bytes + 4 * x);
    }
  for (const auto& [width, height] : {std::pair{60, 45}, {97, 71}, {240, 180}, {333, 50}}) {
    auto scaled = Picture::allocate(kRgba, width, height);
    convert(picture->pixels(), scaled->mutable_pixels(), Filter::kNearest);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const auto found = pixel(*scaled, x, y);
        EXPECT_NEAR(found[0], (x + 0.5) * 120 / width - 0.5, 1) << width << " at " << x;
        EXPECT_NEAR(found[1], (y + 0.5) * 90 / height - 0.5, 1) << height << " at " << y;
        EXPECT_EQ(found[2], 2 * found[0]);
        EXPECT_EQ(found[3], 255 - found[1]);
      }
  }
}

TEST(Convert, BoxAveragesWhenItShrinks) {
  const auto checker = Picture::allocate(NVBUF_COLOR_FORMAT_GRAY8, 64, 64);
  const auto plane = checker->mutable_pixels().planes[0];
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x) plane.data[y * plane.stride_bytes + x] = (x + y) % 2 ? 255 : 0;
  const auto small = Picture::allocate(NVBUF_COLOR_FORMAT_GRAY8, 16, 16);
  convert(checker->pixels(), small->mutable_pixels(), Filter::kBox);
  for (int x = 0; x < 16; ++x) EXPECT_NEAR(pixel(*small, x, 5)[0], 127, 1);
}

TEST(Convert, BlackIsBlackInEveryFormat) {
  for (const FormatLayout& layout : format_layouts()) {
    auto picture = Picture::allocate(layout.format, 36, 20);
    paint(picture->mutable_pixels(), 99);
    fill_black(picture->mutable_pixels());
    const auto rgb = in_format(*picture, NVBUF_COLOR_FORMAT_RGB);
    EXPECT_EQ(pixel(*rgb, 35, 19), (std::vector{0, 0, 0})) << layout.name;
  }
}

TEST(Convert, FilterNumbers) {
  EXPECT_EQ(filter_of(0), Filter::kNearest);
  EXPECT_EQ(filter_of(1), Filter::kBilinear);
  EXPECT_EQ(filter_of(6), Filter::kBox);
}

}  // namespace
}  // namespace thalweg
