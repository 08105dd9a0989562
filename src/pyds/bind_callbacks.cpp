// Python functions that copy and free the payloads of user metas.
//
// The metadata library calls the two C hooks below from any thread, with the batch's lock held.
// They take the GIL; nothing in pyds waits for a batch's lock while it has the GIL.
#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pyds/bindings.h"
#include "pyds/interpreter.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

struct Functions {
  nb::object copy;
  nb::object release;
};

/// Functions by user meta, and by payload: a copied meta has its source's hooks at an address that
/// the copy hook does not know yet, but a payload that it has just made. Guarded by the GIL.
///
/// Dropping a function may run any Python code, which may come back here: take entries out first.
struct Registry {
  struct OfMeta {
    Lifetime lifetime;
    Functions functions;

    /// True while the meta is the one that got the functions, and in its release function, when its
    /// generation has just moved on.
    bool still_for_meta() const {
      return !lifetime.generation_at ||
             __atomic_load_n(lifetime.generation_at, __ATOMIC_ACQUIRE) - lifetime.generation <= 1;
    }
  };
  struct OfPayload {
    Lifetime lifetime;
    Functions functions;
    size_t copies = 0;  ///< metas that have this payload, should the copy function share it
  };
  std::unordered_map<const void*, OfMeta> by_meta;
  std::unordered_map<const void*, OfPayload> by_payload;
  /// The last ones given, for a copy without a payload to know it by.
  Functions last;
  size_t sweep_at = 1024;
};

Registry& registry() {
  static Registry& instance = *new Registry;  // hooks may run while the process ends
  return instance;
}

/// The functions that were given to this very meta, or nullptr.
const Functions* own_functions(const NvDsUserMeta* meta) {
  Registry& known = registry();
  auto entry = known.by_meta.find(meta);
  if (entry == known.by_meta.end()) return nullptr;
  if (entry->second.still_for_meta()) return &entry->second.functions;
  const auto gone = known.by_meta.extract(entry);
  return nullptr;
}

Functions functions_of(const NvDsUserMeta* meta) {
  if (const Functions* own = own_functions(meta)) return *own;
  Registry& known = registry();
  auto entry = known.by_payload.find(meta->user_meta_data);
  return entry != known.by_payload.end() ? entry->second.functions : known.last;
}

/// Notes whose functions a copied meta with this payload has.
void note_copy(const void* payload, const Functions& functions) {
  Registry& known = registry();
  std::vector<Registry::OfPayload> gone;
  if (known.by_payload.size() >= known.sweep_at) {
    // Payloads that C hooks freed (alloc_custom_struct's, say) without telling us.
    std::erase_if(known.by_payload, [&gone](auto& entry) {
      const bool over = entry.second.lifetime.over();
      if (over) gone.push_back(std::move(entry.second));
      return over;
    });
    known.sweep_at = std::max<size_t>(1024, 2 * known.by_payload.size());
  }
  Registry::OfPayload& entry = known.by_payload[payload];
  const Lifetime now = lifetime_of(payload);
  if (entry.lifetime != now) gone.push_back(std::exchange(entry, {now, {}, 0}));
  gone.push_back({{}, std::exchange(entry.functions, functions), 0});
  ++entry.copies;
}

/// Forgets the functions of a meta that is being given back.
void forget(const NvDsUserMeta* meta, const void* payload) {
  Registry& known = registry();
  if (own_functions(meta)) {
    const auto gone = known.by_meta.extract(meta);
    return;
  }
  auto entry = known.by_payload.find(payload);
  if (entry == known.by_payload.end() || --entry->second.copies > 0) return;
  const auto gone = known.by_payload.extract(entry);
}

gpointer copy_hook(gpointer data, gpointer) {
  const WithGil python;
  if (!python) return nullptr;
  const auto* meta = static_cast<NvDsUserMeta*>(data);
  const Functions functions = functions_of(meta);
  if (!functions.copy.is_valid()) return nullptr;
  try {
    const nb::object payload = functions.copy(capsule(data), nb::none());
    void* address = to_stored_pointer(payload, {"user_copyfunc", "result"});
    if (address) note_copy(address, functions);
    return address;
  } catch (nb::python_error& error) {
    error.restore();
    PyErr_WriteUnraisable(functions.copy.ptr());
  }
  return nullptr;
}

