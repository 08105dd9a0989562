#include "elements/nvstreammux/collector.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <random>
#include <thread>

#include "gst-nvevent.h"

namespace thalweg {
namespace {

using namespace std::chrono_literals;
using Pushed = Collector::Pushed;
using Kind = Collector::Notice::Kind;

InputFrame frame(GstClockTime running_time = GST_CLOCK_TIME_NONE) {
  InputFrame made;
  made.buffer.reset(gst_buffer_new());
  made.running_time = running_time;
  made.bytes = 100;
  return made;
}

/// Taken `ms` after the clocks began.
InputFrame frame_of(uint64_t ms) {
  InputFrame made = frame();
  made.ntp_ns = 1'700'000'000 * GST_SECOND + ms * GST_MSECOND;
  return made;
}

/// Waits, without a fixed time, for something that another thread is about to do.
template <class Done>
void until(Done done) {
  while (!done()) std::this_thread::yield();
}

/// "0:0 0:1 1:0" for frames 0 and 1 of source 0 and frame 0 of source 1.
std::string text(const std::vector<Collector::Frame>& frames) {
  std::string result;
  for (const auto& one : frames)
    result +=
        (result.empty() ? "" : " ") + std::to_string(one.id) + ":" + std::to_string(one.number);
  return result;
}

std::string text(const std::vector<Collector::Notice>& notices) {
  std::string result;
  for (const auto& notice : notices) {
    static const std::map<Kind, const char*> names = {{Kind::kAdded, "added"},
                                                      {Kind::kDeleted, "deleted"},
                                                      {Kind::kEnded, "ended"},
                                                      {Kind::kEvent, "event"}};
    result += (result.empty() ? "" : " ") + std::string(names.at(notice.kind)) + ":" +
              std::to_string(notice.id);
  }
  return result;
}

class CollectorTest : public testing::Test {
 protected:
  void begin(unsigned batch_size, int sources, std::chrono::microseconds timeout = -1us) {
    settings.rules.batch_size = batch_size;
    settings.rules.timeout = timeout < 0us ? kForEver : timeout;
    collector.configure(settings);
    for (int i = 0; i < sources; ++i) inputs.push_back(collector.add(i));
    collector.start();
    std::string expected;
    for (int i = 0; i < sources; ++i) expected += (i ? " added:" : "added:") + std::to_string(i);
    EXPECT_EQ(text(collector.collect().before), expected);
  }
  void push(int source, int frames = 1) {
    for (int i = 0; i < frames; ++i)
      ASSERT_EQ(collector.push(*inputs[source], frame()), Pushed::kTaken);
  }
  void push_of(int source, std::initializer_list<uint64_t> times_ms) {
    for (uint64_t ms : times_ms)
      ASSERT_EQ(collector.push(*inputs[source], frame_of(ms)), Pushed::kTaken);
  }
  void end(int source) { ASSERT_EQ(collector.push_eos(*inputs[source]), Pushed::kTaken); }

