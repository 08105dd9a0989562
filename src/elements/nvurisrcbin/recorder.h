#pragma once

#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace thalweg {

/// Keeps the last seconds of a compressed stream, and writes them and what follows to a file when
/// asked. The file is written by a pipeline of its own: neither its speed nor its errors touch the
/// stream.
class Recorder {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum Track { kVideo, kAudio };

  struct Settings {
    bool matroska = false;  ///< else MP4
    std::string folder;     ///< empty: the current one
    std::string prefix;     ///< of file names
    std::chrono::seconds cache{20};
    std::chrono::seconds longest{20};  ///< of a recording that is started with duration 0
    bool video = true, audio = true;   ///< what is recorded, if it comes
  };

  /// A recording that has ended.
  struct Recording {
    unsigned session = 0;
    std::string problem;  ///< why there is no file; empty if all is well
    std::string folder, name;
    uint64_t duration_ms = 0;
    bool matroska = false;
    bool video = false, audio = false;  ///< what is in it
    int width = 0, height = 0;          ///< of the video, in pixels
    int channels = 0, rate = 0;         ///< of the audio
    void* user_data = nullptr;          ///< as given to start()
  };

  /// `wake` is called, from any thread, when poll() should be.
  explicit Recorder(std::function<void()> wake) : wake_(std::move(wake)) {}
  ~Recorder();

  void configure(const Settings& settings);

  /// A compressed frame, with its caps and its times as running times. Streaming threads; never
  /// waits. Frames of one track come in order.
  void take(Track track, GstBuffer* frame, GstCaps* caps, GstClockTime pts, GstClockTime dts);
  /// Drops what is kept.
  void clear();

  /// Begins a recording with what came up to `before` ago, which goes on for `duration` (0: the
  /// default). Returns why not, or an empty string and the session. Any thread.
  std::string start(std::chrono::seconds before, std::chrono::seconds duration, void* user_data,
                    unsigned& session);
  /// Ends a recording; poll() gives it when its file is complete. Returns why not. Any thread.
  std::string stop(unsigned session);
  bool recording() const;

  /// When poll() is due even if `wake` is not called; Time::max() when never.
  Time due() const;
  /// A recording that has ended by now, once each.
  std::optional<Recording> poll(Time now);
  /// Ends the recording, if there is one, and waits for its file.
  std::optional<Recording> finish();

 private:
  struct Kept {
    Track track;
    GstBuffer* frame;
    GstClockTime pts, dts;
    bool key;
  };
  enum class State { kIdle, kWaiting, kWriting, kClosing };

  void trim();
  void write(const Kept& kept);
  bool open(GstClockTime origin);
  GstElement* add_track(GstElement* muxer, Track track);
  void close();
  Recording end(const std::string& problem);
  Recording take_message();

  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  Settings settings_;
  std::deque<Kept> kept_;  // begins with a key frame if there is video
  GstCaps* caps_[2] = {nullptr, nullptr};
  State state_ = State::kIdle;
  unsigned next_session_ = 0;
  Recording recording_;
  Time stop_at_{};
  GstElement* pipeline_ = nullptr;
  std::atomic<bool> ended_{false};              // the pipeline says so, or is about to
  GstElement* inputs_[2] = {nullptr, nullptr};  // of the pipeline
  GstClockTime origin_ = 0, last_ = 0;          // running times of its first and last frame
};

}  // namespace thalweg
