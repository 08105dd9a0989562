// Payload of NVDS_OPTICAL_FLOW_META: motion vectors of a frame.
#pragma once

#include <assert.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Motion of a block since the last frame, in 1/32 pixel. */
typedef struct _NvOFFlowVector {
  short flowx;
  short flowy;
} NvOFFlowVector;

/** rows x cols NvOFFlowVector at `data`; `mv_size` and `cost_size` are bytes an entry. */
typedef struct {
  unsigned int rows;
  unsigned int cols;
  unsigned int mv_size;
  unsigned int cost_size;
  unsigned long frame_num;
  void* data;
  void* cost;
  void* priv;
  void* reserved;
} NvDsOpticalFlowMeta;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvOFFlowVector) == 4, "NvOFFlowVector: size");
static_assert(offsetof(NvOFFlowVector, flowx) == 0, "NvOFFlowVector.flowx: offset");
static_assert(offsetof(NvOFFlowVector, flowy) == 2, "NvOFFlowVector.flowy: offset");
static_assert(sizeof(NvDsOpticalFlowMeta) == 56, "NvDsOpticalFlowMeta: size");
static_assert(offsetof(NvDsOpticalFlowMeta, rows) == 0, "NvDsOpticalFlowMeta.rows: offset");
static_assert(offsetof(NvDsOpticalFlowMeta, cols) == 4, "NvDsOpticalFlowMeta.cols: offset");
static_assert(offsetof(NvDsOpticalFlowMeta, mv_size) == 8, "NvDsOpticalFlowMeta.mv_size: offset");
static_assert(offsetof(NvDsOpticalFlowMeta, cost_size) == 12,
              "NvDsOpticalFlowMeta.cost_size: offset");
static_assert(offsetof(NvDsOpticalFlowMeta, frame_num) == 16,
              "NvDsOpticalFlowMeta.frame_num: offset");
static_assert(offsetof(NvDsOpticalFlowMeta, data) == 24, "NvDsOpticalFlowMeta.data: offset");
static_assert(offsetof(NvDsOpticalFlowMeta, cost) == 32, "NvDsOpticalFlowMeta.cost: offset");
static_assert(offsetof(NvDsOpticalFlowMeta, priv) == 40, "NvDsOpticalFlowMeta.priv: offset");
static_assert(offsetof(NvDsOpticalFlowMeta, reserved) == 48,
              "NvDsOpticalFlowMeta.reserved: offset");

#ifdef __cplusplus
}
#endif
