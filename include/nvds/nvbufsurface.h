// NvBufSurface: a batch of pictures, each with planes, pitches and an address.
//
// Functions return 0 on success and -1 on failure. `index` picks a picture of the batch (-1: all),
// `plane` a plane (-1: all). They may be called from any thread; two threads must not write the
// same picture at once.
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STRUCTURE_PADDING 4
#define NVBUF_MAX_PLANES 4

#define NVBUFSURFACE_CHROMA_SUBSAMPLING_HORIZ_DEFAULT 0
#define NVBUFSURFACE_CHROMA_SUBSAMPLING_VERT_DEFAULT 1
#define NVBUFSURFACE_CHROMA_SUBSAMPLING_PARAMS_DEFAULT \
  { NVBUFSURFACE_CHROMA_SUBSAMPLING_HORIZ_DEFAULT, NVBUFSURFACE_CHROMA_SUBSAMPLING_VERT_DEFAULT }

typedef enum {
  NVBUF_MAP_READ,
  NVBUF_MAP_WRITE,
  NVBUF_MAP_READ_WRITE,
} NvBufSurfaceMemMapFlags;

typedef enum {
  NvBufSurfaceTag_NONE = 0x0,
  NvBufSurfaceTag_CAMERA = 0x200,
  NvBufSurfaceTag_VIDEO_CONVERT = 0xf01,
  NvBufSurfaceTag_VIDEO_ENC = 0x1200,
  NvBufSurfaceTag_VIDEO_DEC = 0x1400,
  NvBufSurfaceTag_JPEG = 0x1500,
  NvBufSurfaceTag_PROTECTED = 0x1504,
} NvBufSurfaceTag;

