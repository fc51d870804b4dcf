#include "run/log_follower.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

const LogPace kPace{1s, 5s, 6s};

std::string fetched(LogFollower& follower, Instant now) {
  const auto step = follower.next(now);
  const auto* fetch = std::get_if<LogFollower::Fetch>(&step);
  return fetch == nullptr ? "(nothing)" : "token:" + fetch->token;
}
bool is_done(LogFollower& follower, Instant now) {
  return std::holds_alternative<LogFollower::Done>(follower.next(now));
}

TEST(LogFollower, goes_on_by_token_and_does_not_wait_between_pages_that_bring_a_new_one) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  EXPECT_EQ(fetched(follower, 0s), "(nothing)");  // One page at a time.
  follower.page({"f/1", 10'000, false}, 100ms);
  EXPECT_EQ(fetched(follower, 100ms), "token:f/1");
  follower.page({"f/2", 0, false}, 200ms);  // Empty, and yet not the end.
  EXPECT_EQ(fetched(follower, 200ms), "(nothing)");
  EXPECT_EQ(fetched(follower, 200ms + kEmptyPagePause), "token:f/2");
  follower.page({"f/2", 0, false}, 310ms);
  EXPECT_EQ(fetched(follower, 310ms), "(nothing)");
  EXPECT_EQ(fetched(follower, 5300ms), "token:f/2");
}

TEST(LogFollower, is_done_only_after_a_read_that_began_after_the_drain_window) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  follower.page({"f/1", 1, false}, 0s);
  EXPECT_EQ(fetched(follower, 0s), "token:f/1");
  follower.stopped(1s);
  follower.page({"f/1", 0, false}, 2s);  // It began before the stop: it proves nothing.
  EXPECT_FALSE(is_done(follower, 2s));
  Instant last = 2s;
  for (Instant now = 2s; now < 7s; now += 100ms) {
    const auto step = follower.next(now);
    if (std::holds_alternative<LogFollower::Fetch>(step)) follower.page({"f/1", 0, false}, now);
    ASSERT_FALSE(std::holds_alternative<LogFollower::Done>(step)) << now.count();
    last = now;
  }
  EXPECT_EQ(fetched(follower, 7s), "token:f/1");
  follower.page({"f/2", 1, false}, 7s);  // A late line.
  EXPECT_EQ(fetched(follower, 7s), "token:f/2");
  follower.page({"f/2", 0, false}, 7100ms);
  EXPECT_TRUE(is_done(follower, 7100ms));
}

TEST(LogFollower, held_it_asks_for_nothing_and_goes_on_with_the_same_token) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  follower.hold(0s);
  follower.page({"f/1", 5, false}, 0s);  // The page that was under way.
  EXPECT_TRUE(std::holds_alternative<LogFollower::Held>(follower.next(1s)));
  follower.hold(2s);
  EXPECT_TRUE(std::holds_alternative<LogFollower::Held>(follower.next(1h)));
  follower.release(1h);
  EXPECT_EQ(fetched(follower, 1h), "token:f/1");
}

TEST(LogFollower, the_time_that_it_is_held_does_not_make_it_give_up) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  follower.page({"f/1", 5, false}, 0s);
  follower.hold(1s);
  follower.stopped(2s);
  EXPECT_TRUE(std::holds_alternative<LogFollower::Held>(follower.next(3s)));
  follower.release(3h);
  follower.release(3h);  // Once too often.
  EXPECT_EQ(fetched(follower, 3h), "token:f/1");
  follower.page({"f/2", 5, false}, 3h);
  EXPECT_EQ(fetched(follower, 3h), "token:f/2");
  // What came after the stop and before and after the holding does count.
  follower.failed(Code::kThrottled, "rate exceeded", 3h);
  const auto step = follower.next(3h + kDrainLongest);
  const auto* done = std::get_if<LogFollower::Done>(&step);
  ASSERT_NE(done, nullptr);
  EXPECT_TRUE(done->is_capped);
}

TEST(LogFollower, a_stream_that_was_read_to_its_end_is_done_although_it_is_held) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  follower.hold(0s);
  follower.page({"f/1", 5, true}, 0s);
  EXPECT_TRUE(is_done(follower, 0s));
}

TEST(LogFollower, a_stream_that_is_not_there_is_waited_for_and_said_once) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  follower.failed(Code::kNotFound, "why", 0s);
  EXPECT_FALSE(follower.take_words(29s, "main"));
  EXPECT_TRUE(follower.take_words(31s, "main"));
  EXPECT_FALSE(follower.take_words(32s, "main"));
  EXPECT_EQ(fetched(follower, 31s), "token:");
  follower.failed(Code::kNotFound, "why", 31s);
  follower.stopped(32s);
  EXPECT_EQ(fetched(follower, 32s), "token:");
  follower.failed(Code::kNotFound, "why", 32s);
  EXPECT_EQ(fetched(follower, 38s), "token:");
  follower.failed(Code::kNotFound, "why", 38s);
  EXPECT_TRUE(is_done(follower, 38s));
}

