#include <gst/gst.h>

#include <algorithm>
#include <optional>
#include <string>

#include "elements/nvstreammux/mux.h"
#include "elements/observed.h"

GST_DEBUG_CATEGORY(nvstreammux_debug);

// nvstreammux: frames of several sources in, batches with NvDsBatchMeta out.
//
// Each sink pad queues frames in its upstream's thread; one task on the src pad makes batches of
// them by the rules of Batching. Pixels are not touched: a frame of the batch refers to its
// input's picture and says which size it stands for.
//
// USE_NEW_NVSTREAMMUX=yes in the environment, when the plugin is loaded, gives the newer form: each
// frame keeps its size, a batch may mix sizes, and a configuration file rules batching (see
// mux_config.h). Its batches follow the number of sources; those of the legacy form do where
// NVSTREAMMUX_ADAPTIVE_BATCHING=yes.
//
// Where a source's queue is full, upstream waits; but if upstream is live, which its answer to a
// latency query says, the oldest frame is skipped, so that the newest are kept.
//
//   gst-launch-1.0 nvstreammux name=m width=768 height=576 batch-size=1 ! fakesink
//     uridecodebin uri=file:///path/clip.mp4 ! m.sink_0
//
// Property 'stats' counts batches and, for each pad, frames in, out, late, skipped, flushed,
// queued and repeated; it tells when the first and the last batch went out (monotonic clock, ns; 0:
// none did). Batches count from READY. THALWEG_FRAMES=N in the environment ends each source after N
// frames, and so the pipeline.

using namespace thalweg;

struct GstNvStreamMux {
  GstElement parent;
  MuxState* state;
};
struct GstNvStreamMuxClass {
  GstElementClass parent_class;
};

using GstNvStreamMuxNew = GstNvStreamMux;
using GstNvStreamMuxNewClass = GstNvStreamMuxClass;

static GType nvstreammux_get_type();
static GType nvstreammux_new_get_type();
G_DEFINE_TYPE(GstNvStreamMux, nvstreammux, GST_TYPE_ELEMENT)
G_DEFINE_TYPE(GstNvStreamMuxNew, nvstreammux_new, GST_TYPE_ELEMENT)

