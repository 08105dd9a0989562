// nvvideoconvert: format, size, crop, flip, and the way between system memory and memory:NVMM.
//
// Frames that need no change pass as they are. Otherwise every frame of a batch is converted into
// a new picture; system memory has room for one frame and takes the first. Metadata is copied, its
// coordinates follow the pixels.
//
//   gst-launch-1.0 videotestsrc num-buffers=100 ! nvvideoconvert !
//     'video/x-raw(memory:NVMM),format=RGBA,width=640,height=360' ! fakesink
#include <gst/base/gstbasetransform.h>
#include <gst/video/gstvideopool.h>
#include <gst/video/video.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <string>

#include "elements/frame_mapping.h"
#include "elements/hardware_properties.h"
#include "elements/kept_properties.h"
#include "elements/nvvideoconvert/crop.h"
#include "elements/observed.h"
#include "elements/transforms.h"
#include "gstnvdsmeta.h"
#include "surface/batch.h"
#include "surface/convert.h"
#include "surface/system_memory.h"
#include "surface/text.h"

GST_DEBUG_CATEGORY_STATIC(nvvideoconvert_debug);
#define GST_CAT_DEFAULT nvvideoconvert_debug

namespace {

using namespace thalweg;

enum Property : guint {
  kFlipMethod = 1,
  kSrcCrop,
  kDestCrop,
  kAllowOddCrop,
  kInterpolationMethod,
  kDisablePassthrough,
  kFirstKept,
};

constexpr GEnumValue kCopyHardware[] = {
    {1, "GPU", "GPU"}, {2, "VIC", "VIC"}, {0, nullptr, nullptr}};

const KeptProperty kKept[] = {
    {.name = "silent", .type = G_TYPE_BOOLEAN, .value = "false", .meaning = "No logging"},
    kCudaDevice,
    {.name = "output-buffers",
     .type = G_TYPE_UINT,
     .value = "4",
     .meaning = "Number of output buffers",
     .minimum = 1},
    {.name = "bl-output",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Block-linear NV12 output"},
    kScalingHardware,
    {.name = "copy-hw",
     .type = G_TYPE_ENUM,
     .value = "1",
     .meaning = "Engine for copies",
     .enum_values = kCopyHardware,
     .enum_name = "GstNvCopyHWType"},
    kOutputMemoryType,
    {.name = "contiguous-buffers",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "One allocation for a batch"},
};

/// What the user asked for; read by the streaming thread, set from any.
struct Settings {
  Flip flip = Flip::kNone;
  std::string src_crop, dest_crop;  // as given; empty: none
  bool allow_odd_crop = true;
  int interpolation_method = 6;
  bool disable_passthrough = false;
  unsigned version = 0;  // counts changes
};

/// What the caps and the settings come to, of the streaming thread.
struct Plan {
  GstVideoInfo in, out;
  bool nvmm_in = false, nvmm_out = false;
  FrameMapping mapping;
  Filter filter = Filter::kBox;
  unsigned settings_version = 0;
  std::string problem;  // a sentence for the user: nothing can be converted this way

  bool converts_format() const { return GST_VIDEO_INFO_FORMAT(&in) != GST_VIDEO_INFO_FORMAT(&out); }
  bool moves_pixels() const { return !mapping.is_identity() || !fills_output(); }
  bool fills_output() const {
    return mapping.to == Rect{0, 0, GST_VIDEO_INFO_WIDTH(&out), GST_VIDEO_INFO_HEIGHT(&out)};
  }
};

struct State {
  std::mutex mutex;
  Settings settings;
  KeptProperties kept{kFirstKept, kKept};
  Plan plan;
};

}  // namespace

struct GstNvVideoConvert {
  GstBaseTransform parent;
  State* state;
};
struct GstNvVideoConvertClass {
  GstBaseTransformClass parent_class;
};

G_DEFINE_TYPE(GstNvVideoConvert, gst_nv_video_convert, GST_TYPE_BASE_TRANSFORM)

namespace {

GstNvVideoConvert* self_of(gpointer object) { return static_cast<GstNvVideoConvert*>(object); }

Settings settings_of(GstNvVideoConvert* self) {
  std::lock_guard lock(self->state->mutex);
  return self->state->settings;
}

// ---- caps

bool is_nvmm(const GstCapsFeatures* features) {
  return features && gst_caps_features_contains(features, kNvmmFeature);
}
bool is_nvmm(const GstCaps* caps) { return is_nvmm(gst_caps_get_features(caps, 0)); }

/// The list of formats of one kind of memory, best first.
void set_formats(GstStructure* structure, bool nvmm) {
  GValue list = G_VALUE_INIT;
  g_value_init(&list, GST_TYPE_LIST);
  for (const FormatLayout& layout : format_layouts()) {
    if (nvmm && layout.format == NVBUF_COLOR_FORMAT_YUYV)
      continue;  // upstream has it on Tegra only
    GValue name = G_VALUE_INIT;
    g_value_init(&name, G_TYPE_STRING);
    g_value_set_static_string(&name, layout.name);
    gst_value_list_append_and_take_value(&list, &name);
  }
  gst_structure_take_value(structure, "format", &list);
}

GstCaps* template_caps() {
  GstCaps* caps = gst_caps_new_empty();
  for (const bool nvmm : {true, false}) {
    GstStructure* structure = gst_structure_new(
        "video/x-raw", "width", GST_TYPE_INT_RANGE, 1, G_MAXINT, "height", GST_TYPE_INT_RANGE, 1,
        G_MAXINT, "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, nullptr);
    set_formats(structure, nvmm);
    gst_caps_append_structure_full(caps, structure,
                                   nvmm ? gst_caps_features_new(kNvmmFeature, nullptr) : nullptr);
  }
  return caps;
}

/// The same stream in any format and size that this kind of memory can have.
GstStructure* relaxed(const GstStructure* original, bool nvmm, bool changes_memory) {
  GstStructure* structure = gst_structure_copy(original);
  gst_structure_remove_fields(structure, "colorimetry", "chroma-site", nullptr);
  if (changes_memory)
    gst_structure_remove_fields(structure, "batch-size", "num-surfaces-per-frame",
                                "nvbuf-memory-type", "gpu-id", nullptr);
  gst_structure_set(structure, "width", GST_TYPE_INT_RANGE, 1, G_MAXINT, "height",
                    GST_TYPE_INT_RANGE, 1, G_MAXINT, nullptr);
  if (gst_structure_has_field(structure, "pixel-aspect-ratio"))
    gst_structure_set(structure, "pixel-aspect-ratio", GST_TYPE_FRACTION_RANGE, 1, G_MAXINT,
                      G_MAXINT, 1, nullptr);
  set_formats(structure, nvmm);
  return structure;
}

GstCapsFeatures* features_of(bool nvmm) {
  return nvmm ? gst_caps_features_new(kNvmmFeature, nullptr)
              : gst_caps_features_new(GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY, nullptr);
}

GstCaps* transform_caps(GstBaseTransform* transform, GstPadDirection, GstCaps* caps,
                        GstCaps* filter) {
  const Settings settings = settings_of(self_of(transform));
  GstCaps* result = gst_caps_new_empty();
  const guint count = gst_caps_get_size(caps);
  // Unchanged is best, then another format or size, then other memory.
  if (!swaps_sides(settings.flip))
    for (guint i = 0; i < count; ++i)
      result =
          gst_caps_merge_structure_full(result, gst_structure_copy(gst_caps_get_structure(caps, i)),
                                        gst_caps_features_copy(gst_caps_get_features(caps, i)));
  for (const bool changes_memory : {false, true})
    for (guint i = 0; i < count; ++i) {
      const bool nvmm = is_nvmm(gst_caps_get_features(caps, i)) != changes_memory;
      result = gst_caps_merge_structure_full(
          result, relaxed(gst_caps_get_structure(caps, i), nvmm, changes_memory),
          features_of(nvmm));
    }
  result = filtered_caps(result, filter);
  GST_DEBUG_OBJECT(transform, "%" GST_PTR_FORMAT " can become %" GST_PTR_FORMAT, caps, result);
  return result;
}

/// Whether the field may have this value.
bool allows_int(const GstStructure* structure, const char* field, int value) {
  const GValue* allowed = gst_structure_get_value(structure, field);
  GValue wanted = G_VALUE_INIT;
  g_value_init(&wanted, G_TYPE_INT);
  g_value_set_int(&wanted, value);
  return !allowed || gst_value_intersect(nullptr, allowed, &wanted);
}

bool allows_format(const GstStructure* structure, const char* format) {
  const GValue* allowed = gst_structure_get_value(structure, "format");
  GValue wanted = G_VALUE_INIT;
  g_value_init(&wanted, G_TYPE_STRING);
  g_value_set_static_string(&wanted, format);
  const bool allows = !allowed || gst_value_intersect(nullptr, allowed, &wanted);
  g_value_unset(&wanted);
  return allows;
}

/// The allowed format that loses least of the input's colours.
void fixate_format(GstStructure* structure, const char* input_format) {
  if (allows_format(structure, input_format)) {
    gst_structure_set(structure, "format", G_TYPE_STRING, input_format, nullptr);
    return;
  }
  static constexpr const char* kYuvFirst[] = {"I420", "NV12", "UYVY", "YUY2", "RGBA",
                                              "BGRx", "RGB",  "BGR",  "GRAY8"};
  static constexpr const char* kRgbFirst[] = {"RGBA", "BGRx", "RGB",  "BGR",  "I420",
                                              "NV12", "UYVY", "YUY2", "GRAY8"};
  const GstVideoFormatInfo* info =
      gst_video_format_get_info(gst_video_format_from_string(input_format));
  for (const char* format : GST_VIDEO_FORMAT_INFO_IS_RGB(info) ? kRgbFirst : kYuvFirst)
    if (allows_format(structure, format)) {
      gst_structure_set(structure, "format", G_TYPE_STRING, format, nullptr);
      return;
    }
}

/// A free side follows the input; when the other side is given, in proportion.
void fixate_size(GstStructure* structure, int input_width, int input_height) {
  int width = 0, height = 0;
  const bool width_given = gst_structure_get_int(structure, "width", &width);
  const bool height_given = gst_structure_get_int(structure, "height", &height);
  const auto scaled = [](int side, int given, int original) {
    return std::max(1, int(gst_util_uint64_scale_int_round(side, given, original)));
  };
  if (!width_given)
    gst_structure_fixate_field_nearest_int(
        structure, "width", height_given ? scaled(input_width, height, input_height) : input_width);
  gst_structure_get_int(structure, "width", &width);
  if (!height_given)
    gst_structure_fixate_field_nearest_int(
        structure, "height",
        width == input_width ? input_height : scaled(input_height, width, input_width));
}

GstCaps* fixate_caps(GstBaseTransform* transform, GstPadDirection direction, GstCaps* caps,
                     GstCaps* others) {
  GstStructure* given = gst_caps_get_structure(caps, 0);
  const char* format = gst_structure_get_string(given, "format");
  int width = 0, height = 0;
  if (direction != GST_PAD_SINK || !format || !gst_structure_get_int(given, "width", &width) ||
      !gst_structure_get_int(given, "height", &height))
    return GST_BASE_TRANSFORM_CLASS(gst_nv_video_convert_parent_class)
        ->fixate_caps(transform, direction, caps, others);
  if (swaps_sides(settings_of(self_of(transform)).flip)) std::swap(width, height);

  guint best = 0;
  int best_score = -1;
  for (guint i = 0; i < gst_caps_get_size(others); ++i) {
    const GstStructure* candidate = gst_caps_get_structure(others, i);
    const int score =
        4 * (is_nvmm(gst_caps_get_features(others, i)) == is_nvmm(caps)) +
        2 * allows_format(candidate, format) +
        (allows_int(candidate, "width", width) && allows_int(candidate, "height", height));
    if (score > best_score) best = i, best_score = score;
  }
  GstCaps* chosen = gst_caps_copy_nth(others, best);
  gst_caps_unref(others);
  GstStructure* structure = gst_caps_get_structure(chosen, 0);
  fixate_format(structure, format);
  fixate_size(structure, width, height);
  int par_n = 1, par_d = 1;
  gst_structure_get_fraction(given, "pixel-aspect-ratio", &par_n, &par_d);
  if (gst_structure_has_field(structure, "pixel-aspect-ratio"))
    gst_structure_fixate_field_nearest_fraction(structure, "pixel-aspect-ratio", par_n, par_d);
  // Without a word a reader guesses from the size: from RGB we make BT.601, which is fast, and YUV
  // keeps what it is.
  const auto is_yuv = [](const char* name) {
    return GST_VIDEO_FORMAT_INFO_IS_YUV(
        gst_video_format_get_info(gst_video_format_from_string(name)));
  };
  const char* out_format = gst_structure_get_string(structure, "format");
  if (out_format && !is_nvmm(chosen) && is_yuv(out_format) &&
      !gst_structure_has_field(structure, "colorimetry")) {
    const char* colours = is_yuv(format) ? gst_structure_get_string(given, "colorimetry")
                                         : GST_VIDEO_COLORIMETRY_BT601;
    if (colours) gst_structure_set(structure, "colorimetry", G_TYPE_STRING, colours, nullptr);
  }
  chosen = gst_caps_fixate(chosen);
  GST_DEBUG_OBJECT(transform, "%" GST_PTR_FORMAT " becomes %" GST_PTR_FORMAT, caps, chosen);
  return chosen;
}

/// A crop property as a rectangle of a width x height picture; the whole picture when unset.
/// Returns the sentence for the user when it is wrong.
std::string crop_of(const char* property, const std::string& value, bool allow_odd,
                    const char* picture, int width, int height, Rect& rect) {
  rect = {0, 0, width, height};
  if (value.empty()) return {};
  const auto parsed = parse_crop(value);
  if (!parsed)
    return text(
        "property %s is \"%s\": expected \"left:top:width:height\" in whole pixels, for "
        "example \"0:0:640:480\"",
        property, value.c_str());
  if (*parsed == Rect{}) return {};  // all zero means none
  rect = *parsed;
  if (!allow_odd) {
    rect.left &= ~1, rect.top &= ~1;
    rect.width &= ~1, rect.height &= ~1;
  }
  if (rect.width < 1 || rect.height < 1 || rect.width > width - rect.left ||
      rect.height > height - rect.top)
    return text(
        "property %s is \"%s\", which does not lie in the %s of %d x %d: expected left + "
        "width <= %d, top + height <= %d and sides of at least 1",
        property, value.c_str(), picture, width, height, width, height);
  return {};
}

gboolean set_caps(GstBaseTransform* transform, GstCaps* in_caps, GstCaps* out_caps) {
  auto* self = self_of(transform);
  const Settings settings = settings_of(self);
  Plan plan;
  if (!gst_video_info_from_caps(&plan.in, in_caps) ||
      !gst_video_info_from_caps(&plan.out, out_caps)) {
    GST_ERROR_OBJECT(self, "cannot read %" GST_PTR_FORMAT " or %" GST_PTR_FORMAT, in_caps,
                     out_caps);
    return FALSE;
  }
  plan.settings_version = settings.version;
  plan.nvmm_in = is_nvmm(in_caps);
  plan.nvmm_out = is_nvmm(out_caps);
  plan.filter = filter_of(settings.interpolation_method);
  plan.mapping.flip = settings.flip;
  plan.problem =
      crop_of("src-crop", settings.src_crop, settings.allow_odd_crop, "input",
              GST_VIDEO_INFO_WIDTH(&plan.in), GST_VIDEO_INFO_HEIGHT(&plan.in), plan.mapping.from);
  if (plan.problem.empty())
    plan.problem =
        crop_of("dest-crop", settings.dest_crop, settings.allow_odd_crop, "output",
                GST_VIDEO_INFO_WIDTH(&plan.out), GST_VIDEO_INFO_HEIGHT(&plan.out), plan.mapping.to);
  // A problem is the next frame's to report: refused caps are tried again and again.
  const bool passthrough = plan.nvmm_in == plan.nvmm_out && !plan.converts_format() &&
                           !plan.moves_pixels() && !settings.disable_passthrough &&
                           plan.problem.empty();
  self->state->plan = plan;
  gst_base_transform_set_passthrough(transform, passthrough);
  GST_DEBUG_OBJECT(self, "%" GST_PTR_FORMAT " to %" GST_PTR_FORMAT "%s", in_caps, out_caps,
                   passthrough ? ", passed as it is" : "");
  return TRUE;
}

/// Settings may have changed while the caps did not.
void before_transform(GstBaseTransform* transform, GstBuffer*) {
  auto* self = self_of(transform);
  if (settings_of(self).version == self->state->plan.settings_version) return;
  GstCaps* in_caps = gst_pad_get_current_caps(GST_BASE_TRANSFORM_SINK_PAD(transform));
  GstCaps* out_caps = gst_pad_get_current_caps(GST_BASE_TRANSFORM_SRC_PAD(transform));
  if (in_caps && out_caps) set_caps(transform, in_caps, out_caps);
  gst_clear_caps(&in_caps);
  gst_clear_caps(&out_caps);
}

// ---- buffers

gboolean get_unit_size(GstBaseTransform*, GstCaps* caps, gsize* size) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, caps)) return FALSE;
  *size = is_nvmm(caps) ? sizeof(NvBufSurface) : GST_VIDEO_INFO_SIZE(&info);
  return TRUE;
}

