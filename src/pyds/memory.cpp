#include "pyds/memory.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace thalweg::pyds {

bool read_memory(const void* address, void* into, size_t size) {
  if (!plausible(address)) return false;
  // The kernel copies, so a wild address is an error code and not a signal.
  const iovec local{into, size};
  const iovec remote{const_cast<void*>(address), size};
  const ssize_t copied = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
  if (copied == static_cast<ssize_t>(size)) return true;
  if (copied >= 0 || errno == EFAULT) return false;
  std::memcpy(into, address, size);  // the sandbox forbids the call: trust the address
  return true;
}

bool read_text(const char* address, std::string* into) {
  constexpr size_t kPage = 4096;
  into->clear();
  char piece[kPage];
  while (true) {
    // Up to the end of a page at a time, since the next one may not be there.
    const size_t size = kPage - reinterpret_cast<uintptr_t>(address) % kPage;
    if (!read_memory(address, piece, size)) return false;
    const size_t length = strnlen(piece, size);
    into->append(piece, length);
    if (length < size) return true;
    address += size;
  }
}

}  // namespace thalweg::pyds
