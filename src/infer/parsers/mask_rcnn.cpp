#include <algorithm>
#include <cmath>

#include "infer/parsers/parsers.h"
#include "infer/parsers/scan.h"

namespace thalweg {
namespace {

/// TAO's Mask R-CNN (PeopleSegNet): N rows of y1, x1, y2, x2 in network pixels, class and score,
/// and for each row a mask of every class. A mask's values are logits: above 0, the default of
/// segmentation-threshold, the object is more likely than not.
class MaskRcnnParser : public InstanceParser {
 public:
  MaskRcnnParser(size_t rows, size_t masks, unsigned classes)
      : rows_(rows), masks_(masks), classes_(classes) {}

  static std::unique_ptr<InstanceParser> match(const ModelOutputs& outputs) {
    const auto& layers = outputs.layers;
    for (size_t rows = 0; rows < layers.size(); ++rows) {
      for (size_t masks = 0; masks < layers.size(); ++masks) {
        if (!is_float(layers[rows]) || !is_float(layers[masks])) continue;
        const unsigned classes = layers[masks].inferDims.d[1];
        if (fits(layers[rows].inferDims, layers[masks].inferDims, classes)) {
          return std::make_unique<MaskRcnnParser>(rows, masks, classes);
        }
      }
    }
    return nullptr;
  }
  unsigned num_classes() const override { return classes_; }

  void parse(const Layers& layers, const NvDsInferNetworkInfo&,
             const NvDsInferParseDetectionParams& params,
             std::vector<Instance>& out) const override {
    const auto& dims = layers[masks_].inferDims;
    if (!fits(layers[rows_].inferDims, dims, classes_)) fail_shapes(layers);
    const unsigned width = dims.d[3], height = dims.d[2];
    const size_t pixels = size_t(width) * height;
    const float lowest = lowest_threshold(params, params.numClassesConfigured);
    const float *row = floats(layers[rows_]), *masks = floats(layers[masks_]);
    for (unsigned i = 0; i < dims.d[0]; ++i, row += kColumns, masks += classes_ * pixels) {
      const unsigned id = class_of(std::round(row[4]));
      if (!reaches(id, row[5], lowest, params)) continue;
      // Only what is of a class gets so far that its mask is made.
      out.push_back({{id, row[1], row[0], row[3] - row[1], row[2] - row[0], row[5], 0},
                     nullptr,
                     [width, height, values = masks + id * pixels](const auto&) {
                       return copied_mask(values, width, height);
                     }});
    }
  }

 private:
  static constexpr unsigned kColumns = 6;

  static bool fits(const NvDsInferDims& rows, const NvDsInferDims& masks, unsigned classes) {
    return rows.numDims == 2 && rows.d[1] == kColumns && masks.numDims == 4 &&
           masks.d[0] == rows.d[0] && masks.d[1] == classes;
  }

  size_t rows_, masks_;
  unsigned classes_;
};

}  // namespace

const BuiltInInstance kMaskRcnn{
    {"mask_rcnn", "NvDsInferParseCustomMrcnnTLT", "NvDsInferParseCustomMrcnnTLTV2"},
    "detections [N,6] and masks [N,C,h,w]",
    MaskRcnnParser::match};

}  // namespace thalweg
