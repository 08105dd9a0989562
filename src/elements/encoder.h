#pragma once

#include <gst/gst.h>

#include "elements/frame_reader.h"

namespace thalweg {

/// The inside of an encoder, as its element wants it just now.
struct EncoderParts {
  GstElement* encoder = nullptr;     ///< floating, named "encoder"
  GstElement* parser = nullptr;      ///< floating, named "parser", behind the encoder; or null
  const char* raw_format = nullptr;  ///< that videoconvert has to make for it; null: the reader's
  GstCaps* out_caps = nullptr;       ///< what it has to give; taken
};

struct EncoderState;

/// A bin of reader ! [videoconvert !] encoder ! capsfilter, with an encoder of the distribution. It
/// is built at NULL -> READY, since which encoder fits depends on properties, and taken apart at
/// READY -> NULL. The encoder reads frames where they are, without a copy.
///
/// An element derives from it: its class_init calls encoder_class_setup.
struct ThalwegEncoder {
  GstBin parent;
  EncoderState* state;
};
struct ThalwegEncoderClass {
  GstBinClass parent;
  FrameReaderOptions reader;
  /// Makes the parts, NULL -> READY; false with an element error posted.
  bool (*make_parts)(ThalwegEncoder* self, EncoderParts& parts);
};
GType encoder_get_type();

/// Pads and inside of a derived class.
void encoder_class_setup(ThalwegEncoderClass* klass, const FrameReaderOptions& reader,
                         const char* src_caps,
                         bool (*make_parts)(ThalwegEncoder* self, EncoderParts& parts));

/// The inner encoder, for use without the lock, or nullptr in state NULL. Unref it. Any thread.
GstElement* encoder_ref_inner(ThalwegEncoder* self);

/// Posts that an element of the distribution is missing. `what` says what for: "no H.264 encoder
/// found: expected ...".
void encoder_post_missing(ThalwegEncoder* self, const char* what);

}  // namespace thalweg
