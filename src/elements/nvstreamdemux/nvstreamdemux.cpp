// nvstreamdemux: batches in, the frames of each source out on a pad of its own.
//
// The pad of source number i is src_i, asked for by that name before or while playing. Each frame
// goes on as a batch of one that shares its pixels, with a copy of its metadata; its timestamp and
// segment are the source's own, its size the muxer's. Frames of a source without a linked pad are
// left out and counted.
//
// Events of the muxer about one source go to its pad: its segment as a segment, its start as a
// stream start, its tags as tags, reset and removal as they are, its end as EOS with
// per-stream-eos. Other events go to all pads.
//
//   gst-launch-1.0 nvstreammux name=m width=768 height=576 batch-size=2 ! nvstreamdemux name=d
//     uridecodebin uri=file:///path/a.mp4 ! m.sink_0 uridecodebin uri=file:///path/b.mp4 ! m.sink_1
//     d.src_0 ! queue ! nveglglessink d.src_1 ! queue ! nveglglessink
//
// Property 'stats': a frame without a linked pad is dropped; each pad has its frames out and
// dropped.
//
// Pads may be asked for and released in any thread; all else runs in the streaming thread. A pad
// downstream of which everything is flushing or at its end does not stop the others.
#include <gst/gst.h>
#include <gst/video/video.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "elements/batch_meta.h"
#include "elements/nvstreamdemux/split.h"
#include "elements/observed.h"
#include "elements/source_query.h"
#include "elements/source_tags.h"
#include "gst-nvevent.h"
#include "gst-nvmessage.h"
#include "gst-nvquery.h"
#include "gstnvdsmeta.h"
#include "surface/batch.h"

GST_DEBUG_CATEGORY_STATIC(nvstreamdemux_debug);
#define GST_CAT_DEFAULT nvstreamdemux_debug

namespace {

using namespace thalweg;

enum Property : guint { kPerStreamEos = 1 };

struct Unref {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstEvent* event) const { gst_event_unref(event); }
  void operator()(GstPad* pad) const { gst_object_unref(pad); }
  void operator()(GstQuery* query) const { gst_query_unref(query); }
  void operator()(GstTagList* tags) const { gst_tag_list_unref(tags); }
};
using BufferPtr = std::unique_ptr<GstBuffer, Unref>;
using CapsPtr = std::unique_ptr<GstCaps, Unref>;
using EventPtr = std::unique_ptr<GstEvent, Unref>;
using PadPtr = std::unique_ptr<GstPad, Unref>;
using QueryPtr = std::unique_ptr<GstQuery, Unref>;
using TagsPtr = std::unique_ptr<GstTagList, Unref>;

struct Size {
  int width = 0, height = 0;
  bool operator==(const Size&) const = default;
};

/// One src pad. All but the counts is the streaming thread's.
struct Output {
  Output(unsigned number, GstPad* new_pad)
      : id(number), pad(GST_PAD(gst_object_ref_sink(new_pad))) {}

  const unsigned id;
  const PadPtr pad;
  // What has to be sent before the next frame.
  bool need_stream_start = true, need_caps = true, need_segment = true, need_others = true;
  bool need_tags = true;
  bool ended = false;                           // EOS is sent
  bool discont = true;                          // of the next frame
  Size size;                                    // of the frames; 0 x 0: as in the batch's caps
  GstClockTime duration = GST_CLOCK_TIME_NONE;  // of a frame
  GstFlowReturn flow = GST_FLOW_OK;             // what downstream last said
  std::atomic<uint64_t> out{0}, dropped{0};

  bool linked() const { return gst_pad_is_linked(pad.get()); }
  void push_event(GstEvent* event) const { gst_pad_push_event(pad.get(), event); }
  void restart() {
    need_segment = discont = true;
    ended = false;
    flow = GST_FLOW_OK;
  }
  void start_stream() {
    need_stream_start = need_caps = need_tags = true;
    restart();
  }
};
using OutputPtr = std::shared_ptr<Output>;

/// What the muxer has told of one source, whether it has a pad or not.
struct Source {
  std::string stream_id;
  std::optional<GstSegment> segment;
  std::map<GstTagScope, TagsPtr> tags;
};

struct DemuxState {
  explicit DemuxState(GstElement* element) : demux(element) {}

