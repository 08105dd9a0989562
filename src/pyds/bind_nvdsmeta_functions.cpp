#include <algorithm>
#include <unordered_map>

#include "nvdsmeta.h"
#include "pyds/bindings.h"
#include "pyds/c_function.h"

namespace thalweg::pyds {

namespace {

constexpr guint kMostFrames = 65536;

/// The batch that a parent is in. @throws ValueError naming `site` for a parent that is in none.
template <class Parent>
NvDsBatchMeta* batch_of_parent(StructRef<Parent>& parent, const Site& site) {
  NvDsBatchMeta* batch = batch_of(parent.get());
  if (!batch && thalweg_slot_find) {
    throw_error(PyExc_ValueError, "%s.%s: is in no batch; take it from the batch's pool",
                site.owner, site.name);
  }
  return batch;
}

/// acquire: a new element of the batch's pool.
template <auto kFunction>
void def_acquire(nb::module_& module, const char* name, const char* doc) {
  using Meta = std::remove_pointer_t<decltype(kFunction(nullptr))>;
  const Site* site = keep_site(name, "batch_meta");
  module.def(
      name,
      [site](StructRef<NvDsBatchMeta>& batch) {
        NvDsBatchMeta* from = batch_of_parent(batch, *site);
        Meta* meta = nullptr;
        with_batch(from, {&batch}, [&] { meta = kFunction(from); });
        if (!meta) {
          throw_error(PyExc_MemoryError, "%s: the pool gave no element", site->owner);
        }
        return Reference<Meta>{wrap(meta)};
      },
      nb::arg("batch_meta"), doc);
}

/// add: a parent and a child.
template <auto kFunction>
struct Add;
template <class Parent, class Child, void (*kFunction)(Parent*, Child*)>
struct Add<kFunction> {
  static void define(nb::module_& module, const char* name, const char* parent, const char* child,
                     const char* doc) {
    const Site* site = keep_site(name, parent);
    const Site* child_site = keep_site(name, child);
    module.def(
        name,
        [site, child_site](StructRef<Parent>& into, StructRef<Child>& added) {
          NvDsBatchMeta* batch = batch_of_parent(into, *site);
          Parent* to = into.get();
          Child* meta = added.get();
          hand_over(added, into, batch, *child_site);
          with_batch(batch, {&into, &added}, [=] { kFunction(to, meta); });
        },
        nb::arg(parent), nb::arg(child), doc);
  }
};
template <auto kFunction>
void def_add(nb::module_& module, const char* name, const char* parent, const char* child,
             const char* doc) {
  Add<kFunction>::define(module, name, parent, child, doc);
}

/// remove: a parent and a child.
template <auto kFunction>
struct Remove;
template <class Parent, class Child, void (*kFunction)(Parent*, Child*)>
struct Remove<kFunction> {
  static void define(nb::module_& module, const char* name, const char* parent, const char* child,
                     const char* doc) {
    const Site* site = keep_site(name, parent);
    const Site* child_site = keep_site(name, child);
    module.def(
        name,
        [site, child_site](StructRef<Parent>& from, StructRef<Child>& removed) {
          NvDsBatchMeta* batch = batch_of_parent(from, *site);
          Parent* parent = from.get();
          Child* meta = removed.get();
          if (thalweg_slot_find && !batch_around(meta, nullptr)) {
            throw_error(PyExc_ValueError, "%s.%s: is in no batch", child_site->owner,
                        child_site->name);
          }
          with_batch(batch, {&from, &removed}, [=] { kFunction(parent, meta); });
        },
        nb::arg(parent), nb::arg(child), doc);
  }
};
template <auto kFunction>
void def_remove(nb::module_& module, const char* name, const char* parent, const char* child,
                const char* doc) {
  Remove<kFunction>::define(module, name, parent, child, doc);
}

/// clear: a parent and its list, the field kList of it.
template <auto kFunction, auto kList>
struct Clear;
template <class Parent, void (*kFunction)(Parent*, GList*), GList* Parent::*kList>
struct Clear<kFunction, kList> {
  static void define(nb::module_& module, const char* name, const char* parent, const char* doc) {
    const Site* site = keep_site(name, "meta_list");
    const Site* parent_site = keep_site(name, parent);
    module.def(
        name,
        [site, parent_site](StructRef<Parent>& of, Given<ListReference> given) {
          ListNode* list = to_node(given.value, *site);
          NvDsBatchMeta* batch = batch_of_parent(of, *parent_site);
          if (list && thalweg_slot_find && !list->is_of(&(of.get()->*kList))) {
            throw_error(PyExc_ValueError, "%s.%s: expected the list of the first argument",
                        site->owner, site->name);
          }
          GList* node = list ? list->node() : nullptr;
          Parent* from = of.get();
          with_batch(batch, {&of}, [=] {
            const bool there =
                !node || !thalweg_slot_find || g_list_position(from->*kList, node) >= 0;
            if (there) kFunction(from, node);
          });
        },
        nb::arg(parent), nb::arg("meta_list").none(), doc);
  }
};
template <auto kFunction, auto kList>
void def_clear(nb::module_& module, const char* name, const char* parent, const char* doc) {
  Clear<kFunction, kList>::define(module, name, parent, doc);
}

/// copy: a list of metas of a type, and the parent that gets copies of them.
template <auto kFunction, NvDsMetaType kType>
struct Copy;
template <class Parent, void (*kFunction)(GList*, Parent*), NvDsMetaType kType>
struct Copy<kFunction, kType> {
  static void define(nb::module_& module, const char* name, const char* list, const char* parent,
                     const char* doc) {
    const Site* site = keep_site(name, list);
    const Site* into_site = keep_site(name, parent);
    module.def(
        name,
        [site, into_site](Given<ListReference> given, StructRef<Parent>& into) {
          ListNode* node = to_node(given.value, *site);
          if (!node) return;
          // A list of our own: theirs may change while the copies are made.
          const std::vector<void*> metas = node->metas(kType, *site);
          NvDsBatchMeta* batch = batch_of_parent(into, *into_site);
          Parent* to = into.get();
          with_batch(batch, {&into}, [&metas, to] {
            GList* list = new_list(metas);
            kFunction(list, to);
            g_list_free(list);
          });
        },
        nb::arg(list).none(), nb::arg(parent), doc);
  }
};
template <auto kFunction, NvDsMetaType kType>
void def_copy_list(nb::module_& module, const char* name, const char* list, const char* parent,
                   const char* doc) {
  Copy<kFunction, kType>::define(module, name, list, parent, doc);
}

/// How often this thread holds the lock of a batch: it may give the lock up though the batch is
/// gone.
std::vector<NvDsBatchMeta*>& held_locks() {
  thread_local std::vector<NvDsBatchMeta*> held;
  return held;
}

void acquire_lock(StructRef<NvDsBatchMeta>& batch) {
  NvDsBatchMeta* meta = batch.get();
  {
    const WithoutGil released;
    nvds_acquire_meta_lock(meta);
  }
  held_locks().push_back(meta);
}

void release_lock(StructRef<NvDsBatchMeta>& batch) {
  std::vector<NvDsBatchMeta*>& held = held_locks();
  const auto found = std::find(held.begin(), held.end(), batch.unchecked());
  NvDsBatchMeta* meta = found != held.end() ? *found : batch.get();
  if (found != held.end()) held.erase(found);
  const WithoutGil released;  // it may run release functions
  nvds_release_meta_lock(meta);
}

/// Batches that the program made, and may destroy. Guarded by the GIL.
std::unordered_map<const void*, Lifetime>& own_batches() {
  static auto& batches = *new std::unordered_map<const void*, Lifetime>;
  return batches;
}

/// The batch is about to be destroyed. @throws ValueError naming `site` if it is not the program's
void disown(const NvDsBatchMeta* batch, const Site& site) {
  const auto own = own_batches().find(batch);
  if (own == own_batches().end() || own->second.over()) {
    throw_error(PyExc_ValueError,
                "%s.%s: not a batch that the program made; a buffer's batch ends with the buffer",
                site.owner, site.name);
  }
  own_batches().erase(own);
}

gboolean destroy_batch(StructRef<NvDsBatchMeta>& batch) {
  NvDsBatchMeta* meta = batch.get();
  disown(meta, {"nvds_destroy_batch_meta", "batch_meta"});
  const WithoutGil others_run;  // not with_batch: the lock dies with the batch
  return nvds_destroy_batch_meta(meta);
}

}  // namespace

void bind_nvdsmeta_functions(nb::module_& m) {
  m.def("nvds_acquire_meta_lock", &acquire_lock, nb::arg("batch_meta"),
        "Takes the recursive lock of a batch (view); other Python threads run while it waits.");
  m.def(
      "nvds_release_meta_lock", &release_lock, nb::arg("batch_meta"),
      "Gives the lock of a batch (view) back, once for each acquire, in the same thread; also when "
      "the batch was given back meanwhile.");

  m.def(
      "nvds_create_batch_meta",
      [](Given<int> max_batch_size) {
        const Site site{"nvds_create_batch_meta", "max_batch_size"};
        const auto size = to_integer<guint>(max_batch_size.value, site);
        if (size > kMostFrames) {
          throw_error(PyExc_ValueError, "%s.%s: expected at most %u frames, got %u", site.owner,
                      site.name, kMostFrames, size);
        }
        NvDsBatchMeta* batch = nvds_create_batch_meta(size);
        if (!batch) throw std::bad_alloc();
        own_batches()[batch] = lifetime_of(batch);
        return Reference<NvDsBatchMeta>{wrap(batch)};
      },
      nb::arg("max_batch_size").none(),
      "A batch meta outside any buffer (shared); give it back with nvds_destroy_batch_meta.");
  m.def("nvds_destroy_batch_meta", &destroy_batch, nb::arg("batch_meta"),
        "Gives back a batch meta of nvds_create_batch_meta (taken) and everything in it; 1 if it "
        "did. ValueError for a batch of a buffer, which ends with the buffer.");

  def_acquire<&nvds_acquire_frame_meta_from_pool>(
      m, "nvds_acquire_frame_meta_from_pool", "A zeroed frame meta of the batch's pool (view).");
  def_acquire<&nvds_acquire_obj_meta_from_pool>(
      m, "nvds_acquire_obj_meta_from_pool",
      "A zeroed object meta of the batch's pool (view). Set its object_id before adding it.");
  def_acquire<&nvds_acquire_classifier_meta_from_pool>(
      m, "nvds_acquire_classifier_meta_from_pool",
      "A zeroed classifier meta of the batch's pool (view).");
  def_acquire<&nvds_acquire_display_meta_from_pool>(
      m, "nvds_acquire_display_meta_from_pool",
      "A zeroed display meta of the batch's pool (view); fill it, then add it to a frame.");
  def_acquire<&nvds_acquire_label_info_meta_from_pool>(
      m, "nvds_acquire_label_info_meta_from_pool", "A zeroed label of the batch's pool (view).");
  def_acquire<&nvds_acquire_user_meta_from_pool>(m, "nvds_acquire_user_meta_from_pool",
                                                 "A zeroed user meta of the batch's pool (view).");

  def_add<&nvds_add_frame_meta_to_batch>(m, "nvds_add_frame_meta_to_batch", "batch_meta",
                                         "frame_meta", "Appends a frame (taken) to the batch.");
  m.def(
      "nvds_add_obj_meta_to_frame",
      [](StructRef<NvDsFrameMeta>& frame, StructRef<NvDsObjectMeta>& object,
         Given<OptionalReference<NvDsObjectMeta>> parent) {
        static constexpr const char* kName = "nvds_add_obj_meta_to_frame";
        NvDsFrameMeta* in = frame.get();
        NvDsObjectMeta* added = object.get();
        NvDsObjectMeta* found_in = to_optional<NvDsObjectMeta>(parent.value, {kName, "obj_parent"});
        NvDsBatchMeta* batch = batch_of_parent(frame, {kName, "frame_meta"});
        hand_over(object, frame, batch, {kName, "obj_meta"});
        if (found_in) {
          hand_over(*nb::cast<StructRef<NvDsObjectMeta>*>(parent.value), frame, batch,
                    {kName, "obj_parent"});
        }
        with_batch(batch, {&frame, &object},
                   [=] { nvds_add_obj_meta_to_frame(in, added, found_in); });
      },
      nb::arg("frame_meta"), nb::arg("obj_meta"), nb::arg("obj_parent").none(),
      "Adds an object (taken) to the frame; `obj_parent` (view) is the object that it was found "
      "in, "
      "or None.");
  def_add<&nvds_add_classifier_meta_to_object>(m, "nvds_add_classifier_meta_to_object", "obj_meta",
                                               "classifier_meta",
                                               "Adds a classifier's results (taken) to an object.");
  def_add<&nvds_add_label_info_meta_to_classifier>(
      m, "nvds_add_label_info_meta_to_classifier", "classifier_meta", "label_info_meta",
      "Adds a label (taken) to a classifier's results.");
  def_add<&nvds_add_display_meta_to_frame>(
      m, "nvds_add_display_meta_to_frame", "frame_meta", "display_meta",
      "Adds things to draw (taken) to a frame; set the num_* counters before.");
  def_add<&nvds_add_user_meta_to_batch>(m, "nvds_add_user_meta_to_batch", "batch_meta", "user_meta",
                                        "Adds a user meta (taken) to the batch.");
  def_add<&nvds_add_user_meta_to_frame>(m, "nvds_add_user_meta_to_frame", "frame_meta", "user_meta",
                                        "Adds a user meta (taken) to a frame.");
  def_add<&nvds_add_user_meta_to_obj>(m, "nvds_add_user_meta_to_obj", "obj_meta", "user_meta",
                                      "Adds a user meta (taken) to an object.");

  static constexpr const char* kRemoved =
      "Takes the second (view) out of the first and gives it back to the pool; wrappers of it "
      "raise ReferenceError from now on.";
  def_remove<&nvds_remove_frame_meta_from_batch>(m, "nvds_remove_frame_meta_from_batch",
                                                 "batch_meta", "frame_meta", kRemoved);
  def_remove<&nvds_remove_obj_meta_from_frame>(m, "nvds_remove_obj_meta_from_frame", "frame_meta",
                                               "obj_meta", kRemoved);
  def_remove<&nvds_remove_classifier_meta_from_obj>(m, "nvds_remove_classifier_meta_from_obj",
                                                    "obj_meta", "classifier_meta", kRemoved);
  def_remove<&nvds_remove_label_info_meta_from_classifier>(
      m, "nvds_remove_label_info_meta_from_classifier", "classifier_meta", "label_info_meta",
      kRemoved);
  def_remove<&nvds_remove_display_meta_from_frame>(m, "nvds_remove_display_meta_from_frame",
                                                   "frame_meta", "display_meta", kRemoved);
  def_remove<&nvds_remove_user_meta_from_batch>(m, "nvds_remove_user_meta_from_batch", "batch_meta",
                                                "user_meta", kRemoved);
  def_remove<&nvds_remove_user_meta_from_frame>(m, "nvds_remove_user_meta_from_frame", "frame_meta",
                                                "user_meta", kRemoved);
  def_remove<&nvds_remove_user_meta_from_object>(m, "nvds_remove_user_meta_from_object", "obj_meta",
                                                 "user_meta", kRemoved);

  static constexpr const char* kCleared =
      "Gives back every meta of the list: the attribute of the first argument (view), or None.";
  def_clear<&nvds_clear_frame_meta_list, &NvDsBatchMeta::frame_meta_list>(
      m, "nvds_clear_frame_meta_list", "batch_meta", kCleared);
  def_clear<&nvds_clear_obj_meta_list, &NvDsFrameMeta::obj_meta_list>(m, "nvds_clear_obj_meta_list",
                                                                      "frame_meta", kCleared);
  def_clear<&nvds_clear_display_meta_list, &NvDsFrameMeta::display_meta_list>(
      m, "nvds_clear_display_meta_list", "frame_meta", kCleared);
  def_clear<&nvds_clear_batch_user_meta_list, &NvDsBatchMeta::batch_user_meta_list>(
      m, "nvds_clear_batch_user_meta_list", "batch_meta", kCleared);
  def_clear<&nvds_clear_frame_user_meta_list, &NvDsFrameMeta::frame_user_meta_list>(
      m, "nvds_clear_frame_user_meta_list", "frame_meta", kCleared);
  def_clear<&nvds_clear_obj_user_meta_list, &NvDsObjectMeta::obj_user_meta_list>(
      m, "nvds_clear_obj_user_meta_list", "object_meta", kCleared);
  m.def(
      "nvds_clear_meta_list",
      [](StructRef<NvDsBatchMeta>& batch, Given<ListReference> list,
         StructRef<NvDsMetaPool>& pool) {
        const Site site{"nvds_clear_meta_list", "meta_list"};
        NvDsBatchMeta* of = batch_of_parent(batch, {site.owner, "batch_meta"});
        NvDsMetaPool* into = pool.get();
        ListNode* node = to_node(list.value, site);
        if (!node) return ListReference{nb::none()};
        GList* from = node->node();
        if (thalweg_slot_find && !node->is_in_meta_of(of)) {
          throw_error(PyExc_ValueError, "%s.%s: expected a list of one of the batch's metas",
                      site.owner, site.name);
        }
        GList* left = nullptr;
        with_batch(of, {&batch, node}, [&] {
          if (node->is_in_batch() && !node->cut_off()) return;
          left = nvds_clear_meta_list(of, from, into);
        });
        return ListReference{left ? wrap_list(batch, &left) : nb::none()};
      },
      nb::arg("batch_meta"), nb::arg("meta_list").none(), nb::arg("meta_pool"),
      "Gives every meta of the list (view) back to the pool; what is left of the list, normally "
      "None.");

  static constexpr const char* kCopied =
      "Adds a deep copy of every meta of the list; user metas are copied by their copy functions.";
  def_copy_list<&nvds_copy_batch_user_meta_list, NVDS_USER_META>(
      m, "nvds_copy_batch_user_meta_list", "src_user_meta_list", "dst_batch_meta", kCopied);
  def_copy_list<&nvds_copy_frame_user_meta_list, NVDS_USER_META>(
      m, "nvds_copy_frame_user_meta_list", "src_user_meta_list", "dst_frame_meta", kCopied);
  def_copy_list<&nvds_copy_display_meta_list, NVDS_DISPLAY_META>(
      m, "nvds_copy_display_meta_list", "src_display_meta", "dst_frame_meta", kCopied);
  def_copy_list<&nvds_copy_frame_meta_list, NVDS_FRAME_META>(
      m, "nvds_copy_frame_meta_list", "src_frame_meta_list", "dst_batch_meta", kCopied);
  // The keyword calls a frame dst_object_meta, as it always did.
  def_copy_list<&nvds_copy_obj_meta_list, NVDS_OBJ_META>(
      m, "nvds_copy_obj_meta_list", "src_obj_meta_list", "dst_object_meta", kCopied);

  m.def(
      "nvds_get_nth_frame_meta",
      [](Given<ListReference> list, Given<int> index) {
        const Site site{"nvds_get_nth_frame_meta", "index"};
        const Site list_site{site.owner, "frame_meta_list"};
        ListNode* frames = to_node(list.value, list_site);
        const auto place = to_integer<guint>(index.value, site);
        std::vector<void*> metas;
        if (frames) metas = frames->metas(NVDS_FRAME_META, list_site);
        return OptionalReference<NvDsFrameMeta>{
            wrap(place < metas.size() ? static_cast<NvDsFrameMeta*>(metas[place]) : nullptr)};
      },
      nb::arg("frame_meta_list").none(), nb::arg("index").none(),
      "The frame meta at a place of the list (view), None past its end.");
  m.def(
      "nvds_get_current_metadata_info",
      [](StructRef<NvDsBatchMeta>& batch) {
        NvDsBatchMeta* of = batch.get();
        gboolean done = FALSE;
        with_batch(batch_of(of), {&batch}, [&] { done = nvds_get_current_metadata_info(of); });
        return done;
      },
      nb::arg("batch_meta"),
      "Writes the state of the pools of a batch (view) to the log; 1 if it could.");
  m.def(
      "nvds_get_user_meta_type",
      [](Given<TextOrBytes> descriptor) {
        if (descriptor.value.is_none()) return static_cast<int>(nvds_get_user_meta_type(nullptr));
        std::string text(to_text(descriptor.value, {"nvds_get_user_meta_type", "meta_descriptor"}));
        // Analytics had numbers of its own before they became fixed; programs still ask by name.
        if (text == "NVIDIA.DSANALYTICSFRAME.USER_META") {
          return static_cast<int>(NVDS_FRAME_META_NVDSANALYTICS);
        }
        if (text == "NVIDIA.DSANALYTICSOBJ.USER_META") {
          return static_cast<int>(NVDS_OBJ_META_NVDSANALYTICS);
        }
        return static_cast<int>(nvds_get_user_meta_type(text.data()));
      },
      nb::arg("meta_descriptor").none(),
      "Number (NvDsMetaType) for payloads of a program's own, named by a text (copy): the same for "
      "the same text while the process runs, NVDS_START_USER_META or more. The names of "
      "nvdsanalytics' payloads give NVDS_FRAME_META_NVDSANALYTICS and "
      "NVDS_OBJ_META_NVDSANALYTICS.");
  m.def(
      "nvds_batch_meta_copy_func",
      [](Given<Pointer> given, Given<Pointer> user_data) {
        const nb::handle data = given.value;
        const char* name = "nvds_batch_meta_copy_func";
        const nb::object wrapper = cast_to<NvDsBatchMeta>(data, {name, "data"}, false);
        if (wrapper.is_none())
          throw_type_error({name, "data"}, "NvDsBatchMeta or its capsule", data);
        const auto& ref = *nb::inst_ptr<StructRef<NvDsBatchMeta>>(wrapper);
        NvDsBatchMeta* batch = ref.get();
        if (!batch_of(batch)) {
          throw_error(PyExc_ValueError, "%s.data: expected a batch of the metadata library", name);
        }
        void* user = to_pointer(user_data.value, {name, "user_meta"}, false);
        void* copy = nullptr;
        with_batch(batch, {&ref}, [&] { copy = nvds_batch_meta_copy_func(batch, user); });
        if (copy) own_batches()[copy] = lifetime_of(copy);
        return Capsule{capsule(copy)};
      },
      nb::arg("data").none(), nb::arg("user_meta").none(),
      "A deep copy of a batch meta, as a capsule; nvds_batch_meta_release_func frees it. "
      "`user_meta` "
      "is not used.");
  m.def(
      "nvds_batch_meta_release_func",
      [](Given<Pointer> given, Given<Pointer> user_data) {
        const nb::handle data = given.value;
        const char* name = "nvds_batch_meta_release_func";
        auto* batch = to_struct<NvDsBatchMeta>(data, {name, "data"});
        if (!batch) throw_type_error({name, "data"}, "NvDsBatchMeta or its capsule", data);
        void* user = to_pointer(user_data.value, {name, "user_data"}, false);
        disown(batch, {name, "data"});
        const WithoutGil others_run;  // not with_batch: the lock dies with the batch
        nvds_batch_meta_release_func(batch, user);
      },
      nb::arg("data").none(), nb::arg("user_data").none(),
      "Gives a batch meta (taken) back. `user_data` is not used.");

  def_glist_get<NvDsBatchMeta>(m, "glist_get_nvds_batch_meta");
  def_glist_get<NvDsFrameMeta>(m, "glist_get_nvds_frame_meta");
  def_glist_get<NvDsObjectMeta>(m, "glist_get_nvds_object_meta");
  def_glist_get<NvDsUserMeta>(m, "glist_get_nvds_user_meta");
  def_glist_get<NvDsClassifierMeta>(m, "glist_get_nvds_classifier_meta");
  def_glist_get<NvDsDisplayMeta>(m, "glist_get_nvds_display_meta");
  def_glist_get<NvDsLabelInfo>(m, "glist_get_nvds_label_info");
}

}  // namespace thalweg::pyds
