#pragma once

#include "custom_data.hpp"
#include "nvdsmeta.h"
#include "nvdsmeta_schema.h"

namespace thalweg::pyds {

/// Makes the user meta copy and free the NvDsEventMsgMeta that is its payload. C code runs the
/// hooks from any thread; they need no GIL.
void install_event_message_hooks(NvDsUserMeta* user_meta);
/// The same for a CustomDataStruct.
void install_custom_struct_hooks(NvDsUserMeta* user_meta);
/// Those hooks: `data` is the NvDsUserMeta.
void* copy_custom_struct(void* data, void* user_data);
void release_custom_struct(void* data, void* user_data);

}  // namespace thalweg::pyds
