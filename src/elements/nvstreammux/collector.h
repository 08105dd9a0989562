#pragma once

#include <gst/gst.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "elements/nvstreammux/batching.h"

namespace thalweg {

struct MiniObjectUnref {
  template <class Object>
  void operator()(Object* object) const {
    gst_mini_object_unref(GST_MINI_OBJECT_CAST(object));
  }
};
using BufferPtr = std::unique_ptr<GstBuffer, MiniObjectUnref>;
using EventPtr = std::unique_ptr<GstEvent, MiniObjectUnref>;

/// What the muxer remembers of an input's caps.
struct InputFormat {
  int par_n = 1, par_d = 1;  ///< pixel aspect ratio
};

/// One frame on its way through the muxer.
struct InputFrame {
  BufferPtr buffer;
  GstClockTime running_time = GST_CLOCK_TIME_NONE;
  uint64_t ntp_ns = 0;      ///< what ntp_timestamp shows, nanoseconds since 1970
  uint64_t arrival_ns = 0;  ///< wall clock, nanoseconds since 1970
  unsigned source_id = 0;
  size_t bytes = 0;      ///< of pixels that it holds
  SteadyTime arrived{};  ///< set by push()
  InputFormat format;
};

/// What became of one input's frames. in = out + late + skipped + flushed + queued.
struct InputCounts {
  uint64_t in = 0;
  uint64_t out = 0;
  uint64_t late = 0;      ///< dropped by sync-inputs, sync-inputs-ntp or align-first-buffer
  uint64_t skipped = 0;   ///< of a live input: dropped to make room for newer ones
  uint64_t flushed = 0;   ///< discarded by a flush or at stop
  uint64_t blocked = 0;   ///< times that upstream had to wait for room
  uint64_t repeated = 0;  ///< times that cache-buffer stood in for a frame
  unsigned queued = 0;
  size_t queued_bytes = 0;
};

/// Which frames make up a batch: the queues of the inputs and the rules of `nvstreammux`.
///
/// Upstream's threads call push(), one thread calls collect(); everything else may be called from
/// any thread. Knows nothing of pads or pixels.
class Collector {
 public:
  /// Frames of one input that wait for a batch; then push() blocks. They are there to let sources
  /// work ahead, and each costs its pixels.
  static constexpr unsigned kMostQueued = 3;
  /// Of a live input; then the oldest is skipped. More, for what comes in bursts.
  static constexpr unsigned kMostQueuedLive = 10;

  struct Settings {
    BatchRules rules;
    bool sync = false;              ///< only frames of the present, late ones are dropped
    Nanoseconds window = kForEver;  ///< with sync: how old a frame of the present may be
    bool reset_frame_number_on_eos = false;
    bool reset_frame_number_on_stream_reset = false;
    bool align = false;  ///< a batch begins when every source has a frame
    /// The first batch begins when there are as many sources as slots and every source has a frame
    /// of the time (NTP) from which on all have one. Older ones are dropped.
    bool align_first = false;
    /// How far the times (NTP) of a batch's frames may be apart; 0: any distance. Its earliest
    /// frame rules; frames that are older than those of the last batch are dropped.
    uint64_t ntp_tolerance_ns = 0;
    unsigned most_left_out = 4;  ///< batches in a row; then an input's early frames are dropped
    bool repeat = false;         ///< the last frame stands in for one that is missing in a batch
    Nanoseconds repeat_for = kForEver;  ///< counted from when it was new; then no picture does
  };

  /// One input; a handle for the caller, its content is the collector's.
  class Input;
  using InputPtr = std::shared_ptr<Input>;

  struct Frame {
    unsigned id = 0;
    int number = 0;    ///< frame_num
    InputFrame frame;  ///< repeated: without a buffer where there is nothing to repeat
    InputPtr input;
    bool repeated = false;
  };
  /// Something to tell downstream.
  struct Notice {
    enum Kind { kAdded, kDeleted, kEnded, kEvent } kind;
    unsigned id = 0;
    EventPtr event;  ///< kEvent: what the input's upstream sent
  };
  struct Round {
    std::vector<Notice> before;
    std::vector<Frame> frames;
    std::vector<Notice> after;
    bool full = false;            ///< the batch
    SteadyTime since{};           ///< when the first of the frames arrived
    std::vector<BufferPtr> late;  ///< frames that were dropped because of their time
    bool all_ended = false;       ///< every input is at its end; said once until that changes
    bool stopped = false;         ///< nothing else is filled
  };
  enum class Pushed { kTaken, kFlushing, kStopped };

  /// The running time of now, for sync; none: there is no clock (yet).
  explicit Collector(std::function<GstClockTime()> now);

  void configure(const Settings& settings);
  Settings settings() const;

  /// A stopped collector takes nothing: push() and collect() return at once. start() begins anew:
  /// inputs are announced again and number their frames from 0.
  void start();
  void stop();
  /// Lets a waiting collect() return as stopped and new ones too; push() still works.
  void pause();
  /// After pause(), or after stop() to go on where that was.
  void resume();

  InputPtr add(unsigned id);
  /// The frames that are queued still go out, then kDeleted. A new input of the same id waits for
  /// that.
  void remove(const InputPtr& input);
  bool has(unsigned id) const;
  unsigned size() const;

  /// Waits while the input's queue is full, unless the input is live.
  Pushed push(Input& input, InputFrame frame);
  Pushed push(Input& input, EventPtr event);
  Pushed push_eos(Input& input);
  /// Whether the input's frames come by themselves: then the newest are kept.
  void set_live(Input& input, bool live);
  /// Nothing comes for a while: after the frames that are queued, no batch waits for this input
  /// until its next one.
  void rest(Input& input);
  /// Discards what is queued and lets push() fail until flush_stop(), which also takes back an EOS.
  void flush_start(Input& input);
  void flush_stop(Input& input);

  /// Waits for the next batch (or events, or the end of all inputs).
  Round collect();

  InputCounts counts(const Input& input) const;
  /// Of all inputs that there ever were; `queued` of those that are there.
  InputCounts totals() const;

 private:
  struct Progress;
  void notify();
  InputFrame pop(Input& input);
  void drop(Input& input, Round& round);
  bool aligns_first() const { return settings_.align_first && !first_aligned_; }
  bool drop_late(Round& round);
  bool may_begin(Round& round, Progress& progress);
  void drop_early(Round& round, Progress& progress);
  void repeat(Round& round, Progress& progress);
  bool take_from(const InputPtr& from, Round& round, Progress& progress);
  void gather(Round& round, Progress& progress);
  std::vector<size_t> turns() const;
  bool complete(Progress& progress, SteadyTime now) const;
  bool waits_for_predecessor(size_t index) const;
  bool awaited(size_t index) const;
  unsigned active() const;
  bool all_ended() const;
  void discard(Input& input);
  void forget(const Input& input);

  const std::function<GstClockTime()> now_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Settings settings_;
  Batching batching_;
  std::vector<InputPtr> inputs_;  // by id; leaving ones included, before a new one of the same id
  size_t next_ = 0;               // whose turn it is when there are fewer slots than inputs
  InputCounts gone_;              // of inputs that are no longer there
  uint64_t batch_ntp_ = 0;        // of the earliest frame of this batch or the last one
  uint64_t first_ntp_ = 0;        // from when on all have frames; 0: not known yet
  bool first_aligned_ = false;
  bool stopped_ = true;
  bool paused_ = false;
  bool end_told_ = false;
};

}  // namespace thalweg