gboolean transform_size(GstBaseTransform* transform, GstPadDirection, GstCaps*, gsize,
                        GstCaps* other_caps, gsize* other_size) {
  return get_unit_size(transform, other_caps, other_size);
}

gboolean propose_allocation(GstBaseTransform* transform, GstQuery* decide_query, GstQuery* query) {
  if (!GST_BASE_TRANSFORM_CLASS(gst_nv_video_convert_parent_class)
           ->propose_allocation(transform, decide_query, query))
    return FALSE;
  // Without a decide_query the parent asked nobody: we are the consumer, and read any strides.
  if (decide_query) gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

gboolean decide_allocation(GstBaseTransform*, GstQuery* query) {
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  if (caps && is_nvmm(caps)) return TRUE;  // pictures bring their own recycled memory
  GstVideoInfo info;
  if (!caps || !gst_video_info_from_caps(&info, caps)) return FALSE;
  GstBufferPool* pool = nullptr;
  guint size = 0, least = 0, most = 0;
  const bool offered = gst_query_get_n_allocation_pools(query) > 0;
  if (offered) gst_query_parse_nth_allocation_pool(query, 0, &pool, &size, &least, &most);
  if (!pool) {
    pool = gst_video_buffer_pool_new();
    least = most = 0;
  }
  size = std::max<guint>(size, GST_VIDEO_INFO_SIZE(&info));
  GstStructure* config = gst_buffer_pool_get_config(pool);
  gst_buffer_pool_config_set_params(config, caps, size, least, most);
  if (gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr))
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (!gst_buffer_pool_set_config(pool, config)) {  // it has its own idea of the sizes
    config = gst_buffer_pool_get_config(pool);
    if (!gst_buffer_pool_config_validate_params(config, caps, size, least, most)) {
      gst_structure_free(config);
      gst_object_unref(pool);
      pool = gst_video_buffer_pool_new();
      config = gst_buffer_pool_get_config(pool);
      gst_buffer_pool_config_set_params(config, caps, size, 0, 0);
    }
    gst_buffer_pool_set_config(pool, config);
  }
  if (offered)
    gst_query_set_nth_allocation_pool(query, 0, pool, size, least, most);
  else
    gst_query_add_allocation_pool(query, pool, size, least, most);
  gst_object_unref(pool);
  return TRUE;
}

