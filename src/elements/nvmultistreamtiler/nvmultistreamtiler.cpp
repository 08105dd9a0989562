// nvmultistreamtiler: the frames of a batch side by side in one picture.
//
// Source number i has the tile in row i / columns, column i mod columns; a number that has no tile
// makes the grid larger. Each batch gives one frame. A source that is not in the batch shows its
// last frame; its tile is black before the first one, and after its end or removal. Of several
// frames of one source in a batch the last is shown.
//
// The output has one frame meta, with the objects and display metas of all frames that are shown,
// moved and scaled with the pixels, and the user metas of all frames; number, source and timestamps
// in it are 0. Widths of lines, sizes of fonts and what detector and tracker said stay as they are.
// The input's metadata is left alone.
//
// Property 'stats': a frame that is not shown is dropped; each batch gives one frame out.
//
//   gst-launch-1.0 nvstreammux name=m width=768 height=576 batch-size=2 !
//     nvmultistreamtiler rows=1 columns=2 width=1536 height=576 ! nveglglessink
//     uridecodebin uri=file:///path/a.mp4 ! m.sink_0 uridecodebin uri=file:///path/b.mp4 ! m.sink_1
//
// custom-tile-config puts tiles elsewhere; what does not lie on the canvas is an error with the
// next batch. show-source goes before it. With square-seq-grid, its numbers count sources as they
// came.
//
// Properties may be set in any thread and while playing; they hold from the next batch on. All else
// runs in the streaming thread.
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "elements/batch_meta.h"
#include "elements/hardware_properties.h"
#include "elements/kept_properties.h"
#include "elements/nvmultistreamtiler/gather.h"
#include "elements/nvmultistreamtiler/mosaic.h"
#include "elements/observed.h"
#include "elements/transforms.h"
#include "gst-nvevent.h"
#include "gst-nvquery.h"
#include "gstnvdsmeta.h"
#include "nvdstilerconfig.h"
#include "surface/batch.h"

GST_DEBUG_CATEGORY_STATIC(nvmultistreamtiler_debug);
#define GST_CAT_DEFAULT nvmultistreamtiler_debug

namespace {

using namespace thalweg;

constexpr guint kSizeMultiple = 4;

enum Property : guint {
  kRows = 1,
  kColumns,
  kWidth,
  kHeight,
  kShowSource,
  kSquareSeqGrid,
  kInterpolationMethod,
  kCustomTileConfig,
  kFirstKept,
};

const KeptProperty kKept[] = {
    kCudaDevice,
    {.name = "buffer-pool-size",
     .type = G_TYPE_UINT,
     .value = "5",
     .meaning = "Number of output buffers in the pool",
     .minimum = 4,
     .maximum = 10},
    kOutputMemoryType,
    kScalingHardware,
};

/// What the properties say.
struct Settings {
  guint rows = 1, columns = 1;
  guint width = 1920, height = 1080;
  gint show_source = -1;
  gboolean square_seq_grid = FALSE;
  gint interpolation_method = 0;
  std::vector<CustomTile> custom_tiles;

  static int rounded(guint side) {
    return int((side + kSizeMultiple - 1) / kSizeMultiple * kSizeMultiple);
  }
  MosaicSettings mosaic() const {
    return {.rows = rows,
            .columns = columns,
            .width = rounded(width),
            .height = rounded(height),
            .show_source = show_source,
            .square_in_sequence = bool(square_seq_grid),
            .filter = filter_of(interpolation_method),
            .custom_tiles = custom_tiles};
  }
};

struct State {
  std::mutex mutex;
  Settings settings;  // under the mutex
  KeptProperties kept{kFirstKept, kKept};

  // Of the streaming thread.
  Mosaic mosaic;
  int width = 0, height = 0;  // of the caps
  NvBufSurfaceColorFormat format = NVBUF_COLOR_FORMAT_INVALID;

  Settings current() {
    std::lock_guard lock(mutex);
    return settings;
  }
};

}  // namespace

struct GstNvMultiStreamTiler {
  GstBaseTransform parent;
  State* state;
};
struct GstNvMultiStreamTilerClass {
  GstBaseTransformClass parent_class;
};

static GType nvmultistreamtiler_get_type();
G_DEFINE_TYPE(GstNvMultiStreamTiler, nvmultistreamtiler, GST_TYPE_BASE_TRANSFORM)

