#include "elements/nvstreammux/collector.h"

#include <algorithm>
#include <utility>

#include "gst-nvevent.h"

namespace thalweg {

namespace {
struct End {};
using Item = std::variant<InputFrame, EventPtr, End>;

InputFrame shared(const InputFrame& frame) {
  InputFrame same{.running_time = frame.running_time,
                  .ntp_ns = frame.ntp_ns,
                  .arrival_ns = frame.arrival_ns,
                  .source_id = frame.source_id,
                  .bytes = frame.bytes,
                  .arrived = frame.arrived,
                  .format = frame.format};
  if (frame.buffer) same.buffer.reset(gst_buffer_ref(frame.buffer.get()));
  return same;
}
}  // namespace

class Collector::Input {
 public:
  explicit Input(unsigned id) : id(id) { last.source_id = id; }

  // Guarded by the collector's mutex.
  const unsigned id;
  std::deque<Item> items;
  std::condition_variable room;
  InputCounts counts;
  int next_number = 0;
  bool announced = false;  // kAdded is told
  bool ended = false;      // its EOS is told
  bool rests = false;      // nothing comes until its next frame
  bool flushing = false;
  bool leaving = false;
  bool live = false;
  unsigned left_out = 0;  // batches in a row that its early frames were not for
  InputFrame last;        // to repeat
  SteadyTime last_taken;

  /// The frame that comes next, if one does.
  InputFrame* head() { return items.empty() ? nullptr : std::get_if<InputFrame>(&items.front()); }
};

/// What one round has taken so far.
struct Collector::Progress {
  struct Share {
    InputPtr input;
    bool gave = false;
    bool closed = false;  // an event ends this input's part of the batch
  };
  std::vector<Share> shares;
  SteadyTime now;                       // of this look at the inputs
  SteadyTime wake = SteadyTime::max();  // when something changes by itself
  bool held = false;                    // no frame may be taken yet
  SteadyTime held_since = SteadyTime::max();

  void wake_at(SteadyTime time) { wake = std::min(wake, time); }

  Share& of(const InputPtr& input) {
    for (Share& share : shares)
      if (share.input == input) return share;
    return shares.emplace_back(Share{input});
  }
  const Share* find(const InputPtr& input) const {
    for (const Share& share : shares)
      if (share.input == input) return &share;
    return nullptr;
  }
};

Collector::Collector(std::function<GstClockTime()> now) : now_(std::move(now)) {}

void Collector::configure(const Settings& settings) {
  std::lock_guard lock(mutex_);
  settings_ = settings;
  batching_.set_rules(settings.rules);
  if (!settings.repeat)
    for (const InputPtr& input : inputs_) input->last.buffer.reset();
  notify();
}

Collector::Settings Collector::settings() const {
  std::lock_guard lock(mutex_);
  return settings_;
}

void Collector::notify() { changed_.notify_one(); }

void Collector::start() {
  std::lock_guard lock(mutex_);
  stopped_ = paused_ = end_told_ = first_aligned_ = false;
  batch_ntp_ = first_ntp_ = 0;
  for (const InputPtr& input : inputs_) {
    input->announced = input->ended = input->rests = input->flushing = false;
    input->next_number = 0;
    input->left_out = 0;
  }
}

void Collector::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const InputPtr& input : inputs_) {
    discard(*input);
    input->room.notify_all();
  }
  std::erase_if(inputs_, [&](const InputPtr& input) {
    if (input->leaving) forget(*input);
    return input->leaving;
  });
  notify();
}

void Collector::pause() {
  std::lock_guard lock(mutex_);
  paused_ = true;
  notify();
}

void Collector::resume() {
  std::lock_guard lock(mutex_);
  stopped_ = paused_ = false;
}

Collector::InputPtr Collector::add(unsigned id) {
  std::lock_guard lock(mutex_);
  auto input = std::make_shared<Input>(id);
  const auto after = std::find_if(inputs_.begin(), inputs_.end(),
                                  [&](const InputPtr& other) { return other->id > id; });
  inputs_.insert(after, input);
  end_told_ = false;
  notify();
  return input;
}

