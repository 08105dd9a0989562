// nvjpegdec: JPEG pictures in, decoded pictures in memory:NVMM out.
//
//   gst-launch-1.0 filesrc location=picture.jpg ! jpegparse ! nvjpegdec ! nvvideoconvert ! fakesink
//
// decodebin does not choose it: nvv4l2decoder, which is ranked, takes JPEG too.
#include "elements/decoder.h"
#include "elements/kept_properties.h"

GST_DEBUG_CATEGORY_STATIC(nvjpegdec_debug);
#define GST_CAT_DEFAULT nvjpegdec_debug

namespace {

using namespace thalweg;

constexpr const char* kFormats[] = {"I420", "NV12", "RGBA"};

const Codec kCodecs[] = {
    {"JPEG",
     "image/jpeg",
     {{"jpegdec", "gstreamer1.0-plugins-good"}, {"avdec_mjpeg", "gstreamer1.0-libav"}},
     [](GstBuffer*, int&) { return AccessUnit{}; }},
};

enum Property : guint { kIdctMethod = 1 };

constexpr GEnumValue kIdctMethods[] = {{0, "Slow but accurate integer algorithm", "islow"},
                                       {1, "Faster, less accurate integer method", "ifast"},
                                       {2, "Floating-point: accurate", "float"},
                                       {0, nullptr, nullptr}};

const KeptProperty kProperties[] = {
    {.name = "idct-method",
     .type = G_TYPE_ENUM,
     .value = "1",
     .meaning = "Algorithm of the inverse transform",
     .enum_values = kIdctMethods,
     .enum_name = "GstThalwegIdctMethod",
     .used = true},
    {.name = "DeepStream",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Buffers as DeepStream's elements take them"},
    {.name = "gpu-id", .type = G_TYPE_UINT, .value = "0", .meaning = "GPU to use"},
};

}  // namespace

struct GstNvJpegDec {
  ThalwegDecoder parent;
  KeptProperties* properties;
};
struct GstNvJpegDecClass {
  ThalwegDecoderClass parent_class;
};

static GType nvjpegdec_get_type();
G_DEFINE_TYPE(GstNvJpegDec, nvjpegdec, decoder_get_type())

namespace {

GstNvJpegDec* as_self(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, nvjpegdec_get_type(), GstNvJpegDec);
}

void configure(ThalwegDecoder* base, GstElement* inner) {
  const gint64 method = as_self(base)->properties->number(G_OBJECT(base), kIdctMethod);
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(inner), "idct-method"))
    g_object_set(inner, "idct-method", int(method), nullptr);
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (!as_self(object)->properties->set(object, id, value, GST_CAT_DEFAULT))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (!as_self(object)->properties->get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void finalize(GObject* object) {
  delete as_self(object)->properties;
  G_OBJECT_CLASS(nvjpegdec_parent_class)->finalize(object);
}

}  // namespace

static void nvjpegdec_init(GstNvJpegDec* self) {
  self->properties = new KeptProperties(kIdctMethod, kProperties);
}

static void nvjpegdec_class_init(GstNvJpegDecClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  klass->parent_class.configure = configure;
  decoder_class_setup(&klass->parent_class, kCodecs, kFormats);
  KeptProperties::install(object, kIdctMethod, kProperties);
  gst_element_class_set_static_metadata(
      GST_ELEMENT_CLASS(klass), "JPEG decoder to memory:NVMM", "Codec/Decoder/Image",
      "Decodes JPEG on the CPU into pictures that DeepStream elements take", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvjpegdec_debug, "nvjpegdec", 0, "JPEG decoder to memory:NVMM");
  return gst_element_register(plugin, "nvjpegdec", GST_RANK_NONE, nvjpegdec_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvjpegdec, "JPEG decoder to memory:NVMM",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
