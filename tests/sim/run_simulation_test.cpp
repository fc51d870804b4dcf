// The run engine against a simulated AWS, over thousands of seeds. Properties, not scripts:
// whatever the networks and the containers do, a run over several accounts ends once, starts
// nothing twice and nothing before its turn, leaves nothing running without saying so, prints what
// was written, and tells the truth.
//
// RUNTASK_SIM_SEED=N replays one seed, RUNTASK_SIM_SEEDS=N runs that many.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "ecs/life_cycle.h"
#include "run/driver.h"
#include "sim/forwarding_client.h"
#include "sim/run_cloud.h"

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kSeeds = 10'000;
constexpr Instant kLongest = 24h;  // Of virtual time.

class Notebook final : public Observer {
 public:
  void on_status(const Launch& launch, const ecs::Task& task) override {
    const auto status = ecs::status_of(task.last_status);
    goes_back |= statuses.contains(launch.index) && status <= statuses[launch.index];
    statuses[launch.index] = status;
  }
  void on_log(const Launch& launch, const std::string& container,
              const ecs::LogEvent& event) override {
    lines[{launch.index, container}].push_back(event.message);
  }
  void on_message(const std::string&) override {}
  void on_launch_ended(const LaunchOutcome& launch) override {
    ++ends[launch.index];
    ended[launch.index] = launch;
  }
  void on_end(const Outcome& outcome) override { outcomes.push_back(outcome); }

  std::map<std::pair<int, std::string>, std::vector<std::string>> lines;
  std::map<int, int> ends;
  std::map<int, LaunchOutcome> ended;
  std::map<int, ecs::Status> statuses;
  bool goes_back = false;
  std::vector<Outcome> outcomes;
};

