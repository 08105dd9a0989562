#include "elements/nvstreamdemux/split.h"

#include <string_view>

#include "nvds_latency_meta.h"

namespace thalweg {
namespace {

/// Whether it is the time that a frame of another source took; whoever measures expects one of each
/// frame of the batch.
bool is_latency_of_another(const NvDsUserMeta& user, const NvDsFrameMeta& frame) {
  if (user.base_meta.meta_type != NVDS_LATENCY_MEASUREMENT_META) return false;
  const auto& entry = *static_cast<const NvDsMetaCompLatency*>(user.user_meta_data);
  const std::string_view name = entry.component_name;
  return (name.starts_with("nvstreammux") || name.starts_with("nvv4l2decoder")) &&
         entry.pad_index != frame.pad_index;
}

}  // namespace

void copy_alone(const NvDsBatchMeta& from, NvDsFrameMeta& frame, NvDsBatchMeta* to) {
  NvDsFrameMeta* copy = nvds_acquire_frame_meta_from_pool(to);
  nvds_copy_frame_meta(&frame, copy);
  copy->batch_id = 0;
  nvds_add_frame_meta_to_batch(to, copy);
  for (GList* node = from.batch_user_meta_list; node; node = node->next) {
    if (is_latency_of_another(*static_cast<NvDsUserMeta*>(node->data), frame)) continue;
    GList alone{.data = node->data, .next = nullptr, .prev = nullptr};
    nvds_copy_batch_user_meta_list(&alone, to);
  }
}

}  // namespace thalweg
