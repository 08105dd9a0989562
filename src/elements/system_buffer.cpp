#include "elements/system_buffer.h"

#include <gst/video/video.h>

namespace thalweg {

GstBuffer* system_buffer(const std::shared_ptr<const Picture>& picture, GstBuffer* like) {
  const ConstPixels& pixels = picture->pixels();
  GstBuffer* buffer = gst_buffer_new();
  gsize offsets[GST_VIDEO_MAX_PLANES] = {};
  gint strides[GST_VIDEO_MAX_PLANES] = {};
  const FormatLayout& layout = *format_layout(pixels.format);
  gsize size = 0;
  for (int i = 0; i < pixels.num_planes; ++i) {
    const auto& plane = pixels.planes[size_t(i)];
    const gsize bytes = gsize(plane.stride_bytes) * gsize(plane.height - 1) +
                        gsize(plane.width) * gsize(layout.planes[i].bytes);
    offsets[i] = size;
    strides[i] = plane.stride_bytes;
    size += bytes;
    gst_buffer_append_memory(
        buffer, gst_memory_new_wrapped(
                    GST_MEMORY_FLAG_READONLY, const_cast<uint8_t*>(plane.data), bytes, 0, bytes,
                    new std::shared_ptr<const Picture>(picture), [](gpointer holder) {
                      delete static_cast<std::shared_ptr<const Picture>*>(holder);
                    }));
  }
  gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, layout.gst_format,
                                 guint(pixels.width), guint(pixels.height),
                                 guint(pixels.num_planes), offsets, strides);
  gst_buffer_copy_into(
      buffer, like, GstBufferCopyFlags(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS), 0, -1);
  return buffer;
}

}  // namespace thalweg
