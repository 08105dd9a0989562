// nvv4l2h264enc: frames of memory:NVMM in, H.264 out, by a software encoder of the distribution.
//
// Properties may be set in any thread and state; bitrate, force-idr and force-intra work while
// playing.
#include <algorithm>

#include "elements/video_encoder.h"

namespace {

using namespace thalweg;

enum Profile { kBaseline = 0, kMain = 2, kHigh = 4, kHigh444 = 7 };

constexpr GEnumValue kProfiles[] = {
    {kBaseline, "GST_V4L2_H264_VIDENC_BASELINE_PROFILE", "Baseline"},
    {kMain, "GST_V4L2_H264_VIDENC_MAIN_PROFILE", "Main"},
    {kHigh, "GST_V4L2_H264_VIDENC_HIGH_PROFILE", "High"},
    {kHigh444, "GST_V4L2_H264_VIDENC_HIGH444_PROFILE", "High444"},
    {0, nullptr, nullptr}};

const KeptProperty kOthers[] = {
    {"disable-cabac", G_TYPE_BOOLEAN, "false", "Use CAVLC"},
    {"poc-type", G_TYPE_UINT, "0", "Type of the picture order count", nullptr, nullptr, 0, 2},
};

const char* profile_caps(int profile) {
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

const char* raw_format(int profile) { return profile == kHigh444 ? "Y444" : nullptr; }

bool is_x264(GstElement* encoder) {
  return g_str_has_prefix(GST_OBJECT_NAME(gst_element_get_factory(encoder)), "x264");
}

void set_bitrate(GstElement* encoder, guint bits_per_second) {
  g_object_set(
      encoder, "bitrate",
      is_x264(encoder) ? std::clamp((bits_per_second + 500) / 1000, 1u, 2048000u) : bits_per_second,
      nullptr);
}

/// openh264enc complains on stderr when it is asked, at EOS, for the frames that it holds back. It
/// never holds one back, so EOS goes round it.
GstPadProbeReturn eos_round_encoder(GstPad*, GstPadProbeInfo* info, gpointer encoder) {
  if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_EOS) return GST_PAD_PROBE_OK;
  GstPad* src = gst_element_get_static_pad(GST_ELEMENT(encoder), "src");
  const bool encoded = gst_pad_has_current_caps(src);
  if (encoded) gst_pad_push_event(src, gst_event_ref(GST_PAD_PROBE_INFO_EVENT(info)));
  gst_object_unref(src);
  return encoded ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

GstElement* make_openh264(const VideoEncoderSettings& settings) {
  GstElement* encoder = gst_element_factory_make("openh264enc", "encoder");
  if (!encoder) return nullptr;
  g_object_set(encoder, "gop-size", settings.key_distance, "complexity", 0,
               // 1: bitrate, 0: quality
               "rate-control", settings.constant_rate ? 1 : 0,
               // Key frames where they were asked for, no others.
               "scene-change-detection", FALSE,
               // Costs a tenth of the time and changes nothing at this complexity.
               "adaptive-quantization", FALSE, nullptr);
  GstPad* pad = gst_element_get_static_pad(encoder, "sink");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, eos_round_encoder, encoder, nullptr);
  gst_object_unref(pad);
  return encoder;
}

GstElement* make_x264(const VideoEncoderSettings& settings) {
  GstElement* encoder = gst_element_factory_make("x264enc", "encoder");
  if (!encoder) return nullptr;
  const int profile = settings.profile;
  g_object_set(encoder, "speed-preset", 1, "tune", 4, "aud", FALSE, "key-int-max",
               settings.key_distance ? settings.key_distance : guint(G_MAXINT), "cabac",
               profile != kBaseline, "dct8x8", profile == kHigh || profile == kHigh444,
               // Without a buffer to keep to, the rate is only right on average.
               "vbv-buf-capacity", settings.constant_rate ? 600 : 0, nullptr);
  return encoder;
}

bool make(const VideoEncoderSettings& settings, EncoderParts& parts, std::string& why_not) {
  if (settings.profile == kHigh444) {
    why_not =
        "profile High444 needs the GStreamer element x264enc, which is not installed; install the "
        "package gstreamer1.0-plugins-ugly, or choose another profile.";
    parts.encoder = make_x264(settings);
    return parts.encoder;
  }
  why_not =
      "no H.264 encoder found: expected the GStreamer element openh264enc (package "
      "gstreamer1.0-plugins-bad) or x264enc (package gstreamer1.0-plugins-ugly); install one of "
      "them.";
  parts.encoder = make_openh264(settings);
  if (!parts.encoder) parts.encoder = make_x264(settings);
  return parts.encoder;
}

const VideoEncoderKind kKind = {
    .format = "H.264",
    .src_caps = "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au",
    .profiles = kProfiles,
    .profiles_name = "GstThalwegEncH264Profile",
    .default_profile = kBaseline,
    .controls_rate = true,
    .others = kOthers,
    .profile_caps = profile_caps,
    .raw_format = raw_format,
    .make = make,
    .set_bitrate = set_bitrate,
};

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
  ThalwegVideoEncoder parent;
};
struct GstNvV4l2H264EncClass {
  ThalwegVideoEncoderClass parent;
};

static GType gst_nv_v4l2_h264_enc_get_type();
G_DEFINE_TYPE(GstNvV4l2H264Enc, gst_nv_v4l2_h264_enc, video_encoder_get_type())

static void gst_nv_v4l2_h264_enc_init(GstNvV4l2H264Enc*) {}

static void gst_nv_v4l2_h264_enc_class_init(GstNvV4l2H264EncClass* klass) {
  video_encoder_class_setup(&klass->parent, kKind);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "H.264 encoder of memory:NVMM",
                                        "Codec/Encoder/Video", "Encodes H.264 on the CPU",
                                        "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvv4l2h264enc", GST_RANK_NONE,
                              gst_nv_v4l2_h264_enc_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvv4l2h264enc, "Thalweg: H.264 encoder",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
