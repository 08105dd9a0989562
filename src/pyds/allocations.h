#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace thalweg::pyds {

struct StructInfo;

/// How long an address is good: `generation_at` moves on when the memory is recycled or freed, and
/// is itself never freed. Without it the memory is somebody else's, and trusted.
struct Lifetime {
  /// Somebody else's; in a batch of our metadata library; of Python's own.
  enum class Origin : uint8_t { kForeign, kSlot, kBlock };

  const uint64_t* generation_at = nullptr;
  uint64_t generation = 0;
  Origin origin = Origin::kForeign;

  bool over() const {
    return generation_at && __atomic_load_n(generation_at, __ATOMIC_ACQUIRE) != generation;
  }
  bool operator==(const Lifetime& other) const {
    return generation_at == other.generation_at && generation == other.generation;
  }
};

/// Every block that pyds made, or saw in a string field, and may therefore free.
///
/// A block belongs to the program (alloc_buffer, alloc_nvds_*, a constructed struct) or to the
/// field that holds its address (strings, masks). Over our metadata library structs lie in slots,
/// which are never unmapped, and the library tells when it frees a string or a mask. Other C code
/// tells nobody, so the entry of a field's block counts only while the field's struct lives and
/// still holds the address.
///
/// Called by Python code with the GIL, and by copy and release hooks from any thread without it.
/// A released block ends at once, and its memory goes when collect() is called: so whoever has the
/// GIL may look at a block that he found alive until he gives the GIL up, and a hook while it has
/// a Reading.
class Allocations {
 public:
  static Allocations& instance();

  /// A zeroed block of the program's own. nullptr when memory is out, or for size 0.
  void* allocate(size_t size);
  /// A zeroed struct of the program's own. nullptr when memory is out.
  void* allocate_struct(const StructInfo& info);
  /// A terminated copy of the text, held by `field`.
  char* copy_text(std::string_view text, void* field, const Lifetime& field_lifetime);
  /// Makes `field` the holder of the block at `address`, whoever held it before.
  void hold(void* address, void* field, const Lifetime& field_lifetime);
  /// The same for a live block; the field that held it before is cleared. False if none is there.
  bool move_to(void* field, const Lifetime& field_lifetime, void* address);
  /// Notes that `field` holds `address`, `size` bytes (0 if nobody knows) that C code made; changes
  /// nothing if it is known already.
  void note(void* address, size_t size, void* field, const Lifetime& field_lifetime);
  /// True if `field` is the holder of the live block at `address`.
  bool held_by(const void* address, const void* field);

  /// Ends a live block and, if a field holds it, sets that field to NULL. False for any other
  /// address, which is left alone.
  bool release(void* address);
  /// Ends the block at `address` if `field` is its holder; false otherwise.
  bool release_held(void* address, const void* field);
  /// The library is about to free the block at `address`: true if pyds knows it and does that.
  bool keep(void* address);
  /// Forgets a live struct of allocate_struct, which the library owns from now on.
  void give_away(const void* address);

  /// Size in bytes of a live block that pyds made; 0 for any other address.
  size_t size_of(const void* address);
  /// True if `address` is the start of a block that pyds made or noted and that still lives.
  bool live(const void* address);
  /// What a live block is; nullptr for a block of bytes and for any other address.
  const StructInfo* kind_of(const void* address);
  /// The same after a block of bytes became what it is taken for, if it is large enough.
  const StructInfo* take_for(const void* address, const StructInfo& kind);
  /// Where the block of bytes starts that was taken for a struct and has `address` inside; the
  /// address itself if there is none.
  const void* start_of(const void* address);
  /// Lifetime of the block that starts at `address`, or has it inside a struct; foreign if there is
  /// none.
  Lifetime lifetime(const void* address);
  /// Blocks alive now, for tests of leaks.
  size_t count();

  /// Keeps the memory of a live block until the matching unview, even if it is released; nullptr
  /// for any other address.
  void* view(const void* address);
  void unview(void* viewed);

  /// Lets the memory of ended blocks go. Only where this thread looks at no block: at the beginning
  /// of a call from Python.
  void collect() {
    if (__atomic_load_n(&has_ended_, __ATOMIC_RELAXED)) collect_ended();
  }
  /// While it lives, memory of ended blocks stays: for threads without the GIL.
  [[nodiscard]] std::shared_lock<std::shared_mutex> reading() { return std::shared_lock(reading_); }

 private:
  struct Block {
    uint64_t generation = 1;
    size_t size = 0;
    void** field = nullptr;
    Lifetime field_lifetime;
    const StructInfo* kind = nullptr;
    size_t views = 0;
    bool in_slot = false;
  };

  using Blocks = std::unordered_map<const void*, Block>;

  Blocks::node_type new_entry(const void* address);
  Block& enter(const void* address, size_t size);
  void end(Blocks::iterator entry);
  void forget(Blocks::iterator entry);
  static void give_back(const Blocks::node_type& entry);
  void collect_ended();
  Blocks::iterator find_live(const void* address);
  const void* start_around(const void* address) const;
  static bool still_holds(const Block& block, const void* address);
  void sweep();

  std::shared_mutex reading_;  // before mutex_
  std::mutex mutex_;
  Blocks blocks_;
  /// Sizes of blocks of bytes that were taken for structs, whose parts programs may point to.
  std::map<const void*, size_t> taken_;
  /// Released, with their memory.
  std::vector<Blocks::node_type> ended_;
  bool has_ended_ = false;
  /// Entries of former blocks, used again and never freed: wrappers may still read the generation.
  std::vector<Blocks::node_type> unused_;
  size_t sweep_at_ = 4096;
};

}  // namespace thalweg::pyds
