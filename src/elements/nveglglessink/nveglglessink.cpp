// nveglglessink: shows frames in a window, writes them to a file, or only keeps them in time.
//
// A GstVideoSink, so that sync, qos, max-lateness, last-sample and the rest are GStreamer's own.
// render, preroll, set_caps and event run in the streaming thread, open and close in the one that
// changes states, before the first and after the last of them.
#include <gst/gst.h>
#include <gst/video/gstvideosink.h>
#include <gst/video/video.h>

#include <cmath>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include "elements/kept_properties.h"
#include "elements/nveglglessink/display.h"
#include "elements/nveglglessink/output.h"
#include "elements/system_buffer.h"
#include "surface/batch.h"
#include "surface/convert.h"

GST_DEBUG_CATEGORY_STATIC(nveglglessink_debug);
#define GST_CAT_DEFAULT nveglglessink_debug

namespace {

using namespace thalweg;

enum Property : guint { kPropForceAspectRatio = 1, kPropRows, kPropColumns, kFirstKept };

const KeptProperty kKept[] = {
    {"create-window", G_TYPE_BOOLEAN, "true", "Make a window"},
    {"window-x", G_TYPE_UINT, "10", "Left edge of the window"},
    {"window-y", G_TYPE_UINT, "10", "Top edge of the window"},
    {"window-width", G_TYPE_UINT, "0", "Width of the window, 0: the frame's"},
    {"window-height", G_TYPE_UINT, "0", "Height of the window, 0: the frame's"},
    {"profile", G_TYPE_INT, "0", "Print statistics"},
    {"winsys", G_TYPE_STRING, "x11", "Windowing system"},
    {"show-latency", G_TYPE_BOOLEAN, "false", "Show the latency"},
    {"gpu-id", G_TYPE_UINT, "0", "GPU to use"},
    {"bufapi-version", G_TYPE_BOOLEAN, "false", "Version of the buffer interface"},
};

struct SinkState {
  bool force_aspect_ratio = true;
  guint rows = 1, columns = 1;
  KeptProperties kept{kFirstKept, kKept};

  // From READY -> PAUSED to PAUSED -> READY.
  Display display;
  std::unique_ptr<Output> output;  ///< none: only time is kept
  std::string path;                ///< claimed
  GstVideoInfo info;
  bool nvmm = false, told_about_batch = false, pushed = false, finished = false;
  GstClockTime first = GST_CLOCK_TIME_NONE, last = 0;
};

/// The tiles of a batch in one picture of a frame's size.
std::shared_ptr<const Picture> tiled(Batch& batch, int rows, int columns) {
  Frame& frame = batch.frame(0);
  auto canvas = Picture::allocate(frame.format(), frame.width(), frame.height());
  const Pixels pixels = canvas->mutable_pixels();
  fill_black(pixels);
  const int width = frame.width() / columns & ~1, height = frame.height() / rows & ~1;
  for (int i = 0; i < std::min(batch.size(), rows * columns); ++i) {
    const ConstPixels from = batch.frame(i).read();
    convert(from, {0, 0, from.width, from.height}, pixels,
            {i % columns * width, i / columns * height, width, height}, Filter::kBilinear);
  }
  return canvas;
}

}  // namespace

/**
 * SECTION:element-nveglglessink
 *
 * Shows frames of memory:NVMM or system memory. The environment variable THALWEG_DISPLAY chooses
 * where: "window"; "none", which only waits for each frame's time; "file:out.mp4", which writes
 * every frame as H.264, as fast as they come (sync, qos and max-lateness are set off), and
 * completes the file at EOS or when the pipeline stops. Unset, it is a window where there is a
 * display, else none, with an INFO message that says so. A second sink of the process writes
 * "out-2.mp4". A batch of several frames is shown as rows x columns tiles; with 1 x 1, its first
 * frame.
 *
 * |[
 * THALWEG_DISPLAY=file:out.mp4 gst-launch-1.0 videotestsrc num-buffers=50 ! nveglglessink
 * ]|
 */
struct GstNvEglGlesSink {
  GstVideoSink parent;
  SinkState* state;
};
struct GstNvEglGlesSinkClass {
  GstVideoSinkClass parent;
};

GType gst_nv_egl_gles_sink_get_type();
G_DEFINE_TYPE(GstNvEglGlesSink, gst_nv_egl_gles_sink, GST_TYPE_VIDEO_SINK)

static SinkState& state_of(gpointer object) {
  return *static_cast<GstNvEglGlesSink*>(object)->state;
}

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("video/x-raw(memory:NVMM), format={I420,NV12,RGBA}, width=[1,2147483647], "
                    "height=[1,2147483647], framerate=[0/1,2147483647/1]; " GST_VIDEO_CAPS_MAKE(
                        GST_VIDEO_FORMATS_ALL)));

static void tell_hidden(GstNvEglGlesSink* sink, const std::string& why) {
  GST_ELEMENT_INFO(sink, RESOURCE, NOT_FOUND,
                   ("nveglglessink: frames are not shown: %s. THALWEG_DISPLAY=file:out.mp4 writes "
                    "them to a file.",
                    why.c_str()),
                   (nullptr));
}

