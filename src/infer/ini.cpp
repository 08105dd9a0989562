#include "infer/ini.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <numeric>
#include <string_view>

#include "infer/error.h"

namespace thalweg {
namespace {

std::string_view trimmed(std::string_view text) {
  const char* blanks = " \t\r\f\v";
  size_t from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_name(const std::string& word, const std::vector<std::string>& names) {
  std::string best;
  size_t best_distance = std::max<size_t>(2, word.size() / 4) + 1;
  for (const auto& name : names) {
    size_t d = distance(word, name);
    if (d < best_distance) best = name, best_distance = d;
  }
  return best;
}

void fail_strange_line(const IniFile& file, const IniEntry& line) {
  const std::string_view text = line.value;
  const bool is_key =
      text.front() != '[' && text.find('=') != std::string_view::npos && text[0] != '=';
  fail_settings(file.path + ":" + std::to_string(line.line) + ": expected " +
                (text.front() == '[' ? "[group]"
                 : is_key            ? "a group such as [property] before the first key"
                                     : "[group], key=value or # comment") +
                ", got \"" + std::string(text.substr(0, 80)) +
                "\". Correct the line or start it with #.");
}

IniFile read_ini(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string line;
  if (!stream || (stream.peek() == std::char_traits<char>::eof() && stream.bad())) {
    fail_settings(path + ": cannot read the configuration file: " + std::strerror(errno) +
                  ". Set config-file-path to a file with a [property] group.");
  }
  IniFile file{path, {}};
  IniGroup* group = nullptr;
  for (int number = 1; std::getline(stream, line); ++number) {
    std::string_view text = trimmed(line);
    if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text = trimmed(text.substr(3));
    if (text.empty() || text.front() == '#') continue;
    if (text.front() == '[' && text.back() == ']' && text.size() > 2) {
      std::string name(text.substr(1, text.size() - 2));
      auto found = std::ranges::find(file.groups, name, &IniGroup::name);
      group = found != file.groups.end()
                  ? &*found
                  : &file.groups.emplace_back(IniGroup{name, number, {}, {}});
      continue;
    }
    size_t equals = text.find('=');
    if (!group || equals == std::string_view::npos || equals == 0 || text.front() == '[') {
      const IniEntry strange{"", std::string(text), number};
      if (!group) fail_strange_line(file, strange);
      group->strange.push_back(strange);
      continue;
    }
    IniEntry entry{std::string(trimmed(text.substr(0, equals))),
                   std::string(trimmed(text.substr(equals + 1))), number};
    auto found = std::ranges::find(group->entries, entry.key, &IniEntry::key);
    if (found != group->entries.end()) {
      entry.earlier_line = found->line;
      *found = entry;
    } else {
      group->entries.push_back(entry);
    }
  }
  return file;
}

}  // namespace thalweg
