// Payload of NVDS_PREPROCESS_BATCH_META: a tensor made ready for a model. C++ only.
#pragma once

#ifndef __cplusplus
#error "nvdspreprocess_meta.h is a C++ header"
#endif

#include <assert.h>
#include <stddef.h>

#include <string>
#include <vector>

#include "nvbufsurface.h"
#include "nvds_roi_meta.h"

/** The tensor; `buffer_size` in bytes, `tensor_shape` with the batch dimension first. */
struct NvDsPreProcessTensorMeta {
  void* raw_tensor_buffer;
  guint64 buffer_size;
  std::vector<int> tensor_shape;
  NvDsDataType data_type;
  std::string tensor_name;
  guint gpu_id;
  void* private_data;
  guint meta_id;
  gboolean maintain_aspect_ratio;
};

/** The tensor, the inference elements it is for, and the region behind each of its units. */
struct GstNvDsPreProcessBatchMeta {
  std::vector<guint64> target_unique_ids;
  NvDsPreProcessTensorMeta* tensor_meta;
  std::vector<NvDsRoiMeta> roi_vector;
  void* private_data;
};

// The layout is the promise: binaries built against the originals read these fields.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
static_assert(sizeof(NvDsPreProcessTensorMeta) == 104, "NvDsPreProcessTensorMeta: size");
static_assert(offsetof(NvDsPreProcessTensorMeta, raw_tensor_buffer) == 0,
              "NvDsPreProcessTensorMeta.raw_tensor_buffer: offset");
static_assert(offsetof(NvDsPreProcessTensorMeta, buffer_size) == 8,
              "NvDsPreProcessTensorMeta.buffer_size: offset");
static_assert(offsetof(NvDsPreProcessTensorMeta, tensor_shape) == 16,
              "NvDsPreProcessTensorMeta.tensor_shape: offset");
static_assert(offsetof(NvDsPreProcessTensorMeta, data_type) == 40,
              "NvDsPreProcessTensorMeta.data_type: offset");
static_assert(offsetof(NvDsPreProcessTensorMeta, tensor_name) == 48,
              "NvDsPreProcessTensorMeta.tensor_name: offset");
static_assert(offsetof(NvDsPreProcessTensorMeta, gpu_id) == 80,
              "NvDsPreProcessTensorMeta.gpu_id: offset");
static_assert(offsetof(NvDsPreProcessTensorMeta, private_data) == 88,
              "NvDsPreProcessTensorMeta.private_data: offset");
static_assert(offsetof(NvDsPreProcessTensorMeta, meta_id) == 96,
              "NvDsPreProcessTensorMeta.meta_id: offset");
static_assert(offsetof(NvDsPreProcessTensorMeta, maintain_aspect_ratio) == 100,
              "NvDsPreProcessTensorMeta.maintain_aspect_ratio: offset");
static_assert(sizeof(GstNvDsPreProcessBatchMeta) == 64, "GstNvDsPreProcessBatchMeta: size");
static_assert(offsetof(GstNvDsPreProcessBatchMeta, target_unique_ids) == 0,
              "GstNvDsPreProcessBatchMeta.target_unique_ids: offset");
static_assert(offsetof(GstNvDsPreProcessBatchMeta, tensor_meta) == 24,
              "GstNvDsPreProcessBatchMeta.tensor_meta: offset");
static_assert(offsetof(GstNvDsPreProcessBatchMeta, roi_vector) == 32,
              "GstNvDsPreProcessBatchMeta.roi_vector: offset");
static_assert(offsetof(GstNvDsPreProcessBatchMeta, private_data) == 56,
              "GstNvDsPreProcessBatchMeta.private_data: offset");
#pragma GCC diagnostic pop
