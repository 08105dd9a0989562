#include "elements/nvmultistreamtiler/mosaic.h"

#include <algorithm>

namespace thalweg {
namespace {

/// Where `inner`, a part of a frame of width x height, lies when the frame fills `to`; even
/// numbers, so that chroma has no half samples.
Rect scaled(Rect inner, int width, int height, const Pixels& to) {
  const auto side = [](int position, int length, int target) {
    return int((int64_t(position) * target + length / 2) / length) & ~1;
  };
  const int left = side(inner.left, width, to.width), top = side(inner.top, height, to.height);
  const int right = side(inner.left + inner.width, width, to.width);
  const int bottom = side(inner.top + inner.height, height, to.height);
  return {left, top, right - left, bottom - top};
}

}  // namespace

void Mosaic::add(unsigned number) { source(number); }

Mosaic::Source& Mosaic::source(unsigned number) {
  for (Source& each : sources_)
    if (each.number == number) return each;
  most_sources_ = std::max(most_sources_, number + 1);
  sources_.push_back({.number = number});
  return sources_.back();
}

void Mosaic::remove(unsigned number) {
  std::erase_if(sources_, [&](const Source& each) { return each.number == number; });
}

void Mosaic::blank(unsigned number) {
  for (Source& each : sources_)
    if (each.number == number) each = {.number = number};
}

void Mosaic::blank_all() {
  for (Source& each : sources_) each = {.number = each.number};
}

void Mosaic::update(unsigned number, Frame& frame) {
  source(number) = {.number = number,
                    .frame = frame.frozen_source(),
                    .width = frame.width(),
                    .height = frame.height()};
}

Grid Mosaic::grid(const MosaicSettings& settings) const {
  return settings.square_in_sequence ? square_grid(unsigned(sources_.size()))
                                     : grid_for(settings.rows, settings.columns, most_sources_);
}

std::optional<Mosaic::Tile> Mosaic::tile(const MosaicSettings& settings, unsigned number) const {
  if (settings.show_source >= 0) {
    if (unsigned(settings.show_source) != number) return std::nullopt;
    return Tile{{0, 0, settings.width, settings.height}};
  }
  unsigned index = number;
  if (settings.square_in_sequence) {
    const auto found = std::ranges::find(sources_, number, &Source::number);
    if (found == sources_.end()) return std::nullopt;
    index = unsigned(found - sources_.begin());
  }
  const Grid tiles = grid(settings);
  if (index >= uint64_t(tiles.rows) * tiles.columns) return std::nullopt;
  const std::vector<CustomTile>& custom = settings.custom_tiles;
  const auto own = std::ranges::find(custom, index, &CustomTile::sourceId);
  if (own == custom.end()) return Tile{tile_of(tiles, index, settings.width, settings.height)};
  return Tile{tile_of(*own, settings.width, settings.height), size_t(own - custom.begin()) + 1};
}

std::optional<Rect> Mosaic::place(const MosaicSettings& settings, unsigned number) const {
  const auto found = tile(settings, number);
  return found ? std::optional(found->place) : std::nullopt;
}

void Mosaic::draw(Source& source, const Pixels& to, Filter filter) {
  const auto paint = [&](const Pixels& pixels) {
    const ConstPixels& from = source.frame.picture->pixels();
    const Rect inner = scaled(source.frame.placement, source.width, source.height, pixels);
    // What the muxer would have scaled smoothly must not get blocky because it has not.
    const bool deferred = from.width != source.width || from.height != source.height;
    const Filter smooth = deferred && filter == Filter::kNearest ? Filter::kBilinear : filter;
    fill_black_around(pixels, inner);
    if (inner.width > 0 && inner.height > 0)
      convert(from, {0, 0, from.width, from.height}, pixels, inner, smooth);
  };
  if (!source.drawn) {
    source.drawn = true;
    return paint(to);
  }
  const auto is_usable = [&](const ConstPixels& tile) {
    return tile.format == to.format && tile.width == to.width && tile.height == to.height &&
           tile.colour == to.colour;
  };
  if (!source.tile || !is_usable(source.tile->pixels())) {
    source.tile = Picture::allocate(to.format, to.width, to.height, to.colour);
    paint(source.tile->mutable_pixels());
  }
  copy_pixels(source.tile->pixels(), to);
}

std::shared_ptr<Picture> Mosaic::draw(const MosaicSettings& settings,
                                      NvBufSurfaceColorFormat format) {
  struct Drawn : Tile {
    Source* source;
  };
  std::vector<Drawn> drawn;
  for (Source& each : sources_)
    if (each.frame.picture)
      if (const auto found = tile(settings, each.number)) drawn.push_back({*found, &each});
  std::ranges::stable_sort(drawn, {}, &Drawn::layer);

  Colour colour;
  const auto colour_of = [](const Drawn& each) {
    return each.source->frame.picture->pixels().colour;
  };
  if (is_yuv(format) && !drawn.empty() && std::ranges::all_of(drawn, [&](const Drawn& each) {
        return colour_of(each) == colour_of(drawn[0]);
      }))
    colour = colour_of(drawn[0]);

  auto canvas = Picture::allocate(format, settings.width, settings.height, colour);
  const Pixels pixels = canvas->mutable_pixels();
  const bool is_grid = settings.show_source < 0;
  const Grid tiles = is_grid ? grid(settings) : Grid{};
  if (drawn.size() < size_t(tiles.rows) * tiles.columns ||
      (is_grid && !settings.custom_tiles.empty())) {
    fill_black(pixels);
  } else {
    const Rect first = drawn[0].place;
    fill_black_around(pixels,
                      {0, 0, first.width * int(tiles.columns), first.height * int(tiles.rows)});
  }
  for (const Drawn& each : drawn) draw(*each.source, part_of(pixels, each.place), settings.filter);
  return canvas;
}

}  // namespace thalweg