namespace {

State& state_of(void* object) {
  return *G_TYPE_CHECK_INSTANCE_CAST(object, nvmultistreamtiler_get_type(), GstNvMultiStreamTiler)
              ->state;
}

#define NVMM_CAPS "video/x-raw(memory:NVMM), format=(string){ NV12, RGBA, I420 }"
GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(NVMM_CAPS));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(NVMM_CAPS));

// ---- caps

/// The other side of one kind of caps: first with the same format, then with any.
GstCaps* transform_caps(GstBaseTransform* transform, GstPadDirection direction, GstCaps* caps,
                        GstCaps* filter) {
  const MosaicSettings settings = state_of(transform).current().mosaic();
  GstCaps* any = gst_static_pad_template_get_caps(&src_template);
  GstCaps* result = gst_caps_new_empty();
  for (const bool same_format : {true, false})
    for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
      GstStructure* structure = gst_structure_copy(gst_caps_get_structure(caps, i));
      gst_structure_remove_fields(structure, "colorimetry", "chroma-site", "pixel-aspect-ratio",
                                  nullptr);
      if (direction == GST_PAD_SINK)
        gst_structure_set(structure, "width", G_TYPE_INT, settings.width, "height", G_TYPE_INT,
                          settings.height, "batch-size", G_TYPE_INT, 1, nullptr);
      else
        gst_structure_remove_fields(structure, "width", "height", "batch-size",
                                    "num-surfaces-per-frame", nullptr);
      if (!same_format)
        gst_structure_set_value(structure, "format",
                                gst_structure_get_value(gst_caps_get_structure(any, 0), "format"));
      result = gst_caps_merge_structure_full(result, structure,
                                             gst_caps_features_new(kNvmmFeature, nullptr));
    }
  gst_caps_unref(any);
  return filtered_caps(result, filter);
}

/// Keeps the input's format where downstream allows it.
GstCaps* fixate_caps(GstBaseTransform*, GstPadDirection, GstCaps* caps, GstCaps* others) {
  const char* format = gst_structure_get_string(gst_caps_get_structure(caps, 0), "format");
  GstCaps* chosen = gst_caps_make_writable(gst_caps_truncate(others));
  if (format)
    gst_structure_fixate_field_string(gst_caps_get_structure(chosen, 0), "format", format);
  return gst_caps_fixate(chosen);
}

gboolean set_caps(GstBaseTransform* transform, GstCaps*, GstCaps* out_caps) {
  State& state = state_of(transform);
  GstVideoInfo out;
  if (!gst_video_info_from_caps(&out, out_caps)) return FALSE;
  state.width = GST_VIDEO_INFO_WIDTH(&out);
  state.height = GST_VIDEO_INFO_HEIGHT(&out);
  state.format = format_layout(GST_VIDEO_INFO_FORMAT(&out))->format;
  GST_INFO_OBJECT(transform, "output is %" GST_PTR_FORMAT, out_caps);
  return TRUE;
}

// ---- buffers

/// Only what speaks neither of pixels nor of the batch's frames goes along.
gboolean transform_meta(GstBaseTransform*, GstBuffer*, GstMeta* meta, GstBuffer*) {
  if (speaks_of_pixels(meta)) return FALSE;
  return meta->info->api != NVDS_META_API_TYPE ||
         reinterpret_cast<const NvDsMeta*>(meta)->meta_type != NVDS_BATCH_GST_META;
}

/// The one frame meta of an output buffer; not in its batch yet.
NvDsFrameMeta* new_frame_meta(NvDsBatchMeta* batch, const MosaicSettings& settings) {
  NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(batch);
  frame->num_surfaces_per_frame = 1;
  frame->source_frame_width = frame->pipeline_width = guint(settings.width);
  frame->source_frame_height = frame->pipeline_height = guint(settings.height);
  return frame;
}

/// Calls `use(source number, frame, its meta or nullptr)` for each frame of the batch. A batch
/// without metadata has one frame of each source.
template <class Use>
void for_each_frame(Batch& batch, const NvDsBatchMeta* meta, Use use) {
  if (!meta) {
    for (int i = 0; i < batch.size(); ++i) use(unsigned(i), batch.frame(i), nullptr);
    return;
  }
  for (const GList* node = meta->frame_meta_list; node; node = node->next) {
    const auto* frame = static_cast<const NvDsFrameMeta*>(node->data);
    if (frame->batch_id < guint(batch.size()))
      use(frame->pad_index, batch.frame(int(frame->batch_id)), frame);
  }
}

