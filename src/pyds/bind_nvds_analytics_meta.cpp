#include "nvds_analytics_meta.h"
#include "pyds/bindings.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

void bind_nvds_analytics_meta(nb::module_& module) {
  using Object = NvDsAnalyticsObjInfo;
  StructBinder<Object>(module, "NvDsAnalyticsObjInfo",
                       "What nvdsanalytics says about an object. Containers are copies: assign a "
                       "new one to change it.")
      .field("roiStatus", &Object::roiStatus, "Names of the regions it is in.")
      .field("ocStatus", &Object::ocStatus, "Names of the overcrowded regions it is in.")
      .field("lcStatus", &Object::lcStatus, "Names of the lines it has crossed.")
      .field("dirStatus", &Object::dirStatus, "Name of its direction.")
      .field("objStatus", &Object::objStatus, "Its state.")
      .field("unique_id", &Object::unique_id, "`unique-id` of the element.");
  using Frame = NvDsAnalyticsFrameMeta;
  StructBinder<Frame>(module, "NvDsAnalyticsFrameMeta",
                      "What nvdsanalytics says about a frame. Containers are copies: assign a new "
                      "one to change it.")
      .field("ocStatus", &Frame::ocStatus, "By region: whether it is overcrowded.")
      .field("objInROIcnt", &Frame::objInROIcnt, "By region: objects in it.")
      .field("objLCCurrCnt", &Frame::objLCCurrCnt, "By line: crossings in this frame.")
      .field("objLCCumCnt", &Frame::objLCCumCnt, "By line: crossings since the start.")
      .field("unique_id", &Frame::unique_id, "`unique-id` of the element.")
      .field("objCnt", &Frame::objCnt, "By class: objects in the frame.");
}

}  // namespace thalweg::pyds
