// JPEG pictures of objects and frames, through the C interface, decoded again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <turbojpeg.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "encode/checked.h"
#include "meta/slots.h"
#include "surface/batch.h"
#include "surface/convert.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;
using Color = std::array<int, 3>;

constexpr Color kRed{200, 30, 40}, kGreen{40, 180, 60}, kBlue{30, 50, 210}, kGray{128, 128, 128};

/// RGB pixels of a JPEG.
struct Decoded {
  int width = 0, height = 0, sampling = 0;
  std::vector<uint8_t> rgb;

  Decoded(const void* data, size_t size) {
    const auto* jpeg = static_cast<const uint8_t*>(data);
    tjhandle handle = tjInitDecompress();
    int colorspace = 0;
    EXPECT_EQ(tjDecompressHeader3(handle, jpeg, size, &width, &height, &sampling, &colorspace), 0);
    rgb.resize(size_t(width) * height * 3);
    EXPECT_EQ(tjDecompress2(handle, jpeg, size, rgb.data(), width, 0, height, TJPF_RGB, 0), 0);
    tjDestroy(handle);
  }
  Color at(int x, int y) const {
    const uint8_t* pixel = rgb.data() + (size_t(y) * width + x) * 3;
    return {pixel[0], pixel[1], pixel[2]};
  }
};

testing::AssertionResult near(const Color& seen, const Color& expected, int tolerance = 12) {
  for (int i = 0; i < 3; ++i)
    if (std::abs(seen[i] - expected[i]) > tolerance)
      return testing::AssertionFailure() << seen[0] << " " << seen[1] << " " << seen[2];
  return testing::AssertionSuccess();
}

/// Four quarters: red, green / blue, gray.
std::shared_ptr<const Picture> quarters(NvBufSurfaceColorFormat format, int width, int height) {
  auto rgba = Picture::allocate(NVBUF_COLOR_FORMAT_RGBA, width, height);
  const Plane<uint8_t> plane = rgba->mutable_pixels().planes[0];
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const Color& color =
          y < height / 2 ? (x < width / 2 ? kRed : kGreen) : (x < width / 2 ? kBlue : kGray);
      uint8_t* pixel = plane.data + ptrdiff_t(y) * plane.stride_bytes + 4 * x;
      for (int i = 0; i < 3; ++i) pixel[i] = uint8_t(color[i]);
      pixel[3] = 255;
    }
  if (format == NVBUF_COLOR_FORMAT_RGBA) return rgba;
  auto other = Picture::allocate(format, width, height);
  convert(rgba->pixels(), other->mutable_pixels(), Filter::kBox);
  return other;
}

