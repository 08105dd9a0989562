#include "infer/parser.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <experimental/simd>
#include <functional>
#include <string_view>
#include <utility>

#include "infer/error.h"

namespace thalweg {
namespace {

namespace simd = std::experimental;

unsigned last_dim(const NvDsInferLayerInfo& layer) {
  const auto& dims = layer.inferDims;
  return dims.numDims ? dims.d[dims.numDims - 1] : 0;
}

bool is_float(const NvDsInferLayerInfo& layer) { return layer.dataType == FLOAT; }

/// [N,4] boxes and [N,C] scores.
class SsdParser : public DetectorParser {
 public:
  SsdParser(size_t boxes, size_t scores) : boxes_(boxes), scores_(scores) {}

  static std::unique_ptr<DetectorParser> match(const Layers& layers) {
    auto fits = [&](size_t boxes, size_t scores) {
      const auto &b = layers[boxes].inferDims, &s = layers[scores].inferDims;
      return boxes != scores && is_float(layers[boxes]) && is_float(layers[scores]) &&
             b.numDims == 2 && s.numDims == 2 && b.d[1] == 4 && b.d[0] == s.d[0];
    };
    for (bool by_name : {true, false}) {
      for (size_t boxes = 0; boxes < layers.size(); ++boxes) {
        for (size_t scores = 0; scores < layers.size(); ++scores) {
          if (by_name && (std::string_view(layers[boxes].layerName) != "boxes" ||
                          std::string_view(layers[scores].layerName) != "scores")) {
            continue;
          }
          if (fits(boxes, scores)) return std::make_unique<SsdParser>(boxes, scores);
        }
      }
    }
    return nullptr;
  }
  static unsigned classes(const Layers& layers, const DetectorParser& parser) {
    return last_dim(layers[static_cast<const SsdParser&>(parser).scores_]);
  }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    const auto* boxes = static_cast<const float*>(layers[boxes_].buffer);
    const auto* scores = static_cast<const float*>(layers[scores_].buffer);
    const unsigned rows = layers[boxes_].inferDims.d[0];
    const unsigned columns = layers[scores_].inferDims.d[1];
    const unsigned classes = std::min(columns, params.numClassesConfigured);
    const auto& thresholds = params.perClassPreclusterThreshold;
    const float lowest = *std::min_element(thresholds.begin(), thresholds.begin() + classes);
    const float width = float(network.width), height = float(network.height);

    auto row_of = [&](unsigned row) {
      const float* score = scores + size_t(row) * columns;
      const float* box = boxes + size_t(row) * 4;
      for (unsigned c = 0; c < classes; ++c) {
        if (!(score[c] >= thresholds[c])) continue;
        out.push_back({c, box[1] * width, box[0] * height, (box[3] - box[1]) * width,
                       (box[2] - box[0]) * height, score[c], 0});
      }
    };
    // Nearly all rows hold nothing: look at 8 vectors at a time, across row borders.
    using Vector = simd::native_simd<float>;
    constexpr size_t kBlock = 8 * Vector::size();
    const size_t total = size_t(rows) * columns;
    unsigned next_row = 0;
    for (size_t at = 0; at < total; at += kBlock) {
      const size_t end = std::min(at + kBlock, total);
      bool any = false;
      if (end - at == kBlock) {
        Vector::mask_type hit(false);
        for (size_t i = at; i < end; i += Vector::size()) {
          hit = hit || Vector(scores + i, simd::element_aligned) >= lowest;
        }
        any = simd::any_of(hit);
      } else {
        any = std::any_of(scores + at, scores + end, [&](float s) { return s >= lowest; });
      }
      if (!any) continue;
      const auto last_row = unsigned((end - 1) / columns);
      for (next_row = std::max(next_row, unsigned(at / columns)); next_row <= last_row;
           ++next_row) {
        row_of(next_row);
      }
    }
  }

