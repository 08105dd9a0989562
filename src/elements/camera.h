#pragma once

#include <string>

#include "elements/source_bin.h"

namespace thalweg {

/// The source for a camera: v4l2src if `device` ("/dev/video0") can be opened, else a live
/// videotestsrc of `size` ("width=640,height=480") at 30 frames a second, with an INFO message that
/// says so.
SourceParts camera_parts(const std::string& device, const char* size);

}  // namespace thalweg
