#include "elements/nvurisrcbin/source.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "elements/nvmm_wrapper.h"
#include "gst-nvdssr.h"
#include "gst-nvevent.h"
#include "nvdsgstutils.h"

GST_DEBUG_CATEGORY_EXTERN(nvurisrcbin_debug);
#define GST_CAT_DEFAULT nvurisrcbin_debug

namespace thalweg {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestFarewell{1};

/// Marks a child whose state does not follow the bin's any more.
constexpr char kLeaving[] = "thalweg-leaving";

constexpr char kGood[] = "gstreamer1.0-plugins-good";
constexpr char kBase[] = "gstreamer1.0-plugins-base";
constexpr char kBad[] = "gstreamer1.0-plugins-bad";

/// How a video of RTP is brought to the decoder.
struct Payload {
  const char* encoding;  ///< as SDP names it
  const char* depayloader;
  const char* parser;  ///< or null
};
constexpr Payload kPayloads[] = {
    {"H264", "rtph264depay", "h264parse"}, {"H265", "rtph265depay", "h265parse"},
    {"JPEG", "rtpjpegdepay", nullptr},     {"MP4V-ES", "rtpmp4vdepay", "mpeg4videoparse"},
    {"VP8", "rtpvp8depay", nullptr},       {"VP9", "rtpvp9depay", nullptr},
};

bool is_factory(GstElement* element, const char* name) {
  const GstElementFactory* factory = gst_element_get_factory(element);
  return factory && g_strcmp0(GST_OBJECT_NAME(factory), name) == 0;
}

std::string seconds(Connection::Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

/// "a text." -> "a text"
std::string without_stop(std::string text) {
  while (text.ends_with('.')) text.pop_back();
  return text;
}

/// What an element of GStreamer says to people, and what it says to developers: often only that
/// tells what happened.
std::string reason_of(const GError* error, const char* debug) {
  std::string reason = without_stop(error->message);
  if (const char* line = debug ? std::strrchr(debug, '\n') : nullptr)
    reason += " (" + without_stop(line + 1) + ")";
  return reason;
}

/// Stops an rtspsrc, which is in no bin any more. In the middle of a packet it cannot be
/// interrupted: where the rest does not come, it would wait until the connection times out, up to a
/// minute. It does so alone then.
void stop_camera(GstElement* camera) {
  struct Farewell {
    std::mutex mutex;
    std::condition_variable changed;
    bool over = false;
  };
  auto farewell = std::make_shared<Farewell>();
  gst_object_ref(camera);
  std::thread([camera, farewell] {
    gst_element_set_state(camera, GST_STATE_NULL);
    gst_object_unref(camera);
    std::lock_guard lock(farewell->mutex);
    farewell->over = true;
    farewell->changed.notify_all();
  }).detach();
  std::unique_lock lock(farewell->mutex);
  farewell->changed.wait_for(lock, kLongestFarewell, [&] { return farewell->over; });
}

}  // namespace

Source::Source(GstBin* bin) : bin_(bin), properties_(kUri, uri_source_properties()) {
  for (int kind = 0; kind < kKinds; ++kind) {
    outputs_[kind].source = this;
    outputs_[kind].kind = Kind(kind);
  }
  const auto on_element = [](GstBin*, GstBin*, GstElement* added, gpointer self) {
    if (is_factory(added, "nvv4l2decoder")) static_cast<Source*>(self)->configure_decoder(added);
  };
  g_signal_connect(
      bin, "deep-element-added",
      G_CALLBACK(+static_cast<void (*)(GstBin*, GstBin*, GstElement*, gpointer)>(on_element)),
      this);
}

/// What a signal of a child does to the bin: nothing, once the child is left or the bin stops. A
/// demuxer that is just starting may still be adding pads when its decodebin is at NULL already,
/// and the bin finalized.
class Source::Turn {
 public:
  Turn(Source& source, GstElement* from) {
    std::lock_guard lock(source.mutex_);
    if (source.running_ && !g_object_get_data(G_OBJECT(from), kLeaving))
      bin_ = GST_BIN(gst_object_ref(source.bin_));
  }
  ~Turn() {
    if (bin_) gst_object_unref(bin_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  explicit operator bool() const { return bin_ != nullptr; }

 private:
  GstBin* bin_ = nullptr;
};

/// Connects to a signal of a child; the callback's last argument is a Kept*.
void Source::connect(GstElement* child, const char* signal, GCallback callback) {
  g_signal_connect_data(
      child, signal, callback, new Kept(shared_from_this()),
      [](gpointer kept, GClosure*) { delete static_cast<Kept*>(kept); }, GConnectFlags(0));
}

std::string Source::uri_for_people() const {
  // Without user name and password.
  const size_t host = uri_.find("://"), at = uri_.find('@'), path = uri_.find('/', host + 3);
  if (host == std::string::npos || at == std::string::npos || at > path) return uri_;
  return uri_.substr(0, host + 3) + uri_.substr(at + 1);
}

// ---- state changes

bool Source::check() {
  uri_ = properties_.text(object(), kUri);
  const char* name = GST_OBJECT_NAME(bin_);
  if (uri_.empty()) {
    GST_ELEMENT_ERROR(bin_, RESOURCE, SETTINGS,
                      ("%s has nothing to play: its property uri is not set. Set it, for example "
                       "uri=file:///path/clip.mp4 or uri=rtsp://camera/stream.",
                       name),
                      (nullptr));
    return false;
  }
  if (!gst_uri_is_valid(uri_.c_str())) {
    GST_ELEMENT_ERROR(bin_, RESOURCE, SETTINGS,
                      ("%s expected a URI but got \"%s\". Write a file as file:///path/clip.mp4.",
                       name, uri_for_people().c_str()),
                      (nullptr));
    return false;
  }
  if (uri_.starts_with("ipc:")) {
    GST_ELEMENT_ERROR(bin_, RESOURCE, SETTINGS,
                      ("%s: shared-memory sources (%s) are not part of Thalweg. Use a file:, http: "
                       "or rtsp: URI.",
                       name, uri_.c_str()),
                      (nullptr));
    return false;
  }
  enum { kUriType = 1 };
  camera_ = uri_.starts_with("rtsp") && number(kType) != kUriType;
  return true;
}

bool Source::start() {
  for (Output& output : outputs_) {
    output.frames = 0;
    output.flow = GST_FLOW_OK;
    output.reset_due = false;
    output.end = 0;
    output.begun = false;
    output.ended = false;
    output.end_sent = false;
    output.next_frame = {};
    gst_segment_init(&output.segment, GST_FORMAT_UNDEFINED);
  }
  recorder_.configure({.matroska = number(kSmartRecContainer) == 1,
                       .folder = properties_.text(object(), kSmartRecDirPath),
                       .prefix = properties_.text(object(), kSmartRecFilePrefix),
                       .cache = std::chrono::seconds(number(kSmartRecCache)),
                       .longest = std::chrono::seconds(number(kSmartRecDefaultDuration)),
                       .video = number(kSmartRecMode) != 2,
                       .audio = number(kSmartRecMode) != 1});
  recorder_.clear();
  remade_ = stopping_ = failed_ = false;
  offset_ = 0;
  frames_at_round_ = 0;
  loops_ = number(kFileLoop) && uri_.starts_with("file:");
  {
    std::lock_guard lock(mutex_);
    running_ = built_ = true;
    playing_ = ending_ = again_ = false;
    times_live_ = times_lost_ = 0;
    connection_.configure({.interval = std::chrono::seconds(number(kRtspReconnectInterval)),
                           .initial = std::chrono::seconds(number(kInitRtspReconnectInterval)),
                           .attempts = int(number(kRtspReconnectAttempts))});
    connection_.reset();
    connection_.begin(Clock::now());
  }
  if (camera_) report("");
  if (!build()) {
    {
      std::lock_guard lock(mutex_);
      running_ = false;
    }
    take_apart();
    return false;
  }
  worker_ = std::thread([this] { work(); });
  return true;
}

void Source::play(bool plays) {
  std::lock_guard lock(mutex_);
  playing_ = plays;
  connection_.check(Clock::now(), true);  // the time at rest does not count
  woken_ = true;
  changed_.notify_all();
}

void Source::stop() {
  stopping_ = true;
  {
    std::lock_guard lock(mutex_);
    running_ = false;
    changed_.notify_all();
  }
  for (Output& output : outputs_)
    if (output.ghost) gst_pad_push_event(output.ghost, gst_event_new_flush_start());
  if (worker_.joinable()) worker_.join();
  take_apart();
}

void Source::stopped() {
  for (Output& output : outputs_) {
    if (!output.ghost) continue;
    if (GstPad* peer = gst_pad_get_peer(output.ghost)) {
      gst_pad_send_event(peer, gst_event_new_flush_stop(FALSE));
      gst_object_unref(peer);
    }
    gst_element_remove_pad(element(), output.ghost);
    output.ghost = nullptr;
  }
  if (const auto recording = recorder_.finish()) announce(*recording);
  recorder_.clear();
}

// ---- what is inside

bool Source::build() { return camera_ ? build_camera() : build_uri(); }

/// A new child; null with an error posted where GStreamer has no such element.
GstElement* Source::add(const char* factory, const char* name, const char* package) {
  GstElement* made = gst_element_factory_make(factory, name);
  if (!made) {
    GST_ELEMENT_ERROR(bin_, CORE, MISSING_PLUGIN,
                      ("%s: the GStreamer element %s is not installed; install the package %s.",
                       GST_OBJECT_NAME(bin_), factory, package),
                      (nullptr));
    return nullptr;
  }
  take_in(made);
  return made;
}

/// Adds a child. Its states are set here and not by GstBin, for which an asynchronous change of a
/// child that is made or removed in between would be one of the bin's own.
void Source::take_in(GstElement* child) {
  gst_element_set_locked_state(child, TRUE);
  gst_bin_add(bin_, child);
}

GstStateChangeReturn Source::set_children(GstState state) {
  std::vector<GstElement*> children;
  GST_OBJECT_LOCK(bin_);
  for (GList* node = GST_BIN_CHILDREN(bin_); node; node = node->next)
    children.push_back(GST_ELEMENT(gst_object_ref(node->data)));
  GST_OBJECT_UNLOCK(bin_);
  GstStateChangeReturn result = GST_STATE_CHANGE_SUCCESS;
  for (GstElement* child : children) {
    {
      std::lock_guard lock(children_mutex_);
      if (!g_object_get_data(G_OBJECT(child), kLeaving)) {
        gst_element_set_base_time(child, gst_element_get_base_time(element()));
        gst_element_set_start_time(child, gst_element_get_start_time(element()));
        const GstStateChangeReturn its = gst_element_set_state(child, state);
        if (its == GST_STATE_CHANGE_FAILURE ||
            (its == GST_STATE_CHANGE_NO_PREROLL && result != GST_STATE_CHANGE_FAILURE))
          result = its;
      }
    }
    gst_object_unref(child);
  }
  return result;
}

/// The first source changes its state with the bin; later ones have to catch up.
bool Source::follow(GstElement* source) {
  return !remade_ || gst_element_sync_state_with_parent(source);
}

bool Source::build_uri() {
  GstElement* decode = add("uridecodebin", nullptr, kBase);
  if (!decode) return false;
  g_object_set(decode, "uri", uri_.c_str(), nullptr);
  connect(decode, "pad-added", G_CALLBACK(+[](GstElement* from, GstPad* pad, Kept* kept) {
            if (const Turn turn(**kept, from); turn) (*kept)->on_uri_pad(pad);
          }));
  connect(decode, "autoplug-continue",
          G_CALLBACK(+[](GstElement* from, GstPad*, GstCaps* caps, Kept* kept) -> gboolean {
            const Turn turn(**kept, from);
            const char* media = gst_structure_get_name(gst_caps_get_structure(caps, 0));
            return turn && !(g_str_has_prefix(media, "audio/") && (*kept)->number(kDisableAudio));
          }));
  connect(decode, "no-more-pads", G_CALLBACK(+[](GstElement* from, Kept* kept) {
            if (const Turn turn(**kept, from); turn) (*kept)->on_all_uri_pads();
          }));
  return follow(decode);
}

void Source::on_all_uri_pads() {
  {
    std::lock_guard lock(mutex_);
    for (const Output& output : outputs_)
      if (output.ghost) return;
  }
  GST_ELEMENT_ERROR(
      bin_, STREAM, WRONG_TYPE,
      ("%s found nothing to decode in %s: expected video%s. Check the URI.", GST_OBJECT_NAME(bin_),
       uri_for_people().c_str(),
       number(kDisableAudio) ? " (audio is left out, see disable-audio)" : " or audio"),
      (nullptr));
}

/// Streaming thread of a demuxer.
void Source::on_uri_pad(GstPad* pad) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (!caps) caps = gst_pad_query_caps(pad, nullptr);
  const char* media = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  GST_DEBUG_OBJECT(bin_, "pad %s of %" GST_PTR_FORMAT, GST_OBJECT_NAME(pad), caps);
  const bool video = g_strcmp0(media, "video/x-raw") == 0;
  const bool audio = g_strcmp0(media, "audio/x-raw") == 0 && !number(kDisableAudio);
  const bool nvmm = gst_caps_features_contains(gst_caps_get_features(caps, 0), "memory:NVMM");
  gst_caps_unref(caps);
  if (audio) {
    expose(kAudio, pad);
  } else if (video && nvmm) {
    expose(kVideo, pad);
  } else if (video) {  // of a decoder that is not ours
    GstElement* wrapper = new_nvmm_wrapper({"I420", "NV12"});
    take_in(wrapper);
    GstPad* in = gst_element_get_static_pad(wrapper, "sink");
    GstPad* out = gst_element_get_static_pad(wrapper, "src");
    gst_pad_link(pad, in);
    gst_element_sync_state_with_parent(wrapper);
    expose(kVideo, out);
    gst_object_unref(in);
    gst_object_unref(out);
  }
}

bool Source::build_camera() {
  GstElement* camera = add("rtspsrc", "source", kGood);
  if (!camera) return false;
  g_object_set(camera, "location", uri_.c_str(), "latency", guint(number(kLatency)),
               "drop-on-latency", gboolean(number(kDropOnLatency)), "udp-buffer-size",
               gint(number(kUdpBufferSize)), "buffer-mode", gint(number(kBufferMode)), nullptr);
  if (const guint protocols = guint(number(kSelectRtpProtocol)))
    g_object_set(camera, "protocols", protocols, nullptr);
  configure_source_for_ntp_sync(camera);
  connect(camera, "select-stream",
          G_CALLBACK(+[](GstElement* from, guint, GstCaps* caps, Kept* kept) -> gboolean {
            const Turn turn(**kept, from);
            const char* media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");
            return turn && (g_strcmp0(media, "video") == 0 ||
                            (g_strcmp0(media, "audio") == 0 && !(*kept)->number(kDisableAudio)));
          }));
  connect(camera, "pad-added", G_CALLBACK(+[](GstElement* from, GstPad* pad, Kept* kept) {
            if (const Turn turn(**kept, from); turn) (*kept)->on_camera_pad(pad);
          }));
  return follow(camera);
}

/// Streaming thread of rtspsrc.
void Source::on_camera_pad(GstPad* pad) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (!caps) caps = gst_pad_query_caps(pad, nullptr);
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  if (g_strcmp0(gst_structure_get_string(fields, "media"), "audio") == 0)
    decode_audio(pad);
  else
    decode_video(pad, fields);
  gst_caps_unref(caps);
}

bool Source::decode_video(GstPad* pad, const GstStructure* caps) {
  const char* encoding = gst_structure_get_string(caps, "encoding-name");
  const Payload* payload = nullptr;
  for (const Payload& known : kPayloads)
    if (g_strcmp0(known.encoding, encoding) == 0) payload = &known;
  if (!payload) {
    GST_ELEMENT_ERROR(bin_, STREAM, CODEC_NOT_FOUND,
                      ("%s: %s sends video as %s; expected H264, H265, JPEG, MP4V-ES, VP8 or VP9. "
                       "Choose one of these in the camera's settings.",
                       GST_OBJECT_NAME(bin_), uri_for_people().c_str(), encoding),
                      (nullptr));
    return false;
  }
  GstElement* depayloader = add(payload->depayloader, nullptr, kGood);
  GstElement* parser = payload->parser ? add(payload->parser, nullptr, kBad) : depayloader;
  GstElement* queue = add("queue", nullptr, "libgstreamer1.0-0");
  GstElement* decoder = add("nvv4l2decoder", nullptr, "thalweg");
  if (!depayloader || !parser || !queue || !decoder) return false;
  // Each key frame brings what a decoder, and a recording, needs to begin with it.
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(parser), "config-interval"))
    g_object_set(parser, "config-interval", -1, nullptr);
  g_object_set(queue, "max-size-buffers", guint(number(kMaxSizeBuffers)), "max-size-bytes", 0u,
               "max-size-time", guint64(0), "leaky", gint(number(kLeaky)), nullptr);
  if (parser != depayloader) gst_element_link(depayloader, parser);
  gst_element_link_many(parser, queue, decoder, nullptr);
  GstPad* compressed = gst_element_get_static_pad(queue, "sink");
  record_from(compressed, Recorder::kVideo, true);
  gst_object_unref(compressed);
  if (number(kLeaky) != 0) count_leaks(queue);
  bool known;
  {
    std::lock_guard lock(mutex_);
    queue_ = queue;
    known = outputs_[kVideo].ghost != nullptr;
  }
  GstPad* pictures = gst_element_get_static_pad(decoder, "src");
  if (known) {
    expose(kVideo, pictures);
  } else {  // the pad comes with the first picture, when its caps are known
    gst_pad_add_probe(
        pictures, GstPadProbeType(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER),
        [](GstPad* decoded, GstPadProbeInfo*, gpointer self) {
          static_cast<Source*>(self)->expose(kVideo, decoded);
          return GST_PAD_PROBE_REMOVE;
        },
        this, nullptr);
  }
  gst_object_unref(pictures);
  for (GstElement* made : {decoder, queue, parser, depayloader})
    gst_element_sync_state_with_parent(made);
  GstPad* in = gst_element_get_static_pad(depayloader, "sink");
  gst_pad_link(pad, in);
  gst_object_unref(in);
  return true;
}

