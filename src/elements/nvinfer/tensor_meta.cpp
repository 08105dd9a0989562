#include "elements/nvinfer/tensor_meta.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "elements/batch_meta.h"
#include "elements/nvinfer/payload.h"
#include "gstnvdsinfer.h"

namespace thalweg {
namespace {

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

}  // namespace

void write_tensors(const Model& model, int unique_id, const Subject& subject,
                   const Layers& layers) {
  NvDsInferTensorMeta fields{};
  fields.unique_id = guint(unique_id);
  fields.network_info = model.network();
  fields.maintain_aspect_ratio = model.config().maintain_aspect_ratio;
  fields.symmetric_padding = model.config().symmetric_padding;
  auto payload = std::make_unique<TensorMeta>(fields, layers);

  MetaLock lock(subject.frame->base_meta.batch_meta);
  attach_payload<NvDsInferTensorMeta>(std::move(payload), NVDSINFER_TENSOR_OUTPUT_META, subject);
}

}  // namespace thalweg
