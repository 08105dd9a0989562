#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace thalweg {

/// A file mapped for reading; stays valid when the file is replaced or removed.
class MappedFile {
 public:
  /// @throws std::system_error
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

/// 128-bit hash of bytes as 32 hex digits; against accidents, not against attackers. 6 GB/s.
std::string hash_text(std::span<const std::byte> bytes);

/// Compiled models on disk: $XDG_CACHE_HOME/thalweg/models/<key> (default ~/.cache).
///
/// Entries are written beside and renamed, and carry a checksum: a reader sees a whole entry or
/// none. Together they stay under kMaxBytes; those unused for longest go first. Safe between
/// processes.
class BlobCache {
 public:
  static constexpr size_t kMaxBytes = size_t(1) << 30;

  BlobCache();
  explicit BlobCache(std::string folder) : folder_(std::move(folder)) {}

  struct Entry {
    std::shared_ptr<const MappedFile> file;
    std::span<const std::byte> blob;  ///< view into `file`
  };
  /// The entry, or nothing when it is absent or damaged (a damaged one is removed).
  std::optional<Entry> load(const std::string& key) const;
  /// @throws std::runtime_error when the folder cannot be written.
  void store(const std::string& key, std::span<const std::byte> blob) const;
  std::string path(const std::string& key) const;

 private:
  void trim(const std::string& keep) const;
  std::string folder_;
};

}  // namespace thalweg