/** Pixel formats; _ER is full range, _709 and _2020 the matrix (else BT.601). */
typedef enum {
  NVBUF_COLOR_FORMAT_INVALID = 0,
  NVBUF_COLOR_FORMAT_GRAY8 = 1,
  NVBUF_COLOR_FORMAT_YUV420 = 2,
  NVBUF_COLOR_FORMAT_YVU420 = 3,
  NVBUF_COLOR_FORMAT_YUV420_ER = 4,
  NVBUF_COLOR_FORMAT_YVU420_ER = 5,
  NVBUF_COLOR_FORMAT_NV12 = 6,
  NVBUF_COLOR_FORMAT_NV12_ER = 7,
  NVBUF_COLOR_FORMAT_NV21 = 8,
  NVBUF_COLOR_FORMAT_NV21_ER = 9,
  NVBUF_COLOR_FORMAT_UYVY = 10,
  NVBUF_COLOR_FORMAT_UYVY_ER = 11,
  NVBUF_COLOR_FORMAT_VYUY = 12,
  NVBUF_COLOR_FORMAT_VYUY_ER = 13,
  NVBUF_COLOR_FORMAT_YUYV = 14,
  NVBUF_COLOR_FORMAT_YUYV_ER = 15,
  NVBUF_COLOR_FORMAT_YVYU = 16,
  NVBUF_COLOR_FORMAT_YVYU_ER = 17,
  NVBUF_COLOR_FORMAT_YUV444 = 18,
  NVBUF_COLOR_FORMAT_RGBA = 19,
  NVBUF_COLOR_FORMAT_BGRA = 20,
  NVBUF_COLOR_FORMAT_ARGB = 21,
  NVBUF_COLOR_FORMAT_ABGR = 22,
  NVBUF_COLOR_FORMAT_RGBx = 23,
  NVBUF_COLOR_FORMAT_BGRx = 24,
  NVBUF_COLOR_FORMAT_xRGB = 25,
  NVBUF_COLOR_FORMAT_xBGR = 26,
  NVBUF_COLOR_FORMAT_RGB = 27,
  NVBUF_COLOR_FORMAT_BGR = 28,
  NVBUF_COLOR_FORMAT_NV12_10LE = 29,
  NVBUF_COLOR_FORMAT_NV12_12LE = 30,
  NVBUF_COLOR_FORMAT_YUV420_709 = 31,
  NVBUF_COLOR_FORMAT_YUV420_709_ER = 32,
  NVBUF_COLOR_FORMAT_NV12_709 = 33,
  NVBUF_COLOR_FORMAT_NV12_709_ER = 34,
  NVBUF_COLOR_FORMAT_YUV420_2020 = 35,
  NVBUF_COLOR_FORMAT_NV12_2020 = 36,
  NVBUF_COLOR_FORMAT_NV12_10LE_ER = 37,
  NVBUF_COLOR_FORMAT_NV12_10LE_709 = 38,
  NVBUF_COLOR_FORMAT_NV12_10LE_709_ER = 39,
  NVBUF_COLOR_FORMAT_NV12_10LE_2020 = 40,
  NVBUF_COLOR_FORMAT_SIGNED_R16G16 = 41,
  NVBUF_COLOR_FORMAT_R8_G8_B8 = 42,
  NVBUF_COLOR_FORMAT_B8_G8_R8 = 43,
  NVBUF_COLOR_FORMAT_R32F_G32F_B32F = 44,
  NVBUF_COLOR_FORMAT_B32F_G32F_R32F = 45,
  NVBUF_COLOR_FORMAT_YUV422 = 46,
  NVBUF_COLOR_FORMAT_NV21_10LE = 47,
  NVBUF_COLOR_FORMAT_NV21_12LE = 48,
  NVBUF_COLOR_FORMAT_NV12_12LE_2020 = 49,
  NVBUF_COLOR_FORMAT_NV16 = 50,
  NVBUF_COLOR_FORMAT_NV16_10LE = 51,
  NVBUF_COLOR_FORMAT_NV24 = 52,
  NVBUF_COLOR_FORMAT_NV24_10LE = 53,
  NVBUF_COLOR_FORMAT_NV16_ER = 54,
  NVBUF_COLOR_FORMAT_NV24_ER = 55,
  NVBUF_COLOR_FORMAT_NV16_709 = 56,
  NVBUF_COLOR_FORMAT_NV24_709 = 57,
  NVBUF_COLOR_FORMAT_NV16_709_ER = 58,
  NVBUF_COLOR_FORMAT_NV24_709_ER = 59,
  NVBUF_COLOR_FORMAT_NV24_10LE_709 = 60,
  NVBUF_COLOR_FORMAT_NV24_10LE_709_ER = 61,
  NVBUF_COLOR_FORMAT_NV24_10LE_2020 = 62,
  NVBUF_COLOR_FORMAT_NV24_12LE_2020 = 63,
  NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_709 = 64,
  NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_2020 = 65,
  NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_709 = 66,
  NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_2020 = 67,
  NVBUF_COLOR_FORMAT_A32 = 68,
  NVBUF_COLOR_FORMAT_UYVP = 69,
  NVBUF_COLOR_FORMAT_UYVP_ER = 70,
  NVBUF_COLOR_FORMAT_YUV444_ER = 71,
  NVBUF_COLOR_FORMAT_YUV444_709 = 72,
  NVBUF_COLOR_FORMAT_YUV444_709_ER = 73,
  NVBUF_COLOR_FORMAT_YUV444_2020 = 74,
  NVBUF_COLOR_FORMAT_YUV444_10LE = 75,
  NVBUF_COLOR_FORMAT_YUV444_10LE_ER = 76,
  NVBUF_COLOR_FORMAT_YUV444_10LE_709 = 77,
  NVBUF_COLOR_FORMAT_YUV444_10LE_709_ER = 78,
  NVBUF_COLOR_FORMAT_YUV444_10LE_2020 = 79,
  NVBUF_COLOR_FORMAT_YUV444_12LE = 80,
  NVBUF_COLOR_FORMAT_YUV444_12LE_ER = 81,
  NVBUF_COLOR_FORMAT_YUV444_12LE_709 = 82,
  NVBUF_COLOR_FORMAT_YUV444_12LE_709_ER = 83,
  NVBUF_COLOR_FORMAT_YUV444_12LE_2020 = 84,
  NVBUF_COLOR_FORMAT_NV12_12LE_ER = 85,
  NVBUF_COLOR_FORMAT_NV12_12LE_709 = 86,
  NVBUF_COLOR_FORMAT_NV12_12LE_709_ER = 87,
  NVBUF_COLOR_FORMAT_GRAY8_ER = 88,
  NVBUF_COLOR_FORMAT_UYVY_709 = 89,
  NVBUF_COLOR_FORMAT_UYVY_709_ER = 90,
  NVBUF_COLOR_FORMAT_UYVY_2020 = 91,
  NVBUF_COLOR_FORMAT_GRAY16_LE = 92,
  NVBUF_COLOR_FORMAT_BGRA64_LE = 93,
  NVBUF_COLOR_FORMAT_NV16_2020 = 94,
  NVBUF_COLOR_FORMAT_NV16_10LE_ER = 95,
  NVBUF_COLOR_FORMAT_NV16_10LE_709 = 96,
  NVBUF_COLOR_FORMAT_NV16_10LE_709_ER = 97,
  NVBUF_COLOR_FORMAT_NV16_10LE_2020 = 98,
  NVBUF_COLOR_FORMAT_NV16_12LE = 99,
  NVBUF_COLOR_FORMAT_NV16_12LE_ER = 100,
  NVBUF_COLOR_FORMAT_NV16_12LE_709 = 101,
  NVBUF_COLOR_FORMAT_NV16_12LE_709_ER = 102,
  NVBUF_COLOR_FORMAT_NV16_12LE_2020 = 103,
  NVBUF_COLOR_FORMAT_NV24_2020 = 104,
  NVBUF_COLOR_FORMAT_NV24_10LE_ER = 105,
  NVBUF_COLOR_FORMAT_NV24_12LE = 106,
  NVBUF_COLOR_FORMAT_NV24_12LE_ER = 107,
  NVBUF_COLOR_FORMAT_NV24_12LE_709 = 108,
  NVBUF_COLOR_FORMAT_NV24_12LE_709_ER = 109,
  NVBUF_COLOR_FORMAT_UYVP_709 = 110,
  NVBUF_COLOR_FORMAT_UYVP_709_ER = 111,
  NVBUF_COLOR_FORMAT_UYVP_2020 = 112,
  NVBUF_COLOR_FORMAT_LAST = 113,
} NvBufSurfaceColorFormat;

