#include "surface/batch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "decoded.h"
#include "surface/convert.h"

namespace thalweg {
namespace {

using testing::decoded_h264;
using testing::for_each_sample;
using testing::hash;
using testing::info_of;
using testing::paint;

std::shared_ptr<Picture> painted(NvBufSurfaceColorFormat format, int width, int height,
                                 uint8_t value) {
  auto picture = Picture::allocate(format, width, height);
  paint(picture->mutable_pixels(), value);
  return picture;
}

// The tee test: one branch draws, the pixels of the other hash as without drawing, and so does the
// picture that the decoder may still need.
TEST(Batch, DrawingInOneBranchLeavesTheOtherAndTheDecodersPictures) {
  SKIP_UNDER_THREAD_SANITIZER();
  std::vector<std::shared_ptr<const Picture>> pictures;
  std::vector<std::unique_ptr<Batch>> watched;
  std::vector<uint64_t> untouched;
  for_each_sample(decoded_h264(60, 320, 240), [&](GstSample* sample) {
    pictures.push_back(Picture::wrap(gst_sample_get_buffer(sample), info_of(sample)));
    untouched.push_back(hash(pictures.back()->pixels()));
    auto batch = std::make_unique<Batch>(1);
    batch->add(pictures.back());
    watched.push_back(batch->copy());
    const auto mapped = batch->copy();
    paint(batch->frame(0).write(), 255);
    NvBufSurface* surface = mapped->surface();
    ASSERT_EQ(NvBufSurfaceMap(surface, 0, -1, NVBUF_MAP_READ_WRITE), 0);
    ASSERT_EQ(NvBufSurfaceMemSet(surface, 0, -1, 7), 0);
    EXPECT_NE(hash(batch->frame(0).read()), untouched.back());
    EXPECT_NE(hash(mapped->frame(0).read()), untouched.back());
  });
  ASSERT_EQ(untouched.size(), 60u);
  EXPECT_NE(untouched[0], untouched[30]);
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(hash(pictures[i]->pixels()), untouched[i]);
    EXPECT_EQ(hash(watched[i]->frame(0).read()), untouched[i]);
  }
}

TEST(Batch, WritingGivesAPrivateCopyThatIsTheFrame) {
  const auto picture = painted(NVBUF_COLOR_FORMAT_YUV420, 64, 48, 10);
  Batch batch(1);
  Frame& frame = batch.add(picture);
  EXPECT_EQ(frame.read().planes[0].data, picture->pixels().planes[0].data);
  paint(frame.write(), 200);
  EXPECT_EQ(picture->pixels().planes[0].data[0], 10);
  EXPECT_EQ(frame.read().planes[0].data[0], 200);
  EXPECT_EQ(frame.source().picture->pixels().planes[0].data[0], 200);
  EXPECT_EQ(frame.write().planes[0].data, frame.read().planes[0].data);
}

TEST(Batch, APictureThatNobodyElseHoldsIsWrittenWithoutACopy) {
  auto picture = painted(NVBUF_COLOR_FORMAT_RGBA, 64, 48, 10);
  const uint8_t* memory = picture->pixels().planes[0].data;
  Batch batch(1);
  Frame& frame = batch.add(std::move(picture));
  EXPECT_EQ(frame.write().planes[0].data, memory);
}

TEST(Batch, CopiesSharePixelsUntilOneWrites) {
  Batch batch(2);
  batch.add(painted(NVBUF_COLOR_FORMAT_NV12, 64, 48, 10));
  batch.add(painted(NVBUF_COLOR_FORMAT_NV12, 64, 48, 20));
  paint(batch.frame(0).write(), 30);
  const auto copy = batch.copy();
  ASSERT_EQ(copy->size(), 2);
  EXPECT_EQ(copy->capacity(), 2);
  EXPECT_EQ(copy->frame(0).read().planes[0].data, batch.frame(0).read().planes[0].data);
  paint(copy->frame(0).write(), 40);
  paint(batch.frame(1).write(), 50);
  EXPECT_EQ(batch.frame(0).read().planes[0].data[0], 30);
  EXPECT_EQ(copy->frame(0).read().planes[0].data[0], 40);
  EXPECT_EQ(batch.frame(1).read().planes[0].data[0], 50);
  EXPECT_EQ(copy->frame(1).read().planes[0].data[0], 20);
}

TEST(Batch, AFrozenSourceStaysAsItIs) {
  Batch batch(1);
  batch.add(painted(NVBUF_COLOR_FORMAT_YUV420, 64, 48, 10), 128, 96, {0, 24, 128, 48});
  Frame& frame = batch.frame(0);
  const Frame::Source decoded = frame.frozen_source();
  EXPECT_EQ(decoded.picture, frame.source().picture);
  EXPECT_EQ(decoded.placement, (Rect{0, 24, 128, 48}));
  paint(frame.write(), 20);
  const Frame::Source written = frame.frozen_source();
  paint(frame.write(), 30);
  EXPECT_EQ(decoded.picture->pixels().planes[0].data[0], 10);
  EXPECT_EQ(written.picture->pixels().planes[0].data[0], 20);
  EXPECT_EQ(written.placement, (Rect{0, 0, 128, 96}));
  EXPECT_EQ(frame.read().planes[0].data[0], 30);
}

TEST(Batch, ACopyOfOneFrameSharesItsPixels) {
  auto batch = std::make_unique<Batch>(3);
  batch->add(painted(NVBUF_COLOR_FORMAT_NV12, 64, 48, 10));
  batch->add(painted(NVBUF_COLOR_FORMAT_NV12, 64, 48, 20), 128, 96, {32, 0, 64, 96});
  const auto one = batch->copy_of(1);
  EXPECT_EQ(one->size(), 1);
  EXPECT_EQ(one->capacity(), 1);
  EXPECT_EQ(one->frame(0).source().picture, batch->frame(1).source().picture);
  EXPECT_EQ(one->frame(0).source().placement, (Rect{32, 0, 64, 96}));
  paint(one->frame(0).write(), 30);
  EXPECT_EQ(batch->frame(1).source().picture->pixels().planes[0].data[0], 20);
  const auto first = batch->copy_of(0);
  const uint8_t* memory = first->frame(0).read().planes[0].data;
  batch.reset();
  EXPECT_EQ(first->frame(0).write().planes[0].data, memory) << "nobody else has it any more";
}

TEST(Batch, ScalingIsDeferredUntilSomebodyReads) {
  const auto picture = painted(NVBUF_COLOR_FORMAT_YUV420, 64, 48, 90);
  Batch batch(1);
  Frame& frame = batch.add(picture, 320, 180, {40, 0, 240, 180});
  EXPECT_EQ(frame.width(), 320);
  EXPECT_EQ(frame.height(), 180);
  const Frame::Source source = frame.source();
  EXPECT_EQ(source.picture, picture);
  EXPECT_EQ(source.placement, (Rect{40, 0, 240, 180}));
  const ConstPixels pixels = frame.read();
  EXPECT_EQ(pixels.width, 320);
  const auto luma = [&](int x, int y) {
    return int(pixels.planes[0].data[y * pixels.planes[0].stride_bytes + x]);
  };
  EXPECT_EQ(luma(39, 90), 16);
  EXPECT_EQ(luma(40, 90), 90);
  EXPECT_EQ(luma(279, 90), 90);
  EXPECT_EQ(luma(280, 90), 16);
  EXPECT_EQ(pixels.planes[1].data[19], 128);
  EXPECT_EQ(pixels.planes[1].data[20], 90);
  EXPECT_EQ(frame.source().picture, picture) << "reading leaves the source as it is";
  frame.write();
  EXPECT_EQ(frame.source().placement, (Rect{0, 0, 320, 180}));
}

TEST(Batch, FramesKeepTheColoursOfTheirPicture) {
  const Colour bt709{Colour::kBt709, false};
  Batch batch(1);
  batch.add(Picture::allocate(NVBUF_COLOR_FORMAT_NV12, 32, 16, bt709), 64, 64, {0, 16, 64, 32});
  EXPECT_EQ(batch.frame(0).read().colour, bt709);
  EXPECT_EQ(batch.surface()->surfaceList[0].colorFormat, NVBUF_COLOR_FORMAT_NV12_709);
  EXPECT_EQ(batch.copy()->frame(0).write().colour, bt709);
  EXPECT_EQ(batch.frame(0).write().colour, bt709);
  // Foreign code that hands the surface back means the same.
  EXPECT_EQ(Batch::adopt(batch.surface())->frame(0).read().colour, bt709);
  EXPECT_EQ(Batch::adopt(batch.surface())->frame(0).format(), NVBUF_COLOR_FORMAT_NV12);
}

TEST(Batch, PaddingOfRgbaIsTransparentBlack) {
  Batch batch(1);
  Frame& frame = batch.add(painted(NVBUF_COLOR_FORMAT_RGBA, 8, 8, 77), 32, 16, {8, 0, 16, 16});
  const ConstPixels pixels = frame.read();
  for (int c = 0; c < 4; ++c) EXPECT_EQ(pixels.planes[0].data[7 * 4 + c], 0);
}

TEST(Batch, PixelsAreMadeOnceForAllThreadsAndCopies) {
  for (int round = 0; round < 20; ++round) {
    Batch batch(1);
    batch.add(painted(NVBUF_COLOR_FORMAT_YUV420, 64, 48, 90), 640, 480, {0, 0, 640, 480});
    const auto copy = batch.copy();
    std::atomic<bool> go = false;
    std::vector<const uint8_t*> seen(8);
    std::vector<std::thread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        while (!go) std::this_thread::yield();
        Batch& mine = i % 2 ? batch : *copy;
        seen[i] = i < 4 ? mine.frame(0).read().planes[0].data
                        : static_cast<const uint8_t*>(mine.surface()->surfaceList[0].dataPtr);
      });
    go = true;
    for (std::thread& thread : threads) thread.join();
    for (const uint8_t* address : seen) EXPECT_EQ(address, seen[0]);
  }
}

