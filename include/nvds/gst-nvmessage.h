// The element message "stream-eos": one source of a muxer has ended, the others go on.
#pragma once

#include <gst/gst.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A new message from `obj`, owned by the caller, to be posted on its bus. */
GstMessage* gst_nvmessage_new_stream_eos(GstObject* obj, guint eos_stream_id);
gboolean gst_nvmessage_is_stream_eos(GstMessage* message);
/** Reads the source's number; FALSE when the message is another one. */
gboolean gst_nvmessage_parse_stream_eos(GstMessage* message, guint* eos_stream_id);

#ifdef __cplusplus
}
#endif
