#include "elements/display_sink.h"

#include <gst/video/video.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include "elements/display.h"
#include "elements/mjpeg_stream.h"
#include "elements/observed.h"
#include "elements/output.h"
#include "elements/system_buffer.h"
#include "surface/batch.h"
#include "surface/convert.h"

GST_DEBUG_CATEGORY_STATIC(display_sink_debug);
#define GST_CAT_DEFAULT display_sink_debug

namespace thalweg {

struct DisplaySinkState {
  explicit DisplaySinkState(std::span<const KeptProperty> table)
      : table(table), properties(kFirstProperty, table) {}

  static constexpr guint kFirstProperty = 1;
  std::span<const KeptProperty> table;
  KeptProperties properties;

  // From READY -> PAUSED to PAUSED -> READY.
  Display display;
  std::unique_ptr<MjpegStream> page;
  std::unique_ptr<Output> output;  // none: only time is kept
  std::string path;                // claimed
  GstVideoInfo info;
  GstCaps* caps = nullptr;  // for the output, without colours
  Colour colour;            // that the output was told
  bool nvmm = false, told_about_batch = false, told_colour = false, pushed = false;
  bool finished = false;
  GstClockTime first = GST_CLOCK_TIME_NONE, last = 0;
};

static void display_sink_init(ThalwegDisplaySink*) {}
static void display_sink_class_init(ThalwegDisplaySinkClass* klass);
G_DEFINE_ABSTRACT_TYPE(ThalwegDisplaySink, display_sink, GST_TYPE_VIDEO_SINK)

namespace {

#define FRAMES                                                                         \
  ", format={I420,NV12,RGBA}, width=[1,2147483647], height=[1,2147483647], framerate=" \
  "[0/1,2147483647/1]; "

/// What nvegltransform makes of memory:NVMM; the same memory.
constexpr char kEglFeature[] = "memory:EGLImage";

GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS(
        "video/x-raw(memory:NVMM)" FRAMES
        "video/x-raw(memory:EGLImage)" FRAMES GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));

ThalwegDisplaySink* as_sink(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, display_sink_get_type(), ThalwegDisplaySink);
}

const char* name_of(ThalwegDisplaySink* sink) {
  return GST_OBJECT_NAME(gst_element_get_factory(GST_ELEMENT(sink)));
}

auto find_property(std::span<const KeptProperty> table, const char* name) {
  return std::ranges::find_if(
      table, [&](const KeptProperty& one) { return g_strcmp0(one.name, name) == 0; });
}

/// A property of a number, or `otherwise` where the element has none of that name.
int number(ThalwegDisplaySink* sink, const char* name, int otherwise) {
  const auto& table = sink->state->table;
  const auto found = find_property(table, name);
  if (found == table.end()) return otherwise;
  const guint id = DisplaySinkState::kFirstProperty + guint(found - table.begin());
  return int(sink->state->properties.number(G_OBJECT(sink), id));
}

