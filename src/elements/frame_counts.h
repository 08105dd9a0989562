#pragma once

#include <gst/gst.h>

#include <array>
#include <atomic>
#include <cstdint>

namespace thalweg {

/// What passed through one element. Any thread, without a lock: numbers that are read while frames
/// pass may be a frame apart.
class FrameCounts {
 public:
  /// One buffer came in, at `now_ns` of the monotonic clock.
  void enter(uint64_t frames, GstClockTime timestamp, int64_t now_ns);
  /// One buffer leaves. It was inside since the newest entry with its timestamp; where none of the
  /// last entries has it, since the newest one. The result is the nanoseconds; -1, which count as
  /// none, where nothing ever came in.
  int64_t leave(uint64_t frames, GstClockTime timestamp, int64_t now_ns);
  /// Frames that came in leave nowhere.
  void drop(uint64_t frames = 1) { add(dropped_, frames); }
  /// In the place of enter and leave, for an element that does not hand on what it gets.
  void take(uint64_t frames) { add(in_, frames); }
  void give(uint64_t frames) { add(out_, frames); }
  void spend(int64_t ns);

  /// Sets in, out, dropped (frames), buffers and time-ns (what those buffers were inside, summed),
  /// all uint64.
  void write(GstStructure* stats) const;

 private:
  struct Entry {
    std::atomic<GstClockTime> timestamp{0};
    std::atomic<int64_t> at_ns{0};
  };
  static void add(std::atomic<uint64_t>& number, uint64_t more) {
    number.fetch_add(more, std::memory_order_relaxed);
  }

  std::atomic<uint64_t> in_{0}, out_{0}, dropped_{0}, buffers_{0}, time_ns_{0};
  std::atomic<uint64_t> entered_{0};
  std::array<Entry, 64> entries_;  // a ring: more than any element holds at once
};

}  // namespace thalweg
