#include "elements/nvstreammux/batching.h"

#include <algorithm>
#include <utility>

namespace thalweg {

namespace {
SteadyTime after(SteadyTime start, Nanoseconds time) {
  return time == kForEver ? SteadyTime::max()
                          : start + std::chrono::duration_cast<SteadyTime::duration>(time);
}
}  // namespace

void Batching::set_rules(BatchRules rules) { rules_ = std::move(rules); }

unsigned Batching::slots() const {
  return std::max(rules_.adaptive ? active_ : rules_.batch_size, 1u);
}

const Batching::Given* Batching::find(unsigned source) const {
  for (const Given& each : given_)
    if (each.source == source) return &each;
  return nullptr;
}

const SourceLimits* Batching::limits(unsigned source) const {
  if (rules_.limits.empty()) return nullptr;
  const auto found = rules_.limits.find(source);
  return found == rules_.limits.end() ? nullptr : &found->second;
}

bool Batching::has_room_for(unsigned source) const {
  if (full()) return false;
  const Given* given = find(source);
  const unsigned taken = given ? given->in_batch : 0;
  const SourceLimits* limit = limits(source);
  if (limit && limit->most_in_batch > 0 && taken >= limit->most_in_batch) return false;
  if (rules_.most_of_one > 0) return taken < rules_.most_of_one;
  const unsigned sources = std::max(active_, 1u);
  return taken < slots() / sources || extra_taken_ < slots() % sources;
}

SteadyTime Batching::due(unsigned source) const {
  const SourceLimits* limit = limits(source);
  const Given* given = limit ? find(source) : nullptr;
  return given && given->last != SteadyTime::min() ? after(given->last, limit->least_interval)
                                                   : SteadyTime::min();
}

SteadyTime Batching::waited_for_until(unsigned source) const {
  const SourceLimits* limit = limits(source);
  const Given* given = limit ? find(source) : nullptr;
  return given && given->last != SteadyTime::min() ? after(given->last, limit->longest_wait)
                                                   : SteadyTime::max();
}

void Batching::take(unsigned source, SteadyTime now, SteadyTime since) {
  Given* given = const_cast<Given*>(find(source));
  if (!given) given = &given_.emplace_back(Given{.source = source});
  if (rules_.most_of_one == 0 && given->in_batch >= slots() / std::max(active_, 1u)) ++extra_taken_;
  if (size_++ == 0) first_ = since;
  ++given->in_batch;
  given->last = now;
}

SteadyTime Batching::deadline_from(SteadyTime start) const { return after(start, rules_.timeout); }

SteadyTime Batching::earliest() const {
  return sent_ == SteadyTime::min() ? sent_ : after(sent_, rules_.least_interval);
}

void Batching::sent(SteadyTime now) {
  sent_ = now;
  discard();
}

void Batching::discard() {
  size_ = extra_taken_ = 0;
  for (Given& each : given_) each.in_batch = 0;
}

void Batching::forget(unsigned source) {
  std::erase_if(given_, [&](const Given& each) { return each.source == source; });
}

int Batching::priority(unsigned source) const {
  const SourceLimits* limit = limits(source);
  return limit ? limit->priority : 0;
}

Timing timing_of(uint64_t frame, uint64_t now, Nanoseconds window) {
  if (frame > now) return Timing::kEarly;
  return window != kForEver && frame + uint64_t(window.count()) < now ? Timing::kLate
                                                                      : Timing::kPresent;
}

}  // namespace thalweg
