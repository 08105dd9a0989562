#include <gst/gst.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "elements/hardware_properties.h"
#include "elements/kept_properties.h"
#include "elements/nvmultiurisrcbin/http_server.h"
#include "elements/nvmultiurisrcbin/stream_api.h"
#include "elements/observed.h"
#include "elements/uri_source.h"

GST_DEBUG_CATEGORY_STATIC(nvmultiurisrcbin_debug);
#define GST_CAT_DEFAULT nvmultiurisrcbin_debug

// nvmultiurisrcbin: several URIs in, batches out; streams come and go while it plays.
//
//   gst-launch-1.0 nvmultiurisrcbin uri-list=file:///path/a.mp4,file:///path/b.mp4 width=768
//     height=576 batched-push-timeout=40000 ! fakesink sync=true
//
// It is an nvurisrcbin for each stream and an nvstreammux, whose properties it has. A stream has
// the lowest number that is free, which is its pad_index and source_id. Element messages
// stream-add and stream-remove (source-id uint, sensor-id, sensor-name, uri strings) tell what came
// and went, thalweg-source-state (see nvurisrcbin) how a camera is.
//
// The REST interface listens on ip-address and port from READY on: stream_api.h says what it
// answers. port=auto takes any free one, port=0 none; bound-port tells which. If the environment
// has THALWEG_REST_TOKEN, requests have to bring it as "Authorization: Bearer ...".
//
//   curl http://localhost:9000/api/v1/stream/add -d '{"key": "sensor", "value": {"camera_id": "1",
//     "camera_url": "rtsp://camera/stream", "change": "camera_add"}}'
//
// An error of a stream of uri-list is an error. One of a stream that came by REST is a warning: the
// stream is at its end then, and the others go on.

