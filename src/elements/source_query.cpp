#include "elements/source_query.h"

namespace thalweg {
namespace {

constexpr char kName[] = "thalweg-source-caps";

}  // namespace

GstQuery* new_source_caps_query(unsigned source) {
  return gst_query_new_custom(GST_QUERY_CUSTOM,
                              gst_structure_new(kName, "source-id", G_TYPE_UINT, source, nullptr));
}

std::optional<unsigned> asked_source(GstQuery* query) {
  const GstStructure* fields = gst_query_get_structure(query);
  guint source = 0;
  if (!fields || !gst_structure_has_name(fields, kName) ||
      !gst_structure_get_uint(fields, "source-id", &source))
    return std::nullopt;
  return source;
}

void answer_source_caps(GstQuery* query, GstCaps* caps) {
  gst_structure_set(gst_query_writable_structure(query), "caps", GST_TYPE_CAPS, caps, nullptr);
}

GstCaps* answered_source_caps(GstQuery* query) {
  const GValue* caps = gst_structure_get_value(gst_query_get_structure(query), "caps");
  return caps ? static_cast<GstCaps*>(g_value_get_boxed(caps)) : nullptr;
}

}  // namespace thalweg
