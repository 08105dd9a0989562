#include "elements/nvstreammux/mux_config.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <variant>

#include "infer/error.h"
#include "infer/ini.h"

namespace thalweg {

namespace {

constexpr std::string_view kSourceGroup = "source-config-";

/// Where the value of a key goes; a bool is 0 or 1.
struct Key {
  const char* name;
  std::variant<bool*, unsigned*, std::optional<unsigned>*> target;
  unsigned minimum = 1, maximum = 1'000'000;
};

std::string where(const IniFile& file, const IniGroup& group, const IniEntry& entry) {
  return file.path + ":" + std::to_string(entry.line) + ": [" + group.name + "] " + entry.key;
}

std::optional<unsigned> number(std::string_view text) {
  text = text.substr(0, text.find_first_of(" \t"));  // as GLib does it: a comment may follow
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void store(const IniFile& file, const IniGroup& group, const IniEntry& entry, const Key& key) {
  const auto fail = [&](const std::string& expected, const std::string& example) {
    fail_settings(where(file, group, entry) + ": expected " + expected + ", got \"" + entry.value +
                  "\". Write for example " + entry.key + file.assign + example + ".");
  };
  if (bool* const* flag = std::get_if<bool*>(&key.target)) {
    const bool yes = entry.value == "true" || number(entry.value) == 1u;
    if (!yes && entry.value != "false" && number(entry.value) != 0u) fail("0 or 1", "1");
    **flag = yes;
    return;
  }
  const std::optional<unsigned> value = number(entry.value);
  if (!value || *value < key.minimum || *value > key.maximum)
    fail(
        "a whole number from " + std::to_string(key.minimum) + " to " + std::to_string(key.maximum),
        std::to_string(std::max(key.minimum, 1u)));
  if (unsigned* const* plain = std::get_if<unsigned*>(&key.target))
    **plain = *value;
  else
    *std::get<std::optional<unsigned>*>(key.target) = *value;
}

void read_group(const IniFile& file, const IniGroup& group, const std::vector<Key>& keys,
                std::vector<std::string>& warnings) {
  if (!group.strange.empty()) fail_strange_line(file, group.strange.front());
  for (const IniEntry& entry : group.entries) {
    const auto key =
        std::ranges::find_if(keys, [&](const Key& each) { return entry.key == each.name; });
    if (key != keys.end()) {
      store(file, group, entry, *key);
      continue;
    }
    std::vector<std::string> names;
    for (const Key& each : keys) names.emplace_back(each.name);
    const std::string near = nearest_name(entry.key, names);
    warnings.push_back(where(file, group, entry) + ": unknown key, the line is ignored" +
                       (near.empty() ? "." : "; did you mean " + near + "?"));
  }
}

}  // namespace

BatchRules MuxConfig::rules() const {
  BatchRules rules;
  rules.batch_size = batch_size;
  rules.adaptive = adaptive_batching;
  rules.most_of_one = max_same_source_frames;
  rules.timeout = overall_min_fps.interval();
  if (max_fps_control) rules.least_interval = overall_max_fps.interval();
  for (const auto& [id, source] : sources) {
    SourceLimits& limits = rules.limits[id];
    limits.priority = int(source.priority);
    limits.most_in_batch = source.max_frames_per_batch.value_or(0);
    if (source_rate_control) {
      limits.least_interval = source.max_fps.interval();
      limits.longest_wait = source.min_fps.interval();
    }
  }
  return rules;
}

MuxConfig load_mux_config(const std::string& path, std::vector<std::string>& warnings) {
  const bool is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
  const IniFile file = is_yaml ? read_yaml(path, {"property", kSourceGroup}) : read_ini(path);
  MuxConfig config;
  unsigned algorithm = 1;
  for (const IniGroup& group : file.groups) {
    if (group.name == "property") {
      read_group(file, group,
                 {{"algorithm-type", &algorithm, 1, 1},
                  {"batch-size", &config.batch_size, 1, 1024},
                  {"adaptive-batching", &config.adaptive_batching},
                  {"enable-source-rate-control", &config.source_rate_control},
                  {"max-fps-control", &config.max_fps_control},
                  {"overall-max-fps-n", &config.overall_max_fps.n},
                  {"overall-max-fps-d", &config.overall_max_fps.d},
                  {"overall-min-fps-n", &config.overall_min_fps.n},
                  {"overall-min-fps-d", &config.overall_min_fps.d},
                  {"max-same-source-frames", &config.max_same_source_frames, 1, 1024}},
                 warnings);
    } else if (group.name.starts_with(kSourceGroup)) {
      const auto id = number(std::string_view(group.name).substr(kSourceGroup.size()));
      if (!id)
        fail_settings(path + ":" + std::to_string(group.line) + ": expected a group such as " +
                      std::string(kSourceGroup) + "0, which names a source by number, got \"" +
                      group.name + "\". Correct the name.");
      MuxConfig::Source& source = config.sources[*id];
      read_group(file, group,
                 {{"max-fps-n", &source.max_fps.n},
                  {"max-fps-d", &source.max_fps.d},
                  {"min-fps-n", &source.min_fps.n},
                  {"min-fps-d", &source.min_fps.d},
                  {"priority", &source.priority, 0},
                  {"max-num-frames-per-batch", &source.max_frames_per_batch, 1, 1024}},
                 warnings);
    } else {
      warnings.push_back(path + ":" + std::to_string(group.line) + ": unknown group \"" +
                         group.name + "\", it is ignored; expected property or " +
                         std::string(kSourceGroup) + "N.");
    }
  }
  return config;
}

}  // namespace thalweg