TEST(LogFollower, watched_it_is_read_when_there_is_news_and_otherwise_rarely) {
  LogFollower follower(kPace, 0s, "");
  follower.set_rhythm({1s, true, 10min}, 0s);
  EXPECT_EQ(fetched(follower, 29s), "(nothing)");
  follower.news(29s);
  EXPECT_EQ(fetched(follower, 29s), "token:");
  follower.page({"f/1", 1, false, true}, 29s);
  EXPECT_EQ(fetched(follower, 9min), "(nothing)");
  EXPECT_EQ(fetched(follower, 11min), "token:f/1");
}

TEST(LogFollower, news_that_come_while_a_page_is_under_way_are_not_forgotten) {
  LogFollower follower(kPace, 0s, "");
  follower.set_rhythm({1s, true, 10min}, 0s);
  follower.news(1s);
  EXPECT_EQ(fetched(follower, 1s), "token:");
  follower.news(1010ms);  // The page may have been made before.
  follower.page({"f/1", 1, false, true}, 1020ms);
  EXPECT_EQ(fetched(follower, 1020ms), "token:f/1");
  follower.page({"f/1", 0, false, false}, 1040ms);
  EXPECT_EQ(fetched(follower, 1040ms), "(nothing)");
}

TEST(LogFollower, a_page_that_does_not_reach_the_news_is_followed_by_the_next_at_once) {
  LogFollower follower(kPace, 0s, "");
  follower.set_rhythm({1s, true, 10min}, 0s);
  follower.news(1s);
  EXPECT_EQ(fetched(follower, 1s), "token:");
  follower.page({"f/1", 1, false, false}, 1s);
  EXPECT_EQ(fetched(follower, 1s), "token:f/1");
}

TEST(LogFollower, watched_no_more_it_is_polled_at_once) {
  LogFollower follower(kPace, 0s, "");
  follower.set_rhythm({1s, true, 10min}, 0s);
  EXPECT_EQ(fetched(follower, 5s), "(nothing)");
  follower.set_rhythm({1s, false, 10min}, 5s);
  EXPECT_EQ(fetched(follower, 5s), "token:");
}

TEST(LogFollower, what_may_not_be_read_is_said_once_and_ends_the_reading) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  follower.failed(Code::kDenied, "why", 0s);
  EXPECT_TRUE(follower.take_words(0s, "main"));
  EXPECT_FALSE(follower.take_words(1s, "main"));
  EXPECT_TRUE(is_done(follower, 0s));
}

TEST(LogFollower, a_passing_error_loses_no_page) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  follower.page({"f/1", 5, false}, 0s);
  EXPECT_EQ(fetched(follower, 0s), "token:f/1");
  follower.failed(Code::kThrottled, "why", 0s);
  EXPECT_EQ(fetched(follower, 10s), "token:f/1");
}

TEST(LogFollower, the_word_of_the_embedded_endpoint_ends_it_at_once) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  follower.page({"f/1", 5, true}, 0s);
  EXPECT_TRUE(is_done(follower, 0s));
}

TEST(LogFollower, a_stream_that_never_ends_is_given_up_and_says_so) {
  LogFollower follower(kPace, 0s, "");
  follower.stopped(0s);
  Instant now = 0s;
  for (int page = 0; page < 100'000; ++page) {
    const auto step = follower.next(now);
    if (const auto* done = std::get_if<LogFollower::Done>(&step)) {
      EXPECT_TRUE(done->is_capped);
      EXPECT_GE(now, kDrainLongest);
      return;
    }
    ASSERT_TRUE(std::holds_alternative<LogFollower::Fetch>(step));
    follower.page({"f/" + std::to_string(page), 10, false}, now);
    now += 100ms;
  }
  FAIL() << "it went on for ever";
}

TEST(LogFollower, a_stream_that_cannot_be_read_after_the_drain_is_given_up_soon_and_says_why) {
  LogFollower follower(kPace, 0s, "");
  follower.stopped(0s);
  for (Instant now = 0s; now < 5min; now += 100ms) {
    const auto step = follower.next(now);
    if (std::holds_alternative<LogFollower::Fetch>(step))
      follower.failed(Code::kThrottled, "rate exceeded", now);
    const auto* done = std::get_if<LogFollower::Done>(&step);
    if (done == nullptr) continue;
    EXPECT_TRUE(done->is_capped);
    EXPECT_EQ(done->why, "rate exceeded");
    EXPECT_GE(now, kPace.drain + kDrainSilent);
    EXPECT_LE(now, kPace.drain + kDrainSilent + kPace.longest);
    return;
  }
  FAIL() << "it went on";
}

