#include "elements/observed.h"

#include <memory>
#include <string>
#include <utility>

#include "gstnvdsmeta.h"
#include "nvds_latency_meta.h"

namespace thalweg {
namespace {

constexpr guint kStats = 0xffff;  // no element has so many properties

/// The methods of a class that come after ours.
struct Methods {
  void (*constructed)(GObject*) = nullptr;
  void (*get_property)(GObject*, guint, GValue*, GParamSpec*) = nullptr;
  gboolean (*post_message)(GstElement*, GstMessage*) = nullptr;
  MoreStats more = nullptr;
};

GQuark methods_quark() {
  static const GQuark quark = g_quark_from_static_string("thalweg-observed-methods");
  return quark;
}

GQuark counts_quark() {
  static const GQuark quark = g_quark_from_static_string("thalweg-frame-counts");
  return quark;
}

/// Those of a class; it lives for ever, as classes do.
Methods& methods_of(GType type) {
  auto* methods = static_cast<Methods*>(g_type_get_qdata(type, methods_quark()));
  if (!methods) g_type_set_qdata(type, methods_quark(), methods = new Methods);
  return *methods;
}

Methods& methods_of(gpointer object) { return methods_of(G_OBJECT_TYPE(object)); }

// ---- frames

uint64_t frames_in(GstBuffer* buffer) {
  const NvDsBatchMeta* meta = gst_buffer_get_nvds_batch_meta(buffer);
  return meta ? meta->num_frames_in_batch : 1;
}

/// Calls `use(buffer)` for each buffer of a probe.
template <class Use>
void for_each_buffer(GstPadProbeInfo* info, Use use) {
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) return use(GST_PAD_PROBE_INFO_BUFFER(info));
  GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
  for (guint i = 0; i < gst_buffer_list_length(list); ++i) use(gst_buffer_list_get(list, i));
}

/// Notes in the metadata of a batch that it was in this element. An element inside of another one
/// that does so is a part of that.
void note_latency(GstElement* element, GstBuffer* batch, int64_t inside_ns) {
  GstObject* parent = gst_object_get_parent(GST_OBJECT(element));
  const bool is_part = parent && g_object_get_qdata(G_OBJECT(parent), counts_quark());
  if (parent) gst_object_unref(parent);
  if (is_part) return;
  // At the exit, so that no batch has a note of an element that it has not left.
  const NvDsUserMeta* user = nvds_set_input_system_timestamp(batch, GST_OBJECT_NAME(element));
  auto* entry = static_cast<NvDsMetaCompLatency*>(user->user_meta_data);
  entry->out_system_timestamp = entry->in_system_timestamp;
  entry->in_system_timestamp -= double(inside_ns) / 1e6;
}

GstPadProbeReturn on_entry(GstPad*, GstPadProbeInfo* info, gpointer data) {
  for_each_buffer(info, [&](GstBuffer* buffer) {
    static_cast<FrameCounts*>(data)->enter(frames_in(buffer), GST_BUFFER_PTS(buffer),
                                           int64_t(gst_util_get_timestamp()));
  });
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn on_exit(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  for_each_buffer(info, [&](GstBuffer* buffer) {
    const int64_t inside = static_cast<FrameCounts*>(data)->leave(
        frames_in(buffer), GST_BUFFER_PTS(buffer), int64_t(gst_util_get_timestamp()));
    if (nvds_enable_latency_measurement && inside >= 0 && gst_buffer_get_nvds_batch_meta(buffer))
      note_latency(GST_ELEMENT(GST_OBJECT_PARENT(pad)), buffer, inside);
  });
  return GST_PAD_PROBE_OK;
}

void constructed(GObject* object) {
  auto* counts = new FrameCounts;
  g_object_set_qdata_full(object, counts_quark(), counts,
                          [](gpointer data) { delete static_cast<FrameCounts*>(data); });
  methods_of(object).constructed(object);
  for (const auto& [name, probe] : {std::pair{"sink", &on_entry}, {"src", &on_exit}}) {
    GstPad* pad = gst_element_get_static_pad(GST_ELEMENT(object), name);
    if (!pad) continue;
    gst_pad_add_probe(pad,
                      GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
                      probe, counts, nullptr);
    gst_object_unref(pad);
  }
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  const Methods& methods = methods_of(object);
  if (id != kStats) return methods.get_property(object, id, value, spec);
  const GstElementFactory* factory = gst_element_get_factory(GST_ELEMENT(object));
  const std::string name = std::string(GST_OBJECT_NAME(factory)) + "-stats";
  GstStructure* stats = gst_structure_new_empty(name.c_str());
  frame_counts(object).write(stats);
  if (methods.more) methods.more(object, stats);
  g_value_take_boxed(value, stats);
}

// ---- errors

/// A field of an error message: the name of the graph that was written of it, without ".dot".
constexpr const char* kGraph = "thalweg-graph";

/// Writes the graph of the pipeline of `element`, which posts `error`, and notes that there.
void write_graph(GstElement* element, GstMessage* error) {
  auto* top = GST_OBJECT(gst_object_ref(element));
  while (GstObject* parent = gst_object_get_parent(top)) {
    gst_object_unref(top);
    top = parent;
  }
  if (GST_IS_BIN(top)) {
    const std::unique_ptr<char, decltype(&g_free)> of_pipeline(gst_object_get_name(top), g_free),
        of_element(gst_object_get_name(GST_OBJECT(element)), g_free);
    const std::string name = std::string(of_pipeline.get()) + "-error-" + of_element.get();
    // No properties: an element may have locked them when it fails.
    gst_debug_bin_to_dot_file(
        GST_BIN(top),
        GstDebugGraphDetails(GST_DEBUG_GRAPH_SHOW_MEDIA_TYPE | GST_DEBUG_GRAPH_SHOW_CAPS_DETAILS |
                             GST_DEBUG_GRAPH_SHOW_STATES),
        name.c_str());
    if (gst_message_is_writable(error))
      gst_structure_set(gst_message_writable_structure(error), kGraph, G_TYPE_STRING, name.c_str(),
                        nullptr);
  }
  gst_object_unref(top);
}

gboolean post_message(GstElement* element, GstMessage* message) {
  // Of a bin's child only what the bin does not keep to itself comes here, perhaps drawn by then.
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR && g_getenv("GST_DEBUG_DUMP_DOT_DIR") &&
      !gst_structure_has_field(gst_message_get_structure(message), kGraph))
    write_graph(element, message);
  return methods_of(element).post_message(element, message);
}

}  // namespace

FrameCounts& frame_counts(gpointer element) {
  return *static_cast<FrameCounts*>(g_object_get_qdata(G_OBJECT(element), counts_quark()));
}

void observed_errors(GObjectClass* klass) {
  auto* element = GST_ELEMENT_CLASS(klass);
  methods_of(G_TYPE_FROM_CLASS(klass)).post_message = element->post_message;
  element->post_message = post_message;
}

void observed_class_setup(GObjectClass* klass, const char* what_more, MoreStats more) {
  Methods& methods = methods_of(G_TYPE_FROM_CLASS(klass));
  methods.constructed = klass->constructed;
  methods.get_property = klass->get_property;
  methods.more = more;
  klass->constructed = constructed;
  klass->get_property = get_property;
  observed_errors(klass);
  const std::string blurb =
      std::string(
          "Counts since the element was made: frames in, out and dropped, buffers, and the "
          "nanoseconds that those were inside") +
      what_more;
  g_object_class_install_property(
      klass, kStats,
      g_param_spec_boxed(
          "stats", "stats", blurb.c_str(), GST_TYPE_STRUCTURE,
          GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_NAME | G_PARAM_STATIC_NICK)));
}

}  // namespace thalweg
