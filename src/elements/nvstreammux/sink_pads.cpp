#include <cstdio>
#include <string>
#include <utility>

#include "elements/nvstreammux/mux.h"
#include "elements/nvstreammux/output_batch.h"
#include "elements/transforms.h"
#include "gst-nvevent.h"
#include "gst-nvquery.h"
#include "surface/batch.h"

namespace thalweg {

namespace {

/// NVMM in the format of the first input, for a source that can choose. One that cannot is let
/// through with another format or with system memory, so that its caps end in an error that says
/// what to do, and not in a link or a negotiation that fails without words.
GstCaps* sink_caps(MuxState& state, GstPad* pad, GstCaps* filter) {
  GstCaps* any = gst_caps_make_writable(gst_pad_get_pad_template_caps(pad));
  GstCaps* wanted = gst_caps_copy(any);
  gst_caps_append(any, gst_caps_new_empty_simple("video/x-raw"));
  {
    std::lock_guard lock(state.mutex);
    if (!state.format.empty())
      gst_caps_set_simple(wanted, "format", G_TYPE_STRING, state.format.c_str(), nullptr);
  }
  wanted = filtered_caps(wanted, filter);
  any = filtered_caps(any, filter);
  const bool choose = filter ? !gst_caps_is_empty(wanted) : gst_pad_is_linked(pad);
  gst_caps_unref(choose ? any : wanted);
  return choose ? wanted : any;
}

gboolean sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      GstCaps* filter;
      gst_query_parse_caps(query, &filter);
      GstCaps* caps = sink_caps(state_of(parent), pad, filter);
      gst_query_set_caps_result(query, caps);
      gst_caps_unref(caps);
      return TRUE;
    }
    case GST_QUERY_ACCEPT_CAPS: {
      GstCaps* caps;
      gst_query_parse_accept_caps(query, &caps);
      gst_query_set_accept_caps_result(
          query, gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw"));
      return TRUE;
    }
    case GST_QUERY_ALLOCATION:  // what upstream gives is referred to, not filled by downstream
      return FALSE;
    default:
      break;
  }
  if (gst_nvquery_is_batch_size(query)) {
    gst_nvquery_batch_size_set(query, 1);
    return TRUE;
  }
  return gst_pad_query_default(pad, parent, query);
}

/// source_id of the pad's frames: its number, unless upstream knows another.
unsigned ask_for_source_id(GstPad* pad) {
  GstQuery* query = gst_nvquery_sourceid_new();
  guint id = 0;
  const bool known = gst_pad_peer_query(pad, query) && gst_nvquery_sourceid_parse(query, &id);
  gst_query_unref(query);
  return known ? id : pad_state(pad).id;
}

/// Posts an error and refuses the pad's frames when its caps cannot be muxed.
void take_caps(MuxState& state, GstPad* pad, GstCaps* caps) {
  PadState& input = pad_state(pad);
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  input.refused = false;
  if (!gst_caps_features_contains(gst_caps_get_features(caps, 0), kNvmmFeature)) {
    input.refused = true;
    GST_ELEMENT_ERROR(state.mux, STREAM, WRONG_TYPE,
                      ("%s:%s expected video/x-raw(memory:NVMM) but got system memory "
                       "(video/x-raw, format %s). Put 'nvvideoconvert ! "
                       "video/x-raw(memory:NVMM),format=NV12' before it.",
                       GST_OBJECT_NAME(state.mux), GST_OBJECT_NAME(pad),
                       gst_structure_get_string(structure, "format")),
                      ("caps: %" GST_PTR_FORMAT, caps));
    return;
  }
  const char* format = gst_structure_get_string(structure, "format");
  GstCaps* allowed = gst_pad_get_pad_template_caps(pad);
  const bool known = gst_caps_can_intersect(allowed, caps);
  gst_caps_unref(allowed);
  if (!known) {
    input.refused = true;
    GST_ELEMENT_ERROR(state.mux, STREAM, FORMAT,
                      ("%s:%s expected format NV12, RGBA or I420 but got %s. Put 'nvvideoconvert ! "
                       "video/x-raw(memory:NVMM),format=NV12' before it.",
                       GST_OBJECT_NAME(state.mux), GST_OBJECT_NAME(pad), format),
                      ("caps: %" GST_PTR_FORMAT, caps));
    return;
  }
  gst_structure_get_fraction(structure, "pixel-aspect-ratio", &input.format.par_n,
                             &input.format.par_d);
  std::string first;
  {
    std::lock_guard lock(state.mutex);
    if (state.format.empty()) {
      state.format = format;
      gst_structure_get(structure, "width", G_TYPE_INT, &state.source_width, "height", G_TYPE_INT,
                        &state.source_height, nullptr);
      int n = 0, d = 1;
      if (gst_structure_get_fraction(structure, "framerate", &n, &d) && n > 0)
        state.fps_n = n, state.fps_d = d;
    }
    first = state.format;
  }
  if (first != format) {
    input.refused = true;
    GST_ELEMENT_ERROR(
        state.mux, STREAM, FORMAT,
        ("%s:%s expected format %s, which its first source has, but got %s: all "
         "sources of a muxer need one format. Put 'nvvideoconvert ! "
         "video/x-raw(memory:NVMM),format=%s' before this pad.",
         GST_OBJECT_NAME(state.mux), GST_OBJECT_NAME(pad), first.c_str(), format, first.c_str()),
        ("caps: %" GST_PTR_FORMAT, caps));
    return;
  }
  state.configure_collector();
}

