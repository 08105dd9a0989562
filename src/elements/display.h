#pragma once

#include <string>

namespace thalweg {

/// What THALWEG_DISPLAY chooses.
struct Display {
  enum Kind {
    kAutomatic,  ///< unset: a window where one can be opened, else kNone
    kWindow,
    kNone,
    kFile,
  };
  Kind kind = kAutomatic;
  std::string path;  ///< of kFile
};

/// Reads a value of THALWEG_DISPLAY: "window", "none", "file:PATH"; null or empty is kAutomatic.
/// @throws std::invalid_argument with a sentence that names the value and the allowed ones.
Display parse_display(const char* value);

/// A path to write that no other sink of this process writes meanwhile: `path`, or "name-2.mp4",
/// "name-3.mp4". Give it back with release_path. Any thread.
std::string claim_path(const std::string& path);
void release_path(const std::string& path);

}  // namespace thalweg