  GstElement* const demux;
  GstPad* sink = nullptr;  // of the element
  std::atomic<bool> per_stream_eos{false};

  std::mutex mutex;  // for the next block
  std::map<unsigned, OutputPtr> outputs;
  guint32 seek_number = GST_SEQNUM_INVALID;  // of the last seek, which every sink sends
  bool seek_result = false;

  // Of the streaming thread.
  std::map<unsigned, Source> sources;
  CapsPtr caps;          // of the batches
  GstSegment segment{};  // of the batches
  guint group_id = GST_GROUP_ID_INVALID;

  OutputPtr output(unsigned id);
  std::vector<OutputPtr> all_outputs();
  GstFlowReturn chain(BufferPtr batch);
  bool begin(Output& output);
  void end(Output& output);
  void push_to_all(GstEvent* event);
  bool take(GstEvent* event);
  void reset();

 private:
  struct Part {
    OutputPtr output;
    BufferPtr buffer;
    Size size;
  };
  CapsPtr caps_of(const Output& output);
  std::vector<Part> split(GstBuffer* buffer);
  GstFlowReturn push(Part part);
  GstFlowReturn combined_flow();
};

}  // namespace

struct GstNvStreamDemux {
  GstElement parent;
  DemuxState* state;
};
struct GstNvStreamDemuxClass {
  GstElementClass parent_class;
};

static GType nvstreamdemux_get_type();
G_DEFINE_TYPE(GstNvStreamDemux, nvstreamdemux, GST_TYPE_ELEMENT)

namespace {

DemuxState& state_of(void* object) {
  return *G_TYPE_CHECK_INSTANCE_CAST(object, nvstreamdemux_get_type(), GstNvStreamDemux)->state;
}

#define NVMM_CAPS "video/x-raw(memory:NVMM), format=(string){ NV12, RGBA, I420 }"
GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(NVMM_CAPS));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src_%u", GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS(NVMM_CAPS));

OutputPtr DemuxState::output(unsigned id) {
  std::lock_guard lock(mutex);
  const auto found = outputs.find(id);
  return found == outputs.end() ? nullptr : found->second;
}

std::vector<OutputPtr> DemuxState::all_outputs() {
  std::lock_guard lock(mutex);
  std::vector<OutputPtr> result;
  for (const auto& [id, output] : outputs) result.push_back(output);
  return result;
}

// ---- what comes before the frames of a pad

/// The batch's caps, with batch size 1 and the rate of the source.
CapsPtr DemuxState::caps_of(const Output& output) {
  CapsPtr result(gst_caps_copy(caps.get()));
  GstStructure* structure = gst_caps_get_structure(result.get(), 0);
  gst_structure_set(structure, "batch-size", G_TYPE_INT, 1, nullptr);
  if (output.size.width > 0)
    gst_structure_set(structure, "width", G_TYPE_INT, output.size.width, "height", G_TYPE_INT,
                      output.size.height, nullptr);
  const QueryPtr query(new_source_caps_query(output.id));
  if (gst_pad_peer_query(sink, query.get())) {
    const GstCaps* of_source = answered_source_caps(query.get());
    const GValue* rate =
        of_source ? gst_structure_get_value(gst_caps_get_structure(of_source, 0), "framerate")
                  : nullptr;
    if (rate) gst_structure_set_value(structure, "framerate", rate);
  }
  return result;
}

/// Events that the pad has not seen: those of the muxer and of the elements after it that hold for
/// all that follows (tags and the like).
gboolean push_other_event(GstPad*, GstEvent** event, gpointer data) {
  const guint type = guint(GST_EVENT_TYPE(*event));
  const bool about_one_source =
      type >= guint(GST_NVEVENT_PAD_ADDED) && type <= guint(GST_NVEVENT_UPDATE_CAPS);
  if (type > guint(GST_EVENT_SEGMENT) && type != guint(GST_EVENT_EOS) &&
      type != guint(GST_EVENT_SINK_MESSAGE) && !about_one_source)
    gst_pad_push_event(static_cast<GstPad*>(data), gst_event_ref(*event));
  return TRUE;
}

