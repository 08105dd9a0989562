// NvDsMeta, the GstMeta of a batch: registration, copies, look-up.
#include "gstnvdsmeta.h"

GST_DEBUG_CATEGORY_STATIC(nvdsmeta_debug);
#define GST_CAT_DEFAULT nvdsmeta_debug

namespace {

gboolean init_meta(GstMeta* meta, gpointer, GstBuffer*) {
  auto* nvds = reinterpret_cast<NvDsMeta*>(meta);
  nvds->meta_data = nvds->user_data = nullptr;
  nvds->meta_type = 0;
  nvds->copyfunc = nullptr;
  nvds->freefunc = nullptr;
  nvds->gst_to_nvds_meta_transform_func = nullptr;
  nvds->gst_to_nvds_meta_release_func = nullptr;
  return TRUE;
}

void free_meta(GstMeta* meta, GstBuffer*) {
  auto* nvds = reinterpret_cast<NvDsMeta*>(meta);
  if (nvds->freefunc != nullptr) nvds->freefunc(nvds->meta_data, nvds->user_data);
}

// Runs in whatever thread copies a buffer. Whole and partial copies carry the meta; other
// transformations (scaling, say) are the business of the element that knows the new geometry.
gboolean transform_meta(GstBuffer* dst_buffer, GstMeta* meta, GstBuffer*, GQuark type, gpointer) {
  auto* src = reinterpret_cast<NvDsMeta*>(meta);
  if (!GST_META_TRANSFORM_IS_COPY(type) || src->copyfunc == nullptr) return TRUE;
  NvDsMeta* dst = gst_buffer_add_nvds_meta(dst_buffer, src->copyfunc(src->meta_data, nullptr),
                                           nullptr, src->copyfunc, src->freefunc);
  if (dst == nullptr) return FALSE;
  dst->meta_type = src->meta_type;
  dst->gst_to_nvds_meta_transform_func = src->gst_to_nvds_meta_transform_func;
  dst->gst_to_nvds_meta_release_func = src->gst_to_nvds_meta_release_func;
  return TRUE;
}

template <typename Visit>
void for_each_nvds_meta(GstBuffer* buffer, Visit visit) {
  gpointer state = nullptr;
  while (GstMeta* meta = gst_buffer_iterate_meta_filtered(buffer, &state, NVDS_META_API_TYPE)) {
    visit(reinterpret_cast<NvDsMeta*>(meta));
  }
}

// Payload of NVDS_BUFFER_GST_AS_FRAME_USER_META: a buffer without memory that carries metas.
gpointer copy_meta_buffer(gpointer data, gpointer) {
  return gst_buffer_ref(static_cast<GstBuffer*>(static_cast<NvDsUserMeta*>(data)->user_meta_data));
}

void release_meta_buffer(gpointer data, gpointer) {
  auto* user = static_cast<NvDsUserMeta*>(data);
  gst_clear_buffer(reinterpret_cast<GstBuffer**>(&user->user_meta_data));
}

// A new buffer with the metas that say something about the moment rather than about the pixels;
// nullptr if there are none.
GstBuffer* collect_other_metas(GstBuffer* buffer) {
  static const GQuark memory = g_quark_from_static_string(GST_META_TAG_MEMORY_STR);
  GstBuffer* carrier = nullptr;
  gpointer state = nullptr;
  while (GstMeta* meta = gst_buffer_iterate_meta(buffer, &state)) {
    const GstMetaInfo* info = meta->info;
    if (info->api == NVDS_META_API_TYPE || info->transform_func == nullptr ||
        gst_meta_api_type_has_tag(info->api, memory)) {
      continue;
    }
    if (carrier == nullptr) carrier = gst_buffer_new();
    GstMetaTransformCopy whole{FALSE, 0, static_cast<gsize>(-1)};
    info->transform_func(carrier, meta, buffer, _gst_meta_transform_copy, &whole);
  }
  return carrier;
}

}  // namespace

#pragma GCC visibility push(default)

