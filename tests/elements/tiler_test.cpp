// The tiler's parts: grid, pictures, metadata.
#include <gtest/gtest.h>
#include <libyuv.h>

#include <limits>
#include <map>
#include <string>

#include "../surface/decoded.h"
#include "doubled.h"
#include "elements/batch_meta.h"
#include "elements/nvmultistreamtiler/gather.h"
#include "elements/nvmultistreamtiler/grid.h"
#include "elements/nvmultistreamtiler/mosaic.h"

namespace thalweg {
namespace {

using testing::hash, testing::new_user_meta, testing::value_of;

constexpr auto kI420 = NVBUF_COLOR_FORMAT_YUV420;
constexpr auto kNv12 = NVBUF_COLOR_FORMAT_NV12;
constexpr auto kRgba = NVBUF_COLOR_FORMAT_RGBA;

// ---- grid

TEST(Grid, IsAsAskedWhereThereIsATileForEachSource) {
  EXPECT_EQ(grid_for(2, 3, 6), (Grid{2, 3}));
  EXPECT_EQ(grid_for(2, 3, 1), (Grid{2, 3}));
  EXPECT_EQ(grid_for(1, 1, 0), (Grid{1, 1}));
  EXPECT_EQ(grid_for(100000, 100000, 6), (Grid{100000, 100000}));
}

TEST(Grid, GrowsToTheSquareRootOfTheSources) {
  EXPECT_EQ(grid_for(1, 1, 2), (Grid{1, 2}));
  EXPECT_EQ(grid_for(1, 1, 3), (Grid{1, 3}));
  EXPECT_EQ(grid_for(1, 1, 4), (Grid{2, 2}));
  EXPECT_EQ(grid_for(2, 2, 5), (Grid{2, 3}));
  EXPECT_EQ(grid_for(2, 2, 7), (Grid{2, 4}));
  EXPECT_EQ(grid_for(2, 4, 9), (Grid{3, 3}));
  EXPECT_EQ(grid_for(1, 1, 16), (Grid{4, 4}));
  EXPECT_EQ(grid_for(1, 15, 17), (Grid{4, 5}));
}

TEST(Grid, ZeroMeansAsManyAsAreNeeded) {
  EXPECT_EQ(grid_for(0, 3, 7), (Grid{3, 3}));
  EXPECT_EQ(grid_for(2, 0, 7), (Grid{2, 4}));
  EXPECT_EQ(grid_for(0, 0, 8), (Grid{2, 4}));
  EXPECT_EQ(grid_for(0, 0, 0), (Grid{1, 1}));
}

TEST(Grid, OfASquareHasAsManyRowsAsColumns) {
  EXPECT_EQ(square_grid(0), (Grid{1, 1}));
  EXPECT_EQ(square_grid(2), (Grid{2, 2}));
  EXPECT_EQ(square_grid(4), (Grid{2, 2}));
  EXPECT_EQ(square_grid(5), (Grid{3, 3}));
}

TEST(Grid, TilesLieRowByRowAtEvenPlaces) {
  EXPECT_EQ(tile_of({2, 3}, 0, 1920, 1080), (Rect{0, 0, 640, 540}));
  EXPECT_EQ(tile_of({2, 3}, 2, 1920, 1080), (Rect{1280, 0, 640, 540}));
  EXPECT_EQ(tile_of({2, 3}, 4, 1920, 1080), (Rect{640, 540, 640, 540}));
  // 1280 / 3 = 426.67, 720 / 7 = 102.86
  EXPECT_EQ(tile_of({7, 3}, 20, 1280, 720), (Rect{852, 612, 426, 102}));
}

TEST(Grid, NamesACanvasThatIsTooSmall) {
  try {
    tile_of({40, 2}, 0, 64, 64);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "40 rows and 2 columns leave 32 x 0 pixels of a canvas of 64 x 64 for each tile; "
                 "expected 2 x 2 at least: lower rows or columns, or raise width or height");
  }
}

TEST(Grid, TilesOfTheirOwnLieAtEvenPlaces) {
  EXPECT_EQ(tile_of({7, 0, 0, 1, 1}, 1920, 1080), (Rect{0, 0, 1920, 1080}));
  // 844.8, 435.2, 259.2 and 100.8
  EXPECT_EQ(tile_of({0, 0.66f, 0.36f, 0.34f, 0.14f}, 1280, 720), (Rect{844, 258, 434, 100}));
  EXPECT_EQ(tile_of({0, 0.5f, 0.5f, 0.5f, 0.5f}, 64, 4), (Rect{32, 2, 32, 2}));
}

TEST(Grid, NamesATileThatLeavesTheCanvas) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const CustomTile& tile :
       {CustomTile{3, 0.5f, 0, 0.75f, 1}, CustomTile{3, 0, 0.5f, 1, 0.75f},
        CustomTile{3, -0.25f, 0, 0.5f, 1}, CustomTile{3, 50, 0, 50, 100},
        CustomTile{3, nan, 0, 1, 1}, CustomTile{3, 0, 0, 1, nan}, CustomTile{3, 0, 0, 0, 1},
        CustomTile{3, 0, 0, 1, 0.01f}, CustomTile{3, 0, 0, 1e30f, 1}})
    EXPECT_THROW(tile_of(tile, 64, 64), std::invalid_argument);
  try {
    tile_of({3, 50, 0, 50, 100}, 1280, 720);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "custom-tile-config has x 50, y 0, width 50 and height 100 for source 3; expected "
                 "parts of the canvas, each from 0 to 1, that do not leave it and are 2 x 2 of its "
                 "1280 x 720 pixels at least: divide percentages by 100");
  }
}