/// Frames of a live upstream come by themselves; they cannot wait in it.
void ask_whether_live(MuxState& state, GstPad* pad) {
  PadState& input = pad_state(pad);
  GstQuery* query = gst_query_new_latency();
  gboolean live = FALSE;
  if (gst_pad_peer_query(pad, query)) gst_query_parse_latency(query, &live, nullptr, nullptr);
  gst_query_unref(query);
  state.collector.set_live(*input.input, live);
  input.asked = true;
  if (!live || !state.form.newer) return;
  std::lock_guard lock(state.mutex);
  state.live = true;
}

/// A TAG event without what changes all the time and means the encoded stream; nullptr if nothing
/// is left.
EventPtr without_bitrates(EventPtr event) {
  GstTagList* tags = nullptr;
  gst_event_parse_tag(event.get(), &tags);
  GstTagList* kept = gst_tag_list_copy(tags);
  for (const char* name :
       {GST_TAG_BITRATE, GST_TAG_NOMINAL_BITRATE, GST_TAG_MINIMUM_BITRATE, GST_TAG_MAXIMUM_BITRATE})
    gst_tag_list_remove_tag(kept, name);
  if (!gst_tag_list_is_empty(kept)) return EventPtr(gst_event_new_tag(kept));
  gst_tag_list_unref(kept);
  return nullptr;
}

gboolean sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  MuxState& state = state_of(parent);
  PadState& input = pad_state(pad);
  EventPtr owned(event);
  switch (guint(GST_EVENT_TYPE(event))) {
    case GST_EVENT_CAPS: {
      GstCaps* caps;
      gst_event_parse_caps(event, &caps);
      take_caps(state, pad, caps);
      input.source_id = ask_for_source_id(pad);
      // A refusal is an error already; upstream need not post a second one.
      if (!state.form.newer || input.refused) return TRUE;
      break;
    }
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment(event, &input.segment);
      break;
    case GST_EVENT_EOS:
      if (input.cut) return TRUE;  // told already
      return state.collector.push_eos(*input.input) == Collector::Pushed::kTaken;
    case GST_EVENT_TAG:
      owned = without_bitrates(std::move(owned));
      if (!owned) return TRUE;
      break;
    case GST_EVENT_GAP: {  // with an end that is not known, a camera that is lost
      GstClockTime duration;
      gst_event_parse_gap(event, nullptr, &duration);
      if (!GST_CLOCK_TIME_IS_VALID(duration)) state.collector.rest(*input.input);
      return TRUE;
    }
    case GST_EVENT_FLUSH_START:
      state.collector.flush_start(*input.input);
      return TRUE;
    case GST_EVENT_FLUSH_STOP:
      gst_segment_init(&input.segment, GST_FORMAT_UNDEFINED);
      state.collector.flush_stop(*input.input);
      return TRUE;
    case GST_EVENT_STREAM_START:
      input.asked = false;
      input.sender_clock = {};
      break;
    case guint(GST_NVEVENT_PAD_ADDED):
    case guint(GST_NVEVENT_PAD_DELETED):
    case guint(GST_NVEVENT_STREAM_EOS):
    case guint(GST_NVEVENT_STREAM_SEGMENT):
    case guint(GST_NVEVENT_STREAM_START):
    case guint(GST_NVEVENT_UPDATE_CAPS):
      return TRUE;  // of another muxer, whose numbers mean other sources
    default:
      // Facts about one source (gaps, protection ...) say nothing of a batch; custom events
      // are a program's own and travel in order.
      if (!GST_EVENT_IS_SERIALIZED(event) || GST_EVENT_TYPE(event) < GST_EVENT_CUSTOM_UPSTREAM)
        return TRUE;
      break;
  }
  return state.collector.push(*input.input, std::move(owned)) == Collector::Pushed::kTaken;
}

