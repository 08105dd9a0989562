#include "surface/picture.h"

#include <gtest/gtest.h>

#include <cmath>

#include "decoded.h"
#include "surface/memory_pool.h"

namespace thalweg {
namespace {

using testing::Buffer;

template <class Exception, class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Picture, AllocatesPlanesThatFitOddSizes) {
  for (const FormatLayout& layout : format_layouts()) {
    const auto picture = Picture::allocate(layout.format, 51, 33);
    const ConstPixels& pixels = picture->pixels();
    ASSERT_EQ(pixels.num_planes, layout.num_planes) << layout.name;
    for (int i = 0; i < pixels.num_planes; ++i) {
      EXPECT_EQ(pixels.planes[i].width,
                (51 + layout.planes[i].x_shift) >> layout.planes[i].x_shift);
      EXPECT_EQ(pixels.planes[i].height,
                (33 + layout.planes[i].y_shift) >> layout.planes[i].y_shift);
      EXPECT_GE(pixels.planes[i].stride_bytes, pixels.planes[i].width * layout.planes[i].bytes);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(pixels.planes[i].data) % 64, 0u);
    }
    testing::paint(picture->mutable_pixels(),
                   7);  // AddressSanitizer sees a plane that is too small
  }
}

TEST(Picture, RecyclesMemoryOfTheSameSize) {
  auto first = Picture::allocate(NVBUF_COLOR_FORMAT_RGBA, 123, 77);
  const uint8_t* memory = first->pixels().planes[0].data;
  first.reset();
  EXPECT_EQ(Picture::allocate(NVBUF_COLOR_FORMAT_RGBA, 123, 77)->pixels().planes[0].data, memory);
}

TEST(Picture, FreeMemoryIsBounded) {
  std::vector<std::shared_ptr<Picture>> held;
  held.reserve(40);
  for (int i = 0; i < 40; ++i)
    held.push_back(Picture::allocate(NVBUF_COLOR_FORMAT_RGBA, 1920, 1080));  // 330 MB, untouched
  held.clear();
  EXPECT_LE(MemoryPool::shared().free_bytes(), size_t{128} << 20);
}

TEST(Picture, NamesWhatItCannotBe) {
  EXPECT_EQ(message_of<std::invalid_argument>(
                [] { Picture::allocate(NVBUF_COLOR_FORMAT_NV12_10LE, 64, 64); }),
            "a picture cannot have colour format number 29: expected I420, NV12, RGBA, BGRx, RGB, "
            "BGR, GRAY8, UYVY or YUY2");
  EXPECT_EQ(
      message_of<std::invalid_argument>([] { Picture::allocate(NVBUF_COLOR_FORMAT_RGBA, 0, 64); }),
      "a picture cannot be 0 x 64: expected 1 to 32768 a side");
}

TEST(Picture, WrapSharesTheBuffersPixelsAndKeepsIt) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 64, 48);
  Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
  gst_buffer_memset(buffer.get(), 0, 99, info.size);
  auto picture = Picture::wrap(buffer.get(), info);
  EXPECT_EQ(GST_MINI_OBJECT_REFCOUNT_VALUE(buffer.get()), 2);
  GstMapInfo map;
  ASSERT_TRUE(gst_buffer_map(buffer.get(), &map, GST_MAP_READ));
  EXPECT_EQ(picture->pixels().planes[0].data, map.data);
  EXPECT_EQ(picture->pixels().planes[2].data, map.data + GST_VIDEO_INFO_PLANE_OFFSET(&info, 2));
  gst_buffer_unmap(buffer.get(), &map);
  EXPECT_FALSE(picture->is_private_memory());
  picture.reset();
  EXPECT_EQ(GST_MINI_OBJECT_REFCOUNT_VALUE(buffer.get()), 1);
}

TEST(Picture, AWrappedBufferCannotBeWritten) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_GRAY8, 64, 48);
  Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
  const auto picture = Picture::wrap(buffer.get(), info);
  EXPECT_FALSE(gst_buffer_is_writable(buffer.get()));
}

TEST(Picture, WrapFollowsVideoMeta) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_NV12, 60, 40);
  Buffer buffer(gst_buffer_new_allocate(nullptr, 128 * 80, nullptr));
  gsize offsets[GST_VIDEO_MAX_PLANES] = {0, 128 * 44};
  gint strides[GST_VIDEO_MAX_PLANES] = {128, 128};
  gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_NV12, 60,
                                 40, 2, offsets, strides);
  const auto picture = Picture::wrap(buffer.get(), info);
  EXPECT_EQ(picture->pixels().planes[1].data - picture->pixels().planes[0].data, 128 * 44);
  EXPECT_EQ(picture->pixels().planes[1].stride_bytes, 128);
}

