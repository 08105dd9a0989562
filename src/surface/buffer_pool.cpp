// GstNvDsBufferPool: buffers whose batches have memory of their own, made once and used again.
#include <exception>

#include "gstnvdsbufferpool.h"
#include "surface/batch.h"

using thalweg::Batch;
using thalweg::FormatLayout;
using thalweg::Picture;

struct _GstNvDsBufferPoolPrivate {
  GstVideoInfo info;
  guint batch_size = 1;
};

extern "C" {
THALWEG_SURFACE_API GType gst_nvds_buffer_pool_get_type(void);
THALWEG_SURFACE_API GstBufferPool* gst_nvds_buffer_pool_new(void);
}

G_DEFINE_TYPE(GstNvDsBufferPool, gst_nvds_buffer_pool, GST_TYPE_BUFFER_POOL)

namespace {

GstNvDsBufferPoolPrivate& settings(GstBufferPool* pool) {
  return *GST_NVDS_BUFFER_POOL_CAST(pool)->priv;
}

gboolean set_config(GstBufferPool* pool, GstStructure* config) {
  GstCaps* caps = nullptr;
  guint size = 0, least = 0, most = 0;
  GstVideoInfo info;
  if (!gst_buffer_pool_config_get_params(config, &caps, &size, &least, &most) || !caps ||
      !gst_video_info_from_caps(&info, caps)) {
    GST_WARNING_OBJECT(pool, "expected caps of raw video, got %" GST_PTR_FORMAT, caps);
    return FALSE;
  }
  if (!thalweg::format_layout(GST_VIDEO_INFO_FORMAT(&info))) {
    GST_WARNING_OBJECT(pool, "pictures cannot have the format of %" GST_PTR_FORMAT, caps);
    return FALSE;
  }
  guint batch_size = 1;
  gst_structure_get_uint(config, "batch-size", &batch_size);
  settings(pool).info = info;
  settings(pool).batch_size = batch_size ? batch_size : 1;
  gst_buffer_pool_config_set_params(config, caps, sizeof(NvBufSurface), least, most);
  return GST_BUFFER_POOL_CLASS(gst_nvds_buffer_pool_parent_class)->set_config(pool, config);
}

GstFlowReturn alloc_buffer(GstBufferPool* pool, GstBuffer** buffer, GstBufferPoolAcquireParams*) {
  const GstNvDsBufferPoolPrivate& wanted = settings(pool);
  const FormatLayout& layout = *thalweg::format_layout(GST_VIDEO_INFO_FORMAT(&wanted.info));
  try {
    auto batch = std::make_unique<Batch>(int(wanted.batch_size));
    for (guint i = 0; i < wanted.batch_size; ++i)
      batch->add(Picture::allocate(layout.format, GST_VIDEO_INFO_WIDTH(&wanted.info),
                                   GST_VIDEO_INFO_HEIGHT(&wanted.info)));
    *buffer = gst_buffer_new();
    gst_buffer_append_memory(*buffer, thalweg::new_nvmm_memory(std::move(batch)));
  } catch (const std::exception& error) {
    GST_ERROR_OBJECT(pool, "%s", error.what());
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

}  // namespace

static void gst_nvds_buffer_pool_init(GstNvDsBufferPool* pool) {
  pool->priv = new GstNvDsBufferPoolPrivate;
}

static void gst_nvds_buffer_pool_class_init(GstNvDsBufferPoolClass* klass) {
  auto* pool_class = GST_BUFFER_POOL_CLASS(klass);
  pool_class->set_config = set_config;
  pool_class->alloc_buffer = alloc_buffer;
  G_OBJECT_CLASS(klass)->finalize = [](GObject* object) {
    delete GST_NVDS_BUFFER_POOL_CAST(object)->priv;
    G_OBJECT_CLASS(gst_nvds_buffer_pool_parent_class)->finalize(object);
  };
}

GstBufferPool* gst_nvds_buffer_pool_new(void) {
  return GST_BUFFER_POOL(
      gst_object_ref_sink(g_object_new(gst_nvds_buffer_pool_get_type(), nullptr)));
}