void Collector::remove(const InputPtr& input) {
  std::lock_guard lock(mutex_);
  input->leaving = true;
  input->room.notify_all();
  if (stopped_ && std::erase(inputs_, input) > 0) forget(*input);
  notify();
}

bool Collector::has(unsigned id) const {
  std::lock_guard lock(mutex_);
  return std::any_of(inputs_.begin(), inputs_.end(),
                     [&](const InputPtr& input) { return input->id == id && !input->leaving; });
}

unsigned Collector::size() const {
  std::lock_guard lock(mutex_);
  return std::count_if(inputs_.begin(), inputs_.end(),
                       [](const InputPtr& input) { return !input->leaving; });
}

Collector::Pushed Collector::push(Input& input, InputFrame frame) {
  std::unique_lock lock(mutex_);
  const auto refused = [&] { return stopped_ || input.flushing || input.leaving; };
  if (!refused() && input.counts.queued >= kMostQueuedLive && input.live) {
    const auto oldest = std::find_if(input.items.begin(), input.items.end(), [](const Item& item) {
      return std::holds_alternative<InputFrame>(item);
    });
    ++input.counts.skipped;
    --input.counts.queued;
    input.counts.queued_bytes -= std::get<InputFrame>(*oldest).bytes;
    input.items.erase(oldest);
  } else if (!refused() && !input.live && input.counts.queued >= kMostQueued) {
    ++input.counts.blocked;
    input.room.wait(lock, [&] { return refused() || input.counts.queued < kMostQueued; });
  }
  if (refused()) return stopped_ ? Pushed::kStopped : Pushed::kFlushing;
  input.rests = false;
  ++input.counts.in;
  ++input.counts.queued;
  input.counts.queued_bytes += frame.bytes;
  frame.arrived = std::chrono::steady_clock::now();
  input.items.emplace_back(std::move(frame));
  notify();
  return Pushed::kTaken;
}

Collector::Pushed Collector::push(Input& input, EventPtr event) {
  std::lock_guard lock(mutex_);
  if (stopped_) return Pushed::kStopped;
  if (input.flushing || input.leaving) return Pushed::kFlushing;
  input.items.emplace_back(std::move(event));
  notify();
  return Pushed::kTaken;
}

Collector::Pushed Collector::push_eos(Input& input) {
  std::lock_guard lock(mutex_);
  if (stopped_) return Pushed::kStopped;
  if (input.flushing || input.leaving) return Pushed::kFlushing;
  input.items.emplace_back(End{});
  notify();
  return Pushed::kTaken;
}

void Collector::set_live(Input& input, bool live) {
  std::lock_guard lock(mutex_);
  input.live = live;
}

void Collector::rest(Input& input) {
  std::lock_guard lock(mutex_);
  input.rests = true;
  notify();
}

void Collector::flush_start(Input& input) {
  std::lock_guard lock(mutex_);
  input.flushing = true;
  discard(input);
  input.room.notify_all();
}

void Collector::flush_stop(Input& input) {
  std::lock_guard lock(mutex_);
  input.flushing = false;
  // An EOS that still waits its turn is taken back with the one that was told.
  std::erase_if(input.items, [](const Item& item) { return std::holds_alternative<End>(item); });
  input.ended = false;
  end_told_ = false;
  notify();
}

void Collector::discard(Input& input) {
  input.counts.flushed += input.counts.queued;
  input.counts.queued = 0;
  input.counts.queued_bytes = 0;
  input.items.clear();
  input.last.buffer.reset();
}

InputCounts Collector::counts(const Input& input) const {
  std::lock_guard lock(mutex_);
  return input.counts;
}

namespace {
void add_to(InputCounts& sum, const InputCounts& counts) {
  sum.in += counts.in;
  sum.out += counts.out;
  sum.late += counts.late;
  sum.skipped += counts.skipped;
  sum.flushed += counts.flushed;
  sum.blocked += counts.blocked;
  sum.repeated += counts.repeated;
  sum.queued += counts.queued;
  sum.queued_bytes += counts.queued_bytes;
}
}  // namespace

