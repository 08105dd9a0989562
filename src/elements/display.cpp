#include "elements/display.h"

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

}  // namespace

Display parse_display(const char* value) {
  const std::string_view text = value ? value : "";
  if (text.empty()) return {};
  if (text == "window") return {Display::kWindow, {}};
  if (text == "none") return {Display::kNone, {}};
  if (text.starts_with("file:") && text.size() > 5)
    return {Display::kFile, std::string(text.substr(5))};
  const std::string quoted = "THALWEG_DISPLAY is \"" + std::string(text) + "\"";
  if (text.starts_with("http:"))
    throw std::invalid_argument(quoted +
                                ", but showing frames over HTTP is not available yet; use "
                                "\"window\", \"none\" or \"file:out.mp4\"");
  throw std::invalid_argument(quoted +
                              "; expected \"window\", \"none\", \"file:PATH\" (an MP4 file) or "
                              "\"http:PORT\"");
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
