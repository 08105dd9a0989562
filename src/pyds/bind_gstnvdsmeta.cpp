#include "gstnvdsmeta.h"
#include "pyds/bindings.h"
#include "pyds/buffer.h"
#include "pyds/enum_names.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

void bind_gstnvdsmeta(nb::module_& module) {
  bind_enum<GstNvDsMetaType>(module, "GstNvDsMetaType", "Kind of an NvDsMeta on a buffer.")
      .value("NVDS_GST_INVALID_META", NVDS_GST_INVALID_META)
      .value("NVDS_BATCH_GST_META", NVDS_BATCH_GST_META)
      .value("NVDS_DECODER_GST_META", NVDS_DECODER_GST_META)
      .value("NVDS_DEWARPER_GST_META", NVDS_DEWARPER_GST_META)
      .value("NVDS_RESERVED_GST_META", NVDS_RESERVED_GST_META)
      .value("NVDS_GST_META_FORCE32", NVDS_GST_META_FORCE32);

  StructBinder<NvDsMeta>(module, "NvDsMeta", "Metadata on a GStreamer buffer.")
      .opaque("meta",
              "GStreamer's own part (shared). Has no Python type: reading it raises TypeError.")
      .field("meta_data", &NvDsMeta::meta_data, "The metadata (shared) or None.")
      .field("user_data", &NvDsMeta::user_data, "Pointer for the hooks (shared) or None.")
      .field("meta_type", &NvDsMeta::meta_type, "Number of GstNvDsMetaType.")
      .address("copyfunc", &NvDsMeta::copyfunc,
               "C function that copies the metadata with the buffer (shared) or None.")
      .address("freefunc", &NvDsMeta::freefunc,
               "C function that frees the metadata (shared) or None.")
      .address("gst_to_nvds_meta_transform_func", &NvDsMeta::gst_to_nvds_meta_transform_func,
               "C function with which the muxer makes a user meta of it (shared) or None.")
      .address("gst_to_nvds_meta_release_func", &NvDsMeta::gst_to_nvds_meta_release_func,
               "C function that frees what that made (shared) or None.");

  module.def(
      "gst_buffer_get_nvds_batch_meta",
      [](nb::handle buffer) {
        Allocations::instance().collect();
        GstBuffer* from = to_buffer(buffer, {"gst_buffer_get_nvds_batch_meta", "buffer"});
        return OptionalReference<NvDsBatchMeta>{
            wrap(from ? gst_buffer_get_nvds_batch_meta(from) : nullptr)};
      },
      nb::arg("buffer").none(),
      "The batch meta of a Gst.Buffer (view), None if it has none. `buffer` is the object or its "
      "hash(). The meta lives as long as the buffer:\n\n"
      "    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))");
  module.def(
      "gst_buffer_add_nvds_meta",
      [](nb::handle, nb::handle, nb::handle, nb::handle, nb::handle) -> nb::object {
        throw_error(PyExc_TypeError,
                    "gst_buffer_add_nvds_meta: a buffer in a probe is not writable; add an "
                    "NvDsUserMeta to the batch, a frame or an object instead");
      },
      nb::arg("buffer").none(), nb::arg("meta_data").none(), nb::arg("user_data").none(),
      nb::arg("copy_func").none(), nb::arg("release_func").none(),
      "Raises TypeError, as it always did, and nothing is taken: use a user meta.");
}

}  // namespace thalweg::pyds
