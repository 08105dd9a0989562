#include "nvds_analytics_meta.h"
#include "pyds/bindings.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

void bind_nvds_analytics_meta(nb::module_& module) {
  using Object = NvDsAnalyticsObjInfo;
  StructBinder<Object>(
      module, "NvDsAnalyticsObjInfo",
      "What nvdsanalytics says about an object. To change a container assign a new "
      "one.")
      .field("roiStatus", &Object::roiStatus, "Names of the regions it is in (copy).")
      .field("ocStatus", &Object::ocStatus, "Names of the overcrowded regions it is in (copy).")
      .field("lcStatus", &Object::lcStatus, "Names of the lines it has crossed (copy).")
      .field("dirStatus", &Object::dirStatus, "Name of its direction (copy).")
      .field("objStatus", &Object::objStatus, "Its state (copy).")
      .field("unique_id", &Object::unique_id, "`unique-id` of the element.");
  using Frame = NvDsAnalyticsFrameMeta;
  StructBinder<Frame>(module, "NvDsAnalyticsFrameMeta",
                      "What nvdsanalytics says about a frame. To change a container assign a new "
                      "one.")
      .field("ocStatus", &Frame::ocStatus, "By region: whether it is overcrowded (copy).")
      .field("objInROIcnt", &Frame::objInROIcnt, "By region: objects in it (copy).")
      .field("objLCCurrCnt", &Frame::objLCCurrCnt, "By line: crossings in this frame (copy).")
      .field("objLCCumCnt", &Frame::objLCCumCnt, "By line: crossings since the start (copy).")
      .field("unique_id", &Frame::unique_id, "`unique-id` of the element.")
      .field("objCnt", &Frame::objCnt, "By class: objects in the frame (copy).");
}

}  // namespace thalweg::pyds
