#include "elements/nvinfer/output_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>

// Order, limits and the end of nvinfer's queue, with runs of the real model between the buffers.

namespace thalweg {
namespace {

class OutputQueueTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    gst_init(nullptr, nullptr);
    setenv("THALWEG_BACKEND_DIR", THALWEG_BACKEND_FOLDER, 0);
    setenv("TBB_ENABLE_SANITIZERS", "1", 0);  // else it opens a library in a way that they refuse
    ConfigNotes notes;
    auto config = load_config(
        THALWEG_SOURCE_FOLDER "/models/ssd_mobilenet_v2_coco/config_infer_primary.txt", notes);
    detector_ = std::make_shared<Detector>(config, [](LogLevel, const std::string&) {});
    batch_ = std::make_unique<Batch>(1);
    auto picture = Picture::allocate(NVBUF_COLOR_FORMAT_GRAY8, 64, 64);
    Pixels pixels = picture->mutable_pixels();
    for (int y = 0; y < 64; ++y) {
      std::fill_n(pixels.planes[0].data + y * pixels.planes[0].stride_bytes, 64, uint8_t(90));
    }
    batch_->add(picture);
  }
  static void TearDownTestSuite() {
    detector_.reset();
    batch_.reset();
  }

  OutputQueue::Handlers handlers() {
    return {[this](GstBuffer* buffer) {
              events_.push_back("push " + std::to_string(GST_BUFFER_OFFSET(buffer)));
              gst_buffer_unref(buffer);
              return pushed_++ < good_pushes_ ? GST_FLOW_OK : GST_FLOW_EOS;
            },
            [this](NvDsFrameMeta*, std::span<const Detection>, const Detector&) {
              if (fail_writes_) throw std::runtime_error("no");
              events_.push_back("write");
            },
            [this](const std::exception& error) {
              events_.push_back(std::string("fail ") + error.what());
            },
            [](gint64) {}};
  }
  static void add_run(OutputQueue& queue) {
    auto* run = detector_->acquire();
    run->add(batch_->frame(0));
    run->start();
    queue.add(detector_, run, {nullptr});
  }
  static GstFlowReturn add_buffer(OutputQueue& queue, guint64 number, size_t limit = 100) {
    GstBuffer* buffer = gst_buffer_new();
    GST_BUFFER_OFFSET(buffer) = number;
    return queue.add(buffer, g_get_monotonic_time(), limit);
  }

  static std::shared_ptr<Detector> detector_;
  static std::unique_ptr<Batch> batch_;
  std::vector<std::string> events_;  // the queue's thread; read after drain()
  int good_pushes_ = 1000, pushed_ = 0;
  bool fail_writes_ = false;
};
std::shared_ptr<Detector> OutputQueueTest::detector_;
std::unique_ptr<Batch> OutputQueueTest::batch_;

TEST_F(OutputQueueTest, EachBufferFollowsItsRuns) {
  OutputQueue queue(handlers());
  std::vector<std::string> expected;
  for (guint64 i = 0; i < 12; ++i) {
    add_run(queue);
    expected.push_back("write");
    if (i % 3 == 0) add_run(queue), expected.push_back("write");
    EXPECT_EQ(add_buffer(queue, i), GST_FLOW_OK);
    expected.push_back("push " + std::to_string(i));
  }
  queue.drain();
  EXPECT_EQ(events_, expected);
}

TEST_F(OutputQueueTest, AfterAPushThatFailsAllIsDroppedAndRunsAreFreed) {
  good_pushes_ = 1;
  OutputQueue queue(handlers());
  for (guint64 i = 0; i < 10; ++i) {
    add_run(queue);  // would wait for ever if runs were lost
    add_buffer(queue, i);
  }
  queue.drain();
  EXPECT_EQ(queue.flow(), GST_FLOW_EOS);
  EXPECT_EQ(pushed_, 2);
  queue.reset();
  good_pushes_ = 1000;
  EXPECT_EQ(add_buffer(queue, 10), GST_FLOW_OK);
  queue.drain();
  EXPECT_EQ(events_.back(), "push 10");
}

TEST_F(OutputQueueTest, AnErrorIsToldOnce) {
  fail_writes_ = true;
  OutputQueue queue(handlers());
  for (guint64 i = 0; i < 3; ++i) {
    add_run(queue);
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
    add_run(queue);
    add_buffer(queue, i);
  }
}

}  // namespace
}  // namespace thalweg
