#include "elements/source_bin.h"

#include <initializer_list>
#include <vector>

#include "elements/nvmm_wrapper.h"
#include "elements/observed.h"

GST_DEBUG_CATEGORY_STATIC(source_bin_debug);
#define GST_CAT_DEFAULT source_bin_debug

namespace thalweg {

static void source_bin_init(ThalwegSourceBin*) {}
static void source_bin_class_init(ThalwegSourceBinClass* klass);
G_DEFINE_ABSTRACT_TYPE(ThalwegSourceBin, source_bin, GST_TYPE_BIN)

namespace {

ThalwegSourceBin* as_source(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, source_bin_get_type(), ThalwegSourceBin);
}

const ThalwegSourceBinClass* class_of(gpointer object) {
  return G_TYPE_INSTANCE_GET_CLASS(object, source_bin_get_type(), ThalwegSourceBinClass);
}

const char* name_of(ThalwegSourceBin* self) {
  return GST_OBJECT_NAME(gst_element_get_factory(GST_ELEMENT(self)));
}

/// Caps of memory:NVMM in each of the formats.
GstCaps* nvmm_caps(std::span<const char* const> formats) {
  GstCaps* caps = gst_caps_new_empty();
  for (const char* format : formats)
    gst_caps_append_structure_full(
        caps, gst_structure_new("video/x-raw", "format", G_TYPE_STRING, format, nullptr),
        gst_caps_features_new("memory:NVMM", nullptr));
  return caps;
}

GstElement* caps_filter(const char* name, GstCaps* caps) {
  GstElement* filter = gst_element_factory_make("capsfilter", name);
  g_object_set(filter, "caps", caps, nullptr);
  gst_caps_unref(caps);
  return filter;
}

/// What comes between the source and the pad, in order; empty with an element error posted.
std::vector<GstElement*> behind_source(ThalwegSourceBin* self, const SourceParts& parts) {
  const auto formats = class_of(self)->formats;
  if (parts.makes_what_is_asked) {
    GstElement* wrapper = new_nvmm_wrapper({formats.begin(), formats.end()});
    if (!parts.size) return {wrapper};
    const std::string size = parts.size, rate = parts.rate, raw = "video/x-raw,";
    return {
        caps_filter("preference", gst_caps_from_string((raw + size + "," + rate + ";" + raw + size +
                                                        ";" + raw + rate + ";video/x-raw")
                                                           .c_str())),
        wrapper};
  }
  GstElement* converter = gst_element_factory_make("nvvideoconvert", "converter");
  if (!converter) {
    GST_ELEMENT_ERROR(self, CORE, MISSING_PLUGIN,
                      ("%s: the GStreamer element nvvideoconvert is not there; reinstall Thalweg, "
                       "or run ./dev setup in a checkout.",
                       name_of(self)),
                      (nullptr));
    return {};
  }
  return {converter, caps_filter("out", nvmm_caps(formats))};
}

bool build(ThalwegSourceBin* self) {
  SourceParts parts = class_of(self)->make(self);
  if (!parts.source) {
    GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("%s: %s", name_of(self), parts.problem.c_str()),
                      (nullptr));
    return false;
  }
  g_object_set(parts.source, "num-buffers",
               int(self->properties->number(G_OBJECT(self), kNumBuffers)), "do-timestamp",
               gboolean(self->properties->number(G_OBJECT(self), kDoTimestamp)), nullptr);
  gst_bin_add(&self->parent, parts.source);
  GstElement* last = parts.source;
  const auto rest = behind_source(self, parts);
  if (rest.empty()) return false;
  for (GstElement* element : rest) {
    gst_bin_add(&self->parent, element);
    gst_element_link(last, element);
    last = element;
  }
  GstPad* target = gst_element_get_static_pad(last, "src");
  gst_ghost_pad_set_target(GST_GHOST_PAD(self->src), target);
  gst_object_unref(target);
  if (!parts.info.empty())
    GST_ELEMENT_INFO(self, RESOURCE, NOT_FOUND, ("%s: %s", name_of(self), parts.info.c_str()),
                     (nullptr));
  return true;
}

void take_apart(ThalwegSourceBin* self) {
  gst_ghost_pad_set_target(GST_GHOST_PAD(self->src), nullptr);
  while (GList* children = GST_BIN_CHILDREN(self)) {
    auto* child = GST_ELEMENT(gst_object_ref(children->data));
    gst_element_set_state(child, GST_STATE_NULL);
    gst_bin_remove(&self->parent, child);
    gst_object_unref(child);
  }
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  ThalwegSourceBin* self = as_source(element);
  if (change == GST_STATE_CHANGE_NULL_TO_READY && !build(self)) {
    take_apart(self);
    return GST_STATE_CHANGE_FAILURE;
  }
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(source_bin_parent_class)->change_state(element, change);
  if (change == GST_STATE_CHANGE_READY_TO_NULL ||
      (change == GST_STATE_CHANGE_NULL_TO_READY && result == GST_STATE_CHANGE_FAILURE))
    take_apart(self);
  return result;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (!as_source(object)->properties->set(object, id, value, GST_CAT_DEFAULT))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (!as_source(object)->properties->get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void constructed(GObject* object) {
  G_OBJECT_CLASS(source_bin_parent_class)->constructed(object);
  ThalwegSourceBin* self = as_source(object);
  self->properties = new KeptProperties(kNumBuffers, class_of(object)->properties);
  self->src = gst_ghost_pad_new_no_target_from_template(
      "src", gst_element_get_pad_template(GST_ELEMENT(self), "src"));
  gst_element_add_pad(GST_ELEMENT(self), self->src);
  // Pipelines ask before the inside is there.
  GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SOURCE);
  gst_bin_set_suppressed_flags(&self->parent,
                               GstElementFlags(GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
}

void finalize(GObject* object) {
  delete as_source(object)->properties;
  G_OBJECT_CLASS(source_bin_parent_class)->finalize(object);
}

}  // namespace

static void source_bin_class_init(ThalwegSourceBinClass* klass) {
  GST_DEBUG_CATEGORY_INIT(source_bin_debug, "thalweg-source", 0, "sources of memory:NVMM");
  G_OBJECT_CLASS(klass)->constructed = constructed;
  G_OBJECT_CLASS(klass)->finalize = finalize;
  GST_ELEMENT_CLASS(klass)->change_state = change_state;
}

void source_bin_class_setup(ThalwegSourceBinClass* klass, std::span<const char* const> formats,
                            std::span<const KeptProperty> own,
                            SourceParts (*make)(ThalwegSourceBin* self)) {
  auto* table =
      new std::vector<KeptProperty>{// lives as long as the class, which is for ever
                                    {.name = "num-buffers",
                                     .type = G_TYPE_INT,
                                     .value = "-1",
                                     .meaning = "Frames until the end of the stream, -1: no end",
                                     .minimum = -1,
                                     .used = true},
                                    {.name = "do-timestamp",
                                     .type = G_TYPE_BOOLEAN,
                                     .value = "false",
                                     .meaning = "Stamp frames with the time at which they come",
                                     .used = true}};
  table->insert(table->end(), own.begin(), own.end());
  klass->formats = formats;
  klass->properties = *table;
  klass->make = make;
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  KeptProperties::install(object, kNumBuffers, klass->properties);
  GstCaps* caps = gst_caps_simplify(nvmm_caps(formats));
  gst_element_class_add_pad_template(
      GST_ELEMENT_CLASS(klass), gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
  observed_class_setup(object);
}

}  // namespace thalweg
