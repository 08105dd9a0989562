#pragma once

#include <optional>
#include <vector>

#include "infer/parsers/parsers.h"

namespace thalweg {

/// How an output of the YOLO family is laid out: a table of candidates, each with 4 values of its
/// box, its scores, and what else belongs to it (mask coefficients, keypoints).
struct YoloLayout {
  enum class Form {
    kPlanes,      ///< [4+C+E,N]: v8 and later
    kRows,        ///< [N,4+C+E]: the same, transposed
    kObjectness,  ///< [N,5+C+E]: v5 to v7 and YOLOX; the classes' scores are parts of the first one
    kFinal,       ///< [M,6+E]: corners, score, class; overlapping ones are gone
  };
  enum class Box {
    kCentre,   ///< x, y, width, height
    kCorners,  ///< left, top, right, bottom
    kCell,     ///< YOLOX: centre from the cell's corner in cells, logarithms of the sizes in cells
  };
  Form form;
  Box box = Box::kCentre;
  size_t layer = 0;
  unsigned classes = 0;  ///< C; not told by kFinal
  unsigned extras = 0;   ///< E

  unsigned columns() const;  ///< values of a candidate
  unsigned first_extra() const { return columns() - extras; }
  /// What Parser::num_classes() gives.
  unsigned num_classes() const;
};

/// How many candidates of each cell an output with `count` of them has, for the strides 8, 16, 32
/// and those with 4 or 64 in addition; 0 if it is no such number.
unsigned candidates_a_cell(const NvDsInferNetworkInfo& network, unsigned count);

/// The layout of a layer for detectors: kPlanes, kRows or kObjectness with `extras` more values a
/// candidate. A named one may have any number of candidates, else there are as many as cells, or
/// three times as many for kObjectness.
std::optional<YoloLayout> yolo_layout(YoloLayout::Form form, size_t layer, unsigned extras,
                                      const ModelOutputs& outputs);

/// An output of one frame.
class YoloOutput {
 public:
  /// @throws InferError when the layer is not of that layout.
  YoloOutput(const Layers& layers, const YoloLayout& layout, const NvDsInferNetworkInfo& network);

  struct Candidate {
    NvDsInferObjectDetectionInfo box;  ///< in network pixels
    size_t number;                     ///< of the candidate
  };
  /// The candidates whose likeliest class reaches its threshold.
  std::vector<Candidate> find(const NvDsInferParseDetectionParams& params) const;

  float at(size_t candidate, unsigned column) const {
    return values_[candidate * row_step_ + column * column_step_];
  }

 private:
  /// Adds `number` where it is one.
  void add(size_t number, const NvDsInferParseDetectionParams& params,
           std::vector<Candidate>& out) const;
  NvDsInferObjectDetectionInfo box_of(size_t number) const;

  const YoloLayout& layout_;
  const NvDsInferNetworkInfo& network_;
  const float* values_;
  size_t count_, row_step_, column_step_;
};

}  // namespace thalweg