TEST(Batch, BranchesOfATeeWriteAndReadAtOnce) {
  // What a tee does: each branch gets a copy, in a thread of its own.
  for (int round = 0; round < 20; ++round) {
    Batch batch(1);
    batch.add(painted(NVBUF_COLOR_FORMAT_YUV420, 64, 48, 90), 128, 96, {0, 0, 128, 96});
    const auto drawn = batch.copy(), watched = batch.copy();
    std::thread writer([&] { paint(drawn->frame(0).write(), 1); });
    uint64_t read = 0;
    std::thread reader([&] { read = hash(watched->frame(0).read()); });
    writer.join();
    reader.join();
    EXPECT_EQ(read, hash(batch.frame(0).read()));
    EXPECT_NE(read, hash(drawn->frame(0).read()));
  }
}

TEST(Batch, HundredsOfHeldPicturesStopNobody) {
  SKIP_UNDER_THREAD_SANITIZER();
  std::vector<std::unique_ptr<Batch>> held;
  const int frames = for_each_sample(decoded_h264(300, 160, 120), [&](GstSample* sample) {
    held.push_back(std::make_unique<Batch>(1));
    held.back()->add(Picture::wrap(gst_sample_get_buffer(sample), info_of(sample)));
  });
  EXPECT_EQ(frames, 300);
  EXPECT_NE(hash(held[0]->frame(0).read()), hash(held[150]->frame(0).read()));
}

