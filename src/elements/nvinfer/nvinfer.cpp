#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "elements/hardware_properties.h"
#include "elements/kept_properties.h"
#include "elements/nvinfer/inference.h"
#include "elements/nvinfer/output_queue.h"
#include "elements/nvinfer/settings.h"
#include "elements/observed.h"
#include "gst-nvdscustomevent.h"
#include "gst-nvevent.h"
#include "gstnvdsmeta.h"
#include "infer/error.h"
#include "surface/batch.h"

GST_DEBUG_CATEGORY(nvinfer_debug);
#define GST_CAT_DEFAULT nvinfer_debug

// nvinfer: runs a model on the frames of a batch, or on the objects in them, and adds what it finds
// to their metadata.
//
//   gst-launch-1.0 filesrc location=clip.h264 ! h264parse ! nvv4l2decoder ! mux.sink_0
//     nvstreammux name=mux batch-size=1 width=768 height=576
//     ! nvinfer config-file-path=config_infer_primary.txt ! nvvideoconvert ! nvdsosd
//     ! nveglglessink
//
// A second one behind it, whose configuration has process-mode=2, looks at the objects of the
// first:
//
//     ! nvinfer config-file-path=config_infer_primary.txt
//     ! nvinfer config-file-path=config_infer_secondary.txt ! ...
//
// Pixels pass through untouched. The streaming thread fills the network's input and starts the run;
// runs of several buffers are under way at once; one thread of the element finishes them in order,
// writes the metadata and pushes the buffers. Serialized events wait for the buffers before them.