/// Sends what has to come before anything else. Without caps when those of the batches are not
/// known; then false.
bool DemuxState::begin(Output& output) {
  const auto source = sources.find(output.id);
  if (output.need_stream_start) {
    std::string id = source == sources.end() ? "" : source->second.stream_id;
    if (id.empty())
      id = std::string(GST_OBJECT_NAME(demux)) + "/" + GST_OBJECT_NAME(output.pad.get());
    GstEvent* event = gst_event_new_stream_start(id.c_str());
    if (group_id == GST_GROUP_ID_INVALID) group_id = gst_util_group_id_next();
    gst_event_set_group_id(event, group_id);
    output.push_event(event);
    output.need_stream_start = false;
  }
  if (output.need_caps && caps) {
    const CapsPtr wanted = caps_of(output);
    const CapsPtr current(gst_pad_get_current_caps(output.pad.get()));
    if (!current || !gst_caps_is_equal(current.get(), wanted.get())) {
      GST_INFO_OBJECT(output.pad.get(), "output is %" GST_PTR_FORMAT, wanted.get());
      output.push_event(gst_event_new_caps(wanted.get()));
    }
    int fps_n = 0, fps_d = 1;
    gst_structure_get_fraction(gst_caps_get_structure(wanted.get(), 0), "framerate", &fps_n,
                               &fps_d);
    output.duration =
        fps_n > 0 ? gst_util_uint64_scale_int(GST_SECOND, fps_d, fps_n) : GST_CLOCK_TIME_NONE;
    output.need_caps = false;
  }
  if (output.need_segment) {
    const GstSegment* own =
        source != sources.end() && source->second.segment ? &*source->second.segment : &segment;
    if (own->format != GST_FORMAT_UNDEFINED) output.push_event(gst_event_new_segment(own));
    output.need_segment = false;
  }
  if (output.need_tags && source != sources.end())
    for (const auto& [scope, tags] : source->second.tags)
      output.push_event(gst_event_new_tag(gst_tag_list_ref(tags.get())));
  output.need_tags = false;
  if (output.need_others) {
    gst_pad_sticky_events_foreach(sink, push_other_event, output.pad.get());
    output.need_others = false;
  }
  return caps != nullptr;
}

void DemuxState::end(Output& output) {
  if (output.ended) return;
  begin(output);
  output.ended = true;
  output.push_event(gst_event_new_eos());
}

// ---- frames

/// The frames of sources that have a linked pad, each as a buffer of its own.
/// @throws std::exception whose text says what is wrong.
std::vector<DemuxState::Part> DemuxState::split(GstBuffer* buffer) {
  Batch* batch = batch_of(buffer);
  if (!batch) throw std::runtime_error(why_not_batch(buffer));
  NvDsBatchMeta* meta = gst_buffer_get_nvds_batch_meta(buffer);
  if (!meta)
    throw std::runtime_error(
        "expected a batch that says which source each frame is of (NvDsBatchMeta), got one without "
        "metadata; put nvstreammux before");
  std::vector<Part> parts;
  FrameCounts& counts = frame_counts(demux);
  const MetaLock lock(meta);
  for (const GList* node = meta->frame_meta_list; node; node = node->next) {
    auto& frame = *static_cast<NvDsFrameMeta*>(node->data);
    if (frame.batch_id >= guint(batch->size())) {
      GST_DEBUG_OBJECT(demux, "frame meta %u has no frame in a batch of %d", frame.batch_id,
                       batch->size());
      counts.drop();
      continue;
    }
    OutputPtr target = output(frame.pad_index);
    if (!target || !target->linked()) {
      counts.drop();
      if (target) ++target->dropped;
      GST_LOG_OBJECT(demux, "source %u has no linked pad, frame %d is dropped", frame.pad_index,
                     frame.frame_num);
      continue;
    }
    BufferPtr out(gst_buffer_new());
    gst_buffer_append_memory(out.get(), new_nvmm_memory(batch->copy_of(int(frame.batch_id))));
    copy_alone(*meta, frame, add_batch_meta(out.get(), 1));
    GST_BUFFER_PTS(out.get()) = frame.buf_pts;
    const Frame& pixels = batch->frame(int(frame.batch_id));
    parts.push_back({std::move(target), std::move(out), {pixels.width(), pixels.height()}});
  }
  return parts;
}

