#pragma once

#include <memory>

#include "elements/nvinfer/subject.h"
#include "nvdsmeta.h"

namespace thalweg {

/// The payload of a user meta that attach_payload made.
template <class Struct, class Payload>
Payload* payload_of(gpointer user_meta) {
  auto* data = static_cast<NvDsUserMeta*>(user_meta)->user_meta_data;
  return static_cast<Payload*>(static_cast<Struct*>(data));
}

/// Gives the region, else the object, else the frame of `subject` a user meta of `type`. `payload`
/// is what it points to: a class of `Struct`, the C interface's, and of the memory behind it.
/// Copies of the meta have copies of the payload. The batch's lock must be held.
template <class Struct, class Payload>
void attach_payload(std::unique_ptr<Payload> payload, int type, const Subject& subject) {
  const auto& [frame, object, region] = subject;
  NvDsUserMeta* meta = nvds_acquire_user_meta_from_pool(frame->base_meta.batch_meta);
  meta->user_meta_data = static_cast<Struct*>(payload.release());
  meta->base_meta.meta_type = NvDsMetaType(type);
  meta->base_meta.copy_func = [](gpointer user_meta, gpointer) -> gpointer {
    return static_cast<Struct*>(new Payload(*payload_of<Struct, Payload>(user_meta)));
  };
  meta->base_meta.release_func = [](gpointer user_meta, gpointer) {
    delete payload_of<Struct, Payload>(user_meta);
    static_cast<NvDsUserMeta*>(user_meta)->user_meta_data = nullptr;
  };
  if (region) {
    nvds_add_user_meta_to_roi(region, meta);
  } else if (object) {
    nvds_add_user_meta_to_obj(object, meta);
  } else {
    nvds_add_user_meta_to_frame(frame, meta);
  }
}

}  // namespace thalweg
