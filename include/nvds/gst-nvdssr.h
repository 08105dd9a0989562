// Smart recording: what the signal sr-done of nvurisrcbin tells about a file.
#pragma once

#include <assert.h>
#include <gst/gst.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct NvDsSRContext NvDsSRContext;  // not used: nvurisrcbin gives NULL
typedef guint32 NvDsSRSessionId;

typedef enum { NVDSSR_CONTAINER_MP4, NVDSSR_CONTAINER_MKV } NvDsSRContainerType;

// A recording that is complete. Belongs to the element and lives as long as the signal's emission.
typedef struct NvDsSRRecordingInfo {
  NvDsSRContext* ctx;
  NvDsSRSessionId sessionId;
  gchar* filename;   // name within dirpath
  gchar* dirpath;    // its folder
  guint64 duration;  // in milliseconds
  NvDsSRContainerType containerType;
  guint width;  // in pixels
  guint height;
  gboolean containsVideo;
  guint channels;
  guint samplingRate;  // in Hz
  gboolean containsAudio;
} NvDsSRRecordingInfo;

static_assert(sizeof(NvDsSRRecordingInfo) == 72, "NvDsSRRecordingInfo: size");
static_assert(offsetof(NvDsSRRecordingInfo, sessionId) == 8, "NvDsSRRecordingInfo: offset");
static_assert(offsetof(NvDsSRRecordingInfo, duration) == 32, "NvDsSRRecordingInfo: offset");
static_assert(offsetof(NvDsSRRecordingInfo, containsAudio) == 64, "NvDsSRRecordingInfo: offset");

#ifdef __cplusplus
}
#endif
