#include "custom_data.hpp"
#include "nvds_360d_meta.h"
#include "pyds/bindings.h"
#include "pyds/enum_names.h"
#include "pyds/event_message.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// The user meta behind an argument.
NvDsUserMeta* to_carrier(nb::handle data, const char* function) {
  const Site site{function, "data"};
  const Ref* ref = as_ref(data);
  if (data.is_none() || (ref && &ref->info() != &struct_info<NvDsUserMeta>)) {
    throw_type_error(site, "NvDsUserMeta or its capsule", data);
  }
  return to_struct<NvDsUserMeta>(data, site);
}

}  // namespace

void bind_custom_data(nb::module_& module) {
  StructBinder<CustomDataStruct>(module, "CustomDataStruct",
                                 "A payload for user metas, to learn from.")
      .field("structId", &CustomDataStruct::structId, "A number.")
      .text("message", &CustomDataStruct::message,
            "Address of a text; set from a str (copy), the old text is freed.")
      .field("sampleInt", &CustomDataStruct::sampleInt, "Another number.");
  module.def(
      "alloc_custom_struct",
      [](StructRef<NvDsUserMeta>& user_meta) {
        Allocations::instance().collect();
        NvDsUserMeta* carrier = user_meta.get();
        auto* block = static_cast<CustomDataStruct*>(
            Allocations::instance().allocate_struct(struct_info<CustomDataStruct>));
        if (!block) throw std::bad_alloc();
        install_custom_struct_hooks(carrier);
        return Reference<CustomDataStruct>{wrap(block)};
      },
      nb::arg("user_meta"),
      "A zeroed CustomDataStruct (shared), which `user_meta` learns to copy and free; make it the "
      "user meta's payload yourself.");

  module.def(
      "copy_custom_struct",
      [](nb::handle data, nb::handle) {
        NvDsUserMeta* carrier = to_carrier(data, "copy_custom_struct");
        return OptionalReference<CustomDataStruct>{
            wrap(static_cast<CustomDataStruct*>(copy_custom_struct(carrier, nullptr)))};
      },
      nb::arg("data").none(), nb::arg("user_data") = nb::none(),
      "A copy (shared) of the CustomDataStruct that is the payload of an NvDsUserMeta or of its "
      "capsule, None without one. For user_copyfunc, or to be called; alloc_custom_struct does the "
      "same by itself.");
  module.def(
      "release_custom_struct",
      [](nb::handle data, nb::handle) {
        release_custom_struct(to_carrier(data, "release_custom_struct"), nullptr);
      },
      nb::arg("data").none(), nb::arg("user_data") = nb::none(),
      "Frees the CustomDataStruct (taken) that is the payload of an NvDsUserMeta or of its "
      "capsule, and "
      "sets the payload to None. For user_releasefunc, or to be called; alloc_custom_struct does "
      "the same by itself.");

  bind_enum<ROI_STATUS_360D>(module, "ROI_STATUS_360D", "Bits of RectDim.roi_status.")
      .value("ROI_ENTRY_360D", ROI_ENTRY_360D)
      .value("ROI_EXIT_360D", ROI_EXIT_360D)
      .value("INSIDE_AISLE_360D", INSIDE_AISLE_360D);
  StructBinder<RectDim>(module, "RectDim", "A box of the 360-degree application.")
      .field("left", &RectDim::left, "Left edge, pixels.")
      .field("top", &RectDim::top, "Top edge, pixels.")
      .field("width", &RectDim::width, "Width, pixels.")
      .field("height", &RectDim::height, "Height, pixels.")
      .field("class_id", &RectDim::class_id, "Class of the object.")
      .field("tracking_id", &RectDim::tracking_id, "Number of the track.")
      .field("gie_unique_id", &RectDim::gie_unique_id, "`unique-id` of the element.")
      .field("roi_status", &RectDim::roi_status, "Bits of ROI_STATUS_360D.")
      .field("text", &RectDim::text, "A pointer (shared) or None.");
}

}  // namespace thalweg::pyds
