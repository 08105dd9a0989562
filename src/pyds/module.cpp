#include <cstdlib>

#include "pyds/bindings.h"

NB_MODULE(_pyds, module) {
  using namespace thalweg::pyds;
  // Pipelines that a program leaves behind hold its probes and what those hold: no leak of ours.
  nanobind::set_leak_warnings(std::getenv("THALWEG_LEAK_WARNINGS") != nullptr);
  // Classes and functions belong to `pyds`; this extension is how it is made.
  const nanobind::object own_name = module.attr("__name__");
  module.attr("__name__") = "pyds";
  bind_base(module);
  bind_nvll_osd_struct(module);
  bind_nvdsmeta(module);
  bind_nvdsmeta_functions(module);
  bind_nvdsmeta_schema(module);
  bind_gstnvdsmeta(module);
  bind_gst_nvevent(module);
  bind_nvbufsurface(module);
  bind_nvdsinfer(module);
  bind_nvds_tracker_meta(module);
  bind_nvds_analytics_meta(module);
  bind_nvds_opticalflow_meta(module);
  bind_nvds_latency_meta(module);
  bind_nvdsgstutils(module);
  bind_nvds_obj_encode(module);
  bind_nvds_roi_meta(module);
  bind_custom_data(module);
  bind_memory(module);
  bind_callbacks(module);
  bind_batch_view(module);
  bind_python_parsers(module);
  module.attr("__name__") = own_name;
}
