#pragma once

#include <glib-object.h>

#include <string>

namespace thalweg {

// Between a GValue and the member that a property stands for; the GValue has the member's type, or
// that of an enum for a gint, or guint for a guint64.

inline void take(const GValue* value, bool& to) { to = g_value_get_boolean(value); }
inline void take(const GValue* value, guint& to) { to = g_value_get_uint(value); }
inline void take(const GValue* value, gint& to) {
  to = G_VALUE_HOLDS_ENUM(value) ? g_value_get_enum(value) : g_value_get_int(value);
}
inline void take(const GValue* value, guint64& to) {
  to = G_VALUE_HOLDS_UINT(value) ? g_value_get_uint(value) : g_value_get_uint64(value);
}
inline void take(const GValue* value, std::string& to) {
  const char* text = g_value_get_string(value);
  to = text ? text : "";
}

inline void give(GValue* value, bool from) { g_value_set_boolean(value, from); }
inline void give(GValue* value, guint from) { g_value_set_uint(value, from); }
inline void give(GValue* value, gint from) {
  G_VALUE_HOLDS_ENUM(value) ? g_value_set_enum(value, from) : g_value_set_int(value, from);
}
inline void give(GValue* value, guint64 from) {
  G_VALUE_HOLDS_UINT(value) ? g_value_set_uint(value, guint(from))
                            : g_value_set_uint64(value, from);
}

}  // namespace thalweg
