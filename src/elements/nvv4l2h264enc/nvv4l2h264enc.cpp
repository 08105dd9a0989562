// nvv4l2h264enc: frames of memory:NVMM in, H.264 out, by a software encoder of the distribution.
//
// A bin of reader ! openh264enc | x264enc ! capsfilter, built at NULL -> READY, since which encoder
// fits depends on the profile, and taken apart at READY -> NULL. Properties may be set in any
// thread and state; bitrate, force-idr and force-intra work while playing.
#include <gst/gst.h>
#include <gst/video/video.h>

#include <algorithm>

#include "elements/kept_properties.h"
#include "elements/nvv4l2h264enc/frame_reader.h"

GST_DEBUG_CATEGORY_STATIC(nvv4l2h264enc_debug);
#define GST_CAT_DEFAULT nvv4l2h264enc_debug

namespace {

using thalweg::KeptProperties;
using thalweg::KeptProperty;

enum RateControl { kVariableBitrate = 0, kConstantBitrate = 1 };
enum Profile { kBaseline = 0, kMain = 2, kHigh = 4, kHigh444 = 7 };

constexpr GEnumValue kRateControls[] = {
    {kVariableBitrate, "GST_V4L2_VIDENC_VARIABLE_BITRATE", "variable_bitrate"},
    {kConstantBitrate, "GST_V4L2_VIDENC_CONSTANT_BITRATE", "constant_bitrate"},
    {0, nullptr, nullptr}};
constexpr GEnumValue kProfiles[] = {
    {kBaseline, "GST_V4L2_H264_VIDENC_BASELINE_PROFILE", "Baseline"},
    {kMain, "GST_V4L2_H264_VIDENC_MAIN_PROFILE", "Main"},
    {kHigh, "GST_V4L2_H264_VIDENC_HIGH_PROFILE", "High"},
    {kHigh444, "GST_V4L2_H264_VIDENC_HIGH444_PROFILE", "High444"},
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
  kPropBitrate = 1,
  kPropControlRate,
  kPropIframeInterval,
  kPropIdrInterval,
  kPropProfile,
  kPropInsertSpsPps,
  kPropForceIdr,
  kPropForceIntra,
  kPropExtraControls,
  kFirstKept,
};

const KeptProperty kKept[] = {
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
    {"bit-packetization", G_TYPE_BOOLEAN, "false", "Slices by bits instead of macroblocks"},
    {"SliceIntraRefreshInterval", G_TYPE_UINT, "0", "Interval of intra refresh"},
    {"EnableTwopassCBR", G_TYPE_BOOLEAN, "false", "Two passes"},
    {"EnableMVBufferMeta", G_TYPE_BOOLEAN, "false", "Metadata of motion vectors"},
    {"enable-lossless", G_TYPE_BOOLEAN, "false", "Lossless"},
    {"copy-timestamp", G_TYPE_BOOLEAN, "false", "Write the timestamp into the stream"},
    {"MeasureEncoderLatency", G_TYPE_BOOLEAN, "false", "Measure latency"},
    {"bufapi-version", G_TYPE_BOOLEAN, "false", "Version of the buffer interface"},
    {"disable-cabac", G_TYPE_BOOLEAN, "false", "Use CAVLC"},
    {"poc-type", G_TYPE_UINT, "0", "Type of the picture order count", nullptr, nullptr, 0, 2},
};

struct Settings {
  guint bitrate = 4000000, iframe_interval = 30, idr_interval = 256;
  int control_rate = kConstantBitrate, profile = kBaseline;
  bool insert_sps_pps = false, force_idr = false, force_intra = false;
};

struct EncoderState {
  Settings settings;
  GstStructure* extra_controls = nullptr;
  KeptProperties kept{kFirstKept, kKept};
  GstPad *sink = nullptr, *src = nullptr;  ///< ghost pads, owned by the bin
  GstElement* encoder = nullptr;           ///< owned by the bin, from READY on

