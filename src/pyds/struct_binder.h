#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unordered_map.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <type_traits>

#include "pyds/enums.h"
#include "pyds/field.h"
#include "pyds/list_node.h"
#include "pyds/ref.h"
#include "pyds/slots.h"

namespace thalweg::pyds {

/// A Python object that stubs call the class of T (or `T | None`).
template <class T>
struct Reference {
  nb::object object;
};
template <class T>
struct OptionalReference {
  nb::object object;
};
/// A StructArray of T's class.
template <class T>
struct SequenceOf {
  nb::object object;
};
/// A list head: GList or None.
struct ListReference {
  nb::object object;
};
/// A capsule or None.
struct Capsule {
  nb::object object;
};
/// The address of a C string, an int.
struct TextAddress {
  uintptr_t address;
};
/// Any value to be set, converted by the field itself, which can name itself in errors.
/// V only tells stubs what type that is.
template <class V>
struct Given {
  nb::handle value;
};
struct TextOrBytes {};
struct OptionalText {};
struct Address {};
struct OptionalAddress {};
struct Numbers {};
/// What a pointer is taken from: a capsule, a pyds object or None; where ints are allowed, an
/// address too.
struct Pointer {};
struct PointerOrAddress {};
/// Functions that copy and free the payload of a user meta.
struct CopyFunction {};
struct ReleaseFunction {};

}  // namespace thalweg::pyds

namespace nanobind::detail {

#define THALWEG_PYDS_TO_PYTHON(Type, name)                                                  \
  template <>                                                                               \
  struct type_caster<thalweg::pyds::Type> {                                                 \
    NB_TYPE_CASTER(thalweg::pyds::Type, name)                                               \
    static handle from_cpp(thalweg::pyds::Type source, rv_policy, cleanup_list*) noexcept { \
      return source.object.release();                                                       \
    }                                                                                       \
  }
THALWEG_PYDS_TO_PYTHON(ListReference, const_name("pyds.GList | None"));
THALWEG_PYDS_TO_PYTHON(Capsule, const_name("typing_extensions.CapsuleType | None"));
#undef THALWEG_PYDS_TO_PYTHON

template <class T>
struct type_caster<thalweg::pyds::Reference<T>> {
  using Source = thalweg::pyds::Reference<T>;
  NB_TYPE_CASTER(Source, make_caster<thalweg::pyds::StructRef<T>>::Name)
  static handle from_cpp(Source source, rv_policy, cleanup_list*) noexcept {
    return source.object.release();
  }
};
template <class T>
struct type_caster<thalweg::pyds::OptionalReference<T>> {
  using Source = thalweg::pyds::OptionalReference<T>;
  NB_TYPE_CASTER(Source, optional_name(make_caster<thalweg::pyds::StructRef<T>>::Name))
  static handle from_cpp(Source source, rv_policy, cleanup_list*) noexcept {
    return source.object.release();
  }
};
template <class T>
struct type_caster<thalweg::pyds::SequenceOf<T>> {
  using Source = thalweg::pyds::SequenceOf<T>;
  NB_TYPE_CASTER(Source, const_name("pyds.StructArray[") +
                             make_caster<thalweg::pyds::StructRef<T>>::Name + const_name("]"))
  static handle from_cpp(Source source, rv_policy, cleanup_list*) noexcept {
    return source.object.release();
  }
};
template <>
struct type_caster<thalweg::pyds::TextAddress> {
  NB_TYPE_CASTER(thalweg::pyds::TextAddress, const_name("int"))
  static handle from_cpp(thalweg::pyds::TextAddress source, rv_policy, cleanup_list*) noexcept {
    return PyLong_FromUnsignedLongLong(source.address);
  }
};

/// What stubs call the values that a field takes: NumPy's numbers pass as well as Python's.
template <class V>
struct GivenName {
  static constexpr auto value = make_caster<V>::Name;
};
template <class V>
requires(std::is_arithmetic_v<V> && !std::is_same_v<V, bool>) struct GivenName<V> {
  static constexpr auto value =
      const_name<std::is_integral_v<V>>("typing.SupportsIndex", "typing.SupportsFloat");
};
template <class E>
struct GivenName<thalweg::pyds::EnumValue<E>> {
  static constexpr auto value = const_name("typing.SupportsIndex");
};
template <>
struct GivenName<thalweg::pyds::TextOrBytes> {
  static constexpr auto value = const_name("str | bytes | bytearray");
};
template <>
struct GivenName<thalweg::pyds::OptionalText> {
  static constexpr auto value = const_name("str | bytes | bytearray | None");
};
template <>
struct GivenName<thalweg::pyds::Address> {
  static constexpr auto value = const_name("int");
};
template <>
struct GivenName<thalweg::pyds::OptionalAddress> {
  static constexpr auto value = const_name("int | None");
};
template <>
struct GivenName<thalweg::pyds::Capsule> {
  static constexpr auto value = const_name("typing_extensions.CapsuleType | pyds.Struct | None");
};
template <>
struct GivenName<thalweg::pyds::Pointer> : GivenName<thalweg::pyds::Capsule> {};
template <>
struct GivenName<thalweg::pyds::PointerOrAddress> {
  static constexpr auto value =
      const_name("typing_extensions.CapsuleType | pyds.Struct | int | None");
};
template <>
struct GivenName<thalweg::pyds::CopyFunction> {
  static constexpr auto value = const_name(
      "collections.abc.Callable[[typing_extensions.CapsuleType, None], pyds.Struct | "
      "typing_extensions.CapsuleType | None] | None");
};
template <>
struct GivenName<thalweg::pyds::ReleaseFunction> {
  static constexpr auto value =
      const_name("collections.abc.Callable[[typing_extensions.CapsuleType, None], object] | None");
};
template <>
struct GivenName<thalweg::pyds::Numbers> {
  static constexpr auto value = const_name("collections.abc.Sequence[typing.SupportsFloat]");
};

template <class V>
struct type_caster<thalweg::pyds::Given<V>> {
  using Target = thalweg::pyds::Given<V>;
  NB_TYPE_CASTER(Target, GivenName<V>::value)
  bool from_python(handle source, uint32_t, cleanup_list*) noexcept {
    value.value = source;
    return true;
  }
};

}  // namespace nanobind::detail