void release_hook(gpointer data, gpointer) {
  const WithGil python;
  if (!python) return;
  auto* meta = static_cast<NvDsUserMeta*>(data);
  const MetaInRelease in_release(meta);
  const Functions functions = functions_of(meta);
  const void* payload = meta->user_meta_data;
  if (functions.release.is_valid()) {
    try {
      functions.release(capsule(data), nb::none());
    } catch (nb::python_error& error) {
      error.restore();
      PyErr_WriteUnraisable(functions.release.ptr());
    }
  }
  forget(meta, payload);
}

/// The release hook of a meta that has a copy function only.
void forget_hook(gpointer data, gpointer) {
  const WithGil python;
  if (!python) return;
  const auto* meta = static_cast<NvDsUserMeta*>(data);
  forget(meta, meta->user_meta_data);
}

/// A callable, or nothing for None.
nb::object take_function(nb::handle function, const Site& site) {
  if (function.is_none()) return {};
  if (!PyCallable_Check(function.ptr())) throw_type_error(site, "callable or None", function);
  return nb::borrow(function);
}

void set_function(nb::object Functions::*which, StructRef<NvDsUserMeta>& user_meta,
                  nb::handle function, const Site& site) {
  const nb::object taken = take_function(function, site);
  const NvDsUserMeta* meta = user_meta.get();
  Registry& known = registry();
  Registry::OfMeta& entry = known.by_meta[meta];
  const Lifetime now = lifetime_of(meta);
  Registry::OfMeta gone;
  if (entry.lifetime != now) gone = std::exchange(entry, {now, {}});
  const nb::object before = std::exchange(entry.functions.*which, taken);
  const nb::object last_before = std::exchange(known.last.*which, taken);
}

void set_copy_function(StructRef<NvDsUserMeta>& user_meta, nb::handle function, const Site& site) {
  set_function(&Functions::copy, user_meta, function, site);
  NvDsBaseMeta& base = user_meta.get()->base_meta;
  base.copy_func = copy_hook;
  if (!base.release_func) base.release_func = forget_hook;
}

void set_release_function(StructRef<NvDsUserMeta>& user_meta, nb::handle function,
                          const Site& site) {
  set_function(&Functions::release, user_meta, function, site);
  user_meta.get()->base_meta.release_func = release_hook;
}

/// The entries stay, empty: a meta that had functions must not take those of another one.
void forget_functions() {
  Registry& known = registry();
  std::vector<Functions> gone{std::exchange(known.last, {})};
  for (auto& [meta, entry] : known.by_meta) gone.push_back(std::exchange(entry.functions, {}));
  for (auto& [payload, entry] : known.by_payload) {
    gone.push_back(std::exchange(entry.functions, {}));
  }
}

}  // namespace

void bind_callbacks(nb::module_& m) {
  static constexpr const char* kCopy =
      "Sets the function that copies the payload when the meta is copied, None for none: "
      "func(capsule of the NvDsUserMeta (view), None) returns the new payload (taken), a pyds "
      "object, capsule or None. It may run in any thread. An exception goes to "
      "sys.unraisablehook.";
  static constexpr const char* kRelease =
      "Sets the function that frees the payload when the meta is given back, None for none: "
      "func(capsule of the NvDsUserMeta (view), None). It may run in any thread. An exception goes "
      "to sys.unraisablehook.";
  for (const char* name : {"user_copyfunc", "set_user_copyfunc"}) {
    const Site* site = keep_site(name, "func");
    m.def(
        name,
        [site](StructRef<NvDsUserMeta>& meta, Given<CopyFunction> function) {
          set_copy_function(meta, function.value, *site);
        },
        nb::arg("meta"), nb::arg("func").none(), kCopy);
  }
  for (const char* name : {"user_releasefunc", "set_user_releasefunc"}) {
    const Site* site = keep_site(name, "func");
    m.def(
        name,
        [site](StructRef<NvDsUserMeta>& meta, Given<ReleaseFunction> function) {
          set_release_function(meta, function.value, *site);
        },
        nb::arg("meta"), nb::arg("func").none(), kRelease);
  }
  for (const char* name : {"register_user_copyfunc", "register_user_releasefunc"}) {
    const Site* site = keep_site(name, "func");
    m.def(
        name, [site](nb::handle function) { take_function(function, *site); },
        nb::arg("func").none(),
        "Does nothing, and the function is not taken; kept for old programs.");
  }
  m.def("unset_callback_funcs", &forget_functions,
        "Forgets every copy and release function; metas that had them are no longer copied.");

  // Metas may outlive the interpreter, in pipelines that nobody stopped.
  nb::module_::import_("atexit").attr("register")(nb::cpp_function([] {
    end_interpreter();
    forget_functions();
  }));
}

}  // namespace thalweg::pyds
