#pragma once

#include <cstdint>

namespace thalweg {

/// The timestamps of batches, in nanoseconds. One thread.
class BatchClock {
 public:
  /// Batches of equal times are lost in encoders and files.
  static constexpr uint64_t kLeastLiveStep = 1'000'000;

  void restart() { next_ = 0; }
  /// Of a batch that goes out at running time `now` in a pipeline that plays everything `latency`
  /// later; always later than the one before.
  uint64_t live(uint64_t now, uint64_t latency);
  /// Of a batch that lasts `duration`: batch follows batch without a gap.
  uint64_t counted(uint64_t duration);

 private:
  uint64_t next_ = 0;
};

}  // namespace thalweg
