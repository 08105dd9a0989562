#include "elements/nvdslogger/frame_rates.h"

#include "surface/text.h"

namespace thalweg {

void FrameRates::count(unsigned source) { ++frames_[source]; }

void FrameRates::end(unsigned source) {
  if (const auto found = frames_.find(source); found != frames_.end()) found->second = 0;
}

void FrameRates::forget(unsigned source) { frames_.erase(source); }

std::string FrameRates::line(int64_t now_us, int64_t interval_us) {
  if (begin_us_ < 0) begin_us_ = now_us;
  const int64_t passed_us = now_us - begin_us_;
  if (passed_us < interval_us || passed_us == 0 || frames_.empty()) return {};
  std::string line = "**PERF : ";
  for (auto& [source, frames] : frames_) {
    line += text("FPS_%u (%.2f)\t", source, frames * 1e6 / double(passed_us));
    frames = 0;
  }
  begin_us_ = now_us;
  return line;
}

}  // namespace thalweg