bool Source::decode_audio(GstPad* pad) {
  // Two steps, so that the compressed form can be recorded.
  GstElement* parse = add("parsebin", nullptr, kBase);
  GstElement* decode = add("decodebin", nullptr, kBase);
  if (!parse || !decode) return false;
  connect(parse, "pad-added", G_CALLBACK(+[](GstElement* from, GstPad* parsed, Kept* kept) {
            const Turn turn(**kept, from);
            if (!turn) return;
            (*kept)->record_from(parsed, Recorder::kAudio, false);
            auto* next = GST_ELEMENT(g_object_get_data(G_OBJECT(from), "decode"));
            GstPad* in = gst_element_get_static_pad(next, "sink");
            gst_pad_link(parsed, in);
            gst_object_unref(in);
          }));
  g_object_set_data_full(G_OBJECT(parse), "decode", gst_object_ref(decode), gst_object_unref);
  connect(decode, "pad-added", G_CALLBACK(+[](GstElement* from, GstPad* raw, Kept* kept) {
            if (const Turn turn(**kept, from); turn) (*kept)->expose(kAudio, raw);
          }));
  gst_element_sync_state_with_parent(decode);
  gst_element_sync_state_with_parent(parse);
  GstPad* in = gst_element_get_static_pad(parse, "sink");
  gst_pad_link(pad, in);
  gst_object_unref(in);
  return true;
}