GstFlowReturn prepare_output_buffer(GstBaseTransform* transform, GstBuffer* in, GstBuffer** out) {
  auto* parent = GST_BASE_TRANSFORM_CLASS(gst_nv_video_convert_parent_class);
  if (gst_base_transform_is_passthrough(transform) || !self_of(transform)->state->plan.nvmm_out)
    return parent->prepare_output_buffer(transform, in, out);
  *out = gst_buffer_new();  // transform() brings the batch
  GST_BASE_TRANSFORM_GET_CLASS(transform)->copy_metadata(transform, in, *out);
  return GST_FLOW_OK;
}

gboolean transform_meta(GstBaseTransform* transform, GstBuffer*, GstMeta* meta, GstBuffer*) {
  const Plan& plan = self_of(transform)->state->plan;
  const GType api = meta->info->api;
  const auto speaks_of = [&](const char* tag) {
    return gst_meta_api_type_has_tag(api, g_quark_from_static_string(tag));
  };
  // Everything goes along but what no longer holds.
  if (speaks_of(GST_META_TAG_MEMORY_STR)) return FALSE;
  if (plan.moves_pixels() &&
      (speaks_of(GST_META_TAG_VIDEO_SIZE_STR) || speaks_of(GST_META_TAG_VIDEO_ORIENTATION_STR)))
    return FALSE;
  return !(plan.converts_format() && speaks_of(GST_META_TAG_VIDEO_COLORSPACE_STR));
}

