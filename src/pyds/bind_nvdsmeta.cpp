#include "nvdsmeta.h"
#include "pyds/bindings.h"
#include "pyds/enum_names.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

void bind_nvdsmeta(nb::module_& module) {
  bind_enum<NvDsMetaType>(module, "NvDsMetaType",
                          "Kind of a meta. A program's own kinds begin at NVDS_START_USER_META.")
      .value("NVDS_INVALID_META", NVDS_INVALID_META)
      .value("NVDS_BATCH_META", NVDS_BATCH_META)
      .value("NVDS_FRAME_META", NVDS_FRAME_META)
      .value("NVDS_OBJ_META", NVDS_OBJ_META)
      .value("NVDS_DISPLAY_META", NVDS_DISPLAY_META)
      .value("NVDS_CLASSIFIER_META", NVDS_CLASSIFIER_META)
      .value("NVDS_LABEL_INFO_META", NVDS_LABEL_INFO_META)
      .value("NVDS_USER_META", NVDS_USER_META)
      .value("NVDS_PAYLOAD_META", NVDS_PAYLOAD_META)
      .value("NVDS_EVENT_MSG_META", NVDS_EVENT_MSG_META)
      .value("NVDS_OPTICAL_FLOW_META", NVDS_OPTICAL_FLOW_META)
      .value("NVDS_LATENCY_MEASUREMENT_META", NVDS_LATENCY_MEASUREMENT_META)
      .value("NVDSINFER_TENSOR_OUTPUT_META", NVDSINFER_TENSOR_OUTPUT_META)
      .value("NVDSINFER_SEGMENTATION_META", NVDSINFER_SEGMENTATION_META)
      .value("NVDS_CROP_IMAGE_META", NVDS_CROP_IMAGE_META)
      .value("NVDS_TRACKER_PAST_FRAME_META", NVDS_TRACKER_PAST_FRAME_META)
      .value("NVDS_TRACKER_BATCH_REID_META", NVDS_TRACKER_BATCH_REID_META)
      .value("NVDS_TRACKER_OBJ_REID_META", NVDS_TRACKER_OBJ_REID_META)
      .value("NVDS_TRACKER_TERMINATED_LIST_META", NVDS_TRACKER_TERMINATED_LIST_META)
      .value("NVDS_TRACKER_SHADOW_LIST_META", NVDS_TRACKER_SHADOW_LIST_META)
      .value("NVDS_OBJ_VISIBILITY", NVDS_OBJ_VISIBILITY)
      .value("NVDS_OBJ_IMAGE_FOOT_LOCATION", NVDS_OBJ_IMAGE_FOOT_LOCATION)
      .value("NVDS_OBJ_WORLD_FOOT_LOCATION", NVDS_OBJ_WORLD_FOOT_LOCATION)
      .value("NVDS_OBJ_IMAGE_CONVEX_HULL", NVDS_OBJ_IMAGE_CONVEX_HULL)
      .value("NVDS_OBJ_3D_META", NVDS_OBJ_3D_META)
      .value("NVDS_AUDIO_BATCH_META", NVDS_AUDIO_BATCH_META)
      .value("NVDS_AUDIO_FRAME_META", NVDS_AUDIO_FRAME_META)
      .value("NVDS_PREPROCESS_FRAME_META", NVDS_PREPROCESS_FRAME_META)
      .value("NVDS_PREPROCESS_BATCH_META", NVDS_PREPROCESS_BATCH_META)
      .value("NVDS_CUSTOM_MSG_BLOB", NVDS_CUSTOM_MSG_BLOB)
      .value("NVDS_ROI_META", NVDS_ROI_META)
      .value("NVDS_CUSTOM_MSG_SPARSE4D", NVDS_CUSTOM_MSG_SPARSE4D)
      .value("NVDS_FRAME_META_NVDSANALYTICS", NVDS_FRAME_META_NVDSANALYTICS)
      .value("NVDS_OBJ_META_NVDSANALYTICS", NVDS_OBJ_META_NVDSANALYTICS)
      .value("NVDS_RESERVED_META", NVDS_RESERVED_META)
      .value("NVDS_GST_CUSTOM_META", NVDS_GST_CUSTOM_META)
      .value("NVDS_START_USER_META", NVDS_START_USER_META)
      .value("NVDS_FORCE32_META", NVDS_FORCE32_META);

  StructBinder<NvDsComp_BboxInfo>(module, "NvDsComp_BboxInfo",
                                  "Box of an object as one component (detector, tracker) gave it.")
      .field("org_bbox_coords", &NvDsComp_BboxInfo::org_bbox_coords, "The box (view).");

  StructBinder<NvDsSensorInfo_meta>(module, "NvDsSensorInfo_meta", "Who feeds a source.")
      .field("source_id", &NvDsSensorInfo_meta::source_id, "Number of the source.")
      .decoded_readonly("uri", &NvDsSensorInfo_meta::uri, "Address of the stream (copy) or None.")
      .decoded_readonly("sensor_id", &NvDsSensorInfo_meta::sensor_id, "Its id (copy) or None.")
      .decoded_readonly("sensor_name", &NvDsSensorInfo_meta::sensor_name,
                        "Its name (copy) or None.");

  StructBinder<NvDsMetaPool>(module, "NvDsMetaPool", "Pool of one kind of meta. Meant for reading.")
      .field("meta_type", &NvDsMetaPool::meta_type, "Kind of the metas.")
      .field("max_elements_in_pool", &NvDsMetaPool::max_elements_in_pool, "Metas free and in use.")
      .field("element_size", &NvDsMetaPool::element_size, "Size of a meta, bytes.")
      .field("num_empty_elements", &NvDsMetaPool::num_empty_elements, "Free metas.")
      .field("num_full_elements", &NvDsMetaPool::num_full_elements, "Metas in use.")
      .field("empty_list", &NvDsMetaPool::empty_list, "Free metas: GList (view) or None.")
      .field("full_list", &NvDsMetaPool::full_list, "Metas in use: GList (view) or None.")
      .address("copy_func", &NvDsMetaPool::copy_func, "C function (shared) or None.")
      .address("release_func", &NvDsMetaPool::release_func, "C function (shared) or None.");

  StructBinder<NvDsBaseMeta>(module, "NvDsBaseMeta", "Head of every meta.")
      .field("batch_meta", &NvDsBaseMeta::batch_meta, "The batch it belongs to (view) or None.")
      .field("meta_type", &NvDsBaseMeta::meta_type,
             "Kind of the meta; for a user meta, what its payload is.")
      .field("uContext", &NvDsBaseMeta::uContext, "Pointer of the program's own (shared) or None.")
      .address("copy_func", &NvDsBaseMeta::copy_func,
               "C function that copies the payload (shared) or None; see user_copyfunc.")
      .address("release_func", &NvDsBaseMeta::release_func,
               "C function that frees the payload (shared) or None; see user_releasefunc.");

  StructBinder<NvDsBatchMeta>(module, "NvDsBatchMeta",
                              "All metadata of one batched buffer; from "
                              "gst_buffer_get_nvds_batch_meta, alive while the buffer is.")
      .field("base_meta", &NvDsBatchMeta::base_meta, "Head (view).")
      .field("max_frames_in_batch", &NvDsBatchMeta::max_frames_in_batch,
             "Most frames that the muxer puts into a batch.")
      .field("num_frames_in_batch", &NvDsBatchMeta::num_frames_in_batch, "Frames in this batch.")
      .field("frame_meta_pool", &NvDsBatchMeta::frame_meta_pool, "Pool of frame metas (view).")
      .field("obj_meta_pool", &NvDsBatchMeta::obj_meta_pool, "Pool of object metas (view).")
      .field("classifier_meta_pool", &NvDsBatchMeta::classifier_meta_pool,
             "Pool of classifier metas (view).")
      .field("display_meta_pool", &NvDsBatchMeta::display_meta_pool,
             "Pool of display metas (view).")
      .field("user_meta_pool", &NvDsBatchMeta::user_meta_pool, "Pool of user metas (view).")
      .field("label_info_meta_pool", &NvDsBatchMeta::label_info_meta_pool, "Pool of labels (view).")
      .field("frame_meta_list", &NvDsBatchMeta::frame_meta_list,
             "NvDsFrameMeta of each frame: GList (view) or None.")
      .field("batch_user_meta_list", &NvDsBatchMeta::batch_user_meta_list,
             "NvDsUserMeta of the batch: GList (view) or None.")
      .opaque("meta_mutex",
              "The lock (shared by all who use the batch). Has no Python type: reading it raises "
              "TypeError; use nvds_acquire_meta_lock.")
      .field("misc_batch_info", &NvDsBatchMeta::misc_batch_info,
             "Four numbers of the program's own: int64 array (view).")
      .field("reserved", &NvDsBatchMeta::reserved, "Unused: int64 array (view).");

  StructBinder<NvDsFrameMeta>(module, "NvDsFrameMeta", "One frame of a batch.")
      .field("base_meta", &NvDsFrameMeta::base_meta, "Head (view).")
      .field("pad_index", &NvDsFrameMeta::pad_index, "Number of the muxer's pad (its source).")
      .field("batch_id", &NvDsFrameMeta::batch_id,
             "Place of the frame's picture in the batch; for get_nvds_buf_surface.")
      .field("frame_num", &NvDsFrameMeta::frame_num, "Number of the frame in its source, from 0.")
      .field("buf_pts", &NvDsFrameMeta::buf_pts, "Presentation time, nanoseconds.")
      .field("ntp_timestamp", &NvDsFrameMeta::ntp_timestamp,
             "Time of capture, nanoseconds since 1970, if the source gives it.")
      .field("source_id", &NvDsFrameMeta::source_id, "Number of the source.")
      .field("num_surfaces_per_frame", &NvDsFrameMeta::num_surfaces_per_frame,
             "Pictures that make up the frame, mostly 1.")
      .field("source_frame_width", &NvDsFrameMeta::source_frame_width,
             "Width before the muxer, pixels.")
      .field("source_frame_height", &NvDsFrameMeta::source_frame_height,
             "Height before the muxer, pixels.")
      .field("surface_type", &NvDsFrameMeta::surface_type, "Kind of picture (dewarper).")
      .field("surface_index", &NvDsFrameMeta::surface_index, "Number of the picture (dewarper).")
      .field("num_obj_meta", &NvDsFrameMeta::num_obj_meta, "Objects in obj_meta_list.")
      .field("bInferDone", &NvDsFrameMeta::bInferDone,
             "1 if inference ran on this frame, 0 if it was skipped (`interval`).")
      .field("obj_meta_list", &NvDsFrameMeta::obj_meta_list,
             "NvDsObjectMeta of the frame: GList (view) or None.")
      .field("display_meta_list", &NvDsFrameMeta::display_meta_list,
             "NvDsDisplayMeta of the frame: GList (view) or None.")
      .field("frame_user_meta_list", &NvDsFrameMeta::frame_user_meta_list,
             "NvDsUserMeta of the frame: GList (view) or None.")
      .field("misc_frame_info", &NvDsFrameMeta::misc_frame_info,
             "Four numbers of the program's own: int64 array (view).")
      .field("pipeline_width", &NvDsFrameMeta::pipeline_width,
             "Width of the muxer's frame, pixels: the space of all boxes.")
      .field("pipeline_height", &NvDsFrameMeta::pipeline_height,
             "Height of the muxer's frame, pixels.")
      .field("sensorInfo_meta", &NvDsFrameMeta::sensorInfo_meta, "Who feeds the source (view).")
      .field("reserved", &NvDsFrameMeta::reserved, "Unused: int64 array (view).");

  StructBinder<NvDsObjectMeta>(module, "NvDsObjectMeta", "One object found in a frame.")
      .field("base_meta", &NvDsObjectMeta::base_meta, "Head (view).")
      .field("parent", &NvDsObjectMeta::parent, "Object that this was found in (view), or None.")
      .field("unique_component_id", &NvDsObjectMeta::unique_component_id,
             "`unique-id` of the element that found it.")
      .field("class_id", &NvDsObjectMeta::class_id, "Class of the object, as the model counts.")
      .field("object_id", &NvDsObjectMeta::object_id,
             "Number that a tracker gave, 0xFFFFFFFFFFFFFFFF without one.")
      .field("detector_bbox_info", &NvDsObjectMeta::detector_bbox_info,
             "Box as the detector gave it (view).")
      .field("tracker_bbox_info", &NvDsObjectMeta::tracker_bbox_info,
             "Box as the tracker gave it (view).")
      .field("confidence", &NvDsObjectMeta::confidence, "Of the detector, 0 to 1.")
      .field("tracker_confidence", &NvDsObjectMeta::tracker_confidence, "Of the tracker, 0 to 1.")
      .field("rect_params", &NvDsObjectMeta::rect_params,
             "Box in pixels of the muxer's frame, and how to draw it (view).")
      .field("mask_params", &NvDsObjectMeta::mask_params, "Mask over the box (view).")
      .field("text_params", &NvDsObjectMeta::text_params, "Text drawn beside it (view).")
      .field("obj_label", &NvDsObjectMeta::obj_label,
             "Name of its class (copy); up to 127 bytes of UTF-8, longer ones are cut.")
      .field("classifier_meta_list", &NvDsObjectMeta::classifier_meta_list,
             "NvDsClassifierMeta of the object: GList (view) or None.")
      .field("obj_user_meta_list", &NvDsObjectMeta::obj_user_meta_list,
             "NvDsUserMeta of the object: GList (view) or None.")
      .field("misc_obj_info", &NvDsObjectMeta::misc_obj_info,
             "Four numbers of the program's own: int64 array (view).")
      .field("reserved", &NvDsObjectMeta::reserved, "Unused: int64 array (view).");

  StructBinder<NvDsClassifierMeta>(module, "NvDsClassifierMeta",
                                   "What one classifier says about an object.")
      .field("base_meta", &NvDsClassifierMeta::base_meta, "Head (view).")
      .field("num_labels", &NvDsClassifierMeta::num_labels, "Labels in label_info_list.")
      .field("unique_component_id", &NvDsClassifierMeta::unique_component_id,
             "`unique-id` of the element that classified.")
      .field("label_info_list", &NvDsClassifierMeta::label_info_list,
             "NvDsLabelInfo of the classifier: GList (view) or None.")
      .decoded_readonly("classifier_type", &NvDsClassifierMeta::classifier_type,
                        "`classifier-type` of its configuration (copy) or None.");

  StructBinder<NvDsLabelInfo>(module, "NvDsLabelInfo", "One label of a classifier.")
      .field("base_meta", &NvDsLabelInfo::base_meta, "Head (view).")
      .field("num_classes", &NvDsLabelInfo::num_classes, "Classes that the label was chosen from.")
      .field("result_label", &NvDsLabelInfo::result_label,
             "The label (copy); up to 127 bytes of UTF-8, longer ones are cut.")
      .decoded("pResult_label", &NvDsLabelInfo::pResult_label,
               "A label too long for result_label (copy), or None.")
      .field("result_class_id", &NvDsLabelInfo::result_class_id, "Class that was chosen.")
      .field("label_id", &NvDsLabelInfo::label_id, "Number of the label among the model's outputs.")
      .field("result_prob", &NvDsLabelInfo::result_prob, "Probability, 0 to 1.");

  StructBinder<NvDsDisplayMeta>(module, "NvDsDisplayMeta",
                                "Things to draw on a frame; the num_* tell how many of each array "
                                "of 16 count.")
      .field("base_meta", &NvDsDisplayMeta::base_meta, "Head (view).")
      .field("num_rects", &NvDsDisplayMeta::num_rects, "Boxes to draw, 0 to 16.")
      .field("num_labels", &NvDsDisplayMeta::num_labels, "Texts to draw, 0 to 16.")
      .field("num_lines", &NvDsDisplayMeta::num_lines, "Lines to draw, 0 to 16.")
      .field("num_arrows", &NvDsDisplayMeta::num_arrows, "Arrows to draw, 0 to 16.")
      .field("num_circles", &NvDsDisplayMeta::num_circles, "Circles to draw, 0 to 16.")
      .readonly("rect_params", &NvDsDisplayMeta::rect_params, "The 16 boxes (views).")
      .readonly("text_params", &NvDsDisplayMeta::text_params, "The 16 texts (views).")
      .readonly("line_params", &NvDsDisplayMeta::line_params, "The 16 lines (views).")
      .readonly("arrow_params", &NvDsDisplayMeta::arrow_params, "The 16 arrows (views).")
      .readonly("circle_params", &NvDsDisplayMeta::circle_params, "The 16 circles (views).")
      .field("misc_osd_data", &NvDsDisplayMeta::misc_osd_data,
             "Four numbers of the program's own: int64 array (view).")
      .field("reserved", &NvDsDisplayMeta::reserved, "Unused: int64 array (view).");

  StructBinder<NvDsUserMeta>(module, "NvDsUserMeta",
                             "Payload of a program's or an element's own; base_meta.meta_type says "
                             "what it is.")
      .field("base_meta", &NvDsUserMeta::base_meta, "Head (view).")
      .field("user_meta_data", &NvDsUserMeta::user_meta_data,
             "The payload (taken) or None; the meta's release function frees it.");
}

}  // namespace thalweg::pyds