// ---- pictures

/// Samples that differ from pixel to pixel, channel to channel and `seed` to `seed`.
std::shared_ptr<Picture> textured(NvBufSurfaceColorFormat format, int width, int height, int seed,
                                  Colour colour = {}) {
  auto picture = Picture::allocate(format, width, height, colour);
  const Pixels pixels = picture->mutable_pixels();
  const FormatLayout& layout = *format_layout(format);
  for (int i = 0; i < pixels.num_planes; ++i)
    for (int y = 0; y < pixels.planes[i].height; ++y)
      for (int x = 0; x < pixels.planes[i].width * layout.planes[i].bytes; ++x)
        pixels.planes[i].data[y * pixels.planes[i].stride_bytes + x] =
            uint8_t(40 + (x * 5 + y * 3 + i * 31 + seed * 57) % 160);
  return picture;
}

/// A batch whose frame i shows picture i.
std::unique_ptr<Batch> batch_of(const std::vector<std::shared_ptr<Picture>>& pictures) {
  auto batch = std::make_unique<Batch>(int(pictures.size()));
  for (const auto& picture : pictures) batch->add(picture);
  return batch;
}

void update_all(Mosaic& mosaic, Batch& batch) {
  for (int i = 0; i < batch.size(); ++i) mosaic.update(unsigned(i), batch.frame(i));
}

uint64_t hash_of(const Picture& picture, Rect rect) {
  return hash(part_of(picture.pixels(), rect));
}

uint64_t hash_of_black(NvBufSurfaceColorFormat format, int width, int height, Colour colour = {}) {
  const auto black = Picture::allocate(format, width, height, colour);
  fill_black(black->mutable_pixels());
  return hash(black->pixels());
}

libyuv::FilterMode filter_mode(Filter filter) {
  return filter == Filter::kNearest    ? libyuv::kFilterNone
         : filter == Filter::kBilinear ? libyuv::kFilterBilinear
                                       : libyuv::kFilterBox;
}

/// What libyuv makes of an I420 picture at the size of a tile.
std::shared_ptr<Picture> scaled_by_libyuv(const Picture& picture, int width, int height,
                                          Filter filter) {
  auto result = Picture::allocate(kI420, width, height);
  const ConstPixels& from = picture.pixels();
  const Pixels to = result->mutable_pixels();
  const auto& f = from.planes;
  const auto& t = to.planes;
  EXPECT_EQ(libyuv::I420Scale(f[0].data, f[0].stride_bytes, f[1].data, f[1].stride_bytes, f[2].data,
                              f[2].stride_bytes, from.width, from.height, t[0].data,
                              t[0].stride_bytes, t[1].data, t[1].stride_bytes, t[2].data,
                              t[2].stride_bytes, width, height, filter_mode(filter)),
            0);
  return result;
}

