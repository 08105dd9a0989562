// nvvideotestsrc: test pictures in memory:NVMM, by videotestsrc.
//
//   gst-launch-1.0 nvvideotestsrc num-buffers=100 ! nveglglessink
//
// 1280x720 at 60 frames a second where nobody asks for others. videotestsrc has no Mandelbrot set;
// its zone plate stands for it.
#include "elements/source_bin.h"

namespace {

using namespace thalweg;

constexpr const char* kFormats[] = {"I420", "NV12", "RGBA", "UYVY"};

enum Property : guint {
  kPattern = kFirstOwn,
  kAnimationMode,
  kIsLive,
  kHorizontalSpeed,
  kLocation,
};

enum Pattern { kSmpte, kMandelbrot, kGradient };
constexpr GEnumValue kPatterns[] = {{kSmpte, "SMPTE color bars", "smpte"},
                                    {kMandelbrot, "Mandelbrot set", "mandelbrot"},
                                    {kGradient, "Gradient", "gradient"},
                                    {0, nullptr, nullptr}};
constexpr GEnumValue kAnimationModes[] = {{0, "Frame count", "frames"},
                                          {1, "Wall clock time", "wall-time"},
                                          {2, "Running time", "running-time"},
                                          {0, nullptr, nullptr}};
constexpr GEnumValue kMemoryTypes[] = {{1, "Host/Pinned CUDA memory", "host"},
                                       {2, "Device CUDA memory", "device"},
                                       {3, "Unified CUDA memory", "unified"},
                                       {0, nullptr, nullptr}};

const KeptProperty kProperties[] = {
    {.name = "pattern",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "What is shown",
     .enum_values = kPatterns,
     .enum_name = "GstNvVideoTestSrcPattern",
     .used = true},
    {.name = "animation-mode",
     .type = G_TYPE_ENUM,
     .value = "0",
     .meaning = "What moves the picture on",
     .enum_values = kAnimationModes,
     .enum_name = "GstNvVideoTestSrcAnimationMode",
     .used = true},
    {.name = "is-live",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Give frames at their time",
     .used = true},
    {.name = "horizontal-speed",
     .type = G_TYPE_INT,
     .value = "0",
     .meaning = "Pixels that the picture moves a frame",
     .used = true},
    {.name = "location",
     .type = G_TYPE_STRING,
     .value = nullptr,
     .meaning = "Raw file to read (not supported)",
     .used = true},
    {"gpu-id", G_TYPE_UINT, "0", "GPU to use"},
    {"memtype", G_TYPE_ENUM, "2", "Memory of the frames", kMemoryTypes, "GstThalwegTestMemoryType"},
    {"file-loop", G_TYPE_BOOLEAN, "false", "Read the file again and again"},
    {"max-jitter", G_TYPE_UINT, "0", "Most jitter to insert, ms"},
    {"fixed-jitter", G_TYPE_STRING, "", "Jitter to insert, ms, \"30;40\""},
};

SourceParts make(ThalwegSourceBin* self) {
  SourceParts parts{.size = "width=1280,height=720", .rate = "framerate=60/1"};
  const auto number = [&](guint id) { return int(self->properties->number(G_OBJECT(self), id)); };
  const std::string location = self->properties->text(G_OBJECT(self), kLocation);
  if (!location.empty()) {
    parts.problem = "property location is \"" + location +
                    "\", but raw files are not read here; use filesrc ! rawvideoparse ! "
                    "nvvideoconvert instead.";
    return parts;
  }
  parts.source = gst_element_factory_make("videotestsrc", "source");
  if (!parts.source) {
    parts.problem =
        "the GStreamer element videotestsrc is not installed; install the package "
        "gstreamer1.0-plugins-base.";
    return parts;
  }
  constexpr const char* kNames[] = {"smpte", "zone-plate", "gradient"};
  gst_util_set_object_arg(G_OBJECT(parts.source), "pattern", kNames[number(kPattern)]);
  g_object_set(parts.source, "animation-mode", number(kAnimationMode), "is-live", number(kIsLive),
               "horizontal-speed", number(kHorizontalSpeed), nullptr);
  if (number(kPattern) == kMandelbrot)  // without these it is gray
    g_object_set(parts.source, "kx2", 20, "ky2", 20, "kt", 1, nullptr);
  return parts;
}

}  // namespace

struct GstNvVideoTestSrc {
  ThalwegSourceBin parent;
};
struct GstNvVideoTestSrcClass {
  ThalwegSourceBinClass parent;
};

static GType nvvideotestsrc_get_type();
G_DEFINE_TYPE(GstNvVideoTestSrc, nvvideotestsrc, source_bin_get_type())

static void nvvideotestsrc_init(GstNvVideoTestSrc*) {}

static void nvvideotestsrc_class_init(GstNvVideoTestSrcClass* klass) {
  source_bin_class_setup(&klass->parent, kFormats, kProperties, make);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "test source of memory:NVMM",
                                        "Source/Video", "Makes test pictures", "Thalweg");
}

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_element_register(plugin, "nvvideotestsrc", GST_RANK_NONE, nvvideotestsrc_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, nvvideotestsrc,
                  "Thalweg: test source of memory:NVMM", plugin_init, THALWEG_VERSION, "Apache 2.0",
                  "Thalweg", "https://github.com")