  Collector::Settings settings;
  std::atomic<GstClockTime> now{GST_CLOCK_TIME_NONE};
  Collector collector{[this] { return now.load(); }};
  std::vector<Collector::InputPtr> inputs;
};

TEST_F(CollectorTest, OneSourceFillsTheBatchWithConsecutiveFrames) {
  begin(2, 1);
  push(0, 3);
  EXPECT_EQ(text(collector.collect().frames), "0:0 0:1");
  push(0);
  EXPECT_EQ(text(collector.collect().frames), "0:2 0:3");
}

TEST_F(CollectorTest, EachOfAsManySourcesAsSlotsGivesOneFrame) {
  begin(3, 3);
  push(0, 2);
  push(1, 2);
  push(2, 2);
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0 2:0");
  EXPECT_EQ(text(collector.collect().frames), "0:1 1:1 2:1");
}

TEST_F(CollectorTest, SlotsThatRemainGoToWhoHasFrames) {
  begin(5, 2, 0us);
  push(0, 3);
  push(1, 1);
  // 5 / 2 = 2 for each, one more for the first that has it.
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0 0:1 0:2");
}

TEST_F(CollectorTest, FewerSlotsThanSourcesServeThemInTurn) {
  begin(2, 3);
  for (int i = 0; i < 3; ++i) push(i, 2);
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0");
  EXPECT_EQ(text(collector.collect().frames), "2:0 0:1");
  EXPECT_EQ(text(collector.collect().frames), "1:1 2:1");
}

TEST_F(CollectorTest, WithoutTimeoutAStalledSourceIsWaitedFor) {
  begin(2, 2);
  push(0);
  auto round = std::async(std::launch::async, [&] { return collector.collect(); });
  until([&] { return collector.counts(*inputs[0]).out == 1; });
  push(1);
  EXPECT_EQ(text(round.get().frames), "0:0 1:0");
}

TEST_F(CollectorTest, TheTimeoutCountsFromTheFirstFrame) {
  begin(2, 2, 20ms);
  push(0);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(text(collector.collect().frames), "0:0");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
}

TEST_F(CollectorTest, ALiveFramesTimeoutCountsFromItsArrival) {
  begin(2, 2, 1s);
  collector.set_live(*inputs[0], true);
  const auto start = std::chrono::steady_clock::now();
  push(0);
  until([&] { return std::chrono::steady_clock::now() - start > 900ms; });
  const auto round = collector.collect();
  EXPECT_EQ(text(round.frames), "0:0");
  EXPECT_GE(round.since, start);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1800ms);  // not 900 + 1000
}

TEST_F(CollectorTest, CountsOfSourcesThatAreGoneStayInTheTotals) {
  begin(1, 2, 0us);
  push(0);
  push(1, 2);
  while (collector.totals().out < 3) collector.collect();
  collector.remove(inputs[1]);
  EXPECT_EQ(text(collector.collect().before), "deleted:1");
  EXPECT_EQ(collector.totals().in, 3u);
  EXPECT_EQ(collector.totals().out, 3u);
}

TEST_F(CollectorTest, LiveSourcesGiveOneFrameEachAndThatIsEnough) {
  settings.rules.most_of_one = 1;
  begin(8, 2);
  push(0, 3);
  push(1, 1);
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0");
  end(1);
  EXPECT_EQ(text(collector.collect().frames), "0:1");
}

TEST_F(CollectorTest, AnAdaptiveBatchHasAFrameOfEachSourceThatIsThere) {
  settings.rules.adaptive = true;
  settings.rules.most_of_one = 1;
  begin(1, 3);
  for (int i = 0; i < 3; ++i) push(i, 3);
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0 2:0");
  end(1);
  EXPECT_EQ(text(collector.collect().frames), "0:1 1:1 2:1");
  EXPECT_EQ(text(collector.collect().frames), "0:2 1:2 2:2");
  push(0);
  push(2);
  EXPECT_EQ(text(collector.collect().frames), "0:3 2:3");
  collector.remove(inputs[2]);
  push(0);
  EXPECT_EQ(text(collector.collect().frames), "0:4");
  inputs[1] = collector.add(7);
  push(0);
  push(1);
  EXPECT_EQ(text(collector.collect().frames), "0:5 7:0");
}

TEST_F(CollectorTest, ASourceGivesAtMostSoManyFrames) {
  settings.rules.most_of_one = 2;
  begin(8, 2);
  push(0, 3);
  push(1, 2);
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0 0:1 1:1");  // nobody may give more
}

TEST_F(CollectorTest, SourcesMayHaveLimitsOfTheirOwn) {
  settings.rules.most_of_one = 2;
  settings.rules.limits[1] = {.most_in_batch = 1};
  settings.rules.limits[2] = {.most_in_batch = 9};
  begin(20, 3);
  for (int i = 0; i < 3; ++i) push(i, 3);
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0 2:0 0:1 2:1");
}

TEST_F(CollectorTest, TheLowestPriorityIsAskedFirst) {
  settings.rules.most_of_one = 1;
  begin(2, 3);
  settings.rules.limits[0] = {.priority = 5};
  settings.rules.limits[2] = {.priority = 1};
  collector.configure(settings);
  for (int i = 0; i < 3; ++i) push(i, 2);
  EXPECT_EQ(text(collector.collect().frames), "1:0 2:0");
  EXPECT_EQ(text(collector.collect().frames), "1:1 2:1");
  end(1);
  end(2);
  EXPECT_EQ(text(collector.collect().frames), "0:0");
}

TEST_F(CollectorTest, ASourcesOwnRateHoldsItsFramesBack) {
  settings.rules.most_of_one = 1;
  settings.rules.limits[0] = {.least_interval = 15ms};
  begin(1, 1);
  push(0, 3);
  const auto start = std::chrono::steady_clock::now();
  for (const char* expected : {"0:0", "0:1", "0:2"})
    EXPECT_EQ(text(collector.collect().frames), expected);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms);
}

