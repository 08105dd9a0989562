// Payloads of the tracker's user metas. Memory belongs to the tracker; lists hold `numFilled` (or
// `numObj`) entries.
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "nvll_osd_struct.h"

#define MAX_LABEL_SIZE 128

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  EMPTY = 0,
  ACTIVE = 1,
  INACTIVE = 2,
  TENTATIVE = 3,
  PROJECTED = 4,
  QUASIACTIVE = 5,
} TRACKER_STATE;

/** A target in one frame; box in muxer pixels, `age` in frames. */
typedef struct _NvDsTargetMiscDataFrame {
  uint32_t frameNum;
  NvOSD_RectParams tBbox;
  float confidence;
  uint32_t age;
  TRACKER_STATE trackerState;
  float visibility;
  float ptWorldFeet[2];
} NvDsTargetMiscDataFrame;

/** A target over several frames. */
typedef struct _NvDsTargetMiscDataObject {
  NvDsTargetMiscDataFrame* list;
  uint32_t numObj;
  uint32_t numAllocated;
  uint64_t uniqueId;
  uint16_t classId;
  char objLabel[MAX_LABEL_SIZE];
} NvDsTargetMiscDataObject;

typedef struct _NvDsTargetMiscDataStream {
  NvDsTargetMiscDataObject* list;
  uint32_t streamID;
  uint64_t surfaceStreamID;
  uint32_t numAllocated;
  uint32_t numFilled;
} NvDsTargetMiscDataStream;

/** Past frames, terminated or shadow targets of all streams. */
typedef struct _NvDsTargetMiscDataBatch {
  NvDsTargetMiscDataStream* list;
  uint32_t numAllocated;
  uint32_t numFilled;
  void* priv_data;
} NvDsTargetMiscDataBatch;

/** Re-identification vectors of a batch: `numFilled` rows of `featureSize` floats. */
typedef struct _NvDsReidTensorBatch {
  uint32_t featureSize;
  uint32_t numFilled;
  float* ptr_host;
  float* ptr_dev;
  void* priv_data;
} NvDsReidTensorBatch;

typedef NvDsTargetMiscDataBatch NvDsTrajectoryBatch;

typedef struct _NvDsObjConvexHull {
  int* list;
  uint32_t numPointsAllocated;
  uint32_t numPoints;
} NvDsObjConvexHull;

/** Re-identification vector of one object. */
typedef struct _NvDsObjReid {
  uint32_t featureSize;
  float* ptr_host;
  float* ptr_dev;
} NvDsObjReid;

typedef struct _NvDsObj3DBbox {
  float xCentre;
  float yCentre;
  float zCentre;
  float xLen;
  float yLen;
  float zLen;
  float xRot;
  float yRot;
  float zRot;
  float xVel;
  float yVel;
  float zVel;
} NvDsObj3DBbox;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDsTargetMiscDataFrame) == 144, "NvDsTargetMiscDataFrame: size");
static_assert(offsetof(NvDsTargetMiscDataFrame, frameNum) == 0,
              "NvDsTargetMiscDataFrame.frameNum: offset");
static_assert(offsetof(NvDsTargetMiscDataFrame, tBbox) == 8,
              "NvDsTargetMiscDataFrame.tBbox: offset");
static_assert(offsetof(NvDsTargetMiscDataFrame, confidence) == 120,
              "NvDsTargetMiscDataFrame.confidence: offset");
static_assert(offsetof(NvDsTargetMiscDataFrame, age) == 124, "NvDsTargetMiscDataFrame.age: offset");
static_assert(offsetof(NvDsTargetMiscDataFrame, trackerState) == 128,
              "NvDsTargetMiscDataFrame.trackerState: offset");
static_assert(offsetof(NvDsTargetMiscDataFrame, visibility) == 132,
              "NvDsTargetMiscDataFrame.visibility: offset");
static_assert(offsetof(NvDsTargetMiscDataFrame, ptWorldFeet) == 136,
              "NvDsTargetMiscDataFrame.ptWorldFeet: offset");
static_assert(sizeof(NvDsTargetMiscDataObject) == 160, "NvDsTargetMiscDataObject: size");
static_assert(offsetof(NvDsTargetMiscDataObject, list) == 0,
              "NvDsTargetMiscDataObject.list: offset");
static_assert(offsetof(NvDsTargetMiscDataObject, numObj) == 8,
              "NvDsTargetMiscDataObject.numObj: offset");
static_assert(offsetof(NvDsTargetMiscDataObject, numAllocated) == 12,
              "NvDsTargetMiscDataObject.numAllocated: offset");
static_assert(offsetof(NvDsTargetMiscDataObject, uniqueId) == 16,
              "NvDsTargetMiscDataObject.uniqueId: offset");
static_assert(offsetof(NvDsTargetMiscDataObject, classId) == 24,
              "NvDsTargetMiscDataObject.classId: offset");
static_assert(offsetof(NvDsTargetMiscDataObject, objLabel) == 26,
              "NvDsTargetMiscDataObject.objLabel: offset");
