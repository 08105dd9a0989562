#include <gst/gst.h>

#include <algorithm>

#include "elements/hardware_enums.h"
#include "elements/nvstreammux/mux.h"

GST_DEBUG_CATEGORY(nvstreammux_debug);

// nvstreammux: frames of several sources in, batches with NvDsBatchMeta out.
//
// Each sink pad queues frames in its upstream's thread; one task on the src pad makes batches of
// them by the rules of Collector. Pixels are not touched: a frame of the batch refers to its
// input's picture and says which size it stands for.
//
//   gst-launch-1.0 nvstreammux name=m width=768 height=576 batch-size=1 ! fakesink
//     uridecodebin uri=file:///path/clip.mp4 ! m.sink_0
//
// Property 'stats' counts batches and, for each pad, frames in, out, late, flushed and queued; it
// tells when the first and the last batch went out (monotonic clock, ns; 0: none did). Batches
// count from READY. THALWEG_FRAMES=N in the environment ends each source after N frames, and so the
// pipeline.

namespace {

using namespace thalweg;

constexpr SettingProperty kSettings[] = {
    {.name = "batch-size",
     .meaning = "Frames in a batch; has to be set",
     .member = &Settings::batch_size,
     .maximum = 1024,
     .of_caps = true},
    {.name = "batched-push-timeout",
     .meaning = "How long to wait after a batch's first frame before it is pushed incomplete, in "
                "microseconds; -1: for ever",
     .member = &Settings::timeout_us,
     .minimum = -1},
    {.name = "width",
     .meaning = "Width of the output frames; has to be set",
     .member = &Settings::width,
     .maximum = G_MAXINT - 8,
     .of_caps = true},
    {.name = "height",
     .meaning = "Height of the output frames; has to be set",
     .member = &Settings::height,
     .maximum = G_MAXINT - 8,
     .of_caps = true},
    {.name = "enable-padding",
     .meaning = "Keep the aspect ratio when scaling, the rest of the frame is black",
     .member = &Settings::padding},
    {.name = "live-source",
     .meaning = "Sources are live: one frame of each in a batch, timestamps are the running time",
     .member = &Settings::live},
    {.name = "num-surfaces-per-frame",
     .meaning = "Surfaces in each input buffer",
     .member = &Settings::surfaces_per_frame,
     .minimum = 1,
     .maximum = 4},
    {.name = "attach-sys-ts",
     .meaning = "ntp_timestamp is the system time at which a frame reached the muxer; else the "
                "RTSP sender's time, where configure_source_for_ntp_sync was called",
     .member = &Settings::attach_sys_ts},
    {.name = "sync-inputs",
     .meaning = "Batch only frames of the same time; early ones wait, late ones are dropped and "
                "counted",
     .member = &Settings::sync_inputs},
    {.name = "max-latency",
     .meaning = "Extra time that live sources may take, in nanoseconds",
     .member = &Settings::max_latency_ns,
     .type = G_TYPE_UINT},
    {.name = "frame-num-reset-on-eos",
     .meaning = "Number a source's frames from 0 again after its end",
     .member = &Settings::reset_on_eos},
    {.name = "frame-num-reset-on-stream-reset",
     .meaning = "Number a source's frames from 0 again after a stream-reset event",
     .member = &Settings::reset_on_stream_reset},
    {.name = "drop-pipeline-eos",
     .meaning = "Do not end the pipeline when all sources have ended",
     .member = &Settings::drop_pipeline_eos},
    {.name = "sort-batch",
     .meaning = "Order the frames of a batch by source",
     .member = &Settings::sort_batch},
    {.name = "deferred-scaling",
     .meaning = "Scale a frame when its pixels are first asked for; false: in the muxer",
     .member = &Settings::deferred_scaling},
};

constexpr guint kStats = std::size(kSettings) + 1, kFirstKept = kStats + 1;

const KeptProperty kKept[] = {
    {.name = "gpu-id", .type = G_TYPE_UINT, .value = "0", .meaning = "CUDA device"},
    {.name = "buffer-pool-size",
     .type = G_TYPE_UINT,
     .value = "4",
     .meaning = "Number of output batches in the pool",
     .minimum = 4,
     .maximum = 1024},
    {.name = "nvbuf-memory-type",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "Memory type of the output pool",
     .enum_values = kMemoryTypes,
     .enum_name = "GstNvBufMemoryType"},
    {.name = "compute-hw",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "Engine for scaling",
     .enum_values = kComputeHardware,
     .enum_name = "GstNvComputeHWType"},
    {.name = "interpolation-method",
     .type = G_TYPE_ENUM,
     .value = "1",
     .meaning = "Filter for scaling",
     .enum_values = kInterpolations,
     .enum_name = "GstNvInterpolationMethod"},
    {.name = "async-process",
     .type = G_TYPE_BOOLEAN,
     .value = "true",
     .meaning = "Run conversions asynchronously"},
    {.name = "align-inputs",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Align the inputs"},
    {.name = "frame-duration",
     .type = G_TYPE_UINT64,
     .value = "18446744073709551615",
     .meaning = "Frame duration in ms for NTP timestamps"},
    {.name = "extract-sei-type5-data",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Copy SEI user data to the frame"},
    {.name = "extract-sei-sim-time",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Take simulated time from SEI"},
    {.name = "cache-buffer",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Repeat a source's last frame when it has none"},
    {.name = "cache-buffer-timeout",
     .type = G_TYPE_INT,
     .value = "-1",
     .meaning = "How long a frame may be repeated, in us",
     .minimum = -1},
    {.name = "align-first-buffer",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Align the first frames of all sources"},
    {.name = "sync-inputs-ntp",
     .type = G_TYPE_INT,
     .value = "0",
     .meaning = "Tolerance of synchronising on NTP time, in us",
     .minimum = 0},
    {.name = "failsafe-flush-count",
     .type = G_TYPE_UINT,
     .value = "4",
     .meaning = "Rounds that a pad may hold frames back while aligning"},
    {.name = "drop-backward-sei",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Ignore SEI that goes back in time"},
};
}  // namespace

struct GstNvStreamMux {
  GstElement parent;
  MuxState* state;
};
struct GstNvStreamMuxClass {
  GstElementClass parent_class;
};

static GType nvstreammux_get_type();
G_DEFINE_TYPE(GstNvStreamMux, nvstreammux, GST_TYPE_ELEMENT)

namespace thalweg {

MuxState& state_of(void* object) {
  return *G_TYPE_CHECK_INSTANCE_CAST(object, nvstreammux_get_type(), GstNvStreamMux)->state;
}

PadState& pad_state(GstPad* pad) {
  return *static_cast<PadState*>(gst_pad_get_element_private(pad));
}

void handed_over() {
  static std::atomic<unsigned> count{0};
  count.fetch_add(1, std::memory_order_acq_rel);
}

MuxState::MuxState(GstElement* element, guint first_kept, std::span<const KeptProperty> kept_table)
    : mux(element), collector([this] { return running_time(); }), kept(first_kept, kept_table) {}

/// Running time of now; none while there is no clock.
GstClockTime MuxState::running_time() const {
  GstClock* clock = gst_element_get_clock(mux);
  const GstClockTime base = gst_element_get_base_time(mux);
  if (!clock) return GST_CLOCK_TIME_NONE;
  const GstClockTime now = gst_clock_get_time(clock);
  gst_object_unref(clock);
  GST_OBJECT_LOCK(mux);
  const bool playing = GST_STATE(mux) == GST_STATE_PLAYING;
  GST_OBJECT_UNLOCK(mux);
  return playing && now >= base ? now - base : GST_CLOCK_TIME_NONE;
}

void MuxState::configure_collector() {
  std::lock_guard lock(mutex);
  Collector::Settings wanted;
  wanted.rules.batch_size = std::max(settings.batch_size, 1u);
  if (settings.timeout_us >= 0)
    wanted.rules.timeout = std::chrono::microseconds(settings.timeout_us);
  if (settings.live || settings.sync_inputs) wanted.rules.most_of_one = 1;
  wanted.sync = settings.sync_inputs;
  if (settings.timeout_us >= 0) {
    wanted.window = wanted.rules.timeout;
    if (fps_n > 0) wanted.window = std::min(wanted.window, Nanoseconds(GST_SECOND * fps_d / fps_n));
    wanted.window += Nanoseconds(settings.max_latency_ns);
  }
  wanted.reset_frame_number_on_eos = settings.reset_on_eos;
  wanted.reset_frame_number_on_stream_reset = settings.reset_on_stream_reset;
  collector.configure(wanted);
}

GstStructure* MuxState::stats() {
  GstStructure* stats = gst_structure_new(
      "nvstreammux-stats", "batches", G_TYPE_UINT64, uint64_t(batches), "incomplete-batches",
      G_TYPE_UINT64, uint64_t(incomplete), "frames", G_TYPE_UINT64, uint64_t(frames),
      "first-batch-ns", G_TYPE_INT64, int64_t(first_batch_ns), "last-batch-ns", G_TYPE_INT64,
      int64_t(last_batch_ns), nullptr);
  for_each_sink_pad(mux, [&](GstPad* pad) {
    const InputCounts counts = collector.counts(*pad_state(pad).input);
    GstStructure* of_pad = gst_structure_new(
        "pad", "in", G_TYPE_UINT64, counts.in, "out", G_TYPE_UINT64, counts.out, "late",
        G_TYPE_UINT64, counts.late, "flushed", G_TYPE_UINT64, counts.flushed, "blocked",
        G_TYPE_UINT64, counts.blocked, "queued", G_TYPE_UINT, counts.queued, "queued-bytes",
        G_TYPE_UINT64, uint64_t(counts.queued_bytes), nullptr);
    gst_structure_set(stats, GST_OBJECT_NAME(pad), GST_TYPE_STRUCTURE, of_pad, nullptr);
    gst_structure_free(of_pad);
  });
  return stats;
}
}  // namespace thalweg

namespace {

#define NVMM_CAPS "video/x-raw(memory:NVMM), format=(string){ NV12, RGBA, I420 }"
GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS(NVMM_CAPS));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(NVMM_CAPS));

/// Posts an error and returns false if what has to be set is not.
bool check_settings(GstElement* element, const Settings& settings) {
  const char* name = GST_OBJECT_NAME(element);
  if (settings.width == 0 || settings.height == 0) {
    GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                      ("%s needs the size of its output: width is %u and height is %u. Set both, "
                       "for example width=1920 height=1080.",
                       name, settings.width, settings.height),
                      (nullptr));
    return false;
  }
  if (settings.batch_size == 0) {
    GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                      ("%s needs a batch size: batch-size is 0. Set it to the number of sources, "
                       "for example batch-size=1.",
                       name),
                      (nullptr));
    return false;
  }
  if (settings.surfaces_per_frame != 1) {
    GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                      ("%s expected num-surfaces-per-frame=1 but got %u: several surfaces a frame "
                       "come from nvdewarper, which is not there. Leave the property alone.",
                       name, settings.surfaces_per_frame),
                      (nullptr));
    return false;
  }
  const auto round_warning = [&](const char* what, guint value, guint rounded, guint multiple) {
    if (value != rounded)
      GST_ELEMENT_WARNING(element, LIBRARY, SETTINGS,
                          ("%s: %s %u is rounded up to %u, a multiple of %u.", name, what, value,
                           rounded, multiple),
                          (nullptr));
  };
  round_warning("width", settings.width, settings.out_width(), Settings::kWidthMultiple);
  round_warning("height", settings.height, settings.out_height(), Settings::kHeightMultiple);
  return true;
}

/// Reads THALWEG_FRAMES. Posts an error and returns false if it is no number.
bool read_most_frames(GstElement* element, uint64_t& most) {
  most = 0;
  const char* text = g_getenv("THALWEG_FRAMES");
  if (!text || !*text) return true;
  if (g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, &most, nullptr)) return true;
  GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                    ("%s: THALWEG_FRAMES is \"%s\"; expected a whole number of at least 1, after "
                     "which each source ends. Correct or unset it.",
                     GST_OBJECT_NAME(element), text),
                    (nullptr));
  return false;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  MuxState& state = state_of(element);
  if (transition == GST_STATE_CHANGE_NULL_TO_READY &&
      (!check_settings(element, state.current()) || !read_most_frames(element, state.most_frames)))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    state.batches = state.incomplete = state.frames = 0;
    state.first_batch_ns = state.last_batch_ns = 0;
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    for_each_sink_pad(element, [](GstPad* pad) {
      pad_state(pad).taken = 0;
      pad_state(pad).cut = false;
    });
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(nvstreammux_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    std::lock_guard lock(state.mutex);
    state.format.clear();
    state.fps_n = 30, state.fps_d = 1;
  }
  return result;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  MuxState& state = state_of(object);
  if (state.kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  const SettingProperty* property = find_setting(kSettings, id);
  if (!property) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    return;
  }
  {
    std::lock_guard lock(state.mutex);
    set_setting(state.settings, *property, value);
    if (property->of_caps) state.renegotiate = true;
  }
  state.configure_collector();
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  MuxState& state = state_of(object);
  if (state.kept.get(object, id, value)) return;
  if (const SettingProperty* property = find_setting(kSettings, id))
    get_setting(state.current(), *property, value);
  else if (id == kStats)
    g_value_take_boxed(value, state.stats());
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void finalize(GObject* object) {
  handed_over();
  delete &state_of(object);
  G_OBJECT_CLASS(nvstreammux_parent_class)->finalize(object);
}

}  // namespace

static void nvstreammux_init(GstNvStreamMux* self) {
  self->state = new MuxState(GST_ELEMENT(self), kFirstKept, kKept);
  self->state->src = new_src_pad(&src_template);
  gst_element_add_pad(GST_ELEMENT(self), self->state->src);
}

static void nvstreammux_class_init(GstNvStreamMuxClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  element->request_new_pad = request_sink_pad;
  element->release_pad = release_sink_pad;
  install_settings(object, kSettings, Settings{});
  g_object_class_install_property(
      object, kStats,
      g_param_spec_boxed("stats", "stats",
                         "Counts of batches and frames, and for each pad of frames in, out, late, "
                         "flushed, queued and of waits for room (blocked)",
                         GST_TYPE_STRUCTURE,
                         GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
  KeptProperties::install(object, kFirstKept, kKept);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Stream muxer", "Generic/Muxer/Video",
                                        "Makes batches of the frames of several sources",
                                        "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvstreammux_debug, "nvstreammux", 0, "Stream muxer");
  return gst_element_register(plugin, "nvstreammux", GST_RANK_PRIMARY, nvstreammux_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvstreammux, "Batches of several sources",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
