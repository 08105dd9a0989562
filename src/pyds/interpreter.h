#pragma once

#include <nanobind/nanobind.h>

#include <optional>

namespace thalweg::pyds {

namespace nb = nanobind;

// The way into the interpreter and out of it, for threads that outlive it: pipelines that nobody
// stopped go on while the process ends. A thread that asks a dying interpreter for the GIL is
// killed by it, and takes the process along when C++ frames are on its stack. So whoever comes
// after the end has begun is turned away, and the end waits for those who are inside.

/// Holds the GIL while it lives, for hooks that C threads call. False when the interpreter ends:
/// then the thread must leave Python's objects alone. A hook may run while arguments are dropped of
/// a call that failed: the thread's error is put aside, and is back at the end.
class WithGil {
 public:
  WithGil();
  ~WithGil();
  WithGil(const WithGil&) = delete;
  WithGil& operator=(const WithGil&) = delete;
  explicit operator bool() const { return entered_; }

 private:
  bool entered_;
  PyGILState_STATE state_{};
  std::optional<nb::error_scope> error_;
};

/// Gives the GIL up while it lives. A thread that would come back to an interpreter that has ended
/// is stopped for good, as Python 3.14 does.
class WithoutGil {
 public:
  WithoutGil() : thread_(PyEval_SaveThread()) {}
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* thread_;
};

/// Begins the end: turns away who comes from now on, and waits, without the GIL, for the threads
/// inside, but not for ever. For atexit.
void end_interpreter();

}  // namespace thalweg::pyds