GstFlowReturn chain(GstPad* pad, GstObject* parent, GstBuffer* buffer) {
  MuxState& state = state_of(parent);
  PadState& input = pad_state(pad);
  InputFrame frame;
  frame.buffer.reset(buffer);
  if (input.refused) return GST_FLOW_FLUSHING;  // the error is posted; no second one from upstream
  // Not GST_FLOW_EOS: a decoder would count what it still holds as damage.
  if (input.cut) return GST_FLOW_OK;
  frame.arrival_ns = uint64_t(g_get_real_time()) * 1000;
  frame.source_id = input.source_id;

  Batch* batch = batch_of(buffer);
  if (!batch || batch->size() != 1) {
    input.refused = true;
    const std::string got = batch ? "a buffer with " + std::to_string(batch->size()) + " frames"
                                  : why_not_batch(buffer);
    GST_ELEMENT_ERROR(
        state.mux, STREAM, WRONG_TYPE,
        ("%s:%s expected buffers of one frame in memory:NVMM but got: %s. Batches are "
         "split by nvstreamdemux; pixels of other elements are brought in by "
         "nvvideoconvert.",
         GST_OBJECT_NAME(state.mux), GST_OBJECT_NAME(pad), got.c_str()),
        (nullptr));
    return GST_FLOW_FLUSHING;
  }
  frame.bytes = bytes_of(*batch->frame(0).source().picture);
  frame.format = input.format;
  if (input.segment.format == GST_FORMAT_TIME)
    frame.running_time =
        gst_segment_to_running_time(&input.segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  const Settings now = state.current();
  frame.ntp_ns = now.attach_sys_ts
                     ? frame.arrival_ns
                     : input.sender_clock.correct(sender_time_ns(buffer), GST_BUFFER_PTS(buffer),
                                                  now.frame_duration_ms);
  if (frame.ntp_ns == 0 && (now.align_first || now.ntp_tolerance_ns > 0) &&
      !std::exchange(input.told_of_no_time, true))
    GST_WARNING_OBJECT(pad,
                       "sync-inputs-ntp and align-first-buffer drop frames whose NTP time is not "
                       "known, as of this source as yet: an RTSP camera's comes with its first "
                       "sender report, if configure_source_for_ntp_sync was called for it. Call "
                       "that, or set attach-sys-ts=true, which takes the time of arrival.");
  if (!input.asked) ask_whether_live(state, pad);
  switch (state.collector.push(*input.input, std::move(frame))) {
    case Collector::Pushed::kTaken:
      if (++input.taken == state.most_frames) {
        input.cut = true;
        state.collector.push_eos(*input.input);
      }
      return GST_FLOW_OK;
    case Collector::Pushed::kFlushing:
      return GST_FLOW_FLUSHING;
    case Collector::Pushed::kStopped:
      break;
  }
  std::lock_guard lock(state.mutex);
  return state.flow == GST_FLOW_EOS ? GST_FLOW_EOS : GST_FLOW_FLUSHING;
}

}  // namespace

GstPad* request_sink_pad(GstElement* element, GstPadTemplate* pad_template, const gchar* name,
                         const GstCaps*) {
  MuxState& state = state_of(element);
  unsigned id = 0;
  if (!name) {
    while (state.collector.has(id)) ++id;
  } else {
    int length = 0;
    if (std::sscanf(name, "sink_%u%n", &id, &length) != 1 || name[length] != '\0') {
      GST_WARNING_OBJECT(element, "a pad name like sink_0 was expected, got '%s'", name);
      return nullptr;
    }
    if (state.collector.has(id)) {
      GST_WARNING_OBJECT(element, "pad '%s' exists already", name);
      return nullptr;
    }
  }
  char* full_name = g_strdup_printf("sink_%u", id);
  GstPad* pad = gst_pad_new_from_template(pad_template, full_name);
  g_free(full_name);
  auto* input = new PadState;
  input->id = input->source_id = id;
  input->input = state.collector.add(id);
  gst_segment_init(&input->segment, GST_FORMAT_UNDEFINED);
  gst_pad_set_element_private(pad, input);
  g_object_set_data_full(G_OBJECT(pad), "thalweg-mux-pad", input,
                         [](gpointer data) { delete static_cast<PadState*>(data); });
  gst_pad_set_chain_function(pad, chain);
  gst_pad_set_event_function(pad, sink_event);
  gst_pad_set_query_function(pad, sink_query);
  gst_element_add_pad(element, pad);
  return pad;
}

void release_sink_pad(GstElement* element, GstPad* pad) {
  state_of(element).collector.remove(pad_state(pad).input);
  gst_pad_set_active(pad, FALSE);
  gst_element_remove_pad(element, pad);
}

}  // namespace thalweg