namespace thalweg::pyds {

/// The parts of an array inside a struct, made when asked for: the Python class StructArray.
class StructArray {
 public:
  using Wrap = nb::object (*)(const Ref& whole, std::byte* part);
  StructArray(const Ref& whole, std::byte* first, size_t stride, size_t size, Wrap wrap)
      : whole_(nb::borrow(nb::handle(whole.self()))),
        ref_(&whole),
        first_(first),
        stride_(stride),
        size_(size),
        wrap_(wrap) {}

  size_t size() const { return size_; }
  nb::object item(nb::handle index) const;

 private:
  nb::object whole_;
  const Ref* ref_;
  std::byte* first_;
  size_t stride_, size_;
  Wrap wrap_;
};

/// Where a field's errors say they come from. Lives for ever, as its property does.
inline const Site* keep_site(const char* owner, const char* name) {
  static auto& sites = *new std::deque<Site>;
  return &sites.emplace_back(Site{owner, name});
}

/// The address of `name`, one for each name and for ever (fonts are few, and C code keeps them).
char* intern(std::string_view name);

/// @throws ValueError: a field of a batch that the library alone may change.
[[noreturn]] void throw_library_owned(const Site& site);

/// Sets a text field: the new text is a heap copy, the old one is freed.
void set_text(const Ref& owner, char** field, nb::handle value, const Site& site);
/// Reads such a field's address and notes where it is, so that free_buffer can clear the field.
uintptr_t text_address(const Ref& owner, char** field);
/// Copies a text into a char array: cut at a character's boundary, the rest zero.
void copy_chars(char* field, size_t size, std::string_view text);

/// A pyds object of the class of T. @throws TypeError for any other value.
template <class T>
Ref* to_ref(nb::handle value, const Site& site) {
  StructRef<T>* ref = nullptr;
  if (value.is_none() || !nb::try_cast<StructRef<T>*>(value, ref, false)) {
    throw_type_error(site, struct_info<T>.name, value);
  }
  return ref;
}

/// The struct of a pyds object of the class of T, nullptr for None.
template <class T>
T* to_optional(nb::handle value, const Site& site) {
  return value.is_none() ? nullptr : static_cast<T*>(to_ref<T>(value, site)->get());
}

/// Declares the Python class of C struct T, one line a field: name, member, docstring. What a field
/// does follows from its C type:
///
/// | C type | in Python |
/// | numbers, bool, enums | int, float, bool, the enum's class |
/// | char[N] | str |
/// | struct | live reference (view) that keeps its parent alive; assigning copies |
/// | struct[N] | sequence of live references |
/// | struct pointer | live reference or None; assigning stores the address |
/// | GList* | GList or None |
/// | void*, void** | capsule or None; takes capsules, None and pyds objects |
/// | number[N] | NumPy view; takes sequences of N numbers |
/// | C++ containers | list, dict or str, a copy |
///
/// For char* there is a function a kind, since the C type does not tell who owns the text; for
/// pointers to what has no Python class there is address().
template <class T>
class StructBinder {
 public:
  enum class Constructor { kYes, kNo };

