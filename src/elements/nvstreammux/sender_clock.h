#pragma once

#include <cstdint>

namespace thalweg {

/// Smooths the times that one source's sender gives its frames.
///
/// They come from its last report: the report's time plus the frame's distance from it. When a new
/// report says something else, they jump. A jump of less than a frame is taken back, and let go
/// again by a sixteenth with each following frame; a larger one means that the sender's clock was
/// set, and is passed on. One thread.
class SenderClock {
 public:
  /// As `frame-duration`.
  static constexpr uint64_t kNoCorrection = UINT64_MAX;
  static constexpr uint64_t kMeasured = 0;

  /// @param sender_ns the frame's time by the last report, nanoseconds since 1970; 0: no report
  /// yet.
  /// @param pts_ns the frame's own timestamp.
  /// @param frame_duration_ms the distance between two frames; kNoCorrection: gives sender_ns as it
  /// is; kMeasured: as the timestamps say.
  /// @return the time to show for it, nanoseconds since 1970, or 0.
  uint64_t correct(uint64_t sender_ns, uint64_t pts_ns, uint64_t frame_duration_ms);

 private:
  uint64_t last_sender_ = 0, last_pts_ = 0;
  int64_t correction_ = 0;
};

}  // namespace thalweg
