// nvjpegenc: frames of memory:NVMM in, JPEG pictures out, by the distribution's jpegenc.
//
// Properties may be set in any thread and state; quality works while playing.
#include "elements/encoder.h"
#include "elements/kept_properties.h"

GST_DEBUG_CATEGORY_STATIC(nvjpegenc_debug);
#define GST_CAT_DEFAULT nvjpegenc_debug

namespace {

using namespace thalweg;

enum Property : guint { kQuality = 1, kIdctMethod };

constexpr GEnumValue kIdctMethods[] = {{0, "Slow but accurate integer algorithm", "islow"},
                                       {1, "Faster, less accurate integer method", "ifast"},
                                       {2, "Floating-point: accurate", "float"},
                                       {0, nullptr, nullptr}};

const KeptProperty kProperties[] = {
    {.name = "quality",
     .type = G_TYPE_INT,
     .value = "85",
     .meaning = "Quality, 100 is best",
     .minimum = 0,
     .maximum = 100,
     .flags = GParamFlags(GST_PARAM_MUTABLE_PLAYING),
     .used = true},
    {.name = "idct-method",
     .type = G_TYPE_ENUM,
     .value = "1",
     .meaning = "Algorithm of the transform",
     .enum_values = kIdctMethods,
     .enum_name = "GstThalwegIdctMethod",
     .used = true},
    {.name = "Enableperf", .type = G_TYPE_BOOLEAN, .value = "false", .meaning = "Highest clocks"},
};

}  // namespace

/**
 * SECTION:element-nvjpegenc
 *
 * JPEG encoder. Frames are converted to the full range of brightness that JPEG has, so a picture
 * looks like its frame.
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=1 ! nvvideoconvert ! nvjpegenc ! filesink
 * location=out.jpg
 * ]|
 */
struct GstNvJpegEnc {
  ThalwegEncoder parent;
  KeptProperties* properties;
};
struct GstNvJpegEncClass {
  ThalwegEncoderClass parent;
};

static GType nvjpegenc_get_type();
G_DEFINE_TYPE(GstNvJpegEnc, nvjpegenc, encoder_get_type())

namespace {

GstNvJpegEnc* as_self(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, nvjpegenc_get_type(), GstNvJpegEnc);
}

bool make_parts(ThalwegEncoder* base, EncoderParts& parts) {
  parts.encoder = gst_element_factory_make("jpegenc", "encoder");
  if (!parts.encoder) {
    encoder_post_missing(base,
                         "no JPEG encoder found: expected the GStreamer element jpegenc; install "
                         "the package gstreamer1.0-plugins-good.");
    return false;
  }
  const auto number = [&](Property property) {
    return int(as_self(base)->properties->number(G_OBJECT(base), property));
  };
  g_object_set(parts.encoder, "quality", number(kQuality), "idct-method", number(kIdctMethod),
               nullptr);
  parts.out_caps = gst_caps_new_empty_simple("image/jpeg");
  return true;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GstNvJpegEnc* self = as_self(object);
  if (!self->properties->set(object, id, value, GST_CAT_DEFAULT))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  if (id != kQuality) return;
  if (GstElement* inner = encoder_ref_inner(&self->parent)) {
    g_object_set_property(G_OBJECT(inner), "quality", value);
    gst_object_unref(inner);
  }
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (!as_self(object)->properties->get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void finalize(GObject* object) {
  delete as_self(object)->properties;
  G_OBJECT_CLASS(nvjpegenc_parent_class)->finalize(object);
}

}  // namespace

static void nvjpegenc_init(GstNvJpegEnc* self) {
  self->properties = new KeptProperties(kQuality, kProperties);
}

static void nvjpegenc_class_init(GstNvJpegEncClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  KeptProperties::install(object, kQuality, kProperties);
  encoder_class_setup(&klass->parent,
                      {.format = "JPEG", .even_sizes_only = false, .full_range = true},
                      "image/jpeg", make_parts);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "JPEG encoder of memory:NVMM",
                                        "Codec/Encoder/Image", "Encodes JPEG on the CPU",
                                        "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvjpegenc_debug, "nvjpegenc", 0, "JPEG encoder of memory:NVMM");
  return gst_element_register(plugin, "nvjpegenc", GST_RANK_NONE, nvjpegenc_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvjpegenc, "Thalweg: JPEG encoder",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
