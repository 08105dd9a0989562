// Payload of the dewarper's meta: which views one fisheye picture was turned into.
#pragma once

#include <assert.h>
#include <glib.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAX_DEWARPED_VIEWS 4

/** Projection of a view, as <from>_<to>. */
typedef enum {
  NVDS_META_SURFACE_NONE = 0,
  NVDS_META_SURFACE_FISH_PUSHBROOM = 1,
  NVDS_META_SURFACE_FISH_VERTCYL = 2,
  NVDS_META_SURFACE_PERSPECTIVE_PERSPECTIVE = 3,
  NVDS_META_SURFACE_FISH_PERSPECTIVE = 4,
  NVDS_META_SURFACE_FISH_FISH = 5,
  NVDS_META_SURFACE_FISH_CYL = 6,
  NVDS_META_SURFACE_FISH_EQUIRECT = 7,
  NVDS_META_SURFACE_FISH_PANINI = 8,
  NVDS_META_SURFACE_PERSPECTIVE_EQUIRECT = 9,
  NVDS_META_SURFACE_PERSPECTIVE_PANINI = 10,
  NVDS_META_SURFACE_EQUIRECT_CYLINDER = 11,
  NVDS_META_SURFACE_EQUIRECT_EQUIRECT = 12,
  NVDS_META_SURFACE_EQUIRECT_FISHEYE = 13,
  NVDS_META_SURFACE_EQUIRECT_PANINI = 14,
  NVDS_META_SURFACE_EQUIRECT_PERSPECTIVE = 15,
  NVDS_META_SURFACE_EQUIRECT_PUSHBROOM = 16,
  NVDS_META_SURFACE_EQUIRECT_STEREOGRAPHIC = 17,
  NVDS_META_SURFACE_EQUIRECT_VERTCYLINDER = 18,
} NvDsSurfaceType;

/** Type (an NvDsSurfaceType) and index of each of the `num_filled_surfaces` views. */
typedef struct _NvDewarperSurfaceMeta {
  guint type[MAX_DEWARPED_VIEWS];
  guint index[MAX_DEWARPED_VIEWS];
  guint source_id;
  guint num_filled_surfaces;
} NvDewarperSurfaceMeta;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDewarperSurfaceMeta) == 40, "NvDewarperSurfaceMeta: size");
static_assert(offsetof(NvDewarperSurfaceMeta, type) == 0, "NvDewarperSurfaceMeta.type: offset");
static_assert(offsetof(NvDewarperSurfaceMeta, index) == 16, "NvDewarperSurfaceMeta.index: offset");
static_assert(offsetof(NvDewarperSurfaceMeta, source_id) == 32,
              "NvDewarperSurfaceMeta.source_id: offset");
static_assert(offsetof(NvDewarperSurfaceMeta, num_filled_surfaces) == 36,
              "NvDewarperSurfaceMeta.num_filled_surfaces: offset");

#ifdef __cplusplus
}
#endif
