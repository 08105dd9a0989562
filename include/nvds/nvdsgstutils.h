// Set-up of sources.
#pragma once

#include <gst/gst.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes an RTSP source give the sender's time with each buffer, from RTCP sender reports: as a
 * GstReferenceTimestampMeta of caps timestamp/x-ntp, which nvstreammux with attach-sys-ts=FALSE
 * turns into ntp_timestamp. `src_elem` is an rtspsrc, or a bin that has one or will have one when
 * it starts (uridecodebin). Does nothing to other sources. Any thread.
 */
void configure_source_for_ntp_sync(GstElement* src_elem);

#ifdef __cplusplus
}
#endif