// What a seed decides.
struct Scenario {
  explicit Scenario(unsigned seed) : dice(seed) {
    const auto targets = one_in(2) ? 1 : 2 + dice() % 2;
    for (unsigned i = 0; i < targets; ++i)
      faults.push_back(any_faults());
    shape.has_sidecar = one_in(2);
    shape.sidecar_is_essential = one_in(2);
    shape.says_complete = one_in(3);
    names_container = one_in(2);
    choose_requests();
    policy.max_parallel = 1 + static_cast<int>(dice() % 4);
    policy.after_failure = static_cast<AfterFailure>(dice() % 3);
    policy.order = one_in(2) ? Order::kByEnvironment : static_cast<Order>(dice() % 4);
    if (one_in(4)) policy.timeout = Duration(dice() % 15'000);
    if (one_in(4)) policy.start_timeout = Duration(2000 + dice() % 30'000);
    policy.retries = static_cast<int>(dice() % 4);
    policy.detach = one_in(10);
    policy.detach_on_interrupt = one_in(5);
    if (one_in(6))
      policy.polls = Polls{Duration(100 + dice() % 5'000), static_cast<int>(dice() % 15)};
    policy.jitter_seed = seed;
    if (one_in(3)) interrupt_at = Instant(dice() % 30'000);
    if (one_in(2)) interrupt_code = kExitTerminated;
    // The embedded endpoint tells when a stream is complete, and shows its lines at once.
    if (!shape.says_complete) return;
    for (auto& one : faults)
      one.late_lines_max = 0ms;
    logs = {5ms, 200ms, 0ms};
  }

  std::mt19937 dice;
  std::vector<sim::Faults> faults;  // By target.
  sim::Cloud::Shape shape;
  Policy policy;
  LogPace logs{1s, 5s, 8s};
  std::vector<Request> requests;
  bool names_container = false;
  std::optional<Instant> interrupt_at;
  int interrupt_code = kExitInterrupted;

 private:
  bool one_in(unsigned times) { return dice() % times == 0; }

  void choose_requests() {
    const auto add = [this](const std::string& environment, int instance, std::size_t target) {
      Request request;
      request.task_definition = "job";
      if (!environment.empty()) request.place = {environment, "", std::to_string(instance), 0};
      request.place.target = target;
      if (one_in(3)) request.cluster = "other";
      if (names_container) request.container = "main";
      request.count = 1 + static_cast<int>(dice() % (environment.empty() ? 5 : 2));
      requests.push_back(std::move(request));
    };
    if (one_in(3)) return add("", 0, dice() % faults.size());
    for (const auto* environment : {"dev", "test", "prod"}) {
      const auto target = dice() % faults.size();
      const auto instances = 1 + static_cast<int>(dice() % 2);
      for (int instance = 0; instance < instances; ++instance)
        add(environment, instance, target);
      if (one_in(3)) break;
    }
  }

  sim::Faults any_faults() {
    sim::Faults chosen;
    const auto maybe = [&](int rate) { return one_in(3) ? rate : 0; };
    chosen.lost_request = maybe(15);
    chosen.lost_reply = maybe(20);
    chosen.repeated = maybe(20);
    chosen.throttled = maybe(20);
    chosen.server_error = maybe(10);
    chosen.missing_blip = maybe(10);
    chosen.not_visible = maybe(50);
    chosen.forgotten = one_in(8) ? 20 : 0;
    chosen.stale_answers = one_in(2);
    chosen.refused_for_now = maybe(20);
    chosen.refused = one_in(8) ? 20 : 0;
    chosen.spot = one_in(6) ? 20 : 0;
    chosen.lost_host = one_in(6) ? 20 : 0;
    chosen.stopped_by_others = one_in(6) ? 30 : 0;
    chosen.never_starts = maybe(10);
    chosen.ignores_term = maybe(50);
    chosen.out_of_memory = maybe(20);
    chosen.delay_max = one_in(2) ? 20ms : 2500ms;
    chosen.late_lines_max = one_in(2) ? 1ms : 4000ms;
    chosen.stop_denied = one_in(12);
    chosen.logs_denied = one_in(12);
    chosen.describe_denied = one_in(25);
    return chosen;
  }
};

// What a truthful observer says of a stopped task: kind and exit code. Written apart from
// run/verdict.cpp, by the words of the contract.
class Truth {
 public:
  Truth(const ecs::Task& task, const Scenario& scenario) : task_(task) {
    if (scenario.shape.has_sidecar && scenario.shape.sidecar_is_essential)
      essential_.emplace_back("sidecar");
    essential_.emplace_back("main");
    named_ = scenario.names_container;
  }

  [[nodiscard]] std::string by_codes() const {
    if (named_) {
      if (code("main") != 0) return failure(code("main"));
      for (const auto& name : essential_)
        if (code(name) != 0 && !is_killed(name)) return failure(code(name));
      return "succeeded 0";
    }
    bool has_zero = false, has_memory = false;
    std::string first_missing, first_kill;
    for (const auto& name : essential_) {
      const auto it = code(name);
      if (it && *it != 0 && !is_killed(name)) return failure(it);
      if (!it && first_missing.empty()) first_missing = failure(it);
      if (is_killed(name) && first_kill.empty()) first_kill = failure(it);
      has_zero |= it == 0;
      has_memory |= lacked_memory(name);
    }
    if (!first_missing.empty()) return first_missing;
    return has_zero && !(has_memory && !first_kill.empty()) ? "succeeded 0" : first_kill;
  }

  // Of a stop that is neither the task's own end nor ours.
  [[nodiscard]] std::string of_others() const {
    const auto codes = by_codes();
    const auto number = codes.substr(codes.find(' ') + 1);
    return "stopped " + (number == "0" ? "125" : number);
  }

 private:
  [[nodiscard]] std::optional<std::int64_t> code(const std::string& name) const {
    const auto* container = task_.container(name);
    return container == nullptr ? std::nullopt : container->exit_code;
  }
  [[nodiscard]] bool lacked_memory(const std::string& name) const {
    const auto* container = task_.container(name);
    return container != nullptr && container->reason.find("OutOfMemory") != std::string::npos;
  }
  [[nodiscard]] bool is_killed(const std::string& name) const {
    return (code(name) == 137 || code(name) == 143) && !lacked_memory(name);
  }
  static std::string failure(std::optional<std::int64_t> code) {
    return "failed " + std::to_string(code.value_or(125));
  }

  const ecs::Task& task_;
  std::vector<std::string> essential_;
  bool named_ = false;
};

// Tells of every RunTask, by the launch's place in the plan, before it is made.
class Doorman final : public sim::ForwardingClient {
 public:
  Doorman(ecs::Client& inner, std::function<void(int)> tell)
      : ForwardingClient(inner), tell_(std::move(tell)) {}
  using ForwardingClient::call;
  void call(const ecs::RunTask& request, ecs::Done<ecs::RunTaskReply> done) override {
    tell_(std::stoi(request.client_token.substr(request.client_token.rfind('-') + 1)));
    ForwardingClient::call(request, std::move(done));
  }

 private:
  std::function<void(int)> tell_;
};

class Simulation {
 public:
  explicit Simulation(unsigned seed) : scenario(seed) {
    for (const auto& faults : scenario.faults) {
      const auto number = static_cast<unsigned>(clouds.size());
      clouds.push_back(
          std::make_unique<sim::Cloud>(loop, seed + number * 1'000'003, faults, scenario.shape));
      clouds.back()->watch_live_tasks([this] { most_alive = std::max(most_alive, live_tasks()); });
      doormen.push_back(
          std::make_unique<Doorman>(*clouds.back(), [this](int launch) { check_turn(launch); }));
    }
    std::vector<DefinedRequest> requests;
    for (const auto& request : scenario.requests)
      requests.push_back({request, &clouds[request.place.target]->definition()});
    plan = *make_plan(requests, std::vector<TargetWords>(clouds.size()),
                      "run-" + std::to_string(seed));
  }

  void drive() {
    std::vector<ecs::Client*> clients;
    for (const auto& doorman : doormen)
      clients.push_back(doorman.get());
    Driver driver({loop, clients, nullptr, notebook, {}}, plan, scenario.policy, scenario.logs);
    ASSERT_TRUE(driver.start({}));
    sys::PendingPtr interrupt;
    if (scenario.interrupt_at)
      interrupt = loop.after(*scenario.interrupt_at, [&] {
        int index = 0;
        for (const auto& launch : driver.machine().launches()) {
          if (launch.phase == Phase::kWatching &&
              cloud_of(index).task(launch.task_arn)->desired_status == "RUNNING")
            alive_at_interrupt.emplace_back(index, launch.task_arn);
          ++index;
        }
        driver.interrupt(scenario.interrupt_code);
      });
    for (Instant at = 1s; at < kLongest && notebook.outcomes.empty(); at += 1s)
      loop.run_until(at);
    alive_at_end = live_tasks();
    check();
    if (testing::Test::HasFatalFailure()) return;
    loop.run_until(loop.now() + 1min);
    ASSERT_EQ(notebook.outcomes.size(), 1U) << "it ended again";
  }

 private:
  [[nodiscard]] const Part& part_of(int launch) const {
    return plan.part_of(plan.launches.at(static_cast<std::size_t>(launch)));
  }
  [[nodiscard]] const sim::Cloud& cloud_of(int launch) const {
    return *clouds[part_of(launch).place.target];
  }
  [[nodiscard]] const sim::Faults& faults_of(int launch) const {
    return scenario.faults[part_of(launch).place.target];
  }
  [[nodiscard]] bool any_fault(bool sim::Faults::*fault) const {
    return std::any_of(scenario.faults.begin(), scenario.faults.end(),
                       [&](const auto& faults) { return faults.*fault; });
  }
  [[nodiscard]] std::size_t live_tasks() const {
    std::size_t alive = 0;
    for (const auto& cloud : clouds)
      alive += cloud->live_tasks();
    return alive;
  }

  // What must be over before this launch is started, and how, by the words of the contract.
  void check_turn(int launch) {
    for (int before = 0; before < launch; ++before) {
      const auto order = scenario.policy.order;
      const bool has_precedence =
          order == Order::kListed || (order == Order::kFirstAlone && before == 0) ||
          (order == Order::kByEnvironment &&
           part_of(before).place.environment != part_of(launch).place.environment);
      if (!has_precedence) continue;
      const auto over = notebook.ended.find(before);
      const bool may_start = over != notebook.ended.end() &&
                             (scenario.policy.after_failure == AfterFailure::kKeepGoing ||
                              over->second.verdict.kind == VerdictKind::kSucceeded);
      if (!may_start)
        out_of_turn.push_back(std::to_string(launch) + " before " + std::to_string(before));
    }
  }

  void check() {
    ASSERT_EQ(out_of_turn, std::vector<std::string>());
    ASSERT_EQ(notebook.outcomes.size(), 1U) << "it did not end";
    const auto& outcome = notebook.outcomes.front();
    ASSERT_EQ(outcome.launches.size(), plan.launches.size());
    ASSERT_FALSE(notebook.goes_back) << "a life cycle never goes back";
    check_starts(outcome);
    std::size_t said_alive = 0;
    for (const auto& launch : outcome.launches) {
      ASSERT_EQ(notebook.ends[launch.index], 1) << "launch " << launch.index;
      ASSERT_NO_FATAL_FAILURE(check_launch(launch, said_alive)) << "launch " << launch.index;
    }
    ASSERT_LE(alive_at_end, said_alive) << "something runs and the outcome does not say so";
    check_exit_code(outcome);
    check_interrupt(outcome);
  }

  void check_starts(const Outcome& outcome) {
    std::size_t started = 0;
    bool knows_all = true;
    for (const auto& launch : outcome.launches) {
      if (launch.verdict.kind != VerdictKind::kSkipped) ++started;
      knows_all &= launch.verdict.kind != VerdictKind::kUnknown;
    }
    std::size_t tasks = 0;
    std::set<std::string> tokens;
    for (const auto& cloud : clouds) {
      tasks += cloud->tasks();
      tokens.insert(cloud->tokens().begin(), cloud->tokens().end());
    }
    ASSERT_LE(tasks, started) << "something was started twice";
    ASSERT_LE(tokens.size(), plan.launches.size());
    const auto limit = scenario.policy.order == Order::kListed
                           ? 1U
                           : static_cast<unsigned>(scenario.policy.max_parallel);
    // A launch of which nothing is known any more, or that cannot be stopped, gives its place to
    // the next.
    if (knows_all && !any_fault(&sim::Faults::stop_denied)) {
      ASSERT_LE(most_alive, limit);
    }
  }

  static bool says_alive(const LaunchOutcome& launch) {
    const auto says = [&](const char* words) {
      return launch.verdict.words.find(words) != std::string::npos;
    };
    return launch.verdict.kind == VerdictKind::kDetached ||
           launch.verdict.kind == VerdictKind::kUnknown || says("still run") ||
           says("may have been started");
  }

  void check_launch(const LaunchOutcome& launch, std::size_t& said_alive) {
    const auto& cloud = cloud_of(launch.index);
    if (says_alive(launch)) {
      ++said_alive;
      ASSERT_NE(launch.verdict.kind, VerdictKind::kSucceeded);
      const auto& faults = faults_of(launch.index);
      if (launch.verdict.words.find("MISSING") != std::string::npos && faults.missing_blip == 0 &&
          !faults.stale_answers) {
        ASSERT_TRUE(cloud.has_forgotten(launch.task_arn));
      }
      return;
    }
    if (launch.task_arn.empty()) {
      ASSERT_TRUE(launch.verdict.kind == VerdictKind::kSkipped ||
                  launch.verdict.kind == VerdictKind::kNeverStarted)
          << name_of(launch.verdict.kind);
      return;
    }
    const auto* task = cloud.task(launch.task_arn);
    ASSERT_NE(task, nullptr);
    ASSERT_EQ(task->last_status, "STOPPED") << launch.verdict.words;
    check_verdict(launch, *task);
    check_log(launch);
  }

  void check_verdict(const LaunchOutcome& launch, const ecs::Task& task) {
    const auto said =
        std::string(name_of(launch.verdict.kind)) + " " + std::to_string(launch.verdict.exit_code);
    const Truth truth(task, scenario);
    const auto& cloud = cloud_of(launch.index);
    if (task.stop_code == "TaskFailedToStart") {
      ASSERT_EQ(said, "never_started 125");
    } else if (task.stop_code == "SpotInterruption" || task.stop_code == "TerminationNotice") {
      ASSERT_EQ(said, "infrastructure 125");
    } else if (task.stop_code == "EssentialContainerExited") {
      ASSERT_EQ(said, truth.by_codes());
    } else if (said == truth.of_others() && launch.verdict.kind == VerdictKind::kStopped) {
      ASSERT_NE(task.stopped_reason.find("somebody"), std::string::npos) << task.stopped_reason;
    } else {
      const std::map<std::string, std::string> reasons = {{"timed_out 124", "--timeout"},
                                                          {"never_started 125", "--start-timeout"},
                                                          {"interrupted 130", "Ctrl-C"},
                                                          {"interrupted 143", "SIGTERM"},
                                                          {"cancelled 125", "another launch"}};
      ASSERT_TRUE(reasons.contains(said)) << said << ": " << task.stopped_reason;
      // We asked for it, though somebody else may have been faster.
      ASSERT_TRUE(cloud.was_asked_to_stop(launch.task_arn, reasons.at(said)) ||
                  (cloud.stop_called_at(launch.task_arn) &&
                   task.stopped_reason.find("somebody") != std::string::npos))
          << said << ": " << task.stopped_reason;
    }
  }

  void check_log(const LaunchOutcome& launch) {
    std::uint64_t shown = 0;
    for (const auto& source : part_of(launch.index).logs) {
      const auto& lines = notebook.lines[{launch.index, source.container}];
      const auto written = cloud_of(launch.index).lines_of(launch.task_arn, source.container);
      shown += lines.size();
      ASSERT_LE(lines.size(), written.size()) << "more was shown than written";
      ASSERT_TRUE(std::equal(lines.begin(), lines.end(), written.begin())) << source.container;
      if (launch.log_notes.empty()) {
        ASSERT_EQ(lines.size(), written.size()) << source.container;
      }
    }
    ASSERT_EQ(launch.log_lines, shown);
    if (faults_of(launch.index).logs_denied) {
      ASSERT_FALSE(launch.log_notes.empty());
    }
  }

  void check_exit_code(const Outcome& outcome) {
    int failed = 0;
    bool cut_short = false;
    for (const auto& launch : outcome.launches) {
      const auto kind = launch.verdict.kind;
      const bool is_ours = kind == VerdictKind::kSucceeded || kind == VerdictKind::kDetached ||
                           kind == VerdictKind::kSkipped || kind == VerdictKind::kCancelled;
      if (!is_ours && failed == 0) failed = launch.verdict.exit_code;
      ASSERT_TRUE(is_ours || launch.verdict.exit_code != 0);
      cut_short |= kind == VerdictKind::kInterrupted;
    }
    if (cut_short) {
      ASSERT_EQ(outcome.exit_code, scenario.interrupt_code);
    } else if (outcome.exit_code != failed) {
      ASSERT_TRUE(scenario.interrupt_at);
      ASSERT_EQ(outcome.exit_code, scenario.interrupt_code);
    }
  }

  void check_interrupt(const Outcome& outcome) {
    if (!scenario.interrupt_at) return;
    // Other programs give a job 10 s between the signal and the kill.
    ASSERT_LE(outcome.ended_at, sim::SimLoop::kWallStart + *scenario.interrupt_at + 8s);
    if (scenario.policy.detach_on_interrupt) return;
    for (const auto& [launch, arn] : alive_at_interrupt) {
      const auto called = cloud_of(launch).stop_called_at(arn);
      ASSERT_TRUE(called && *called <= *scenario.interrupt_at + 1s) << arn;
    }
  }

  Scenario scenario;
  sim::SimLoop loop;
  std::vector<std::unique_ptr<sim::Cloud>> clouds;  // By target.
  std::vector<std::unique_ptr<Doorman>> doormen;    // By target.
  Plan plan;
  Notebook notebook;
  std::vector<std::string> out_of_turn;
  std::vector<std::pair<int, std::string>> alive_at_interrupt;
  std::size_t most_alive = 0;
  std::size_t alive_at_end = 0;
};

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::stoul(text));
}

// Cut in parts, so that ctest can run them side by side.
class RunSimulation : public testing::TestWithParam<unsigned> {};
constexpr unsigned kParts = 8;

TEST_P(RunSimulation, tells_the_truth_starts_nothing_twice_and_loses_no_line) {
  const unsigned only = number_from("RUNTASK_SIM_SEED", 0);
  const unsigned seeds = only != 0 ? only : number_from("RUNTASK_SIM_SEEDS", kSeeds);
  for (unsigned seed = 1 + GetParam(); seed <= seeds; seed += kParts) {
    if (only != 0 && only != seed) continue;
    SCOPED_TRACE("replay with RUNTASK_SIM_SEED=" + std::to_string(seed));
    Simulation(seed).drive();
    if (HasFatalFailure()) return;
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, RunSimulation, testing::Range(0U, kParts));

}  // namespace
}  // namespace runtask::run
