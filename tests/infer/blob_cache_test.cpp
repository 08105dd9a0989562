#include "infer/blob_cache.h"

#include <gtest/gtest.h>

#include <cstring>

#include "scratch_folder.h"

namespace thalweg {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(BlobCache, GivesBackWhatWasStored) {
  ScratchFolder folder;
  BlobCache cache(folder.path("sub/models"));
  EXPECT_FALSE(cache.load("a"));
  cache.store("a", bytes("first"));
  cache.store("b", bytes("other"));
  auto held = cache.load("a");
  ASSERT_TRUE(held);
  cache.store("a", bytes("second, longer"));
  EXPECT_EQ(text(held->blob), "first");  // a reader keeps the file that it opened
  EXPECT_EQ(text(cache.load("a")->blob), "second, longer");
  EXPECT_EQ(text(cache.load("b")->blob), "other");
}

TEST(BlobCache, DamagedEntriesAreRemoved) {
  ScratchFolder folder;
  BlobCache cache(folder.path());
  const std::string blob(1000, 'x');
  auto damage = [&](auto change) {
    cache.store("k", bytes(blob));
    std::ifstream in(cache.path("k"), std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    change(content);
    folder.file("k", content);
    EXPECT_FALSE(cache.load("k"));
    EXPECT_FALSE(std::filesystem::exists(cache.path("k")));
  };
  damage([](std::string& c) { c[500] ^= 1; });
  damage([](std::string& c) { c.resize(700); });
  damage([](std::string& c) { c.resize(10); });
  damage([](std::string& c) { c.clear(); });
  damage([](std::string& c) { c[0] = 'X'; });
}

TEST(BlobCache, LeavesNoPartBehindAndReportsAFolderThatCannotBe) {
  ScratchFolder folder;
  BlobCache(folder.path()).store("k", bytes("x"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  folder.file("file", "");
  EXPECT_THROW(BlobCache(folder.path("file/models")).store("k", bytes("x")), std::exception);
}

TEST(HashText, EveryByteAndTheLengthCount) {
  std::string data(100, '\0');
  std::string plain = hash_text(bytes(data));
  EXPECT_EQ(plain.size(), 32u);
  EXPECT_NE(plain, hash_text(bytes(data + '\0')));
  for (size_t i = 0; i < data.size(); ++i) {
    data[i] = 1;
    EXPECT_NE(hash_text(bytes(data)), plain) << i;
    data[i] = 0;
  }
}

}  // namespace
}  // namespace thalweg