// ---- pixels

/// `from` as the plan wants it; black where it does not reach.
void draw(const Plan& plan, const ConstPixels& from, Rect from_rect, const Pixels& to) {
  if (!plan.fills_output()) fill_black_around(to, plan.mapping.to);
  convert(from, from_rect, to, plan.mapping.to, plan.filter, plan.mapping.flip);
}

/// Straight from the decoder's picture where that gives the same pixels, else from the frame's.
void draw(const Plan& plan, Frame& frame, const Pixels& to) {
  const Rect whole{0, 0, frame.width(), frame.height()};
  const Frame::Source source = frame.source();
  const ConstPixels& pixels = source.picture->pixels();
  if (plan.mapping.from == whole && source.placement == whole)
    draw(plan, pixels, {0, 0, pixels.width, pixels.height}, to);
  else
    draw(plan, frame.read(), plan.mapping.from, to);
}

/// For a frame of another size than the caps say, as the newer nvstreammux has them: what is done
/// to a frame of the caps' size, in proportion. One that keeps its size and place there does so
/// here, but in system memory, whose caps count.
Plan plan_for(const Plan& plan, const Frame& frame) {
  const int width = GST_VIDEO_INFO_WIDTH(&plan.in), height = GST_VIDEO_INFO_HEIGHT(&plan.in);
  if (frame.width() == width && frame.height() == height) return plan;
  Plan own = plan;
  if (plan.nvmm_out && !plan.moves_pixels()) {
    own.mapping.from = own.mapping.to = {0, 0, frame.width(), frame.height()};
    GST_VIDEO_INFO_WIDTH(&own.out) = frame.width();
    GST_VIDEO_INFO_HEIGHT(&own.out) = frame.height();
    return own;
  }
  const auto scaled = [](int value, int from, int to) { return int(int64_t(value) * to / from); };
  const Rect& crop = plan.mapping.from;
  own.mapping.from = {scaled(crop.left, width, frame.width()),
                      scaled(crop.top, height, frame.height()),
                      std::max(scaled(crop.width, width, frame.width()), 1),
                      std::max(scaled(crop.height, height, frame.height()), 1)};
  return own;
}

