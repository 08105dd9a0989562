// nvsegvisual: the classes of a segmentation in colours.
//
// Each frame becomes a picture of width x height, RGBA. What an nvinfer with network-type=2 said of
// the frame is stretched over it, what it said of an object over the object's box, in the order of
// the metadata. The colours are those of draw/class_map.h: class 0 is 128,0,0, pixels of no class
// are black. With original-background the picture stays below: pixels of no class and of the class
// class-id show it, and the others show alpha of their colour and the rest of it.
//
// Boxes and drawings in the metadata are scaled with the picture. A frame without a segmentation is
// black, or itself with original-background. The metadata does not say that a network saw the frame
// between bars: with maintain-aspect-ratio=1 the bars are stretched over the frame, too.
//
//   gst-launch-1.0 filesrc location=a.jpg ! jpegparse ! nvv4l2decoder ! m.sink_0
//     nvstreammux name=m batch-size=1 width=1280 height=720
//     ! nvinfer config-file-path=segmentation.txt
//     ! nvsegvisual width=640 height=360 original-background=true alpha=0.5 ! nveglglessink
//
// Properties may be set in any thread and while playing; they hold from the next batch on. All else
// runs in the streaming thread.
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "draw/class_map.h"
#include "elements/batch_meta.h"
#include "elements/frame_mapping.h"
#include "elements/hardware_properties.h"
#include "elements/kept_properties.h"
#include "elements/observed.h"
#include "elements/transforms.h"
#include "gstnvdsinfer.h"
#include "gstnvdsmeta.h"
#include "surface/batch.h"
#include "surface/convert.h"

GST_DEBUG_CATEGORY_STATIC(nvsegvisual_debug);
#define GST_CAT_DEFAULT nvsegvisual_debug

namespace {

using namespace thalweg;

enum Property : guint {
  kWidth = 1,
  kHeight,
  kOperateOnSegMetaId,
  kOriginalBackground,
  kClassId,
  kAlpha,
  kFirstKept,
};

const KeptProperty kKept[] = {
    {.name = "unique-id", .type = G_TYPE_UINT, .value = "0", .meaning = "Component id"},
    kCudaDevice,
    {.name = "batch-size",
     .type = G_TYPE_UINT,
     .value = "1",
     .meaning = "Frames in a batch",
     .minimum = 1,
     .maximum = 1024},
    {.name = "gpu-on", .type = G_TYPE_BOOLEAN, .value = "true", .meaning = "Paint on the GPU"},
};

/// What the properties say.
struct Settings {
  guint width = 1280, height = 720;
  gint seg_meta_id = -1;
  gboolean original_background = FALSE;
  gint class_id = 0;
  gfloat alpha = 1;
};

struct State {
  std::mutex mutex;
  Settings settings;  // under the mutex
  KeptProperties kept{kFirstKept, kKept};
  int width = 0, height = 0;  // of the caps; streaming thread's

  Settings current() {
    std::lock_guard lock(mutex);
    return settings;
  }
};

}  // namespace

struct GstNvSegVisual {
  GstBaseTransform parent;
  State* state;
};
struct GstNvSegVisualClass {
  GstBaseTransformClass parent_class;
};

static GType nvsegvisual_get_type();
G_DEFINE_TYPE(GstNvSegVisual, nvsegvisual, GST_TYPE_BASE_TRANSFORM)

namespace {

State& state_of(void* object) {
  return *G_TYPE_CHECK_INSTANCE_CAST(object, nvsegvisual_get_type(), GstNvSegVisual)->state;
}

#define NVMM_CAPS(formats) "video/x-raw(memory:NVMM), format=(string)" formats
GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(NVMM_CAPS("{ NV12, RGBA, I420 }")));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(NVMM_CAPS("RGBA")));

// ---- caps

GstCaps* transform_caps(GstBaseTransform* transform, GstPadDirection direction, GstCaps* caps,
                        GstCaps* filter) {
  const Settings settings = state_of(transform).current();
  const bool to_src = direction == GST_PAD_SINK;
  GstCaps* any = gst_static_pad_template_get_caps(to_src ? &src_template : &sink_template);
  GstCaps* result = gst_caps_new_empty();
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    GstStructure* structure = gst_structure_copy(gst_caps_get_structure(caps, i));
    gst_structure_remove_fields(structure, "colorimetry", "chroma-site", "pixel-aspect-ratio",
                                "width", "height", nullptr);
    gst_structure_set_value(structure, "format",
                            gst_structure_get_value(gst_caps_get_structure(any, 0), "format"));
    if (to_src) {
      gst_structure_set(structure, "width", G_TYPE_INT, int(settings.width), "height", G_TYPE_INT,
                        int(settings.height), nullptr);
    }
    result = gst_caps_merge_structure_full(result, structure,
                                           gst_caps_features_new(kNvmmFeature, nullptr));
  }
  gst_caps_unref(any);
  return filtered_caps(result, filter);
}