TEST_F(CollectorTest, ASourceThatIsSlowerThanItsOwnRateIsNotWaitedFor) {
  settings.rules.most_of_one = 1;
  settings.rules.limits[1] = {.longest_wait = 10ms};
  begin(2, 2);
  push(0, 3);
  push(1);
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0");
  EXPECT_EQ(text(collector.collect().frames), "0:1");
  push(1);
  EXPECT_EQ(text(collector.collect().frames), "0:2 1:1");
}

TEST_F(CollectorTest, BatchesKeepTheirDistance) {
  settings.rules.least_interval = 15ms;
  begin(1, 1);
  push(0, 3);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(collector.collect().frames.size(), 1u);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms);
}

TEST_F(CollectorTest, TheNewestFramesOfALiveSourceAreKeptAndTheOthersCounted) {
  begin(1, 1);
  collector.set_live(*inputs[0], true);
  for (GstClockTime i = 0; i < 25; ++i)
    ASSERT_EQ(collector.push(*inputs[0], frame(i)), Pushed::kTaken);
  const InputCounts counts = collector.counts(*inputs[0]);
  EXPECT_EQ(counts.in, 25u);
  EXPECT_EQ(counts.skipped, 15u);
  EXPECT_EQ(counts.queued, 10u);
  EXPECT_EQ(counts.queued_bytes, 1000u);
  EXPECT_EQ(counts.blocked, 0u);
  for (GstClockTime i = 15; i < 25; ++i) {
    const Collector::Round round = collector.collect();
    EXPECT_EQ(round.frames.at(0).frame.running_time, i);
    EXPECT_EQ(round.frames.at(0).number, int(i) - 15);
  }
}

TEST_F(CollectorTest, SkippingFramesKeepsTheEventsBetweenThem) {
  begin(1, 1);
  collector.set_live(*inputs[0], true);
  push(0);
  collector.push(*inputs[0], EventPtr(gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, nullptr)));
  push(0, 12);
  const Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.before), "event:0");
  EXPECT_EQ(collector.counts(*inputs[0]).skipped, 3u);
}

TEST_F(CollectorTest, NobodyWaitsForASourceThatRests) {
  for (const bool live : {false, true}) {
    inputs.clear();
    collector.stop();
    settings.rules.most_of_one = live ? 1 : 0;
    begin(2, 2);
    push(1);
    collector.rest(*inputs[1]);
    push(0);
    EXPECT_EQ(text(collector.collect().frames), "0:0 1:0");  // its queued frame still counts
    push(0, live ? 1 : 2);
    EXPECT_EQ(text(collector.collect().frames), live ? "0:1" : "0:1 0:2");
    push(0);
    push(1);  // it is back
    EXPECT_EQ(text(collector.collect().frames), live ? "0:2 1:1" : "0:3 1:1");
    for (const auto& input : inputs) collector.remove(input);
  }
}

TEST_F(CollectorTest, ASourceThatRestsIsNotAtItsEnd) {
  begin(2, 2);
  collector.rest(*inputs[1]);
  push(0);
  end(0);
  EXPECT_FALSE(collector.collect().all_ended);
  push(1);
  end(1);
  EXPECT_EQ(text(collector.collect().frames), "1:0");
  EXPECT_TRUE(collector.collect().all_ended);
}

TEST_F(CollectorTest, ASourcesEndFollowsItsLastFrame) {
  begin(3, 2);
  push(0, 1);
  end(0);
  push(1, 3);
  Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.frames), "0:0 1:0 1:1");
  EXPECT_EQ(text(round.after), "ended:0");
  EXPECT_FALSE(round.all_ended);
  end(1);
  round = collector.collect();
  EXPECT_EQ(text(round.frames), "1:2");
  EXPECT_EQ(text(round.after), "ended:1");
  EXPECT_FALSE(round.all_ended);
  EXPECT_TRUE(collector.collect().all_ended);
}

