#pragma once

#include <gst/gst.h>

#include "pyds/convert.h"

namespace thalweg::pyds {

/// A Gst.Buffer given as the object or as hash(object), which is its address. nullptr for 0.
/// @throws TypeError naming the argument for anything that is no buffer.
GstBuffer* to_buffer(nb::handle value, const Site& site);

}  // namespace thalweg::pyds
