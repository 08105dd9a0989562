#pragma once

#include <string>
#include <vector>

namespace thalweg {

/// A key file as GLib reads it (`#` comments, `;` lists, last key of a name wins), which also knows
/// the line of every key, so that an error can name it.
struct IniEntry {
  std::string key;
  std::string value;  ///< escapes (\s \n \t \r \\) are left in place
  int line = 0;
};
struct IniGroup {
  std::string name;
  int line = 0;
  std::vector<IniEntry> entries;
};
struct IniFile {
  std::string path;
  std::vector<IniGroup> groups;  ///< in file order; groups of one name are merged
};

/// @throws InferError when the file cannot be read or a line is neither group, key nor comment.
IniFile read_ini(const std::string& path);

/// The nearest of `names` to `word`, or "" if none is near.
std::string nearest_name(const std::string& word, const std::vector<std::string>& names);

}  // namespace thalweg
