// Metadata of a batch of frames: batch -> frames -> objects -> classifiers -> labels, with display
// and user metas beside them.
//
// Every struct comes from a pool of its batch: acquire it, fill it, add it to its parent. Removing
// or clearing gives it back; destroying the batch gives everything back. Lists are GLib lists whose
// `data` is the struct. Read lists freely inside a probe or element; change them, acquire and
// release under nvds_acquire_meta_lock when more than one thread works on the batch.
#pragma once

#include <assert.h>
#include <glib.h>
#include <gmodule.h>
#include <stdbool.h>
#include <stddef.h>

#include "nvds_roi_meta.h"
#include "nvll_osd_struct.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MAX_USER_FIELDS 4
#define MAX_RESERVED_FIELDS 4
#define MAX_LABEL_SIZE 128
#define MAX_ELEMENTS_IN_DISPLAY_META 16
/** object_id of an object that no tracker has numbered. */
#define UNTRACKED_OBJECT_ID 0xFFFFFFFFFFFFFFFF

typedef GList NvDsMetaList;
typedef GList NvDsFrameMetaList;
typedef GList NvDsObjectMetaList;
typedef GList NvDsClassifierMetaList;
typedef GList NvDsLabelInfoList;
typedef GList NvDisplayMetaList;
typedef GList NvDsUserMetaList;

typedef void NvDsElementMeta;

/** Makes the copy of a meta; for a user meta `data` is the NvDsUserMeta, the result its payload. */
typedef gpointer (*NvDsMetaCopyFunc)(gpointer data, gpointer user_data);
/** Frees what a meta points to; for a user meta `data` is the NvDsUserMeta. */
typedef void (*NvDsMetaReleaseFunc)(gpointer data, gpointer user_data);

/** Kind of a meta. Numbers from NVDS_AUDIO_BATCH_META on differ between DeepStream releases. */
typedef enum {
  NVDS_INVALID_META = -1,
  NVDS_BATCH_META = 1,
  NVDS_FRAME_META = 2,
  NVDS_OBJ_META = 3,
  NVDS_DISPLAY_META = 4,
  NVDS_CLASSIFIER_META = 5,
  NVDS_LABEL_INFO_META = 6,
  NVDS_USER_META = 7,
  NVDS_PAYLOAD_META = 8,
  NVDS_EVENT_MSG_META = 9,
  NVDS_OPTICAL_FLOW_META = 10,
  NVDS_LATENCY_MEASUREMENT_META = 11,
  NVDSINFER_TENSOR_OUTPUT_META = 12,
  NVDSINFER_SEGMENTATION_META = 13,
  NVDS_CROP_IMAGE_META = 14,
  NVDS_TRACKER_PAST_FRAME_META = 15,
  NVDS_TRACKER_BATCH_REID_META = 16,
  NVDS_TRACKER_OBJ_REID_META = 17,
  NVDS_TRACKER_TERMINATED_LIST_META = 18,
  NVDS_TRACKER_SHADOW_LIST_META = 19,
  NVDS_OBJ_VISIBILITY = 20,
  NVDS_OBJ_IMAGE_FOOT_LOCATION = 21,
  NVDS_OBJ_WORLD_FOOT_LOCATION = 22,
  NVDS_OBJ_IMAGE_CONVEX_HULL = 23,
  NVDS_OBJ_3D_META = 24,
  NVDS_AUDIO_BATCH_META = 25,
  NVDS_AUDIO_FRAME_META = 26,
  NVDS_PREPROCESS_FRAME_META = 27,
  NVDS_PREPROCESS_BATCH_META = 28,
  NVDS_CUSTOM_MSG_BLOB = 29,
  NVDS_ROI_META = 30,
  NVDS_CUSTOM_MSG_SPARSE4D = 31,
  NVDS_FRAME_META_NVDSANALYTICS = 32,
  NVDS_OBJ_META_NVDSANALYTICS = 33,
  NVDS_RESERVED_META = 4095,
  NVDS_GST_CUSTOM_META = 4096,
  NVDS_START_USER_META = NVDS_GST_CUSTOM_META + 4096 + 1,
  NVDS_FORCE32_META = 0x7FFFFFFF,
} NvDsMetaType;

