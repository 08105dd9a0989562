#include "infer/config.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <variant>

#include "files/find_file.h"
#include "infer/error.h"
#include "infer/substitutes.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

enum class Text { kPlain, kPath };

/// Where a value goes. monostate: the key is known and has no effect.
template <class T>
using Target = std::variant<std::monostate, bool T::*, int T::*, unsigned T::*, float T::*,
                            std::string T::*, std::vector<int> T::*, std::vector<float> T::*,
                            std::vector<std::string> T::*, Rgba T::*>;

template <class T>
struct Key {
  const char* name;
  Target<T> target;
  double minimum = 0, maximum = 0;  ///< of a number
  Text text = Text::kPlain;
  const char* ignored = nullptr;  ///< why the key has no effect, or null where it has one
};

constexpr const char* kNoOnnx = "only ONNX models run here";
constexpr const char* kNoEngine = "no TensorRT engine is built";
constexpr const char* kFromModel = "the ONNX model tells its size";
constexpr double kAny = std::numeric_limits<int>::max();
constexpr double kAnyFloat = std::numeric_limits<float>::max();

template <class T>
Key<T> ignored(const char* name, const char* why) {
  return {name, std::monostate{}, 0, 0, Text::kPlain, why};
}

const std::vector<Key<InferConfig>>& property_keys() {
  using C = InferConfig;
  static const std::vector<Key<C>> keys = {
      {"gie-unique-id", &C::gie_unique_id, 1, kAny},
      {"process-mode", &C::process_mode, 1, 2},
      {"batch-size", &C::batch_size, 1, 1024},
      {"interval", &C::interval, 0, kAny},
      {"filter-out-class-ids", &C::filter_out_class_ids, 0, kAny},
      {"input-tensor-from-meta", &C::input_tensor_from_meta},
      {"onnx-file", &C::onnx_file, 0, 0, Text::kPath},
      {"model-engine-file", &C::model_engine_file, 0, 0, Text::kPath},
      {"custom-lib-path", &C::custom_lib_path, 0, 0, Text::kPath},
      {"network-mode", &C::network_mode, 0, 3},
      {"network-type", &C::network_type, 0, 100},
      {"is-classifier", &C::is_classifier},
      {"infer-dims", &C::infer_dims, 1, 1 << 20},
      {"num-detected-classes", &C::num_detected_classes, 0, 1 << 16},
      {"labelfile-path", &C::labelfile_path, 0, 0, Text::kPath},
      {"output-blob-names", &C::output_blob_names},
      {"net-scale-factor", &C::net_scale_factor, std::numeric_limits<float>::min(), kAnyFloat},
      {"offsets", &C::offsets, -kAnyFloat, kAnyFloat},
      {"mean-file", &C::mean_file, 0, 0, Text::kPath},
      {"model-color-format", &C::model_color_format, 0, 2},
      {"network-input-order", &C::network_input_order, 0, 1},
      {"maintain-aspect-ratio", &C::maintain_aspect_ratio},
      {"symmetric-padding", &C::symmetric_padding},
      {"scaling-filter", &C::scaling_filter, 0, 6},
      {"cluster-mode", &C::cluster_mode, 0, 4},
      {"enable-dbscan", &C::enable_dbscan},
      {"parse-bbox-func-name", &C::parse_bbox_func_name},
      {"output-tensor-meta", &C::output_tensor_meta},
      {"output-instance-mask", &C::output_instance_mask},
      {"raw-output-file-write", &C::raw_output_file_write},
      {"secondary-reinfer-interval", &C::secondary_reinfer_interval, 0, kAny},
      {"operate-on-gie-id", &C::operate_on_gie_id, -1, kAny},
      {"operate-on-class-ids", &C::operate_on_class_ids, 0, kAny},
      {"input-object-min-width", &C::input_object_min_width, 0, kAny},
      {"input-object-min-height", &C::input_object_min_height, 0, kAny},
      {"input-object-max-width", &C::input_object_max_width, 0, kAny},
      {"input-object-max-height", &C::input_object_max_height, 0, kAny},
      {"classifier-threshold", &C::classifier_threshold, 0, 1},
      {"classifier-async-mode", &C::classifier_async_mode},
      {"classifier-type", &C::classifier_type},
      {"parse-classifier-func-name", &C::parse_classifier_func_name},
      {"segmentation-threshold", &C::segmentation_threshold, 0, 1},
      {"segmentation-output-order", &C::segmentation_output_order, 0, 1},
      {"parse-bbox-instance-mask-func-name", &C::parse_bbox_instance_mask_func_name},
      {"parse-segmentation-func-name", &C::parse_segmentation_func_name},
      {"crop-objects-to-roi-boundary", &C::crop_objects_to_roi},
      {"dump-input-tensor", &C::dump_input_tensor},
      {"dump-output-tensor", &C::dump_output_tensor},
      {"overwrite-input-tensor", &C::overwrite_input_tensor},
      {"overwrite-output-tensor", &C::overwrite_output_tensor},
      {"ip-tensor-file", &C::ip_tensor_file, 0, 0, Text::kPath},
      {"op-tensor-files", &C::op_tensor_files, 0, 0, Text::kPath},
      {"stabilize-buffer-count", &C::stabilize_buffer_count, 0, kAny},
      // check_config() names the model in its error where there is no other.
      ignored<C>("tlt-encoded-model", kNoOnnx),
      ignored<C>("tlt-model-key", kNoOnnx),
      ignored<C>("uff-file", kNoOnnx),
      ignored<C>("uff-input-blob-name", kNoOnnx),
      ignored<C>("uff-input-order", kNoOnnx),
      ignored<C>("uff-input-dims", kFromModel),
      ignored<C>("input-dims", kFromModel),
      ignored<C>("model-file", kNoOnnx),
      ignored<C>("proto-file", kNoOnnx),
      ignored<C>("custom-network-config", kNoEngine),
      ignored<C>("engine-create-func-name", kNoEngine),
      ignored<C>("gpu-id", "the model runs on the CPU"),
      ignored<C>("int8-calib-file", "OpenVINO calibrates nothing; quantise the ONNX model instead"),
      ignored<C>("workspace-size", "OpenVINO takes what memory it needs"),
      ignored<C>("force-implicit-batch-dim", "ONNX models have no implicit batch"),
      ignored<C>("output-io-formats", "programs see float32 and integers, whole planes"),
      ignored<C>("layer-device-precision", "the precision is one for all layers, network-mode"),
      ignored<C>("enable-dla", "there is no DLA"),
      ignored<C>("use-dla-core", "there is no DLA"),
      ignored<C>("tensor-meta-pool-size", "tensor metas have memory of their own"),
      ignored<C>("auto-inc-mem", "tensor metas have memory of their own"),
      ignored<C>("max-gpu-mem-per", "tensor metas have memory of their own"),
      ignored<C>("disable-output-host-copy", "outputs are in host memory already"),
      ignored<C>("strongly-typed", kNoEngine),
      ignored<C>("dynamic-properties", kNoEngine),
      ignored<C>("warmup-engine", "the model always runs once before the first frame"),
      ignored<C>("scaling-compute-hw", "the CPU scales"),
  };
  return keys;
}

