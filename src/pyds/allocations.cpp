#include "pyds/allocations.h"

#include <glib.h>

#include <algorithm>
#include <cstring>

#include "pyds/memory.h"
#include "pyds/ref.h"
#include "pyds/slots.h"

namespace thalweg::pyds {

namespace {

/// Ended blocks whose memory stays for a while.
constexpr size_t kLastEnded = 64;

}  // namespace

Allocations& Allocations::instance() {
  // Never destroyed: hooks may run while the process ends.
  static Allocations& only = *[] {
    if (thalweg_set_block_keeper) {
      thalweg_set_block_keeper([](void* block) -> int { return instance().keep(block); });
    }
    return new Allocations;
  }();
  return only;
}

void* Allocations::allocate(size_t size) {
  void* address = g_try_malloc0(size);
  if (!address) return nullptr;
  std::lock_guard lock(mutex_);
  enter(address, size);
  return address;
}

void* Allocations::allocate_struct(const StructInfo& info) {
  void* address = thalweg_payload_new ? thalweg_payload_new(info.size) : g_try_malloc0(info.size);
  if (!address) return nullptr;
  std::lock_guard lock(mutex_);
  Block& block = enter(address, info.size);
  block.kind = &info;
  block.in_slot = thalweg_payload_new != nullptr;
  return address;
}

char* Allocations::copy_text(std::string_view text, void* field, const Lifetime& field_lifetime) {
  auto* copy = static_cast<char*>(g_malloc(text.size() + 1));
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = 0;
  std::lock_guard lock(mutex_);
  Block& block = enter(copy, text.size() + 1);
  block.field = static_cast<void**>(field);
  block.field_lifetime = field_lifetime;
  return copy;
}

void Allocations::hold(void* address, void* field, const Lifetime& field_lifetime) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  Block& block = known != blocks_.end() ? known->second : enter(address, 0);
  block.field = static_cast<void**>(field);
  block.field_lifetime = field_lifetime;
}

bool Allocations::move_to(void* field, const Lifetime& field_lifetime, void* address) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  if (known == blocks_.end()) return false;
  Block& block = known->second;
  if (block.field) *block.field = nullptr;
  block.field = static_cast<void**>(field);
  block.field_lifetime = field_lifetime;
  return true;
}

void Allocations::note(void* address, size_t size, void* field, const Lifetime& field_lifetime) {
  std::lock_guard lock(mutex_);
  if (find_live(address) != blocks_.end()) return;
  Block& block = enter(address, size);
  block.field = static_cast<void**>(field);
  block.field_lifetime = field_lifetime;
}

bool Allocations::held_by(const void* address, const void* field) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  return known != blocks_.end() && known->second.field == field;
}

bool Allocations::release(void* address) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  if (known == blocks_.end()) return false;
  if (known->second.field) *known->second.field = nullptr;
  end(known);
  return true;
}

bool Allocations::release_held(void* address, const void* field) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  if (known == blocks_.end() || known->second.field != field) return false;
  end(known);
  return true;
}

bool Allocations::keep(void* address) {
  std::lock_guard lock(mutex_);
  auto known = blocks_.find(address);
  if (known == blocks_.end()) return false;
  end(known);  // whoever holds it by our books
  return true;
}

void Allocations::give_away(const void* address) {
  std::lock_guard lock(mutex_);
  auto known = blocks_.find(address);
  if (known != blocks_.end()) unused_.push_back(blocks_.extract(known));
}

size_t Allocations::size_of(const void* address) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  return known != blocks_.end() ? known->second.size : 0;
}

bool Allocations::live(const void* address) {
  std::lock_guard lock(mutex_);
  return find_live(address) != blocks_.end();
}

const StructInfo* Allocations::kind_of(const void* address) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  return known != blocks_.end() ? known->second.kind : nullptr;
}

const StructInfo* Allocations::take_for(const void* address, const StructInfo& kind) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  if (known == blocks_.end()) return nullptr;
  Block& block = known->second;
  if (!block.kind && block.size >= kind.size) {
    block.kind = &kind;
    if (kind.construct) kind.construct(const_cast<void*>(address));
    taken_[address] = block.size;
  }
  return block.kind;
}

void* Allocations::view(const void* address) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  if (known == blocks_.end()) return nullptr;
  ++known->second.views;
  return &known->second;
}

void Allocations::unview(void* viewed) {
  std::lock_guard lock(mutex_);
  --static_cast<Block*>(viewed)->views;
}

const void* Allocations::start_of(const void* address) {
  std::lock_guard lock(mutex_);
  return start_around(address);
}

const void* Allocations::start_around(const void* address) const {
  auto after = taken_.upper_bound(address);
  if (after == taken_.begin()) return address;
  const auto& [start, size] = *--after;
  return address < static_cast<const std::byte*>(start) + size ? start : address;
}