/** Box of one component (detector or tracker), as it gave it. */
typedef struct _NvDsComp_BboxInfo {
  NvBbox_Coords org_bbox_coords;
} NvDsComp_BboxInfo;

/** Who feeds a source; the strings are heap strings (g_malloc) freed with the frame. */
typedef struct _NvDsSensorInfo_meta {
  guint source_id;
  const gchar* uri;
  const gchar* sensor_id;
  const gchar* sensor_name;
} NvDsSensorInfo_meta;

/** Pool of one kind of meta: counts and lists of free and used elements. Read only. */
typedef struct _NvDsMetaPool {
  NvDsMetaType meta_type;
  guint max_elements_in_pool;
  guint element_size;
  guint num_empty_elements;
  guint num_full_elements;
  NvDsMetaList* empty_list;
  NvDsMetaList* full_list;
  NvDsMetaCopyFunc copy_func;
  NvDsMetaReleaseFunc release_func;
} NvDsMetaPool;

/** Head of every meta: its batch, its kind, and hooks run on copy and release. */
typedef struct _NvDsBaseMeta {
  struct _NvDsBatchMeta* batch_meta;
  NvDsMetaType meta_type;
  void* uContext;
  NvDsMetaCopyFunc copy_func;
  NvDsMetaReleaseFunc release_func;
} NvDsBaseMeta;

/** All metadata of one batched buffer. `meta_mutex` is the lock of nvds_acquire_meta_lock. */
typedef struct _NvDsBatchMeta {
  NvDsBaseMeta base_meta;
  guint max_frames_in_batch;
  guint num_frames_in_batch;
  NvDsMetaPool* frame_meta_pool;
  NvDsMetaPool* obj_meta_pool;
  NvDsMetaPool* classifier_meta_pool;
  NvDsMetaPool* display_meta_pool;
  NvDsMetaPool* user_meta_pool;
  NvDsMetaPool* label_info_meta_pool;
  NvDsFrameMetaList* frame_meta_list;
  NvDsUserMetaList* batch_user_meta_list;
  GRecMutex meta_mutex;
  gint64 misc_batch_info[MAX_USER_FIELDS];
  gint64 reserved[MAX_RESERVED_FIELDS];
} NvDsBatchMeta;

/** One frame of a batch; its picture is surfaceList[batch_id] of the buffer's NvBufSurface. */
typedef struct _NvDsFrameMeta {
  NvDsBaseMeta base_meta;
  guint pad_index;
  guint batch_id;
  gint frame_num;
  guint64 buf_pts;
  guint64 ntp_timestamp;
  guint source_id;
  gint num_surfaces_per_frame;
  guint source_frame_width;
  guint source_frame_height;
  guint surface_type;
  guint surface_index;
  guint num_obj_meta;
  gboolean bInferDone;
  NvDsObjectMetaList* obj_meta_list;
  NvDisplayMetaList* display_meta_list;
  NvDsUserMetaList* frame_user_meta_list;
  gint64 misc_frame_info[MAX_USER_FIELDS];
  guint pipeline_width;
  guint pipeline_height;
  NvDsSensorInfo_meta sensorInfo_meta;
  gint64 reserved[MAX_RESERVED_FIELDS];
} NvDsFrameMeta;

/** One object; `rect_params` is its box in frame pixels, `parent` the object it was found in. */
typedef struct _NvDsObjectMeta {
  NvDsBaseMeta base_meta;
  struct _NvDsObjectMeta* parent;
  gint unique_component_id;
  gint class_id;
  guint64 object_id;
  NvDsComp_BboxInfo detector_bbox_info;
  NvDsComp_BboxInfo tracker_bbox_info;
  gfloat confidence;
  gfloat tracker_confidence;
  NvOSD_RectParams rect_params;
  NvOSD_MaskParams mask_params;
  NvOSD_TextParams text_params;
  gchar obj_label[MAX_LABEL_SIZE];
  NvDsClassifierMetaList* classifier_meta_list;
  NvDsUserMetaList* obj_user_meta_list;
  gint64 misc_obj_info[MAX_USER_FIELDS];
  gint64 reserved[MAX_RESERVED_FIELDS];
} NvDsObjectMeta;

