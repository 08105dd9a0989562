#include <gst/gst.h>
#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include "elements/hardware_enums.h"
#include "elements/kept_properties.h"
#include "elements/nvstreammux/collector.h"
#include "elements/nvstreammux/placement.h"
#include "elements/observed.h"
#include "elements/source_query.h"
#include "gst-nvevent.h"
#include "gst-nvmessage.h"
#include "gst-nvquery.h"
#include "gstnvdsmeta.h"
#include "nvds_latency_meta.h"
#include "nvds_latency_meta_internal.h"
#include "surface/batch.h"

GST_DEBUG_CATEGORY_STATIC(nvstreammux_debug);
#define GST_CAT_DEFAULT nvstreammux_debug

// nvstreammux: frames of several sources in, batches with NvDsBatchMeta out.
//
// Each sink pad queues frames in its upstream's thread; one task on the src pad makes batches of
// them by the rules of Collector. Pixels are not touched: a frame of the batch refers to its
// input's picture and says which size it stands for.
//
//   gst-launch-1.0 nvstreammux name=m width=768 height=576 batch-size=1 ! fakesink
//     uridecodebin uri=file:///path/clip.mp4 ! m.sink_0
//
// Property 'stats' counts batches and, for each pad, frames in, out, late, flushed and queued; it
// tells when the first and the last batch went out (monotonic clock, ns; 0: none did). Batches
// count from READY. THALWEG_FRAMES=N in the environment ends each source after N frames, and so the
// pipeline.

