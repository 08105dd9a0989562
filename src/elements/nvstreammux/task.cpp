#include <algorithm>
#include <exception>
#include <string>

#include "elements/nvstreammux/mux.h"
#include "elements/nvstreammux/output_batch.h"
#include "elements/source_tags.h"
#include "gst-nvevent.h"
#include "gst-nvmessage.h"
#include "surface/batch.h"

namespace thalweg {

/// Sends what has to come before anything else: stream-start, caps, segment, then held events.
/// False while the format is not known, unless it never will be (`without_caps`).
bool MuxState::begin(bool without_caps) {
  GstCaps* caps = nullptr;
  GstClockTime position;
  {
    std::lock_guard lock(mutex);
    if (format.empty() && !without_caps) return false;
    position = seek_position;
    const guint size = most_in_batch();
    if ((renegotiate || size > told_batch_size) && !format.empty()) {
      const gint width = form.newer ? source_width : gint(settings.out_width());
      const gint height = form.newer ? source_height : gint(settings.out_height());
      caps = gst_caps_new_simple(
          "video/x-raw", "format", G_TYPE_STRING, format.c_str(), "width", G_TYPE_INT, width,
          "height", G_TYPE_INT, height, "framerate", GST_TYPE_FRACTION, fps_n, fps_d, "batch-size",
          G_TYPE_INT, size, "num-surfaces-per-frame", G_TYPE_INT,
          std::max(settings.surfaces_per_frame, 1u), "nvbuf-memory-type", G_TYPE_STRING,
          "nvbuf-mem-system", "gpu-id", G_TYPE_INT, 0, nullptr);
      renegotiate = false;
      told_batch_size = size;
    }
  }
  if (!begun) {
    const std::string id = std::string("nvstreammux/") + GST_OBJECT_NAME(mux);
    GstEvent* event = gst_event_new_stream_start(id.c_str());
    gst_event_set_group_id(event, gst_util_group_id_next());
    gst_pad_push_event(src, event);
    begun = true;
  }
  if (caps) {
    gst_caps_set_features(caps, 0, gst_caps_features_new(kNvmmFeature, nullptr));
    GST_INFO_OBJECT(mux, "output is %" GST_PTR_FORMAT, caps);
    gst_pad_push_event(src, gst_event_new_caps(caps));
    gst_caps_unref(caps);
  }
  if (need_segment) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.time = position;
    gst_pad_push_event(src, gst_event_new_segment(&segment));
    need_segment = false;
  }
  for (EventPtr& event : held) gst_pad_push_event(src, event.release());
  held.clear();
  return true;
}

void MuxState::tell(std::vector<Collector::Notice>& notices) {
  if (notices.empty()) return;
  const bool ready = begin();
  const auto send = [&](GstEvent* event) {
    if (ready)
      gst_pad_push_event(src, event);
    else
      held.emplace_back(event);
  };
  for (Collector::Notice& notice : notices) {
    switch (notice.kind) {
      case Collector::Notice::kAdded:
        send(gst_nvevent_new_pad_added(notice.id));
        break;
      case Collector::Notice::kDeleted:
        send(gst_nvevent_new_pad_deleted(notice.id));
        break;
      case Collector::Notice::kEnded: {
        GST_INFO_OBJECT(mux, "source %u has ended", notice.id);
        // The message surfaces when it reaches a sink, behind the source's last frame.
        GstMessage* message = gst_nvmessage_new_stream_eos(GST_OBJECT(mux), notice.id);
        send(gst_event_new_sink_message("stream-eos", message));
        gst_message_unref(message);
        send(gst_nvevent_new_stream_eos(notice.id));
        break;
      }
      case Collector::Notice::kEvent: {
        GstEvent* event = notice.event.get();
        if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START) {
          const char* stream_id = nullptr;
          gst_event_parse_stream_start(event, &stream_id);
          send(gst_nvevent_new_stream_start(notice.id, const_cast<char*>(stream_id)));
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
          const GstSegment* segment = nullptr;
          gst_event_parse_segment(event, &segment);
          send(gst_nvevent_new_stream_segment(notice.id, const_cast<GstSegment*>(segment)));
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_TAG) {
          GstTagList* tags = nullptr;
          gst_event_parse_tag(event, &tags);
          send(new_source_tags_event(notice.id, tags));
        } else if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
          GstCaps* caps = nullptr;
          gst_event_parse_caps(event, &caps);
          GstStructure* structure = gst_caps_get_structure(caps, 0);
          gint width = 0, height = 0;
          gst_structure_get(structure, "width", G_TYPE_INT, &width, "height", G_TYPE_INT, &height,
                            nullptr);
          send(gst_nvevent_new_update_caps(notice.id, guint(width), guint(height), structure,
                                           nullptr, FALSE));
        } else if (guint(GST_EVENT_TYPE(event)) == guint(GST_NVEVENT_STREAM_RESET)) {
          send(gst_nvevent_new_stream_reset(notice.id));
        } else {
          send(notice.event.release());
        }
        break;
      }
    }
  }
}