/** Results of one classifier for an object; `classifier_type` is never freed. */
typedef struct _NvDsClassifierMeta {
  NvDsBaseMeta base_meta;
  guint num_labels;
  gint unique_component_id;
  NvDsLabelInfoList* label_info_list;
  const gchar* classifier_type;
} NvDsClassifierMeta;

/** One label; `pResult_label` (heap string) replaces `result_label` when that is too short. */
typedef struct _NvDsLabelInfo {
  NvDsBaseMeta base_meta;
  guint num_classes;
  gchar result_label[MAX_LABEL_SIZE];
  gchar* pResult_label;
  guint result_class_id;
  guint label_id;
  gfloat result_prob;
} NvDsLabelInfo;

/** Things to draw on a frame, at most MAX_ELEMENTS_IN_DISPLAY_META of each kind. */
typedef struct NvDsDisplayMeta {
  NvDsBaseMeta base_meta;
  guint num_rects;
  guint num_labels;
  guint num_lines;
  guint num_arrows;
  guint num_circles;
  NvOSD_RectParams rect_params[MAX_ELEMENTS_IN_DISPLAY_META];
  NvOSD_TextParams text_params[MAX_ELEMENTS_IN_DISPLAY_META];
  NvOSD_LineParams line_params[MAX_ELEMENTS_IN_DISPLAY_META];
  NvOSD_ArrowParams arrow_params[MAX_ELEMENTS_IN_DISPLAY_META];
  NvOSD_CircleParams circle_params[MAX_ELEMENTS_IN_DISPLAY_META];
  gint64 misc_osd_data[MAX_USER_FIELDS];
  gint64 reserved[MAX_RESERVED_FIELDS];
} NvDsDisplayMeta;

/** Payload of a program's own, with hooks in `base_meta`. */
typedef struct _NvDsUserMeta {
  NvDsBaseMeta base_meta;
  void* user_meta_data;
} NvDsUserMeta;

/** Takes the batch's recursive lock; release it from the same thread. */
void nvds_acquire_meta_lock(NvDsBatchMeta* batch_meta);
void nvds_release_meta_lock(NvDsBatchMeta* batch_meta);

/** New batch with room for `max_batch_size` frames (pools grow); destroy it with the next. */
NvDsBatchMeta* nvds_create_batch_meta(guint max_batch_size);
gboolean nvds_destroy_batch_meta(NvDsBatchMeta* batch_meta);

/** Acquire: a zeroed meta of the batch's pool, owned by the batch. */
NvDsFrameMeta* nvds_acquire_frame_meta_from_pool(NvDsBatchMeta* batch_meta);
NvDsObjectMeta* nvds_acquire_obj_meta_from_pool(NvDsBatchMeta* batch_meta);
NvDsClassifierMeta* nvds_acquire_classifier_meta_from_pool(NvDsBatchMeta* batch_meta);
NvDsDisplayMeta* nvds_acquire_display_meta_from_pool(NvDsBatchMeta* batch_meta);
NvDsLabelInfo* nvds_acquire_label_info_meta_from_pool(NvDsBatchMeta* batch_meta);
NvDsUserMeta* nvds_acquire_user_meta_from_pool(NvDsBatchMeta* batch_meta);

/** Add: put an acquired meta into its parent's list. */
void nvds_add_frame_meta_to_batch(NvDsBatchMeta* batch_meta, NvDsFrameMeta* frame_meta);
void nvds_add_obj_meta_to_frame(NvDsFrameMeta* frame_meta, NvDsObjectMeta* obj_meta,
                                NvDsObjectMeta* obj_parent);
void nvds_add_classifier_meta_to_object(NvDsObjectMeta* obj_meta,
                                        NvDsClassifierMeta* classifier_meta);
void nvds_add_classifier_meta_to_roi(NvDsRoiMeta* roi_meta, NvDsClassifierMeta* classifier_meta);
void nvds_add_label_info_meta_to_classifier(NvDsClassifierMeta* classifier_meta,
                                            NvDsLabelInfo* label_info_meta);
