#pragma once

#include "gstnvdsmeta.h"
#include "nvbufsurface.h"
#include "nvds_360d_meta.h"
#include "nvds_roi_meta.h"
#include "nvds_tracker_meta.h"
#include "nvdsinfer.h"
#include "nvdsmeta.h"
#include "nvdsmeta_schema.h"
#include "nvll_osd_struct.h"
#include "pyds/enums.h"

namespace thalweg::pyds {

THALWEG_PYDS_ENUM(GstNvDsMetaType);
THALWEG_PYDS_ENUM(NvBufSurfaceColorFormat);
THALWEG_PYDS_ENUM(NvBufSurfaceLayout);
THALWEG_PYDS_ENUM(NvBufSurfaceMemMapFlags);
THALWEG_PYDS_ENUM(NvBufSurfaceMemType);
THALWEG_PYDS_ENUM(NvDsDataType);
THALWEG_PYDS_ENUM(NvDsEventType);
THALWEG_PYDS_ENUM(NvDsInferDataType);
THALWEG_PYDS_ENUM(NvDsMetaType);
THALWEG_PYDS_ENUM(NvDsObjectType);
THALWEG_PYDS_ENUM(NvDsPayloadType);
THALWEG_PYDS_ENUM(NvDsUnitType);
THALWEG_PYDS_ENUM(NvOSD_Arrow_Head_Direction);
THALWEG_PYDS_ENUM(NvOSD_Mode);
THALWEG_PYDS_ENUM(ROI_STATUS_360D);
THALWEG_PYDS_ENUM(TRACKER_STATE);

}  // namespace thalweg::pyds
