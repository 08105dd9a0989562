#include "draw/text.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cstring>

namespace thalweg {
namespace {

constexpr size_t kMaxTextBytes = 4096;
constexpr int kMaxWidth = 16384, kMaxHeight = 8192;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freer<Free>>;

}  // namespace

/// Fonts and a layout; used under the cache's lock.
struct TextCache::Shaper {
  Owned<PangoFontMap, g_object_unref> fonts{pango_cairo_font_map_new()};
  Owned<PangoContext, g_object_unref> context{pango_font_map_create_context(fonts.get())};
  Owned<PangoLayout, g_object_unref> layout{pango_layout_new(context.get())};
  std::string font;
  unsigned points = 0;

  Shaper() {
    Owned<cairo_font_options_t, cairo_font_options_destroy> options{cairo_font_options_create()};
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context.get(), options.get());
    pango_cairo_context_set_resolution(context.get(), 96);
  }

  TextMask shape(const std::string& new_font, unsigned new_points, const std::string& text) {
    if (new_font != font || new_points != points) {
      Owned<PangoFontDescription, pango_font_description_free> description{
          pango_font_description_from_string(new_font.c_str())};
      pango_font_description_set_size(description.get(), int(new_points) * PANGO_SCALE);
      pango_layout_set_font_description(layout.get(), description.get());
      font = new_font;
      points = new_points;
    }
    pango_layout_set_text(layout.get(), text.data(), int(text.size()));
    TextMask mask;
    pango_layout_get_pixel_size(layout.get(), &mask.width, &mask.height);
    mask.width = std::clamp(mask.width, 0, kMaxWidth);
    mask.height = std::clamp(mask.height, 0, kMaxHeight);
    if (mask.width == 0 || mask.height == 0) return {};
    Owned<cairo_surface_t, cairo_surface_destroy> surface{
        cairo_image_surface_create(CAIRO_FORMAT_A8, mask.width, mask.height)};
    Owned<cairo_t, cairo_destroy> cairo{cairo_create(surface.get())};
    pango_cairo_show_layout(cairo.get(), layout.get());
    cairo_surface_flush(surface.get());
    const uint8_t* rows = cairo_image_surface_get_data(surface.get());
    if (!rows) return {};  // out of memory: cairo's surface is in its error state
    const int stride = cairo_image_surface_get_stride(surface.get());
    mask.coverage.resize(size_t(mask.width) * size_t(mask.height));
    for (int y = 0; y < mask.height; ++y)
      std::copy_n(rows + ptrdiff_t(y) * stride, mask.width,
                  mask.coverage.data() + size_t(y) * size_t(mask.width));
    return mask;
  }
};

TextCache::TextCache(size_t max_bytes) : max_bytes_(max_bytes) {}
TextCache::~TextCache() = default;

TextCache& TextCache::shared() {
  static TextCache cache(4u << 20);
  return cache;
}

std::shared_ptr<const TextMask> TextCache::get(const char* font, unsigned points,
                                               const char* text) {
  std::string name = font && *font ? font : "Serif";
  points = std::clamp(points, 10u, 256u);
  Owned<char, g_free> valid{
      g_utf8_make_valid(text ? text : "", gssize(text ? strnlen(text, kMaxTextBytes) : 0))};
  std::string key = name + '\0' + std::to_string(points) + '\0' + valid.get();

  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }
  if (!shaper_) shaper_ = std::make_unique<Shaper>();
  auto mask = std::make_shared<const TextMask>(shaper_->shape(name, points, valid.get()));
  ++shaped_;
  const auto cost = [](const Entry& entry) {
    return entry.second->coverage.size() + 2 * entry.first.size() + 200;
  };
  entries_.emplace_front(std::move(key), mask);
  by_key_[entries_.front().first] = entries_.begin();
  bytes_ += cost(entries_.front());
  while (bytes_ > max_bytes_ && !entries_.empty()) {
    bytes_ -= cost(entries_.back());
    by_key_.erase(entries_.back().first);
    entries_.pop_back();
  }
  return mask;
}

size_t TextCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

size_t TextCache::shaped() const {
  const std::lock_guard lock(mutex_);
  return shaped_;
}

}  // namespace thalweg