InputCounts Collector::totals() const {
  std::lock_guard lock(mutex_);
  InputCounts sum = gone_;
  for (const InputPtr& input : inputs_) add_to(sum, input->counts);
  return sum;
}

/// The input is taken out of inputs_, with nothing queued.
void Collector::forget(const Input& input) {
  batching_.forget(input.id);
  add_to(gone_, input.counts);
}

/// True for a new input whose predecessor of the same number is still being drained.
bool Collector::waits_for_predecessor(size_t index) const {
  return index > 0 && inputs_[index - 1]->id == inputs_[index]->id;
}

/// Whether its next frame is worth waiting for.
bool Collector::awaited(size_t index) const {
  const Input& input = *inputs_[index];
  return !input.ended && !input.leaving && !(input.rests && input.items.empty()) &&
         !waits_for_predecessor(index);
}

/// Inputs that share the slots of a batch: those that may give frames soon.
unsigned Collector::active() const {
  unsigned count = 0;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const Input& input = *inputs_[i];
    const bool empty = input.items.empty();
    count +=
        !input.ended && !((input.leaving || input.rests) && empty) && !waits_for_predecessor(i);
  }
  return count;
}

bool Collector::all_ended() const {
  return std::all_of(inputs_.begin(), inputs_.end(), [](const InputPtr& input) {
    return input->ended || (input->leaving && input->items.empty());
  });
}

/// Takes the frame at the head of the input's queue.
InputFrame Collector::pop(Input& input) {
  InputFrame frame = std::move(*input.head());
  --input.counts.queued;
  input.counts.queued_bytes -= frame.bytes;
  input.items.pop_front();
  input.room.notify_one();
  return frame;
}

/// Drops that frame because of its time.
void Collector::drop(Input& input, Round& round) {
  ++input.counts.late;
  round.late.push_back(pop(input).buffer);
}

/// Drops frames whose time (NTP) is not known or has passed. True if there were some.
bool Collector::drop_late(Round& round) {
  const uint64_t tolerance = settings_.ntp_tolerance_ns;
  if (tolerance == 0 && !aligns_first()) return false;
  uint64_t oldest = aligns_first() ? first_ntp_ : 0;
  if (tolerance > 0 && batch_ntp_ > tolerance) oldest = std::max(oldest, batch_ntp_ - tolerance);
  for (const InputPtr& input : inputs_)
    for (const InputFrame* frame = input->head();
         frame && (frame->ntp_ns == 0 || frame->ntp_ns < oldest); frame = input->head())
      drop(*input, round);
  return !round.late.empty();
}

/// Whether the frames are there that a batch waits for before it takes its first one.
bool Collector::may_begin(Round& round, Progress& progress) {
  size_t heads = 0;
  bool complete = true;
  uint64_t earliest = UINT64_MAX, latest = 0;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (waits_for_predecessor(i)) continue;
    const InputFrame* frame = inputs_[i]->head();
    if (!frame) {
      complete &= !awaited(i);
      continue;
    }
    ++heads;
    earliest = std::min(earliest, frame->ntp_ns);
    latest = std::max(latest, frame->ntp_ns);
    progress.held_since =
        std::min(progress.held_since, inputs_[i]->live ? frame->arrived : progress.now);
  }
  if (heads == 0) return false;
  batching_.set_active(active());
  if (settings_.align && !complete && heads < batching_.slots()) return false;
  if (aligns_first()) {
    if (!complete || inputs_.size() < batching_.slots()) return false;
    if (first_ntp_ == 0) first_ntp_ = latest;
    if (drop_late(round)) return false;
    first_aligned_ = true;
  }
  if (settings_.ntp_tolerance_ns > 0) {
    const SteadyTime deadline = batching_.deadline_from(progress.held_since);
    if (!complete && progress.now < deadline) {
      progress.wake_at(deadline);
      return false;
    }
    batch_ntp_ = earliest;
  }
  return true;
}

