#include <gst/gst.h>
#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "elements/kept_properties.h"
#include "elements/nvv4l2decoder/h264_access_unit.h"
#include "elements/nvv4l2decoder/nvmm_wrapper.h"

GST_DEBUG_CATEGORY(nvv4l2decoder_debug);
#define GST_CAT_DEFAULT nvv4l2decoder_debug

// nvv4l2decoder: H.264 in, decoded pictures in memory:NVMM out.
//
// A bin round the software decoder of GStreamer (avdec_h264, else openh264dec) and a wrapper that
// hands its pictures on without a copy. decodebin and uridecodebin choose it by its rank.
//
//   gst-launch-1.0 filesrc location=clip.h264 ! h264parse ! nvv4l2decoder ! fakesink
//
// Property 'stats' counts what happened to every access unit: nothing is dropped without a count.

namespace {

using namespace thalweg;

constexpr guint kRank = 267;

enum SkipFrames { kDecodeAll = 0, kDecodeReferences = 1, kDecodeKeys = 2 };

enum Property : guint {
  kSkipFrames = 1,
  kDropFrameInterval,
  kQos,
  kExtraControls,
  kStats,
  kFirstKept,
};

constexpr GEnumValue kIoModes[] = {{0, "GST_V4L2_IO_AUTO", "auto"},
                                   {2, "GST_V4L2_IO_MMAP", "mmap"},
                                   {5, "GST_V4L2_IO_DMABUF_IMPORT", "dmabuf-import"},
                                   {0, nullptr, nullptr}};
constexpr GEnumValue kMemoryTypes[] = {{0, "Memory type Device", "memtype_device"},
                                       {1, "Memory type Host Pinned", "memtype_pinned"},
                                       {2, "Memory type Unified", "memtype_unified"},
                                       {0, nullptr, nullptr}};
constexpr GEnumValue kSkipValues[] = {
    {kDecodeAll, "Decode all frames", "decode_all"},
    {kDecodeReferences, "Decode only frames that others refer to", "decode_non_ref"},
    {kDecodeKeys, "Decode only key frames", "decode_key"},
    {0, nullptr, nullptr}};

const KeptProperty kKept[] = {
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
    {.name = "gpu-id", .type = G_TYPE_UINT, .value = "0", .meaning = "CUDA device"},
    {.name = "cudadec-memtype",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "Memory of decoded frames",
     .enum_values = kMemoryTypes,
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

struct DecoderState {
  GstElement* decoder = nullptr;  // of the bin; null when no decoder plugin is installed
  GstElement* wrapper = nullptr;  // of the bin
  std::atomic<int> skip{kDecodeAll};
  std::atomic<unsigned> interval{0};
  GstStructure* extra_controls = nullptr;
  std::atomic<uint64_t> units_in{0}, units_skipped{0}, lost{0};
  std::atomic<uint64_t> pending{0};  // access units given to the decoder and not yet seen again
  // Of the streaming thread:
  GstClockTime stream_end = 0;                      // of the last access unit
  GstClockTime promised_end = GST_CLOCK_TIME_NONE;  // of the segment
  KeptProperties kept{kFirstKept, kKept};
};

}  // namespace

struct GstNvV4l2Decoder {
  GstBin parent;
  DecoderState* state;
};
struct GstNvV4l2DecoderClass {
  GstBinClass parent_class;
};

static GType nvv4l2decoder_get_type();
G_DEFINE_TYPE(GstNvV4l2Decoder, nvv4l2decoder, GST_TYPE_BIN)

namespace {

GstNvV4l2Decoder* as_decoder(void* object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, nvv4l2decoder_get_type(), GstNvV4l2Decoder);
}

GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("video/x-h264, stream-format=(string)byte-stream, alignment=(string)au"));
GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("video/x-raw(memory:NVMM), format=(string){ NV12, I420 }"));

GType skip_frames_type() {
  static const GType type = g_enum_register_static("SkipFrame", kSkipValues);
  return type;
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
  const int skip = state.skip;
  const bool leave_out =
      (skip == kDecodeKeys && GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)) ||
      (skip == kDecodeReferences && !is_reference_access_unit(buffer));
  if (leave_out) {
    ++state.units_skipped;
    return GST_PAD_PROBE_DROP;
  }
  ++state.pending;
  return GST_PAD_PROBE_OK;
}

/// At the end of the stream: says so if the file promised more than came.
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
    if (state.pending > 0) --state.pending;
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
      warn_of_loss(GST_ELEMENT(data), state);
      break;
    default:
      break;
  }
  return GST_PAD_PROBE_OK;
}

