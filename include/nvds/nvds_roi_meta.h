// Regions of interest: units of inference below a frame, with results of their own.
#pragma once

#include <assert.h>
#include <glib.h>
#include <stddef.h>

#include "nvll_osd_struct.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DS_MAX_POLYGON_POINTS 8

typedef struct NvBufSurfaceParams NvBufSurfaceParams;
typedef struct _NvDsFrameMeta NvDsFrameMeta;
typedef struct _NvDsObjectMeta NvDsObjectMeta;
typedef GList NvDsClassifierMetaList;
typedef GList NvDsUserMetaList;

/** Element type of a tensor. */
typedef enum {
  NvDsDataType_FP32,
  NvDsDataType_UINT8,
  NvDsDataType_INT8,
  NvDsDataType_UINT32,
  NvDsDataType_INT32,
  NvDsDataType_INT64,
  NvDsDataType_UINT64,
  NvDsDataType_FP16,
} NvDsDataType;

/** What one unit of a batch is cut from. */
typedef enum {
  NvDsUnitType_FullFrame,
  NvDsUnitType_ROI,
  NvDsUnitType_Object,
} NvDsUnitType;

/** One region: `roi` in frame pixels, and the scale and offset that led to `converted_buffer`. */
typedef struct NvDsRoiMeta {
  NvOSD_RectParams roi;
  guint roi_polygon[DS_MAX_POLYGON_POINTS][2];
  NvBufSurfaceParams* converted_buffer;
  NvDsFrameMeta* frame_meta;
  gdouble scale_ratio_x;
  gdouble scale_ratio_y;
  gdouble offset_left;
  gdouble offset_top;
  NvDsClassifierMetaList* classifier_meta_list;
  NvDsUserMetaList* roi_user_meta_list;
  NvDsObjectMeta* object_meta;
} NvDsRoiMeta;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDsRoiMeta) == 248, "NvDsRoiMeta: size");
static_assert(offsetof(NvDsRoiMeta, roi) == 0, "NvDsRoiMeta.roi: offset");
static_assert(offsetof(NvDsRoiMeta, roi_polygon) == 112, "NvDsRoiMeta.roi_polygon: offset");
static_assert(offsetof(NvDsRoiMeta, converted_buffer) == 176,
              "NvDsRoiMeta.converted_buffer: offset");
static_assert(offsetof(NvDsRoiMeta, frame_meta) == 184, "NvDsRoiMeta.frame_meta: offset");
static_assert(offsetof(NvDsRoiMeta, scale_ratio_x) == 192, "NvDsRoiMeta.scale_ratio_x: offset");
static_assert(offsetof(NvDsRoiMeta, scale_ratio_y) == 200, "NvDsRoiMeta.scale_ratio_y: offset");
static_assert(offsetof(NvDsRoiMeta, offset_left) == 208, "NvDsRoiMeta.offset_left: offset");
static_assert(offsetof(NvDsRoiMeta, offset_top) == 216, "NvDsRoiMeta.offset_top: offset");
static_assert(offsetof(NvDsRoiMeta, classifier_meta_list) == 224,
              "NvDsRoiMeta.classifier_meta_list: offset");
static_assert(offsetof(NvDsRoiMeta, roi_user_meta_list) == 232,
              "NvDsRoiMeta.roi_user_meta_list: offset");
static_assert(offsetof(NvDsRoiMeta, object_meta) == 240, "NvDsRoiMeta.object_meta: offset");

#ifdef __cplusplus
}
#endif

#include "nvdsmeta.h"