typedef enum {
  NVBUF_LAYOUT_PITCH,
  NVBUF_LAYOUT_BLOCK_LINEAR,
} NvBufSurfaceLayout;

/** Where the pixels are. Here only NVBUF_MEM_SYSTEM (host memory) and DEFAULT, which means it. */
typedef enum {
  NVBUF_MEM_DEFAULT,
  NVBUF_MEM_CUDA_PINNED,
  NVBUF_MEM_CUDA_DEVICE,
  NVBUF_MEM_CUDA_UNIFIED,
  NVBUF_MEM_SURFACE_ARRAY,
  NVBUF_MEM_HANDLE,
  NVBUF_MEM_SYSTEM,
  NVBUF_MEM_CUDA_ARRAY,
} NvBufSurfaceMemType;

typedef enum {
  NVBUF_DISPLAYSCANFORMAT_PROGRESSIVE,
  NVBUF_DISPLAYSCANFORMAT_INTERLACED,
} NvBufSurfaceDisplayScanFormat;

typedef struct NvBufSurfacePlaneParamsEx {
  NvBufSurfaceDisplayScanFormat scanformat[NVBUF_MAX_PLANES];
  uint32_t secondfieldoffset[NVBUF_MAX_PLANES];
  uint32_t blockheightlog2[NVBUF_MAX_PLANES];
  uint32_t physicaladdress[NVBUF_MAX_PLANES];
  uint64_t flags[NVBUF_MAX_PLANES];
  uint64_t drmModifier[NVBUF_MAX_PLANES];
  void* _reserved[STRUCTURE_PADDING * NVBUF_MAX_PLANES];
} NvBufSurfacePlaneParamsEx;

/** Planes of one picture: widths and heights in samples, pitches, offsets and sizes in bytes. */
typedef struct NvBufSurfacePlaneParams {
  uint32_t num_planes;
  uint32_t width[NVBUF_MAX_PLANES];
  uint32_t height[NVBUF_MAX_PLANES];
  uint32_t pitch[NVBUF_MAX_PLANES];
  uint32_t offset[NVBUF_MAX_PLANES];
  uint32_t psize[NVBUF_MAX_PLANES];
  uint32_t bytesPerPix[NVBUF_MAX_PLANES];
  void* _reserved[STRUCTURE_PADDING * NVBUF_MAX_PLANES];
} NvBufSurfacePlaneParams;

typedef struct NvBufSurfaceChromaSubsamplingParams {
  uint8_t chromaLocHoriz;
  uint8_t chromaLocVert;
  uint8_t _reserved[6];
} NvBufSurfaceChromaSubsamplingParams;

/** What to create: a size in bytes, or (with `size` 0) width, height and format. */
typedef struct NvBufSurfaceCreateParams {
  uint32_t gpuId;
  uint32_t width;
  uint32_t height;
  uint32_t size;
  bool isContiguous;
  NvBufSurfaceColorFormat colorFormat;
  NvBufSurfaceLayout layout;
  NvBufSurfaceMemType memType;
  void* _reserved[STRUCTURE_PADDING];
} NvBufSurfaceCreateParams;

typedef struct NvBufSurfaceAllocateParams {
  NvBufSurfaceCreateParams params;
  NvBufSurfaceDisplayScanFormat displayscanformat;
  NvBufSurfaceChromaSubsamplingParams chromaSubsampling;
  NvBufSurfaceTag memtag;
  bool disablePitchPadding;
  uint32_t _reservedParam;
  void* _reserved[STRUCTURE_PADDING];
} NvBufSurfaceAllocateParams;

/** Addresses a map gave, one a plane. */
typedef struct NvBufSurfaceMappedAddr {
  void* addr[NVBUF_MAX_PLANES];
  void* eglImage;
  void* nvmmPtr;
  void* cudaPtr;
  void* _reserved[STRUCTURE_PADDING];
} NvBufSurfaceMappedAddr;

typedef struct NvBufSurfaceParamsEx {
  int32_t startofvaliddata;
  int32_t sizeofvaliddatainbytes;
  NvBufSurfaceChromaSubsamplingParams chromaSubsampling;
  bool is_protected;
  NvBufSurfacePlaneParamsEx planeParamsex;
  void* _reserved[STRUCTURE_PADDING];
} NvBufSurfaceParamsEx;

typedef struct NvBufSurfaceCudaBuffer {
  void* basePtr;
  void* dataPtr;
  void* extMem;
  void* mipmap;
  uint8_t reserved[64];
} NvBufSurfaceCudaBuffer;

/** One picture of the batch. */
typedef struct NvBufSurfaceParams {
  uint32_t width;
  uint32_t height;
  uint32_t pitch;
  NvBufSurfaceColorFormat colorFormat;
  NvBufSurfaceLayout layout;
  uint64_t bufferDesc;
  uint32_t dataSize;
  void* dataPtr;
  NvBufSurfacePlaneParams planeParams;
  NvBufSurfaceMappedAddr mappedAddr;
  NvBufSurfaceParamsEx* paramex;
  NvBufSurfaceCudaBuffer* cudaBuffer;
  void* _reserved[STRUCTURE_PADDING];
} NvBufSurfaceParams;

