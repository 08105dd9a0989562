#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg {

/// A key file as GLib reads it (`#` comments, `;` lists, last key of a name wins), which also knows
/// the line of every key, so that an error can name it.
struct IniEntry {
  std::string key;
  std::string value;  ///< escapes (\s \n \t \r \\) are left in place
  int line = 0;
  int earlier_line = 0;  ///< where the key stood before in this group, or 0
};
struct IniGroup {
  std::string name;
  int line = 0;
  std::vector<IniEntry> entries;
  std::vector<IniEntry> strange;  ///< lines that are no key=value: `value` and `line` only
};
struct IniFile {
  std::string path;
  std::vector<IniGroup> groups;  ///< in file order; groups of one name are merged
  const char* assign = "=";      ///< between key and value, for messages
};

/// Configuration files are text, and not larger than this.
inline constexpr size_t kMaxConfigBytes = size_t(1) << 20;

/// The text of a configuration file. `content` is what it has to hold, for messages.
/// @throws InferError when it cannot be read, is larger than kMaxConfigBytes, or is no text.
std::string read_config_text(const std::string& path, const std::string& content);

/// @throws InferError when the file cannot be read or a key comes before the first group. Lines
/// that are neither group, key nor comment are for the reader of the group to judge: a program may
/// keep groups of its own, in its own syntax, in the file.
IniFile read_ini(const std::string& path);
/// The same from YAML: a map of groups, each a map of keys; a sequence of values is a `;` list.
/// Only groups whose name begins with one of `prefixes` are read, others are empty.
/// @throws InferError when the file cannot be read, is no YAML, is no map of maps, or grows beyond
/// kMaxConfigBytes by its aliases.
IniFile read_yaml(const std::string& path, const std::vector<std::string_view>& prefixes);

/// Adds a key, or puts it in the place of the one of its name. `places` are those of the names.
void add_entry(IniGroup& group, IniEntry entry, std::map<std::string, size_t>& places);
[[noreturn]] void fail_strange_line(const IniFile& file, const IniEntry& line);

/// The nearest of `names` to `word`, or "" if none is near.
std::string nearest_name(const std::string& word, const std::vector<std::string>& names);

}  // namespace thalweg
