#include "run/log_detector.h"

#include <gtest/gtest.h>

#include "ecs/limits.h"

namespace runtask::run {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

const WallTime kNoon{1'769'860'800'000ms};

std::string name(int number) {
  return "p/main/" + std::to_string(1000 + number);
}
ecs::FilteredLogEvent event(const std::string& stream, const std::string& id, WallTime at) {
  return {stream, at, "text", at, id};
}
Names streams(const std::vector<LogDetector::News>& news) {
  Names names;
  for (const auto& one : news)
    names.push_back(one.stream);
  return names;
}

class LogDetectorOf : public testing::Test {
 protected:
  void add(int count, bool exist = false) {
    for (int i = 0; i < count; ++i)
      detector_.add(name(i), exist);
  }
  // Answers the search that is due now.
  Names answer(const std::vector<ecs::FilteredLogEvent>& events, const std::string& token = "") {
    const auto search = detector_.next(now_);
    EXPECT_TRUE(search) << "none is due";
    return streams(detector_.page({events, token}, now_));
  }
  // Until a search is due.
  std::optional<LogDetector::Search> next() {
    const auto at = detector_.wake_at();
    if (!at) return {};
    now_ = std::max(now_, *at);
    return detector_.next(now_);
  }

  LogDetector detector_{750ms, 0s, kNoon};
  Instant now_ = 0s;
};

TEST_F(LogDetectorOf, few_streams_are_not_watched) {
  add(3);
  EXPECT_FALSE(detector_.wake_at());
  EXPECT_FALSE(detector_.next(0s));
  EXPECT_FALSE(detector_.watches(name(0)));
  const auto before = detector_.generation();
  detector_.add(name(3), false);
  EXPECT_NE(detector_.generation(), before);
  EXPECT_TRUE(detector_.watches(name(0)));
  EXPECT_TRUE(detector_.next(0s));
}

TEST_F(LogDetectorOf, streams_of_one_container_are_one_search_however_many_they_are) {
  add(500);
  const auto search = detector_.next(0s);
  ASSERT_TRUE(search);
  EXPECT_EQ(search->prefix, "p/main/");
  EXPECT_TRUE(search->names.empty());
  EXPECT_FALSE(detector_.next(0s));  // One at a time.
  EXPECT_FALSE(detector_.wake_at());
  EXPECT_TRUE(detector_.page({}, 100ms).empty());
  EXPECT_FALSE(detector_.next(749ms));
  EXPECT_TRUE(detector_.next(750ms));
}

TEST_F(LogDetectorOf, an_event_is_news_once_however_often_it_is_found) {
  add(4);
  const auto first = event(name(1), "a", kNoon);
  EXPECT_EQ(answer({first, event(name(2), "b", kNoon)}), (Names{name(1), name(2)}));
  now_ += 750ms;
  // The same millisecond, and an earlier one that comes late.
  EXPECT_EQ(answer({event(name(3), "d", kNoon - 20s), first, event(name(1), "c", kNoon)}),
            (Names{name(1), name(3)}));
  now_ += 750ms;
  EXPECT_EQ(answer({event(name(3), "d", kNoon - 20s), first, event(name(1), "c", kNoon)}), Names());
}

TEST_F(LogDetectorOf, a_search_goes_back_far_enough_for_events_that_come_late) {
  add(4);
  EXPECT_LE(detector_.next(0s)->from, kNoon - kSearchWindow);
  // The server's clock is an hour ahead of ours; a host's another one.
  (void)detector_.page({{{name(0), kNoon + 5h, "", kNoon + 1h, "a"}}, ""}, 0s);
  const auto search = detector_.next(10s);
  ASSERT_TRUE(search);
  EXPECT_EQ(search->from, kNoon + 1h + 10s - kSearchWindow);
}

TEST_F(LogDetectorOf, a_search_does_not_see_all_again_when_there_is_much) {
  add(4);
  std::vector<ecs::FilteredLogEvent> events;
  for (int i = 0; i < 9000; ++i)
    events.push_back(event(name(0), std::to_string(i), kNoon + Duration(i)));
  EXPECT_EQ(answer(events), Names{name(0)});
  now_ += 750ms;
  const auto search = detector_.next(now_);
  ASSERT_TRUE(search);
  EXPECT_EQ(search->from, kNoon + Duration(9000 - kSearchOverlapMax));
  events.erase(events.begin(), events.end() - kSearchOverlapMax);
  EXPECT_TRUE(detector_.page({events, ""}, now_).empty());
}

TEST_F(LogDetectorOf, a_millisecond_with_more_events_than_are_remembered_is_passed) {
  add(4);
  std::vector<ecs::FilteredLogEvent> events;
  for (std::size_t i = 0; i <= kSearchSeenMax; ++i)
    events.push_back(event(name(0), std::to_string(i), kNoon));
  EXPECT_EQ(answer(events), Names{name(0)});
  now_ += 750ms;
  EXPECT_EQ(detector_.next(now_)->from, kNoon + 1ms);
}

TEST_F(LogDetectorOf, pages_that_are_empty_are_not_the_end_of_a_search) {
  add(4);
  const auto first = detector_.next(0s);
  (void)detector_.page({{}, "t1"}, 0s);
  const auto second = detector_.next(0s);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->token, "t1");
  EXPECT_EQ(second->from, first->from);  // Logs API: a token belongs to its search.
  EXPECT_EQ(streams(detector_.page({{event(name(0), "a", kNoon)}, ""}, 0s)), Names{name(0)});
  EXPECT_FALSE(detector_.next(0s));
}

