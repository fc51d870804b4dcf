#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ecs/life_cycle.h"
#include "run/observer.h"
#include "sim/sim_loop.h"

namespace runtask::run {

// Writes down what a run tells its observer.
class Notebook final : public Observer {
 public:
  explicit Notebook(const sim::SimLoop& loop) : loop_(loop) {}
  void on_status(const Launch& launch, const ecs::Task& task) override {
    const auto status = ecs::status_of(task.last_status);
    auto& [arn, before] = statuses[launch.index];
    goes_back |= arn == task.task_arn && status <= before;
    arn = task.task_arn;
    before = status;
  }
  void on_log(const Launch& launch, const std::string& container,
              const ecs::LogEvent& event) override {
    lines[{launch.index, container}].push_back(event.message);
  }
  void on_message(const std::string& text) override { messages.push_back(text); }
  void on_launch_ended(const LaunchOutcome& launch) override {
    ++ends[launch.index];
    ended[launch.index] = launch.verdict;
  }
  void on_end(const Outcome& outcome) override {
    outcomes.push_back(outcome);
    ended_at = loop_.now();
  }

  std::map<std::pair<int, std::string>, std::vector<std::string>> lines;
  std::map<int, int> ends;
  std::map<int, Verdict> ended;
  std::map<int, std::pair<std::string, ecs::Status>> statuses;
  bool goes_back = false;
  std::vector<std::string> messages;
  std::vector<Outcome> outcomes;
  Instant ended_at{};

 private:
  const sim::SimLoop& loop_;
};

}  // namespace runtask::run
