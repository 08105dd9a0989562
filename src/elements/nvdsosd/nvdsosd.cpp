// nvdsosd: draws what the metadata describes.
//
// Every property and pad function runs where GStreamer runs it: properties in any thread, the
// transform in the streaming thread. Properties are read under the object lock, once a buffer.
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#include <charconv>
#include <ctime>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "draw/painter.h"
#include "elements/batch_meta.h"
#include "elements/kept_properties.h"
#include "elements/observed.h"
#include "gstnvdsmeta.h"
#include "surface/batch.h"

GST_DEBUG_CATEGORY_STATIC(nvdsosd_debug);
#define GST_CAT_DEFAULT nvdsosd_debug

namespace {

using thalweg::KeptProperties;
using thalweg::KeptProperty;
using thalweg::MetaLock;
using thalweg::Painter;

enum BlurKind : guint { kNoBlur, kBlurBox, kBlurMask };

struct GieClass {
  int gie, class_id;
};

struct Settings {
  bool display_clock = false, display_text = true, display_bbox = true, display_mask = false;
  std::string clock_font = "Serif";
  guint clock_font_size = 12, clock_x = 0, clock_y = 0, clock_color = 0xffffffff;
  guint blur = kNoBlur;
  std::optional<std::string> blur_classes;
  std::vector<GieClass> blurred;  ///< of blur_classes; all objects when that is not set
};

/// "1,0;1,2" as pairs; nothing when it is none.
std::optional<std::vector<GieClass>> parse_pairs(std::string_view text) {
  std::vector<GieClass> pairs;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    GieClass value{};
    const char* end = pair.data() + pair.size();
    const auto first = std::from_chars(pair.data(), end, value.gie);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != ',') return {};
    const auto second = std::from_chars(first.ptr + 1, end, value.class_id);
    if (second.ec != std::errc() || second.ptr != end) return {};
    pairs.push_back(value);
  }
  return pairs;
}

NvOSD_ColorParams color_of(guint rgba) {
  const auto part = [rgba](int shift) { return double((rgba >> shift) & 0xff) / 255; };
  return {part(24), part(16), part(8), part(0)};
}

/// Calls `function` with every element of a metadata list.
template <class Meta, class Function>
void for_each(NvDsMetaList* list, Function function) {
  for (; list; list = list->next) function(*static_cast<Meta*>(list->data));
}

/// Whether anything of the frame's metadata asks for drawing (an entry that nobody filled may).
bool has_drawing(const NvDsFrameMeta& frame, const Settings& settings) {
  if (settings.display_clock) return true;
  bool found = false;
  for_each<NvDsObjectMeta>(frame.obj_meta_list, [&](const NvDsObjectMeta& object) {
    const NvOSD_RectParams& rect = object.rect_params;
    found |= settings.display_bbox && (rect.border_width > 0 || rect.has_bg_color);
    found |= settings.display_mask && object.mask_params.data;
    found |= settings.display_text && object.text_params.display_text;
    found |= settings.blur != kNoBlur;
  });
  for_each<NvDsDisplayMeta>(frame.display_meta_list, [&](const NvDsDisplayMeta& display) {
    found |= display.num_rects || display.num_lines || display.num_arrows || display.num_circles;
    found |= settings.display_text && display.num_labels;
  });
  return found;
}

