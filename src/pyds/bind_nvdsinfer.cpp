#include "gstnvdsinfer.h"
#include "nvdsinfer.h"
#include "pyds/bindings.h"
#include "pyds/c_function.h"
#include "pyds/enum_names.h"
#include "pyds/memory.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// The tensor meta behind an argument, and a checked number of a layer.
NvDsInferTensorMeta* tensor_meta(nb::handle data, const Site& site) {
  auto* meta = to_struct<NvDsInferTensorMeta>(data, site);
  NvDsInferTensorMeta copy;
  if (!meta || !read_memory(meta, &copy, sizeof copy)) {
    throw_type_error(site, "NvDsInferTensorMeta or its capsule", data);
  }
  return meta;
}

unsigned layer_number(const NvDsInferTensorMeta& meta, nb::handle index, const Site& site) {
  const auto number = to_integer<unsigned>(index, site);
  if (number >= meta.num_output_layers || !meta.output_layers_info) {
    throw_error(PyExc_IndexError, "%s.%s: expected 0 to %d, got %u", site.owner, site.name,
                static_cast<int>(meta.num_output_layers) - 1, number);
  }
  return number;
}

nb::ndarray<nb::numpy, int32_t, nb::ndim<2>> segmentation_masks(Given<Pointer> given) {
  const nb::handle data = given.value;
  const Site site{"get_segmentation_masks", "data"};
  auto* meta = to_struct<NvDsInferSegmentationMeta>(data, site);
  NvDsInferSegmentationMeta masks;
  if (!meta || !read_memory(meta, &masks, sizeof masks)) {
    throw_type_error(site, "NvDsInferSegmentationMeta or its capsule", data);
  }
  if (!masks.class_map) {
    throw_error(PyExc_ValueError, "%s.%s: the meta has no class map", site.owner, site.name);
  }
  const size_t size = size_t{masks.width} * masks.height;
  auto* copy = new int32_t[size];
  const nb::capsule owner(copy,
                          [](void* array) noexcept { delete[] static_cast<int32_t*>(array); });
  std::memcpy(copy, masks.class_map, size * sizeof(int32_t));
  return {copy, {masks.height, masks.width}, owner};
}

}  // namespace