/// YUV keeps the colours of the input: pictures carry them, whatever the caps say.
std::shared_ptr<Picture> new_output(const Plan& plan, const ConstPixels& from) {
  return Picture::allocate(format_layout(GST_VIDEO_INFO_FORMAT(&plan.out))->format,
                           GST_VIDEO_INFO_WIDTH(&plan.out), GST_VIDEO_INFO_HEIGHT(&plan.out),
                           from.colour);
}

std::unique_ptr<Batch> converted(const Plan& plan, Batch& in) {
  auto out = std::make_unique<Batch>(in.capacity());
  for (int i = 0; i < in.size(); ++i) {
    Frame& frame = in.frame(i);
    const Plan own = plan_for(plan, frame);
    auto picture = new_output(own, frame.source().picture->pixels());
    draw(own, frame, picture->mutable_pixels());
    out->add(std::move(picture));
  }
  return out;
}

std::unique_ptr<Batch> converted(const Plan& plan, std::shared_ptr<const Picture> in) {
  auto out = std::make_unique<Batch>(1);
  if (!plan.converts_format() && !plan.moves_pixels()) {
    out->add(std::move(in));  // no copy: nobody writes into a wrapped picture
    return out;
  }
  auto picture = new_output(plan, in->pixels());
  draw(plan, in->pixels(), plan.mapping.from, picture->mutable_pixels());
  out->add(std::move(picture));
  return out;
}

