#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

namespace thalweg {

/// What the decoding of one access unit has to do with others.
struct AccessUnit {
  bool is_reference = true;     ///< other pictures may refer to it
  bool gives_a_picture = true;  ///< a decoder that gives none for it lost something
};

/// A compressed format, and the decoders of the distribution that read it, best first.
struct Codec {
  struct Candidate {
    const char* factory;
    const char* package;  ///< of the distribution, that brings it
  };
  const char* name;  ///< "H.264"
  const char* caps;  ///< what the sink pad takes
  std::vector<Candidate> decoders;
  /// Looks into an access unit; null: every one is a reference and may give any number of pictures.
  /// `memory` is the function's own from one unit of the stream to the next.
  AccessUnit (*look)(GstBuffer*, int& memory) = nullptr;
};

enum SkipFrames { kDecodeAll = 0, kDecodeReferences = 1, kDecodeKeys = 2 };
/// The same for GObject (SkipFrame).
inline constexpr GEnumValue kSkippedFrames[] = {
    {kDecodeAll, "Decode all frames", "decode_all"},
    {kDecodeReferences, "Decode only frames that others refer to", "decode_non_ref"},
    {kDecodeKeys, "Decode only key frames", "decode_key"},
    {0, nullptr, nullptr}};

struct DecoderState;

/// A bin that decodes with a software decoder of the distribution and hands the pictures on as
/// memory:NVMM, where the decoder put them. The inner decoder is made when the caps tell the codec,
/// in the streaming thread, and lives until PAUSED -> READY. It runs one thread: on 2 cores, frame
/// threads cost 8 to 15 % more CPU a frame and a picture's memory each, and several streams keep
/// the cores busy anyway.
///
/// An element derives from it: its class_init calls decoder_class_setup. Errors, the counts and the
/// warnings of damaged streams are made here, in the element's name.
struct ThalwegDecoder {
  GstBin parent;
  DecoderState* state;
};
struct ThalwegDecoderClass {
  GstBinClass parent;
  std::span<const Codec> codecs;
  std::span<const char* const> formats;
  /// Sets properties of an inner decoder that was just made; may be null. Streaming thread.
  void (*configure)(ThalwegDecoder* self, GstElement* inner);
};
GType decoder_get_type();

/// Pads and codecs of a derived class; `codecs` and `formats` must outlive it. Pictures leave in
/// one of `formats`, as they are where that can be, else in the first.
void decoder_class_setup(ThalwegDecoderClass* klass, std::span<const Codec> codecs,
                         std::span<const char* const> formats);

/// Any thread.
void decoder_set_skip(ThalwegDecoder* self, SkipFrames skip);
/// Lets every `interval`th picture out, the first one included; 0 and 1 let all. Any thread.
void decoder_set_drop_interval(ThalwegDecoder* self, unsigned interval);
/// Sets a property of the inner decoder, if there is one now. Any thread.
void decoder_set_inner(ThalwegDecoder* self, const char* property, const GValue* value);

}  // namespace thalweg
