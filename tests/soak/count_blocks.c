// Counts the blocks of the C heap: loaded before all other libraries, it stands before malloc.
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stddef.h>

extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* block, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void* block);

static atomic_long live, allocated;

static void* counted(void* block) {
  if (block) {
    ++live;
    ++allocated;
  }
  return block;
}

void* malloc(size_t size) { return counted(__libc_malloc(size)); }
void* calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }
void* memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, size_t alignment, size_t size) {
  *block = memalign(alignment, size);
  return *block ? 0 : 12;  // ENOMEM
}
void* realloc(void* block, size_t size) {
  void* moved = __libc_realloc(block, size);
  if (!block && moved) counted(moved);
  if (block && !moved && size == 0) --live;
  return moved;
}
void free(void* block) {
  if (block) --live;
  __libc_free(block);
}

long live_blocks(void) { return live; }
long allocated_blocks(void) { return allocated; }
