// A parser library as a program would bring it: only the public header.
#include <cstring>
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

// A box and a mask of 2 x 1 values for each row of the layer: class, score, left, top, first and
// second value. A negative score has no mask, one above 1 lies about its size, one above 2 fails.
extern "C" __attribute__((visibility("default"))) bool NvDsInferParseTestMasks(
    std::vector<NvDsInferLayerInfo> const& layers, NvDsInferNetworkInfo const&,
    NvDsInferParseDetectionParams const&, std::vector<NvDsInferInstanceMaskInfo>& objects) {
  const auto* row = static_cast<const float*>(layers[0].buffer);
  for (unsigned i = 0; i < layers[0].inferDims.d[0]; ++i, row += 6) {
    NvDsInferInstanceMaskInfo object{};
    object.classId = unsigned(row[0]);
    object.detectionConfidence = row[1] < 0 ? -row[1] : row[1];
    object.left = row[2];
    object.top = row[3];
    object.width = object.height = 4;
    if (row[1] >= 0) {
      object.mask = new float[2]{row[4], row[5]};
      object.mask_width = 2;
      object.mask_height = 1;
      object.mask_size = (row[1] > 1 ? 200 : 2) * sizeof(float);
    }
    objects.push_back(object);
    if (row[1] > 2) return false;
  }
  return true;
}

CHECK_CUSTOM_INSTANCE_MASK_PARSE_FUNC_PROTOTYPE(NvDsInferParseTestMasks);

// The left half of the network's picture, more likely an object on the right.
extern "C" __attribute__((visibility("default"))) bool NvDsInferParseOneMask(
    std::vector<NvDsInferLayerInfo> const&, NvDsInferNetworkInfo const& network,
    NvDsInferParseDetectionParams const&, std::vector<NvDsInferInstanceMaskInfo>& objects) {
  NvDsInferInstanceMaskInfo object{};
  object.detectionConfidence = 0.5f;
  object.width = float(network.width) / 2;
  object.height = float(network.height);
  object.mask = new float[2]{0.25f, 0.75f};
  object.mask_width = 2;
  object.mask_height = 1;
  object.mask_size = 2 * sizeof(float);
  objects.push_back(object);
  return true;
}

CHECK_CUSTOM_INSTANCE_MASK_PARSE_FUNC_PROTOTYPE(NvDsInferParseOneMask);

// One that knows its model by heart, TrafficCamNet as etlt: names, grid, network size.
extern "C" __attribute__((visibility("default"))) bool NvDsInferParseTrafficCamNet(
    std::vector<NvDsInferLayerInfo> const& layers, NvDsInferNetworkInfo const& network,
    NvDsInferParseDetectionParams const& params, std::vector<NvDsInferParseObjectInfo>& objects) {
  constexpr unsigned kClasses = 4, kRows = 34, kColumns = 60, kCells = kRows * kColumns;
  constexpr float kStride = 16, kNorm = 35;
  const auto find = [&](const char* name, unsigned channels) -> const float* {
    for (const auto& layer : layers) {
      const NvDsInferDims& dims = layer.inferDims;
      if (std::strcmp(layer.layerName, name) == 0 && dims.numDims == 3 && dims.d[0] == channels &&
          dims.d[1] == kRows && dims.d[2] == kColumns)
        return static_cast<const float*>(layer.buffer);
    }
    return nullptr;
  };
  const float* coverage = find("output_cov/Sigmoid", kClasses);
  const float* boxes = find("output_bbox/BiasAdd", 4 * kClasses);
  if (!coverage || !boxes || network.width != 960 || network.height != 544) return false;
  for (unsigned c = 0; c < kClasses; ++c) {
    for (unsigned i = 0; i < kCells; ++i) {
      const float score = coverage[c * kCells + i];
      if (score < params.perClassThreshold[c]) continue;
      const unsigned row = i / kColumns, column = i % kColumns;
      const float x = (float(column) * kStride + 0.5f) / kNorm;
      const float y = (float(row) * kStride + 0.5f) / kNorm;
      const float* box = boxes + size_t(4) * c * kCells + i;
      NvDsInferParseObjectInfo object{};
      object.classId = c;
      object.left = (x - box[0]) * kNorm;
      object.top = (y - box[kCells]) * kNorm;
      object.width = (box[2 * kCells] + box[0]) * kNorm;
      object.height = (box[3 * kCells] + box[kCells]) * kNorm;
      object.detectionConfidence = score;
      objects.push_back(object);
    }
  }
  return true;
}

