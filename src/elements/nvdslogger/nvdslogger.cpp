// nvdslogger: passes everything on and prints the frames a second of each source.
//
//   gst-launch-1.0 videotestsrc ! nvvideoconvert ! 'video/x-raw(memory:NVMM)' ! m.sink_0
//     nvstreammux name=m batch-size=1 width=640 height=480 ! nvdslogger ! fakesink sync=true
//
// Apart from that it is GStreamer's identity. Lines are printed as older versions do, always,
// unless show-fps is set to false. Of buffers without batch metadata the buffers are counted.
#include <cstdio>
#include <mutex>

#include "elements/nvdslogger/frame_rates.h"
#include "elements/proxy_bin.h"
#include "gst-nvevent.h"
#include "gstnvdsmeta.h"

namespace {

using namespace thalweg;

enum Property : guint { kInterval = kFirstProxyProperty, kShowFps };

KeptProperty used(const char* name, GType type, const char* value, const char* meaning) {
  return {.name = name, .type = type, .value = value, .meaning = meaning, .used = true};
}

const KeptProperty kProperties[] = {
    used("fps-measurement-interval-sec", G_TYPE_UINT, "5", "Seconds from one line to the next"),
    used("show-fps", G_TYPE_BOOLEAN, "false", "Print frames a second (also while never set)"),
    {"show-latency", G_TYPE_BOOLEAN, "false", "Print the latency of frames"},
    // Those of identity.
    used("silent", G_TYPE_BOOLEAN, "true", "No messages in last-message"),
    used("dump", G_TYPE_BOOLEAN, "false", "Print the contents of buffers"),
    used("sync", G_TYPE_BOOLEAN, "false", "Keep to the pipeline's clock"),
    used("ts-offset", G_TYPE_INT64, "0", "Offset for sync, ns"),
    used("sleep-time", G_TYPE_UINT, "0", "Sleep between buffers, us"),
    used("error-after", G_TYPE_INT, "-1", "Fail after so many buffers"),
    {.name = "drop-probability",
     .type = G_TYPE_FLOAT,
     .value = "0",
     .meaning = "Probability with which a buffer is dropped",
     .minimum = 0,
     .maximum = 1,
     .used = true},
    {.name = "drop-buffer-flags",
     .type = G_TYPE_FLAGS,
     .value = "0",
     .meaning = "Drop buffers with these flags",
     .used = true},
    {.name = "datarate",
     .type = G_TYPE_INT,
     .value = "0",
     .meaning = "Timestamps by bytes a second, 0: off",
     .minimum = 0,
     .used = true},
    used("single-segment", G_TYPE_BOOLEAN, "false", "Make one segment of all"),
    used("check-imperfect-timestamp", G_TYPE_BOOLEAN, "false", "Tell gaps between timestamps"),
    used("check-imperfect-offset", G_TYPE_BOOLEAN, "false", "Tell gaps between offsets"),
    {.name = "last-message",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "The last message",
     .flags = G_PARAM_READABLE,
     .used = true},
    used("signal-handoffs", G_TYPE_BOOLEAN, "true", "Emit the signal handoff"),
    used("drop-allocation", G_TYPE_BOOLEAN, "false", "Do not forward allocation queries"),
};

guint handoff_signal;

struct State {
  std::mutex mutex;
  FrameRates rates;
  bool shows = true;
};

}  // namespace

struct GstNvDsLogger {
  ThalwegProxyBin parent;
  State* state;
};
struct GstNvDsLoggerClass {
  ThalwegProxyBinClass parent;
};

static GType nvdslogger_get_type();
G_DEFINE_TYPE(GstNvDsLogger, nvdslogger, proxy_bin_get_type())

namespace {

GstNvDsLogger* as_logger(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, nvdslogger_get_type(), GstNvDsLogger);
}

