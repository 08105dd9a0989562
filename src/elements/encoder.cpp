#include "elements/encoder.h"

#include <initializer_list>

#include "elements/observed.h"

namespace thalweg {

struct EncoderState {
  GstPad *sink = nullptr, *src = nullptr;  // ghost pads, of the bin
  GstElement* inner = nullptr;             // of the bin, from READY on; under the object lock
};

static void encoder_init(ThalwegEncoder* self);
static void encoder_class_init(ThalwegEncoderClass* klass);
G_DEFINE_ABSTRACT_TYPE(ThalwegEncoder, encoder, GST_TYPE_BIN)

namespace {

ThalwegEncoder* as_encoder(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, encoder_get_type(), ThalwegEncoder);
}

const char* factory_name(GstElement* element) {
  return GST_OBJECT_NAME(gst_element_get_factory(element));
}

GstElement* caps_filter(const char* name, GstCaps* caps) {
  GstElement* filter = gst_element_factory_make("capsfilter", name);
  g_object_set(filter, "caps", caps, nullptr);
  gst_caps_unref(caps);
  return filter;
}

void set_target(GstPad* ghost, GstElement* element, const char* name) {
  GstPad* target = gst_element_get_static_pad(element, name);
  gst_ghost_pad_set_target(GST_GHOST_PAD(ghost), target);
  gst_object_unref(target);
}

bool build(ThalwegEncoder* self) {
  EncoderState& state = *self->state;
  auto* klass = G_TYPE_INSTANCE_GET_CLASS(self, encoder_get_type(), ThalwegEncoderClass);
  EncoderParts parts;
  if (!klass->make_parts(self, parts)) return false;

  GstBin* bin = &self->parent;
  GstElement* encoder = parts.encoder;
  GstElement* reader = new_frame_reader(klass->reader);
  GstElement* filter = caps_filter("out", parts.out_caps);
  gst_bin_add_many(bin, reader, encoder, filter, nullptr);
  if (parts.parser) gst_bin_add(bin, parts.parser);
  bool linked = parts.parser ? gst_element_link_many(encoder, parts.parser, filter, nullptr)
                             : gst_element_link(encoder, filter);
  if (parts.raw_format) {
    GstElement* converter = gst_element_factory_make("videoconvert", "converter");
    if (!converter) {
      encoder_post_missing(self,
                           "this profile needs the GStreamer element videoconvert, which is not "
                           "installed; install the package gstreamer1.0-plugins-base.");
      return false;
    }
    GstElement* format = caps_filter(
        "format",
        gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, parts.raw_format, nullptr));
    gst_bin_add_many(bin, converter, format, nullptr);
    linked = linked && gst_element_link_many(reader, converter, format, encoder, nullptr);
  } else {
    linked = linked && gst_element_link(reader, encoder);
  }
  if (!linked) {
    GST_ELEMENT_ERROR(self, CORE, NEGOTIATION,
                      ("%s: the encoder %s does not fit: it cannot give this profile; choose "
                       "another one.",
                       factory_name(GST_ELEMENT(self)), factory_name(encoder)),
                      (nullptr));
    return false;
  }
  set_target(state.sink, reader, "sink");
  set_target(state.src, filter, "src");
  GST_OBJECT_LOCK(self);
  state.inner = encoder;
  GST_OBJECT_UNLOCK(self);
  return true;
}

void take_apart(ThalwegEncoder* self) {
  EncoderState& state = *self->state;
  GST_OBJECT_LOCK(self);
  state.inner = nullptr;
  GST_OBJECT_UNLOCK(self);
  gst_ghost_pad_set_target(GST_GHOST_PAD(state.sink), nullptr);
  gst_ghost_pad_set_target(GST_GHOST_PAD(state.src), nullptr);
  for (const char* name : {"reader", "converter", "format", "encoder", "parser", "out"}) {
    if (GstElement* child = gst_bin_get_by_name(&self->parent, name)) {
      gst_element_set_state(child, GST_STATE_NULL);
      gst_bin_remove(&self->parent, child);
      gst_object_unref(child);
    }
  }
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  ThalwegEncoder* self = as_encoder(element);
  if (change == GST_STATE_CHANGE_NULL_TO_READY && !build(self)) {
    take_apart(self);
    return GST_STATE_CHANGE_FAILURE;
  }
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(encoder_parent_class)->change_state(element, change);
  if (change == GST_STATE_CHANGE_READY_TO_NULL ||
      (change == GST_STATE_CHANGE_NULL_TO_READY && result == GST_STATE_CHANGE_FAILURE))
    take_apart(self);
  return result;
}

GstPad* add_pad(GstElement* element, const char* name) {
  GstPad* pad =
      gst_ghost_pad_new_no_target_from_template(name, gst_element_get_pad_template(element, name));
  gst_element_add_pad(element, pad);
  return pad;
}

void constructed(GObject* object) {
  G_OBJECT_CLASS(encoder_parent_class)->constructed(object);
  EncoderState& state = *as_encoder(object)->state;
  state.sink = add_pad(GST_ELEMENT(object), "sink");
  state.src = add_pad(GST_ELEMENT(object), "src");
}

void finalize(GObject* object) {
  delete as_encoder(object)->state;
  G_OBJECT_CLASS(encoder_parent_class)->finalize(object);
}

}  // namespace

static void encoder_init(ThalwegEncoder* self) { self->state = new EncoderState; }

static void encoder_class_init(ThalwegEncoderClass* klass) {
  G_OBJECT_CLASS(klass)->constructed = constructed;
  G_OBJECT_CLASS(klass)->finalize = finalize;
  GST_ELEMENT_CLASS(klass)->change_state = change_state;
}

void encoder_class_setup(ThalwegEncoderClass* klass, const FrameReaderOptions& reader,
                         const char* src_caps,
                         bool (*make_parts)(ThalwegEncoder* self, EncoderParts& parts)) {
  klass->reader = reader;
  klass->make_parts = make_parts;
  auto* element = GST_ELEMENT_CLASS(klass);
  GstCaps *sink = gst_caps_from_string(kFrameCaps), *src = gst_caps_from_string(src_caps);
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, sink));
  gst_element_class_add_pad_template(element,
                                     gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, src));
  gst_caps_unref(sink);
  gst_caps_unref(src);
  observed_class_setup(G_OBJECT_CLASS(klass));
}

GstElement* encoder_ref_inner(ThalwegEncoder* self) {
  GST_OBJECT_LOCK(self);
  GstElement* inner = self->state->inner;
  if (inner) gst_object_ref(inner);
  GST_OBJECT_UNLOCK(self);
  return inner;
}

void encoder_post_missing(ThalwegEncoder* self, const char* what) {
  GST_ELEMENT_ERROR(self, CORE, MISSING_PLUGIN, ("%s: %s", factory_name(GST_ELEMENT(self)), what),
                    (nullptr));
}

}  // namespace thalweg
