#include "elements/transforms.h"

#include <gst/video/video.h>

#include <initializer_list>

namespace thalweg {

GstCaps* filtered_caps(GstCaps* caps, GstCaps* filter) {
  if (!filter) return caps;
  GstCaps* common = gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref(caps);
  return common;
}

bool speaks_of_pixels(const GstMeta* meta) {
  for (const char* tag : {GST_META_TAG_MEMORY_STR, GST_META_TAG_VIDEO_SIZE_STR,
                          GST_META_TAG_VIDEO_ORIENTATION_STR, GST_META_TAG_VIDEO_COLORSPACE_STR})
    if (gst_meta_api_type_has_tag(meta->info->api, g_quark_from_static_string(tag))) return true;
  return false;
}

void bring_own_pictures(GstBaseTransformClass* klass) {
  klass->decide_allocation = [](GstBaseTransform*, GstQuery*) -> gboolean { return TRUE; };
  klass->prepare_output_buffer = [](GstBaseTransform* transform, GstBuffer* in, GstBuffer** out) {
    *out = gst_buffer_new();
    GST_BASE_TRANSFORM_GET_CLASS(transform)->copy_metadata(transform, in, *out);
    return GST_FLOW_OK;
  };
}

}  // namespace thalweg