static_assert(sizeof(NvDsTargetMiscDataStream) == 32, "NvDsTargetMiscDataStream: size");
static_assert(offsetof(NvDsTargetMiscDataStream, list) == 0,
              "NvDsTargetMiscDataStream.list: offset");
static_assert(offsetof(NvDsTargetMiscDataStream, streamID) == 8,
              "NvDsTargetMiscDataStream.streamID: offset");
static_assert(offsetof(NvDsTargetMiscDataStream, surfaceStreamID) == 16,
              "NvDsTargetMiscDataStream.surfaceStreamID: offset");
static_assert(offsetof(NvDsTargetMiscDataStream, numAllocated) == 24,
              "NvDsTargetMiscDataStream.numAllocated: offset");
static_assert(offsetof(NvDsTargetMiscDataStream, numFilled) == 28,
              "NvDsTargetMiscDataStream.numFilled: offset");
static_assert(sizeof(NvDsTargetMiscDataBatch) == 24, "NvDsTargetMiscDataBatch: size");
static_assert(offsetof(NvDsTargetMiscDataBatch, list) == 0, "NvDsTargetMiscDataBatch.list: offset");
static_assert(offsetof(NvDsTargetMiscDataBatch, numAllocated) == 8,
              "NvDsTargetMiscDataBatch.numAllocated: offset");
static_assert(offsetof(NvDsTargetMiscDataBatch, numFilled) == 12,
              "NvDsTargetMiscDataBatch.numFilled: offset");
static_assert(offsetof(NvDsTargetMiscDataBatch, priv_data) == 16,
              "NvDsTargetMiscDataBatch.priv_data: offset");
static_assert(sizeof(NvDsReidTensorBatch) == 32, "NvDsReidTensorBatch: size");
static_assert(offsetof(NvDsReidTensorBatch, featureSize) == 0,
              "NvDsReidTensorBatch.featureSize: offset");
static_assert(offsetof(NvDsReidTensorBatch, numFilled) == 4,
              "NvDsReidTensorBatch.numFilled: offset");
static_assert(offsetof(NvDsReidTensorBatch, ptr_host) == 8, "NvDsReidTensorBatch.ptr_host: offset");
static_assert(offsetof(NvDsReidTensorBatch, ptr_dev) == 16, "NvDsReidTensorBatch.ptr_dev: offset");
static_assert(offsetof(NvDsReidTensorBatch, priv_data) == 24,
              "NvDsReidTensorBatch.priv_data: offset");
static_assert(sizeof(NvDsObjConvexHull) == 16, "NvDsObjConvexHull: size");
static_assert(offsetof(NvDsObjConvexHull, list) == 0, "NvDsObjConvexHull.list: offset");
static_assert(offsetof(NvDsObjConvexHull, numPointsAllocated) == 8,
              "NvDsObjConvexHull.numPointsAllocated: offset");
static_assert(offsetof(NvDsObjConvexHull, numPoints) == 12, "NvDsObjConvexHull.numPoints: offset");
static_assert(sizeof(NvDsObjReid) == 24, "NvDsObjReid: size");
static_assert(offsetof(NvDsObjReid, featureSize) == 0, "NvDsObjReid.featureSize: offset");
static_assert(offsetof(NvDsObjReid, ptr_host) == 8, "NvDsObjReid.ptr_host: offset");
static_assert(offsetof(NvDsObjReid, ptr_dev) == 16, "NvDsObjReid.ptr_dev: offset");
static_assert(sizeof(NvDsObj3DBbox) == 48, "NvDsObj3DBbox: size");
static_assert(offsetof(NvDsObj3DBbox, xCentre) == 0, "NvDsObj3DBbox.xCentre: offset");
static_assert(offsetof(NvDsObj3DBbox, yCentre) == 4, "NvDsObj3DBbox.yCentre: offset");
static_assert(offsetof(NvDsObj3DBbox, zCentre) == 8, "NvDsObj3DBbox.zCentre: offset");
static_assert(offsetof(NvDsObj3DBbox, xLen) == 12, "NvDsObj3DBbox.xLen: offset");
static_assert(offsetof(NvDsObj3DBbox, yLen) == 16, "NvDsObj3DBbox.yLen: offset");
static_assert(offsetof(NvDsObj3DBbox, zLen) == 20, "NvDsObj3DBbox.zLen: offset");
static_assert(offsetof(NvDsObj3DBbox, xRot) == 24, "NvDsObj3DBbox.xRot: offset");
static_assert(offsetof(NvDsObj3DBbox, yRot) == 28, "NvDsObj3DBbox.yRot: offset");
static_assert(offsetof(NvDsObj3DBbox, zRot) == 32, "NvDsObj3DBbox.zRot: offset");
static_assert(offsetof(NvDsObj3DBbox, xVel) == 36, "NvDsObj3DBbox.xVel: offset");
static_assert(offsetof(NvDsObj3DBbox, yVel) == 40, "NvDsObj3DBbox.yVel: offset");
static_assert(offsetof(NvDsObj3DBbox, zVel) == 44, "NvDsObj3DBbox.zVel: offset");

#ifdef __cplusplus
}
#endif