namespace thalweg {

MuxState& state_of(void* object) {
  return *static_cast<GstNvStreamMux*>(object)->state;  // of either type
}

PadState& pad_state(GstPad* pad) {
  return *static_cast<PadState*>(gst_pad_get_element_private(pad));
}

void handed_over() {
  static std::atomic<unsigned> count{0};
  count.fetch_add(1, std::memory_order_acq_rel);
}

MuxState::MuxState(GstElement* element, const Form& its_form)
    : mux(element),
      form(its_form),
      collector([this] { return running_time(); }),
      kept(form.stats_id() + 1, form.kept),
      settings(form.defaults) {}

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

bool MuxState::adapts() const {
  return form.newer ? !config || config->adaptive_batching : adaptive;
}

guint MuxState::most_in_batch() const {
  const guint size = settings.batch_size == 0 && config ? config->batch_size : settings.batch_size;
  return adapts() ? std::max(size, collector.size()) : size;
}

BatchRules MuxState::rules() const {
  BatchRules rules;
  if (config)
    rules = config->rules();
  else if (settings.timeout_us >= 0)
    rules.timeout = std::chrono::microseconds(settings.timeout_us);
  if (settings.batch_size > 0) rules.batch_size = settings.batch_size;
  rules.adaptive = adapts();
  if (!config &&
      (form.newer || settings.live || settings.sync_inputs || settings.ntp_tolerance_ns > 0))
    rules.most_of_one = 1;
  return rules;
}

GstClockTime MuxState::own_latency() const {
  const Nanoseconds timeout = rules().timeout;
  return (timeout == kForEver ? 0 : GstClockTime(timeout.count())) + settings.max_latency_ns;
}

void MuxState::configure_collector() {
  std::lock_guard lock(mutex);
  Collector::Settings wanted;
  wanted.rules = rules();
  wanted.sync = settings.sync_inputs;
  wanted.window = wanted.rules.timeout;
  constexpr guint64 kLongest = GST_SECOND * 3600 * 24 * 365;
  if (wanted.window != kForEver) {
    if (!form.newer && fps_n > 0)
      wanted.window = std::min(wanted.window, Nanoseconds(GST_SECOND * fps_d / fps_n));
    wanted.window += Nanoseconds(std::min<guint64>(settings.max_latency_ns, kLongest)) +
                     Nanoseconds(upstream_latency);
  }
  wanted.reset_frame_number_on_eos = settings.reset_on_eos;
  wanted.reset_frame_number_on_stream_reset = settings.reset_on_stream_reset;
  wanted.align = settings.align_inputs;
  wanted.align_first = settings.align_first;
  wanted.ntp_tolerance_ns = settings.ntp_tolerance_ns;
  wanted.most_left_out = settings.most_left_out;
  wanted.repeat = settings.cache;
  if (settings.cache_timeout_us >= 0)
    wanted.repeat_for = std::chrono::microseconds(settings.cache_timeout_us);
  collector.configure(wanted);
}

GstStructure* MuxState::stats() {
  const InputCounts all = collector.totals();
  GstStructure* stats = gst_structure_new(
      "nvstreammux-stats", "in", G_TYPE_UINT64, all.in, "out", G_TYPE_UINT64, all.out, "dropped",
      G_TYPE_UINT64, all.late + all.skipped + all.flushed, "buffers", G_TYPE_UINT64,
      uint64_t(batches), "time-ns", G_TYPE_UINT64, uint64_t(inside_ns), "skipped", G_TYPE_UINT64,
      all.skipped, "incomplete-batches", G_TYPE_UINT64, uint64_t(incomplete), "first-batch-ns",
      G_TYPE_INT64, int64_t(first_batch_ns), "last-batch-ns", G_TYPE_INT64, int64_t(last_batch_ns),
      nullptr);
  for_each_sink_pad(mux, [&](GstPad* pad) {
    const InputCounts counts = collector.counts(*pad_state(pad).input);
    GstStructure* of_pad = gst_structure_new(
        "pad", "in", G_TYPE_UINT64, counts.in, "out", G_TYPE_UINT64, counts.out, "late",
        G_TYPE_UINT64, counts.late, "skipped", G_TYPE_UINT64, counts.skipped, "flushed",
        G_TYPE_UINT64, counts.flushed, "blocked", G_TYPE_UINT64, counts.blocked, "repeated",
        G_TYPE_UINT64, counts.repeated, "queued", G_TYPE_UINT, counts.queued, "queued-bytes",
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
bool check_settings(GstElement* element, MuxState& state) {
  const char* name = GST_OBJECT_NAME(element);
  const Settings settings = state.current();
  if (!state.form.newer && (settings.width == 0 || settings.height == 0)) {
    GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                      ("%s needs the size of its output: width is %u and height is %u. Set both, "
                       "for example width=1920 height=1080.",
                       name, settings.width, settings.height),
                      (nullptr));
    return false;
  }
  if (settings.batch_size == 0 && settings.config_file.empty()) {
    GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                      ("%s needs a batch size: batch-size is 0. Set it to the number of sources, "
                       "for example batch-size=1.",
                       name),
                      (nullptr));
    return false;
  }
  if (settings.surfaces_per_frame > 1) {
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

/// Reads the configuration file, where one is set. The former rules stay when it cannot be read;
/// then `problem` says why.
bool load_config(MuxState& state, std::string& problem) {
  const std::string path = state.current().config_file;
  std::optional<MuxConfig> config;
  std::vector<std::string> warnings;
  try {
    if (!path.empty()) config = load_mux_config(path, warnings);
  } catch (const std::exception& error) {
    problem = error.what();
    return false;
  }
  for (const std::string& warning : warnings)
    GST_ELEMENT_WARNING(state.mux, LIBRARY, SETTINGS, ("%s", warning.c_str()), (nullptr));
  {
    std::lock_guard lock(state.mutex);
    state.config = std::move(config);
    state.renegotiate = true;
  }
  state.configure_collector();
  return true;
}

/// Reads all that has to be there in READY. Posts an error and returns false if something is wrong.
bool prepare(MuxState& state) {
  if (!check_settings(state.mux, state) || !read_most_frames(state.mux, state.most_frames))
    return false;
  std::string problem;
  if (!load_config(state, problem)) {
    GST_ELEMENT_ERROR(state.mux, LIBRARY, SETTINGS, ("%s", problem.c_str()), (nullptr));
    return false;
  }
  std::lock_guard lock(state.mutex);
  state.adaptive = g_strcmp0(g_getenv("NVSTREAMMUX_ADAPTIVE_BATCHING"), "yes") == 0;
  return true;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  MuxState& state = state_of(element);
  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !prepare(state))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    for_each_sink_pad(element, [](GstPad* pad) {
      pad_state(pad).taken = 0;
      pad_state(pad).cut = false;
    });
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(g_type_class_peek(GST_TYPE_ELEMENT))->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    std::lock_guard lock(state.mutex);
    state.format.clear();
    state.live = false;
    state.upstream_latency = 0;
    state.fps_n = 30, state.fps_d = 1;
  }
  return result;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  MuxState& state = state_of(object);
  if (state.kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  const SettingProperty* property = find_setting(state.form.settings, id);
  if (!property) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    return;
  }
  bool new_file = false;
  {
    std::lock_guard lock(state.mutex);
    const std::string file = state.settings.config_file;
    set_setting(state.settings, *property, value);
    if (property->of_caps) state.renegotiate = true;
    new_file = state.settings.config_file != file && GST_STATE(object) >= GST_STATE_READY;
  }
  state.configure_collector();
  std::string problem;
  if (new_file && !load_config(state, problem))
    GST_ELEMENT_WARNING(state.mux, LIBRARY, SETTINGS,
                        ("%s The rules that were in use stay.", problem.c_str()), (nullptr));
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  MuxState& state = state_of(object);
  if (state.kept.get(object, id, value)) return;
  if (const SettingProperty* property = find_setting(state.form.settings, id))
    get_setting(state.current(), *property, value);
  else if (id == state.form.stats_id())
    g_value_take_boxed(value, state.stats());
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void finalize(GObject* object) {
  handed_over();
  delete &state_of(object);
  G_OBJECT_CLASS(g_type_class_peek(GST_TYPE_ELEMENT))->finalize(object);
}

void init(GstNvStreamMux* self, const Form& form) {
  self->state = new MuxState(GST_ELEMENT(self), form);
  self->state->src = new_src_pad(&src_template);
  gst_element_add_pad(GST_ELEMENT(self), self->state->src);
}

void init_class(GstNvStreamMuxClass* klass, const Form& form) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  element->request_new_pad = request_sink_pad;
  element->release_pad = release_sink_pad;
  install_settings(object, form.settings, form.defaults);
  g_object_class_install_property(
      object, form.stats_id(),
      g_param_spec_boxed(
          "stats", "stats",
          "Counts of frames in, out and dropped, of batches (buffers) and of the time "
          "from a batch's first frame to its leaving, and for each pad of frames in, "
          "out, late, skipped, flushed, queued, repeated and of waits for room (blocked)",
          GST_TYPE_STRUCTURE, GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
  KeptProperties::install(object, form.stats_id() + 1, form.kept);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Stream muxer", "Generic/Muxer/Video",
                                        "Makes batches of the frames of several sources",
                                        "Thalweg");
  observed_errors(object);
}

}  // namespace

static void nvstreammux_init(GstNvStreamMux* self) { init(self, kLegacy); }
static void nvstreammux_class_init(GstNvStreamMuxClass* klass) { init_class(klass, kLegacy); }

static void nvstreammux_new_init(GstNvStreamMux* self) { init(self, kNewer); }
static void nvstreammux_new_class_init(GstNvStreamMuxClass* klass) {
  init_class(klass, kNewer);
  g_signal_new("dropped", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr,
               G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvstreammux_debug, "nvstreammux", 0, "Stream muxer");
  // Both are known to GObject: a program may register the other one under a name of its own.
  const GType legacy = nvstreammux_get_type(), newer = nvstreammux_new_get_type();
  const bool use_newer = g_strcmp0(g_getenv("USE_NEW_NVSTREAMMUX"), "yes") == 0;
  return gst_element_register(plugin, "nvstreammux", GST_RANK_PRIMARY, use_newer ? newer : legacy);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvstreammux, "Batches of several sources",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
