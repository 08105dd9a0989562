#include "infer/parser.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "infer/custom_function.h"
#include "infer/error.h"
#include "infer/parsers/parsers.h"

namespace thalweg {
namespace {

constexpr const char* kDetectorKey = "parse-bbox-func-name";
constexpr const char* kInstanceKey = "parse-bbox-instance-mask-func-name";

/// Without a name, the first that fits the outputs is taken.
const std::vector<const BuiltInDetector*> kDetectors = {&kSsd, &kCenterFace, &kDetectNetV2};
const std::vector<const BuiltInInstance*> kInstances = {};

class CustomDetector : public DetectorParser {
 public:
  CustomDetector(const std::string& library, const std::string& function, const std::string& where)
      : call_(library, function, kDetectorKey, where) {}

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    call_(layers, network, params, out);
  }

 private:
  CustomFunction<NvDsInferParseCustomFunc> call_;
};

class CustomInstance : public InstanceParser {
 public:
  CustomInstance(const std::string& library, const std::string& function, const std::string& where)
      : call_(library, function, kInstanceKey, where) {}

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params,
             std::vector<Instance>& out) const override {
    // Its masks are ours from the moment on that they are there, also when it fails.
    struct Given : std::vector<NvDsInferInstanceMaskInfo> {
      ~Given() {
        for (auto& info : *this) delete[] info.mask;
      }
    } given;
    call_(layers, network, params, static_cast<std::vector<NvDsInferInstanceMaskInfo>&>(given));
    for (auto& info : given) {
      Instance instance{
          {info.classId, info.left, info.top, info.width, info.height, info.detectionConfidence, 0},
          nullptr};
      if (info.mask && info.mask_size > 0) {
        auto mask = std::make_shared<ObjectMask>();
        mask->data.reset(std::exchange(info.mask, nullptr));
        mask->width = info.mask_width;
        mask->height = info.mask_height;
        mask->size_bytes = info.mask_size;
        instance.mask = std::move(mask);
      }
      out.push_back(std::move(instance));
    }
  }

 private:
  CustomFunction<NvDsInferInstanceMaskParseCustomFunc> call_;
};

/// `key` names `function`.
template <class Custom, class Candidate>
std::unique_ptr<Parser<Candidate>> make_parser(
    const std::vector<const BuiltIn<Candidate>*>& built_in, const std::string& function,
    const char* key, const InferConfig& config, const Layers& layers,
    std::vector<std::string>& warnings) {
  const std::string &library = config.custom_lib_path, &where = config.path;
  const auto is_called = [&](const BuiltIn<Candidate>* parser) {
    return std::ranges::any_of(parser->names, [&](const char* name) { return function == name; });
  };
  if (std::ranges::any_of(built_in, is_called) && !library.empty() &&
      access(library.c_str(), F_OK) != 0) {
    warnings.push_back(where + ": [property] custom-lib-path: there is no " + library +
                       ", so the built-in parser " + function +
                       " is used. Remove the key, or correct the path.");
  } else if (!function.empty() && !library.empty()) {
    return std::make_unique<Custom>(library, function, where);
  }
  std::string known;
  for (const auto* candidate : built_in) {
    if (!known.empty()) known += "; ";
    for (const char* name : candidate->names) {
      known.append(name == candidate->names.front() ? "" : ", ").append(name);
    }
    known.append(": ").append(candidate->needs);
    if (!function.empty() && !is_called(candidate)) continue;
    auto parser = candidate->match(layers, config.num_detected_classes);
    if (!parser && function.empty()) continue;
    if (!parser) {
      fail_settings(where + ": [property] " + key + ": " + function + " expects the outputs " +
                    candidate->needs + ", got " + describe(layers) +
                    ". Use the parser that belongs to this model.");
    }
    const unsigned classes = parser->num_classes();
    if (config.num_detected_classes > classes) {
      fail_settings(where + ": [property] num-detected-classes: expected at most " +
                    std::to_string(classes) + ", the classes of the model (" + describe(layers) +
                    "), got " + std::to_string(config.num_detected_classes) +
                    ". Write num-detected-classes=" + std::to_string(classes) + ".");
    }
    return parser;
  }
  if (function.empty()) {
    fail_settings(where + ": no built-in parser knows the outputs " + describe(layers) +
                  ". Known: " + known + ". Name a parser of your own with " + key +
                  " and custom-lib-path.");
  }
  fail_settings(where + ": [property] " + key + ": expected a built-in parser (" + known +
                ") or a function of the library named by custom-lib-path, got \"" + function +
                "\" without custom-lib-path. Add custom-lib-path or correct the name.");
}

}  // namespace

std::string describe(const Layers& layers) {
  static const char* kTypes[] = {"float32", "float16", "int8", "int32", "int64", "uint8"};
  std::string text;
  for (const auto& layer : layers) {
    text += (text.empty() ? "" : ", ") + std::string(layer.layerName) + " [";
    for (unsigned i = 0; i < layer.inferDims.numDims; ++i) {
      text += (i ? "," : "") + std::to_string(layer.inferDims.d[i]);
    }
    text += std::string("] ") + kTypes[layer.dataType];
  }
  return text;
}

std::unique_ptr<DetectorParser> make_detector_parser(const InferConfig& config,
                                                     const Layers& layers,
                                                     std::vector<std::string>& warnings) {
  return make_parser<CustomDetector>(kDetectors, config.parse_bbox_func_name, kDetectorKey, config,
                                     layers, warnings);
}

std::unique_ptr<InstanceParser> make_instance_parser(const InferConfig& config,
                                                     const Layers& layers,
                                                     std::vector<std::string>& warnings) {
  return make_parser<CustomInstance>(kInstances, config.parse_bbox_instance_mask_func_name,
                                     kInstanceKey, config, layers, warnings);
}

}  // namespace thalweg