/// The batch leaves: frames of inputs that are ahead of the others for too long are dropped.
void Collector::drop_early(Round& round, Progress& progress) {
  for (const InputPtr& input : inputs_) {
    const InputFrame* frame = input->head();
    if (progress.of(input).gave || !frame ||
        frame->ntp_ns <= batch_ntp_ + settings_.ntp_tolerance_ns)
      input->left_out = 0;
    else if (++input->left_out >= settings_.most_left_out) {
      input->left_out = 0;
      while (input->head()) drop(*input, round);
    }
  }
}

/// The batch leaves: adds the last frames of inputs that gave none, as far as there is room.
void Collector::repeat(Round& round, Progress& progress) {
  for (size_t i = 0; i < inputs_.size() && round.frames.size() < batching_.slots(); ++i) {
    const InputPtr& input = inputs_[i];
    if (input->ended || input->leaving || waits_for_predecessor(i) || progress.of(input).gave)
      continue;
    if (settings_.repeat_for != kForEver && progress.now - input->last_taken > settings_.repeat_for)
      input->last.buffer.reset();
    ++input->counts.repeated;
    round.frames.push_back({input->id, input->next_number++, shared(input->last), input, true});
  }
}

/// Takes the next thing of one input, if the rules allow it. True if something was taken.
bool Collector::take_from(const InputPtr& from, Round& round, Progress& progress) {
  Input& input = *from;
  if (!input.announced) {
    input.announced = true;
    round.before.push_back({Notice::kAdded, input.id, nullptr});
    return true;
  }
  Progress::Share& share = progress.of(from);
  if (share.closed) return false;
  std::vector<Notice>& notices = share.gave ? round.after : round.before;
  if (input.items.empty()) {
    if (!input.leaving) return false;
    if (share.gave) {  // the next round: a successor's kAdded has to come after
      share.closed = true;
      return false;
    }
    round.before.push_back({Notice::kDeleted, input.id, nullptr});
    forget(input);
    std::erase(inputs_, from);
    return true;
  }

  Item& item = input.items.front();
  if (std::holds_alternative<End>(item)) {
    if (!input.ended) notices.push_back({Notice::kEnded, input.id, nullptr});
    input.ended = true;
    if (settings_.reset_frame_number_on_eos) input.next_number = 0;
    share.closed = share.gave;
    input.items.pop_front();
    return true;
  }
  if (EventPtr* event = std::get_if<EventPtr>(&item)) {
    const bool tags = GST_EVENT_TYPE(event->get()) == GST_EVENT_TAG;  // may come a frame early
    if (share.gave && !tags) {  // the event belongs between this batch and the input's next frame
      share.closed = true;
      return false;
    }
    if (settings_.reset_frame_number_on_stream_reset &&
        guint(GST_EVENT_TYPE(event->get())) == guint(GST_NVEVENT_STREAM_RESET))
      input.next_number = 0;
    if (GST_EVENT_TYPE(event->get()) == GST_EVENT_STREAM_START) {
      // As on any pad, a new stream takes an EOS back.
      input.ended = false;
      end_told_ = false;
    }
    round.before.push_back({Notice::kEvent, input.id, std::move(*event)});
    input.items.pop_front();
    return true;
  }

  if (progress.held) return false;
  const InputFrame& frame = std::get<InputFrame>(item);
  if (settings_.ntp_tolerance_ns > 0 && frame.ntp_ns > batch_ntp_ + settings_.ntp_tolerance_ns)
    return false;
  if (settings_.sync && GST_CLOCK_TIME_IS_VALID(frame.running_time)) {
    const GstClockTime now = now_();
    const Timing timing = GST_CLOCK_TIME_IS_VALID(now)
                              ? timing_of(frame.running_time, now, settings_.window)
                              : Timing::kPresent;
    if (timing == Timing::kEarly) {
      progress.wake_at(progress.now + Nanoseconds(frame.running_time - now));
      return false;
    }
    if (timing == Timing::kLate) {
      drop(input, round);
      take_from(from, round, progress);
      return true;
    }
  }
  batching_.set_active(active());
  if (!batching_.has_room_for(input.id)) return false;
  if (const SteadyTime due = batching_.due(input.id); due > progress.now) {
    progress.wake_at(due);
    return false;
  }
  // A camera's frame has waited since it came; a file's comes when there is room.
  batching_.take(input.id, progress.now, input.live ? frame.arrived : progress.now);
  share.gave = true;
  ++input.counts.out;
  round.frames.push_back({input.id, input.next_number++, pop(input), from});
  if (settings_.repeat) {
    input.last = shared(round.frames.back().frame);
    input.last_taken = progress.now;
  }
  return true;
}