void draw_clock(Painter& painter, const Settings& settings) {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char words[64];
  std::snprintf(words, sizeof words, "%d-%d-%d %02d:%02d:%02d", local.tm_year + 1900,
                local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
  std::string font = settings.clock_font;
  NvOSD_TextParams text{};
  text.display_text = words;
  text.x_offset = settings.clock_x;
  text.y_offset = settings.clock_y;
  text.font_params = {font.data(), settings.clock_font_size ? settings.clock_font_size : 12,
                      color_of(settings.clock_color)};
  painter.text(text);
}

/// Everything of one frame, in the order that programs know: boxes of objects, boxes of display
/// metas, masks, text, lines, arrows, circles, blur.
void draw(Painter& painter, const NvDsFrameMeta& frame, const Settings& settings) {
  NvDsMetaList *objects = frame.obj_meta_list, *displays = frame.display_meta_list;
  using Object = NvDsObjectMeta;
  using Display = NvDsDisplayMeta;
  const auto count = [](guint number) {
    return std::min(number, guint(MAX_ELEMENTS_IN_DISPLAY_META));
  };

  if (settings.display_bbox)
    for_each<Object>(objects, [&](Object& object) { painter.rectangle(object.rect_params); });
  for_each<Display>(displays, [&](Display& display) {
    for (guint i = 0; i < count(display.num_rects); ++i) painter.rectangle(display.rect_params[i]);
  });
  if (settings.display_mask) {
    for_each<Object>(objects,
                     [&](Object& object) { painter.mask(object.rect_params, object.mask_params); });
  }
  if (settings.display_text) {
    for_each<Object>(objects, [&](Object& object) { painter.text(object.text_params); });
    for_each<Display>(displays, [&](Display& display) {
      for (guint i = 0; i < count(display.num_labels); ++i) painter.text(display.text_params[i]);
    });
  }
  if (settings.display_clock) draw_clock(painter, settings);
  for_each<Display>(displays, [&](Display& display) {
    for (guint i = 0; i < count(display.num_lines); ++i) painter.line(display.line_params[i]);
  });
  for_each<Display>(displays, [&](Display& display) {
    for (guint i = 0; i < count(display.num_arrows); ++i) painter.arrow(display.arrow_params[i]);
  });
  for_each<Display>(displays, [&](Display& display) {
    for (guint i = 0; i < count(display.num_circles); ++i) painter.circle(display.circle_params[i]);
  });
  if (settings.blur == kNoBlur) return;
  for_each<Object>(objects, [&](Object& object) {
    bool wanted = !settings.blur_classes;
    for (const GieClass& pair : settings.blurred)
      wanted |= pair.gie == object.unique_component_id && pair.class_id == object.class_id;
    if (wanted)
      painter.blur(object.rect_params, settings.blur == kBlurMask ? &object.mask_params : nullptr);
  });
}

enum {
  PROP_0,
  PROP_DISPLAY_CLOCK,
  PROP_DISPLAY_TEXT,
  PROP_DISPLAY_BBOX,
  PROP_DISPLAY_MASK,
  PROP_CLOCK_FONT,
  PROP_CLOCK_FONT_SIZE,
  PROP_X_CLOCK_OFFSET,
  PROP_Y_CLOCK_OFFSET,
  PROP_CLOCK_COLOR,
  PROP_BLUR_CLASSES,
  PROP_BLUR_BBOX,
  PROP_KEPT,
};

constexpr GEnumValue kModes[] = {{0, "CPU_MODE", "MODE_CPU"},
                                 {1, "GPU_MODE", "MODE_GPU"},
                                 {2, "Invalid mode. Falls back to GPU", "MODE_NONE"},
                                 {0, nullptr, nullptr}};
const KeptProperty kKept[] = {
    {"process-mode", G_TYPE_ENUM, "1", "Drawing engine; every mode draws on the CPU, in any format",
     kModes, "GstNvDsOsdMode"},
    {"gpu-id", G_TYPE_UINT, "0", "GPU to use"},
    {"hw-blend-color-attr", G_TYPE_STRING, nullptr, "Colours of classes for hardware blending"},
};

struct NvDsOsdState {
  Settings settings;
  KeptProperties kept{PROP_KEPT, kKept};
};

}  // namespace

/**
 * SECTION:element-nvdsosd
 *
 * Draws boxes, text, masks, lines, arrows and circles that the metadata of a batch describes, and
 * the clock, straight on I420, NV12 or RGBA. The metadata of each frame is drawn on that frame (the
 * original draws the metadata of all frames of a batch on the first one, so it is put behind a
 * tiler or used with batches of one; there the result is the same). A frame without anything to
 * draw is passed on untouched; one that somebody else sees too is copied before it is drawn on.
 *
 * |[
 * gst-launch-1.0 nvstreammux name=m width=768 height=576 batch-size=1 ! nvdsosd display-clock=true
 * ! nveglglessink  filesrc location=clip.mp4 ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0
 * ]|
 */
struct GstNvDsOsd {
  GstBaseTransform parent;
  NvDsOsdState* state;
};
struct GstNvDsOsdClass {
  GstBaseTransformClass parent;
};

GType gst_nvds_osd_get_type();
G_DEFINE_TYPE(GstNvDsOsd, gst_nvds_osd, GST_TYPE_BASE_TRANSFORM)

static GstNvDsOsd* osd_of(gpointer object) { return static_cast<GstNvDsOsd*>(object); }

static Settings settings_of(GstNvDsOsd* osd) {
  GST_OBJECT_LOCK(osd);
  Settings settings = osd->state->settings;
  GST_OBJECT_UNLOCK(osd);
  return settings;
}

