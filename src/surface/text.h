#pragma once

#include <glib.h>

#include <cstdarg>
#include <string>

namespace thalweg {

/// printf into a string; the compilers we build with have no std::format yet.
[[gnu::format(printf, 1, 2)]] inline std::string text(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char* made = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  std::string result = made;
  g_free(made);
  return result;
}

}  // namespace thalweg
