#include <gtest/gtest.h>

#include <optional>

#include "ecs/life_cycle.h"
#include "run/log_reader.h"
#include "sim/log_cloud.h"
#include "sys/scratch.h"

namespace runtask::run {
namespace {

using namespace std::chrono_literals;
using Access = history::History::Access;

class Notebook final : public Observer {
 public:
  explicit Notebook(const sim::SimLoop& loop) : loop_(loop) {}
  void on_status(const Launch&, const ecs::Task&) override {}
  void on_log(const Launch& launch, const std::string& container,
              const ecs::LogEvent& event) override {
    lines[{launch.index, container}].push_back(event.message);
    shown_at[event.message] = loop_.now();
  }
  [[nodiscard]] bool takes_lines() const override { return !is_full; }
  void on_message(const std::string& text) override { messages.push_back(text); }
  void on_launch_ended(const LaunchOutcome&) override {}
  void on_end(const Outcome&) override {}

  bool is_full = false;
  std::vector<std::string> messages;
  std::map<std::pair<int, std::string>, std::vector<std::string>> lines;
  std::map<std::string, Instant> shown_at;

 private:
  const sim::SimLoop& loop_;
};

// A run of launches with one container each, whose tasks are `arn:1`, `arn:2`, ...
class RunLogReader : public testing::Test {
 protected:
  RunLogReader() {
    files_.emplace();
    auto opened = history::History::open(*files_, scratch_.path(), Access::kWrite);
    EXPECT_TRUE(opened) << opened.error().text();
    history_.emplace(*std::move(opened));
    ledger_.emplace(*history_, "run-1");
  }
  void make_plan_of(int launches) {
    plan_.run_id = "run-1";
    plan_.targets.resize(1);
    plan_.parts.resize(1);
    plan_.targets[0].region = "eu-west-1";
    plan_.parts[0].logs.push_back({"main", "/g", "p", "", "", false});
    for (int i = 0; i < launches; ++i)
      plan_.launches.push_back({i, "job-" + std::to_string(i), {}, 0});
    ASSERT_TRUE(history_->begin({"run-1", loop_.wall_now(), "", "", "{}", launches, 1}));
  }
  [[nodiscard]] std::unique_ptr<LogReader> reader() {
    return std::make_unique<LogReader>(
        LogReader::Outside{loop_,
                           {&logs_},
                           &*ledger_,
                           notebook_,
                           [this](std::size_t, const std::string& region) -> Result<ecs::Client*> {
                             if (region == "eu-central-1") return &elsewhere_;
                             return fail(Code::kUsage, "`" + region + "` is no region");
                           },
                           [this](std::size_t) { ++unreachable_; },
                           [this](int launch) { first_lines_.push_back(launch); },
                           [this](int launch) { drained_[launch] = loop_.now(); },
                           [](const Result<>& written) { ASSERT_TRUE(written); }},
        plan_, pace_);
  }
  static std::string arn(int launch) { return "arn:aws:ecs:x:1:task/c/" + std::to_string(launch); }
  static std::string stream(int launch) { return "p/main/" + std::to_string(launch); }

