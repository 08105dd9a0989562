#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "elements/kept_properties.h"
#include "elements/nvinfer/add_objects.h"
#include "elements/nvinfer/output_queue.h"
#include "elements/observed.h"
#include "gst-nvdscustomevent.h"
#include "gstnvdsmeta.h"
#include "infer/config.h"
#include "infer/detector.h"
#include "infer/error.h"
#include "surface/batch.h"

GST_DEBUG_CATEGORY(nvinfer_debug);
#define GST_CAT_DEFAULT nvinfer_debug

// nvinfer: runs a detector on the frames of a batch and adds its objects to their metadata.
//
//   gst-launch-1.0 filesrc location=clip.h264 ! h264parse ! nvv4l2decoder ! mux.sink_0
//     nvstreammux name=mux batch-size=1 width=768 height=576
//     ! nvinfer config-file-path=config_infer_primary.txt ! nvvideoconvert ! nvdsosd
//     ! nveglglessink
//
// Pixels pass through untouched. The streaming thread fills the network's input and starts the run;
// runs of several buffers are under way at once; one thread of the element finishes them in order,
// writes the metadata and pushes the buffers. Serialized events wait for the buffers before them.

namespace {

using namespace thalweg;

enum Property : guint {
  kUniqueId = 1,
  kProcessMode,
  kConfigFilePath,
  kBatchSize,
  kInterval,
  kInferOnGieId,
  kInferOnClassIds,
  kFilterOutClassIds,
  kModelEngineFile,
  kRawOutputFileWrite,
  kRawOutputCallback,
  kRawOutputUserData,
  kOutputTensorMeta,
  kOutputInstanceMask,
  kInputTensorMeta,
  kClipObjectOutsideRoi,
  kCropObjectsToRoi,
  kFirstKept,
};

constexpr GEnumValue kProcessModes[] = {{1, "Primary (full frame)", "primary"},
                                        {2, "Secondary (objects)", "secondary"},
                                        {0, nullptr, nullptr}};

const KeptProperty kKept[] = {
    {.name = "gpu-id", .type = G_TYPE_UINT, .value = "0", .meaning = "CUDA device"},
    {.name = "strongly-typed",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Strongly typed network for TensorRT"},
    {.name = "dynamic-properties",
     .type = G_TYPE_STRING,
     .value = "",
     .meaning = "Flags of TensorRT's builder"},
};

guint model_updated_signal;

struct InferState {
  std::mutex mutex;  // of the settings and of `detector` as a pointer
  InferConfig settings;
  std::set<guint> set_by_program;  // these win over the file
  std::string filter_out_text, infer_on_class_ids;
  KeptProperties kept{kFirstKept, kKept};
  gpointer raw_callback = nullptr, raw_user_data = nullptr;

  bool loaded = false;                 // while READY or above
  std::shared_ptr<Detector> detector;  // null while not loaded, and where frames pass through
  std::thread loader;                  // of another model while playing

  std::unique_ptr<OutputQueue> queue;  // while PAUSED or above
  std::atomic<gint64> latency_us{0};
  std::atomic<bool> live{false};
  bool warned_of_candidates = false;   // output thread's
  bool engine_replaces_model = false;  // model-engine-file was set while playing
  bool clip_object_outside_roi = true, crop_objects_to_roi = false;
  int infer_on_gie_id = -1;
  unsigned batches_to_pass = 0;  // streaming thread's
};

}  // namespace

struct GstNvInfer {
  GstBaseTransform parent;
  InferState* state;
};
struct GstNvInferClass {
  GstBaseTransformClass parent_class;
};

static GType nvinfer_get_type();
G_DEFINE_TYPE(GstNvInfer, nvinfer, GST_TYPE_BASE_TRANSFORM)

namespace {

GstNvInfer* as_infer(void* object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, nvinfer_get_type(), GstNvInfer);
}

void post_error(GstNvInfer* self, const std::exception& error) {
  const auto* known = dynamic_cast<const InferError*>(&error);
  const char* detail = known && !known->detail().empty() ? known->detail().c_str() : error.what();
  if (known && known->kind() == InferError::Kind::kSettings) {
    GST_ELEMENT_ERROR(self, LIBRARY, SETTINGS, ("%s", error.what()), ("%s", detail));
  } else {
    GST_ELEMENT_ERROR(self, RESOURCE, FAILED, ("%s", error.what()), ("%s", detail));
  }
}

void log_to(GstNvInfer* self, LogLevel level, const std::string& text) {
  if (level == LogLevel::kWarning) {
    GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", text.c_str()), (nullptr));
  } else {
    GST_INFO_OBJECT(self, "%s", text.c_str());
  }
}

/// Copies what the property `id` stands for.
void copy_setting(guint id, const InferConfig& from, InferConfig& to) {
  switch (id) {
    case kUniqueId:
      to.gie_unique_id = from.gie_unique_id;
      break;
    case kProcessMode:
      to.process_mode = from.process_mode;
      break;
    case kBatchSize:
      to.batch_size = from.batch_size;
      break;
    case kInterval:
      to.interval = from.interval;
      break;
    case kFilterOutClassIds:
      to.filter_out_class_ids = from.filter_out_class_ids;
      break;
    case kModelEngineFile:
      to.model_engine_file = from.model_engine_file;
      break;
    case kRawOutputFileWrite:
      to.raw_output_file_write = from.raw_output_file_write;
      break;
    case kOutputTensorMeta:
      to.output_tensor_meta = from.output_tensor_meta;
      break;
    case kOutputInstanceMask:
      to.output_instance_mask = from.output_instance_mask;
      break;
    case kInputTensorMeta:
      to.input_tensor_from_meta = from.input_tensor_from_meta;
      break;
    default:
      break;
  }
}

/// Reads the file again under the properties that the program set. Call with the mutex held.
/// @throws InferError
void read_settings(InferState* state, ConfigNotes& notes) {
  InferConfig fresh = load_config(state->settings.path, notes);
  for (guint id : state->set_by_program) copy_setting(id, state->settings, fresh);
  if (state->set_by_program.contains(kFilterOutClassIds)) {
    fresh.filter_out_class_ids = parse_id_list(state->filter_out_text, "filter-out-class-ids");
  } else {
    state->filter_out_text.clear();
    for (int id : fresh.filter_out_class_ids) {
      state->filter_out_text += (state->filter_out_text.empty() ? "" : ";") + std::to_string(id);
    }
  }
  if (state->engine_replaces_model) fresh.onnx_file.clear();
  substitute_model(fresh);
  state->settings = fresh;
}

/// Loads what the settings name, telling the log; null where frames pass through. @throws
/// InferError
std::shared_ptr<Detector> load_detector(GstNvInfer* self) {
  InferState* state = self->state;
  ConfigNotes notes;
  InferConfig settings;
  {
    std::lock_guard lock(state->mutex);
    if (state->settings.path.empty()) {
      fail_settings(
          "config-file-path is not set: expected the path of a configuration file with a "
          "[property] group, got none. Set the property before starting.");
    }
    read_settings(state, notes);
    settings = state->settings;
    if (state->raw_callback) {
      fail_settings(
          "raw-output-generated-callback is not supported yet by this version. Do not set "
          "it; read the objects in a probe.");
    }
  }
  for (const auto& warning : notes.warnings) log_to(self, LogLevel::kWarning, warning);
  for (const auto& note : notes.notes) log_to(self, LogLevel::kInfo, note);
  if (!settings.substituted.empty())
    GST_ELEMENT_WARNING(self, RESOURCE, NOT_FOUND, ("%s", settings.substituted.c_str()), (nullptr));
  if (settings.passes_through) return nullptr;
  auto detector = std::make_shared<Detector>(
      settings, [&](LogLevel level, const std::string& text) { log_to(self, level, text); });
  GST_INFO_OBJECT(self, "model %s: %zu runs of %zu frames, the first took %.1f ms",
                  detector->model().c_str(), detector->runs(), detector->frames_a_run(),
                  detector->seconds_a_run() * 1e3);
  return detector;
}

/// Loads another model in the background; later batches use it.
void change_model(GstNvInfer* self) {
  InferState* state = self->state;
  if (state->loader.joinable()) state->loader.join();
  state->loader = std::thread([self, state] {
    int result = NVDSINFER_SUCCESS;
    std::string path;
    try {
      auto detector = load_detector(self);
      std::lock_guard lock(state->mutex);
      state->detector = detector;
    } catch (const std::exception& error) {
      result = NVDSINFER_CONFIG_FAILED;
      GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", error.what()),
                          ("the model before it stays in use"));
    }
    {
      std::lock_guard lock(state->mutex);
      path = state->settings.path;
    }
    g_signal_emit(self, model_updated_signal, 0, result, path.c_str());
  });
}

