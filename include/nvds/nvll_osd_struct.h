// What the overlay can draw: colours, text, boxes, masks, lines, arrows, circles.
// Coordinates are pixels of the frame the meta belongs to (the muxer's size), origin top left.
// Colour components are 0.0 to 1.0.
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  MODE_CPU,
  MODE_GPU,
  MODE_NONE,
} NvOSD_Mode;

typedef enum {
  START_HEAD,
  END_HEAD,
  BOTH_HEAD,
} NvOSD_Arrow_Head_Direction;

typedef struct _NvBbox_Coords {
  float left;
  float top;
  float width;
  float height;
} NvBbox_Coords;

typedef struct _NvOSD_ColorParams {
  double red;
  double green;
  double blue;
  double alpha;
} NvOSD_ColorParams;

/** Font of a text; `font_name` is never freed or copied, so it has to live for ever. */
typedef struct _NvOSD_FontParams {
  char* font_name;
  unsigned int font_size;
  NvOSD_ColorParams font_color;
} NvOSD_FontParams;

/** Text at (x_offset, y_offset); `display_text` is a heap string (g_malloc) freed with the meta. */
typedef struct _NvOSD_TextParams {
  char* display_text;
  unsigned int x_offset;
  unsigned int y_offset;
  NvOSD_FontParams font_params;
  int set_bg_clr;
  NvOSD_ColorParams text_bg_clr;
} NvOSD_TextParams;

/** Colour of one class, for blending by class id. */
typedef struct _NvOSD_Color_info {
  int id;
  NvOSD_ColorParams color;
} NvOSD_Color_info;

/** Box; `has_bg_color` fills it with `bg_color`, `rotation_angle` is in degrees, clockwise. */
typedef struct _NvOSD_RectParams {
  float left;
  float top;
  float width;
  float height;
  unsigned int border_width;
  NvOSD_ColorParams border_color;
  unsigned int has_bg_color;
  unsigned int reserved;
  NvOSD_ColorParams bg_color;
  int has_color_info;
  int color_id;
  float rotation_angle;
} NvOSD_RectParams;

/** Float mask (width x height values, `size` bytes, g_malloc) over the object's box. */
typedef struct _NvOSD_MaskParams {
  float* data;
  unsigned int size;
  float threshold;
  unsigned int width;
  unsigned int height;
} NvOSD_MaskParams;

typedef struct _NvOSD_LineParams {
  unsigned int x1;
  unsigned int y1;
  unsigned int x2;
  unsigned int y2;
  unsigned int line_width;
  NvOSD_ColorParams line_color;
} NvOSD_LineParams;

typedef struct _NvOSD_ArrowParams {
  unsigned int x1;
  unsigned int y1;
  unsigned int x2;
  unsigned int y2;
  unsigned int arrow_width;
  NvOSD_Arrow_Head_Direction arrow_head;
  NvOSD_ColorParams arrow_color;
  unsigned int reserved;
} NvOSD_ArrowParams;

