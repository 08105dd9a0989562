#include "pyds/interpreter.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace thalweg::pyds {

namespace {

struct Gate {
  std::mutex mutex;
  std::condition_variable left;
  bool ending = false;
  std::thread::id ender;
  int inside = 0;
};

Gate& gate() {
  static Gate& only = *new Gate;  // threads may come while the process ends
  return only;
}

/// How often this thread is inside; only the first time asks at the gate.
thread_local int depth = 0;

bool enter() {
  if (depth == 0) {
    Gate& at = gate();
    const std::lock_guard lock(at.mutex);
    if (at.ending && at.ender != std::this_thread::get_id()) return false;
    ++at.inside;
  }
  ++depth;
  return true;
}

void leave() {
  if (--depth > 0) return;
  Gate& at = gate();
  const std::lock_guard lock(at.mutex);
  --at.inside;
  at.left.notify_all();
}

}  // namespace

WithGil::WithGil() : entered_(enter()) {
  if (!entered_) return;
  state_ = PyGILState_Ensure();
  error_.emplace();
}

WithGil::~WithGil() {
  if (!entered_) return;
  error_.reset();
  PyGILState_Release(state_);
  leave();
}

WithoutGil::~WithoutGil() {
  while (!enter()) pause();
  PyEval_RestoreThread(thread_);
  leave();
}

void end_interpreter() {
  Gate& at = gate();
  {
    const std::lock_guard lock(at.mutex);
    at.ending = true;
    at.ender = std::this_thread::get_id();
  }
  const WithoutGil others_may_leave;
  std::unique_lock lock(at.mutex);
  at.left.wait_for(lock, std::chrono::seconds(5), [&at] { return at.inside == 0; });
}

}  // namespace thalweg::pyds