void write_objects(GstNvInfer* self, NvDsFrameMeta* frame, std::span<const Detection> detections,
                   const Detector& detector) {
  InferState* state = self->state;
  unsigned unique_id = 0;
  {
    std::lock_guard lock(state->mutex);
    unique_id = state->settings.gie_unique_id;
  }
  add_objects(frame, detections, detector, int(unique_id));
  auto counts = detector.counts();
  if (!state->warned_of_candidates && counts.bad_value + counts.bad_class + counts.over_limit) {
    state->warned_of_candidates = true;
    GST_WARNING_OBJECT(
        self,
        "%s gave boxes that were left out: %zu not finite or of negative size, %zu of "
        "classes beyond num-detected-classes, %zu beyond %zu candidates a frame",
        detector.model().c_str(), counts.bad_value, counts.bad_class, counts.over_limit,
        kMaxCandidates);
  }
}

void note_stay(GstNvInfer* self, gint64 us) {
  InferState* state = self->state;
  if (us <= state->latency_us) return;
  state->latency_us = us + us / 4;
  if (state->live)
    gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

/// Feeds the frames of a batch to runs. @throws std::exception
void infer_batch(InferState* state, const std::shared_ptr<Detector>& detector, Batch& batch,
                 NvDsBatchMeta* meta) {
  Detector::Run* run = nullptr;
  std::vector<NvDsFrameMeta*> frames;
  auto launch = [&] {
    run->start();
    state->queue->add(detector, run, std::move(frames));
    run = nullptr;
    frames.clear();
  };
  try {
    for (GList* node = meta->frame_meta_list; node; node = node->next) {
      auto* frame = static_cast<NvDsFrameMeta*>(node->data);
      if (!run) run = detector->acquire();
      run->add(batch.frame(int(frame->batch_id)));
      frames.push_back(frame);
      if (run->full()) launch();
    }
    if (run) launch();
  } catch (...) {
    if (run) detector->release(run);
    throw;
  }
}

GstFlowReturn generate_output(GstBaseTransform* base, GstBuffer** out) {
  *out = nullptr;
  GstBuffer* buffer = base->queued_buf;
  base->queued_buf = nullptr;
  if (!buffer) return GST_FLOW_OK;
  GstNvInfer* self = as_infer(base);
  InferState* state = self->state;
  const gint64 arrived = g_get_monotonic_time();

  unsigned interval = 0;
  std::shared_ptr<Detector> detector;
  {
    std::lock_guard lock(state->mutex);
    interval = state->settings.interval;
    detector = state->detector;
  }
  state->batches_to_pass = std::min(state->batches_to_pass, interval);  // it may be a new one
  if (!detector) {
    // The buffer passes through, behind those that a model before it may have under way.
  } else if (state->batches_to_pass > 0) {
    --state->batches_to_pass;
  } else if (state->queue->flow() == GST_FLOW_OK) {
    state->batches_to_pass = interval;
    Batch* batch = batch_of(buffer);
    NvDsBatchMeta* meta = gst_buffer_get_nvds_batch_meta(buffer);
    if (!batch || !meta) {
      GST_ELEMENT_ERROR(
          self, STREAM, FORMAT,
          ("expected buffers of memory:NVMM with batch metadata, got a buffer without "
           "%s. Put nvstreammux before nvinfer.",
           batch ? "batch metadata" : "such memory"),
          (nullptr));
      gst_buffer_unref(buffer);
      return GST_FLOW_ERROR;
    }
    try {
      infer_batch(state, detector, *batch, meta);
    } catch (const std::exception& error) {
      post_error(self, error);
      state->queue->fail(GST_FLOW_ERROR);
    }
  }
  return state->queue->add(buffer, arrived, detector ? detector->runs() : 1);
}

/// Takes a new interval from the event that sets it; false for any other event.
bool take_interval(GstNvInfer* self, GstEvent* event) {
  if (guint(GST_EVENT_TYPE(event)) != guint(GST_NVEVENT_INFER_INTERVAL_UPDATE)) return false;
  guint interval = 0;
  gst_nvevent_parse_infer_interval_update(event, nullptr, &interval);
  GST_INFO_OBJECT(self, "interval is %u from now on", interval);
  std::lock_guard lock(self->state->mutex);
  self->state->settings.interval = interval;
  return true;
}

/// An interval for this element, not for those downstream as events sent to elements are.
gboolean send_event(GstElement* element, GstEvent* event) {
  if (!take_interval(as_infer(element), event))
    return GST_ELEMENT_CLASS(nvinfer_parent_class)->send_event(element, event);
  gst_event_unref(event);
  return TRUE;
}

gboolean sink_event(GstBaseTransform* base, GstEvent* event) {
  InferState* state = as_infer(base)->state;
  const GstEventType type = GST_EVENT_TYPE(event);
  take_interval(as_infer(base), event);
  if (state->queue && GST_EVENT_IS_SERIALIZED(event) && type != GST_EVENT_TAG) {
    // After FLUSH_START pushes fail at once, so this is short for FLUSH_STOP.
    state->queue->drain();
    if (type == GST_EVENT_FLUSH_STOP) state->queue->reset();
    // No later buffer tells upstream that nobody took the last ones.
    const GstFlowReturn flow = state->queue->flow();
    if (type == GST_EVENT_EOS && (flow == GST_FLOW_NOT_LINKED || flow == GST_FLOW_NOT_NEGOTIATED)) {
      GST_ELEMENT_FLOW_ERROR(base, flow);
    }
    if (type == GST_EVENT_FLUSH_STOP || type == GST_EVENT_EOS) state->batches_to_pass = 0;
  }
  return GST_BASE_TRANSFORM_CLASS(nvinfer_parent_class)->sink_event(base, event);
}

gboolean query(GstBaseTransform* base, GstPadDirection direction, GstQuery* query) {
  InferState* state = as_infer(base)->state;
  gboolean answered = GST_BASE_TRANSFORM_CLASS(nvinfer_parent_class)->query(base, direction, query);
  if (answered && direction == GST_PAD_SRC && GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) {
    gboolean live = FALSE;
    GstClockTime low = 0, high = 0;
    gst_query_parse_latency(query, &live, &low, &high);
    const GstClockTime own = GstClockTime(state->latency_us.load()) * GST_USECOND;
    state->live = live;
    gst_query_set_latency(query, live, low + own,
                          GST_CLOCK_TIME_IS_VALID(high) ? high + own : high);
  }
  return answered;
}

gboolean start(GstBaseTransform* base) {
  GstNvInfer* self = as_infer(base);
  InferState* state = self->state;
  state->batches_to_pass = 0;
  state->warned_of_candidates = false;
  // Waves of runs that a full batch takes, each as long as the first run was.
  {
    std::lock_guard lock(state->mutex);
    state->latency_us = 0;
    if (const auto& detector = state->detector) {
      double waves = std::ceil(double(state->settings.batch_size) /
                               double(detector->parallel_runs() * detector->frames_a_run()));
      state->latency_us = gint64(waves * detector->seconds_a_run() * 1e6);
    }
  }
  state->queue = std::make_unique<OutputQueue>(OutputQueue::Handlers{
      [self](GstBuffer* buffer) { return gst_pad_push(GST_BASE_TRANSFORM_SRC_PAD(self), buffer); },
      [self](NvDsFrameMeta* frame, std::span<const Detection> detections,
             const Detector& detector) { write_objects(self, frame, detections, detector); },
      [self](const std::exception& error) { post_error(self, error); },
      [self](gint64 us) { note_stay(self, us); }});
  return TRUE;
}

gboolean stop(GstBaseTransform* base) {
  as_infer(base)->state->queue.reset();
  return TRUE;
}

/// Warns, once for two, of another element of the pipeline with the same unique-id.
void warn_of_same_id(GstNvInfer* self) {
  auto* top = GST_OBJECT(gst_object_ref(self));
  while (GstObject* parent = gst_object_get_parent(top)) {
    gst_object_unref(top);
    top = parent;
  }
  const auto look = [](const GValue* item, gpointer data) {
    auto* self = static_cast<GstNvInfer*>(data);
    GObject* other = G_OBJECT(g_value_get_object(item));
    if (G_OBJECT_TYPE(other) != nvinfer_get_type() || other <= G_OBJECT(self)) return;
    guint own_id = 0, other_id = 0;
    g_object_get(self, "unique-id", &own_id, nullptr);
    g_object_get(other, "unique-id", &other_id, nullptr);
    if (own_id != other_id) return;
    GST_ELEMENT_WARNING(
        self, LIBRARY, SETTINGS,
        ("%s and %s both have the unique-id %u: nobody can tell their objects apart "
         "by unique_component_id. Write another gie-unique-id into the "
         "configuration of one.",
         GST_OBJECT_NAME(self), GST_OBJECT_NAME(other), own_id),
        (nullptr));
  };
  if (GST_IS_BIN(top)) {
    GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(top));
    while (gst_iterator_foreach(elements, look, self) == GST_ITERATOR_RESYNC)
      gst_iterator_resync(elements);
    gst_iterator_free(elements);
  }
  gst_object_unref(top);
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  GstNvInfer* self = as_infer(element);
  InferState* state = self->state;
  if (change == GST_STATE_CHANGE_NULL_TO_READY) {
    try {
      auto detector = load_detector(self);
      std::lock_guard lock(state->mutex);
      state->detector = detector;
      state->loaded = true;
    } catch (const std::exception& error) {
      post_error(self, error);
      return GST_STATE_CHANGE_FAILURE;
    }
    warn_of_same_id(self);
  }
  auto result = GST_ELEMENT_CLASS(nvinfer_parent_class)->change_state(element, change);
  if (change == GST_STATE_CHANGE_READY_TO_NULL) {
    if (state->loader.joinable()) state->loader.join();
    std::lock_guard lock(state->mutex);
    state->detector.reset();
    state->loaded = false;
  }
  return result;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GstNvInfer* self = as_infer(object);
  InferState* state = self->state;
  if (state->kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  auto text = [&] {
    const char* string = g_value_get_string(value);
    return std::string(string ? string : "");
  };
  std::unique_lock lock(state->mutex);
  InferConfig& settings = state->settings;
  bool other_model = false;
  if (id != kConfigFilePath) state->set_by_program.insert(id);
  switch (id) {
    case kUniqueId:
      settings.gie_unique_id = g_value_get_uint(value);
      break;
    case kProcessMode:
      settings.process_mode = g_value_get_enum(value);
      break;
    case kConfigFilePath: {
      std::string path = text();
      other_model = state->loaded;
      settings.path = path;
      state->engine_replaces_model = false;
      if (path.empty() || other_model) break;
      // So that batch-size and others can be read back. Errors are told when the element starts.
      try {
        ConfigNotes notes;
        read_settings(state, notes);
      } catch (const InferError& error) {
        GST_DEBUG_OBJECT(self, "%s", error.what());
      }
      break;
    }
    case kBatchSize:
      settings.batch_size = g_value_get_uint(value);
      break;
    case kInterval:
      settings.interval = g_value_get_uint(value);
      break;
    case kInferOnGieId:
      state->infer_on_gie_id = g_value_get_int(value);
      break;
    case kInferOnClassIds:
      state->infer_on_class_ids = text();
      break;
    case kFilterOutClassIds:
      state->filter_out_text = text();
      break;
    case kModelEngineFile:
      settings.model_engine_file = text();
      other_model = state->loaded;
      state->engine_replaces_model = other_model;
      break;
    case kRawOutputFileWrite:
      settings.raw_output_file_write = g_value_get_boolean(value);
      break;
    case kRawOutputCallback:
      state->raw_callback = g_value_get_pointer(value);
      break;
    case kRawOutputUserData:
      state->raw_user_data = g_value_get_pointer(value);
      break;
    case kOutputTensorMeta:
      settings.output_tensor_meta = g_value_get_boolean(value);
      break;
    case kOutputInstanceMask:
      settings.output_instance_mask = g_value_get_boolean(value);
      break;
    case kInputTensorMeta:
      settings.input_tensor_from_meta = g_value_get_boolean(value);
      break;
    case kClipObjectOutsideRoi:
      state->clip_object_outside_roi = g_value_get_boolean(value);
      break;
    case kCropObjectsToRoi:
      state->crop_objects_to_roi = g_value_get_boolean(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  lock.unlock();
  if (other_model) change_model(self);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  InferState* state = as_infer(object)->state;
  if (state->kept.get(object, id, value)) return;
  std::lock_guard lock(state->mutex);
  const InferConfig& settings = state->settings;
  switch (id) {
    case kUniqueId:
      g_value_set_uint(value, settings.gie_unique_id);
      break;
    case kProcessMode:
      g_value_set_enum(value, settings.process_mode);
      break;
    case kConfigFilePath:
      g_value_set_string(value, settings.path.c_str());
      break;
    case kBatchSize:
      g_value_set_uint(value, settings.batch_size);
      break;
    case kInterval:
      g_value_set_uint(value, settings.interval);
      break;
    case kInferOnGieId:
      g_value_set_int(value, state->infer_on_gie_id);
      break;
    case kInferOnClassIds:
      g_value_set_string(value, state->infer_on_class_ids.c_str());
      break;
    case kFilterOutClassIds:
      g_value_set_string(value, state->filter_out_text.c_str());
      break;
    case kModelEngineFile:
      g_value_set_string(value, settings.model_engine_file.c_str());
      break;
    case kRawOutputFileWrite:
      g_value_set_boolean(value, settings.raw_output_file_write);
      break;
    case kRawOutputCallback:
      g_value_set_pointer(value, state->raw_callback);
      break;
    case kRawOutputUserData:
      g_value_set_pointer(value, state->raw_user_data);
      break;
    case kOutputTensorMeta:
      g_value_set_boolean(value, settings.output_tensor_meta);
      break;
    case kOutputInstanceMask:
      g_value_set_boolean(value, settings.output_instance_mask);
      break;
    case kInputTensorMeta:
      g_value_set_boolean(value, settings.input_tensor_from_meta);
      break;
    case kClipObjectOutsideRoi:
      g_value_set_boolean(value, state->clip_object_outside_roi);
      break;
    case kCropObjectsToRoi:
      g_value_set_boolean(value, state->crop_objects_to_roi);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void finalize(GObject* object) {
  InferState* state = as_infer(object)->state;
  if (state->loader.joinable()) state->loader.join();
  delete state;
  G_OBJECT_CLASS(nvinfer_parent_class)->finalize(object);
}

#define THALWEG_FRAMES "video/x-raw(memory:NVMM), format=(string){ I420, NV12, RGBA }"
GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(THALWEG_FRAMES));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(THALWEG_FRAMES));

}  // namespace

static void nvinfer_init(GstNvInfer* self) {
  self->state = new InferState;
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}

static void nvinfer_class_init(GstNvInferClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  element->send_event = send_event;
  transform->start = start;
  transform->stop = stop;
  transform->sink_event = sink_event;
  transform->query = query;
  transform->generate_output = generate_output;

  const auto flags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  const auto playing = GParamFlags(flags | GST_PARAM_MUTABLE_PLAYING);
  const auto ready = GParamFlags(flags | GST_PARAM_MUTABLE_READY);
  auto install = [&](guint id, GParamSpec* spec) {
    g_object_class_install_property(object, id, spec);
  };
  install(kUniqueId,
          g_param_spec_uint("unique-id", "unique-id", "Component id written into the objects", 0,
                            G_MAXUINT, 15, playing));
  install(kProcessMode,
          g_param_spec_enum(
              "process-mode", "process-mode", "Whole frames or objects (not in this version)",
              g_enum_register_static("GstNvInferProcessModeType", kProcessModes), 1, ready));
  install(kConfigFilePath,
          g_param_spec_string("config-file-path", "config-file-path",
                              "Configuration file; another one while playing changes the model", "",
                              playing));
  install(kBatchSize,
          g_param_spec_uint("batch-size", "batch-size", "Frames in a batch", 1, 1024, 1, ready));
  install(kInterval, g_param_spec_uint("interval", "interval",
                                       "Batches passed without inference after each inferred one",
                                       0, G_MAXINT, 0, playing));
  install(kInferOnGieId,
          g_param_spec_int(
              "infer-on-gie-id", "infer-on-gie-id",
              "Secondary mode: objects of this component only, -1 for all (not in this version)",
              -1, G_MAXINT, -1, ready));
  install(
      kInferOnClassIds,
      g_param_spec_string("infer-on-class-ids", "infer-on-class-ids",
                          "Secondary mode: these classes only, written 0:2:3 (not in this version)",
                          "", ready));
  install(kFilterOutClassIds,
          g_param_spec_string("filter-out-class-ids", "filter-out-class-ids",
                              "Classes whose objects are dropped, written 0;2;3", "", ready));
  install(
      kModelEngineFile,
      g_param_spec_string("model-engine-file", "model-engine-file",
                          "Engine whose ONNX model beside it is run when there is no onnx-file; "
                          "another one while playing changes the model",
                          "", playing));
  install(
      kRawOutputFileWrite,
      g_param_spec_boolean("raw-output-file-write", "raw-output-file-write",
                           "Write the output layers to files (not in this version)", FALSE, ready));
  install(kRawOutputCallback,
          g_param_spec_pointer("raw-output-generated-callback", "raw-output-generated-callback",
                               "C function called with the output layers (not in this version)",
                               flags));
  install(kRawOutputUserData,
          g_param_spec_pointer("raw-output-generated-userdata", "raw-output-generated-userdata",
                               "Argument of that function (not in this version)", flags));
  install(kOutputTensorMeta,
          g_param_spec_boolean("output-tensor-meta", "output-tensor-meta",
                               "Attach the output layers as metadata (not in this version)", FALSE,
                               ready));
  install(
      kOutputInstanceMask,
      g_param_spec_boolean("output-instance-mask", "output-instance-mask",
                           "Attach instance masks to objects (not in this version)", FALSE, ready));
  install(kInputTensorMeta,
          g_param_spec_boolean("input-tensor-meta", "input-tensor-meta",
                               "Take tensors that nvdspreprocess made (not in this version)", FALSE,
                               ready));
  install(
      kClipObjectOutsideRoi,
      g_param_spec_boolean("clip-object-outside-roi", "clip-object-outside-roi",
                           "With input-tensor-meta: clip boxes to the region (not in this version)",
                           TRUE, ready));
  install(kCropObjectsToRoi,
          g_param_spec_boolean("crop-objects-to-roi-boundary", "crop-objects-to-roi-boundary",
                               "Crop boxes to the edge of the region (not in this version)", FALSE,
                               ready));
  KeptProperties::install(object, kFirstKept, kKept);

  // After a change of the model while playing: error (an NvDsInferStatus, 0 for success) and the
  // configuration file. Emitted from a thread of the element's own.
  model_updated_signal =
      g_signal_new("model-updated", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, nullptr,
                   nullptr, nullptr, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);

  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Inference", "Filter/Analyzer/Video",
                                        "Detects objects in batched frames on the CPU", "Thalweg");
  gst_type_mark_as_plugin_api(g_type_from_name("GstNvInferProcessModeType"), GstPluginAPIFlags(0));
  observed_class_setup(object);
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvinfer_debug, "nvinfer", 0, "inference");
  return gst_element_register(plugin, "nvinfer", GST_RANK_NONE, nvinfer_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvinfer, "Inference on batched frames",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