const std::vector<Key<ClassAttributes>>& class_keys() {
  using C = ClassAttributes;
  static const std::vector<Key<C>> keys = {
      {"pre-cluster-threshold", &C::pre_cluster_threshold, 0, kAnyFloat},
      {"threshold", &C::pre_cluster_threshold, 0, kAnyFloat},
      {"post-cluster-threshold", &C::post_cluster_threshold, 0, kAnyFloat},
      {"nms-iou-threshold", &C::nms_iou_threshold, 0, 1},
      {"topk", &C::topk, -1, kAny},
      {"eps", &C::eps, 0, kAnyFloat},
      {"group-threshold", &C::group_threshold, 0, kAny},
      {"minBoxes", &C::min_boxes, 0, kAny},
      {"dbscan-min-score", &C::dbscan_min_score, 0, kAnyFloat},
      {"roi-top-offset", &C::roi_top_offset, 0, kAny},
      {"roi-bottom-offset", &C::roi_bottom_offset, 0, kAny},
      {"detected-min-w", &C::min_width, 0, kAny},
      {"detected-min-h", &C::min_height, 0, kAny},
      {"detected-max-w", &C::max_width, 0, kAny},
      {"detected-max-h", &C::max_height, 0, kAny},
      {"border-color", &C::border_color, 0, 1},
      {"bg-color", &C::bg_color, 0, 1},
  };
  return keys;
}

