#pragma once

#include <glib.h>
#include <nanobind/nanobind.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "meta/slots.h"
#include "nvdsmeta.h"
#include "pyds/interpreter.h"
#include "pyds/ref.h"

// Of our own metadata library; absent when pyds runs over NVIDIA's.
#pragma weak thalweg_slot_generation
#pragma weak thalweg_slot_find
#pragma weak thalweg_slot_type
#pragma weak thalweg_payload_new
#pragma weak thalweg_payload_end
#pragma weak thalweg_payload_give
#pragma weak thalweg_pool_adopt
#pragma weak thalweg_list_detach
#pragma weak thalweg_set_block_keeper
#pragma weak thalweg_batch_pin
#pragma weak thalweg_batch_unpin
#pragma weak thalweg_batch_epoch

namespace thalweg::pyds {

/// The batch that a meta is of: by where it lies in our library, by what it says in another.
/// nullptr for a meta of Python's own, and for one that names a batch that is none.
inline NvDsBatchMeta* batch_around(const void* meta, NvDsBatchMeta* named) {
  if (!thalweg_slot_find) return named;
  NvDsBatchMeta* batch = nullptr;
  thalweg_slot_find(meta, &batch);
  return batch;
}

/// The type of the struct of a batch that an address is in; NVDS_INVALID_META for any other address
/// and over NVIDIA's library.
inline NvDsMetaType type_at(const void* address) {
  const void* start = nullptr;
  return thalweg_slot_type ? thalweg_slot_type(address, &start) : NVDS_INVALID_META;
}

/// Calls a function with the batch's lock, if the structs that it uses live until then. Never waits
/// with the GIL: the thread that has the lock may be in a Python callback that waits for the GIL.
/// So the function may run without it, and must leave Python's objects alone.
/// @throws ReferenceError naming the struct that is gone.
template <class Function>
void with_batch(NvDsBatchMeta* batch, std::initializer_list<const Ref*> used, Function&& function) {
  const Ref* gone = nullptr;
  const auto call = [&] {
    const auto over = [](const Ref* ref) { return ref->lifetime().over(); };
    const auto first = std::find_if(used.begin(), used.end(), over);
    if (first == used.end()) return function();
    gone = *first;
  };
  struct Unlock {
    NvDsBatchMeta* batch;
    ~Unlock() {
      if (batch) nvds_release_meta_lock(batch);
    }
  };
  if (batch && g_rec_mutex_trylock(&batch->meta_mutex)) {
    const Unlock unlock{batch};
    call();
  } else {
    const WithoutGil others_run;
    if (batch) nvds_acquire_meta_lock(batch);
    const Unlock unlock{batch};
    call();
  }
  if (gone) gone->check();
}

/// Keeps lists and strings of a meta readable while it lives, whatever other threads release: holds
/// the batch's lock if it is free, and pins the batch otherwise, so it never waits. Does nothing
/// for structs that are not in our slots. Keep it short: no Python code may run meanwhile.
class BatchGuard {
 public:
  /// @throws ReferenceError if the struct is gone.
  explicit BatchGuard(const Ref& part);
  ~BatchGuard();
  BatchGuard(const BatchGuard&) = delete;
  BatchGuard& operator=(const BatchGuard&) = delete;

 private:
  NvDsBatchMeta* locked_ = nullptr;
  void* pinned_ = nullptr;
};

/// Holds the lock of a meta's batch, and waits for it without the GIL. While it lives the thread
/// may be without the GIL, so nothing of Python's may be touched. For what takes too long for a
/// BatchGuard, or changes lists.
class BatchLock {
 public:
  /// @throws ReferenceError if the meta is gone.
  explicit BatchLock(const Ref& meta);
  ~BatchLock();
  BatchLock(const BatchLock&) = delete;
  BatchLock& operator=(const BatchLock&) = delete;

 private:
  NvDsBatchMeta* batch_;
  std::optional<WithoutGil> released_;
};

/// Holds the lock of a batch, and the GIL. Waits for the lock without the GIL, then for the GIL
/// with the lock, as others may that have the lock. For what changes wrappers together with a
/// batch.
class BatchLockWithGil {
 public:
  explicit BatchLockWithGil(NvDsBatchMeta* batch);
  ~BatchLockWithGil() { nvds_release_meta_lock(batch_); }
  BatchLockWithGil(const BatchLockWithGil&) = delete;
  BatchLockWithGil& operator=(const BatchLockWithGil&) = delete;

 private:
  NvDsBatchMeta* batch_;
};

/// Where the batch counts that nodes leave lists, seen from a struct in one of our slots; nullptr
/// for any other struct. Good as long as the struct's generation is.
const uint64_t* list_epoch_at(const Ref& part);

}  // namespace thalweg::pyds
