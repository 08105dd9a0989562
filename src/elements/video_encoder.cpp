#include "elements/video_encoder.h"

#include <gst/video/video.h>

#include <algorithm>
#include <vector>

GST_DEBUG_CATEGORY_STATIC(video_encoder_debug);
#define GST_CAT_DEFAULT video_encoder_debug

namespace thalweg {

static void video_encoder_init(ThalwegVideoEncoder* self);
static void video_encoder_class_init(ThalwegVideoEncoderClass* klass);
G_DEFINE_ABSTRACT_TYPE(ThalwegVideoEncoder, video_encoder, encoder_get_type())

namespace {

constexpr GEnumValue kRateControls[] = {{0, "GST_V4L2_VIDENC_VARIABLE_BITRATE", "variable_bitrate"},
                                        {1, "GST_V4L2_VIDENC_CONSTANT_BITRATE", "constant_bitrate"},
                                        {0, nullptr, nullptr}};
constexpr GEnumValue kOutputModes[] = {{0, "GST_V4L2_IO_AUTO", "auto"},
                                       {2, "GST_V4L2_IO_MMAP", "mmap"},
                                       {5, "GST_V4L2_IO_DMABUF_IMPORT", "dmabuf-import"},
                                       {0, nullptr, nullptr}};
constexpr GEnumValue kCaptureModes[] = {
    {0, "GST_V4L2_IO_AUTO", "auto"}, {2, "GST_V4L2_IO_MMAP", "mmap"}, {0, nullptr, nullptr}};
constexpr GEnumValue kTunings[] = {{1, "High quality", "HighQualityPreset"},
                                   {2, "Low latency", "LowLatencyPreset"},
                                   {3, "Ultra low latency", "UltraLowLatencyPreset"},
                                   {4, "Lossless", "LosslessPreset"},
                                   {0, nullptr, nullptr}};
constexpr GEnumValue kLevels[] = {{0, "No hardware preset", "DisablePreset"},
                                  {1, "Fastest", "UltraFastPreset"},
                                  {2, "Fast", "FastPreset"},
                                  {3, "Medium", "MediumPreset"},
                                  {4, "Slow", "SlowPreset"},
                                  {0, nullptr, nullptr}};

enum Property : guint {
  kBitrate = 1,
  kControlRate,
  kIframeInterval,
  kIdrInterval,
  kProfile,
  kInsertSpsPps,
  kForceIdr,
  kForceIntra,
};

constexpr auto kPlaying = GParamFlags(GST_PARAM_MUTABLE_PLAYING);

KeptProperty used(const char* name, GType type, const char* value, const char* meaning,
                  GParamFlags flags = GParamFlags(0)) {
  return {
      .name = name, .type = type, .value = value, .meaning = meaning, .flags = flags, .used = true};
}

KeptProperty used_enum(const char* name, const char* value, const char* meaning,
                       const GEnumValue* values, const char* enum_name) {
  KeptProperty property = used(name, G_TYPE_ENUM, value, meaning);
  property.enum_values = values;
  property.enum_name = enum_name;
  return property;
}

/// All properties of an encoder, in the order of Property.
std::vector<KeptProperty> properties_of(const VideoEncoderKind& kind, const char* profile) {
  std::vector<KeptProperty> all = {
      used("bitrate", G_TYPE_UINT, "4000000", "Bits a second", kPlaying),
      used_enum("control-rate", "1", "How to keep to the bit rate", kRateControls,
                "GstThalwegEncRateControl"),
      used("iframeinterval", G_TYPE_UINT, "30",
           "Frames from one intra frame to the next, 0: no limit"),
      used("idrinterval", G_TYPE_UINT, "256", "Frames from one IDR frame to the next, 0: no limit"),
      used_enum("profile", profile, "Profile of the stream", kind.profiles, kind.profiles_name),
      used("insert-sps-pps", G_TYPE_BOOLEAN, "false",
           "Repeat parameter sets before every IDR frame (always done)"),
      used("force-idr", G_TYPE_BOOLEAN, "false", "Setting it makes the next frame an IDR frame",
           kPlaying),
      used("force-intra", G_TYPE_BOOLEAN, "false", "Setting it makes the next frame an intra frame",
           kPlaying),
      {"extra-controls", G_TYPE_BOXED, nullptr, "Controls of the V4L2 device"},
      {"output-io-mode", G_TYPE_ENUM, "0", "Buffers on the raw side", kOutputModes,
       "GstThalwegEncOutputIoMode"},
      {"capture-io-mode", G_TYPE_ENUM, "0", "Buffers on the encoded side", kCaptureModes,
       "GstThalwegEncCaptureIoMode"},
      {"gpu-id", G_TYPE_UINT, "0", "GPU to use"},
      {"preset-id", G_TYPE_UINT, "1", "Speed or quality, 1 to 7", nullptr, nullptr, 1, 7},
      {"tuning-info-id", G_TYPE_ENUM, "2", "What to tune for", kTunings, "GstThalwegEncTuning"},
      {"extended-colorformat", G_TYPE_BOOLEAN, "false", "Full-range colour"},
      {"maxbitrate", G_TYPE_UINT, "0", "Most bits a second"},
      {"vbvbufsize", G_TYPE_UINT, "0", "Size of the rate buffer, bits"},
      {"vbvinit", G_TYPE_UINT, "0", "Filling of the rate buffer at the start, bits"},
      {"cq", G_TYPE_UINT, "0", "Constant quality"},
      {"aq", G_TYPE_UINT, "0", "Strength of spatial adaptive quantisation"},
      {"temporalaq", G_TYPE_BOOLEAN, "false", "Temporal adaptive quantisation"},
      {"constqp", G_TYPE_STRING, nullptr, "Constant quantiser, \"I:P:B\""},
      {"initqp", G_TYPE_STRING, "0:0:0", "First quantiser, \"I:P:B\""},
      {"copy-meta", G_TYPE_BOOLEAN, "false", "Carry metadata to the output"},
      {"preset-level", G_TYPE_ENUM, "1", "Preset of the hardware", kLevels, "GstThalwegEncLevel"},
      {"insert-vui", G_TYPE_BOOLEAN, "false", "Insert video usability information"},
      {"insert-aud", G_TYPE_BOOLEAN, "false", "Insert access unit delimiters"},
      {"maxperf-enable", G_TYPE_BOOLEAN, "false", "Highest clocks"},
      {"num-B-Frames", G_TYPE_UINT, "0", "B frames between two references"},
      {"num-Ref-Frames", G_TYPE_UINT, "1", "Reference frames"},
      {"peak-bitrate", G_TYPE_UINT, "0", "Peak of a variable bit rate"},
      {"quant-i-frames", G_TYPE_UINT, "-1", "Quantiser of I frames"},
      {"quant-p-frames", G_TYPE_UINT, "-1", "Quantiser of P frames"},
      {"quant-b-frames", G_TYPE_UINT, "-1", "Quantiser of B frames"},
      {"qp-range", G_TYPE_STRING, nullptr, "Limits of the quantiser"},
      {"vbv-size", G_TYPE_UINT, "4000000", "Size of the rate buffer"},
      {"ratecontrol-enable", G_TYPE_BOOLEAN, "true", "Control the rate"},
      {"slice-header-spacing", G_TYPE_UINT64, "0", "Distance of slice headers"},
      {"bit-packetization", G_TYPE_BOOLEAN, "false", "Slices by bits instead of blocks"},
      {"SliceIntraRefreshInterval", G_TYPE_UINT, "0", "Interval of intra refresh"},
      {"EnableTwopassCBR", G_TYPE_BOOLEAN, "false", "Two passes"},
      {"EnableMVBufferMeta", G_TYPE_BOOLEAN, "false", "Metadata of motion vectors"},
      {"enable-lossless", G_TYPE_BOOLEAN, "false", "Lossless"},
      {"copy-timestamp", G_TYPE_BOOLEAN, "false", "Write the timestamp into the stream"},
      {"MeasureEncoderLatency", G_TYPE_BOOLEAN, "false", "Measure latency"},
      {"bufapi-version", G_TYPE_BOOLEAN, "false", "Version of the buffer interface"},
  };
  all[kControlRate - kBitrate].used = kind.controls_rate;
  all.insert(all.end(), kind.others.begin(), kind.others.end());
  return all;
}

ThalwegVideoEncoder* as_video_encoder(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, video_encoder_get_type(), ThalwegVideoEncoder);
}

const ThalwegVideoEncoderClass* class_of(gpointer object) {
  return G_TYPE_INSTANCE_GET_CLASS(object, video_encoder_get_type(), ThalwegVideoEncoderClass);
}

VideoEncoderSettings settings_of(ThalwegVideoEncoder* self) {
  const auto number = [&](Property property) {
    return self->properties->number(G_OBJECT(self), property);
  };
  const guint intra = guint(number(kIframeInterval)), idr = guint(number(kIdrInterval));
  return {.bits_per_second = guint(number(kBitrate)),
          .constant_rate = number(kControlRate) == 1,
          .key_distance = intra == 0 || idr == 0 ? std::max(intra, idr) : std::min(intra, idr),
          .profile = int(number(kProfile))};
}

bool make_parts(ThalwegEncoder* base, EncoderParts& parts) {
  ThalwegVideoEncoder* self = as_video_encoder(base);
  const VideoEncoderKind& kind = *class_of(self)->kind;
  const VideoEncoderSettings settings = settings_of(self);
  std::string why_not;
  if (!kind.make(settings, parts, why_not)) {
    encoder_post_missing(base, why_not.c_str());
    return false;
  }
  kind.set_bitrate(parts.encoder, settings.bits_per_second);
  const char* profile = kind.profile_caps(settings.profile);
  parts.raw_format = kind.raw_format(settings.profile);
  parts.out_caps = gst_caps_from_string(kind.src_caps);
  gst_caps_set_simple(parts.out_caps, "profile", G_TYPE_STRING, profile, nullptr);
  GST_INFO_OBJECT(self, "encoding with %s, profile %s, a key frame every %u frames",
                  GST_OBJECT_NAME(gst_element_get_factory(parts.encoder)), profile,
                  settings.key_distance);
  return true;
}

void force_key_frame(GstElement* encoder) {
  gst_element_send_event(encoder,
                         gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  ThalwegVideoEncoder* self = as_video_encoder(object);
  if (!self->properties->set(object, id, value, GST_CAT_DEFAULT)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    return;
  }
  const bool forces = (id == kForceIdr || id == kForceIntra) && g_value_get_boolean(value);
  if (id != kBitrate && !forces) return;
  GstElement* inner = encoder_ref_inner(&self->parent);
  if (!inner) return;  // the first frame is a key frame anyway
  if (forces)
    force_key_frame(inner);
  else
    class_of(self)->kind->set_bitrate(inner, g_value_get_uint(value));
  gst_object_unref(inner);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (!as_video_encoder(object)->properties->get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void constructed(GObject* object) {
  G_OBJECT_CLASS(video_encoder_parent_class)->constructed(object);
  as_video_encoder(object)->properties = new KeptProperties(kBitrate, class_of(object)->properties);
}

void finalize(GObject* object) {
  delete as_video_encoder(object)->properties;
  G_OBJECT_CLASS(video_encoder_parent_class)->finalize(object);
}

}  // namespace

static void video_encoder_init(ThalwegVideoEncoder*) {}

static void video_encoder_class_init(ThalwegVideoEncoderClass* klass) {
  GST_DEBUG_CATEGORY_INIT(video_encoder_debug, "thalweg-encoder", 0, "encoders of memory:NVMM");
  G_OBJECT_CLASS(klass)->constructed = constructed;
  G_OBJECT_CLASS(klass)->finalize = finalize;
}

void video_encoder_class_setup(ThalwegVideoEncoderClass* klass, const VideoEncoderKind& kind) {
  // Both live as long as the class, which is for ever.
  const char* profile = g_strdup_printf("%d", kind.default_profile);
  const auto* properties = new std::vector<KeptProperty>(properties_of(kind, profile));
  klass->kind = &kind;
  klass->properties = *properties;
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  KeptProperties::install(object, kBitrate, klass->properties);
  encoder_class_setup(&klass->parent, {.format = kind.format}, kind.src_caps, make_parts);
}

}  // namespace thalweg
