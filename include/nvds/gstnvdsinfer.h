// Payloads of nvinfer's user metas, and its raw output callback.
#pragma once

#include <assert.h>
#include <gst/gst.h>
#include <stddef.h>

#include "nvdsinfer.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Called with the layers of a batch before parsing; `user_data` as given to the element. */
typedef void (*gst_nvinfer_raw_output_generated_callback)(GstBuffer* buf,
                                                          NvDsInferNetworkInfo* network_info,
                                                          NvDsInferLayerInfo* layers_info,
                                                          guint num_layers, guint batch_size,
                                                          gpointer user_data);

/** Raw output of a model (NVDSINFER_TENSOR_OUTPUT_META); layer i's values: out_buf_ptrs_host[i]. */
typedef struct {
  guint unique_id;
  guint num_output_layers;
  NvDsInferLayerInfo* output_layers_info;
  void** out_buf_ptrs_host;
  void** out_buf_ptrs_dev;
  gint gpu_id;
  void* priv_data;
  NvDsInferNetworkInfo network_info;
  gboolean maintain_aspect_ratio;
  gboolean symmetric_padding;
} NvDsInferTensorMeta;

/** Semantic segmentation (NVDSINFER_SEGMENTATION_META): width x height class ids, -1 for none. */
typedef struct {
  guint classes;
  guint width;
  guint height;
  gint* class_map;
  gfloat* class_probabilities_map;
  void* priv_data;
  gint unique_id;
} NvDsInferSegmentationMeta;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDsInferTensorMeta) == 72, "NvDsInferTensorMeta: size");
static_assert(offsetof(NvDsInferTensorMeta, unique_id) == 0,
              "NvDsInferTensorMeta.unique_id: offset");
static_assert(offsetof(NvDsInferTensorMeta, num_output_layers) == 4,
              "NvDsInferTensorMeta.num_output_layers: offset");
static_assert(offsetof(NvDsInferTensorMeta, output_layers_info) == 8,
              "NvDsInferTensorMeta.output_layers_info: offset");
static_assert(offsetof(NvDsInferTensorMeta, out_buf_ptrs_host) == 16,
              "NvDsInferTensorMeta.out_buf_ptrs_host: offset");
static_assert(offsetof(NvDsInferTensorMeta, out_buf_ptrs_dev) == 24,
              "NvDsInferTensorMeta.out_buf_ptrs_dev: offset");
static_assert(offsetof(NvDsInferTensorMeta, gpu_id) == 32, "NvDsInferTensorMeta.gpu_id: offset");
static_assert(offsetof(NvDsInferTensorMeta, priv_data) == 40,
              "NvDsInferTensorMeta.priv_data: offset");
static_assert(offsetof(NvDsInferTensorMeta, network_info) == 48,
              "NvDsInferTensorMeta.network_info: offset");
static_assert(offsetof(NvDsInferTensorMeta, maintain_aspect_ratio) == 60,
              "NvDsInferTensorMeta.maintain_aspect_ratio: offset");
static_assert(offsetof(NvDsInferTensorMeta, symmetric_padding) == 64,
              "NvDsInferTensorMeta.symmetric_padding: offset");
static_assert(sizeof(NvDsInferSegmentationMeta) == 48, "NvDsInferSegmentationMeta: size");
static_assert(offsetof(NvDsInferSegmentationMeta, classes) == 0,
              "NvDsInferSegmentationMeta.classes: offset");
static_assert(offsetof(NvDsInferSegmentationMeta, width) == 4,
              "NvDsInferSegmentationMeta.width: offset");
static_assert(offsetof(NvDsInferSegmentationMeta, height) == 8,
              "NvDsInferSegmentationMeta.height: offset");
static_assert(offsetof(NvDsInferSegmentationMeta, class_map) == 16,
              "NvDsInferSegmentationMeta.class_map: offset");
static_assert(offsetof(NvDsInferSegmentationMeta, class_probabilities_map) == 24,
              "NvDsInferSegmentationMeta.class_probabilities_map: offset");
static_assert(offsetof(NvDsInferSegmentationMeta, priv_data) == 32,
              "NvDsInferSegmentationMeta.priv_data: offset");
static_assert(offsetof(NvDsInferSegmentationMeta, unique_id) == 40,
              "NvDsInferSegmentationMeta.unique_id: offset");

#ifdef __cplusplus
}
#endif