TEST_F(CollectorTest, AFlushTakesAnEndBack) {
  begin(1, 1);
  end(0);
  Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.before), "ended:0");
  EXPECT_TRUE(round.all_ended);
  collector.flush_stop(*inputs[0]);
  push(0);
  EXPECT_EQ(text(collector.collect().frames), "0:0");
  end(0);
  EXPECT_TRUE(collector.collect().all_ended);
}

TEST_F(CollectorTest, FrameNumbersRestartWhereAskedFor) {
  settings.reset_frame_number_on_eos = settings.reset_frame_number_on_stream_reset = true;
  begin(1, 1);
  push(0, 2);
  collector.collect();
  EXPECT_EQ(text(collector.collect().frames), "0:1");
  end(0);
  collector.collect();
  collector.flush_stop(*inputs[0]);
  push(0, 2);
  EXPECT_EQ(text(collector.collect().frames), "0:0");
  EXPECT_EQ(text(collector.collect().frames), "0:1");
  collector.push(*inputs[0], EventPtr(gst_nvevent_new_stream_reset(0)));
  push(0);
  EXPECT_EQ(text(collector.collect().frames), "0:0");
}

TEST_F(CollectorTest, AnEventStaysBetweenTheFramesItCameBetween) {
  begin(2, 1);
  push(0);
  collector.push(*inputs[0], EventPtr(gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, nullptr)));
  push(0, 2);
  EXPECT_EQ(text(collector.collect().frames), "0:0");
  const Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.before), "event:0");
  EXPECT_EQ(text(round.frames), "0:1 0:2");
}

TEST_F(CollectorTest, TheFourthFrameWaitsForRoomAndIsCounted) {
  begin(1, 1);
  push(0, 3);
  auto pushing =
      std::async(std::launch::async, [&] { return collector.push(*inputs[0], frame()); });
  until([&] { return collector.counts(*inputs[0]).blocked == 1; });
  EXPECT_EQ(collector.counts(*inputs[0]).queued, 3u);
  EXPECT_EQ(collector.counts(*inputs[0]).queued_bytes, 300u);
  collector.collect();
  EXPECT_EQ(pushing.get(), Pushed::kTaken);
  EXPECT_EQ(collector.counts(*inputs[0]).in, 4u);
}

TEST_F(CollectorTest, FlushStopAndRemovalLetAWaitingPushGo) {
  begin(1, 1);
  push(0, 3);
  auto pushing =
      std::async(std::launch::async, [&] { return collector.push(*inputs[0], frame()); });
  until([&] { return collector.counts(*inputs[0]).blocked == 1; });
  collector.flush_start(*inputs[0]);
  EXPECT_EQ(pushing.get(), Pushed::kFlushing);
  EXPECT_EQ(collector.counts(*inputs[0]).flushed, 3u);
  collector.flush_stop(*inputs[0]);

  push(0, 3);
  pushing = std::async(std::launch::async, [&] { return collector.push(*inputs[0], frame()); });
  until([&] { return collector.counts(*inputs[0]).blocked == 2; });
  collector.remove(inputs[0]);
  EXPECT_EQ(pushing.get(), Pushed::kFlushing);

  auto collecting = std::async(std::launch::async, [&] {
    while (!collector.collect().stopped) continue;
    return true;
  });
  collector.stop();
  EXPECT_TRUE(collecting.get());
  EXPECT_EQ(collector.push(*collector.add(5), frame()), Pushed::kStopped);
}

TEST_F(CollectorTest, ARemovedSourceIsDrainedBeforeItsNumberIsUsedAgain) {
  begin(2, 1);
  push(0, 3);
  collector.remove(inputs[0]);
  EXPECT_FALSE(collector.has(0));
  inputs[0] = collector.add(0);
  EXPECT_TRUE(collector.has(0));
  push(0, 2);
  EXPECT_EQ(text(collector.collect().frames), "0:0 0:1");
  Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.frames), "0:2");
  round = collector.collect();
  EXPECT_EQ(text(round.before), "deleted:0 added:0");
  EXPECT_EQ(text(round.frames), "0:0 0:1");
}

