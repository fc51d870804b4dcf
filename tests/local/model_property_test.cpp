#include <map>

#include "local/model_world.h"

// The model under calls and events in any order. What must hold is checked after each of them. The
// seed is printed when it does not: RUNTASK_SIM_SEED=N replays it.

namespace runtask::local {
namespace {

constexpr unsigned kSeeds = 200;
constexpr int kStepsPerSeed = 40;

const char* const kDefinition =
    R"({"family":"job","networkMode":"%","containerDefinitions":[
         {"name":"init","image":"host","memory":16,"essential":false,"startTimeout":40},
         {"name":"db","image":"host","memory":16,"essential":false,
          "healthCheck":{"command":["CMD","x"],"interval":5}},
         {"name":"app","image":"host","memory":32,"stopTimeout":3,
          "dependsOn":[{"containerName":"init","condition":"SUCCESS"},
                       {"containerName":"db","condition":"HEALTHY"}]},
         {"name":"log","image":"host","memory":16,"essential":false,
          "dependsOn":[{"containerName":"app","condition":"START"}]}]})";

class Property {
 public:
  explicit Property(unsigned seed) : random_(seed), world_(options()) {
    std::string definition = kDefinition;
    definition.replace(definition.find('%'), 1, random_.happens(50) ? "awsvpc" : "bridge");
    awsvpc_ = definition.find("awsvpc") != std::string::npos;
    EXPECT_TRUE(world_.call<ecs::RegisterTaskDefinition>(definition));
  }

  void drive() {
    for (int step = 0; step < kStepsPerSeed && !testing::Test::HasFailure(); ++step) {
      act();
      check();
    }
    // Whatever happened: a stop and patience end everything.
    world_.model.stop_all("end", std::chrono::seconds(1), world_.now);
    world_.take();
    for (int round = 0; round < 20; ++round) {
      world_.wait(std::chrono::seconds(200));
      carry_out(100);
      check();
    }
    EXPECT_EQ(world_.model.live_tasks(), 0U);
    EXPECT_FALSE(world_.model.next_wake());
  }

 private:
  static Model::Options options() {
    Model::Options options;
    options.memory_mib = 200;  // Two at a time.
    return options;
  }

