// nvv4l2camerasrc: frames of a V4L2 camera in memory:NVMM.
//
// Reads the device by v4l2src, which has to give raw video. Where there is no such camera a test
// source stands for it, and an INFO message says so.
//
//   gst-launch-1.0 nvv4l2camerasrc num-buffers=100 ! nvvideoconvert ! nveglglessink
#include "elements/camera.h"
#include "elements/source_bin.h"

namespace {

using namespace thalweg;

constexpr const char* kFormats[] = {"UYVY"};

enum Property : guint { kDevice = kFirstOwn };

const KeptProperty kProperties[] = {
    {.name = "device",
     .type = G_TYPE_STRING,
     .value = "/dev/video0",
     .meaning = "Device of the camera",
     .used = true},
    {"cap-buffers", G_TYPE_UINT, "4", "Buffers of the device"},
    {"bufapi-version", G_TYPE_BOOLEAN, "false", "Version of the buffer interface"},
};

SourceParts make(ThalwegSourceBin* self) {
  return camera_parts(self->properties->text(G_OBJECT(self), kDevice), "width=640,height=480");
}

}  // namespace

struct GstNvV4l2CameraSrc {
  ThalwegSourceBin parent;
};
struct GstNvV4l2CameraSrcClass {
  ThalwegSourceBinClass parent;
};

static GType nvv4l2camerasrc_get_type();
G_DEFINE_TYPE(GstNvV4l2CameraSrc, nvv4l2camerasrc, source_bin_get_type())

static void nvv4l2camerasrc_init(GstNvV4l2CameraSrc*) {}

static void nvv4l2camerasrc_class_init(GstNvV4l2CameraSrcClass* klass) {
  source_bin_class_setup(&klass->parent, kFormats, kProperties, make);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "camera source of memory:NVMM",
                                        "Source/Video", "Gives the frames of a camera", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvv4l2camerasrc", GST_RANK_NONE, nvv4l2camerasrc_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvv4l2camerasrc,
                  "Thalweg: camera source of memory:NVMM", plugin_init, THALWEG_VERSION,
                  "Apache 2.0", "Thalweg", "https://github.com")
