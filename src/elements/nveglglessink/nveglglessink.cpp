// nveglglessink: shows frames in a window, writes them to a file, or only keeps them in time.
//
//   gst-launch-1.0 videotestsrc num-buffers=50 ! nveglglessink
//
// The environment variable THALWEG_DISPLAY chooses where frames go (elements/display_sink.h).
// A batch of several frames is shown as rows x columns tiles; with 1 x 1, its first frame.
#include "elements/display_sink.h"

namespace {

using namespace thalweg;

const KeptProperty kProperties[] = {
    {.name = "force-aspect-ratio",
     .type = G_TYPE_BOOLEAN,
     .value = "true",
     .meaning = "Keep the frame's proportions in a window of others",
     .used = true},
    {.name = "rows",
     .type = G_TYPE_UINT,
     .value = "1",
     .meaning = "Rows of tiles of a batch",
     .minimum = 1,
     .maximum = 64,
     .used = true},
    {.name = "columns",
     .type = G_TYPE_UINT,
     .value = "1",
     .meaning = "Columns of tiles of a batch",
     .minimum = 1,
     .maximum = 64,
     .used = true},
    {"create-window", G_TYPE_BOOLEAN, "true", "Make a window"},
    {"window-x", G_TYPE_UINT, "10", "Left edge of the window"},
    {"window-y", G_TYPE_UINT, "10", "Top edge of the window"},
    {"window-width", G_TYPE_UINT, "0", "Width of the window, 0: the frame's"},
    {"window-height", G_TYPE_UINT, "0", "Height of the window, 0: the frame's"},
    {"profile", G_TYPE_INT, "0", "Print statistics"},
    {"winsys", G_TYPE_STRING, "x11", "Windowing system"},
    {"show-latency", G_TYPE_BOOLEAN, "false", "Show the latency"},
    {"gpu-id", G_TYPE_UINT, "0", "GPU to use"},
    {"bufapi-version", G_TYPE_BOOLEAN, "false", "Version of the buffer interface"},
};

}  // namespace

struct GstNvEglGlesSink {
  ThalwegDisplaySink parent;
};
struct GstNvEglGlesSinkClass {
  ThalwegDisplaySinkClass parent;
};

static GType nveglglessink_get_type();
G_DEFINE_TYPE(GstNvEglGlesSink, nveglglessink, display_sink_get_type())

static void nveglglessink_init(GstNvEglGlesSink*) {}

static void nveglglessink_class_init(GstNvEglGlesSinkClass* klass) {
  display_sink_class_setup(&klass->parent, kProperties);
  gst_element_class_set_static_metadata(
      GST_ELEMENT_CLASS(klass), "Display of memory:NVMM", "Sink/Video",
      "Shows frames in a window, or writes them to a file", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nveglglessink", GST_RANK_NONE, nveglglessink_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nveglglessink, "Thalweg: display",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
