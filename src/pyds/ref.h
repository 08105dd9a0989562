#pragma once

#include <nanobind/nanobind.h>

#include <type_traits>
#include <utility>
#include <vector>

#include "nvdsmeta.h"
#include "pyds/allocations.h"
#include "pyds/convert.h"

namespace thalweg::pyds {

/// What the wrappers know about one C struct; one for each Python class, for ever.
struct StructInfo {
  const char* name = nullptr;
  size_t size = 0;
  PyTypeObject* type = nullptr;
  bool is_meta = false;                        ///< begins with an NvDsBaseMeta
  NvDsMetaType meta_type = NVDS_INVALID_META;  ///< of a struct that lies in a batch's pool
  void (*construct)(void* memory) = nullptr;   ///< into zeroed memory
  void (*destroy)(void* memory) = nullptr;
  /// A member that points to a heap block of the struct's own, a text or a mask.
  struct HeapMember {
    size_t offset;
    size_t (*size)(const void* structure, const void* block);  ///< in bytes
  };
  std::vector<HeapMember> heap_members;
  /// Lists of metas of one kind, by the offsets of their heads.
  std::vector<std::pair<size_t, NvDsMetaType>> lists;
  /// Structs inside this one; an array of them has more than one.
  struct Part {
    size_t offset, stride, count;
    const StructInfo* info;
  };
  std::vector<Part> parts;
};

template <class T>
inline StructInfo struct_info;

/// A Python object's hold on a C struct: its address, how long that is good, and what it keeps
/// alive. Every pyds object is one. All functions need the GIL.
///
/// At most one live wrapper exists for an address, a class and a lifetime (`a is b` then).
class Ref {
 public:
  Ref(const StructInfo& info, PyObject* self, void* address, const Lifetime& lifetime,
      PyObject* parent);
  ~Ref();
  Ref(const Ref&) = delete;
  Ref& operator=(const Ref&) = delete;

  const StructInfo& info() const { return *info_; }
  const Lifetime& lifetime() const { return lifetime_; }
  PyObject* self() const { return self_; }
  PyObject* parent() const { return parent_; }
  void* unchecked() const { return address_; }

  /// @throws ReferenceError naming the struct when its memory was recycled or freed.
  void check() const {
    if (lifetime_.over()) throw_over();
  }
  void* get() const {
    check();
    return address_;
  }

  /// Python's own memory becomes the pipeline's: it is no longer freed with this wrapper.
  /// True if it was Python's until now.
  bool give_up_ownership() { return std::exchange(owned_, false); }
  void take_ownership() { owned_ = true; }
  /// The struct became one of a batch's; it lives on at its address.
  void adopted(const Lifetime& lifetime) { lifetime_ = lifetime; }

 private:
  friend PyObject* find_wrapper(const void*, PyTypeObject*, const Lifetime&);
  [[noreturn]] void throw_over() const;

  void* address_;
  Lifetime lifetime_;
  bool owned_ = false;
  bool chained_ = true;
  Ref* next_;  // of the chain by which wrappers are found
  const StructInfo* info_;
  PyObject* self_;    // the Python object that this is inside of
  PyObject* parent_;  // strong: the wrapper of the struct that this one is a part of, or nullptr
};

/// The C++ side of the Python class of struct T.
template <class T>
class StructRef : public Ref {
 public:
  explicit StructRef(PyObject* self, void* address, const Lifetime& lifetime, PyObject* parent)
      : Ref(struct_info<T>, self, address, lifetime, parent) {}

  T* get() const { return static_cast<T*>(Ref::get()); }
  T* unchecked() const { return static_cast<T*>(Ref::unchecked()); }
};

/// Lifetime of any address: of our metadata slots, of blocks that pyds made, or foreign.
Lifetime lifetime_of(const void* address);

/// While it lives, this thread may look at a meta that the library is giving back (in its release
/// function), though its slot counts as free already. Wrappers made meanwhile end with it.
class MetaInRelease {
 public:
  explicit MetaInRelease(const void* meta);
  ~MetaInRelease();
  MetaInRelease(const MetaInRelease&) = delete;
  MetaInRelease& operator=(const MetaInRelease&) = delete;

