#include "infer/parser.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "files/find_file.h"
#include "infer/custom_function.h"
#include "infer/error.h"
#include "infer/ini.h"
#include "infer/parsers/parsers.h"

namespace thalweg {
namespace {

constexpr const char* kDetectorKey = "parse-bbox-func-name";
constexpr const char* kInstanceKey = "parse-bbox-instance-mask-func-name";

const std::vector<const BuiltInDetector*> kDetectors = {
    &kSsd,         &kCenterFace,       &kDetectNetV2,  &kYolo,
    &kYoloCentres, &kYoloCorners,      &kYoloV2,       &kYoloV2Tiny,
    &kYoloV3,      &kYoloV3Tiny,       &kYoloV4,       &kYoloV4Tiny,
    &kYoloV4Boxes, &kYoloV5,           &kYoloV8,       &kYoloX,
    &kRtDetr,      &kRtDetrBoxes,      &kDdetr,        &kDetr,
    &kBatchedNms,  &kBatchedNmsPixels, &kEfficientNms, &kEfficientDet,
    &kTfSsd,       &kDetectionOutput};
const std::vector<const BuiltInInstance*> kInstances = {&kYoloPose, &kYoloSeg, &kYoloSegMasks,
                                                        &kMaskRcnn};

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
      if (info.mask &&
          info.mask_size > size_t(info.mask_width) * info.mask_height * sizeof(float)) {
        call_.fail(layers, "gave a mask of " + std::to_string(info.mask_width) + " x " +
                               std::to_string(info.mask_height) + " floats with mask_size=" +
                               std::to_string(info.mask_size) + ", more bytes than that");
      }
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

/// Of the parsers that fit the outputs those that tell the classes apart best: as many as the
/// configuration has, else more, else fewer.
template <class Fit>
void keep_best(std::vector<Fit>& fits, unsigned num_classes) {
  constexpr unsigned kAny = std::numeric_limits<unsigned>::max();
  const auto keep = [&](auto good) {
    if (std::ranges::any_of(fits, good))
      std::erase_if(fits, [&](const Fit& f) { return !good(f); });
  };
  keep([&](const Fit& f) { return f.parser->num_classes() >= num_classes; });
  keep([&](const Fit& f) {
    const unsigned classes = f.parser->num_classes();
    return classes == num_classes || classes == kAny;
  });
}

template <class Candidate>
bool is_called(const BuiltIn<Candidate>* parser, const std::string& function) {
  return std::ranges::any_of(parser->names, [&](const char* name) { return function == name; });
}
template <class Candidate>
bool is_one(const std::vector<const BuiltIn<Candidate>*>& built_in, const std::string& function) {
  return std::ranges::any_of(built_in, [&](const auto* one) { return is_called(one, function); });
}

/// Of the names of parsers that nearest to `function`, without what begins most of them; or "".
template <class Candidate>
std::string nearest_built_in(const std::vector<const BuiltIn<Candidate>*>& built_in,
                             const std::string& function) {
  const auto own_part = [](std::string name) {
    for (const std::string_view prefix : {"NvDsInferParse", "Custom"}) {
      if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    return name;
  };
  std::vector<std::string> names, parts;
  for (const auto* parser : built_in)
    names.insert(names.end(), parser->names.begin(), parser->names.end());
  for (const auto& name : names) parts.push_back(own_part(name));
  const auto near = std::ranges::find(parts, nearest_name(own_part(function), parts));
  return near == parts.end() ? "" : names[size_t(near - parts.begin())];
}

/// The built-in parser for a model: `key` names `function`, or nothing.
template <class Candidate>
std::unique_ptr<Parser<Candidate>> choose(const std::vector<const BuiltIn<Candidate>*>& built_in,
                                          const std::string& function, const char* key,
                                          const InferConfig& config,
                                          const NvDsInferNetworkInfo& network,
                                          const Layers& layers) {
  struct Fit {
    const BuiltIn<Candidate>* built_in;
    std::unique_ptr<Parser<Candidate>> parser;
  };
  const std::string& where = config.path;
  const ModelOutputs outputs{layers, network, config.num_detected_classes, !function.empty()};
  const auto fitting = [&](const ModelOutputs& of, auto wanted) {
    std::vector<Fit> fits;
    for (const auto* candidate : built_in) {
      auto parser = wanted(candidate) ? candidate->match(of) : nullptr;
      if (parser) fits.push_back({candidate, std::move(parser)});
    }
    keep_best(fits, config.num_detected_classes);
    return fits;
  };
  const auto names_of = [](const std::vector<Fit>& fits) {
    std::string text;
    for (const Fit& fit : fits)
      text.append(text.empty() ? "" : " or ").append(fit.built_in->names.front());
    return text;
  };
  std::string names, needs;  // of all; of those that are called so
  for (const auto* candidate : built_in) {
    names.append(names.empty() ? "" : ", ").append(candidate->names.front());
    if (!function.empty() && !is_called(candidate, function)) continue;
    needs.append(needs.empty() ? "" : "; or ").append(candidate->needs);
  }
  std::vector<Fit> fits = fitting(outputs, [&](const auto* candidate) {
    return function.empty() || is_called(candidate, function);
  });
  const std::string page = docs_page("reference/parsers.md");
  if (fits.empty() && function.empty()) {
    fail_settings(where + ": no built-in parser knows the outputs " + describe(layers) +
                  " with num-detected-classes=" + std::to_string(config.num_detected_classes) +
                  ". There are " + names + "; see " + page +
                  ". Name one that fits, or a parser of your own, with " + key +
                  " and custom-lib-path.");
  }
  if (needs.empty() && (is_one(kDetectors, function) || is_one(kInstances, function))) {
    const bool instances = is_one(kInstances, function);
    fail_settings(where + ": [property] " + key + ": expected a parser of this network-type, got " +
                  function + ", which is one of network-type=" + (instances ? "3" : "0") +
                  ". Write that, and the name as " + (instances ? kInstanceKey : kDetectorKey) +
                  ".");
  }
  if (needs.empty()) {
    const std::string near = nearest_built_in(built_in, function);
    fail_settings(where + ": [property] " + key + ": expected a built-in parser (" + names +
                  ", and their other names in " + page +
                  ") or a function of the library named by custom-lib-path, got \"" + function +
                  "\" without custom-lib-path" +
                  (near.empty() ? ". Add custom-lib-path or correct the name."
                                : "; did you mean " + near + "?"));
  }
  if (fits.empty()) {
    const ModelOutputs unnamed{layers, network, config.num_detected_classes, false};
    const auto others = fitting(unnamed, [](const auto*) { return true; });
    fail_settings(where + ": [property] " + key + ": " + function + " expects the outputs " +
                  needs + ", got " + describe(layers) +
                  (others.empty() ? ". Use the parser that belongs to this model ("
                                  : ". They may be those of " + names_of(others) +
                                        ". Name that of this model (") +
                  page + ").");
  }
  if (fits.size() > 1 && function.empty()) {
    fail_settings(where + ": the outputs " + describe(layers) + " may be those of " +
                  names_of(fits) + ". Name that of this model with " + key + " (" + page + ").");
  }
  const unsigned classes = fits.front().parser->num_classes();
  if (config.num_detected_classes > classes) {
    fail_settings(where + ": [property] num-detected-classes: expected at most " +
                  std::to_string(classes) + ", the classes of the model (" + describe(layers) +
                  "), got " + std::to_string(config.num_detected_classes) +
                  ". Write num-detected-classes=" + std::to_string(classes) + ".");
  }
  return std::move(fits.front().parser);
}

/// `key` names `function`.
template <class Custom, class Candidate>
std::unique_ptr<Parser<Candidate>> make_parser(
    const std::vector<const BuiltIn<Candidate>*>& built_in, const std::string& function,
    const char* key, const InferConfig& config, const NvDsInferNetworkInfo& network,
    const Layers& layers, std::vector<std::string>& warnings) {
  const std::string &library = config.custom_lib_path, &where = config.path;
  if (is_python(function)) return std::make_unique<Custom>(library, function, where);
  if (!function.empty() && !library.empty()) {
    const bool known = is_one(built_in, function);
    const std::string near = known ? function : nearest_built_in(built_in, function);
    const std::string problem = near.empty() ? "" : CustomLibrary::problem(library);
    if (problem.empty()) return std::make_unique<Custom>(library, function, where);
    if (!known) {
      fail_settings(where + ": [property] " + key +
                    ": expected a built-in parser or a function of " +
                    "the library named by custom-lib-path, got \"" + function + "\", and " +
                    problem + "; did you mean " + near + "?");
    }
    warnings.push_back(where + ": [property] custom-lib-path: " + problem +
                       ", so the built-in parser " + function + " is used. Remove the key, " +
                       (problem.starts_with("there") ? "or correct the path."
                                                     : "or build the library for this machine."));
  }
  return choose(built_in, function, key, config, network, layers);
}

}  // namespace

size_t bytes_of(const NvDsInferLayerInfo& layer) {
  const size_t sizes[] = {4, 2, 1, 4, 8, 1};  // FLOAT, HALF, INT8, INT32, INT64, UINT8
  return layer.inferDims.numElements * sizes[layer.dataType];
}

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
                                                     const NvDsInferNetworkInfo& network,
                                                     const Layers& layers,
                                                     std::vector<std::string>& warnings) {
  return make_parser<CustomDetector>(kDetectors, config.parse_bbox_func_name, kDetectorKey, config,
                                     network, layers, warnings);
}

std::unique_ptr<InstanceParser> make_instance_parser(const InferConfig& config,
                                                     const NvDsInferNetworkInfo& network,
                                                     const Layers& layers,
                                                     std::vector<std::string>& warnings) {
  return make_parser<CustomInstance>(kInstances, config.parse_bbox_instance_mask_func_name,
                                     kInstanceKey, config, network, layers, warnings);
}

}  // namespace thalweg