GstFlowReturn DemuxState::push(Part part) {
  Output& output = *part.output;
  GstPad* pad = output.pad.get();
  if (output.ended) output.start_stream();  // the source goes on after its end
  if (output.size != part.size) {
    output.size = part.size;
    output.need_caps = true;
  }
  begin(output);
  if (output.discont) GST_BUFFER_FLAG_SET(part.buffer.get(), GST_BUFFER_FLAG_DISCONT);
  output.discont = false;
  GST_BUFFER_DURATION(part.buffer.get()) = output.duration;
  output.flow = gst_pad_push(pad, part.buffer.release());
  FrameCounts& counts = frame_counts(demux);
  if (output.flow == GST_FLOW_OK)
    counts.give(1), ++output.out;
  else
    counts.drop(), ++output.dropped;
  if (output.flow == GST_FLOW_NOT_NEGOTIATED) {
    const CapsPtr refused(gst_pad_get_current_caps(pad));
    GST_ELEMENT_ERROR(demux, STREAM, FORMAT,
                      ("Elements after %s:%s do not take its output %" GST_PTR_FORMAT
                       ". Put an nvvideoconvert with the caps that they want behind it.",
                       GST_OBJECT_NAME(demux), GST_OBJECT_NAME(pad), refused.get()),
                      (nullptr));
  }
  return output.flow;
}

/// Upstream goes on while one linked pad does, and while none is linked.
GstFlowReturn DemuxState::combined_flow() {
  std::optional<GstFlowReturn> stopped;
  for (const OutputPtr& each : all_outputs()) {
    if (!each->linked()) continue;
    if (each->flow == GST_FLOW_OK || each->flow == GST_FLOW_NOT_LINKED) return GST_FLOW_OK;
    if (stopped != GST_FLOW_FLUSHING) stopped = each->flow;
  }
  return stopped.value_or(GST_FLOW_OK);
}

GstFlowReturn DemuxState::chain(BufferPtr batch) {
  std::vector<Part> parts;
  const GstClockTime begin = gst_util_get_timestamp();
  try {
    parts = split(batch.get());
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(demux, STREAM, FORMAT,
                      ("%s: cannot split a batch: %s.", GST_OBJECT_NAME(demux), error.what()),
                      (nullptr));
    return GST_FLOW_ERROR;
  }
  batch.reset();  // so that each frame has its pixels for itself
  frame_counts(demux).spend(int64_t(gst_util_get_timestamp() - begin));
  for (Part& part : parts) {
    const GstFlowReturn flow = push(std::move(part));
    if (flow < GST_FLOW_EOS) return flow;  // an error
  }
  return combined_flow();
}

// ---- events

/// One after the other, each behind what it needs before it.
void DemuxState::push_to_all(GstEvent* event) {
  for (const OutputPtr& each : all_outputs())
    if (!each->ended && begin(*each)) each->push_event(gst_event_ref(event));
}

