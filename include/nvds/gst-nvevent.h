// Events of the batching elements, one family: serialized, sticky, one per source. They tell the
// elements downstream of a muxer which sources come, go, end, restart.
//
// gst_nvevent_new_*: a new event, owned by the caller, to be pushed from the streaming thread.
// gst_nvevent_parse_*: reads the fields; strings and segments belong to the event.
#pragma once

#include <gst/gst.h>

#ifdef __cplusplus
extern "C" {
#endif

#define THALWEG_STICKY_EVENT(number)                                                  \
  GST_EVENT_MAKE_TYPE(number, GST_EVENT_TYPE_DOWNSTREAM | GST_EVENT_TYPE_SERIALIZED | \
                                  GST_EVENT_TYPE_STICKY | GST_EVENT_TYPE_STICKY_MULTI)

typedef enum {
  GST_NVEVENT_PAD_ADDED = THALWEG_STICKY_EVENT(400),
  GST_NVEVENT_PAD_DELETED = THALWEG_STICKY_EVENT(401),
  GST_NVEVENT_STREAM_EOS = THALWEG_STICKY_EVENT(402),
  GST_NVEVENT_STREAM_SEGMENT = THALWEG_STICKY_EVENT(403),
  GST_NVEVENT_STREAM_RESET = THALWEG_STICKY_EVENT(404),
  GST_NVEVENT_STREAM_START = THALWEG_STICKY_EVENT(405),
  GST_NVEVENT_UPDATE_CAPS = THALWEG_STICKY_EVENT(406),
} GstNvEventType;

GstEvent* gst_nvevent_new_pad_added(guint source_id);
GstEvent* gst_nvevent_new_pad_deleted(guint source_id);
GstEvent* gst_nvevent_new_stream_eos(guint source_id);
GstEvent* gst_nvevent_new_stream_segment(guint source_id, GstSegment* segment);
GstEvent* gst_nvevent_new_stream_reset(guint source_id);
GstEvent* gst_nvevent_new_stream_start(guint source_id, gchar* stream_id);
GstEvent* gst_nvevent_new_update_caps(guint pad_id, guint width_val, guint height_val,
                                      GstStructure* caps_str, gchar* stream_id_str,
                                      gboolean is_audio);

void gst_nvevent_parse_pad_added(GstEvent* event, guint* source_id);
void gst_nvevent_parse_pad_deleted(GstEvent* event, guint* source_id);
void gst_nvevent_parse_stream_eos(GstEvent* event, guint* source_id);
void gst_nvevent_parse_stream_segment(GstEvent* event, guint* source_id, GstSegment** segment);
void gst_nvevent_parse_stream_reset(GstEvent* event, guint* source_id);
void gst_nvevent_parse_stream_start(GstEvent* event, guint* source_id, gchar** stream_id);

#ifdef __cplusplus
}
#endif
