#include "elements/decoder.h"

#include <algorithm>
#include <string>

#include "elements/nvmm_wrapper.h"
#include "elements/observed.h"
#include "elements/transforms.h"
#include "nvds_latency_meta.h"

GST_DEBUG_CATEGORY_STATIC(decoder_debug);
#define GST_CAT_DEFAULT decoder_debug

namespace thalweg {

struct DecoderState {
  GstElement* wrapper = nullptr;  // of the bin
  std::atomic<int> skip{kDecodeAll};
  std::atomic<uint64_t> units_in{0}, units_skipped{0}, lost{0};
  std::atomic<uint64_t> pending{0};  // units that should give a picture and have not yet
  std::atomic<bool> told_error{false};

  // From the caps to PAUSED -> READY; set under the object lock.
  GstElement* inner = nullptr;  // of the bin
  const Codec* codec = nullptr;

  // Of the streaming thread:
  int memory = 0;                                   // the codec's
  uint64_t units_given = 0, pictures = 0;           // since READY -> PAUSED
  GstClockTime stream_end = 0;                      // of the last access unit
  GstClockTime promised_end = GST_CLOCK_TIME_NONE;  // of the segment
};

static void decoder_init(ThalwegDecoder* self);
static void decoder_class_init(ThalwegDecoderClass* klass);
G_DEFINE_ABSTRACT_TYPE(ThalwegDecoder, decoder, GST_TYPE_BIN)

namespace {

ThalwegDecoder* as_decoder(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, decoder_get_type(), ThalwegDecoder);
}

std::span<const Codec> codecs_of(ThalwegDecoder* self) {
  return G_TYPE_INSTANCE_GET_CLASS(self, decoder_get_type(), ThalwegDecoderClass)->codecs;
}

/// The buffer with a note of when it came, which travels with its picture to the muxer.
GstBuffer* stamped(GstElement* bin, GstBuffer* buffer, uint64_t number) {
  // The library knows decoders by this beginning.
  constexpr char kKind[] = "nvv4l2decoder";
  const std::string name = GST_OBJECT_NAME(bin);
  std::string component = name.starts_with(kKind) ? name : std::string(kKind) + "-" + name;
  buffer = gst_buffer_make_writable(buffer);
  nvds_add_reference_timestamp_meta(buffer, component.data(), guint(number));
  return buffer;
}

/// Streaming thread, before the decoder: counts access units and leaves out those to be skipped.
/// Units that nothing refers to (or all but key frames) can be left out without damage.
GstPadProbeReturn on_access_unit(GstPad*, GstPadProbeInfo* info, gpointer data) {
  DecoderState& state = *as_decoder(data)->state;
  GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
  ++state.units_in;
  if (GST_BUFFER_PTS_IS_VALID(buffer))
    state.stream_end =
        std::max(state.stream_end,
                 GST_BUFFER_PTS(buffer) +
                     (GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : 0));
  AccessUnit unit{.gives_a_picture = false};
  if (state.codec->look) unit = state.codec->look(buffer, state.memory);
  const int skip = state.skip;
  const bool leave_out =
      (skip == kDecodeKeys && GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)) ||
      (skip == kDecodeReferences && !unit.is_reference);
  if (leave_out) {
    ++state.units_skipped;
    return GST_PAD_PROBE_DROP;
  }
  ++state.units_given;
  if (unit.gives_a_picture) ++state.pending;
  if (nvds_enable_latency_measurement)
    info->data = stamped(GST_ELEMENT(data), buffer, state.units_in - 1);
  return GST_PAD_PROBE_OK;
}

/// Once in a run: nothing, or nothing more, can be decoded.
void post_error(ThalwegDecoder* self, const char* reason, const char* debug) {
  DecoderState& state = *self->state;
  if (state.told_error.exchange(true)) return;
  const std::string sentence = reason;
  GST_ELEMENT_ERROR(
      self, STREAM, DECODE,
      ("%s could not decode the stream: %" G_GUINT64_FORMAT
       " access units of %s came in, %" G_GUINT64_FORMAT
       " pictures came out (%s: %s). Check that the file is whole and begins "
       "with a key frame and its parameter sets.",
       GST_OBJECT_NAME(self), uint64_t(state.units_in), state.codec->name,
       nvmm_wrapper_counts(state.wrapper).in, GST_OBJECT_NAME(gst_element_get_factory(state.inner)),
       sentence.substr(0, sentence.find_last_not_of('.') + 1).c_str()),
      ("%s", debug ? debug : ""));
}