std::string number_text(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

/// `sentence` makes its text only where there is room for one.
template <class Sentence>
void warn(ConfigNotes& notes, Sentence sentence) {
  if (notes.warnings.size() < ConfigNotes::kMaxWarnings) {
    notes.warnings.push_back(sentence());
  } else {
    ++notes.unsaid;
  }
}

/// One key of the file while it is read: makes the errors.
class Value {
 public:
  Value(const IniFile& file, const IniGroup& group, const IniEntry& entry, ConfigNotes& notes)
      : file_(file), group_(group), entry_(entry), notes_(notes) {}

  std::string where() const {
    return file_.path + ":" + std::to_string(entry_.line) + ": [" + group_.name + "] " + entry_.key;
  }
  /// "key=value", as this kind of file has it.
  std::string assigned(const std::string& value) const { return entry_.key + file_.assign + value; }
  [[noreturn]] void fail(const std::string& expected, const std::string& example) const {
    fail_settings(where() + ": expected " + expected + ", got \"" + entry_.value + "\". Write " +
                  example + ".");
  }

  void store(bool& to) const {
    std::string_view text = first_word(entry_.value);
    bool yes = text == "1" || text == "true";
    if (!yes && text != "0" && text != "false") fail("0 or 1", assigned("1"));
    to = yes;
  }
  void store(int& to, double low, double high) const {
    to = int(number(entry_.value, low, high, true));
  }
  void store(unsigned& to, double low, double high) const {
    to = unsigned(number(entry_.value, low, high, true));
  }
  void store(float& to, double low, double high) const {
    to = float(number(entry_.value, low, high, false));
  }
  void store(std::vector<int>& to, double low, double high) const {
    to.clear();
    for (double value : list(low, high, true)) to.push_back(int(value));
  }
  void store(std::vector<float>& to, double low, double high) const {
    to.clear();
    for (double value : list(low, high, false)) to.push_back(float(value));
  }
  void store(Rgba& to, double low, double high) const {
    auto values = list(low, high, false);
    if (values.size() != to.size()) {
      fail("4 numbers from 0 to 1 (red;green;blue;alpha)", assigned("1;0;0;1"));
    }
    std::ranges::copy(values, to.begin());
  }
  void store(std::string& to, Text kind) const {
    to = g_strcmp0(file_.assign, "=") == 0 ? unescaped(entry_.value) : entry_.value;
    if (kind == Text::kPath) find(to);
  }
  void store(std::vector<std::string>& to, Text kind) const {
    to.clear();
    std::istringstream items(entry_.value);
    for (std::string item; std::getline(items, item, ';');) {
      if (item.empty()) continue;
      if (kind == Text::kPath) find(item);
      to.push_back(item);
    }
  }

 private:
  /// Makes the path one that can be opened.
  void find(std::string& to) const {
    if (to.empty()) return;
    const fs::path folder = fs::path(file_.path).parent_path();
    // In a key file a comment stands on a line of its own; after a path it is part of the name.
    const size_t comment = to.find(" #");
    std::error_code error;  // of a name that no file can have
    if (comment != std::string::npos && !fs::exists(find_file(to, folder), error)) {
      to.resize(to.find_last_not_of(' ', comment) + 1);
      warn(notes_, [&] {
        return where() + ": the comment behind the path is left out; put it on a line of its own.";
      });
    }
    to = find_file(to, folder);
  }

  static std::string_view first_word(std::string_view text) {
    return text.substr(0, text.find_first_of(" \t"));
  }

  // As GLib does it, a number may be followed by a blank and anything, so also by a comment.
  double number(std::string_view text, double low, double high, bool whole) const {
    text = first_word(text.substr(std::min(text.size(), text.find_first_not_of(" \t"))));
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool good = error == std::errc() && end == text.data() + text.size() && std::isfinite(value) &&
                !(whole && value != std::floor(value));
    if (!good || value < low || value > high) {
      bool open = high >= kAny;
      std::string range = low <= -kAnyFloat        ? ""
                          : low > 0 && low < 1e-30 ? " above 0"
                          : open                   ? " of at least " + number_text(low)
                                 : " from " + number_text(low) + " to " + number_text(high);
      double example = low <= -kAnyFloat || (low > 0 && low < 1e-30) ? 1 : low;
      fail(std::string(whole ? "a whole number" : "a number") + range,
           "for example " + assigned(number_text(example)));
    }
    return value;
  }

  std::vector<double> list(double low, double high, bool whole) const {
    std::vector<double> values;
    std::string_view rest = entry_.value;
    while (!rest.empty()) {
      size_t end = rest.find(';');
      std::string_view item = rest.substr(0, end);
      if (item.find_first_not_of(" \t") != std::string_view::npos) {
        values.push_back(number(item, low, high, whole));
      }
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return values;
  }

  std::string unescaped(std::string_view text) const {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        out += text[i];
        continue;
      }
      switch (text[++i]) {
        case 's':
          out += ' ';
          break;
        case 'n':
          out += '\n';
          break;
        case 't':
          out += '\t';
          break;
        case 'r':
          out += '\r';
          break;
        case '\\':
          out += '\\';
          break;
        default:
          out += '\\', out += text[i];
      }
    }
    return out;
  }

  const IniFile& file_;
  const IniGroup& group_;
  const IniEntry& entry_;
  ConfigNotes& notes_;
};