// Whatever it answers from now on: when it is given up, or never.
Instant end_of(LogFollower& follower, std::string* why,
               const std::function<void(int, Instant)>& answer) {
  int fetches = 0;
  for (Instant now = 0s; now < 1h; now += 20ms) {
    const auto step = follower.next(now);
    if (std::holds_alternative<LogFollower::Fetch>(step)) answer(++fetches, now);
    const auto* done = std::get_if<LogFollower::Done>(&step);
    if (done == nullptr) continue;
    EXPECT_TRUE(done->is_capped);
    *why = done->why;
    return now;
  }
  ADD_FAILURE() << "it went on for ever";
  return 1h;
}

TEST(LogFollower, empty_pages_that_each_have_a_new_token_are_given_up_soon_and_not_hurried_after) {
  LogFollower follower(kPace, 0s, "");
  follower.stopped(0s);
  std::string why;
  int fetches = 0;
  const auto end = end_of(follower, &why, [&](int fetch, Instant now) {
    fetches = fetch;
    follower.page({"f/" + std::to_string(fetch), 0, false}, now);
  });
  EXPECT_EQ(end, kPace.drain + kDrainSilent);
  EXPECT_EQ(why, "its pages had no line and no end for 1m00s");
  EXPECT_LE(fetches, kEmptyPagesQuickMax + (kPace.drain + kDrainSilent) / kPace.first);
}

TEST(LogFollower, empty_pages_and_failures_by_turns_are_given_up_as_soon) {
  LogFollower follower(kPace, 0s, "");
  follower.stopped(0s);
  std::string why;
  const auto end = end_of(follower, &why, [&](int fetch, Instant now) {
    if (fetch % 2 == 0) return follower.failed(Code::kThrottled, "rate exceeded", now);
    follower.page({"f/" + std::to_string(fetch), 0, false}, now);
  });
  EXPECT_EQ(end, kPace.drain + kDrainSilent);
  EXPECT_FALSE(why.empty());
}

TEST(LogFollower, lines_behind_empty_pages_put_the_end_off) {
  LogFollower follower(kPace, 0s, "");
  follower.stopped(0s);
  std::string why;
  Instant last{};
  const auto end = end_of(follower, &why, [&](int fetch, Instant now) {
    const bool has_line = fetch % 30 == 0 && now < 2min;
    if (has_line) last = now;
    follower.page({"f/" + std::to_string(fetch), has_line ? 1U : 0U, false}, now);
  });
  EXPECT_GT(last, kPace.drain + kDrainSilent);
  EXPECT_EQ(end, last + kDrainSilent);
}

TEST(LogFollower, a_stream_of_a_living_task_whose_empty_pages_have_no_end_is_read_at_its_pace) {
  LogFollower follower(kPace, 0s, "");
  int fetches = 0;
  for (Instant now = 0s; now < 10min; now += 20ms)
    if (std::holds_alternative<LogFollower::Fetch>(follower.next(now)))
      follower.page({"f/" + std::to_string(++fetches), 0, false}, now);
  EXPECT_GE(fetches, 10min / kPace.longest);
  EXPECT_LE(fetches, kEmptyPagesQuickMax + 10 + 10min / kPace.longest);
  const auto next = 10min + kPace.longest;
  EXPECT_NE(fetched(follower, next), "(nothing)");
  follower.page({"f/line", 1, false}, next);  // It has come to where there is something.
  EXPECT_EQ(fetched(follower, next), "token:f/line");
}

TEST(LogFollower, a_stream_that_was_there_and_is_gone_has_not_been_read_to_its_end) {
  LogFollower follower(kPace, 0s, "");
  EXPECT_EQ(fetched(follower, 0s), "token:");
  follower.page({"f/1", 5, false}, 0s);
  follower.stopped(0s);
  EXPECT_EQ(fetched(follower, 10s), "token:f/1");
  follower.failed(Code::kNotFound, "no such stream", 10s);
  EXPECT_FALSE(is_done(follower, 10s));
  const auto step = follower.next(10s + kDrainSilent);
  const auto* done = std::get_if<LogFollower::Done>(&step);
  ASSERT_NE(done, nullptr);
  EXPECT_TRUE(done->is_capped);
  EXPECT_EQ(done->why, "no such stream");
}

}  // namespace
}  // namespace runtask::run
