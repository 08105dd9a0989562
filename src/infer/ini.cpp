#include "infer/ini.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <string_view>
#include <utility>

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
  constexpr size_t kLongestName = 100;
  if (word.size() > kLongestName) return "";
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

std::string read_config_text(const std::string& path, const std::string& content) {
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  while (stream && text.size() <= kMaxConfigBytes) {
    std::array<char, 4096> part;
    stream.read(part.data(), part.size());
    text.append(part.data(), size_t(stream.gcount()));
  }
  if (!stream && (!stream.eof() || stream.bad())) {
    fail_settings(path + ": cannot read the configuration file: " + std::strerror(errno) +
                  ". Set config-file-path to a file with " + content + ".");
  }
  if (text.size() > kMaxConfigBytes) {
    fail_settings(path + ": expected a configuration file of at most " +
                  std::to_string(kMaxConfigBytes) +
                  " bytes, got a larger one. Set config-file-path to a file with " + content + ".");
  }
  if (const size_t at = text.find('\0'); at != std::string::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + std::ptrdiff_t(at), '\n');
    fail_settings(path + ":" + std::to_string(line) +
                  ": expected text, got a byte of 0. Save the file as UTF-8.");
  }
  return text;
}

void add_entry(IniGroup& group, IniEntry entry, std::map<std::string, size_t>& places) {
  const auto [place, is_new] = places.try_emplace(entry.key, group.entries.size());
  if (is_new) {
    group.entries.push_back(std::move(entry));
  } else {
    IniEntry& before = group.entries[place->second];
    entry.earlier_line = before.line;
    before = std::move(entry);
  }
}

IniFile read_ini(const std::string& path) {
  std::istringstream stream(read_config_text(path, "a [property] group"));
  IniFile file{path, {}};
  struct Place {
    size_t group;
    std::map<std::string, size_t> entries;
  };
  std::map<std::string, Place> places;
  Place* place = nullptr;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    std::string_view text = trimmed(line);
    if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text = trimmed(text.substr(3));
    if (text.empty() || text.front() == '#') continue;
    if (text.front() == '[' && text.back() == ']' && text.size() > 2) {
      const std::string name(text.substr(1, text.size() - 2));
      const auto [found, is_new] = places.try_emplace(name, Place{file.groups.size(), {}});
      if (is_new) file.groups.push_back({name, number, {}, {}});
      place = &found->second;
      continue;
    }
    size_t equals = text.find('=');
    if (!place || equals == std::string_view::npos || equals == 0 || text.front() == '[') {
      const IniEntry strange{"", std::string(text), number};
      if (!place) fail_strange_line(file, strange);
      file.groups[place->group].strange.push_back(strange);
      continue;
    }
    add_entry(file.groups[place->group],
              {std::string(trimmed(text.substr(0, equals))),
               std::string(trimmed(text.substr(equals + 1))), number},
              place->entries);
  }
  return file;
}

}  // namespace thalweg
