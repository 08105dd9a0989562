// Tiles of nvmultistreamtiler at places of the program's own: what its property custom-tile-config
// points to.
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Where one source is shown. Each number is a part of the canvas, from 0 to 1.
typedef struct {
  uint32_t sourceId;
  float x;  // of the left edge
  float y;  // of the top edge
  float width;
  float height;
} CustomTile;

// The element copies all of it when the property is set.
typedef struct {
  CustomTile* tiles;  // may be NULL: there are none
  uint32_t length;    // of tiles
} CustomTileConfig;

static_assert(sizeof(CustomTile) == 20, "CustomTile: size");
static_assert(offsetof(CustomTile, x) == 4, "CustomTile: offset");
static_assert(offsetof(CustomTile, height) == 16, "CustomTile: offset");
static_assert(sizeof(CustomTileConfig) == 16, "CustomTileConfig: size");
static_assert(offsetof(CustomTileConfig, length) == 8, "CustomTileConfig: offset");

#ifdef __cplusplus
}
#endif
