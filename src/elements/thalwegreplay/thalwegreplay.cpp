// thalwegreplay: stands where nvinfer does, and adds recorded objects instead of detecting any.
//
// Properties may be set in any thread. The recording is read at NULL -> READY and not changed until
// the next time; only the streaming thread uses it.
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "elements/kept_properties.h"
#include "elements/observed.h"
#include "elements/thalwegreplay/recording.h"
#include "gstnvdsmeta.h"

GST_DEBUG_CATEGORY_STATIC(thalwegreplay_debug);
#define GST_CAT_DEFAULT thalwegreplay_debug

namespace {

using namespace thalweg;

enum Property : guint { kLocation = 1, kFirstKept };

constexpr GEnumValue kProcessModes[] = {{1, "Primary (full frame)", "primary"},
                                        {2, "Secondary (objects)", "secondary"},
                                        {0, nullptr, nullptr}};

constexpr auto kOfNvinfer = "A property of nvinfer; ignored";
const KeptProperty kKept[] = {
    {"unique-id", G_TYPE_UINT, "15", kOfNvinfer},
    {"process-mode", G_TYPE_ENUM, "1", kOfNvinfer, kProcessModes, "ThalwegReplayProcessMode"},
    {"config-file-path", G_TYPE_STRING, "", kOfNvinfer},
    {"batch-size", G_TYPE_UINT, "1", kOfNvinfer},
    {"interval", G_TYPE_UINT, "0", kOfNvinfer},
    {"infer-on-gie-id", G_TYPE_INT, "-1", kOfNvinfer},
    {"infer-on-class-ids", G_TYPE_STRING, "", kOfNvinfer},
    {"filter-out-class-ids", G_TYPE_STRING, "", kOfNvinfer},
    {"model-engine-file", G_TYPE_STRING, "", kOfNvinfer},
    {"raw-output-file-write", G_TYPE_BOOLEAN, "false", kOfNvinfer},
    {"output-tensor-meta", G_TYPE_BOOLEAN, "false", kOfNvinfer},
    {"output-instance-mask", G_TYPE_BOOLEAN, "false", kOfNvinfer},
    {"input-tensor-meta", G_TYPE_BOOLEAN, "false", kOfNvinfer},
    {"clip-object-outside-roi", G_TYPE_BOOLEAN, "true", kOfNvinfer},
    {"crop-objects-to-roi-boundary", G_TYPE_BOOLEAN, "false", kOfNvinfer},
    {"gpu-id", G_TYPE_UINT, "0", kOfNvinfer},
    {"strongly-typed", G_TYPE_BOOLEAN, "false", kOfNvinfer},
    {"dynamic-properties", G_TYPE_STRING, "", kOfNvinfer},
};

std::string default_location() {
  const char* path = std::getenv("THALWEG_REPLAY");
  return path ? path : "";
}

struct ReplayState {
  std::string location = default_location();  // under the object lock
  KeptProperties kept{kFirstKept, kKept};
  std::optional<Recording> recording;  // while READY or above
  size_t seen = 0, replayed = 0;       // frames since the stream began
  std::pair<unsigned, int> first_seen;
};

}  // namespace

/**
 * SECTION:element-thalwegreplay
 *
 * Adds the objects of a recording (JSON, property `location`) to the frames of each batch, by their
 * source_id and frame_num, and marks them as inferred; pixels pass through untouched. A frame that
 * is marked already is left alone, so of several such elements only the first one acts. It takes
 * nvinfer's properties and ignores them.
 *
 * |[
 * gst-launch-1.0 nvstreammux name=m width=768 height=576 batch-size=1
 * ! thalwegreplay location=recording.json ! nvdsosd ! nveglglessink
 * filesrc location=clip.mp4 ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0
 * ]|
 */
struct ThalwegReplay {
  GstBaseTransform parent;
  ReplayState* state;
};
struct ThalwegReplayClass {
  GstBaseTransformClass parent_class;
};

static GType thalwegreplay_get_type();
G_DEFINE_TYPE(ThalwegReplay, thalwegreplay, GST_TYPE_BASE_TRANSFORM)

namespace {

ThalwegReplay* as_replay(void* object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, thalwegreplay_get_type(), ThalwegReplay);
}