TEST_F(CollectorTest, SyncTakesThePresentWaitsForTheFutureAndCountsThePast) {
  settings.sync = true;
  settings.rules.most_of_one = 1;
  settings.window = 40ms;
  now = 1 * GST_SECOND;
  begin(2, 2, 40ms);
  collector.push(*inputs[0], frame(now - 50 * GST_MSECOND));  // late
  collector.push(*inputs[0], frame(now - 10 * GST_MSECOND));
  collector.push(*inputs[0], frame(now + 3600 * GST_SECOND));  // early
  collector.push(*inputs[1], frame(now - 20 * GST_MSECOND));
  const Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.frames), "0:0 1:0");
  EXPECT_EQ(round.late.size(), 1u);
  EXPECT_EQ(collector.counts(*inputs[0]).late, 1u);
  EXPECT_EQ(collector.counts(*inputs[0]).queued, 1u);
}

TEST_F(CollectorTest, AnAlignedBatchBeginsWhenEverySourceHasAFrame) {
  settings.align = true;
  begin(2, 2, 0us);
  push(0);
  auto round = std::async(std::launch::async, [&] { return collector.collect(); });
  push(1);
  EXPECT_EQ(text(round.get().frames), "0:0 1:0");
  end(1);
  push(0);
  EXPECT_EQ(text(collector.collect().before), "ended:1");
  EXPECT_EQ(text(collector.collect().frames), "0:1");
}

TEST_F(CollectorTest, AnAlignedBatchWaitsForNoMoreSourcesThanItHasSlots) {
  settings.align = true;
  begin(2, 3, 0us);
  push(1);
  push(2);
  EXPECT_EQ(text(collector.collect().frames), "1:0 2:0");
}

TEST_F(CollectorTest, TheFirstBatchBeginsWhereAllSourcesHaveFrames) {
  settings.align_first = true;
  begin(2, 2, 0us);
  push_of(0, {100, 133, 166});
  push_of(1, {150, 183});
  Collector::Round round = collector.collect();
  EXPECT_EQ(round.late.size(), 2u);
  EXPECT_EQ(text(round.frames), "");
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0");
  EXPECT_EQ(collector.counts(*inputs[0]).late, 2u);
  push_of(0, {10});  // only the first one is aligned
  EXPECT_EQ(text(collector.collect().frames), "0:1 1:1");
}

TEST_F(CollectorTest, TheFirstBatchWaitsForAsManySourcesAsSlots) {
  settings.align_first = true;
  begin(2, 1, 0us);
  push_of(0, {100});
  auto round = std::async(std::launch::async, [&] { return collector.collect(); });
  inputs.push_back(collector.add(1));
  push_of(1, {90, 120});
  EXPECT_EQ(text(round.get().before), "added:1");
  EXPECT_EQ(collector.collect().late.size(), 1u);
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0");
}

class NtpSync : public CollectorTest {
 protected:
  NtpSync() {
    settings.ntp_tolerance_ns = 20 * GST_MSECOND;
    settings.rules.most_of_one = 1;
  }
};

TEST_F(NtpSync, ABatchHasFramesOfOneTimeAndOthersWait) {
  begin(2, 2);
  push_of(0, {100, 133});
  push_of(1, {134, 166});
  const Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.frames), "0:0");
  EXPECT_FALSE(round.full);
  EXPECT_EQ(text(collector.collect().frames), "0:1 1:0");
  EXPECT_EQ(collector.totals().late, 0u);
}

TEST_F(NtpSync, AFrameOfEachSourceIsWaitedForUntilTheTimeout) {
  begin(2, 2, 20ms);
  const auto start = std::chrono::steady_clock::now();
  push_of(0, {100});
  EXPECT_EQ(text(collector.collect().frames), "0:0");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
}

TEST_F(NtpSync, AFrameAfterTheBatchOfItsTimeIsLate) {
  begin(2, 2, 0us);
  push_of(0, {100});
  EXPECT_EQ(text(collector.collect().frames), "0:0");
  push_of(1, {70, 90});  // the second is in the tolerance
  EXPECT_EQ(collector.collect().late.size(), 1u);
  EXPECT_EQ(text(collector.collect().frames), "1:0");
  EXPECT_EQ(collector.counts(*inputs[1]).late, 1u);
}

