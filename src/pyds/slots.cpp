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

BatchPin::BatchPin(const Ref& part) {
  if (part.lifetime().origin != Lifetime::Origin::kSlot) return;
  const Ref& whole = whole_of(part);
  if (!thalweg_batch_pin(whole.unchecked(), part.lifetime().generation)) {
    part.check();
    whole.check();
    return;
  }
  pinned_ = whole.unchecked();
  if (whole.info().is_meta) batch_ = static_cast<NvDsBaseMeta*>(pinned_)->batch_meta;
}

BatchPin::~BatchPin() {
  // The last unpin may wait for the batch's lock, to free what was released meanwhile.
  if (pinned_) with_batch(batch_, [this] { thalweg_batch_unpin(pinned_); });
}

uint64_t list_epoch(const Ref& part) {
  if (part.lifetime().origin != Lifetime::Origin::kSlot) return 0;
  const uint64_t* epoch = thalweg_batch_epoch(whole_of(part).unchecked());
  return epoch ? __atomic_load_n(epoch, __ATOMIC_ACQUIRE) : 0;
}

}  // namespace thalweg::pyds
