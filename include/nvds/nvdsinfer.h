// Types shared by inference and by parsers of a model's output.
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NVDSINFER_MAX_DIMS 8

#define _DS_DEPRECATED_(STR) __attribute__((deprecated(STR)))

/** Shape of a layer without the batch dimension; `numElements` is the product. */
typedef struct {
  unsigned int numDims;
  unsigned int d[NVDSINFER_MAX_DIMS];
  unsigned int numElements;
} NvDsInferDims;

typedef struct {
  unsigned int c;
  unsigned int h;
  unsigned int w;
} NvDsInferDimsCHW;

typedef enum {
  FLOAT = 0,
  HALF = 1,
  INT8 = 2,
  INT32 = 3,
  INT64 = 4,
  UINT8 = 5,
} NvDsInferDataType;

/** One bound layer; `buffer` points to its values for one frame, in host memory for a parser. */
typedef struct {
  NvDsInferDataType dataType;
  union {
    NvDsInferDims inferDims;
    NvDsInferDims dims _DS_DEPRECATED_("use inferDims");
  };
  int bindingIndex;
  const char* layerName;
  void* buffer;
  int isInput;
} NvDsInferLayerInfo;

/** Input size of the network, in pixels and channels. */
typedef struct {
  unsigned int width;
  unsigned int height;
  unsigned int channels;
} NvDsInferNetworkInfo;

/** Sets (c, h, w) from a CHW shape. */
#define getDimsCHWFromDims(dimsCHW, dims) \
  do {                                    \
    (dimsCHW).c = (dims).d[0];            \
    (dimsCHW).h = (dims).d[1];            \
    (dimsCHW).w = (dims).d[2];            \
  } while (0)

/** Sets (c, h, w) from an HWC shape. */
#define getDimsHWCFromDims(dimsCHW, dims) \
  do {                                    \
    (dimsCHW).c = (dims).d[2];            \
    (dimsCHW).h = (dims).d[0];            \
    (dimsCHW).w = (dims).d[1];            \
  } while (0)

/** One detection, box in network pixels. */
typedef struct {
  unsigned int classId;
  float left;
  float top;
  float width;
  float height;
  float detectionConfidence;
  float rotation_angle;
} NvDsInferObjectDetectionInfo;

typedef NvDsInferObjectDetectionInfo NvDsInferParseObjectInfo;

/** One detection with a mask made by new[]; `mask_size` is in bytes. */
typedef struct {
  unsigned int classId;
  float left;
  float top;
  float width;
  float height;
  float detectionConfidence;
  float* mask;
  unsigned int mask_width;
  unsigned int mask_height;
  unsigned int mask_size;
} NvDsInferInstanceMaskInfo;

/** One attribute of a classifier; `attributeLabel` is a heap string that the caller frees. */
typedef struct {
  unsigned int attributeIndex;
  unsigned int attributeValue;
  float attributeConfidence;
  char* attributeLabel;
} NvDsInferAttribute;

typedef enum {
  NVDSINFER_SUCCESS = 0,
  NVDSINFER_CONFIG_FAILED = 1,
  NVDSINFER_CUSTOM_LIB_FAILED = 2,
  NVDSINFER_INVALID_PARAMS = 3,
  NVDSINFER_OUTPUT_PARSING_FAILED = 4,
  NVDSINFER_CUDA_ERROR = 5,
  NVDSINFER_TENSORRT_ERROR = 6,
  NVDSINFER_RESOURCE_ERROR = 7,
  NVDSINFER_TRITON_ERROR = 8,
  NVDSINFER_TRTIS_ERROR = NVDSINFER_TRITON_ERROR,
  NVDSINFER_MEM_ERROR = 9,
  NVDSINFER_UNKNOWN_ERROR = 10,
} NvDsInferStatus;

