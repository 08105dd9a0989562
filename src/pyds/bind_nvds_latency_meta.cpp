#include <algorithm>

#include "gstnvdsmeta.h"
#include "nvds_latency_meta.h"
#include "pyds/bindings.h"
#include "pyds/buffer.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// Prints what the original prints, to the same stream as the library's lines about components.
guint measure(GstBuffer* buffer) {
  if (!nvds_get_enable_latency_measurement()) return 0;
  NvDsBatchMeta* batch = gst_buffer_get_nvds_batch_meta(buffer);
  if (!batch) {
    g_print("Batch meta not found for buffer %p\n", static_cast<void*>(buffer));
    return 0;
  }
  std::vector<NvDsFrameLatencyInfo> frames;
  guint count = 0;
  nvds_acquire_meta_lock(batch);  // so that the list is still as long when it is read
  frames.resize(std::max(1u, g_list_length(batch->batch_user_meta_list)));
  count = nvds_measure_buffer_latency(buffer, frames.data());
  nvds_release_meta_lock(batch);
  g_print("************BATCH-NUM = %u**************\n", frames[0].frame_num);
  for (guint i = 0; i < count; ++i) {
    g_print("Source id = %u Frame_num = %u Frame latency = %g (ms) \n", frames[i].source_id,
            frames[i].frame_num, frames[i].latency);
  }
  return count;
}

}  // namespace

void bind_nvds_latency_meta(nb::module_& module) {
  module.def(
      "nvds_measure_buffer_latency",
      [](nb::handle gst_buffer) {
        const Site site{"nvds_measure_buffer_latency", "gst_buffer"};
        GstBuffer* buffer = to_buffer(gst_buffer, site);
        if (!buffer) throw_type_error(site, "Gst.Buffer or its hash()", gst_buffer);
        const WithoutGil released;
        return measure(buffer);
      },
      nb::arg("gst_buffer").none(),
      "With NVDS_ENABLE_LATENCY_MEASUREMENT in the environment, prints how long each frame of the "
      "buffer's batch (view) has been in the pipeline, and gives the number of frames measured; "
      "without it, 0. "
      "NVDS_ENABLE_COMPONENT_LATENCY_MEASUREMENT adds a line for each element.");
}

}  // namespace thalweg::pyds
