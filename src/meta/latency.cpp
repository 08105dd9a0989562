// Latency measurement. Elements stamp a buffer when it enters and leaves them; the stamps are user
// metas of the batch. Switched on by environment variables, read once.
#include <algorithm>
#include <chrono>
#include <string_view>

#include "gstnvdsmeta.h"
#include "nvds_latency_meta_internal.h"

GST_DEBUG_CATEGORY_STATIC(latency_debug);
#define GST_CAT_DEFAULT latency_debug

namespace {

void init_debug() {
  static const bool done = [] {
    GST_DEBUG_CATEGORY_INIT(latency_debug, "nvdslatency", 0, "Latency measurement");
    return true;
  }();
  static_cast<void>(done);
}

bool is_set(const char* variable) { return g_getenv(variable) != nullptr; }

// Calls `visit` with each latency entry of the batch, until it returns true.
template <typename Visit>
void for_each_entry(const NvDsBatchMeta* batch, Visit visit) {
  for (GList* node = batch->batch_user_meta_list; node != nullptr; node = node->next) {
    auto* user = static_cast<NvDsUserMeta*>(node->data);
    if (user->base_meta.meta_type != NVDS_LATENCY_MEASUREMENT_META) continue;
    if (visit(static_cast<NvDsMetaCompLatency*>(user->user_meta_data))) return;
  }
}

bool of_decoder(const NvDsMetaCompLatency& entry) {
  const std::string_view name = entry.component_name;
  return name.starts_with("nvv4l2decoder") || name.starts_with("audiodecoder");
}

bool of_muxer(const NvDsMetaCompLatency& entry) {
  return std::string_view(entry.component_name).starts_with("nvstreammux-");
}

// The decoder's entry of a muxer's entry: of the same frame, or the last one there is.
const NvDsMetaCompLatency* decoder_of(const NvDsBatchMeta* batch, const NvDsMetaCompLatency& mux) {
  const NvDsMetaCompLatency* found = nullptr;
  for_each_entry(batch, [&](const NvDsMetaCompLatency* entry) {
    if (!of_decoder(*entry)) return false;
    found = entry;
    return entry->source_id == mux.source_id && entry->frame_num == mux.frame_num;
  });
  return found;
}

// The original's lines have this gap, and people cut them up by it.
#define GAP "               "

void print_entry(const NvDsMetaCompLatency& entry) {
  const gdouble latency = entry.out_system_timestamp - entry.in_system_timestamp;
  if (of_muxer(entry)) {
    g_print("Comp name = %s source_id = %u pad_index = %u frame_num = %u" GAP
            "in_system_timestamp = %lf out_system_timestamp = %lf" GAP "component_latency = %lf\n",
            entry.component_name, entry.source_id, entry.pad_index, entry.frame_num,
            entry.in_system_timestamp, entry.out_system_timestamp, latency);
  } else {
    g_print("Comp name = %s in_system_timestamp = %lf out_system_timestamp = %lf" GAP
            "component latency= %lf\n",
            entry.component_name, entry.in_system_timestamp, entry.out_system_timestamp, latency);
  }
}

#undef GAP

}  // namespace

#pragma GCC visibility push(default)

gboolean nvds_get_enable_latency_measurement() {
  static const bool on = is_set("NVDS_ENABLE_LATENCY_MEASUREMENT");
  return on;
}

gboolean nvds_get_enable_per_component_latency_measurement() {
  static const bool on = is_set("NVDS_ENABLE_COMPONENT_LATENCY_MEASUREMENT");
  return on;
}

gboolean nvds_get_latency_measurement_silent() {
  static const bool on = is_set("NVDS_LATENCY_MEASUREMENT_SILENT");
  return on;
}

gdouble nvds_get_current_system_timestamp() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<gdouble, std::milli>(now).count();
}

void* nvds_set_latency_metadata_ptr() { return g_new0(NvDsMetaCompLatency, 1); }

gpointer nvds_copy_latency_meta(gpointer data, gpointer) {
  const auto* user = static_cast<NvDsUserMeta*>(data);
  return g_memdup2(user->user_meta_data, sizeof(NvDsMetaCompLatency));
}