  ~EncoderState() {
    if (extra_controls) gst_structure_free(extra_controls);
  }
};

/// Frames from one key frame to the next. Each intra frame of the encoders is a key frame (IDR), so
/// the smaller interval rules; 0 sets none.
guint key_distance(const Settings& settings) {
  const guint intra = settings.iframe_interval, idr = settings.idr_interval;
  if (intra == 0 || idr == 0) return std::max(intra, idr);
  return std::min(intra, idr);
}

const char* profile_name(int profile) {
  switch (profile) {
    case kMain:
      return "main";
    case kHigh:
      return "high";
    case kHigh444:
      return "high-4:4:4";
    default:
      return "constrained-baseline";
  }
}

void set_bitrate(GstElement* encoder, guint bits_per_second) {
  const bool x264 = g_str_has_prefix(GST_OBJECT_NAME(gst_element_get_factory(encoder)), "x264");
  g_object_set(encoder, "bitrate",
               x264 ? std::clamp((bits_per_second + 500) / 1000, 1u, 2048000u) : bits_per_second,
               nullptr);
}

}  // namespace

/**
 * SECTION:element-nvv4l2h264enc
 *
 * H.264 encoder. Uses openh264enc, or x264enc where that is missing or the profile is High444, set
 * up for speed: about 2 and 3 ms of one core a frame of 768x576. The encoder reads the frames where
 * they are, without a copy. Every intra frame is an IDR frame, so the distance of key frames is the
 * smaller one of iframeinterval and idrinterval; parameter sets precede each of them, whatever
 * insert-sps-pps says.
 *
 * |[
 * gst-launch-1.0 filesrc location=clip.mp4 ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0
 *   nvstreammux name=m width=768 height=576 batch-size=1 ! nvdsosd ! nvv4l2h264enc bitrate=2000000
 * ! h264parse ! qtmux ! filesink location=out.mp4
 * ]|
 */
struct GstNvV4l2H264Enc {
  GstBin parent;
  EncoderState* state;
};
struct GstNvV4l2H264EncClass {
  GstBinClass parent;
};

GType gst_nv_v4l2_h264_enc_get_type();
G_DEFINE_TYPE(GstNvV4l2H264Enc, gst_nv_v4l2_h264_enc, GST_TYPE_BIN)

static GstNvV4l2H264Enc* encoder_of(gpointer object) {
  return static_cast<GstNvV4l2H264Enc*>(object);
}

#define FRAME_CAPS                                                         \
  "format={I420,NV12,RGBA}, width=[1,2147483647], height=[1,2147483647], " \
  "framerate=[0/1,2147483647/1]"

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("video/x-raw(memory:NVMM), " FRAME_CAPS "; video/x-raw, " FRAME_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("video/x-h264, stream-format=byte-stream, alignment=au"));

/// The encoder that fits, floating; nullptr with an element error posted when there is none.
static GstElement* make_encoder(GstNvV4l2H264Enc* self, const Settings& settings) {
  const bool only_x264 = settings.profile == kHigh444;
  GstElement* encoder = only_x264 ? nullptr : gst_element_factory_make("openh264enc", "encoder");
  if (encoder) {
    g_object_set(encoder, "gop-size", key_distance(settings), "complexity", 0,
                 // 1: bitrate, 0: quality
                 "rate-control", settings.control_rate == kConstantBitrate ? 1 : 0,
                 // Key frames where they were asked for, no others.
                 "scene-change-detection", FALSE,
                 // Costs a tenth of the time and changes nothing at this complexity.
                 "adaptive-quantization", FALSE, nullptr);
  } else if ((encoder = gst_element_factory_make("x264enc", "encoder"))) {
    const guint distance = key_distance(settings);
    g_object_set(encoder, "speed-preset", 1, "tune", 4, "aud", FALSE, "key-int-max",
                 distance ? distance : guint(G_MAXINT), "cabac", settings.profile != kBaseline,
                 "dct8x8", settings.profile == kHigh || settings.profile == kHigh444,
                 // Without a buffer to keep to, the rate is only right on average.
                 "vbv-buf-capacity", settings.control_rate == kConstantBitrate ? 600 : 0, nullptr);
  } else if (only_x264) {
    GST_ELEMENT_ERROR(
        self, CORE, MISSING_PLUGIN,
        ("nvv4l2h264enc: profile High444 needs the GStreamer element x264enc, which is "
         "not installed; install the package gstreamer1.0-plugins-ugly, or choose "
         "another profile."),
        (nullptr));
    return nullptr;
  } else {
    GST_ELEMENT_ERROR(self, CORE, MISSING_PLUGIN,
                      ("nvv4l2h264enc: no H.264 encoder found: expected the GStreamer element "
                       "openh264enc (package gstreamer1.0-plugins-bad) or x264enc (package "
                       "gstreamer1.0-plugins-ugly); install one of them."),
                      (nullptr));
    return nullptr;
  }
  set_bitrate(encoder, settings.bitrate);
  return encoder;
}