namespace {

using namespace thalweg;

constexpr guint kWidthMultiple = 8, kHeightMultiple = 4;
/// Batches of equal times are lost in encoders and files.
constexpr GstClockTime kLeastLiveStep = GST_MSECOND;

enum Property : guint {
  kBatchSize = 1,
  kBatchedPushTimeout,
  kWidth,
  kHeight,
  kEnablePadding,
  kLiveSource,
  kNumSurfacesPerFrame,
  kAttachSysTs,
  kSyncInputs,
  kMaxLatency,
  kFrameNumResetOnEos,
  kFrameNumResetOnStreamReset,
  kDropPipelineEos,
  kSortBatch,
  kDeferredScaling,
  kStats,
  kFirstKept,
};

const KeptProperty kKept[] = {
    {.name = "gpu-id", .type = G_TYPE_UINT, .value = "0", .meaning = "CUDA device"},
    {.name = "buffer-pool-size",
     .type = G_TYPE_UINT,
     .value = "4",
     .meaning = "Number of output batches in the pool",
     .minimum = 4,
     .maximum = 1024},
    {.name = "nvbuf-memory-type",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "Memory type of the output pool",
     .enum_values = kMemoryTypes,
     .enum_name = "GstNvBufMemoryType"},
    {.name = "compute-hw",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "Engine for scaling",
     .enum_values = kComputeHardware,
     .enum_name = "GstNvComputeHWType"},
    {.name = "interpolation-method",
     .type = G_TYPE_ENUM,
     .value = "1",
     .meaning = "Filter for scaling",
     .enum_values = kInterpolations,
     .enum_name = "GstNvInterpolationMethod"},
    {.name = "async-process",
     .type = G_TYPE_BOOLEAN,
     .value = "true",
     .meaning = "Run conversions asynchronously"},
    {.name = "align-inputs",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Align the inputs"},
    {.name = "frame-duration",
     .type = G_TYPE_UINT64,
     .value = "18446744073709551615",
     .meaning = "Frame duration in ms for NTP timestamps"},
    {.name = "extract-sei-type5-data",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Copy SEI user data to the frame"},
    {.name = "extract-sei-sim-time",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Take simulated time from SEI"},
    {.name = "cache-buffer",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Repeat a source's last frame when it has none"},
    {.name = "cache-buffer-timeout",
     .type = G_TYPE_INT,
     .value = "-1",
     .meaning = "How long a frame may be repeated, in us",
     .minimum = -1},
    {.name = "align-first-buffer",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Align the first frames of all sources"},
    {.name = "sync-inputs-ntp",
     .type = G_TYPE_INT,
     .value = "0",
     .meaning = "Tolerance of synchronising on NTP time, in us",
     .minimum = 0},
    {.name = "failsafe-flush-count",
     .type = G_TYPE_UINT,
     .value = "4",
     .meaning = "Rounds that a pad may hold frames back while aligning"},
    {.name = "drop-backward-sei",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Ignore SEI that goes back in time"},
};

struct Settings {
  guint batch_size = 0;
  gint timeout_us = -1;
  guint width = 0, height = 0;
  gboolean padding = FALSE;
  gboolean live = FALSE;
  guint surfaces_per_frame = 1;
  gboolean attach_sys_ts = TRUE;
  gboolean sync_inputs = FALSE;
  guint max_latency_ns = 0;
  gboolean reset_on_eos = FALSE, reset_on_stream_reset = FALSE;
  gboolean drop_pipeline_eos = FALSE;
  gboolean sort_batch = FALSE;
  gboolean deferred_scaling = TRUE;

  guint out_width() const { return (width + kWidthMultiple - 1) / kWidthMultiple * kWidthMultiple; }
  guint out_height() const {
    return (height + kHeightMultiple - 1) / kHeightMultiple * kHeightMultiple;
  }
};

/// Of one sink pad. All but `input` belongs to the pad's streaming thread.
struct PadState {
  unsigned id = 0;
  Collector::InputPtr input;
  GstSegment segment{};
  InputFormat format;
  bool refused = false;  // an error about its caps is posted
  uint64_t taken = 0;    // frames since READY
  bool cut = false;      // the frames that THALWEG_FRAMES allows have come
};

struct MuxState {
  explicit MuxState(GstElement* mux);

  GstElement* const mux;
  GstPad* src = nullptr;  // of the element
  Collector collector;
  KeptProperties kept{kFirstKept, kKept};

  std::mutex mutex;  // for the next block
  Settings settings;
  std::string format;                // of the first pad that got caps; empty: none yet
  int fps_n = 30, fps_d = 1;         // of that pad
  GstClockTime latency = 0;          // of the pipeline
  GstClockTime seek_position = 0;    // stream time at which the next segment begins
  bool renegotiate = true;           // caps have to be sent (again)
  GstFlowReturn flow = GST_FLOW_OK;  // of downstream

  std::atomic<uint64_t> batches{0}, incomplete{0}, frames{0};
  std::atomic<int64_t> first_batch_ns{0}, last_batch_ns{0};
  uint64_t most_frames = 0;  // of each source, 0: any number; constant above READY

  // Of the src task.
  bool begun = false;  // stream-start is sent
  bool need_segment = true;
  bool told_of_no_source = false;
  bool discont = true;
  GstClockTime next_pts = 0;
  std::vector<EventPtr> held;  // events that wait for the caps

  Settings current() {
    std::lock_guard lock(mutex);
    return settings;
  }
  void configure_collector();
  void task();
  bool begin(bool without_caps = false);
  void tell(std::vector<Collector::Notice>& notices);
  void push_event(GstEvent* event);
  void push_frames(std::vector<Collector::Frame>& frames);
  GstClockTime timestamp();
  void stop_for(GstFlowReturn flow);
};

}  // namespace

struct GstNvStreamMux {
  GstElement parent;
  MuxState* state;
};
struct GstNvStreamMuxClass {
  GstElementClass parent_class;
};

static GType nvstreammux_get_type();
G_DEFINE_TYPE(GstNvStreamMux, nvstreammux, GST_TYPE_ELEMENT)

namespace {

MuxState& state_of(void* object) {
  return *G_TYPE_CHECK_INSTANCE_CAST(object, nvstreammux_get_type(), GstNvStreamMux)->state;
}

PadState& pad_state(GstPad* pad) {
  return *static_cast<PadState*>(gst_pad_get_element_private(pad));
}

#define NVMM_CAPS "video/x-raw(memory:NVMM), format=(string){ NV12, RGBA, I420 }"
GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS(NVMM_CAPS));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(NVMM_CAPS));

/// Running time of now; none while there is no clock.
GstClockTime running_time_now(GstElement* element) {
  GstClock* clock = gst_element_get_clock(element);
  const GstClockTime base = gst_element_get_base_time(element);
  if (!clock) return GST_CLOCK_TIME_NONE;
  const GstClockTime now = gst_clock_get_time(clock);
  gst_object_unref(clock);
  GST_OBJECT_LOCK(element);
  const bool playing = GST_STATE(element) == GST_STATE_PLAYING;
  GST_OBJECT_UNLOCK(element);
  return playing && now >= base ? now - base : GST_CLOCK_TIME_NONE;
}

/// GStreamer hands the element to the task's thread and back by locks that ThreadSanitizer does not
/// see; called on both sides, this lets it see the order.
void handed_over() {
  static std::atomic<unsigned> count{0};
  count.fetch_add(1, std::memory_order_acq_rel);
}

void run_task(gpointer mux) {
  handed_over();
  state_of(mux).task();
  handed_over();
}

// ---- the task of the src pad

MuxState::MuxState(GstElement* element)
    : mux(element), collector([element] { return running_time_now(element); }) {}

void MuxState::configure_collector() {
  std::lock_guard lock(mutex);
  Collector::Settings wanted;
  wanted.batch_size = std::max(settings.batch_size, 1u);
  wanted.timeout = std::chrono::microseconds(settings.timeout_us);
  wanted.live = settings.live;
  wanted.sync = settings.sync_inputs;
  wanted.most_late = std::chrono::nanoseconds(settings.max_latency_ns);
  if (fps_n > 0) wanted.frame_duration = std::chrono::nanoseconds(GST_SECOND * fps_d / fps_n);
  wanted.reset_frame_number_on_eos = settings.reset_on_eos;
  wanted.reset_frame_number_on_stream_reset = settings.reset_on_stream_reset;
  collector.configure(wanted);
}

void MuxState::push_event(GstEvent* event) { gst_pad_push_event(src, event); }

/// Sends what has to come before anything else: stream-start, caps, segment, then held events.
/// False while the format is not known, unless it never will be (`without_caps`).
bool MuxState::begin(bool without_caps) {
  GstCaps* caps = nullptr;
  GstClockTime position;
  {
    std::lock_guard lock(mutex);
    if (format.empty() && !without_caps) return false;
    position = seek_position;
    if (renegotiate && !format.empty()) {
      caps = gst_caps_new_simple(
          "video/x-raw", "format", G_TYPE_STRING, format.c_str(), "width", G_TYPE_INT,
          settings.out_width(), "height", G_TYPE_INT, settings.out_height(), "framerate",
          GST_TYPE_FRACTION, fps_n, fps_d, "batch-size", G_TYPE_INT, settings.batch_size,
          "num-surfaces-per-frame", G_TYPE_INT, settings.surfaces_per_frame, "nvbuf-memory-type",
          G_TYPE_STRING, "nvbuf-mem-system", "gpu-id", G_TYPE_INT, 0, nullptr);
      renegotiate = false;
    }
  }
  if (!begun) {
    const std::string id = std::string("nvstreammux/") + GST_OBJECT_NAME(mux);
    GstEvent* event = gst_event_new_stream_start(id.c_str());
    gst_event_set_group_id(event, gst_util_group_id_next());
    push_event(event);
    begun = true;
  }
  if (caps) {
    gst_caps_set_features(caps, 0, gst_caps_features_new(kNvmmFeature, nullptr));
    GST_INFO_OBJECT(mux, "output is %" GST_PTR_FORMAT, caps);
    push_event(gst_event_new_caps(caps));
    gst_caps_unref(caps);
  }
  if (need_segment) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.time = position;
    push_event(gst_event_new_segment(&segment));
    need_segment = false;
  }
  for (EventPtr& event : held) push_event(event.release());
  held.clear();
  return true;
}

void MuxState::tell(std::vector<Collector::Notice>& notices) {
  if (notices.empty()) return;
  const bool ready = begin();
  const auto send = [&](GstEvent* event) {
    if (ready)
      push_event(event);
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

/// PTS of the next batch: live, the running time of now less the pipeline's latency, and later than
/// the one before; else a counter.
GstClockTime MuxState::timestamp() {
  std::lock_guard lock(mutex);
  const GstClockTime duration =
      fps_n > 0 ? gst_util_uint64_scale_int(GST_SECOND, fps_d, fps_n) : GST_SECOND / 30;
  if (settings.live && !settings.sync_inputs) {
    const GstClockTime now = running_time_now(mux);
    if (GST_CLOCK_TIME_IS_VALID(now)) {
      const GstClockTime pts = std::max(next_pts, now > latency ? now - latency : 0);
      next_pts = pts + kLeastLiveStep;
      return pts;
    }
  }
  const GstClockTime pts = next_pts;
  next_pts += duration;
  return pts;
}

size_t bytes_of(const Picture& picture) {
  size_t bytes = 0;
  for (int i = 0; i < picture.pixels().num_planes; ++i)
    bytes += size_t(picture.pixels().planes[i].stride_bytes) * picture.pixels().planes[i].height;
  return bytes;
}

/// The input's pixels at the input's size (upstream may itself have deferred scaling).
std::shared_ptr<const Picture> picture_of(Frame& frame) {
  Frame::Source source = frame.source();
  const bool plain = source.picture->pixels().width == frame.width() &&
                     source.picture->pixels().height == frame.height() &&
                     source.placement == Rect{0, 0, frame.width(), frame.height()};
  return plain ? std::move(source.picture) : frame.read_picture();
}

/// When the frame was sent, by the clock of its RTSP sender (see nvdsgstutils.h), in nanoseconds
/// since 1970; 0 when it is not known.
uint64_t sender_time_ns(GstBuffer* buffer) {
  static GstStaticCaps ntp = GST_STATIC_CAPS("timestamp/x-ntp");
  constexpr uint64_t kSecondsFrom1900To1970 = 2208988800;
  GstCaps* caps = gst_static_caps_get(&ntp);
  const auto* time = gst_buffer_get_reference_timestamp_meta(buffer, caps);
  gst_caps_unref(caps);
  constexpr uint64_t kEpoch = kSecondsFrom1900To1970 * GST_SECOND;
  return time && time->timestamp > kEpoch ? time->timestamp - kEpoch : 0;
}

/// Notes when a frame came into its decoder and into the muxer, for nvds_measure_buffer_latency.
void note_latency(GstElement* mux, GstBuffer* batch, const Collector::Frame& taken,
                  const NvDsFrameMeta& meta) {
  const auto note = [&](std::string name, double in_ms, double out_ms, guint number) {
    const NvDsUserMeta* user = nvds_set_input_system_timestamp(batch, name.data());
    if (!user) return;
    auto* entry = static_cast<NvDsMetaCompLatency*>(user->user_meta_data);
    entry->in_system_timestamp = in_ms;
    entry->out_system_timestamp = out_ms;
    entry->source_id = meta.source_id;
    entry->pad_index = meta.pad_index;
    entry->frame_num = number;
  };
  guint number = guint(meta.frame_num);
  gpointer state = nullptr;
  while (const GstMeta* each = gst_buffer_iterate_meta_filtered(
             taken.frame.buffer.get(), &state, GST_REFERENCE_TIMESTAMP_META_API_TYPE)) {
    const auto* time = reinterpret_cast<const GstReferenceTimestampMeta*>(each);
    const GstStructure* fields = gst_caps_get_structure(time->reference, 0);
    double in_ms = 0, out_ms = 0;
    gint decoded = 0;
    const char* name = gst_structure_get_string(fields, "component_name");
    if (!name ||
        !gst_structure_get(fields, "in_timestamp", G_TYPE_DOUBLE, &in_ms, "out_timestamp",
                           G_TYPE_DOUBLE, &out_ms, "frame_num", G_TYPE_INT, &decoded, nullptr))
      continue;
    number = guint(decoded);
    note(name, in_ms, out_ms, number);
  }
  note(std::string("nvstreammux-") + GST_OBJECT_NAME(mux), double(taken.frame.arrival_ns) / 1e6,
       nvds_get_current_system_timestamp(), number);
}

void fill(NvDsFrameMeta* meta, const Collector::Frame& taken, const Frame& frame, unsigned batch_id,
          const Settings& settings) {
  meta->pad_index = taken.id;
  meta->source_id = taken.id;
  meta->batch_id = batch_id;
  meta->frame_num = taken.number;
  meta->buf_pts = GST_BUFFER_PTS(taken.frame.buffer.get());
  meta->ntp_timestamp =
      settings.attach_sys_ts ? taken.frame.arrival_ns : sender_time_ns(taken.frame.buffer.get());
  meta->num_surfaces_per_frame = gint(settings.surfaces_per_frame);
  meta->source_frame_width = guint(frame.width());
  meta->source_frame_height = guint(frame.height());
  meta->pipeline_width = settings.out_width();
  meta->pipeline_height = settings.out_height();
  meta->bInferDone = FALSE;
}

void MuxState::push_frames(std::vector<Collector::Frame>& taken) {
  const Settings now = current();
  const int width = int(now.out_width()), height = int(now.out_height());
  if (now.sort_batch)
    std::stable_sort(taken.begin(), taken.end(),
                     [](const auto& a, const auto& b) { return a.id < b.id; });

  auto batch = std::make_unique<Batch>(std::max<int>(now.batch_size, taken.size()));
  NvDsBatchMeta* batch_meta = nvds_create_batch_meta(batch->capacity());
  batch_meta->base_meta.batch_meta = batch_meta;
  batch_meta->base_meta.copy_func = nvds_batch_meta_copy_func;
  batch_meta->base_meta.release_func = nvds_batch_meta_release_func;
  batch_meta->max_frames_in_batch = now.batch_size;
  const BufferPtr out(gst_buffer_new());
  NvDsMeta* gst_meta = gst_buffer_add_nvds_meta(
      out.get(), batch_meta, nullptr, nvds_batch_meta_copy_func, nvds_batch_meta_release_func);
  gst_meta->meta_type = NVDS_BATCH_GST_META;

  for (const Collector::Frame& one : taken) {
    GstBuffer* buffer = one.frame.buffer.get();
    Frame& frame = batch_of(buffer)->frame(0);
    const PictureShape shape{frame.width(), frame.height(), one.frame.format.par_n,
                             one.frame.format.par_d};
    Frame& added =
        batch->add(picture_of(frame), width, height, place(shape, width, height, now.padding));
    if (!now.deferred_scaling) added.read();

    NvDsFrameMeta* meta = nvds_acquire_frame_meta_from_pool(batch_meta);
    if (const NvDsBatchMeta* upstream = gst_buffer_get_nvds_batch_meta(buffer))
      if (upstream->frame_meta_list)
        nvds_copy_frame_meta(static_cast<NvDsFrameMeta*>(upstream->frame_meta_list->data), meta);
    fill(meta, one, frame, batch->size() - 1, now);
    // A frame user meta that no program asked for breaks some: only for NvDsMetas.
    if (gst_buffer_get_nvds_meta(buffer))
      nvds_copy_gst_meta_to_frame_meta(buffer, batch_meta, meta);
    nvds_add_frame_meta_to_batch(batch_meta, meta);
    if (nvds_enable_latency_measurement) note_latency(mux, out.get(), one, *meta);
  }
  gst_buffer_append_memory(out.get(), new_nvmm_memory(std::move(batch)));

  {
    std::lock_guard lock(mutex);
    if (fps_n > 0)
      GST_BUFFER_DURATION(out.get()) = gst_util_uint64_scale_int(GST_SECOND, fps_d, fps_n);
  }
  GST_BUFFER_PTS(out.get()) = timestamp();
  if (discont) GST_BUFFER_FLAG_SET(out.get(), GST_BUFFER_FLAG_DISCONT);
  discont = false;
  ++batches;
  frames += taken.size();
  last_batch_ns = g_get_monotonic_time() * 1000;
  if (first_batch_ns == 0) first_batch_ns = last_batch_ns.load();
  if (taken.size() < now.batch_size) ++incomplete;
  GST_LOG_OBJECT(mux, "batch of %zu frames, %" GST_PTR_FORMAT, taken.size(), out.get());
  taken.clear();  // inputs need not outlive the push: the batch holds their pictures

  const GstFlowReturn result = gst_pad_push(src, const_cast<BufferPtr&>(out).release());
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
    tell(round.before);
    if (!round.frames.empty() && begin()) push_frames(round.frames);
    tell(round.after);
    if (round.all_ended && (!current().drop_pipeline_eos || most_frames > 0)) {
      GST_INFO_OBJECT(mux, "all sources have ended");
      begin(true);
      push_event(gst_event_new_eos());
    }
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(mux, LIBRARY, FAILED,
                      ("%s could not make a batch: %s", GST_OBJECT_NAME(mux), error.what()),
                      (nullptr));
    stop_for(GST_FLOW_ERROR);
  }
}

// ---- src pad

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
  state.next_pts = 0;
  state.held.clear();
  state.configure_collector();
  state.collector.start();
  handed_over();
  return gst_pad_start_task(pad, run_task, parent, nullptr);
}

/// Calls `use` with each sink pad, without a lock held.
template <class Use>
void for_each_sink_pad(GstElement* mux, Use use) {
  gst_element_foreach_sink_pad(
      mux,
      [](GstElement*, GstPad* pad, gpointer data) -> gboolean {
        (*static_cast<Use*>(data))(pad);
        return TRUE;
      },
      &use);
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
    state.next_pts = 0;
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
  const Settings now = state.current();
  if (live) {
    const GstClockTime own =
        GstClockTime(std::max(now.timeout_us, 0)) * GST_USECOND + now.max_latency_ns;
    least += own;
    if (GST_CLOCK_TIME_IS_VALID(most)) most = std::max(most + own, least);
  }
  gst_query_set_latency(query, live, least, most);
  return TRUE;
}

gboolean src_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  MuxState& state = state_of(parent);
  if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) return query_latency(state, query);
  if (gst_nvquery_is_batch_size(query)) {
    gst_nvquery_batch_size_set(query, state.current().batch_size);
    return TRUE;
  }
  if (gst_nvquery_is_numStreams_size(query)) {
    gst_nvquery_numStreams_size_set(query, state.collector.size());
    return TRUE;
  }
  if (const auto source = asked_source(query)) {
    GstPad* of_source =
        gst_element_get_static_pad(state.mux, ("sink_" + std::to_string(*source)).c_str());
    GstCaps* caps = of_source ? gst_pad_get_current_caps(of_source) : nullptr;
    if (caps) answer_source_caps(query, caps);
    const bool answered = caps != nullptr;
    gst_clear_caps(&caps);
    gst_clear_object(&of_source);
    return answered;
  }
  return gst_pad_query_default(pad, parent, query);
}

// ---- sink pads

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
  if (filter) {
    for (GstCaps** caps : {&wanted, &any}) {
      GstCaps* filtered = gst_caps_intersect_full(filter, *caps, GST_CAPS_INTERSECT_FIRST);
      gst_caps_unref(*caps);
      *caps = filtered;
    }
  }
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

gboolean sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  MuxState& state = state_of(parent);
  PadState& input = pad_state(pad);
  EventPtr owned(event);
  switch (guint(GST_EVENT_TYPE(event))) {
    case GST_EVENT_CAPS: {
      GstCaps* caps;
      gst_event_parse_caps(event, &caps);
      take_caps(state, pad, caps);
      return TRUE;  // a refusal is an error already; upstream need not post a second one
    }
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment(event, &input.segment);
      break;
    case GST_EVENT_EOS:
      if (input.cut) return TRUE;  // told already
      return state.collector.push_eos(*input.input) == Collector::Pushed::kTaken;
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
      break;
    case guint(GST_NVEVENT_PAD_ADDED):
    case guint(GST_NVEVENT_PAD_DELETED):
    case guint(GST_NVEVENT_STREAM_EOS):
    case guint(GST_NVEVENT_STREAM_SEGMENT):
    case guint(GST_NVEVENT_STREAM_START):
    case guint(GST_NVEVENT_UPDATE_CAPS):
      return TRUE;  // of another muxer, whose numbers mean other sources
    default:
      // Facts about one source (tags, gaps, protection ...) say nothing of a batch; custom events
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

GstPad* request_new_pad(GstElement* element, GstPadTemplate* pad_template, const gchar* name,
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
  input->id = id;
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

void release_pad(GstElement* element, GstPad* pad) {
  state_of(element).collector.remove(pad_state(pad).input);
  gst_pad_set_active(pad, FALSE);
  gst_element_remove_pad(element, pad);
}

// ---- element

/// Posts an error and returns false if what has to be set is not.
bool check_settings(GstElement* element, const Settings& settings) {
  const char* name = GST_OBJECT_NAME(element);
  if (settings.width == 0 || settings.height == 0) {
    GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                      ("%s needs the size of its output: width is %u and height is %u. Set both, "
                       "for example width=1920 height=1080.",
                       name, settings.width, settings.height),
                      (nullptr));
    return false;
  }
  if (settings.batch_size == 0) {
    GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                      ("%s needs a batch size: batch-size is 0. Set it to the number of sources, "
                       "for example batch-size=1.",
                       name),
                      (nullptr));
    return false;
  }
  if (settings.surfaces_per_frame != 1) {
    GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                      ("%s expected num-surfaces-per-frame=1 but got %u: several surfaces a frame "
                       "come from nvdewarper, which is not there. Leave the property alone.",
                       name, settings.surfaces_per_frame),
                      (nullptr));
    return false;
  }
  const auto round_warning = [&](const char* what, guint value, guint rounded, guint multiple) {
    if (value != rounded)
      GST_ELEMENT_WARNING(element, LIBRARY, SETTINGS,
                          ("%s: %s %u is rounded up to %u, a multiple of %u.", name, what, value,
                           rounded, multiple),
                          (nullptr));
  };
  round_warning("width", settings.width, settings.out_width(), kWidthMultiple);
  round_warning("height", settings.height, settings.out_height(), kHeightMultiple);
  return true;
}

/// Reads THALWEG_FRAMES. Posts an error and returns false if it is no number.
bool read_most_frames(GstElement* element, uint64_t& most) {
  most = 0;
  const char* text = g_getenv("THALWEG_FRAMES");
  if (!text || !*text) return true;
  if (g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, &most, nullptr)) return true;
  GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS,
                    ("%s: THALWEG_FRAMES is \"%s\"; expected a whole number of at least 1, after "
                     "which each source ends. Correct or unset it.",
                     GST_OBJECT_NAME(element), text),
                    (nullptr));
  return false;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  MuxState& state = state_of(element);
  if (transition == GST_STATE_CHANGE_NULL_TO_READY &&
      (!check_settings(element, state.current()) || !read_most_frames(element, state.most_frames)))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    state.batches = state.incomplete = state.frames = 0;
    state.first_batch_ns = state.last_batch_ns = 0;
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    for_each_sink_pad(element, [](GstPad* pad) {
      pad_state(pad).taken = 0;
      pad_state(pad).cut = false;
    });
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(nvstreammux_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    std::lock_guard lock(state.mutex);
    state.format.clear();
    state.fps_n = 30, state.fps_d = 1;
  }
  return result;
}