/// A batch of pixels and one of metadata, of one frame with one object.
class ObjEncode : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / ("obj_encode_test." + std::to_string(getpid()) + "." +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    meta_ = nvds_create_batch_meta(1);
    frame_ = nvds_acquire_frame_meta_from_pool(meta_);
    frame_->frame_num = 12;
    frame_->pad_index = 3;
    nvds_add_frame_meta_to_batch(meta_, frame_);
    object_ = new_object({10, 20, 100, 60});
    context_ = nvds_obj_enc_create_context(0);
    args_.attachUsrMeta = true;
    args_.quality = 95;
    args_.objNum = 7;
  }
  void TearDown() override {
    nvds_obj_enc_destroy_context(context_);
    if (meta_) nvds_destroy_batch_meta(meta_);
    fs::remove_all(folder_);
  }

  NvDsObjectMeta* new_object(Rect box) {
    NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(meta_);
    object->rect_params.left = float(box.left);
    object->rect_params.top = float(box.top);
    object->rect_params.width = float(box.width);
    object->rect_params.height = float(box.height);
    std::strcpy(object->obj_label, "person");
    nvds_add_obj_meta_to_frame(frame_, object, nullptr);
    return object;
  }
  void show(std::shared_ptr<const Picture> picture) {
    batch_ = std::make_unique<Batch>(1);
    batch_->add(std::move(picture));
  }
  bool process(NvDsObjectMeta* object) {
    return nvds_obj_enc_process(context_, &args_, batch_->surface(), object, frame_);
  }
  std::string error_of_process(NvDsObjectMeta* object) {
    GError* error = nullptr;
    EXPECT_FALSE(thalweg_obj_enc_process(context_, &args_, batch_.get(), object, frame_, &error));
    if (!error) return {};
    EXPECT_EQ(error->domain, THALWEG_OBJ_ENC_ARGUMENT);
    std::string sentence = error->message;
    g_error_free(error);
    return sentence;
  }
  /// Sentence and errno.
  std::pair<std::string, int> error_of_finish() {
    GError* error = nullptr;
    thalweg_obj_enc_finish(context_, &error);
    if (!error) return {};
    std::pair<std::string, int> result{error->message,
                                       error->domain == THALWEG_OBJ_ENC_FILE ? error->code : 0};
    g_error_free(error);
    return result;
  }
  void name_file(const fs::path& path) {
    std::strncpy(args_.fileNameImg, path.c_str(), sizeof args_.fileNameImg - 1);
  }
  static std::vector<NvDsObjEncOutParams*> results(GList* list) {
    std::vector<NvDsObjEncOutParams*> found;
    for (; list; list = list->next) {
      auto* user = static_cast<NvDsUserMeta*>(list->data);
      if (user->base_meta.meta_type == NVDS_CROP_IMAGE_META)
        found.push_back(static_cast<NvDsObjEncOutParams*>(user->user_meta_data));
    }
    return found;
  }
  static Decoded only(GList* list) {
    const auto found = results(list);
    EXPECT_EQ(found.size(), 1u);
    return {found.at(0)->outBuffer, found.at(0)->outLen};
  }

  fs::path folder_;
  NvDsBatchMeta* meta_ = nullptr;
  NvDsFrameMeta* frame_ = nullptr;
  NvDsObjectMeta* object_ = nullptr;
  NvDsObjEncCtxHandle context_ = nullptr;
  std::unique_ptr<Batch> batch_;
  NvDsObjEncUsrArgs args_{};
};

class ObjEncodeFormats : public ObjEncode,
                         public testing::WithParamInterface<NvBufSurfaceColorFormat> {};

TEST_P(ObjEncodeFormats, TheBoxOfAnObjectHasItsColours) {
  show(quarters(GetParam(), 320, 240));
  // Odd edges, across all four quarters.
  object_->rect_params.left = 101;
  object_->rect_params.top = 71;
  object_->rect_params.width = 121;
  object_->rect_params.height = 99;
  ASSERT_TRUE(process(object_));
  nvds_obj_enc_finish(context_);
  const Decoded seen = only(object_->obj_user_meta_list);
  EXPECT_EQ(seen.width, 121);
  EXPECT_EQ(seen.height, 99);
  EXPECT_EQ(seen.sampling, TJSAMP_420);
  EXPECT_TRUE(near(seen.at(10, 10), kRed));
  EXPECT_TRUE(near(seen.at(110, 10), kGreen));
  EXPECT_TRUE(near(seen.at(10, 90), kBlue));
  EXPECT_TRUE(near(seen.at(110, 90), kGray));
  // The quarters meet where they do in the frame.
  EXPECT_TRUE(near(seen.at(59 - 6, 10), kRed));
  EXPECT_TRUE(near(seen.at(59 + 6, 10), kGreen));
  EXPECT_TRUE(near(seen.at(10, 49 - 6), kRed));
  EXPECT_TRUE(near(seen.at(10, 49 + 6), kBlue));
}

INSTANTIATE_TEST_SUITE_P(All, ObjEncodeFormats,
                         testing::Values(NVBUF_COLOR_FORMAT_YUV420, NVBUF_COLOR_FORMAT_NV12,
                                         NVBUF_COLOR_FORMAT_RGBA, NVBUF_COLOR_FORMAT_BGRx));

