#include "elements/decoder.h"
#include "elements/hardware_properties.h"
#include "elements/kept_properties.h"
#include "elements/nvv4l2decoder/access_unit.h"

GST_DEBUG_CATEGORY_STATIC(nvv4l2decoder_debug);
#define GST_CAT_DEFAULT nvv4l2decoder_debug

// nvv4l2decoder: compressed video or pictures in, decoded pictures in memory:NVMM out.
//
// decodebin and uridecodebin choose it by its rank for every format that it takes.
//
//   gst-launch-1.0 filesrc location=clip.h264 ! h264parse ! nvv4l2decoder ! fakesink
//
// Property 'stats' counts what happened to every access unit: nothing is dropped without a count.
// skip-frames=decode_non_ref leaves out what nothing refers to in H.264, H.265 and MPEG-4, and
// decodes all of the other formats.

namespace {

using namespace thalweg;

constexpr guint kRank = 267;

constexpr char kLibav[] = "gstreamer1.0-libav";
constexpr char kBad[] = "gstreamer1.0-plugins-bad";
constexpr char kGood[] = "gstreamer1.0-plugins-good";

constexpr const char* kFormats[] = {"I420", "NV12"};

const Codec kCodecs[] = {
    {"H.264",
     "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au",
     {{"avdec_h264", kLibav}, {"openh264dec", kBad}},
     h264_access_unit},
    {"H.265",
     "video/x-h265, stream-format=(string)byte-stream, alignment=(string)au",
     {{"avdec_h265", kLibav}, {"libde265dec", kBad}},
     h265_access_unit},
    {"JPEG", "image/jpeg", {{"jpegdec", kGood}, {"avdec_mjpeg", kLibav}}, jpeg_picture},
    {"MPEG-4",
     "video/mpeg, mpegversion=(int)4, systemstream=(boolean)false; "
     "video/x-divx, divxversion=(int)[ 4, 5 ]",
     {{"avdec_mpeg4", kLibav}},
     mpeg4_access_unit},
    {"VP8", "video/x-vp8", {{"avdec_vp8", kLibav}, {"vp8dec", kGood}}},
    {"VP9", "video/x-vp9", {{"avdec_vp9", kLibav}, {"vp9dec", kGood}}},
    {"AV1", "video/x-av1", {{"av1dec", kBad}}},
};

enum Property : guint { kSkipFrames = 1, kDropFrameInterval, kQos };

constexpr GEnumValue kIoModes[] = {{0, "GST_V4L2_IO_AUTO", "auto"},
                                   {2, "GST_V4L2_IO_MMAP", "mmap"},
                                   {5, "GST_V4L2_IO_DMABUF_IMPORT", "dmabuf-import"},
                                   {0, nullptr, nullptr}};

const KeptProperty kProperties[] = {
    {.name = "skip-frames",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "Which frames to decode",
     .enum_values = kSkippedFrames,
     .enum_name = "SkipFrame",
     .used = true},
    {.name = "drop-frame-interval",
     .type = G_TYPE_UINT,
     .value = "0",
     .meaning = "Output only every Nth decoded frame (0 and 1: all)",
     .maximum = 30,
     .used = true},
    {.name = "qos",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Let the decoder leave out frames that would be late at the sink",
     .used = true},
    {.name = "extra-controls",
     .type = G_TYPE_BOXED,
     .value = nullptr,
     .meaning = "Controls of the V4L2 device"},
    {.name = "device",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "Device node",
     .flags = G_PARAM_READABLE},
    {.name = "device-name",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "Name of the device",
     .flags = G_PARAM_READABLE},
    {.name = "device-fd",
     .type = G_TYPE_INT,
     .value = "-1",
     .meaning = "File descriptor of the device",
     .minimum = -1,
     .flags = G_PARAM_READABLE},
    {.name = "output-io-mode",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "How compressed data reaches the device",
     .enum_values = kIoModes,
     .enum_name = "ThalwegV4l2IoMode"},
    {.name = "capture-io-mode",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "How pictures leave the device",
     .enum_values = kIoModes,
     .enum_name = "ThalwegV4l2IoMode"},
    {.name = "num-extra-surfaces",
     .type = G_TYPE_UINT,
     .value = "0",
     .meaning = "Surfaces beyond the decoder's minimum",
     .minimum = 0,
     .maximum = 55},
    kCudaDevice,
    {.name = "cudadec-memtype",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "Memory of decoded frames",
     .enum_values = kDecoderMemoryTypes,
     .enum_name = "CudaDecMemType"},
    {.name = "low-latency-mode",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Output without reordering"},
    {.name = "extract-sei-type5-data",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Attach SEI user data"},
    {.name = "sei-uuid", .type = G_TYPE_STRING, .value = nullptr, .meaning = "SEI to extract"},
    {.name = "mjpeg", .type = G_TYPE_BOOLEAN, .value = "false", .meaning = "Input is motion JPEG"},
    {.name = "disable-dpb",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "No reordering of decoded pictures"},
    {.name = "enable-full-frame",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Input is whole frames"},
    {.name = "enable-frame-type-reporting",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Report frame types"},
    {.name = "enable-error-check",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Report decoding errors"},
    {.name = "enable-max-performance",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Highest clock rates"},
    {.name = "bufapi-version",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Buffer interface of older versions"},
};

}  // namespace

struct GstNvV4l2Decoder {
  ThalwegDecoder parent;
  KeptProperties* properties;
};
struct GstNvV4l2DecoderClass {
  ThalwegDecoderClass parent_class;
};

static GType nvv4l2decoder_get_type();
G_DEFINE_TYPE(GstNvV4l2Decoder, nvv4l2decoder, decoder_get_type())

namespace {

GstNvV4l2Decoder* as_decoder(void* object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, nvv4l2decoder_get_type(), GstNvV4l2Decoder);
}

void configure(ThalwegDecoder* base, GstElement* inner) {
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(inner), "qos"))
    g_object_set(inner, "qos", gboolean(as_decoder(base)->properties->number(G_OBJECT(base), kQos)),
                 nullptr);
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GstNvV4l2Decoder* self = as_decoder(object);
  if (!self->properties->set(object, id, value, GST_CAT_DEFAULT)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  } else if (id == kSkipFrames) {
    decoder_set_skip(&self->parent, SkipFrames(g_value_get_enum(value)));
  } else if (id == kDropFrameInterval) {
    decoder_set_drop_interval(&self->parent, g_value_get_uint(value));
  } else if (id == kQos) {
    decoder_set_inner(&self->parent, "qos", value);
  }
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  GstNvV4l2Decoder* self = as_decoder(object);
  if (!self->properties->get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void finalize(GObject* object) {
  delete as_decoder(object)->properties;
  G_OBJECT_CLASS(nvv4l2decoder_parent_class)->finalize(object);
}

}  // namespace

static void nvv4l2decoder_init(GstNvV4l2Decoder* self) {
  self->properties = new KeptProperties(kSkipFrames, kProperties);
}

static void nvv4l2decoder_class_init(GstNvV4l2DecoderClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  klass->parent_class.configure = configure;
  decoder_class_setup(&klass->parent_class, kCodecs, kFormats);
  KeptProperties::install(object, kSkipFrames, kProperties);

  gst_element_class_set_static_metadata(
      GST_ELEMENT_CLASS(klass), "Decoder to memory:NVMM", "Codec/Decoder/Video",
      "Decodes video and JPEG on the CPU into pictures that DeepStream elements take", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvv4l2decoder_debug, "nvv4l2decoder", 0, "decoder to memory:NVMM");
  return gst_element_register(plugin, "nvv4l2decoder", kRank, nvv4l2decoder_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvv4l2decoder, "Decoder to memory:NVMM",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