  StructBinder(nb::module_& module, const char* name, const char* doc,
               Constructor constructor = Constructor::kYes)
      : name_(name), class_(module, name, nb::is_weak_referenceable(), nb::pooled(64), doc) {
    StructInfo& info = struct_info<T>;
    info.name = name;
    info.size = sizeof(T);
    info.type = reinterpret_cast<PyTypeObject*>(class_.ptr());
    if constexpr (requires { std::declval<T>().base_meta; }) info.is_meta = true;
    info.meta_type = kMetaType<T>;
    if (info.meta_type != NVDS_INVALID_META) enter_pool_kind(info);
    if constexpr (!std::is_trivially_default_constructible_v<T>) {
      info.construct = [](void* memory) { new (memory) T(); };
      info.destroy = [](void* memory) { static_cast<T*>(memory)->~T(); };
    }
    if (constructor == Constructor::kYes) {
      class_.def("__init__", [](nb::pointer_and_handle<StructRef<T>> self) {
        Allocations::instance().collect();
        void* memory = Allocations::instance().allocate_struct(struct_info<T>);
        if (!memory) throw std::bad_alloc();
        if (struct_info<T>.construct) struct_info<T>.construct(memory);
        new (self.p) StructRef<T>(self.h.ptr(), memory, lifetime_of(memory), nullptr);
        self.p->take_ownership();
      });
    }
    const Site* site = keep_site(name, "cast");
    class_.def_static(
        "cast",
        [site](Given<PointerOrAddress> data) {
          // Not optional for type checkers: programs cast what a list has, and never ask.
          return Reference<T>{cast_to<T>(data.value, *site, true)};
        },
        nb::arg("data").none(),
        "View of the struct at `data`: a capsule, a pyds object of any class or an int address. "
        "None for None and 0. TypeError where something else is known to be there; any other "
        "address "
        "is trusted.");
  }

  /// A field that can be read and set.
  template <class M, class C>
  StructBinder& field(const char* name, M C::*member, const char* doc) {
    return define<true>(name, member, doc);
  }
  /// A field that can only be read.
  template <class M, class C>
  StructBinder& readonly(const char* name, M C::*member, const char* doc) {
    return define<false>(name, member, doc);
  }

  /// A number with a check of its own, which raises for a value that cannot be.
  template <class M, class Check>
  StructBinder& number(const char* name, M T::*member, const char* doc, Check check) {
    const Site* site = keep_site(name_, name);
    return property<true>(
        name,
        [member](const StructRef<T>& self) {
          const M value = self.get()->*member;
          self.check();
          return value;
        },
        [member, site, check](const StructRef<T>& self, Given<M> given) {
          const M value = to_integer<M>(given.value, *site);
          check(self, value);
          self.get()->*member = value;
        },
        doc);
  }

