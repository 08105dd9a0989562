#include "elements/nvmultistreamtiler/gather.h"

namespace thalweg {
namespace {

/// Maps the metas that were put before `old_head`.
template <class Meta>
void map_new(const FrameMapping& mapping, GList* head, const GList* old_head) {
  for (GList* node = head; node != old_head; node = node->next)
    mapping.apply(*static_cast<Meta*>(node->data));
}

}  // namespace

void gather(const NvDsFrameMeta& from, const FrameMapping* shown, NvDsFrameMeta* to) {
  nvds_copy_frame_user_meta_list(from.frame_user_meta_list, to);
  if (!shown) return;
  // The library prepends what it copies.
  const GList* objects = to->obj_meta_list;
  const GList* displays = to->display_meta_list;
  nvds_copy_obj_meta_list(from.obj_meta_list, to);
  nvds_copy_display_meta_list(from.display_meta_list, to);
  map_new<NvDsObjectMeta>(*shown, to->obj_meta_list, objects);
  map_new<NvDsDisplayMeta>(*shown, to->display_meta_list, displays);
}

}  // namespace thalweg