/** The batch: `batchSize` places, of which `numFilled` hold a picture. */
typedef struct NvBufSurface {
  uint32_t gpuId;
  uint32_t batchSize;
  uint32_t numFilled;
  bool isContiguous;
  NvBufSurfaceMemType memType;
  NvBufSurfaceParams* surfaceList;
  bool isImportedBuf;
  void* _reserved[STRUCTURE_PADDING];
} NvBufSurface;

typedef struct NvBufSurfaceMapPlaneParams {
  uint32_t width;
  uint32_t height;
  uint32_t pitch;
  uint32_t offset;
  uint32_t psize;
  uint32_t secondfieldoffset;
  uint32_t blockheightlog2;
  uint64_t flags;
  uint8_t reserved[64];
} NvBufSurfaceMapPlaneParams;

typedef struct NvBufSurfaceCudaIpcMemHandle_t {
  char reserved[64];
} NvBufSurfaceCudaIpcMemHandle;

typedef struct NvBufSurfaceExtendedMapParams_t {
  NvBufSurfaceCudaIpcMemHandle memHandle;
  void* reserved[64];
} NvBufSurfaceExtendedMapParams;

typedef struct NvBufSurfaceMapParams {
  uint32_t num_planes;
  uint32_t gpuId;
  uint64_t fd;
  uint32_t totalSize;
  NvBufSurfaceMemType memType;
  NvBufSurfaceLayout layout;
  NvBufSurfaceDisplayScanFormat scanformat;
  NvBufSurfaceColorFormat colorFormat;
  NvBufSurfaceChromaSubsamplingParams chromaSubsampling;
  NvBufSurfaceMapPlaneParams planes[NVBUF_MAX_PLANES];
  void* extendedMapParams;
  void* _reserved[STRUCTURE_PADDING];
} NvBufSurfaceMapParams;

typedef struct NvBufSurfaceNvmmBuffer {
  void* dataPtr;
  uint64_t bufferDesc;
  uint8_t reserved[64];
} NvBufSurfaceNvmmBuffer;

typedef enum {
  NVBUF_DRIVER_TYPE_UNKNOWN,
  NVBUF_DRIVER_TYPE_NVGPU,
  NVBUF_DRIVER_TYPE_RM,
} NvBufSurfaceDriverType;

typedef enum {
  NVBUF_PLATFORM_TYPE_UNKNOWN,
  NVBUF_PLATFORM_TYPE_T186,
  NVBUF_PLATFORM_TYPE_T194,
  NVBUF_PLATFORM_TYPE_T210,
  NVBUF_PLATFORM_TYPE_T234,
  NVBUF_PLATFORM_TYPE_T256,
  NVBUF_PLATFORM_TYPE_T264,
} NvBufSurfacePlatformType;

typedef struct NvBufSurfaceDeviceInfo {
  NvBufSurfaceDriverType driverType;
  bool isVicPresent;
  bool isIntegratedGpu;
  bool reserved1;
  bool reserved2;
  NvBufSurfacePlatformType platformType;
  uint8_t reserved[60];
} NvBufSurfaceDeviceInfo;

typedef enum NvBufSurfaceGPUL2SyncCacheOps {
  NVBUF_GPU_L2_CACHE_INVALIDATE = 1,
  NVBUF_GPU_L2_CACHE_FLUSH = 2,
  NVBUF_GPU_L2_CACHE_FLUSH_INVALIDATE = 3,
} NvBufSurfaceGPUL2SyncCacheOps;

typedef struct NvBufSurfaceGPUL2SyncParams {
  NvBufSurfaceGPUL2SyncCacheOps type;
  void* reserved[STRUCTURE_PADDING];
} NvBufSurfaceGPUL2SyncParams;

/** Makes `*surf` with room for `batchSize` pictures; NvBufSurfaceDestroy frees it. */
int NvBufSurfaceCreate(NvBufSurface** surf, uint32_t batchSize, NvBufSurfaceCreateParams* params);
int NvBufSurfaceAllocate(NvBufSurface** surf, uint32_t batchSize,
                         NvBufSurfaceAllocateParams* paramsext);
int NvBufSurfaceDestroy(NvBufSurface* surf);

/** Fills mappedAddr.addr[plane] with an address the CPU may use until the unmap. */
int NvBufSurfaceMap(NvBufSurface* surf, int index, int plane, NvBufSurfaceMemMapFlags type);
int NvBufSurfaceUnMap(NvBufSurface* surf, int index, int plane);
int NvBufSurfaceSyncForCpu(NvBufSurface* surf, int index, int plane);
int NvBufSurfaceSyncForDevice(NvBufSurface* surf, int index, int plane);

