// The C functions of nvbufsurface.h for host memory.
//
// Every surface made here is host memory, whatever memType was asked for, and says so: its memType
// is NVBUF_MEM_SYSTEM. Functions that need a GPU, EGL or a file descriptor return -1.
#include "nvbufsurface.h"

#include <gst/gst.h>

#include <algorithm>
#include <cstdarg>
#include <cstring>
#include <exception>

#include "surface/batch.h"

#define NVDS_EXPORT extern "C" THALWEG_SURFACE_API

namespace {

using thalweg::Batch;

constexpr int kOk = 0, kFailed = -1;
// Third reserved word of surfaces that NvBufSurfaceDestroy may free; those of buffers are not.
const char kMadeByCreate = 0;

GstDebugCategory* category() {
  static GstDebugCategory* const made =
      _gst_debug_category_new("nvbufsurface", 0, "NvBufSurface functions of Thalweg");
  return made;
}

[[gnu::format(printf, 1, 2)]] int failed(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  gst_debug_log_valist(category(), GST_LEVEL_WARNING, __FILE__, "", 0, nullptr, format, arguments);
  va_end(arguments);
  return kFailed;
}

/// Calls work(i) for picture `index` of the surface, or for all of them when it is -1.
template <class Work>
int for_each_picture(const char* function, NvBufSurface* surface, int index, Work work) {
  if (!surface || !surface->surfaceList) return failed("%s: no surface given", function);
  if (index < -1 || index >= int(surface->batchSize))
    return failed("%s: index %d, but the surface has room for %u pictures", function, index,
                  surface->batchSize);
  const int filled = int(surface->numFilled ? surface->numFilled : surface->batchSize);
  try {
    for (int i = index < 0 ? 0 : index; i <= (index < 0 ? filled - 1 : index); ++i)
      if (work(i) != kOk) return kFailed;
  } catch (const std::exception& error) {
    return failed("%s: %s", function, error.what());
  }
  return kOk;
}

/// Calls work(p) for plane `plane` of the picture, or for all of them when it is -1.
template <class Work>
int for_each_plane(const char* function, const NvBufSurfaceParams& picture, int plane, Work work) {
  const int count = int(picture.planeParams.num_planes);
  if (plane < -1 || plane >= count)
    return failed("%s: plane %d, but the picture has %d planes", function, plane, count);
  for (int p = plane < 0 ? 0 : plane; p <= (plane < 0 ? count - 1 : plane); ++p) work(p);
  return kOk;
}

uint8_t* plane_data(const NvBufSurfaceParams& picture, int plane) {
  return static_cast<uint8_t*>(picture.dataPtr) + picture.planeParams.offset[plane];
}

bool is_host(const NvBufSurface* surface) {
  return Batch::of(surface) || surface->memType == NVBUF_MEM_SYSTEM ||
         surface->memType == NVBUF_MEM_CUDA_PINNED || surface->memType == NVBUF_MEM_CUDA_UNIFIED;
}

int not_host(const NvBufSurface* surface) {
  return failed("memType %d is not host memory: these pixels cannot be reached", surface->memType);
}

/// Copies `rows` rows of `bytes` bytes.
void copy_rows(uint8_t* to, size_t to_pitch, const uint8_t* from, size_t from_pitch, size_t bytes,
               uint32_t rows) {
  for (uint32_t y = 0; y < rows; ++y) std::memcpy(to + y * to_pitch, from + y * from_pitch, bytes);
}

size_t row_bytes(const NvBufSurfaceParams& picture, int plane) {
  return size_t(picture.planeParams.width[plane]) * picture.planeParams.bytesPerPix[plane];
}

int unsupported(const char* function, const char* what) {
  return failed("%s: needs %s, and these surfaces are host memory", function, what);
}

int create(const char* function, NvBufSurface** surface, uint32_t batch_size,
           const NvBufSurfaceCreateParams* params) {
  if (!surface || !params || !batch_size)
    return failed("%s: needs a place for the result, parameters and a batch size of at least 1",
                  function);
  if (params->layout != NVBUF_LAYOUT_PITCH)
    return failed("%s: layout %d: only pitch-linear surfaces exist in host memory", function,
                  int(params->layout));
  try {
    auto batch = std::make_unique<Batch>(int(batch_size));
    int width = int(params->width), height = int(params->height);
    NvBufSurfaceColorFormat format = params->colorFormat;
    if (params->size && (!width || !height)) {  // so many bytes, whatever they mean
      width = int(params->size), height = 1, format = NVBUF_COLOR_FORMAT_GRAY8;
    }
    for (uint32_t i = 0; i < batch_size; ++i)
      batch->add(thalweg::Picture::allocate(format, width, height));
    NvBufSurface* made = batch->writable_surface();
    made->numFilled = 0;  // the caller's to count, as upstream has it
    made->gpuId = params->gpuId;
    made->_reserved[2] = const_cast<char*>(&kMadeByCreate);
    *surface = made;
    static_cast<void>(batch.release());  // NvBufSurfaceDestroy takes it back
  } catch (const std::exception& error) {
    return failed("%s: %s", function, error.what());
  }
  return kOk;
}

}  // namespace

