#include "elements/nvurisrcbin/recorder.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace thalweg {

namespace {

constexpr GstClockTime kLongestWaitForFile = 10 * GST_SECOND;

/// A format that has to take the form that containers want, and, since cameras do not send it, the
/// decoding time, which MP4 needs of streams with B frames.
struct Conversion {
  const char* caps;
  const char* parser;
  const char* form;
  const char* timestamper;  ///< new in GStreamer 1.22
};
constexpr Conversion kConversions[] = {
    {"video/x-h264", "h264parse", "video/x-h264,stream-format=avc,alignment=au", "h264timestamper"},
    {"video/x-h265", "h265parse", "video/x-h265,stream-format=hvc1,alignment=au",
     "h265timestamper"},
};

std::string file_name(const std::string& prefix, unsigned session, bool matroska) {
  char when[32];
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::strftime(when, sizeof when, "%Y%m%d-%H%M%S", &local);
  char number[16];
  std::snprintf(number, sizeof number, "%05u", session);
  return prefix + "_" + number + "_" + when + "_" + std::to_string(getpid()) +
         (matroska ? ".mkv" : ".mp4");
}

}  // namespace

Recorder::~Recorder() {
  finish();
  clear();
  for (GstCaps*& caps : caps_) gst_caps_replace(&caps, nullptr);
}

void Recorder::configure(const Settings& settings) {
  std::lock_guard lock(mutex_);
  settings_ = settings;
}

void Recorder::clear() {
  std::lock_guard lock(mutex_);
  for (const Kept& kept : kept_) gst_buffer_unref(kept.frame);
  kept_.clear();
}

void Recorder::take(Track track, GstBuffer* frame, GstCaps* caps, GstClockTime pts,
                    GstClockTime dts) {
  std::lock_guard lock(mutex_);
  if (!(track == kVideo ? settings_.video : settings_.audio)) return;
  if (!caps_[track] || !gst_caps_is_equal(caps_[track], caps)) {
    // No file holds two formats of one track: the old one is complete, and what is kept is of no
    // use.
    if (caps_[track] && state_ == State::kWriting) {
      close();
      wake_();
    }
    std::erase_if(kept_, [&](const Kept& kept) {
      if (kept.track == track) gst_buffer_unref(kept.frame);
      return kept.track == track;
    });
    gst_caps_replace(&caps_[track], caps);
  }
  if (!GST_CLOCK_TIME_IS_VALID(pts)) return;
  const bool key = track == kVideo && !GST_BUFFER_FLAG_IS_SET(frame, GST_BUFFER_FLAG_DELTA_UNIT);
  const bool begins = key || !caps_[kVideo] || !settings_.video;
  if (kept_.empty() && !begins) return;
  kept_.push_back({track, gst_buffer_ref(frame), pts, dts, key});
  if (state_ == State::kWaiting && begins) {
    if (!open(pts)) wake_();
  }
  if (state_ == State::kWriting) write(kept_.back());
  trim();
}

/// Forgets what is older than wanted, but for the part since the key frame before.
void Recorder::trim() {
  const GstClockTime wanted = GstClockTime(settings_.cache.count()) * GST_SECOND;
  const GstClockTime newest = kept_.back().pts;
  const bool by_key = std::any_of(kept_.begin(), kept_.end(),
                                  [](const Kept& kept) { return kept.track == kVideo; });
  for (;;) {
    const auto next = std::find_if(kept_.begin() + 1, kept_.end(),
                                   [&](const Kept& kept) { return kept.key || !by_key; });
    if (next == kept_.end() || next->pts + wanted > newest) return;
    for (auto old = kept_.begin(); old != next; ++old) gst_buffer_unref(old->frame);
    kept_.erase(kept_.begin(), next);
  }
}

