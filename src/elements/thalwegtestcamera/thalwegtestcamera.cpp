#include <gst/gst.h>

#include <string>

#include "elements/kept_properties.h"
#include "elements/observed.h"

GST_DEBUG_CATEGORY_STATIC(thalwegtestcamera_debug);
#define GST_CAT_DEFAULT thalwegtestcamera_debug

// thalwegtestcamera: a moving ball in the place of a camera, live, with the properties of v4l2src.
//
// `thalweg run` registers it as v4l2src on a machine without a camera. A bin around videotestsrc;
// it says what it is by a warning on the bus when it starts.
//
//   gst-launch-1.0 thalwegtestcamera device=/dev/video0 num-buffers=90
//     ! video/x-raw,width=640,height=480,framerate=30/1 ! nveglglessink

namespace {

using namespace thalweg;

enum Property : guint { kNumBuffers = 1, kFirstKept };

constexpr GEnumValue kIoModes[] = {{0, "auto", "auto"},     {1, "rw", "rw"},
                                   {2, "mmap", "mmap"},     {3, "userptr", "userptr"},
                                   {4, "dmabuf", "dmabuf"}, {5, "dmabuf-import", "dmabuf-import"},
                                   {0, nullptr, nullptr}};

const KeptProperty kKept[] = {
    {"device", G_TYPE_STRING, "/dev/video0", "The camera that is meant"},
    {"io-mode", G_TYPE_ENUM, "0", "How pictures are taken over", kIoModes, "ThalwegCameraIoMode"},
    {"do-timestamp", G_TYPE_BOOLEAN, "false", "Stamp buffers with the current time"},
    {"blocksize", G_TYPE_UINT, "4096", "Bytes to read at a time"},
    {"brightness", G_TYPE_INT, "0", "Brightness"},
    {"contrast", G_TYPE_INT, "0", "Contrast"},
    {"hue", G_TYPE_INT, "0", "Hue"},
    {"saturation", G_TYPE_INT, "0", "Saturation"},
    {"pixel-aspect-ratio", G_TYPE_STRING, nullptr, "Pixel aspect ratio to assume"},
    {"force-aspect-ratio", G_TYPE_BOOLEAN, "true", "Enforce the pixel aspect ratio"},
};

struct CameraState {
  GstElement* source = nullptr;  // of the bin; null when GStreamer's base plugins are missing
  KeptProperties kept{kFirstKept, kKept};
};

GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));

}  // namespace

struct GstThalwegTestCamera {
  GstBin parent;
  CameraState* state;
};
struct GstThalwegTestCameraClass {
  GstBinClass parent_class;
};

static GType thalwegtestcamera_get_type();
G_DEFINE_TYPE(GstThalwegTestCamera, thalwegtestcamera, GST_TYPE_BIN)

namespace {

CameraState& state_of(gpointer object) {
  return *G_TYPE_CHECK_INSTANCE_CAST(object, thalwegtestcamera_get_type(), GstThalwegTestCamera)
              ->state;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    if (!state_of(element).source) {
      GST_ELEMENT_ERROR(element, CORE, MISSING_PLUGIN,
                        ("%s has no picture to show: there is no element videotestsrc. Install the "
                         "package gstreamer1.0-plugins-base.",
                         GST_OBJECT_NAME(element)),
                        (nullptr));
      return GST_STATE_CHANGE_FAILURE;
    }
    char* device = nullptr;
    g_object_get(element, "device", &device, nullptr);
    GST_ELEMENT_WARNING(element, RESOURCE, NOT_FOUND,
                        ("%s: this machine has no camera; a test picture takes the place of %s.",
                         GST_OBJECT_NAME(element), device ? device : "it"),
                        (nullptr));
    g_free(device);
  }
  return GST_ELEMENT_CLASS(thalwegtestcamera_parent_class)->change_state(element, transition);
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  CameraState& state = state_of(object);
  if (state.kept.set(object, id, value, GST_CAT_DEFAULT)) return;
  if (id != kNumBuffers)
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  else if (state.source)
    g_object_set_property(G_OBJECT(state.source), "num-buffers", value);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  const CameraState& state = state_of(object);
  if (state.kept.get(object, id, value)) return;
  if (id != kNumBuffers)
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  else if (state.source)
    g_object_get_property(G_OBJECT(state.source), "num-buffers", value);
}

void finalize(GObject* object) {
  delete &state_of(object);
  G_OBJECT_CLASS(thalwegtestcamera_parent_class)->finalize(object);
}

}  // namespace

static void thalwegtestcamera_init(GstThalwegTestCamera* self) {
  self->state = new CameraState;
  GstElement* source = gst_element_factory_make("videotestsrc", "picture");
  GstPadTemplate* pad_template = gst_static_pad_template_get(&src_template);
  GstPad* target = nullptr;
  if (source) {
    gst_util_set_object_arg(G_OBJECT(source), "pattern", "ball");
    g_object_set(source, "is-live", TRUE, nullptr);
    gst_bin_add(GST_BIN(self), source);
    target = gst_element_get_static_pad(source, "src");
  }
  self->state->source = source;
  gst_element_add_pad(GST_ELEMENT(self),
                      target ? gst_ghost_pad_new_from_template("src", target, pad_template)
                             : gst_ghost_pad_new_no_target_from_template("src", pad_template));
  gst_clear_object(&target);
  gst_object_unref(pad_template);
}

static void thalwegtestcamera_class_init(GstThalwegTestCameraClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  g_object_class_install_property(
      object, kNumBuffers,
      g_param_spec_int("num-buffers", "num-buffers", "Pictures before the end, -1: no end", -1,
                       G_MAXINT, -1, GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)));
  KeptProperties::install(object, kFirstKept, kKept);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Test camera", "Source/Video",
                                        "A moving ball in the place of a camera", "Thalweg");
  observed_class_setup(object);
}

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(thalwegtestcamera_debug, "thalwegtestcamera", 0, "a test camera");
  return gst_element_register(plugin, "thalwegtestcamera", GST_RANK_NONE,
                              thalwegtestcamera_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, thalwegtestcamera, "Thalweg: test camera",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