NVDS_EXPORT int NvBufSurfaceCreate(NvBufSurface** surf, uint32_t batchSize,
                                   NvBufSurfaceCreateParams* params) {
  return create(__func__, surf, batchSize, params);
}

NVDS_EXPORT int NvBufSurfaceAllocate(NvBufSurface** surf, uint32_t batchSize,
                                     NvBufSurfaceAllocateParams* paramsext) {
  return create(__func__, surf, batchSize, paramsext ? &paramsext->params : nullptr);
}

NVDS_EXPORT int NvBufSurfaceDestroy(NvBufSurface* surf) {
  Batch* batch = Batch::of(surf);
  if (!batch || surf->_reserved[2] != &kMadeByCreate)
    return failed("%s: not a surface that NvBufSurfaceCreate made", __func__);
  delete batch;
  return kOk;
}

NVDS_EXPORT int NvBufSurfaceMap(NvBufSurface* surf, int index, int plane,
                                NvBufSurfaceMemMapFlags type) {
  return for_each_picture(__func__, surf, index, [&](int i) {
    if (!is_host(surf)) return not_host(surf);
    Batch* batch = Batch::of(surf);
    if (batch && type != NVBUF_MAP_READ) batch->frame(i).write();
    NvBufSurfaceParams& picture = surf->surfaceList[i];
    return for_each_plane("NvBufSurfaceMap", picture, plane, [&](int p) {
      void* address = plane_data(picture, p);
      if (picture.mappedAddr.addr[p] != address) picture.mappedAddr.addr[p] = address;
    });
  });
}

NVDS_EXPORT int NvBufSurfaceUnMap(NvBufSurface* surf, int index, int plane) {
  return for_each_picture(__func__, surf, index, [&](int i) {
    NvBufSurfaceParams& picture = surf->surfaceList[i];
    return for_each_plane("NvBufSurfaceUnMap", picture, plane,
                          [&](int p) { picture.mappedAddr.addr[p] = nullptr; });
  });
}

NVDS_EXPORT int NvBufSurfaceSyncForCpu(NvBufSurface* surf, int index, int plane) {
  return for_each_picture(__func__, surf, index, [&](int i) {
    return for_each_plane("NvBufSurfaceSyncForCpu", surf->surfaceList[i], plane, [](int) {});
  });
}

NVDS_EXPORT int NvBufSurfaceSyncForDevice(NvBufSurface* surf, int index, int plane) {
  return NvBufSurfaceSyncForCpu(surf, index, plane);
}

NVDS_EXPORT int NvBufSurfaceCopy(NvBufSurface* srcSurf, NvBufSurface* dstSurf) {
  if (!srcSurf || !dstSurf || !is_host(srcSurf) || !is_host(dstSurf))
    return failed("%s: needs two surfaces of host memory", __func__);
  if (dstSurf->batchSize < srcSurf->batchSize)
    return failed("%s: %u pictures do not fit into a surface of %u", __func__, srcSurf->batchSize,
                  dstSurf->batchSize);
  Batch* target_batch = Batch::of(dstSurf);
  const int status = for_each_picture(__func__, srcSurf, -1, [&](int i) {
    const NvBufSurfaceParams& from = srcSurf->surfaceList[i];
    if (target_batch) target_batch->frame(i).write();
    const NvBufSurfaceParams& to = dstSurf->surfaceList[i];
    if (from.colorFormat != to.colorFormat || from.width != to.width || from.height != to.height)
      return failed(
          "NvBufSurfaceCopy: picture %d is %u x %u of format %d, its target %u x %u of "
          "format %d",
          i, from.width, from.height, from.colorFormat, to.width, to.height, to.colorFormat);
    return for_each_plane("NvBufSurfaceCopy", from, -1, [&](int p) {
      copy_rows(plane_data(to, p), to.planeParams.pitch[p], plane_data(from, p),
                from.planeParams.pitch[p], row_bytes(from, p), from.planeParams.height[p]);
    });
  });
  if (status == kOk) dstSurf->numFilled = srcSurf->numFilled;
  return status;
}

