// A parser library as a program would bring it: only the public header.
#include <stdexcept>

#include "nvdsinfer_custom_impl.h"

extern "C" __attribute__((visibility("default"))) bool NvDsInferParseTest(
    std::vector<NvDsInferLayerInfo> const& layers, NvDsInferNetworkInfo const& network,
    NvDsInferParseDetectionParams const& params, std::vector<NvDsInferParseObjectInfo>& objects) {
  const auto* values = static_cast<const float*>(layers[0].buffer);
  if (values[0] < 0) return false;
  if (values[0] > 1000) throw std::runtime_error("too far");
  NvDsInferParseObjectInfo object{};
  object.left = values[0];
  object.top = values[1];
  object.width = float(network.width);
  object.height = float(network.height);
  object.detectionConfidence = params.perClassThreshold[0];
  objects.push_back(object);
  return true;
}

CHECK_CUSTOM_PARSE_FUNC_PROTOTYPE(NvDsInferParseTest);
