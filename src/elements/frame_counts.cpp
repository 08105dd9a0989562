#include "elements/frame_counts.h"

#include <algorithm>

namespace thalweg {

constexpr auto kRelaxed = std::memory_order_relaxed;

void FrameCounts::enter(uint64_t frames, GstClockTime timestamp, int64_t now_ns) {
  take(frames);
  // Only one thread enters an element at a time; the one that leaves may be another.
  const uint64_t number = entered_.load(kRelaxed);
  Entry& entry = entries_[number % entries_.size()];
  entry.timestamp.store(timestamp, kRelaxed);
  entry.at_ns.store(now_ns, kRelaxed);
  entered_.store(number + 1, std::memory_order_release);
}

int64_t FrameCounts::leave(uint64_t frames, GstClockTime timestamp, int64_t now_ns) {
  give(frames);
  const uint64_t end = entered_.load(std::memory_order_acquire);
  if (end == 0) return -1;
  const uint64_t begin = end - std::min<uint64_t>(end, entries_.size());
  uint64_t found = end - 1;
  for (uint64_t i = end; i-- > begin;)
    if (entries_[i % entries_.size()].timestamp.load(kRelaxed) == timestamp) {
      found = i;
      break;
    }
  const int64_t inside =
      std::max<int64_t>(now_ns - entries_[found % entries_.size()].at_ns.load(kRelaxed), 0);
  spend(inside);
  return inside;
}

void FrameCounts::spend(int64_t ns) {
  add(buffers_, 1);
  add(time_ns_, uint64_t(ns));
}

void FrameCounts::write(GstStructure* stats) const {
  gst_structure_set(stats, "in", G_TYPE_UINT64, in_.load(kRelaxed), "out", G_TYPE_UINT64,
                    out_.load(kRelaxed), "dropped", G_TYPE_UINT64, dropped_.load(kRelaxed),
                    "buffers", G_TYPE_UINT64, buffers_.load(kRelaxed), "time-ns", G_TYPE_UINT64,
                    time_ns_.load(kRelaxed), nullptr);
}

}  // namespace thalweg
