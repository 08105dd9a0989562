#pragma once

#include "pyds/struct_binder.h"

namespace thalweg::pyds {

inline NvDsBatchMeta* batch_of(NvDsBatchMeta* batch) { return batch_around(batch, batch); }
template <class T>
NvDsBatchMeta* batch_of(T* meta) {
  if constexpr (requires { meta->base_meta.batch_meta; }) {
    return batch_around(meta, meta->base_meta.batch_meta);
  }
  return nullptr;
}

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