/// @throws std::exception whose text says what is wrong.
void convert_buffer(const Plan& plan, GstBuffer* in, GstBuffer* out) {
  Batch* batch = nullptr;
  std::shared_ptr<const Picture> picture;
  if (plan.nvmm_in) {
    batch = batch_of(in);
    if (!batch) throw std::runtime_error(why_not_batch(in));
    if (batch->size() < 1) throw std::runtime_error("the batch holds no frame");
  } else {
    picture = Picture::wrap(in, plan.in);
  }
  if (plan.nvmm_out) {
    gst_buffer_append_memory(out, new_nvmm_memory(batch ? converted(plan, *batch)
                                                        : converted(plan, std::move(picture))));
  } else {
    describe(out, plan.out);  // for who asks for pixels without the caps at hand
    GstVideoFrame frame;
    if (!gst_video_frame_map(&frame, const_cast<GstVideoInfo*>(&plan.out), out, GST_MAP_WRITE))
      throw std::runtime_error("the output buffer cannot be mapped for writing");
    const std::unique_ptr<GstVideoFrame, decltype(&gst_video_frame_unmap)> mapped(
        &frame, gst_video_frame_unmap);
    if (batch)
      draw(plan_for(plan, batch->frame(0)), batch->frame(0), writable_pixels_of(frame));
    else
      draw(plan, picture->pixels(), plan.mapping.from, writable_pixels_of(frame));
  }
}