  void act() {
    switch (random_.below(6)) {
      case 0:
        if (ids_.size() < 5)
          ids_.push_back(world_.run(
              awsvpc_ ? R"(,"networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"]}})"
                      : ""));
        return;
      case 1:
        if (!ids_.empty() && random_.happens(30))
          (void)world_.call<ecs::StopTask>(R"({"task":")" + any_id() + R"("})");
        return;
      case 2:
        world_.wait(Duration(static_cast<Duration::rep>(random_.below(20'000))));
        return;
      case 3:  // An event that nobody has asked for.
        if (!ids_.empty()) world_.on(ContainerExited{{any_id(), any_name()}, 0, false});
        return;
      default:
        carry_out(70);
    }
  }

  // Does some of what the model has asked for, as a runtime would.
  void carry_out(unsigned percent) {
    std::deque<Action> later;
    while (!world_.actions.empty()) {
      const Action action = world_.actions.front();
      world_.actions.pop_front();
      if (!random_.happens(percent)) {
        later.push_back(action);
        continue;
      }
      if (const auto* start = std::get_if<StartContainer>(&action)) {
        start_container(start->start->id);
      } else if (const auto* cancel = std::get_if<CancelStart>(&action)) {
        if (!started_.contains(cancel->id) && cancelled_.insert(cancel->id).second)
          world_.on(ContainerNotStarted{cancel->id, ""});
      } else if (const auto* check = std::get_if<CheckHealth>(&action)) {
        world_.on(HealthChecked{check->id, random_.happens(70)});
      } else if (const auto* signal = std::get_if<SignalContainer>(&action)) {
        if (random_.happens(60)) exit(signal->id, 143);
      } else {
        exit(std::get<KillContainer>(action).id, 137);
      }
    }
    world_.actions.insert(world_.actions.begin(), later.begin(), later.end());
    // Some that run end by themselves.
    const auto running = running_;
    for (const auto& id : running)
      if (random_.happens(percent / 5)) exit(id, static_cast<int>(random_.below(3)));
  }
  void start_container(const ContainerId& id) {
    if (cancelled_.contains(id)) return;
    EXPECT_TRUE(started_.insert(id).second) << "a container is started once: " << id.container;
    if (random_.happens(10)) return world_.on(ContainerNotStarted{id, "CannotStart: x"});
    running_.insert(id);
    world_.on(ContainerStarted{id});
  }
  void exit(const ContainerId& id, int code) {
    if (running_.erase(id) > 0) world_.on(ContainerExited{id, code, random_.happens(5)});
  }

  void check() {
    std::size_t live = 0;
    for (const auto& id : ids_) {
      const ecs::Task& task = world_.task(id);
      const auto status = ecs::status_of(task.last_status);
      Seen& seen = seen_[id];
      EXPECT_GE(status, seen.status) << task.last_status;
      EXPECT_GE(task.version, seen.version);
      // A change is always a new version, and only that is stored.
      const bool is_new = task.version != seen.version;
      const std::string text =
          is_new || seen.text.empty() || random_.happens(60) ? ecs::to_text(task) : seen.text;
      if (!is_new) {
        EXPECT_EQ(text, seen.text);
      }
      seen = {status, task.version, text};
      live += status == ecs::Status::kStopped ? 0 : 1;
      check_task(task, status);
    }
    EXPECT_EQ(world_.model.live_tasks(), live);
  }
  void check_task(const ecs::Task& task, ecs::Status status) {
    const bool is_stopped = status == ecs::Status::kStopped;
    EXPECT_EQ(task.stopped_at.has_value(), is_stopped);
    EXPECT_EQ(task.stop_code.empty(), task.desired_status == "RUNNING");
    EXPECT_EQ(task.stopping_at.has_value(), task.desired_status == "STOPPED");
    if (task.stop_code == "TaskFailedToStart") {
      EXPECT_FALSE(task.started_at);
    }
    if (status == ecs::Status::kRunning) {
      EXPECT_TRUE(task.started_at);
    }
    for (const auto& container : task.containers) {
      if (is_stopped) {
        EXPECT_EQ(container.last_status, "STOPPED");
      }
      if (container.exit_code) {
        EXPECT_EQ(container.last_status, "STOPPED");
      }
      if (container.exit_code) {
        EXPECT_FALSE(container.runtime_id.empty());
      }
    }
    // The order of start: app never without what it waits for.
    const auto* app = task.container("app");
    if (!app->runtime_id.empty()) {
      EXPECT_EQ(task.container("init")->exit_code, 0);
    }
    if (!task.container("log")->runtime_id.empty()) {
      EXPECT_FALSE(app->runtime_id.empty());
    }
  }

  std::string any_id() { return ids_[random_.below(ids_.size())]; }
  std::string any_name() {
    static const char* const kNames[] = {"init", "db", "app", "log", "x"};
    return kNames[random_.below(5)];
  }

  struct Seen {
    ecs::Status status = ecs::Status::kProvisioning;
    std::int64_t version = 0;
    std::string text;
  };
  sim::SimRandom random_;
  ModelWorld world_;
  bool awsvpc_ = false;
  std::vector<std::string> ids_;
  std::set<ContainerId> started_;
  std::set<ContainerId> cancelled_;
  std::set<ContainerId> running_;
  std::map<std::string, Seen> seen_;
};

TEST(ModelProperty, whatever_happens_a_task_lives_once_and_ends) {
  const char* const only = std::getenv("RUNTASK_SIM_SEED");
  const unsigned first = only ? static_cast<unsigned>(std::atoi(only)) : 1;
  for (unsigned seed = first; seed < (only ? first + 1 : kSeeds + 1); ++seed) {
    SCOPED_TRACE("RUNTASK_SIM_SEED=" + std::to_string(seed));
    Property(seed).drive();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace runtask::local