  sys::Scratch scratch_;
  std::optional<sys::SystemFiles> files_;
  std::optional<history::History> history_;
  std::optional<HistoryLedger> ledger_;
  sim::SimLoop loop_;
  sim::LogCloud logs_{loop_}, elsewhere_{loop_};
  Notebook notebook_{loop_};
  Plan plan_;
  LogPace pace_;
  std::map<int, Instant> drained_;
  std::vector<int> first_lines_;
  int unreachable_ = 0;
};

// The embedded endpoint may end just after it has shown the task STOPPED.
TEST_F(RunLogReader, a_server_that_is_gone_is_told_of_and_its_last_lines_are_read_when_it_is_back) {
  make_plan_of(1);
  const auto it = reader();
  it->follow(0, arn(0));
  logs_.write(stream(0), "first");
  loop_.run_for(5s);
  EXPECT_EQ(unreachable_, 0);
  logs_.is_gone = true;
  logs_.write(stream(0), "last");
  it->drain(0, "");
  loop_.run_for(5s);
  EXPECT_GT(unreachable_, 0);
  EXPECT_TRUE(drained_.empty());
  logs_.is_gone = false;
  loop_.run_for(30s);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of(stream(0)));
  EXPECT_TRUE(it->log_of(0).notes.empty());
}

TEST_F(RunLogReader, the_first_line_of_every_task_is_told_once_also_to_another_process) {
  make_plan_of(2);
  {
    const auto first = reader();
    first->follow(0, arn(0));
    first->follow(1, arn(1));
    loop_.run_for(5s);
    EXPECT_TRUE(first_lines_.empty());
    logs_.write(stream(0), "one");
    logs_.write(stream(0), "two");
    loop_.run_for(5s);
    logs_.write(stream(0), "three");
    loop_.run_for(5s);
    EXPECT_EQ(first_lines_, std::vector<int>{0});
    first->follow(0, arn(2));
    loop_.run_for(5s);
    EXPECT_EQ(first_lines_, std::vector<int>{0});
    logs_.write(stream(2), "of the next task");
    loop_.run_for(5s);
    EXPECT_EQ(first_lines_, (std::vector<int>{0, 0}));
  }  // It is killed.
  const auto second = reader();
  ASSERT_TRUE(second->restore());
  second->follow(0, arn(2));
  second->follow(1, arn(1));
  loop_.run_for(5s);
  EXPECT_EQ(first_lines_, (std::vector<int>{0, 0, 0}));
}

TEST_F(RunLogReader, another_process_goes_on_behind_the_last_line_and_counts_on) {
  make_plan_of(2);
  {
    const auto first = reader();
    first->follow(0, arn(0));
    first->follow(1, arn(1));
    for (int i = 0; i < 25; ++i)
      logs_.write(stream(0), "line " + std::to_string(i));
    loop_.run_for(10s);
    EXPECT_EQ(first->log_of(0).lines, 25U);
  }  // It is killed.
  logs_.write(stream(0), "between");
  logs_.write(stream(1), "the first of the other");
  loop_.run_for(1min);
  const auto second = reader();
  ASSERT_TRUE(second->restore());
  EXPECT_EQ(second->log_of(0).lines, 25U);
  ASSERT_EQ(second->log_of(0).last_lines.size(), kLastLinesMax);
  EXPECT_EQ(second->log_of(0).last_lines.front(), "line 5");
  second->follow(0, arn(0));
  second->follow(1, arn(1));
  logs_.write(stream(0), "after");
  second->drain(0, "");
  second->drain(1, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 2U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of(stream(0)));
  EXPECT_EQ((notebook_.lines[{1, "main"}]), logs_.lines_of(stream(1)));
  EXPECT_EQ(second->log_of(0).lines, 27U);
  EXPECT_EQ(second->log_of(0).last_lines.back(), "after");
}

TEST_F(RunLogReader, a_position_that_the_server_has_forgotten_costs_no_line_and_doubles_none) {
  make_plan_of(1);
  {
    const auto first = reader();
    first->follow(0, arn(0));
    for (int i = 0; i < 7; ++i)
      logs_.write(stream(0), "line " + std::to_string(i));
    loop_.run_for(10s);
  }
  logs_.dead_tokens.insert("f/7");
  logs_.page_max = 3;
  logs_.write(stream(0), "after a day");
  const auto second = reader();
  ASSERT_TRUE(second->restore());
  second->follow(0, arn(0));
  second->drain(0, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of(stream(0)));
  EXPECT_EQ(second->log_of(0).lines, 8U);
  EXPECT_TRUE(second->log_of(0).notes.empty());
}

TEST_F(RunLogReader, a_log_that_could_not_be_read_to_its_end_says_so_in_the_notes) {
  make_plan_of(1);
  const auto one = reader();
  one->follow(0, arn(0));
  logs_.write(stream(0), "line");
  loop_.run_for(10s);
  logs_.dead_tokens.insert("f/1");
  one->drain(0, "");
  loop_.run_for(2min);
  EXPECT_EQ(drained_.size(), 1U);
  ASSERT_EQ(one->log_of(0).notes.size(), 1U);
  EXPECT_EQ(one->log_of(0).notes[0],
            "the log of container main was not read to its end: InvalidParameterException");
  EXPECT_EQ(notebook_.messages, one->log_of(0).notes);
}

TEST_F(RunLogReader, a_log_whose_empty_pages_have_no_end_is_given_up_and_that_is_said) {
  make_plan_of(2);
  const auto one = reader();
  for (int i = 0; i < 2; ++i) {
    one->follow(i, arn(i));
    logs_.write(stream(i), "line");
  }
  logs_.endless.insert(stream(1));
  loop_.run_for(10min);
  // In a row at first, then as often as one that has nothing new, with those of the other stream.
  EXPECT_LE(logs_.gets_of[stream(1)], kEmptyPagesQuickMax + 10 + 10min / pace_.longest);
  for (int i = 0; i < 2; ++i)
    one->drain(i, "");
  loop_.run_for(pace_.drain + kDrainSilent - 1s);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_TRUE(notebook_.messages.empty());
  loop_.run_for(2s);
  EXPECT_EQ(drained_.size(), 2U);
  EXPECT_TRUE(one->log_of(0).notes.empty());
  const std::string words =
      "the log of container main was not read to its end: its pages had no line and no end for "
      "1m00s";
  EXPECT_EQ(one->log_of(1).notes, std::vector<std::string>{words});
  EXPECT_EQ(notebook_.messages, std::vector<std::string>{"job-1: " + words});
  EXPECT_EQ(one->log_of(1).lines, 1U);
  const int gets = logs_.gets;
  loop_.run_for(1h);
  EXPECT_EQ(logs_.gets, gets);
}

TEST_F(RunLogReader, a_server_whose_tokens_stay_doubles_no_line_and_in_no_other_process) {
  make_plan_of(1);
  logs_.stuck.insert(stream(0));
  std::uint64_t lines = 0;
  for (const bool is_restored : {false, true}) {
    const auto it = reader();
    if (is_restored) {
      ASSERT_TRUE(it->restore());
    }
    it->follow(0, arn(0));
    for (const char* line : {"one", "one", "two"}) {
      logs_.write(stream(0), line);
      loop_.run_for(5s);
    }
    if (is_restored) it->drain(0, "");
    loop_.run_for(pace_.drain + 5s);
    lines = it->log_of(0).lines;
  }
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of(stream(0)));
  EXPECT_EQ(lines, 6U);
}

