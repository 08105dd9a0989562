#include "elements/nvstreammux/batch_clock.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

constexpr uint64_t kMs = 1'000'000;

TEST(BatchClock, CountedBatchesFollowEachOther) {
  BatchClock clock;
  EXPECT_EQ(clock.counted(40 * kMs), 0u);
  EXPECT_EQ(clock.counted(40 * kMs), 40 * kMs);
  EXPECT_EQ(clock.counted(20 * kMs), 80 * kMs);
  EXPECT_EQ(clock.counted(20 * kMs), 100 * kMs);
  clock.restart();
  EXPECT_EQ(clock.counted(40 * kMs), 0u);
}

TEST(BatchClock, LiveBatchesHaveTheTimeAtWhichTheirFramesWereTaken) {
  BatchClock clock;
  EXPECT_EQ(clock.live(100 * kMs, 300 * kMs), 0u);  // not before the beginning
  EXPECT_EQ(clock.live(500 * kMs, 300 * kMs), 200 * kMs);
}

TEST(BatchClock, LiveBatchesAreNeverOfEqualTimesNorGoBack) {
  BatchClock clock;
  EXPECT_EQ(clock.live(500 * kMs, 0), 500 * kMs);
  EXPECT_EQ(clock.live(500 * kMs, 0), 501 * kMs);
  EXPECT_EQ(clock.live(500 * kMs, 200 * kMs), 502 * kMs);
  EXPECT_EQ(clock.live(900 * kMs, 200 * kMs), 700 * kMs);
}

}  // namespace
}  // namespace thalweg