/// Events in the order of the frames, but those about the batches themselves. False when it is
/// another event, which goes to all pads.
bool DemuxState::take(GstEvent* event) {
  guint id = 0;
  const auto pass_on = [&] {
    if (const OutputPtr target = output(id); target && begin(*target))
      target->push_event(gst_event_ref(event));
  };
  switch (guint(GST_EVENT_TYPE(event))) {
    case guint(GST_NVEVENT_PAD_ADDED):
      return true;
    case guint(GST_NVEVENT_PAD_DELETED):
      gst_nvevent_parse_pad_deleted(event, &id);
      sources.erase(id);
      pass_on();
      return true;
    case guint(GST_NVEVENT_STREAM_RESET):
      gst_nvevent_parse_stream_reset(event, &id);
      pass_on();
      return true;
    case guint(GST_NVEVENT_STREAM_START): {
      char* stream_id = nullptr;
      gst_nvevent_parse_stream_start(event, &id, &stream_id);
      sources[id].stream_id = stream_id ? stream_id : "";
      sources[id].tags.clear();
      if (const OutputPtr target = output(id)) target->start_stream();
      return true;
    }
    case guint(GST_NVEVENT_STREAM_SEGMENT): {
      GstSegment* of_source = nullptr;
      gst_nvevent_parse_stream_segment(event, &id, &of_source);
      if (!of_source) return true;
      sources[id].segment = *of_source;
      if (const OutputPtr target = output(id)) target->need_segment = true;
      return true;
    }
    case guint(GST_NVEVENT_STREAM_EOS):
      gst_nvevent_parse_stream_eos(event, &id);
      if (const OutputPtr target = output(id); target && per_stream_eos) end(*target);
      return true;
    case guint(GST_NVEVENT_UPDATE_CAPS):
      gst_structure_get_uint(gst_event_get_structure(event), "source-id", &id);
      if (const OutputPtr target = output(id)) target->need_caps = true;
      return true;
    case GST_EVENT_SINK_MESSAGE: {
      GstMessage* message = nullptr;
      gst_event_parse_sink_message(event, &message);
      const bool ended = gst_nvmessage_parse_stream_eos(message, &id);
      const OutputPtr target = ended ? output(id) : nullptr;
      if (!ended) {
        gst_message_unref(message);
        return false;
      }
      // Once, and behind the source's frames.
      if (target && target->linked() && !target->ended) {
        gst_message_unref(message);
        pass_on();
      } else {
        gst_element_post_message(demux, message);
      }
      return true;
    }
    default:
      if (GstTagList* tags = parse_source_tags(event, &id)) {
        sources[id].tags[gst_tag_list_get_scope(tags)].reset(gst_tag_list_ref(tags));
        if (const OutputPtr target = output(id)) target->need_tags = true;
        return true;
      }
      return false;
  }
}

void DemuxState::reset() {
  sources.clear();
  caps.reset();
  gst_segment_init(&segment, GST_FORMAT_UNDEFINED);
  group_id = GST_GROUP_ID_INVALID;
  for (const OutputPtr& each : all_outputs()) {
    each->start_stream();
    each->need_others = true;
    each->size = {};
  }
}

GstFlowReturn chain(GstPad*, GstObject* parent, GstBuffer* buffer) {
  return state_of(parent).chain(BufferPtr(buffer));
}

gboolean sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  DemuxState& state = state_of(parent);
  const EventPtr owned(event);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START:
      gst_event_parse_group_id(event, &state.group_id);
      return TRUE;
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      state.caps.reset(gst_caps_ref(caps));
      for (const OutputPtr& each : state.all_outputs()) each->need_caps = true;
      return TRUE;
    }
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment(event, &state.segment);
      for (const OutputPtr& each : state.all_outputs()) {
        const auto source = state.sources.find(each->id);
        each->need_segment |= source == state.sources.end() || !source->second.segment;
      }
      return TRUE;
    case GST_EVENT_EOS:
      for (const OutputPtr& each : state.all_outputs()) state.end(*each);
      return TRUE;
    case GST_EVENT_FLUSH_STOP: {
      const gboolean done = gst_pad_event_default(pad, parent, gst_event_ref(event));
      gst_segment_init(&state.segment, GST_FORMAT_UNDEFINED);
      for (const OutputPtr& each : state.all_outputs()) each->restart();
      return done;
    }
    default:
      break;
  }
  if (!GST_EVENT_IS_SERIALIZED(event))
    return gst_pad_event_default(pad, parent, gst_event_ref(event));
  if (!state.take(event)) state.push_to_all(event);
  return TRUE;
}

gboolean src_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  DemuxState& state = state_of(parent);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_SEEK: {  // a pipeline seeks by an event from each sink
      const guint32 number = gst_event_get_seqnum(event);
      {
        std::lock_guard lock(state.mutex);
        if (number == state.seek_number) {
          gst_event_unref(event);
          return state.seek_result;
        }
        state.seek_number = number;
      }
      const gboolean done = gst_pad_event_default(pad, parent, event);
      std::lock_guard lock(state.mutex);
      state.seek_result = done;
      return done;
    }
    case GST_EVENT_QOS:          // speaks of one source's frames, upstream has batches
    case GST_EVENT_RECONFIGURE:  // upstream cannot choose for one of several pads
      gst_event_unref(event);
      return TRUE;
    default:
      return gst_pad_event_default(pad, parent, event);
  }
}

gboolean src_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  if (gst_nvquery_is_batch_size(query)) {
    gst_nvquery_batch_size_set(query, 1);
    return TRUE;
  }
  if (gst_nvquery_is_numStreams_size(query)) {
    gst_nvquery_numStreams_size_set(query, 1);
    return TRUE;
  }
  return gst_pad_query_default(pad, parent, query);
}

