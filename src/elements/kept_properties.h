#pragma once

#include <gst/gst.h>

#include <span>
#include <string>
#include <vector>

namespace thalweg {

/// A property that can be set and read back. Most are needed by other platforms and not by the CPU:
/// setting such a one is logged once, at INFO. `value` is the default as gst-inspect writes it
/// ("0", "true", "device", NULL for no string). `enum_values` (ends with {0, NULL, NULL}) only for
/// G_TYPE_ENUM.
struct KeptProperty {
  /// Ends the blurb of those that have none; docs/elements.md is made from it.
  static constexpr char kNoEffect[] = " (no effect on a CPU)";
  /// Stands before why_no_effect in the blurb; docs/elements.md is made from it.
  static constexpr char kNoEffectBecause[] = ". Setting it has no effect: ";

  const char* name;
  /// G_TYPE_UINT, _INT, _UINT64, _INT64, _BOOLEAN, _FLOAT, _STRING, _ENUM, _POINTER, _BOXED (a
  /// GstStructure) or _FLAGS (GstBufferFlags).
  GType type;
  const char* value;
  const char* meaning;
  const GEnumValue* enum_values = nullptr;
  const char* enum_name = nullptr;
  gint64 minimum = G_MININT64, maximum = G_MAXINT64;  ///< cut to the type's own range
  GParamFlags flags = GParamFlags(0);  ///< added to READWRITE (READABLE only if set so)
  bool used = false;                   ///< the element reads it, so it is not logged
  /// For one whose effect a program may miss: then the first value that is not the default is
  /// logged as a WARNING.
  const char* why_no_effect = nullptr;
};

/// The enum of that name, registered if it is not yet; `values` ends with {0, NULL, NULL} and lives
/// as long as the process. Elements share enums (nvbuf-memory-type). Any thread.
GType enum_type(const char* name, const GEnumValue* values);

/// The kept properties of one element class; ids start at `first_id`. One per instance holds
/// values.
class KeptProperties {
 public:
  static void install(GObjectClass* klass, guint first_id, std::span<const KeptProperty> table);

  KeptProperties(guint first_id, std::span<const KeptProperty> table);
  ~KeptProperties();
  /// Stores the value; false if `id` is not one of the table's. `object` is a GstObject, whose lock
  /// is taken: set and get may be called from any thread.
  bool set(GObject* object, guint id, const GValue* value, GstDebugCategory* category);
  bool get(GObject* object, guint id, GValue* value) const;
  /// The value of a property that is a number, boolean or enum. Any thread.
  gint64 number(GObject* object, guint id) const;
  /// The value of a string property, "" for NULL. Any thread.
  std::string text(GObject* object, guint id) const;

 private:
  guint first_id_;
  std::span<const KeptProperty> table_;
  std::vector<GValue> values_;
  std::vector<bool> told_;
};

}  // namespace thalweg
