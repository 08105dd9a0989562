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
  Block* block = find_live(address);
  if (!block) block = &enter(address, 0);
  block->field = static_cast<void**>(field);
  block->field_lifetime = field_lifetime;
}

void Allocations::note(void* address, void* field, const Lifetime& field_lifetime) {
  std::lock_guard lock(mutex_);
  if (find_live(address)) return;
  Block& block = enter(address, 0);
  block.field = static_cast<void**>(field);
  block.field_lifetime = field_lifetime;
}

bool Allocations::held_by(const void* address, const void* field) {
  std::lock_guard lock(mutex_);
  const Block* block = find_live(address);
  return block && block->field == field;
}

bool Allocations::release(void* address) {
  std::lock_guard lock(mutex_);
  Block* block = find_live(address);
  if (!block) return false;
  if (block->field) *block->field = nullptr;
  leave(address, *block);
  g_free(address);
  return true;
}

void Allocations::release_held(void* address, const void* field) {
  std::lock_guard lock(mutex_);
  Block* block = find_live(address);
  if (!block || block->field != field) return;
  leave(address, *block);
  g_free(address);
}

size_t Allocations::size_of(const void* address) {
  std::lock_guard lock(mutex_);
  const Block* block = find_live(address);
  return block ? block->size : 0;
}

bool Allocations::live(const void* address) {
  std::lock_guard lock(mutex_);
  return find_live(address) != nullptr;
}

Lifetime Allocations::lifetime(const void* address) {
  std::lock_guard lock(mutex_);
  const Block* block = find_live(address);
  if (!block) return {};
  return {&block->generation, block->generation, Lifetime::Origin::kBlock};
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

Allocations::Block& Allocations::enter(void* address, size_t size) {
  if (auto known = blocks_.find(address); known != blocks_.end()) {
    // C code freed the block behind our back, and the heap has given its address away again.
    leave(address, *known->second);
  }
  if (blocks_.size() >= sweep_at_) {
    sweep();
    sweep_at_ = std::max<size_t>(4096, 2 * blocks_.size());
  }
  if (unused_.empty()) unused_.push_back(&storage_.emplace_back());
  Block* block = unused_.back();
  unused_.pop_back();
  block->size = size;
  block->field = nullptr;
  block->field_lifetime = {};
  blocks_.emplace(address, block);
  return *block;
}

void Allocations::leave(void* address, Block& block) {
  __atomic_add_fetch(&block.generation, 1, __ATOMIC_RELEASE);
  blocks_.erase(address);
  unused_.push_back(&block);
}

Allocations::Block* Allocations::find_live(const void* address) {
  auto found = blocks_.find(address);
  if (found == blocks_.end()) return nullptr;
  Block* block = found->second;
  if (block->field && !still_holds(*block, address)) {
    leave(const_cast<void*>(address), *block);
    return nullptr;
  }
  return block;
}

void Allocations::sweep() {
  for (auto entry = blocks_.begin(); entry != blocks_.end();) {
    Block* block = entry->second;
    // A foreign struct cannot be asked whether it still lives, so its strings are forgotten.
    const bool gone = block->field &&
                      (!block->field_lifetime.generation_at || !still_holds(*block, entry->first));
    if (!gone) {
      ++entry;
      continue;
    }
    __atomic_add_fetch(&block->generation, 1, __ATOMIC_RELEASE);
    unused_.push_back(block);
    entry = blocks_.erase(entry);
  }
}

}  // namespace thalweg::pyds
