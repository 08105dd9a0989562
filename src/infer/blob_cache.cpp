#include "infer/blob_cache.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

namespace thalweg {
namespace {

namespace fs = std::filesystem;

/// Before each blob. 64 bytes, so that the blob's own alignment holds.
struct Header {
  char magic[16] = "thalweg model 1";
  uint64_t size = 0;
  char checksum[32] = {};
  char unused[8] = {};
};
static_assert(sizeof(Header) == 64);

}  // namespace

MappedFile::MappedFile(const std::string& path) {
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || fstat(file, &status) < 0) {
    int error = errno;
    if (file >= 0) close(file);
    throw std::system_error(error, std::generic_category(), path);
  }
  size_ = size_t(status.st_size);
  void* data = size_ ? mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0) : nullptr;
  int error = errno;
  close(file);
  if (data == MAP_FAILED) throw std::system_error(error, std::generic_category(), path);
  data_ = static_cast<const std::byte*>(data);
}

MappedFile::~MappedFile() {
  if (data_) munmap(const_cast<std::byte*>(data_), size_);
}

std::string hash_text(std::span<const std::byte> bytes) {
  // Four independent lanes, so that the multiplications overlap.
  std::array<uint64_t, 4> lanes = {0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                                   0x27D4EB2F165667C5};
  auto mix = [](uint64_t lane, uint64_t word) {
    return std::rotl((lane ^ word) * 0x9FB21C651E98DF25, 29);
  };
  size_t at = 0;
  for (; at + 32 <= bytes.size(); at += 32) {
    uint64_t words[4];
    std::memcpy(words, bytes.data() + at, 32);
    for (int i = 0; i < 4; ++i) lanes[i] = mix(lanes[i], words[i]);
  }
  uint64_t tail[4] = {};
  if (at < bytes.size()) std::memcpy(tail, bytes.data() + at, bytes.size() - at);
  for (int i = 0; i < 4; ++i) lanes[i] = mix(lanes[i], tail[i]);
  uint64_t high = bytes.size(), low = ~bytes.size();
  for (uint64_t lane : lanes) {
    high = mix(high, lane), high ^= high >> 31;
    low = mix(low, lane * 0xD6E8FEB86659FD93), low ^= low >> 29;
  }
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(high),
                static_cast<unsigned long long>(low));
  return text;
}

BlobCache::BlobCache()
    : folder_((fs::path(g_get_user_cache_dir()) / "thalweg" / "models").string()) {}

std::string BlobCache::path(const std::string& key) const {
  return (fs::path(folder_) / key).string();
}

std::optional<BlobCache::Entry> BlobCache::load(const std::string& key) const {
  std::error_code ignored;
  try {
    auto file = std::make_shared<const MappedFile>(path(key));
    auto bytes = file->bytes();
    Header header;
    bool whole = bytes.size() >= sizeof header;
    if (whole) {
      std::memcpy(&header, bytes.data(), sizeof header);
      auto blob = bytes.subspan(sizeof header);
      whole = std::memcmp(header.magic, Header{}.magic, sizeof header.magic) == 0 &&
              header.size == blob.size() &&
              hash_text(blob) == std::string(header.checksum, sizeof header.checksum);
      if (whole) {
        utimensat(AT_FDCWD, path(key).c_str(), nullptr, 0);  // for trim()
        return Entry{file, blob};
      }
    }
  } catch (const std::system_error&) {
    return std::nullopt;
  }
  fs::remove(path(key), ignored);
  return std::nullopt;
}

void BlobCache::store(const std::string& key, std::span<const std::byte> blob) const {
  fs::create_directories(folder_);
  Header header;
  header.size = blob.size();
  std::string checksum = hash_text(blob);
  std::memcpy(header.checksum, checksum.data(), sizeof header.checksum);

  std::string part = path(key) + ".part-XXXXXX";
  int file = mkstemp(part.data());
  if (file < 0) throw std::system_error(errno, std::generic_category(), part);
  auto write_all = [&](const void* data, size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size) {
      ssize_t written = write(file, at, size);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      at += written, size -= size_t(written);
    }
    return true;
  };
  bool good = write_all(&header, sizeof header) && write_all(blob.data(), blob.size());
  good = close(file) == 0 && good;
  good = good && std::rename(part.c_str(), path(key).c_str()) == 0;
  if (!good) {
    int error = errno;
    unlink(part.c_str());
    throw std::system_error(error, std::generic_category(), path(key));
  }
  trim(path(key));
}

void BlobCache::trim(const std::string& keep) const {
  struct Item {
    fs::file_time_type used;
    size_t size;
    fs::path path;
  };
  std::vector<Item> items;
  size_t total = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    size_t size = entry.file_size(error);
    if (error) continue;
    items.push_back({entry.last_write_time(error), size, entry.path()});
    total += size;
  }
  std::ranges::sort(items, {}, &Item::used);
  for (const auto& item : items) {
    if (total <= kMaxBytes) break;
    if (item.path == keep) continue;
    if (fs::remove(item.path, error)) total -= item.size;
  }
}

}  // namespace thalweg
