#pragma once

#include <chrono>

namespace thalweg {

/// When a camera counts as lost, and when it is tried again. Has no thread and no clock of its own:
/// the caller says what happens and when, and calls check() when due() has come.
class Connection {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  enum class State { kConnecting, kLive, kLost, kGivenUp };

  struct Settings {
    std::chrono::seconds interval{0};  ///< longest silence, and longest wait for an attempt; 0: off
    std::chrono::seconds initial{0};   ///< longest wait until the first picture ever; 0: `interval`
    int attempts = -1;                 ///< since the last picture; <= 0: any number

    bool reconnects() const { return interval.count() > 0 || initial.count() > 0; }
  };

  enum class Event {
    kNone,
    kSilent,     ///< no data for `interval`: call lose()
    kNoPicture,  ///< an attempt that leads to nothing: call lose()
    kRetry,      ///< call begin() and connect
  };

  /// How long an attempt may take to its first picture, at least: cameras that are woken up, a
  /// fall-back from UDP to TCP and the wait for a key frame fit in.
  static constexpr std::chrono::seconds kPatience{20};

  void configure(const Settings& settings) { settings_ = settings; }
  const Settings& settings() const { return settings_; }

  /// Forgets everything, as at a new start.
  void reset();
  /// An attempt to connect begins.
  void begin(Time now);
  /// Compressed data came.
  void data(Time now) { last_data_ = now; }
  /// A picture was decoded. True if the camera was not live before.
  bool picture(Time now);
  /// The connection is broken. Then state() is kLost, and kRetry comes at due(), or it is kGivenUp.
  void lose(Time now);
  /// `idle`: nothing can come just now, because the pipeline is paused or downstream is full.
  Event check(Time now, bool idle);
  /// When check() has something to say; Time::max() when never.
  Time due() const;

  /// How long nothing may come in the present state before it is lost.
  Duration patience() const;

  State state() const { return state_; }
  /// Attempts to reconnect since the last picture.
  unsigned attempts() const { return attempts_; }

 private:
  Duration wait() const;

  Settings settings_;
  State state_ = State::kConnecting;
  bool ever_live_ = false;
  unsigned attempts_ = 0;
  Time begun_{}, last_data_{}, retry_{};
};

/// "connecting", "live" or "lost".
const char* name_of(Connection::State state);

}  // namespace thalweg