gboolean set_caps(GstBaseTransform* transform, GstCaps*, GstCaps* out_caps) {
  State& state = state_of(transform);
  GstVideoInfo out;
  if (!gst_video_info_from_caps(&out, out_caps)) return FALSE;
  state.width = GST_VIDEO_INFO_WIDTH(&out);
  state.height = GST_VIDEO_INFO_HEIGHT(&out);
  return TRUE;
}

// ---- buffers

/// Everything goes along but what speaks of the input's pixels.
gboolean transform_meta(GstBaseTransform*, GstBuffer*, GstMeta* meta, GstBuffer*) {
  return !speaks_of_pixels(meta);
}

/// The picture scaled, straight from the decoder's where that gives the same, or black.
std::shared_ptr<Picture> new_background(Frame& frame, const State& state, bool original) {
  auto picture = Picture::allocate(NVBUF_COLOR_FORMAT_RGBA, state.width, state.height);
  const Pixels pixels = picture->mutable_pixels();
  if (!original) {
    for (int y = 0; y < pixels.height; ++y) {
      uint8_t* row = pixels.planes[0].data + ptrdiff_t(y) * pixels.planes[0].stride_bytes;
      for (int x = 0; x < pixels.width; ++x) {
        row[4 * x] = row[4 * x + 1] = row[4 * x + 2] = 0;
        row[4 * x + 3] = 255;
      }
    }
    return picture;
  }
  const Frame::Source source = frame.source();
  const bool whole = source.placement == Rect{0, 0, frame.width(), frame.height()};
  convert(whole ? source.picture->pixels() : frame.read(), pixels, Filter::kBox);
  return picture;
}

/// Paints the segmentations in a list of user metas.
void paint(const Pixels& pixels, Rect to, const NvDsUserMetaList* metas, const Settings& settings) {
  for (; metas; metas = metas->next) {
    const auto* user = static_cast<const NvDsUserMeta*>(metas->data);
    if (user->base_meta.meta_type != NvDsMetaType(NVDSINFER_SEGMENTATION_META)) continue;
    const auto* meta = static_cast<const NvDsInferSegmentationMeta*>(user->user_meta_data);
    if (!meta || !meta->class_map) continue;
    if (settings.seg_meta_id >= 0 && meta->unique_id != settings.seg_meta_id) continue;
    const ClassMap map{meta->class_map, int(meta->width), int(meta->height)};
    if (settings.original_background) {
      paint_classes(pixels, to, map, settings.class_id, double(settings.alpha));
    } else {
      paint_classes(pixels, to, map, {}, 1);
    }
  }
}

/// @throws std::exception whose text says what is wrong.
void visualise(const State& state, const Settings& settings, GstBuffer* in, GstBuffer* out) {
  Batch* batch = batch_of(in);
  if (!batch) throw std::runtime_error(why_not_batch(in));
  auto painted = std::make_unique<Batch>(batch->capacity());
  std::vector<Pixels> pixels;
  for (int i = 0; i < batch->size(); ++i) {
    auto picture = new_background(batch->frame(i), state, settings.original_background);
    pixels.push_back(picture->mutable_pixels());
    painted->add(std::move(picture));
  }
  NvDsBatchMeta* meta = gst_buffer_get_nvds_batch_meta(out);
  if (meta && !pixels.empty()) {
    const MetaLock lock(meta);
    const Rect whole{0, 0, state.width, state.height};
    for (const NvDsFrameMetaList* f = meta->frame_meta_list; f; f = f->next) {
      auto* frame = static_cast<NvDsFrameMeta*>(f->data);
      if (frame->batch_id >= pixels.size()) continue;
      const Frame& before = batch->frame(int(frame->batch_id));
      FrameMapping{.from = {0, 0, before.width(), before.height()}, .to = whole}.apply(*frame);
      const Pixels& to = pixels[frame->batch_id];
      paint(to, whole, frame->frame_user_meta_list, settings);
      for (const NvDsObjectMetaList* o = frame->obj_meta_list; o; o = o->next) {
        const auto* object = static_cast<const NvDsObjectMeta*>(o->data);
        const auto& box = object->rect_params;
        paint(to,
              whole_pixels(double(box.left), double(box.top), double(box.width), double(box.height),
                           state.width, state.height),
              object->obj_user_meta_list, settings);
      }
    }
  }
  gst_buffer_append_memory(out, new_nvmm_memory(std::move(painted)));
}