/// Opens what THALWEG_DISPLAY asks for; false with an element error posted when it cannot.
static bool open(GstNvEglGlesSink* sink) {
  auto* base = GST_BASE_SINK(sink);
  SinkState& state = state_of(sink);
  try {
    state.display = parse_display(g_getenv("THALWEG_DISPLAY"));
    if (state.display.kind == Display::kFile) {
      state.path = claim_path(state.display.path);
      state.output = Output::file(state.path);
      gst_base_sink_set_sync(base, FALSE);
      gst_base_sink_set_qos_enabled(base, FALSE);
      gst_base_sink_set_max_lateness(base, -1);
      GST_INFO_OBJECT(sink, "writing to %s", state.path.c_str());
    } else if (state.display.kind != Display::kNone) {
      std::string why_not;
      state.output = Output::window(state.force_aspect_ratio, why_not);
      if (!state.output && state.display.kind == Display::kWindow)
        throw std::runtime_error("THALWEG_DISPLAY is \"window\", but " + why_not +
                                 "; use \"none\" or \"file:out.mp4\"");
      if (!state.output) tell_hidden(sink, why_not);
    }
  } catch (const std::exception& error) {
    if (!state.path.empty()) release_path(state.path);
    state.path.clear();
    GST_ELEMENT_ERROR(sink, RESOURCE, SETTINGS, ("nveglglessink: %s.", error.what()), (nullptr));
    return false;
  }
  state.first = GST_CLOCK_TIME_NONE;
  state.last = 0;
  state.pushed = state.finished = state.told_about_batch = false;
  return true;
}

static const char* what_fails(const SinkState& state) {
  return state.display.kind == Display::kFile ? "write" : "show";
}

static bool finish(GstNvEglGlesSink* sink) {
  SinkState& state = state_of(sink);
  if (state.display.kind != Display::kFile || !state.pushed || state.finished) return true;
  state.finished = true;
  try {
    state.output->finish();
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(sink, RESOURCE, WRITE,
                      ("nveglglessink: cannot complete %s: %s.", state.path.c_str(), error.what()),
                      (nullptr));
    return false;
  }
  return true;
}

static void close(GstNvEglGlesSink* sink) {
  SinkState& state = state_of(sink);
  finish(sink);  // a pipeline that was stopped without EOS leaves a file that plays
  state.output.reset();
  if (!state.path.empty()) release_path(state.path);
  state.path.clear();
}

/// Not BaseSink's start and stop: those answer a failure with a second error message.
static GstStateChangeReturn gst_nv_egl_gles_sink_change_state(GstElement* element,
                                                              GstStateChange change) {
  auto* sink = reinterpret_cast<GstNvEglGlesSink*>(element);
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED && !open(sink)) return GST_STATE_CHANGE_FAILURE;
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(gst_nv_egl_gles_sink_parent_class)->change_state(element, change);
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (change == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_FAILURE))
    close(sink);
  return result;
}

static gboolean gst_nv_egl_gles_sink_set_caps(GstBaseSink* base, GstCaps* caps) {
  SinkState& state = state_of(base);
  if (!gst_video_info_from_caps(&state.info, caps)) return FALSE;
  state.nvmm = gst_caps_features_contains(gst_caps_get_features(caps, 0), kNvmmFeature);
  if (!state.output) return TRUE;
  GstCaps* plain = gst_caps_copy(caps);
  gst_caps_set_features(plain, 0, nullptr);
  gst_structure_remove_fields(gst_caps_get_structure(plain, 0), "batch-size",
                              "num-surfaces-per-frame", nullptr);
  state.output->set_caps(plain);
  gst_caps_unref(plain);
  return TRUE;
}

/// What is to be seen of a buffer, in system memory; owned by the caller.
static GstBuffer* visible_frame(GstNvEglGlesSink* sink, GstBuffer* buffer) {
  SinkState& state = state_of(sink);
  if (!state.nvmm) return gst_buffer_copy(buffer);
  Batch* batch = batch_of(buffer);
  if (!batch) throw std::runtime_error(why_not_batch(buffer));
  if (batch->size() == 0) throw std::runtime_error("the buffer holds a batch without frames");
  GST_OBJECT_LOCK(sink);
  const int rows = int(state.rows), columns = int(state.columns);
  GST_OBJECT_UNLOCK(sink);
  if (batch->size() == 1) return system_buffer(batch->frame(0).read_picture(), buffer);
  if (rows * columns > 1) return system_buffer(tiled(*batch, rows, columns), buffer);
  if (!state.told_about_batch) {
    state.told_about_batch = true;
    GST_ELEMENT_WARNING(sink, STREAM, FORMAT,
                        ("nveglglessink: only the first of the %d frames of a batch is shown; set "
                         "rows and columns, or put nvmultistreamtiler before.",
                         batch->size()),
                        (nullptr));
  }
  return system_buffer(batch->frame(0).read_picture(), buffer);
}

