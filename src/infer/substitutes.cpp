#include "infer/substitutes.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "files/find_file.h"

namespace thalweg {

namespace fs = std::filesystem;

namespace {

bool lists(const IniEntry& names, const std::string& file) {
  std::string_view rest = names.value;
  while (!rest.empty()) {
    const size_t end = rest.find(';');
    if (rest.substr(0, end) == file) return true;
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return false;
}

}  // namespace

std::string UpstreamModel::sentence() const {
  std::string text = "It is " + name + ", published at " + published;
  if (nearest.empty()) return text + "; Thalweg has no model like it";
  text.append("; the nearest model here is ").append(nearest);
  if (model.empty()) return text;
  return text + ", which `thalweg run --substitute-models` (THALWEG_SUBSTITUTE_MODELS=1) uses";
}

std::string substitutes_table() {
  const fs::path package = package_folder();
  return package.empty() ? "" : (package / "models/substitutes.ini").string();
}

std::optional<UpstreamModel> find_upstream_model(const std::vector<std::string>& files,
                                                 const std::string& table) {
  std::error_code error;
  if (table.empty() || !fs::exists(table, error)) return std::nullopt;
  const IniFile file = read_ini(table);
  for (const IniGroup& group : file.groups) {
    if (!group.strange.empty()) fail_strange_line(file, group.strange.front());
    UpstreamModel model{group.name, {}, {}, {}, {"property", group.line, {}}, table};
    bool found = false;
    for (const IniEntry& entry : group.entries) {
      if (entry.key == "file-names") {
        found = std::ranges::any_of(files, [&](const std::string& file) {
          return lists(entry, fs::path(file).filename().string());
        });
      } else if (entry.key == "published") {
        model.published = entry.value;
      } else if (entry.key == "nearest") {
        model.nearest = entry.value;
      } else if (entry.key == "substitute") {
        // Resolved: the weights of a model have to lie beside it, not beside a link to it.
        model.model = fs::weakly_canonical(fs::path(table).parent_path() / entry.value).string();
      } else {
        model.keys.entries.push_back(entry);
      }
    }
    if (found) return model;
  }
  return std::nullopt;
}

bool may_substitute() {
  const char* wish = std::getenv("THALWEG_SUBSTITUTE_MODELS");
  return wish && std::string_view(wish) == "1";
}

}  // namespace thalweg
