#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

namespace thalweg {

using SteadyTime = std::chrono::steady_clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;
inline constexpr Nanoseconds kForEver = Nanoseconds::max();

/// What one source of a muxer is held to.
struct SourceLimits {
  unsigned most_in_batch = 0;           ///< frames; 0: as the rules say
  Nanoseconds least_interval{0};        ///< between two of its frames
  Nanoseconds longest_wait = kForEver;  ///< for its next frame, counted from its last
  int priority = 0;                     ///< the lowest is asked first
};

/// Which frames make up a batch, and when it leaves.
struct BatchRules {
  unsigned batch_size = 1;  ///< frames, at least 1
  bool adaptive = false;    ///< the batch size is the number of sources that may still give frames
  /// Frames of one source in a batch. 0: an even share, and what the division leaves goes to who
  /// has frames.
  unsigned most_of_one = 0;
  Nanoseconds timeout = kForEver;           ///< from a batch's first frame until it leaves
  Nanoseconds least_interval{0};            ///< between two batches
  std::map<unsigned, SourceLimits> limits;  ///< of sources by number; others have none
};

/// The decisions that the rules come to, batch after batch. Plain arithmetic: it holds no frames
/// and reads no clock. One thread.
class Batching {
 public:
  void set_rules(BatchRules rules);
  const BatchRules& rules() const { return rules_; }
  /// Sources that may give frames now or later.
  void set_active(unsigned sources) { active_ = sources; }

  /// Frames that the batch has room for.
  unsigned slots() const;
  unsigned size() const { return size_; }
  bool full() const { return size_ >= slots(); }

  /// Whether the source may add a frame to the batch, were it not for its own rate.
  bool has_room_for(unsigned source) const;
  /// When its own rate lets its next frame go.
  SteadyTime due(unsigned source) const;
  /// Until when a frame of it is worth waiting for: for ever is SteadyTime::max().
  SteadyTime waited_for_until(unsigned source) const;
  /// since: from when the frame waits for a batch; `now` or before.
  void take(unsigned source, SteadyTime now, SteadyTime since);

  /// When the batch leaves although it is not full, counted from its first frame. Never:
  /// SteadyTime::max().
  SteadyTime deadline() const { return deadline_from(first_); }
  SteadyTime deadline_from(SteadyTime start) const;
  /// Before this the next batch may not leave.
  SteadyTime earliest() const;
  /// The batch leaves: the next one begins.
  void sent(SteadyTime now);
  /// The batch is given up: the next one begins.
  void discard();
  /// The source is gone; another one may come under its number.
  void forget(unsigned source);

  int priority(unsigned source) const;
  bool has_priorities() const { return !rules_.limits.empty(); }

 private:
  struct Given {
    unsigned source = 0;
    unsigned in_batch = 0;
    SteadyTime last = SteadyTime::min();  // min: nothing yet
  };
  const Given* find(unsigned source) const;
  const SourceLimits* limits(unsigned source) const;

  BatchRules rules_;
  unsigned active_ = 0, size_ = 0;
  unsigned extra_taken_ = 0;  // of the slots that remain when the batch is shared out evenly
  std::vector<Given> given_;
  SteadyTime first_{}, sent_ = SteadyTime::min();
};

/// What `sync-inputs` makes of a frame.
enum class Timing { kPresent, kEarly, kLate };

/// `frame` and `now` are running times in nanoseconds. A frame is late when it is older than
/// `window`, kForEver: never.
Timing timing_of(uint64_t frame, uint64_t now, Nanoseconds window);

}  // namespace thalweg