TEST_F(ObjEncode, AFrameWithDeferredScalingHasTheMuxersSize) {
  batch_ = std::make_unique<Batch>(1);
  batch_->add(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240), 640, 400, {40, 0, 560, 400});
  args_.isFrame = true;
  GError* error = nullptr;
  ASSERT_TRUE(thalweg_obj_enc_process(context_, &args_, batch_.get(), nullptr, frame_, &error));
  ASSERT_EQ(error_of_finish().first, "");
  const Decoded seen = only(frame_->frame_user_meta_list);
  EXPECT_EQ(seen.width, 640);
  EXPECT_EQ(seen.height, 400);
  EXPECT_TRUE(near(seen.at(10, 200), {0, 0, 0}));
  EXPECT_TRUE(near(seen.at(100, 100), kRed));
  EXPECT_TRUE(near(seen.at(500, 100), kGreen));
  EXPECT_TRUE(near(seen.at(500, 300), kGray));
  EXPECT_EQ(results(object_->obj_user_meta_list).size(), 0u);
}

TEST_F(ObjEncode, ScalesWhenAsked) {
  show(quarters(NVBUF_COLOR_FORMAT_NV12, 320, 240));
  args_.isFrame = args_.scaleImg = true;
  args_.scaledWidth = 64;
  args_.scaledHeight = 100;
  ASSERT_TRUE(process(nullptr));
  args_.scaleImg = false;  // the size is used only with it
  ASSERT_TRUE(process(nullptr));
  nvds_obj_enc_finish(context_);
  const auto found = results(frame_->frame_user_meta_list);
  ASSERT_EQ(found.size(), 2u);
  std::vector<std::pair<int, int>> sizes;
  for (const auto* result : found) {
    const Decoded seen(result->outBuffer, result->outLen);
    sizes.emplace_back(seen.width, seen.height);
    EXPECT_TRUE(near(seen.at(seen.width / 4, seen.height / 4), kRed));
    EXPECT_TRUE(near(seen.at(seen.width * 3 / 4, seen.height / 4), kGreen));
  }
  std::sort(sizes.begin(), sizes.end());
  EXPECT_EQ(sizes[0], std::pair(64, 100));
  EXPECT_EQ(sizes[1], std::pair(320, 240));
}

TEST_F(ObjEncode, QualityChangesTheSizeAndZeroIsEighty) {
  auto noise = Picture::allocate(NVBUF_COLOR_FORMAT_RGBA, 256, 256);
  unsigned value = 1;
  const Plane<uint8_t> plane = noise->mutable_pixels().planes[0];
  for (int y = 0; y < 256; ++y)
    for (int x = 0; x < 1024; ++x)
      plane.data[y * plane.stride_bytes + x] = uint8_t((value = value * 1103515245 + 12345) >> 16);
  show(noise);
  args_.isFrame = true;
  size_t sizes[4], i = 0;
  for (const int quality : {10, 80, 0, 100}) {
    args_.quality = quality;
    ASSERT_TRUE(process(nullptr));
    nvds_obj_enc_finish(context_);
    sizes[i++] = results(frame_->frame_user_meta_list).back()->outLen;
    nvds_clear_frame_user_meta_list(frame_, frame_->frame_user_meta_list);
  }
  EXPECT_LT(2 * sizes[0], sizes[1]);
  EXPECT_EQ(sizes[1], sizes[2]);
  EXPECT_LT(sizes[1], sizes[3]);
}

TEST_F(ObjEncode, ABoxIsCutToTheFrame) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  object_->rect_params.left = -50;
  object_->rect_params.top = 200.4f;
  object_->rect_params.width = 100;
  object_->rect_params.height = 1000;
  ASSERT_TRUE(process(object_));
  nvds_obj_enc_finish(context_);
  const Decoded seen = only(object_->obj_user_meta_list);
  EXPECT_EQ(seen.width, 50);
  EXPECT_EQ(seen.height, 40);
}

