// The run engine against a simulated AWS, over thousands of seeds. Properties, not scripts:
// whatever the network and the containers do, a run ends once, starts nothing twice, leaves nothing
// running without saying so, prints what was written, and tells the truth.
//
// RUNTASK_SIM_SEED=N replays one seed, RUNTASK_SIM_SEEDS=N runs that many.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <set>

#include "run/driver.h"
#include "sim/run_cloud.h"

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kSeeds = 10'000;
constexpr Instant kLongest = 24h;  // Of virtual time.

class Notebook final : public Observer {
 public:
  void on_status(const Launch&, const ecs::Task&) override {}
  void on_log(const Launch& launch, const std::string&, const ecs::LogEvent& event) override {
    lines[launch.index].push_back(event.message);
  }
  void on_message(const std::string& text) override { messages.push_back(text); }
  void on_launch_ended(const LaunchOutcome& launch) override { ++ends[launch.index]; }
  void on_end(const Outcome& outcome) override { outcomes.push_back(outcome); }

  std::map<int, std::vector<std::string>> lines;
  std::map<int, int> ends;
  std::vector<std::string> messages;
  std::vector<Outcome> outcomes;
};

struct Scenario {
  explicit Scenario(unsigned seed) : dice(seed) {
    const auto maybe = [&](int rate) { return dice() % 3 == 0 ? rate : 0; };
    faults.lost_request = maybe(15);
    faults.lost_reply = maybe(20);
    faults.throttled = maybe(20);
    faults.server_error = maybe(10);
    faults.missing_blip = maybe(10);
    faults.not_visible = maybe(50);
    faults.refused_start = maybe(20);
    faults.spot = maybe(20);
    faults.never_starts = maybe(15);
    faults.ignores_term = maybe(50);
    faults.delay_max = Duration(dice() % 2 == 0 ? 20 : 2500);
    faults.late_lines_max = Duration(dice() % 2 == 0 ? 1 : 4000);
    faults.stale_answers = dice() % 2 == 0;
    launches = 1 + static_cast<int>(dice() % 5);
    policy.max_parallel = 1 + static_cast<int>(dice() % 4);
    policy.after_failure = static_cast<AfterFailure>(dice() % 3);
    policy.order = static_cast<Order>(dice() % 4);
    if (dice() % 4 == 0) policy.timeout = Duration(dice() % 15'000);
    if (dice() % 4 == 0) policy.start_timeout = Duration(2000 + dice() % 30'000);
    policy.detach = dice() % 10 == 0;
    policy.detach_on_interrupt = dice() % 5 == 0;
    policy.jitter_seed = seed;
    if (dice() % 3 == 0) interrupt_at = Instant(dice() % 30'000);
  }
  std::mt19937 dice;
  sim::Faults faults;
  Policy policy;
  int launches = 1;
  std::optional<Instant> interrupt_at;
};

// What a truthful observer of the stopped task would say; written apart from run/verdict.cpp.
std::string truth(const ecs::Task& task) {
  if (task.stop_code == "TaskFailedToStart") return "never_started 125";
  if (task.stop_code == "SpotInterruption") return "infrastructure 125";
  if (task.stop_code == "EssentialContainerExited") {
    const auto code = *task.containers.at(0).exit_code;
    return code == 0 ? "succeeded 0" : "failed " + std::to_string(code);
  }
  const auto& reason = task.stopped_reason;
  const auto says = [&](const char* words) { return reason.find(words) != std::string::npos; };
  if (says("--timeout")) return "timed_out 124";
  if (says("--start-timeout")) return "never_started 125";
  if (says("Ctrl-C")) return "interrupted 130";
  if (says("another launch failed")) return "cancelled 125";
  return "a stop that nobody asked for: " + reason;
}

class Simulation {
 public:
  explicit Simulation(unsigned seed) : scenario(seed), cloud(loop, seed, scenario.faults) {
    cloud.define("job");
    Request request;
    request.task_definition = "job";
    request.count = scenario.launches;
    plan = *make_plan(request, &cloud.definition, "run-" + std::to_string(seed));
  }

  void drive() {
    Driver driver({loop, cloud, nullptr, notebook, {}}, plan, scenario.policy, LogPace{1s, 5s, 8s});
    ASSERT_TRUE(driver.start({}));
    sys::PendingPtr interrupt;
    if (scenario.interrupt_at)
      interrupt = loop.after(*scenario.interrupt_at, [&] { driver.interrupt(kExitInterrupted); });
    // Until it ends; then on, so that what still runs shows itself.
    for (Instant at = 1s; at < kLongest && notebook.outcomes.empty(); at += 1s)
      loop.run_until(at);
    alive_at_end = cloud.live_tasks();
    check();
    loop.run_until(loop.now() + 10min);
    ASSERT_EQ(notebook.outcomes.size(), 1U) << "it ended again";
  }

 private:
  void check() {
    ASSERT_EQ(notebook.outcomes.size(), 1U) << "it did not end";
    const auto& outcome = notebook.outcomes.front();
    ASSERT_EQ(outcome.launches.size(), plan.launches.size());
    check_starts(outcome);
    std::size_t said_alive = 0;
    for (const auto& launch : outcome.launches) {
      ASSERT_EQ(notebook.ends[launch.index], 1) << "launch " << launch.index;
      check_launch(launch, said_alive);
    }
    ASSERT_LE(alive_at_end, said_alive) << "something runs and the outcome does not say so";
  }

  void check_starts(const Outcome& outcome) {
    std::size_t started = 0;
    for (const auto& launch : outcome.launches)
      if (launch.verdict.kind != VerdictKind::kSkipped) ++started;
    ASSERT_LE(cloud.tasks(), started) << "something was started twice";
    const std::set<std::string> tokens(cloud.tokens_seen.begin(), cloud.tokens_seen.end());
    ASSERT_LE(tokens.size(), plan.launches.size());
    const auto limit = scenario.policy.order == Order::kListed
                           ? 1U
                           : static_cast<unsigned>(scenario.policy.max_parallel);
    // A launch whose outcome is unknown gives its place to the next.
    ASSERT_TRUE(outcome.kind != VerdictKind::kSucceeded || cloud.most_alive <= limit);
  }

  void check_launch(const LaunchOutcome& launch, std::size_t& said_alive) {
    const bool says_alive = launch.verdict.kind == VerdictKind::kDetached ||
                            launch.verdict.kind == VerdictKind::kUnknown ||
                            launch.verdict.words.find("may still run") != std::string::npos ||
                            launch.verdict.words.find("may have been started") != std::string::npos;
    if (says_alive) {
      ++said_alive;
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
    ASSERT_EQ(
        std::string(name_of(launch.verdict.kind)) + " " + std::to_string(launch.verdict.exit_code),
        truth(*task));
    if (launch.log_notes.empty()) {
      ASSERT_EQ(notebook.lines[launch.index], cloud.lines_of(launch.task_arn))
          << "launch " << launch.index;
    }
    ASSERT_EQ(launch.log_lines, notebook.lines[launch.index].size());
  }

  Scenario scenario;
  sim::SimLoop loop;
  sim::Cloud cloud;
  Plan plan;
  Notebook notebook;
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
  const unsigned seeds = number_from("RUNTASK_SIM_SEEDS", kSeeds);
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
