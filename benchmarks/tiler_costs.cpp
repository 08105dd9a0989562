// What nvmultistreamtiler and nvstreamdemux cost a batch, beside a bare libyuv that scales the same
// pictures into the same places: four pictures of 1080p in a row of calls, into pads that drop what
// they get. Prints milliseconds of CPU a batch, the best of several rounds.
//
//   GST_PLUGIN_PATH=build/dev/gst tiler_costs [objects a frame]
#include <gst/gst.h>
#include <libyuv.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "elements/batch_meta.h"
#include "pattern.h"
#include "surface/batch.h"

namespace {

using namespace thalweg;

constexpr int kSources = 4, kWidth = 1920, kHeight = 1080;

double cpu_ms() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

double best_ms(const std::function<void()>& work) {
  double best = 1e9;
  for (int round = 0; round < 15; ++round) {
    constexpr int kCalls = 40;
    const double start = cpu_ms();
    for (int i = 0; i < kCalls; ++i) work();
    best = std::min(best, (cpu_ms() - start) / kCalls);
  }
  return best;
}

GstBuffer* batch(const std::vector<std::shared_ptr<Picture>>& pictures, int objects) {
  auto pixels = std::make_unique<Batch>(int(pictures.size()));
  GstBuffer* buffer = gst_buffer_new();
  NvDsBatchMeta* meta = add_batch_meta(buffer, unsigned(pictures.size()));
  for (unsigned i = 0; i < pictures.size(); ++i) {
    pixels->add(pictures[i], kWidth, kHeight, {0, 0, kWidth, kHeight});
    NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(meta);
    frame->pad_index = frame->batch_id = i;
    nvds_add_frame_meta_to_batch(meta, frame);
    for (int k = 0; k < objects; ++k) {
      NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(meta);
      object->rect_params = {.left = 10, .top = 10, .width = 50, .height = 90};
      object->text_params.display_text = g_strdup("person");
      nvds_add_obj_meta_to_frame(frame, object, nullptr);
    }
  }
  gst_buffer_append_memory(buffer, new_nvmm_memory(std::move(pixels)));
  return buffer;
}

/// An element between a pad that gives and pads that drop.
class Between {
 public:
  Between(const char* name, const char* format, const std::vector<std::string>& outputs)
      : element_(gst_element_factory_make(name, nullptr)), src_(gst_pad_new("src", GST_PAD_SRC)) {
    if (!element_) std::exit((std::fprintf(stderr, "no %s on GST_PLUGIN_PATH\n", name), 1));
    gst_object_ref_sink(element_);
    gst_pad_set_active(src_, TRUE);
    gst_pad_link(src_, gst_element_get_static_pad(element_, "sink"));
    for (const std::string& output : outputs) {
      GstPad* sink = gst_pad_new(nullptr, GST_PAD_SINK);
      gst_pad_set_chain_function(sink, [](GstPad*, GstObject*, GstBuffer* buffer) {
        gst_buffer_unref(buffer);
        return GST_FLOW_OK;
      });
      gst_pad_set_active(sink, TRUE);
      GstPad* src = gst_element_get_static_pad(element_, output.c_str());
      if (!src) src = gst_element_request_pad_simple(element_, output.c_str());
      gst_pad_link(src, sink);
    }
    caps_ = std::string(
                "video/x-raw(memory:NVMM), width=1920, height=1080, framerate=30/1, "
                "batch-size=4, format=") +
            format;
  }
  GstElement* element() { return element_; }
  void start() {
    gst_element_set_state(element_, GST_STATE_PLAYING);
    gst_pad_push_event(src_, gst_event_new_stream_start("muxer"));
    GstCaps* caps = gst_caps_from_string(caps_.c_str());
    gst_pad_push_event(src_, gst_event_new_caps(caps));
    gst_caps_unref(caps);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(src_, gst_event_new_segment(&segment));
  }
  void push(GstBuffer* buffer) {
    if (gst_pad_push(src_, buffer) != GST_FLOW_OK) std::exit(1);
  }
  ~Between() { gst_element_set_state(element_, GST_STATE_NULL); }