typedef struct _NvOSD_CircleParams {
  unsigned int xc;
  unsigned int yc;
  unsigned int radius;
  NvOSD_ColorParams circle_color;
  unsigned int has_bg_color;
  NvOSD_ColorParams bg_color;
  unsigned int circle_width;
  unsigned int reserved;
} NvOSD_CircleParams;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvBbox_Coords) == 16, "NvBbox_Coords: size");
static_assert(offsetof(NvBbox_Coords, left) == 0, "NvBbox_Coords.left: offset");
static_assert(offsetof(NvBbox_Coords, top) == 4, "NvBbox_Coords.top: offset");
static_assert(offsetof(NvBbox_Coords, width) == 8, "NvBbox_Coords.width: offset");
static_assert(offsetof(NvBbox_Coords, height) == 12, "NvBbox_Coords.height: offset");
static_assert(sizeof(NvOSD_ColorParams) == 32, "NvOSD_ColorParams: size");
static_assert(offsetof(NvOSD_ColorParams, red) == 0, "NvOSD_ColorParams.red: offset");
static_assert(offsetof(NvOSD_ColorParams, green) == 8, "NvOSD_ColorParams.green: offset");
static_assert(offsetof(NvOSD_ColorParams, blue) == 16, "NvOSD_ColorParams.blue: offset");
static_assert(offsetof(NvOSD_ColorParams, alpha) == 24, "NvOSD_ColorParams.alpha: offset");
static_assert(sizeof(NvOSD_FontParams) == 48, "NvOSD_FontParams: size");
static_assert(offsetof(NvOSD_FontParams, font_name) == 0, "NvOSD_FontParams.font_name: offset");
static_assert(offsetof(NvOSD_FontParams, font_size) == 8, "NvOSD_FontParams.font_size: offset");
static_assert(offsetof(NvOSD_FontParams, font_color) == 16, "NvOSD_FontParams.font_color: offset");
static_assert(sizeof(NvOSD_TextParams) == 104, "NvOSD_TextParams: size");
static_assert(offsetof(NvOSD_TextParams, display_text) == 0,
              "NvOSD_TextParams.display_text: offset");
static_assert(offsetof(NvOSD_TextParams, x_offset) == 8, "NvOSD_TextParams.x_offset: offset");
static_assert(offsetof(NvOSD_TextParams, y_offset) == 12, "NvOSD_TextParams.y_offset: offset");
static_assert(offsetof(NvOSD_TextParams, font_params) == 16,
              "NvOSD_TextParams.font_params: offset");
static_assert(offsetof(NvOSD_TextParams, set_bg_clr) == 64, "NvOSD_TextParams.set_bg_clr: offset");
static_assert(offsetof(NvOSD_TextParams, text_bg_clr) == 72,
              "NvOSD_TextParams.text_bg_clr: offset");
static_assert(sizeof(NvOSD_Color_info) == 40, "NvOSD_Color_info: size");
static_assert(offsetof(NvOSD_Color_info, id) == 0, "NvOSD_Color_info.id: offset");
static_assert(offsetof(NvOSD_Color_info, color) == 8, "NvOSD_Color_info.color: offset");
static_assert(sizeof(NvOSD_RectParams) == 112, "NvOSD_RectParams: size");
static_assert(offsetof(NvOSD_RectParams, left) == 0, "NvOSD_RectParams.left: offset");
static_assert(offsetof(NvOSD_RectParams, top) == 4, "NvOSD_RectParams.top: offset");
static_assert(offsetof(NvOSD_RectParams, width) == 8, "NvOSD_RectParams.width: offset");
static_assert(offsetof(NvOSD_RectParams, height) == 12, "NvOSD_RectParams.height: offset");
static_assert(offsetof(NvOSD_RectParams, border_width) == 16,
              "NvOSD_RectParams.border_width: offset");
static_assert(offsetof(NvOSD_RectParams, border_color) == 24,
              "NvOSD_RectParams.border_color: offset");
static_assert(offsetof(NvOSD_RectParams, has_bg_color) == 56,
              "NvOSD_RectParams.has_bg_color: offset");
static_assert(offsetof(NvOSD_RectParams, reserved) == 60, "NvOSD_RectParams.reserved: offset");
static_assert(offsetof(NvOSD_RectParams, bg_color) == 64, "NvOSD_RectParams.bg_color: offset");
static_assert(offsetof(NvOSD_RectParams, has_color_info) == 96,
              "NvOSD_RectParams.has_color_info: offset");
static_assert(offsetof(NvOSD_RectParams, color_id) == 100, "NvOSD_RectParams.color_id: offset");
static_assert(offsetof(NvOSD_RectParams, rotation_angle) == 104,
              "NvOSD_RectParams.rotation_angle: offset");
