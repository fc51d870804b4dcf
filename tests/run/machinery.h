#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "run/machine.h"

namespace runtask::run {

inline std::string arn(int launch) {
  return "arn:aws:ecs:eu-west-1:1:task/c/" + std::to_string(launch);
}
inline ecs::Task task(int launch, const std::string& status) {
  ecs::Task made;
  made.task_arn = arn(launch);
  made.last_status = status;
  made.desired_status = status == "STOPPED" ? "STOPPED" : "RUNNING";
  made.containers.emplace_back().name = "main";
  return made;
}
inline ecs::Task stopped(int launch, std::optional<std::int64_t> code,
                         std::string_view stop_code = "EssentialContainerExited") {
  auto made = task(launch, "STOPPED");
  made.stop_code = stop_code;
  made.containers[0].exit_code = code;
  return made;
}

// A machine with its clock, and what it has asked for since it was last looked at.
class Machinery {
 public:
  explicit Machinery(int launches, const Policy& policy = {}) : Machinery(plan(launches), policy) {}
  explicit Machinery(const Plan& plan, const Policy& policy) : machine(plan, policy) {
    feed(Begin{});
  }
  Machinery(const Plan& plan, const Policy& policy, const Restored& restored)
      : Machinery(plan, policy, Resume{restored}) {}
  Machinery(const Plan& plan, const Policy& policy, const Resume& resume)
      : finds_nothing(false), machine(plan, policy) {
    feed(resume);
  }

  void feed(const Event& event) {
    std::vector<int> finds, starts;
    for (auto& action : machine.on(event, now)) {
      if (const auto* find = std::get_if<CallFind>(&action)) finds.push_back(find->call);
      if (const auto* start = std::get_if<CallRunTask>(&action)) starts.push_back(start->call);
      actions.push_back(std::move(action));
    }
    for (const auto call : starts)
      if (sends_at_once) feed(StartSent{call});
    if (!finds_nothing) return;
    for (const auto call : finds)
      feed(Found{call, {}});
  }
  void deny_stop(int index) {
    feed(StopFailed{index, arn(index), Code::kDenied, "StopTask: not allowed"});
  }
  // Answers of RunTask for the StartCall that the launch has.
  void start(int index) { start(index, task(index, "PENDING")); }
  void start(int index, const ecs::Task& task) { feed(Started{launch(index).call, {task}, {}}); }
  void refuse(int index, const ecs::Failure& failure) {
    feed(Started{launch(index).call, {}, {failure}});
  }
  void fail_start(int index, Code code, const std::string& why, bool may_have_started) {
    feed(StartFailed{launch(index).call, code, why, may_have_started});
  }
  void see(const ecs::Task& seen, std::size_t view = 0) {
    feed(Observed{{seen.task_arn}, {seen}, {}, view});
  }
  void see_nothing_of(int launch, std::size_t view = 0) {
    feed(Observed{{arn(launch)}, {}, {}, view});
  }
  void finish(int launch, std::int64_t code, std::size_t view = 0) {
    see(stopped(launch, code), view);
    feed(LogsDrained{launch});
  }
  // Lets time pass as a driver would.
  void pass(Duration duration) {
    const auto until = now + duration;
    for (auto at = machine.wake_at(); at && *at <= until; at = machine.wake_at()) {
      now = std::max(now, *at);
      feed(Tick{});
    }
    now = until;
    feed(Tick{});
  }
  // The launch's task comes up and runs for so long.
  void run_for(int index, Duration duration) {
    start(index);
    see(task(index, "RUNNING"));
    pass(duration);
  }

  template <class T>
  std::vector<T> take() {
    std::vector<T> taken;
    for (const auto& action : actions)
      if (const auto* one = std::get_if<T>(&action)) taken.push_back(*one);
    std::erase_if(actions, [](const Action& one) { return std::holds_alternative<T>(one); });
    return taken;
  }
  [[nodiscard]] const LaunchState& launch(int index) const {
    return machine.launches().at(static_cast<std::size_t>(index));
  }
  [[nodiscard]] std::string verdict(int index = 0) const {
    return std::string(name_of(launch(index).verdict.kind));
  }

  // Of launches that all have another input, so that none shares a StartCall.
  static Plan plan(int launches) {
    Plan made;
    made.targets.emplace_back();
    made.parts.emplace_back().essential = {"main"};
    for (int i = 0; i < launches; ++i) {
      made.launches.push_back({i, "job/" + std::to_string(i + 1), {}, 0});
      made.launches.back().input.reference_id = std::to_string(i);
    }
    return made;
  }
  // Of launches that may share one.
  static Plan plan_of_same(int launches) {
    auto made = plan(launches);
    made.run_id = "run";
    for (auto& one : made.launches)
      one.input.reference_id.clear();
    return made;
  }

  bool finds_nothing = true;  // Every search is answered so at once.
  bool sends_at_once = true;  // No RunTask waits for its rate.
  Instant now{1000};
  Machine machine;
  std::vector<Action> actions;
};

}  // namespace runtask::run