/// @throws std::exception whose text says what is wrong.
void tile(State& state, const MosaicSettings& settings, GstBuffer* in, GstBuffer* out,
          FrameCounts& counts) {
  Batch* batch = batch_of(in);
  if (!batch) throw std::runtime_error(why_not_batch(in));
  NvDsBatchMeta* in_meta = gst_buffer_get_nvds_batch_meta(in);
  NvDsBatchMeta* out_meta = add_batch_meta(out, 1);
  NvDsFrameMeta* canvas_meta = new_frame_meta(out_meta, settings);
  {
    std::optional<MetaLock> lock;
    if (in_meta) lock.emplace(in_meta);
    std::map<unsigned, const Frame*> last;
    for_each_frame(*batch, in_meta, [&](unsigned source, Frame& frame, const NvDsFrameMeta*) {
      state.mosaic.update(source, frame);
      last[source] = &frame;
    });
    // Only now is it known how many sources there are.
    for_each_frame(*batch, in_meta, [&](unsigned source, Frame& frame, const NvDsFrameMeta* meta) {
      const auto place = state.mosaic.place(settings, source);
      const bool shown = place && last[source] == &frame;
      if (!shown) counts.drop();
      if (!meta) return;
      FrameMapping mapping{.from = {0, 0, frame.width(), frame.height()}, .scales_fonts = false};
      if (shown) mapping.to = *place;
      gather(*meta, shown ? &mapping : nullptr, canvas_meta);
    });
    if (in_meta) nvds_copy_batch_user_meta_list(in_meta->batch_user_meta_list, out_meta);
  }
  nvds_add_frame_meta_to_batch(out_meta, canvas_meta);
  auto tiled = std::make_unique<Batch>(1);
  tiled->add(state.mosaic.draw(settings, state.format));
  gst_buffer_append_memory(out, new_nvmm_memory(std::move(tiled)));
}