/** Copies all pictures; sizes and formats must be the same. */
int NvBufSurfaceCopy(NvBufSurface* srcSurf, NvBufSurface* dstSurf);
/** Sets every byte of the plane to `value`. */
int NvBufSurfaceMemSet(NvBufSurface* surf, int index, int plane, uint8_t value);
/** Copies one plane to or from rows without padding. */
int NvBufSurface2Raw(NvBufSurface* Surf, unsigned int index, unsigned int plane,
                     unsigned int out_width, unsigned int out_height, unsigned char* ptr);
int Raw2NvBufSurface(unsigned char* ptr, unsigned int index, unsigned int plane,
                     unsigned int in_width, unsigned int in_height, NvBufSurface* Surf);

/** Of other kinds of memory: fail with -1 on host memory. */
int NvBufSurfaceFromFd(int dmabuf_fd, void** buffer);
int NvBufSurfaceMapEglImage(NvBufSurface* surf, int index);
int NvBufSurfaceUnMapEglImage(NvBufSurface* surf, int index);
int NvBufSurfaceImport(NvBufSurface** out_nvbuf_surf, const NvBufSurfaceMapParams* in_params);
int NvBufSurfaceGetMapParams(const NvBufSurface* surf, int index, NvBufSurfaceMapParams* params);
int NvBufSurfaceMapCudaBuffer(NvBufSurface* surf, int index);
int NvBufSurfaceUnMapCudaBuffer(NvBufSurface* surf, int index);
int NvBufSurfaceMapNvmmBuffer(NvBufSurface* surf, int index);
int NvBufSurfaceUnMapNvmmBuffer(NvBufSurface* surf, int index);
int NvBufSurfaceGetDeviceInfo(NvBufSurfaceDeviceInfo* info);
int NvBufSurfaceSyncGpuL2CacheForDevice(NvBufSurface* surf, int index,
                                        NvBufSurfaceGPUL2SyncParams* params);

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvBufSurfacePlaneParamsEx) == 256, "NvBufSurfacePlaneParamsEx: size");
static_assert(offsetof(NvBufSurfacePlaneParamsEx, scanformat) == 0,
              "NvBufSurfacePlaneParamsEx.scanformat: offset");
static_assert(offsetof(NvBufSurfacePlaneParamsEx, secondfieldoffset) == 16,
              "NvBufSurfacePlaneParamsEx.secondfieldoffset: offset");
static_assert(offsetof(NvBufSurfacePlaneParamsEx, blockheightlog2) == 32,
              "NvBufSurfacePlaneParamsEx.blockheightlog2: offset");
static_assert(offsetof(NvBufSurfacePlaneParamsEx, physicaladdress) == 48,
              "NvBufSurfacePlaneParamsEx.physicaladdress: offset");
static_assert(offsetof(NvBufSurfacePlaneParamsEx, flags) == 64,
              "NvBufSurfacePlaneParamsEx.flags: offset");
static_assert(offsetof(NvBufSurfacePlaneParamsEx, drmModifier) == 96,
              "NvBufSurfacePlaneParamsEx.drmModifier: offset");
static_assert(offsetof(NvBufSurfacePlaneParamsEx, _reserved) == 128,
              "NvBufSurfacePlaneParamsEx._reserved: offset");
static_assert(sizeof(NvBufSurfacePlaneParams) == 232, "NvBufSurfacePlaneParams: size");
static_assert(offsetof(NvBufSurfacePlaneParams, num_planes) == 0,
              "NvBufSurfacePlaneParams.num_planes: offset");
static_assert(offsetof(NvBufSurfacePlaneParams, width) == 4,
              "NvBufSurfacePlaneParams.width: offset");
static_assert(offsetof(NvBufSurfacePlaneParams, height) == 20,
              "NvBufSurfacePlaneParams.height: offset");
static_assert(offsetof(NvBufSurfacePlaneParams, pitch) == 36,
              "NvBufSurfacePlaneParams.pitch: offset");
static_assert(offsetof(NvBufSurfacePlaneParams, offset) == 52,
              "NvBufSurfacePlaneParams.offset: offset");
static_assert(offsetof(NvBufSurfacePlaneParams, psize) == 68,
              "NvBufSurfacePlaneParams.psize: offset");
static_assert(offsetof(NvBufSurfacePlaneParams, bytesPerPix) == 84,
              "NvBufSurfacePlaneParams.bytesPerPix: offset");
static_assert(offsetof(NvBufSurfacePlaneParams, _reserved) == 104,
              "NvBufSurfacePlaneParams._reserved: offset");
static_assert(sizeof(NvBufSurfaceChromaSubsamplingParams) == 8,
              "NvBufSurfaceChromaSubsamplingParams: size");
static_assert(offsetof(NvBufSurfaceChromaSubsamplingParams, chromaLocHoriz) == 0,
              "NvBufSurfaceChromaSubsamplingParams.chromaLocHoriz: offset");
static_assert(offsetof(NvBufSurfaceChromaSubsamplingParams, chromaLocVert) == 1,
              "NvBufSurfaceChromaSubsamplingParams.chromaLocVert: offset");
static_assert(offsetof(NvBufSurfaceChromaSubsamplingParams, _reserved) == 2,
              "NvBufSurfaceChromaSubsamplingParams._reserved: offset");