/// Lets the recorder, and the watch for silence, see the compressed frames of a pad.
void Source::record_from(GstPad* pad, Recorder::Track track, bool watched) {
  struct Tap {
    Source* self;
    Recorder::Track track;
    bool watched, recorded;
  };
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad* from, GstPadProbeInfo* info, gpointer data) {
        const Tap& tap = *static_cast<Tap*>(data);
        if (tap.watched) tap.self->on_data();
        if (!tap.recorded) return GST_PAD_PROBE_OK;
        GstBuffer* frame = GST_PAD_PROBE_INFO_BUFFER(info);
        GstCaps* caps = gst_pad_get_current_caps(from);
        GstEvent* sticky = gst_pad_get_sticky_event(from, GST_EVENT_SEGMENT, 0);
        if (caps && sticky) {
          const GstSegment* segment;
          gst_event_parse_segment(sticky, &segment);
          const auto running = [&](GstClockTime time) {
            return gst_segment_to_running_time(segment, GST_FORMAT_TIME, time);
          };
          tap.self->recorder_.take(tap.track, frame, caps, running(GST_BUFFER_PTS(frame)),
                                   running(GST_BUFFER_DTS(frame)));
        }
        if (sticky) gst_event_unref(sticky);
        if (caps) gst_caps_unref(caps);
        return GST_PAD_PROBE_OK;
      },
      new Tap{this, track, watched, number(kSmartRecord) != 0},
      [](gpointer data) { delete static_cast<Tap*>(data); });
}

