// Python functions that copy and free the payloads of user metas.
//
// The metadata library calls the two C hooks below from any thread, with the batch's lock held.
// They take the GIL; nothing in pyds waits for a batch's lock while it has the GIL.
#include <atomic>
#include <unordered_map>

#include "pyds/bindings.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

struct Functions {
  nb::object copy;
  nb::object release;
};

/// Functions by user meta, and by payload: a copied meta has its source's hooks at an address that
/// the copy hook does not know yet, but a payload that it has just made. Guarded by the GIL.
struct Registry {
  struct Entry {
    Lifetime lifetime;
    Functions functions;

    /// True while the meta is the one that got the functions, and in its release function, when its
    /// generation has just moved on.
    bool still_for_meta() const {
      return !lifetime.generation_at ||
             __atomic_load_n(lifetime.generation_at, __ATOMIC_ACQUIRE) - lifetime.generation <= 1;
    }
  };
  std::unordered_map<const void*, Entry> by_meta;
  std::unordered_map<const void*, Functions> by_payload;
  /// The last ones given, for a copy without a payload to know it by.
  Functions last;
};

Registry& registry() {
  static Registry& instance = *new Registry;  // hooks may run while the process ends
  return instance;
}

std::atomic<bool> interpreter_runs = true;

const Functions& functions_of(const NvDsUserMeta* meta) {
  Registry& known = registry();
  if (auto entry = known.by_meta.find(meta); entry != known.by_meta.end()) {
    if (entry->second.still_for_meta()) return entry->second.functions;
    known.by_meta.erase(entry);
  }
  if (auto entry = known.by_payload.find(meta->user_meta_data); entry != known.by_payload.end()) {
    return entry->second;
  }
  return known.last;
}

gpointer copy_hook(gpointer data, gpointer) {
  if (!interpreter_runs) return nullptr;
  const nb::gil_scoped_acquire acquired;
  const auto* meta = static_cast<NvDsUserMeta*>(data);
  const Functions functions = functions_of(meta);
  if (!functions.copy.is_valid()) return nullptr;
  try {
    const nb::object payload = functions.copy(capsule(data), nb::none());
    void* address = to_stored_pointer(payload, {"user_copyfunc", "result"});
    if (address) registry().by_payload[address] = functions;
    return address;
  } catch (nb::python_error& error) {
    error.restore();
    PyErr_WriteUnraisable(functions.copy.ptr());
  }
  return nullptr;
}

void release_hook(gpointer data, gpointer) {
  if (!interpreter_runs) return;
  const nb::gil_scoped_acquire acquired;
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
  registry().by_meta.erase(meta);
  if (payload) registry().by_payload.erase(payload);
}

/// A callable, or nothing for None.
nb::object take_function(nb::handle function, const Site& site) {
  if (function.is_none()) return {};
  if (!PyCallable_Check(function.ptr())) throw_type_error(site, "callable or None", function);
  return nb::borrow(function);
}

Functions& functions_for(NvDsUserMeta* meta) {
  Registry::Entry& entry = registry().by_meta[meta];
  const Lifetime now = lifetime_of(meta);
  if (entry.lifetime != now) entry = {now, {}};
  return entry.functions;
}

void set_copy_function(StructRef<NvDsUserMeta>& user_meta, nb::handle function, const Site& site) {
  const nb::object taken = take_function(function, site);
  NvDsUserMeta* meta = user_meta.get();
  functions_for(meta).copy = taken;
  registry().last.copy = taken;
  meta->base_meta.copy_func = copy_hook;
}

void set_release_function(StructRef<NvDsUserMeta>& user_meta, nb::handle function,
                          const Site& site) {
  const nb::object taken = take_function(function, site);
  NvDsUserMeta* meta = user_meta.get();
  functions_for(meta).release = taken;
  registry().last.release = taken;
  meta->base_meta.release_func = release_hook;
}

void forget_functions() {
  Registry gone;
  std::swap(gone, registry());
}

}  // namespace

void bind_callbacks(nb::module_& m) {
  static constexpr const char* kCopy =
      "Sets the function that copies the payload when the meta is copied: "
      "func(capsule of the NvDsUserMeta, None) returns the new payload, a pyds object, capsule or "
      "None. It may run in any thread. An exception goes to sys.unraisablehook.";
  static constexpr const char* kRelease =
      "Sets the function that frees the payload when the meta is given back: "
      "func(capsule of the NvDsUserMeta, None). It may run in any thread. An exception goes to "
      "sys.unraisablehook.";
  for (const char* name : {"user_copyfunc", "set_user_copyfunc"}) {
    const Site* site = keep_site(name, "func");
    m.def(
        name,
        [site](StructRef<NvDsUserMeta>& meta, nb::handle function) {
          set_copy_function(meta, function, *site);
        },
        nb::arg("meta"), nb::arg("func").none(), kCopy);
  }
  for (const char* name : {"user_releasefunc", "set_user_releasefunc"}) {
    const Site* site = keep_site(name, "func");
    m.def(
        name,
        [site](StructRef<NvDsUserMeta>& meta, nb::handle function) {
          set_release_function(meta, function, *site);
        },
        nb::arg("meta"), nb::arg("func").none(), kRelease);
  }
  for (const char* name : {"register_user_copyfunc", "register_user_releasefunc"}) {
    const Site* site = keep_site(name, "func");
    m.def(
        name, [site](nb::handle function) { take_function(function, *site); },
        nb::arg("func").none(), "Does nothing; kept for old programs.");
  }
  m.def("unset_callback_funcs", &forget_functions,
        "Forgets every copy and release function; metas that had them are no longer copied.");

  // Metas may outlive the interpreter, in pipelines that nobody stopped.
  nb::module_::import_("atexit").attr("register")(nb::cpp_function([] {
    interpreter_runs = false;
    forget_functions();
  }));
}

}  // namespace thalweg::pyds
