#include "elements/frame_counts.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

namespace thalweg {
namespace {

uint64_t number(const FrameCounts& counts, const char* name) {
  const std::unique_ptr<GstStructure, decltype(&gst_structure_free)> stats(
      gst_structure_new_empty("stats"), gst_structure_free);
  counts.write(stats.get());
  guint64 value = G_MAXUINT64;
  EXPECT_TRUE(gst_structure_get_uint64(stats.get(), name, &value)) << name;
  return value;
}

TEST(FrameCounts, FramesOfBatchesAndTheirTime) {
  FrameCounts counts;
  counts.enter(4, 100, 1000);
  EXPECT_EQ(number(counts, "out"), 0u);
  EXPECT_EQ(counts.leave(3, 100, 1250), 250);
  counts.drop();
  for (const auto& [name, value] : {std::pair{"in", 4u}, {"out", 3u}, {"dropped", 1u}})
    EXPECT_EQ(number(counts, name), value) << name;
  EXPECT_EQ(number(counts, "buffers"), 1u);
  EXPECT_EQ(number(counts, "time-ns"), 250u);
}

TEST(FrameCounts, SeveralAreInsideAtOnceAndLeaveInAnotherOrder) {
  FrameCounts counts;
  for (int i = 0; i < 3; ++i) counts.enter(1, GstClockTime(i) * 40, i * 10);
  EXPECT_EQ(counts.leave(1, 0, 100), 100);
  EXPECT_EQ(counts.leave(1, 80, 100), 80);
  EXPECT_EQ(counts.leave(1, 40, 100), 90);
  EXPECT_EQ(number(counts, "time-ns"), 270u);
}

TEST(FrameCounts, OfEqualTimestampsTheNewestEntryCounts) {
  FrameCounts counts;
  counts.enter(1, GST_CLOCK_TIME_NONE, 10);
  EXPECT_EQ(counts.leave(1, GST_CLOCK_TIME_NONE, 15), 5);
  counts.enter(1, GST_CLOCK_TIME_NONE, 20);
  EXPECT_EQ(counts.leave(1, GST_CLOCK_TIME_NONE, 26), 6);
  EXPECT_EQ(counts.leave(1, 7, 27), 7);  // nobody has seen it come
}

TEST(FrameCounts, AnEntryOfLongAgoIsForgotten) {
  FrameCounts counts;
  for (int i = 0; i < 65; ++i) counts.enter(1, GstClockTime(i), i);
  EXPECT_EQ(counts.leave(1, 1, 100), 99);
  EXPECT_EQ(counts.leave(1, 0, 100), 100 - 64);
}

TEST(FrameCounts, ASourceHasNoTime) {
  FrameCounts counts;
  EXPECT_EQ(counts.leave(1, 0, 5), -1);
  EXPECT_EQ(number(counts, "out"), 1u);
  EXPECT_EQ(number(counts, "buffers"), 0u);
}

TEST(FrameCounts, AClockThatGoesBackCountsNothing) {
  FrameCounts counts;
  counts.enter(1, 0, 10);
  EXPECT_EQ(counts.leave(1, 0, 9), 0);
}

TEST(FrameCounts, OneThreadEntersAndAnotherLeaves) {
  FrameCounts counts;
  constexpr int kBuffers = 20000;
  std::atomic<int> inside{0};
  std::thread exits([&] {
    for (int i = 0; i < kBuffers; ++i) {
      inside.wait(0);
      --inside;
      counts.leave(2, GstClockTime(i), 1'000'000);
    }
  });
  for (int i = 0; i < kBuffers; ++i) {
    while (inside > 32) std::this_thread::yield();
    counts.enter(2, GstClockTime(i), i);
    ++inside;
    inside.notify_one();
  }
  exits.join();
  EXPECT_EQ(number(counts, "in"), 2u * kBuffers);
  EXPECT_EQ(number(counts, "out"), 2u * kBuffers);
  EXPECT_EQ(number(counts, "time-ns"),
            uint64_t(kBuffers) * 1'000'000 - uint64_t(kBuffers) * (kBuffers - 1) / 2);
}

}  // namespace
}  // namespace thalweg
