// Drawing interface of the overlay: one list of shapes of one kind on one picture a call.
#pragma once

#include <assert.h>
#include <stddef.h>

#include "nvbufsurface.h"
#include "nvll_osd_struct.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MAX_IN_BUF 16
#define MAX_BORDER_WIDTH 32

typedef void* NvOSDCtxHandle;

typedef struct _NvOSD_FrameTextParams {
  NvBufSurfaceParams* buf_ptr;
  NvOSD_Mode mode;
  int num_strings;
  NvOSD_TextParams* text_params_list;
  NvBufSurface* surf;
} NvOSD_FrameTextParams;

typedef struct _NvOSD_FrameRectParams {
  NvBufSurfaceParams* buf_ptr;
  NvOSD_Mode mode;
  int num_rects;
  NvOSD_RectParams* rect_params_list;
  NvOSD_MaskParams* mask_params_list;
  NvBufSurface* surf;
} NvOSD_FrameRectParams;

typedef struct _NvOSD_FrameSegmentMaskParams {
  NvBufSurfaceParams* buf_ptr;
  NvOSD_Mode mode;
  int num_segments;
  NvOSD_RectParams* rect_params_list;
  NvOSD_MaskParams* mask_params_list;
  NvBufSurface* surf;
} NvOSD_FrameSegmentMaskParams;

typedef struct _NvOSD_FrameLineParams {
  NvBufSurfaceParams* buf_ptr;
  NvOSD_Mode mode;
  int num_lines;
  NvOSD_LineParams* line_params_list;
  NvBufSurface* surf;
} NvOSD_FrameLineParams;

typedef struct _NvOSD_FrameArrowParams {
  NvBufSurfaceParams* buf_ptr;
  NvOSD_Mode mode;
  int num_arrows;
  NvOSD_ArrowParams* arrow_params_list;
  NvBufSurface* surf;
} NvOSD_FrameArrowParams;

typedef struct _NvOSD_FrameCircleParams {
  NvBufSurfaceParams* buf_ptr;
  NvOSD_Mode mode;
  int num_circles;
  NvOSD_CircleParams* circle_params_list;
  NvBufSurface* surf;
} NvOSD_FrameCircleParams;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvOSD_FrameTextParams) == 32, "NvOSD_FrameTextParams: size");
static_assert(offsetof(NvOSD_FrameTextParams, buf_ptr) == 0,
              "NvOSD_FrameTextParams.buf_ptr: offset");
static_assert(offsetof(NvOSD_FrameTextParams, mode) == 8, "NvOSD_FrameTextParams.mode: offset");
static_assert(offsetof(NvOSD_FrameTextParams, num_strings) == 12,
              "NvOSD_FrameTextParams.num_strings: offset");
static_assert(offsetof(NvOSD_FrameTextParams, text_params_list) == 16,
              "NvOSD_FrameTextParams.text_params_list: offset");
static_assert(offsetof(NvOSD_FrameTextParams, surf) == 24, "NvOSD_FrameTextParams.surf: offset");
static_assert(sizeof(NvOSD_FrameRectParams) == 40, "NvOSD_FrameRectParams: size");
static_assert(offsetof(NvOSD_FrameRectParams, buf_ptr) == 0,
              "NvOSD_FrameRectParams.buf_ptr: offset");
static_assert(offsetof(NvOSD_FrameRectParams, mode) == 8, "NvOSD_FrameRectParams.mode: offset");
static_assert(offsetof(NvOSD_FrameRectParams, num_rects) == 12,
              "NvOSD_FrameRectParams.num_rects: offset");
static_assert(offsetof(NvOSD_FrameRectParams, rect_params_list) == 16,
              "NvOSD_FrameRectParams.rect_params_list: offset");
static_assert(offsetof(NvOSD_FrameRectParams, mask_params_list) == 24,
              "NvOSD_FrameRectParams.mask_params_list: offset");