namespace {

using namespace thalweg;

enum Property : guint {
  kUriList = 1,
  kSensorIdList,
  kSensorNameList,
  kMode,
  kIpAddress,
  kPort,
  kMaxBatchSize,
  kSensorIdPadIdMapping,
  kEnableErrorPropagation,
  kProtoLib,
  kConnStr,
  kTopic,
  kExtractSeiType5DataDec,
  kFirstOfMuxer,
};

constexpr GEnumValue kModes[] = {
    {0, "Video", "video"}, {1, "Audio", "audio"}, {0, nullptr, nullptr}};

const KeptProperty kOwn[] = {
    {.name = "uri-list",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "Streams to begin with: URIs with commas between them",
     .used = true},
    {.name = "sensor-id-list",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "A name that is unique for each of them; NULL: their numbers",
     .used = true},
    {.name = "sensor-name-list",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "A name for people for each of them",
     .used = true},
    {.name = "mode",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "What is batched; audio is not part of Thalweg",
     .enum_values = kModes,
     .enum_name = "GstNvMultiUriSrcBinMode",
     .used = true},
    {.name = "ip-address",
     .type = G_TYPE_STRING,
     .value = "localhost",
     .meaning = "Address of the REST interface; localhost: only this machine reaches it",
     .used = true},
    {.name = "port",
     .type = G_TYPE_STRING,
     .value = "9000",
     .meaning = "Port of the REST interface; 0: there is none, auto: any free one, see bound-port",
     .used = true},
    {.name = "max-batch-size",
     .type = G_TYPE_UINT,
     .value = "30",
     .meaning = "Most streams at once, and frames in a batch",
     .minimum = 1,
     .maximum = 1024,
     .used = true},
    {.name = "sensorID-padID-mapping",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "A stream has the number with which its sensor id ends",
     .used = true},
    {.name = "enable-error-propagation",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Send errors of streams to a message broker"},
    {.name = "proto-lib",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "Adapter library of that broker"},
    {.name = "conn-str",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "Address of that broker"},
    {.name = "topic", .type = G_TYPE_STRING, .value = nullptr, .meaning = "Topic at that broker"},
    {.name = "extract-sei-type5-data-dec",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Attach SEI user data in the decoders"},
};
static_assert(std::size(kOwn) == kFirstOfMuxer - kUriList);

const KeptProperty kOfMuxer[] = {
    {.name = "width",
     .type = G_TYPE_UINT,
     .value = "0",
     .meaning = "Width of the output frames; has to be set",
     .used = true},
    {.name = "height",
     .type = G_TYPE_UINT,
     .value = "0",
     .meaning = "Height of the output frames; has to be set",
     .used = true},
    {.name = "batched-push-timeout",
     .type = G_TYPE_INT,
     .value = "-1",
     .meaning = "How long to wait after a batch's first frame before it is pushed incomplete, in "
                "microseconds; -1: for ever. A camera that is lost is not waited for",
     .minimum = -1,
     .used = true},
    {.name = "live-source",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Sources are live: one frame of each in a batch, timestamps are the running time",
     .used = true},
    {.name = "enable-padding",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Keep the aspect ratio when scaling, the rest of the frame is black",
     .used = true},
    {.name = "num-surfaces-per-frame",
     .type = G_TYPE_UINT,
     .value = "1",
     .meaning = "Surfaces in each input buffer",
     .minimum = 1,
     .maximum = 4,
     .used = true},
    {.name = "sync-inputs",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Batch only frames of the same time",
     .used = true},
    {.name = "max-latency",
     .type = G_TYPE_UINT,
     .value = "0",
     .meaning = "Extra time that live sources may take, in nanoseconds",
     .used = true},
    {.name = "attach-sys-ts",
     .type = G_TYPE_BOOLEAN,
     .value = "true",
     .meaning = "ntp_timestamp is the system time at which a frame reached the muxer; else the "
                "camera's time, from RTCP",
     .used = true},
    {.name = "drop-pipeline-eos",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Do not end the pipeline when all streams have ended",
     .used = true},
    {.name = "frame-num-reset-on-eos",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Number a stream's frames from 0 again after its end",
     .used = true},
    {.name = "frame-num-reset-on-stream-reset",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Number a stream's frames from 0 again after a reconnection",
     .used = true},
    {.name = "sort-batch",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Order the frames of a batch by stream",
     .used = true},
    {.name = "align-first-buffer",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Begin with frames of one time (ntp_timestamp) of max-batch-size streams; older "
                "ones are dropped",
     .used = true},
    {.name = "sync-inputs-ntp",
     .type = G_TYPE_INT,
     .value = "0",
     .meaning = "Batch only frames whose times (ntp_timestamp) are at most so far apart, in "
                "nanoseconds; 0: off",
     .minimum = 0,
     .used = true},
    {.name = "cache-buffer",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Repeat the last frame of a stream that has none when a batch leaves",
     .used = true},
    {.name = "cache-buffer-timeout",
     .type = G_TYPE_INT,
     .value = "-1",
     .meaning = "How long a frame may be repeated before a grey picture stands in, in "
                "microseconds; -1: for ever",
     .minimum = -1,
     .used = true},
    {.name = "extract-sei-sim-time",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Take frame number and simulated time from SEI",
     .used = true,
     .why_no_effect = kNoSei},
    {.name = "drop-backward-sei",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Drop frames whose SEI goes back in time",
     .used = true,
     .why_no_effect = kNoSei},
    {.name = "frame-duration",
     .type = G_TYPE_UINT64,
     .value = "0",
     .meaning = "With attach-sys-ts=false, jumps of a camera's time that are shorter than a frame "
                "are spread over the next ones: duration of a frame in milliseconds; 0: as "
                "timestamps say, -1: jumps are shown",
     .used = true},
    {.name = "config-file-path",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "Rules of batching, for the newer form of nvstreammux alone",
     .used = true},
    {.name = "async-process",
     .type = G_TYPE_BOOLEAN,
     .value = "true",
     .meaning = "Run conversions asynchronously"},
    kOutputMemoryType,
    {.name = "buffer-pool-size",
     .type = G_TYPE_UINT,
     .value = "4",
     .meaning = "Number of output batches in the pool",
     .minimum = 4,
     .maximum = 1024},
};

constexpr guint kFirstOfSources = kFirstOfMuxer + std::size(kOfMuxer);

const std::vector<KeptProperty>& all_properties() {
  static const auto* table = [] {  // lives as long as the class, which is for ever
    auto* made = new std::vector<KeptProperty>(std::begin(kOwn), std::end(kOwn));
    made->insert(made->end(), std::begin(kOfMuxer), std::end(kOfMuxer));
    const auto forwarded = forwarded_uri_source_properties();
    made->insert(made->end(), forwarded.begin(), forwarded.end());
    return made;
  }();
  return *table;
}

struct Stream {
  StreamInfo info;
  GstElement* source = nullptr;  // of the bin
  GstPad* sink = nullptr;        // of the muxer
};

/// Marks on a source: it came while the bin ran.
constexpr char kCameLater[] = "thalweg-came-later";
/// ... and the sentence with which it failed.
constexpr char kProblem[] = "thalweg-problem";

class MultiSource final : public Streams {
 public:
  explicit MultiSource(GstBin* bin);

  KeptProperties& properties() { return properties_; }
  GstElement* muxer() { return muxer_; }

  bool begin();  // NULL -> READY; false with an error posted
  void listen_no_more() { server_.reset(); }
  void end();  // READY -> NULL, when the children are at NULL
  bool without_streams();
  guint bound_port() const { return server_ ? server_->port() : 0; }
  void changed(guint id);
  bool takes(GstMessage* message);

  // Of the thread of the REST interface.
  Result add(const StreamInfo& wanted) override { return add(wanted, true); }
  Result remove(const StreamInfo& wanted) override;
  std::vector<StreamInfo> list() override;
  bool ready() override;

 private:
  Result add(StreamInfo wanted, bool later);
  void remove(Stream& stream);
  bool add_list();
  bool listen();
  bool number_for(StreamInfo& wanted, std::string& problem);
  void send_to_muxer(int source_id, GstEvent* event);
  void tell(const char* what, const StreamInfo& stream);
  void fail(const std::string& sentence);
  void forward(guint id, GstElement* element);
  std::string text(guint id) const { return properties_.text(G_OBJECT(bin_), id); }
  gint64 number(guint id) const { return properties_.number(G_OBJECT(bin_), id); }

  GstBin* const bin_;
  GstElement* muxer_;  // of the bin; null where there is none, then READY fails
  KeptProperties properties_;
  std::mutex mutex_;             // for streams_; is held while one comes or goes
  std::vector<Stream> streams_;  // by source_id
  std::unique_ptr<HttpServer> server_;
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  if (list.empty()) return parts;
  size_t begin = 0;
  for (;;) {
    const size_t comma = list.find(',', begin);
    std::string part = list.substr(begin, comma - begin);
    part.erase(0, part.find_first_not_of(' '));
    part.erase(part.find_last_not_of(' ') + 1);
    parts.push_back(std::move(part));
    if (comma == std::string::npos) break;
    begin = comma + 1;
  }
  if (parts.back().empty()) parts.pop_back();  // of a comma at the end
  return parts;
}

MultiSource::MultiSource(GstBin* bin)
    : bin_(bin),
      muxer_(gst_element_factory_make("nvstreammux", "muxer")),
      properties_(kUriList, all_properties()) {
  if (muxer_) gst_bin_add(bin_, muxer_);
}

void MultiSource::fail(const std::string& sentence) {
  GST_ELEMENT_ERROR(bin_, RESOURCE, SETTINGS, ("%s: %s.", GST_OBJECT_NAME(bin_), sentence.c_str()),
                    (nullptr));
}

// ---- properties

/// Sets a property of a child to the value of ours.
void MultiSource::forward(guint id, GstElement* element) {
  const KeptProperty& property = all_properties()[id - kUriList];
  if (!g_object_class_find_property(G_OBJECT_GET_CLASS(element), property.name)) return;
  // Of our type: the child's may differ, and GObject converts it.
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(bin_), property.name);
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_PARAM_SPEC_VALUE_TYPE(spec));
  properties_.get(G_OBJECT(bin_), id, &value);
  g_object_set_property(G_OBJECT(element), property.name, &value);
  g_value_unset(&value);
}

void MultiSource::changed(guint id) {
  if (id == kMaxBatchSize && muxer_) g_object_set(muxer_, "batch-size", guint(number(id)), nullptr);
  if (id < kFirstOfMuxer) return;
  if (id < kFirstOfSources) {
    if (muxer_) forward(id, muxer_);
    return;
  }
  std::lock_guard lock(mutex_);
  for (const Stream& stream : streams_) forward(id, stream.source);
}

// ---- start and end

bool MultiSource::begin() {
  GstElementFactory* sources = gst_element_factory_find("nvurisrcbin");
  if (sources) gst_object_unref(sources);
  if (!muxer_ || !sources) {
    GST_ELEMENT_ERROR(bin_, CORE, MISSING_PLUGIN,
                      ("%s: the GStreamer element %s is not there; reinstall Thalweg, or run ./dev "
                       "setup in a checkout.",
                       GST_OBJECT_NAME(bin_), muxer_ ? "nvurisrcbin" : "nvstreammux"),
                      (nullptr));
    return false;
  }
  if (number(kMode) != 0) {
    fail("mode is audio, but audio is not part of Thalweg; use mode=video");
    return false;
  }
  g_object_set(muxer_, "batch-size", guint(number(kMaxBatchSize)), nullptr);
  for (guint id = kFirstOfMuxer; id < kFirstOfSources; ++id) forward(id, muxer_);
  if (add_list() && listen()) return true;
  end();
  return false;
}

bool MultiSource::add_list() {
  const std::vector<std::string> uris = split(text(kUriList)), ids = split(text(kSensorIdList)),
                                 names = split(text(kSensorNameList));
  for (const auto& [list, what] : {std::pair{&ids, "sensor-id-list"}, {&names, "sensor-name-list"}})
    if (!list->empty() && list->size() != uris.size()) {
      fail(std::string(what) + " has " + std::to_string(list->size()) + " entries for the " +
           std::to_string(uris.size()) + " of uri-list; give one for each URI");
      return false;
    }
  for (size_t i = 0; i < uris.size(); ++i) {
    StreamInfo wanted{.camera_id = ids.empty() ? "" : ids[i],
                      .camera_name = names.empty() ? "" : names[i],
                      .camera_url = uris[i]};
    const Result result = add(std::move(wanted), false);
    if (result.status != 200) {
      fail("entry " + std::to_string(i + 1) + " of uri-list, " + uris[i] + ": " + result.problem);
      return false;
    }
  }
  return true;
}

bool MultiSource::listen() {
  const std::string port = text(kPort);
  guint64 wanted = 0;
  if (port == "0") return true;
  if (port != "auto" && !g_ascii_string_to_unsigned(port.c_str(), 10, 1, 65535, &wanted, nullptr)) {
    fail("port is \"" + port +
         "\"; expected a number up to 65535, 0 for no REST interface, or auto");
    return false;
  }
  const char* token = g_getenv("THALWEG_REST_TOKEN");
  try {
    server_ = std::make_unique<HttpServer>(
        HttpServer::Settings{text(kIpAddress), uint16_t(wanted), token ? token : ""},
        [this](const HttpRequest& request) {
          HttpReply reply = answer(request, *this);
          GST_INFO_OBJECT(bin_, "%s %s: %u", request.method.c_str(), request.path.c_str(),
                          reply.status);
          return reply;
        });
  } catch (const std::exception& error) {
    fail(std::string("the REST interface ") + error.what() +
         "; set ip-address and port to others, or port=0 for no REST interface");
    return false;
  }
  GST_INFO_OBJECT(bin_, "REST interface on %s, port %u", text(kIpAddress).c_str(), server_->port());
  if (!server_->is_local() && !(token && *token))
    GST_ELEMENT_WARNING(bin_, RESOURCE, SETTINGS,
                        ("%s: everybody who reaches %s, port %u, can add and remove streams. Set "
                         "the environment variable THALWEG_REST_TOKEN to a secret, or "
                         "ip-address=localhost.",
                         GST_OBJECT_NAME(bin_), text(kIpAddress).c_str(), server_->port()),
                        (nullptr));
  return true;
}

void MultiSource::end() {
  std::lock_guard lock(mutex_);
  for (Stream& stream : streams_) remove(stream);
  streams_.clear();
}

bool MultiSource::without_streams() {
  std::lock_guard lock(mutex_);
  return streams_.empty();
}

// ---- streams

/// The lowest number that is free, or the one that the sensor's id asks for.
bool MultiSource::number_for(StreamInfo& wanted, std::string& problem) {
  const auto taken = [&](unsigned id) {
    return std::any_of(streams_.begin(), streams_.end(),
                       [&](const Stream& stream) { return stream.info.source_id == id; });
  };
  const unsigned most = unsigned(number(kMaxBatchSize));
  const std::string& id = wanted.camera_id;
  const size_t digits = id.find_last_not_of("0123456789") + 1;
  if (number(kSensorIdPadIdMapping) && digits < id.size()) {
    guint64 asked = 0;
    const bool valid =
        g_ascii_string_to_unsigned(id.c_str() + digits, 10, 0, most - 1, &asked, nullptr);
    wanted.source_id = unsigned(asked);
    if (valid && !taken(wanted.source_id)) return true;
    problem = "with sensorID-padID-mapping, \"" + id + "\" is number " + id.substr(digits) +
              ", which is " +
              (valid ? "taken" : "not below max-batch-size, " + std::to_string(most));
    return false;
  }
  unsigned lowest = 0;
  while (taken(lowest)) ++lowest;
  wanted.source_id = lowest;
  return true;
}

Streams::Result MultiSource::add(StreamInfo wanted, bool later) {
  constexpr unsigned kConflict = 409;
  std::lock_guard lock(mutex_);
  if (streams_.size() >= size_t(number(kMaxBatchSize)))
    return {kConflict, "there are " + std::to_string(streams_.size()) +
                           " streams already, as many as max-batch-size allows; remove one first"};
  std::string problem;
  if (!number_for(wanted, problem)) return {kConflict, problem};
  if (wanted.camera_id.empty()) wanted.camera_id = std::to_string(wanted.source_id);
  for (const Stream& stream : streams_)
    if (stream.info.camera_id == wanted.camera_id)
      return {kConflict, "there is a stream \"" + wanted.camera_id +
                             "\" already; remove it first, or give this one another camera_id"};
  if (!gst_uri_is_valid(wanted.camera_url.c_str()))
    return {400, "\"" + wanted.camera_url + "\" is no URI; write a file as file:///path/clip.mp4"};

  const std::string number_of_it = std::to_string(wanted.source_id);
  Stream stream{.info = wanted};
  stream.source = gst_element_factory_make("nvurisrcbin", ("nvurisrcbin" + number_of_it).c_str());
  stream.sink = gst_element_request_pad_simple(muxer_, ("sink_" + number_of_it).c_str());
  for (guint id = kFirstOfSources; id < kUriList + all_properties().size(); ++id)
    forward(id, stream.source);
  g_object_set(stream.source, "uri", wanted.camera_url.c_str(), "source-id", int(wanted.source_id),
               "extract-sei-type5-data", gboolean(number(kExtractSeiType5DataDec)), nullptr);
  if (later) g_object_set_data(G_OBJECT(stream.source), kCameLater, bin_);
  g_signal_connect_data(
      stream.source, "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, GstPad* sink) {
        if (g_str_has_prefix(GST_OBJECT_NAME(pad), "vsrc")) gst_pad_link(pad, sink);
      }),
      gst_object_ref(stream.sink), [](gpointer sink, GClosure*) { gst_object_unref(sink); },
      GConnectFlags(0));
  gst_bin_add(bin_, stream.source);
  if (later && !gst_element_sync_state_with_parent(stream.source)) {
    const auto* why =
        static_cast<const char*>(g_object_get_data(G_OBJECT(stream.source), kProblem));
    problem = why ? why : "the stream could not be started";
    remove(stream);
    return {400, problem};
  }
  const auto place = std::find_if(streams_.begin(), streams_.end(), [&](const Stream& other) {
    return other.info.source_id > wanted.source_id;
  });
  streams_.insert(place, stream);
  tell("stream-add", wanted);
  return {};
}

