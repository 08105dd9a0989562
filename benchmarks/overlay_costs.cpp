// Prints what drawing costs: a frame of 768x576 with 8 labelled objects and one display text, 1000
// boxes, and the first text of a process.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "../tests/draw/frame.h"
#include "draw/painter.h"

using namespace thalweg;
using Clock = std::chrono::steady_clock;

namespace {

template <class Work>
double milliseconds(int times, Work work) {
  const auto start = Clock::now();
  for (int i = 0; i < times; ++i) work(i);
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count() / times;
}

NvOSD_TextParams label(std::string& words, unsigned x, unsigned y) {
  NvOSD_TextParams text{};
  text.display_text = words.data();
  text.x_offset = x, text.y_offset = y;
  text.font_params = {nullptr, 11, {1, 1, 1, 1}};
  text.set_bg_clr = 1;
  text.text_bg_clr = {0, 0, 0, 1};
  return text;
}

}  // namespace

int main() {
  std::string first = "Person";
  using thalweg::testing::TestFrame;
  TestFrame warm(NVBUF_COLOR_FORMAT_YUV420, 64, 64);
  std::printf("first text of the process: %.1f ms\n",
              milliseconds(1, [&](int) { Painter(warm.pixels).text(label(first, 0, 0)); }));
  for (const auto format : thalweg::testing::kFormats) {
    TestFrame decoded(format, 768, 576), copy(format, 768, 576);
    std::string title = "Frame Number=123 Number of Objects=8 Vehicle_count=0 Person_count=8";
    const double copying = milliseconds(2000, [&](int) {
      for (size_t i = 0; i < copy.bytes.size(); ++i)
        std::memcpy(copy.bytes[i].data(), decoded.bytes[i].data(), copy.bytes[i].size());
    });
    const auto frame = [&](int number, bool fresh) {
      Painter painter(copy.pixels);
      std::vector<std::string> words;
      for (int i = 0; i < 8; ++i) {
        NvOSD_RectParams box{};
        box.left = float(20 + 90 * i), box.top = float(100 + 40 * (i % 4));
        box.width = 60, box.height = 160, box.border_width = 3;
        box.border_color = {1, 0, 0, 1};
        painter.rectangle(box);
      }
      for (int i = 0; i < 8; ++i) {
        words.push_back("Person " + std::to_string(fresh ? number * 8 + i : i));
        painter.text(label(words.back(), unsigned(20 + 90 * i), unsigned(90 + 40 * (i % 4))));
      }
      std::string shown = fresh ? title + std::to_string(number) : title;
      painter.text(label(shown, 10, 12));
    };
    const double known = milliseconds(2000, [&](int i) { frame(i, false); });
    const double fresh = milliseconds(500, [&](int i) { frame(i, true); });
    const double boxes = milliseconds(50, [&](int) {
      Painter painter(copy.pixels);
      for (int i = 0; i < 1000; ++i) {
        NvOSD_RectParams box{};
        box.left = float(i % 700), box.top = float(i * 7 % 500);
        box.width = 50, box.height = 60, box.border_width = 3;
        box.border_color = {1, 0, 0, 1};
        painter.rectangle(box);
      }
    });
    std::printf(
        "format %2d: copy %.3f ms, 8 objects + title %.3f ms (labels all new: %.3f ms), "
        "1000 boxes %.3f ms\n",
        format, copying, known, fresh, boxes);
  }
}
