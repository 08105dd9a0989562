#include "elements/nvdslogger/frame_rates.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

constexpr int64_t kSecond = 1'000'000;

TEST(FrameRates, OneLineAnIntervalWithEverySource) {
  FrameRates rates;
  rates.count(0);
  EXPECT_EQ(rates.line(100 * kSecond, 5 * kSecond), "");  // it begins
  for (int i = 0; i < 149; ++i) rates.count(0);
  for (int i = 0; i < 50; ++i) rates.count(3);
  EXPECT_EQ(rates.line(104 * kSecond, 5 * kSecond), "");
  EXPECT_EQ(rates.line(105 * kSecond, 5 * kSecond), "**PERF : FPS_0 (30.00)\tFPS_3 (10.00)\t");
  EXPECT_EQ(rates.line(105 * kSecond, 5 * kSecond), "");
  rates.count(3);
  EXPECT_EQ(rates.line(110 * kSecond, 5 * kSecond), "**PERF : FPS_0 (0.00)\tFPS_3 (0.20)\t");
}

TEST(FrameRates, SourcesEndAndGo) {
  FrameRates rates;
  EXPECT_EQ(rates.line(0, kSecond), "");
  rates.count(0);
  rates.count(1);
  rates.end(0);
  rates.end(7);  // never seen
  EXPECT_EQ(rates.line(kSecond, kSecond), "**PERF : FPS_0 (0.00)\tFPS_1 (1.00)\t");
  rates.forget(0);
  rates.count(1);
  EXPECT_EQ(rates.line(2 * kSecond, kSecond), "**PERF : FPS_1 (1.00)\t");
}

TEST(FrameRates, AnIntervalOfNothingIsEveryFrame) {
  FrameRates rates;
  rates.count(0);
  EXPECT_EQ(rates.line(10, 0), "");
  rates.count(0);
  EXPECT_EQ(rates.line(20, 0), "**PERF : FPS_0 (200000.00)\t");
}

}  // namespace
}  // namespace thalweg