// ---- element

GstPad* request_new_pad(GstElement* element, GstPadTemplate* pad_template, const gchar* name,
                        const GstCaps*) {
  DemuxState& state = state_of(element);
  unsigned id = 0;
  int length = 0;
  if (name && (std::sscanf(name, "src_%u%n", &id, &length) != 1 || name[length] != '\0')) {
    GST_WARNING_OBJECT(element, "a pad name like src_0 was expected, got '%s'", name);
    return nullptr;
  }
  GstPad* pad = nullptr;
  {
    std::lock_guard lock(state.mutex);
    if (!name)
      while (state.outputs.count(id)) ++id;
    if (state.outputs.count(id)) {
      GST_WARNING_OBJECT(element, "pad 'src_%u' exists already", id);
      return nullptr;
    }
    pad = gst_pad_new_from_template(pad_template, ("src_" + std::to_string(id)).c_str());
    gst_pad_set_event_function(pad, src_event);
    gst_pad_set_query_function(pad, src_query);
    state.outputs[id] = std::make_shared<Output>(id, pad);
  }
  gst_element_add_pad(element, pad);
  return pad;
}

void release_pad(GstElement* element, GstPad* pad) {
  DemuxState& state = state_of(element);
  {
    std::lock_guard lock(state.mutex);
    std::erase_if(state.outputs, [pad](const auto& each) { return each.second->pad.get() == pad; });
  }
  gst_pad_set_active(pad, FALSE);
  gst_element_remove_pad(element, pad);
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  DemuxState& state = state_of(element);
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(nvstreamdemux_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) state.reset();
  return result;
}

void write_stats_of_pads(GObject* object, GstStructure* stats) {
  for (const OutputPtr& each : state_of(object).all_outputs()) {
    GstStructure* counts =
        gst_structure_new("pad", "out", G_TYPE_UINT64, uint64_t(each->out), "dropped",
                          G_TYPE_UINT64, uint64_t(each->dropped), nullptr);
    gst_structure_set(stats, GST_OBJECT_NAME(each->pad.get()), GST_TYPE_STRUCTURE, counts, nullptr);
    gst_structure_free(counts);
  }
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (id == kPerStreamEos)
    state_of(object).per_stream_eos = g_value_get_boolean(value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  switch (id) {
    case kPerStreamEos:
      return g_value_set_boolean(value, state_of(object).per_stream_eos);
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void finalize(GObject* object) {
  delete &state_of(object);
  G_OBJECT_CLASS(nvstreamdemux_parent_class)->finalize(object);
}

}  // namespace

static void nvstreamdemux_init(GstNvStreamDemux* self) {
  self->state = new DemuxState(GST_ELEMENT(self));
  DemuxState& state = *self->state;
  gst_segment_init(&state.segment, GST_FORMAT_UNDEFINED);
  state.sink = gst_pad_new_from_static_template(&sink_template, "sink");
  gst_pad_set_chain_function(state.sink, chain);
  gst_pad_set_event_function(state.sink, sink_event);
  gst_element_add_pad(GST_ELEMENT(self), state.sink);
}

static void nvstreamdemux_class_init(GstNvStreamDemuxClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->request_new_pad = request_new_pad;
  element->release_pad = release_pad;
  element->change_state = change_state;
  g_object_class_install_property(
      object, kPerStreamEos,
      g_param_spec_boolean("per-stream-eos", "per-stream-eos",
                           "End a pad when its source ends, not only when all have ended", FALSE,
                           GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Stream demuxer", "Generic/Demuxer/Video",
                                        "Splits a batch into its sources", "Thalweg");
  observed_class_setup(
      object, "; a frame without a linked pad is dropped; of each pad those out and dropped",
      write_stats_of_pads);
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvstreamdemux_debug, "nvstreamdemux", 0, "Stream demuxer");
  return gst_element_register(plugin, "nvstreamdemux", GST_RANK_NONE, nvstreamdemux_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvstreamdemux,
                  "Thalweg: batches into streams", plugin_init, THALWEG_VERSION, "Apache 2.0",
                  "Thalweg", "https://github.com")
