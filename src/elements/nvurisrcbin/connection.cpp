#include "elements/nvurisrcbin/connection.h"

#include <algorithm>

namespace thalweg {

void Connection::reset() {
  state_ = State::kConnecting;
  ever_live_ = false;
  attempts_ = 0;
}

void Connection::begin(Time now) {
  if (state_ == State::kLost) ++attempts_;
  state_ = State::kConnecting;
  begun_ = last_data_ = now;
}

bool Connection::picture(Time now) {
  if (state_ != State::kConnecting) return false;
  last_data_ = now;
  state_ = State::kLive;
  ever_live_ = true;
  attempts_ = 0;
  return true;
}

/// Before the next attempt. With any number of attempts, the first ones come sooner than asked:
/// most cameras are back at once. A limited number is spread over the time that was asked for.
Connection::Duration Connection::wait() const {
  Duration longest = settings_.interval;
  if (settings_.initial.count() > 0 && (!ever_live_ || longest.count() == 0))
    longest = settings_.initial;
  if (settings_.attempts > 0) return longest;
  return std::min(longest, longest / 8 * (1 << std::min(attempts_, 3u)));
}

void Connection::lose(Time now) {
  if (!settings_.reconnects() ||
      (settings_.attempts > 0 && attempts_ >= unsigned(settings_.attempts))) {
    state_ = State::kGivenUp;
    return;
  }
  state_ = State::kLost;
  retry_ = now + wait();
}

Connection::Event Connection::check(Time now, bool idle) {
  if (state_ == State::kLost) return now >= retry_ ? Event::kRetry : Event::kNone;
  if (state_ == State::kGivenUp) return Event::kNone;
  if (idle) {
    begun_ = last_data_ = now;
    return Event::kNone;
  }
  if (now < due()) return Event::kNone;
  return state_ == State::kLive ? Event::kSilent : Event::kNoPicture;
}

Connection::Duration Connection::patience() const {
  if (state_ == State::kConnecting && settings_.reconnects())
    return std::max(kPatience, settings_.interval * 2);
  if (state_ == State::kLive && settings_.interval.count() > 0) return settings_.interval;
  return Duration::max();
}

Connection::Time Connection::due() const {
  if (state_ == State::kLost) return retry_;
  if (patience() == Duration::max()) return Time::max();
  return (state_ == State::kLive ? last_data_ : begun_) + patience();
}

const char* name_of(Connection::State state) {
  switch (state) {
    case Connection::State::kConnecting:
      return "connecting";
    case Connection::State::kLive:
      return "live";
    case Connection::State::kLost:
    case Connection::State::kGivenUp:
      break;
  }
  return "lost";
}

}  // namespace thalweg
