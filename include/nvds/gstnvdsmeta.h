// NvDsMeta: the GstMeta that carries a batch meta, or an element's own data, on a GstBuffer.
#pragma once

#include <assert.h>
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <stddef.h>

#include "nvds_latency_meta.h"
#include "nvdsmeta.h"

#ifdef __cplusplus
extern "C" {
#endif

GType nvds_meta_api_get_type(void);
#define NVDS_META_API_TYPE (nvds_meta_api_get_type())
const GstMetaInfo* nvds_meta_get_info(void);
#define NVDS_META_INFO (nvds_meta_get_info())

/** Tag of the meta's API type. */
#define NVDS_META_STRING "nvdsmeta"

/** meta_type of an NvDsMeta. */
typedef enum {
  NVDS_GST_INVALID_META = -1,
  NVDS_BATCH_GST_META = NVDS_GST_CUSTOM_META + 1,
  NVDS_DECODER_GST_META = NVDS_GST_CUSTOM_META + 2,
  NVDS_DEWARPER_GST_META = NVDS_GST_CUSTOM_META + 3,
  NVDS_BUFFER_GST_AS_FRAME_USER_META = NVDS_GST_CUSTOM_META + 4,
  NVDS_RESERVED_GST_META = NVDS_GST_CUSTOM_META + 4096,
  NVDS_GST_META_FORCE32 = 0x7FFFFFFF,
} GstNvDsMetaType;

/**
 * `copyfunc` runs when GStreamer copies the buffer, `freefunc` when the buffer (or the copy) dies,
 * both with (meta_data, user_data). The gst_to_nvds pair is used when the muxer turns the meta into
 * a frame user meta.
 */
typedef struct _NvDsMeta {
  GstMeta meta;
  gpointer meta_data;
  gpointer user_data;
  gint meta_type;
  NvDsMetaCopyFunc copyfunc;
  NvDsMetaReleaseFunc freefunc;
  NvDsMetaCopyFunc gst_to_nvds_meta_transform_func;
  NvDsMetaReleaseFunc gst_to_nvds_meta_release_func;
} NvDsMeta;

/** Adds a meta to a writable buffer; the buffer owns it. The caller then sets `meta_type`. */
NvDsMeta* gst_buffer_add_nvds_meta(GstBuffer* buffer, gpointer meta_data, gpointer user_data,
                                   NvDsMetaCopyFunc copy_func, NvDsMetaReleaseFunc release_func);
/** The buffer's last added NvDsMeta, or NULL; owned by the buffer. */
NvDsMeta* gst_buffer_get_nvds_meta(GstBuffer* buffer);
/** The buffer's batch meta, or NULL; owned by the buffer. */
NvDsBatchMeta* gst_buffer_get_nvds_batch_meta(GstBuffer* buffer);
/** Turns the NvDsMetas of a source's buffer into user metas of its frame. */
void nvds_copy_gst_meta_to_frame_meta(GstBuffer* src_gst_buffer, NvDsBatchMeta* batch_meta,
                                      NvDsFrameMeta* frame_meta);

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDsMeta) == 72, "NvDsMeta: size");
static_assert(offsetof(NvDsMeta, meta) == 0, "NvDsMeta.meta: offset");
static_assert(offsetof(NvDsMeta, meta_data) == 16, "NvDsMeta.meta_data: offset");
static_assert(offsetof(NvDsMeta, user_data) == 24, "NvDsMeta.user_data: offset");
static_assert(offsetof(NvDsMeta, meta_type) == 32, "NvDsMeta.meta_type: offset");
static_assert(offsetof(NvDsMeta, copyfunc) == 40, "NvDsMeta.copyfunc: offset");
static_assert(offsetof(NvDsMeta, freefunc) == 48, "NvDsMeta.freefunc: offset");
static_assert(offsetof(NvDsMeta, gst_to_nvds_meta_transform_func) == 56,
              "NvDsMeta.gst_to_nvds_meta_transform_func: offset");
static_assert(offsetof(NvDsMeta, gst_to_nvds_meta_release_func) == 64,
              "NvDsMeta.gst_to_nvds_meta_release_func: offset");

#ifdef __cplusplus
}
#endif