TEST_F(ObjEncode, WhatIsDrawnLaterIsNotInThePicture) {
  show(quarters(NVBUF_COLOR_FORMAT_RGBA, 320, 240));
  batch_->frame(0).write();  // somebody drew before: the frame is a private copy
  args_.isFrame = true;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(process(nullptr));
    // Each picture is of the moment of its call, whatever follows.
    const Pixels pixels = batch_->frame(0).write();
    for (int y = 0; y < 120; ++y)
      std::memset(pixels.planes[0].data + y * pixels.planes[0].stride_bytes, 255 * (i % 2), 640);
  }
  nvds_obj_enc_finish(context_);
  auto found = results(frame_->frame_user_meta_list);
  ASSERT_EQ(found.size(), 20u);
  int white = 0, black = 0, red = 0;
  for (const auto* result : found) {
    const Decoded seen(result->outBuffer, result->outLen);
    white += bool(near(seen.at(50, 50), {255, 255, 255}));
    black += bool(near(seen.at(50, 50), {0, 0, 0}));
    red += bool(near(seen.at(50, 50), kRed));
  }
  EXPECT_EQ(red, 1);
  EXPECT_EQ(black, 10);
  EXPECT_EQ(white, 9);
}

TEST_F(ObjEncode, FilesAreWrittenUnderTheNamesGivenOrMade) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  args_.saveImg = true;
  args_.attachUsrMeta = false;
  name_file(folder_ / "given.jpg");
  ASSERT_TRUE(process(object_));
  std::strcpy(args_.fileNameImg, "");
  std::strcpy(object_->obj_label, "../per/son");
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  ASSERT_TRUE(process(object_));
  args_.isFrame = true;
  ASSERT_TRUE(process(object_));
  EXPECT_EQ(error_of_finish().first, "");
  fs::current_path(before);
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"12_3_320x240.jpg", "12_3_7_.._per_son_100x60.jpg",
                                             "given.jpg"}));
  for (const std::string& name : names) {
    std::ifstream file(folder_ / name, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    EXPECT_GT(Decoded(bytes.data(), bytes.size()).width, 0) << name;
  }
  EXPECT_EQ(results(object_->obj_user_meta_list).size(), 0u);
}

TEST_F(ObjEncode, AFileThatCannotBeWrittenIsAnErrorOfFinishAndTheRestIsDone) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  args_.saveImg = true;
  name_file(folder_ / "missing/x.jpg");
  ASSERT_TRUE(process(object_));
  name_file(folder_ / "fine.jpg");
  ASSERT_TRUE(process(object_));
  const auto [sentence, number] = error_of_finish();
  EXPECT_EQ(sentence, "object 7 (person) of frame 12_3: cannot write '" +
                          (folder_ / "missing/x.jpg").string() +
                          "': No such file or directory; create its folder, or give "
                          "args.fileNameImg a name that can be written");
  EXPECT_EQ(number, ENOENT);
  EXPECT_TRUE(fs::exists(folder_ / "fine.jpg"));
  EXPECT_EQ(results(object_->obj_user_meta_list).size(), 2u);  // the picture itself was made
  EXPECT_EQ(error_of_finish().first, "");                      // told once
}

TEST_F(ObjEncode, AFullDiskIsAnError) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  args_.saveImg = true;
  name_file("/dev/full");
  ASSERT_TRUE(process(object_));
  EXPECT_EQ(error_of_finish().second, ENOSPC);
}

TEST_F(ObjEncode, ManyFailuresAreCounted) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  args_.saveImg = true;
  name_file(folder_ / "missing/x.jpg");
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(process(object_));
  const std::string all = error_of_finish().first;
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 16);
  EXPECT_TRUE(all.ends_with("\n84 more pictures")) << all;
}