void count(FrameRates& rates, GstBuffer* buffer) {
  NvDsBatchMeta* batch = gst_buffer_get_nvds_batch_meta(buffer);
  if (!batch) return rates.count(0);
  for (const GList* node = batch->frame_meta_list; node; node = node->next)
    rates.count(static_cast<const NvDsFrameMeta*>(node->data)->pad_index);
}

/// Streaming thread.
GstPadProbeReturn on_buffer_or_event(GstPad*, GstPadProbeInfo* info, gpointer data) {
  GstNvDsLogger* self = as_logger(data);
  State& state = *self->state;
  std::string line;
  {
    const std::lock_guard lock(state.mutex);
    if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
      count(state.rates, GST_PAD_PROBE_INFO_BUFFER(info));
      const gint64 seconds = self->parent.properties->number(G_OBJECT(self), kInterval);
      line = state.rates.line(g_get_monotonic_time(), seconds * G_USEC_PER_SEC);
      if (!state.shows) line.clear();
    } else {
      GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
      guint source = 0;
      if (int(GST_EVENT_TYPE(event)) == int(GST_NVEVENT_STREAM_EOS)) {
        gst_nvevent_parse_stream_eos(event, &source);
        state.rates.end(source);
      } else if (int(GST_EVENT_TYPE(event)) == int(GST_NVEVENT_PAD_DELETED)) {
        gst_nvevent_parse_pad_deleted(event, &source);
        state.rates.forget(source);
      }
    }
  }
  if (!line.empty()) g_print("%s\n", line.c_str());
  return GST_PAD_PROBE_OK;
}

void on_handoff(GstElement*, GstBuffer* buffer, gpointer self) {
  g_signal_emit(self, handoff_signal, 0, buffer);
}

void on_last_message(GObject*, GParamSpec*, gpointer self) {
  g_object_notify(G_OBJECT(self), "last-message");
}

void changed(ThalwegProxyBin* base, guint id) {
  if (id != kShowFps) return;
  State& state = *as_logger(base)->state;
  const std::lock_guard lock(state.mutex);
  state.shows = base->properties->number(G_OBJECT(base), kShowFps) != 0;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED) {
    State& state = *as_logger(element)->state;
    const std::lock_guard lock(state.mutex);
    state.rates = {};
  }
  return GST_ELEMENT_CLASS(nvdslogger_parent_class)->change_state(element, change);
}

void constructed(GObject* object) {
  G_OBJECT_CLASS(nvdslogger_parent_class)->constructed(object);
  GstElement* inner = as_logger(object)->parent.inner;
  if (!inner) return;
  g_object_set(inner, "silent", TRUE, "signal-handoffs", TRUE, nullptr);
  GstPad* pad = gst_element_get_static_pad(inner, "src");
  gst_pad_add_probe(
      pad, GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      on_buffer_or_event, object, nullptr);
  gst_object_unref(pad);
  g_signal_connect(inner, "handoff", G_CALLBACK(on_handoff), object);
  g_signal_connect(inner, "notify::last-message", G_CALLBACK(on_last_message), object);
}

void finalize(GObject* object) {
  delete as_logger(object)->state;
  G_OBJECT_CLASS(nvdslogger_parent_class)->finalize(object);
}

}  // namespace

static void nvdslogger_init(GstNvDsLogger* self) { self->state = new State; }

static void nvdslogger_class_init(GstNvDsLoggerClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  klass->parent.changed = changed;
  object->constructed = constructed;
  object->finalize = finalize;
  GST_ELEMENT_CLASS(klass)->change_state = change_state;
  proxy_bin_class_setup(&klass->parent, "identity", "libgstreamer1.0-0", "ANY", kProperties);
  handoff_signal =
      g_signal_new("handoff", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, nullptr, nullptr,
                   nullptr, G_TYPE_NONE, 1, GST_TYPE_BUFFER | G_SIGNAL_TYPE_STATIC_SCOPE);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Frame rate logger", "Generic",
                                        "Prints the frames a second of each source", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvdslogger", GST_RANK_NONE, nvdslogger_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvdslogger, "Thalweg: frame rate logger",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
