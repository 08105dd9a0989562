// The custom events of gst-nvevent.h and gst-nvdscustomevent.h.
#include "gst-nvdscustomevent.h"
#include "gst-nvevent.h"

namespace {

// A pad keeps one sticky event for each type and structure name. So the name holds the source: a
// source's new event replaces its old one, and those of other sources stay.
template <typename... Fields>
GstEvent* source_event(GstNvEventType type, const char* name, guint source_id, Fields... fields) {
  gchar* full_name = g_strdup_printf("nv-%s-%u", name, source_id);
  GstStructure* structure =
      gst_structure_new(full_name, "source-id", G_TYPE_UINT, source_id, fields..., nullptr);
  g_free(full_name);
  return gst_event_new_custom(static_cast<GstEventType>(type), structure);
}

template <typename... Fields>
GstEvent* control_event(GstNvDsCustomEventType type, const char* name, Fields... fields) {
  return gst_event_new_custom(static_cast<GstEventType>(type),
                              gst_structure_new(name, fields..., nullptr));
}

// The event's structure if it is of the type, else nullptr and a critical warning.
template <typename Type>
const GstStructure* fields_of(GstEvent* event, Type type) {
  g_return_val_if_fail(GST_IS_EVENT(event), nullptr);
  g_return_val_if_fail(GST_EVENT_TYPE(event) == static_cast<GstEventType>(type), nullptr);
  return gst_event_get_structure(event);
}

void parse_source(GstEvent* event, GstNvEventType type, guint* source_id) {
  const GstStructure* fields = fields_of(event, type);
  if (fields != nullptr && source_id != nullptr) {
    gst_structure_get_uint(fields, "source-id", source_id);
  }
}

void get_string(const GstStructure* fields, const char* name, gchar** value) {
  if (value != nullptr) *value = g_strdup(gst_structure_get_string(fields, name));
}

void get_uint(const GstStructure* fields, const char* name, guint* value) {
  if (value != nullptr) gst_structure_get_uint(fields, name, value);
}

}  // namespace

#pragma GCC visibility push(default)

GstEvent* gst_nvevent_new_pad_added(guint source_id) {
  return source_event(GST_NVEVENT_PAD_ADDED, "pad-added", source_id);
}

GstEvent* gst_nvevent_new_pad_deleted(guint source_id) {
  return source_event(GST_NVEVENT_PAD_DELETED, "pad-deleted", source_id);
}

GstEvent* gst_nvevent_new_stream_eos(guint source_id) {
  return source_event(GST_NVEVENT_STREAM_EOS, "stream-eos", source_id);
}

GstEvent* gst_nvevent_new_stream_segment(guint source_id, GstSegment* segment) {
  return source_event(GST_NVEVENT_STREAM_SEGMENT, "stream-segment", source_id, "segment",
                      GST_TYPE_SEGMENT, segment);
}

GstEvent* gst_nvevent_new_stream_reset(guint source_id) {
  return source_event(GST_NVEVENT_STREAM_RESET, "stream-reset", source_id);
}

GstEvent* gst_nvevent_new_stream_start(guint source_id, gchar* stream_id) {
  return source_event(GST_NVEVENT_STREAM_START, "stream-start", source_id, "stream-id",
                      G_TYPE_STRING, stream_id);
}

GstEvent* gst_nvevent_new_update_caps(guint pad_id, guint width_val, guint height_val,
                                      GstStructure* caps_str, gchar* stream_id_str,
                                      gboolean is_audio) {
  return source_event(GST_NVEVENT_UPDATE_CAPS, "update-caps", pad_id, "stream-id", G_TYPE_UINT,
                      pad_id, "width-val", G_TYPE_UINT, width_val, "height-val", G_TYPE_UINT,
                      height_val, "caps-str", GST_TYPE_STRUCTURE, caps_str, "stream-id-str",
                      G_TYPE_STRING, stream_id_str, "is-audio", G_TYPE_BOOLEAN, is_audio);
}

void gst_nvevent_parse_pad_added(GstEvent* event, guint* source_id) {
  parse_source(event, GST_NVEVENT_PAD_ADDED, source_id);
}

void gst_nvevent_parse_pad_deleted(GstEvent* event, guint* source_id) {
  parse_source(event, GST_NVEVENT_PAD_DELETED, source_id);
}

void gst_nvevent_parse_stream_eos(GstEvent* event, guint* source_id) {
  parse_source(event, GST_NVEVENT_STREAM_EOS, source_id);
}

void gst_nvevent_parse_stream_segment(GstEvent* event, guint* source_id, GstSegment** segment) {
  const GstStructure* fields = fields_of(event, GST_NVEVENT_STREAM_SEGMENT);
  if (fields == nullptr) return;
  get_uint(fields, "source-id", source_id);
  if (segment != nullptr) {
    *segment =
        static_cast<GstSegment*>(g_value_get_boxed(gst_structure_get_value(fields, "segment")));
  }
}

