#include "elements/frame_reader.h"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <exception>

#include "elements/system_buffer.h"
#include "elements/transforms.h"
#include "surface/batch.h"
#include "surface/convert.h"

namespace {

using namespace thalweg;

struct ThalwegFrameReader {
  GstBaseTransform parent;
  FrameReaderOptions options;
  GstVideoInfo in, out;
  gboolean in_nvmm;
  gboolean out_colours_given;  ///< else: those of the picture, of limited range
};
struct ThalwegFrameReaderClass {
  GstBaseTransformClass parent;
};
GType frame_reader_get_type();
G_DEFINE_TYPE(ThalwegFrameReader, frame_reader, GST_TYPE_BASE_TRANSFORM)

GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(kFrameCaps));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));

ThalwegFrameReader* as_reader(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, frame_reader_get_type(), ThalwegFrameReader);
}

/// The element that the user knows: the bin, or the reader itself in a test.
GstElement* owner(ThalwegFrameReader* self) {
  GstObject* parent = GST_OBJECT_PARENT(self);
  return parent ? GST_ELEMENT(parent) : GST_ELEMENT(self);
}
const char* owner_name(ThalwegFrameReader* self) {
  GstElementFactory* factory = gst_element_get_factory(owner(self));
  return factory ? GST_OBJECT_NAME(factory) : GST_OBJECT_NAME(owner(self));
}

void append_formats(GValue* list, std::initializer_list<const char*> names) {
  g_value_init(list, GST_TYPE_LIST);
  for (const char* name : names) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, G_TYPE_STRING);
    g_value_set_static_string(&value, name);
    gst_value_list_append_and_take_value(list, &value);
  }
}

/// Colours that the encoder is told of frames with these caps.
void set_colours(const FrameReaderOptions& options, GstStructure* structure, bool from_rgb) {
  const char* given = gst_structure_get_string(structure, "colorimetry");
  const bool given_full_range = given && g_str_has_prefix(given, "1:");
  if (options.full_range) {
    gst_structure_set(structure, "colorimetry", G_TYPE_STRING, "1:4:0:0", nullptr);
  } else if (from_rgb) {
    gst_structure_set(structure, "colorimetry", G_TYPE_STRING, GST_VIDEO_COLORIMETRY_BT601,
                      nullptr);
  } else if (given_full_range) {
    gst_structure_remove_field(structure, "colorimetry");
  }
}

/// The same frames on the other side: first as they are, then with every format that converts.
GstCaps* transform_caps(GstBaseTransform* transform, GstPadDirection from, GstCaps* caps,
                        GstCaps* filter) {
  const FrameReaderOptions& options = as_reader(transform)->options;
  GstCaps* result = gst_caps_new_empty();
  const auto add = [&](GstStructure* structure, bool nvmm) {
    gst_caps_append_structure_full(result, structure,
                                   nvmm ? gst_caps_features_new(kNvmmFeature, nullptr) : nullptr);
  };
  for (const bool converted : {false, true}) {
    for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
      GstStructure* structure = gst_structure_copy(gst_caps_get_structure(caps, i));
      gst_structure_remove_fields(structure, "batch-size", "num-surfaces-per-frame", nullptr);
      const bool from_rgb = g_strcmp0(gst_structure_get_string(structure, "format"), "RGBA") == 0;
      if (converted) {
        GValue formats = G_VALUE_INIT;
        if (from == GST_PAD_SINK) {
          append_formats(&formats, {"I420"});
        } else {
          append_formats(&formats, {"I420", "NV12", "RGBA"});
        }
        gst_structure_take_value(structure, "format", &formats);
      }
      // Frames of any colours can become those that the encoder takes.
      if (from == GST_PAD_SRC || (converted && from_rgb))
        gst_structure_remove_fields(structure, "colorimetry", "chroma-site", nullptr);
      if (from == GST_PAD_SINK)
        set_colours(options, structure, converted && from_rgb);
      else
        add(gst_structure_copy(structure), true);
      add(structure, false);
    }
  }
  return filtered_caps(result, filter);
}

/// The input's own format where the encoder takes it, else I420.
GstCaps* fixate_caps(GstBaseTransform*, GstPadDirection direction, GstCaps* caps, GstCaps* other) {
  if (direction == GST_PAD_SINK) {
    const char* format = gst_structure_get_string(gst_caps_get_structure(caps, 0), "format");
    other = gst_caps_make_writable(other);
    for (guint i = 0; i < gst_caps_get_size(other); ++i)
      gst_structure_fixate_field_string(gst_caps_get_structure(other, i), "format", format);
  }
  return gst_caps_fixate(other);
}

