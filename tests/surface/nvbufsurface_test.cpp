#include <gtest/gtest.h>

#include <cstring>

#include "decoded.h"
#include "surface/batch.h"

namespace thalweg {
namespace {

struct Destroy {
  void operator()(NvBufSurface* surface) const { EXPECT_EQ(NvBufSurfaceDestroy(surface), 0); }
};
using Surface = std::unique_ptr<NvBufSurface, Destroy>;

Surface create(uint32_t batch, uint32_t width, uint32_t height, NvBufSurfaceColorFormat format,
               NvBufSurfaceMemType type = NVBUF_MEM_DEFAULT) {
  NvBufSurfaceCreateParams params{};
  params.width = width;
  params.height = height;
  params.colorFormat = format;
  params.memType = type;
  NvBufSurface* surface = nullptr;
  EXPECT_EQ(NvBufSurfaceCreate(&surface, batch, &params), 0);
  return Surface(surface);
}

uint8_t& byte(const NvBufSurface& surface, int picture, int plane, int x, int y) {
  const NvBufSurfaceParams& params = surface.surfaceList[picture];
  return static_cast<uint8_t*>(
      params.dataPtr)[params.planeParams.offset[plane] + y * params.planeParams.pitch[plane] + x];
}

TEST(NvBufSurface, CreateGivesHostMemoryWhateverWasAskedFor) {
  for (const auto type : {NVBUF_MEM_DEFAULT, NVBUF_MEM_CUDA_PINNED, NVBUF_MEM_CUDA_DEVICE,
                          NVBUF_MEM_CUDA_UNIFIED, NVBUF_MEM_SURFACE_ARRAY, NVBUF_MEM_SYSTEM}) {
    const Surface surface = create(3, 61, 41, NVBUF_COLOR_FORMAT_NV12, type);
    EXPECT_EQ(surface->memType, NVBUF_MEM_SYSTEM);
    EXPECT_EQ(surface->batchSize, 3u);
    EXPECT_EQ(surface->numFilled, 0u);
    EXPECT_EQ(NvBufSurfaceMemSet(surface.get(), -1, -1, 33), 0);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(byte(*surface, i, 0, 60, 40), 33);
      EXPECT_EQ(byte(*surface, i, 1, 61, 20), 33);
    }
  }
}

TEST(NvBufSurface, CreateBySizeGivesThatManyBytes) {
  NvBufSurfaceCreateParams params{};
  params.size = 1000;
  NvBufSurface* surface = nullptr;
  ASSERT_EQ(NvBufSurfaceCreate(&surface, 1, &params), 0);
  EXPECT_GE(surface->surfaceList[0].dataSize, 1000u);
  EXPECT_EQ(NvBufSurfaceDestroy(surface), 0);
}

TEST(NvBufSurface, AllocateTakesTheLongerParameters) {
  NvBufSurfaceAllocateParams params{};
  params.params.width = params.params.height = 32;
  params.params.colorFormat = NVBUF_COLOR_FORMAT_RGBA;
  NvBufSurface* surface = nullptr;
  ASSERT_EQ(NvBufSurfaceAllocate(&surface, 1, &params), 0);
  EXPECT_EQ(surface->surfaceList[0].planeParams.bytesPerPix[0], 4u);
  EXPECT_EQ(NvBufSurfaceDestroy(surface), 0);
}

TEST(NvBufSurface, CopyAndMemSetTouchWhatTheyShould) {
  const Surface from = create(2, 60, 40, NVBUF_COLOR_FORMAT_YUV420);
  const Surface to = create(2, 60, 40, NVBUF_COLOR_FORMAT_YUV420);
  ASSERT_EQ(NvBufSurfaceMemSet(from.get(), -1, -1, 1), 0);
  ASSERT_EQ(NvBufSurfaceMemSet(from.get(), 1, 2, 9), 0);
  EXPECT_EQ(byte(*from, 1, 1, 0, 0), 1);
  ASSERT_EQ(NvBufSurfaceCopy(from.get(), to.get()), 0);
  EXPECT_EQ(byte(*to, 0, 2, 29, 19), 1);
  EXPECT_EQ(byte(*to, 1, 2, 29, 19), 9);
  const Surface smaller = create(2, 30, 40, NVBUF_COLOR_FORMAT_YUV420);
  EXPECT_EQ(NvBufSurfaceCopy(from.get(), smaller.get()), -1);
  const Surface fewer = create(1, 60, 40, NVBUF_COLOR_FORMAT_YUV420);
  EXPECT_EQ(NvBufSurfaceCopy(from.get(), fewer.get()), -1);
}

TEST(NvBufSurface, RawRoundTrip) {
  const Surface surface = create(1, 50, 20, NVBUF_COLOR_FORMAT_RGBA);
  std::vector<uint8_t> in(50 * 20 * 4), out(in.size());
  for (size_t i = 0; i < in.size(); ++i) in[i] = uint8_t(i * 31);
  ASSERT_EQ(Raw2NvBufSurface(in.data(), 0, 0, 50, 20, surface.get()), 0);
  ASSERT_EQ(NvBufSurface2Raw(surface.get(), 0, 0, 50, 20, out.data()), 0);
  EXPECT_EQ(in, out);
}

TEST(NvBufSurface, MapForWritingCopiesThePictureOnce) {
  const auto picture = Picture::allocate(NVBUF_COLOR_FORMAT_GRAY8, 16, 16);
  testing::paint(picture->mutable_pixels(), 10);
  Batch batch(1);
  batch.add(picture);
  NvBufSurface* surface = batch.surface();
  const NvBufSurfaceParams& params = surface->surfaceList[0];
  EXPECT_EQ(params.mappedAddr.addr[0], nullptr);
  ASSERT_EQ(NvBufSurfaceMap(surface, 0, 0, NVBUF_MAP_READ), 0);
  EXPECT_EQ(params.mappedAddr.addr[0], picture->pixels().planes[0].data);
  ASSERT_EQ(NvBufSurfaceMap(surface, 0, 0, NVBUF_MAP_READ_WRITE), 0);
  ASSERT_EQ(NvBufSurfaceSyncForCpu(surface, 0, 0), 0);
  auto* mapped = static_cast<uint8_t*>(params.mappedAddr.addr[0]);
  EXPECT_NE(mapped, picture->pixels().planes[0].data);
  EXPECT_EQ(mapped, params.dataPtr);
  *mapped = 99;
  ASSERT_EQ(NvBufSurfaceSyncForDevice(surface, 0, 0), 0);
  ASSERT_EQ(NvBufSurfaceUnMap(surface, 0, 0), 0);
  EXPECT_EQ(params.mappedAddr.addr[0], nullptr);
  EXPECT_EQ(picture->pixels().planes[0].data[0], 10);
  EXPECT_EQ(batch.frame(0).read().planes[0].data[0], 99);
}

TEST(NvBufSurface, WrongArgumentsFail) {
  const Surface surface = create(2, 32, 32, NVBUF_COLOR_FORMAT_NV12);
  EXPECT_EQ(NvBufSurfaceMap(surface.get(), 2, 0, NVBUF_MAP_READ), -1);
  EXPECT_EQ(NvBufSurfaceMap(surface.get(), -2, 0, NVBUF_MAP_READ), -1);
  EXPECT_EQ(NvBufSurfaceMap(surface.get(), 0, 2, NVBUF_MAP_READ), -1);
  EXPECT_EQ(NvBufSurfaceMap(nullptr, 0, 0, NVBUF_MAP_READ), -1);
  EXPECT_EQ(NvBufSurfaceDestroy(nullptr), -1);
  NvBufSurface foreign{};
  EXPECT_EQ(NvBufSurfaceDestroy(&foreign), -1);
  Batch batch(1);
  batch.add(Picture::allocate(NVBUF_COLOR_FORMAT_GRAY8, 16, 16));
  EXPECT_EQ(NvBufSurfaceDestroy(batch.surface()), -1) << "the buffer owns it";
  NvBufSurfaceCreateParams params{};
  params.width = params.height = 32;
  params.colorFormat = NVBUF_COLOR_FORMAT_NV12_10LE;
  NvBufSurface* none = nullptr;
  EXPECT_EQ(NvBufSurfaceCreate(&none, 1, &params), -1);
  params.colorFormat = NVBUF_COLOR_FORMAT_NV12;
  params.layout = NVBUF_LAYOUT_BLOCK_LINEAR;
  EXPECT_EQ(NvBufSurfaceCreate(&none, 1, &params), -1);
  EXPECT_EQ(none, nullptr);
}

TEST(NvBufSurface, FunctionsOfOtherMemoryFail) {
  const Surface surface = create(1, 32, 32, NVBUF_COLOR_FORMAT_NV12);
  EXPECT_EQ(NvBufSurfaceMapEglImage(surface.get(), 0), -1);
  EXPECT_EQ(NvBufSurfaceUnMapEglImage(surface.get(), 0), -1);
  EXPECT_EQ(NvBufSurfaceMapCudaBuffer(surface.get(), 0), -1);
  EXPECT_EQ(NvBufSurfaceUnMapCudaBuffer(surface.get(), 0), -1);
  EXPECT_EQ(NvBufSurfaceMapNvmmBuffer(surface.get(), 0), -1);
  EXPECT_EQ(NvBufSurfaceUnMapNvmmBuffer(surface.get(), 0), -1);
  EXPECT_EQ(NvBufSurfaceGetDeviceInfo(nullptr), -1);
  EXPECT_EQ(NvBufSurfaceFromFd(3, nullptr), -1);
  EXPECT_EQ(NvBufSurfaceImport(nullptr, nullptr), -1);
  EXPECT_EQ(NvBufSurfaceGetMapParams(surface.get(), 0, nullptr), -1);
  EXPECT_EQ(NvBufSurfaceSyncGpuL2CacheForDevice(surface.get(), 0, nullptr), -1);
  surface->memType = NVBUF_MEM_CUDA_DEVICE;
  NvBufSurface device = *surface;
  device._reserved[0] = nullptr;
  EXPECT_EQ(NvBufSurfaceMap(&device, 0, 0, NVBUF_MAP_READ), -1);
}

}  // namespace
}  // namespace thalweg