TEST(Picture, WrapCopiesPlanesOfSeveralMemories) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_NV12, 64, 48);
  Buffer buffer(gst_buffer_new());
  gst_buffer_append_memory(buffer.get(), gst_allocator_alloc(nullptr, 64 * 48, nullptr));
  gst_buffer_append_memory(buffer.get(), gst_allocator_alloc(nullptr, 64 * 24, nullptr));
  gst_buffer_memset(buffer.get(), 0, 10, 64 * 48);
  gst_buffer_memset(buffer.get(), 64 * 48, 20, 64 * 24);
  gsize offsets[GST_VIDEO_MAX_PLANES] = {0, 64 * 48};
  gint strides[GST_VIDEO_MAX_PLANES] = {64, 64};
  gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_NV12, 64,
                                 48, 2, offsets, strides);
  const auto picture = Picture::wrap(buffer.get(), info);
  EXPECT_TRUE(picture->is_private_memory());
  EXPECT_EQ(picture->pixels().planes[0].data[5], 10);
  EXPECT_EQ(picture->pixels().planes[1].data[5], 20);
  EXPECT_EQ(GST_MINI_OBJECT_REFCOUNT_VALUE(buffer.get()), 1);
}

TEST(Picture, WrapTakesTheColoursOfTheCaps) {
  SKIP_UNDER_THREAD_SANITIZER();
  const auto colour_in = [](const std::string& caps) {
    Colour colour;
    testing::for_each_sample(
        "videotestsrc num-buffers=1 ! video/x-raw,format=I420," + caps + " ! appsink name=out",
        [&](GstSample* sample) {
          colour = Picture::wrap(gst_sample_get_buffer(sample), testing::info_of(sample))
                       ->pixels()
                       .colour;
        });
    return colour;
  };
  EXPECT_EQ(colour_in("width=64,height=48"), (Colour{Colour::kBt601, false}));
  EXPECT_EQ(colour_in("width=64,height=720"), (Colour{Colour::kBt709, false}));  // as caps mean
  EXPECT_EQ(colour_in("width=64,height=720,colorimetry=bt601"), (Colour{Colour::kBt601, false}));
  EXPECT_EQ(colour_in("width=64,height=48,colorimetry=bt709"), (Colour{Colour::kBt709, false}));
  EXPECT_EQ(colour_in("width=64,height=48,colorimetry=bt2020"), (Colour{Colour::kBt2020, false}));
  EXPECT_EQ(colour_in("width=64,height=48,colorimetry=1:4:0:0"), (Colour{Colour::kBt601, true}));
}

TEST(Picture, WrapNamesWhatItCannotRead) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420_10LE, 64, 48);
  Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
  EXPECT_EQ(message_of<std::runtime_error>([&] { Picture::wrap(buffer.get(), info); }),
            "pictures of format I420_10LE are not supported: expected I420, NV12, RGBA, BGRx, RGB, "
            "BGR, GRAY8, UYVY or YUY2; put a videoconvert before");
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGBA, 640, 480);
  EXPECT_EQ(message_of<std::runtime_error>([&] { Picture::wrap(buffer.get(), info); }),
            "cannot map a buffer of 9216 bytes as a picture of RGBA, 640 x 480");
  EXPECT_EQ(GST_MINI_OBJECT_REFCOUNT_VALUE(buffer.get()), 1);
}

TEST(Picture, BoxesInWholePixels) {
  const auto box = [](double left, double top, double width, double height) {
    return whole_pixels(left, top, width, height, 64, 48);
  };
  EXPECT_EQ(box(10, 20, 30, 20), (Rect{10, 20, 30, 20}));
  EXPECT_EQ(box(10.4, 20.5, 30.2, 10), (Rect{10, 21, 31, 10})) << "each edge is rounded";
  EXPECT_EQ(box(-5, -6, 20, 20), (Rect{0, 0, 15, 14}));
  EXPECT_EQ(box(60, 40, 1e30, 1e30), (Rect{60, 40, 4, 8}));
  EXPECT_EQ(box(70, 10, 5, 5).width, 0);
  EXPECT_EQ(box(-9, 10, 5, 5).width, 0);
  EXPECT_EQ(box(10.1, 10, 0.2, 5).width, 0);
  EXPECT_EQ(box(10, 10, -5, 5), Rect{});
  EXPECT_EQ(box(NAN, 10, 5, 5), Rect{});
  EXPECT_EQ(box(10, 10, 5, NAN), Rect{});
}

TEST(Picture, PartNamesARectangleOutside) {
  const auto picture = Picture::allocate(NVBUF_COLOR_FORMAT_YUV420, 64, 48);
  EXPECT_EQ(message_of<std::out_of_range>([&] {
              part_of(picture->pixels(), {10, 0, 55, 48});
            }),
            "rectangle left 10, top 0, 55 x 48 does not lie in a picture of 64 x 48");
}

}  // namespace
}  // namespace thalweg
