// Events that change an element's settings while the pipeline runs: serialized, downstream.
//
// gst_nvevent_*: a new event, owned by the caller. gst_nvevent_parse_*: reads the fields; strings
// and arrays are copies that the caller frees with g_free. `stream_id` names the source.
#pragma once

#include <gst/gst.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One region, in pixels of the preprocessing element's input. */
typedef struct RoiDimension {
  gchar roi_id[128];
  guint left;
  guint top;
  guint width;
  guint height;
} RoiDimension;

#define THALWEG_CONTROL_EVENT(number) \
  GST_EVENT_MAKE_TYPE(number, GST_EVENT_TYPE_DOWNSTREAM | GST_EVENT_TYPE_SERIALIZED)

typedef enum {
  GST_NVEVENT_ROI_UPDATE = THALWEG_CONTROL_EVENT(406),
  GST_NVEVENT_INFER_INTERVAL_UPDATE = THALWEG_CONTROL_EVENT(407),
  GST_NVEVENT_OSD_PROCESS_MODE_UPDATE = THALWEG_CONTROL_EVENT(408),
  GST_NVEVENT_ANALYTICS_RELOAD_CONFIG_UPDATE = THALWEG_CONTROL_EVENT(409),
  GST_NVEVENT_NVTRACKER_CONFIG_UPDATE = THALWEG_CONTROL_EVENT(410),
} GstNvDsCustomEventType;

GstEvent* gst_nvevent_new_roi_update(gchar* stream_id, guint roi_count, RoiDimension* roi_dim);
void gst_nvevent_parse_roi_update(GstEvent* event, gchar** stream_id, guint* roi_count,
                                  RoiDimension** roi_dim);

GstEvent* gst_nvevent_infer_interval_update(gchar* stream_id, guint interval);
void gst_nvevent_parse_infer_interval_update(GstEvent* event, gchar** stream_id, guint* interval);

GstEvent* gst_nvevent_osd_process_mode_update(gchar* stream_id, guint process_mode);
void gst_nvevent_parse_osd_process_mode_update(GstEvent* event, gchar** stream_id,
                                               guint* process_mode);

GstEvent* gst_nvevent_analytics_reload_config_update(gchar* config_file_path);
void gst_nvevent_parse_analytics_reload_config_update(GstEvent* event, gchar** config_file_path);

GstEvent* gst_nvevent_nvtracker_config_update(gchar* stream_id, gchar* config_path);
void gst_nvevent_parse_nvtracker_config_update(GstEvent* event, gchar** stream_id,
                                               gchar** config_path);

#ifdef __cplusplus
}
#endif
