// nvegltransform: hands frames of memory:NVMM on under the name that EGL displays know.
//
// On a Jetson it makes EGL images for nveglglessink. Here both are host memory, so buffers pass as
// they are, and only their caps change.
//
//   gst-launch-1.0 videotestsrc num-buffers=50 ! nvvideoconvert ! 'video/x-raw(memory:NVMM)' !
//     nvegltransform ! nveglglessink
#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#include "elements/observed.h"
#include "elements/transforms.h"
#include "surface/batch.h"

namespace {

constexpr char kEglFeature[] = "memory:EGLImage";

}  // namespace

struct GstNvEglTransform {
  GstBaseTransform parent;
};
struct GstNvEglTransformClass {
  GstBaseTransformClass parent;
};

static GType nvegltransform_get_type();
G_DEFINE_TYPE(GstNvEglTransform, nvegltransform, GST_TYPE_BASE_TRANSFORM)

namespace {

GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw(memory:NVMM)"));
GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw(memory:EGLImage)"));

/// The same frames, named for the other side.
GstCaps* transform_caps(GstBaseTransform*, GstPadDirection from, GstCaps* caps, GstCaps* filter) {
  GstCaps* result = gst_caps_copy(caps);
  for (guint i = 0; i < gst_caps_get_size(result); ++i)
    gst_caps_set_features(
        result, i,
        gst_caps_features_new(from == GST_PAD_SINK ? kEglFeature : thalweg::kNvmmFeature, nullptr));
  return thalweg::filtered_caps(result, filter);
}

GstFlowReturn prepare_output_buffer(GstBaseTransform*, GstBuffer* in, GstBuffer** out) {
  *out = in;
  return GST_FLOW_OK;
}

GstFlowReturn transform_ip(GstBaseTransform*, GstBuffer*) { return GST_FLOW_OK; }

}  // namespace

static void nvegltransform_init(GstNvEglTransform* self) {
  gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
}

static void nvegltransform_class_init(GstNvEglTransformClass* klass) {
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* base = GST_BASE_TRANSFORM_CLASS(klass);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "memory:NVMM for EGL displays", "Filter/Video",
                                        "Hands frames on to nveglglessink, as they are", "Thalweg");
  gst_element_class_add_static_metadata(element, "thalweg-state", "passes through");
  base->transform_caps = transform_caps;
  base->prepare_output_buffer = prepare_output_buffer;
  base->transform_ip = transform_ip;
  thalweg::observed_class_setup(G_OBJECT_CLASS(klass));
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvegltransform", GST_RANK_NONE, nvegltransform_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvegltransform,
                  "Thalweg: memory:NVMM for EGL displays", plugin_init, THALWEG_VERSION,
                  "Apache 2.0", "Thalweg", "https://github.com")