void map_coordinates(const Plan& plan, Batch* in, NvDsBatchMeta* meta) {
  for (NvDsFrameMetaList* node = meta->frame_meta_list; node; node = node->next) {
    auto& frame = *static_cast<NvDsFrameMeta*>(node->data);
    const bool there = in && frame.batch_id < guint(in->size());
    (there ? plan_for(plan, in->frame(int(frame.batch_id))).mapping : plan.mapping).apply(frame);
  }
}

GstFlowReturn transform(GstBaseTransform* transform, GstBuffer* in, GstBuffer* out) {
  auto* self = self_of(transform);
  const Plan& plan = self->state->plan;
  if (!plan.problem.empty()) {
    GST_ELEMENT_ERROR(self, LIBRARY, SETTINGS,
                      ("%s: %s.", GST_OBJECT_NAME(self), plan.problem.c_str()), (nullptr));
    return GST_FLOW_ERROR;
  }
  try {
    convert_buffer(plan, in, out);
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(
        self, STREAM, FORMAT,
        ("%s: cannot convert a frame: %s.", GST_OBJECT_NAME(self), error.what()),
        ("%s %d x %d to %s %d x %d", gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&plan.in)),
         GST_VIDEO_INFO_WIDTH(&plan.in), GST_VIDEO_INFO_HEIGHT(&plan.in),
         gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&plan.out)),
         GST_VIDEO_INFO_WIDTH(&plan.out), GST_VIDEO_INFO_HEIGHT(&plan.out)));
    return GST_FLOW_ERROR;
  }
  if (NvDsBatchMeta* batch_meta = gst_buffer_get_nvds_batch_meta(out))
    map_coordinates(plan, plan.nvmm_in ? batch_of(in) : nullptr, batch_meta);
  return GST_FLOW_OK;
}

