#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace thalweg::pyds {

/// How long an address is good: `generation_at` moves on when the memory is recycled or freed, and
/// is itself never freed. Without it the memory is somebody else's, and trusted.
struct Lifetime {
  enum class Origin : uint8_t { kForeign, kSlot, kBlock };

  const uint64_t* generation_at = nullptr;
  uint64_t generation = 0;
  Origin origin = Origin::kForeign;

  bool over() const {
    return generation_at && __atomic_load_n(generation_at, __ATOMIC_ACQUIRE) != generation;
  }
  bool operator==(const Lifetime&) const = default;
};

/// Every block on the C heap that pyds made, or saw in a string field, and may therefore free.
///
/// A block belongs to the program (alloc_buffer, alloc_nvds_*, a constructed struct) or to the
/// field that holds its address (strings). A field's string dies with its struct in C code that
/// tells nobody, so such an entry counts only while the field's struct lives and still holds the
/// address. Called by Python code with the GIL and by copy and release hooks from any thread
/// without it.
class Allocations {
 public:
  static Allocations& instance();

  /// A zeroed block of the program's own. nullptr when memory is out, or for size 0.
  void* allocate(size_t size);
  /// A terminated copy of the text, held by `field`.
  char* copy_text(std::string_view text, void* field, const Lifetime& field_lifetime);
  /// Makes `field` the holder of the block at `address`, whoever held it before.
  void hold(void* address, void* field, const Lifetime& field_lifetime);
  /// Notes that `field` holds `address`, which C code made; changes nothing if it is known already.
  void note(void* address, void* field, const Lifetime& field_lifetime);
  /// True if `field` is the holder of the live block at `address`.
  bool held_by(const void* address, const void* field);

  /// Frees a live block and, if a field holds it, sets that field to NULL. False for any other
  /// address, which is left alone.
  bool release(void* address);
  /// Frees the block at `address` if `field` is its holder; false otherwise.
  bool release_held(void* address, const void* field);

  /// Size in bytes of a live block that pyds made; 0 for any other address.
  size_t size_of(const void* address);
  /// True if `address` is the start of a block that pyds made or noted and that still lives.
  bool live(const void* address);
  /// Lifetime of the block that starts at `address`; foreign if there is none.
  Lifetime lifetime(const void* address);
  /// Blocks alive now, for tests of leaks.
  size_t count();

 private:
  struct Block {
    uint64_t generation = 1;
    size_t size = 0;
    void** field = nullptr;
    Lifetime field_lifetime;
  };

  using Blocks = std::unordered_map<const void*, Block>;

  Blocks::node_type new_entry(const void* address);
  Block& enter(const void* address, size_t size);
  void leave(Blocks::iterator entry);
  Blocks::iterator find_live(const void* address);
  static bool still_holds(const Block& block, const void* address);
  void sweep();

  std::mutex mutex_;
  Blocks blocks_;
  /// Entries of former blocks, used again and never freed: wrappers may still read the generation.
  std::vector<Blocks::node_type> unused_;
  size_t sweep_at_ = 4096;
};

}  // namespace thalweg::pyds
