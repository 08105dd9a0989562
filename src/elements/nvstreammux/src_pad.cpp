#include <algorithm>
#include <string>

#include "elements/nvstreammux/mux.h"
#include "elements/source_query.h"
#include "gst-nvquery.h"

namespace thalweg {

namespace {

void run_task(gpointer mux) {
  handed_over();
  state_of(mux).task();
  handed_over();
}

gboolean src_activate_mode(GstPad* pad, GstObject* parent, GstPadMode mode, gboolean active) {
  if (mode != GST_PAD_MODE_PUSH) return FALSE;
  MuxState& state = state_of(parent);
  if (!active) {
    {
      std::lock_guard lock(state.mutex);
      state.flow = GST_FLOW_FLUSHING;
    }
    state.collector.stop();
    return gst_pad_stop_task(pad);
  }
  {
    std::lock_guard lock(state.mutex);
    state.flow = GST_FLOW_OK;
    state.renegotiate = true;
    state.seek_position = 0;
    state.latency = 0;
  }
  state.begun = false;
  state.need_segment = state.discont = true;
  state.told_of_no_source = false;
  state.clock.restart();
  state.held.clear();
  state.configure_collector();
  state.collector.start();
  handed_over();
  return gst_pad_start_task(pad, run_task, parent, nullptr);
}

/// A flushing seek flushes downstream once, here; each source flushes its own sink pad.
gboolean seek(MuxState& state, GstEvent* event) {
  GstSeekFlags flags;
  GstFormat format;
  GstSeekType start_type;
  gint64 start;
  gst_event_parse_seek(event, nullptr, &format, &flags, &start_type, &start, nullptr, nullptr);
  const bool flush = flags & GST_SEEK_FLAG_FLUSH;
  if (flush) {
    const guint32 number = gst_event_get_seqnum(event);
    GstEvent* flush_start = gst_event_new_flush_start();
    gst_event_set_seqnum(flush_start, number);
    gst_pad_push_event(state.src, flush_start);
    state.collector.pause();
    gst_pad_pause_task(state.src);
  }
  bool done = false;
  for_each_sink_pad(state.mux,
                    [&](GstPad* pad) { done |= gst_pad_push_event(pad, gst_event_ref(event)); });
  if (flush) {
    GstEvent* flush_stop = gst_event_new_flush_stop(TRUE);
    gst_event_set_seqnum(flush_stop, gst_event_get_seqnum(event));
    gst_pad_push_event(state.src, flush_stop);
    GST_PAD_STREAM_LOCK(state.src);
    {
      std::lock_guard lock(state.mutex);
      state.flow = GST_FLOW_OK;
      if (done && format == GST_FORMAT_TIME && start_type == GST_SEEK_TYPE_SET && start >= 0)
        state.seek_position = GstClockTime(start);
    }
    state.need_segment = state.discont = true;
    state.clock.restart();
    GST_PAD_STREAM_UNLOCK(state.src);
    state.collector.resume();
    gst_pad_start_task(state.src, run_task, state.mux, nullptr);
  }
  gst_event_unref(event);
  return done;
}

gboolean src_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  MuxState& state = state_of(parent);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_SEEK:
      return seek(state, event);
    case GST_EVENT_QOS:  // speaks of a batch: no source could know what to do with it
      gst_event_unref(event);
      return TRUE;
    case GST_EVENT_RECONFIGURE: {
      std::lock_guard lock(state.mutex);
      state.renegotiate = true;
      gst_event_unref(event);
      return TRUE;
    }
    case GST_EVENT_LATENCY: {
      GstClockTime latency;
      gst_event_parse_latency(event, &latency);
      std::lock_guard lock(state.mutex);
      state.latency = latency;
      break;
    }
    default:
      break;
  }
  return gst_pad_event_default(pad, parent, event);
}

gboolean query_latency(MuxState& state, GstQuery* query) {
  bool live = false;
  GstClockTime least = 0, most = GST_CLOCK_TIME_NONE;
  for_each_sink_pad(state.mux, [&](GstPad* pad) {
    GstQuery* ask = gst_query_new_latency();
    if (gst_pad_peer_query(pad, ask)) {
      gboolean its_live;
      GstClockTime its_least, its_most;
      gst_query_parse_latency(ask, &its_live, &its_least, &its_most);
      if (its_live) {
        live = true;
        least = std::max(least, its_least);
        if (GST_CLOCK_TIME_IS_VALID(its_most)) most = std::min(most, its_most);
      }
    }
    gst_query_unref(ask);
  });
  if (live) {
    GstClockTime own;
    {
      std::lock_guard lock(state.mutex);
      own = state.own_latency();
      state.upstream_latency = least;
    }
    state.configure_collector();
    least += own;
    if (GST_CLOCK_TIME_IS_VALID(most)) most = std::max(most + own, least);
  }
  gst_query_set_latency(query, live, least, most);
  return TRUE;
}

/// The sink pad of that number, the caller's, or nullptr.
GstPad* sink_pad(MuxState& state, unsigned id) {
  return gst_element_get_static_pad(state.mux, ("sink_" + std::to_string(id)).c_str());
}

/// Asks the source of the pad that is named; it may have a URI.
gboolean query_uri(MuxState& state, GstQuery* query) {
  guint id = 0;
  GstPad* of_source =
      gst_nvquery_uri_from_streamid_parse_streamid(query, &id) ? sink_pad(state, id) : nullptr;
  if (!of_source) return FALSE;
  GstQuery* ask = gst_query_new_uri();
  gchar* uri = nullptr;
  if (gst_pad_peer_query(of_source, ask)) gst_query_parse_uri(ask, &uri);
  const bool known = uri != nullptr;
  if (known) gst_nvquery_uri_from_streamid_set(query, uri);
  g_free(uri);
  gst_query_unref(ask);
  gst_object_unref(of_source);
  return known;
}

gboolean src_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  MuxState& state = state_of(parent);
  if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) return query_latency(state, query);
  if (gst_nvquery_is_batch_size(query)) {
    gst_nvquery_batch_size_set(query, state.batch_size());
    return TRUE;
  }
  if (gst_nvquery_is_numStreams_size(query)) {
    gst_nvquery_numStreams_size_set(query, state.collector.size());
    return TRUE;
  }
  if (gst_nvquery_is_uri_from_streamid(query)) return query_uri(state, query);
  if (const auto source = asked_source(query)) {
    GstPad* of_source = sink_pad(state, *source);
    GstCaps* caps = of_source ? gst_pad_get_current_caps(of_source) : nullptr;
    if (caps) answer_source_caps(query, caps);
    const bool answered = caps != nullptr;
    gst_clear_caps(&caps);
    gst_clear_object(&of_source);
    return answered;
  }
  return gst_pad_query_default(pad, parent, query);
}

}  // namespace

GstPad* new_src_pad(GstStaticPadTemplate* pad_template) {
  GstPad* pad = gst_pad_new_from_static_template(pad_template, "src");
  gst_pad_set_activatemode_function(pad, src_activate_mode);
  gst_pad_set_event_function(pad, src_event);
  gst_pad_set_query_function(pad, src_query);
  return pad;
}

}  // namespace thalweg
