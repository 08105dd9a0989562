#include "pyds/allocations.h"

#include <glib.h>

#include <algorithm>
#include <cstring>

#include "pyds/memory.h"

namespace thalweg::pyds {

Allocations& Allocations::instance() {
  // Never destroyed: hooks may run while the process ends.
  static Allocations& instance = *new Allocations;
  return instance;
}

void* Allocations::allocate(size_t size) {
  void* address = g_try_malloc0(size);
  if (!address) return nullptr;
  std::lock_guard lock(mutex_);
  enter(address, size);
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

void Allocations::note(void* address, void* field, const Lifetime& field_lifetime) {
  std::lock_guard lock(mutex_);
  if (find_live(address) != blocks_.end()) return;
  Block& block = enter(address, 0);
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
  leave(known);
  g_free(address);
  return true;
}

bool Allocations::release_held(void* address, const void* field) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
  if (known == blocks_.end() || known->second.field != field) return false;
  leave(known);
  g_free(address);
  return true;
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

Lifetime Allocations::lifetime(const void* address) {
  std::lock_guard lock(mutex_);
  auto known = find_live(address);
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
    leave(entered.position);
    entered = blocks_.insert(std::move(entered.node));
  }
  Block& block = entered.position->second;
  block.size = size;
  block.field = nullptr;
  block.field_lifetime = {};
  return block;
}

void Allocations::leave(Blocks::iterator entry) {
  __atomic_add_fetch(&entry->second.generation, 1, __ATOMIC_RELEASE);
  unused_.push_back(blocks_.extract(entry));
}

Allocations::Blocks::iterator Allocations::find_live(const void* address) {
  auto found = blocks_.find(address);
  if (found == blocks_.end()) return found;
  const Block& block = found->second;
  if (!block.field || still_holds(block, address)) return found;
  leave(found);
  return blocks_.end();
}

void Allocations::sweep() {
  for (auto next = blocks_.begin(); next != blocks_.end();) {
    const auto entry = next++;
    const Block& block = entry->second;
    // A foreign struct cannot be asked whether it still lives, so its strings are forgotten.
    if (block.field && (!block.field_lifetime.generation_at || !still_holds(block, entry->first))) {
      leave(entry);
    }
  }
}

}  // namespace thalweg::pyds