template <class T>
void store(const Value& value, const Key<T>& key, T& object) {
  std::visit(
      [&](auto target) {
        using Member = decltype(target);
        if constexpr (std::is_same_v<Member, bool T::*>) {
          value.store(object.*target);
        } else if constexpr (std::is_same_v<Member, std::string T::*> ||
                             std::is_same_v<Member, std::vector<std::string> T::*>) {
          value.store(object.*target, key.text);
        } else if constexpr (!std::is_same_v<Member, std::monostate>) {
          value.store(object.*target, key.minimum, key.maximum);
        }
      },
      key.target);
}

/// Reads one group into `object`; `seen` is called for each key that is known.
template <class T, class Seen>
void read_group(const IniFile& file, const IniGroup& group, const std::vector<Key<T>>& keys,
                T& object, ConfigNotes& notes, Seen seen) {
  static const auto by_name = [&] {
    std::map<std::string_view, const Key<T>*> map;
    for (const auto& key : keys) map.emplace(key.name, &key);
    return map;
  }();
  if (!group.strange.empty()) fail_strange_line(file, group.strange.front());
  for (const auto& entry : group.entries) {
    Value value(file, group, entry, notes);
    if (entry.earlier_line > 0) {
      warn(notes, [&] {
        return value.where() + ": stands in line " + std::to_string(entry.earlier_line) +
               " as well; the last one counts. Remove the other.";
      });
    }
    const auto found = by_name.find(entry.key);
    if (found == by_name.end()) {
      warn(notes, [&] {
        std::vector<std::string> names;
        names.reserve(keys.size());
        for (const auto& k : keys) names.push_back(k.name);
        const std::string near = nearest_name(entry.key, names);
        return value.where() + ": unknown key, the line is ignored" +
               (near.empty() ? "." : "; did you mean " + near + "?");
      });
      continue;
    }
    const Key<T>& key = *found->second;
    store(value, key, object);
    if (key.ignored) {
      notes.notes.push_back(value.where() + ": has no effect here: " + key.ignored + ".");
    }
    seen(value, entry);
  }
}

void read_class_group(const IniFile& file, const IniGroup& group, ClassAttributes& attributes,
                      ConfigNotes& notes) {
  read_group(
      file, group, class_keys(), attributes, notes, [&](const Value& value, const IniEntry& entry) {
        if (entry.key == "bg-color") attributes.has_bg_color = true;
        if (entry.key == "threshold") {
          warn(notes,
               [&] { return value.where() + ": old name, write pre-cluster-threshold instead."; });
        }
      });
}

/// X of X.engine, X.trt, X.onnx.engine and X.onnx_b1_gpu0_fp16.engine, the names that are given to
/// engines.
std::string engine_stem(std::string name) {
  auto cut = [&](std::string_view ending) {
    bool there = name.ends_with(ending);
    if (there) name.resize(name.size() - ending.size());
    return there;
  };
  if (!cut(".engine") && !cut(".trt") && !cut(".plan")) return name;
  // _b<batch>_<gpu or dla><number>_<precision>, from its end.
  const std::string whole = name;
  auto cut_number = [&] {
    size_t digits = name.find_last_not_of("0123456789");
    bool there = digits != std::string::npos && digits + 1 < name.size();
    if (there) name.resize(digits + 1);
    return there;
  };
  bool built = (cut("_fp32") || cut("_fp16") || cut("_int8") || cut("_best")) && cut_number() &&
               (cut("_gpu") || cut("_dla")) && cut_number() && cut("_b");
  if (!built) name = whole;
  cut(".onnx");
  return name;
}