void nvds_add_display_meta_to_frame(NvDsFrameMeta* frame_meta, NvDsDisplayMeta* display_meta);
void nvds_add_user_meta_to_batch(NvDsBatchMeta* batch_meta, NvDsUserMeta* user_meta);
void nvds_add_user_meta_to_frame(NvDsFrameMeta* frame_meta, NvDsUserMeta* user_meta);
void nvds_add_user_meta_to_roi(NvDsRoiMeta* roi_meta, NvDsUserMeta* user_meta);
void nvds_add_user_meta_to_obj(NvDsObjectMeta* obj_meta, NvDsUserMeta* user_meta);

/** Remove: take a meta out of its parent's list and give it, and all below it, back. */
void nvds_remove_frame_meta_from_batch(NvDsBatchMeta* batch_meta, NvDsFrameMeta* frame_meta);
void nvds_remove_obj_meta_from_frame(NvDsFrameMeta* frame_meta, NvDsObjectMeta* obj_meta);
void nvds_remove_classifier_meta_from_obj(NvDsObjectMeta* obj_meta,
                                          NvDsClassifierMeta* classifier_meta);
void nvds_remove_classifier_meta_from_roi(NvDsRoiMeta* roi_meta,
                                          NvDsClassifierMeta* classifier_meta);
void nvds_remove_label_info_meta_from_classifier(NvDsClassifierMeta* classifier_meta,
                                                 NvDsLabelInfo* label_info_meta);
void nvds_remove_display_meta_from_frame(NvDsFrameMeta* frame_meta, NvDsDisplayMeta* display_meta);
void nvds_remove_user_meta_from_batch(NvDsBatchMeta* batch_meta, NvDsUserMeta* user_meta);
void nvds_remove_user_meta_from_frame(NvDsFrameMeta* frame_meta, NvDsUserMeta* user_meta);
void nvds_remove_user_meta_from_roi(NvDsRoiMeta* roi_meta, NvDsUserMeta* user_meta);
void nvds_remove_user_meta_from_object(NvDsObjectMeta* obj_meta, NvDsUserMeta* user_meta);

/** Clear: give back every meta of a list and the list's nodes. */
void nvds_clear_frame_meta_list(NvDsBatchMeta* batch_meta, NvDsFrameMetaList* meta_list);
void nvds_clear_obj_meta_list(NvDsFrameMeta* frame_meta, NvDsObjectMetaList* meta_list);
void nvds_clear_classifier_meta_list(NvDsObjectMeta* obj_meta, NvDsClassifierMetaList* meta_list);
void nvds_clear_label_info_meta_list(NvDsClassifierMeta* classifier_meta,
                                     NvDsLabelInfoList* meta_list);
void nvds_clear_display_meta_list(NvDsFrameMeta* frame_meta, NvDisplayMetaList* meta_list);
void nvds_clear_batch_user_meta_list(NvDsBatchMeta* batch_meta, NvDsUserMetaList* meta_list);
void nvds_clear_frame_user_meta_list(NvDsFrameMeta* frame_meta, NvDsUserMetaList* meta_list);
void nvds_clear_obj_user_meta_list(NvDsObjectMeta* object_meta, NvDsUserMetaList* meta_list);
NvDsMetaList* nvds_clear_meta_list(NvDsBatchMeta* batch_meta, NvDsMetaList* meta_list,
                                   NvDsMetaPool* meta_pool);

/** Copy: deep copy of one meta, or of a list into a parent; user metas by their copy hook. */
void nvds_copy_frame_meta(NvDsFrameMeta* src_frame_meta, NvDsFrameMeta* dst_frame_meta);
void nvds_copy_obj_meta(NvDsObjectMeta* src_object_meta, NvDsObjectMeta* dst_object_meta);
void nvds_copy_classifier_meta(NvDsClassifierMeta* src_classifier_meta,
                               NvDsClassifierMeta* dst_classifier_meta);
void nvds_copy_label_info_meta(NvDsLabelInfo* src_label_info, NvDsLabelInfo* dst_label_info);
void nvds_copy_display_meta(NvDsDisplayMeta* src_display_meta, NvDsDisplayMeta* dst_display_meta);
void nvds_copy_batch_user_meta_list(NvDsUserMetaList* src_user_meta_list,
                                    NvDsBatchMeta* dst_batch_meta);
