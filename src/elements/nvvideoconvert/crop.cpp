#include "elements/nvvideoconvert/crop.h"

#include <charconv>

namespace thalweg {

std::optional<Rect> parse_crop(const std::string& text) {
  int values[4];
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (at == end || *at != ':') return std::nullopt;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, values[i]);
    if (error != std::errc{} || values[i] < 0) return std::nullopt;
    at = next;
  }
  if (at != end) return std::nullopt;
  return Rect{values[0], values[1], values[2], values[3]};
}

}  // namespace thalweg