bool readable(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && std::ifstream(path).good();
}

bool has_model(const InferConfig& config) {
  if (!config.onnx_file.empty()) return readable(config.onnx_file);
  return !config.model_engine_file.empty() &&
         readable(engine_stem(config.model_engine_file) + ".onnx");
}

std::optional<UpstreamModel> upstream_model(const InferConfig& config) {
  const std::string& other = config.other_model;
  const std::string stem = engine_stem(config.model_engine_file);
  return find_upstream_model(
      {config.onnx_file, other.substr(other.find('=') + 1), stem, stem + ".onnx"});
}

InferConfig read_config(const std::string& path, ConfigNotes& notes) {
  const bool is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
  IniFile file = is_yaml ? read_yaml(path, {"property", "class-attrs-"}) : read_ini(path);
  const auto written = [&](const std::string& group) {
    return is_yaml ? group + ":" : "[" + group + "]";
  };
  auto property = std::ranges::find(file.groups, "property", &IniGroup::name);
  if (property == file.groups.end()) {
    std::string names;
    for (const auto& group : file.groups)
      names += (names.empty() ? "" : ", ") + written(group.name);
    fail_settings(path + ": expected a " + (is_yaml ? "map " : "group ") + written("property") +
                  ", got " + (names.empty() ? "none" : names) + ". Add the line " +
                  written("property") + " above the keys of the network.");
  }

  InferConfig config;
  config.path = path;
  read_group(
      file, *property, property_keys(), config, notes,
      [&](const Value& value, const IniEntry& entry) {
        config.keys_given.push_back(entry.key);
        if (entry.key == "tlt-encoded-model" || entry.key == "uff-file" ||
            entry.key == "model-file") {
          config.other_model = entry.key + "=" + entry.value;
        }
        if (entry.key == "infer-dims" && config.infer_dims.size() != 3) {
          value.fail("3 whole numbers (channels;height;width)", value.assigned("3;300;300"));
        }
        if (entry.key == "offsets" && config.offsets.size() > 4) {
          value.fail("at most 4 numbers, one a channel", value.assigned("127.5;127.5;127.5"));
        }
        bool other = std::ranges::count(std::array{0, 1, 2, 3, 100}, config.network_type) == 0;
        if (entry.key == "network-type" && other) {
          value.fail("0 (detector), 1, 2, 3 or 100", value.assigned("0"));
        }
      });
  if (config.is_classifier && config.network_type == 0) config.network_type = 1;
  if (config.enable_dbscan && config.cluster_mode == 0) config.cluster_mode = 1;

  if (config.network_type != 0 && config.network_type != 3) return config;
  ClassAttributes all;
  if (auto found = std::ranges::find(file.groups, "class-attrs-all", &IniGroup::name);
      found != file.groups.end()) {
    read_class_group(file, *found, all, notes);
  }
  config.classes.assign(config.num_detected_classes, all);
  for (const auto& group : file.groups) {
    constexpr std::string_view kPrefix = "class-attrs-";
    if (!group.name.starts_with(kPrefix) || group.name == "class-attrs-all") continue;
    std::string_view text = std::string_view(group.name).substr(kPrefix.size());
    unsigned index = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || end != text.data() + text.size() ||
        index >= config.classes.size()) {
      fail_settings(path + ":" + std::to_string(group.line) + ": expected " +
                    written("class-attrs-all") + " or " + written("class-attrs-N") +
                    " with N below num-detected-classes" + file.assign +
                    std::to_string(config.num_detected_classes) + ", got " + written(group.name) +
                    ". Change N or num-detected-classes.");
    }
    read_class_group(file, group, config.classes[index], notes);
  }
  return config;
}

}  // namespace

InferConfig load_config(const std::string& path, ConfigNotes& notes) {
  InferConfig config = read_config(path, notes);
  if (notes.unsaid > 0) {
    notes.warnings.push_back(path + ": " + std::to_string(notes.unsaid) + " more warnings.");
  }
  return config;
}

