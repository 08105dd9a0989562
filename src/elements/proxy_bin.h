#pragma once

#include <gst/gst.h>

#include <span>

#include "elements/kept_properties.h"

namespace thalweg {

/// A bin round one other element, whose pads it shows under the same names and whose properties it
/// forwards. For elements that are another one and a bit more.
///
/// An element derives from it: its class_init calls proxy_bin_class_setup.
struct ThalwegProxyBin {
  GstBin parent;
  GstElement* inner;  ///< of the bin; null where it is not installed, then READY fails
  KeptProperties* properties;
};
struct ThalwegProxyBinClass {
  GstBinClass parent;
  const char* inner_factory;
  const char* inner_package;
  std::span<const KeptProperty> properties;
  /// After a property was set, with no lock held; may be null.
  void (*changed)(ThalwegProxyBin* self, guint id);
};
GType proxy_bin_get_type();

/// Id of the first of the properties.
inline constexpr guint kFirstProxyProperty = 1;

/// Pads, of `caps` both, and properties of a derived class. Properties that the inner element has
/// under the same name are its own: set and read there. All arguments live as long as the process.
void proxy_bin_class_setup(ThalwegProxyBinClass* klass, const char* inner_factory,
                           const char* inner_package, const char* caps,
                           std::span<const KeptProperty> properties);

}  // namespace thalweg