TEST(Batch, PicturesOutliveTheirBatch) {
  auto batch = std::make_unique<Batch>(1);
  batch->add(painted(NVBUF_COLOR_FORMAT_GRAY8, 64, 48, 5), 32, 32, {0, 0, 32, 32});
  const auto picture = batch->frame(0).read_picture();
  paint(batch->frame(0).write(), 6);
  const auto written = batch->frame(0).source().picture;
  batch.reset();
  EXPECT_EQ(picture->pixels().planes[0].data[0], 5);
  EXPECT_EQ(written->pixels().planes[0].data[0], 6);
}

TEST(Batch, SurfaceDescribesEveryFrame) {
  Batch batch(4);
  batch.add(painted(NVBUF_COLOR_FORMAT_YUV420, 64, 48, 10), 128, 96, {0, 0, 128, 96});
  batch.add(painted(NVBUF_COLOR_FORMAT_RGBA, 50, 40, 20));
  const NvBufSurface* surface = batch.surface();
  EXPECT_EQ(surface->batchSize, 4u);
  EXPECT_EQ(surface->numFilled, 2u);
  EXPECT_EQ(surface->memType, NVBUF_MEM_SYSTEM);
  EXPECT_EQ(Batch::of(surface), &batch);
  const NvBufSurfaceParams& first = surface->surfaceList[0];
  EXPECT_EQ(first.width, 128u);
  EXPECT_EQ(first.height, 96u);
  EXPECT_EQ(first.colorFormat, NVBUF_COLOR_FORMAT_YUV420);
  EXPECT_EQ(first.layout, NVBUF_LAYOUT_PITCH);
  EXPECT_EQ(first.planeParams.num_planes, 3u);
  EXPECT_EQ(first.planeParams.width[1], 64u);
  EXPECT_EQ(first.planeParams.bytesPerPix[2], 1u);
  const uint8_t* data = static_cast<const uint8_t*>(first.dataPtr);
  const ConstPixels pixels = batch.frame(0).read();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(data + first.planeParams.offset[i], pixels.planes[i].data);
    EXPECT_EQ(int(first.planeParams.pitch[i]), pixels.planes[i].stride_bytes);
  }
  EXPECT_EQ(first.dataSize, first.planeParams.offset[2] + first.planeParams.psize[2]);
  EXPECT_EQ(surface->surfaceList[1].planeParams.bytesPerPix[0], 4u);
  batch.frame(1).write();
  EXPECT_EQ(surface->surfaceList[1].dataPtr, batch.frame(1).read().planes[0].data)
      << "the C view follows a copy-on-write";
}

template <class Exception, class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Batch, NamesWrongUse) {
  Batch batch(1);
  const auto picture = painted(NVBUF_COLOR_FORMAT_RGBA, 64, 48, 10);
  EXPECT_EQ(message_of<std::invalid_argument>([&] {
              batch.add(picture, 64, 48, {0, 0, 65, 48});
            }),
            "placement left 0, top 0, 65 x 48 does not lie in a frame of 64 x 48");
  batch.add(picture);
  EXPECT_EQ(message_of<std::logic_error>([&] { batch.add(picture); }),
            "a batch of 1 frames is full: cannot add another");
  EXPECT_EQ(message_of<std::out_of_range>([&] { batch.frame(1); }),
            "frame 1 asked of a batch that holds 1 frames");
  EXPECT_EQ(message_of<std::out_of_range>([&] { batch.copy_of(1); }),
            "frame 1 asked of a batch that holds 1 frames");
  EXPECT_EQ(message_of<std::invalid_argument>([&] { Batch{0}; }), "a batch cannot hold 0 frames");
}

}  // namespace
}  // namespace thalweg