/// openh264enc complains on stderr when it is asked, at EOS, for the frames that it holds back. It
/// never holds one back, so EOS goes round it.
static GstPadProbeReturn eos_round_encoder(GstPad*, GstPadProbeInfo* info, gpointer encoder) {
  if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_EOS) return GST_PAD_PROBE_OK;
  GstPad* src = gst_element_get_static_pad(GST_ELEMENT(encoder), "src");
  const bool encoded = gst_pad_has_current_caps(src);
  if (encoded) gst_pad_push_event(src, gst_event_ref(GST_PAD_PROBE_INFO_EVENT(info)));
  gst_object_unref(src);
  return encoded ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static GstElement* caps_filter(const char* name, GstCaps* caps) {
  GstElement* filter = gst_element_factory_make("capsfilter", name);
  g_object_set(filter, "caps", caps, nullptr);
  gst_caps_unref(caps);
  return filter;
}

static gboolean build(GstNvV4l2H264Enc* self) {
  EncoderState& state = *self->state;
  GST_OBJECT_LOCK(self);
  const Settings settings = state.settings;
  GST_OBJECT_UNLOCK(self);

  GstElement* encoder = make_encoder(self, settings);
  if (!encoder) return FALSE;
  GST_INFO_OBJECT(self, "encoding with %s, profile %s, a key frame every %u frames",
                  GST_OBJECT_NAME(gst_element_get_factory(encoder)), profile_name(settings.profile),
                  key_distance(settings));
  GstBin* bin = &self->parent;
  GstElement* reader = thalweg::new_frame_reader();
  GstElement* filter = caps_filter(
      "profile", gst_caps_new_simple("video/x-h264", "stream-format", G_TYPE_STRING, "byte-stream",
                                     "alignment", G_TYPE_STRING, "au", "profile", G_TYPE_STRING,
                                     profile_name(settings.profile), nullptr));
  gst_bin_add_many(bin, reader, encoder, filter, nullptr);
  gboolean linked = gst_element_link(encoder, filter);
  if (settings.profile == kHigh444) {
    GstElement* converter = gst_element_factory_make("videoconvert", "converter");
    if (!converter) {
      GST_ELEMENT_ERROR(self, CORE, MISSING_PLUGIN,
                        ("nvv4l2h264enc: profile High444 needs the GStreamer element videoconvert, "
                         "which is not installed; install the package gstreamer1.0-plugins-base."),
                        (nullptr));
      return FALSE;
    }
    GstElement* full = caps_filter(
        "colour", gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "Y444", nullptr));
    gst_bin_add_many(bin, converter, full, nullptr);
    linked = linked && gst_element_link_many(reader, converter, full, encoder, nullptr);
  } else {
    linked = linked && gst_element_link(reader, encoder);
  }
  if (!linked) {
    GST_ELEMENT_ERROR(
        self, CORE, NEGOTIATION,
        ("nvv4l2h264enc: the encoder %s does not fit: it cannot give profile %s; "
         "choose another profile.",
         GST_OBJECT_NAME(gst_element_get_factory(encoder)), profile_name(settings.profile)),
        (nullptr));
    return FALSE;
  }
  if (g_str_has_prefix(GST_OBJECT_NAME(gst_element_get_factory(encoder)), "openh264")) {
    GstPad* pad = gst_element_get_static_pad(encoder, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, eos_round_encoder, encoder,
                      nullptr);
    gst_object_unref(pad);
  }
  const auto set_target = [](GstPad* ghost, GstElement* element, const char* name) {
    GstPad* target = gst_element_get_static_pad(element, name);
    gst_ghost_pad_set_target(GST_GHOST_PAD(ghost), target);
    gst_object_unref(target);
  };
  set_target(state.sink, reader, "sink");
  set_target(state.src, filter, "src");
  GST_OBJECT_LOCK(self);
  state.encoder = encoder;
  GST_OBJECT_UNLOCK(self);
  return TRUE;
}

