#pragma once

#include <gst/gst.h>

namespace thalweg {

/// True if other pictures may refer to this one: its first slice has nal_ref_idc > 0 (ITU-T H.264,
/// 7.4.1). `buffer` is one access unit as a byte stream. Also true if no slice is found, so that
/// what is not understood is decoded.
bool is_reference_access_unit(GstBuffer* buffer);

}  // namespace thalweg