/// At the end of the stream: says so if units were lost, or if the file promised more than came.
void warn_of_loss(GstElement* bin, DecoderState& state) {
  const char* advice = "Check the recording or the connection.";
  const uint64_t lost = state.pending.exchange(0);
  state.lost += lost;
  if (lost > 0 && nvmm_wrapper_counts(state.wrapper).out > 0)
    GST_ELEMENT_WARNING(bin, STREAM, DECODE,
                        ("%s: the stream is damaged: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                         " access units gave no picture. %s",
                         GST_OBJECT_NAME(bin), lost, uint64_t(state.units_in), advice),
                        (nullptr));
  if (GST_CLOCK_TIME_IS_VALID(state.promised_end) && state.stream_end > 0 &&
      state.stream_end < state.promised_end / 10 * 9)
    GST_ELEMENT_WARNING(
        bin, STREAM, DECODE,
        ("%s: the stream is cut short: expected video up to %.1f s but it ended at "
         "%.1f s. %s",
         GST_OBJECT_NAME(bin), state.promised_end / 1e9, state.stream_end / 1e9, advice),
        (nullptr));
}

/// Streaming thread, behind the decoder: what went in and never came out is lost.
GstPadProbeReturn on_picture_or_event(GstPad*, GstPadProbeInfo* info, gpointer data) {
  DecoderState& state = *as_decoder(data)->state;
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    ++state.pictures;
    if (state.codec->look && state.pending > 0) --state.pending;
    return GST_PAD_PROBE_OK;
  }
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_FLUSH_STOP:
      state.pending = 0;
      state.stream_end = 0;
      break;
    case GST_EVENT_SEGMENT: {
      const GstSegment* segment;
      gst_event_parse_segment(event, &segment);
      // Demuxers set the end that the file's header tells.
      state.promised_end = segment->format == GST_FORMAT_TIME && segment->rate > 0
                               ? segment->stop
                               : GST_CLOCK_TIME_NONE;
      break;
    }
    case GST_EVENT_EOS:
      // Most decoders post this themselves and keep the event; jpegdec does not.
      if (state.units_given > 0 && state.pictures == 0) {
        post_error(as_decoder(data), "No valid frames decoded before end of stream", nullptr);
        return GST_PAD_PROBE_DROP;
      }
      warn_of_loss(GST_ELEMENT(data), state);
      break;
    default:
      break;
  }
  return GST_PAD_PROBE_OK;
}

/// "neither A nor B is installed. Install the package P (or, slower, Q)."
std::string what_to_install(const Codec& codec) {
  const auto& decoders = codec.decoders;
  const std::string first = decoders[0].factory;
  std::string sentence = first + " is not installed. Install the package " + decoders[0].package;
  if (decoders.size() > 1) {
    sentence = "neither " + first + " nor " + decoders[1].factory +
               " is installed. Install the package " + decoders[0].package;
    if (g_strcmp0(decoders[0].package, decoders[1].package) != 0)
      sentence += std::string(" (or, slower, ") + decoders[1].package + ")";
  }
  return sentence + ".";
}

/// The inner decoder, floating; null with an element error posted when none is installed.
GstElement* make_inner(ThalwegDecoder* self, const Codec& codec) {
  GstElement* inner = nullptr;
  for (const Codec::Candidate& candidate : codec.decoders)
    if ((inner = gst_element_factory_make(candidate.factory, "decoder"))) break;
  if (!inner) {
    GST_ELEMENT_ERROR(self, CORE, MISSING_PLUGIN,
                      ("%s has no %s decoder to run: %s", GST_OBJECT_NAME(self), codec.name,
                       what_to_install(codec).c_str()),
                      (nullptr));
    return nullptr;
  }
  const auto set_if_there = [&](const char* property, auto value) {
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(inner), property))
      g_object_set(inner, property, value, nullptr);
  };
  set_if_there("max-threads", 1);
  set_if_there("threads", 1);
  // What is damaged is left out and counted; a stream without any good picture is an error at its
  // end.
  set_if_there("max-errors", -1);
  // Late frames are the sink's business: a decoder that leaves pictures out would do so unseen.
  set_if_there("qos", FALSE);
  if (auto* configure =
          G_TYPE_INSTANCE_GET_CLASS(self, decoder_get_type(), ThalwegDecoderClass)->configure)
    configure(self, inner);
  return inner;
}

void add_probe(GstElement* element, const char* pad_name, int types, GstPadProbeCallback callback,
               gpointer data) {
  GstPad* pad = gst_element_get_static_pad(element, pad_name);
  gst_pad_add_probe(pad, GstPadProbeType(types), callback, data, nullptr);
  gst_object_unref(pad);
}