/// Takes a stream out of the bin. The muxer drains and forgets its pad.
void MultiSource::remove(Stream& stream) {
  gst_element_set_locked_state(stream.source, TRUE);
  gst_element_set_state(stream.source, GST_STATE_NULL);
  gst_element_release_request_pad(muxer_, stream.sink);
  gst_object_unref(stream.sink);
  gst_bin_remove(bin_, stream.source);
}

Streams::Result MultiSource::remove(const StreamInfo& wanted) {
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(streams_.begin(), streams_.end(), [&](const Stream& stream) {
    return stream.info.camera_id == wanted.camera_id;
  });
  if (found == streams_.end()) return {404, "there is no stream \"" + wanted.camera_id + "\""};
  if (found->info.camera_url != wanted.camera_url)
    return {404, "the stream \"" + wanted.camera_id + "\" is not " + wanted.camera_url +
                     "; give the camera_url that it was added with"};
  remove(*found);
  const StreamInfo gone = found->info;
  streams_.erase(found);
  tell("stream-remove", gone);
  return {};
}

void MultiSource::tell(const char* what, const StreamInfo& stream) {
  gst_element_post_message(
      GST_ELEMENT(bin_),
      gst_message_new_element(
          GST_OBJECT(bin_),
          gst_structure_new(what, "source-id", G_TYPE_UINT, stream.source_id, "sensor-id",
                            G_TYPE_STRING, stream.camera_id.c_str(), "sensor-name", G_TYPE_STRING,
                            stream.camera_name.c_str(), "uri", G_TYPE_STRING,
                            stream.camera_url.c_str(), nullptr)));
}