class EachFilter : public ::testing::TestWithParam<Filter> {};
INSTANTIATE_TEST_SUITE_P(Mosaic, EachFilter,
                         ::testing::Values(Filter::kNearest, Filter::kBilinear, Filter::kBox));

TEST_P(EachFilter, DrawsEveryTileAsLibyuvScalesItsPicture) {
  const std::vector<std::shared_ptr<Picture>> pictures{
      textured(kI420, 768, 576, 0), textured(kI420, 1920, 1080, 1), textured(kI420, 176, 144, 2),
      textured(kI420, 640, 272, 3), textured(kI420, 321, 241, 4)};
  const auto batch = batch_of(pictures);
  Mosaic mosaic;
  update_all(mosaic, *batch);
  const MosaicSettings settings{
      .rows = 2, .columns = 3, .width = 1280, .height = 720, .filter = GetParam()};
  const auto canvas = mosaic.draw(settings, kI420);
  for (unsigned i = 0; i < pictures.size(); ++i) {
    const Rect tile = mosaic.place(settings, i).value();
    EXPECT_EQ(tile, (Rect{int(i % 3) * 426, int(i / 3) * 360, 426, 360}));
    EXPECT_EQ(hash_of(*canvas, tile),
              hash(scaled_by_libyuv(*pictures[i], 426, 360, GetParam())->pixels()))
        << "source " << i;
  }
  // The sixth tile, and what 3 x 426 leaves of 1280.
  EXPECT_EQ(hash_of(*canvas, {852, 360, 428, 360}), hash_of_black(kI420, 428, 360));
  EXPECT_EQ(hash_of(*canvas, {1278, 0, 2, 720}), hash_of_black(kI420, 2, 720));
}

struct Formats {
  NvBufSurfaceColorFormat in, out;
};
class EachPair : public ::testing::TestWithParam<Formats> {};
INSTANTIATE_TEST_SUITE_P(Mosaic, EachPair,
                         ::testing::Values(Formats{kI420, kI420}, Formats{kI420, kNv12},
                                           Formats{kI420, kRgba}, Formats{kNv12, kI420},
                                           Formats{kNv12, kNv12}, Formats{kNv12, kRgba},
                                           Formats{kRgba, kI420}, Formats{kRgba, kNv12},
                                           Formats{kRgba, kRgba}));

TEST_P(EachPair, DrawsAsConvertDoes) {
  const std::vector<std::shared_ptr<Picture>> pictures{textured(GetParam().in, 100, 60, 0),
                                                       textured(GetParam().in, 64, 64, 1)};
  const auto batch = batch_of(pictures);
  Mosaic mosaic;
  update_all(mosaic, *batch);
  const MosaicSettings settings{.columns = 2, .width = 128, .height = 48};
  const auto canvas = mosaic.draw(settings, GetParam().out);
  for (int i = 0; i < 2; ++i) {
    const auto expected = Picture::allocate(GetParam().out, 64, 48);
    convert(pictures[size_t(i)]->pixels(), expected->mutable_pixels(), Filter::kNearest);
    EXPECT_EQ(hash_of(*canvas, {i * 64, 0, 64, 48}), hash(expected->pixels())) << "source " << i;
  }
}

