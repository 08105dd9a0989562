#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace thalweg {

/// Jobs and the buffers that wait for them, in order, with the thread that does the jobs and pushes
/// the buffers.
///
/// The streaming thread adds; the queue's own thread calls jobs and handlers. After a push that did
/// not give GST_FLOW_OK, or a job that threw, jobs and buffers are dropped until reset(): the flow
/// is what the streaming thread returns upstream.
class OutputQueue {
 public:
  struct Handlers {
    std::function<GstFlowReturn(GstBuffer*)> push;    ///< takes the buffer
    std::function<void(const std::exception&)> fail;  ///< once, then the flow is ERROR
    std::function<void(gint64 us)> stayed;  ///< how long a buffer was here before its push
  };

  explicit OutputQueue(Handlers handlers);
  /// Drops what is left, without pushing.
  ~OutputQueue();

  /// What is to be done before the next buffer added leaves.
  void add(std::function<void()> job);
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
    std::function<void()> job;
    GstBuffer* buffer = nullptr;  // when there is no job
    gint64 arrived_us = 0;
  };
  void loop();
  void do_job(const std::function<void()>& job);
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