GType nvds_meta_api_get_type() {
  static const GType type = [] {
    GST_DEBUG_CATEGORY_INIT(nvdsmeta_debug, "nvdsmeta", 0, "Metadata of batches on buffers");
    static const gchar* tags[] = {NVDS_META_STRING, nullptr};
    return gst_meta_api_type_register("NvDsMetaAPI", tags);
  }();
  return type;
}

const GstMetaInfo* nvds_meta_get_info() {
  static const GstMetaInfo* const info = gst_meta_register(
      NVDS_META_API_TYPE, "NvDsMeta", sizeof(NvDsMeta), init_meta, free_meta, transform_meta);
  return info;
}

NvDsMeta* gst_buffer_add_nvds_meta(GstBuffer* buffer, gpointer meta_data, gpointer user_data,
                                   NvDsMetaCopyFunc copy_func, NvDsMetaReleaseFunc release_func) {
  g_return_val_if_fail(GST_IS_BUFFER(buffer), nullptr);
  auto* meta = reinterpret_cast<NvDsMeta*>(gst_buffer_add_meta(buffer, NVDS_META_INFO, nullptr));
  if (meta == nullptr) return nullptr;  // the buffer is not writable; GStreamer has said so
  meta->meta_data = meta_data;
  meta->user_data = user_data;
  meta->copyfunc = copy_func;
  meta->freefunc = release_func;
  return meta;
}

NvDsMeta* gst_buffer_get_nvds_meta(GstBuffer* buffer) {
  g_return_val_if_fail(GST_IS_BUFFER(buffer), nullptr);
  return reinterpret_cast<NvDsMeta*>(gst_buffer_get_meta(buffer, NVDS_META_API_TYPE));
}

NvDsBatchMeta* gst_buffer_get_nvds_batch_meta(GstBuffer* buffer) {
  g_return_val_if_fail(GST_IS_BUFFER(buffer), nullptr);
  NvDsBatchMeta* batch = nullptr;
  guint found = 0;
  for_each_nvds_meta(buffer, [&](NvDsMeta* meta) {
    if (meta->meta_type != NVDS_BATCH_GST_META) return;
    if (found++ == 0) batch = static_cast<NvDsBatchMeta*>(meta->meta_data);
  });
  if (found > 1) {
    GST_WARNING("buffer %p carries %u batch metas, expected one; the first is used", buffer, found);
  }
  return batch;
}

void nvds_copy_gst_meta_to_frame_meta(GstBuffer* src_gst_buffer, NvDsBatchMeta* batch_meta,
                                      NvDsFrameMeta* frame_meta) {
  g_return_if_fail(GST_IS_BUFFER(src_gst_buffer) && batch_meta != nullptr && frame_meta != nullptr);
  for_each_nvds_meta(src_gst_buffer, [&](NvDsMeta* meta) {
    if (meta->meta_type == NVDS_BATCH_GST_META || meta->copyfunc == nullptr) return;
    NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(batch_meta);
    g_return_if_fail(user != nullptr);
    user->user_meta_data = meta->copyfunc(meta->meta_data, meta->user_data);
    user->base_meta.meta_type = static_cast<NvDsMetaType>(meta->meta_type);
    user->base_meta.copy_func = meta->gst_to_nvds_meta_transform_func;
    user->base_meta.release_func = meta->gst_to_nvds_meta_release_func;
    nvds_add_user_meta_to_frame(frame_meta, user);
  });
  if (GstBuffer* carrier = collect_other_metas(src_gst_buffer)) {
    NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(batch_meta);
    g_return_if_fail(user != nullptr);
    user->user_meta_data = carrier;
    user->base_meta.meta_type = static_cast<NvDsMetaType>(NVDS_BUFFER_GST_AS_FRAME_USER_META);
    user->base_meta.copy_func = copy_meta_buffer;
    user->base_meta.release_func = release_meta_buffer;
    nvds_add_user_meta_to_frame(frame_meta, user);
  }
}

#pragma GCC visibility pop