CHECK_CUSTOM_PARSE_FUNC_PROTOTYPE(NvDsInferParseTrafficCamNet);

// An attribute for each row of the layer: index, class, confidence and the kind of its label: 0
// none, 1 "red", 2 text that is no UTF-8, 3 "red" two thousand times, 4 a long text. The index -1
// fails and -2 throws, after the rows before it.
extern "C" __attribute__((visibility("default"))) bool NvDsInferParseTestAttributes(
    std::vector<NvDsInferLayerInfo> const& layers, NvDsInferNetworkInfo const& network,
    float threshold, std::vector<NvDsInferAttribute>& attributes, std::string& description) {
  const auto* row = static_cast<const float*>(layers[0].buffer);
  for (unsigned i = 0; i < layers[0].inferDims.d[0]; ++i, row += 4) {
    if (row[0] == -1) return false;
    if (row[0] == -2) throw 5;
    if (row[2] < threshold) continue;
    const unsigned times = row[3] == 3 ? 2000 : 1;
    for (unsigned n = 0; n < times; ++n) {
      NvDsInferAttribute attribute{};
      attribute.attributeIndex = unsigned(row[0]);
      attribute.attributeValue = unsigned(row[1]);
      attribute.attributeConfidence = row[2];
      const std::string label = row[3] == 4   ? std::string(20000, 'x')
                                : row[3] == 2 ? "r\xF6t"
                                              : "red";
      if (row[3] > 0) attribute.attributeLabel = strdup(label.c_str());
      attributes.push_back(attribute);
    }
    if (row[3] == 1) description = "all " + std::to_string(network.width);
  }
  return true;
}

CHECK_CUSTOM_CLASSIFIER_PARSE_FUNC_PROTOTYPE(NvDsInferParseTestAttributes);

// The class of each pixel is the first layer's whole value, -1 where it is below the threshold. A
// second layer, if there is one, has the probabilities.
extern "C" __attribute__((visibility("default"))) bool NvDsInferParseTestClassMap(
    std::vector<NvDsInferLayerInfo> const& layers, NvDsInferNetworkInfo const& network,
    float threshold, unsigned int classes, int* map, float*& probabilities) {
  const auto* values = static_cast<const float*>(layers[0].buffer);
  if (layers[0].inferDims.numElements > network.width * network.height || classes == 0)
    return false;
  for (unsigned i = 0; i < layers[0].inferDims.numElements; ++i) {
    map[i] = values[i] < threshold ? -1 : int(values[i]);
  }
  if (layers.size() > 1) probabilities = static_cast<float*>(layers[1].buffer);
  return true;
}

CHECK_CUSTOM_SEM_SEGMENTATION_PARSE_FUNC_PROTOTYPE(NvDsInferParseTestClassMap);

// A number for each frame of the batch: its number in the batch and the network's width.
extern "C" __attribute__((visibility("default"))) bool NvDsInferInitializeInputLayers(
    std::vector<NvDsInferLayerInfo> const& layers, NvDsInferNetworkInfo const& network,
    unsigned int batch) {
  for (const auto& layer : layers) {
    if (std::strcmp(layer.layerName, "refused") == 0) return false;
    if (std::strcmp(layer.layerName, "thrown") == 0) throw std::runtime_error("too many");
    if (std::strcmp(layer.layerName, "thrown number") == 0) throw 5;
    if (!layer.isInput || layer.dataType != FLOAT) return false;
    auto* values = static_cast<float*>(layer.buffer);
    for (unsigned i = 0; i < batch * layer.inferDims.numElements; ++i) {
      values[i] = float(i / layer.inferDims.numElements + network.width);
    }
  }
  return true;
}
