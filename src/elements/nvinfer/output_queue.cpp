#include "elements/nvinfer/output_queue.h"

#include <utility>

namespace thalweg {

OutputQueue::OutputQueue(Handlers handlers)
    : handlers_(std::move(handlers)), thread_([this] { loop(); }) {}

OutputQueue::~OutputQueue() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    if (flow_ == GST_FLOW_OK) flow_ = GST_FLOW_FLUSHING;
  }
  changed_.notify_all();
  thread_.join();
}

void OutputQueue::add(std::function<void()> job) {
  {
    std::lock_guard lock(mutex_);
    work_.push_back({std::move(job)});
  }
  changed_.notify_all();
}

GstFlowReturn OutputQueue::add(GstBuffer* buffer, gint64 arrived_us, size_t limit) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return buffers_ < limit || flow_ != GST_FLOW_OK; });
  work_.push_back({nullptr, buffer, arrived_us});
  ++buffers_;
  GstFlowReturn flow = flow_;
  lock.unlock();
  changed_.notify_all();
  return flow;
}

void OutputQueue::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return work_.empty() && !busy_; });
}

GstFlowReturn OutputQueue::flow() const {
  std::lock_guard lock(mutex_);
  return flow_;
}

void OutputQueue::fail(GstFlowReturn flow) {
  {
    std::lock_guard lock(mutex_);
    if (flow_ == GST_FLOW_OK) flow_ = flow;
  }
  changed_.notify_all();
}

void OutputQueue::reset() {
  std::lock_guard lock(mutex_);
  flow_ = GST_FLOW_OK;
}

void OutputQueue::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !work_.empty(); });
    if (work_.empty()) return;
    Work work = std::move(work_.front());
    work_.pop_front();
    busy_ = true;
    lock.unlock();
    const bool is_buffer = work.buffer;
    if (is_buffer) {
      finish_buffer(work);
    } else {
      do_job(work.job);
    }
    work = {};  // what the job holds goes before drain() returns
    lock.lock();
    busy_ = false;
    if (is_buffer) --buffers_;
    changed_.notify_all();
  }
}

void OutputQueue::do_job(const std::function<void()>& job) {
  if (flow() != GST_FLOW_OK) return;
  try {
    job();
  } catch (const std::exception& error) {
    bool first = flow() == GST_FLOW_OK;
    fail(GST_FLOW_ERROR);
    if (first) handlers_.fail(error);
  }
}

void OutputQueue::finish_buffer(const Work& work) {
  if (flow() != GST_FLOW_OK) {
    gst_buffer_unref(work.buffer);
    return;
  }
  handlers_.stayed(g_get_monotonic_time() - work.arrived_us);
  GstFlowReturn flow = handlers_.push(work.buffer);
  if (flow != GST_FLOW_OK) fail(flow);
}

}  // namespace thalweg