  /// char* that reads as an address (int) and is set from a str; the struct owns the copy.
  StructBinder& text(const char* name, char* T::*member, const char* doc) {
    heap_member(member, text_size);
    const Site* site = keep_site(name_, name);
    return property<true>(
        name,
        [member](const StructRef<T>& self) {
          return TextAddress{text_address(self, &(self.get()->*member))};
        },
        [member, site](const StructRef<T>& self, Given<TextOrBytes> given) {
          set_text(self, &(self.get()->*member), given.value, *site);
        },
        doc);
  }

  /// char* that reads as an address and is set from an address (of alloc_buffer), which it takes.
  StructBinder& buffer(const char* name, char* T::*member, const char* doc) {
    heap_member(member, text_size);
    const Site* site = keep_site(name_, name);
    return property<true>(
        name,
        [member](const StructRef<T>& self) {
          return TextAddress{text_address(self, &(self.get()->*member))};
        },
        [member, site](const StructRef<T>& self, Given<Address> given) {
          void* address = to_address(given.value, *site, "int address (of alloc_buffer)");
          take_block(self.lifetime(), reinterpret_cast<void**>(&(self.get()->*member)), address, 1,
                     *site);
        },
        doc);
  }

  /// char* that reads as an address and is set from a str that is shared for ever.
  StructBinder& interned(const char* name, char* T::*member, const char* doc) {
    const Site* site = keep_site(name_, name);
    return property<true>(
        name,
        [member](const StructRef<T>& self) {
          const auto address = reinterpret_cast<uintptr_t>(self.get()->*member);
          self.check();
          return TextAddress{address};
        },
        [member, site](const StructRef<T>& self, Given<TextOrBytes> given) {
          char* name = intern(to_text(given.value, *site));
          self.get()->*member = name;
        },
        doc);
  }

  /// char* that reads as str or None and is set from either; the struct owns the copy.
  template <class Char>
  StructBinder& decoded(const char* name, Char* T::*member, const char* doc) {
    heap_member(member, text_size);
    const Site* site = keep_site(name_, name);
    return property<true>(
        name, [member](const StructRef<T>& self) { return decode(self, member); },
        [member, site](const StructRef<T>& self, Given<OptionalText> given) {
          auto** field = const_cast<char**>(&(self.get()->*member));
          if (given.value.is_none()) {
            free_member(self.lifetime(), reinterpret_cast<void**>(field));
          } else {
            set_text(self, field, given.value, *site);
          }
        },
        doc);
  }
  template <class Char>
  StructBinder& decoded_readonly(const char* name, Char* T::*member, const char* doc) {
    return readable(
        name, [member](const StructRef<T>& self) { return decode(self, member); }, doc);
  }

  /// Pointer to numbers that reads as the first of them, or None. Set from an address, which it
  /// takes, or None; heap_member says how long the array is.
  ///
  /// `before` is told how many bytes the struct's new array has.
  template <class M>
  StructBinder& first(const char* name, M* T::*member, const char* doc,
                      void (*before)(T* structure, size_t size) = nullptr) {
    const Site* site = keep_site(name_, name);
    return property<true>(
        name, [member](const StructRef<T>& self) { return first_of(self, member); },
        [member, site, before](const StructRef<T>& self, Given<OptionalAddress> given) {
          void* address = given.value.is_none()
                              ? nullptr
                              : to_address(given.value, *site, "int address or None");
          if (before) before(self.get(), Allocations::instance().size_of(address));
          take_block(self.lifetime(), reinterpret_cast<void**>(&(self.get()->*member)), address,
                     sizeof(M), *site);
        },
        doc);
  }
  template <class M>
  StructBinder& first_readonly(const char* name, M* T::*member, const char* doc) {
    return readable(
        name, [member](const StructRef<T>& self) { return first_of(self, member); }, doc);
  }

