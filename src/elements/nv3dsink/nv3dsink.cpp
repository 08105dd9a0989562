// nv3dsink: shows frames in a window, as nveglglessink does.
//
//   gst-launch-1.0 videotestsrc num-buffers=50 ! nv3dsink
//
// The environment variable THALWEG_DISPLAY chooses where frames go (elements/display_sink.h).
#include "elements/display_sink.h"

namespace {

using namespace thalweg;

const KeptProperty kProperties[] = {
    {"window-x", G_TYPE_UINT, "10", "Left edge of the window"},
    {"window-y", G_TYPE_UINT, "10", "Top edge of the window"},
    {"window-width", G_TYPE_UINT, "0", "Width of the window, 0: the frame's"},
    {"window-height", G_TYPE_UINT, "0", "Height of the window, 0: the frame's"},
};

}  // namespace

struct GstNv3dSink {
  ThalwegDisplaySink parent;
};
struct GstNv3dSinkClass {
  ThalwegDisplaySinkClass parent;
};

static GType nv3dsink_get_type();
G_DEFINE_TYPE(GstNv3dSink, nv3dsink, display_sink_get_type())

static void nv3dsink_init(GstNv3dSink*) {}

static void nv3dsink_class_init(GstNv3dSinkClass* klass) {
  display_sink_class_setup(&klass->parent, kProperties);
  gst_element_class_set_static_metadata(
      GST_ELEMENT_CLASS(klass), "Display of memory:NVMM", "Sink/Video",
      "Shows frames in a window, or writes them to a file", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nv3dsink", GST_RANK_NONE, nv3dsink_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nv3dsink, "Thalweg: display", plugin_init,
                  THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
