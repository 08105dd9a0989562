#pragma once

#include <optional>
#include <string>

#include "surface/picture.h"

namespace thalweg {

/// "left:top:width:height" in whole pixels. nullopt when the text is not that.
std::optional<Rect> parse_crop(const std::string& text);

}  // namespace thalweg
