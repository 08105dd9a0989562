#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <thread>

#include "decoded.h"
#include "surface/convert.h"

namespace thalweg {
namespace {

constexpr auto kRgba = NVBUF_COLOR_FORMAT_RGBA;

std::shared_ptr<Picture> flat(int r, int g, int b, int width = 32, int height = 32) {
  auto picture = Picture::allocate(kRgba, width, height);
  const auto plane = picture->mutable_pixels().planes[0];
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      uint8_t* at = plane.data + y * plane.stride_bytes + 4 * x;
      at[0] = uint8_t(r), at[1] = uint8_t(g), at[2] = uint8_t(b), at[3] = 255;
    }
  return picture;
}

std::vector<float> tensor_of(Frame& frame, Rect crop, const TensorSpec& spec,
                             TensorGeometry* geometry = nullptr) {
  std::vector<float> out(size_t(spec.channels) * spec.width * spec.height, -1e9f);
  const TensorGeometry made = fill_tensor(frame, crop, spec, out.data());
  if (geometry) *geometry = made;
  return out;
}

std::vector<float> tensor_of(std::shared_ptr<const Picture> picture, const TensorSpec& spec) {
  Batch batch(1);
  Frame& frame = batch.add(std::move(picture));
  return tensor_of(frame, {0, 0, frame.width(), frame.height()}, spec);
}

TEST(FillTensor, NormalisesInTheNetworksOrder) {
  TensorSpec spec{.width = 8, .height = 4, .scale = 0.5f, .mean = {10, 20, 30}};
  auto out = tensor_of(flat(100, 110, 120), spec);
  EXPECT_FLOAT_EQ(out[0], 45);
  EXPECT_FLOAT_EQ(out[32], 45);
  EXPECT_FLOAT_EQ(out[64], 45);
  spec.bgr = true;
  out = tensor_of(flat(100, 110, 120), spec);
  EXPECT_FLOAT_EQ(out[0], 55);
  EXPECT_FLOAT_EQ(out[32], 45);
  EXPECT_FLOAT_EQ(out[64], 35);
  spec.nhwc = true;
  out = tensor_of(flat(100, 110, 120), spec);
  EXPECT_FLOAT_EQ(out[3], 55);
  EXPECT_FLOAT_EQ(out[4], 45);
  EXPECT_FLOAT_EQ(out[95], 35);
}

TEST(FillTensor, GrayIsOneChannel) {
  const TensorSpec spec{.width = 9, .height = 5, .channels = 1, .gray = true, .mean = {6}};
  const auto out = tensor_of(flat(255, 0, 0), spec);
  ASSERT_EQ(out.size(), 45u);
  for (const float value : out) EXPECT_NEAR(value, 70, 1);
}

TEST(FillTensor, MeanImageReplacesMeans) {
  std::vector<float> mean(3 * 4 * 4);
  for (size_t i = 0; i < mean.size(); ++i) mean[i] = float(i);
  const TensorSpec spec{
      .width = 4, .height = 4, .scale = 2, .mean = {99, 99, 99}, .mean_image = mean.data()};
  const auto out = tensor_of(flat(100, 110, 120), spec);
  EXPECT_FLOAT_EQ(out[5], 2 * (100 - 5));
  EXPECT_FLOAT_EQ(out[47], 2 * (120 - 47));
}

TEST(FillTensor, KeepsTheAspectAndPadsWithBlack) {
  Batch batch(1);
  Frame& frame = batch.add(flat(200, 200, 200, 64, 32));
  TensorSpec spec{.width = 16, .height = 16, .mean = {50, 50, 50}, .keep_aspect = true};
  TensorGeometry geometry;
  auto out = tensor_of(frame, {0, 0, 64, 32}, spec, &geometry);
  EXPECT_FLOAT_EQ(out[7 * 16 + 15], 150);
  EXPECT_FLOAT_EQ(out[8 * 16], -50);
  EXPECT_DOUBLE_EQ(geometry.scale_x, 0.25);
  EXPECT_DOUBLE_EQ(geometry.scale_y, 0.25);
  EXPECT_EQ(geometry.offset_y, 0);
  spec.symmetric = true;
  out = tensor_of(frame, {0, 0, 64, 32}, spec, &geometry);
  EXPECT_EQ(geometry.offset_y, 4);
  EXPECT_EQ(geometry.offset_x, 0);
  EXPECT_FLOAT_EQ(out[3 * 16], -50);
  EXPECT_FLOAT_EQ(out[4 * 16], 150);
  EXPECT_FLOAT_EQ(out[11 * 16], 150);
  EXPECT_FLOAT_EQ(out[12 * 16], -50);
}

TEST(FillTensor, KeepsTheAspectOfPixelsThatAreNotSquare) {
  Batch batch(1);
  Frame& frame = batch.add(flat(200, 200, 200, 64, 32));
  // A network of 40 x 16 square pixels, of which the tensor has 20 x 16: the picture fills 32 x 16.
  TensorSpec spec{.width = 20, .height = 16, .keep_aspect = true, .pixel_aspect = 2};
  TensorGeometry geometry;
  const auto out = tensor_of(frame, {0, 0, 64, 32}, spec, &geometry);
  EXPECT_DOUBLE_EQ(geometry.scale_x, 0.25);
  EXPECT_DOUBLE_EQ(geometry.scale_y, 0.5);
  EXPECT_FLOAT_EQ(out[15 * 20 + 15], 200);
  EXPECT_FLOAT_EQ(out[15 * 20 + 16], 0);
  // Of 20 x 16 square ones, made of 20 x 32: it fills 20 x 10.
  spec = {.width = 20, .height = 32, .keep_aspect = true, .pixel_aspect = 2};
  tensor_of(frame, {0, 0, 64, 32}, spec, &geometry);
  EXPECT_DOUBLE_EQ(geometry.scale_x, 20 / 64.0);
  EXPECT_DOUBLE_EQ(geometry.scale_y, 20 / 32.0);
}

TEST(FillTensor, GeometryLeadsBackToTheFrame) {
  Batch batch(1);
  auto picture = flat(0, 0, 0, 200, 100);
  // A white square at (80, 40) to (100, 60).
  const auto plane = picture->mutable_pixels().planes[0];
  for (int y = 40; y < 60; ++y)
    for (int x = 80; x < 100; ++x)
      for (int c = 0; c < 3; ++c) plane.data[y * plane.stride_bytes + 4 * x + c] = 255;
  Frame& frame = batch.add(picture, 400, 300, {0, 50, 400, 200});  // bars above and below
  const TensorSpec spec{.width = 120, .height = 120, .keep_aspect = true, .symmetric = true};
  TensorGeometry geometry;
  const auto out = tensor_of(frame, {101, 63, 201, 151}, spec, &geometry);
  EXPECT_EQ(geometry.crop, (Rect{102, 64, 200, 150}));
  int left = 999, right = 0, top = 999, bottom = 0;
  for (int y = 0; y < 120; ++y)
    for (int x = 0; x < 120; ++x)
      if (out[y * 120 + x] > 127) {
        left = std::min(left, x), right = std::max(right, x + 1);
        top = std::min(top, y), bottom = std::max(bottom, y + 1);
      }
  const auto frame_x = [&](int x) {
    return geometry.crop.left + (x - geometry.offset_x) / geometry.scale_x;
  };
  const auto frame_y = [&](int y) {
    return geometry.crop.top + (y - geometry.offset_y) / geometry.scale_y;
  };
  EXPECT_NEAR(frame_x(left), 160, 1.7);  // one network pixel is 1.67 frame pixels
  EXPECT_NEAR(frame_x(right), 200, 1.7);
  EXPECT_NEAR(frame_y(top), 130, 1.7);
  EXPECT_NEAR(frame_y(bottom), 170, 1.7);
}

std::shared_ptr<Picture> smooth(NvBufSurfaceColorFormat format, int width, int height) {
  auto picture = Picture::allocate(format, width, height);
  const Pixels pixels = picture->mutable_pixels();
  const FormatLayout& layout = *format_layout(format);
  for (int i = 0; i < pixels.num_planes; ++i)
    for (int y = 0; y < pixels.planes[i].height; ++y)
      for (int x = 0; x < pixels.planes[i].width; ++x)
        for (int c = 0; c < layout.planes[i].bytes; ++c) {
          // The same slow wave whatever the size, another one for each channel.
          const double u = (x + 0.5) / pixels.planes[i].width;
          const double v = (y + 0.5) / pixels.planes[i].height;
          const double wave = std::sin((0.6 * u + 0.4 * v) * 2 * M_PI + 2 * (c + i));
          pixels.planes[i]
              .data[y * pixels.planes[i].stride_bytes + x * layout.planes[i].bytes + c] =
              uint8_t(std::lround(128 + 50 * wave));
        }
  return picture;
}

/// The tensor made from the decoder's picture against the one made from the muxer's frame.
TEST(FillTensor, DeferredEqualsMaterialised) {
  std::mt19937 random(11);
  const auto number = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  double all_means = 0;
  int tensors = 0;
  for (int round = 0; round < 150; ++round) {
    const auto format =
        std::array{NVBUF_COLOR_FORMAT_YUV420, NVBUF_COLOR_FORMAT_NV12, kRgba}[round % 3];
    const auto picture = smooth(format, 2 * number(100, 400), 2 * number(100, 300));
    const int width = 8 * number(20, 200), height = 4 * number(40, 250);
    Rect placement{0, 0, width, height};
    if (round % 2) {  // bars left and right or above and below
      if (round % 4 == 1)
        placement.width = 2 * number(40, width / 2);
      else
        placement.height = 2 * number(40, height / 2);
      placement.left = (width - placement.width) / 4 * 2;
      placement.top = (height - placement.height) / 4 * 2;
    }
    Batch batch(1);
    Frame& deferred = batch.add(picture, width, height, placement);
    Batch made(1);
    Frame& materialised = made.add(deferred.read_picture());

    Rect crop{0, 0, width, height};
    if (round % 5) {
      crop.width = number(40, width), crop.height = number(40, height);
      crop.left = number(0, width - crop.width), crop.top = number(0, height - crop.height);
    }
    TensorSpec spec{.width = 2 * number(48, 200), .height = 2 * number(48, 200)};
    spec.gray = format != kRgba && number(0, 1);
    spec.channels = spec.gray ? 1 : 3;
    spec.keep_aspect = number(0, 1);
    spec.symmetric = number(0, 1);
    spec.filter = Filter(number(1, 2));
    const auto what = [&](int number_of_round) {
      return ::testing::Message() << "round " << number_of_round << ", "
                                  << format_layout(format)->name << " " << picture->pixels().width
                                  << "x" << picture->pixels().height << " in " << width << "x"
                                  << height << " at " << placement.width << "x" << placement.height
                                  << ", crop " << crop.left << "," << crop.top << " " << crop.width
                                  << "x" << crop.height << " to " << spec.width << "x"
                                  << spec.height;
    };
    TensorGeometry a, b;
    const auto direct = tensor_of(deferred, crop, spec, &a);
    const auto by_frame = tensor_of(materialised, crop, spec, &b);
    EXPECT_EQ(a.crop, b.crop);
    EXPECT_EQ(a.scale_x, b.scale_x);

    // At the edge of a bar the frame's pixels are mixed with black when they are scaled again.
    const auto edge = [&](int x, int y) {
      const double fx = a.crop.left + (x + 0.5 - a.offset_x) / a.scale_x;
      const double fy = a.crop.top + (y + 0.5 - a.offset_y) / a.scale_y;
      const double near_x = 6 + 3 / a.scale_x, near_y = 6 + 3 / a.scale_y;
      const bool bars_x = placement.width < width, bars_y = placement.height < height;
      return (bars_x && (std::abs(fx - placement.left) < near_x ||
                         std::abs(fx - placement.left - placement.width) < near_x)) ||
             (bars_y && (std::abs(fy - placement.top) < near_y ||
                         std::abs(fy - placement.top - placement.height) < near_y));
    };
    double sum = 0, most = 0;
    int count = 0;
    for (int c = 0; c < spec.channels; ++c)
      for (int y = 0; y < spec.height; ++y)
        for (int x = 0; x < spec.width; ++x) {
          if (edge(x, y)) continue;
          const size_t i = (size_t(c) * spec.height + y) * spec.width + x;
          const double error = std::abs(direct[i] - by_frame[i]);
          sum += error, most = std::max(most, error), ++count;
        }
    if (!count) continue;
    // Chroma is rounded twice, counts up to double and has half the pixels; brightness and RGBA
    // show whether the geometry is the same.
    const bool chroma = format != kRgba && !spec.gray;
    EXPECT_LE(sum / count, chroma ? 2.0 : 1.0) << what(round);
    EXPECT_LE(most, chroma ? 12 : 3) << what(round);
    all_means += sum / count;
    ++tensors;
  }
  EXPECT_GT(tensors, 120);
  EXPECT_LE(all_means / tensors, 0.5);
}

TEST(FillTensor, ReadsWhatWasDrawn) {
  Batch batch(1);
  Frame& frame = batch.add(flat(0, 0, 0), 64, 64, {0, 0, 64, 64});
  testing::paint(frame.write(), 255);
  const TensorSpec spec{.width = 8, .height = 8};
  EXPECT_FLOAT_EQ(tensor_of(frame, {0, 0, 64, 64}, spec)[0], 255);
}

TEST(FillTensor, OnlyPaddingGivesBlack) {
  Batch batch(1);
  Frame& frame = batch.add(flat(255, 255, 255), 96, 32, {32, 0, 32, 32});
  const TensorSpec spec{.width = 8, .height = 8, .mean = {1, 2, 3}};
  const auto out = tensor_of(frame, {0, 0, 16, 16}, spec);
  EXPECT_FLOAT_EQ(out[0], -1);
  EXPECT_FLOAT_EQ(out[191], -3);
}

TEST(FillTensor, SeveralThreadsAtOnce) {
  Batch batch(1);
  Frame& frame =
      batch.add(smooth(NVBUF_COLOR_FORMAT_YUV420, 320, 240), 640, 360, {80, 0, 480, 360});
  const TensorSpec spec{.width = 150, .height = 150};
  const auto alone = tensor_of(frame, {0, 0, 640, 360}, spec);
  std::vector<std::vector<float>> results(4);
  std::vector<std::thread> threads;
  threads.reserve(results.size());
  for (auto& result : results)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) result = tensor_of(frame, {0, 0, 640, 360}, spec);
    });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, alone);
}

template <class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(FillTensor, NamesWhatCannotBe) {
  Batch batch(1);
  Frame& frame = batch.add(flat(0, 0, 0));
  float out[3 * 16];
  EXPECT_EQ(message_of([&] {
              fill_tensor(frame, {30, 0, 40, 20}, {.width = 4, .height = 4, .channels = 4}, out);
            }),
            "a network input of 4 x 4 with 4 channels cannot be filled from pictures: expected 3 "
            "channels (colour) and sides of at least 1");
  EXPECT_EQ(message_of([&] {
              fill_tensor(frame, {31, 0, 40, 20}, {.width = 4, .height = 4}, out);
            }),
            "crop left 31, top 0, 40 x 20 has no 2 x 2 pixels in a frame of 32 x 32");
}

}  // namespace
}  // namespace thalweg