static_assert(sizeof(NvBufSurfaceCreateParams) == 64, "NvBufSurfaceCreateParams: size");
static_assert(offsetof(NvBufSurfaceCreateParams, gpuId) == 0,
              "NvBufSurfaceCreateParams.gpuId: offset");
static_assert(offsetof(NvBufSurfaceCreateParams, width) == 4,
              "NvBufSurfaceCreateParams.width: offset");
static_assert(offsetof(NvBufSurfaceCreateParams, height) == 8,
              "NvBufSurfaceCreateParams.height: offset");
static_assert(offsetof(NvBufSurfaceCreateParams, size) == 12,
              "NvBufSurfaceCreateParams.size: offset");
static_assert(offsetof(NvBufSurfaceCreateParams, isContiguous) == 16,
              "NvBufSurfaceCreateParams.isContiguous: offset");
static_assert(offsetof(NvBufSurfaceCreateParams, colorFormat) == 20,
              "NvBufSurfaceCreateParams.colorFormat: offset");
static_assert(offsetof(NvBufSurfaceCreateParams, layout) == 24,
              "NvBufSurfaceCreateParams.layout: offset");
static_assert(offsetof(NvBufSurfaceCreateParams, memType) == 28,
              "NvBufSurfaceCreateParams.memType: offset");
static_assert(offsetof(NvBufSurfaceCreateParams, _reserved) == 32,
              "NvBufSurfaceCreateParams._reserved: offset");
static_assert(sizeof(NvBufSurfaceAllocateParams) == 120, "NvBufSurfaceAllocateParams: size");
static_assert(offsetof(NvBufSurfaceAllocateParams, params) == 0,
              "NvBufSurfaceAllocateParams.params: offset");
static_assert(offsetof(NvBufSurfaceAllocateParams, displayscanformat) == 64,
              "NvBufSurfaceAllocateParams.displayscanformat: offset");
static_assert(offsetof(NvBufSurfaceAllocateParams, chromaSubsampling) == 68,
              "NvBufSurfaceAllocateParams.chromaSubsampling: offset");
static_assert(offsetof(NvBufSurfaceAllocateParams, memtag) == 76,
              "NvBufSurfaceAllocateParams.memtag: offset");
static_assert(offsetof(NvBufSurfaceAllocateParams, disablePitchPadding) == 80,
              "NvBufSurfaceAllocateParams.disablePitchPadding: offset");
static_assert(offsetof(NvBufSurfaceAllocateParams, _reservedParam) == 84,
              "NvBufSurfaceAllocateParams._reservedParam: offset");
static_assert(offsetof(NvBufSurfaceAllocateParams, _reserved) == 88,
              "NvBufSurfaceAllocateParams._reserved: offset");
static_assert(sizeof(NvBufSurfaceMappedAddr) == 88, "NvBufSurfaceMappedAddr: size");
static_assert(offsetof(NvBufSurfaceMappedAddr, addr) == 0, "NvBufSurfaceMappedAddr.addr: offset");
static_assert(offsetof(NvBufSurfaceMappedAddr, eglImage) == 32,
              "NvBufSurfaceMappedAddr.eglImage: offset");
static_assert(offsetof(NvBufSurfaceMappedAddr, nvmmPtr) == 40,
              "NvBufSurfaceMappedAddr.nvmmPtr: offset");
static_assert(offsetof(NvBufSurfaceMappedAddr, cudaPtr) == 48,
              "NvBufSurfaceMappedAddr.cudaPtr: offset");
static_assert(offsetof(NvBufSurfaceMappedAddr, _reserved) == 56,
              "NvBufSurfaceMappedAddr._reserved: offset");
static_assert(sizeof(NvBufSurfaceParamsEx) == 312, "NvBufSurfaceParamsEx: size");
static_assert(offsetof(NvBufSurfaceParamsEx, startofvaliddata) == 0,
              "NvBufSurfaceParamsEx.startofvaliddata: offset");
static_assert(offsetof(NvBufSurfaceParamsEx, sizeofvaliddatainbytes) == 4,
              "NvBufSurfaceParamsEx.sizeofvaliddatainbytes: offset");
static_assert(offsetof(NvBufSurfaceParamsEx, chromaSubsampling) == 8,
              "NvBufSurfaceParamsEx.chromaSubsampling: offset");
static_assert(offsetof(NvBufSurfaceParamsEx, is_protected) == 16,
              "NvBufSurfaceParamsEx.is_protected: offset");
static_assert(offsetof(NvBufSurfaceParamsEx, planeParamsex) == 24,
              "NvBufSurfaceParamsEx.planeParamsex: offset");
static_assert(offsetof(NvBufSurfaceParamsEx, _reserved) == 280,
              "NvBufSurfaceParamsEx._reserved: offset");
static_assert(sizeof(NvBufSurfaceCudaBuffer) == 96, "NvBufSurfaceCudaBuffer: size");
static_assert(offsetof(NvBufSurfaceCudaBuffer, basePtr) == 0,
              "NvBufSurfaceCudaBuffer.basePtr: offset");
static_assert(offsetof(NvBufSurfaceCudaBuffer, dataPtr) == 8,
              "NvBufSurfaceCudaBuffer.dataPtr: offset");
