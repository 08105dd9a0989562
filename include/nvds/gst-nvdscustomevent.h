// Events that change an element's settings while the pipeline runs. Strings belong to the event
// after parsing is done with them: parse gives copies that the caller frees with g_free.
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

#ifdef __cplusplus
}
#endif