TEST(Mosaic, DrawsADeferredFrameOnceWithThePaddingOfItsMuxer) {
  const auto picture = textured(kI420, 100, 100, 0);
  Batch batch(1);
  batch.add(picture, 1920, 1080, {420, 0, 1080, 1080});
  Mosaic mosaic;
  mosaic.update(0, batch.frame(0));
  const auto canvas =
      mosaic.draw({.columns = 2, .width = 640, .height = 180, .filter = Filter::kBox}, kI420);
  // 420 and 1500 of 1920 are 70 and 250 of 320.
  EXPECT_EQ(hash_of(*canvas, {70, 0, 180, 180}),
            hash(scaled_by_libyuv(*picture, 180, 180, Filter::kBox)->pixels()));
  EXPECT_EQ(hash_of(*canvas, {0, 0, 70, 180}), hash_of_black(kI420, 70, 180));
  EXPECT_EQ(hash_of(*canvas, {250, 0, 390, 180}), hash_of_black(kI420, 390, 180));
}

TEST(Mosaic, ScalesDeferredFramesSmoothly) {
  const auto picture = textured(kI420, 100, 100, 0);
  Batch batch(1);
  batch.add(picture, 640, 480, {0, 0, 640, 480});
  Mosaic mosaic;
  mosaic.update(0, batch.frame(0));
  const auto canvas = mosaic.draw({.width = 320, .height = 240}, kI420);
  EXPECT_EQ(hash(canvas->pixels()),
            hash(scaled_by_libyuv(*picture, 320, 240, Filter::kBilinear)->pixels()));
}

TEST(Mosaic, KeepsTheLastFrameOfASourceThatGivesNone) {
  const auto first = batch_of({textured(kI420, 64, 48, 0), textured(kI420, 64, 48, 1)});
  Mosaic mosaic;
  update_all(mosaic, *first);
  const MosaicSettings settings{.columns = 2, .width = 64, .height = 24};
  const Rect left{0, 0, 32, 24}, right{32, 0, 32, 24};
  const auto before = mosaic.draw(settings, kI420);
  uint64_t last_left = hash_of(*before, left);
  for (int round = 2; round < 6; ++round) {  // drawn, then made, then copied
    const auto next = batch_of({textured(kI420, 64, 48, round)});
    mosaic.update(0, next->frame(0));
    const auto canvas = mosaic.draw(settings, kI420);
    EXPECT_NE(hash_of(*canvas, left), last_left);
    EXPECT_EQ(hash_of(*canvas, right), hash_of(*before, right));
    last_left = hash_of(*canvas, left);
  }
  // The kept tile follows another size and format.
  const MosaicSettings larger{.columns = 2, .width = 96, .height = 48};
  const auto kept = mosaic.draw(larger, kRgba);
  Mosaic fresh;
  update_all(fresh, *first);
  EXPECT_EQ(hash_of(*kept, {48, 0, 48, 48}), hash_of(*fresh.draw(larger, kRgba), {48, 0, 48, 48}));
}

TEST(Mosaic, KeepsAFrameAsItWasWhenSomebodyWritesIntoItLater) {
  auto batch = batch_of({textured(kI420, 64, 48, 0)});
  testing::paint(batch->frame(0).write(), 99);  // as a program does that draws before the tiler
  Mosaic mosaic;
  mosaic.update(0, batch->frame(0));
  testing::paint(batch->frame(0).write(), 200);  // another branch of a tee
  const MosaicSettings settings{.width = 64, .height = 48};
  for (int round = 0; round < 3; ++round)
    EXPECT_EQ(mosaic.draw(settings, kI420)->pixels().planes[0].data[0], 99);
}

TEST(Mosaic, BlanksASourceThatEndedOrIsGoneUntilItsNextFrame) {
  const auto batch = batch_of({textured(kI420, 64, 48, 0), textured(kI420, 64, 48, 1)});
  const MosaicSettings settings{.columns = 2, .width = 64, .height = 24};
  const Rect left{0, 0, 32, 24}, right{32, 0, 32, 24};
  const uint64_t black = hash_of_black(kI420, 32, 24);
  Mosaic mosaic;
  update_all(mosaic, *batch);
  mosaic.blank(1);
  EXPECT_NE(hash_of(*mosaic.draw(settings, kI420), left), black);
  EXPECT_EQ(hash_of(*mosaic.draw(settings, kI420), right), black);
  update_all(mosaic, *batch);
  mosaic.remove(0);
  EXPECT_EQ(hash_of(*mosaic.draw(settings, kI420), left), black);
  EXPECT_NE(hash_of(*mosaic.draw(settings, kI420), right), black);
  update_all(mosaic, *batch);
  EXPECT_NE(hash_of(*mosaic.draw(settings, kI420), left), black);
  mosaic.blank_all();
  EXPECT_EQ(hash(mosaic.draw(settings, kI420)->pixels()), hash_of_black(kI420, 64, 24));
}

