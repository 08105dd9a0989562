#include "elements/display.h"

#include <charconv>
#include <filesystem>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string_view>

namespace thalweg {
namespace {

std::mutex claims_mutex;
std::set<std::string>& claims() {
  static std::set<std::string> paths;
  return paths;
}

/// What comes after "http:"; false if it is neither PORT nor ADDRESS:PORT.
bool parse_address(std::string_view text, Display& display) {
  if (const size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) return false;
    display.host = host;
    text = text.substr(colon + 1);
  }
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, display.port);
  return error == std::errc{} && stop == end;
}

}  // namespace

Display parse_display(const char* value) {
  const std::string_view text = value ? value : "";
  if (text.empty()) return {};
  if (text == "window") return {Display::kWindow, {}};
  if (text == "none") return {Display::kNone, {}};
  if (text.starts_with("file:") && text.size() > 5)
    return {Display::kFile, std::string(text.substr(5))};
  if (Display display{Display::kHttp};
      text.starts_with("http:") && parse_address(text.substr(5), display))
    return display;
  throw std::invalid_argument("THALWEG_DISPLAY is \"" + std::string(text) +
                              "\"; expected \"window\", \"none\", \"file:PATH\" (an MP4 file), "
                              "\"http:PORT\" or \"http:ADDRESS:PORT\"");
}

std::string claim_path(const std::string& path) {
  namespace fs = std::filesystem;
  const std::lock_guard lock(claims_mutex);
  const fs::path wanted = fs::absolute(path).lexically_normal();
  fs::path free = wanted;
  for (int number = 2; !claims().insert(free.string()).second; ++number) {
    free = wanted.parent_path() /
           (wanted.stem().string() + "-" + std::to_string(number) + wanted.extension().string());
  }
  return free.string();
}

void release_path(const std::string& path) {
  const std::lock_guard lock(claims_mutex);
  claims().erase(path);
}

}  // namespace thalweg
