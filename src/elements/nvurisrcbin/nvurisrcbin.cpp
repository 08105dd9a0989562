#include "elements/nvurisrcbin/source.h"
#include "elements/observed.h"

GST_DEBUG_CATEGORY(nvurisrcbin_debug);
#define GST_CAT_DEFAULT nvurisrcbin_debug

// nvurisrcbin: a file, an HTTP address or an RTSP camera in, decoded pictures in memory:NVMM out.
//
// vsrc_0 appears with the first picture, asrc_0 (with disable-audio=false) with the first sound.
//
//   gst-launch-1.0 nvurisrcbin uri=file:///path/clip.mp4 file-loop=true ! fakesink sync=true
//
// An RTSP camera is connected anew when rtsp-reconnect-interval or init-rtsp-reconnect-interval is
// set: after an error, after an end of stream, or after rtsp-reconnect-interval seconds without
// data. Pads and running time stay, and a stream-reset event follows. What happens is told by
// element messages named thalweg-source-state, whose fields are
//
//   source-id     int     the property
//   state         string  "connecting", "live" (pictures come) or "lost"
//   reason        string  why it is lost, else ""
//   attempts      uint    to reconnect, since it was live
//   retry-in-ms   uint64  until the next attempt; 0 when there is none
//
// Only when rtsp-reconnect-attempts are used up an error ends it, after a message attempt-exceeded
// (source-id uint, attempt_exceeded boolean).
//
// With smart-record, start-sr writes the last seconds and the following ones of a camera to a file
// as they came, without encoding; sr-done and a message smart-record-done (source-id int,
// session-id uint, path string, duration-ms uint64) tell that it is complete. What goes wrong with
// it is a warning.
//
// Property 'stats' has the state of a camera, the frames that came (out), those that a leaky queue
// gave up before its decoder (dropped), and how often it was live and lost.

namespace {

using namespace thalweg;

enum Property : guint { kSmartRecStatus = kEndOfUriSource };

GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE(
    "vsrc_%u", GST_PAD_SRC, GST_PAD_SOMETIMES,
    GST_STATIC_CAPS("video/x-raw(memory:NVMM), format=(string){ I420, NV12, RGBA }"));
GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE(
    "asrc_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS("audio/x-raw"));

}  // namespace

struct GstNvUriSrcBin {
  GstBin parent;
  std::shared_ptr<Source>* source;
};
struct GstNvUriSrcBinClass {
  GstBinClass parent_class;
};

static GType nvurisrcbin_get_type();
G_DEFINE_TYPE(GstNvUriSrcBin, nvurisrcbin, GST_TYPE_BIN)

namespace {

Source& source_of(gpointer object) {
  return **G_TYPE_CHECK_INSTANCE_CAST(object, nvurisrcbin_get_type(), GstNvUriSrcBin)->source;
}

void warn(gpointer bin, const char* what, const std::string& why) {
  GST_ELEMENT_WARNING(bin, RESOURCE, SETTINGS,
                      ("%s: %s: %s.", GST_OBJECT_NAME(bin), what, why.c_str()), (nullptr));
}

void start_recording(GstBin* bin, gpointer session, guint before_s, guint duration_s,
                     gpointer user_data) {
  guint32 number = 0;
  const std::string problem =
      source_of(bin).start_recording(before_s, duration_s, user_data, number);
  if (!problem.empty()) return warn(bin, "start-sr begins no recording", problem);
  if (session) *static_cast<guint32*>(session) = number;
}

void stop_recording(GstBin* bin, guint session) {
  const std::string problem = source_of(bin).stop_recording(session);
  if (!problem.empty()) warn(bin, "stop-sr ends no recording", problem);
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  Source& source = source_of(element);
  GstStateChangeReturn inside = GST_STATE_CHANGE_SUCCESS;
  switch (change) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      if (!source.check()) return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (!source.start()) return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      if (source.set_children(GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      source.play(false);
      inside = source.set_children(GST_STATE_PAUSED);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      source.stop();
      break;
    default:
      break;
  }
  // What it says of the children it says of the last time that they were asked.
  if (GST_ELEMENT_CLASS(nvurisrcbin_parent_class)->change_state(element, change) ==
      GST_STATE_CHANGE_FAILURE)
    return GST_STATE_CHANGE_FAILURE;
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED) {
    inside = source.set_children(GST_STATE_PAUSED);
    if (inside == GST_STATE_CHANGE_FAILURE) source.stop();
  }
  if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING) source.play(true);
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (change == GST_STATE_CHANGE_READY_TO_PAUSED && inside == GST_STATE_CHANGE_FAILURE))
    source.stopped();
  return inside;
}