static_assert(offsetof(NvBufSurfaceCudaBuffer, extMem) == 16,
              "NvBufSurfaceCudaBuffer.extMem: offset");
static_assert(offsetof(NvBufSurfaceCudaBuffer, mipmap) == 24,
              "NvBufSurfaceCudaBuffer.mipmap: offset");
static_assert(offsetof(NvBufSurfaceCudaBuffer, reserved) == 32,
              "NvBufSurfaceCudaBuffer.reserved: offset");
static_assert(sizeof(NvBufSurfaceParams) == 416, "NvBufSurfaceParams: size");
static_assert(offsetof(NvBufSurfaceParams, width) == 0, "NvBufSurfaceParams.width: offset");
static_assert(offsetof(NvBufSurfaceParams, height) == 4, "NvBufSurfaceParams.height: offset");
static_assert(offsetof(NvBufSurfaceParams, pitch) == 8, "NvBufSurfaceParams.pitch: offset");
static_assert(offsetof(NvBufSurfaceParams, colorFormat) == 12,
              "NvBufSurfaceParams.colorFormat: offset");
static_assert(offsetof(NvBufSurfaceParams, layout) == 16, "NvBufSurfaceParams.layout: offset");
static_assert(offsetof(NvBufSurfaceParams, bufferDesc) == 24,
              "NvBufSurfaceParams.bufferDesc: offset");
static_assert(offsetof(NvBufSurfaceParams, dataSize) == 32, "NvBufSurfaceParams.dataSize: offset");
static_assert(offsetof(NvBufSurfaceParams, dataPtr) == 40, "NvBufSurfaceParams.dataPtr: offset");
static_assert(offsetof(NvBufSurfaceParams, planeParams) == 48,
              "NvBufSurfaceParams.planeParams: offset");
static_assert(offsetof(NvBufSurfaceParams, mappedAddr) == 280,
              "NvBufSurfaceParams.mappedAddr: offset");
static_assert(offsetof(NvBufSurfaceParams, paramex) == 368, "NvBufSurfaceParams.paramex: offset");
static_assert(offsetof(NvBufSurfaceParams, cudaBuffer) == 376,
              "NvBufSurfaceParams.cudaBuffer: offset");
static_assert(offsetof(NvBufSurfaceParams, _reserved) == 384,
              "NvBufSurfaceParams._reserved: offset");
static_assert(sizeof(NvBufSurface) == 72, "NvBufSurface: size");
static_assert(offsetof(NvBufSurface, gpuId) == 0, "NvBufSurface.gpuId: offset");
static_assert(offsetof(NvBufSurface, batchSize) == 4, "NvBufSurface.batchSize: offset");
static_assert(offsetof(NvBufSurface, numFilled) == 8, "NvBufSurface.numFilled: offset");
static_assert(offsetof(NvBufSurface, isContiguous) == 12, "NvBufSurface.isContiguous: offset");
static_assert(offsetof(NvBufSurface, memType) == 16, "NvBufSurface.memType: offset");
static_assert(offsetof(NvBufSurface, surfaceList) == 24, "NvBufSurface.surfaceList: offset");
static_assert(offsetof(NvBufSurface, isImportedBuf) == 32, "NvBufSurface.isImportedBuf: offset");
static_assert(offsetof(NvBufSurface, _reserved) == 40, "NvBufSurface._reserved: offset");
static_assert(sizeof(NvBufSurfaceMapPlaneParams) == 104, "NvBufSurfaceMapPlaneParams: size");
static_assert(offsetof(NvBufSurfaceMapPlaneParams, width) == 0,
              "NvBufSurfaceMapPlaneParams.width: offset");
static_assert(offsetof(NvBufSurfaceMapPlaneParams, height) == 4,
              "NvBufSurfaceMapPlaneParams.height: offset");
static_assert(offsetof(NvBufSurfaceMapPlaneParams, pitch) == 8,
              "NvBufSurfaceMapPlaneParams.pitch: offset");
static_assert(offsetof(NvBufSurfaceMapPlaneParams, offset) == 12,
              "NvBufSurfaceMapPlaneParams.offset: offset");
static_assert(offsetof(NvBufSurfaceMapPlaneParams, psize) == 16,
              "NvBufSurfaceMapPlaneParams.psize: offset");
static_assert(offsetof(NvBufSurfaceMapPlaneParams, secondfieldoffset) == 20,
              "NvBufSurfaceMapPlaneParams.secondfieldoffset: offset");
static_assert(offsetof(NvBufSurfaceMapPlaneParams, blockheightlog2) == 24,
              "NvBufSurfaceMapPlaneParams.blockheightlog2: offset");
static_assert(offsetof(NvBufSurfaceMapPlaneParams, flags) == 32,
              "NvBufSurfaceMapPlaneParams.flags: offset");
static_assert(offsetof(NvBufSurfaceMapPlaneParams, reserved) == 40,
              "NvBufSurfaceMapPlaneParams.reserved: offset");
static_assert(sizeof(struct NvBufSurfaceCudaIpcMemHandle_t) == 64,
              "NvBufSurfaceCudaIpcMemHandle_t: size");