 private:
  size_t boxes_, scores_;
};

/// Per class four planes of distances to the cell centre, and a plane of coverage.
class DetectNetParser : public DetectorParser {
 public:
  DetectNetParser(size_t boxes, size_t coverage) : boxes_(boxes), coverage_(coverage) {}

  static std::unique_ptr<DetectorParser> match(const Layers& layers) {
    auto find = [&](const char* part) {
      return size_t(std::ranges::find_if(layers,
                                         [&](const auto& layer) {
                                           return is_float(layer) && layer.inferDims.numDims == 3 &&
                                                  std::string_view(layer.layerName).find(part) !=
                                                      std::string_view::npos;
                                         }) -
                    layers.begin());
    };
    size_t boxes = find("bbox"), coverage = find("cov");
    if (boxes == layers.size() || coverage == layers.size()) return nullptr;
    const auto &b = layers[boxes].inferDims, &c = layers[coverage].inferDims;
    if (b.d[0] != 4 * c.d[0] || b.d[1] != c.d[1] || b.d[2] != c.d[2]) return nullptr;
    return std::make_unique<DetectNetParser>(boxes, coverage);
  }

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    constexpr float kScale = 35;  // of box distances and cell centres alike
    const auto& dims = layers[coverage_].inferDims;
    const unsigned rows = dims.d[1], columns = dims.d[2];
    const size_t plane = size_t(rows) * columns;
    const unsigned classes = std::min(dims.d[0], params.numClassesConfigured);
    const unsigned stride_x = (network.width + columns - 1) / columns;
    const unsigned stride_y = (network.height + rows - 1) / rows;
    const float right = float(network.width) - 1, bottom = float(network.height) - 1;
    for (unsigned c = 0; c < classes; ++c) {
      const float* coverage = static_cast<const float*>(layers[coverage_].buffer) + c * plane;
      const float* box = static_cast<const float*>(layers[boxes_].buffer) + size_t(4) * c * plane;
      const float threshold = params.perClassPreclusterThreshold[c];
      for (size_t i = 0; i < plane; ++i) {
        if (!(coverage[i] >= threshold)) continue;
        const size_t row = i / columns, column = i % columns;
        float x = (float(column * stride_x) + 0.5f) / kScale;
        float y = (float(row * stride_y) + 0.5f) / kScale;
        float x1 = std::clamp((x - box[i]) * kScale, 0.0f, right);
        float y1 = std::clamp((y - box[plane + i]) * kScale, 0.0f, bottom);
        float x2 = std::clamp((x + box[2 * plane + i]) * kScale, 0.0f, right);
        float y2 = std::clamp((y + box[3 * plane + i]) * kScale, 0.0f, bottom);
        out.push_back({c, x1, y1, x2 - x1, y2 - y1, coverage[i], 0});
      }
    }
  }
  size_t coverage() const { return coverage_; }

 private:
  size_t boxes_, coverage_;
};

/// A face detector: a cell's score, the logarithm of the face's size, and where in the cell its
/// centre is.
class CenterFaceParser : public DetectorParser {
 public:
  explicit CenterFaceParser(const std::array<size_t, 3>& layers) : layers_(layers) {}

  static std::unique_ptr<DetectorParser> match(const Layers& layers) {
    constexpr const char* kNames[] = {"heatmap", "scale", "offset"};
    constexpr unsigned kPlanes[] = {1, 2, 2};
    std::array<size_t, 3> found{};
    for (size_t i = 0; i < found.size(); ++i) {
      const auto layer = std::ranges::find_if(layers, [&](const auto& l) {
        return is_float(l) && std::string_view(l.layerName) == kNames[i] &&
               l.inferDims.numDims == 3 && l.inferDims.d[0] == kPlanes[i];
      });
      if (layer == layers.end()) return nullptr;
      found[i] = size_t(layer - layers.begin());
      const auto &first = layers[found[0]].inferDims, &dims = layer->inferDims;
      if (dims.d[1] != first.d[1] || dims.d[2] != first.d[2]) return nullptr;
    }
    return std::make_unique<CenterFaceParser>(found);
  }
  static unsigned classes(const Layers&, const DetectorParser&) { return 1; }

