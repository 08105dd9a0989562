// nvdrmvideosink: shows frames as nveglglessink does: in a window, not on the bare screen.
//
//   gst-launch-1.0 videotestsrc num-buffers=50 ! nvdrmvideosink
//
// The environment variable THALWEG_DISPLAY chooses where frames go (elements/display_sink.h).
#include "elements/display_sink.h"

namespace {

using namespace thalweg;

constexpr GEnumValue kRanges[] = {{0, "Limited range", "limited"},
                                  {1, "Full range", "full"},
                                  {2, "As the display has it", "default"},
                                  {0, nullptr, nullptr}};

const KeptProperty kProperties[] = {
    {.name = "conn-id", .type = G_TYPE_INT, .value = "-1", .meaning = "Connector", .minimum = -1},
    {.name = "plane-id", .type = G_TYPE_INT, .value = "-1", .meaning = "Plane", .minimum = -1},
    {"set-mode", G_TYPE_BOOLEAN, "false", "Set the display's mode"},
    {"offset-x", G_TYPE_INT, "0", "Left edge of the frame"},
    {"offset-y", G_TYPE_INT, "0", "Top edge of the frame"},
    {"color-range", G_TYPE_ENUM, "2", "Range of the display's colours", kRanges,
     "GstThalwegDrmColorRange"},
};

}  // namespace

struct GstNvDrmVideoSink {
  ThalwegDisplaySink parent;
};
struct GstNvDrmVideoSinkClass {
  ThalwegDisplaySinkClass parent;
};

static GType nvdrmvideosink_get_type();
G_DEFINE_TYPE(GstNvDrmVideoSink, nvdrmvideosink, display_sink_get_type())

static void nvdrmvideosink_init(GstNvDrmVideoSink*) {}

static void nvdrmvideosink_class_init(GstNvDrmVideoSinkClass* klass) {
  display_sink_class_setup(&klass->parent, kProperties);
  gst_element_class_set_static_metadata(
      GST_ELEMENT_CLASS(klass), "Display of memory:NVMM", "Sink/Video",
      "Shows frames in a window, or writes them to a file", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvdrmvideosink", GST_RANK_NONE, nvdrmvideosink_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvdrmvideosink, "Thalweg: display",
                  plugin_init, THALWEG_VERSION, "Apache 2.0", "Thalweg", "https://github.com")
