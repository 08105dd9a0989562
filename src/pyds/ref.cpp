#include "pyds/ref.h"

#include <glib.h>

#include <cstring>

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
  const uint64_t* slot = thalweg_slot_generation ? thalweg_slot_generation(address) : nullptr;
  if (!slot) return Allocations::instance().lifetime(address);
  const uint64_t now = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
  if (now & 1) return {slot, now, Lifetime::Origin::kSlot};
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

void* to_pointer(nb::handle value, const Site& site, bool allow_int) {
  if (PyCapsule_CheckExact(value.ptr())) {
    void* address = PyCapsule_GetPointer(value.ptr(), PyCapsule_GetName(value.ptr()));
    if (!address) throw nb::python_error();
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

void free_struct(const StructInfo& info, void* structure) {
  each_heap_member(info, [structure](const StructInfo::HeapMember& member, size_t offset) {
    void** block = member_at(structure, offset + member.offset);
    if (*block) Allocations::instance().release_held(*block, block);
  });
  if (info.destroy) info.destroy(structure);
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

void take_block(const Lifetime& owner, void** member, void* block) {
  if (block == *member) return;
  free_member(owner, member);
  *member = block;
  if (block && Allocations::instance().live(block)) {
    Allocations::instance().hold(block, member, owner);
  }
}

void assign(const Ref& into_owner, void* into, const Ref& from) {
  void* source = from.get();
  if (source == into) return;
  into_owner.check();
  const StructInfo& info = from.info();
  Allocations& blocks = Allocations::instance();
  each_heap_member(info, [&](const StructInfo::HeapMember& member, size_t offset) {
    free_member(into_owner.lifetime(), member_at(into, offset + member.offset));
  });
  std::memcpy(into, source, info.size);
  const bool python_owns = from.lifetime().origin == Lifetime::Origin::kBlock;
  each_heap_member(info, [&](const StructInfo::HeapMember& member, size_t offset) {
    void** moved = member_at(into, offset + member.offset);
    if (!*moved) return;
    if (!python_owns || !blocks.held_by(*moved, member_at(source, offset + member.offset))) {
      *moved = g_memdup2(*moved, member.size(member_at(source, offset), *moved));
    }
    blocks.hold(*moved, moved, into_owner.lifetime());
  });
}

}  // namespace thalweg::pyds