 private:
  GstElement* element_;
  GstPad* src_;
  std::string caps_;
};

double bare_ms(const std::vector<std::shared_ptr<Picture>>& pictures, int width, int height,
               libyuv::FilterMode filter) {
  const auto canvas = Picture::allocate(NVBUF_COLOR_FORMAT_YUV420, width, height);
  return best_ms([&] {
    for (int i = 0; i < kSources; ++i) {
      const Rect tile{i % 2 * width / 2, i / 2 * height / 2, width / 2, height / 2};
      const Pixels to = part_of(canvas->mutable_pixels(), tile);
      const ConstPixels& from = pictures[size_t(i)]->pixels();
      const auto& f = from.planes;
      const auto& t = to.planes;
      libyuv::I420Scale(f[0].data, f[0].stride_bytes, f[1].data, f[1].stride_bytes, f[2].data,
                        f[2].stride_bytes, from.width, from.height, t[0].data, t[0].stride_bytes,
                        t[1].data, t[1].stride_bytes, t[2].data, t[2].stride_bytes, tile.width,
                        tile.height, filter);
    }
  });
}

}  // namespace

int main(int count, char** arguments) {
  gst_init(nullptr, nullptr);
  const int objects = count > 1 ? std::atoi(arguments[1]) : 10;
  struct {
    const char* name;
    NvBufSurfaceColorFormat format;
  } formats[] = {{"I420", NVBUF_COLOR_FORMAT_YUV420},
                 {"NV12", NVBUF_COLOR_FORMAT_NV12},
                 {"RGBA", NVBUF_COLOR_FORMAT_RGBA}};
  struct {
    const char* name;
    int method;
    libyuv::FilterMode mode;
  } filters[] = {{"nearest", 0, libyuv::kFilterNone},
                 {"bilinear", 1, libyuv::kFilterBilinear},
                 {"box", 4, libyuv::kFilterBox}};
  for (const auto& [format_name, format] : formats) {
    std::vector<std::shared_ptr<Picture>> pictures;
    for (int i = 0; i < kSources; ++i) pictures.push_back(picture(format, kWidth, kHeight));
    const double made = best_ms([&] { gst_buffer_unref(batch(pictures, objects)); });
    for (const auto& [width, height] : {std::pair{1920, 1080}, std::pair{1280, 720}})
      for (const auto& filter : filters) {
        Between tiler("nvmultistreamtiler", format_name, {"src"});
        g_object_set(tiler.element(), "rows", 2, "columns", 2, "width", width, "height", height,
                     "interpolation-method", filter.method, nullptr);
        tiler.start();
        const double ms = best_ms([&] { tiler.push(batch(pictures, objects)); }) - made;
        std::printf("2x2 of 1080p %s on %4dx%-4d %-8s: %.3f ms", format_name, width, height,
                    filter.name, ms);
        if (format == NVBUF_COLOR_FORMAT_YUV420) {
          const double bare = bare_ms(pictures, width, height, filter.mode);
          std::printf(", bare libyuv %.3f ms, ratio %.2f", bare, ms / bare);
        }
        std::printf("\n");
      }
    if (format != NVBUF_COLOR_FORMAT_YUV420) continue;
    const std::vector<std::shared_ptr<Picture>> one{pictures[0]};
    Between tiler("nvmultistreamtiler", format_name, {"src"});
    g_object_set(tiler.element(), "rows", 2, "columns", 2, nullptr);
    tiler.start();
    tiler.push(batch(pictures, 0));
    const double alone_made = best_ms([&] { gst_buffer_unref(batch(one, 0)); });
    std::printf("the same with one new frame and three old ones: %.3f ms\n",
                best_ms([&] { tiler.push(batch(one, 0)); }) - alone_made);
    Between demux("nvstreamdemux", format_name, {"src_0", "src_1", "src_2", "src_3"});
    demux.start();
    std::printf("nvstreamdemux, 4 frames of %d objects: %.3f ms\n", objects,
                best_ms([&] { demux.push(batch(pictures, objects)); }) - made);
  }
}