typedef enum {
  NVDSINFER_LOG_ERROR = 0,
  NVDSINFER_LOG_WARNING = 1,
  NVDSINFER_LOG_INFO = 2,
  NVDSINFER_LOG_DEBUG = 3,
} NvDsInferLogLevel;

const char* NvDsInferStatus2Str(NvDsInferStatus status);

#ifdef __cplusplus
}

typedef enum {
  kSELECTOR_MIN = 0,
  kSELECTOR_OPT,
  kSELECTOR_MAX,
  kSELECTOR_SIZE,
} NvDsInferProfileSelector;

struct NvDsInferBatchDims {
  int batchSize = 0;
  NvDsInferDims dims = {};
};

/** A layer with its smallest, best and largest batched shape. */
struct NvDsInferBatchDimsLayerInfo : NvDsInferLayerInfo {
  NvDsInferBatchDims profileDims[kSELECTOR_SIZE];
};
#endif

// The layout is the promise: binaries built against the originals read these fields.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static_assert(sizeof(NvDsInferDims) == 40, "NvDsInferDims: size");
static_assert(offsetof(NvDsInferDims, numDims) == 0, "NvDsInferDims.numDims: offset");
static_assert(offsetof(NvDsInferDims, d) == 4, "NvDsInferDims.d: offset");
static_assert(offsetof(NvDsInferDims, numElements) == 36, "NvDsInferDims.numElements: offset");
static_assert(sizeof(NvDsInferDimsCHW) == 12, "NvDsInferDimsCHW: size");
static_assert(offsetof(NvDsInferDimsCHW, c) == 0, "NvDsInferDimsCHW.c: offset");
static_assert(offsetof(NvDsInferDimsCHW, h) == 4, "NvDsInferDimsCHW.h: offset");
static_assert(offsetof(NvDsInferDimsCHW, w) == 8, "NvDsInferDimsCHW.w: offset");
static_assert(sizeof(NvDsInferLayerInfo) == 72, "NvDsInferLayerInfo: size");
static_assert(offsetof(NvDsInferLayerInfo, dataType) == 0, "NvDsInferLayerInfo.dataType: offset");
static_assert(offsetof(NvDsInferLayerInfo, inferDims) == 4, "NvDsInferLayerInfo.inferDims: offset");
static_assert(offsetof(NvDsInferLayerInfo, dims) == 4, "NvDsInferLayerInfo.dims: offset");
static_assert(offsetof(NvDsInferLayerInfo, bindingIndex) == 44,
              "NvDsInferLayerInfo.bindingIndex: offset");
static_assert(offsetof(NvDsInferLayerInfo, layerName) == 48,
              "NvDsInferLayerInfo.layerName: offset");
static_assert(offsetof(NvDsInferLayerInfo, buffer) == 56, "NvDsInferLayerInfo.buffer: offset");
static_assert(offsetof(NvDsInferLayerInfo, isInput) == 64, "NvDsInferLayerInfo.isInput: offset");
static_assert(sizeof(NvDsInferNetworkInfo) == 12, "NvDsInferNetworkInfo: size");
static_assert(offsetof(NvDsInferNetworkInfo, width) == 0, "NvDsInferNetworkInfo.width: offset");
static_assert(offsetof(NvDsInferNetworkInfo, height) == 4, "NvDsInferNetworkInfo.height: offset");
static_assert(offsetof(NvDsInferNetworkInfo, channels) == 8,
              "NvDsInferNetworkInfo.channels: offset");
static_assert(sizeof(NvDsInferObjectDetectionInfo) == 28, "NvDsInferObjectDetectionInfo: size");
static_assert(offsetof(NvDsInferObjectDetectionInfo, classId) == 0,
              "NvDsInferObjectDetectionInfo.classId: offset");
static_assert(offsetof(NvDsInferObjectDetectionInfo, left) == 4,
              "NvDsInferObjectDetectionInfo.left: offset");
