#pragma once

#include "nvdsmeta.h"

namespace thalweg {

/// What a unit of inference shows, which gets its results: a frame, or an object or region in it.
struct Subject {
  NvDsFrameMeta* frame;
  NvDsObjectMeta* object = nullptr;
  NvDsRoiMeta* region = nullptr;  ///< of nvdspreprocess
};

}  // namespace thalweg