TEST_F(ObjEncode, ArgumentsThatCannotBe) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  EXPECT_EQ(error_of_process(nullptr),
            "obj_meta is missing; give the object to encode, or set args.isFrame for the frame");
  object_->rect_params.left = 320;
  EXPECT_EQ(error_of_process(object_),
            "obj_meta.rect_params left 320, top 20, 100 x 60 has no pixel in the frame of 320 x "
            "240; give a box that lies in the frame");
  for (const float bad : {0.f, -5.f, NAN, -INFINITY}) {
    object_->rect_params.left = 0;
    object_->rect_params.width = bad;
    EXPECT_NE(error_of_process(object_), "") << bad;
  }
  object_->rect_params.width = INFINITY;
  EXPECT_TRUE(process(object_));
  args_.quality = 101;
  EXPECT_EQ(error_of_process(object_), "args.quality: expected 1 to 100, or 0 for 80, got 101");
  args_.quality = 80;
  args_.scaleImg = true;
  args_.scaledHeight = 32769;
  args_.scaledWidth = 5;
  EXPECT_EQ(error_of_process(object_),
            "args.scaledWidth, args.scaledHeight: expected 1 to 32768 pixels with args.scaleImg, "
            "got 5 x 32769");
  args_.scaleImg = false;
  args_.saveImg = true;
  std::memset(args_.fileNameImg, 'x', sizeof args_.fileNameImg);
  EXPECT_EQ(error_of_process(object_),
            "args.fileNameImg: expected at most 1023 bytes and a terminator");
  args_.saveImg = false;
  frame_->batch_id = 1;
  EXPECT_EQ(error_of_process(object_),
            "frame_meta.batch_id: expected 0 to 0, which the buffer has, got 1; give the buffer "
            "that the frame is in");
  frame_->batch_id = 0;
  NvDsObjectMeta alone{};
  alone.rect_params.width = alone.rect_params.height = 10;
  EXPECT_EQ(error_of_process(&alone),
            "obj_meta is in no batch: a picture can be attached only to a meta of a buffer; clear "
            "args.attachUsrMeta and save it to a file");
  EXPECT_FALSE(nvds_obj_enc_process(context_, nullptr, batch_->surface(), object_, frame_));
  EXPECT_FALSE(nvds_obj_enc_process(context_, &args_, nullptr, object_, frame_));
  EXPECT_FALSE(nvds_obj_enc_process(context_, &args_, batch_->surface(), object_, nullptr));
  EXPECT_FALSE(nvds_obj_enc_process(nullptr, &args_, batch_->surface(), object_, frame_));
}

TEST_F(ObjEncode, AContextThatIsGoneIsNoticed) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  const NvDsObjEncCtxHandle other = nvds_obj_enc_create_context(0);
  nvds_obj_enc_destroy_context(other);
  nvds_obj_enc_destroy_context(other);
  nvds_obj_enc_finish(other);
  EXPECT_FALSE(nvds_obj_enc_process(other, &args_, batch_->surface(), object_, frame_));
  EXPECT_NE(nvds_obj_enc_create_context(0), other);
}

TEST_F(ObjEncode, DestroyWaitsForTheFiles) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  args_.saveImg = true;
  for (int i = 0; i < 30; ++i) {
    name_file(folder_ / (std::to_string(i) + ".jpg"));
    ASSERT_TRUE(process(object_));
  }
  nvds_obj_enc_destroy_context(context_);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 30);
}

TEST_F(ObjEncode, CopiesShareTheBytesAndTheLastOneFreesThem) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  ASSERT_TRUE(process(object_));
  nvds_obj_enc_finish(context_);
  NvDsObjEncOutParams* first = results(object_->obj_user_meta_list).at(0);
  auto* twin = static_cast<NvDsBatchMeta*>(nvds_batch_meta_copy_func(meta_, nullptr));
  auto* frame = static_cast<NvDsFrameMeta*>(twin->frame_meta_list->data);
  auto* object = static_cast<NvDsObjectMeta*>(frame->obj_meta_list->data);
  NvDsObjEncOutParams* second = results(object->obj_user_meta_list).at(0);
  EXPECT_NE(first, second);
  EXPECT_EQ(first->outBuffer, second->outBuffer);
  const uint64_t* generation = thalweg_slot_generation(first);
  ASSERT_NE(generation, nullptr);
  const uint64_t alive = *generation;
  GBytes* held = thalweg_obj_enc_bytes(second);
  ASSERT_NE(held, nullptr);
  nvds_destroy_batch_meta(meta_);
  meta_ = nullptr;
  EXPECT_NE(*generation, alive);
  EXPECT_EQ(thalweg_obj_enc_bytes(first), nullptr);
  EXPECT_GT(Decoded(second->outBuffer, second->outLen).width, 0);
  nvds_destroy_batch_meta(twin);
  EXPECT_GT(Decoded(g_bytes_get_data(held, nullptr), g_bytes_get_size(held)).width, 0);
  g_bytes_unref(held);
}