static void take_apart(GstNvV4l2H264Enc* self) {
  EncoderState& state = *self->state;
  GST_OBJECT_LOCK(self);
  state.encoder = nullptr;
  GST_OBJECT_UNLOCK(self);
  gst_ghost_pad_set_target(GST_GHOST_PAD(state.sink), nullptr);
  gst_ghost_pad_set_target(GST_GHOST_PAD(state.src), nullptr);
  for (const char* name : {"reader", "converter", "colour", "encoder", "profile"}) {
    if (GstElement* child = gst_bin_get_by_name(&self->parent, name)) {
      gst_element_set_state(child, GST_STATE_NULL);
      gst_bin_remove(&self->parent, child);
      gst_object_unref(child);
    }
  }
}

static GstStateChangeReturn gst_nv_v4l2_h264_enc_change_state(GstElement* element,
                                                              GstStateChange change) {
  GstNvV4l2H264Enc* self = encoder_of(element);
  if (change == GST_STATE_CHANGE_NULL_TO_READY && !build(self)) {
    take_apart(self);
    return GST_STATE_CHANGE_FAILURE;
  }
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(gst_nv_v4l2_h264_enc_parent_class)->change_state(element, change);
  if (change == GST_STATE_CHANGE_READY_TO_NULL ||
      (change == GST_STATE_CHANGE_NULL_TO_READY && result == GST_STATE_CHANGE_FAILURE))
    take_apart(self);
  return result;
}

/// The encoder, for use without the lock; nullptr in state NULL. Unref it.
static GstElement* ref_encoder(GstNvV4l2H264Enc* self) {
  GST_OBJECT_LOCK(self);
  GstElement* encoder = self->state->encoder;
  if (encoder) gst_object_ref(encoder);
  GST_OBJECT_UNLOCK(self);
  return encoder;
}

