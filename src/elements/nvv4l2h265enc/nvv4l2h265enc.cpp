// nvv4l2h265enc: frames of memory:NVMM in, H.265 out, by the distribution's x265.
//
// Properties may be set in any thread and state; bitrate, force-idr and force-intra work while
// playing.
#include <algorithm>

#include "elements/video_encoder.h"

namespace {

using namespace thalweg;

enum Profile { kMain = 0, kMain10 = 1 };

constexpr GEnumValue kProfiles[] = {{kMain, "GST_V4L2_H265_VIDENC_MAIN_PROFILE", "Main"},
                                    {kMain10, "GST_V4L2_H265_VIDENC_MAIN10_PROFILE", "Main10"},
                                    {0, nullptr, nullptr}};

const char* profile_caps(int profile) { return profile == kMain10 ? "main-10" : "main"; }
const char* raw_format(int profile) { return profile == kMain10 ? "I420_10LE" : nullptr; }

void set_bitrate(GstElement* encoder, guint bits_per_second) {
  g_object_set(encoder, "bitrate", std::clamp((bits_per_second + 500) / 1000, 1u, 102400u),
               nullptr);
}

bool make(const VideoEncoderSettings& settings, EncoderParts& parts, std::string& why_not) {
  parts.encoder = gst_element_factory_make("x265enc", "encoder");
  // x265enc writes garbage into the stream when it is asked to repeat the parameter sets itself.
  parts.parser = gst_element_factory_make("h265parse", "parser");
  if (!parts.encoder || !parts.parser) {
    why_not =
        "no H.265 encoder found: expected the GStreamer elements x265enc and h265parse (package "
        "gstreamer1.0-plugins-bad); install it, or encode H.264 with nvv4l2h264enc.";
    for (GstElement* made : {parts.encoder, parts.parser})
      if (made) gst_object_unref(made);
    return false;
  }
  g_object_set(
      parts.encoder, "speed-preset", 1, "tune", 4, "key-int-max",
      int(std::min<guint>(settings.key_distance ? settings.key_distance : G_MAXINT, G_MAXINT)),
      // Key frames where they were asked for, no others, and each the start of a stream.
      // No rate buffer: x265 could not change the rate while playing.
      "option-string", "open-gop=0:scenecut=0", nullptr);
  g_object_set(parts.parser, "config-interval", -1, nullptr);
  return true;
}

const VideoEncoderKind kKind = {
    .format = "H.265",
    .src_caps = "video/x-h265, stream-format=(string)byte-stream, alignment=(string)au",
    .profiles = kProfiles,
    .profiles_name = "GstThalwegEncH265Profile",
    .default_profile = kMain,
    .controls_rate = false,
    .others = {},
    .profile_caps = profile_caps,
    .raw_format = raw_format,
    .make = make,
    .set_bitrate = set_bitrate,
};

}  // namespace

/**
 * SECTION:element-nvv4l2h265enc
 *
 * H.265 encoder. Uses x265enc at its fastest preset, which still costs several times what H.264
 * costs. The bit rate is kept on average, whatever control-rate says. Every intra frame is an IDR
 * frame, so the distance of key frames is the smaller one of iframeinterval and idrinterval;
 * parameter sets precede each of them, whatever insert-sps-pps says.
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=50 ! nvv4l2h265enc bitrate=2000000 ! h265parse
 * ! qtmux ! filesink location=out.mp4
 * ]|
 */
struct GstNvV4l2H265Enc {
  ThalwegVideoEncoder parent;
};
struct GstNvV4l2H265EncClass {
  ThalwegVideoEncoderClass parent;
};

static GType gst_nv_v4l2_h265_enc_get_type();
G_DEFINE_TYPE(GstNvV4l2H265Enc, gst_nv_v4l2_h265_enc, video_encoder_get_type())

static void gst_nv_v4l2_h265_enc_init(GstNvV4l2H265Enc*) {}

static void gst_nv_v4l2_h265_enc_class_init(GstNvV4l2H265EncClass* klass) {
  video_encoder_class_setup(&klass->parent, kKind);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "H.265 encoder of memory:NVMM",
                                        "Codec/Encoder/Video", "Encodes H.265 on the CPU",
                                        "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvv4l2h265enc", GST_RANK_NONE,
                              gst_nv_v4l2_h265_enc_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvv4l2h265enc, "Thalweg: H.265 encoder",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