void substitute_model(InferConfig& config) {
  if (!may_substitute() || has_model(config)) return;
  const auto upstream = upstream_model(config);
  if (!upstream) return;
  const std::string missing = config.path + ": " + upstream->name +
                              (config.onnx_file.empty() ? " cannot run here" : " is not there");
  if (!upstream->model.empty()) {
    config.substituted =
        missing + "; " + upstream->nearest + " (" + upstream->model + ") takes its place.";
    config.onnx_file = upstream->model;
    config.network_size = upstream->network_size;
    // An object has few boxes of the substitute's, but one of each cell of the original's: what
    // asks for several of them would leave most objects out.
    for (ClassAttributes& each : config.classes) {
      each.group_threshold = 0;
      each.min_boxes = std::min(each.min_boxes, 1);
    }
    const bool unlabelled = !config.labelfile_path.empty() && !readable(config.labelfile_path);
    if (unlabelled && !upstream->labels.empty()) config.labelfile_path = upstream->labels;
  } else if (config.process_mode == 2) {
    config.substituted = missing +
                         " and nothing takes its place: frames pass through without it. It is "
                         "published at " +
                         upstream->published + " (" + docs_page("reference/substitute-models.md") +
                         ").";
    config.passes_through = true;
  }
}

std::vector<KnownKey> known_keys() {
  std::vector<KnownKey> known;
  const auto add = [&](const char* group, const auto& keys) {
    for (const auto& key : keys) known.push_back({group, key.name, key.ignored ? key.ignored : ""});
  };
  add("property", property_keys());
  add("class-attrs", class_keys());
  return known;
}

std::vector<std::string> idle_keys(const InferConfig& config) {
  const bool secondary = config.process_mode == 2;
  const bool classifies = config.network_type == 1;
  const bool segments = config.network_type == 2;
  const bool masks = config.network_type == 3;
  const bool has_boxes = config.network_type == 0 || masks;
  const bool has_classes = has_boxes || segments;
  const bool pixels = !config.input_tensor_from_meta;
  const bool waits = !(secondary && classifies && config.classifier_async_mode);
  const struct {
    const char* key;
    bool works;
    const char* needs;
  } rules[] = {
      {"interval", !secondary, "process-mode=1"},
      {"secondary-reinfer-interval", secondary, "process-mode=2"},
      {"operate-on-gie-id", secondary, "process-mode=2"},
      {"operate-on-class-ids", secondary, "process-mode=2"},
      {"input-object-min-width", secondary, "process-mode=2"},
      {"input-object-min-height", secondary, "process-mode=2"},
      {"input-object-max-width", secondary, "process-mode=2"},
      {"input-object-max-height", secondary, "process-mode=2"},
      {"classifier-async-mode", secondary && classifies, "process-mode=2 and network-type=1"},
      {"output-tensor-meta", waits, "no classifier-async-mode"},
      {"classifier-threshold", classifies, "network-type=1"},
      {"classifier-type", classifies, "network-type=1"},
      {"parse-classifier-func-name", classifies, "network-type=1"},
      {"segmentation-threshold", segments || masks, "network-type=2 or 3"},
      {"segmentation-output-order", segments, "network-type=2"},
      {"parse-segmentation-func-name", segments, "network-type=2"},
      {"parse-bbox-instance-mask-func-name", masks, "network-type=3"},
      {"output-instance-mask", masks, "network-type=3"},
      {"num-detected-classes", has_classes, "network-type=0, 2 or 3"},
      {"cluster-mode", has_boxes, "network-type=0 or 3"},
      {"enable-dbscan", has_boxes, "network-type=0 or 3"},
      {"filter-out-class-ids", has_boxes, "network-type=0 or 3"},
      {"parse-bbox-func-name", config.network_type == 0, "network-type=0"},
      {"symmetric-padding", config.maintain_aspect_ratio, "maintain-aspect-ratio=1"},
      {"offsets", config.mean_file.empty(), "no mean-file"},
      {"offsets", pixels, "no input-tensor-from-meta"},
      {"net-scale-factor", pixels, "no input-tensor-from-meta"},
      {"mean-file", pixels, "no input-tensor-from-meta"},
      {"maintain-aspect-ratio", pixels, "no input-tensor-from-meta"},
      {"scaling-filter", pixels, "no input-tensor-from-meta"},
      {"crop-objects-to-roi-boundary", has_boxes, "network-type=0 or 3"},
      {"raw-output-file-write", waits, "no classifier-async-mode"},
      {"ip-tensor-file", config.overwrite_input_tensor, "overwrite-input-tensor=1"},
      {"op-tensor-files", config.overwrite_output_tensor, "overwrite-output-tensor=1"},
  };
  std::vector<std::string> sentences;
  for (const auto& rule : rules) {
    if (rule.works || !std::ranges::count(config.keys_given, rule.key)) continue;
    sentences.push_back(config.path + ": [property] " + rule.key +
                        ": has no effect here, it needs " + rule.needs + ".");
  }
  return sentences;
}