/// Counts the frames that the queue frees in the place of handing them on; it tells nobody.
void Source::count_leaks(GstElement* queue) {
  static const GQuark inside = g_quark_from_static_string("thalweg-inside-queue");
  GstPad* in = gst_element_get_static_pad(queue, "sink");
  gst_pad_add_probe(
      in, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        // Its own one, since a recording keeps frames.
        GstBuffer* frame = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
        GST_PAD_PROBE_INFO_DATA(info) = frame;
        gst_mini_object_set_qdata(GST_MINI_OBJECT_CAST(frame), inside,
                                  new Count(*static_cast<Count*>(data)), [](gpointer count) {
                                    ++**static_cast<Count*>(count);
                                    delete static_cast<Count*>(count);
                                  });
        return GST_PAD_PROBE_OK;
      },
      new Count(leaked_), [](gpointer data) { delete static_cast<Count*>(data); });
  gst_object_unref(in);
  GstPad* out = gst_element_get_static_pad(queue, "src");
  gst_pad_add_probe(
      out, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer) {
        auto* frame = GST_MINI_OBJECT_CAST(GST_PAD_PROBE_INFO_BUFFER(info));
        delete static_cast<Count*>(gst_mini_object_steal_qdata(frame, inside));
        return GST_PAD_PROBE_OK;
      },
      nullptr, nullptr);
  gst_object_unref(out);
}

