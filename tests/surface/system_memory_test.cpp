#include "surface/system_memory.h"

#include <gtest/gtest.h>

#include <string>

#include "decoded.h"
#include "surface/batch.h"

namespace thalweg {
namespace {

using testing::Buffer;

using Caps = std::unique_ptr<GstCaps, decltype(&gst_caps_unref)>;

Caps caps(const char* text) { return {gst_caps_from_string(text), gst_caps_unref}; }

/// Byte i is i + `first`.
GstMemory* memory(size_t bytes, int first = 0) {
  GstMemory* made = gst_allocator_alloc(nullptr, bytes, nullptr);
  GstMapInfo map;
  EXPECT_TRUE(gst_memory_map(made, &map, GST_MAP_WRITE));
  for (size_t i = 0; i < bytes; ++i) map.data[i] = uint8_t(int(i) + first);
  gst_memory_unmap(made, &map);
  return made;
}

Buffer buffer(size_t bytes) {
  Buffer made(gst_buffer_new());
  gst_buffer_append_memory(made.get(), memory(bytes));
  return made;
}

std::string problem(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

constexpr char kGray[] = "video/x-raw,format=GRAY8,width=6,height=4,framerate=0/1";  // rows of 8

TEST(SystemLayout, IsThatOfTheCaps) {
  const Buffer gray = buffer(32);
  const auto layout = system_layout_of(gray.get(), caps(kGray).get());
  const auto picture = SystemMemory::of(gray.get())->read(layout);
  EXPECT_EQ(picture->pixels().width, 6);
  EXPECT_EQ(picture->pixels().height, 4);
  EXPECT_EQ(picture->pixels().planes[0].stride_bytes, 8);
  EXPECT_EQ(picture->pixels().planes[0].data[3 * 8 + 5], 29);
  EXPECT_FALSE(picture->is_private_memory());
}

TEST(SystemLayout, IsThatOfTheMetaWithTheColoursOfTheCaps) {
  const Buffer i420 = buffer(200);
  gsize offsets[4] = {8, 120, 160};
  gint strides[4] = {16, 8, 8};
  gst_buffer_add_video_meta_full(i420.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 10,
                                 6, 3, offsets, strides);
  auto layout = system_layout_of(i420.get(), nullptr);
  EXPECT_EQ(layout.colour, (Colour{Colour::kBt601, false}));
  const auto pixels = SystemMemory::of(i420.get())->read(layout)->pixels();
  EXPECT_EQ(pixels.planes[0].data[16], 24);
  EXPECT_EQ(pixels.planes[1].data[0], 120);
  EXPECT_EQ(pixels.planes[2].data[2 * 8 + 4], 180);
  layout = system_layout_of(
      i420.get(),
      caps("video/x-raw,format=I420,width=10,height=6,framerate=0/1,colorimetry=bt709").get());
  EXPECT_EQ(layout.colour, (Colour{Colour::kBt709, false}));
}

TEST(SystemLayout, IsWhatItsMakerDescribed) {
  GstVideoInfo info;
  ASSERT_TRUE(gst_video_info_from_caps(
      &info,
      caps("video/x-raw,format=NV12,width=8,height=4,framerate=0/1,colorimetry=1:3:5:1").get()));
  const Buffer nv12 = buffer(info.size);
  for (int round = 0; round < 2; ++round) describe(nv12.get(), info);
  const auto layout = system_layout_of(nv12.get(), nullptr);
  EXPECT_EQ(layout.colour, (Colour{Colour::kBt709, true}));
  EXPECT_EQ(GST_VIDEO_INFO_FORMAT(&layout.info), GST_VIDEO_FORMAT_NV12);
  gpointer state = nullptr;
  int metas = 0;
  while (gst_buffer_iterate_meta(nv12.get(), &state)) ++metas;
  EXPECT_EQ(metas, 1);
}

TEST(SystemLayout, SaysWhatIsMissing) {
  const Buffer gray = buffer(32);
  EXPECT_EQ(
      problem([&] { system_layout_of(gray.get(), nullptr); }),
      "expected a buffer of memory:NVMM, got one of memory type 'SystemMemory' with 32 bytes; "
      "put nvvideoconvert before, or give the pad, Batch.of(info, pad): its caps tell what "
      "lies in system memory");
  for (const char* wrong : {"image/jpeg", "video/x-raw", "video/x-raw(memory:NVMM), format=GRAY8"})
    EXPECT_TRUE(problem([&] { system_layout_of(gray.get(), caps(wrong).get()); })
                    .starts_with("this buffer is in system memory: expected fixed caps of "
                                 "video/x-raw, got '"));
}

TEST(SystemMemory, LeavesTheBufferWritableAndTheMemoryWhereItIs) {
  const Buffer gray = buffer(32);
  const auto held = SystemMemory::of(gray.get());
  EXPECT_EQ(SystemMemory::of(gray.get()), held);
  GstMemory* before = gst_buffer_peek_memory(gray.get(), 0);
  EXPECT_TRUE(gst_buffer_is_writable(gray.get()));
  GstMapInfo map;
  ASSERT_TRUE(gst_buffer_map(gray.get(), &map, GST_MAP_WRITE));
  gst_buffer_unmap(gray.get(), &map);
  EXPECT_EQ(gst_buffer_peek_memory(gray.get(), 0), before);
}

TEST(SystemMemory, GivesPicturesThatLaterWritersLeaveAlone) {
  const auto layout = [](const Buffer& of) {
    return system_layout_of(of.get(), caps(kGray).get());
  };
  Buffer gray = buffer(32);
  const auto old = SystemMemory::of(gray.get());
  const auto picture = old->read(layout(gray));
  GstMapInfo map;
  ASSERT_TRUE(gst_buffer_map(gray.get(), &map, GST_MAP_WRITE));
  map.data[9] = 200;
  gst_buffer_unmap(gray.get(), &map);
  EXPECT_EQ(picture->pixels().planes[0].data[9], 9);
  const auto next = SystemMemory::of(gray.get());
  EXPECT_NE(next, old);
  EXPECT_EQ(next->read(layout(gray))->pixels().planes[0].data[9], 200);
  gray.reset();
  EXPECT_EQ(picture->pixels().planes[0].data[9], 9);
}

TEST(SystemMemory, GoesWithItsBuffer) {
  Buffer gray = buffer(32);
  const std::weak_ptr<const SystemMemory> seen = SystemMemory::of(gray.get());
  EXPECT_FALSE(seen.expired());
  gray.reset();
  EXPECT_TRUE(seen.expired());
}

TEST(SystemMemory, ReadsPlanesInMemoriesOfTheirOwn) {
  const Buffer nv12(gst_buffer_new());
  gst_buffer_append_memory(nv12.get(), memory(8 * 4));
  gst_buffer_append_memory(nv12.get(), memory(8 * 2, 100));
  const auto layout = system_layout_of(
      nv12.get(), caps("video/x-raw,format=NV12,width=8,height=4,framerate=0/1").get());
  const auto picture = SystemMemory::of(nv12.get())->read(layout);
  EXPECT_EQ(picture->pixels().planes[0].data[31], 31);
  EXPECT_EQ(picture->pixels().planes[1].data[15], 115);
}

TEST(SystemMemory, RefusesWhatDoesNotFit) {
  const Buffer gray = buffer(29);  // the last row ends at byte 30
  auto layout = system_layout_of(gray.get(), caps(kGray).get());
  EXPECT_EQ(problem([&] { SystemMemory::of(gray.get())->read(layout); }),
            "plane 0 of a picture of GRAY8, 6 x 4 samples from byte 0 with rows of 8 bytes, does "
            "not lie in one memory of a buffer of 29 bytes; are these the buffer's caps?");
  for (const int stride : {-8, 0, 5}) {
    layout.info.stride[0] = stride;
    EXPECT_NE(problem([&] { SystemMemory::of(gray.get())->read(layout); }), "no error");
  }
  const Buffer last_row = buffer(30);
  EXPECT_EQ(
      problem([&] {
        SystemMemory::of(last_row.get())->read(system_layout_of(last_row.get(), caps(kGray).get()));
      }),
      "no error");
}

TEST(SystemMemory, SaysThatItIsBeingWritten) {
  const Buffer gray = buffer(32);
  const auto layout = system_layout_of(gray.get(), caps(kGray).get());
  const auto held = SystemMemory::of(gray.get());
  GstMapInfo map;
  ASSERT_TRUE(gst_buffer_map(gray.get(), &map, GST_MAP_WRITE));
  EXPECT_EQ(problem([&] { held->read(layout); }),
            "memory of type 'SystemMemory' cannot be mapped for reading now; put nvvideoconvert "
            "before");
  gst_buffer_unmap(gray.get(), &map);
  EXPECT_EQ(problem([&] { held->read(layout); }), "no error");
}

}  // namespace
}  // namespace thalweg