static_assert(sizeof(NvOSD_MaskParams) == 24, "NvOSD_MaskParams: size");
static_assert(offsetof(NvOSD_MaskParams, data) == 0, "NvOSD_MaskParams.data: offset");
static_assert(offsetof(NvOSD_MaskParams, size) == 8, "NvOSD_MaskParams.size: offset");
static_assert(offsetof(NvOSD_MaskParams, threshold) == 12, "NvOSD_MaskParams.threshold: offset");
static_assert(offsetof(NvOSD_MaskParams, width) == 16, "NvOSD_MaskParams.width: offset");
static_assert(offsetof(NvOSD_MaskParams, height) == 20, "NvOSD_MaskParams.height: offset");
static_assert(sizeof(NvOSD_LineParams) == 56, "NvOSD_LineParams: size");
static_assert(offsetof(NvOSD_LineParams, x1) == 0, "NvOSD_LineParams.x1: offset");
static_assert(offsetof(NvOSD_LineParams, y1) == 4, "NvOSD_LineParams.y1: offset");
static_assert(offsetof(NvOSD_LineParams, x2) == 8, "NvOSD_LineParams.x2: offset");
static_assert(offsetof(NvOSD_LineParams, y2) == 12, "NvOSD_LineParams.y2: offset");
static_assert(offsetof(NvOSD_LineParams, line_width) == 16, "NvOSD_LineParams.line_width: offset");
static_assert(offsetof(NvOSD_LineParams, line_color) == 24, "NvOSD_LineParams.line_color: offset");
static_assert(sizeof(NvOSD_ArrowParams) == 64, "NvOSD_ArrowParams: size");
static_assert(offsetof(NvOSD_ArrowParams, x1) == 0, "NvOSD_ArrowParams.x1: offset");
static_assert(offsetof(NvOSD_ArrowParams, y1) == 4, "NvOSD_ArrowParams.y1: offset");
static_assert(offsetof(NvOSD_ArrowParams, x2) == 8, "NvOSD_ArrowParams.x2: offset");
static_assert(offsetof(NvOSD_ArrowParams, y2) == 12, "NvOSD_ArrowParams.y2: offset");
static_assert(offsetof(NvOSD_ArrowParams, arrow_width) == 16,
              "NvOSD_ArrowParams.arrow_width: offset");
static_assert(offsetof(NvOSD_ArrowParams, arrow_head) == 20,
              "NvOSD_ArrowParams.arrow_head: offset");
static_assert(offsetof(NvOSD_ArrowParams, arrow_color) == 24,
              "NvOSD_ArrowParams.arrow_color: offset");
static_assert(offsetof(NvOSD_ArrowParams, reserved) == 56, "NvOSD_ArrowParams.reserved: offset");
static_assert(sizeof(NvOSD_CircleParams) == 96, "NvOSD_CircleParams: size");
static_assert(offsetof(NvOSD_CircleParams, xc) == 0, "NvOSD_CircleParams.xc: offset");
static_assert(offsetof(NvOSD_CircleParams, yc) == 4, "NvOSD_CircleParams.yc: offset");
static_assert(offsetof(NvOSD_CircleParams, radius) == 8, "NvOSD_CircleParams.radius: offset");
static_assert(offsetof(NvOSD_CircleParams, circle_color) == 16,
              "NvOSD_CircleParams.circle_color: offset");
static_assert(offsetof(NvOSD_CircleParams, has_bg_color) == 48,
              "NvOSD_CircleParams.has_bg_color: offset");
static_assert(offsetof(NvOSD_CircleParams, bg_color) == 56, "NvOSD_CircleParams.bg_color: offset");
static_assert(offsetof(NvOSD_CircleParams, circle_width) == 88,
              "NvOSD_CircleParams.circle_width: offset");
static_assert(offsetof(NvOSD_CircleParams, reserved) == 92, "NvOSD_CircleParams.reserved: offset");

#ifdef __cplusplus
}
#endif
