#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "surface/picture.h"

/// Decoders and converters of GStreamer synchronise by means that ThreadSanitizer cannot see. The
/// tests of our own locks do not need them.
#if defined(__SANITIZE_THREAD__)
#define SKIP_UNDER_THREAD_SANITIZER() GTEST_SKIP() << "GStreamer is built without ThreadSanitizer"
#else
#define SKIP_UNDER_THREAD_SANITIZER() (void)0
#endif

namespace thalweg::testing {

struct Unref {
  void operator()(GstElement* element) const {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
  }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};
using Element = std::unique_ptr<GstElement, Unref>;
using Sample = std::unique_ptr<GstSample, Unref>;
using Buffer = std::unique_ptr<GstBuffer, Unref>;

/// Runs `description`, which ends in an appsink named "out", and gives each sample to `see` until
/// the end of the stream. Returns how many there were.
inline int for_each_sample(const std::string& description,
                           const std::function<void(GstSample*)>& see) {
  GError* error = nullptr;
  Element pipeline(gst_parse_launch(description.c_str(), &error));
  EXPECT_EQ(error, nullptr) << error->message;
  if (error) return 0;
  GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline.get()), "out");
  g_object_set(sink, "sync", FALSE, nullptr);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  int count = 0;
  for (;; ++count) {
    GstSample* sample = nullptr;
    g_signal_emit_by_name(sink, "try-pull-sample", guint64{20 * GST_SECOND}, &sample);
    if (!sample) break;
    see(Sample(sample).get());
  }
  gst_object_unref(sink);
  return count;
}

inline GstVideoInfo info_of(GstSample* sample) {
  GstVideoInfo info;
  EXPECT_TRUE(gst_video_info_from_caps(&info, gst_sample_get_caps(sample)));
  return info;
}

/// Decoded H.264 of a moving ball, ending in the appsink.
inline std::string decoded_h264(int frames, int width, int height) {
  return "videotestsrc num-buffers=" + std::to_string(frames) +
         " pattern=ball ! video/x-raw,format=I420,width=" + std::to_string(width) +
         ",height=" + std::to_string(height) +
         ",framerate=30/1 ! x264enc key-int-max=1000 speed-preset=ultrafast ! h264parse ! "
         "avdec_h264 max-threads=1 ! appsink name=out max-buffers=4";
}

/// FNV-1a over the visible samples of all planes.
inline uint64_t hash(const ConstPixels& pixels) {
  uint64_t value = 14695981039346656037u;
  const FormatLayout& layout = *format_layout(pixels.format);
  for (int i = 0; i < pixels.num_planes; ++i)
    for (int y = 0; y < pixels.planes[i].height; ++y) {
      const uint8_t* row = pixels.planes[i].data + ptrdiff_t(y) * pixels.planes[i].stride_bytes;
      for (int x = 0; x < pixels.planes[i].width * layout.planes[i].bytes; ++x)
        value = (value ^ row[x]) * 1099511628211u;
    }
  return value;
}

/// Every byte of every sample.
inline void paint(const Pixels& pixels, uint8_t value) {
  const FormatLayout& layout = *format_layout(pixels.format);
  for (int i = 0; i < pixels.num_planes; ++i)
    for (int y = 0; y < pixels.planes[i].height; ++y)
      for (int x = 0; x < pixels.planes[i].width * layout.planes[i].bytes; ++x)
        pixels.planes[i].data[y * pixels.planes[i].stride_bytes + x] = value;
}

}  // namespace thalweg::testing
