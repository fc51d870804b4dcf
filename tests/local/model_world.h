#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecs/life_cycle.h"
#include "local/model.h"
#include "sim/sim_random.h"

namespace runtask::local {

// The model with a clock that the test moves. Requests are written as the JSON that a client sends.
class ModelWorld {
 public:
  explicit ModelWorld(Model::Options options = {}) : model(std::move(options), random) {}

  template <class Operation>
  Answer<typename Operation::Reply> call(std::string_view json) {
    auto request = ecs::read_request<Operation>(json);
    EXPECT_TRUE(request) << (request ? "" : request.error().text());
    if (!request) return refuse("test", "not a request");
    auto answer = model.call(*request, {now, "arn:aws:iam::000000000000:user/test"});
    take();
    return answer;
  }
  // The error's name and words, "" when there is none.
  template <class Operation>
  std::string error_of(std::string_view json) {
    const auto answer = call<Operation>(json);
    return answer ? "" : answer.error().name + ": " + answer.error().message;
  }

  // Registers one essential container "app" of the image "host" with more members.
  void register_app(std::string_view more = "", std::string_view more_of_task = "") {
    const auto answer = call<ecs::RegisterTaskDefinition>(
        R"({"family":"job","containerDefinitions":[{"name":"app","image":"host","memory":64)" +
        std::string(more) + "}]" + std::string(more_of_task) + "}");
    ASSERT_TRUE(answer) << answer.error().message;
  }
  // Runs one task of "job" and returns its id.
  std::string run(std::string_view more = "") {
    const auto answer = call<ecs::RunTask>(R"({"taskDefinition":"job")" + std::string(more) + "}");
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
    if (!answer || answer->tasks.empty()) return {};
    return ecs::last_part(answer->tasks[0].task_arn);
  }

  const ecs::Task& task(const std::string& id) const { return *model.task(id); }
  const ecs::Container& container(const std::string& id, const std::string& name = "app") const {
    return *task(id).container(name);
  }
  std::string status(const std::string& id) const { return task(id).last_status; }

  void started(const std::string& id, const std::string& name = "app") {
    on(ContainerStarted{{id, name}});
  }
  void exited(const std::string& id, int code, const std::string& name = "app") {
    on(ContainerExited{{id, name}, code, false});
  }
  void on(const Event& event) {
    model.on(event, now);
    take();
  }
  // Time passes, deadline by deadline.
  void wait(Duration duration) {
    const Instant end = now.instant + duration;
    while (model.next_wake() && *model.next_wake() <= end) {
      go_to(std::max(now.instant, *model.next_wake()));
      model.on_time(now);
      take();
    }
    go_to(end);
  }
  void settle() { wait(Duration(0)); }

  // What the model has asked for since the last time, as words: "start app", "signal app", ...
  std::vector<std::string> asked() {
    std::vector<std::string> words;
    for (const auto& action : actions) {
      if (const auto* start = std::get_if<StartContainer>(&action)) {
        words.push_back("start " + start->start->id.container);
        last_start = start->start;
      } else if (const auto* cancel = std::get_if<CancelStart>(&action)) {
        words.push_back("cancel " + cancel->id.container);
      } else if (const auto* signal = std::get_if<SignalContainer>(&action)) {
        words.push_back("signal " + signal->id.container);
      } else if (const auto* kill = std::get_if<KillContainer>(&action)) {
        words.push_back("kill " + kill->id.container);
      } else {
        words.push_back("check " + std::get<CheckHealth>(action).id.container);
      }
    }
    actions.clear();
    return words;
  }

  void take() {
    Effects effects = model.take_effects();
    actions.insert(actions.end(), effects.actions.begin(), effects.actions.end());
    changes.add(effects.changes);
  }

  sim::SimRandom random{7};
  Moment now{Duration(1000), WallTime(std::chrono::seconds(1'769'817'600))};
  Model model;
  std::deque<Action> actions;
  Changes changes;
  std::shared_ptr<const ContainerStart> last_start;

 private:
  void go_to(Instant instant) {
    now.wall += instant - now.instant;
    now.instant = instant;
  }
};

using Words = std::vector<std::string>;

}  // namespace runtask::local
