#pragma once

#include <span>
#include <string>

#include "elements/encoder.h"
#include "elements/kept_properties.h"

namespace thalweg {

/// What nvv4l2h264enc and nvv4l2h265enc have in common: their properties. bitrate, force-idr and
/// force-intra work while playing, the others from NULL -> READY on.
struct VideoEncoderSettings {
  guint bits_per_second;
  bool constant_rate;
  /// Frames from one key frame to the next, 0: no limit. Each intra frame of the encoders is a key
  /// frame (IDR), so this is the smaller one of iframeinterval and idrinterval.
  guint key_distance;
  int profile;
};

/// One of the encoders. Everything in it lives as long as the process.
struct VideoEncoderKind {
  const char* format;          ///< "H.264"
  const char* src_caps;        ///< of the template; the encoder is asked for `profile` as well
  const GEnumValue* profiles;  ///< ends with {0, NULL, NULL}
  const char* profiles_name;   ///< of the enum
  int default_profile;
  bool controls_rate;                    ///< control-rate has an effect
  std::span<const KeptProperty> others;  ///< properties that only this one has
  /// The caps name of a profile: "main".
  const char* (*profile_caps)(int profile);
  /// What the profile needs the frames converted to, or null.
  const char* (*raw_format)(int profile);
  /// Makes the encoder, set up but for the bit rate, and a parser if it needs one; false with
  /// `why_not`, a sentence with what to install.
  bool (*make)(const VideoEncoderSettings& settings, EncoderParts& parts, std::string& why_not);
  void (*set_bitrate)(GstElement* encoder, guint bits_per_second);
};

/// An element derives from it; its class_init calls video_encoder_class_setup.
struct ThalwegVideoEncoder {
  ThalwegEncoder parent;
  KeptProperties* properties;
};
struct ThalwegVideoEncoderClass {
  ThalwegEncoderClass parent;
  const VideoEncoderKind* kind;
  std::span<const KeptProperty> properties;
};
GType video_encoder_get_type();
void video_encoder_class_setup(ThalwegVideoEncoderClass* klass, const VideoEncoderKind& kind);

}  // namespace thalweg