Lifetime Allocations::lifetime(const void* address) {
  std::lock_guard lock(mutex_);
  auto known = find_live(taken_.empty() ? address : start_around(address));
  if (known == blocks_.end()) return {};
  const Block& block = known->second;
  return {&block.generation, block.generation, Lifetime::Origin::kBlock};
}

size_t Allocations::count() {
  std::lock_guard lock(mutex_);
  sweep();
  return blocks_.size();
}

bool Allocations::still_holds(const Block& block, const void* address) {
  if (block.field_lifetime.over()) return false;
  if (block.field_lifetime.generation_at) return *block.field == address;
  const void* value = nullptr;  // in a foreign struct, which may be gone
  return read_memory(block.field, &value, sizeof value) && value == address;
}

Allocations::Blocks::node_type Allocations::new_entry(const void* address) {
  if (unused_.empty()) {
    Blocks made;
    return made.extract(made.try_emplace(address).first);
  }
  Blocks::node_type entry = std::move(unused_.back());
  unused_.pop_back();
  entry.key() = address;
  return entry;
}

Allocations::Block& Allocations::enter(const void* address, size_t size) {
  if (blocks_.size() >= sweep_at_) {
    sweep();
    sweep_at_ = std::max<size_t>(4096, 2 * blocks_.size());
  }
  auto entered = blocks_.insert(new_entry(address));
  if (!entered.inserted) {
    // C code freed the block behind our back, and the heap has given its address away again.
    forget(entered.position);
    entered = blocks_.insert(std::move(entered.node));
  }
  Block& block = entered.position->second;
  const uint64_t generation = block.generation;
  block = Block{generation, size};
  return block;
}

void Allocations::end(Blocks::iterator entry) {
  __atomic_add_fetch(&entry->second.generation, 1, __ATOMIC_RELEASE);
  if (entry->second.in_slot) thalweg_payload_end(const_cast<void*>(entry->first));
  taken_.erase(entry->first);
  ended_.push_back(blocks_.extract(entry));
  if (ended_.size() > 2 * kLastEnded) __atomic_store_n(&has_ended_, true, __ATOMIC_RELAXED);
}

void Allocations::forget(Blocks::iterator entry) {
  taken_.erase(entry->first);
  __atomic_add_fetch(&entry->second.generation, 1, __ATOMIC_RELEASE);
  auto node = blocks_.extract(entry);
  if (node.mapped().views == 0) {
    unused_.push_back(std::move(node));
  } else {
    // C code freed it under a view, which will still count down: its entry lives for ever.
    static_cast<void>(new Blocks::node_type(std::move(node)));
  }
}

void Allocations::give_back(const Blocks::node_type& entry) {
  void* address = const_cast<void*>(entry.key());
  const StructInfo* kind = entry.mapped().kind;
  if (kind && kind->destroy) kind->destroy(address);
  if (entry.mapped().in_slot) {
    thalweg_payload_give(address, entry.mapped().size);
  } else {
    g_free(address);
  }
}

void Allocations::collect_ended() {
  const std::unique_lock alone(reading_, std::try_to_lock);
  if (!alone) return;  // a hook looks at blocks; another call will do it
  std::lock_guard lock(mutex_);
  std::vector<Blocks::node_type> kept;
  // The last ones stay: C code may be copying the metas that had them just now.
  const size_t going = ended_.size() > kLastEnded ? ended_.size() - kLastEnded : 0;
  for (size_t i = 0; i < ended_.size(); ++i) {
    Blocks::node_type& entry = ended_[i];
    if (entry.mapped().views > 0 || i >= going) {
      kept.push_back(std::move(entry));
    } else {
      give_back(entry);
      unused_.push_back(std::move(entry));
    }
  }
  ended_.swap(kept);
  __atomic_store_n(&has_ended_, ended_.size() > kLastEnded, __ATOMIC_RELAXED);
}

Allocations::Blocks::iterator Allocations::find_live(const void* address) {
  auto found = blocks_.find(address);
  if (found == blocks_.end()) return found;
  const Block& block = found->second;
  if (!block.field || still_holds(block, address)) return found;
  if (block.views == 0) forget(found);  // else the library will ask about it
  return blocks_.end();
}

void Allocations::sweep() {
  for (auto next = blocks_.begin(); next != blocks_.end();) {
    const auto entry = next++;
    const Block& block = entry->second;
    // A foreign struct cannot be asked whether it still lives, so its strings are forgotten.
    if (block.views == 0 && block.field &&
        (!block.field_lifetime.generation_at || !still_holds(block, entry->first))) {
      forget(entry);
    }
  }
}

}  // namespace thalweg::pyds
