// The bare costs of our own stages on decoded frames: stage_costs CLIP.mp4
// Prints {"preprocess_ms": .., "draw_ms": ..}: CPU time a frame, on one core, of filling a 300x300
// tensor, and of copying a frame and drawing eight labelled boxes and one line of text on it.
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "draw/painter.h"
#include "surface/batch.h"
#include "surface/convert.h"

namespace {

constexpr int kFrames = 200, kObjects = 8;

double cpu_ms() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) * 1e3 + double(t.tv_nsec) / 1e6;
}

std::vector<std::shared_ptr<const thalweg::Picture>> decode(const char* clip) {
  const std::string description = std::string("filesrc name=in ! qtdemux ! h264parse ! ") +
                                  "avdec_h264 ! appsink name=out sync=false";
  GstElement* pipeline = gst_parse_launch(description.c_str(), nullptr);
  GstElement* in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
  g_object_set(in, "location", clip, nullptr);
  GstElement* out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  std::vector<std::shared_ptr<const thalweg::Picture>> pictures;
  while (pictures.size() < kFrames) {
    GstSample* sample = gst_app_sink_pull_sample(GST_APP_SINK(out));
    if (!sample) break;
    GstVideoInfo info;
    gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
    pictures.push_back(thalweg::Picture::wrap(gst_sample_get_buffer(sample), info));
    gst_sample_unref(sample);
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(in);
  gst_object_unref(out);
  gst_object_unref(pipeline);
  return pictures;
}

void draw(const thalweg::Pixels& pixels) {
  thalweg::Painter painter(pixels);
  char label[] = "person", font[] = "Serif", line[] = "Frame Number=100 Number of Objects=8";
  for (int i = 0; i < kObjects; ++i) {
    NvOSD_RectParams rect = {};
    rect.left = float(20 + 80 * i), rect.top = float(100 + 30 * i), rect.width = 40,
    rect.height = 100;
    rect.border_width = 3;
    rect.border_color = {1, 0, 0, 1};
    painter.rectangle(rect);
  }
  for (int i = 0; i <= kObjects; ++i) {
    NvOSD_TextParams text = {};
    text.display_text = i < kObjects ? label : line;
    text.x_offset = i < kObjects ? 20 + 80 * i : 10,
    text.y_offset = i < kObjects ? 90 + 30 * i : 12;
    text.font_params = {font, 11, {1, 1, 1, 1}};
    text.set_bg_clr = 1;
    text.text_bg_clr = {0, 0, 0, 1};
    painter.text(text);
  }
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 2) return std::fprintf(stderr, "usage: stage_costs CLIP.mp4\n"), 2;
  const auto pictures = decode(argv[1]);
  if (pictures.empty()) return std::fprintf(stderr, "%s: no frame decoded\n", argv[1]), 1;

  thalweg::TensorSpec spec;
  spec.width = spec.height = 300;
  spec.scale = 1 / 127.5f;
  for (float& mean : spec.mean) mean = 127.5f;
  std::vector<float> tensor(3 * 300 * 300);
  double preprocess = 0, drawing = 0;
  for (int round = 0; round < 2; ++round) {  // the first one warms caches and glyphs
    preprocess = drawing = 0;
    for (const auto& picture : pictures) {
      thalweg::Batch batch(1);
      thalweg::Frame& frame = batch.add(picture);
      double start = cpu_ms();
      thalweg::fill_tensor(frame, {0, 0, frame.width(), frame.height()}, spec, tensor.data());
      preprocess += cpu_ms() - start;
      start = cpu_ms();
      draw(frame.write());
      drawing += cpu_ms() - start;
    }
  }
  std::printf("{\"preprocess_ms\": %.4f, \"draw_ms\": %.4f}\n",
              preprocess / double(pictures.size()), drawing / double(pictures.size()));
}
