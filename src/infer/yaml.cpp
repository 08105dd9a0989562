#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "infer/error.h"
#include "infer/ini.h"

namespace thalweg {
namespace {

int line_of(const YAML::Mark& mark) { return std::max(mark.line, 0) + 1; }

[[noreturn]] void complain(const std::string& path, const YAML::Mark& mark,
                           const std::string& expected, const std::string& got) {
  fail_settings(path + ":" + std::to_string(line_of(mark)) + ": expected " + expected + ", got " +
                got + ". Correct the line.");
}

const char* kind_of(const YAML::Node& node) {
  if (node.IsSequence()) return "a sequence";
  if (node.IsMap()) return "a map";
  return node.IsScalar() ? "a value" : "nothing";
}

/// A scalar, or a sequence of them as a `;` list.
std::string value_of(const std::string& path, const std::string& key, const YAML::Node& node) {
  if (node.IsNull()) return "";
  if (node.IsScalar()) return node.Scalar();
  std::string list;
  if (node.IsSequence()) {
    for (const auto& item : node) {
      if (!item.IsScalar())
        complain(path, item.Mark(), "a value in the list of " + key, kind_of(item));
      list += (list.empty() ? "" : ";") + item.Scalar();
    }
    return list;
  }
  complain(path, node.Mark(), "a value for " + key, kind_of(node));
}

IniGroup group_of(const std::string& path, const std::string& name, const YAML::Mark& mark,
                  const YAML::Node& map) {
  IniGroup group{name, line_of(mark), {}, {}};
  for (const auto& pair : map) {
    if (!pair.first.IsScalar())
      complain(path, pair.first.Mark(), "\"key: value\" in " + name, kind_of(pair.first));
    IniEntry entry{pair.first.Scalar(), value_of(path, pair.first.Scalar(), pair.second),
                   line_of(pair.first.Mark())};
    auto found = std::ranges::find(group.entries, entry.key, &IniEntry::key);
    if (found != group.entries.end()) {
      entry.earlier_line = found->line;
      *found = entry;
    } else {
      group.entries.push_back(entry);
    }
  }
  return group;
}

}  // namespace

IniFile read_yaml(const std::string& path, const std::vector<std::string_view>& prefixes) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    fail_settings(path + ": cannot read the configuration file: " + std::strerror(errno) +
                  ". Set config-file-path to a file with a map property.");
  }
  YAML::Node root;
  try {
    root = YAML::Load(stream);
  } catch (const YAML::Exception& error) {
    complain(path, error.mark, "YAML", "a syntax error: " + error.msg);
  }
  if (!root.IsMap()) complain(path, root.Mark(), "a map such as \"property:\"", kind_of(root));
  IniFile file{.path = path, .groups = {}, .assign = ": "};
  for (const auto& pair : root) {
    if (!pair.first.IsScalar())
      complain(path, pair.first.Mark(), "a map such as \"property:\"", kind_of(pair.first));
    const std::string& name = pair.first.Scalar();
    if (std::ranges::none_of(prefixes, [&](auto each) { return name.starts_with(each); })) {
      // A program may keep anything in the file.
      file.groups.push_back(IniGroup{name, line_of(pair.first.Mark()), {}, {}});
    } else if (pair.second.IsMap() || pair.second.IsNull()) {
      file.groups.push_back(group_of(path, name, pair.first.Mark(), pair.second));
    } else {
      complain(path, pair.first.Mark(), "indented \"key: value\" lines below " + name + ":",
               kind_of(pair.second));
    }
  }
  return file;
}

}  // namespace thalweg
