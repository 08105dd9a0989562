#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "decoded.h"
#include "surface/batch.h"

namespace thalweg {
namespace {

using testing::Buffer;
using testing::hash;
using testing::paint;

Buffer buffer_of(std::unique_ptr<Batch> batch) {
  Buffer buffer(gst_buffer_new());
  gst_buffer_append_memory(buffer.get(), new_nvmm_memory(std::move(batch)));
  return buffer;
}

Buffer gray_buffer(uint8_t value, std::shared_ptr<const Picture>* shared = nullptr) {
  auto picture = Picture::allocate(NVBUF_COLOR_FORMAT_GRAY8, 16, 16);
  paint(picture->mutable_pixels(), value);
  if (shared) *shared = picture;
  auto batch = std::make_unique<Batch>(2);
  batch->add(std::move(picture));
  return buffer_of(std::move(batch));
}

uint8_t first_byte(GstBuffer* buffer) {
  return batch_of(buffer)->frame(0).read().planes[0].data[0];
}

TEST(NvmmMemory, MapsToTheSurface) {
  const Buffer buffer = gray_buffer(9);
  EXPECT_TRUE(gst_memory_is_type(gst_buffer_peek_memory(buffer.get(), 0), "nvmm"));
  GstMapInfo map;
  ASSERT_TRUE(gst_buffer_map(buffer.get(), &map, GST_MAP_READ));
  EXPECT_EQ(map.size, sizeof(NvBufSurface));
  const auto* surface = reinterpret_cast<const NvBufSurface*>(map.data);
  EXPECT_EQ(surface->batchSize, 2u);
  EXPECT_EQ(surface->numFilled, 1u);
  EXPECT_EQ(*static_cast<const uint8_t*>(surface->surfaceList[0].dataPtr), 9);
  gst_buffer_unmap(buffer.get(), &map);
}

TEST(NvmmMemory, AWriteMapGivesPrivateCopies) {
  std::shared_ptr<const Picture> picture;
  const Buffer buffer = gray_buffer(9, &picture);
  GstMapInfo map;
  ASSERT_TRUE(gst_buffer_map(buffer.get(), &map, GST_MAP_READWRITE));
  const auto* surface = reinterpret_cast<const NvBufSurface*>(map.data);
  *static_cast<uint8_t*>(surface->surfaceList[0].dataPtr) = 77;
  gst_buffer_unmap(buffer.get(), &map);
  EXPECT_EQ(picture->pixels().planes[0].data[0], 9);
  EXPECT_EQ(first_byte(buffer.get()), 77);
}

TEST(NvmmMemory, CopiesOfABufferShareUntilOneWrites) {
  const Buffer buffer = gray_buffer(9);
  for (const auto copy_of : {gst_buffer_copy, gst_buffer_copy_deep}) {
    const Buffer copy(copy_of(buffer.get()));
    ASSERT_NE(batch_of(copy.get()), nullptr);
    EXPECT_NE(batch_of(copy.get()), batch_of(buffer.get()));
    EXPECT_EQ(batch_of(copy.get())->frame(0).read().planes[0].data,
              batch_of(buffer.get())->frame(0).read().planes[0].data);
    paint(batch_of(copy.get())->frame(0).write(), 50);
    EXPECT_EQ(first_byte(buffer.get()), 9);
  }
}

TEST(NvmmMemory, MakeWritableKeepsTheOtherBranchesPixels) {
  const Buffer watched = gray_buffer(9);
  GstBuffer* drawn = gst_buffer_make_writable(gst_buffer_ref(watched.get()));
  ASSERT_NE(drawn, watched.get());
  paint(batch_of(drawn)->frame(0).write(), 50);
  EXPECT_EQ(first_byte(watched.get()), 9);
  EXPECT_EQ(first_byte(drawn), 50);
  gst_buffer_unref(drawn);
}

// Allocators of other libraries, as upstream's: memory that maps to an NvBufSurface.
struct ForeignMemory {
  GstMemory memory;
  NvBufSurface* surface;
};

GstAllocator* foreign_allocator() {
  static GstAllocator* const made = [] {
    const GType type = g_type_register_static_simple(
        GST_TYPE_ALLOCATOR, "TestForeignAllocator", sizeof(GstAllocatorClass),
        [](gpointer klass, gpointer) {
          static_cast<GstAllocatorClass*>(klass)->free = [](GstAllocator*, GstMemory* memory) {
            delete reinterpret_cast<ForeignMemory*>(memory);
          };
        },
        sizeof(GstAllocator),
        [](GTypeInstance* instance, gpointer) {
          auto* allocator = reinterpret_cast<GstAllocator*>(instance);
          allocator->mem_type = "nvds";
          allocator->mem_map = [](GstMemory* memory, gsize, GstMapFlags) -> gpointer {
            return reinterpret_cast<ForeignMemory*>(memory)->surface;
          };
          allocator->mem_unmap = [](GstMemory*) {};
        },
        GTypeFlags(0));
    auto* allocator = static_cast<GstAllocator*>(g_object_new(type, nullptr));
    gst_object_ref_sink(allocator);
    return allocator;
  }();
  return made;
}

Buffer foreign_buffer(NvBufSurface* surface) {
  auto* memory = new ForeignMemory{};
  gst_memory_init(&memory->memory, GST_MEMORY_FLAG_NO_SHARE, foreign_allocator(), nullptr,
                  sizeof(NvBufSurface), 0, 0, sizeof(NvBufSurface));
  memory->surface = surface;
  Buffer buffer(gst_buffer_new());
  gst_buffer_append_memory(buffer.get(), &memory->memory);
  return buffer;
}

struct ForeignSurface {
  std::vector<uint8_t> pixels = std::vector<uint8_t>(32 * 16 * 3 / 2, 60);
  NvBufSurfaceParams params{};
  NvBufSurface surface{};
  explicit ForeignSurface(NvBufSurfaceMemType type) {
    params.width = 30;
    params.height = 16;
    params.pitch = 32;
    params.colorFormat = NVBUF_COLOR_FORMAT_NV12;
    params.dataPtr = pixels.data();
    params.planeParams.num_planes = 2;
    params.planeParams.pitch[0] = params.planeParams.pitch[1] = 32;
    params.planeParams.offset[1] = 32 * 16;
    surface.batchSize = surface.numFilled = 1;
    surface.memType = type;
    surface.surfaceList = &params;
  }
};

TEST(NvmmMemory, ForeignHostMemoryBecomesABatch) {
  ForeignSurface foreign(NVBUF_MEM_CUDA_UNIFIED);
  const Buffer buffer = foreign_buffer(&foreign.surface);
  Batch* batch = batch_of(buffer.get());
  ASSERT_NE(batch, nullptr) << why_not_batch(buffer.get());
  EXPECT_EQ(batch_of(buffer.get()), batch);
  EXPECT_EQ(batch->frame(0).width(), 30);
  EXPECT_EQ(batch->frame(0).read().planes[1].data, foreign.pixels.data() + 32 * 16);
  EXPECT_EQ(batch->surface(), &foreign.surface);
  paint(batch->frame(0).write(), 5);
  EXPECT_EQ(foreign.pixels[0], 5) << "its owner sees what we draw";
  const auto copy = batch->copy();
  foreign.pixels[0] = 6;
  EXPECT_EQ(copy->frame(0).read().planes[0].data[0], 5) << "a copy does not need the owner";
}

TEST(NvmmMemory, AWeakBatchEndsWithItsBuffer) {
  Buffer buffer = gray_buffer(9);
  const std::weak_ptr<Batch> weak = weak_batch_of(buffer.get());
  EXPECT_EQ(weak.lock().get(), batch_of(buffer.get()));
  const auto reader = weak.lock();
  buffer.reset();
  EXPECT_EQ(reader->frame(0).read().planes[0].data[0], 9) << "who reads, reads on";
  const Buffer system(gst_buffer_new_allocate(nullptr, 8, nullptr));
  EXPECT_TRUE(weak_batch_of(system.get()).expired());
}

TEST(NvmmMemory, ForeignMemoryWaitsForItsReaders) {
  ForeignSurface foreign(NVBUF_MEM_SYSTEM);
  Buffer buffer = foreign_buffer(&foreign.surface);
  const std::weak_ptr<Batch> weak = weak_batch_of(buffer.get());
  auto reader = weak.lock();
  ASSERT_NE(reader, nullptr);
  std::promise<void> begun;
  std::atomic<bool> read = false;
  std::thread freeing([&] {
    begun.set_value();
    buffer.reset();
    EXPECT_TRUE(read) << "freed under a reader";
  });
  begun.get_future().wait();
  EXPECT_EQ(reader->frame(0).read().planes[0].data[0], 60);
  read = true;
  reader.reset();
  freeing.join();
  EXPECT_TRUE(weak.expired());
}

TEST(NvmmMemory, SaysWhyABufferHasNoBatch) {
  ForeignSurface device(NVBUF_MEM_CUDA_DEVICE);
  const Buffer on_device = foreign_buffer(&device.surface);
  EXPECT_EQ(batch_of(on_device.get()), nullptr);
  EXPECT_EQ(why_not_batch(on_device.get()),
            "a memory:NVMM buffer of another library has memType 2 (CUDA device memory): expected "
            "host memory (1 CUDA pinned, 3 CUDA unified or 6 system); set nvbuf-memory-type=3 on "
            "the element that makes it, or put its own converter to system memory before");
  ForeignSurface odd(NVBUF_MEM_SYSTEM);
  odd.params.colorFormat = NVBUF_COLOR_FORMAT_NV12_10LE;
  EXPECT_EQ(why_not_batch(foreign_buffer(&odd.surface).get()),
            "surface 0 of a foreign memory:NVMM buffer has colour format number 29, layout 0: "
            "expected pitch-linear I420, NV12, RGBA, BGRx, RGB, BGR, GRAY8, UYVY or YUY2");
  const Buffer system(gst_buffer_new_allocate(nullptr, sizeof(NvBufSurface), nullptr));
  EXPECT_EQ(batch_of(system.get()), nullptr);
  EXPECT_EQ(
      why_not_batch(system.get()),
      "expected a buffer of memory:NVMM, got one of memory type 'SystemMemory' with 72 bytes; "
      "put nvvideoconvert before");
  const Buffer empty(gst_buffer_new());
  EXPECT_EQ(why_not_batch(empty.get()),
            "expected a buffer of memory:NVMM with one memory, got 0 memories; put nvvideoconvert "
            "before");
  EXPECT_EQ(why_not_batch(gray_buffer(1).get()), "");
}

}  // namespace
}  // namespace thalweg
