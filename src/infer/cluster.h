#pragma once

#include <cstddef>
#include <span>

#include "infer/config.h"
#include "infer/parser.h"

namespace thalweg {

/// Candidates that a frame gave and that were repaired or left out, counted.
struct ClusterCounts {
  size_t bad_value = 0;   ///< NaN, infinite, or negative size
  size_t bad_class = 0;   ///< class id not below num-detected-classes
  size_t over_limit = 0;  ///< the weakest ones beyond kMaxCandidates
};

inline constexpr size_t kMaxCandidates = 10'000;

/// Intersection over union of two boxes; 0 when both are empty.
float iou(const NvDsInferObjectDetectionInfo& a, const NvDsInferObjectDetectionInfo& b);

/// Merges the candidates of one frame in place, ordered class by class, best first (mode 4: within
/// a class as the parser gave them, unless topk cuts). Per class: drop those under
/// pre-cluster-threshold, cluster, drop those not above post-cluster-threshold, keep topk.
///
/// kGroupRectangles with a group-threshold is OpenCV's function of that name: whole pixels, no
/// confidence (-0.1), no threshold after it and no topk. Without one, it acts as DeepStream does
/// where it was built without OpenCV: NMS with IoU 0.5 and topk 20. kDbscan joins boxes whose four
/// edges differ by at most eps times their mean side, from min_boxes neighbours on, into their mean
/// box with the best confidence; min_boxes 0 changes nothing.
void cluster(ClusterMode mode, std::span<const ClassAttributes> classes, Candidates& candidates,
             ClusterCounts& counts);

}  // namespace thalweg
