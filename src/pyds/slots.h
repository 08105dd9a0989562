#pragma once

#include <glib.h>
#include <nanobind/nanobind.h>

#include <utility>

#include "meta/slots.h"
#include "nvdsmeta.h"
#include "pyds/ref.h"

// Of our own metadata library; absent when pyds runs over NVIDIA's.
#pragma weak thalweg_slot_generation
#pragma weak thalweg_batch_pin
#pragma weak thalweg_batch_unpin
#pragma weak thalweg_batch_epoch

namespace thalweg::pyds {

/// Calls a C function that may wait for the batch's lock. Never waits with the GIL: the thread that
/// has the lock may be in a Python callback that waits for the GIL.
template <class Function>
auto with_batch(NvDsBatchMeta* batch, Function&& function) {
  if (batch && g_rec_mutex_trylock(&batch->meta_mutex)) {
    struct Unlock {
      GRecMutex* mutex;
      ~Unlock() { g_rec_mutex_unlock(mutex); }
    } unlock{&batch->meta_mutex};
    return function();
  }
  const nb::gil_scoped_release released;
  return function();
}

/// Keeps lists and strings of a meta readable while it lives, whatever other threads release.
/// Does nothing for structs that are not in our slots.
class BatchPin {
 public:
  /// @throws ReferenceError if the struct is gone.
  explicit BatchPin(const Ref& part);
  ~BatchPin();
  BatchPin(const BatchPin&) = delete;
  BatchPin& operator=(const BatchPin&) = delete;

 private:
  void* pinned_ = nullptr;
  NvDsBatchMeta* batch_ = nullptr;
};

/// The batch's counter of list changes, as seen from a struct in one of our slots; 0 elsewhere.
uint64_t list_epoch(const Ref& part);

}  // namespace thalweg::pyds