std::vector<StreamInfo> MultiSource::list() {
  std::lock_guard lock(mutex_);
  std::vector<StreamInfo> all;
  for (const Stream& stream : streams_) {
    StreamInfo info = stream.info;
    GstStructure* stats = nullptr;
    g_object_get(stream.source, "stats", &stats, nullptr);
    info.state = gst_structure_get_string(stats, "state");
    gst_structure_free(stats);
    all.push_back(std::move(info));
  }
  return all;
}

bool MultiSource::ready() {
  GST_OBJECT_LOCK(bin_);
  const GstState state = GST_STATE(bin_);
  GST_OBJECT_UNLOCK(bin_);
  return state >= GST_STATE_PAUSED;
}

/// Tells the muxer that no batch has to wait for a stream.
void MultiSource::send_to_muxer(int source_id, GstEvent* event) {
  GstPad* sink = gst_element_get_static_pad(muxer_, ("sink_" + std::to_string(source_id)).c_str());
  if (!sink) return gst_event_unref(event);
  gst_pad_send_event(sink, event);
  gst_object_unref(sink);
}

/// Whether a message of a child ends here; it stays the caller's. Any thread.
bool MultiSource::takes(GstMessage* message) {
  GstObject* from = GST_MESSAGE_SRC(message);
  const GstMessageType type = GST_MESSAGE_TYPE(message);
  if (from == GST_OBJECT_CAST(muxer_)) {
    // That it has no source yet is nothing to warn of here.
    if (type != GST_MESSAGE_WARNING) return false;
    GError* warning = nullptr;
    gst_message_parse_warning(message, &warning, nullptr);
    const bool waits = g_error_matches(warning, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
    g_error_free(warning);
    return waits;
  }
  if (gst_message_has_name(message, "thalweg-source-state")) {
    const GstStructure* said = gst_message_get_structure(message);
    gint id = -1;
    gst_structure_get_int(said, "source-id", &id);
    if (g_strcmp0(gst_structure_get_string(said, "state"), "connecting") == 0)
      send_to_muxer(id, gst_event_new_gap(0, GST_CLOCK_TIME_NONE));
    return false;
  }
  if (!GST_IS_ELEMENT(from) || !g_object_get_data(G_OBJECT(from), kCameLater)) return false;
  // The pipeline does not wait for a stream that comes while it plays.
  if (type == GST_MESSAGE_ASYNC_START || type == GST_MESSAGE_ASYNC_DONE) return true;
  if (type != GST_MESSAGE_ERROR) return false;
  GError* error = nullptr;
  char* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  gst_element_post_message(GST_ELEMENT(bin_), gst_message_new_warning(from, error, debug));
  g_object_set_data_full(G_OBJECT(from), kProblem, g_strdup(error->message), g_free);
  g_error_free(error);
  g_free(debug);
  gint id = -1;
  g_object_get(from, "source-id", &id, nullptr);
  send_to_muxer(id, gst_event_new_eos());
  return true;
}

}  // namespace