TEST_F(ObjEncode, AMetaThatIsGoneBeforeFinishIsAnErrorAndNothingIsTouched) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  ASSERT_TRUE(process(object_));
  nvds_remove_obj_meta_from_frame(frame_, object_);
  NvDsObjectMeta* successor = new_object({0, 0, 10, 10});
  EXPECT_EQ(successor, object_);  // the same slot
  EXPECT_EQ(error_of_finish().first,
            "object 7 (person) of frame 12_3: its meta is gone, so the picture cannot be attached; "
            "call nvds_obj_enc_finish in the probe that called nvds_obj_enc_process");
  EXPECT_EQ(successor->obj_user_meta_list, nullptr);
}

TEST_F(ObjEncode, ResultsThatNobodyFetchesDoNotPileUp) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 64, 48));
  object_->rect_params = {};
  constexpr int kPictures = 600;
  for (int i = 0; i < kPictures; ++i) {
    NvDsObjectMeta* object = new_object({0, 0, 16, 16});
    args_.objNum = i;
    ASSERT_TRUE(process(object));
    nvds_remove_obj_meta_from_frame(frame_, object);
  }
  std::istringstream all(error_of_finish().first);
  std::vector<int> named;
  int counted = 0;
  for (std::string line; std::getline(all, line);) {
    int number = 0;
    if (std::sscanf(line.c_str(), "object %d (", &number) == 1)
      named.push_back(number);
    else
      EXPECT_EQ(std::sscanf(line.c_str(), "%d more pictures", &counted), 1) << line;
  }
  EXPECT_LE(named.size(), size_t{16});
  EXPECT_EQ(int(named.size()) + counted, kPictures);
  // The first 16 that are still kept at the end are named. How many that are, and which, depends on
  // the threads; but the first 256 results are given up when the next picture comes, but for those
  // that the at most 4 threads had in work then.
  if (named.size() > 4) {
    EXPECT_GE(named.back(), 256);
  }
}

TEST_F(ObjEncode, SurfacesOfOtherLibrariesAreCopiedAtOnce) {
  constexpr int kWidth = 64, kHeight = 48;
  std::vector<uint8_t> memory(kWidth * kHeight * 4);
  for (size_t i = 0; i < memory.size(); i += 4) {
    memory[i] = uint8_t(kBlue[0]);
    memory[i + 1] = uint8_t(kBlue[1]);
    memory[i + 2] = uint8_t(kBlue[2]);
  }
  NvBufSurfaceParams params{};
  params.width = kWidth;
  params.height = kHeight;
  params.pitch = kWidth * 4;
  params.colorFormat = NVBUF_COLOR_FORMAT_RGBA;
  params.dataPtr = memory.data();
  NvBufSurface surface{};
  surface.batchSize = surface.numFilled = 1;
  surface.memType = NVBUF_MEM_SYSTEM;
  surface.surfaceList = &params;
  args_.isFrame = true;
  ASSERT_TRUE(nvds_obj_enc_process(context_, &args_, &surface, nullptr, frame_));
  std::fill(memory.begin(), memory.end(), 0);
  nvds_obj_enc_finish(context_);
  EXPECT_TRUE(near(only(frame_->frame_user_meta_list).at(30, 20), kBlue));
}

TEST_F(ObjEncode, ManyThreadsShareAContext) {
  show(quarters(NVBUF_COLOR_FORMAT_YUV420, 320, 240));
  constexpr int kThreads = 4, kEach = 60;  // more than the queue holds
  std::vector<NvDsObjectMeta*> objects;
  objects.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) objects.push_back(new_object({10 * i, 0, 100, 100}));
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < kEach; ++n) {
        GError* error = nullptr;
        EXPECT_TRUE(
            thalweg_obj_enc_process(context_, &args_, batch_.get(), objects[i], frame_, &error));
        if (n % 20 == 0) {
          EXPECT_TRUE(thalweg_obj_enc_finish(context_, &error));
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(error_of_finish().first, "");
  for (NvDsObjectMeta* object : objects)
    EXPECT_EQ(results(object->obj_user_meta_list).size(), size_t(kEach));
}

}  // namespace
}  // namespace thalweg