 private:
  friend Lifetime lifetime_of(const void* address);
  const uint64_t* slot_;  // the generation of the meta's slot, which names the slot
  uint64_t* generation_;  // of the wrappers made meanwhile
  MetaInRelease* outer_;
};

/// The live wrapper of (address, class, lifetime) as a new reference, or nullptr.
PyObject* find_wrapper(const void* address, PyTypeObject* type, const Lifetime& lifetime);

namespace detail {
template <class Wrapper, class... Args>
nb::object new_wrapper(PyTypeObject* type, Args&&... args) {
  nb::object made = nb::inst_alloc(nb::handle(reinterpret_cast<PyObject*>(type)));
  new (nb::inst_ptr<Wrapper>(made)) Wrapper(made.ptr(), std::forward<Args>(args)...);
  nb::inst_mark_ready(made);
  return made;
}
}  // namespace detail

/// The wrapper of a struct whose lifetime is known; `parent` is what must live as long. None for
/// nullptr.
template <class T>
nb::object wrap(T* address, const Lifetime& lifetime, PyObject* parent = nullptr) {
  if (!address) return nb::none();
  PyTypeObject* type = struct_info<T>.type;
  if (PyObject* found = find_wrapper(address, type, lifetime)) return nb::steal(found);
  return detail::new_wrapper<StructRef<T>>(type, address, lifetime, parent);
}

/// The wrapper of a struct that C code points to. None for nullptr.
template <class T>
nb::object wrap(T* address) {
  if (!address) return nb::none();
  return wrap(address, lifetime_of(address));
}

/// The Ref inside a pyds object of any class, or nullptr for any other object.
Ref* as_ref(nb::handle value);

/// What `pyds` means by a capsule: an address without a name, which to_pointer refuses once the
/// memory is recycled or freed. None for nullptr.
nb::object capsule(void* address);

/// The address meant by a capsule, None, a pyds object or (if `allow_int`) an int.
/// @throws TypeError, or ReferenceError for an object or capsule whose struct is gone.
void* to_pointer(nb::handle value, const Site& site, bool allow_int);

/// @throws TypeError naming `site` if what lies at an address is known to be something else than a
/// struct of this kind, or than one that contains it there. `given` is the pyds object that stands
/// for the address, or nullptr.
void check_kind(const StructInfo& kind, const void* address, const Ref* given, const Site& site);

/// The wrapper of what the program says is a T: a capsule, a pyds object, None or (if `allow_int`)
/// an int. None for nullptr. @throws TypeError naming `site`, also for a struct of another kind.
template <class T>
nb::object cast_to(nb::handle value, const Site& site, bool allow_int) {
  const Ref* given = as_ref(value);
  void* address = given ? given->get() : to_pointer(value, site, allow_int);
  if (!address) return nb::none();
  const Lifetime lifetime = lifetime_of(address);
  PyTypeObject* type = struct_info<T>.type;
  if (PyObject* found = find_wrapper(address, type, lifetime)) return nb::steal(found);
  check_kind(struct_info<T>, address, given, site);
  return detail::new_wrapper<StructRef<T>>(type, address, lifetime, nullptr);
}

/// The T behind a capsule or a pyds object; nullptr for None. @throws as cast_to
template <class T>
T* to_struct(nb::handle value, const Site& site) {
  void* address = to_pointer(value, site, false);
  if (address) check_kind(struct_info<T>, address, as_ref(value), site);
  return static_cast<T*>(address);
}

/// The wrapper of a part of another struct.
template <class T>
nb::object wrap_part(const Ref& whole, T* part) {
  return wrap(part, whole.lifetime(), whole.self());
}

/// As to_pointer, for a pointer that C keeps: a pyds object that owns its memory gives it up.
void* to_stored_pointer(nb::handle value, const Site& site);

/// Says that structs of this kind lie in a batch's pool of info.meta_type (or are the batch).
void enter_pool_kind(const StructInfo& info);

/// What a NumPy view of a struct's memory must keep alive: a pin of its batch, so that the memory
/// is not used again, a hold on a block of Python's own, or only the wrapper for somebody else's.
nb::object memory_owner(const Ref& viewed);

/// Frees a struct that Python made, with the heap blocks that it and its parts hold.
void free_struct(const StructInfo& info, void* structure);

/// Frees the heap block of a struct's member, unless somebody else holds it, and clears the member.
void free_member(const Lifetime& owner, void** member);

/// Makes `member` the holder of a block that the program made (or of nothing, for nullptr); a
/// member that held it is cleared. @throws ValueError naming `site` for an address that is no such
/// block. `least`: bytes that it must have.
void take_block(const Lifetime& owner, void** member, void* block, size_t least, const Site& site);

/// Refuses to make `function` the one that copies or frees a meta at `base` if it is known to be
/// for metas of another kind. @throws ValueError naming `site`
void check_hook(const NvDsBaseMeta* base, const void* function, const Site& site);

/// A meta is about to enter a list of `into`, a struct of a batch. One that Python made becomes an
/// element of the pool, in use: the batch gives it back from now on. Texts and masks that it shares
/// with another struct are duplicated. @throws ValueError naming `site` for what is neither of a
/// pool nor constructed; ReferenceError for a struct that is gone
void hand_over(Ref& meta, const Ref& into, NvDsBatchMeta* batch, const Site& site);

/// Copies a struct by value. Heap blocks of its own (texts, masks) move along if `from` is memory
/// of Python's own, and are duplicated otherwise; those that `into` had are freed.
void assign(const Ref& into_owner, void* into, const Ref& from);

}  // namespace thalweg::pyds