TEST(Mosaic, ShowsOneSourceOverTheWholeCanvas) {
  const std::vector<std::shared_ptr<Picture>> pictures{textured(kI420, 64, 48, 0),
                                                       textured(kI420, 100, 50, 1)};
  const auto batch = batch_of(pictures);
  Mosaic mosaic;
  update_all(mosaic, *batch);
  MosaicSettings settings{.columns = 2, .width = 128, .height = 96, .show_source = 1};
  EXPECT_EQ(mosaic.place(settings, 0), std::nullopt);
  EXPECT_EQ(mosaic.place(settings, 1), (Rect{0, 0, 128, 96}));
  EXPECT_EQ(hash(mosaic.draw(settings, kI420)->pixels()),
            hash(scaled_by_libyuv(*pictures[1], 128, 96, Filter::kNearest)->pixels()));
  settings.show_source = 7;  // has not come
  EXPECT_EQ(hash(mosaic.draw(settings, kI420)->pixels()), hash_of_black(kI420, 128, 96));
  settings.show_source = -1;
  EXPECT_EQ(hash_of(*mosaic.draw(settings, kI420), {64, 0, 64, 96}),
            hash(scaled_by_libyuv(*pictures[1], 64, 96, Filter::kNearest)->pixels()));
}

TEST(Mosaic, PutsTilesWhereTheyAreAskedFor) {
  const std::vector<std::shared_ptr<Picture>> pictures{
      textured(kI420, 64, 48, 0), textured(kI420, 64, 48, 1), textured(kI420, 64, 48, 2)};
  const auto batch = batch_of(pictures);
  Mosaic mosaic;
  update_all(mosaic, *batch);
  // 1 covers a part of 2, though its number is lower; 0 has its tile of the grid, below both.
  MosaicSettings settings{.rows = 2, .columns = 2, .width = 128, .height = 96};
  settings.custom_tiles = {
      {2, 0.25f, 0.25f, 0.5f, 0.5f}, {1, 0.5f, 0.5f, 0.5f, 0.5f}, {1, 0, 0, 1, 1}};
  const auto tile = [&](int source) {
    return scaled_by_libyuv(*pictures[size_t(source)], 64, 48, Filter::kNearest);
  };
  for (int round = 0; round < 3; ++round) {  // drawn, then made, then copied
    const auto canvas = mosaic.draw(settings, kI420);
    const auto expect = [&](Rect on_canvas, int source, Rect of_tile) {
      EXPECT_EQ(hash_of(*canvas, on_canvas), hash_of(*tile(source), of_tile))
          << "source " << source;
    };
    expect({64, 48, 64, 48}, 1, {0, 0, 64, 48});
    expect({32, 24, 64, 24}, 2, {0, 0, 64, 24});
    expect({32, 48, 32, 24}, 2, {0, 24, 32, 24});
    expect({0, 0, 64, 24}, 0, {0, 0, 64, 24});
    expect({0, 24, 32, 24}, 0, {0, 24, 32, 24});
    EXPECT_EQ(hash_of(*canvas, {64, 0, 64, 24}), hash_of_black(kI420, 64, 24));
    EXPECT_EQ(hash_of(*canvas, {0, 48, 32, 48}), hash_of_black(kI420, 32, 48));
  }
  EXPECT_EQ(mosaic.place(settings, 0), (Rect{0, 0, 64, 48}));
  EXPECT_EQ(mosaic.place(settings, 1), (Rect{64, 48, 64, 48}));
  EXPECT_EQ(mosaic.place(settings, 2), (Rect{32, 24, 64, 48}));
  settings.show_source = 2;
  EXPECT_EQ(mosaic.place(settings, 2), (Rect{0, 0, 128, 96}));
  settings.show_source = -1;
  settings.custom_tiles.clear();
  EXPECT_EQ(mosaic.place(settings, 2), (Rect{0, 48, 64, 48}));
}

