#include "unwind/unwind.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace {

/// A library's dynamic section, as far as it tells what the library has bound to.
struct Bindings {
  const ElfW(Sym) * symbols = nullptr;
  const char* names = nullptr;
  const ElfW(Rela) * relocations[2] = {};
  size_t sizes[2] = {};
};

struct Work {
  void* libgcc;
  int changed = 0;
};

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

int visit(dl_phdr_info* library, size_t, void* data) {
  auto& work = *static_cast<Work*>(data);
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
      const char* name = bindings.names + bindings.symbols[ELF64_R_SYM(relocation->r_info)].st_name;
      if (!std::string_view(name).starts_with("_Unwind_")) continue;
      const ElfW(Addr) address = library->dlpi_addr + relocation->r_offset;
      auto** slot = reinterpret_cast<void**>(address);
      void* later = dlsym(RTLD_DEFAULT, name);
      if (!later || *slot == later || *slot != dlsym(work.libgcc, name)) continue;
      if (write(slot, later, read_only_from <= address && address < read_only_to)) ++work.changed;
    }
  }
  return 0;
}

}  // namespace

int thalweg_agree_on_unwinder() {
  Work work{dlopen("libgcc_s.so.1", RTLD_LAZY | RTLD_NOLOAD)};
  if (!work.libgcc) return 0;  // no C++ library is loaded
  if (dlsym(work.libgcc, "_Unwind_Resume") != dlsym(RTLD_DEFAULT, "_Unwind_Resume")) {
    dl_iterate_phdr(visit, &work);
  }
  dlclose(work.libgcc);
  return work.changed;
}
