#include "elements/nvstreammux/placement.h"

#include <algorithm>
#include <cstdint>

namespace thalweg {

Rect place(const PictureShape& picture, int width, int height, bool padded) {
  if (!padded) return {0, 0, width, height};
  const int64_t shape_width = int64_t(picture.width) * picture.par_n;
  const int64_t shape_height = int64_t(picture.height) * picture.par_d;
  int fitted_width = width, fitted_height = height;
  if (shape_width * height < shape_height * width)
    fitted_width = std::max<int>(shape_width * height / shape_height & ~1, 2);
  else
    fitted_height = std::max<int>(shape_height * width / shape_width & ~1, 2);
  return {(width - fitted_width) / 2 & ~1, (height - fitted_height) / 2 & ~1, fitted_width,
          fitted_height};
}

}  // namespace thalweg