void nvds_copy_frame_user_meta_list(NvDsUserMetaList* src_user_meta_list,
                                    NvDsFrameMeta* dst_frame_meta);
void nvds_copy_obj_user_meta_list(NvDsUserMetaList* src_user_meta_list,
                                  NvDsObjectMeta* dst_object_meta);
void nvds_copy_display_meta_list(NvDisplayMetaList* src_display_meta_list,
                                 NvDsFrameMeta* dst_frame_meta);
void nvds_copy_frame_meta_list(NvDsFrameMetaList* src_frame_meta_list,
                               NvDsBatchMeta* dst_batch_meta);
void nvds_copy_obj_meta_list(NvDsObjectMetaList* src_obj_meta_list, NvDsFrameMeta* dst_frame_meta);
void nvds_copy_classification_list(NvDsClassifierMetaList* src_classifier_meta_list,
                                   NvDsObjectMeta* dst_object_meta);
void nvds_copy_label_info_list(NvDsLabelInfoList* src_label_info_list,
                               NvDsClassifierMeta* dst_classifier_meta);

/** Frame number `index` of a frame list, NULL past its end. */
NvDsFrameMeta* nvds_get_nth_frame_meta(NvDsFrameMetaList* frame_meta_list, guint index);

/** Meta type for a program's own payload, from a descriptor string; stable within the process. */
NvDsMetaType nvds_get_user_meta_type(gchar* meta_descriptor);

/** Writes the batch's pools, frames and objects to GLib's debug log; TRUE for a batch. */
gboolean nvds_get_current_metadata_info(NvDsBatchMeta* batch_meta);

/** Hooks of a batch meta on a GstBuffer: `data` is a batch (copy) or an NvDsMeta's batch (release).
 */
gpointer nvds_batch_meta_copy_func(gpointer data, gpointer user_data);
void nvds_batch_meta_release_func(gpointer data, gpointer user_data);

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDsComp_BboxInfo) == 16, "NvDsComp_BboxInfo: size");
static_assert(offsetof(NvDsComp_BboxInfo, org_bbox_coords) == 0,
              "NvDsComp_BboxInfo.org_bbox_coords: offset");
static_assert(sizeof(NvDsSensorInfo_meta) == 32, "NvDsSensorInfo_meta: size");
static_assert(offsetof(NvDsSensorInfo_meta, source_id) == 0,
              "NvDsSensorInfo_meta.source_id: offset");
static_assert(offsetof(NvDsSensorInfo_meta, uri) == 8, "NvDsSensorInfo_meta.uri: offset");
static_assert(offsetof(NvDsSensorInfo_meta, sensor_id) == 16,
              "NvDsSensorInfo_meta.sensor_id: offset");
static_assert(offsetof(NvDsSensorInfo_meta, sensor_name) == 24,
              "NvDsSensorInfo_meta.sensor_name: offset");
static_assert(sizeof(NvDsMetaPool) == 56, "NvDsMetaPool: size");
static_assert(offsetof(NvDsMetaPool, meta_type) == 0, "NvDsMetaPool.meta_type: offset");
static_assert(offsetof(NvDsMetaPool, max_elements_in_pool) == 4,
              "NvDsMetaPool.max_elements_in_pool: offset");
static_assert(offsetof(NvDsMetaPool, element_size) == 8, "NvDsMetaPool.element_size: offset");
static_assert(offsetof(NvDsMetaPool, num_empty_elements) == 12,
              "NvDsMetaPool.num_empty_elements: offset");
static_assert(offsetof(NvDsMetaPool, num_full_elements) == 16,
              "NvDsMetaPool.num_full_elements: offset");