TEST_F(RunLogReader, a_stream_without_prefix_is_read_once_its_container_has_a_runtime_id) {
  make_plan_of(2);
  plan_.parts[0].logs[0] = {"main", "/g", "", "", "", true};
  plan_.parts[0].logs.push_back({"side", "/g", "", "", "", true});
  const auto name_both = [](LogReader& it) {
    it.name(0, "main", "ab12");
    it.name(0, "main", "ab12");  // The same again changes nothing.
    it.name(0, "side", "cd34");
  };
  {
    const auto first = reader();
    first->begin();
    first->follow(0, arn(0));
    logs_.write("ab12", "first");
    loop_.run_for(10s);
    EXPECT_EQ(logs_.gets, 0);
    name_both(*first);
    loop_.run_for(10s);
    EXPECT_EQ((notebook_.lines[{0, "main"}]), std::vector<std::string>{"first"});
  }  // It is killed.
  const auto second = reader();
  ASSERT_TRUE(second->restore());
  second->follow(0, arn(0));
  second->follow(1, arn(1));
  name_both(*second);
  logs_.write("ab12", "last");
  logs_.write("cd34", "beside");
  for (int i = 0; i < 2; ++i)
    second->drain(i, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 2U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of("ab12"));
  EXPECT_EQ((notebook_.lines[{0, "side"}]), logs_.lines_of("cd34"));
  EXPECT_TRUE(second->log_of(0).notes.empty());
  // The other task never came so far.
  second->end(0, {VerdictKind::kSucceeded, 0, {}, {}});
  second->end(1, {VerdictKind::kNeverStarted, kExitCouldNotRun, {}, {}});
  EXPECT_TRUE(second->log_of(0).notes.empty());
  ASSERT_EQ(second->log_of(1).notes.size(), 2U);
  EXPECT_NE(second->log_of(1).notes[0].find("the name of its log stream is not known"),
            std::string::npos);
  EXPECT_TRUE(notebook_.messages.empty());
  second->end(1, {VerdictKind::kFailed, 1, {}, {}});
  EXPECT_EQ(notebook_.messages.size(), 2U);
}

TEST_F(RunLogReader, a_container_whose_group_is_in_another_region_is_read_there) {
  make_plan_of(1);
  plan_.parts[0].logs[0].region = "eu-central-1";
  plan_.parts[0].logs.push_back({"side", "/g", "p", "", "eu-west-1", false});
  elsewhere_.write(stream(0), "there");
  logs_.write(stream(0), "another task's");
  logs_.write("p/side/0", "here");
  const auto one = reader();
  one->follow(0, arn(0));
  one->drain(0, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), std::vector<std::string>{"there"});
  EXPECT_EQ((notebook_.lines[{0, "side"}]), std::vector<std::string>{"here"});
}

