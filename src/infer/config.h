#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "infer/ini.h"

namespace thalweg {

using Rgba = std::array<float, 4>;  ///< 0..1 each

/// What a class of the detector is held to; lengths in frame pixels. A maximum of 0 is no limit.
struct ClassAttributes {
  float pre_cluster_threshold = 0.2f;
  float post_cluster_threshold = 0;
  float nms_iou_threshold = 0.3f;
  int topk = -1;  ///< -1 = all
  float eps = 0;
  int group_threshold = 0;
  int min_boxes = 0;
  float dbscan_min_score = 0;
  unsigned roi_top_offset = 0, roi_bottom_offset = 0;
  unsigned min_width = 0, min_height = 0, max_width = 0, max_height = 0;
  Rgba border_color = {1, 0, 0, 1};
  bool has_bg_color = false;
  Rgba bg_color = {0, 0, 0, 0};
};

enum class ClusterMode { kGroupRectangles, kDbscan, kNms, kDbscanNms, kNone };
enum class NetworkMode { kFp32, kInt8, kFp16, kBest };

/// Configuration of one inference element: key names and defaults of config-file-path's file.
/// Paths are absolute or relative to the process after load_config().
struct InferConfig {
  std::string path;                     ///< of the file
  std::vector<std::string> keys_given;  ///< in [property]

  std::string onnx_file, model_engine_file;
  std::string other_model;  ///< "key=path" of a model format that cannot run here
  std::string substituted;  ///< says so when another model, or none, took the place of the file's
  bool passes_through = false;        ///< there is no model: frames are not looked at
  std::array<int, 2> network_size{};  ///< width, height that programs know of the model and that
                                      ///< its boxes count in, where its input has others; else 0
  std::string labelfile_path, mean_file;
  std::string custom_lib_path, parse_bbox_func_name;
  std::string output_blob_names;  ///< separated by ;
  std::vector<float> offsets;
  std::vector<int> infer_dims;  ///< c;h;w or empty
  std::vector<int> filter_out_class_ids;
  std::vector<int> operate_on_class_ids;  ///< secondary: of these classes only; empty = all

  unsigned gie_unique_id = 15;
  int process_mode = 1;
  unsigned batch_size = 1;
  unsigned interval = 0;
  static constexpr int kNoReinference = std::numeric_limits<int>::max();
  int secondary_reinfer_interval = kNoReinference;  ///< frames until a track is asked again
  unsigned input_object_min_width = 0, input_object_min_height = 0;  ///< frame pixels
  unsigned input_object_max_width = 0, input_object_max_height = 0;  ///< 0 = no limit
  int operate_on_gie_id = -1;  ///< secondary: objects of this component only; -1 = of any
  int network_mode = 0;        ///< a NetworkMode
  int network_type = 0;
  unsigned num_detected_classes = 0;
  float net_scale_factor = 1;
  int model_color_format = 0;   ///< 0 RGB, 1 BGR, 2 GRAY
  int network_input_order = 0;  ///< 0 NCHW, 1 NHWC
  int scaling_filter = 6;
  int cluster_mode = 0;  ///< a ClusterMode
  bool is_classifier = false;
  float classifier_threshold = 0;
  bool classifier_async_mode = false;  ///< secondary: frames do not wait for the classifier
  std::string classifier_type;
  std::string parse_classifier_func_name;
  float segmentation_threshold = 0;
  int segmentation_output_order = 0;  ///< 0 CHW, 1 HWC
  std::string parse_segmentation_func_name, parse_bbox_instance_mask_func_name;
  bool enable_dbscan = false;
  bool maintain_aspect_ratio = false;
  bool symmetric_padding = false;
  bool input_tensor_from_meta = false;
  bool output_tensor_meta = false;
  bool output_instance_mask = false;
  bool raw_output_file_write = false;
  bool dump_input_tensor = false, dump_output_tensor = false;
  bool overwrite_input_tensor = false, overwrite_output_tensor = false;
  std::string ip_tensor_file;                ///< read in the place of the input
  std::vector<std::string> op_tensor_files;  ///< of the outputs whose names they begin with
  unsigned stabilize_buffer_count = 0;       ///< buffers that pass first, without inference
  bool clip_object_outside_roi = true, crop_objects_to_roi = false;

  std::vector<ClassAttributes> classes;  ///< num_detected_classes
};

/// Text that is no error: unknown keys (a warning), keys that mean nothing on a CPU (a note).
struct ConfigNotes {
  static constexpr size_t kMaxWarnings = 100;
  std::vector<std::string> warnings;  ///< the first kMaxWarnings, and how many more there are
  std::vector<std::string> notes;
  size_t unsaid = 0;  ///< warnings beyond those
};

/// A key of a group, [property] or [class-attrs-...].
struct KnownKey {
  std::string group, name;
  std::string ignored;  ///< why it has no effect here; "" where it has
};
/// All that load_config() knows, in the order of its tables.
std::vector<KnownKey> known_keys();

/// Reads and checks a configuration file, YAML if its name ends in .yml or .yaml. Relative paths in
/// it count from its folder, those of DeepStream's installation are looked for in Thalweg's
/// (find_file.h).
/// @throws InferError naming file, line, group, key, what was expected, what it got and what to do.
InferConfig load_config(const std::string& path, ConfigNotes& notes);

/// Puts ours in the place of a model that is not there, where that is wanted and one is known
/// (substitutes.h), or, for a secondary, nothing. Done after properties of the element have
/// replaced values. @throws InferError when the table of substitutes cannot be read.
void substitute_model(InferConfig& config);

/// A sentence for each key given that has no effect in this configuration (interval on a secondary,
/// classifier-threshold on a detector, ...), for the log.
std::vector<std::string> idle_keys(const InferConfig& config);

/// Checks that span keys, done after properties of the element have replaced values: what this
/// version can do, and that there is a model. @throws InferError
void check_config(const InferConfig& config);

/// The model to run: onnx-file, else the ONNX of the engine's stem (X.onnx_b1_gpu0_fp32.engine or
/// X.engine -> X.onnx), with a warning. @throws InferError when there is none.
std::string model_path(const InferConfig& config, std::vector<std::string>& warnings);

/// Labels of a detector, one a line, `num_classes` of them (missing ones are empty, with a
/// warning). Text that is not UTF-8 is read as UTF-16 (by its mark) or Latin-1, with a warning.
/// @throws InferError when the file cannot be read.
std::vector<std::string> read_labels(const std::string& path, unsigned num_classes,
                                     std::vector<std::string>& warnings);

/// Labels of a classifier: a line for each output layer, the labels of its classes separated by ;.
/// Where there is one layer only, lines without ; are a class each, with a warning. Without a
/// number of layers, any number of lines will do, and lines without ; need no warning. Else as
/// above.
std::vector<std::vector<std::string>> read_layer_labels(const std::string& path,
                                                        std::optional<size_t> num_layers,
                                                        std::vector<std::string>& warnings);

/// Parses "0;2;3" or "0:2:3", as properties with class ids are written.
/// @throws InferError naming `what` when an item is no number.
std::vector<int> parse_id_list(const std::string& text, const std::string& what);

}  // namespace thalweg