NVDS_EXPORT int NvBufSurfaceMemSet(NvBufSurface* surf, int index, int plane, uint8_t value) {
  return for_each_picture(__func__, surf, index, [&](int i) {
    if (!is_host(surf)) return not_host(surf);
    if (Batch* batch = Batch::of(surf)) batch->frame(i).write();
    const NvBufSurfaceParams& picture = surf->surfaceList[i];
    return for_each_plane("NvBufSurfaceMemSet", picture, plane, [&](int p) {
      const NvBufSurfacePlaneParams& planes = picture.planeParams;
      for (uint32_t y = 0; y < planes.height[p]; ++y)
        std::memset(plane_data(picture, p) + size_t(y) * planes.pitch[p], value,
                    row_bytes(picture, p));
    });
  });
}

NVDS_EXPORT int NvBufSurface2Raw(NvBufSurface* Surf, unsigned int index, unsigned int plane,
                                 unsigned int out_width, unsigned int out_height,
                                 unsigned char* ptr) {
  return for_each_picture(__func__, Surf, int(index), [&](int i) {
    if (!is_host(Surf)) return not_host(Surf);
    const NvBufSurfaceParams& picture = Surf->surfaceList[i];
    return for_each_plane("NvBufSurface2Raw", picture, int(plane), [&](int p) {
      const size_t bytes = size_t(out_width) * picture.planeParams.bytesPerPix[p];
      copy_rows(ptr, bytes, plane_data(picture, p), picture.planeParams.pitch[p],
                std::min(bytes, row_bytes(picture, p)),
                std::min(out_height, picture.planeParams.height[p]));
    });
  });
}

NVDS_EXPORT int Raw2NvBufSurface(unsigned char* ptr, unsigned int index, unsigned int plane,
                                 unsigned int in_width, unsigned int in_height,
                                 NvBufSurface* Surf) {
  return for_each_picture(__func__, Surf, int(index), [&](int i) {
    if (!is_host(Surf)) return not_host(Surf);
    if (Batch* batch = Batch::of(Surf)) batch->frame(i).write();
    const NvBufSurfaceParams& picture = Surf->surfaceList[i];
    return for_each_plane("Raw2NvBufSurface", picture, int(plane), [&](int p) {
      const size_t bytes = size_t(in_width) * picture.planeParams.bytesPerPix[p];
      copy_rows(plane_data(picture, p), picture.planeParams.pitch[p], ptr, bytes,
                std::min(bytes, row_bytes(picture, p)),
                std::min(in_height, picture.planeParams.height[p]));
    });
  });
}

NVDS_EXPORT int NvBufSurfaceFromFd(int, void**) {
  return unsupported(__func__, "a DMA-BUF file descriptor");
}
NVDS_EXPORT int NvBufSurfaceMapEglImage(NvBufSurface*, int) { return unsupported(__func__, "EGL"); }
NVDS_EXPORT int NvBufSurfaceUnMapEglImage(NvBufSurface*, int) {
  return unsupported(__func__, "EGL");
}
NVDS_EXPORT int NvBufSurfaceImport(NvBufSurface**, const NvBufSurfaceMapParams*) {
  return unsupported(__func__, "memory of another process");
}
NVDS_EXPORT int NvBufSurfaceGetMapParams(const NvBufSurface*, int, NvBufSurfaceMapParams*) {
  return unsupported(__func__, "memory that another process can map");
}
NVDS_EXPORT int NvBufSurfaceMapCudaBuffer(NvBufSurface*, int) {
  return unsupported(__func__, "CUDA");
}
NVDS_EXPORT int NvBufSurfaceUnMapCudaBuffer(NvBufSurface*, int) {
  return unsupported(__func__, "CUDA");
}
NVDS_EXPORT int NvBufSurfaceMapNvmmBuffer(NvBufSurface*, int) {
  return unsupported(__func__, "memory of Tegra's multimedia engines");
}
NVDS_EXPORT int NvBufSurfaceUnMapNvmmBuffer(NvBufSurface*, int) {
  return unsupported(__func__, "memory of Tegra's multimedia engines");
}
NVDS_EXPORT int NvBufSurfaceGetDeviceInfo(NvBufSurfaceDeviceInfo*) {
  return unsupported(__func__, "a GPU");
}
NVDS_EXPORT int NvBufSurfaceSyncGpuL2CacheForDevice(NvBufSurface*, int,
                                                    NvBufSurfaceGPUL2SyncParams*) {
  return unsupported(__func__, "a GPU");
}
