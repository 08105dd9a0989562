#pragma once

#include <glib.h>
#include <gtest/gtest.h>

namespace thalweg::testing {

/// From now on a warning of GStreamer or GLib is a failure of the test: a defect of the element's,
/// or of the test.
inline void let_warnings_fail() {
  g_log_set_default_handler(
      [](const char* domain, GLogLevelFlags level, const char* text, gpointer) {
        if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL))
          ADD_FAILURE() << domain << ": " << text;
      },
      nullptr);
}

}  // namespace thalweg::testing
