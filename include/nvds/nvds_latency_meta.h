// Latency measurement; active when NVDS_ENABLE_LATENCY_MEASUREMENT is set in the environment.
#pragma once

#include <assert.h>
#include <glib.h>
#include <gmodule.h>
#include <gst/gst.h>
#include <stddef.h>

#include "nvdsmeta.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MAX_COMPONENT_LEN 64

/** Times of one part of a component, in milliseconds. */
typedef struct _NvDsMetaSubCompLatency {
  gchar sub_comp_name[MAX_COMPONENT_LEN];
  gdouble in_system_timestamp;
  gdouble out_system_timestamp;
} NvDsMetaSubCompLatency;

/** Times of one component, in milliseconds since the epoch; payload of a user meta. */
typedef struct _NvDsMetaCompLatency {
  gchar component_name[MAX_COMPONENT_LEN];
  gdouble in_system_timestamp;
  gdouble out_system_timestamp;
  guint source_id;
  guint frame_num;
  guint pad_index;
  NvDsMetaSubCompLatency sub_comp_latencies[16];
  guint num_sub_comps;
} NvDsMetaCompLatency;

/** Latency of one frame, in milliseconds. */
typedef struct {
  guint source_id;
  guint frame_num;
  gdouble comp_in_timestamp;
  gdouble latency;
} NvDsFrameLatencyInfo;

NvDsUserMeta* nvds_set_input_system_timestamp(GstBuffer* buffer, gchar* element_name);
gboolean nvds_set_output_system_timestamp(GstBuffer* buffer, gchar* element_name);
/** Fills `latency_info` (room for every frame of the batch); the number of entries written. */
guint nvds_measure_buffer_latency(GstBuffer* buf, NvDsFrameLatencyInfo* latency_info);
gboolean nvds_get_enable_latency_measurement(void);
void nvds_add_reference_timestamp_meta(GstBuffer* buffer, gchar* element_name, guint frame_id);
gboolean nvds_get_latency_measurement_silent(void);

#define nvds_enable_latency_measurement (nvds_get_enable_latency_measurement())
#define nvds_latency_measurement_silent (nvds_get_latency_measurement_silent())

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDsMetaSubCompLatency) == 80, "NvDsMetaSubCompLatency: size");
static_assert(offsetof(NvDsMetaSubCompLatency, sub_comp_name) == 0,
              "NvDsMetaSubCompLatency.sub_comp_name: offset");
static_assert(offsetof(NvDsMetaSubCompLatency, in_system_timestamp) == 64,
              "NvDsMetaSubCompLatency.in_system_timestamp: offset");
static_assert(offsetof(NvDsMetaSubCompLatency, out_system_timestamp) == 72,
              "NvDsMetaSubCompLatency.out_system_timestamp: offset");
static_assert(sizeof(NvDsMetaCompLatency) == 1384, "NvDsMetaCompLatency: size");
static_assert(offsetof(NvDsMetaCompLatency, component_name) == 0,
              "NvDsMetaCompLatency.component_name: offset");
static_assert(offsetof(NvDsMetaCompLatency, in_system_timestamp) == 64,
              "NvDsMetaCompLatency.in_system_timestamp: offset");
static_assert(offsetof(NvDsMetaCompLatency, out_system_timestamp) == 72,
              "NvDsMetaCompLatency.out_system_timestamp: offset");
static_assert(offsetof(NvDsMetaCompLatency, source_id) == 80,
              "NvDsMetaCompLatency.source_id: offset");
static_assert(offsetof(NvDsMetaCompLatency, frame_num) == 84,
              "NvDsMetaCompLatency.frame_num: offset");
static_assert(offsetof(NvDsMetaCompLatency, pad_index) == 88,
              "NvDsMetaCompLatency.pad_index: offset");
static_assert(offsetof(NvDsMetaCompLatency, sub_comp_latencies) == 96,
              "NvDsMetaCompLatency.sub_comp_latencies: offset");
static_assert(offsetof(NvDsMetaCompLatency, num_sub_comps) == 1376,
              "NvDsMetaCompLatency.num_sub_comps: offset");
static_assert(sizeof(NvDsFrameLatencyInfo) == 24, "NvDsFrameLatencyInfo: size");
static_assert(offsetof(NvDsFrameLatencyInfo, source_id) == 0,
              "NvDsFrameLatencyInfo.source_id: offset");
static_assert(offsetof(NvDsFrameLatencyInfo, frame_num) == 4,
              "NvDsFrameLatencyInfo.frame_num: offset");
static_assert(offsetof(NvDsFrameLatencyInfo, comp_in_timestamp) == 8,
              "NvDsFrameLatencyInfo.comp_in_timestamp: offset");
static_assert(offsetof(NvDsFrameLatencyInfo, latency) == 16,
              "NvDsFrameLatencyInfo.latency: offset");

#ifdef __cplusplus
}
#endif
