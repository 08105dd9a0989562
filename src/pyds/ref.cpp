#include "pyds/ref.h"

#include <glib.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "pyds/list_node.h"
#include "pyds/slots.h"

namespace thalweg::pyds {

namespace {

/// The chain that has the live wrappers of an address, among others'. Guarded by the GIL.
Ref*& chain_of(const void* address) {
  static constinit Ref* chains[4096] = {};
  return chains[reinterpret_cast<uintptr_t>(address) * 0x9E3779B97F4A7C15u >> 52];
}

void** member_at(void* structure, size_t offset) {
  return reinterpret_cast<void**>(static_cast<std::byte*>(structure) + offset);
}

/// Calls function(member, offset of the struct that has it) for the heap members of a struct and of
/// its parts.
template <class Function>
void each_heap_member(const StructInfo& info, const Function& function, size_t offset = 0) {
  for (const auto& member : info.heap_members) function(member, offset);
  for (const auto& part : info.parts) {
    for (size_t i = 0; i < part.count; ++i) {
      each_heap_member(*part.info, function, offset + part.offset + i * part.stride);
    }
  }
}

thread_local MetaInRelease* in_release = nullptr;
/// Counters that wrappers may still read, so they are used again and never freed. Guarded by the
/// GIL.
std::vector<uint64_t*>& free_generations = *new std::vector<uint64_t*>;

}  // namespace

Ref::Ref(const StructInfo& info, PyObject* self, void* address, const Lifetime& lifetime,
         PyObject* parent)
    : address_(address), lifetime_(lifetime), info_(&info), self_(self), parent_(parent) {
  Py_XINCREF(parent_);
  Ref*& chain = chain_of(address_);
  next_ = chain;
  chain = this;
}

Ref::~Ref() {
  if (chained_) {
    Ref** link = &chain_of(address_);
    while (*link != this) link = &(*link)->next_;
    *link = next_;
  }
  if (owned_ && !lifetime_.over()) free_struct(*info_, address_);
  Py_XDECREF(parent_);
}

void Ref::throw_over() const {
  throw_error(PyExc_ReferenceError,
              "%s: its memory was given back (the buffer is gone, or the meta was removed); use a "
              "meta only while its buffer lives",
              info_->name);
}

MetaInRelease::MetaInRelease(const void* meta)
    : slot_(thalweg_slot_generation ? thalweg_slot_generation(meta) : nullptr),
      generation_(nullptr),
      outer_(in_release) {
  if (free_generations.empty()) free_generations.push_back(new uint64_t(1));
  generation_ = free_generations.back();
  free_generations.pop_back();
  in_release = this;
}

MetaInRelease::~MetaInRelease() {
  in_release = outer_;
  ++*generation_;
  free_generations.push_back(generation_);
}

Lifetime lifetime_of(const void* address) {
  NvDsBatchMeta* batch = nullptr;
  const uint64_t* slot = thalweg_slot_find ? thalweg_slot_find(address, &batch) : nullptr;
  if (!slot) return Allocations::instance().lifetime(address);
  const uint64_t now = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
  if (now & 1) return {slot, now, batch ? Lifetime::Origin::kSlot : Lifetime::Origin::kBlock};
  for (const MetaInRelease* meta = in_release; meta; meta = meta->outer_) {
    if (meta->slot_ == slot) return {meta->generation_, *meta->generation_};
  }
  constexpr uint64_t kNever = ~uint64_t{0};  // a free slot has no struct to speak of
  return {slot, kNever, Lifetime::Origin::kSlot};
}

PyObject* find_wrapper(const void* address, PyTypeObject* type, const Lifetime& lifetime) {
  Ref** link = &chain_of(address);
  while (Ref* ref = *link) {
    if (ref->address_ == address && ref->info_->type == type && ref->lifetime_ == lifetime &&
        Py_REFCNT(ref->self_) > 0) {  // 0: its weak references are being told that it goes
      Py_INCREF(ref->self_);
      return ref->self_;
    }
    if (ref->lifetime_.over()) {  // nobody looks for it again, however long the program keeps it
      *link = ref->next_;
      ref->chained_ = false;
    } else {
      link = &ref->next_;
    }
  }
  return nullptr;
}

Ref* as_ref(nb::handle value) {
  Ref* ref = nullptr;
  return nb::try_cast<Ref*>(value, ref, false) ? ref : nullptr;
}

namespace {

/// Tells our capsules from others. The context of ours is the generation of what they point to.
void capsule_of_ours(PyObject*) {}

}  // namespace

nb::object capsule(void* address) {
  if (!address) return nb::none();
  const uint64_t generation = lifetime_of(address).generation;
  nb::object made = nb::steal(PyCapsule_New(address, nullptr, capsule_of_ours));
  if (!made || PyCapsule_SetContext(made.ptr(), reinterpret_cast<void*>(generation)) != 0) {
    throw nb::python_error();
  }
  return made;
}

void* to_pointer(nb::handle value, const Site& site, bool allow_int) {
  if (PyObject* given = value.ptr(); PyCapsule_CheckExact(given)) {
    void* address = PyCapsule_GetPointer(given, PyCapsule_GetName(given));
    if (!address) throw nb::python_error();
    if (PyCapsule_GetDestructor(given) != capsule_of_ours) return address;
    const auto generation = reinterpret_cast<uint64_t>(PyCapsule_GetContext(given));
    if (generation != 0 && lifetime_of(address).generation != generation) {
      throw_error(PyExc_ReferenceError,
                  "%s.%s: the memory of this capsule was given back; use a capsule only while the "
                  "buffer lives that it was taken from",
                  site.owner, site.name);
    }
    return address;
  }
  if (value.is_none()) return nullptr;
  if (const Ref* ref = as_ref(value)) return ref->get();
  const char* expected =
      allow_int ? "capsule, pyds object, None or int address" : "capsule, pyds object or None";
  if (!allow_int) throw_type_error(site, expected, value);
  return to_address(value, site, expected);
}

void* to_stored_pointer(nb::handle value, const Site& site) {
  void* address = to_pointer(value, site, false);
  if (Ref* ref = as_ref(value)) ref->give_up_ownership();
  return address;
}

namespace {

/// True if a struct is of the wanted kind, or has one at `offset`.
bool contains(const StructInfo& whole, size_t offset, const StructInfo& wanted) {
  if (offset == 0 && &whole == &wanted) return true;
  for (const StructInfo::Part& part : whole.parts) {
    if (offset < part.offset || offset >= part.offset + part.count * part.stride) continue;
    if (contains(*part.info, (offset - part.offset) % part.stride, wanted)) return true;
  }
  return false;
}

std::vector<const StructInfo*>& pool_kinds() {
  static auto& kinds = *new std::vector<const StructInfo*>;
  return kinds;
}

}  // namespace

void enter_pool_kind(const StructInfo& info) { pool_kinds().push_back(&info); }

void check_kind(const StructInfo& kind, const void* address, const Ref* given, const Site& site) {
  const void* start = address;
  const StructInfo* found = nullptr;
  NvDsBatchMeta* batch = nullptr;
  if (given && &given->info() == &struct_info<GList>) {  // also one in the heads of slots
    found = &given->info();
  } else if (const uint64_t* slot =
                 thalweg_slot_find ? thalweg_slot_find(address, &batch) : nullptr) {
    if (!(__atomic_load_n(slot, __ATOMIC_ACQUIRE) & 1)) return;  // in its release function
    const NvDsMetaType type = thalweg_slot_type(address, &start);
    if (type != NVDS_INVALID_META && type == kind.meta_type && start == address) return;
    const auto& kinds = pool_kinds();  // none is NVDS_INVALID_META
    const auto known = std::find_if(kinds.begin(), kinds.end(), [type](const StructInfo* info) {
      return info->meta_type == type;
    });
    if (known != kinds.end()) found = *known;
    if (!found && batch) {  // what a batch has behind its struct
      found = &struct_info<NvDsMetaPool>;
      start = address;
    }
  } else {
    const Ref* whole = given;
    while (whole && whole->parent()) whole = nb::inst_ptr<Ref>(whole->parent());
    start = whole ? whole->unchecked() : Allocations::instance().start_of(address);
  }
  if (!found) {
    Allocations& blocks = Allocations::instance();
    found = blocks.take_for(start, kind);
    const size_t size = found ? 0 : blocks.size_of(start);
    if (size > 0) {
      throw_error(PyExc_TypeError, "%s.%s: %s has %zu bytes, but the block has %zu", site.owner,
                  site.name, kind.name, kind.size, size);
    }
    if (!found) return;  // somebody else's: the program knows what it is
  }
  const auto offset = static_cast<size_t>(static_cast<const std::byte*>(address) -
                                          static_cast<const std::byte*>(start));
  if (contains(*found, offset, kind)) return;
  throw_error(PyExc_TypeError, "%s.%s: expected the address of %s, got that of %s", site.owner,
              site.name, kind.name,
              offset == 0 ? found->name : (std::string("something inside ") + found->name).c_str());
}

nb::object memory_owner(const Ref& viewed) {
  void* address = viewed.get();
  if (thalweg_batch_pin && viewed.lifetime().generation_at &&
      thalweg_batch_pin(address, viewed.lifetime().generation)) {
    return nb::capsule(address, [](void* pinned) noexcept { thalweg_batch_unpin(pinned); });
  }
  const void* start = Allocations::instance().start_of(address);
  if (thalweg_slot_type) thalweg_slot_type(address, &start);
  if (void* block = Allocations::instance().view(start)) {
    return nb::capsule(block, [](void* seen) noexcept { Allocations::instance().unview(seen); });
  }
  return nb::borrow(nb::handle(viewed.self()));
}

void free_struct(const StructInfo& info, void* structure) {
  each_heap_member(info, [structure](const StructInfo::HeapMember& member, size_t offset) {
    void** block = member_at(structure, offset + member.offset);
    if (*block) Allocations::instance().release_held(*block, block);
  });
  Allocations::instance().release(structure);
}

void free_member(const Lifetime& owner, void** member) {
  if (!*member) return;
  Allocations& blocks = Allocations::instance();
  if (!blocks.release_held(*member, member) && owner.origin != Lifetime::Origin::kBlock &&
      !blocks.live(*member)) {
    g_free(*member);  // C code set it; in a struct of Python's own it is a stale alias instead
  }
  *member = nullptr;
}

void take_block(const Lifetime& owner, void** member, void* block, size_t least, const Site& site) {
  if (block == *member) return;
  if (block && Allocations::instance().size_of(block) < least) {
    throw_error(PyExc_ValueError,
                "%s.%s: %p is not a live block of at least %zu bytes; take one of alloc_buffer",
                site.owner, site.name, block, least);
  }
  free_member(owner, member);
  // A hook of another thread may just have released the block.
  if (block && Allocations::instance().move_to(member, owner, block)) *member = block;
}

namespace {

/// True if a function copies or frees metas that are no user metas.
bool is_of_library(const NvDsBatchMeta* batch, const void* function) {
  const auto has = [function](const auto& owner) {
    return function == reinterpret_cast<const void*>(owner.copy_func) ||
           function == reinterpret_cast<const void*>(owner.release_func);
  };
  return function && (has(batch->base_meta) || has(*batch->frame_meta_pool) ||
                      has(*batch->obj_meta_pool) || has(*batch->classifier_meta_pool) ||
                      has(*batch->display_meta_pool) || has(*batch->label_info_meta_pool));
}

/// A copy of a block: all of one that we know, else what the struct says.
void* duplicate(const StructInfo::HeapMember& member, const void* structure, const void* block) {
  const size_t known = Allocations::instance().size_of(block);
  return g_memdup2(block, known ? known : member.size(structure, block));
}

/// Takes over what a base says that a program may choose.
void assign_base(NvDsBaseMeta* into, const NvDsBaseMeta* from) {
  into->meta_type = from->meta_type;
  into->uContext = from->uContext;
  if (type_at(into) != type_at(from)) return;
  into->copy_func = from->copy_func;
  into->release_func = from->release_func;
}

}  // namespace

void check_hook(const NvDsBaseMeta* base, const void* function, const Site& site) {
  NvDsBatchMeta* batch = batch_around(base, nullptr);
  if (!batch || !function) return;
  const bool own = function == reinterpret_cast<const void*>(base->copy_func) ||
                   function == reinterpret_cast<const void*>(base->release_func);
  if (own || (type_at(base) == NVDS_USER_META && !is_of_library(batch, function))) return;
  throw_error(PyExc_ValueError,
              "%s.%s: this function is for metas of another kind; only user metas have functions "
              "of a program's own",
              site.owner, site.name);
}

void hand_over(Ref& meta, const Ref& into, NvDsBatchMeta* batch, const Site& site) {
  void* structure = meta.get();
  if (!thalweg_pool_adopt) {  // NVIDIA's library makes it an element of its pool
    if (!meta.give_up_ownership()) return;
    auto* base = static_cast<NvDsBaseMeta*>(structure);
    if (!base->batch_meta) base->batch_meta = batch;
    return;
  }
  if (batch_around(structure, nullptr)) return;  // of a pool already
  const BatchLockWithGil lock(batch);
  into.check();
  meta.check();
  if (batch_around(structure, nullptr)) return;  // another thread was first
  if (Allocations::instance().kind_of(structure) != &meta.info() ||
      !thalweg_slot_generation(structure)) {
    throw_error(PyExc_ValueError, "%s.%s: is no meta of a pool, nor one that was constructed",
                site.owner, site.name);
  }
  const StructInfo& info = meta.info();
  for (const auto& [offset, type] : info.lists) {
    make_own_list(static_cast<GList**>(static_cast<void*>(member_at(structure, offset))), type);
  }
  auto* base = static_cast<NvDsBaseMeta*>(structure);
  const bool may_have_functions = info.meta_type == NVDS_USER_META;
  if (!may_have_functions || is_of_library(batch, reinterpret_cast<void*>(base->copy_func))) {
    base->copy_func = nullptr;
  }
  if (!may_have_functions || is_of_library(batch, reinterpret_cast<void*>(base->release_func))) {
    base->release_func = nullptr;  // it gets the pool's
  }
  if (!thalweg_pool_adopt(batch, info.meta_type, structure)) return;
  meta.give_up_ownership();
  Allocations& blocks = Allocations::instance();
  const Lifetime lifetime = lifetime_of(structure);
  meta.adopted(lifetime);
  each_heap_member(info, [&](const StructInfo::HeapMember& member, size_t offset) {
    void** block = member_at(structure, offset + member.offset);
    if (!*block) return;
    if (!blocks.held_by(*block, block)) {
      *block =
          blocks.live(*block) ? duplicate(member, member_at(structure, offset), *block) : nullptr;
    }
    if (*block) blocks.hold(*block, block, lifetime);
  });
  blocks.give_away(structure);
}

void assign(const Ref& into_owner, void* into, const Ref& from) {
  void* source = from.get();
  if (source == into) return;
  into_owner.check();
  const StructInfo& info = from.info();
  if (&info == &struct_info<NvDsBaseMeta> && batch_around(into, nullptr)) {
    assign_base(static_cast<NvDsBaseMeta*>(into), static_cast<NvDsBaseMeta*>(source));
    return;
  }
  Allocations& blocks = Allocations::instance();
  each_heap_member(info, [&](const StructInfo::HeapMember& member, size_t offset) {
    free_member(into_owner.lifetime(), member_at(into, offset + member.offset));
  });
  std::memcpy(into, source, info.size);
  const bool python_owns = from.lifetime().origin == Lifetime::Origin::kBlock;
  each_heap_member(info, [&](const StructInfo::HeapMember& member, size_t offset) {
    void** moved = member_at(into, offset + member.offset);
    if (!*moved) return;
    if (python_owns && !blocks.live(*moved)) {
      *moved = nullptr;  // a shared text that its other holder gave up
      return;
    }
    if (!python_owns || !blocks.held_by(*moved, member_at(source, offset + member.offset))) {
      *moved = duplicate(member, member_at(source, offset), *moved);
    }
    blocks.hold(*moved, moved, into_owner.lifetime());
  });
}

}  // namespace thalweg::pyds
