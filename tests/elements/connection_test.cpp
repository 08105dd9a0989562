#include "elements/nvurisrcbin/connection.h"

#include <gtest/gtest.h>

#include <vector>

using namespace std::chrono_literals;
using thalweg::Connection;
using Event = Connection::Event;
using State = Connection::State;

namespace {

class ConnectionTest : public testing::Test {
 protected:
  void begin(const Connection::Settings& settings) {
    connection.configure(settings);
    connection.reset();
    connection.begin(now);
  }
  void become_live() { EXPECT_TRUE(connection.picture(now)); }
  Event check(bool idle = false) { return connection.check(now, idle); }
  /// Loses it and gives the time until the next attempt, which is then made.
  std::chrono::milliseconds next_wait() {
    connection.lose(now);
    const auto wait = connection.due() - now;
    now = connection.due() - 1ns;
    EXPECT_EQ(check(), Event::kNone);
    now += 1ns;
    EXPECT_EQ(check(), Event::kRetry);
    connection.begin(now);
    return std::chrono::duration_cast<std::chrono::milliseconds>(wait);
  }

  Connection connection;
  Connection::Time now{1000s};
};

TEST_F(ConnectionTest, IsLiveWithItsFirstPictureOnly) {
  begin({.interval = 5s});
  EXPECT_EQ(connection.state(), State::kConnecting);
  EXPECT_TRUE(connection.picture(now));
  EXPECT_FALSE(connection.picture(now));
  EXPECT_EQ(connection.state(), State::kLive);
}

TEST_F(ConnectionTest, SilenceCountsFromTheLastData) {
  begin({.interval = 5s});
  become_live();
  now += 4s;
  connection.data(now);
  now += 4s;
  EXPECT_EQ(check(), Event::kNone);
  EXPECT_EQ(connection.due(), now + 1s);
  now += 1s;
  EXPECT_EQ(check(), Event::kSilent);
}

TEST_F(ConnectionTest, WhileNothingCanComeNothingIsMissed) {
  begin({.interval = 5s});
  become_live();
  now += 100s;
  EXPECT_EQ(check(true), Event::kNone);
  EXPECT_EQ(connection.due(), now + 5s);
}

TEST_F(ConnectionTest, AnAttemptWithoutAPictureEnds) {
  begin({.interval = 1s});
  for (int i = 0; i < 19; ++i) {
    now += 1s;
    connection.data(now);  // data that cannot be decoded do not count
    EXPECT_EQ(check(), Event::kNone);
  }
  now += 1s;
  EXPECT_EQ(check(), Event::kNoPicture);
  begin({.interval = 30s});
  EXPECT_EQ(connection.due(), now + 60s);
}

TEST_F(ConnectionTest, FirstAttemptsComeSoonAndLaterOnesAsAsked) {
  begin({.interval = 8s});
  become_live();
  std::vector<int> waits;
  for (int i = 0; i < 6; ++i) waits.push_back(int(next_wait().count()));
  EXPECT_EQ(waits, (std::vector<int>{1000, 2000, 4000, 8000, 8000, 8000}));
  EXPECT_EQ(connection.attempts(), 6u);
  become_live();  // and anew
  EXPECT_EQ(connection.attempts(), 0u);
  EXPECT_EQ(next_wait(), 1s);
}

TEST_F(ConnectionTest, TheFirstConnectionHasAnIntervalOfItsOwn) {
  begin({.interval = 80s, .initial = 8s});
  EXPECT_EQ(next_wait(), 1s);
  become_live();
  EXPECT_EQ(next_wait(), 10s);
  begin({.initial = 8s});
  become_live();
  EXPECT_EQ(connection.due(), Connection::Time::max());  // silence is not watched
  EXPECT_EQ(next_wait(), 1s);
}

TEST_F(ConnectionTest, LimitedAttemptsAreSpreadOverTheWholeTime) {
  begin({.interval = 8s, .attempts = 3});
  become_live();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next_wait(), 8s);
  connection.lose(now);
  EXPECT_EQ(connection.state(), State::kGivenUp);
  EXPECT_EQ(connection.due(), Connection::Time::max());
  now += 100s;
  EXPECT_EQ(check(), Event::kNone);
}

TEST_F(ConnectionTest, APictureGivesAllAttemptsBack) {
  begin({.interval = 8s, .attempts = 1});
  for (int i = 0; i < 5; ++i) {
    next_wait();
    become_live();
  }
}

TEST_F(ConnectionTest, NoAttemptsMeansAnyNumber) {
  begin({.interval = 8s, .attempts = 0});
  for (int i = 0; i < 50; ++i) next_wait();
}

TEST_F(ConnectionTest, WithoutIntervalsNothingIsWatchedOrTriedAgain) {
  begin({});
  EXPECT_EQ(connection.due(), Connection::Time::max());
  become_live();
  EXPECT_EQ(connection.due(), Connection::Time::max());
  connection.lose(now);
  EXPECT_EQ(connection.state(), State::kGivenUp);
  EXPECT_STREQ(name_of(connection.state()), "lost");
}

}  // namespace