/// The decoder that is installed, or null. One thread: on 2 cores frame threads cost 8 to 15 % more
/// CPU a frame and a picture's memory each, and several streams keep the cores busy anyway.
GstElement* make_software_decoder() {
  if (GstElement* decoder = gst_element_factory_make("avdec_h264", "decoder")) {
    g_object_set(decoder, "max-threads", 1, nullptr);
    return decoder;
  }
  return gst_element_factory_make("openh264dec", "decoder");
}

void add_ghost_pad(GstElement* bin, const char* name, GstElement* inner) {
  GstPadTemplate* pad_template = gst_element_get_pad_template(bin, name);
  GstPad* target = inner ? gst_element_get_static_pad(inner, name) : nullptr;
  gst_element_add_pad(bin, target ? gst_ghost_pad_new_from_template(name, target, pad_template)
                                  : gst_ghost_pad_new_no_target_from_template(name, pad_template));
  if (target) gst_object_unref(target);
}

/// An error of the inner decoder says what happened to the stream; ours says whose stream it was.
void handle_message(GstBin* bin, GstMessage* message) {
  DecoderState& state = *as_decoder(bin)->state;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR &&
      GST_MESSAGE_SRC(message) == GST_OBJECT_CAST(state.decoder)) {
    GError* error = nullptr;
    char* debug = nullptr;
    gst_message_parse_error(message, &error, &debug);
    if (error->domain == GST_STREAM_ERROR) {
      GST_ELEMENT_ERROR(
          bin, STREAM, DECODE,
          ("%s could not decode the stream: %" G_GUINT64_FORMAT
           " access units of H.264 came in, %" G_GUINT64_FORMAT
           " pictures came out (%s: %s). Check that the file is whole and begins "
           "with a key frame and its parameter sets.",
           GST_OBJECT_NAME(bin), uint64_t(state.units_in), nvmm_wrapper_counts(state.wrapper).in,
           G_OBJECT_TYPE_NAME(state.decoder), error->message),
          ("%s", debug ? debug : ""));
      gst_message_unref(message);
      message = nullptr;
    }
    g_error_free(error);
    g_free(debug);
    if (!message) return;
  }
  GST_BIN_CLASS(nvv4l2decoder_parent_class)->handle_message(bin, message);
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  const DecoderState& state = *as_decoder(element)->state;
  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !state.decoder) {
    GST_ELEMENT_ERROR(element, CORE, MISSING_PLUGIN,
                      ("%s has no H.264 decoder to run: neither avdec_h264 nor openh264dec is "
                       "installed. Install the package gstreamer1.0-libav (or, slower, "
                       "gstreamer1.0-plugins-bad).",
                       GST_OBJECT_NAME(element)),
                      (nullptr));
    return GST_STATE_CHANGE_FAILURE;
  }
  return GST_ELEMENT_CLASS(nvv4l2decoder_parent_class)->change_state(element, transition);
}

