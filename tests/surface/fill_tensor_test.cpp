#include <gtest/gtest.h>

#include <cmath>
#include <map>
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

/// Weights of a plane's samples along one axis in exact arithmetic; one map a network pixel.
std::vector<std::map<int, double>> exact_weights(int pixels, double start, double step, int length,
                                                 bool averages, Filter filter) {
  std::vector<std::map<int, double>> weights(pixels);
  for (int i = 0; i < pixels; ++i) {
    const double from = start + i * step;
    const double centre = std::clamp(from + step / 2 - 0.5, 0.0, length - 1.0);
    for (int sample = 0; sample < length; ++sample) {
      double weight = 0;
      if (averages)
        weight = std::min(from + step, sample + 1.0) - std::max(from, double(sample));
      else if (filter == Filter::kNearest)
        weight = sample == int(centre + 0.5);
      else
        weight = 1 - std::abs(centre - sample);
      if (weight > 0) weights[i][sample] = weight / (averages ? step : 1);
    }
  }
  return weights;
}

/// What a network sees of a whole picture: each plane sampled at the network's pixels (a sample of
/// chroma covers two by two pixels of brightness), then converted, nothing rounded.
std::vector<double> exact_tensor(const ConstPixels& pixels, const TensorSpec& spec) {
  const double step_x = double(pixels.width) / spec.width;
  const double step_y = double(pixels.height) / spec.height;
  const bool averages = spec.filter == Filter::kBox && step_x > 2 && step_y > 2;
  const auto sampled = [&](int p, int bytes, int byte, double size_x, double size_y) {
    const auto& plane = pixels.planes[p];
    const int width = int((pixels.width + size_x - 1) / size_x);
    const auto columns =
        exact_weights(spec.width, 0, step_x / size_x, width, averages, spec.filter);
    const auto rows =
        exact_weights(spec.height, 0, step_y / size_y, plane.height, averages, spec.filter);
    std::vector<double> values;
    for (int y = 0; y < spec.height; ++y)
      for (int x = 0; x < spec.width; ++x) {
        double value = 0;
        for (const auto& [row, part_y] : rows[y])
          for (const auto& [column, part_x] : columns[x])
            value += part_y * part_x * plane.data[row * plane.stride_bytes + column * bytes + byte];
        values.push_back(value);
      }
    return values;
  };
  const bool yuv = is_yuv(pixels.format);
  std::vector<double> planes[3];
  for (int c = 0; c < 3; ++c) {
    if (pixels.format == NVBUF_COLOR_FORMAT_YUV420)
      planes[c] = sampled(c, 1, 0, c ? 2 : 1, c ? 2 : 1);
    else if (pixels.format == NVBUF_COLOR_FORMAT_NV12)
      planes[c] = c ? sampled(1, 2, c - 1, 2, 2) : sampled(0, 1, 0, 1, 1);
    else if (yuv)  // YUYV
      planes[c] = c ? sampled(0, 4, 2 * c - 1, 2, 1) : sampled(0, 2, 0, 1, 1);
    else
      planes[c] = sampled(0, format_layout(pixels.format)->planes[0].bytes, c, 1, 1);
  }
  constexpr double kRed[] = {0.299, 0.2126, 0.2627}, kBlue[] = {0.114, 0.0722, 0.0593};
  const double red = kRed[pixels.colour.matrix], blue = kBlue[pixels.colour.matrix];
  const size_t count = planes[0].size();
  std::vector<double> tensor(count * spec.channels);
  for (size_t i = 0; i < count; ++i) {
    double rgb[] = {planes[0][i], planes[1][i], planes[2][i]};
    if (yuv) {
      const bool full = pixels.colour.full_range;
      const double y = full ? rgb[0] : (rgb[0] - 16) * 255 / 219;
      const double u = (rgb[1] - 128) * (full ? 1 : 255.0 / 224);
      const double v = (rgb[2] - 128) * (full ? 1 : 255.0 / 224);
      rgb[0] = y + 2 * (1 - red) * v;
      rgb[2] = y + 2 * (1 - blue) * u;
      rgb[1] = (y - red * rgb[0] - blue * rgb[2]) / (1 - red - blue);
      if (spec.gray) rgb[0] = y;
    } else if (spec.gray) {
      rgb[0] = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    }
    for (int c = 0; c < spec.channels; ++c) {
      const size_t at = spec.nhwc ? i * spec.channels + c : c * count + i;
      tensor[at] = std::clamp(rgb[spec.bgr ? 2 - c : c], 0.0, 255.0);
    }
  }
  return tensor;
}

/// Noise, where any inexact weight shows: those of rows have 8 bits. Errors of brightness and of
/// chroma, which count up to double, add up in colours of YUV.
TEST(FillTensor, IsExactWithinALevel) {
  std::mt19937 random(5);
  const auto number = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  constexpr std::array kFormats = {NVBUF_COLOR_FORMAT_YUV420, NVBUF_COLOR_FORMAT_NV12,
                                   NVBUF_COLOR_FORMAT_YUYV, kRgba, NVBUF_COLOR_FORMAT_RGB};
  for (int round = 0; round < 150; ++round) {
    const Colour colour{Colour::Matrix(number(0, 2)), bool(number(0, 1))};
    const auto picture = Picture::allocate(kFormats[round % kFormats.size()], number(2, 150),
                                           number(2, 150), colour);
    const Pixels pixels = picture->mutable_pixels();
    const FormatLayout& layout = *format_layout(pixels.format);
    for (int i = 0; i < pixels.num_planes; ++i)
      for (int y = 0; y < pixels.planes[i].height; ++y)
        for (int x = 0; x < pixels.planes[i].width * layout.planes[i].bytes; ++x)
          pixels.planes[i].data[y * pixels.planes[i].stride_bytes + x] = uint8_t(number(0, 255));
    TensorSpec spec{.width = number(1, 90), .height = number(1, 90)};
    spec.gray = number(0, 3) == 0;
    spec.channels = spec.gray ? 1 : 3;
    spec.bgr = !spec.gray && number(0, 1);
    spec.nhwc = number(0, 1);
    spec.filter = Filter(number(0, 2));
    Batch batch(1);
    Frame& frame = batch.add(picture);
    // Crops are even, so the frame's last odd row or column does not count.
    const Rect even{0, 0, pixels.width & ~1, pixels.height & ~1};
    const auto seen = tensor_of(frame, even, spec);
    const auto expected = exact_tensor(part_of(ConstPixels(pixels), even), spec);
    double most = 0;
    for (size_t i = 0; i < seen.size(); ++i) most = std::max(most, std::abs(seen[i] - expected[i]));
    EXPECT_LE(most, is_yuv(pixels.format) && !spec.gray ? 1.3 : 1)
        << "round " << round << ", " << layout.name << " " << pixels.width << "x" << pixels.height
        << " to " << spec.width << "x" << spec.height << (spec.gray ? " gray" : "") << ", filter "
        << int(spec.filter);
  }
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
    // The frame's values are rounded to 8 bits. Those of chroma count up to double; brightness and
    // RGBA show whether the geometry is the same.
    const bool chroma = format != kRgba && !spec.gray;
    EXPECT_LE(sum / count, chroma ? 0.6 : 0.4) << what(round);
    EXPECT_LE(most, chroma ? 6 : 2) << what(round);
    all_means += sum / count;
    ++tensors;
  }
  EXPECT_GT(tensors, 120);
  EXPECT_LE(all_means / tensors, 0.2);
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
