#include "nvds_opticalflow_meta.h"
#include "pyds/bindings.h"
#include "pyds/memory.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

nb::ndarray<nb::numpy, float, nb::ndim<1>> flow_vectors(Given<Pointer> given) {
  const nb::handle data = given.value;
  const Site site{"get_optical_flow_vectors", "data"};
  auto* meta = to_struct<NvDsOpticalFlowMeta>(data, site);
  NvDsOpticalFlowMeta flow;
  if (!meta || !read_memory(meta, &flow, sizeof flow)) {
    throw_type_error(site, "NvDsOpticalFlowMeta or its capsule", data);
  }
  const size_t size = flow.data ? size_t{flow.rows} * flow.cols * 2 : 0;
  auto* copy = new float[size];
  const nb::capsule owner(copy, [](void* array) noexcept { delete[] static_cast<float*>(array); });
  const auto* vectors = static_cast<const short*>(flow.data);
  for (size_t i = 0; i < size; ++i) copy[i] = vectors[i];
  return {copy, {size}, owner};
}

}  // namespace

void bind_nvds_opticalflow_meta(nb::module_& module) {
  using Vector = StructBinder<NvOFFlowVector>;
  Vector(module, "NvOFFlowVector", "Motion of one block, in 1/32 pixel.", Vector::Constructor::kNo)
      .field("flowx", &NvOFFlowVector::flowx, "To the right, 1/32 pixel.")
      .field("flowy", &NvOFFlowVector::flowy, "Downwards, 1/32 pixel.");
  using Meta = StructBinder<NvDsOpticalFlowMeta>;
  Meta(module, "NvDsOpticalFlowMeta", "Motion between two frames.", Meta::Constructor::kNo)
      .field("rows", &NvDsOpticalFlowMeta::rows, "Rows of vectors.")
      .field("cols", &NvDsOpticalFlowMeta::cols, "Columns of vectors.")
      .field("mv_size", &NvDsOpticalFlowMeta::mv_size, "Size of a vector, bytes.")
      .field("cost_size", &NvDsOpticalFlowMeta::cost_size, "Size of a cost, bytes.")
      .field("frame_num", &NvDsOpticalFlowMeta::frame_num, "Number of the frame.")
      .field("data", &NvDsOpticalFlowMeta::data, "The vectors (shared) or None.")
      .field("cost", &NvDsOpticalFlowMeta::cost, "The costs (shared) or None.")
      .field("priv", &NvDsOpticalFlowMeta::priv, "The element's own (shared) or None.")
      .field("reserved", &NvDsOpticalFlowMeta::reserved, "Unused pointer (shared) or None.");
  module.def("get_optical_flow_vectors", &flow_vectors, nb::arg("data").none(),
             "The vectors as a flat float32 array (copy): x and y of each block, row by row, in "
             "1/32 pixel. `data` is an NvDsOpticalFlowMeta or its capsule.");
}

}  // namespace thalweg::pyds