static_assert(offsetof(NvOSD_FrameRectParams, surf) == 32, "NvOSD_FrameRectParams.surf: offset");
static_assert(sizeof(NvOSD_FrameSegmentMaskParams) == 40, "NvOSD_FrameSegmentMaskParams: size");
static_assert(offsetof(NvOSD_FrameSegmentMaskParams, buf_ptr) == 0,
              "NvOSD_FrameSegmentMaskParams.buf_ptr: offset");
static_assert(offsetof(NvOSD_FrameSegmentMaskParams, mode) == 8,
              "NvOSD_FrameSegmentMaskParams.mode: offset");
static_assert(offsetof(NvOSD_FrameSegmentMaskParams, num_segments) == 12,
              "NvOSD_FrameSegmentMaskParams.num_segments: offset");
static_assert(offsetof(NvOSD_FrameSegmentMaskParams, rect_params_list) == 16,
              "NvOSD_FrameSegmentMaskParams.rect_params_list: offset");
static_assert(offsetof(NvOSD_FrameSegmentMaskParams, mask_params_list) == 24,
              "NvOSD_FrameSegmentMaskParams.mask_params_list: offset");
static_assert(offsetof(NvOSD_FrameSegmentMaskParams, surf) == 32,
              "NvOSD_FrameSegmentMaskParams.surf: offset");
static_assert(sizeof(NvOSD_FrameLineParams) == 32, "NvOSD_FrameLineParams: size");
static_assert(offsetof(NvOSD_FrameLineParams, buf_ptr) == 0,
              "NvOSD_FrameLineParams.buf_ptr: offset");
static_assert(offsetof(NvOSD_FrameLineParams, mode) == 8, "NvOSD_FrameLineParams.mode: offset");
static_assert(offsetof(NvOSD_FrameLineParams, num_lines) == 12,
              "NvOSD_FrameLineParams.num_lines: offset");
static_assert(offsetof(NvOSD_FrameLineParams, line_params_list) == 16,
              "NvOSD_FrameLineParams.line_params_list: offset");
static_assert(offsetof(NvOSD_FrameLineParams, surf) == 24, "NvOSD_FrameLineParams.surf: offset");
static_assert(sizeof(NvOSD_FrameArrowParams) == 32, "NvOSD_FrameArrowParams: size");
static_assert(offsetof(NvOSD_FrameArrowParams, buf_ptr) == 0,
              "NvOSD_FrameArrowParams.buf_ptr: offset");
static_assert(offsetof(NvOSD_FrameArrowParams, mode) == 8, "NvOSD_FrameArrowParams.mode: offset");
static_assert(offsetof(NvOSD_FrameArrowParams, num_arrows) == 12,
              "NvOSD_FrameArrowParams.num_arrows: offset");
static_assert(offsetof(NvOSD_FrameArrowParams, arrow_params_list) == 16,
              "NvOSD_FrameArrowParams.arrow_params_list: offset");
static_assert(offsetof(NvOSD_FrameArrowParams, surf) == 24, "NvOSD_FrameArrowParams.surf: offset");
static_assert(sizeof(NvOSD_FrameCircleParams) == 32, "NvOSD_FrameCircleParams: size");
static_assert(offsetof(NvOSD_FrameCircleParams, buf_ptr) == 0,
              "NvOSD_FrameCircleParams.buf_ptr: offset");
static_assert(offsetof(NvOSD_FrameCircleParams, mode) == 8, "NvOSD_FrameCircleParams.mode: offset");
static_assert(offsetof(NvOSD_FrameCircleParams, num_circles) == 12,
              "NvOSD_FrameCircleParams.num_circles: offset");
static_assert(offsetof(NvOSD_FrameCircleParams, circle_params_list) == 16,
              "NvOSD_FrameCircleParams.circle_params_list: offset");
static_assert(offsetof(NvOSD_FrameCircleParams, surf) == 24,
              "NvOSD_FrameCircleParams.surf: offset");

#ifdef __cplusplus
}
#endif