TEST_F(RunLogReader, a_region_that_is_none_is_said_once_and_the_target_s_own_is_read) {
  make_plan_of(2);
  plan_.parts[0].logs[0].region = "nowhere";
  for (int i = 0; i < 2; ++i)
    logs_.write(stream(i), "here");
  const auto one = reader();
  for (int i = 0; i < 2; ++i)
    one->follow(i, arn(i));
  one->follow(0, arn(2));  // Its next task.
  for (int i = 0; i < 2; ++i)
    one->drain(i, "");
  loop_.run_for(1min);
  const std::vector<std::string> words = {
      "the log of container main is looked for in eu-west-1: `nowhere` is no region"};
  EXPECT_EQ(notebook_.messages, words);
  EXPECT_EQ(one->log_of(0).notes, words);
  EXPECT_EQ(one->log_of(1).notes, words);
  EXPECT_EQ((notebook_.lines[{1, "main"}]), std::vector<std::string>{"here"});
}

TEST_F(RunLogReader, a_launch_with_another_task_is_read_from_its_head_and_the_counts_go_on) {
  make_plan_of(1);
  const auto one = reader();
  one->follow(0, arn(0));
  logs_.write(stream(0), "first attempt");
  one->drain(0, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 1U);
  drained_.clear();
  one->follow(0, arn(7));
  one->follow(0, arn(7));  // The same again changes nothing.
  logs_.write(stream(0), "too late");
  logs_.write(stream(7), "second attempt");
  loop_.run_for(1min);
  EXPECT_TRUE(drained_.empty());
  one->drain(0, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]),
            (std::vector<std::string>{"first attempt", "second attempt"}));
  EXPECT_EQ(one->log_of(0).lines, 2U);
  EXPECT_EQ(one->log_of(0).last_lines, std::deque<std::string>{"second attempt"});
  // So they are for another process.
  const auto two = reader();
  ASSERT_TRUE(two->restore());
  two->follow(0, arn(7));
  EXPECT_EQ(two->log_of(0).lines, 2U);
  EXPECT_EQ(two->log_of(0).last_lines, std::deque<std::string>{"second attempt"});
}

TEST_F(RunLogReader, a_reader_that_is_gone_says_nothing_more) {
  make_plan_of(1);
  {
    const auto one = reader();
    one->follow(0, arn(0));
    logs_.write(stream(0), "line");
    one->drain(0, "");
    loop_.run_for(10ms);
  }
  loop_.run_for(1min);
  EXPECT_TRUE(drained_.empty());
  EXPECT_TRUE(notebook_.lines.empty());
}

TEST_F(RunLogReader, what_a_task_that_may_still_run_writes_later_is_said_to_be_missing) {
  make_plan_of(2);
  const auto one = reader();
  for (int i = 0; i < 2; ++i) {
    one->follow(i, arn(i));
    one->drain(i, "");
  }
  loop_.run_for(1min);
  one->end(0, {VerdictKind::kUnknown, kExitCouldNotRun, {}, {}, true});
  one->end(1, {VerdictKind::kUnknown, kExitCouldNotRun, {}, {}, false});
  ASSERT_EQ(one->log_of(0).notes.size(), 1U);
  EXPECT_NE(one->log_of(0).notes[0].find("may still run"), std::string::npos);
  EXPECT_EQ(notebook_.messages.size(), 1U);
  EXPECT_TRUE(one->log_of(1).notes.empty());
}

TEST_F(RunLogReader, of_a_launch_that_has_ended_nothing_is_read_any_more) {
  make_plan_of(1);
  const auto one = reader();
  one->follow(0, arn(0));
  loop_.run_for(10ms);
  one->end(0, {VerdictKind::kInterrupted, kExitInterrupted, {}, {}});
  EXPECT_EQ(one->log_of(0).notes.size(), 1U);
  logs_.write(stream(0), "line");
  loop_.run_for(1h);
  EXPECT_TRUE(notebook_.lines.empty());
  EXPECT_EQ(logs_.gets, 1);
}

// ---- Many streams

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
