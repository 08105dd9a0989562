#include "draw/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>

namespace thalweg {
namespace {

TEST(TextCache, SerifElevenIsAsHighAsInDeepStream) {
  TextCache cache(1 << 20);
  const auto mask = cache.get("Serif", 11, "Person 12");
  EXPECT_GE(mask->height, 14);
  EXPECT_LE(mask->height, 20);
  EXPECT_GT(mask->width, 50);
  EXPECT_LT(mask->width, 110);
  EXPECT_GT(*std::max_element(mask->coverage.begin(), mask->coverage.end()), 200);
}

TEST(TextCache, TheSameTextIsShapedOnce) {
  TextCache cache(1 << 20);
  const auto first = cache.get("Serif", 11, "car"), second = cache.get("Serif", 11, "car");
  EXPECT_EQ(first, second);
  EXPECT_EQ(cache.shaped(), 1u);
  EXPECT_NE(cache.get("Serif", 12, "car"), first);
  EXPECT_NE(cache.get("Sans", 11, "car"), first);
  EXPECT_EQ(cache.shaped(), 3u);
}

TEST(TextCache, StaysSmallAndKeepsWhatIsUsed) {
  TextCache cache(64 << 10);
  for (int i = 0; i < 400; ++i) {
    cache.get("Serif", 11, "kept");
    cache.get("Serif", 11, ("Person " + std::to_string(i)).c_str());
  }
  EXPECT_LT(cache.size(), 70u);
  EXPECT_EQ(cache.shaped(), 401u);
}

TEST(TextCache, LinesNonAsciiWrongBytesAndUnknownFonts) {
  TextCache cache(1 << 20);
  EXPECT_GT(cache.get("Serif", 11, "one\ntwo")->height, cache.get("Serif", 11, "one")->height);
  EXPECT_GT(cache.get("Serif", 11, "người đi bộ")->width, 20);
  EXPECT_GT(cache.get("No Such Font", 11, "x")->width, 0);
  EXPECT_GT(cache.get("Serif", 11, "\xff\xfe broken \xc3")->width, 20);
  EXPECT_GT(cache.get(nullptr, 0, "x")->width, 0);
  EXPECT_TRUE(cache.get("Serif", 11, "")->coverage.empty());
  EXPECT_TRUE(cache.get("Serif", 11, nullptr)->coverage.empty());
  const std::string endless(1 << 20, 'W');
  EXPECT_LE(cache.get("Serif", 4000000000u, endless.c_str())->width, 16384);
}

TEST(TextCache, AnyThreadMayAsk) {
  TextCache cache(32 << 10);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 200; ++i)
        EXPECT_FALSE(cache.get("Serif", 11, std::to_string(i * (t + 1)).c_str())->coverage.empty());
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace thalweg