static void gst_nvds_osd_set_property(GObject* object, guint id, const GValue* value,
                                      GParamSpec* spec) {
  NvDsOsdState& state = *osd_of(object)->state;
  if (state.kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  GST_OBJECT_LOCK(object);
  Settings& settings = state.settings;
  switch (id) {
    case PROP_DISPLAY_CLOCK:
      settings.display_clock = g_value_get_boolean(value);
      break;
    case PROP_DISPLAY_TEXT:
      settings.display_text = g_value_get_boolean(value);
      break;
    case PROP_DISPLAY_BBOX:
      settings.display_bbox = g_value_get_boolean(value);
      break;
    case PROP_DISPLAY_MASK:
      settings.display_mask = g_value_get_boolean(value);
      break;
    case PROP_CLOCK_FONT:
      settings.clock_font = g_value_get_string(value) ? g_value_get_string(value) : "Serif";
      break;
    case PROP_CLOCK_FONT_SIZE:
      settings.clock_font_size = g_value_get_uint(value);
      break;
    case PROP_X_CLOCK_OFFSET:
      settings.clock_x = g_value_get_uint(value);
      break;
    case PROP_Y_CLOCK_OFFSET:
      settings.clock_y = g_value_get_uint(value);
      break;
    case PROP_CLOCK_COLOR:
      settings.clock_color = g_value_get_uint(value);
      break;
    case PROP_BLUR_BBOX:
      settings.blur = g_value_get_uint(value);
      break;
    case PROP_BLUR_CLASSES:
      settings.blur_classes.reset();
      settings.blurred.clear();
      if (const char* text = g_value_get_string(value)) {
        settings.blur_classes = text;
        settings.blurred = parse_pairs(text).value_or(std::vector<GieClass>());
      }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(object);
}

static void gst_nvds_osd_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  GstNvDsOsd* osd = osd_of(object);
  if (osd->state->kept.get(object, id, value)) return;
  const Settings settings = settings_of(osd);
  switch (id) {
    case PROP_DISPLAY_CLOCK:
      return g_value_set_boolean(value, settings.display_clock);
    case PROP_DISPLAY_TEXT:
      return g_value_set_boolean(value, settings.display_text);
    case PROP_DISPLAY_BBOX:
      return g_value_set_boolean(value, settings.display_bbox);
    case PROP_DISPLAY_MASK:
      return g_value_set_boolean(value, settings.display_mask);
    case PROP_CLOCK_FONT:
      return g_value_set_string(value, settings.clock_font.c_str());
    case PROP_CLOCK_FONT_SIZE:
      return g_value_set_uint(value, settings.clock_font_size);
    case PROP_X_CLOCK_OFFSET:
      return g_value_set_uint(value, settings.clock_x);
    case PROP_Y_CLOCK_OFFSET:
      return g_value_set_uint(value, settings.clock_y);
    case PROP_CLOCK_COLOR:
      return g_value_set_uint(value, settings.clock_color);
    case PROP_BLUR_BBOX:
      return g_value_set_uint(value, settings.blur);
    case PROP_BLUR_CLASSES:
      return g_value_set_string(value,
                                settings.blur_classes ? settings.blur_classes->c_str() : nullptr);
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

static gboolean gst_nvds_osd_start(GstBaseTransform* transform) {
  const Settings settings = settings_of(osd_of(transform));
  if (settings.blur_classes && !parse_pairs(*settings.blur_classes)) {
    GST_ELEMENT_ERROR(transform, LIBRARY, SETTINGS,
                      ("nvdsosd: blur-on-gie-class-ids is \"%s\"; expected pairs of a component id "
                       "and a class id, as in \"1,0;1,2\".",
                       settings.blur_classes->c_str()),
                      (nullptr));
    return FALSE;
  }
  return TRUE;
}

static bool draws_on(GstBuffer* buffer, const Settings& settings) {
  NvDsBatchMeta* meta = gst_buffer_get_nvds_batch_meta(buffer);
  if (!meta) return settings.display_clock;
  const MetaLock lock(meta);
  bool found = false;
  for_each<NvDsFrameMeta>(meta->frame_meta_list, [&](const NvDsFrameMeta& frame) {
    found |= has_drawing(frame, settings);
  });
  return found;
}

/// The input itself, unless it is shared and will be drawn on: then a copy, of references only.
static GstFlowReturn gst_nvds_osd_prepare_output_buffer(GstBaseTransform* transform,
                                                        GstBuffer* input, GstBuffer** output) {
  const bool copy =
      !gst_buffer_is_writable(input) && draws_on(input, settings_of(osd_of(transform)));
  *output = copy ? gst_buffer_copy(input) : input;
  return GST_FLOW_OK;
}

static GstFlowReturn gst_nvds_osd_transform_ip(GstBaseTransform* transform, GstBuffer* buffer) {
  if (!gst_buffer_is_writable(buffer)) return GST_FLOW_OK;  // nothing to draw, see above
  const Settings settings = settings_of(osd_of(transform));
  thalweg::Batch* batch = thalweg::batch_of(buffer);
  if (!batch) {
    GST_ELEMENT_ERROR(
        transform, STREAM, FORMAT,
        ("nvdsosd: cannot draw on this buffer: %s", thalweg::why_not_batch(buffer).c_str()),
        (nullptr));
    return GST_FLOW_ERROR;
  }
  try {
    NvDsBatchMeta* meta = gst_buffer_get_nvds_batch_meta(buffer);
    if (!meta) {
      for (int i = 0; settings.display_clock && i < batch->size(); ++i) {
        Painter painter(batch->frame(i).write());
        draw_clock(painter, settings);
      }
      return GST_FLOW_OK;
    }
    const MetaLock lock(meta);
    for_each<NvDsFrameMeta>(meta->frame_meta_list, [&](const NvDsFrameMeta& frame) {
      if (!has_drawing(frame, settings)) return;
      if (frame.batch_id >= guint(batch->size())) {
        GST_DEBUG_OBJECT(transform, "frame meta %u has no frame in a batch of %d", frame.batch_id,
                         batch->size());
        return;
      }
      Painter painter(batch->frame(int(frame.batch_id)).write());
      draw(painter, frame, settings);
    });
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(transform, STREAM, FAILED, ("nvdsosd: %s.", error.what()), (nullptr));
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

/// No pool: output buffers are the input's.
static gboolean gst_nvds_osd_decide_allocation(GstBaseTransform*, GstQuery*) { return TRUE; }

static void gst_nvds_osd_finalize(GObject* object) {
  delete osd_of(object)->state;
  G_OBJECT_CLASS(gst_nvds_osd_parent_class)->finalize(object);
}

static void gst_nvds_osd_init(GstNvDsOsd* osd) {
  osd->state = new NvDsOsdState;
  gst_base_transform_set_in_place(&osd->parent, TRUE);
}

static void gst_nvds_osd_class_init(GstNvDsOsdClass* klass) {
  GST_DEBUG_CATEGORY_INIT(nvdsosd_debug, "nvdsosd", 0, "draws metadata on frames");
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = gst_nvds_osd_set_property;
  object->get_property = gst_nvds_osd_get_property;
  object->finalize = gst_nvds_osd_finalize;
  transform->start = gst_nvds_osd_start;
  transform->prepare_output_buffer = gst_nvds_osd_prepare_output_buffer;
  transform->transform_ip = gst_nvds_osd_transform_ip;
  transform->decide_allocation = gst_nvds_osd_decide_allocation;

  const auto flags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  const auto boolean = [&](guint id, const char* name, const char* blurb, gboolean value) {
    g_object_class_install_property(object, id,
                                    g_param_spec_boolean(name, name, blurb, value, flags));
  };
  const auto number = [&](guint id, const char* name, const char* blurb, guint most, guint value) {
    g_object_class_install_property(object, id,
                                    g_param_spec_uint(name, name, blurb, 0, most, value, flags));
  };
  const auto string = [&](guint id, const char* name, const char* blurb, const char* value) {
    g_object_class_install_property(object, id,
                                    g_param_spec_string(name, name, blurb, value, flags));
  };
  boolean(PROP_DISPLAY_CLOCK, "display-clock", "Draw the wall clock", FALSE);
  boolean(PROP_DISPLAY_TEXT, "display-text", "Draw texts", TRUE);
  boolean(PROP_DISPLAY_BBOX, "display-bbox", "Draw boxes of objects", TRUE);
  boolean(PROP_DISPLAY_MASK, "display-mask", "Draw instance masks of objects", FALSE);
  string(PROP_CLOCK_FONT, "clock-font", "Font of the clock", "Serif");
  number(PROP_CLOCK_FONT_SIZE, "clock-font-size", "Size of the clock in points, 0: 12", 60, 12);
  number(PROP_X_CLOCK_OFFSET, "x-clock-offset", "Left edge of the clock, pixels", G_MAXUINT, 0);
  number(PROP_Y_CLOCK_OFFSET, "y-clock-offset", "Top edge of the clock, pixels", G_MAXUINT, 0);
  number(PROP_CLOCK_COLOR, "clock-color", "Colour of the clock, 0xRRGGBBAA", G_MAXUINT, 0xffffffff);
  string(PROP_BLUR_CLASSES, "blur-on-gie-class-ids",
         "Objects to blur, \"component,class;component,class\"; unset: all", nullptr);
  number(PROP_BLUR_BBOX, "blur-bbox", "Blur objects: 0 no, 1 their box, 2 their mask", 2, kNoBlur);
  KeptProperties::install(object, PROP_KEPT, kKept);

  GstCaps* caps = gst_caps_from_string(
      "video/x-raw(memory:NVMM), format={I420,NV12,RGBA}, width=[1,2147483647], "
      "height=[1,2147483647], framerate=[0/1,2147483647/1]");
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
  gst_element_class_set_static_metadata(
      element, "On-screen display", "Filter/Editor/Video",
      "Draws boxes, text, masks, lines, arrows and circles that metadata describes", "Thalweg");
  thalweg::observed_class_setup(object);
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvdsosd", GST_RANK_NONE, gst_nvds_osd_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvdsosd, "Thalweg: drawing of metadata",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
