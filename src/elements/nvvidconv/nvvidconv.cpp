// nvvidconv: the Jetson's converter, by nvvideoconvert; crops are given by their edges.
//
//   gst-launch-1.0 videotestsrc num-buffers=50 ! nvvidconv flip-method=rotate-180 !
//     'video/x-raw(memory:NVMM),format=NV12' ! nv3dsink
#include <string>

#include "elements/hardware_properties.h"
#include "elements/proxy_bin.h"

namespace {

using namespace thalweg;

enum Property : guint { kLeft = kFirstProxyProperty, kRight, kTop, kBottom };

KeptProperty edge(const char* name, const char* meaning) {
  return {.name = name,
          .type = G_TYPE_INT,
          .value = "0",
          .meaning = meaning,
          .minimum = 0,
          .used = true};
}

const KeptProperty kProperties[] = {
    edge("left", "Left edge of the part of the input to take, pixels"),
    edge("right", "Right edge of that part, exclusive; 0: all"),
    edge("top", "Top edge of that part"),
    edge("bottom", "Bottom edge of that part, exclusive; 0: all"),
    {.name = "flip-method",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "Rotate or mirror the picture",
     .enum_values = kFlips,
     .enum_name = "GstNvVideoFlipMethod",
     .used = true},
    {.name = "interpolation-method",
     .type = G_TYPE_ENUM,
     .value = "6",
     .meaning = "Filter for scaling",
     .enum_values = kInterpolations,
     .enum_name = "GstNvInterpolationMethod",
     .used = true},
    {"silent", G_TYPE_BOOLEAN, "false", "No logging"},
    {"output-buffers", G_TYPE_UINT, "4", "Number of output buffers", nullptr, nullptr, 1},
    {"bl-output", G_TYPE_BOOLEAN, "false", "Block-linear NV12 output"},
    {"bufapi-version", G_TYPE_BOOLEAN, "false", "Version of the buffer interface"},
};

constexpr char kCaps[] =
    "video/x-raw(memory:NVMM), format={I420,NV12,RGBA,BGRx,RGB,BGR,GRAY8,UYVY}; "
    "video/x-raw, format={I420,NV12,RGBA,BGRx,RGB,BGR,GRAY8,UYVY,YUY2}";

/// Edges into nvvideoconvert's "left:top:width:height"; nothing until a part is given.
void changed(ThalwegProxyBin* self, guint id) {
  if (id > kBottom || !self->inner) return;
  const auto edge = [&](Property property) {
    return self->properties->number(G_OBJECT(self), property);
  };
  const gint64 width = edge(kRight) - edge(kLeft), height = edge(kBottom) - edge(kTop);
  std::string crop;
  if (width > 0 && height > 0)
    crop = std::to_string(edge(kLeft)) + ":" + std::to_string(edge(kTop)) + ":" +
           std::to_string(width) + ":" + std::to_string(height);
  g_object_set(self->inner, "src-crop", crop.c_str(), nullptr);
}

}  // namespace

struct GstNvVidConv {
  ThalwegProxyBin parent;
};
struct GstNvVidConvClass {
  ThalwegProxyBinClass parent;
};

static GType nvvidconv_get_type();
G_DEFINE_TYPE(GstNvVidConv, nvvidconv, proxy_bin_get_type())

static void nvvidconv_init(GstNvVidConv*) {}

static void nvvidconv_class_init(GstNvVidConvClass* klass) {
  klass->parent.changed = changed;
  proxy_bin_class_setup(&klass->parent, "nvvideoconvert", "thalweg", kCaps, kProperties);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Video converter of the Jetson",
                                        "Filter/Converter/Video/Scaler",
                                        "Converts format, size and memory of video", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvvidconv", GST_RANK_NONE, nvvidconv_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvvidconv,
                  "Thalweg: video converter of the Jetson", plugin_init, THALWEG_VERSION,
                  "Apache 2.0", "Thalweg", "https://github.com")