// ---- object

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  auto* self = self_of(object);
  if (self->state->kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  const auto string = [&] {
    const char* given = g_value_get_string(value);
    return std::string(given ? given : "");
  };
  {
    std::lock_guard lock(self->state->mutex);
    Settings& settings = self->state->settings;
    switch (id) {
      case kFlipMethod:
        settings.flip = Flip(g_value_get_enum(value));
        break;
      case kSrcCrop:
        settings.src_crop = string();
        break;
      case kDestCrop:
        settings.dest_crop = string();
        break;
      case kAllowOddCrop:
        settings.allow_odd_crop = g_value_get_boolean(value);
        break;
      case kInterpolationMethod:
        settings.interpolation_method = g_value_get_enum(value);
        break;
      case kDisablePassthrough:
        settings.disable_passthrough = g_value_get_boolean(value);
        break;
      default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        return;
    }
    ++settings.version;
  }
  gst_base_transform_reconfigure_src(GST_BASE_TRANSFORM(self));  // a flip may swap the sides
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  auto* self = self_of(object);
  if (self->state->kept.get(object, id, value)) return;
  const Settings settings = settings_of(self);
  const auto set_string = [&](const std::string& string) {
    g_value_set_string(value, string.empty() ? nullptr : string.c_str());
  };
  switch (id) {
    case kFlipMethod:
      return g_value_set_enum(value, int(settings.flip));
    case kSrcCrop:
      return set_string(settings.src_crop);
    case kDestCrop:
      return set_string(settings.dest_crop);
    case kAllowOddCrop:
      return g_value_set_boolean(value, settings.allow_odd_crop);
    case kInterpolationMethod:
      return g_value_set_enum(value, settings.interpolation_method);
    case kDisablePassthrough:
      return g_value_set_boolean(value, settings.disable_passthrough);
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void finalize(GObject* object) {
  delete self_of(object)->state;
  G_OBJECT_CLASS(gst_nv_video_convert_parent_class)->finalize(object);
}

}  // namespace

static void gst_nv_video_convert_init(GstNvVideoConvert* self) { self->state = new State; }

static void gst_nv_video_convert_class_init(GstNvVideoConvertClass* klass) {
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
  base->get_unit_size = get_unit_size;
  base->transform_size = transform_size;
  base->before_transform = before_transform;
  base->propose_allocation = propose_allocation;
  base->decide_allocation = decide_allocation;
  base->prepare_output_buffer = prepare_output_buffer;
  base->transform_meta = transform_meta;
  base->transform = transform;

  constexpr auto kFlags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  constexpr auto kPlaying = GParamFlags(kFlags | GST_PARAM_MUTABLE_PLAYING);
  const auto boolean = [&](guint id, const char* name, const char* meaning, bool value) {
    g_object_class_install_property(object, id,
                                    g_param_spec_boolean(name, name, meaning, value, kPlaying));
  };
  const auto string = [&](guint id, const char* name, const char* meaning) {
    g_object_class_install_property(object, id,
                                    g_param_spec_string(name, name, meaning, nullptr, kPlaying));
  };
  g_object_class_install_property(
      object, kFlipMethod,
      g_param_spec_enum("flip-method", "flip-method", "Rotate or mirror the picture",
                        enum_type("GstNvVideoFlipMethod", kFlips), 0, kPlaying));
  string(kSrcCrop, "src-crop", "Part of the input, \"left:top:width:height\" in pixels");
  string(kDestCrop, "dest-crop",
         "Where in the output the picture is placed, \"left:top:width:height\" in pixels");
  boolean(kAllowOddCrop, "allow-odd-crop", "Allow odd numbers in crops, else round down to even",
          true);
  g_object_class_install_property(
      object, kInterpolationMethod,
      g_param_spec_enum("interpolation-method", "interpolation-method",
                        "Filter for scaling: nearest, bilinear, and for all others the best",
                        enum_type("GstNvInterpolationMethod", kInterpolations), 6, kPlaying));
  boolean(kDisablePassthrough, "disable-passthrough", "Copy even when nothing differs", false);
  KeptProperties::install(object, kFirstKept, kKept);

  GstCaps* caps = template_caps();
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
  gst_element_class_set_static_metadata(
      element, "Video converter", "Filter/Converter/Video/Scaler",
      "Converts format, size and memory of video, crops and flips; metadata follows", "Thalweg");
  observed_class_setup(object);
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvvideoconvert_debug, "nvvideoconvert", 0, "Video converter");
  return gst_element_register(plugin, "nvvideoconvert", GST_RANK_NONE,
                              gst_nv_video_convert_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvvideoconvert, "Thalweg: video converter",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