void Source::configure_decoder(GstElement* decoder) {
  g_object_set(decoder, "drop-frame-interval", guint(number(kDropFrameInterval)), "skip-frames",
               gint(number(kDecSkipFrames)), nullptr);
}

void Source::changed(guint id) {
  // The older name of the cache is the newer one.
  if (id == kSmartRecVideoCache || id == kSmartRecCache) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, G_TYPE_UINT);
    properties_.get(object(), id, &value);
    properties_.set(object(), id == kSmartRecCache ? kSmartRecVideoCache : kSmartRecCache, &value,
                    GST_CAT_DEFAULT);
    g_value_unset(&value);
  }
  if (id != kDropFrameInterval && id != kDecSkipFrames) return;
  const auto each = [](const GValue* item, gpointer self) {
    auto* child = GST_ELEMENT(g_value_get_object(item));
    if (is_factory(child, "nvv4l2decoder")) static_cast<Source*>(self)->configure_decoder(child);
  };
  GstIterator* children = gst_bin_iterate_recurse(bin_);
  while (gst_iterator_foreach(children, each, this) == GST_ITERATOR_RESYNC)
    gst_iterator_resync(children);
  gst_iterator_free(children);
}

/// Removes what is inside; the source pads stay, without a target.
void Source::take_apart() {
  {
    std::lock_guard lock(mutex_);
    queue_ = nullptr;
  }
  // From the decoder to the source, as they were added.
  for (;;) {
    GST_OBJECT_LOCK(bin_);
    GstElement* child =
        GST_BIN_CHILDREN(bin_) ? GST_ELEMENT(GST_BIN_CHILDREN(bin_)->data) : nullptr;
    if (child) gst_object_ref(child);
    GST_OBJECT_UNLOCK(bin_);
    if (!child) break;
    {
      std::lock_guard lock(children_mutex_);
      g_object_set_data(G_OBJECT(child), kLeaving, bin_);
    }
    if (is_factory(child, "rtspsrc")) {
      gst_bin_remove(bin_, child);
      stop_camera(child);
    } else {
      gst_element_set_state(child, GST_STATE_NULL);
      gst_bin_remove(bin_, child);
    }
    gst_object_unref(child);
  }
  for (Output& output : outputs_)
    if (output.ghost) gst_ghost_pad_set_target(GST_GHOST_PAD(output.ghost), nullptr);
}

// ---- the source pads

/// Makes `target` what the source pad shows; the pad is made when it is the first one. Streaming
/// thread.
void Source::expose(Kind kind, GstPad* target) {
  Output& output = outputs_[kind];
  GstPad* made = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (!running_) return;
    output.ended = false;
    if (output.ghost) {
      GstPad* present = gst_ghost_pad_get_target(GST_GHOST_PAD(output.ghost));
      if (present) {  // the first stream of a kind is shown
        gst_object_unref(present);
        return;
      }
      output.reset_due = camera_;
    } else {
      const char* pad_template = kind == kVideo ? "vsrc_%u" : "asrc_%u";
      made = output.ghost = gst_ghost_pad_new_no_target_from_template(
          kind == kVideo ? "vsrc_0" : "asrc_0",
          gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(bin_), pad_template));
      auto* inside = GST_PAD(gst_proxy_pad_get_internal(GST_PROXY_PAD(made)));
      gst_pad_set_element_private(inside, &output);
      gst_pad_set_chain_function(inside, [](GstPad* pad, GstObject* parent, GstBuffer* buffer) {
        auto& its = *static_cast<Output*>(gst_pad_get_element_private(pad));
        return its.source->chain(its, pad, parent, buffer);
      });
      gst_pad_set_event_function(inside, [](GstPad* pad, GstObject* parent, GstEvent* event) {
        auto& its = *static_cast<Output*>(gst_pad_get_element_private(pad));
        return its.source->event(its, pad, parent, event);
      });
      gst_object_unref(inside);
    }
  }
  gst_ghost_pad_set_target(GST_GHOST_PAD(output.ghost), target);
  if (!made) return;
  gst_pad_set_active(made, TRUE);
  // So that programs find the caps in pad-added.
  gst_pad_sticky_events_foreach(
      target,
      [](GstPad*, GstEvent** event, gpointer ghost) -> gboolean {
        gst_pad_store_sticky_event(GST_PAD(ghost), *event);
        return TRUE;
      },
      made);
  gst_element_add_pad(element(), made);
  wake();  // an end of the program's may wait for it
}