TEST_F(NtpSync, AFrameOfUnknownTimeIsDropped) {
  begin(2, 2);
  push(0);
  push_of(0, {100});
  push_of(1, {100});
  EXPECT_EQ(collector.collect().late.size(), 1u);
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0");
}

TEST_F(NtpSync, ASourceThatStaysAheadLosesTheFramesThatWait) {
  settings.most_left_out = 2;
  begin(2, 2);
  push_of(0, {100, 133, 166});
  push_of(1, {5000, 5033});
  EXPECT_EQ(collector.collect().late.size(), 0u);
  const Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.frames), "0:1");
  EXPECT_EQ(round.late.size(), 2u);
  EXPECT_EQ(collector.counts(*inputs[1]).queued, 0u);
  push_of(1, {166});
  EXPECT_EQ(text(collector.collect().frames), "0:2 1:0");
}

TEST_F(NtpSync, SlotsThatAreFewerThanSourcesLeaveNoFrameOut) {
  begin(2, 3);
  for (int i = 0; i < 3; ++i) push_of(i, {100, 200});
  EXPECT_EQ(text(collector.collect().frames), "0:0 1:0");
  EXPECT_EQ(text(collector.collect().frames), "2:0");
  EXPECT_EQ(text(collector.collect().frames), "0:1 1:1");
  EXPECT_EQ(collector.totals().late, 0u);
}

class Repeat : public CollectorTest {
 protected:
  Repeat() {
    settings.repeat = true;
    settings.rules.most_of_one = 1;
  }
};

TEST_F(Repeat, TheLastFrameStandsInForAMissingOne) {
  begin(2, 2, 0us);
  push(0, 2);
  push(1);
  const Collector::Round first = collector.collect();
  EXPECT_EQ(text(first.frames), "0:0 1:0");
  const Collector::Round second = collector.collect();
  EXPECT_EQ(text(second.frames), "0:1 1:1");
  EXPECT_FALSE(second.full);
  EXPECT_FALSE(second.frames[0].repeated);
  EXPECT_TRUE(second.frames[1].repeated);
  EXPECT_EQ(second.frames[1].frame.buffer.get(), first.frames[1].frame.buffer.get());
  EXPECT_EQ(collector.counts(*inputs[1]).repeated, 1u);
  EXPECT_EQ(collector.counts(*inputs[1]).out, 1u);
  EXPECT_EQ(collector.totals().repeated, 1u);
}

TEST_F(Repeat, NothingStandsInForASourceWithoutAFrame) {
  begin(2, 2, 0us);
  push(0);
  const Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.frames), "0:0 1:0");
  EXPECT_TRUE(round.frames[1].repeated);
  EXPECT_EQ(round.frames[1].frame.buffer, nullptr);
  EXPECT_EQ(round.frames[1].frame.source_id, 1u);
}

TEST_F(Repeat, AFrameIsRepeatedUntilItsTimeIsOver) {
  settings.repeat_for = 0ns;
  begin(2, 2, 0us);
  push(0);
  push(1);
  collector.collect();
  const auto then = std::chrono::steady_clock::now();
  until([&] { return std::chrono::steady_clock::now() > then; });
  push(0);
  EXPECT_EQ(collector.collect().frames[1].frame.buffer, nullptr);
}

TEST_F(Repeat, SourcesThatEndedAreNotRepeatedNorThoseThatWereFlushed) {
  begin(3, 3, 0us);
  for (int i = 0; i < 3; ++i) push(i);
  collector.collect();
  end(1);
  EXPECT_EQ(text(collector.collect().before), "ended:1");
  collector.flush_start(*inputs[2]);
  collector.flush_stop(*inputs[2]);
  push(0);
  const Collector::Round round = collector.collect();
  EXPECT_EQ(text(round.frames), "0:1 2:1");
  EXPECT_EQ(round.frames[1].frame.buffer, nullptr);
}

