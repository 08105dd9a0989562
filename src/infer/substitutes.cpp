#include "infer/substitutes.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "files/find_file.h"
#include "infer/config.h"
#include "infer/error.h"
#include "infer/ini.h"

namespace thalweg {

namespace fs = std::filesystem;

namespace {

std::vector<std::string_view> items(std::string_view list) {
  std::vector<std::string_view> found;
  while (!list.empty()) {
    const size_t end = list.find(';');
    found.push_back(list.substr(0, end));
    list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  }
  return found;
}

std::string_view without_format(std::string_view path) {
  for (const std::string_view ending : {".onnx", ".etlt", ".caffemodel", ".uff"})
    if (path.ends_with(ending)) return path.substr(0, path.size() - ending.size());
  return path;
}

bool fits(std::string_view name, std::string_view path) {
  for (const std::string_view whole : {path, without_format(path)}) {
    if (name.empty() || !whole.ends_with(name)) continue;
    if (whole.size() == name.size() || whole[whole.size() - name.size() - 1] == '/') return true;
  }
  return false;
}

}  // namespace

std::string UpstreamModel::sentence(bool secondary) const {
  const std::string option = "`thalweg run --substitute-models` (THALWEG_SUBSTITUTE_MODELS=1)";
  std::string text = "It is " + name + ", published at " + published + "; ";
  if (nearest.empty()) {
    text += "Thalweg has no model like it";
  } else {
    text.append("the nearest model here is ").append(nearest);
  }
  if (!model.empty()) {
    text += ", which " + option + " uses";
  } else if (secondary) {
    text += "; with " + option + " frames pass through without it";
  }
  return text + " (" + docs_page("reference/substitute-models.md") + ")";
}

std::string substitutes_table() {
  const fs::path package = package_folder();
  return package.empty() ? "" : (package / "models/substitutes.ini").string();
}

std::optional<UpstreamModel> find_upstream_model(const std::vector<std::string>& files,
                                                 const std::string& table) {
  std::error_code error;
  if (table.empty() || !fs::exists(table, error)) return std::nullopt;
  const fs::path folder = fs::path(table).parent_path();
  const IniFile file = read_ini(table);
  for (const IniGroup& group : file.groups) {
    if (!group.strange.empty()) fail_strange_line(file, group.strange.front());
    UpstreamModel model{.name = group.name};
    bool found = false;
    for (const IniEntry& entry : group.entries) {
      if (entry.key == "names") {
        found = std::ranges::any_of(items(entry.value), [&](std::string_view name) {
          return std::ranges::any_of(files, [&](const auto& file) { return fits(name, file); });
        });
      } else if (entry.key == "published") {
        model.published = entry.value;
      } else if (entry.key == "nearest") {
        model.nearest = entry.value;
      } else if (entry.key == "substitute") {
        // Resolved: the weights of a model have to lie beside it, not beside a link to it.
        model.model = fs::weakly_canonical(folder / entry.value).string();
      } else if (entry.key == "labels") {
        model.labels = (folder / entry.value).lexically_normal().string();
      } else if (entry.key == "network-size") {
        const auto sides = parse_id_list(entry.value, table + ": network-size");
        if (sides.size() != 2) {
          fail_settings(table + ": network-size: expected width;height, got \"" + entry.value +
                        "\".");
        }
        model.network_size = {sides[0], sides[1]};
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