static_assert(offsetof(NvDsMetaPool, empty_list) == 24, "NvDsMetaPool.empty_list: offset");
static_assert(offsetof(NvDsMetaPool, full_list) == 32, "NvDsMetaPool.full_list: offset");
static_assert(offsetof(NvDsMetaPool, copy_func) == 40, "NvDsMetaPool.copy_func: offset");
static_assert(offsetof(NvDsMetaPool, release_func) == 48, "NvDsMetaPool.release_func: offset");
static_assert(sizeof(NvDsBaseMeta) == 40, "NvDsBaseMeta: size");
static_assert(offsetof(NvDsBaseMeta, batch_meta) == 0, "NvDsBaseMeta.batch_meta: offset");
static_assert(offsetof(NvDsBaseMeta, meta_type) == 8, "NvDsBaseMeta.meta_type: offset");
static_assert(offsetof(NvDsBaseMeta, uContext) == 16, "NvDsBaseMeta.uContext: offset");
static_assert(offsetof(NvDsBaseMeta, copy_func) == 24, "NvDsBaseMeta.copy_func: offset");
static_assert(offsetof(NvDsBaseMeta, release_func) == 32, "NvDsBaseMeta.release_func: offset");
static_assert(sizeof(NvDsBatchMeta) == 192, "NvDsBatchMeta: size");
static_assert(offsetof(NvDsBatchMeta, base_meta) == 0, "NvDsBatchMeta.base_meta: offset");
static_assert(offsetof(NvDsBatchMeta, max_frames_in_batch) == 40,
              "NvDsBatchMeta.max_frames_in_batch: offset");
static_assert(offsetof(NvDsBatchMeta, num_frames_in_batch) == 44,
              "NvDsBatchMeta.num_frames_in_batch: offset");
static_assert(offsetof(NvDsBatchMeta, frame_meta_pool) == 48,
              "NvDsBatchMeta.frame_meta_pool: offset");
static_assert(offsetof(NvDsBatchMeta, obj_meta_pool) == 56, "NvDsBatchMeta.obj_meta_pool: offset");
static_assert(offsetof(NvDsBatchMeta, classifier_meta_pool) == 64,
              "NvDsBatchMeta.classifier_meta_pool: offset");
static_assert(offsetof(NvDsBatchMeta, display_meta_pool) == 72,
              "NvDsBatchMeta.display_meta_pool: offset");
static_assert(offsetof(NvDsBatchMeta, user_meta_pool) == 80,
              "NvDsBatchMeta.user_meta_pool: offset");
static_assert(offsetof(NvDsBatchMeta, label_info_meta_pool) == 88,
              "NvDsBatchMeta.label_info_meta_pool: offset");
static_assert(offsetof(NvDsBatchMeta, frame_meta_list) == 96,
              "NvDsBatchMeta.frame_meta_list: offset");
static_assert(offsetof(NvDsBatchMeta, batch_user_meta_list) == 104,
              "NvDsBatchMeta.batch_user_meta_list: offset");
static_assert(offsetof(NvDsBatchMeta, meta_mutex) == 112, "NvDsBatchMeta.meta_mutex: offset");
static_assert(offsetof(NvDsBatchMeta, misc_batch_info) == 128,
              "NvDsBatchMeta.misc_batch_info: offset");
static_assert(offsetof(NvDsBatchMeta, reserved) == 160, "NvDsBatchMeta.reserved: offset");
static_assert(sizeof(NvDsFrameMeta) == 232, "NvDsFrameMeta: size");
static_assert(offsetof(NvDsFrameMeta, base_meta) == 0, "NvDsFrameMeta.base_meta: offset");
static_assert(offsetof(NvDsFrameMeta, pad_index) == 40, "NvDsFrameMeta.pad_index: offset");
static_assert(offsetof(NvDsFrameMeta, batch_id) == 44, "NvDsFrameMeta.batch_id: offset");
static_assert(offsetof(NvDsFrameMeta, frame_num) == 48, "NvDsFrameMeta.frame_num: offset");
static_assert(offsetof(NvDsFrameMeta, buf_pts) == 56, "NvDsFrameMeta.buf_pts: offset");
static_assert(offsetof(NvDsFrameMeta, ntp_timestamp) == 64, "NvDsFrameMeta.ntp_timestamp: offset");
static_assert(offsetof(NvDsFrameMeta, source_id) == 72, "NvDsFrameMeta.source_id: offset");
static_assert(offsetof(NvDsFrameMeta, num_surfaces_per_frame) == 76,
              "NvDsFrameMeta.num_surfaces_per_frame: offset");
static_assert(offsetof(NvDsFrameMeta, source_frame_width) == 80,
              "NvDsFrameMeta.source_frame_width: offset");