std::string Recorder::start(std::chrono::seconds before, std::chrono::seconds duration,
                            void* user_data, unsigned& session) {
  std::lock_guard lock(mutex_);
  if (state_ != State::kIdle)
    return "recording " + std::to_string(recording_.session) +
           " is not over yet; stop it first, and wait for sr-done";
  const std::string folder = settings_.folder.empty() ? "." : settings_.folder;
  if (!g_file_test(folder.c_str(), G_FILE_TEST_IS_DIR))
    return "there is no folder " + folder + "; make it, or set smart-rec-dir-path to another one";
  if (access(folder.c_str(), W_OK) != 0)
    return "the folder " + folder + " cannot be written to (" + std::strerror(errno) +
           "); set smart-rec-dir-path to another one";
  session = next_session_++;
  recording_ = {.session = session,
                .folder = folder,
                .name = file_name(settings_.prefix, session, settings_.matroska),
                .matroska = settings_.matroska,
                .user_data = user_data};
  stop_at_ =
      std::chrono::steady_clock::now() + (duration.count() > 0 ? duration : settings_.longest);
  state_ = State::kWaiting;
  if (!kept_.empty()) {
    const GstClockTime back = GstClockTime(before.count()) * GST_SECOND;
    const GstClockTime newest = kept_.back().pts;
    auto first = kept_.begin();
    for (auto one = kept_.begin(); one != kept_.end(); ++one)
      if ((one->key || one->track == kAudio) && one->pts + back <= newest &&
          (one->key || !caps_[kVideo]))
        first = one;
    if (open(first->pts))
      for (auto one = first; one != kept_.end(); ++one) write(*one);
  }
  wake_();
  return "";
}

/// The input of a track in the pipeline that is being made; null where the container cannot hold
/// it.
GstElement* Recorder::add_track(GstElement* muxer, Track track) {
  const GstStructure* caps = gst_caps_get_structure(caps_[track], 0);
  GstElement* input = gst_element_factory_make("appsrc", nullptr);
  if (!input) return nullptr;
  g_object_set(input, "caps", caps_[track], "format", GST_FORMAT_TIME, "max-bytes", guint64(0),
               nullptr);
  gst_bin_add(GST_BIN(pipeline_), input);
  GstElement* last = input;
  GstCaps* form = gst_caps_ref(caps_[track]);
  for (const Conversion& conversion : kConversions) {
    if (!gst_structure_has_name(caps, conversion.caps)) continue;
    for (const char* name : {conversion.parser, conversion.timestamper}) {
      GstElement* next = gst_element_factory_make(name, nullptr);
      if (!next) continue;
      gst_bin_add(GST_BIN(pipeline_), next);
      gst_element_link_filtered(last, next, form);
      last = next;
      gst_caps_unref(form);
      form = gst_caps_from_string(conversion.form);
    }
  }
  const bool fits = gst_element_link_filtered(last, muxer, form);
  gst_caps_unref(form);
  if (fits) return input;
  gst_bin_remove(GST_BIN(pipeline_), input);
  return nullptr;
}

/// Begins the file with a frame of that running time. If it cannot be, the recording is over.
bool Recorder::open(GstClockTime origin) {
  origin_ = last_ = origin;
  GstElement* muxer =
      gst_element_factory_make(recording_.matroska ? "matroskamux" : "mp4mux", nullptr);
  GstElement* file = gst_element_factory_make("filesink", nullptr);
  if (!muxer || !file) {
    recording_.problem = std::string("the GStreamer element ") +
                         (!file                 ? "filesink"
                          : recording_.matroska ? "matroskamux"
                                                : "mp4mux") +
                         " is not installed; install the package " +
                         (file ? "gstreamer1.0-plugins-good" : "libgstreamer1.0-0");
    for (GstElement* element : {muxer, file})
      if (element) gst_object_unref(gst_object_ref_sink(element));
    state_ = State::kClosing;
    return false;
  }
  pipeline_ = gst_pipeline_new(nullptr);
  const std::string path = recording_.folder + "/" + recording_.name;
  g_object_set(file, "location", path.c_str(), "async", FALSE, nullptr);
  gst_bin_add_many(GST_BIN(pipeline_), muxer, file, nullptr);
  gst_element_link(muxer, file);
  for (const Track track : {kVideo, kAudio})
    if (caps_[track]) inputs_[track] = add_track(muxer, track);
  if (!inputs_[kVideo] && !inputs_[kAudio]) {
    recording_.problem = std::string("the camera's format does not fit into ") +
                         (recording_.matroska ? "Matroska" : "MP4") +
                         "; set smart-rec-container to the other one";
    state_ = State::kClosing;
    return false;
  }
  if (inputs_[kVideo]) {
    const GstStructure* caps = gst_caps_get_structure(caps_[kVideo], 0);
    recording_.video = true;
    gst_structure_get_int(caps, "width", &recording_.width);
    gst_structure_get_int(caps, "height", &recording_.height);
  }
  if (inputs_[kAudio]) {
    const GstStructure* caps = gst_caps_get_structure(caps_[kAudio], 0);
    recording_.audio = true;
    gst_structure_get_int(caps, "channels", &recording_.channels);
    gst_structure_get_int(caps, "rate", &recording_.rate);
  }
  GstBus* bus = gst_element_get_bus(pipeline_);
  gst_bus_set_sync_handler(
      bus,
      [](GstBus*, GstMessage* message, gpointer self) {
        if (GST_MESSAGE_TYPE(message) & (GST_MESSAGE_EOS | GST_MESSAGE_ERROR)) {
          static_cast<Recorder*>(self)->ended_ = true;
          static_cast<Recorder*>(self)->wake_();
        }
        return GST_BUS_PASS;
      },
      this, nullptr);
  gst_object_unref(bus);
  state_ = State::kWriting;
  ended_ = false;
  gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  return true;
}

