#pragma once

#include "surface/picture.h"

namespace thalweg {

/// A picture in which neighbouring bytes differ.
inline std::shared_ptr<Picture> picture(NvBufSurfaceColorFormat format, int width, int height) {
  auto made = Picture::allocate(format, width, height);
  const Pixels pixels = made->mutable_pixels();
  for (int i = 0; i < pixels.num_planes; ++i)
    for (int y = 0; y < pixels.planes[i].height; ++y)
      for (int x = 0; x < pixels.planes[i].stride_bytes; ++x)
        pixels.planes[i].data[y * pixels.planes[i].stride_bytes + x] = uint8_t(x * 7 + y * 3);
  return made;
}

}  // namespace thalweg