gboolean set_caps(GstBaseTransform* transform, GstCaps* in, GstCaps* out) {
  ThalwegFrameReader* self = as_reader(transform);
  if (!gst_video_info_from_caps(&self->in, in) || !gst_video_info_from_caps(&self->out, out))
    return FALSE;
  self->in_nvmm = gst_caps_features_contains(gst_caps_get_features(in, 0), kNvmmFeature);
  self->out_colours_given = gst_structure_has_field(gst_caps_get_structure(out, 0), "colorimetry");
  const int width = self->in.width, height = self->in.height;
  if (self->options.even_sizes_only && (width % 2 || height % 2)) {
    GST_ELEMENT_ERROR(owner(self), STREAM, FORMAT,
                      ("%s: cannot encode frames of %dx%d: %s with half-resolution "
                       "colour has even sizes only; put nvvideoconvert and a capsfilter with an "
                       "even width and height before.",
                       owner_name(self), width, height, self->options.format),
                      (nullptr));
    return FALSE;
  }
  return TRUE;
}

/// The output's size is that of its planes; nothing is allocated from it.
gboolean get_unit_size(GstBaseTransform*, GstCaps* caps, gsize* size) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, caps)) return FALSE;
  *size = info.size;
  return TRUE;
}

std::shared_ptr<const Picture> picture_of(ThalwegFrameReader* self, GstBuffer* buffer) {
  if (!self->in_nvmm) return Picture::wrap(buffer, self->in);
  Batch* batch = batch_of(buffer);
  if (!batch) throw std::runtime_error(why_not_batch(buffer));
  if (batch->size() != 1)
    throw std::runtime_error("the buffer holds a batch of " + std::to_string(batch->size()) +
                             " frames, an encoder takes one; put nvmultistreamtiler or "
                             "nvstreamdemux before");
  return batch->frame(0).read_picture();
}

GstFlowReturn prepare_output_buffer(GstBaseTransform* transform, GstBuffer* input,
                                    GstBuffer** output) {
  ThalwegFrameReader* self = as_reader(transform);
  try {
    std::shared_ptr<const Picture> picture = picture_of(self, input);
    const FormatLayout& wanted = *format_layout(self->out.finfo->format);
    const ConstPixels& pixels = picture->pixels();
    if (pixels.width != self->out.width || pixels.height != self->out.height)
      throw std::runtime_error("the frame is " + std::to_string(pixels.width) + "x" +
                               std::to_string(pixels.height) + ", its caps say " +
                               std::to_string(self->out.width) + "x" +
                               std::to_string(self->out.height));
    const Colour colours =
        self->out_colours_given ? colour_of(self->out) : Colour{pixels.colour.matrix, false};
    if (pixels.format != wanted.format || (is_yuv(wanted.format) && pixels.colour != colours)) {
      auto converted = Picture::allocate(wanted.format, pixels.width, pixels.height, colours);
      convert(pixels, converted->mutable_pixels(), Filter::kBilinear);
      picture = converted;
    }
    *output = system_buffer(picture, input);
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(owner(self), STREAM, FORMAT,
                      ("%s: cannot encode a buffer: %s.", owner_name(self), error.what()),
                      (nullptr));
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

GstFlowReturn transform(GstBaseTransform*, GstBuffer*, GstBuffer*) { return GST_FLOW_OK; }

gboolean decide_allocation(GstBaseTransform*, GstQuery*) { return TRUE; }

/// Pictures with planes anywhere are welcome.
gboolean propose_allocation(GstBaseTransform*, GstQuery*, GstQuery* query) {
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

void frame_reader_init(ThalwegFrameReader* self) {
  gst_video_info_init(&self->in);
  gst_video_info_init(&self->out);
}

void frame_reader_class_init(ThalwegFrameReaderClass* klass) {
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* base = GST_BASE_TRANSFORM_CLASS(klass);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Frame reader", "Filter/Converter/Video",
                                        "Gives an encoder frames of memory:NVMM", "Thalweg");
  base->transform_caps = transform_caps;
  base->fixate_caps = fixate_caps;
  base->set_caps = set_caps;
  base->get_unit_size = get_unit_size;
  base->prepare_output_buffer = prepare_output_buffer;
  base->transform = transform;
  base->decide_allocation = decide_allocation;
  base->propose_allocation = propose_allocation;
  base->passthrough_on_same_caps = TRUE;  // system memory in a format that the encoder takes
}

}  // namespace

namespace thalweg {

GstElement* new_frame_reader(const FrameReaderOptions& options) {
  auto* reader = GST_ELEMENT(g_object_new(frame_reader_get_type(), "name", "reader", nullptr));
  as_reader(reader)->options = options;
  return reader;
}

}  // namespace thalweg