struct GstNvMultiUriSrcBin {
  GstBin parent;
  MultiSource* source;
};
struct GstNvMultiUriSrcBinClass {
  GstBinClass parent_class;
};

static GType nvmultiurisrcbin_get_type();
G_DEFINE_TYPE(GstNvMultiUriSrcBin, nvmultiurisrcbin, GST_TYPE_BIN)

namespace {

constexpr char kCaps[] = "video/x-raw(memory:NVMM), format=(string){ NV12, RGBA, I420 }";
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(kCaps));

guint bound_port_id() { return kUriList + guint(all_properties().size()); }

MultiSource& source_of(gpointer object) {
  return *G_TYPE_CHECK_INSTANCE_CAST(object, nvmultiurisrcbin_get_type(), GstNvMultiUriSrcBin)
              ->source;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  MultiSource& source = source_of(element);
  if (change == GST_STATE_CHANGE_NULL_TO_READY && !source.begin()) return GST_STATE_CHANGE_FAILURE;
  if (change == GST_STATE_CHANGE_READY_TO_NULL) source.listen_no_more();
  GstStateChangeReturn result =
      GST_ELEMENT_CLASS(nvmultiurisrcbin_parent_class)->change_state(element, change);
  if (change == GST_STATE_CHANGE_NULL_TO_READY && result == GST_STATE_CHANGE_FAILURE) {
    source.listen_no_more();
    source.end();
  }
  if (change == GST_STATE_CHANGE_READY_TO_NULL) source.end();
  // A pipeline does not wait for the first frame of streams that may come much later.
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_SUCCESS &&
      source.without_streams())
    result = GST_STATE_CHANGE_NO_PREROLL;
  return result;
}