namespace {

using namespace thalweg;

enum Property : guint {
  kRawOutputCallback = Settings::kEnd,
  kRawOutputUserData,
  kFirstKept,
};

const KeptProperty kKept[] = {
    kCudaDevice,
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
  std::mutex mutex;  // of the settings and of `inference` as a pointer
  Settings settings;
  KeptProperties kept{kFirstKept, kKept};
  RawOutputCallback raw_callback;

  bool loaded = false;                   // while READY or above
  std::shared_ptr<Inference> inference;  // null while not loaded, and where frames pass through
  std::thread loader;                    // of another model while playing

  RawOutput raw_output;                // the queue's thread's
  std::unique_ptr<OutputQueue> queue;  // while PAUSED or above
  std::atomic<gint64> latency_us{0};
  std::atomic<bool> live{false};
  unsigned batches_to_pass = 0;  // streaming thread's
  unsigned batches_seen = 0;     // likewise; stops at stabilize-buffer-count
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

/// The text as UTF-8: it may quote files and models, and programs could not read it otherwise.
std::string readable(const std::string& text) {
  char* valid = g_utf8_make_valid(text.data(), gssize(text.size()));
  std::string result = valid;
  g_free(valid);
  return result;
}

void post_error(GstNvInfer* self, const std::exception& error) {
  const auto* known = dynamic_cast<const InferError*>(&error);
  const std::string sentence = readable(error.what());
  const std::string detail =
      known && !known->detail().empty() ? readable(known->detail()) : sentence;
  if (known && known->kind() == InferError::Kind::kSettings) {
    GST_ELEMENT_ERROR(self, LIBRARY, SETTINGS, ("%s", sentence.c_str()), ("%s", detail.c_str()));
  } else {
    GST_ELEMENT_ERROR(self, RESOURCE, FAILED, ("%s", sentence.c_str()), ("%s", detail.c_str()));
  }
}

void log_to(GstNvInfer* self, LogLevel level, const std::string& text) {
  if (level == LogLevel::kWarning) {
    GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", readable(text).c_str()), (nullptr));
  } else {
    GST_INFO_OBJECT(self, "%s", text.c_str());
  }
}

/// Loads what the settings name, telling the log; null where frames pass through. @throws
/// InferError
std::shared_ptr<Inference> load_inference(GstNvInfer* self) {
  InferState* state = self->state;
  ConfigNotes notes;
  InferConfig config;
  {
    std::lock_guard lock(state->mutex);
    if (state->settings.config().path.empty()) {
      fail_settings(
          "config-file-path is not set: expected the path of a configuration file with a "
          "[property] group, got none. Set the property before starting.");
    }
    state->settings.read(notes);
    config = state->settings.config();
  }
  for (const auto& warning : notes.warnings) log_to(self, LogLevel::kWarning, warning);
  for (const auto& note : notes.notes) log_to(self, LogLevel::kInfo, note);
  if (!config.substituted.empty())
    GST_ELEMENT_WARNING(self, RESOURCE, NOT_FOUND, ("%s", config.substituted.c_str()), (nullptr));
  if (config.passes_through) return nullptr;
  auto inference = std::make_shared<Inference>(
      config, [self](LogLevel level, const std::string& text) { log_to(self, level, text); });
  const Model& model = inference->model();
  GST_INFO_OBJECT(self, "model %s: %zu runs of %zu units, the first took %.1f ms",
                  model.path().c_str(), model.runs(), model.units_a_run(),
                  model.seconds_a_run() * 1e3);
  return inference;
}

/// Loads another model in the background; later batches use it.
void change_model(GstNvInfer* self) {
  InferState* state = self->state;
  if (state->loader.joinable()) state->loader.join();
  state->loader = std::thread([self, state] {
    int result = NVDSINFER_SUCCESS;
    std::string path;
    InferConfig before;
    {
      std::lock_guard lock(state->mutex);
      before = state->settings.config();
    }
    try {
      auto inference = load_inference(self);
      std::lock_guard lock(state->mutex);
      state->inference = inference;
    } catch (const std::exception& error) {
      result = NVDSINFER_CONFIG_FAILED;
      {
        std::lock_guard lock(state->mutex);
        state->settings.restore(before);
      }
      GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", readable(error.what()).c_str()),
                          ("the model before it stays in use"));
    }
    {
      std::lock_guard lock(state->mutex);
      path = state->settings.config().path;
    }
    g_signal_emit(self, model_updated_signal, 0, result, path.c_str());
  });
}

void note_stay(GstNvInfer* self, gint64 us) {
  InferState* state = self->state;
  if (us <= state->latency_us) return;
  state->latency_us = us + us / 4;
  if (state->live)
    gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

GstFlowReturn generate_output(GstBaseTransform* base, GstBuffer** out) {
  *out = nullptr;
  GstBuffer* buffer = base->queued_buf;
  base->queued_buf = nullptr;
  if (!buffer) return GST_FLOW_OK;
  GstNvInfer* self = as_infer(base);
  InferState* state = self->state;
  const gint64 arrived = g_get_monotonic_time();

  unsigned interval = 0, passing_first = 0;
  int unique_id = 0;
  RawOutputCallback raw_callback;
  std::shared_ptr<Inference> inference;
  {
    std::lock_guard lock(state->mutex);
    const InferConfig& config = state->settings.config();
    inference = state->inference;
    const bool is_secondary = inference && inference->model().config().process_mode == 2;
    interval = is_secondary ? 0 : config.interval;
    unique_id = int(config.gie_unique_id);
    passing_first = config.stabilize_buffer_count;
    raw_callback = state->raw_callback;
  }
  state->batches_to_pass = std::min(state->batches_to_pass, interval);  // it may be a new one
  if (!inference) {
    // The buffer passes through, behind those that a model before it may have under way.
  } else if (state->batches_seen < passing_first) {
    ++state->batches_seen;
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
      const bool wants_layers =
          inference->model().config().raw_output_file_write || raw_callback.function;
      inference->process({*batch, meta, unique_id, buffer,
                          wants_layers ? &state->raw_output : nullptr, raw_callback},
                         *state->queue);
    } catch (const std::exception& error) {
      post_error(self, error);
      state->queue->fail(GST_FLOW_ERROR);
    }
  }
  return state->queue->add(buffer, arrived, inference ? inference->model().runs() : 1);
}

/// Takes a new interval from the event that sets it; false for any other event.
bool take_interval(GstNvInfer* self, GstEvent* event) {
  if (guint(GST_EVENT_TYPE(event)) != guint(GST_NVEVENT_INFER_INTERVAL_UPDATE)) return false;
  guint interval = 0;
  gst_nvevent_parse_infer_interval_update(event, nullptr, &interval);
  GST_INFO_OBJECT(self, "interval is %u from now on", interval);
  std::lock_guard lock(self->state->mutex);
  self->state->settings.set_interval(interval);
  return true;
}

/// An interval for this element, not for those downstream as events sent to elements are.
gboolean send_event(GstElement* element, GstEvent* event) {
  if (!take_interval(as_infer(element), event))
    return GST_ELEMENT_CLASS(nvinfer_parent_class)->send_event(element, event);
  gst_event_unref(event);
  return TRUE;
}

/// Another stream may follow on the pad of the muxer that this event tells of.
void forget_source(InferState* state, GstEvent* event) {
  guint source_id = 0;
  if (guint(GST_EVENT_TYPE(event)) == guint(GST_NVEVENT_PAD_DELETED)) {
    gst_nvevent_parse_pad_deleted(event, &source_id);
  } else if (guint(GST_EVENT_TYPE(event)) == guint(GST_NVEVENT_STREAM_EOS)) {
    gst_nvevent_parse_stream_eos(event, &source_id);
  } else {
    return;
  }
  std::lock_guard lock(state->mutex);
  if (state->inference) state->inference->forget_source(source_id);
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
  forget_source(state, event);
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
  state->batches_to_pass = state->batches_seen = 0;
  // Waves of runs that a full batch takes, each as long as the first run was.
  {
    std::lock_guard lock(state->mutex);
    state->latency_us = 0;
    if (state->inference) {
      const Model& model = state->inference->model();
      double waves = std::ceil(double(state->settings.config().batch_size) /
                               double(model.parallel_runs() * model.units_a_run()));
      state->latency_us = gint64(waves * model.seconds_a_run() * 1e6);
    }
  }
  state->queue = std::make_unique<OutputQueue>(OutputQueue::Handlers{
      [self](GstBuffer* buffer) { return gst_pad_push(GST_BASE_TRANSFORM_SRC_PAD(self), buffer); },
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
      auto inference = load_inference(self);
      std::lock_guard lock(state->mutex);
      state->inference = inference;
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
    state->inference.reset();
    state->loaded = false;
  }
  return result;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GstNvInfer* self = as_infer(object);
  InferState* state = self->state;
  if (state->kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  std::unique_lock lock(state->mutex);
  bool other_model = false;
  if (id == kRawOutputCallback) {
    state->raw_callback.function =
        reinterpret_cast<gst_nvinfer_raw_output_generated_callback>(g_value_get_pointer(value));
  } else if (id == kRawOutputUserData) {
    state->raw_callback.user_data = g_value_get_pointer(value);
  } else if (!state->settings.set(id, value)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  } else if (id == Settings::kConfigFilePath || id == Settings::kModelEngineFile) {
    other_model = state->loaded;
  }
  if (id == Settings::kModelEngineFile && other_model) state->settings.let_engine_replace_model();
  if (id == Settings::kConfigFilePath && !other_model && !state->settings.config().path.empty()) {
    // So that batch-size and others can be read back. Errors are told when the element starts.
    try {
      ConfigNotes notes;
      state->settings.read(notes);
    } catch (const InferError& error) {
      GST_DEBUG_OBJECT(self, "%s", error.what());
    }
  }
  lock.unlock();
  if (other_model) change_model(self);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  InferState* state = as_infer(object)->state;
  if (state->kept.get(object, id, value)) return;
  std::lock_guard lock(state->mutex);
  if (id == kRawOutputCallback) {
    g_value_set_pointer(value, reinterpret_cast<gpointer>(state->raw_callback.function));
  } else if (id == kRawOutputUserData) {
    g_value_set_pointer(value, state->raw_callback.user_data);
  } else if (!state->settings.get(id, value)) {
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

  Settings::install(object);
  const auto flags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(
      object, kRawOutputCallback,
      g_param_spec_pointer(
          "raw-output-generated-callback", "raw-output-generated-callback",
          "C function called with the layers of each batch: buffer, network, layers, "
          "number of layers, units, user data; from a thread of the element",
          flags));
  g_object_class_install_property(
      object, kRawOutputUserData,
      g_param_spec_pointer("raw-output-generated-userdata", "raw-output-generated-userdata",
                           "Last argument of that function", flags));
  KeptProperties::install(object, kFirstKept, kKept);

  // After a change of the model while playing: error (an NvDsInferStatus, 0 for success) and the
  // configuration file. Emitted from a thread of the element's own.
  model_updated_signal =
      g_signal_new("model-updated", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, nullptr,
                   nullptr, nullptr, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);

  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(
      element, "Inference", "Filter/Analyzer/Video",
      "Detects, classifies and segments objects in batched frames on the CPU", "Thalweg");
  observed_class_setup(object);
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(nvinfer_debug, "nvinfer", 0, "inference");
  return gst_element_register(plugin, "nvinfer", GST_RANK_NONE, nvinfer_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvinfer, "Inference on batched frames",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
