#pragma once

#include <nanobind/nanobind.h>

namespace thalweg::pyds {

/// Each binds what one C header declares; a class may name classes that a later call binds.
void bind_base(nanobind::module_& module);
void bind_nvll_osd_struct(nanobind::module_& module);
void bind_nvdsmeta(nanobind::module_& module);
void bind_nvdsmeta_functions(nanobind::module_& module);
void bind_nvdsmeta_schema(nanobind::module_& module);
void bind_gstnvdsmeta(nanobind::module_& module);
void bind_gst_nvevent(nanobind::module_& module);
void bind_nvbufsurface(nanobind::module_& module);
void bind_nvdsinfer(nanobind::module_& module);
void bind_nvds_tracker_meta(nanobind::module_& module);
void bind_nvds_analytics_meta(nanobind::module_& module);
void bind_nvds_opticalflow_meta(nanobind::module_& module);
void bind_nvds_latency_meta(nanobind::module_& module);
void bind_nvdsgstutils(nanobind::module_& module);
void bind_nvds_obj_encode(nanobind::module_& module);
void bind_nvds_roi_meta(nanobind::module_& module);
void bind_custom_data(nanobind::module_& module);
/// Strings, blocks and addresses.
void bind_memory(nanobind::module_& module);
/// Copy and release functions of user metas.
void bind_callbacks(nanobind::module_& module);
/// The module pyds._batch_view: what thalweg.meta needs, no part of pyds' interface.
void bind_batch_view(nanobind::module_& module);
/// The capsule in which nvinfer finds Python (infer/python_host.h).
void bind_python_parsers(nanobind::module_& module);

}  // namespace thalweg::pyds