static_assert(offsetof(struct NvBufSurfaceCudaIpcMemHandle_t, reserved) == 0,
              "NvBufSurfaceCudaIpcMemHandle_t.reserved: offset");
static_assert(sizeof(struct NvBufSurfaceExtendedMapParams_t) == 576,
              "NvBufSurfaceExtendedMapParams_t: size");
static_assert(offsetof(struct NvBufSurfaceExtendedMapParams_t, memHandle) == 0,
              "NvBufSurfaceExtendedMapParams_t.memHandle: offset");
static_assert(offsetof(struct NvBufSurfaceExtendedMapParams_t, reserved) == 64,
              "NvBufSurfaceExtendedMapParams_t.reserved: offset");
static_assert(sizeof(NvBufSurfaceMapParams) == 504, "NvBufSurfaceMapParams: size");
static_assert(offsetof(NvBufSurfaceMapParams, num_planes) == 0,
              "NvBufSurfaceMapParams.num_planes: offset");
static_assert(offsetof(NvBufSurfaceMapParams, gpuId) == 4, "NvBufSurfaceMapParams.gpuId: offset");
static_assert(offsetof(NvBufSurfaceMapParams, fd) == 8, "NvBufSurfaceMapParams.fd: offset");
static_assert(offsetof(NvBufSurfaceMapParams, totalSize) == 16,
              "NvBufSurfaceMapParams.totalSize: offset");
static_assert(offsetof(NvBufSurfaceMapParams, memType) == 20,
              "NvBufSurfaceMapParams.memType: offset");
static_assert(offsetof(NvBufSurfaceMapParams, layout) == 24,
              "NvBufSurfaceMapParams.layout: offset");
static_assert(offsetof(NvBufSurfaceMapParams, scanformat) == 28,
              "NvBufSurfaceMapParams.scanformat: offset");
static_assert(offsetof(NvBufSurfaceMapParams, colorFormat) == 32,
              "NvBufSurfaceMapParams.colorFormat: offset");
static_assert(offsetof(NvBufSurfaceMapParams, chromaSubsampling) == 36,
              "NvBufSurfaceMapParams.chromaSubsampling: offset");
static_assert(offsetof(NvBufSurfaceMapParams, planes) == 48,
              "NvBufSurfaceMapParams.planes: offset");
static_assert(offsetof(NvBufSurfaceMapParams, extendedMapParams) == 464,
              "NvBufSurfaceMapParams.extendedMapParams: offset");
static_assert(offsetof(NvBufSurfaceMapParams, _reserved) == 472,
              "NvBufSurfaceMapParams._reserved: offset");
static_assert(sizeof(NvBufSurfaceNvmmBuffer) == 80, "NvBufSurfaceNvmmBuffer: size");
static_assert(offsetof(NvBufSurfaceNvmmBuffer, dataPtr) == 0,
              "NvBufSurfaceNvmmBuffer.dataPtr: offset");
static_assert(offsetof(NvBufSurfaceNvmmBuffer, bufferDesc) == 8,
              "NvBufSurfaceNvmmBuffer.bufferDesc: offset");
static_assert(offsetof(NvBufSurfaceNvmmBuffer, reserved) == 16,
              "NvBufSurfaceNvmmBuffer.reserved: offset");
static_assert(sizeof(NvBufSurfaceDeviceInfo) == 72, "NvBufSurfaceDeviceInfo: size");
static_assert(offsetof(NvBufSurfaceDeviceInfo, driverType) == 0,
              "NvBufSurfaceDeviceInfo.driverType: offset");
static_assert(offsetof(NvBufSurfaceDeviceInfo, isVicPresent) == 4,
              "NvBufSurfaceDeviceInfo.isVicPresent: offset");
static_assert(offsetof(NvBufSurfaceDeviceInfo, isIntegratedGpu) == 5,
              "NvBufSurfaceDeviceInfo.isIntegratedGpu: offset");
static_assert(offsetof(NvBufSurfaceDeviceInfo, reserved1) == 6,
              "NvBufSurfaceDeviceInfo.reserved1: offset");
static_assert(offsetof(NvBufSurfaceDeviceInfo, reserved2) == 7,
              "NvBufSurfaceDeviceInfo.reserved2: offset");
static_assert(offsetof(NvBufSurfaceDeviceInfo, platformType) == 8,
              "NvBufSurfaceDeviceInfo.platformType: offset");
static_assert(offsetof(NvBufSurfaceDeviceInfo, reserved) == 12,
              "NvBufSurfaceDeviceInfo.reserved: offset");
static_assert(sizeof(NvBufSurfaceGPUL2SyncParams) == 40, "NvBufSurfaceGPUL2SyncParams: size");
static_assert(offsetof(NvBufSurfaceGPUL2SyncParams, type) == 0,
              "NvBufSurfaceGPUL2SyncParams.type: offset");
static_assert(offsetof(NvBufSurfaceGPUL2SyncParams, reserved) == 8,
              "NvBufSurfaceGPUL2SyncParams.reserved: offset");

#ifdef __cplusplus
}
#endif
