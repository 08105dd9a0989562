#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>

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

/// Reads the groups of a file. Aliases let a short file stand for a long text, so that is counted.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  IniGroup group(const std::string& name, const YAML::Mark& mark, const YAML::Node& map) {
    IniGroup group{name, line_of(mark), {}, {}};
    std::map<std::string, size_t> places;
    for (const auto& pair : map) {
      if (!pair.first.IsScalar())
        complain(path_, pair.first.Mark(), "\"key: value\" in " + name, kind_of(pair.first));
      const std::string& key = pair.first.Scalar();
      count(key, pair.first);
      add_entry(group, {key, value(key, pair.second), line_of(pair.first.Mark())}, places);
    }
    return group;
  }

 private:
  /// A scalar, or a sequence of them as a `;` list.
  std::string value(const std::string& key, const YAML::Node& node) {
    if (node.IsNull()) return "";
    if (node.IsScalar()) {
      count(node.Scalar(), node);
      return node.Scalar();
    }
    if (!node.IsSequence()) complain(path_, node.Mark(), "a value for " + key, kind_of(node));
    std::string list;
    for (const auto& item : node) {
      if (!item.IsScalar())
        complain(path_, item.Mark(), "a value in the list of " + key, kind_of(item));
      count(item.Scalar(), item);
      list += (list.empty() ? "" : ";") + item.Scalar();
    }
    return list;
  }

  void count(const std::string& text, const YAML::Node& node) {
    bytes_ += text.size() + 1;
    if (bytes_ > kMaxConfigBytes) {
      complain(path_, node.Mark(),
               "at most " + std::to_string(kMaxConfigBytes) + " bytes of keys and values",
               "more by its aliases");
    }
  }

  const std::string& path_;
  size_t bytes_ = 0;
};

}  // namespace

IniFile read_yaml(const std::string& path, const std::vector<std::string_view>& prefixes) {
  YAML::Node root;
  try {
    root = YAML::Load(read_config_text(path, "a map property"));
  } catch (const YAML::Exception& error) {
    complain(path, error.mark, "YAML", "a syntax error: " + error.msg);
  }
  if (!root.IsMap()) complain(path, root.Mark(), "a map such as \"property:\"", kind_of(root));
  IniFile file{.path = path, .groups = {}, .assign = ": "};
  Reader reader(path);
  for (const auto& pair : root) {
    if (!pair.first.IsScalar())
      complain(path, pair.first.Mark(), "a map such as \"property:\"", kind_of(pair.first));
    const std::string& name = pair.first.Scalar();
    if (std::ranges::none_of(prefixes, [&](auto each) { return name.starts_with(each); })) {
      // A program may keep anything in the file.
      file.groups.push_back(IniGroup{name, line_of(pair.first.Mark()), {}, {}});
    } else if (pair.second.IsMap() || pair.second.IsNull()) {
      file.groups.push_back(reader.group(name, pair.first.Mark(), pair.second));
    } else {
      complain(path, pair.first.Mark(), "indented \"key: value\" lines below " + name + ":",
               kind_of(pair.second));
    }
  }
  return file;
}

}  // namespace thalweg