/// Reads the recording; tells the user and gives false where that fails.
bool load(ThalwegReplay* self) {
  GST_OBJECT_LOCK(self);
  const std::string location = self->state->location;
  GST_OBJECT_UNLOCK(self);
  if (location.empty()) {
    GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND,
                      ("thalwegreplay has no recording: set its property location, or "
                       "THALWEG_REPLAY in the environment, to a JSON file of objects."),
                      (nullptr));
    return false;
  }
  try {
    self->state->recording = Recording::read(location);
  } catch (const RecordingError& error) {
    GST_ELEMENT_ERROR(self, RESOURCE, READ, ("%s", error.what()), (nullptr));
    return false;
  }
  return true;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  ThalwegReplay* self = as_replay(element);
  if (change == GST_STATE_CHANGE_NULL_TO_READY && !load(self)) return GST_STATE_CHANGE_FAILURE;
  const auto result = GST_ELEMENT_CLASS(thalwegreplay_parent_class)->change_state(element, change);
  if (change == GST_STATE_CHANGE_READY_TO_NULL) self->state->recording.reset();
  return result;
}

gboolean start(GstBaseTransform* base) {
  ReplayState* state = as_replay(base)->state;
  state->seen = state->replayed = 0;
  return TRUE;
}

gboolean sink_event(GstBaseTransform* base, GstEvent* event) {
  const ReplayState* state = as_replay(base)->state;
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && state->seen && !state->replayed &&
      state->recording->frames()) {
    const auto [source, number] = state->recording->first();
    GST_ELEMENT_WARNING(base, STREAM, FAILED,
                        ("no frame of the stream is in the recording: its first frame is frame %d "
                         "of source %u, the stream's is frame %d of source %u.",
                         number, source, state->first_seen.second, state->first_seen.first),
                        (nullptr));
  }
  return GST_BASE_TRANSFORM_CLASS(thalwegreplay_parent_class)->sink_event(base, event);
}

GstFlowReturn transform_ip(GstBaseTransform* base, GstBuffer* buffer) {
  ReplayState* state = as_replay(base)->state;
  NvDsBatchMeta* batch = gst_buffer_get_nvds_batch_meta(buffer);
  if (!batch) {
    GST_ELEMENT_ERROR(base, STREAM, FORMAT,
                      ("expected buffers with batch metadata, got one without. Put nvstreammux "
                       "before thalwegreplay."),
                      (nullptr));
    return GST_FLOW_ERROR;
  }
  for (GList* node = batch->frame_meta_list; node; node = node->next) {
    auto* frame = static_cast<NvDsFrameMeta*>(node->data);
    if (frame->bInferDone) continue;  // another one was first
    if (!state->seen++) state->first_seen = {frame->source_id, frame->frame_num};
    if (const auto* objects = state->recording->find(frame->source_id, frame->frame_num)) {
      ++state->replayed;
      add_objects(frame, *objects);
    }
    frame->bInferDone = TRUE;
  }
  return GST_FLOW_OK;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  ReplayState* state = as_replay(object)->state;
  if (id == kLocation) {
    const char* path = g_value_get_string(value);
    GST_OBJECT_LOCK(object);
    state->location = path ? path : "";
    GST_OBJECT_UNLOCK(object);
  } else if (!state->kept.set(object, id, value, GST_CAT_DEFAULT)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  ReplayState* state = as_replay(object)->state;
  if (id == kLocation) {
    GST_OBJECT_LOCK(object);
    g_value_set_string(value, state->location.c_str());
    GST_OBJECT_UNLOCK(object);
  } else if (!state->kept.get(object, id, value)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void finalize(GObject* object) {
  delete as_replay(object)->state;
  G_OBJECT_CLASS(thalwegreplay_parent_class)->finalize(object);
}

#define THALWEG_FRAMES "video/x-raw(memory:NVMM), format=(string){ I420, NV12, RGBA }"
GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(THALWEG_FRAMES));
GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(THALWEG_FRAMES));

}  // namespace

static void thalwegreplay_init(ThalwegReplay* self) {
  self->state = new ReplayState;
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}

static void thalwegreplay_class_init(ThalwegReplayClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  transform->start = start;
  transform->sink_event = sink_event;
  transform->transform_ip = transform_ip;

  g_object_class_install_property(
      object, kLocation,
      g_param_spec_string(
          "location", "location", "JSON file of the objects; THALWEG_REPLAY unless set", "",
          GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)));
  KeptProperties::install(object, kFirstKept, kKept);

  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Replayed inference", "Filter/Analyzer/Video",
                                        "Adds recorded objects to batched frames, for tests",
                                        "Thalweg");
  gst_type_mark_as_plugin_api(g_type_from_name("ThalwegReplayProcessMode"), GstPluginAPIFlags(0));
  observed_class_setup(object);
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(thalwegreplay_debug, "thalwegreplay", 0, "replayed inference");
  return gst_element_register(plugin, "thalwegreplay", GST_RANK_NONE, thalwegreplay_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, thalwegreplay, "Replayed inference",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