TEST(Mosaic, CountsSourcesAsTheyCameForTilesOfASquare) {
  Mosaic mosaic;
  MosaicSettings settings{.width = 64, .height = 64, .square_in_sequence = true};
  settings.custom_tiles = {{1, 0, 0.5f, 1, 0.5f}};
  for (unsigned number : {7u, 3u}) mosaic.add(number);
  EXPECT_EQ(mosaic.place(settings, 7), (Rect{0, 0, 32, 32}));
  EXPECT_EQ(mosaic.place(settings, 3), (Rect{0, 32, 64, 32}));
}

TEST(Mosaic, GrowsWithTheHighestNumberAndStaysSo) {
  Mosaic mosaic;
  const MosaicSettings settings{.rows = 1, .columns = 2, .width = 60, .height = 60};
  mosaic.add(0);
  EXPECT_EQ(mosaic.place(settings, 1), (Rect{30, 0, 30, 60}));
  mosaic.add(4);
  EXPECT_EQ(mosaic.place(settings, 4), (Rect{20, 30, 20, 30}));
  mosaic.remove(4);
  EXPECT_EQ(mosaic.place(settings, 1), (Rect{20, 0, 20, 30}));
}

TEST(Mosaic, FillsASquareInTheOrderOfArrival) {
  Mosaic mosaic;
  const MosaicSettings settings{.width = 60, .height = 60, .square_in_sequence = true};
  for (unsigned number : {7u, 3u, 9u}) mosaic.add(number);
  EXPECT_EQ(mosaic.place(settings, 7), (Rect{0, 0, 30, 30}));
  EXPECT_EQ(mosaic.place(settings, 9), (Rect{0, 30, 30, 30}));
  EXPECT_EQ(mosaic.place(settings, 0), std::nullopt);
  mosaic.add(0);
  mosaic.add(1);
  EXPECT_EQ(mosaic.place(settings, 1), (Rect{20, 20, 20, 20}));
  for (unsigned number : {7u, 9u, 0u, 1u}) mosaic.remove(number);
  EXPECT_EQ(mosaic.place(settings, 3), (Rect{0, 0, 60, 60}));
}

TEST(Mosaic, HasTheColoursOfItsPictures) {
  const Colour bt709{Colour::kBt709, false};
  const MosaicSettings settings{.columns = 2, .width = 64, .height = 24};
  Mosaic mosaic;
  EXPECT_EQ(mosaic.draw(settings, kI420)->pixels().colour, Colour{});
  const auto same =
      batch_of({textured(kI420, 64, 48, 0, bt709), textured(kNv12, 64, 48, 1, bt709)});
  update_all(mosaic, *same);
  EXPECT_EQ(mosaic.draw(settings, kI420)->pixels().colour, bt709);
  EXPECT_EQ(mosaic.draw(settings, kRgba)->pixels().colour, Colour{});
  const auto other = batch_of({textured(kI420, 64, 48, 0)});
  mosaic.update(0, other->frame(0));
  const auto mixed = mosaic.draw(settings, kI420);
  EXPECT_EQ(mixed->pixels().colour, Colour{});
  const auto expected = Picture::allocate(kI420, 32, 24);
  convert(same->frame(1).read(), expected->mutable_pixels(), Filter::kNearest);
  EXPECT_EQ(hash_of(*mixed, {32, 0, 32, 24}), hash(expected->pixels()));
}

// ---- metadata

