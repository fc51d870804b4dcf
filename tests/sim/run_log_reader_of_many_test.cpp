#include "sim/log_reader_fixture.h"

// Logs of many streams: one search for all of them, and reads only where there is news.
namespace runtask::run {
namespace {

class RunLogReaderOfMany : public RunLogReader {
 protected:
  // Each of them writes a line every `pause`, from `pause` on, until `until`, not all at once.
  void write_lines(int launches, Duration pause, Duration until) {
    for (int launch = 0; launch < launches; ++launch)
      for (Duration at = pause + Duration(37 * launch % pause.count()); at < until; at += pause)
        timers_.push_back(loop_.after(at, [this, launch, number = at / 1ms] {
          const auto text = std::to_string(launch) + "/" + std::to_string(number);
          logs_.write(stream(launch), text);
          written_at_[text] = loop_.now();
        }));
  }
  [[nodiscard]] Duration latest() const {
    Duration latest{0};
    for (const auto& [text, at] : written_at_) {
      const auto shown = notebook_.shown_at.find(text);
      latest = std::max(latest, shown == notebook_.shown_at.end() ? 24h : shown->second - at);
    }
    return latest;
  }
  void expect_all_lines(int launches) {
    for (int launch = 0; launch < launches; ++launch)
      ASSERT_EQ((notebook_.lines[{launch, "main"}]), logs_.lines_of(stream(launch))) << launch;
  }
  // Follows, lets time pass, drains and waits.
  void run(int launches, Duration life) {
    make_plan_of(launches);
    reader_ = reader();
    for (int launch = 0; launch < launches; ++launch)
      reader_->follow(launch, arn(launch));
    loop_.run_for(life);
    gets_alive_ = logs_.gets;
    for (int launch = 0; launch < launches; ++launch)
      reader_->drain(launch, "");
    loop_.run_for(10min);
    EXPECT_EQ(drained_.size(), static_cast<std::size_t>(launches));
  }

