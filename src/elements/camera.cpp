#include "elements/camera.h"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace thalweg {
namespace {

/// Why `device` is no camera that can be read, or "".
std::string why_no_camera(const std::string& device) {
  const int file = open(device.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) {
    const std::string reason = std::strerror(errno);
    return "there is no camera " + device + " that can be opened (" + reason + ")";
  }
  v4l2_capability capability{};
  const bool answers = ioctl(file, VIDIOC_QUERYCAP, &capability) == 0;
  close(file);
  const unsigned can = capability.capabilities & V4L2_CAP_DEVICE_CAPS ? capability.device_caps
                                                                      : capability.capabilities;
  return answers && (can & V4L2_CAP_VIDEO_CAPTURE) ? "" : device + " is no camera";
}

}  // namespace

SourceParts camera_parts(const std::string& device, const char* size) {
  SourceParts parts;
  std::string why_not = why_no_camera(device);
  if (why_not.empty()) {
    parts.source = gst_element_factory_make("v4l2src", "source");
    if (parts.source) {
      g_object_set(parts.source, "device", device.c_str(), nullptr);
      parts.makes_what_is_asked = false;
      return parts;
    }
    why_not = "the GStreamer element v4l2src is not installed (package gstreamer1.0-plugins-good)";
  }
  parts.source = gst_element_factory_make("videotestsrc", "source");
  if (!parts.source) {
    parts.problem = why_not +
                    ", and the GStreamer element videotestsrc that would stand for it is not "
                    "installed; install the package gstreamer1.0-plugins-base.";
    return parts;
  }
  g_object_set(parts.source, "is-live", TRUE, nullptr);
  parts.size = size;
  parts.rate = "framerate=30/1";
  parts.info = why_not + "; a test source stands for it.";
  return parts;
}

}  // namespace thalweg
