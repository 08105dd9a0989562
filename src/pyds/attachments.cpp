#include "pyds/attachments.h"

#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pyds/interpreter.h"
#include "pyds/slots.h"

namespace thalweg::pyds {

namespace {

/// The payload of a user meta. `holders` counts metas, and calls that look at it.
struct Attachment {
  std::string key;
  PyObject* value;
  int holders = 1;
};

/// Every attachment. A program may write anything into a user meta, so a payload is believed only
/// if it is in here. The mutex is held for a moment; nobody waits for anything while holding it.
class Live {
 public:
  Attachment* add(const std::string& key, nb::handle value) {
    auto* made = new Attachment{key, value.inc_ref().ptr()};
    const std::lock_guard lock(mutex_);
    all_.insert(made);
    return made;
  }

  /// The attachment at an address, with one more holder; nullptr if there is none.
  Attachment* hold(void* address) {
    const std::lock_guard lock(mutex_);
    auto found = all_.find(static_cast<Attachment*>(address));
    if (found == all_.end()) return nullptr;
    ++(*found)->holders;
    return *found;
  }

  /// Ends a hold. The last one lets go of the object, which takes the GIL.
  void drop(void* address) {
    auto* attachment = static_cast<Attachment*>(address);
    {
      const std::lock_guard lock(mutex_);
      auto found = all_.find(attachment);
      if (found == all_.end() || --(*found)->holders > 0) return;
      all_.erase(found);
    }
    if (attachment->value) {
      const WithGil python;
      if (python) Py_DECREF(attachment->value);
    }
    delete attachment;
  }

  std::vector<PyObject*> take_values() {
    const std::lock_guard lock(mutex_);
    std::vector<PyObject*> values;
    for (Attachment* attachment : all_) {
      if (attachment->value) values.push_back(std::exchange(attachment->value, nullptr));
    }
    return values;
  }

 private:
  std::mutex mutex_;
  std::unordered_set<Attachment*> all_;
};

Live& live() {
  static Live& instance = *new Live;  // hooks may run while the process ends
  return instance;
}

gpointer copy_hook(gpointer data, gpointer) {
  return live().hold(static_cast<NvDsUserMeta*>(data)->user_meta_data);
}

void release_hook(gpointer data, gpointer) {
  live().drop(std::exchange(static_cast<NvDsUserMeta*>(data)->user_meta_data, nullptr));
}

struct Drop {
  void operator()(Attachment* attachment) const { live().drop(attachment); }
};
using Hold = std::unique_ptr<Attachment, Drop>;

GList* user_metas(const NvDsBatchMeta* meta) { return meta->batch_user_meta_list; }
GList* user_metas(const NvDsFrameMeta* meta) { return meta->frame_user_meta_list; }
GList* user_metas(const NvDsObjectMeta* meta) { return meta->obj_user_meta_list; }

void add(NvDsBatchMeta* to, NvDsUserMeta* meta) { nvds_add_user_meta_to_batch(to, meta); }
void add(NvDsFrameMeta* to, NvDsUserMeta* meta) { nvds_add_user_meta_to_frame(to, meta); }
void add(NvDsObjectMeta* to, NvDsUserMeta* meta) { nvds_add_user_meta_to_obj(to, meta); }

void remove(NvDsBatchMeta* from, NvDsUserMeta* meta) {
  nvds_remove_user_meta_from_batch(from, meta);
}
void remove(NvDsFrameMeta* from, NvDsUserMeta* meta) {
  nvds_remove_user_meta_from_frame(from, meta);
}
void remove(NvDsObjectMeta* from, NvDsUserMeta* meta) {
  nvds_remove_user_meta_from_object(from, meta);
}

struct Found {
  NvDsUserMeta* meta;
  Hold attachment;
};

/// The attachments in a list of user metas. With the batch's lock.
std::vector<Found> find_all(GList* list) {
  std::vector<Found> found;
  for (GList* node = list; node; node = node->next) {
    auto* meta = static_cast<NvDsUserMeta*>(node->data);
    if (!meta || meta->base_meta.release_func != release_hook) continue;
    if (Attachment* attachment = live().hold(meta->user_meta_data)) {
      found.push_back({meta, Hold(attachment)});
    }
  }
  return found;
}

Found find(GList* list, const std::string& key) {
  for (Found& found : find_all(list)) {
    if (found.attachment->key == key) return std::move(found);
  }
  return {nullptr, nullptr};
}

NvDsMetaType meta_type() {
  static char name[] = "THALWEG.PYTHON_OBJECT";
  return nvds_get_user_meta_type(name);
}

}  // namespace

template <class Meta>
void attach(const StructRef<Meta>& meta, const std::string& key, nb::handle value) {
  Hold made(live().add(key, value));
  bool done = false;
  {
    const BatchLock lock(meta);
    NvDsBatchMeta* batch = meta.unchecked()->base_meta.batch_meta;
    NvDsUserMeta* carrier = find(user_metas(meta.unchecked()), key).meta;
    const bool known = carrier;
    if (!known && batch) carrier = nvds_acquire_user_meta_from_pool(batch);
    if (carrier) {
      // What was there before is given up after the lock: that may run any Python code.
      made.reset(static_cast<Attachment*>(std::exchange(carrier->user_meta_data, made.release())));
      done = true;
    }
    if (carrier && !known) {
      carrier->base_meta.meta_type = meta_type();
      carrier->base_meta.copy_func = copy_hook;
      carrier->base_meta.release_func = release_hook;
      add(meta.unchecked(), carrier);
    }
  }
  if (!done)
    throw_error(PyExc_MemoryError,
                "the batch gave no user meta: no memory, or the meta is in no batch");
}

template <class Meta>
nb::dict attachments(const StructRef<Meta>& meta) {
  std::vector<Found> all;
  {
    const BatchLock lock(meta);
    all = find_all(user_metas(meta.unchecked()));
  }
  nb::dict by_key;
  for (const Found& found : all) {
    const nb::str key(found.attachment->key.data(), found.attachment->key.size());
    if (found.attachment->value && !by_key.contains(key)) {
      by_key[key] = nb::handle(found.attachment->value);
    }
  }
  return by_key;
}

template <class Meta>
nb::object detach(const StructRef<Meta>& meta, const std::string& key) {
  Found found{nullptr, nullptr};
  {
    const BatchLock lock(meta);
    found = find(user_metas(meta.unchecked()), key);
    if (found.meta) remove(meta.unchecked(), found.meta);
  }
  if (!found.meta || !found.attachment->value) {
    PyErr_SetObject(PyExc_KeyError, nb::str(key.data(), key.size()).ptr());
    throw nb::python_error();
  }
  return nb::borrow(found.attachment->value);
}

void forget_attachments() {
  for (PyObject* value : live().take_values()) Py_DECREF(value);
}

#define INSTANTIATE(Meta)                                                       \
  template void attach(const StructRef<Meta>&, const std::string&, nb::handle); \
  template nb::dict attachments(const StructRef<Meta>&);                        \
  template nb::object detach(const StructRef<Meta>&, const std::string&)
INSTANTIATE(NvDsBatchMeta);
INSTANTIATE(NvDsFrameMeta);
INSTANTIATE(NvDsObjectMeta);
#undef INSTANTIATE

}  // namespace thalweg::pyds