/// The tiles of a batch in one picture of a frame's size.
std::shared_ptr<const Picture> tiled(Batch& batch, int rows, int columns) {
  Frame& frame = batch.frame(0);
  auto canvas = Picture::allocate(frame.format(), frame.width(), frame.height(),
                                  frame.source().picture->pixels().colour);
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

void tell_hidden(ThalwegDisplaySink* sink, const std::string& why) {
  GST_ELEMENT_INFO(sink, RESOURCE, NOT_FOUND,
                   ("%s: frames are not shown: %s. THALWEG_DISPLAY=http:8080 shows them in a "
                    "web browser, file:out.mp4 writes them to a file.",
                    name_of(sink), why.c_str()),
                   (nullptr));
}

/// @throws std::runtime_error
std::unique_ptr<MjpegStream> open_page(const Display& display) {
  try {
    return std::make_unique<MjpegStream>(display.host, display.port);
  } catch (const std::exception& error) {
    throw std::runtime_error(
        "THALWEG_DISPLAY asks for a page, but " + std::string(error.what()) +
        "; \"http:0\" takes any free port on 127.0.0.1, \"http:0.0.0.0:8080\" one for other "
        "machines");
  }
}

/// Opens what THALWEG_DISPLAY asks for; false with an element error posted when it cannot.
bool open(ThalwegDisplaySink* sink) {
  auto* base = GST_BASE_SINK(sink);
  DisplaySinkState& state = *sink->state;
  try {
    state.display = parse_display(g_getenv("THALWEG_DISPLAY"));
    if (state.display.kind == Display::kFile) {
      state.path = claim_path(state.display.path);
      state.output = Output::file(state.path);
      gst_base_sink_set_sync(base, FALSE);
      gst_base_sink_set_qos_enabled(base, FALSE);
      gst_base_sink_set_max_lateness(base, -1);
      GST_INFO_OBJECT(sink, "writing to %s", state.path.c_str());
    } else if (state.display.kind == Display::kHttp) {
      state.page = open_page(state.display);
      state.output =
          Output::jpeg([page = state.page.get()](const std::string& jpeg) { page->publish(jpeg); });
      GST_ELEMENT_INFO(sink, RESOURCE, OPEN_WRITE,
                       ("%s: frames are shown at %s", name_of(sink), state.page->url().c_str()),
                       (nullptr));
    } else if (state.display.kind != Display::kNone) {
      std::string why_not;
      state.output = Output::window(number(sink, "force-aspect-ratio", TRUE), why_not);
      if (!state.output && state.display.kind == Display::kWindow)
        throw std::runtime_error("THALWEG_DISPLAY is \"window\", but " + why_not +
                                 "; use \"none\" or \"file:out.mp4\"");
      if (!state.output) tell_hidden(sink, why_not);
    }
  } catch (const std::exception& error) {
    if (!state.path.empty()) release_path(state.path);
    state.path.clear();
    state.page.reset();
    GST_ELEMENT_ERROR(sink, RESOURCE, SETTINGS, ("%s: %s.", name_of(sink), error.what()),
                      (nullptr));
    return false;
  }
  state.first = GST_CLOCK_TIME_NONE;
  state.last = 0;
  state.pushed = state.finished = state.told_about_batch = false;
  return true;
}

const char* what_fails(const DisplaySinkState& state) {
  return state.display.kind == Display::kFile ? "write" : "show";
}

bool finish(ThalwegDisplaySink* sink) {
  DisplaySinkState& state = *sink->state;
  if (state.display.kind != Display::kFile || !state.pushed || state.finished) return true;
  state.finished = true;
  try {
    state.output->finish();
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(
        sink, RESOURCE, WRITE,
        ("%s: cannot complete %s: %s.", name_of(sink), state.path.c_str(), error.what()),
        (nullptr));
    return false;
  }
  return true;
}

void close(ThalwegDisplaySink* sink) {
  DisplaySinkState& state = *sink->state;
  finish(sink);  // a pipeline that was stopped without EOS leaves a file that plays
  state.output.reset();
  state.page.reset();
  if (!state.path.empty()) release_path(state.path);
  state.path.clear();
  gst_clear_caps(&state.caps);
}

/// Not BaseSink's start and stop: those answer a failure with a second error message.
GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  auto* sink = as_sink(element);
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED && !open(sink)) return GST_STATE_CHANGE_FAILURE;
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(display_sink_parent_class)->change_state(element, change);
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (change == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_FAILURE))
    close(sink);
  return result;
}

