// What nvstreammux costs for each frame: pictures of one size pushed through it by as many threads
// as there are sources into a pad that drops them. Prints microseconds of CPU and of time a frame.
//
//   GST_PLUGIN_PATH=build/dev/gst muxer_costs [frames]
#include <gst/gst.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "gstnvdsmeta.h"
#include "surface/batch.h"

namespace {

using namespace thalweg;

double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

template <class Work>
void measure(const char* what, int frames, Work work) {
  const double cpu = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  std::printf("%-40s %6.2f us CPU  %6.2f us\n", what, (cpu_seconds() - cpu) * 1e6 / frames,
              passed.count() * 1e6 / frames);
}

GstBuffer* frame(const std::shared_ptr<const Picture>& picture) {
  auto batch = std::make_unique<Batch>(1);
  batch->add(picture);
  GstBuffer* buffer = gst_buffer_new();
  gst_buffer_append_memory(buffer, new_nvmm_memory(std::move(batch)));
  return buffer;
}

void push_events(GstPad* pad) {
  gst_pad_push_event(pad, gst_event_new_stream_start("source"));
  GstCaps* caps = gst_caps_from_string(
      "video/x-raw(memory:NVMM), format=I420, width=768, height=576, framerate=10/1");
  gst_pad_push_event(pad, gst_event_new_caps(caps));
  gst_caps_unref(caps);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(pad, gst_event_new_segment(&segment));
}

void through_the_muxer(int sources, int frames) {
  const std::shared_ptr<const Picture> picture =
      Picture::allocate(NVBUF_COLOR_FORMAT_YUV420, 768, 576);
  GstElement* mux = gst_element_factory_make("nvstreammux", nullptr);
  if (!mux) std::exit((std::fprintf(stderr, "no nvstreammux on GST_PLUGIN_PATH\n"), 1));
  gst_object_ref_sink(mux);
  g_object_set(mux, "width", 768, "height", 576, "batch-size", sources, nullptr);
  GstPad* sink = gst_pad_new("sink", GST_PAD_SINK);
  gst_pad_set_chain_function(sink, [](GstPad*, GstObject*, GstBuffer* buffer) {
    gst_buffer_unref(buffer);
    return GST_FLOW_OK;
  });
  gst_pad_set_active(sink, TRUE);
  GstPad* src = gst_element_get_static_pad(mux, "src");
  gst_pad_link(src, sink);
  std::vector<GstPad*> pads;
  for (int i = 0; i < sources; ++i) {
    GstPad* pad = gst_pad_new("src", GST_PAD_SRC);
    gst_pad_set_active(pad, TRUE);
    gst_pad_link(pad, gst_element_request_pad_simple(mux, ("sink_" + std::to_string(i)).c_str()));
    pads.push_back(pad);
  }
  gst_element_set_state(mux, GST_STATE_PLAYING);
  measure((std::to_string(sources) + " sources, batch-size " + std::to_string(sources)).c_str(),
          frames, [&] {
            std::vector<std::thread> threads;
            for (GstPad* pad : pads)
              threads.emplace_back([&, pad] {
                push_events(pad);
                for (int i = 0; i < frames / sources; ++i) gst_pad_push(pad, frame(picture));
              });
            for (std::thread& thread : threads) thread.join();
          });
  gst_element_set_state(mux, GST_STATE_NULL);
}

}  // namespace

int main(int count, char** arguments) {
  gst_init(nullptr, nullptr);
  const int frames = count > 1 ? std::atoi(arguments[1]) : 100000;
  const std::shared_ptr<const Picture> picture =
      Picture::allocate(NVBUF_COLOR_FORMAT_YUV420, 768, 576);
  measure("an input buffer, made and freed", frames, [&] {
    for (int i = 0; i < frames; ++i) gst_buffer_unref(frame(picture));
  });
  measure("a batch meta with a frame, made and freed", frames, [&] {
    for (int i = 0; i < frames; ++i) {
      NvDsBatchMeta* batch = nvds_create_batch_meta(1);
      nvds_add_frame_meta_to_batch(batch, nvds_acquire_frame_meta_from_pool(batch));
      nvds_destroy_batch_meta(batch);
    }
  });
  for (int sources : {1, 4, 8}) through_the_muxer(sources, frames);
}