GstFlowReturn transform(GstBaseTransform* transform, GstBuffer* in, GstBuffer* out) {
  State& state = state_of(transform);
  try {
    visualise(state, state.current(), in, out);
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(transform, STREAM, FAILED,
                      ("%s: cannot paint a batch: %s.", GST_OBJECT_NAME(transform), error.what()),
                      (nullptr));
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

// ---- object

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  State& state = state_of(object);
  if (state.kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  {
    std::lock_guard lock(state.mutex);
    Settings& settings = state.settings;
    switch (id) {
      case kOperateOnSegMetaId:
        settings.seg_meta_id = g_value_get_int(value);
        return;
      case kOriginalBackground:
        settings.original_background = g_value_get_boolean(value);
        return;
      case kClassId:
        settings.class_id = g_value_get_int(value);
        return;
      case kAlpha:
        settings.alpha = g_value_get_float(value);
        return;
      case kWidth:
        settings.width = g_value_get_uint(value);
        break;
      case kHeight:
        settings.height = g_value_get_uint(value);
        break;
      default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        return;
    }
  }
  gst_base_transform_reconfigure_src(GST_BASE_TRANSFORM(object));
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  State& state = state_of(object);
  if (state.kept.get(object, id, value)) return;
  const Settings settings = state.current();
  switch (id) {
    case kWidth:
      return g_value_set_uint(value, settings.width);
    case kHeight:
      return g_value_set_uint(value, settings.height);
    case kOperateOnSegMetaId:
      return g_value_set_int(value, settings.seg_meta_id);
    case kOriginalBackground:
      return g_value_set_boolean(value, settings.original_background);
    case kClassId:
      return g_value_set_int(value, settings.class_id);
    case kAlpha:
      return g_value_set_float(value, settings.alpha);
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void finalize(GObject* object) {
  delete &state_of(object);
  G_OBJECT_CLASS(nvsegvisual_parent_class)->finalize(object);
}

void install_properties(GObjectClass* object) {
  constexpr auto kPlaying =
      GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  const Settings defaults;
  const auto install = [&](guint id, GParamSpec* spec) {
    g_object_class_install_property(object, id, spec);
  };
  install(kWidth, g_param_spec_uint("width", "width", "Width of the output in pixels", 1, G_MAXINT,
                                    defaults.width, kPlaying));
  install(kHeight, g_param_spec_uint("height", "height", "Height of the output in pixels", 1,
                                     G_MAXINT, defaults.height, kPlaying));
  install(kOperateOnSegMetaId,
          g_param_spec_int("operate-on-seg-meta-id", "operate-on-seg-meta-id",
                           "Paint what this component said only, -1: what any did", -1, G_MAXINT,
                           defaults.seg_meta_id, kPlaying));
  install(kOriginalBackground, g_param_spec_boolean("original-background", "original-background",
                                                    "Paint over the picture, not over black",
                                                    defaults.original_background, kPlaying));
  install(kClassId, g_param_spec_int("class-id", "class-id",
                                     "With original-background: the class that is not painted, -1: "
                                     "paint all",
                                     -1, G_MAXINT, defaults.class_id, kPlaying));
  install(kAlpha, g_param_spec_float("alpha", "alpha",
                                     "With original-background: how much of a class's colour is "
                                     "seen, the rest being picture",
                                     0, 1, defaults.alpha, kPlaying));
  KeptProperties::install(object, kFirstKept, kKept);
}

}  // namespace

static void nvsegvisual_init(GstNvSegVisual* self) { self->state = new State; }

static void nvsegvisual_class_init(GstNvSegVisualClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* base = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  base->passthrough_on_same_caps = FALSE;
  base->transform_caps = transform_caps;
  base->set_caps = set_caps;
  base->transform_meta = transform_meta;
  base->transform = transform;
  bring_own_pictures(base);
  install_properties(object);
  observed_class_setup(object);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Segmentation painter", "Filter/Effect/Video",
                                        "Paints the classes of a segmentation", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvsegvisual_debug, "nvsegvisual", 0, "Segmentation painter");
  return gst_element_register(plugin, "nvsegvisual", GST_RANK_NONE, nvsegvisual_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvsegvisual, "Thalweg: classes in colours",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