GstFlowReturn transform(GstBaseTransform* transform, GstBuffer* in, GstBuffer* out) {
  State& state = state_of(transform);
  MosaicSettings settings = state.current().mosaic();
  settings.width = state.width;  // a change comes with new caps
  settings.height = state.height;
  try {
    tile(state, settings, in, out, frame_counts(transform));
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(transform, STREAM, FAILED,
                      ("%s: cannot tile a batch: %s.", GST_OBJECT_NAME(transform), error.what()),
                      (nullptr));
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

// ---- events and queries

gboolean sink_event(GstBaseTransform* transform, GstEvent* event) {
  Mosaic& mosaic = state_of(transform).mosaic;
  guint source = 0;
  switch (guint(GST_EVENT_TYPE(event))) {
    case guint(GST_NVEVENT_PAD_ADDED):
      gst_nvevent_parse_pad_added(event, &source);
      mosaic.add(source);
      break;
    case guint(GST_NVEVENT_PAD_DELETED):
      gst_nvevent_parse_pad_deleted(event, &source);
      mosaic.remove(source);
      break;
    case guint(GST_NVEVENT_STREAM_EOS):
      gst_nvevent_parse_stream_eos(event, &source);
      mosaic.blank(source);
      break;
    case GST_EVENT_FLUSH_STOP:
      mosaic.blank_all();
      break;
    default:
      break;
  }
  return GST_BASE_TRANSFORM_CLASS(nvmultistreamtiler_parent_class)->sink_event(transform, event);
}

gboolean query(GstBaseTransform* transform, GstPadDirection direction, GstQuery* query) {
  if (direction == GST_PAD_SRC && gst_nvquery_is_batch_size(query)) {
    gst_nvquery_batch_size_set(query, 1);
    return TRUE;
  }
  return GST_BASE_TRANSFORM_CLASS(nvmultistreamtiler_parent_class)
      ->query(transform, direction, query);
}

gboolean start(GstBaseTransform* transform) {
  State& state = state_of(transform);
  state.mosaic = Mosaic();
  return TRUE;
}

gboolean stop(GstBaseTransform* transform) {
  state_of(transform).mosaic = Mosaic();  // frees the pictures
  return TRUE;
}

// ---- object

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  State& state = state_of(object);
  if (state.kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  {
    std::lock_guard lock(state.mutex);
    Settings& settings = state.settings;
    switch (id) {
      case kRows:
        settings.rows = g_value_get_uint(value);
        return;
      case kColumns:
        settings.columns = g_value_get_uint(value);
        return;
      case kShowSource:
        settings.show_source = g_value_get_int(value);
        return;
      case kSquareSeqGrid:
        settings.square_seq_grid = g_value_get_boolean(value);
        return;
      case kInterpolationMethod:
        settings.interpolation_method = g_value_get_enum(value);
        return;
      case kCustomTileConfig: {
        const auto* config = static_cast<const CustomTileConfig*>(g_value_get_pointer(value));
        settings.custom_tiles.clear();
        if (config && config->tiles)
          settings.custom_tiles.assign(config->tiles, config->tiles + config->length);
        return;
      }
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
    case kRows:
      return g_value_set_uint(value, settings.rows);
    case kColumns:
      return g_value_set_uint(value, settings.columns);
    case kWidth:
      return g_value_set_uint(value, settings.width);
    case kHeight:
      return g_value_set_uint(value, settings.height);
    case kShowSource:
      return g_value_set_int(value, settings.show_source);
    case kSquareSeqGrid:
      return g_value_set_boolean(value, settings.square_seq_grid);
    case kInterpolationMethod:
      return g_value_set_enum(value, settings.interpolation_method);
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void finalize(GObject* object) {
  delete &state_of(object);
  G_OBJECT_CLASS(nvmultistreamtiler_parent_class)->finalize(object);
}

void install_properties(GObjectClass* object) {
  constexpr auto kFlags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  constexpr auto kPlaying = GParamFlags(kFlags | GST_PARAM_MUTABLE_PLAYING);
  constexpr guint kMostPixels = G_MAXINT - kSizeMultiple;
  const Settings defaults;
  const auto number = [&](guint id, const char* name, const char* what, guint low, guint high,
                          guint value) {
    g_object_class_install_property(
        object, id, g_param_spec_uint(name, name, what, low, high, value, kPlaying));
  };
  number(kRows, "rows", "Rows of tiles, 0: as many as the sources need", 0, G_MAXUINT,
         defaults.rows);
  number(kColumns, "columns", "Columns of tiles, 0: as many as the sources need", 0, G_MAXUINT,
         defaults.columns);
  number(kWidth, "width", "Width of the output in pixels, rounded up to a multiple of 4", 16,
         kMostPixels, defaults.width);
  number(kHeight, "height", "Height of the output in pixels, rounded up to a multiple of 4", 16,
         kMostPixels, defaults.height);
  g_object_class_install_property(
      object, kShowSource,
      g_param_spec_int("show-source", "show-source",
                       "Number of the only source to show, over the whole output; -1: all", -1,
                       G_MAXINT, defaults.show_source, kPlaying));
  g_object_class_install_property(
      object, kSquareSeqGrid,
      g_param_spec_boolean("square-seq-grid", "square-seq-grid",
                           "As many rows as columns as the sources need, tiles in the order in "
                           "which sources came",
                           defaults.square_seq_grid, kPlaying));
  g_object_class_install_property(
      object, kInterpolationMethod,
      g_param_spec_enum("interpolation-method", "interpolation-method",
                        "Filter for scaling: nearest, bilinear, and for all others the best",
                        enum_type("GstNvInterpolationMethod", kInterpolations),
                        defaults.interpolation_method, kPlaying));
  g_object_class_install_property(
      object, kCustomTileConfig,
      g_param_spec_pointer(
          "custom-tile-config", "custom-tile-config",
          "CustomTileConfig of nvdstilerconfig.h, which is copied: tiles at places "
          "given as parts of the output, 0 to 1, later ones above earlier ones; a "
          "source without one has its tile of the grid. NULL: the grid for all",
          GParamFlags(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)));
  KeptProperties::install(object, kFirstKept, kKept);
}

}  // namespace

static void nvmultistreamtiler_init(GstNvMultiStreamTiler* self) { self->state = new State; }

static void nvmultistreamtiler_class_init(GstNvMultiStreamTilerClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* base = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  base->passthrough_on_same_caps = FALSE;
  base->transform_caps = transform_caps;
  base->fixate_caps = fixate_caps;
  base->set_caps = set_caps;
  base->transform_meta = transform_meta;
  base->transform = transform;
  bring_own_pictures(base);
  base->sink_event = sink_event;
  base->query = query;
  base->start = start;
  base->stop = stop;
  install_properties(object);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Stream tiler", "Filter/Editor/Video/Scaler",
                                        "Puts the frames of a batch side by side", "Thalweg");
  observed_class_setup(object, "; a frame that is not shown is dropped");
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvmultistreamtiler_debug, "nvmultistreamtiler", 0, "Stream tiler");
  return gst_element_register(plugin, "nvmultistreamtiler", GST_RANK_NONE,
                              nvmultistreamtiler_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvmultistreamtiler,
                  "Thalweg: frames side by side", plugin_init, THALWEG_VERSION, "Apache 2.0",
                  "Thalweg", "https://github.com")
