#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace thalweg {

/// A shaped text as coverage, one byte a pixel. `width` and `height` are those of its lines; ink
/// that reaches over them (slanted letters) is cut.
struct TextMask {
  int width = 0, height = 0;
  std::vector<uint8_t> coverage;  ///< height rows of width bytes
};

/// Shaped texts, the most recently used ones kept. Any thread may call it.
class TextCache {
 public:
  /// Keeps about `max_bytes` of coverage.
  explicit TextCache(size_t max_bytes);
  ~TextCache();

  /// The cache of the process: fonts are looked up once (about 20 ms), not once an element.
  static TextCache& shared();

  /// The text in a font of `points` points at 96 dots per inch (so 12 points are 16 pixels).
  /// @param font a family or a Pango font name ("Serif", "Sans Bold"); unknown ones fall back to
  /// the
  ///   distribution's default; null or empty means "Serif".
  /// @param points clamped to 10..256, as the original clamps the lower end.
  /// @param text UTF-8, wrong bytes become replacement characters, `\n` starts a new line; what
  ///   is longer than 4096 bytes, and what no frame could show, is cut.
  /// @return never null; shared with the cache, immutable.
  std::shared_ptr<const TextMask> get(const char* font, unsigned points, const char* text);

  /// Number of texts kept, and of those shaped so far (what the cache could not answer).
  size_t size() const;
  size_t shaped() const;

 private:
  struct Shaper;
  using Entry = std::pair<std::string, std::shared_ptr<const TextMask>>;

  mutable std::mutex mutex_;
  const size_t max_bytes_;
  size_t bytes_ = 0, shaped_ = 0;
  std::unique_ptr<Shaper> shaper_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace thalweg
