#pragma once

#include <gst/gst.h>

#include "nvdsmeta.h"

namespace thalweg {

/// Adds an empty batch meta with room for `frames` to a writable buffer, which owns it; it is what
/// gst_buffer_get_nvds_batch_meta gives from then on (view).
NvDsBatchMeta* add_batch_meta(GstBuffer* buffer, unsigned frames);

/// Holds the lock of a batch meta.
class MetaLock {
 public:
  explicit MetaLock(NvDsBatchMeta* batch) : batch_(batch) { nvds_acquire_meta_lock(batch_); }
  ~MetaLock() { nvds_release_meta_lock(batch_); }
  MetaLock(const MetaLock&) = delete;
  MetaLock& operator=(const MetaLock&) = delete;

 private:
  NvDsBatchMeta* batch_;
};

}  // namespace thalweg
