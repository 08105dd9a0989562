#pragma once

#include <gst/gst.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "elements/nvurisrcbin/connection.h"
#include "elements/nvurisrcbin/recorder.h"
#include "elements/uri_source.h"

namespace thalweg {

/// What nvurisrcbin does: makes what is inside of the bin, and makes it anew when a camera is lost
/// or a file ends; the bin's source pads stay. All waiting is done by one thread of its own, which
/// sleeps until something is due.
class Source : public std::enable_shared_from_this<Source> {
 public:
  explicit Source(GstBin* bin);  ///< a std::shared_ptr owns it

  KeptProperties& properties() { return properties_; }

  // The bin's state changes, in the thread that makes them.
  bool check();  ///< NULL -> READY; false with an error posted
  bool start();  ///< READY -> PAUSED, before the children; false with an error posted
  /// Sets the state of what is inside; FAILURE, NO_PREROLL (it is a camera) or SUCCESS.
  GstStateChangeReturn set_children(GstState state);
  void play(bool plays);  ///< PAUSED -> PLAYING and back
  /// PAUSED -> READY, before the bin itself: nothing is inside any more when it returns, and
  /// nothing waits, not even a push into an element that takes nothing.
  void stop();
  void stopped();  ///< and after it

  /// Whether a message of a child ends here, any thread. `message` stays the caller's.
  bool takes(GstMessage* message);
  /// An end of stream that the program sends. Any thread.
  void end_stream();
  /// A property was set, any thread.
  void changed(guint id);
  /// Sets counts and the state of a camera. Any thread.
  void write_stats(GstStructure* stats);

  // Smart recording, any thread. Why not, or an empty string.
  std::string start_recording(guint before_s, guint duration_s, gpointer user_data,
                              guint32& session);
  std::string stop_recording(guint session);
  bool recording() const { return recorder_.recording(); }

 private:
  enum Kind { kVideo, kAudio, kKinds };

  /// One source pad of the bin.
  struct Output {
    Source* source = nullptr;
    Kind kind = kVideo;
    GstPad* ghost = nullptr;  ///< of the bin; guarded by mutex_, there from its first picture on
    std::atomic<uint64_t> frames{0};
    std::atomic<GstFlowReturn> flow{GST_FLOW_OK};  ///< what downstream last said
    std::atomic<bool> reset_due{false};            ///< a stream-reset event has to follow
    std::atomic<GstClockTime> end{0};              ///< running time at which its last frame ends
    std::atomic<bool> end_sent{false};             ///< the one that the program sends
    // Of the streaming thread:
    bool begun = false;  ///< the bin's stream has started
    GstSegment segment{};
    // Guarded by mutex_:
    bool ended = false;  ///< in this round of a file
    Connection::Time next_frame{};
  };

  class Turn;
  using Kept = std::shared_ptr<Source>;
  void connect(GstElement* child, const char* signal, GCallback callback);

  bool build();
  void take_in(GstElement* child);
  bool follow(GstElement* source);
  bool build_camera();
  bool build_uri();
  void take_apart();
  GstElement* add(const char* factory, const char* name, const char* package);
  void on_camera_pad(GstPad* pad);
  bool decode_video(GstPad* pad, const GstStructure* caps);
  bool decode_audio(GstPad* pad);
  void on_uri_pad(GstPad* pad);
  void on_all_uri_pads();
  void record_from(GstPad* pad, Recorder::Track track, bool watched);
  void count_leaks(GstElement* queue);
  void expose(Kind kind, GstPad* target);
  void configure_decoder(GstElement* decoder);

  GstFlowReturn chain(Output& output, GstPad* pad, GstObject* parent, GstBuffer* buffer);
  gboolean event(Output& output, GstPad* pad, GstObject* parent, GstEvent* event);
  bool takes_end(Output& output);
  void on_data();
  void on_picture();

  void work();
  void connect_again();
  bool send_end(std::unique_lock<std::mutex>& lock);
  void wake();
  bool idle();
  void lose(const std::string& reason);
  void report(const std::string& reason);
  void announce(const Recorder::Recording& recording);
  std::string uri_for_people() const;
  GstElement* element() const { return GST_ELEMENT(bin_); }
  GObject* object() const { return G_OBJECT(bin_); }
  gint64 number(guint id) { return properties_.number(object(), id); }

  GstBin* const bin_;
  KeptProperties properties_;
  Recorder recorder_{[this] { wake(); }};
  Output outputs_[kKinds];

  std::string uri_;            // since READY
  bool camera_ = false;        // it is RTSP, and built here
  bool loops_ = false;         // it is a file that is to be played again
  std::thread worker_;         // from READY -> PAUSED to PAUSED -> READY
  std::mutex children_mutex_;  // for the state of one child after the other
  std::mutex report_mutex_;    // states are told in their order; taken before mutex_

  // The recorder's lock is never asked for while this one is held.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;  // between READY -> PAUSED and PAUSED -> READY
  bool playing_ = false;
  bool built_ = false;  // there is something inside
  bool woken_ = false;
  bool ending_ = false;          // the program ends the stream
  bool again_ = false;           // the file has to be played again
  GstElement* queue_ = nullptr;  // of the bin, before a camera's decoder
  Connection connection_;
  uint64_t times_live_ = 0, times_lost_ = 0;

  using Count = std::shared_ptr<std::atomic<uint64_t>>;
  const Count leaked_ = std::make_shared<std::atomic<uint64_t>>(0);  // frames, out of queue_

  std::atomic<bool> remade_{false};  // what is inside is not what it began with
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failed_{false};           // an error is posted
  std::atomic<GstClockTime> offset_{0};       // of the running time of this round of a file
  std::atomic<uint64_t> frames_at_round_{0};  // of all outputs, when this round began
};

}  // namespace thalweg
