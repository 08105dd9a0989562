#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace thalweg {

/// Frames a second of each source, told once an interval. Not thread-safe.
class FrameRates {
 public:
  /// One frame of the source (its pad index).
  void count(unsigned source);
  /// The source has ended: it counts as 0 from now on.
  void end(unsigned source);
  /// The source is gone: it is told no more.
  void forget(unsigned source);
  /// "**PERF : FPS_0 (25.00)\tFPS_1 (24.80)\t" if `interval_us` have passed since the last line, or
  /// since the first call; else "". `now_us` is of a clock that never goes back.
  std::string line(int64_t now_us, int64_t interval_us);

 private:
  std::map<unsigned, unsigned> frames_;  // of this interval
  int64_t begin_us_ = -1;
};

}  // namespace thalweg