static_assert(offsetof(NvDsInferObjectDetectionInfo, top) == 8,
              "NvDsInferObjectDetectionInfo.top: offset");
static_assert(offsetof(NvDsInferObjectDetectionInfo, width) == 12,
              "NvDsInferObjectDetectionInfo.width: offset");
static_assert(offsetof(NvDsInferObjectDetectionInfo, height) == 16,
              "NvDsInferObjectDetectionInfo.height: offset");
static_assert(offsetof(NvDsInferObjectDetectionInfo, detectionConfidence) == 20,
              "NvDsInferObjectDetectionInfo.detectionConfidence: offset");
static_assert(offsetof(NvDsInferObjectDetectionInfo, rotation_angle) == 24,
              "NvDsInferObjectDetectionInfo.rotation_angle: offset");
static_assert(sizeof(NvDsInferInstanceMaskInfo) == 48, "NvDsInferInstanceMaskInfo: size");
static_assert(offsetof(NvDsInferInstanceMaskInfo, classId) == 0,
              "NvDsInferInstanceMaskInfo.classId: offset");
static_assert(offsetof(NvDsInferInstanceMaskInfo, left) == 4,
              "NvDsInferInstanceMaskInfo.left: offset");
static_assert(offsetof(NvDsInferInstanceMaskInfo, top) == 8,
              "NvDsInferInstanceMaskInfo.top: offset");
static_assert(offsetof(NvDsInferInstanceMaskInfo, width) == 12,
              "NvDsInferInstanceMaskInfo.width: offset");
static_assert(offsetof(NvDsInferInstanceMaskInfo, height) == 16,
              "NvDsInferInstanceMaskInfo.height: offset");
static_assert(offsetof(NvDsInferInstanceMaskInfo, detectionConfidence) == 20,
              "NvDsInferInstanceMaskInfo.detectionConfidence: offset");
static_assert(offsetof(NvDsInferInstanceMaskInfo, mask) == 24,
              "NvDsInferInstanceMaskInfo.mask: offset");
static_assert(offsetof(NvDsInferInstanceMaskInfo, mask_width) == 32,
              "NvDsInferInstanceMaskInfo.mask_width: offset");
static_assert(offsetof(NvDsInferInstanceMaskInfo, mask_height) == 36,
              "NvDsInferInstanceMaskInfo.mask_height: offset");
static_assert(offsetof(NvDsInferInstanceMaskInfo, mask_size) == 40,
              "NvDsInferInstanceMaskInfo.mask_size: offset");
static_assert(sizeof(NvDsInferAttribute) == 24, "NvDsInferAttribute: size");
static_assert(offsetof(NvDsInferAttribute, attributeIndex) == 0,
              "NvDsInferAttribute.attributeIndex: offset");
static_assert(offsetof(NvDsInferAttribute, attributeValue) == 4,
              "NvDsInferAttribute.attributeValue: offset");
static_assert(offsetof(NvDsInferAttribute, attributeConfidence) == 8,
              "NvDsInferAttribute.attributeConfidence: offset");
static_assert(offsetof(NvDsInferAttribute, attributeLabel) == 16,
              "NvDsInferAttribute.attributeLabel: offset");
#ifdef __cplusplus
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
static_assert(sizeof(NvDsInferBatchDims) == 44, "NvDsInferBatchDims: size");
static_assert(offsetof(NvDsInferBatchDims, batchSize) == 0, "NvDsInferBatchDims.batchSize: offset");
static_assert(offsetof(NvDsInferBatchDims, dims) == 4, "NvDsInferBatchDims.dims: offset");
static_assert(sizeof(NvDsInferBatchDimsLayerInfo) == 208, "NvDsInferBatchDimsLayerInfo: size");
static_assert(offsetof(NvDsInferBatchDimsLayerInfo, profileDims) == 72,
              "NvDsInferBatchDimsLayerInfo.profileDims: offset");
#endif
#pragma GCC diagnostic pop
