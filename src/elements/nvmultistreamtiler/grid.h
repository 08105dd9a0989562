#pragma once

#include "nvdstilerconfig.h"
#include "surface/picture.h"

namespace thalweg {

/// Tiles of one size, numbered row by row from the top left.
struct Grid {
  unsigned rows = 1, columns = 1;
  bool operator==(const Grid&) const = default;
};

/// The grid that was asked for, if it has a tile for each of `sources`; 0 rows or columns: as many
/// as they need. Otherwise floor(sqrt(sources)) rows and as many columns as that takes.
Grid grid_for(unsigned rows, unsigned columns, unsigned sources);

/// The smallest one with as many rows as columns.
Grid square_grid(unsigned sources);

/// Where a tile lies on a canvas: sides are rounded down to even numbers, so that what is left over
/// lies at the right and at the bottom.
/// @throws std::invalid_argument when the canvas has no 2 x 2 pixels for each tile.
Rect tile_of(const Grid& grid, unsigned index, int width, int height);
/// The same of a tile with a place of its own; each number is rounded down to an even one.
/// @throws std::invalid_argument when it leaves the canvas, or has no 2 x 2 pixels.
Rect tile_of(const CustomTile& tile, int width, int height);

}  // namespace thalweg
