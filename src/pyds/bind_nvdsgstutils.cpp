#include "nvdsgstutils.h"
#include "pyds/bindings.h"
#include "pyds/element.h"
#include "pyds/interpreter.h"

namespace thalweg::pyds {

void bind_nvdsgstutils(nb::module_& module) {
  module.def(
      "configure_source_for_ntp_sync",
      [](nb::handle src_elem) {
        const ElementPtr source =
            to_element(src_elem, {"configure_source_for_ntp_sync", "src_elem"});
        const WithoutGil released;
        configure_source_for_ntp_sync(source.get());
      },
      nb::arg("src_elem").none(),
      "Makes an RTSP source (rtspsrc, or a bin that has or will have one, such as uridecodebin) "
      "give the sender's time with each frame, from RTCP sender reports. An nvstreammux with "
      "attach-sys-ts=0 writes it to `ntp_timestamp`, 0 before the first report. `src_elem` "
      "(shared) is the "
      "Gst.Element or its hash(). Does nothing to other sources.");
}

}  // namespace thalweg::pyds