static_assert(offsetof(NvDsFrameMeta, source_frame_height) == 84,
              "NvDsFrameMeta.source_frame_height: offset");
static_assert(offsetof(NvDsFrameMeta, surface_type) == 88, "NvDsFrameMeta.surface_type: offset");
static_assert(offsetof(NvDsFrameMeta, surface_index) == 92, "NvDsFrameMeta.surface_index: offset");
static_assert(offsetof(NvDsFrameMeta, num_obj_meta) == 96, "NvDsFrameMeta.num_obj_meta: offset");
static_assert(offsetof(NvDsFrameMeta, bInferDone) == 100, "NvDsFrameMeta.bInferDone: offset");
static_assert(offsetof(NvDsFrameMeta, obj_meta_list) == 104, "NvDsFrameMeta.obj_meta_list: offset");
static_assert(offsetof(NvDsFrameMeta, display_meta_list) == 112,
              "NvDsFrameMeta.display_meta_list: offset");
static_assert(offsetof(NvDsFrameMeta, frame_user_meta_list) == 120,
              "NvDsFrameMeta.frame_user_meta_list: offset");
static_assert(offsetof(NvDsFrameMeta, misc_frame_info) == 128,
              "NvDsFrameMeta.misc_frame_info: offset");
static_assert(offsetof(NvDsFrameMeta, pipeline_width) == 160,
              "NvDsFrameMeta.pipeline_width: offset");
static_assert(offsetof(NvDsFrameMeta, pipeline_height) == 164,
              "NvDsFrameMeta.pipeline_height: offset");
static_assert(offsetof(NvDsFrameMeta, sensorInfo_meta) == 168,
              "NvDsFrameMeta.sensorInfo_meta: offset");
static_assert(offsetof(NvDsFrameMeta, reserved) == 200, "NvDsFrameMeta.reserved: offset");
static_assert(sizeof(NvDsObjectMeta) == 552, "NvDsObjectMeta: size");
static_assert(offsetof(NvDsObjectMeta, base_meta) == 0, "NvDsObjectMeta.base_meta: offset");
static_assert(offsetof(NvDsObjectMeta, parent) == 40, "NvDsObjectMeta.parent: offset");
static_assert(offsetof(NvDsObjectMeta, unique_component_id) == 48,
              "NvDsObjectMeta.unique_component_id: offset");
static_assert(offsetof(NvDsObjectMeta, class_id) == 52, "NvDsObjectMeta.class_id: offset");
static_assert(offsetof(NvDsObjectMeta, object_id) == 56, "NvDsObjectMeta.object_id: offset");
static_assert(offsetof(NvDsObjectMeta, detector_bbox_info) == 64,
              "NvDsObjectMeta.detector_bbox_info: offset");
static_assert(offsetof(NvDsObjectMeta, tracker_bbox_info) == 80,
              "NvDsObjectMeta.tracker_bbox_info: offset");
static_assert(offsetof(NvDsObjectMeta, confidence) == 96, "NvDsObjectMeta.confidence: offset");
static_assert(offsetof(NvDsObjectMeta, tracker_confidence) == 100,
              "NvDsObjectMeta.tracker_confidence: offset");
static_assert(offsetof(NvDsObjectMeta, rect_params) == 104, "NvDsObjectMeta.rect_params: offset");
static_assert(offsetof(NvDsObjectMeta, mask_params) == 216, "NvDsObjectMeta.mask_params: offset");
static_assert(offsetof(NvDsObjectMeta, text_params) == 240, "NvDsObjectMeta.text_params: offset");
static_assert(offsetof(NvDsObjectMeta, obj_label) == 344, "NvDsObjectMeta.obj_label: offset");
static_assert(offsetof(NvDsObjectMeta, classifier_meta_list) == 472,
              "NvDsObjectMeta.classifier_meta_list: offset");
static_assert(offsetof(NvDsObjectMeta, obj_user_meta_list) == 480,
              "NvDsObjectMeta.obj_user_meta_list: offset");
static_assert(offsetof(NvDsObjectMeta, misc_obj_info) == 488,
              "NvDsObjectMeta.misc_obj_info: offset");
