#include "pyds/slots.h"

namespace thalweg::pyds {

namespace {

/// The struct that a part, or a list node, belongs to.
const Ref& whole_of(const Ref& part) {
  const Ref* whole = &part;
  while (whole->parent()) whole = nb::inst_ptr<Ref>(whole->parent());
  return *whole;
}

}  // namespace

BatchGuard::BatchGuard(const Ref& part) {
  if (!part.lifetime().generation_at || !thalweg_batch_pin) return;
  const Ref& whole = whole_of(part);
  part.check();
  if (whole.info().is_meta) {
    NvDsBatchMeta* batch = batch_around(whole.unchecked(), nullptr);
    if (batch && g_rec_mutex_trylock(&batch->meta_mutex)) {
      locked_ = batch;
      if (!part.lifetime().over()) return;
      nvds_release_meta_lock(batch);
      part.check();
    }
  }
  if (!thalweg_batch_pin(whole.unchecked(), part.lifetime().generation)) {
    part.check();
    whole.check();
    return;
  }
  pinned_ = whole.unchecked();
}

BatchGuard::~BatchGuard() {
  if (locked_) nvds_release_meta_lock(locked_);
  if (!pinned_) return;
  // The last unpin may wait for the batch's lock, to free what was released meanwhile.
  const WithoutGil released;
  thalweg_batch_unpin(pinned_);
}

BatchLock::BatchLock(const Ref& meta) {
  meta.check();
  batch_ = batch_around(meta.unchecked(), static_cast<NvDsBaseMeta*>(meta.unchecked())->batch_meta);
  if (!batch_) return;  // a meta of Python's own
  if (!g_rec_mutex_trylock(&batch_->meta_mutex)) {
    const bool slot = meta.lifetime().generation_at != nullptr;
    // Pinned, so that the batch does not become another one while this waits.
    const bool pinned = slot && thalweg_batch_pin(meta.unchecked(), meta.lifetime().generation);
    if (slot && !pinned) meta.check();
    released_.emplace();
    nvds_acquire_meta_lock(batch_);
    if (pinned) thalweg_batch_unpin(meta.unchecked());
  }
  if (!meta.lifetime().over()) return;
  nvds_release_meta_lock(batch_);
  released_.reset();
  meta.check();
}

BatchLock::~BatchLock() {
  if (batch_) nvds_release_meta_lock(batch_);
}

BatchLockWithGil::BatchLockWithGil(NvDsBatchMeta* batch) : batch_(batch) {
  if (g_rec_mutex_trylock(&batch_->meta_mutex)) return;
  const WithoutGil others_run;
  nvds_acquire_meta_lock(batch_);
}

const uint64_t* list_epoch_at(const Ref& part) {
  if (!part.lifetime().generation_at || !thalweg_batch_epoch) return nullptr;
  return thalweg_batch_epoch(whole_of(part).unchecked());
}

}  // namespace thalweg::pyds