GstFlowReturn Source::chain(Output& output, GstPad* pad, GstObject* parent, GstBuffer* buffer) {
  if (stopping_ || output.end_sent) {
    gst_buffer_unref(buffer);
    // A decoder would take an end for damage.
    return stopping_ ? GST_FLOW_FLUSHING : GST_FLOW_OK;
  }
  ++output.frames;
  if (output.segment.format == GST_FORMAT_TIME && GST_BUFFER_PTS_IS_VALID(buffer)) {
    GstClockTime time = GST_BUFFER_PTS(buffer);
    if (GST_BUFFER_DURATION_IS_VALID(buffer)) time += GST_BUFFER_DURATION(buffer);
    time = std::min(time, output.segment.stop);
    const GstClockTime end = gst_segment_to_running_time(&output.segment, GST_FORMAT_TIME, time);
    if (GST_CLOCK_TIME_IS_VALID(end)) output.end = std::max<GstClockTime>(output.end, end);
  }
  if (camera_) {
    if (output.kind == kVideo) on_picture();
  } else if (const gint64 pace_ms = number(kSimulateFpsInterval); pace_ms > 0) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, output.next_frame, [this] { return !running_; });
    output.next_frame =
        std::max(output.next_frame, Clock::now()) + std::chrono::milliseconds(pace_ms);
  }
  const GstFlowReturn flow = gst_proxy_pad_chain_default(pad, parent, buffer);
  output.flow = flow;
  return flow;
}

gboolean Source::event(Output& output, GstPad* pad, GstObject* parent, GstEvent* event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START:
      if (std::exchange(output.begun, true)) {  // to the bin's downstream it is one stream
        gst_event_unref(event);
        return TRUE;
      }
      break;
    case GST_EVENT_SEGMENT: {
      gst_event_copy_segment(event, &output.segment);
      if (offset_ > 0) {
        output.segment.base += offset_;
        GstEvent* moved = gst_event_new_segment(&output.segment);
        gst_event_set_seqnum(moved, gst_event_get_seqnum(event));
        gst_event_unref(event);
        event = moved;
      }
      const gboolean done = gst_pad_event_default(pad, parent, event);
      if (output.reset_due.exchange(false))
        gst_pad_push_event(output.ghost, gst_nvevent_new_stream_reset(
                                             guint(std::max<gint64>(number(kSourceId), 0))));
      return done;
    }
    case GST_EVENT_FLUSH_STOP:  // a seek begins the running time anew
      offset_ = 0;
      output.end = 0;
      break;
    case GST_EVENT_EOS:
      if (takes_end(output)) {
        gst_event_unref(event);
        return TRUE;
      }
      break;
    default:
      break;
  }
  return gst_pad_event_default(pad, parent, event);
}

/// Whether an end of stream from inside is not the end of the bin's stream.
bool Source::takes_end(Output& output) {
  bool reconnects;
  {
    std::lock_guard lock(mutex_);
    if (!running_) return true;
    if (ending_) return false;
    if (!camera_) {
      uint64_t frames = 0;
      for (const Output& each : outputs_) frames += each.frames;
      if (!loops_ || frames == frames_at_round_) return false;  // nothing to play again
      output.ended = true;
      for (const Output& each : outputs_)
        if (each.ghost && !each.ended) return true;
      again_ = woken_ = true;
      changed_.notify_all();
      return true;
    }
    reconnects = connection_.settings().reconnects();
  }
  lose("the camera ended its stream");
  return reconnects;
}

/// The thread does it: the program holds the pipeline's state, which may have to change before
/// downstream takes anything.
void Source::end_stream() {
  std::lock_guard lock(mutex_);
  ending_ = woken_ = true;
  changed_.notify_all();
}

// ---- the state of a camera

void Source::on_data() {
  std::lock_guard lock(mutex_);
  connection_.data(Clock::now());
}

void Source::on_picture() {
  {
    std::lock_guard lock(mutex_);
    if (connection_.state() != Connection::State::kConnecting) return;
  }
  std::lock_guard telling(report_mutex_);
  {
    std::lock_guard lock(mutex_);
    if (!connection_.picture(Clock::now())) return;
    ++times_live_;
    woken_ = true;
    changed_.notify_all();
  }
  report("");
}