  /// Numbers of an array as a NumPy view of type V, which has the size of its elements.
  template <class V, class M, size_t N>
  StructBinder& view(const char* name, M (T::*member)[N], const char* doc) {
    static_assert(sizeof(V) == sizeof(M));
    class_.def_prop_ro(
        name,
        [member](const StructRef<T>& self) {
          return nb::ndarray<nb::numpy, V, nb::shape<N>>(&(self.get()->*member), {N},
                                                         memory_owner(self));
        },
        nb::rv_policy::reference, doc);
    return *this;
  }

  /// A pointer to what Python has no class for (a function, a hash table): capsule or None; takes
  /// capsules, None and pyds objects.
  template <class M>
  StructBinder& address(const char* name, M* T::*member, const char* doc) {
    const Site* site = keep_site(name_, name);
    class_.def_prop_rw(
        name, [member](const StructRef<T>& self) { return address_of(self, member); },
        [member, site](const StructRef<T>& self, Given<Capsule> given) {
          if (std::is_function_v<M> &&
              (PyCallable_Check(given.value.ptr()) || as_ref(given.value))) {
            throw_type_error(*site,
                             "capsule of a C function, or None (Python functions are set with "
                             "user_copyfunc and user_releasefunc)",
                             given.value);
          }
          void* address = to_stored_pointer(given.value, *site);
          refuse_pool(self, *site);
          if constexpr (std::is_same_v<T, NvDsBaseMeta>) check_hook(self.get(), address, *site);
          self.get()->*member = reinterpret_cast<M*>(address);
        },
        nb::for_setter(nb::arg("value").none()), doc);
    return *this;
  }

  /// A member that Python cannot have: reading it is a TypeError, as it always was.
  StructBinder& opaque(const char* name, const char* doc) {
    const Site* site = keep_site(name_, name);
    class_.def_prop_ro(
        name,
        [site](const StructRef<T>&) -> nb::object {
          throw_error(PyExc_TypeError, "%s.%s: has no Python type", site->owner, site->name);
        },
        doc);
    return *this;
  }

  /// Says that `member` points to a heap block of the struct's own, of `size` bytes.
  template <class M>
  StructBinder& heap_member(M* T::*member,
                            size_t (*size)(const void* structure, const void* block)) {
    struct_info<T>.heap_members.push_back({offset_of(member), size});
    return *this;
  }

  /// For methods of the class's own.
  nb::class_<StructRef<T>, Ref>& python() { return class_; }

 private:
  /// What a batch of the library is made of is not for programs to change.
  static void refuse_pool(const StructRef<T>& self, const Site& site) {
    if constexpr (std::is_same_v<T, NvDsMetaPool>) {
      if (batch_around(self.get(), nullptr)) throw_library_owned(site);
    }
  }
  static void keep_to_library(const StructRef<T>& self, const void* now, const void* wanted,
                              const Site& site) {
    if (now != wanted && batch_around(self.get(), nullptr)) throw_library_owned(site);
  }

  template <class M, class C>
  static size_t offset_of(M C::*member) {
    alignas(T) static std::byte memory[sizeof(T)];
    return reinterpret_cast<std::byte*>(&(reinterpret_cast<T*>(memory)->*member)) - memory;
  }

  static size_t text_size(const void*, const void* text) {
    return std::strlen(static_cast<const char*>(text)) + 1;
  }

  /// str or None. The text is C's, so it is pinned while it is read.
  template <class Char>
  static std::optional<nb::str> decode(const StructRef<T>& self, Char* T::*member) {
    std::string copy;
    {
      const BatchGuard guard(self);
      const char* text = self.get()->*member;
      if (!text) return std::nullopt;
      copy = text;
    }
    return lenient_str(copy.data(), copy.size());
  }

  template <class M>
  static Capsule address_of(const StructRef<T>& self, M* T::*member) {
    M* address = self.get()->*member;
    self.check();
    return {capsule(reinterpret_cast<void*>(address))};
  }

  template <class M>
  static std::optional<M> first_of(const StructRef<T>& self, M* T::*member) {
    const BatchGuard guard(self);
    const M* numbers = self.get()->*member;
    if (!numbers) return std::nullopt;
    return *numbers;
  }