void nvds_release_latency_meta(gpointer data, gpointer) {
  auto* user = static_cast<NvDsUserMeta*>(data);
  g_free(user->user_meta_data);
  user->user_meta_data = nullptr;
}

NvDsUserMeta* nvds_set_input_system_timestamp(GstBuffer* buffer, gchar* element_name) {
  if (!nvds_get_enable_latency_measurement()) return nullptr;
  NvDsBatchMeta* batch = gst_buffer_get_nvds_batch_meta(buffer);
  if (batch == nullptr) {
    init_debug();
    GST_DEBUG("buffer %p has no batch meta: %s is not measured", buffer, element_name);
    return nullptr;
  }
  NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(batch);
  g_return_val_if_fail(user != nullptr, nullptr);
  auto* entry = static_cast<NvDsMetaCompLatency*>(nvds_set_latency_metadata_ptr());
  g_strlcpy(entry->component_name, element_name, sizeof entry->component_name);
  entry->in_system_timestamp = nvds_get_current_system_timestamp();
  user->user_meta_data = entry;
  user->base_meta.meta_type = NVDS_LATENCY_MEASUREMENT_META;
  user->base_meta.copy_func = nvds_copy_latency_meta;
  user->base_meta.release_func = nvds_release_latency_meta;
  nvds_add_user_meta_to_batch(batch, user);
  return user;
}

gboolean nvds_set_output_system_timestamp(GstBuffer* buffer, gchar* element_name) {
  if (!nvds_get_enable_latency_measurement()) return FALSE;
  NvDsBatchMeta* batch = gst_buffer_get_nvds_batch_meta(buffer);
  if (batch == nullptr) return FALSE;
  gboolean found = FALSE;
  for_each_entry(batch, [&](NvDsMetaCompLatency* entry) {
    if (std::string_view(entry->component_name) != element_name) return false;
    entry->out_system_timestamp = nvds_get_current_system_timestamp();
    found = TRUE;
    return false;
  });
  return found;
}

guint nvds_measure_buffer_latency(GstBuffer* buf, NvDsFrameLatencyInfo* latency_info) {
  NvDsBatchMeta* batch = gst_buffer_get_nvds_batch_meta(buf);
  if (!nvds_get_enable_latency_measurement() || batch == nullptr) {
    init_debug();
    GST_DEBUG("buffer %p: nothing measured (%s)", buf,
              batch == nullptr ? "no batch meta" : "NVDS_ENABLE_LATENCY_MEASUREMENT is not set");
    return 0;
  }
  g_return_val_if_fail(latency_info != nullptr, 0);
  const bool print =
      nvds_get_enable_per_component_latency_measurement() && !nvds_get_latency_measurement_silent();
  const gdouble now = nvds_get_current_system_timestamp();
  guint count = 0;
  nvds_acquire_meta_lock(batch);
  for_each_entry(batch, [&](const NvDsMetaCompLatency* entry) {
    if (print) print_entry(*entry);
    if (!of_muxer(*entry)) return false;
    const NvDsMetaCompLatency* decoder = decoder_of(batch, *entry);
    const gdouble start =
        decoder != nullptr ? decoder->in_system_timestamp : entry->in_system_timestamp;
    latency_info[count++] = {entry->source_id, entry->frame_num, start, now - start};
    return false;
  });
  nvds_release_meta_lock(batch);
  return count;
}

void nvds_add_reference_timestamp_meta(GstBuffer* buffer, gchar* element_name, guint frame_id) {
  g_return_if_fail(GST_IS_BUFFER(buffer));
  const gdouble now = nvds_get_current_system_timestamp();
  // Before the muxer there is no batch meta: the entry travels as fields of the timestamp's caps.
  GstCaps* caps =
      gst_caps_new_simple("any", "component_name", G_TYPE_STRING, element_name, "frame_num",
                          G_TYPE_INT, static_cast<gint>(frame_id), "in_timestamp", G_TYPE_DOUBLE,
                          now, "out_timestamp", G_TYPE_DOUBLE, now, nullptr);
  gst_buffer_add_reference_timestamp_meta(buffer, caps, 0, 0);
  gst_caps_unref(caps);
}

#pragma GCC visibility pop