static_assert(offsetof(NvDsObjectMeta, reserved) == 520, "NvDsObjectMeta.reserved: offset");
static_assert(sizeof(NvDsClassifierMeta) == 64, "NvDsClassifierMeta: size");
static_assert(offsetof(NvDsClassifierMeta, base_meta) == 0, "NvDsClassifierMeta.base_meta: offset");
static_assert(offsetof(NvDsClassifierMeta, num_labels) == 40,
              "NvDsClassifierMeta.num_labels: offset");
static_assert(offsetof(NvDsClassifierMeta, unique_component_id) == 44,
              "NvDsClassifierMeta.unique_component_id: offset");
static_assert(offsetof(NvDsClassifierMeta, label_info_list) == 48,
              "NvDsClassifierMeta.label_info_list: offset");
static_assert(offsetof(NvDsClassifierMeta, classifier_type) == 56,
              "NvDsClassifierMeta.classifier_type: offset");
static_assert(sizeof(NvDsLabelInfo) == 200, "NvDsLabelInfo: size");
static_assert(offsetof(NvDsLabelInfo, base_meta) == 0, "NvDsLabelInfo.base_meta: offset");
static_assert(offsetof(NvDsLabelInfo, num_classes) == 40, "NvDsLabelInfo.num_classes: offset");
static_assert(offsetof(NvDsLabelInfo, result_label) == 44, "NvDsLabelInfo.result_label: offset");
static_assert(offsetof(NvDsLabelInfo, pResult_label) == 176, "NvDsLabelInfo.pResult_label: offset");
static_assert(offsetof(NvDsLabelInfo, result_class_id) == 184,
              "NvDsLabelInfo.result_class_id: offset");
static_assert(offsetof(NvDsLabelInfo, label_id) == 188, "NvDsLabelInfo.label_id: offset");
static_assert(offsetof(NvDsLabelInfo, result_prob) == 192, "NvDsLabelInfo.result_prob: offset");
static_assert(sizeof(NvDsDisplayMeta) == 7040, "NvDsDisplayMeta: size");
static_assert(offsetof(NvDsDisplayMeta, base_meta) == 0, "NvDsDisplayMeta.base_meta: offset");
static_assert(offsetof(NvDsDisplayMeta, num_rects) == 40, "NvDsDisplayMeta.num_rects: offset");
static_assert(offsetof(NvDsDisplayMeta, num_labels) == 44, "NvDsDisplayMeta.num_labels: offset");
static_assert(offsetof(NvDsDisplayMeta, num_lines) == 48, "NvDsDisplayMeta.num_lines: offset");
static_assert(offsetof(NvDsDisplayMeta, num_arrows) == 52, "NvDsDisplayMeta.num_arrows: offset");
static_assert(offsetof(NvDsDisplayMeta, num_circles) == 56, "NvDsDisplayMeta.num_circles: offset");
static_assert(offsetof(NvDsDisplayMeta, rect_params) == 64, "NvDsDisplayMeta.rect_params: offset");
static_assert(offsetof(NvDsDisplayMeta, text_params) == 1856,
              "NvDsDisplayMeta.text_params: offset");
static_assert(offsetof(NvDsDisplayMeta, line_params) == 3520,
              "NvDsDisplayMeta.line_params: offset");
static_assert(offsetof(NvDsDisplayMeta, arrow_params) == 4416,
              "NvDsDisplayMeta.arrow_params: offset");
static_assert(offsetof(NvDsDisplayMeta, circle_params) == 5440,
              "NvDsDisplayMeta.circle_params: offset");
static_assert(offsetof(NvDsDisplayMeta, misc_osd_data) == 6976,
              "NvDsDisplayMeta.misc_osd_data: offset");
static_assert(offsetof(NvDsDisplayMeta, reserved) == 7008, "NvDsDisplayMeta.reserved: offset");
static_assert(sizeof(NvDsUserMeta) == 48, "NvDsUserMeta: size");
static_assert(offsetof(NvDsUserMeta, base_meta) == 0, "NvDsUserMeta.base_meta: offset");
static_assert(offsetof(NvDsUserMeta, user_meta_data) == 40, "NvDsUserMeta.user_meta_data: offset");

#ifdef __cplusplus
}
#endif
