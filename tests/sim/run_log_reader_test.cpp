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
  }
  void make_plan_of(int launches) {
    plan_.run_id = "run-1";
    plan_.targets.resize(1);
    plan_.parts.resize(1);
    plan_.parts[0].logs.push_back({"main", "/g", "p", ""});
    for (int i = 0; i < launches; ++i)
      plan_.launches.push_back({i, "job-" + std::to_string(i), {}, 0});
    ASSERT_TRUE(history_->begin({"run-1", loop_.wall_now(), "", "", "{}", launches, 1}));
  }
  [[nodiscard]] std::unique_ptr<LogReader> reader() {
    return std::make_unique<LogReader>(
        LogReader::Outside{loop_,
                           {&logs_},
                           &*history_,
                           notebook_,
                           [this](int launch) { drained_[launch] = loop_.now(); },
                           [](const Result<>& written) { ASSERT_TRUE(written); }},
        plan_, pace_);
  }
  static std::string arn(int launch) { return "arn:aws:ecs:x:1:task/c/" + std::to_string(launch); }
  static std::string stream(int launch) { return "p/main/" + std::to_string(launch); }

  sys::Scratch scratch_;
  std::optional<sys::SystemFiles> files_;
  std::optional<history::History> history_;
  sim::SimLoop loop_;
  sim::LogCloud logs_{loop_};
  Notebook notebook_{loop_};
  Plan plan_;
  LogPace pace_{1s, 5s, 6s};
  std::map<int, Instant> drained_;
};

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

TEST_F(RunLogReader, of_a_launch_that_has_ended_nothing_is_read_any_more) {
  make_plan_of(1);
  const auto one = reader();
  one->follow(0, arn(0));
  loop_.run_for(10ms);
  one->end(0, false);
  EXPECT_EQ(one->log_of(0).notes.size(), 1U);
  logs_.write(stream(0), "line");
  loop_.run_for(1h);
  EXPECT_TRUE(notebook_.lines.empty());
  EXPECT_EQ(logs_.gets, 1);
}

}  // namespace
}  // namespace runtask::run