TEST_F(LogDetectorOf, a_search_of_many_pages_goes_on_in_the_next_round) {
  add(4);
  for (int page = 0; page < kSearchPagesMax; ++page)
    EXPECT_EQ(answer({event(name(0), std::to_string(page), kNoon)}, "t" + std::to_string(page)),
              Names{name(0)});
  EXPECT_FALSE(detector_.next(now_));
  now_ += 750ms;
  const auto search = detector_.next(now_);
  ASSERT_TRUE(search);
  EXPECT_EQ(search->token, "t" + std::to_string(kSearchPagesMax - 1));
}

TEST_F(LogDetectorOf, what_others_write_is_no_news_and_too_much_of_it_turns_to_names) {
  add(4, true);
  detector_.add("p/main/new", false);
  const auto before = detector_.generation();
  for (int page = 0; page < kSearchPagesMax; ++page)
    EXPECT_EQ(answer({event("p/main/other", std::to_string(page), kNoon)}, "t"), Names());
  EXPECT_NE(detector_.generation(), before);
  const auto search = next();
  ASSERT_TRUE(search);
  EXPECT_TRUE(search->prefix.empty());
  EXPECT_TRUE(search->token.empty());
  EXPECT_EQ(search->names, (Names{name(0), name(1), name(2), name(3)}));
  EXPECT_FALSE(detector_.watches("p/main/new"));  // Its name would make the search fail.
  (void)detector_.page({}, now_);
  detector_.exists("p/main/new");
  EXPECT_TRUE(detector_.watches("p/main/new"));
  EXPECT_EQ(next()->names.size(), 5U);
}

TEST_F(LogDetectorOf, many_prefixes_are_searched_by_name_100_at_a_time) {
  add(230, true);
  for (const auto* other : {"q/a/1", "r/a/1", "s/a/1"})
    detector_.add(other, true);
  Names all;
  const auto began = now_;
  for (const std::size_t size : {100U, 100U, 33U}) {
    const auto search = next();
    ASSERT_TRUE(search);
    EXPECT_EQ(search->names.size(), size);
    all.insert(all.end(), search->names.begin(), search->names.end());
    (void)detector_.page({}, now_);
  }
  EXPECT_EQ(now_, began);  // One round.
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 233U);
  (void)next();
  EXPECT_EQ(now_, began + 750ms);
}

TEST_F(LogDetectorOf, rounds_of_many_searches_keep_below_the_quota) {
  add(1000, true);
  for (const auto* other : {"q/a/1", "r/a/1", "s/a/1"})
    detector_.add(other, true);
  int searches = 0;
  while (now_ < 60s) {
    ASSERT_TRUE(next());
    (void)detector_.page({}, now_);
    ++searches;
  }
  EXPECT_LE(searches, 60 * 5);
}

TEST_F(LogDetectorOf, denied_it_watches_nothing_for_good) {
  add(10);
  (void)detector_.next(0s);
  const auto before = detector_.generation();
  detector_.failed(Code::kDenied, 0s);
  EXPECT_NE(detector_.generation(), before);
  EXPECT_FALSE(detector_.watches(name(0)));
  EXPECT_FALSE(detector_.next(1h));
  EXPECT_FALSE(detector_.wake_at());
}

TEST_F(LogDetectorOf, failing_again_and_again_it_watches_nothing_for_a_while) {
  add(10);
  for (int i = 0; i < kSearchFailuresMax; ++i) {
    ASSERT_TRUE(next());
    EXPECT_TRUE(detector_.watches(name(0)));
    detector_.failed(Code::kThrottled, now_);
  }
  EXPECT_FALSE(detector_.watches(name(0)));
  const auto paused = now_;
  ASSERT_TRUE(next());
  EXPECT_EQ(now_, paused + kSearchPause);
  EXPECT_TRUE(detector_.watches(name(0)));
}

TEST_F(LogDetectorOf, a_failure_now_and_then_changes_nothing) {
  add(10);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(next());
    detector_.failed(Code::kUnavailable, now_);
    ASSERT_TRUE(next());
    (void)detector_.page({}, now_);
  }
  EXPECT_TRUE(detector_.watches(name(0)));
}

TEST_F(LogDetectorOf, a_group_that_is_not_there_yet_is_waited_for) {
  add(10);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(next());
    detector_.failed(Code::kNotFound, now_);
  }
  EXPECT_TRUE(detector_.watches(name(0)));
}

TEST_F(LogDetectorOf, streams_that_are_read_to_their_ends_are_searched_no_more) {
  add(5, true);
  (void)detector_.next(0s);
  for (int i = 0; i < 5; ++i)
    detector_.remove(name(i));
  EXPECT_TRUE(detector_.page({{event(name(0), "a", kNoon)}, "t"}, 0s).empty());
  EXPECT_FALSE(detector_.next(1h));
  detector_.remove(name(0));  // Once too often.
  add(5);
  EXPECT_TRUE(detector_.next(1h));
}

}  // namespace
}  // namespace runtask::run