TEST_F(Repeat, OnlyAsManyAsThereIsRoomFor) {
  begin(2, 3, 0us);
  push(2);
  EXPECT_EQ(text(collector.collect().frames), "2:0 0:0");
}

TEST_F(CollectorTest, PauseGivesBackWhatWasBegun) {
  begin(2, 2);
  push(0);
  auto round = std::async(std::launch::async, [&] { return collector.collect(); });
  until([&] { return collector.counts(*inputs[0]).out == 1; });
  collector.pause();
  EXPECT_TRUE(round.get().stopped);
  EXPECT_EQ(collector.counts(*inputs[0]).out, 0u);
  EXPECT_EQ(collector.counts(*inputs[0]).flushed, 1u);
  collector.resume();
  push(0);
  push(1);
  EXPECT_EQ(text(collector.collect().frames), "0:1 1:0");
}

/// Sources that push, end, flush, go and come back while one thread collects: every frame is
/// accounted for, numbers of one life of a source are without gap, all lives begin and end.
void stress(Collector::Settings settings) {
  constexpr int kSources = 6, kLives = 60, kFrames = 25;
  Collector collector([] { return GST_CLOCK_TIME_NONE; });
  settings.rules.batch_size = 4;
  settings.rules.timeout = 500us;
  collector.configure(settings);
  collector.start();

  struct Seen {
    int next = 0, added = 0, deleted = 0;
  };
  std::map<unsigned, Seen> seen;
  uint64_t out = 0;
  int wrong = 0;
  std::atomic<bool> done{false};
  std::thread collecting([&] {
    for (;;) {
      Collector::Round round = collector.collect();
      if (round.stopped) return;
      const auto notices = [&](const std::vector<Collector::Notice>& told) {
        for (const auto& notice : told) {
          if (notice.kind == Kind::kAdded) ++seen[notice.id].added, seen[notice.id].next = 0;
          if (notice.kind == Kind::kDeleted) ++seen[notice.id].deleted;
        }
      };
      notices(round.before);
      for (const auto& one : round.frames) {
        wrong += one.number != seen[one.id].next++;
        out += !one.repeated;
      }
      notices(round.after);
      int deleted = 0;
      for (const auto& [id, life] : seen) deleted += life.deleted;
      if (deleted == kSources * kLives) done = true;
    }
  });

  std::atomic<uint64_t> in{0}, flushed{0};
  std::vector<std::thread> sources;
  for (int id = 0; id < kSources; ++id)
    sources.emplace_back([&, id] {
      std::mt19937 random(id);
      for (int life = 0; life < kLives; ++life) {
        const Collector::InputPtr input = collector.add(id);
        for (int i = 0; i < kFrames; ++i) {
          InputFrame made = frame();
          made.ntp_ns = uint64_t(g_get_real_time()) * 1000;
          collector.push(*input, std::move(made));
        }
        if (random() % 3 == 0) collector.push_eos(*input);
        if (random() % 5 == 0) {
          collector.flush_start(*input);
          collector.flush_stop(*input);
        }
        collector.remove(input);
        const InputCounts counts = collector.counts(*input);
        in += counts.in;
        flushed += counts.flushed;
      }
    });
  for (std::thread& source : sources) source.join();
  until([&] { return done.load(); });
  collector.stop();
  collecting.join();

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(in, uint64_t(kSources * kLives * kFrames));
  const uint64_t late = collector.totals().late;
  EXPECT_EQ(out + flushed + late, in);
  EXPECT_TRUE(settings.ntp_tolerance_ns > 0 || late == 0) << late;
  for (const auto& [id, life] : seen) {
    EXPECT_EQ(life.added, kLives) << id;
    EXPECT_EQ(life.deleted, kLives) << id;
  }
}

TEST(CollectorStress, NothingIsLostWhileSourcesComeAndGo) { stress({}); }

TEST(CollectorStress, NothingIsLostWhileSourcesThatRepeatComeAndGo) {
  stress({.align = true, .repeat = true, .repeat_for = 1ms});
}

TEST(CollectorStress, NothingIsLostUnseenWhileSourcesOfOneTimeComeAndGo) {
  stress({.align_first = true, .ntp_tolerance_ns = 100'000, .most_left_out = 2});
}

}  // namespace
}  // namespace thalweg
