#include "unwind/unwind.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace {

/// A library's dynamic section, as far as it tells what the library has bound to.
struct Bindings {
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  const ElfW(Rela) * relocations[2] = {};
  size_t sizes[2] = {};
};

/// What a name of the unwinder's means: libgcc's function, and the one that others find now.
struct Function {
  void* of_libgcc = nullptr;
  void* of_all = nullptr;
};

using Functions = std::map<std::string, Function, std::less<>>;

Bindings bindings_of(const ElfW(Dyn) * entry, ElfW(Addr) base) {
  Bindings found;
  // The loader has made addresses of them, except in what it does not load (the kernel's vdso).
  const auto at = [base](ElfW(Addr) address) { return address < base ? base + address : address; };
  for (; entry->d_tag != DT_NULL; ++entry) {
    switch (entry->d_tag) {
      case DT_SYMTAB:
        found.symbols = reinterpret_cast<const ElfW(Sym)*>(at(entry->d_un.d_ptr));
        break;
      case DT_STRTAB:
        found.names = reinterpret_cast<const char*>(at(entry->d_un.d_ptr));
        break;
      case DT_JMPREL:
        found.relocations[0] = reinterpret_cast<const ElfW(Rela)*>(at(entry->d_un.d_ptr));
        break;
      case DT_PLTRELSZ:
        found.sizes[0] = entry->d_un.d_val;
        break;
      case DT_RELA:
        found.relocations[1] = reinterpret_cast<const ElfW(Rela)*>(at(entry->d_un.d_ptr));
        break;
      case DT_RELASZ:
        found.sizes[1] = entry->d_un.d_val;
        break;
      default:
        break;
    }
  }
  return found;
}

/// Writes into a table that the loader has made read-only.
bool write(void** slot, void* value, bool read_only) {
  const auto size = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  auto* page = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(slot) & ~(size - 1));
  if (read_only && mprotect(page, size, PROT_READ | PROT_WRITE) != 0) return false;
  __atomic_store_n(slot, value, __ATOMIC_RELEASE);
  if (read_only) mprotect(page, size, PROT_READ);
  return true;
}

/// Calls `use(name, slot, read_only)` for each function of the unwinder's that a library has bound.
/// The loader's lock is held meanwhile: `use` must not call the loader (dlsym and dlopen take
/// another lock first, and wait for ever for a thread that loads a library).
template <typename Use>
void each_binding(Use use) {
  const auto visit = [](dl_phdr_info* library, size_t, void* data) {
    const ElfW(Dyn)* dynamic = nullptr;
    ElfW(Addr) read_only_from = 0, read_only_to = 0;
    for (int i = 0; i < library->dlpi_phnum; ++i) {
      const ElfW(Phdr)& header = library->dlpi_phdr[i];
      const ElfW(Addr) address = library->dlpi_addr + header.p_vaddr;
      if (header.p_type == PT_DYNAMIC) dynamic = reinterpret_cast<const ElfW(Dyn)*>(address);
      if (header.p_type == PT_GNU_RELRO) {
        read_only_from = address;
        read_only_to = address + header.p_memsz;
      }
    }
    if (!dynamic) return 0;
    const Bindings bindings = bindings_of(dynamic, library->dlpi_addr);
    if (!bindings.symbols || !bindings.names) return 0;
    for (int table = 0; table < 2; ++table) {
      const ElfW(Rela)* relocation = bindings.relocations[table];
      if (!relocation) continue;
      for (size_t i = 0; i < bindings.sizes[table] / sizeof *relocation; ++i, ++relocation) {
        const auto type = ELF64_R_TYPE(relocation->r_info);
        if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
        const std::string_view name =
            bindings.names + bindings.symbols[ELF64_R_SYM(relocation->r_info)].st_name;
        if (!name.starts_with("_Unwind_")) continue;
        const ElfW(Addr) address = library->dlpi_addr + relocation->r_offset;
        (*static_cast<Use*>(data))(name, reinterpret_cast<void**>(address),
                                   read_only_from <= address && address < read_only_to);
      }
    }
    return 0;
  };
  dl_iterate_phdr(visit, &use);
}

}  // namespace

int thalweg_agree_on_unwinder() {
  void* libgcc = dlopen("libgcc_s.so.1", RTLD_LAZY | RTLD_NOLOAD);
  if (!libgcc) return 0;  // no C++ library is loaded
  int changed = 0;
  if (dlsym(libgcc, "_Unwind_Resume") != dlsym(RTLD_DEFAULT, "_Unwind_Resume")) {
    Functions functions;
    each_binding(
        [&](std::string_view name, void**, bool) { functions.try_emplace(std::string(name)); });
    for (auto& [name, function] : functions) {
      function = {dlsym(libgcc, name.c_str()), dlsym(RTLD_DEFAULT, name.c_str())};
    }
    each_binding([&](std::string_view name, void** slot, bool read_only) {
      const auto found = functions.find(name);
      if (found == functions.end()) return;  // of a library that was loaded meanwhile
      const auto [of_libgcc, of_all] = found->second;
      if (!of_all || *slot == of_all || *slot != of_libgcc) return;
      if (write(slot, of_all, read_only)) ++changed;
    });
  }
  dlclose(libgcc);
  return changed;
}