  template <bool kWritable, class M, class C>
  StructBinder& define(const char* name, M C::*member, const char* doc) {
    const Site* site = keep_site(name_, name);
    if constexpr (std::is_same_v<M, bool>) {
      return scalar<kWritable, M, bool>(name, member, doc, site,
                                        [site](nb::handle value) { return to_bool(value, *site); });
    } else if constexpr (std::is_integral_v<M>) {
      return scalar<kWritable, M, M>(name, member, doc, site, [site](nb::handle value) {
        return to_integer<M>(value, *site);
      });
    } else if constexpr (std::is_floating_point_v<M>) {
      return scalar<kWritable, M, M>(name, member, doc, site, [site](nb::handle value) {
        return static_cast<M>(to_double(value, *site));
      });
    } else if constexpr (std::is_enum_v<M>) {
      return scalar<kWritable, M, EnumValue<M>>(name, member, doc, site, [site](nb::handle value) {
        return static_cast<M>(enum_info<M>.number(value, *site));
      });
    } else if constexpr (std::is_same_v<M, GList*>) {
      if (const NvDsMetaType type = type_of_list(name); type != NVDS_INVALID_META) {
        struct_info<T>.lists.emplace_back(offset_of(member), type);
      }
      return property<kWritable>(
          name,
          [member](const StructRef<T>& self) {
            return ListReference{wrap_list(self, &(self.unchecked()->*member))};
          },
          [member, site](const StructRef<T>& self, Given<ListReference> given) {
            refuse_pool(self, *site);
            self.check();
            assign_list(self, &(self.unchecked()->*member), given.value, *site);
          },
          doc);
    } else if constexpr (std::is_same_v<M, void*> || std::is_same_v<M, void**>) {
      return property<kWritable>(
          name,
          [member](const StructRef<T>& self) {
            void* address = self.get()->*member;
            self.check();
            return Capsule{capsule(address)};
          },
          [member, site](const StructRef<T>& self, Given<Capsule> given) {
            void* address = to_stored_pointer(given.value, *site);
            self.get()->*member = static_cast<M>(address);
          },
          doc);
    } else if constexpr (std::is_pointer_v<M>) {
      using Target = std::remove_pointer_t<M>;
      return property<kWritable>(
          name,
          [member](const StructRef<T>& self) {
            Target* target = self.get()->*member;
            self.check();
            return OptionalReference<Target>{wrap(target)};
          },
          [member, site](const StructRef<T>& self, Given<OptionalReference<Target>> given) {
            Ref* target = given.value.is_none() ? nullptr : to_ref<Target>(given.value, *site);
            void* address = target ? target->get() : nullptr;
            if constexpr (std::is_same_v<Target, NvDsBatchMeta> ||
                          std::is_same_v<Target, NvDsMetaPool>) {
              keep_to_library(self, self.get()->*member, address, *site);
            }
            self.get()->*member = static_cast<M>(address);
            if (target) target->give_up_ownership();
          },
          doc);
    } else if constexpr (std::is_array_v<M>) {
      return array<kWritable>(name, member, doc, site);
    } else if constexpr (std::is_trivially_copyable_v<M>) {
      struct_info<T>.parts.push_back({offset_of(member), sizeof(M), 1, &struct_info<M>});
      return property<kWritable>(
          name,
          [member](const StructRef<T>& self) {
            return Reference<M>{wrap_part(self, &(self.get()->*member))};
          },
          [member, site](const StructRef<T>& self, Given<Reference<M>> given) {
            const Ref* source = to_ref<M>(given.value, *site);
            assign(self, &(self.get()->*member), *source);
          },
          doc);
    } else {  // a C++ container: copied both ways
      class_.def_prop_rw(
          name, [member](const StructRef<T>& self) -> M { return self.get()->*member; },
          [member](const StructRef<T>& self, M value) { self.get()->*member = std::move(value); },
          nb::for_setter(nb::arg("value")), doc);
      return *this;
    }
  }