static GstFlowReturn show(GstBaseSink* base, GstBuffer* buffer) {
  auto* sink = reinterpret_cast<GstNvEglGlesSink*>(base);
  SinkState& state = state_of(sink);
  if (!state.output) return GST_FLOW_OK;
  try {
    GstBuffer* frame = visible_frame(sink, buffer);
    // Times of the output begin at 0 and never run backwards, whatever segments and seeks do.
    const GstClockTime time =
        gst_segment_to_running_time(&base->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(frame));
    if (GST_CLOCK_TIME_IS_VALID(time)) {
      if (!GST_CLOCK_TIME_IS_VALID(state.first)) state.first = time;
      if (time >= state.first) state.last = std::max(state.last, time - state.first);
    }
    GST_BUFFER_PTS(frame) = state.last;
    GST_BUFFER_DTS(frame) = GST_CLOCK_TIME_NONE;
    state.pushed = true;
    state.output->push(frame);
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(sink, RESOURCE, WRITE,
                      ("nveglglessink: cannot %s a frame: %s.", what_fails(state), error.what()),
                      (nullptr));
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

/// A paused window shows its frame; in a file it must not be twice.
static GstFlowReturn gst_nv_egl_gles_sink_preroll(GstBaseSink* base, GstBuffer* buffer) {
  return state_of(base).display.kind == Display::kFile ? GST_FLOW_OK : show(base, buffer);
}

static gboolean gst_nv_egl_gles_sink_event(GstBaseSink* base, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS &&
      !finish(reinterpret_cast<GstNvEglGlesSink*>(base))) {
    gst_event_unref(event);
    return FALSE;
  }
  return GST_BASE_SINK_CLASS(gst_nv_egl_gles_sink_parent_class)->event(base, event);
}

static gboolean gst_nv_egl_gles_sink_propose_allocation(GstBaseSink*, GstQuery* query) {
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

static void gst_nv_egl_gles_sink_set_property(GObject* object, guint id, const GValue* value,
                                              GParamSpec* spec) {
  SinkState& state = state_of(object);
  if (state.kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  GST_OBJECT_LOCK(object);
  switch (id) {
    case kPropForceAspectRatio:
      state.force_aspect_ratio = g_value_get_boolean(value);
      break;
    case kPropRows:
      state.rows = g_value_get_uint(value);
      break;
    case kPropColumns:
      state.columns = g_value_get_uint(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(object);
}

static void gst_nv_egl_gles_sink_get_property(GObject* object, guint id, GValue* value,
                                              GParamSpec* spec) {
  SinkState& state = state_of(object);
  if (state.kept.get(object, id, value)) return;
  GST_OBJECT_LOCK(object);
  switch (id) {
    case kPropForceAspectRatio:
      g_value_set_boolean(value, state.force_aspect_ratio);
      break;
    case kPropRows:
      g_value_set_uint(value, state.rows);
      break;
    case kPropColumns:
      g_value_set_uint(value, state.columns);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(object);
}

static void gst_nv_egl_gles_sink_finalize(GObject* object) {
  delete static_cast<GstNvEglGlesSink*>(static_cast<gpointer>(object))->state;
  G_OBJECT_CLASS(gst_nv_egl_gles_sink_parent_class)->finalize(object);
}

static void gst_nv_egl_gles_sink_init(GstNvEglGlesSink* sink) { sink->state = new SinkState; }

static void gst_nv_egl_gles_sink_class_init(GstNvEglGlesSinkClass* klass) {
  GST_DEBUG_CATEGORY_INIT(nveglglessink_debug, "nveglglessink", 0, "shows frames");
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* base = GST_BASE_SINK_CLASS(klass);
  object->set_property = gst_nv_egl_gles_sink_set_property;
  object->get_property = gst_nv_egl_gles_sink_get_property;
  object->finalize = gst_nv_egl_gles_sink_finalize;
  element->change_state = gst_nv_egl_gles_sink_change_state;
  base->set_caps = gst_nv_egl_gles_sink_set_caps;
  base->render = show;
  base->preroll = gst_nv_egl_gles_sink_preroll;
  base->event = gst_nv_egl_gles_sink_event;
  base->propose_allocation = gst_nv_egl_gles_sink_propose_allocation;

  const auto flags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      object, kPropForceAspectRatio,
      g_param_spec_boolean("force-aspect-ratio", "force-aspect-ratio",
                           "Keep the frame's proportions in a window of others", TRUE, flags));
  g_object_class_install_property(
      object, kPropRows,
      g_param_spec_uint("rows", "rows", "Rows of tiles of a batch", 1, 64, 1, flags));
  g_object_class_install_property(
      object, kPropColumns,
      g_param_spec_uint("columns", "columns", "Columns of tiles of a batch", 1, 64, 1, flags));
  KeptProperties::install(object, kFirstKept, kKept);

  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_set_static_metadata(element, "Display of memory:NVMM", "Sink/Video",
                                        "Shows frames in a window, or writes them to a file",
                                        "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nveglglessink", GST_RANK_NONE,
                              gst_nv_egl_gles_sink_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nveglglessink, "Thalweg: display",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