/// The inputs in the order in which they are asked: the lowest priority first, those of one
/// priority in turn.
std::vector<size_t> Collector::turns() const {
  std::vector<size_t> turns(inputs_.size());
  for (size_t i = 0; i < turns.size(); ++i) turns[i] = (next_ + i) % turns.size();
  if (batching_.has_priorities())
    std::stable_sort(turns.begin(), turns.end(), [&](size_t a, size_t b) {
      return batching_.priority(inputs_[a]->id) < batching_.priority(inputs_[b]->id);
    });
  return turns;
}

/// One frame from each input in turn, until nobody has one to give.
void Collector::gather(Round& round, Progress& progress) {
  for (bool again = true; again;) {
    again = false;
    batching_.set_active(active());
    const bool enough_slots = batching_.slots() >= inputs_.size();
    if (enough_slots || next_ >= inputs_.size()) next_ = 0;
    const std::vector<InputPtr> order = inputs_;  // taking may remove one
    for (const size_t turn : turns()) {
      if (turn > 0 && order[turn - 1]->id == order[turn]->id) continue;  // waits_for_predecessor
      const size_t before = round.frames.size();
      if (!take_from(order[turn], round, progress)) continue;
      again = true;
      if (!enough_slots && round.frames.size() > before) next_ = (turn + 1) % order.size();
    }
  }
}

/// Whether nothing more is worth waiting for.
bool Collector::complete(Progress& progress, SteadyTime now) const {
  if (batching_.full()) return true;
  bool waits_for_somebody = false;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (!awaited(i)) continue;
    const InputPtr& input = inputs_[i];
    const Progress::Share* share = progress.find(input);
    if (share && share->closed) continue;
    if (!batching_.has_room_for(input->id)) continue;
    const SteadyTime until = batching_.waited_for_until(input->id);
    if (until <= now) continue;
    progress.wake_at(until);
    waits_for_somebody = true;
  }
  return !waits_for_somebody;
}

Collector::Round Collector::collect() {
  std::unique_lock lock(mutex_);
  Round round;
  Progress progress;
  for (;;) {
    if (stopped_ || paused_) {
      // A batch that was begun is discarded, as what is still queued will be.
      for (const Frame& frame : round.frames) {
        ++frame.input->counts.flushed;
        --frame.input->counts.out;
      }
      batching_.discard();
      round = Round{};
      round.stopped = true;
      return round;
    }
    progress.now = std::chrono::steady_clock::now();
    progress.wake = SteadyTime::max();
    const bool by_ntp = settings_.ntp_tolerance_ns > 0;
    progress.held = round.frames.empty() && (by_ntp || settings_.align || aligns_first());
    gather(round, progress);
    if (progress.held && round.before.empty() && !drop_late(round) && may_begin(round, progress)) {
      progress.held = false;
      gather(round, progress);
    }
    if (round.frames.empty()) {
      if (!inputs_.empty() && all_ended() && !end_told_) {
        end_told_ = round.all_ended = true;
        return round;
      }
      if (!round.before.empty() || !round.late.empty()) return round;
    } else {
      const bool leaves =
          by_ntp || complete(progress, progress.now) || progress.now >= batching_.deadline();
      if (leaves && progress.now >= batching_.earliest()) {
        round.full = batching_.full();
        round.since = progress.now;
        for (const Frame& frame : round.frames)
          round.since = std::min(round.since, frame.frame.arrived);
        if (by_ntp) drop_early(round, progress);
        if (settings_.repeat) repeat(round, progress);
        batching_.sent(progress.now);
        return round;
      }
      progress.wake_at(leaves ? batching_.earliest() : batching_.deadline());
    }
    if (progress.wake == SteadyTime::max())
      changed_.wait(lock);
    else
      changed_.wait_until(lock, progress.wake);
  }
}

}  // namespace thalweg
