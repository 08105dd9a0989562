#pragma once

#include <gst/gst.h>

#include <memory>

#include "pyds/convert.h"

namespace thalweg::pyds {

using ElementPtr = std::unique_ptr<GstElement, decltype(&gst_object_unref)>;

/// A Gst.Element given as the object or as hash(object), which is its address; with a reference.
/// @throws TypeError naming the argument for anything that is no element.
ElementPtr to_element(nb::handle value, const Site& site);

}  // namespace thalweg::pyds