GstStructure* new_stats(MuxState& state) {
  GstStructure* stats = gst_structure_new(
      "nvstreammux-stats", "batches", G_TYPE_UINT64, uint64_t(state.batches), "incomplete-batches",
      G_TYPE_UINT64, uint64_t(state.incomplete), "frames", G_TYPE_UINT64, uint64_t(state.frames),
      "first-batch-ns", G_TYPE_INT64, int64_t(state.first_batch_ns), "last-batch-ns", G_TYPE_INT64,
      int64_t(state.last_batch_ns), nullptr);
  for_each_sink_pad(state.mux, [&](GstPad* pad) {
    const InputCounts counts = state.collector.counts(*pad_state(pad).input);
    GstStructure* of_pad = gst_structure_new(
        "pad", "in", G_TYPE_UINT64, counts.in, "out", G_TYPE_UINT64, counts.out, "late",
        G_TYPE_UINT64, counts.late, "flushed", G_TYPE_UINT64, counts.flushed, "blocked",
        G_TYPE_UINT64, counts.blocked, "queued", G_TYPE_UINT, counts.queued, "queued-bytes",
        G_TYPE_UINT64, uint64_t(counts.queued_bytes), nullptr);
    gst_structure_set(stats, GST_OBJECT_NAME(pad), GST_TYPE_STRUCTURE, of_pad, nullptr);
    gst_structure_free(of_pad);
  });
  return stats;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  MuxState& state = state_of(object);
  if (state.kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  {
    std::lock_guard lock(state.mutex);
    Settings& settings = state.settings;
    switch (id) {
      case kBatchSize:
        settings.batch_size = g_value_get_uint(value);
        state.renegotiate = true;
        break;
      case kBatchedPushTimeout:
        settings.timeout_us = g_value_get_int(value);
        break;
      case kWidth:
        settings.width = g_value_get_uint(value);
        state.renegotiate = true;
        break;
      case kHeight:
        settings.height = g_value_get_uint(value);
        state.renegotiate = true;
        break;
      case kEnablePadding:
        settings.padding = g_value_get_boolean(value);
        break;
      case kLiveSource:
        settings.live = g_value_get_boolean(value);
        break;
      case kNumSurfacesPerFrame:
        settings.surfaces_per_frame = g_value_get_uint(value);
        break;
      case kAttachSysTs:
        settings.attach_sys_ts = g_value_get_boolean(value);
        break;
      case kSyncInputs:
        settings.sync_inputs = g_value_get_boolean(value);
        break;
      case kMaxLatency:
        settings.max_latency_ns = g_value_get_uint(value);
        break;
      case kFrameNumResetOnEos:
        settings.reset_on_eos = g_value_get_boolean(value);
        break;
      case kFrameNumResetOnStreamReset:
        settings.reset_on_stream_reset = g_value_get_boolean(value);
        break;
      case kDropPipelineEos:
        settings.drop_pipeline_eos = g_value_get_boolean(value);
        break;
      case kSortBatch:
        settings.sort_batch = g_value_get_boolean(value);
        break;
      case kDeferredScaling:
        settings.deferred_scaling = g_value_get_boolean(value);
        break;
      default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        return;
    }
  }
  state.configure_collector();
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  MuxState& state = state_of(object);
  if (state.kept.get(object, id, value)) return;
  const Settings settings = state.current();
  switch (id) {
    case kBatchSize:
      g_value_set_uint(value, settings.batch_size);
      break;
    case kBatchedPushTimeout:
      g_value_set_int(value, settings.timeout_us);
      break;
    case kWidth:
      g_value_set_uint(value, settings.width);
      break;
    case kHeight:
      g_value_set_uint(value, settings.height);
      break;
    case kEnablePadding:
      g_value_set_boolean(value, settings.padding);
      break;
    case kLiveSource:
      g_value_set_boolean(value, settings.live);
      break;
    case kNumSurfacesPerFrame:
      g_value_set_uint(value, settings.surfaces_per_frame);
      break;
    case kAttachSysTs:
      g_value_set_boolean(value, settings.attach_sys_ts);
      break;
    case kSyncInputs:
      g_value_set_boolean(value, settings.sync_inputs);
      break;
    case kMaxLatency:
      g_value_set_uint(value, settings.max_latency_ns);
      break;
    case kFrameNumResetOnEos:
      g_value_set_boolean(value, settings.reset_on_eos);
      break;
    case kFrameNumResetOnStreamReset:
      g_value_set_boolean(value, settings.reset_on_stream_reset);
      break;
    case kDropPipelineEos:
      g_value_set_boolean(value, settings.drop_pipeline_eos);
      break;
    case kSortBatch:
      g_value_set_boolean(value, settings.sort_batch);
      break;
    case kDeferredScaling:
      g_value_set_boolean(value, settings.deferred_scaling);
      break;
    case kStats:
      g_value_take_boxed(value, new_stats(state));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void finalize(GObject* object) {
  handed_over();
  delete &state_of(object);
  G_OBJECT_CLASS(nvstreammux_parent_class)->finalize(object);
}

void install_properties(GObjectClass* object) {
  const auto flags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  const Settings defaults;
  const auto add_uint = [&](guint id, const char* name, const char* what, guint low, guint high,
                            guint value) {
    g_object_class_install_property(object, id,
                                    g_param_spec_uint(name, name, what, low, high, value, flags));
  };
  const auto add_flag = [&](guint id, const char* name, const char* what, gboolean value) {
    g_object_class_install_property(object, id,
                                    g_param_spec_boolean(name, name, what, value, flags));
  };
  add_uint(kBatchSize, "batch-size", "Frames in a batch; has to be set", 0, 1024,
           defaults.batch_size);
  g_object_class_install_property(
      object, kBatchedPushTimeout,
      g_param_spec_int(
          "batched-push-timeout", "batched-push-timeout",
          "How long to wait after a batch's first frame before it is pushed incomplete, "
          "in microseconds; -1: for ever",
          -1, G_MAXINT, defaults.timeout_us, flags));
  add_uint(kWidth, "width", "Width of the output frames; has to be set", 0, G_MAXINT - 8,
           defaults.width);
  add_uint(kHeight, "height", "Height of the output frames; has to be set", 0, G_MAXINT - 8,
           defaults.height);
  add_flag(kEnablePadding, "enable-padding",
           "Keep the aspect ratio when scaling, the rest of the frame is black", defaults.padding);
  add_flag(kLiveSource, "live-source",
           "Sources are live: one frame of each in a batch, timestamps are the running time",
           defaults.live);
  add_uint(kNumSurfacesPerFrame, "num-surfaces-per-frame", "Surfaces in each input buffer", 1, 4,
           defaults.surfaces_per_frame);
  add_flag(kAttachSysTs, "attach-sys-ts",
           "ntp_timestamp is the system time at which a frame reached the muxer; else the RTSP "
           "sender's time, where configure_source_for_ntp_sync was called",
           defaults.attach_sys_ts);
  add_flag(kSyncInputs, "sync-inputs",
           "Batch only frames of the same time; early ones wait, late ones are dropped and counted",
           defaults.sync_inputs);
  add_uint(kMaxLatency, "max-latency", "Extra time that live sources may take, in nanoseconds", 0,
           G_MAXUINT, defaults.max_latency_ns);
  add_flag(kFrameNumResetOnEos, "frame-num-reset-on-eos",
           "Number a source's frames from 0 again after its end", defaults.reset_on_eos);
  add_flag(kFrameNumResetOnStreamReset, "frame-num-reset-on-stream-reset",
           "Number a source's frames from 0 again after a stream-reset event",
           defaults.reset_on_stream_reset);
  add_flag(kDropPipelineEos, "drop-pipeline-eos",
           "Do not end the pipeline when all sources have ended", defaults.drop_pipeline_eos);
  add_flag(kSortBatch, "sort-batch", "Order the frames of a batch by source", defaults.sort_batch);
  add_flag(kDeferredScaling, "deferred-scaling",
           "Scale a frame when its pixels are first asked for; false: in the muxer",
           defaults.deferred_scaling);
  g_object_class_install_property(
      object, kStats,
      g_param_spec_boxed("stats", "stats",
                         "Counts of batches and frames, and for each pad of frames in, out, late, "
                         "flushed, queued and of waits for room (blocked)",
                         GST_TYPE_STRUCTURE,
                         GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
  KeptProperties::install(object, kFirstKept, kKept);
}

}  // namespace

static void nvstreammux_init(GstNvStreamMux* self) {
  self->state = new MuxState(GST_ELEMENT(self));
  MuxState& state = *self->state;
  state.src = gst_pad_new_from_static_template(&src_template, "src");
  gst_pad_set_activatemode_function(state.src, src_activate_mode);
  gst_pad_set_event_function(state.src, src_event);
  gst_pad_set_query_function(state.src, src_query);
  gst_element_add_pad(GST_ELEMENT(self), state.src);
}

static void nvstreammux_class_init(GstNvStreamMuxClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  observed_errors(object);
  element->request_new_pad = request_new_pad;
  element->release_pad = release_pad;
  install_properties(object);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Stream muxer", "Generic/Muxer/Video",
                                        "Makes batches of the frames of several sources",
                                        "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvstreammux_debug, "nvstreammux", 0, "Stream muxer");
  return gst_element_register(plugin, "nvstreammux", GST_RANK_PRIMARY, nvstreammux_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvstreammux, "Batches of several sources",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
