#include "elements/nvstreammux/collector.h"

#include <algorithm>
#include <utility>

#include "gst-nvevent.h"

namespace thalweg {

namespace {
struct End {};
using Item = std::variant<InputFrame, EventPtr, End>;
}  // namespace

class Collector::Input {
 public:
  explicit Input(unsigned id) : id(id) {}

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
  notify();
}

Collector::Settings Collector::settings() const {
  std::lock_guard lock(mutex_);
  return settings_;
}

void Collector::notify() { changed_.notify_one(); }

void Collector::start() {
  std::lock_guard lock(mutex_);
  stopped_ = paused_ = end_told_ = false;
  for (const InputPtr& input : inputs_) {
    input->announced = input->ended = input->rests = input->flushing = false;
    input->next_number = 0;
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

  InputFrame& frame = std::get<InputFrame>(item);
  const auto pop = [&] {
    --input.counts.queued;
    input.counts.queued_bytes -= frame.bytes;
    input.items.pop_front();
    input.room.notify_one();
  };
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
      ++input.counts.late;
      round.late.push_back(std::move(frame.buffer));
      pop();
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
  Frame taken{input.id, input.next_number++, std::move(frame), from};
  pop();
  round.frames.push_back(std::move(taken));
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
    const InputPtr& input = inputs_[i];
    if (input->ended || input->leaving || waits_for_predecessor(i)) continue;
    if (input->rests && input->items.empty()) continue;
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
    gather(round, progress);
    if (round.frames.empty()) {
      if (!inputs_.empty() && all_ended() && !end_told_) {
        end_told_ = round.all_ended = true;
        return round;
      }
      if (!round.before.empty() || !round.late.empty()) return round;
    } else {
      const bool leaves = complete(progress, progress.now) || progress.now >= batching_.deadline();
      if (leaves && progress.now >= batching_.earliest()) {
        round.full = batching_.full();
        round.since = progress.now;
        for (const Frame& frame : round.frames)
          round.since = std::min(round.since, frame.frame.arrived);
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