  template <bool kWritable, class M, class Shown, class C, class Convert>
  StructBinder& scalar(const char* name, M C::*member, const char* doc, const Site* site,
                       Convert convert) {
    return property<kWritable>(
        name,
        [member](const StructRef<T>& self) {
          // Another thread may give the struct back: what was read counts only if it still lives.
          const M value = *const_cast<const volatile M*>(&(self.get()->*member));
          self.check();
          return Shown{value};
        },
        [member, convert, site](const StructRef<T>& self, Given<Shown> given) {
          const M value = convert(given.value);
          refuse_pool(self, *site);
          self.get()->*member = value;
        },
        doc);
  }

  template <bool kWritable, class M, size_t N, class C>
  StructBinder& array(const char* name, M (C::*member)[N], const char* doc, const Site* site) {
    if constexpr (std::is_same_v<M, char>) {
      return property<kWritable>(
          name,
          [member](const StructRef<T>& self) {
            const char* text = self.get()->*member;
            const size_t size = strnlen(text, N);
            char copy[N];
            std::memcpy(copy, text, size);
            self.check();
            return lenient_str(copy, size);
          },
          [member, site](const StructRef<T>& self, Given<TextOrBytes> given) {
            const std::string_view text = to_text(given.value, *site);
            copy_chars(self.get()->*member, N, text);
          },
          doc);
    } else if constexpr (std::is_arithmetic_v<M>) {
      // Not a field: nanobind ties the view to its owner.
      const auto view = [member](const StructRef<T>& self) {
        return nb::ndarray<nb::numpy, M, nb::shape<N>>(&(self.get()->*member), {N},
                                                       memory_owner(self));
      };
      if constexpr (kWritable) {
        class_.def_prop_rw(
            name, view,
            [member, site](const StructRef<T>& self, Given<Numbers> given) {
              set_numbers(self.get()->*member, given.value, *site);
            },
            nb::for_getter(nb::rv_policy::reference), nb::for_setter(nb::arg("value").none()), doc);
      } else {
        class_.def_prop_ro(name, view, nb::rv_policy::reference, doc);
      }
      return *this;
    } else {
      struct_info<T>.parts.push_back({offset_of(member), sizeof(M), N, &struct_info<M>});
      return readable(
          name,
          [member](const StructRef<T>& self) {
            auto* first = reinterpret_cast<std::byte*>(self.get()->*member);
            return SequenceOf<M>{nb::cast(StructArray(self, first, sizeof(M), N,
                                                      [](const Ref& whole, std::byte* part) {
                                                        return wrap_part(
                                                            whole, reinterpret_cast<M*>(part));
                                                      }),
                                          nb::rv_policy::move)};
          },
          doc);
    }
  }

  template <class M, size_t N>
  static void set_numbers(M (&numbers)[N], nb::handle value, const Site& site) {
    M given[N];
    if (!PySequence_Check(value.ptr()) || PySequence_Size(value.ptr()) != N) {
      PyErr_Clear();
      throw_type_error(site, ("sequence of " + std::to_string(N) + " numbers").c_str(), value);
    }
    for (size_t i = 0; i < N; ++i) {
      const nb::object item =
          nb::steal(PySequence_GetItem(value.ptr(), static_cast<Py_ssize_t>(i)));
      if (!item) throw nb::python_error();
      if constexpr (std::is_floating_point_v<M>) {
        given[i] = static_cast<M>(to_double(item, site));
      } else {
        given[i] = to_integer<M>(item, site);
      }
    }
    std::memcpy(numbers, given, sizeof given);
  }

  template <bool kWritable, class Getter, class Setter>
  StructBinder& property(const char* name, Getter getter, Setter setter, const char* doc) {
    if constexpr (kWritable) {
      def_field<StructRef<T>>(class_, name, getter, setter, doc);
      return *this;
    } else {
      return readable(name, getter, doc);
    }
  }

  template <class Getter>
  StructBinder& readable(const char* name, Getter getter, const char* doc) {
    def_field<StructRef<T>>(class_, name, getter, nullptr, doc);
    return *this;
  }

  const char* name_;
  nb::class_<StructRef<T>, Ref> class_;
};

}  // namespace thalweg::pyds