void check_config(const InferConfig& config) {
  if (config.network_type == 3) {
    const auto mode = ClusterMode(config.cluster_mode);
    if (mode != ClusterMode::kNone && mode != ClusterMode::kNms) {
      fail_settings(config.path +
                    ": [property] cluster-mode: expected 2 (NMS) or 4 (none) with network-type=3, "
                    "since boxes that are merged have no mask, got " +
                    std::to_string(config.cluster_mode) + ". Write cluster-mode=2.");
    }
  }
  const bool needs_classes = config.network_type != 1 && config.network_type != 100;
  if (needs_classes && config.num_detected_classes == 0) {
    fail_settings(config.path +
                  ": [property] num-detected-classes: expected the number of classes of the " +
                  (config.network_type == 0 ? "detector" : "segmentation") +
                  ", got none. Write num-detected-classes=N with the N of the model.");
  }
  if (!config.labelfile_path.empty() && !readable(config.labelfile_path)) {
    fail_settings(config.path + ": [property] labelfile-path: cannot read " +
                  config.labelfile_path +
                  ". Relative paths count from the folder of the configuration file; correct the "
                  "path or remove the key.");
  }
}

/// " (that folder has a.onnx, b.onnx)", the models in the folder of `path`.
std::string models_beside(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fs::path(path).parent_path(), error))
    if (entry.path().extension() == ".onnx") names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return list.empty() ? "" : " (that folder has " + list + ")";
}

std::string model_path(const InferConfig& config, std::vector<std::string>& warnings) {
  const bool engine_only = config.onnx_file.empty() && !config.model_engine_file.empty();
  std::string onnx =
      engine_only ? engine_stem(config.model_engine_file) + ".onnx" : config.onnx_file;
  if (has_model(config)) {
    if (engine_only)
      warnings.push_back(config.path +
                         ": [property] model-engine-file: " + config.model_engine_file +
                         " is a TensorRT engine, which runs only on NVIDIA's GPUs; " + onnx +
                         " runs instead. Write its path as onnx-file.");
    return onnx;
  }
  // What to do about it is known for the models of upstream's samples.
  const auto fail = [&](const std::string& what, const std::string& fix) {
    const auto upstream = upstream_model(config);
    fail_settings(config.path + ": [property] " + what + ". " +
                  (upstream ? upstream->sentence(config.process_mode == 2) : fix) + ".");
  };
  if (!config.onnx_file.empty()) {
    fail("onnx-file: cannot read " + onnx,
         "Relative paths count from the folder of the configuration file; correct the path or put "
         "the model there");
  }
  if (!config.other_model.empty()) {
    fail("onnx-file: expected the path of an ONNX model, got only " + config.other_model,
         "Write onnx-file=model.onnx; the other formats need NVIDIA's tools");
  }
  if (onnx.empty()) {
    fail("onnx-file: expected the path of an ONNX model, got no model",
         "Write onnx-file=model.onnx");
  }
  fail("model-engine-file: " + config.model_engine_file +
           " is a TensorRT engine, which runs only on NVIDIA's GPUs, and there is no " + onnx +
           " to run instead",
       "Put the ONNX model there or write its path as onnx-file" +
           models_beside(config.model_engine_file));
  return {};
}

