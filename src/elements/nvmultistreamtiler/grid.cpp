#include "elements/nvmultistreamtiler/grid.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "surface/text.h"

namespace thalweg {
namespace {

unsigned divide_up(unsigned number, unsigned by) { return number / by + (number % by != 0); }

}  // namespace

Grid grid_for(unsigned rows, unsigned columns, unsigned sources) {
  sources = std::max(sources, 1u);
  if (rows == 0 && columns > 0) return {divide_up(sources, columns), columns};
  if (columns == 0 && rows > 0) return {rows, divide_up(sources, rows)};
  if (uint64_t(rows) * columns >= sources) return {rows, columns};
  const auto root = unsigned(std::sqrt(double(sources)));
  return {root, divide_up(sources, root)};
}

Grid square_grid(unsigned sources) {
  const auto root = unsigned(std::ceil(std::sqrt(double(std::max(sources, 1u)))));
  return {root, root};
}

Rect tile_of(const Grid& grid, unsigned index, int width, int height) {
  const int tile_width = int(unsigned(width) / grid.columns) & ~1;
  const int tile_height = int(unsigned(height) / grid.rows) & ~1;
  if (tile_width < 2 || tile_height < 2)
    throw std::invalid_argument(
        text("%u rows and %u columns leave %d x %d pixels of a canvas of %d x %d for each tile; "
             "expected 2 x 2 at least: lower rows or columns, or raise width or height",
             grid.rows, grid.columns, tile_width, tile_height, width, height));
  return {int(index % grid.columns) * tile_width, int(index / grid.columns) * tile_height,
          tile_width, tile_height};
}

Rect tile_of(const CustomTile& tile, int width, int height) {
  const auto is_part = [](float part) { return part >= 0 && part <= 1; };  // NaN is none
  const auto pixels = [](float part, int whole) { return int(part * float(whole)) & ~1; };
  Rect rect;
  if (is_part(tile.x) && is_part(tile.y) && is_part(tile.width) && is_part(tile.height))
    rect = {pixels(tile.x, width), pixels(tile.y, height), pixels(tile.width, width),
            pixels(tile.height, height)};
  if (rect.width < 2 || rect.height < 2 || rect.left + rect.width > width ||
      rect.top + rect.height > height)
    throw std::invalid_argument(
        text("custom-tile-config has x %g, y %g, width %g and height %g for source %u; expected "
             "parts of the canvas, each from 0 to 1, that do not leave it and are 2 x 2 of its "
             "%d x %d pixels at least: divide percentages by 100",
             double(tile.x), double(tile.y), double(tile.width), double(tile.height), tile.sourceId,
             width, height));
  return rect;
}

}  // namespace thalweg