/// Streaming thread: puts the decoder for these caps in place; false with an element error posted.
bool use_decoder_for(ThalwegDecoder* self, GstPad* ghost, const GstCaps* caps) {
  DecoderState& state = *self->state;
  const Codec* codec = nullptr;
  for (const Codec& candidate : codecs_of(self)) {
    GstCaps* taken = gst_caps_from_string(candidate.caps);
    if (gst_caps_can_intersect(caps, taken)) codec = &candidate;
    gst_caps_unref(taken);
    if (codec) break;
  }
  if (!codec) return false;  // the pad's template refused these caps before
  if (codec == state.codec) return true;
  if (state.codec) {
    GST_ELEMENT_ERROR(self, STREAM, FORMAT,
                      ("%s: the stream changed from %s to %s: expected one format until the "
                       "element is stopped. Use one decoder for each, as decodebin does.",
                       GST_OBJECT_NAME(self), state.codec->name, codec->name),
                      (nullptr));
    return false;
  }
  GstElement* inner = make_inner(self, *codec);
  if (!inner) return false;
  GST_INFO_OBJECT(self, "decoding %s with %s", codec->name,
                  GST_OBJECT_NAME(gst_element_get_factory(inner)));
  add_probe(inner, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_access_unit, self);
  add_probe(inner, "src",
            GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                GST_PAD_PROBE_TYPE_EVENT_FLUSH,
            on_picture_or_event, self);
  GST_OBJECT_LOCK(self);
  state.inner = inner;
  state.codec = codec;
  state.memory = 0;
  GST_OBJECT_UNLOCK(self);
  gst_bin_add(GST_BIN(self), inner);
  gst_element_link(inner, state.wrapper);
  gst_element_sync_state_with_parent(inner);
  GstPad* target = gst_element_get_static_pad(inner, "sink");
  gst_ghost_pad_set_target(GST_GHOST_PAD(ghost), target);
  gst_object_unref(target);
  return true;
}

gboolean on_sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    if (!use_decoder_for(as_decoder(parent), pad, caps)) {
      gst_event_unref(event);
      return FALSE;
    }
  }
  return gst_pad_event_default(pad, parent, event);
}

/// The pad takes what its template says, whatever is inside just now.
gboolean on_sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS) {
    GstCaps *filter = nullptr, *caps = gst_pad_get_pad_template_caps(pad);
    gst_query_parse_caps(query, &filter);
    caps = filtered_caps(caps, filter);
    gst_query_set_caps_result(query, caps);
    gst_caps_unref(caps);
    return TRUE;
  }
  if (GST_QUERY_TYPE(query) == GST_QUERY_ACCEPT_CAPS) {
    GstCaps *asked = nullptr, *taken = gst_pad_get_pad_template_caps(pad);
    gst_query_parse_accept_caps(query, &asked);
    gst_query_set_accept_caps_result(query, gst_caps_is_subset(asked, taken));
    gst_caps_unref(taken);
    return TRUE;
  }
  return gst_pad_query_default(pad, parent, query);
}

void remove_decoder(ThalwegDecoder* self) {
  DecoderState& state = *self->state;
  GstPad* ghost = gst_element_get_static_pad(GST_ELEMENT(self), "sink");
  gst_ghost_pad_set_target(GST_GHOST_PAD(ghost), nullptr);
  gst_object_unref(ghost);
  GST_OBJECT_LOCK(self);
  GstElement* inner = state.inner;
  state.inner = nullptr;
  state.codec = nullptr;
  GST_OBJECT_UNLOCK(self);
  if (!inner) return;
  gst_element_set_state(inner, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(self), inner);
}

/// An error of the inner decoder says what happened to the stream; ours says whose stream it was.
void handle_message(GstBin* bin, GstMessage* message) {
  DecoderState& state = *as_decoder(bin)->state;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR &&
      GST_MESSAGE_SRC(message) == GST_OBJECT_CAST(state.inner)) {
    GError* error = nullptr;
    char* debug = nullptr;
    gst_message_parse_error(message, &error, &debug);
    // av1dec posts this for every frame that it cannot decode, and goes on.
    const bool of_frame = g_strcmp0(error->message, "Failed to decode frame") == 0;
    const bool of_stream = error->domain == GST_STREAM_ERROR;
    if (of_frame) {
      ++state.pending;
    } else if (of_stream) {
      post_error(as_decoder(bin), error->message, debug);
    }
    g_error_free(error);
    g_free(debug);
    if (of_frame || of_stream) {
      gst_message_unref(message);
      return;
    }
  }
  GST_BIN_CLASS(decoder_parent_class)->handle_message(bin, message);
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  ThalwegDecoder* self = as_decoder(element);
  DecoderState& state = *self->state;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    state.told_error = false;
    state.units_given = state.pictures = 0;
    state.pending = 0;
    state.stream_end = 0;
    state.promised_end = GST_CLOCK_TIME_NONE;
  }
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(decoder_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) remove_decoder(self);
  return result;
}