void gst_nvevent_parse_stream_reset(GstEvent* event, guint* source_id) {
  parse_source(event, GST_NVEVENT_STREAM_RESET, source_id);
}

void gst_nvevent_parse_stream_start(GstEvent* event, guint* source_id, gchar** stream_id) {
  const GstStructure* fields = fields_of(event, GST_NVEVENT_STREAM_START);
  if (fields == nullptr) return;
  get_uint(fields, "source-id", source_id);
  if (stream_id != nullptr) {
    *stream_id = const_cast<gchar*>(gst_structure_get_string(fields, "stream-id"));
  }
}

GstEvent* gst_nvevent_new_roi_update(gchar* stream_id, guint roi_count, RoiDimension* roi_dim) {
  g_return_val_if_fail(roi_count == 0 || roi_dim != nullptr, nullptr);
  GstEvent* event = control_event(GST_NVEVENT_ROI_UPDATE, "nv-roi-update", "stream_id",
                                  G_TYPE_STRING, stream_id, "roi-count", G_TYPE_UINT, roi_count);
  GBytes* rois = g_bytes_new(roi_dim, roi_count * sizeof(RoiDimension));
  gst_structure_set(gst_event_writable_structure(event), "rois", G_TYPE_BYTES, rois, nullptr);
  g_bytes_unref(rois);
  return event;
}

void gst_nvevent_parse_roi_update(GstEvent* event, gchar** stream_id, guint* roi_count,
                                  RoiDimension** roi_dim) {
  const GstStructure* fields = fields_of(event, GST_NVEVENT_ROI_UPDATE);
  if (fields == nullptr) return;
  get_string(fields, "stream_id", stream_id);
  get_uint(fields, "roi-count", roi_count);
  if (roi_dim != nullptr) {
    gsize size = 0;
    auto* rois = static_cast<GBytes*>(g_value_get_boxed(gst_structure_get_value(fields, "rois")));
    gconstpointer data = g_bytes_get_data(rois, &size);
    *roi_dim = static_cast<RoiDimension*>(g_memdup2(data, size));
  }
}

GstEvent* gst_nvevent_infer_interval_update(gchar* stream_id, guint interval) {
  return control_event(GST_NVEVENT_INFER_INTERVAL_UPDATE, "nv-infer-interval-update", "stream_id",
                       G_TYPE_STRING, stream_id, "interval", G_TYPE_UINT, interval);
}

void gst_nvevent_parse_infer_interval_update(GstEvent* event, gchar** stream_id, guint* interval) {
  const GstStructure* fields = fields_of(event, GST_NVEVENT_INFER_INTERVAL_UPDATE);
  if (fields == nullptr) return;
  get_string(fields, "stream_id", stream_id);
  get_uint(fields, "interval", interval);
}

GstEvent* gst_nvevent_osd_process_mode_update(gchar* stream_id, guint process_mode) {
  return control_event(GST_NVEVENT_OSD_PROCESS_MODE_UPDATE, "nv-osd-process-mode-update",
                       "stream_id", G_TYPE_STRING, stream_id, "process_mode", G_TYPE_UINT,
                       process_mode);
}

void gst_nvevent_parse_osd_process_mode_update(GstEvent* event, gchar** stream_id,
                                               guint* process_mode) {
  const GstStructure* fields = fields_of(event, GST_NVEVENT_OSD_PROCESS_MODE_UPDATE);
  if (fields == nullptr) return;
  get_string(fields, "stream_id", stream_id);
  get_uint(fields, "process_mode", process_mode);
}

GstEvent* gst_nvevent_analytics_reload_config_update(gchar* config_file_path) {
  return control_event(GST_NVEVENT_ANALYTICS_RELOAD_CONFIG_UPDATE,
                       "nv-analytics-reload_config-update", "config_file_path", G_TYPE_STRING,
                       config_file_path);
}

void gst_nvevent_parse_analytics_reload_config_update(GstEvent* event, gchar** config_file_path) {
  const GstStructure* fields = fields_of(event, GST_NVEVENT_ANALYTICS_RELOAD_CONFIG_UPDATE);
  if (fields != nullptr) get_string(fields, "config_file_path", config_file_path);
}

GstEvent* gst_nvevent_nvtracker_config_update(gchar* stream_id, gchar* config_path) {
  return control_event(GST_NVEVENT_NVTRACKER_CONFIG_UPDATE, "nv-tracker-config-update", "stream_id",
                       G_TYPE_STRING, stream_id, "config_path", G_TYPE_STRING, config_path);
}

void gst_nvevent_parse_nvtracker_config_update(GstEvent* event, gchar** stream_id,
                                               gchar** config_path) {
  const GstStructure* fields = fields_of(event, GST_NVEVENT_NVTRACKER_CONFIG_UPDATE);
  if (fields == nullptr) return;
  get_string(fields, "stream_id", stream_id);
  get_string(fields, "config_path", config_path);
}

#pragma GCC visibility pop