NvDsObjectMeta* add_object(NvDsBatchMeta* batch, NvDsFrameMeta* frame, guint64 id,
                           NvDsObjectMeta* parent = nullptr) {
  NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
  object->object_id = id;
  object->rect_params = {.left = 300, .top = 90, .width = 150, .height = 270, .border_width = 3};
  object->detector_bbox_info.org_bbox_coords = {300, 90, 150, 270};
  object->tracker_bbox_info.org_bbox_coords = {301, 91, 151, 271};
  object->text_params.display_text = g_strdup("person");
  object->text_params.x_offset = 300;
  object->text_params.y_offset = 80;
  object->text_params.font_params.font_size = 11;
  nvds_add_obj_meta_to_frame(frame, object, parent);
  return object;
}

class Gather : public ::testing::Test {
 protected:
  Gather() {
    frame_ = nvds_acquire_frame_meta_from_pool(in_);
    nvds_add_frame_meta_to_batch(in_, frame_);
    canvas_ = nvds_acquire_frame_meta_from_pool(out_);
    nvds_add_frame_meta_to_batch(out_, canvas_);
  }
  ~Gather() override {
    nvds_destroy_batch_meta(in_);
    nvds_destroy_batch_meta(out_);
  }
  NvDsBatchMeta* in_ = nvds_create_batch_meta(2);
  NvDsBatchMeta* out_ = nvds_create_batch_meta(1);
  NvDsFrameMeta *frame_, *canvas_;
  // A frame of 1920x1080 in the second tile of the second row of 2 x 2 on 1280x720.
  const FrameMapping mapping_{
      .from = {0, 0, 1920, 1080}, .to = {640, 360, 640, 360}, .scales_fonts = false};
};

TEST_F(Gather, MovesAndScalesBoxesAndTexts) {
  NvDsObjectMeta* original = add_object(in_, frame_, 5);
  gather(*frame_, &mapping_, canvas_);
  ASSERT_EQ(canvas_->num_obj_meta, 1u);
  const auto& copy = *static_cast<NvDsObjectMeta*>(canvas_->obj_meta_list->data);
  EXPECT_EQ(copy.object_id, 5u);
  EXPECT_FLOAT_EQ(copy.rect_params.left, 740);
  EXPECT_FLOAT_EQ(copy.rect_params.top, 390);
  EXPECT_FLOAT_EQ(copy.rect_params.width, 50);
  EXPECT_FLOAT_EQ(copy.rect_params.height, 90);
  EXPECT_EQ(copy.rect_params.border_width, 3u);
  EXPECT_EQ(copy.text_params.x_offset, 740u);
  EXPECT_EQ(copy.text_params.y_offset, 387u);  // 360 + 80 / 3
  EXPECT_EQ(copy.text_params.font_params.font_size, 11u);
  EXPECT_STREQ(copy.text_params.display_text, "person");
  EXPECT_NE(copy.text_params.display_text, original->text_params.display_text);
  EXPECT_FLOAT_EQ(copy.detector_bbox_info.org_bbox_coords.left, 300);
  EXPECT_FLOAT_EQ(copy.tracker_bbox_info.org_bbox_coords.height, 271);
  EXPECT_FLOAT_EQ(original->rect_params.left, 300) << "the input is left alone";
}