gboolean set_caps(GstBaseSink* base, GstCaps* caps) {
  DisplaySinkState& state = *as_sink(base)->state;
  if (!gst_video_info_from_caps(&state.info, caps)) return FALSE;
  const GstCapsFeatures* features = gst_caps_get_features(caps, 0);
  state.nvmm = gst_caps_features_contains(features, kNvmmFeature) ||
               gst_caps_features_contains(features, kEglFeature);
  if (!state.output) return TRUE;
  GstCaps* plain = gst_caps_copy(caps);
  gst_caps_set_features(plain, 0, nullptr);
  gst_structure_remove_fields(gst_caps_get_structure(plain, 0), "batch-size",
                              "num-surfaces-per-frame", nullptr);
  gst_caps_take(&state.caps, plain);
  state.told_colour = false;
  if (!state.nvmm) state.output->set_caps(plain);
  return TRUE;
}

/// Caps of memory:NVMM may be silent about colours: the first picture tells them to the output.
/// Later ones of others, from another source, are converted to them.
std::shared_ptr<const Picture> in_told_colours(DisplaySinkState& state,
                                               std::shared_ptr<const Picture> picture) {
  const ConstPixels& pixels = picture->pixels();
  if (!state.told_colour) {
    state.told_colour = true;
    state.colour = pixels.colour;
    if (is_yuv(pixels.format)) {
      GstVideoColorimetry colorimetry{};
      constexpr GstVideoColorMatrix kMatrices[] = {GST_VIDEO_COLOR_MATRIX_BT601,
                                                   GST_VIDEO_COLOR_MATRIX_BT709,
                                                   GST_VIDEO_COLOR_MATRIX_BT2020};
      colorimetry.matrix = kMatrices[pixels.colour.matrix];
      colorimetry.range =
          pixels.colour.full_range ? GST_VIDEO_COLOR_RANGE_0_255 : GST_VIDEO_COLOR_RANGE_16_235;
      char* name = gst_video_colorimetry_to_string(&colorimetry);
      state.caps = gst_caps_make_writable(state.caps);
      gst_caps_set_simple(state.caps, "colorimetry", G_TYPE_STRING, name, nullptr);
      g_free(name);
    }
    state.output->set_caps(state.caps);
  }
  if (pixels.colour == state.colour) return picture;
  auto converted = Picture::allocate(pixels.format, pixels.width, pixels.height, state.colour);
  convert(pixels, converted->mutable_pixels(), Filter::kBilinear);
  return converted;
}

/// What is to be seen of a batch.
std::shared_ptr<const Picture> visible_picture(ThalwegDisplaySink* sink, Batch& batch) {
  DisplaySinkState& state = *sink->state;
  if (batch.size() == 0) throw std::runtime_error("the buffer holds a batch without frames");
  const int rows = number(sink, "rows", 1), columns = number(sink, "columns", 1);
  if (batch.size() > 1 && rows * columns > 1) return tiled(batch, rows, columns);
  if (batch.size() > 1 && !state.told_about_batch) {
    state.told_about_batch = true;
    const bool tiles = find_property(state.table, "rows") != state.table.end();
    GST_ELEMENT_WARNING(sink, STREAM, FORMAT,
                        ("%s: only the first of the %d frames of a batch is shown; %sput "
                         "nvmultistreamtiler before.",
                         name_of(sink), batch.size(), tiles ? "set rows and columns, or " : ""),
                        (nullptr));
  }
  return batch.frame(0).read_picture();
}

/// A buffer for the output; owned by the caller.
GstBuffer* visible_frame(ThalwegDisplaySink* sink, GstBuffer* buffer) {
  DisplaySinkState& state = *sink->state;
  if (!state.nvmm) return gst_buffer_copy(buffer);
  Batch* batch = batch_of(buffer);
  if (!batch) throw std::runtime_error(why_not_batch(buffer));
  return system_buffer(in_told_colours(state, visible_picture(sink, *batch)), buffer);
}