GstStructure* new_stats(const DecoderState& state) {
  const WrapperCounts counts = nvmm_wrapper_counts(state.wrapper);
  return gst_structure_new(
      "nvv4l2decoder-stats", "access-units", G_TYPE_UINT64, uint64_t(state.units_in), "skipped",
      G_TYPE_UINT64, uint64_t(state.units_skipped), "lost", G_TYPE_UINT64, uint64_t(state.lost),
      "decoded", G_TYPE_UINT64, counts.in, "damaged", G_TYPE_UINT64, counts.damaged, "dropped",
      G_TYPE_UINT64, counts.dropped, "out", G_TYPE_UINT64, counts.out, nullptr);
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  DecoderState& state = *as_decoder(object)->state;
  switch (id) {
    case kSkipFrames:
      state.skip = g_value_get_enum(value);
      break;
    case kDropFrameInterval:
      state.interval = g_value_get_uint(value);
      nvmm_wrapper_set_drop_interval(state.wrapper, state.interval);
      break;
    case kQos:
      if (state.decoder) g_object_set_property(G_OBJECT(state.decoder), "qos", value);
      break;
    case kExtraControls:
      GST_OBJECT_LOCK(object);
      if (state.extra_controls) gst_structure_free(state.extra_controls);
      state.extra_controls = static_cast<GstStructure*>(g_value_dup_boxed(value));
      GST_OBJECT_UNLOCK(object);
      GST_INFO_OBJECT(object, "property 'extra-controls' is kept but has no effect on a CPU");
      break;
    default:
      if (!state.kept.set(object, id, value, GST_CAT_DEFAULT))
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  DecoderState& state = *as_decoder(object)->state;
  switch (id) {
    case kSkipFrames:
      g_value_set_enum(value, state.skip);
      break;
    case kDropFrameInterval:
      g_value_set_uint(value, state.interval);
      break;
    case kQos:
      if (state.decoder) g_object_get_property(G_OBJECT(state.decoder), "qos", value);
      break;
    case kExtraControls:
      GST_OBJECT_LOCK(object);
      g_value_set_boxed(value, state.extra_controls);
      GST_OBJECT_UNLOCK(object);
      break;
    case kStats:
      g_value_take_boxed(value, new_stats(state));
      break;
    default:
      if (!state.kept.get(object, id, value)) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void finalize(GObject* object) {
  DecoderState* state = as_decoder(object)->state;
  if (state->extra_controls) gst_structure_free(state->extra_controls);
  delete state;
  G_OBJECT_CLASS(nvv4l2decoder_parent_class)->finalize(object);
}

}  // namespace

static void nvv4l2decoder_init(GstNvV4l2Decoder* self) {
  self->state = new DecoderState;
  DecoderState& state = *self->state;
  GstBin* bin = GST_BIN(self);
  state.wrapper = new_nvmm_wrapper();
  gst_bin_add(bin, state.wrapper);
  state.decoder = make_software_decoder();
  if (state.decoder) {
    // Late frames are the sink's business: a decoder that leaves pictures out would do so unseen.
    g_object_set(state.decoder, "qos", FALSE, nullptr);
    gst_bin_add(bin, state.decoder);
    gst_element_link(state.decoder, state.wrapper);
    GstPad* in = gst_element_get_static_pad(state.decoder, "sink");
    gst_pad_add_probe(in, GST_PAD_PROBE_TYPE_BUFFER, on_access_unit, self, nullptr);
    gst_object_unref(in);
    GstPad* out = gst_element_get_static_pad(state.decoder, "src");
    gst_pad_add_probe(
        out,
        GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                        GST_PAD_PROBE_TYPE_EVENT_FLUSH),
        on_picture_or_event, self, nullptr);
    gst_object_unref(out);
  }
}

static void nvv4l2decoder_class_init(GstNvV4l2DecoderClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  object->constructed = [](GObject* made) {
    G_OBJECT_CLASS(nvv4l2decoder_parent_class)->constructed(made);
    const DecoderState& state = *as_decoder(made)->state;
    add_ghost_pad(GST_ELEMENT(made), "sink", state.decoder);
    add_ghost_pad(GST_ELEMENT(made), "src", state.wrapper);
  };
  element->change_state = change_state;
  GST_BIN_CLASS(klass)->handle_message = handle_message;

  const auto flags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      object, kSkipFrames,
      g_param_spec_enum("skip-frames", "skip-frames", "Which frames to decode", skip_frames_type(),
                        kDecodeAll, flags));
  g_object_class_install_property(
      object, kDropFrameInterval,
      g_param_spec_uint("drop-frame-interval", "drop-frame-interval",
                        "Output only every Nth decoded frame (0 and 1: all)", 0, 30, 0, flags));
  g_object_class_install_property(
      object, kQos,
      g_param_spec_boolean("qos", "qos",
                           "Let the decoder leave out frames that would be late at the sink", FALSE,
                           flags));
  g_object_class_install_property(
      object, kExtraControls,
      g_param_spec_boxed("extra-controls", "extra-controls", "Controls of the V4L2 device",
                         GST_TYPE_STRUCTURE, flags));
  g_object_class_install_property(
      object, kStats,
      g_param_spec_boxed("stats", "stats",
                         "Counts of access units (in, skipped, lost) and pictures (decoded, "
                         "damaged, dropped, out)",
                         GST_TYPE_STRUCTURE,
                         GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
  KeptProperties::install(object, kFirstKept, kKept);

  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(
      element, "H.264 decoder to memory:NVMM", "Codec/Decoder/Video",
      "Decodes H.264 on the CPU into pictures that DeepStream elements take", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvv4l2decoder_debug, "nvv4l2decoder", 0, "H.264 decoder to memory:NVMM");
  return gst_element_register(plugin, "nvv4l2decoder", kRank, nvv4l2decoder_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvv4l2decoder,
                  "H.264 decoder to memory:NVMM", plugin_init, THALWEG_VERSION, "Apache 2.0",
                  "Thalweg", "https://github.com")