void handle_message(GstBin* bin, GstMessage* message) {
  if (source_of(bin).takes(message))
    gst_message_unref(message);
  else
    GST_BIN_CLASS(nvurisrcbin_parent_class)->handle_message(bin, message);
}

gboolean send_event(GstElement* element, GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS(nvurisrcbin_parent_class)->send_event(element, event);
  gst_event_unref(event);
  source_of(element).end_stream();
  return TRUE;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  Source& source = source_of(object);
  if (source.properties().set(object, id, value, GST_CAT_DEFAULT))
    source.changed(id);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  Source& source = source_of(object);
  if (id == kSmartRecStatus)
    g_value_set_boolean(value, source.recording());
  else if (!source.properties().get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

/// A pipeline that changes its state just when a program removes the element may set it to PLAYING
/// once more, and nobody to NULL.
void dispose(GObject* object) {
  source_of(object).stop();
  G_OBJECT_CLASS(nvurisrcbin_parent_class)->dispose(object);
}

void finalize(GObject* object) {
  delete G_TYPE_CHECK_INSTANCE_CAST(object, nvurisrcbin_get_type(), GstNvUriSrcBin)->source;
  G_OBJECT_CLASS(nvurisrcbin_parent_class)->finalize(object);
}

}  // namespace

static void nvurisrcbin_init(GstNvUriSrcBin* self) {
  self->source = new std::shared_ptr<Source>(std::make_shared<Source>(&self->parent));
  // Pipelines ask before the inside is there.
  GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SOURCE);
  gst_bin_set_suppressed_flags(&self->parent,
                               GstElementFlags(GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
}

static void nvurisrcbin_class_init(GstNvUriSrcBinClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->dispose = dispose;
  object->finalize = finalize;
  element->change_state = change_state;
  element->send_event = send_event;
  GST_BIN_CLASS(klass)->handle_message = handle_message;
  KeptProperties::install(object, kUri, uri_source_properties());
  const auto flags = GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      object, kSmartRecStatus,
      g_param_spec_boolean("smart-rec-status", "smart-rec-status",
                           "Whether a recording is being written", FALSE, flags));

  const GType type = G_TYPE_FROM_CLASS(klass);
  const auto action = GSignalFlags(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION);
  // (guint32* session, or NULL; seconds of the past; seconds from now on, 0: the default; what
  // sr-done gets)
  g_signal_new_class_handler("start-sr", type, action, G_CALLBACK(start_recording), nullptr,
                             nullptr, nullptr, G_TYPE_NONE, 4, G_TYPE_POINTER, G_TYPE_UINT,
                             G_TYPE_UINT, G_TYPE_POINTER);
  g_signal_new_class_handler("stop-sr", type, action, G_CALLBACK(stop_recording), nullptr, nullptr,
                             nullptr, G_TYPE_NONE, 1, G_TYPE_UINT);
  // (NvDsSRRecordingInfo*, what start-sr was given); from a thread of the element
  g_signal_new("sr-done", type, G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr, G_TYPE_NONE, 2,
               G_TYPE_POINTER, G_TYPE_POINTER);

  gst_element_class_add_static_pad_template(element, &video_template);
  gst_element_class_add_static_pad_template(element, &audio_template);
  gst_element_class_set_static_metadata(
      element, "URI source", "Source/Network/Video",
      "Reads and decodes a file or a camera, which it reconnects and records", "Thalweg");
  observed_class_setup(
      object,
      "; dropped: a camera's frames that the leaky queue gave up; its state (connecting, live, "
      "lost), and how often it was live and lost",
      [](GObject* bin, GstStructure* stats) { source_of(bin).write_stats(stats); });
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvurisrcbin_debug, "nvurisrcbin", 0, "URI source");
  return gst_element_register(plugin, "nvurisrcbin", GST_RANK_PRIMARY, nvurisrcbin_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvurisrcbin, "Files and cameras, decoded",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