/// Timestamps: live, the running time of now less the pipeline's latency; else a counter.
void MuxState::stamp(GstBuffer* batch) {
  std::lock_guard lock(mutex);
  if (fps_n > 0) GST_BUFFER_DURATION(batch) = gst_util_uint64_scale_int(GST_SECOND, fps_d, fps_n);
  const GstClockTime now =
      (settings.live || live) && !settings.sync_inputs ? running_time() : GST_CLOCK_TIME_NONE;
  GST_BUFFER_PTS(batch) =
      GST_CLOCK_TIME_IS_VALID(now)
          ? clock.live(now, latency)
          : clock.counted(fps_n > 0 ? GST_BUFFER_DURATION(batch) : GST_SECOND / 30);
}

void MuxState::push_frames(Collector::Round& round) {
  std::vector<Collector::Frame>& taken = round.frames;
  Settings now;
  std::string batch_format;
  {
    std::lock_guard lock(mutex);
    now = settings;
    batch_format = format;
  }
  if (now.sort_batch)
    std::stable_sort(taken.begin(), taken.end(),
                     [](const auto& a, const auto& b) { return a.id < b.id; });
  BufferPtr out = make_batch(taken, now, batch_size(), batch_format, GST_OBJECT_NAME(mux));
  stamp(out.get());
  if (discont) GST_BUFFER_FLAG_SET(out.get(), GST_BUFFER_FLAG_DISCONT);
  discont = false;
  ++batches;
  inside_ns += Nanoseconds(std::chrono::steady_clock::now() - round.since).count();
  last_batch_ns = g_get_monotonic_time() * 1000;
  if (first_batch_ns == 0) first_batch_ns = last_batch_ns.load();
  GST_LOG_OBJECT(mux, "batch of %zu frames, %" GST_PTR_FORMAT, taken.size(), out.get());
  taken.clear();  // inputs need not outlive the push: the batch holds their pictures

  const GstFlowReturn result = gst_pad_push(src, out.release());
  if (result != GST_FLOW_OK) stop_for(result);
}

/// Downstream takes nothing more. Upstream is told in chain(); an error is posted here unless the
/// element that failed has done so.
void MuxState::stop_for(GstFlowReturn result) {
  GST_INFO_OBJECT(mux, "downstream says %s", gst_flow_get_name(result));
  {
    std::lock_guard lock(mutex);
    flow = result;
  }
  if (result == GST_FLOW_NOT_LINKED)
    GST_ELEMENT_ERROR(mux, STREAM, FAILED,
                      ("%s has nowhere to send its batches: its pad 'src' or one further down is "
                       "not linked. Link it to the next element, for example nvinfer or fakesink.",
                       GST_OBJECT_NAME(mux)),
                      ("flow: %s", gst_flow_get_name(result)));
  else if (result == GST_FLOW_NOT_NEGOTIATED) {
    GstCaps* caps = gst_pad_get_current_caps(src);
    GST_ELEMENT_ERROR(mux, STREAM, FORMAT,
                      ("Elements after %s do not take its output %" GST_PTR_FORMAT
                       ". Put an nvvideoconvert with the caps that they want behind it.",
                       GST_OBJECT_NAME(mux), caps),
                      ("flow: %s", gst_flow_get_name(result)));
    if (caps) gst_caps_unref(caps);
  }
  if (result == GST_FLOW_FLUSHING)
    collector.pause();
  else
    collector.stop();
}

void MuxState::task() {
  if (collector.size() == 0 && !told_of_no_source) {
    told_of_no_source = true;
    GST_ELEMENT_WARNING(mux, RESOURCE, NOT_FOUND,
                        ("%s has no source: none of its sink pads is requested. It waits for one.",
                         GST_OBJECT_NAME(mux)),
                        (nullptr));
  }
  try {
    Collector::Round round = collector.collect();
    if (round.stopped) {
      gst_pad_pause_task(src);
      return;
    }
    for (const BufferPtr& late : round.late) {
      GST_DEBUG_OBJECT(mux, "dropped as out of time: %" GST_PTR_FORMAT, late.get());
      if (form.newer) g_signal_emit_by_name(mux, "dropped", late.get());
    }
    tell(round.before);
    if (!round.frames.empty() && !round.full) ++incomplete;
    if (!round.frames.empty() && begin()) push_frames(round);
    tell(round.after);
    if (round.all_ended && (!current().drop_pipeline_eos || most_frames > 0)) {
      GST_INFO_OBJECT(mux, "all sources have ended");
      begin(true);
      gst_pad_push_event(src, gst_event_new_eos());
    }
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(mux, LIBRARY, FAILED,
                      ("%s could not make a batch: %s", GST_OBJECT_NAME(mux), error.what()),
                      (nullptr));
    stop_for(GST_FLOW_ERROR);
  }
}

}  // namespace thalweg
