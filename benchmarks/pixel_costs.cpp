// What the pixel work costs on one core, in milliseconds (best of several rounds).
#include <gst/gst.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

#include "pattern.h"
#include "surface/batch.h"
#include "surface/convert.h"

namespace {

using namespace thalweg;

double best_ms(const std::function<void()>& work) {
  double best = 1e9;
  for (int round = 0; round < 15; ++round) {
    constexpr int kCalls = 40;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kCalls; ++i) work();
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count() / kCalls);
  }
  return best;
}

void report(const char* what, double ms) { std::printf("%-52s %.3f ms\n", what, ms); }

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  const auto i420 = picture(NVBUF_COLOR_FORMAT_YUV420, 768, 576);
  const auto small_rgb = picture(NVBUF_COLOR_FORMAT_RGB, 300, 300);
  const auto rgba = picture(NVBUF_COLOR_FORMAT_RGBA, 768, 576);
  report("convert 768x576 I420 -> RGB 300x300",
         best_ms([&] { convert(i420->pixels(), small_rgb->mutable_pixels(), Filter::kBox); }));
  report("convert 768x576 I420 -> RGBA 768x576",
         best_ms([&] { convert(i420->pixels(), rgba->mutable_pixels(), Filter::kBox); }));

  std::vector<float> tensor(3 * 640 * 640);
  std::shared_ptr<Picture> from = i420;
  const auto fill = [&](const char* what, int width, int height, Rect placement, Rect crop,
                        TensorSpec spec) {
    Batch batch(1);
    Frame& frame = batch.add(from, width, height, placement);
    report(what, best_ms([&] { fill_tensor(frame, crop, spec, tensor.data()); }));
  };
  const Rect whole{0, 0, 768, 576};
  fill("fill_tensor 300x300, frame 768x576", 768, 576, whole, whole, {.width = 300, .height = 300});
  fill("fill_tensor 300x300 NHWC, frame 768x576", 768, 576, whole, whole,
       {.width = 300, .height = 300, .nhwc = true});
  fill("fill_tensor 608x608, frame 768x576", 768, 576, whole, whole, {.width = 608, .height = 608});
  fill("fill_tensor 300x300, frame 1920x1080 stretched", 1920, 1080, {0, 0, 1920, 1080},
       {0, 0, 1920, 1080}, {.width = 300, .height = 300});
  fill("fill_tensor 300x300, frame 1920x1080 padded", 1920, 1080, {240, 0, 1440, 1080},
       {0, 0, 1920, 1080}, {.width = 300, .height = 300});
  fill("fill_tensor 224x224, crop 120x260 of 1920x1080", 1920, 1080, {0, 0, 1920, 1080},
       {702, 200, 120, 260}, {.width = 224, .height = 224});

  const Rect large{0, 0, 1920, 1080};
  for (const auto format : {NVBUF_COLOR_FORMAT_YUV420, NVBUF_COLOR_FORMAT_NV12}) {
    from = picture(format, 1920, 1080);
    std::printf("from %s of 1920x1080:\n", format_layout(format)->name);
    fill("fill_tensor 300x300", 1920, 1080, large, large, {.width = 300, .height = 300});
    fill("fill_tensor 640x640", 1920, 1080, large, large, {.width = 640, .height = 640});
    fill("fill_tensor 640x640, aspect kept", 1920, 1080, large, large,
         {.width = 640, .height = 640, .keep_aspect = true});
  }

  report("write() of a shared 768x576 I420 (copy-on-write)", best_ms([&] {
           Batch batch(1);
           batch.add(i420).write();
         }));
  report("read() of 768x576 as 1920x1080 (materialise)", best_ms([&] {
           Batch batch(1);
           batch.add(i420, 1920, 1080, {0, 0, 1920, 1080}).read();
         }));
}