namespace {

/// The text of a label file in UTF-8. @throws InferError when it cannot be read.
std::string read_label_text(const std::string& path, std::vector<std::string>& warnings) {
  constexpr size_t kMaxBytes = size_t(16) << 20;
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  while (stream && text.size() <= kMaxBytes) {
    std::array<char, 4096> part;
    stream.read(part.data(), part.size());
    text.append(part.data(), size_t(stream.gcount()));
  }
  if (!stream.eof() && text.size() <= kMaxBytes) {
    fail_settings(path + ": cannot read the label file. Correct labelfile-path or remove it.");
  }
  if (text.size() > kMaxBytes) {
    fail_settings(path + ": expected a label file of at most " + std::to_string(kMaxBytes) +
                  " bytes, got a larger one. Correct labelfile-path or remove it.");
  }
  auto convert = [&](const char* from) {
    gsize written = 0;
    char* utf8 = g_convert_with_fallback(text.data(), gssize(text.size()), "UTF-8", from, "?",
                                         nullptr, &written, nullptr);
    if (utf8) text.assign(utf8, written);
    g_free(utf8);
    warnings.push_back(path + ": the labels are not UTF-8, they are read as " + from + ".");
  };
  if (text.starts_with("\xFF\xFE")) {
    text.erase(0, 2);
    convert("UTF-16LE");
  } else if (text.starts_with("\xFE\xFF")) {
    text.erase(0, 2);
    convert("UTF-16BE");
  } else if (text.starts_with("\xEF\xBB\xBF")) {
    text.erase(0, 3);
  }
  if (!g_utf8_validate(text.data(), gssize(text.size()), nullptr)) convert("ISO-8859-1");
  return text;
}

std::string trimmed(const std::string& line) {
  size_t end = line.find_last_not_of(" \t\r");
  return end == std::string::npos ? "" : line.substr(0, end + 1);
}

}  // namespace

std::vector<std::string> read_labels(const std::string& path, unsigned num_classes,
                                     std::vector<std::string>& warnings) {
  std::vector<std::string> labels;
  std::istringstream lines(read_label_text(path, warnings));
  for (std::string line; labels.size() < num_classes && std::getline(lines, line);) {
    labels.push_back(trimmed(line));
  }
  if (labels.size() < num_classes) {
    warnings.push_back(path + ": expected " + std::to_string(num_classes) +
                       " labels (num-detected-classes), one a line, got " +
                       std::to_string(labels.size()) + "; the classes after them have no label.");
    labels.resize(num_classes);
  }
  return labels;
}

std::vector<std::vector<std::string>> read_layer_labels(const std::string& path,
                                                        std::optional<size_t> num_layers,
                                                        std::vector<std::string>& warnings) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(read_label_text(path, warnings));
  for (std::string line; std::getline(lines, line);) {
    auto& row = rows.emplace_back();
    std::istringstream cells(trimmed(line));
    for (std::string cell; std::getline(cells, cell, ';');) row.push_back(cell);
  }
  while (!rows.empty() && rows.back().empty()) rows.pop_back();
  if (num_layers.value_or(1) == 1 && rows.size() > 1) {
    if (std::ranges::all_of(rows, [](const auto& row) { return row.size() <= 1; })) {
      if (num_layers) {
        warnings.push_back(path +
                           ": a class on each line is read as the classes of the one output "
                           "layer. Write them on one line, separated by ;.");
      }
      std::vector<std::string> row;
      for (const auto& r : rows) row.push_back(r.empty() ? "" : r[0]);
      return {row};
    }
  }
  if (num_layers && rows.size() != *num_layers) {
    warnings.push_back(path + ": expected " + std::to_string(*num_layers) +
                       (num_layers == 1 ? " line, one" : " lines, one") +
                       " an output layer, its labels separated by ;, got " +
                       std::to_string(rows.size()) +
                       ". Correct the file; what has no label there is told by its number only.");
  }
  return rows;
}

std::vector<int> parse_id_list(const std::string& text, const std::string& what) {
  std::vector<int> ids;
  std::string spaced = text;
  std::ranges::replace(spaced, ';', ' ');
  std::ranges::replace(spaced, ':', ' ');
  std::istringstream words(spaced);
  for (std::string word; words >> word;) {
    int id = 0;
    auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || end != word.data() + word.size() || id < 0) {
      std::string sentence = what;
      sentence.append(": expected class ids separated by ;, got \"").append(text);
      fail_settings(sentence.append("\". Write for example 0;2."));
    }
    ids.push_back(id);
  }
  return ids;
}

}  // namespace thalweg
