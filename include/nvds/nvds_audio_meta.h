// Layout of an audio frame's meta. Audio is not supported: only the struct exists.
#pragma once

#include <assert.h>
#include <stddef.h>

#include "nvbufaudio.h"
#include "nvdsmeta.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _NvDsAudioFrameMeta {
  NvDsBaseMeta base_meta;
  guint pad_index;
  guint batch_id;
  gint frame_num;
  guint64 buf_pts;
  guint64 ntp_timestamp;
  guint source_id;
  gint num_samples_per_frame;
  guint sample_rate;
  guint num_channels;
  NvBufAudioFormat format;
  NvBufAudioLayout layout;
  gboolean bInferDone;
  gint class_id;
  gfloat confidence;
  gchar class_label[MAX_LABEL_SIZE];
  NvDsClassifierMetaList* classifier_meta_list;
  NvDsUserMetaList* frame_user_meta_list;
  gint64 misc_frame_info[MAX_USER_FIELDS];
  gint64 reserved[MAX_RESERVED_FIELDS];
} NvDsAudioFrameMeta;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDsAudioFrameMeta) == 320, "NvDsAudioFrameMeta: size");
static_assert(offsetof(NvDsAudioFrameMeta, base_meta) == 0, "NvDsAudioFrameMeta.base_meta: offset");
static_assert(offsetof(NvDsAudioFrameMeta, pad_index) == 40,
              "NvDsAudioFrameMeta.pad_index: offset");
static_assert(offsetof(NvDsAudioFrameMeta, batch_id) == 44, "NvDsAudioFrameMeta.batch_id: offset");
static_assert(offsetof(NvDsAudioFrameMeta, frame_num) == 48,
              "NvDsAudioFrameMeta.frame_num: offset");
static_assert(offsetof(NvDsAudioFrameMeta, buf_pts) == 56, "NvDsAudioFrameMeta.buf_pts: offset");
static_assert(offsetof(NvDsAudioFrameMeta, ntp_timestamp) == 64,
              "NvDsAudioFrameMeta.ntp_timestamp: offset");
static_assert(offsetof(NvDsAudioFrameMeta, source_id) == 72,
              "NvDsAudioFrameMeta.source_id: offset");
static_assert(offsetof(NvDsAudioFrameMeta, num_samples_per_frame) == 76,
              "NvDsAudioFrameMeta.num_samples_per_frame: offset");
static_assert(offsetof(NvDsAudioFrameMeta, sample_rate) == 80,
              "NvDsAudioFrameMeta.sample_rate: offset");
static_assert(offsetof(NvDsAudioFrameMeta, num_channels) == 84,
              "NvDsAudioFrameMeta.num_channels: offset");
static_assert(offsetof(NvDsAudioFrameMeta, format) == 88, "NvDsAudioFrameMeta.format: offset");
static_assert(offsetof(NvDsAudioFrameMeta, layout) == 92, "NvDsAudioFrameMeta.layout: offset");
static_assert(offsetof(NvDsAudioFrameMeta, bInferDone) == 96,
              "NvDsAudioFrameMeta.bInferDone: offset");
static_assert(offsetof(NvDsAudioFrameMeta, class_id) == 100, "NvDsAudioFrameMeta.class_id: offset");
static_assert(offsetof(NvDsAudioFrameMeta, confidence) == 104,
              "NvDsAudioFrameMeta.confidence: offset");
static_assert(offsetof(NvDsAudioFrameMeta, class_label) == 108,
              "NvDsAudioFrameMeta.class_label: offset");
static_assert(offsetof(NvDsAudioFrameMeta, classifier_meta_list) == 240,
              "NvDsAudioFrameMeta.classifier_meta_list: offset");
static_assert(offsetof(NvDsAudioFrameMeta, frame_user_meta_list) == 248,
              "NvDsAudioFrameMeta.frame_user_meta_list: offset");
static_assert(offsetof(NvDsAudioFrameMeta, misc_frame_info) == 256,
              "NvDsAudioFrameMeta.misc_frame_info: offset");
static_assert(offsetof(NvDsAudioFrameMeta, reserved) == 288, "NvDsAudioFrameMeta.reserved: offset");

#ifdef __cplusplus
}
#endif