  std::unique_ptr<LogReader> reader_;
  std::vector<sys::PendingPtr> timers_;
  std::map<std::string, Instant> written_at_;
  int gets_alive_ = 0;
};

TEST_F(RunLogReaderOfMany, one_stream_is_at_most_1200_ms_behind) {
  write_lines(1, 700ms, 5min);
  write_lines(1, 17s, 10min);  // And after pauses.
  run(1, 10min);
  EXPECT_LE(latest(), 1200ms);
  expect_all_lines(1);
  EXPECT_EQ(logs_.filters, 0);
}

TEST_F(RunLogReaderOfMany, a_hundred_streams_cost_one_search_a_round_and_one_read_per_news) {
  constexpr int kLaunches = 100;
  write_lines(kLaunches, 60s, 10min);  // 900 lines, each its own news.
  run(kLaunches, 10min);
  EXPECT_LE(latest(), 1200ms);
  expect_all_lines(kLaunches);
  const int lines = 9 * kLaunches;
  EXPECT_LE(logs_.filters, 10 * 60 * 4 / 3 + 10 * 4 / 3 + 1);
  // Each was asked for once before it wrote: whether it is there.
  EXPECT_LE(gets_alive_, lines + kLaunches + 10);
  // The end of each: one read after the drain window, which finds nothing new.
  EXPECT_LE(logs_.gets - gets_alive_, kLaunches + 5);
}

TEST_F(RunLogReaderOfMany, five_hundred_streams_cost_no_more_searches) {
  constexpr int kLaunches = 500;
  write_lines(kLaunches, 100s, 201s);
  run(kLaunches, 5min);
  EXPECT_LE(latest(), 1200ms);
  expect_all_lines(kLaunches);
  EXPECT_LE(logs_.filters, 310 * 4 / 3 + 1);
  EXPECT_LE(logs_.gets, 1000 + 100 + kLaunches);
}

TEST_F(RunLogReaderOfMany, silent_streams_are_asked_for_once_before_it_is_said_and_then_rarely) {
  constexpr int kLaunches = 100;
  run(kLaunches, 10min);
  EXPECT_EQ(notebook_.messages.size(), 1U);
  EXPECT_NE(notebook_.messages.at(0).find("has no log stream yet"), std::string::npos);
  EXPECT_LE(gets_alive_, kLaunches + 60);
  EXPECT_EQ(reader_->log_of(7).notes.size(), 1U);
}

TEST_F(RunLogReaderOfMany, without_the_permission_to_search_they_are_polled_and_nothing_is_said) {
  constexpr int kLaunches = 30;
  logs_.is_filter_denied = true;
  write_lines(kLaunches, 20s, 2min);
  run(kLaunches, 3min);
  expect_all_lines(kLaunches);
  EXPECT_EQ(logs_.filters, 1);
  EXPECT_TRUE(notebook_.messages.empty());
  EXPECT_LE(latest(), 11s);
  EXPECT_LE(gets_alive_, 180 * 7);
}

TEST_F(RunLogReaderOfMany, while_searches_fail_they_are_polled) {
  constexpr int kLaunches = 12;
  logs_.filter_fails_with = "ServiceUnavailableException";
  write_lines(kLaunches, 20s, 2min);
  timers_.push_back(loop_.after(1min, [this] { logs_.filter_fails_with.clear(); }));
  run(kLaunches, 3min);
  expect_all_lines(kLaunches);
  EXPECT_LE(latest(), 6s);
  EXPECT_GT(logs_.filters, 60);
}

TEST_F(RunLogReaderOfMany, pages_that_are_short_or_empty_lose_nothing) {
  logs_.page_max = 3;
  for (int launch = 0; launch < 10; ++launch)
    if (launch % 2 == 0) logs_.empty_pages_before.insert(stream(launch));
  for (int launch = 0; launch < 10; ++launch)
    for (int i = 0; i < 50; ++i)
      logs_.write(stream(launch), std::to_string(i));
  write_lines(10, 5s, 1min);
  run(10, 2min);
  expect_all_lines(10);
}

TEST_F(RunLogReaderOfMany, lines_that_come_late_or_share_a_millisecond_are_all_shown_once) {
  constexpr int kLaunches = 8;
  for (int i = 0; i < 40; ++i)
    timers_.push_back(loop_.after(Duration(i / 4 * 1500), [this, i] {
      const auto now = loop_.wall_now();
      logs_.write_at(stream(i % kLaunches), "now " + std::to_string(i), now, 0ms);
      logs_.write_at(stream(i % kLaunches), "late " + std::to_string(i), now, 14s);
      logs_.write_at(stream(i % kLaunches), "old " + std::to_string(i), now - 2h, 100ms);
    }));
  run(kLaunches, 1min);
  expect_all_lines(kLaunches);
}

TEST_F(RunLogReaderOfMany, clocks_that_differ_by_hours_delay_lines_and_lose_none) {
  constexpr int kLaunches = 8;
  for (const Duration skew : {Duration(-3h), Duration(3h)})
    for (int i = 0; i < 16; ++i)
      timers_.push_back(loop_.after(Duration(i * 1000), [this, i, skew] {
        logs_.write_at(stream(i % kLaunches), std::to_string(i), loop_.wall_now() + skew, 0ms);
      }));
  run(kLaunches, 1min);
  expect_all_lines(kLaunches);
}

TEST_F(RunLogReaderOfMany, when_others_write_much_behind_the_prefix_no_line_is_late_or_lost) {
  constexpr int kLaunches = 20;
  logs_.page_max = 100;
  for (int i = 0; i < 6000; ++i)
    timers_.push_back(loop_.after(Duration(i * 10), [this, i] {
      for (int line = 0; line < 10; ++line)
        logs_.write("p/main/service", std::to_string(i));
    }));
  write_lines(kLaunches, 5s, 1min);
  run(kLaunches, 70s);
  expect_all_lines(kLaunches);
  const auto& last = logs_.filtered.back();
  EXPECT_EQ(last.log_stream_names.size(), static_cast<std::size_t>(kLaunches));
}

TEST_F(RunLogReaderOfMany, the_last_ones_are_polled_again) {
  make_plan_of(6);
  const auto one = reader();
  for (int launch = 0; launch < 6; ++launch)
    one->follow(launch, arn(launch));
  write_lines(6, 3s, 1min);
  loop_.run_for(10s);
  EXPECT_GT(logs_.filters, 0);
  for (int launch = 2; launch < 6; ++launch)
    one->end(launch, {VerdictKind::kDetached, 0, {}, {}});
  loop_.run_for(1s);
  const int filters = logs_.filters;
  loop_.run_for(1min);
  EXPECT_EQ(logs_.filters, filters);
  expect_all_lines(2);
  for (const auto& line : logs_.lines_of(stream(0)))
    EXPECT_LE(notebook_.shown_at[line] - written_at_[line], 1200ms);
}

TEST_F(RunLogReaderOfMany, nothing_is_searched_while_nobody_takes_the_lines) {
  make_plan_of(10);
  const auto one = reader();
  for (int launch = 0; launch < 10; ++launch)
    one->follow(launch, arn(launch));
  loop_.run_for(10s);
  notebook_.is_full = true;
  write_lines(10, 3s, 1min);
  loop_.run_for(5s);
  const int calls = logs_.filters + logs_.gets;
  loop_.run_for(1min);
  EXPECT_EQ(logs_.filters + logs_.gets, calls);
  notebook_.is_full = false;
  one->read_on();
  loop_.run_for(2s);
  expect_all_lines(10);
}

}  // namespace
}  // namespace runtask::run
