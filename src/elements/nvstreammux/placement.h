#pragma once

#include "surface/picture.h"

namespace thalweg {

/// A picture and the shape of its pixels (pixel aspect ratio par_n : par_d).
struct PictureShape {
  int width = 0, height = 0;
  int par_n = 1, par_d = 1;
};

/// Where `picture` lies in a frame of `width` x `height` whose pixels are square.
///
/// Stretched over all of it; with `padded`, as large as fits with its aspect ratio kept, centred,
/// at even coordinates and of even size.
Rect place(const PictureShape& picture, int width, int height, bool padded);

}  // namespace thalweg
