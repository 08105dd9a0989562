#pragma once

#include "surface/batch.h"
#include "surface/picture.h"

namespace thalweg {

enum class Filter {
  kNearest,
  kBilinear,
  kBox,  ///< averages where both sides shrink by more than half, else bilinear
};
/// The filter for an `interpolation-method` or `scaling-filter` number (0 nearest, 1 bilinear, the
/// others of 0..6 the best that there is: kBox).
THALWEG_SURFACE_API Filter filter_of(int interpolation_method);

/// Values of nvvideoconvert's flip-method.
enum class Flip {
  kNone,
  kCounterclockwise,
  kRotate180,
  kClockwise,
  kHorizontal,
  kUpperRightDiagonal,
  kVertical,
  kUpperLeftDiagonal,
};
/// Whether width and height change places.
constexpr bool swaps_sides(Flip flip) { return int(flip) % 2 == 1; }

/// Crops, scales, flips and converts in one go; `from` and `to` must not overlap. Scales first and
/// converts after. Colours follow both sides' `colour`; from YUV to YUV of another one goes by way
/// of RGB, and what is not BT.601 is slow to make. The strongest blues of BT.709 come out up to 13
/// of 255 too weak (libyuv). `to` outside to_rect stays as it is. Rectangles with odd left or top
/// in a format with half-resolution chroma are right for brightness and within half a chroma sample
/// for colour. Any thread. @throws std::out_of_range when a rectangle leaves its picture.
THALWEG_SURFACE_API void convert(const ConstPixels& from, Rect from_rect, const Pixels& to,
                                 Rect to_rect, Filter filter, Flip flip = Flip::kNone);
/// The whole of both.
THALWEG_SURFACE_API void convert(const ConstPixels& from, const Pixels& to, Filter filter);

/// Black as padding is: YUV 16/128/128 (0/128/128 of full range), RGBA 0/0/0/0.
THALWEG_SURFACE_API void fill_black(const Pixels& pixels);
/// Everything outside `inside` black.
THALWEG_SURFACE_API void fill_black_around(const Pixels& pixels, Rect inside);

/// What a network wants to be fed with. y = scale * (x - mean), x of 0..255.
struct TensorSpec {
  int width = 0, height = 0;  ///< of the network, pixels
  int channels = 3;           ///< 3, or 1 if gray
  bool bgr = false;           ///< channel order B, G, R
  bool gray = false;
  bool nhwc = false;  ///< pixel by pixel instead of plane by plane
  float scale = 1.0f;
  float mean[4] = {};  ///< in the network's channel order
  const float* mean_image =
      nullptr;               ///< shape and order of the tensor, instead of `mean`; borrowed
  bool keep_aspect = false;  ///< fit, and pad right and below with black
  bool symmetric = false;    ///< with keep_aspect: pad on both sides alike
  double pixel_aspect = 1;   ///< with keep_aspect: width of a network pixel over its height
  Filter filter = Filter::kBox;
};

/// Where the tensor's pixels came from: frame_x = crop.left + (network_x - offset_x) / scale_x.
struct TensorGeometry {
  Rect crop;                        ///< really used, frame pixels (even)
  double scale_x = 1, scale_y = 1;  ///< network pixels per frame pixel
  double offset_x = 0, offset_y = 0;
};

/// Fills `out` (channels * height * width floats, written whole) from a part of a frame. `crop` is
/// in frame pixels; it is cut to the frame, its left and top rounded up and its sides down to even
/// numbers. Works from the frame's source picture with the muxer's placement reproduced, so no
/// frame of the muxer's size is made. Planes are sampled as they are stored, then converted, and no
/// step rounds to 8 bits. Any thread, several at once.
/// @throws std::invalid_argument for an empty crop or a spec that cannot be.
THALWEG_SURFACE_API TensorGeometry fill_tensor(const Frame& frame, Rect crop,
                                               const TensorSpec& spec, float* out);

}  // namespace thalweg
