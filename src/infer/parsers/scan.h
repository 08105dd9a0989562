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

using ScanVector = std::experimental::native_simd<float>;
constexpr size_t kScanBlock = 8 * ScanVector::size();

/// Whether one of kScanBlock values is at least `limit`; NaN never is.
inline bool block_at_least(const float* values, float limit) {
  ScanVector::mask_type hit(false);
  for (size_t i = 0; i < kScanBlock; i += ScanVector::size()) {
    hit = hit || ScanVector(values + i, std::experimental::element_aligned) >= limit;
  }
  return std::experimental::any_of(hit);
}

/// The same of `count` values.
inline bool any_at_least(const float* values, size_t count, float limit) {
  bool any = false;
  size_t i = 0;
  for (; i + kScanBlock <= count; i += kScanBlock) any |= block_at_least(values + i, limit);
  for (; i + ScanVector::size() <= count; i += ScanVector::size()) {
    const ScanVector some(values + i, std::experimental::element_aligned);
    any |= std::experimental::any_of(some >= limit);
  }
  for (; i < count; ++i) any |= values[i] >= limit;
  return any;
}

/// Nearly all scores of a model are below the threshold: looks at 8 vectors at a time and calls
/// visit(first, last) only for the blocks that hold one that is not.
template <class Visit>
void for_blocks_at_least(const float* values, size_t count, float limit, Visit visit) {
  size_t at = 0;
  for (; at + kScanBlock <= count; at += kScanBlock) {
    if (block_at_least(values + at, limit)) visit(at, at + kScanBlock);
  }
  if (any_at_least(values + at, count - at, limit)) visit(at, count);
}

inline float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }
/// A value that sigmoid() takes to just below `score`, to scan for before it is computed.
inline float below_logit(float score) {
  constexpr float kSlack = 1e-3f, kNearlyOne = 15;
  return score < 1 ? std::log(score / (1 - score)) - kSlack : kNearlyOne;
}

}  // namespace thalweg