TEST_F(Gather, MovesAndScalesEverythingInDisplayMetas) {
  NvDsDisplayMeta* display = nvds_acquire_display_meta_from_pool(in_);
  display->num_rects = display->num_labels = display->num_lines = display->num_arrows =
      display->num_circles = 1;
  display->rect_params[0] = {.left = 30, .top = 60, .width = 90, .height = 120, .border_width = 7};
  display->text_params[0].x_offset = 10;
  display->text_params[0].y_offset = 12;
  display->text_params[0].font_params.font_size = 10;
  display->line_params[0] = {.x1 = 3, .y1 = 6, .x2 = 9, .y2 = 12, .line_width = 4};
  display->arrow_params[0] = {.x1 = 15, .y1 = 18, .x2 = 21, .y2 = 24, .arrow_width = 5};
  display->circle_params[0] = {.xc = 27, .yc = 30, .radius = 33};
  nvds_add_display_meta_to_frame(frame_, display);
  gather(*frame_, &mapping_, canvas_);
  ASSERT_EQ(g_list_length(canvas_->display_meta_list), 1u);
  const auto& copy = *static_cast<NvDsDisplayMeta*>(canvas_->display_meta_list->data);
  EXPECT_FLOAT_EQ(copy.rect_params[0].left, 650);
  EXPECT_FLOAT_EQ(copy.rect_params[0].top, 380);
  EXPECT_FLOAT_EQ(copy.rect_params[0].width, 30);
  EXPECT_FLOAT_EQ(copy.rect_params[0].height, 40);
  EXPECT_EQ(copy.rect_params[0].border_width, 7u);
  EXPECT_EQ(copy.text_params[0].x_offset, 643u);
  EXPECT_EQ(copy.text_params[0].y_offset, 364u);
  EXPECT_EQ(copy.text_params[0].font_params.font_size, 10u);
  const auto& line = copy.line_params[0];
  EXPECT_EQ((std::vector{line.x1, line.y1, line.x2, line.y2, line.line_width}),
            (std::vector{641u, 362u, 643u, 364u, 4u}));
  const auto& arrow = copy.arrow_params[0];
  EXPECT_EQ((std::vector{arrow.x1, arrow.y1, arrow.x2, arrow.y2, arrow.arrow_width}),
            (std::vector{645u, 366u, 647u, 368u, 5u}));
  const auto& circle = copy.circle_params[0];
  EXPECT_EQ((std::vector{circle.xc, circle.yc, circle.radius}), (std::vector{649u, 370u, 11u}));
}

TEST_F(Gather, PutsTheMetasOfAllFramesIntoOne) {
  NvDsFrameMeta* second = nvds_acquire_frame_meta_from_pool(in_);
  nvds_add_frame_meta_to_batch(in_, second);
  NvDsObjectMeta* car = add_object(in_, frame_, 1);
  add_object(in_, frame_, 2, car);  // its number plate
  add_object(in_, second, 3);
  nvds_add_user_meta_to_obj(car, new_user_meta(in_, 100));
  nvds_add_user_meta_to_frame(second, new_user_meta(in_, 21));
  NvDsUserMeta* uncopied = new_user_meta(in_, 1);
  uncopied->base_meta.copy_func = nullptr;
  nvds_add_user_meta_to_frame(second, uncopied);
  const FrameMapping first_tile{.from = {0, 0, 1920, 1080}, .to = {0, 0, 640, 360}};
  gather(*frame_, &first_tile, canvas_);
  gather(*second, &mapping_, canvas_);
  ASSERT_EQ(canvas_->num_obj_meta, 3u);
  std::map<guint64, const NvDsObjectMeta*> objects;
  for (const GList* node = canvas_->obj_meta_list; node; node = node->next) {
    const auto* object = static_cast<NvDsObjectMeta*>(node->data);
    objects[object->object_id] = object;
  }
  EXPECT_FLOAT_EQ(objects.at(1)->rect_params.left, 100);
  EXPECT_FLOAT_EQ(objects.at(2)->rect_params.left, 100);
  EXPECT_FLOAT_EQ(objects.at(3)->rect_params.left, 740) << "moved once";
  EXPECT_EQ(objects.at(2)->parent, objects.at(1));
  EXPECT_EQ(value_of(objects.at(1)->obj_user_meta_list), 200) << "copied by its own function";
  ASSERT_EQ(g_list_length(canvas_->frame_user_meta_list), 1u);
  EXPECT_EQ(value_of(canvas_->frame_user_meta_list), 42);
}

TEST_F(Gather, OfAFrameThatIsNotShownTakesUserMetasOnly) {
  add_object(in_, frame_, 1);
  nvds_add_display_meta_to_frame(frame_, nvds_acquire_display_meta_from_pool(in_));
  nvds_add_user_meta_to_frame(frame_, new_user_meta(in_, 21));
  gather(*frame_, nullptr, canvas_);
  EXPECT_EQ(canvas_->num_obj_meta, 0u);
  EXPECT_EQ(canvas_->display_meta_list, nullptr);
  EXPECT_EQ(value_of(canvas_->frame_user_meta_list), 42);
}

}  // namespace
}  // namespace thalweg
