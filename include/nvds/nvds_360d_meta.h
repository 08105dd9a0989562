// Payload of the 360-degree camera sample's metas.
#pragma once

#include <assert.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bits of RectDim.roi_status. */
typedef enum {
  ROI_ENTRY_360D = 0x01,
  ROI_EXIT_360D = 0x02,
  INSIDE_AISLE_360D = 0x04,
} ROI_STATUS_360D;

typedef struct _RectDim {
  float left;
  float top;
  float width;
  float height;
  int class_id;
  int tracking_id;
  int gie_unique_id;
  int roi_status;
  void* text;
} RectDim;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(RectDim) == 40, "RectDim: size");
static_assert(offsetof(RectDim, left) == 0, "RectDim.left: offset");
static_assert(offsetof(RectDim, top) == 4, "RectDim.top: offset");
static_assert(offsetof(RectDim, width) == 8, "RectDim.width: offset");
static_assert(offsetof(RectDim, height) == 12, "RectDim.height: offset");
static_assert(offsetof(RectDim, class_id) == 16, "RectDim.class_id: offset");
static_assert(offsetof(RectDim, tracking_id) == 20, "RectDim.tracking_id: offset");
static_assert(offsetof(RectDim, gie_unique_id) == 24, "RectDim.gie_unique_id: offset");
static_assert(offsetof(RectDim, roi_status) == 28, "RectDim.roi_status: offset");
static_assert(offsetof(RectDim, text) == 32, "RectDim.text: offset");

#ifdef __cplusplus
}
#endif