GstFlowReturn show(GstBaseSink* base, GstBuffer* buffer) {
  auto* sink = as_sink(base);
  DisplaySinkState& state = *sink->state;
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
    GST_ELEMENT_ERROR(
        sink, RESOURCE, WRITE,
        ("%s: cannot %s a frame: %s.", name_of(sink), what_fails(state), error.what()), (nullptr));
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

GstFlowReturn show_if_seen(GstBaseSink* base, GstBuffer* buffer) {
  DisplaySinkState& state = *as_sink(base)->state;
  if (state.page && !state.page->watched()) {
    state.page->forget();  // who comes later shall not see an old frame
    return GST_FLOW_OK;
  }
  return show(base, buffer);
}

GstFlowReturn render(GstBaseSink* base, GstBuffer* buffer) {
  FrameCounts& counts = frame_counts(base);
  counts.give(1);
  const GstClockTime begin = gst_util_get_timestamp();
  const GstFlowReturn result = show_if_seen(base, buffer);
  counts.spend(int64_t(gst_util_get_timestamp() - begin));
  return result;
}

/// A paused window shows its frame, and so does a page to those who come; in a file it must not be
/// twice.
GstFlowReturn preroll(GstBaseSink* base, GstBuffer* buffer) {
  return as_sink(base)->state->display.kind == Display::kFile ? GST_FLOW_OK : show(base, buffer);
}

gboolean event(GstBaseSink* base, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && !finish(as_sink(base))) {
    gst_event_unref(event);
    return FALSE;
  }
  return GST_BASE_SINK_CLASS(display_sink_parent_class)->event(base, event);
}

gboolean propose_allocation(GstBaseSink*, GstQuery* query) {
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

/// GstBaseSink's own counts, which its property of this name has, are among them.
void write_stats(GObject* object, GstStructure* stats) {
  auto* parent = G_OBJECT_CLASS(display_sink_parent_class);
  GParamSpec* spec = g_object_class_find_property(parent, "stats");
  GValue value = G_VALUE_INIT;
  g_value_init(&value, GST_TYPE_STRUCTURE);
  G_OBJECT_CLASS(g_type_class_peek(spec->owner_type))
      ->get_property(object, spec->param_id, &value, spec);
  const GstStructure* of_base = gst_value_get_structure(&value);
  gst_structure_set_value(stats, "dropped", gst_structure_get_value(of_base, "dropped"));
  for (const char* name : {"rendered", "average-rate"})
    gst_structure_set_value(stats, name, gst_structure_get_value(of_base, name));
  g_value_unset(&value);
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (!as_sink(object)->state->properties.set(object, id, value, GST_CAT_DEFAULT))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (!as_sink(object)->state->properties.get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void constructed(GObject* object) {
  G_OBJECT_CLASS(display_sink_parent_class)->constructed(object);
  as_sink(object)->state = new DisplaySinkState(
      G_TYPE_INSTANCE_GET_CLASS(object, display_sink_get_type(), ThalwegDisplaySinkClass)
          ->properties);
}

void finalize(GObject* object) {
  delete as_sink(object)->state;
  G_OBJECT_CLASS(display_sink_parent_class)->finalize(object);
}

}  // namespace

static void display_sink_class_init(ThalwegDisplaySinkClass* klass) {
  GST_DEBUG_CATEGORY_INIT(display_sink_debug, "thalweg-display", 0, "shows frames");
  auto* object = G_OBJECT_CLASS(klass);
  auto* base = GST_BASE_SINK_CLASS(klass);
  object->constructed = constructed;
  object->finalize = finalize;
  GST_ELEMENT_CLASS(klass)->change_state = change_state;
  base->set_caps = set_caps;
  base->render = render;
  base->preroll = preroll;
  base->event = event;
  base->propose_allocation = propose_allocation;
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(klass), &sink_template);
}

void display_sink_class_setup(ThalwegDisplaySinkClass* klass,
                              std::span<const KeptProperty> properties) {
  klass->properties = properties;
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  KeptProperties::install(object, DisplaySinkState::kFirstProperty, properties);
  observed_class_setup(object,
                       " without the wait for their time; late frames are dropped; what "
                       "GstBaseSink counts: rendered, average-rate",
                       write_stats);
}

}  // namespace thalweg
