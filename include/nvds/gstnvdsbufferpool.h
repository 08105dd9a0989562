// A GstBufferPool of memory:NVMM buffers.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstNvDsBufferPool GstNvDsBufferPool;
typedef struct _GstNvDsBufferPoolClass GstNvDsBufferPoolClass;
typedef struct _GstNvDsBufferPoolPrivate GstNvDsBufferPoolPrivate;

#define GST_TYPE_NVDS_BUFFER_POOL (gst_nvds_buffer_pool_get_type())
#define GST_IS_NVDS_BUFFER_POOL(obj) (G_TYPE_CHECK_INSTANCE_TYPE((obj), GST_TYPE_NVDS_BUFFER_POOL))
#define GST_NVDS_BUFFER_POOL(obj) \
  (G_TYPE_CHECK_INSTANCE_CAST((obj), GST_TYPE_NVDS_BUFFER_POOL, GstNvDsBufferPool))
#define GST_NVDS_BUFFER_POOL_CAST(obj) ((GstNvDsBufferPool*)(obj))

struct _GstNvDsBufferPool {
  GstBufferPool bufferpool;

  GstNvDsBufferPoolPrivate* priv;
};

struct _GstNvDsBufferPoolClass {
  GstBufferPoolClass parent_class;
};

GType gst_nvds_buffer_pool_get_type(void);

/**
 * A new pool, owned by the caller. Its configuration needs caps of raw video; the optional field
 * "batch-size" (uint, 1) says how many pictures of that size a buffer holds, all of them counted as
 * filled and with undefined content. "memtype" and "gpu-id" are accepted: the memory is the host's.
 */
GstBufferPool* gst_nvds_buffer_pool_new(void);

G_END_DECLS
