#include "elements/nvinfer/tensor_meta.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "elements/batch_meta.h"
#include "gstnvdsinfer.h"

namespace thalweg {
namespace {

size_t bytes_of(const NvDsInferLayerInfo& layer) {
  const size_t sizes[] = {4, 2, 1, 4, 8, 1};  // FLOAT, HALF, INT8, INT32, INT64, UINT8
  return layer.inferDims.numElements * sizes[layer.dataType];
}

/// The payload: the C struct and what it points to.
struct TensorMeta : NvDsInferTensorMeta {
  TensorMeta(const NvDsInferTensorMeta& fields, const Layers& from)
      : NvDsInferTensorMeta(fields), layers(from) {
    constexpr size_t kAlignment = 64;
    size_t size = 0;
    std::vector<size_t> offsets;
    for (const auto& layer : layers) {
      offsets.push_back(size);
      size += (bytes_of(layer) + kAlignment - 1) / kAlignment * kAlignment;
    }
    memory.reset(static_cast<char*>(std::aligned_alloc(kAlignment, std::max(size, kAlignment))));
    if (!memory) throw std::bad_alloc();
    for (size_t i = 0; i < layers.size(); ++i) {
      void* values = memory.get() + offsets[i];
      std::memcpy(values, layers[i].buffer, bytes_of(layers[i]));
      layers[i].buffer = values;
      pointers.push_back(values);
    }
    num_output_layers = guint(layers.size());
    output_layers_info = layers.data();
    out_buf_ptrs_host = pointers.data();
    out_buf_ptrs_dev = pointers.data();  // the CPU is the device
    priv_data = this;
  }
  TensorMeta(const TensorMeta& other) : TensorMeta(other, other.layers) {}

  struct Free {
    void operator()(char* block) const { std::free(block); }
  };
  Layers layers;
  std::vector<void*> pointers;
  std::unique_ptr<char, Free> memory;
};

TensorMeta* payload_of(gpointer user_meta) {
  auto* fields =
      static_cast<NvDsInferTensorMeta*>(static_cast<NvDsUserMeta*>(user_meta)->user_meta_data);
  return static_cast<TensorMeta*>(fields);
}

gpointer copy(gpointer user_meta, gpointer) {
  return static_cast<NvDsInferTensorMeta*>(new TensorMeta(*payload_of(user_meta)));
}

void release(gpointer user_meta, gpointer) {
  delete payload_of(user_meta);
  static_cast<NvDsUserMeta*>(user_meta)->user_meta_data = nullptr;
}

}  // namespace

void write_tensors(const Model& model, int unique_id, NvDsFrameMeta* frame, NvDsObjectMeta* object,
                   const Layers& layers) {
  NvDsInferTensorMeta fields{};
  fields.unique_id = guint(unique_id);
  fields.network_info = model.network();
  fields.maintain_aspect_ratio = model.config().maintain_aspect_ratio;
  fields.symmetric_padding = model.config().symmetric_padding;
  auto payload = std::make_unique<TensorMeta>(fields, layers);

  NvDsBatchMeta* batch = frame->base_meta.batch_meta;
  MetaLock lock(batch);
  NvDsUserMeta* meta = nvds_acquire_user_meta_from_pool(batch);
  meta->user_meta_data = static_cast<NvDsInferTensorMeta*>(payload.release());
  meta->base_meta.meta_type = NvDsMetaType(NVDSINFER_TENSOR_OUTPUT_META);
  meta->base_meta.copy_func = copy;
  meta->base_meta.release_func = release;
  if (object) {
    nvds_add_user_meta_to_obj(object, meta);
  } else {
    nvds_add_user_meta_to_frame(frame, meta);
  }
}

}  // namespace thalweg
