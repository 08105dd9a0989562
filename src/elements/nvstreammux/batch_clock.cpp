#include "elements/nvstreammux/batch_clock.h"

#include <algorithm>
#include <utility>

namespace thalweg {

uint64_t BatchClock::live(uint64_t now, uint64_t latency) {
  const uint64_t time = std::max(next_, now > latency ? now - latency : 0);
  next_ = time + kLeastLiveStep;
  return time;
}

uint64_t BatchClock::counted(uint64_t duration) { return std::exchange(next_, next_ + duration); }

}  // namespace thalweg