void Recorder::write(const Kept& kept) {
  if (!inputs_[kept.track] || kept.pts < origin_) return;
  GstBuffer* frame = gst_buffer_copy(kept.frame);
  GST_BUFFER_PTS(frame) = kept.pts - origin_;
  GST_BUFFER_DTS(frame) = GST_CLOCK_TIME_IS_VALID(kept.dts) && kept.dts >= origin_
                              ? kept.dts - origin_
                              : GST_CLOCK_TIME_NONE;
  last_ = std::max(last_, kept.pts);
  GstFlowReturn flow;
  g_signal_emit_by_name(inputs_[kept.track], "push-buffer", frame, &flow);
  gst_buffer_unref(frame);
}

/// No more frames; the file is complete when its pipeline says so.
void Recorder::close() {
  if (state_ == State::kWaiting) recording_.problem = "no picture came before its end";
  for (GstElement* input : inputs_) {
    GstFlowReturn flow;
    if (input) g_signal_emit_by_name(input, "end-of-stream", &flow);
  }
  state_ = State::kClosing;
}

std::string Recorder::stop(unsigned session) {
  std::lock_guard lock(mutex_);
  if (state_ == State::kIdle || state_ == State::kClosing || recording_.session != session)
    return "there is no recording " + std::to_string(session) + " to stop" +
           (state_ == State::kIdle ? ""
                                   : "; the present one is " + std::to_string(recording_.session));
  close();
  wake_();
  return "";
}

bool Recorder::recording() const {
  std::lock_guard lock(mutex_);
  return state_ != State::kIdle;
}

Recorder::Time Recorder::due() const {
  std::lock_guard lock(mutex_);
  return state_ == State::kWaiting || state_ == State::kWriting ? stop_at_ : Time::max();
}

Recorder::Recording Recorder::end(const std::string& problem) {
  if (pipeline_) {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
    pipeline_ = inputs_[kVideo] = inputs_[kAudio] = nullptr;
  }
  if (!problem.empty()) {  // an empty file would look like a recording
    const std::string path = recording_.folder + "/" + recording_.name;
    GStatBuf status;
    if (g_stat(path.c_str(), &status) == 0 && status.st_size == 0) g_unlink(path.c_str());
  }
  recording_.problem = problem;
  recording_.duration_ms = (last_ - origin_) / GST_MSECOND;
  state_ = State::kIdle;
  return std::move(recording_);
}

/// Waits for the pipeline's end.
Recorder::Recording Recorder::take_message() {
  GstBus* bus = gst_element_get_bus(pipeline_);
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus, kLongestWaitForFile, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  gst_object_unref(bus);
  std::string problem;
  if (!message) {
    problem = "its file was not complete in time";
  } else {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      GError* error = nullptr;
      gst_message_parse_error(message, &error, nullptr);
      problem = error->message;
      g_error_free(error);
    }
    gst_message_unref(message);
  }
  return end(problem);
}

std::optional<Recorder::Recording> Recorder::poll(Time now) {
  std::lock_guard lock(mutex_);
  if (state_ == State::kIdle) return std::nullopt;
  if ((state_ == State::kWaiting || state_ == State::kWriting) && now >= stop_at_) close();
  if (!recording_.problem.empty()) return end(recording_.problem);
  if (!ended_) return std::nullopt;
  return take_message();
}

std::optional<Recorder::Recording> Recorder::finish() {
  std::lock_guard lock(mutex_);
  if (state_ == State::kIdle) return std::nullopt;
  if (state_ != State::kClosing) close();
  if (!recording_.problem.empty()) return end(recording_.problem);
  return take_message();
}

}  // namespace thalweg