void Source::report(const std::string& reason) {
  const char* state;
  unsigned attempts;
  guint64 retry_ms = 0;
  {
    std::lock_guard lock(mutex_);
    state = name_of(connection_.state());
    attempts = connection_.attempts();
    if (connection_.state() == Connection::State::kLost && connection_.settings().reconnects())
      retry_ms = guint64(std::max<Connection::Duration::rep>(
          0, std::chrono::duration_cast<std::chrono::milliseconds>(connection_.due() - Clock::now())
                 .count()));
  }
  GST_INFO_OBJECT(bin_, "%s: %s %s", uri_for_people().c_str(), state, reason.c_str());
  gst_element_post_message(
      element(),
      gst_message_new_element(
          GST_OBJECT(bin_),
          gst_structure_new("thalweg-source-state", "source-id", G_TYPE_INT,
                            gint(number(kSourceId)), "state", G_TYPE_STRING, state, "reason",
                            G_TYPE_STRING, reason.c_str(), "attempts", G_TYPE_UINT, attempts,
                            "retry-in-ms", G_TYPE_UINT64, retry_ms, nullptr)));
}

/// The connection is broken. Tells so, once, and lets the thread do the rest. Any thread.
void Source::lose(const std::string& reason) {
  std::lock_guard telling(report_mutex_);
  bool given_up, reconnects;
  {
    std::lock_guard lock(mutex_);
    const auto state = connection_.state();
    if (!running_ || ending_ ||
        (state != Connection::State::kConnecting && state != Connection::State::kLive))
      return;
    connection_.lose(Clock::now());
    ++times_lost_;
    reconnects = connection_.settings().reconnects();
    given_up = connection_.state() == Connection::State::kGivenUp;
    woken_ = true;
    changed_.notify_all();
  }
  report(reason);
  if (!reconnects || !given_up) return;
  const guint id = guint(std::max<gint64>(number(kSourceId), 0));
  gst_element_post_message(
      element(),
      gst_message_new_element(
          GST_OBJECT(bin_), gst_structure_new("attempt-exceeded", "source-id", G_TYPE_UINT, id,
                                              "attempt_exceeded", G_TYPE_BOOLEAN, TRUE, nullptr)));
  GST_ELEMENT_ERROR(bin_, RESOURCE, READ,
                    ("%s gives up %s after %d attempts to reconnect: %s. Check the camera, or set "
                     "rtsp-reconnect-attempts=-1 to go on trying.",
                     GST_OBJECT_NAME(bin_), uri_for_people().c_str(),
                     connection_.settings().attempts, without_stop(reason).c_str()),
                    (nullptr));
}

bool Source::takes(GstMessage* message) {
  const GstMessageType type = GST_MESSAGE_TYPE(message);
  // Only sinks, and elements that are linked later, wait for the first frame.
  if (type == GST_MESSAGE_ASYNC_START || type == GST_MESSAGE_ASYNC_DONE) return true;
  if (type != GST_MESSAGE_ERROR) return false;
  if (stopping_) return true;
  GError* error = nullptr;
  char* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  GST_INFO_OBJECT(bin_, "from inside: %s (%s)", error->message, debug);
  GstFlowReturn downstream = GST_FLOW_OK;
  bool linked = false;
  for (const Output& output : outputs_) {
    if (output.flow < GST_FLOW_EOS) downstream = output.flow;
    linked |= output.frames > 0 && output.flow != GST_FLOW_NOT_LINKED;
  }
  if (!linked && (outputs_[kVideo].frames > 0 || outputs_[kAudio].frames > 0))
    downstream = GST_FLOW_NOT_LINKED;
  const char* name = GST_OBJECT_NAME(bin_);
  const std::string uri = uri_for_people(), reason = reason_of(error, debug);
  std::string sentence;
  bool reconnects = false;
  if (downstream == GST_FLOW_NOT_LINKED) {
    sentence = std::string(name) +
               " has nowhere to send its frames: its source pad is not linked. "
               "Link it when pad-added tells of it.";
  } else if (downstream != GST_FLOW_OK) {
    sentence = std::string(name) + " stops playing " + uri +
               ": what follows it does not take its "
               "frames (" +
               gst_flow_get_name(downstream) + ").";
  } else if (camera_) {
    {
      std::lock_guard lock(mutex_);
      reconnects = connection_.settings().reconnects();
    }
    lose(reason);
    sentence = std::string(name) + " lost " + uri + ": " + reason +
               ". Check the camera, or set rtsp-reconnect-interval to the seconds after which to "
               "connect again.";
  } else {
    sentence = std::string(name) + " cannot play " + uri + ": " + reason + ".";
  }
  // What follows the first error is its consequence.
  if (!reconnects && !failed_.exchange(true)) {
    GError* ours = g_error_new_literal(error->domain, error->code, sentence.c_str());
    gst_element_post_message(element(), gst_message_new_error(GST_OBJECT(bin_), ours, debug));
    g_error_free(ours);
  }
  g_error_free(error);
  g_free(debug);
  return true;
}

void Source::write_stats(GstStructure* stats) {
  std::lock_guard lock(mutex_);
  gst_structure_set(stats, "state", G_TYPE_STRING, camera_ ? name_of(connection_.state()) : "",
                    "out", G_TYPE_UINT64, uint64_t(outputs_[kVideo].frames), "times-live",
                    G_TYPE_UINT64, times_live_, "times-lost", G_TYPE_UINT64, times_lost_, "dropped",
                    G_TYPE_UINT64, leaked_->load(), nullptr);
}

// ---- recording

std::string Source::start_recording(guint before_s, guint duration_s, gpointer user_data,
                                    guint32& session) {
  if (number(kSmartRecord) == 0)
    return "recording is off; set smart-record=2 before the element starts";
  if (!camera_) return "only RTSP cameras are recorded, and " + uri_for_people() + " is none";
  {
    std::lock_guard lock(mutex_);
    if (!running_) return "the element does not run; start the pipeline first";
  }
  unsigned number_of_it = 0;
  std::string problem = recorder_.start(std::chrono::seconds(before_s),
                                        std::chrono::seconds(duration_s), user_data, number_of_it);
  session = number_of_it;
  return problem;
}