void handle_message(GstBin* bin, GstMessage* message) {
  if (source_of(bin).takes(message))
    gst_message_unref(message);
  else
    GST_BIN_CLASS(nvmultiurisrcbin_parent_class)->handle_message(bin, message);
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  MultiSource& source = source_of(object);
  if (source.properties().set(object, id, value, GST_CAT_DEFAULT))
    source.changed(id);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  MultiSource& source = source_of(object);
  if (id == bound_port_id())
    g_value_set_uint(value, source.bound_port());
  else if (!source.properties().get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void finalize(GObject* object) {
  delete &source_of(object);
  G_OBJECT_CLASS(nvmultiurisrcbin_parent_class)->finalize(object);
}

}  // namespace

static void nvmultiurisrcbin_init(GstNvMultiUriSrcBin* self) {
  self->source = new MultiSource(&self->parent);
  auto* element = GST_ELEMENT(self);
  GstPadTemplate* pad_template = gst_element_get_pad_template(element, "src");
  GstElement* muxer = self->source->muxer();
  GstPad* target = muxer ? gst_element_get_static_pad(muxer, "src") : nullptr;
  gst_element_add_pad(element,
                      target ? gst_ghost_pad_new_from_template("src", target, pad_template)
                             : gst_ghost_pad_new_no_target_from_template("src", pad_template));
  if (target) gst_object_unref(target);
  // Pipelines ask before the streams are there.
  GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SOURCE);
  gst_bin_set_suppressed_flags(&self->parent,
                               GstElementFlags(GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
}

static void nvmultiurisrcbin_class_init(GstNvMultiUriSrcBinClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  GST_BIN_CLASS(klass)->handle_message = handle_message;
  KeptProperties::install(object, kUriList, all_properties());
  g_object_class_install_property(
      object, bound_port_id(),
      g_param_spec_uint("bound-port", "bound-port",
                        "Port of the REST interface from READY on; 0: there is none", 0, 65535, 0,
                        GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(
      element, "Source of several URIs", "Source/Network/Video",
      "Reads, decodes and batches streams, which come and go by a REST interface", "Thalweg");
  observed_class_setup(object);
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvmultiurisrcbin_debug, "nvmultiurisrcbin", 0, "Source of several URIs");
  return gst_element_register(plugin, "nvmultiurisrcbin", GST_RANK_PRIMARY,
                              nvmultiurisrcbin_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvmultiurisrcbin, "Streams in batches",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
