// nvarguscamerasrc: frames of camera number sensor-id in memory:NVMM.
//
// Reads /dev/video<sensor-id> by v4l2src, which has to give raw video. Where there is no such
// camera a test source stands for it, and an INFO message says so.
//
//   gst-launch-1.0 nvarguscamerasrc num-buffers=100 !
//     'video/x-raw(memory:NVMM),width=1280,height=720,framerate=30/1' ! nveglglessink
#include "elements/camera.h"
#include "elements/source_bin.h"

namespace {

using namespace thalweg;

constexpr const char* kFormats[] = {"NV12"};

enum Property : guint { kSensorId = kFirstOwn };

const KeptProperty kProperties[] = {
    {.name = "sensor-id",
     .type = G_TYPE_INT,
     .value = "0",
     .meaning = "Number of the camera: /dev/video<number>",
     .minimum = 0,
     .maximum = 255,
     .used = true},
    {.name = "sensor-mode",
     .type = G_TYPE_INT,
     .value = "-1",
     .meaning = "Mode of the sensor",
     .minimum = -1,
     .maximum = 255},
    {"bufapi-version", G_TYPE_BOOLEAN, "false", "Version of the buffer interface"},
};

SourceParts make(ThalwegSourceBin* self) {
  const gint64 sensor = self->properties->number(G_OBJECT(self), kSensorId);
  return camera_parts("/dev/video" + std::to_string(sensor), "width=1920,height=1080");
}

}  // namespace

struct GstNvArgusCameraSrc {
  ThalwegSourceBin parent;
};
struct GstNvArgusCameraSrcClass {
  ThalwegSourceBinClass parent;
};

static GType nvarguscamerasrc_get_type();
G_DEFINE_TYPE(GstNvArgusCameraSrc, nvarguscamerasrc, source_bin_get_type())

static void nvarguscamerasrc_init(GstNvArgusCameraSrc*) {}

static void nvarguscamerasrc_class_init(GstNvArgusCameraSrcClass* klass) {
  source_bin_class_setup(&klass->parent, kFormats, kProperties, make);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "camera source of memory:NVMM",
                                        "Source/Video", "Gives the frames of a camera", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvarguscamerasrc", GST_RANK_NONE,
                              nvarguscamerasrc_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvarguscamerasrc,
                  "Thalweg: camera source of memory:NVMM", plugin_init, THALWEG_VERSION,
                  "Apache 2.0", "Thalweg", "https://github.com")
