// Payloads of the analytics user metas. C++ only: they hold standard containers, so both sides must
// be built against the same standard library.
#pragma once

#ifndef __cplusplus
#error "nvds_analytics_meta.h is a C++ header"
#endif

#include <assert.h>
#include <gst/gst.h>
#include <stddef.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "nvdsmeta.h"

#define NVDS_USER_FRAME_META_NVDSANALYTICS NVDS_FRAME_META_NVDSANALYTICS
#define NVDS_USER_OBJ_META_NVDSANALYTICS NVDS_OBJ_META_NVDSANALYTICS

/** Per object: names of the regions it is in, overcrowded ones, lines crossed, its direction. */
struct NvDsAnalyticsObjInfo {
  std::vector<std::string> roiStatus;
  std::vector<std::string> ocStatus;
  std::vector<std::string> lcStatus;
  std::string dirStatus;
  guint unique_id;
  std::string objStatus;
};

/** Per frame: by name of the region or line, overcrowding, counts in it, crossings now and ever. */
struct NvDsAnalyticsFrameMeta {
  std::unordered_map<std::string, bool> ocStatus;
  std::unordered_map<std::string, uint32_t> objInROIcnt;
  std::unordered_map<std::string, uint64_t> objLCCurrCnt;
  std::unordered_map<std::string, uint64_t> objLCCumCnt;
  guint unique_id;
  std::unordered_map<int, uint32_t> objCnt;
};

// The layout is the promise: binaries built against the originals read these fields.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
static_assert(sizeof(NvDsAnalyticsObjInfo) == 144, "NvDsAnalyticsObjInfo: size");
static_assert(offsetof(NvDsAnalyticsObjInfo, roiStatus) == 0,
              "NvDsAnalyticsObjInfo.roiStatus: offset");
static_assert(offsetof(NvDsAnalyticsObjInfo, ocStatus) == 24,
              "NvDsAnalyticsObjInfo.ocStatus: offset");
static_assert(offsetof(NvDsAnalyticsObjInfo, lcStatus) == 48,
              "NvDsAnalyticsObjInfo.lcStatus: offset");
static_assert(offsetof(NvDsAnalyticsObjInfo, dirStatus) == 72,
              "NvDsAnalyticsObjInfo.dirStatus: offset");
static_assert(offsetof(NvDsAnalyticsObjInfo, unique_id) == 104,
              "NvDsAnalyticsObjInfo.unique_id: offset");
static_assert(offsetof(NvDsAnalyticsObjInfo, objStatus) == 112,
              "NvDsAnalyticsObjInfo.objStatus: offset");
static_assert(sizeof(NvDsAnalyticsFrameMeta) == 288, "NvDsAnalyticsFrameMeta: size");
static_assert(offsetof(NvDsAnalyticsFrameMeta, ocStatus) == 0,
              "NvDsAnalyticsFrameMeta.ocStatus: offset");
static_assert(offsetof(NvDsAnalyticsFrameMeta, objInROIcnt) == 56,
              "NvDsAnalyticsFrameMeta.objInROIcnt: offset");
static_assert(offsetof(NvDsAnalyticsFrameMeta, objLCCurrCnt) == 112,
              "NvDsAnalyticsFrameMeta.objLCCurrCnt: offset");
static_assert(offsetof(NvDsAnalyticsFrameMeta, objLCCumCnt) == 168,
              "NvDsAnalyticsFrameMeta.objLCCumCnt: offset");
static_assert(offsetof(NvDsAnalyticsFrameMeta, unique_id) == 224,
              "NvDsAnalyticsFrameMeta.unique_id: offset");
static_assert(offsetof(NvDsAnalyticsFrameMeta, objCnt) == 232,
              "NvDsAnalyticsFrameMeta.objCnt: offset");
#pragma GCC diagnostic pop
