#pragma once

#include <vector>

#include "nvdsinfer.h"

namespace thalweg {

/// A layer of that name and shape, whose values the caller keeps; `name`, too.
inline NvDsInferLayerInfo layer(const char* name, const std::vector<unsigned>& dims,
                                void* values = nullptr) {
  NvDsInferLayerInfo layer{};
  layer.layerName = name;
  layer.inferDims.numElements = 1;
  for (unsigned size : dims) {
    layer.inferDims.d[layer.inferDims.numDims++] = size;
    layer.inferDims.numElements *= size;
  }
  layer.buffer = values;
  return layer;
}

}  // namespace thalweg
