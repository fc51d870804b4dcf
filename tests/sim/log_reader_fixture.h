#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "ecs/life_cycle.h"
#include "run/log_reader.h"
#include "sim/log_cloud.h"
#include "sys/scratch.h"

// What the tests of the log reader share: an observer that notes every line, and a run to read.
namespace runtask::run {

using namespace std::chrono_literals;
using Access = history::History::Access;

class LogNotebook final : public Observer {
 public:
  explicit LogNotebook(const sim::SimLoop& loop) : loop_(loop) {}
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
  LogNotebook notebook_{loop_};
  Plan plan_;
  LogPace pace_;
  std::map<int, Instant> drained_;
  std::vector<int> first_lines_;
  int unreachable_ = 0;
};

}  // namespace runtask::run