  void parse(const Layers& layers, const NvDsInferNetworkInfo&,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    constexpr float kCell = 4;  // network pixels a side
    if (params.numClassesConfigured < 1) return;
    const auto values = [&](size_t i) {
      return static_cast<const float*>(layers[layers_[i]].buffer);
    };
    const float *scores = values(0), *sizes = values(1), *offsets = values(2);
    const auto& dims = layers[layers_[0]].inferDims;
    const size_t columns = dims.d[2], cells = size_t(dims.d[1]) * columns;
    const float threshold = params.perClassPreclusterThreshold[0];
    for (size_t i = 0; i < cells; ++i) {
      if (!(scores[i] >= threshold)) continue;
      const float height = std::exp(sizes[i]) * kCell, width = std::exp(sizes[cells + i]) * kCell;
      const float y = (float(i / columns) + offsets[i] + 0.5f) * kCell;
      const float x = (float(i % columns) + offsets[cells + i] + 0.5f) * kCell;
      out.push_back({0, x - width / 2, y - height / 2, width, height, scores[i], 0});
    }
  }

 private:
  std::array<size_t, 3> layers_;  // score, size, offset
};

/// A function of a library written against nvdsinfer_custom_impl.h, of the type Function. `key` is
/// the one that names it.
template <class Function>
class CustomFunction {
 public:
  CustomFunction(const std::string& library, std::string name, const char* key,
                 const std::string& where)
      : name_(std::move(name)) {
    handle_.reset(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!handle_) {
      fail_resource(where + ": [property] custom-lib-path: cannot load " + library + ": " +
                    dlerror() + ". Build its source for this machine against Thalweg's headers.");
    }
    call_ = reinterpret_cast<Function>(dlsym(handle_.get(), name_.c_str()));
    if (!call_) {
      fail_settings(where + ": [property] " + key + ": " + library + " has no C function " + name_ +
                    ". Correct the name, or export the function as extern \"C\".");
    }
  }

  template <class Out>
  void operator()(const Layers& layers, const NvDsInferNetworkInfo& network,
                  const NvDsInferParseDetectionParams& params, Out& out) const {
    bool good = false;
    try {
      good = call_(layers, network, params, out);
    } catch (const std::exception& error) {
      fail_resource("parser " + name_ + " threw \"" + error.what() + "\" for the layers " +
                    describe(layers) + ". Check that the parser belongs to this model.");
    }
    if (!good) {
      fail_resource("parser " + name_ + " reported a failure for the layers " + describe(layers) +
                    ". Check that the parser belongs to this model.");
    }
  }

 private:
  struct Close {
    void operator()(void* handle) const { dlclose(handle); }
  };
  std::unique_ptr<void, Close> handle_;
  Function call_ = nullptr;
  std::string name_;
};

class CustomParser : public DetectorParser {
 public:
  CustomParser(const std::string& library, const std::string& function, const std::string& where)
      : call_(library, function, "parse-bbox-func-name", where) {}

  void parse(const Layers& layers, const NvDsInferNetworkInfo& network,
             const NvDsInferParseDetectionParams& params, Candidates& out) const override {
    call_(layers, network, params, out);
  }

 private:
  CustomFunction<NvDsInferParseCustomFunc> call_;
};

struct BuiltIn {
  const char* name;
  const char* needs;
  std::unique_ptr<DetectorParser> (*match)(const Layers&);
  unsigned (*classes)(const Layers&, const DetectorParser&);
};

unsigned detectnet_classes(const Layers& layers, const DetectorParser& parser) {
  return layers[static_cast<const DetectNetParser&>(parser).coverage()].inferDims.d[0];
}

