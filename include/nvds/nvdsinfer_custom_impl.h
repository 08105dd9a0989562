// Interface of custom output parsers and other functions of a custom-lib-path library. Parser
// sources written for DeepStream compile against it; TensorRT's types are only declared.
#pragma once

#ifndef __cplusplus
#error "nvdsinfer_custom_impl.h is a C++ header"
#endif

#include <string>
#include <vector>

#include "nvdsinfer.h"

namespace nvinfer1 {
class IBuilder;
class IBuilderConfig;
class ICudaEngine;
class INetworkDefinition;
class IPluginFactory;
#ifndef NV_INFER_RUNTIME_BASE_H
enum class DataType : int32_t;
#endif
}  // namespace nvinfer1

/** Builds a network from a format of the library's own. */
class IModelParser {
 public:
  IModelParser() = default;
  virtual ~IModelParser() = default;
  virtual NvDsInferStatus parseModel(nvinfer1::INetworkDefinition& network) = 0;
  virtual bool hasFullDimsSupported() const = 0;
  virtual const char* getModelName() const = 0;
};

/** Thresholds by class; `perClassThreshold` is the older name of the first list. */
struct NvDsInferParseDetectionParams {
  unsigned int numClassesConfigured;
  std::vector<float> perClassPreclusterThreshold;
  std::vector<float> perClassPostclusterThreshold;
  std::vector<float>& perClassThreshold = perClassPreclusterThreshold;
};

typedef struct _NvDsInferContextInitParams NvDsInferContextInitParams;

#define THALWEG_DETECTION_PARSER_ARGS(Info)                                                       \
  (std::vector<NvDsInferLayerInfo> const& outputLayersInfo,                                       \
   NvDsInferNetworkInfo const& networkInfo, NvDsInferParseDetectionParams const& detectionParams, \
   std::vector<Info>& objectList)
#define THALWEG_CLASSIFIER_PARSER_ARGS                                 \
  (std::vector<NvDsInferLayerInfo> const& outputLayersInfo,            \
   NvDsInferNetworkInfo const& networkInfo, float classifierThreshold, \
   std::vector<NvDsInferAttribute>& attrList, std::string& descString)
#define THALWEG_SEGMENTATION_PARSER_ARGS                                                          \
  (std::vector<NvDsInferLayerInfo> const& outputLayersInfo,                                       \
   NvDsInferNetworkInfo const& networkInfo, float segmentationThreshold, unsigned int numClasses, \
   int* classificationMap, float*& classProbabilityMap)
#define THALWEG_ENGINE_CREATE_ARGS                                                   \
  (nvinfer1::IBuilder* const builder, nvinfer1::IBuilderConfig* const builderConfig, \
   const NvDsInferContextInitParams* const initParams, nvinfer1::DataType dataType,  \
   nvinfer1::ICudaEngine*& cudaEngine)

extern "C" {

/** Detections of one frame; true on success. */
typedef bool(*NvDsInferParseCustomFunc) THALWEG_DETECTION_PARSER_ARGS(NvDsInferObjectDetectionInfo);
/** Detections with masks of one frame; true on success. The masks are the caller's from then on. */
typedef bool(*NvDsInferInstanceMaskParseCustomFunc)
    THALWEG_DETECTION_PARSER_ARGS(NvDsInferInstanceMaskInfo);
/**
 * Attributes of one object; true on success. `attributeLabel` is null or made by malloc (strdup),
 * and the caller's from then on, also on failure. `descString` is what is shown, if not empty.
 */
typedef bool(*NvDsInferClassiferParseCustomFunc) THALWEG_CLASSIFIER_PARSER_ARGS;
/**
 * Class id of each pixel, -1 for none, into `classificationMap`, which the caller owns: height rows
 * of width, both of `networkInfo`. `classProbabilityMap` may be set to numClasses such planes,
 * which stay the parser's or a layer's. True on success.
 */
typedef bool(*NvDsInferSemSegmentationParseCustomFunc) THALWEG_SEGMENTATION_PARSER_ARGS;
/** Builds a TensorRT engine; never called here. */
typedef bool(*NvDsInferEngineCreateCustomFunc) THALWEG_ENGINE_CREATE_ARGS;

bool NvDsInferPluginFactoryRuntimeGet(nvinfer1::IPluginFactory*& pluginFactory);
void NvDsInferPluginFactoryRuntimeDestroy(nvinfer1::IPluginFactory* pluginFactory);
/**
 * Fills the inputs of a model besides the picture, once, before the first frame: each buffer has
 * `maxBatchSize` times `inferDims.numElements` values, which are 0. True on success. Looked up by
 * this name in the library of custom-lib-path.
 */
bool NvDsInferInitializeInputLayers(std::vector<NvDsInferLayerInfo> const& inputLayersInfo,
                                    NvDsInferNetworkInfo const& networkInfo,
                                    unsigned int maxBatchSize);
bool NvDsInferCudaEngineGet(nvinfer1::IBuilder* builder, NvDsInferContextInitParams* initParams,
                            nvinfer1::DataType dataType, nvinfer1::ICudaEngine*& cudaEngine)
    _DS_DEPRECATED_("use engine-create-func-name");
IModelParser* NvDsInferCreateModelParser(const NvDsInferContextInitParams* initParams);

}  // extern "C"

// CHECK_CUSTOM_*(function): declares the function with C linkage and fails to compile when its
// definition in the same file has another signature.
#define THALWEG_CHECK_FUNC(func, Type, args) \
  extern "C" bool func args;                 \
  static_assert(sizeof(static_cast<Type>(&func)) == sizeof(Type), "wrong signature: " #func);

#define CHECK_CUSTOM_PARSE_FUNC_PROTOTYPE(customParseFunc)      \
  THALWEG_CHECK_FUNC(customParseFunc, NvDsInferParseCustomFunc, \
                     THALWEG_DETECTION_PARSER_ARGS(NvDsInferObjectDetectionInfo))
#define CHECK_CUSTOM_INSTANCE_MASK_PARSE_FUNC_PROTOTYPE(customParseFunc)    \
  THALWEG_CHECK_FUNC(customParseFunc, NvDsInferInstanceMaskParseCustomFunc, \
                     THALWEG_DETECTION_PARSER_ARGS(NvDsInferInstanceMaskInfo))
#define CHECK_CUSTOM_CLASSIFIER_PARSE_FUNC_PROTOTYPE(customParseFunc)    \
  THALWEG_CHECK_FUNC(customParseFunc, NvDsInferClassiferParseCustomFunc, \
                     THALWEG_CLASSIFIER_PARSER_ARGS)
#define CHECK_CUSTOM_SEM_SEGMENTATION_PARSE_FUNC_PROTOTYPE(customParseFunc)    \
  THALWEG_CHECK_FUNC(customParseFunc, NvDsInferSemSegmentationParseCustomFunc, \
                     THALWEG_SEGMENTATION_PARSER_ARGS)
#define CHECK_CUSTOM_ENGINE_CREATE_FUNC_PROTOTYPE(customEngineCreateFunc)     \
  THALWEG_CHECK_FUNC(customEngineCreateFunc, NvDsInferEngineCreateCustomFunc, \
                     THALWEG_ENGINE_CREATE_ARGS)