static void force_key_frame(GstNvV4l2H264Enc* self) {
  GstElement* encoder = ref_encoder(self);
  if (!encoder) return;  // the first frame is a key frame anyway
  gst_element_send_event(encoder,
                         gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
  gst_object_unref(encoder);
}

static void gst_nv_v4l2_h264_enc_set_property(GObject* object, guint id, const GValue* value,
                                              GParamSpec* spec) {
  GstNvV4l2H264Enc* self = encoder_of(object);
  EncoderState& state = *self->state;
  if (state.kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  GST_OBJECT_LOCK(object);
  Settings& settings = state.settings;
  switch (id) {
    case kPropBitrate:
      settings.bitrate = g_value_get_uint(value);
      break;
    case kPropControlRate:
      settings.control_rate = g_value_get_enum(value);
      break;
    case kPropIframeInterval:
      settings.iframe_interval = g_value_get_uint(value);
      break;
    case kPropIdrInterval:
      settings.idr_interval = g_value_get_uint(value);
      break;
    case kPropProfile:
      settings.profile = g_value_get_enum(value);
      break;
    case kPropInsertSpsPps:
      settings.insert_sps_pps = g_value_get_boolean(value);
      break;
    case kPropForceIdr:
      settings.force_idr = g_value_get_boolean(value);
      break;
    case kPropForceIntra:
      settings.force_intra = g_value_get_boolean(value);
      break;
    case kPropExtraControls:
      if (state.extra_controls) gst_structure_free(state.extra_controls);
      state.extra_controls = static_cast<GstStructure*>(g_value_dup_boxed(value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(object);

  if (id == kPropBitrate) {
    if (GstElement* encoder = ref_encoder(self)) {
      set_bitrate(encoder, g_value_get_uint(value));
      gst_object_unref(encoder);
    }
  } else if ((id == kPropForceIdr || id == kPropForceIntra) && g_value_get_boolean(value)) {
    force_key_frame(self);
  } else if (id == kPropExtraControls) {
    GST_INFO_OBJECT(self, "property 'extra-controls' is kept but has no effect on a CPU");
  }
}

static void gst_nv_v4l2_h264_enc_get_property(GObject* object, guint id, GValue* value,
                                              GParamSpec* spec) {
  EncoderState& state = *encoder_of(object)->state;
  if (state.kept.get(object, id, value)) return;
  GST_OBJECT_LOCK(object);
  const Settings& settings = state.settings;
  switch (id) {
    case kPropBitrate:
      g_value_set_uint(value, settings.bitrate);
      break;
    case kPropControlRate:
      g_value_set_enum(value, settings.control_rate);
      break;
    case kPropIframeInterval:
      g_value_set_uint(value, settings.iframe_interval);
      break;
    case kPropIdrInterval:
      g_value_set_uint(value, settings.idr_interval);
      break;
    case kPropProfile:
      g_value_set_enum(value, settings.profile);
      break;
    case kPropInsertSpsPps:
      g_value_set_boolean(value, settings.insert_sps_pps);
      break;
    case kPropForceIdr:
      g_value_set_boolean(value, settings.force_idr);
      break;
    case kPropForceIntra:
      g_value_set_boolean(value, settings.force_intra);
      break;
    case kPropExtraControls:
      g_value_set_boxed(value, state.extra_controls);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(object);
}

static void gst_nv_v4l2_h264_enc_finalize(GObject* object) {
  delete encoder_of(object)->state;
  G_OBJECT_CLASS(gst_nv_v4l2_h264_enc_parent_class)->finalize(object);
}

static void gst_nv_v4l2_h264_enc_init(GstNvV4l2H264Enc* self) {
  self->state = new EncoderState;
  const auto add_pad = [self](const char* name) {
    GstPadTemplate* pad_template =
        gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(self), name);
    GstPad* pad = gst_ghost_pad_new_no_target_from_template(name, pad_template);
    gst_element_add_pad(GST_ELEMENT(self), pad);
    return pad;
  };
  self->state->sink = add_pad("sink");
  self->state->src = add_pad("src");
}

static void gst_nv_v4l2_h264_enc_class_init(GstNvV4l2H264EncClass* klass) {
  GST_DEBUG_CATEGORY_INIT(nvv4l2h264enc_debug, "nvv4l2h264enc", 0, "H.264 encoder");
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = gst_nv_v4l2_h264_enc_set_property;
  object->get_property = gst_nv_v4l2_h264_enc_get_property;
  object->finalize = gst_nv_v4l2_h264_enc_finalize;
  element->change_state = gst_nv_v4l2_h264_enc_change_state;

  const auto plain = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  const auto playing = GParamFlags(plain | GST_PARAM_MUTABLE_PLAYING);
  const auto install = [&](guint id, GParamSpec* spec) {
    g_object_class_install_property(object, id, spec);
  };
  install(kPropBitrate,
          g_param_spec_uint("bitrate", "bitrate", "Bits a second", 0, G_MAXUINT, 4000000, playing));
  install(kPropControlRate,
          g_param_spec_enum("control-rate", "control-rate", "How to keep to the bit rate",
                            g_enum_register_static("GstThalwegEncRateControl", kRateControls),
                            kConstantBitrate, plain));
  install(kPropIframeInterval,
          g_param_spec_uint("iframeinterval", "iframeinterval",
                            "Frames from one intra frame to the next, 0: no limit", 0, G_MAXUINT,
                            30, plain));
  install(kPropIdrInterval, g_param_spec_uint("idrinterval", "idrinterval",
                                              "Frames from one IDR frame to the next, 0: no limit",
                                              0, G_MAXUINT, 256, plain));
  install(kPropProfile,
          g_param_spec_enum("profile", "profile", "Profile of the stream",
                            g_enum_register_static("GstThalwegEncH264Profile", kProfiles),
                            kBaseline, plain));
  install(kPropInsertSpsPps,
          g_param_spec_boolean("insert-sps-pps", "insert-sps-pps",
                               "Repeat parameter sets before every IDR frame (always done)", FALSE,
                               plain));
  install(kPropForceIdr,
          g_param_spec_boolean("force-idr", "force-idr",
                               "Setting it makes the next frame an IDR frame", FALSE, playing));
  install(kPropForceIntra,
          g_param_spec_boolean("force-intra", "force-intra",
                               "Setting it makes the next frame an intra frame", FALSE, playing));
  install(kPropExtraControls,
          g_param_spec_boxed("extra-controls", "extra-controls", "Controls of the V4L2 device",
                             GST_TYPE_STRUCTURE, plain));
  KeptProperties::install(object, kFirstKept, kKept);

  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "H.264 encoder of memory:NVMM",
                                        "Codec/Encoder/Video", "Encodes H.264 on the CPU",
                                        "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvv4l2h264enc", GST_RANK_NONE,
                              gst_nv_v4l2_h264_enc_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvv4l2h264enc, "Thalweg: H.264 encoder",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
