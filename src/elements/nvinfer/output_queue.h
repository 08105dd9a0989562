#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "infer/detector.h"
#include "nvdsmeta.h"

namespace thalweg {

/// Runs under way and buffers that wait for them, in order, with the thread that finishes runs,
/// writes their metadata and pushes the buffers.
///
/// The streaming thread adds; the queue's own thread calls the handlers. After a push that did not
/// give GST_FLOW_OK, buffers are dropped until reset(): the flow is what the streaming thread
/// returns upstream.
class OutputQueue {
 public:
  struct Handlers {
    std::function<GstFlowReturn(GstBuffer*)> push;  ///< takes the buffer
    /// Writes the metadata of one frame.
    std::function<void(NvDsFrameMeta*, std::span<const Detection>, const Detector&)> write;
    std::function<void(const std::exception&)> fail;  ///< once, then the flow is ERROR
    std::function<void(gint64 us)> stayed;  ///< how long a buffer was here before its push
  };

  explicit OutputQueue(Handlers handlers);
  /// Drops what is left, without pushing.
  ~OutputQueue();

  /// A started run and the frames that it was fed, which belong to the next buffer added.
  void add(std::shared_ptr<Detector> detector, Detector::Run* run,
           std::vector<NvDsFrameMeta*> frames);
  /// A buffer (taken), to be pushed after all before it. Waits while `limit` buffers are queued.
  GstFlowReturn add(GstBuffer* buffer, gint64 arrived_us, size_t limit);
  /// Waits until everything is pushed or dropped.
  void drain();
  GstFlowReturn flow() const;
  /// Stops pushing, as after a push that gave `flow`.
  void fail(GstFlowReturn flow);
  /// Pushes again. @pre drained
  void reset();

 private:
  struct Work {
    std::shared_ptr<Detector> detector;
    Detector::Run* run = nullptr;
    std::vector<NvDsFrameMeta*> frames;
    GstBuffer* buffer = nullptr;  // when there is no run
    gint64 arrived_us = 0;
  };
  void loop();
  void finish_run(const Work& work);
  void finish_buffer(const Work& work);

  Handlers handlers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> work_;
  size_t buffers_ = 0;  // in work_ or being pushed
  bool busy_ = false;
  bool stopping_ = false;
  GstFlowReturn flow_ = GST_FLOW_OK;
  std::thread thread_;
};

}  // namespace thalweg
