#pragma once

#include <atomic>

namespace thalweg::pyds {

/// False once the interpreter ends: hooks that C threads call must not take the GIL any more.
extern std::atomic<bool> interpreter_runs;

}  // namespace thalweg::pyds