constexpr BuiltIn kBuiltIn[] = {
    {"ssd", "boxes [N,4] and scores [N,C]", SsdParser::match, SsdParser::classes},
    {"centerface", "heatmap [1,H,W], scale [2,H,W] and offset [2,H,W]", CenterFaceParser::match,
     CenterFaceParser::classes},
    {"detectnet_v2", "...bbox... [4C,H,W] and ...cov... [C,H,W]", DetectNetParser::match,
     detectnet_classes},
    {"NvDsInferParseCustomResnet", "...bbox... [4C,H,W] and ...cov... [C,H,W]",
     DetectNetParser::match, detectnet_classes},
};

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

InstanceParser make_instance_parser(const std::string& function, const std::string& library,
                                    const std::string& where) {
  using Call = CustomFunction<NvDsInferInstanceMaskParseCustomFunc>;
  auto call =
      std::make_shared<Call>(library, function, "parse-bbox-instance-mask-func-name", where);
  return [call](const Layers& layers, const NvDsInferNetworkInfo& network,
                const NvDsInferParseDetectionParams& params, std::vector<Instance>& out) {
    // Its masks are ours from the moment on that they are there, also when it fails.
    struct Given : std::vector<NvDsInferInstanceMaskInfo> {
      ~Given() {
        for (auto& info : *this) delete[] info.mask;
      }
    } given;
    (*call)(layers, network, params, static_cast<std::vector<NvDsInferInstanceMaskInfo>&>(given));
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
  };
}

std::unique_ptr<DetectorParser> make_detector_parser(const std::string& function,
                                                     const std::string& library,
                                                     const Layers& layers, unsigned num_classes,
                                                     const std::string& where,
                                                     std::vector<std::string>& warnings) {
  const bool built_in_function = std::ranges::any_of(
      kBuiltIn, [&](const BuiltIn& built_in) { return function == built_in.name; });
  if (built_in_function && !library.empty() && access(library.c_str(), F_OK) != 0) {
    warnings.push_back(where + ": [property] custom-lib-path: there is no " + library +
                       ", so the built-in parser " + function +
                       " is used. Remove the key, or correct the path.");
  } else if (!function.empty() && !library.empty()) {
    return std::make_unique<CustomParser>(library, function, where);
  }
  std::string known;
  for (const auto& built_in : kBuiltIn) {
    if (!known.empty()) known += "; ";
    known.append(built_in.name).append(": ").append(built_in.needs);
    if (!function.empty() && function != built_in.name) continue;
    auto parser = built_in.match(layers);
    if (!parser && function.empty()) continue;
    if (!parser) {
      std::string sentence = where;
      sentence.append(": [property] parse-bbox-func-name: ").append(function);
      sentence.append(" expects the outputs ").append(built_in.needs);
      sentence.append(", got ").append(describe(layers));
      fail_settings(sentence.append(". Use the parser that belongs to this model."));
    }
    unsigned classes = built_in.classes(layers, *parser);
    if (num_classes > classes) {
      fail_settings(where + ": [property] num-detected-classes: expected at most " +
                    std::to_string(classes) + ", the classes of the model (" + describe(layers) +
                    "), got " + std::to_string(num_classes) +
                    ". Write num-detected-classes=" + std::to_string(classes) + ".");
    }
    return parser;
  }
  if (function.empty()) {
    fail_settings(where + ": no built-in parser knows the outputs " + describe(layers) +
                  ". Known: " + known +
                  ". Name a parser of your own with parse-bbox-func-name and "
                  "custom-lib-path.");
  }
  fail_settings(where + ": [property] parse-bbox-func-name: expected a built-in parser (" + known +
                ") or a function of the library named by custom-lib-path, got \"" + function +
                "\" without custom-lib-path. Add custom-lib-path or correct the name.");
}

}  // namespace thalweg
