#include "infer/parsers/parsers.h"

#include <algorithm>
#include <string_view>

#include "infer/error.h"

namespace thalweg {

size_t find_layer(const Layers& layers, std::initializer_list<const char*> names,
                  bool (*fits)(const NvDsInferLayerInfo&)) {
  const auto is_one = [&](const NvDsInferLayerInfo& layer) {
    std::string_view name = layer.layerName;
    if (name.ends_with(":0")) name.remove_suffix(2);
    return fits(layer) && std::ranges::count(names, name);
  };
  return size_t(std::ranges::find_if(layers, is_one) - layers.begin());
}

std::shared_ptr<const ObjectMask> copied_mask(const float* values, unsigned width,
                                              unsigned height) {
  const size_t pixels = size_t(width) * height;
  auto data = std::make_unique<float[]>(pixels);
  std::copy_n(values, pixels, data.get());
  return std::make_shared<ObjectMask>(
      ObjectMask{std::move(data), width, height, unsigned(pixels * sizeof(float))});
}

void fail_shapes(const Layers& layers) {
  fail_resource("a run of the model gave the outputs " + describe(layers) +
                ", which are not shaped as the model says. Export it with fixed output shapes.");
}

}  // namespace thalweg
