#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <string>

namespace thalweg {

/// Where a sink's frames go: a chain of elements in a pipeline of its own, fed by the sink's
/// thread. Used by one thread at a time.
class Output {
 public:
  /// A window; nullptr when there is no display that one can be opened on, or nothing to open it
  /// with. @param why_not then says so, a sentence without a full stop.
  static std::unique_ptr<Output> window(bool force_aspect_ratio, std::string& why_not);
  /// An MP4 file, H.264. @throws std::runtime_error naming an element that is not installed or a
  /// folder that is not there.
  static std::unique_ptr<Output> file(const std::string& path);
  /// JPEG files, each given to `take` by a thread of the chain. That one skips frames when it is
  /// slower than they come. @throws std::runtime_error naming an element that is not installed.
  static std::unique_ptr<Output> jpeg(std::function<void(std::string)> take);

  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Caps (system memory) of the frames that follow.
  void set_caps(GstCaps* caps);
  /// Shows or writes a frame (taken); its PTS must not decrease.
  /// @throws std::runtime_error with what the elements said.
  void push(GstBuffer* frame);
  /// Completes a file. Nothing may follow. @throws as push, and when it takes over 30 seconds.
  void finish();

 private:
  explicit Output(GstElement* chain);
  [[noreturn]] void fail(const char* otherwise);

  GstElement* pipeline_;
  GstPad* pad_;
  GstBus* bus_;
  bool started_ = false;
};

}  // namespace thalweg
