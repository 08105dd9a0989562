#pragma once

#include <glib-object.h>

#include <span>
#include <string>
#include <variant>

namespace thalweg {

/// What the properties of nvstreammux say, with the defaults of its legacy form.
struct Settings {
  guint batch_size = 0;
  gint timeout_us = -1;
  guint width = 0, height = 0;  // 0: each frame keeps its own size
  bool padding = false;
  bool live = false;
  guint surfaces_per_frame = 1;
  bool attach_sys_ts = true;
  bool sync_inputs = false;
  guint64 max_latency_ns = 0;
  guint64 frame_duration_ms = G_MAXUINT64;
  bool reset_on_eos = false, reset_on_stream_reset = false;
  bool drop_pipeline_eos = false;
  bool sort_batch = false;
  bool align_inputs = false, align_first = false;
  gint ntp_tolerance_ns = 0;
  guint most_left_out = 4;
  bool cache = false;
  gint cache_timeout_us = -1;
  bool deferred_scaling = true;
  std::string config_file;  // empty: none

  static constexpr guint kWidthMultiple = 8, kHeightMultiple = 4;
  guint out_width() const { return (width + kWidthMultiple - 1) / kWidthMultiple * kWidthMultiple; }
  guint out_height() const {
    return (height + kHeightMultiple - 1) / kHeightMultiple * kHeightMultiple;
  }
};

/// A property that is a member of Settings. Its id is its place in the table, from 1 on.
struct SettingProperty {
  const char* name;
  const char* meaning;
  std::variant<bool Settings::*, gint Settings::*, guint Settings::*, guint64 Settings::*,
               std::string Settings::*>
      member;
  gint minimum = 0;               ///< of a number
  guint64 maximum = G_MAXUINT64;  ///< cut to the type's own range
  bool of_caps = false;           ///< the output's caps depend on it
  GType type = G_TYPE_UINT64;     ///< of a guint64 member
};

void install_settings(GObjectClass* klass, std::span<const SettingProperty> table,
                      const Settings& defaults);
/// The property of that id, nullptr when it is none of the table's.
const SettingProperty* find_setting(std::span<const SettingProperty> table, guint id);
void set_setting(Settings& settings, const SettingProperty& property, const GValue* value);
void get_setting(const Settings& settings, const SettingProperty& property, GValue* value);

}  // namespace thalweg
