#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "elements/nvmultistreamtiler/grid.h"
#include "surface/batch.h"
#include "surface/convert.h"

namespace thalweg {

/// How sources are put side by side.
struct MosaicSettings {
  unsigned rows = 1, columns = 1;    ///< see grid_for
  int width = 1920, height = 1080;   ///< of the canvas, pixels
  int show_source = -1;              ///< only this source, over the whole canvas; -1: all
  bool square_in_sequence = false;   ///< square_grid, filled in the order in which sources came
  Filter filter = Filter::kNearest;  ///< for scaling; where the muxer's is still to be done, too,
                                     ///< kBilinear at least
  /// In place of the tiles of the grid that have these numbers; may overlap, later ones are above.
  /// The first of several with one number counts.
  std::vector<CustomTile> custom_tiles = {};
};

/// The last frame of each source, and pictures of all of them side by side.
///
/// A source's tile is that of its number, unless square_in_sequence. It shows the source's last
/// frame, and is black until there is one. Frames are drawn from what was decoded, scaled once,
/// straight into the canvas; the tile of a source that gave nothing new is scaled a last time and
/// copied from then on. For one thread at a time.
class Mosaic {
 public:
  /// A source has come. Not needed before update().
  void add(unsigned source);
  /// It is gone.
  void remove(unsigned source);
  /// Its tile is black until its next frame.
  void blank(unsigned source);
  /// All tiles are.
  void blank_all();
  /// It has a new frame, which stays as it is now whatever becomes of `frame`.
  void update(unsigned source, Frame& frame);

  /// Where on the canvas a source's frames are shown; nullopt when they are not.
  /// @throws std::invalid_argument as tile_of.
  std::optional<Rect> place(const MosaicSettings& settings, unsigned source) const;

  /// A new picture of all. Frames fill their tiles, whatever their shape; the rest is black.
  /// Its colours are those of the pictures, BT.601 where these differ.
  /// @throws std::invalid_argument as tile_of.
  std::shared_ptr<Picture> draw(const MosaicSettings& settings, NvBufSurfaceColorFormat format);

 private:
  struct Source {
    unsigned number;
    Frame::Source frame;            // its picture is null while there is none
    int width = 0, height = 0;      // of the frame
    bool drawn = false;             // on a canvas, since it came
    std::shared_ptr<Picture> tile;  // `frame` as it was last drawn, once it is drawn again
  };

  Source& source(unsigned number);
  Grid grid(const MosaicSettings& settings) const;
  /// A source's tile. Those of higher layers are above; the grid's have 0.
  struct Tile {
    Rect place;
    size_t layer = 0;
  };
  std::optional<Tile> tile(const MosaicSettings& settings, unsigned source) const;
  void draw(Source& source, const Pixels& to, Filter filter);

  std::vector<Source> sources_;  // in the order in which they came
  unsigned most_sources_ = 0;    // the highest number that ever came, plus 1
};

}  // namespace thalweg
