#include "elements/nvstreammux/sender_clock.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace thalweg {
namespace {

constexpr uint64_t kMs = 1'000'000, kStep = 40 * kMs, kEpoch = 1'700'000'000'000 * kMs;

/// The times of `frames` frames; from frame 10 on the sender says `jump_ms` more than before.
std::vector<uint64_t> times(int frames, int64_t jump_ms, uint64_t frame_duration_ms) {
  SenderClock clock;
  std::vector<uint64_t> result;
  for (int i = 0; i < frames; ++i) {
    const uint64_t said = kEpoch + i * kStep + (i >= 10 ? jump_ms * int64_t(kMs) : 0);
    result.push_back(clock.correct(said, i * kStep, frame_duration_ms));
  }
  return result;
}

TEST(SenderClock, WithoutCorrectionItGivesWhatTheSenderSays) {
  const auto shown = times(12, -30, SenderClock::kNoCorrection);
  EXPECT_EQ(shown[9], kEpoch + 9 * kStep);
  EXPECT_EQ(shown[10], kEpoch + 10 * kStep - 30 * kMs);
}

TEST(SenderClock, ItIsUnknownBeforeTheFirstReport) {
  SenderClock clock;
  EXPECT_EQ(clock.correct(0, 0, SenderClock::kMeasured), 0u);
  EXPECT_EQ(clock.correct(kEpoch, kStep, SenderClock::kMeasured), kEpoch);
}

TEST(SenderClock, ASmallJumpIsSpreadOverTheNextFrames) {
  for (const uint64_t duration : {SenderClock::kMeasured, uint64_t(40)})
    for (const int64_t jump : {-30, 30}) {
      const auto shown = times(120, jump, duration);
      for (size_t i = 1; i < shown.size(); ++i) {
        const int64_t step = shown[i] - shown[i - 1];
        EXPECT_LT(std::llabs(step - int64_t(kStep)), int64_t(2 * kMs)) << i;
      }
      // In the end it is what the sender says.
      EXPECT_LT(std::llabs(int64_t(shown[119] - (kEpoch + 119 * kStep)) - jump * int64_t(kMs)),
                int64_t(kMs));
    }
}

TEST(SenderClock, AClockThatWasSetIsBelievedAtOnce) {
  EXPECT_EQ(times(11, 3'600'000, SenderClock::kMeasured)[10],
            kEpoch + 10 * kStep + 3'600'000 * kMs);
  EXPECT_EQ(times(11, -3'600'000, 40)[10], kEpoch + 10 * kStep - 3'600'000 * kMs);
}

}  // namespace
}  // namespace thalweg
