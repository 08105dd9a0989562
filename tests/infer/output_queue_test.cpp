#include "elements/nvinfer/output_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

// Order, limits and the end of nvinfer's queue.

namespace thalweg {
namespace {

class OutputQueueTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  OutputQueue::Handlers handlers() {
    return {[this](GstBuffer* buffer) {
              events_.push_back("push " + std::to_string(GST_BUFFER_OFFSET(buffer)));
              gst_buffer_unref(buffer);
              return pushed_++ < good_pushes_ ? GST_FLOW_OK : GST_FLOW_EOS;
            },
            [this](const std::exception& error) {
              events_.push_back(std::string("fail ") + error.what());
            },
            [](gint64) {}};
  }
  void add_job(OutputQueue& queue) {
    queue.add([this, held = held_] {
      if (fail_jobs_) throw std::runtime_error("no");
      events_.push_back("job");
    });
  }
  static GstFlowReturn add_buffer(OutputQueue& queue, guint64 number, size_t limit = 100) {
    GstBuffer* buffer = gst_buffer_new();
    GST_BUFFER_OFFSET(buffer) = number;
    return queue.add(buffer, g_get_monotonic_time(), limit);
  }

  std::vector<std::string> events_;                      // the queue's thread; read after drain()
  std::shared_ptr<int> held_ = std::make_shared<int>();  // by jobs, as they hold runs
  int good_pushes_ = 1000, pushed_ = 0;
  bool fail_jobs_ = false;
};

TEST_F(OutputQueueTest, EachBufferFollowsItsJobs) {
  OutputQueue queue(handlers());
  std::vector<std::string> expected;
  for (guint64 i = 0; i < 12; ++i) {
    add_job(queue);
    expected.push_back("job");
    if (i % 3 == 0) add_job(queue), expected.push_back("job");
    EXPECT_EQ(add_buffer(queue, i), GST_FLOW_OK);
    expected.push_back("push " + std::to_string(i));
  }
  queue.drain();
  EXPECT_EQ(events_, expected);
}

TEST_F(OutputQueueTest, AfterAPushThatFailsAllIsDropped) {
  good_pushes_ = 1;
  OutputQueue queue(handlers());
  for (guint64 i = 0; i < 10; ++i) {
    add_job(queue);
    add_buffer(queue, i);
  }
  queue.drain();
  EXPECT_EQ(queue.flow(), GST_FLOW_EOS);
  EXPECT_EQ(pushed_, 2);
  EXPECT_EQ(held_.use_count(), 1);
  queue.reset();
  good_pushes_ = 1000;
  EXPECT_EQ(add_buffer(queue, 10), GST_FLOW_OK);
  queue.drain();
  EXPECT_EQ(events_.back(), "push 10");
}

TEST_F(OutputQueueTest, AnErrorIsToldOnce) {
  fail_jobs_ = true;
  OutputQueue queue(handlers());
  for (guint64 i = 0; i < 3; ++i) {
    add_job(queue);
    add_buffer(queue, i);
  }
  queue.drain();
  EXPECT_EQ(queue.flow(), GST_FLOW_ERROR);
  EXPECT_EQ(events_, std::vector<std::string>{"fail no"});
}

TEST_F(OutputQueueTest, NoMoreBuffersThanTheLimitWait) {
  std::atomic<int> arrived{0}, passed{0};
  auto slow = handlers();
  slow.push = [&](GstBuffer* buffer) {
    EXPECT_LE(arrived - passed, 3);  // two queued, one on its way in
    ++passed;
    gst_buffer_unref(buffer);
    return GST_FLOW_OK;
  };
  OutputQueue queue(slow);
  for (int i = 0; i < 200; ++i) {
    ++arrived;
    add_buffer(queue, guint64(i), 2);
  }
  queue.drain();
  EXPECT_EQ(passed, 200);
}

TEST_F(OutputQueueTest, ItsEndDropsWhatIsLeft) {
  OutputQueue queue(handlers());
  for (guint64 i = 0; i < 4; ++i) {
    add_job(queue);
    add_buffer(queue, i);
  }
}

}  // namespace
}  // namespace thalweg
