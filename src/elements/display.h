#pragma once

#include <cstdint>
#include <string>

namespace thalweg {

/// What THALWEG_DISPLAY chooses.
struct Display {
  enum Kind {
    kAutomatic,  ///< unset: a window where one can be opened, else kNone
    kWindow,
    kNone,
    kFile,
    kHttp,  ///< a page for web browsers
  };
  Kind kind = kAutomatic;
  std::string path;                ///< of kFile
  std::string host = "127.0.0.1";  ///< of kHttp, a numeric address
  uint16_t port = 0;               ///< of kHttp; 0: any free one
};

/// Reads a value of THALWEG_DISPLAY: "window", "none", "file:PATH", "http:PORT" or
/// "http:ADDRESS:PORT", an IPv6 address perhaps in brackets; null or empty is kAutomatic.
/// @throws std::invalid_argument with a sentence that names the value and the allowed ones.
Display parse_display(const char* value);

/// A path to write that no other sink of this process writes meanwhile: `path`, or "name-2.mp4",
/// "name-3.mp4". Give it back with release_path. Any thread.
std::string claim_path(const std::string& path);
void release_path(const std::string& path);

}  // namespace thalweg
