#include "nvds_roi_meta.h"
#include "nvdspreprocess_meta.h"
#include "pyds/bindings.h"
#include "pyds/enum_names.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// Replaces the regions, unless that would move those that Python still looks at.
void set_regions(const StructRef<GstNvDsPreProcessBatchMeta>& self,
                 Given<SequenceOf<NvDsRoiMeta>> given) {
  const nb::handle value = given.value;
  const Site site{"GstNvDsPreProcessBatchMeta", "roi_vector"};
  const char* expected = "sequence of NvDsRoiMeta";
  std::vector<NvDsRoiMeta> regions;
  if (!PySequence_Check(value.ptr())) throw_type_error(site, expected, value);
  const nb::list items = nb::steal<nb::list>(PySequence_List(value.ptr()));
  if (!items.is_valid()) throw nb::python_error();
  for (nb::handle item : items)
    regions.push_back(*static_cast<NvDsRoiMeta*>(to_ref<NvDsRoiMeta>(item, site)->get()));
  std::vector<NvDsRoiMeta>& held = self.get()->roi_vector;
  for (NvDsRoiMeta& roi : held) {
    const PyTypeObject* type = struct_info<NvDsRoiMeta>.type;
    if (nb::object view =
            nb::steal(find_wrapper(&roi, const_cast<PyTypeObject*>(type), self.lifetime()))) {
      throw_error(PyExc_BufferError,
                  "%s.%s: a region of it is still in use; drop the old NvDsRoiMeta objects before "
                  "setting new ones",
                  site.owner, site.name);
    }
  }
  held = std::move(regions);
}

}  // namespace

void bind_nvds_roi_meta(nb::module_& module) {
  bind_enum<NvDsDataType>(module, "NvDsDataType", "Type of a tensor's elements.")
      .value("NvDsDataType_FP32", NvDsDataType_FP32)
      .value("NvDsDataType_UINT8", NvDsDataType_UINT8)
      .value("NvDsDataType_INT8", NvDsDataType_INT8)
      .value("NvDsDataType_UINT32", NvDsDataType_UINT32)
      .value("NvDsDataType_INT32", NvDsDataType_INT32)
      .value("NvDsDataType_INT64", NvDsDataType_INT64)
      .value("NvDsDataType_UINT64", NvDsDataType_UINT64)
      .value("NvDsDataType_FP16", NvDsDataType_FP16);
  bind_enum<NvDsUnitType>(module, "NvDsUnitType", "What one unit of a batch is cut from.")
      .value("NvDsUnitType_FullFrame", NvDsUnitType_FullFrame)
      .value("NvDsUnitType_ROI", NvDsUnitType_ROI)
      .value("NvDsUnitType_Object", NvDsUnitType_Object);

  StructBinder<NvDsRoiMeta>(module, "NvDsRoiMeta", "One region that nvdspreprocess cut out.")
      .field("roi", &NvDsRoiMeta::roi, "The region, pixels of the muxer's frame (view).")
      .field("converted_buffer", &NvDsRoiMeta::converted_buffer, "The picture (view) or None.")
      .field("frame_meta", &NvDsRoiMeta::frame_meta, "Its frame (view) or None.")
      .field("scale_ratio_x", &NvDsRoiMeta::scale_ratio_x, "Horizontal scale of the picture.")
      .field("scale_ratio_y", &NvDsRoiMeta::scale_ratio_y, "Vertical scale of the picture.")
      .field("offset_left", &NvDsRoiMeta::offset_left, "Left padding, pixels.")
      .field("offset_top", &NvDsRoiMeta::offset_top, "Top padding, pixels.")
      .field("classifier_meta_list", &NvDsRoiMeta::classifier_meta_list,
             "NvDsClassifierMeta of the region: GList (view) or None.")
      .field("roi_user_meta_list", &NvDsRoiMeta::roi_user_meta_list,
             "NvDsUserMeta of the region: GList (view) or None.")
      .field("object_meta", &NvDsRoiMeta::object_meta, "Its object (view) or None.");

  using Tensor = NvDsPreProcessTensorMeta;
  StructBinder<Tensor>(module, "NvDsPreProcessTensorMeta", "A tensor that nvdspreprocess made.")
      .field("raw_tensor_buffer", &Tensor::raw_tensor_buffer, "The values (shared) or None.")
      .field("buffer_size", &Tensor::buffer_size, "Size of the values, bytes.")
      .field("tensor_shape", &Tensor::tensor_shape, "Shape, batch first (copy).")
      .field("data_type", &Tensor::data_type, "Type of the values.")
      .field("tensor_name", &Tensor::tensor_name, "Name of the input layer (copy).")
      .field("gpu_id", &Tensor::gpu_id, "Number of the GPU.")
      .field("private_data", &Tensor::private_data, "The element's own (shared) or None.")
      .field("meta_id", &Tensor::meta_id, "Number of the meta.")
      .field("maintain_aspect_ratio", &Tensor::maintain_aspect_ratio, "1 if it was padded.");

  using Batch = GstNvDsPreProcessBatchMeta;
  StructBinder<Batch>(module, "GstNvDsPreProcessBatchMeta", "A batch that nvdspreprocess prepared.")
      .field("target_unique_ids", &Batch::target_unique_ids,
             "`unique-id` of the elements it is for (copy).")
      .field("tensor_meta", &Batch::tensor_meta, "The tensor (view) or None.")
      .field("private_data", &Batch::private_data, "The element's own (shared) or None.")
      .python()
      .def_prop_rw(
          "roi_vector",
          [](const StructRef<Batch>& self) {
            nb::list regions;
            for (NvDsRoiMeta& roi : self.get()->roi_vector) regions.append(wrap_part(self, &roi));
            return regions;
          },
          &set_regions, nb::for_getter(nb::sig("def roi_vector(self) -> list[NvDsRoiMeta]")),
          nb::for_setter(nb::arg("value").none()),
          "The regions (views); set from a sequence (copies).");
}

}  // namespace thalweg::pyds
