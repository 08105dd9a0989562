#pragma once

#include <glib-object.h>

#include <map>
#include <set>
#include <string>

#include "infer/config.h"

namespace thalweg {

/// The properties of nvinfer that stand for keys of its configuration file, and the configuration
/// that file and properties make together: a property that was set wins, whichever came first.
/// The owner guards it.
class Settings {
 public:
  enum Property : guint {
    kUniqueId = 1,
    kProcessMode,
    kConfigFilePath,
    kBatchSize,
    kInterval,
    kInferOnGieId,
    kInferOnClassIds,
    kFilterOutClassIds,
    kModelEngineFile,
    kRawOutputFileWrite,
    kOutputTensorMeta,
    kOutputInstanceMask,
    kInputTensorMeta,
    kClipObjectOutsideRoi,
    kCropObjectsToRoi,
    kEnd,
  };
  static void install(GObjectClass* klass);

  /// Stores or gives a property; false if `id` is not one of these.
  bool set(guint id, const GValue* value);
  bool get(guint id, GValue* value) const;

  const InferConfig& config() const { return config_; }
  void set_interval(unsigned interval) { config_.interval = interval; }
  /// The engine of the property runs from now on, not the model of the file.
  void let_engine_replace_model() { engine_replaces_model_ = true; }
  /// Goes back to a config() from before read().
  void restore(const InferConfig& config) { config_ = config; }
  /// Reads the file again, under the properties that were set. @throws InferError
  void read(ConfigNotes& notes);

 private:
  InferConfig config_;
  std::set<guint> set_by_program_;
  std::map<guint, std::string> id_lists_;  // as they were written
  bool engine_replaces_model_ = false;
};

}  // namespace thalweg
