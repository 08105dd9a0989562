#include "elements/nvstreammux/sender_clock.h"

#include <cstdlib>

namespace thalweg {

uint64_t SenderClock::correct(uint64_t sender_ns, uint64_t pts_ns, uint64_t frame_duration_ms) {
  if (sender_ns == 0 || frame_duration_ms == kNoCorrection) {
    *this = {};
    return sender_ns;
  }
  const bool known = last_sender_ != 0 && pts_ns > last_pts_;
  if (!known) {
    correction_ = 0;
  } else {
    const int64_t step =
        frame_duration_ms == kMeasured ? pts_ns - last_pts_ : frame_duration_ms * 1'000'000;
    // Without a new report both distances are equal, but for frames that were left out.
    const int64_t expected = last_sender_ + (pts_ns - last_pts_);
    const int64_t jump = int64_t(sender_ns) - expected;
    correction_ -= correction_ / 16;
    if (std::llabs(jump) >= step)
      correction_ = 0;
    else
      correction_ -= jump;
    if (std::llabs(correction_) >= step) correction_ = 0;
  }
  last_sender_ = sender_ns;
  last_pts_ = pts_ns;
  return sender_ns + correction_;
}

}  // namespace thalweg