std::string Source::stop_recording(guint session) { return recorder_.stop(session); }

void Source::announce(const Recorder::Recording& recording) {
  if (!recording.problem.empty()) {
    GST_ELEMENT_WARNING(
        bin_, RESOURCE, WRITE,
        ("%s: recording %u into %s/%s failed: %s.", GST_OBJECT_NAME(bin_), recording.session,
         recording.folder.c_str(), recording.name.c_str(), without_stop(recording.problem).c_str()),
        (nullptr));
    return;
  }
  NvDsSRRecordingInfo info{};
  std::string name = recording.name, folder = recording.folder;
  info.sessionId = recording.session;
  info.filename = name.data();
  info.dirpath = folder.data();
  info.duration = recording.duration_ms;
  info.containerType = recording.matroska ? NVDSSR_CONTAINER_MKV : NVDSSR_CONTAINER_MP4;
  info.width = guint(recording.width);
  info.height = guint(recording.height);
  info.containsVideo = recording.video;
  info.channels = guint(recording.channels);
  info.samplingRate = guint(recording.rate);
  info.containsAudio = recording.audio;
  g_signal_emit_by_name(bin_, "sr-done", &info, recording.user_data);
  gst_element_post_message(
      element(),
      gst_message_new_element(
          GST_OBJECT(bin_),
          gst_structure_new("smart-record-done", "source-id", G_TYPE_INT, gint(number(kSourceId)),
                            "session-id", G_TYPE_UINT, recording.session, "path", G_TYPE_STRING,
                            (folder + "/" + name).c_str(), "duration-ms", G_TYPE_UINT64,
                            recording.duration_ms, nullptr)));
}

// ---- the thread

void Source::wake() {
  std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

/// Nothing can come just now: the pipeline is paused, or downstream is full.
bool Source::idle() {
  if (!playing_) return true;
  if (!queue_) return false;
  guint present = 0, most = 0;
  g_object_get(queue_, "current-level-buffers", &present, "max-size-buffers", &most, nullptr);
  return most > 0 && present >= most;
}

void Source::connect_again() {
  {
    std::lock_guard telling(report_mutex_);
    {
      std::lock_guard lock(mutex_);
      connection_.begin(Clock::now());
      built_ = true;
    }
    report("");
  }
  build();
}

/// Ends the bin's stream, if there is one yet and it is not ended; `lock` is of mutex_.
bool Source::send_end(std::unique_lock<std::mutex>& lock) {
  bool sent = false;
  for (Output& output : outputs_) {
    if (!output.ghost || output.end_sent.exchange(true)) continue;
    sent = true;
    lock.unlock();
    gst_pad_push_event(output.ghost, gst_event_new_eos());
    lock.lock();
  }
  if (sent && std::exchange(built_, false)) {
    lock.unlock();
    take_apart();
    lock.lock();
  }
  return sent;
}

void Source::work() {
  std::unique_lock lock(mutex_);
  while (running_) {
    woken_ = false;
    if (ending_ && send_end(lock)) continue;
    if (std::exchange(again_, false) && !ending_) {
      uint64_t frames = 0;
      for (const Output& output : outputs_) {
        offset_ = std::max<GstClockTime>(offset_, output.end);
        frames += output.frames;
      }
      frames_at_round_ = frames;
      remade_ = true;
      lock.unlock();
      take_apart();
      build();
      lock.lock();
      continue;
    }
    if (camera_ && !ending_) {
      const auto state = connection_.state();
      const bool gone = state == Connection::State::kLost || state == Connection::State::kGivenUp;
      if (gone && built_ && connection_.settings().reconnects()) {
        built_ = false;
        remade_ = true;
        lock.unlock();
        take_apart();
        // So that a muxer does not wait for this one.
        for (Output& output : outputs_)
          if (output.ghost)
            gst_pad_push_event(output.ghost, gst_event_new_gap(output.end, GST_CLOCK_TIME_NONE));
        lock.lock();
        continue;
      }
      const Connection::Event event = connection_.check(Clock::now(), idle());
      if (event == Connection::Event::kRetry) {
        lock.unlock();
        connect_again();
        lock.lock();
        continue;
      }
      if (event != Connection::Event::kNone) {
        const bool silent = event == Connection::Event::kSilent;
        const std::string reason = std::string("no ") + (silent ? "data" : "picture") +
                                   " came for " + seconds(connection_.patience());
        lock.unlock();
        lose(reason);
        lock.lock();
        continue;
      }
    }
    lock.unlock();
    const auto recording = recorder_.poll(Clock::now());
    if (recording) announce(*recording);
    const Recorder::Time recorder_due = recorder_.due();
    lock.lock();
    if (!running_ || woken_ || recording) continue;
    Connection::Time due = recorder_due;
    if (camera_ && !ending_) due = std::min(due, connection_.due());
    const auto ready = [this] { return woken_ || !running_; };
    if (due == Connection::Time::max())
      changed_.wait(lock, ready);
    else
      changed_.wait_until(lock, due, ready);
  }
}

}  // namespace thalweg
