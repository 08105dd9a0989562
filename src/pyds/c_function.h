#pragma once

#include <utility>

#include "pyds/struct_binder.h"

namespace thalweg::pyds {

/// How an argument of a C function comes from Python.
template <class P>
struct Argument;

template <class T>
struct Argument<T*> {
  using Python = StructRef<T>&;
  static T* take(Python ref, const Site&) { return ref.get(); }
};
template <>
struct Argument<GList*> {
  using Python = Given<ListReference>;
  static GList* take(Python list, const Site& site) { return to_list(list.value, site); }
};

inline NvDsBatchMeta* batch_of(NvDsBatchMeta* batch) { return batch_around(batch, batch); }
template <class T>
NvDsBatchMeta* batch_of(T* meta) {
  if constexpr (requires { meta->base_meta.batch_meta; }) {
    return batch_around(meta, meta->base_meta.batch_meta);
  }
  return nullptr;
}

template <auto kFunction>
struct CFunction;

/// Calls a C function of the metadata library with the structs behind Python's arguments, never
/// waiting for the batch's lock with the GIL. kBatch is the argument whose batch that is.
template <class Result, class... Args, Result (*kFunction)(Args...)>
struct CFunction<kFunction> {
  template <size_t kBatch = 0>
  static auto callable(const Site* site) {
    return [site](typename Argument<Args>::Python... given) -> Result {
      const std::tuple<Args...> taken{Argument<Args>::take(given, *site)...};
      return with_batch(batch_of(std::get<kBatch>(taken)),
                        [&taken] { return std::apply(kFunction, taken); });
    };
  }
};

/// The older name of a class's cast, for capsules and pyds objects.
template <class T, bool kAllowInt = false>
void def_glist_get(nb::module_& module, const char* name) {
  const Site* site = keep_site(name, "data");
  const std::string doc =
      std::string("Older name of ") + struct_info<T>.name + ".cast: view of the struct, or None.";
  using Taken = std::conditional_t<kAllowInt, PointerOrAddress, Pointer>;
  module.def(
      name,
      [site](Given<Taken> data) { return Reference<T>{cast_to<T>(data.value, *site, kAllowInt)}; },
      nb::arg("data").none(), doc.c_str());
}

}  // namespace thalweg::pyds
