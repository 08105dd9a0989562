#include "elements/batch_meta.h"

#include "gstnvdsmeta.h"

namespace thalweg {

NvDsBatchMeta* add_batch_meta(GstBuffer* buffer, unsigned frames) {
  NvDsBatchMeta* batch = nvds_create_batch_meta(frames);
  batch->base_meta.batch_meta = batch;
  batch->base_meta.copy_func = nvds_batch_meta_copy_func;
  batch->base_meta.release_func = nvds_batch_meta_release_func;
  batch->max_frames_in_batch = frames;
  NvDsMeta* meta = gst_buffer_add_nvds_meta(buffer, batch, nullptr, nvds_batch_meta_copy_func,
                                            nvds_batch_meta_release_func);
  meta->meta_type = NVDS_BATCH_GST_META;
  return batch;
}

}  // namespace thalweg
