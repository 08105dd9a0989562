#include "elements/nvinfer/settings.h"

#include <gst/gst.h>

#include <algorithm>
#include <variant>

#include "elements/property_values.h"

namespace thalweg {
namespace {

using C = InferConfig;
using Member = std::variant<bool C::*, int C::*, unsigned C::*, std::string C::*>;

struct Key {
  guint id;
  Member member;
};
const Key kKeys[] = {
    {Settings::kUniqueId, &C::gie_unique_id},
    {Settings::kProcessMode, &C::process_mode},
    {Settings::kBatchSize, &C::batch_size},
    {Settings::kInterval, &C::interval},
    {Settings::kInferOnGieId, &C::operate_on_gie_id},
    {Settings::kModelEngineFile, &C::model_engine_file},
    {Settings::kRawOutputFileWrite, &C::raw_output_file_write},
    {Settings::kOutputTensorMeta, &C::output_tensor_meta},
    {Settings::kOutputInstanceMask, &C::output_instance_mask},
    {Settings::kInputTensorMeta, &C::input_tensor_from_meta},
    {Settings::kClipObjectOutsideRoi, &C::clip_object_outside_roi},
    {Settings::kCropObjectsToRoi, &C::crop_objects_to_roi},
};

/// Properties that are lists of ids, written as text.
struct IdList {
  guint id;
  const char *name, *separator;
  std::vector<int> C::*member;
};
const IdList kIdLists[] = {
    {Settings::kInferOnClassIds, "infer-on-class-ids", ":", &C::operate_on_class_ids},
    {Settings::kFilterOutClassIds, "filter-out-class-ids", ";", &C::filter_out_class_ids},
};

constexpr GEnumValue kProcessModes[] = {{1, "Primary (full frame)", "primary"},
                                        {2, "Secondary (objects)", "secondary"},
                                        {0, nullptr, nullptr}};

void give(GValue* value, const std::string& from) { g_value_set_string(value, from.c_str()); }

}  // namespace

bool Settings::set(guint id, const GValue* value) {
  if (id == kConfigFilePath) {
    take(value, config_.path);
    engine_replaces_model_ = false;
    return true;
  }
  if (id == 0 || id >= kEnd) return false;
  set_by_program_.insert(id);
  if (std::ranges::count(kIdLists, id, &IdList::id)) {
    take(value, id_lists_[id]);
  } else {
    const Key* key = std::ranges::find(kKeys, id, &Key::id);
    std::visit([&](auto member) { take(value, config_.*member); }, key->member);
  }
  return true;
}

bool Settings::get(guint id, GValue* value) const {
  if (id == 0 || id >= kEnd) return false;
  if (id == kConfigFilePath) {
    g_value_set_string(value, config_.path.c_str());
  } else if (std::ranges::count(kIdLists, id, &IdList::id)) {
    auto found = id_lists_.find(id);
    g_value_set_string(value, found == id_lists_.end() ? "" : found->second.c_str());
  } else {
    const Key* key = std::ranges::find(kKeys, id, &Key::id);
    std::visit([&](auto member) { give(value, config_.*member); }, key->member);
  }
  return true;
}

void Settings::read(ConfigNotes& notes) {
  InferConfig fresh = load_config(config_.path, notes);
  for (const auto& [id, member] : kKeys) {
    if (!set_by_program_.contains(id)) continue;
    std::visit([&](auto m) { fresh.*m = config_.*m; }, member);
  }
  for (const auto& list : kIdLists) {
    std::string& text = id_lists_[list.id];
    if (set_by_program_.contains(list.id)) {
      fresh.*list.member = parse_id_list(text, list.name);
      continue;
    }
    text.clear();
    for (int id : fresh.*list.member) {
      text += (text.empty() ? "" : list.separator) + std::to_string(id);
    }
  }
  if (engine_replaces_model_) fresh.onnx_file.clear();
  substitute_model(fresh);
  config_ = fresh;
}

void Settings::install(GObjectClass* klass) {
  const auto flags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  const auto playing = GParamFlags(flags | GST_PARAM_MUTABLE_PLAYING);
  const auto ready = GParamFlags(flags | GST_PARAM_MUTABLE_READY);
  auto install = [&](guint id, GParamSpec* spec) {
    g_object_class_install_property(klass, id, spec);
  };
  auto flag = [&](guint id, const char* name, const char* blurb, gboolean value) {
    install(id, g_param_spec_boolean(name, name, blurb, value, ready));
  };
  auto text = [&](guint id, const char* name, const char* blurb, GParamFlags when) {
    install(id, g_param_spec_string(name, name, blurb, "", when));
  };
  install(kUniqueId,
          g_param_spec_uint("unique-id", "unique-id", "Component id written into the objects", 0,
                            G_MAXUINT, 15, playing));
  install(kProcessMode,
          g_param_spec_enum(
              "process-mode", "process-mode", "Whole frames, or the objects that others found",
              g_enum_register_static("GstNvInferProcessModeType", kProcessModes), 1, ready));
  text(kConfigFilePath, "config-file-path",
       "Configuration file; another one while playing changes the model", playing);
  install(kBatchSize, g_param_spec_uint("batch-size", "batch-size", "Frames or objects in a batch",
                                        1, 1024, 1, ready));
  install(kInterval, g_param_spec_uint(
                         "interval", "interval",
                         "Primary mode: batches passed without inference after each inferred one",
                         0, G_MAXINT, 0, playing));
  install(kInferOnGieId,
          g_param_spec_int("infer-on-gie-id", "infer-on-gie-id",
                           "Secondary mode: objects of this component only, -1 for all", -1,
                           G_MAXINT, -1, ready));
  text(kInferOnClassIds, "infer-on-class-ids", "Secondary mode: these classes only, written 0:2:3",
       ready);
  text(kFilterOutClassIds, "filter-out-class-ids",
       "Classes whose objects are dropped, written 0;2;3", ready);
  text(kModelEngineFile, "model-engine-file",
       "Engine whose ONNX model beside it is run when there is no onnx-file; another one while "
       "playing changes the model",
       playing);
  flag(kRawOutputFileWrite, "raw-output-file-write",
       "Write the layers of each batch to files in the folder of the process", FALSE);
  flag(kOutputTensorMeta, "output-tensor-meta",
       "Attach the output layers to frames, or to objects, as NvDsInferTensorMeta", FALSE);
  flag(kOutputInstanceMask, "output-instance-mask", "With network-type=3: give objects their masks",
       FALSE);
  flag(kInputTensorMeta, "input-tensor-meta",
       "Take the tensors that nvdspreprocess made, not pixels", FALSE);
  flag(kClipObjectOutsideRoi, "clip-object-outside-roi",
       "With input-tensor-meta: clip boxes to the region", TRUE);
  flag(kCropObjectsToRoi, "crop-objects-to-roi-boundary",
       "Crop boxes to roi-top-offset and roi-bottom-offset instead of dropping those beyond",
       FALSE);
  gst_type_mark_as_plugin_api(g_type_from_name("GstNvInferProcessModeType"), GstPluginAPIFlags(0));
}

}  // namespace thalweg