void write_stats(GObject* object, GstStructure* stats) {
  const DecoderState& state = *as_decoder(object)->state;
  const WrapperCounts counts = nvmm_wrapper_counts(state.wrapper);
  const uint64_t skipped = state.units_skipped, lost = state.lost;
  gst_structure_set(stats, "dropped", G_TYPE_UINT64, skipped + lost + counts.dropped, "skipped",
                    G_TYPE_UINT64, skipped, "lost", G_TYPE_UINT64, lost, "thinned", G_TYPE_UINT64,
                    counts.dropped, "decoded", G_TYPE_UINT64, counts.in, "damaged", G_TYPE_UINT64,
                    counts.damaged, nullptr);
}

GstPad* add_ghost_pad(GstElement* bin, const char* name) {
  GstPad* pad =
      gst_ghost_pad_new_no_target_from_template(name, gst_element_get_pad_template(bin, name));
  gst_element_add_pad(bin, pad);
  return pad;
}

void constructed(GObject* object) {
  G_OBJECT_CLASS(decoder_parent_class)->constructed(object);
  auto* element = GST_ELEMENT(object);
  GstPad* sink = add_ghost_pad(element, "sink");
  gst_pad_set_event_function(sink, on_sink_event);
  gst_pad_set_query_function(sink, on_sink_query);
  const auto formats =
      G_TYPE_INSTANCE_GET_CLASS(object, decoder_get_type(), ThalwegDecoderClass)->formats;
  GstElement* wrapper = new_nvmm_wrapper({formats.begin(), formats.end()});
  gst_bin_add(GST_BIN(object), wrapper);
  as_decoder(object)->state->wrapper = wrapper;
  GstPad* target = gst_element_get_static_pad(wrapper, "src");
  gst_ghost_pad_set_target(GST_GHOST_PAD(add_ghost_pad(element, "src")), target);
  gst_object_unref(target);
}

void finalize(GObject* object) {
  delete as_decoder(object)->state;
  G_OBJECT_CLASS(decoder_parent_class)->finalize(object);
}

}  // namespace

static void decoder_init(ThalwegDecoder* self) { self->state = new DecoderState; }

static void decoder_class_init(ThalwegDecoderClass* klass) {
  GST_DEBUG_CATEGORY_INIT(decoder_debug, "thalweg-decoder", 0, "decoders to memory:NVMM");
  G_OBJECT_CLASS(klass)->constructed = constructed;
  G_OBJECT_CLASS(klass)->finalize = finalize;
  GST_ELEMENT_CLASS(klass)->change_state = change_state;
  GST_BIN_CLASS(klass)->handle_message = handle_message;
}

void decoder_class_setup(ThalwegDecoderClass* klass, std::span<const Codec> codecs,
                         std::span<const char* const> formats) {
  klass->codecs = codecs;
  klass->formats = formats;
  auto* element = GST_ELEMENT_CLASS(klass);
  GstCaps* sink = gst_caps_new_empty();
  for (const Codec& codec : codecs) gst_caps_append(sink, gst_caps_from_string(codec.caps));
  GstCaps* src = gst_caps_new_empty();
  for (const char* format : formats)
    gst_caps_append_structure_full(
        src, gst_structure_new("video/x-raw", "format", G_TYPE_STRING, format, nullptr),
        gst_caps_features_new("memory:NVMM", nullptr));
  src = gst_caps_simplify(src);
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, sink));
  gst_element_class_add_pad_template(element,
                                     gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, src));
  gst_caps_unref(sink);
  gst_caps_unref(src);
  observed_class_setup(G_OBJECT_CLASS(klass),
                       "; dropped are access units that were skipped or lost and pictures that "
                       "were thinned by drop-frame-interval; pictures decoded and damaged",
                       write_stats);
}

void decoder_set_skip(ThalwegDecoder* self, SkipFrames skip) { self->state->skip = skip; }

void decoder_set_drop_interval(ThalwegDecoder* self, unsigned interval) {
  nvmm_wrapper_set_drop_interval(self->state->wrapper, interval);
}

void decoder_set_inner(ThalwegDecoder* self, const char* property, const GValue* value) {
  GST_OBJECT_LOCK(self);
  GstElement* inner = self->state->inner;
  if (inner) gst_object_ref(inner);
  GST_OBJECT_UNLOCK(self);
  if (!inner) return;
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(inner), property))
    g_object_set_property(G_OBJECT(inner), property, value);
  gst_object_unref(inner);
}

}  // namespace thalweg
