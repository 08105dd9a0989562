#pragma once

#include <algorithm>
#include <cmath>
#include <experimental/simd>
#include <limits>

#include "nvdsinfer_custom_impl.h"

namespace thalweg {

/// The lowest threshold of the first `classes` classes; nothing reaches that of none.
inline float lowest_threshold(const NvDsInferParseDetectionParams& params, unsigned classes) {
  const auto& all = params.perClassPreclusterThreshold;
  if (classes == 0) return std::numeric_limits<float>::infinity();
  return *std::min_element(all.begin(), all.begin() + classes);
}

/// Whether one of `count` values is at least `limit`; NaN never is.
inline bool any_at_least(const float* values, size_t count, float limit) {
  using Vector = std::experimental::native_simd<float>;
  Vector::mask_type hit(false);
  size_t i = 0;
  for (; i + Vector::size() <= count; i += Vector::size()) {
    hit = hit || Vector(values + i, std::experimental::element_aligned) >= limit;
  }
  bool any = std::experimental::any_of(hit);
  for (; i < count; ++i) any |= values[i] >= limit;
  return any;
}

/// Nearly all scores of a model are below the threshold: looks at 8 vectors at a time and calls
/// visit(first, last) only for the blocks that hold one that is not.
template <class Visit>
void for_blocks_at_least(const float* values, size_t count, float limit, Visit visit) {
  constexpr size_t kBlock = 8 * std::experimental::native_simd<float>::size();
  for (size_t at = 0; at < count; at += kBlock) {
    const size_t end = std::min(at + kBlock, count);
    if (any_at_least(values + at, end - at, limit)) visit(at, end);
  }
}

inline float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }
/// A value that sigmoid() takes to just below `score`, to scan for before it is computed.
inline float below_logit(float score) {
  constexpr float kSlack = 1e-3f, kNearlyOne = 15;
  return score < 1 ? std::log(score / (1 - score)) - kSlack : kNearlyOne;
}

}  // namespace thalweg
