#include "infer/output_reader.h"

#include <algorithm>
#include <sstream>

namespace thalweg {

std::vector<size_t> named_layers(const std::string& names, const Layers& layers) {
  std::vector<size_t> chosen, all(layers.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  std::istringstream stream(names);
  for (std::string name; std::getline(stream, name, ';');) {
    if (name.empty()) continue;
    auto found =
        std::ranges::find_if(layers, [&](const auto& layer) { return layer.layerName == name; });
    if (found == layers.end()) return all;
    chosen.push_back(size_t(found - layers.begin()));
  }
  return chosen.empty() ? all : chosen;
}

}  // namespace thalweg
