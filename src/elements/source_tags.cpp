#include "elements/source_tags.h"

namespace thalweg {
namespace {

constexpr char kName[] = "thalweg-source-tags";

}  // namespace

GstEvent* new_source_tags_event(unsigned source, const GstTagList* tags) {
  return gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM,
                              gst_structure_new(kName, "source-id", G_TYPE_UINT, source, "tags",
                                                GST_TYPE_TAG_LIST, tags, nullptr));
}

GstTagList* parse_source_tags(GstEvent* event, unsigned* source) {
  const GstStructure* fields = gst_event_get_structure(event);
  if (!fields || !gst_structure_has_name(fields, kName) ||
      !gst_structure_get_uint(fields, "source-id", source))
    return nullptr;
  const GValue* tags = gst_structure_get_value(fields, "tags");
  return tags ? static_cast<GstTagList*>(g_value_get_boxed(tags)) : nullptr;
}

}  // namespace thalweg