void bind_nvdsinfer(nb::module_& module) {
  bind_enum<NvDsInferDataType>(module, "NvDsInferDataType", "Type of a layer's values.")
      .value("FLOAT", FLOAT)
      .value("HALF", HALF)
      .value("INT8", INT8)
      .value("INT32", INT32)
      .value("INT64", INT64)
      .value("UINT8", UINT8);

  StructBinder<NvDsInferDims>(module, "NvDsInferDims", "Shape of a layer, without the batch.")
      .readonly("numDims", &NvDsInferDims::numDims, "Dimensions, 1 to 8.")
      .readonly("numElements", &NvDsInferDims::numElements, "Product of the dimensions.")
      .readonly("d", &NvDsInferDims::d, "Size of each dimension: uint32 array of 8 (view).");
  StructBinder<NvDsInferDimsCHW>(module, "NvDsInferDimsCHW", "Shape of a picture.")
      .readonly("c", &NvDsInferDimsCHW::c, "Channels.")
      .readonly("h", &NvDsInferDimsCHW::h, "Height.")
      .readonly("w", &NvDsInferDimsCHW::w, "Width.");
  StructBinder<NvDsInferLayerInfo>(module, "NvDsInferLayerInfo", "One layer of a model.")
      .readonly("dataType", &NvDsInferLayerInfo::dataType, "Type of the values.")
      .readonly("dims", &NvDsInferLayerInfo::inferDims, "Older name of inferDims (view).")
      .readonly("inferDims", &NvDsInferLayerInfo::inferDims, "Shape without the batch (view).")
      .readonly("bindingIndex", &NvDsInferLayerInfo::bindingIndex, "Number of the layer.")
      .decoded_readonly("layerName", &NvDsInferLayerInfo::layerName, "Name (copy) or None.")
      .readonly("buffer", &NvDsInferLayerInfo::buffer,
                "The values (view), None before get_nvds_LayerInfo.")
      .readonly("isInput", &NvDsInferLayerInfo::isInput, "1 for an input.");
  StructBinder<NvDsInferNetworkInfo>(module, "NvDsInferNetworkInfo", "Input of a model.")
      .field("width", &NvDsInferNetworkInfo::width, "Width, pixels.")
      .field("height", &NvDsInferNetworkInfo::height, "Height, pixels.")
      .field("channels", &NvDsInferNetworkInfo::channels, "Channels.");
  using Detection = NvDsInferObjectDetectionInfo;
  StructBinder<Detection>(module, "NvDsInferObjectDetectionInfo",
                          "One detection, box in pixels of the model's input.")
      .field("classId", &Detection::classId, "Class of the object.")
      .field("left", &Detection::left, "Left edge, pixels.")
      .field("top", &Detection::top, "Top edge, pixels.")
      .field("width", &Detection::width, "Width, pixels.")
      .field("height", &Detection::height, "Height, pixels.")
      .field("detectionConfidence", &Detection::detectionConfidence, "Confidence, 0 to 1.")
      .field("rotation_angle", &Detection::rotation_angle,
             "Turn of the box about its centre, as the model gives it.");
  StructBinder<NvDsInferAttribute>(module, "NvDsInferAttribute", "One attribute of an object.")
      .readonly("attributeIndex", &NvDsInferAttribute::attributeIndex, "Number of the label.")
      .readonly("atttributeIndex", &NvDsInferAttribute::attributeIndex,
                "Misspelled older name of attributeIndex.")
      .readonly("attributeValue", &NvDsInferAttribute::attributeValue, "Class that was chosen.")
      .readonly("attributeConfidence", &NvDsInferAttribute::attributeConfidence,
                "Confidence, 0 to 1.")
      .decoded_readonly("attributeLabel", &NvDsInferAttribute::attributeLabel,
                        "Name of the class (copy) or None.");

  using Tensor = NvDsInferTensorMeta;
  StructBinder<Tensor>(module, "NvDsInferTensorMeta",
                       "Raw output of a model, payload of NVDSINFER_TENSOR_OUTPUT_META.")
      .readonly("network_info", &Tensor::network_info, "Input of the model (view).")
      .readonly("unique_id", &Tensor::unique_id, "`unique-id` of the element.")
      .readonly("num_output_layers", &Tensor::num_output_layers, "How many output layers.")
      .readonly("out_buf_ptrs_host", &Tensor::out_buf_ptrs_host,
                "Addresses of the layers' values (view); use get_nvds_LayerInfo.")
      .readonly("out_buf_ptrs_dev", &Tensor::out_buf_ptrs_dev,
                "Addresses of the layers' values on a device (view) or None.")
      .readonly("gpu_id", &Tensor::gpu_id, "Number of the GPU.")
      .readonly("priv_data", &Tensor::priv_data, "The element's own (view) or None.")
      .readonly("maintain_aspect_ratio", &Tensor::maintain_aspect_ratio, "1 if it was padded.")
      .readonly("symmetric_padding", &Tensor::symmetric_padding, "1 if padded on both sides.")
      .python()
      .def(
          "output_layers_info",
          [](StructRef<Tensor>& self, Given<int> j) {
            const Tensor* meta = self.get();
            const unsigned number =
                layer_number(*meta, j.value, {"NvDsInferTensorMeta.output_layers_info", "j"});
            auto* copy = static_cast<NvDsInferLayerInfo*>(
                Allocations::instance().allocate_struct(struct_info<NvDsInferLayerInfo>));
            if (!copy) throw std::bad_alloc();
            *copy = meta->output_layers_info[number];
            nb::object made = wrap(copy);
            nb::inst_ptr<Ref>(made)->take_ownership();
            return Reference<NvDsInferLayerInfo>{made};
          },
          nb::arg("j").none(), "A layer (copy). Prefer get_nvds_LayerInfo, which has the values.");

  using Masks = NvDsInferSegmentationMeta;
  StructBinder<Masks>(module, "NvDsInferSegmentationMeta",
                      "A class for each pixel, payload of NVDSINFER_SEGMENTATION_META.")
      .readonly("classes", &Masks::classes, "How many classes the model has.")
      .readonly("width", &Masks::width, "Columns of the map.")
      .readonly("height", &Masks::height, "Rows of the map.")
      .first_readonly(
          "class_map", &Masks::class_map,
          "Class of the first pixel (copy) or None; use get_segmentation_masks for all.")
      .first_readonly("class_probabilities_map", &Masks::class_probabilities_map,
                      "First probability, 0 to 1 (copy), or None.")
      .readonly("priv_data", &Masks::priv_data, "The element's own (view) or None.")
      .readonly("unique_id", &Masks::unique_id, "`unique-id` of the element.");

  module.def(
      "get_nvds_LayerInfo",
      [](Given<Pointer> data, Given<int> index) {
        const char* name = "get_nvds_LayerInfo";
        NvDsInferTensorMeta* meta = tensor_meta(data.value, {name, "data"});
        const unsigned number = layer_number(*meta, index.value, {name, "index"});
        NvDsInferLayerInfo* layer = &meta->output_layers_info[number];
        if (meta->out_buf_ptrs_host) layer->buffer = meta->out_buf_ptrs_host[number];
        return Reference<NvDsInferLayerInfo>{wrap(layer)};
      },
      nb::arg("data").none(), nb::arg("index").none(),
      "A layer of an NvDsInferTensorMeta or its capsule (view), with the address of its values.");
  module.def("get_segmentation_masks", &segmentation_masks, nb::arg("data").none(),
             "Class of each pixel: int32 array of height x width (copy). `data` is an "
             "NvDsInferSegmentationMeta or its capsule.");
  def_glist_get<NvDsInferTensorMeta>(module, "glist_get_nvds_tensor_meta");
}

}  // namespace thalweg::pyds
