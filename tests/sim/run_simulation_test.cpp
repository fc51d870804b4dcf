// The run engine against a simulated AWS, over thousands of seeds. Properties, not scripts:
// whatever the networks and the containers do, and however often its process is killed at any write
// to the journal and another one goes on, seconds or days later, with the clock set anew: a run
// over several accounts ends once, starts nothing twice and nothing before its turn, leaves nothing
// running without saying so, prints what was written, and tells the truth.
//
// RUNTASK_SIM_SEED=N replays one seed, RUNTASK_SIM_SEEDS=N runs that many.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "ecs/life_cycle.h"
#include "run/driver.h"
#include "sim/mortal.h"
#include "sim/run_cloud.h"
#include "sim/run_notebook.h"
#include "sim/run_scenario.h"
#include "sim/run_truth.h"

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kSeeds = 10'000;
constexpr Instant kLongest = 24h * 30;  // Of virtual time.

class Simulation {
 public:
  explicit Simulation(unsigned seed) : scenario(seed) {
    for (const auto& faults : scenario.faults) {
      const auto number = static_cast<unsigned>(clouds.size());
      clouds.push_back(
          std::make_unique<sim::Cloud>(loop, seed + number * 1'000'003, faults, scenario.shape));
      clouds.back()->watch_live_tasks([this] { most_alive = std::max(most_alive, live_tasks()); });
    }
    std::vector<DefinedRequest> requests;
    for (const auto& request : scenario.requests)
      requests.push_back({request, &clouds[request.place.target]->definition()});
    plan = *make_plan(requests, std::vector<TargetWords>(clouds.size()),
                      "run-" + std::to_string(seed));
  }

  void drive() {
    begin_life();
    ASSERT_TRUE(process->driver.start({}));
    sys::PendingPtr interrupt, jump;
    if (scenario.interrupt_at)
      interrupt = loop.after(*scenario.interrupt_at, [&] { interrupt_it(); });
    if (scenario.jumps)
      jump = loop.after(Duration(scenario.dice() % 20'000),
                        [&] { loop.set_wall_clock(loop.wall_now() + scenario.next_jump()); });
    while (loop.now() < kLongest && notebook.outcomes.empty()) {
      loop.run_until(loop.now() + 1s);
      if (process->life->is_dead) {
        ASSERT_NO_FATAL_FAILURE(go_on());
      }
    }
    alive_at_end = live_tasks();
    check();
    if (testing::Test::HasFatalFailure()) return;
    loop.run_until(loop.now() + 1min);
    ASSERT_EQ(notebook.outcomes.size(), 1U) << "it ended again";
  }

  // All that is known, for people who look for the fault.
  void show() {
    for (const auto& event : book.events)
      std::cerr << iso_time(event.at) << " " << event.launch << " " << event.kind << " "
                << event.data << "\n";
    for (const auto& cloud : clouds)
      for (const auto& arn : cloud->arns())
        std::cerr << arn << " " << cloud->task(arn)->last_status << " "
                  << cloud->task(arn)->started_by << " " << iso_time(*cloud->task(arn)->created_at)
                  << "\n";
    for (const auto& message : notebook.messages)
      std::cerr << "said: " << message << "\n";
    std::cerr << "deaths " << deaths << ", the last at " << died_at.count() << " ms, on at "
              << went_on_at.count() << " ms\n";
  }

 private:
  // One that carries the run out, until it is killed.
  struct Process {
    Process(Simulation& simulation, std::shared_ptr<sim::Life> its)
        : life(std::move(its)),
          ledger(simulation.book, life),
          observer(simulation.notebook, life),
          clients(simulation.clients_of(life)),
          driver(simulation.outside(*this), simulation.plan, simulation.scenario.policy,
                 simulation.scenario.logs) {}

    std::shared_ptr<sim::Life> life;
    sim::MortalLedger ledger;
    sim::MortalObserver observer;
    std::vector<std::unique_ptr<sim::MortalClient>> clients;
    Driver driver;
  };

  std::vector<std::unique_ptr<sim::MortalClient>> clients_of(
      const std::shared_ptr<sim::Life>& life) {
    std::vector<std::unique_ptr<sim::MortalClient>> clients;
    for (const auto& cloud : clouds)
      clients.push_back(std::make_unique<sim::MortalClient>(
          *cloud, life,
          sim::MortalClient::Starts{
              loop, [this] { return scenario.next_hold(); },
              [this](const ecs::RunTask& request) { check_turn(request.client_token); }}));
    return clients;
  }
  Driver::Outside outside(Process& its) {
    Driver::Outside made{loop, {}, nullptr, its.observer, {}};
    for (const auto& client : its.clients)
      made.clients.push_back(client.get());
    made.clock = [this] { return clock(); };
    made.ledger = &its.ledger;
    return made;
  }
  [[nodiscard]] ClockReading clock() const {
    return {loop.wall_now(), "boot-" + std::to_string(boots), loop.now() - booted_at};
  }

  void begin_life() {
    auto life = std::make_shared<sim::Life>();
    if (deaths < scenario.kills) {
      life->writes_left = scenario.next_life();
      life->is_last_written = scenario.dice() % 2 == 0;
    }
    life->on_death = [this] { ++deaths; };
    process = std::make_unique<Process>(*this, std::move(life));
  }

  // The process is dead; some time later another one takes the run over.
  void go_on() {
    died_at = loop.now();
    process.reset();
    loop.run_until(loop.now() + scenario.next_pause());
    if (scenario.jumps) loop.set_wall_clock(loop.wall_now() + scenario.next_jump());
    if (scenario.reboots) {
      ++boots;
      booted_at = loop.now();
    }
    most_alive_before = std::max(most_alive_before, std::exchange(most_alive, 0));
    went_on_at = loop.now();
    begin_life();
    if (!book.run) {
      ASSERT_TRUE(process->driver.start({}));
      return;
    }
    // Whoever goes on with a run prints first what is recorded and not yet printed.
    notebook.lines.clear();
    notebook.statuses.clear();
    for (const auto& line : book.lines)
      notebook.lines[{line.launch, line.container}].push_back(line.line.text);
    const auto restored = restore(plan, WallTime(), book.events, clock());
    ASSERT_TRUE(restored) << restored.error().text();
    for (std::size_t i = 0; i < restored->launches.size(); ++i)
      if (const auto& ended = restored->launches[i].ended)
        notebook.ended[static_cast<int>(i)] = ended->verdict;
    ASSERT_TRUE(process->driver.resume(*restored));
  }

  void interrupt_it() {
    if (!process || process->life->is_dead) return;
    interrupted_at = loop.now();
    int index = 0;
    for (const auto& launch : process->driver.machine().launches()) {
      if (launch.phase == Phase::kWatching &&
          cloud_of(index).task(launch.task_arn)->desired_status == "RUNNING")
        alive_at_interrupt.emplace_back(index, launch.task_arn);
      ++index;
    }
    process->driver.interrupt(scenario.interrupt_code, stop_by_signal(scenario.interrupt_code));
  }

  [[nodiscard]] const Part& part_of(int launch) const {
    return plan.part_of(plan.launches.at(static_cast<std::size_t>(launch)));
  }
  [[nodiscard]] const sim::Cloud& cloud_of(int launch) const {
    return *clouds[part_of(launch).place.target];
  }
  [[nodiscard]] const sim::Faults& faults_of(int launch) const {
    return scenario.faults[part_of(launch).place.target];
  }
  template <class Rate>
  [[nodiscard]] bool any_fault(Rate sim::Faults::*fault) const {
    return std::any_of(scenario.faults.begin(), scenario.faults.end(),
                       [&](const auto& faults) { return static_cast<bool>(faults.*fault); });
  }
  [[nodiscard]] std::size_t live_tasks() const {
    std::size_t alive = 0;
    for (const auto& cloud : clouds)
      alive += cloud->live_tasks();
    return alive;
  }

  void check_turn(const std::string& token) {
    if (interrupted_at && died_at < *interrupted_at && loop.now() > *interrupted_at)
      out_of_turn.push_back(token + " was sent after the interrupt");
    if (scenario.policy.after_failure != AfterFailure::kKeepGoing && has_failed())
      out_of_turn.push_back(token + " was sent after a launch has failed");
    for (const auto& event : book.events) {
      if (event.kind != "start_call" || event.data.find(token) == std::string::npos) continue;
      const auto record = *journal::read_event(event);
      const auto& call = std::get<journal::StartCall>(*record);
      if (call.token != token) continue;
      for (const auto launch : call.launches) {
        check_turn(launch);
        check_start_timeout(launch);
      }
      return;
    }
    out_of_turn.push_back(token + " is not in the journal");
  }

  // A launch, for good.
  [[nodiscard]] bool has_failed() const {
    return std::any_of(book.events.begin(), book.events.end(), [](const auto& event) {
      if (event.kind != "ended") return false;
      const auto verdict = std::get<journal::Ended>(**journal::read_event(event)).verdict;
      return verdict.kind != VerdictKind::kSucceeded && !is_left_running(verdict);
    });
  }

  // It counts from the launch's first RunTask, and anew when Spot has taken a task of it.
  void check_start_timeout(int launch) {
    std::optional<std::int64_t> taken;
    for (const auto& event : book.events) {
      const auto record = *journal::read_event(event);
      const auto* retry = std::get_if<journal::Retry>(&*record);
      if (retry != nullptr && event.launch == launch && retry->by_spot) taken = event.sequence;
    }
    const auto first = first_sent.emplace(std::pair(launch, taken), loop.now()).first->second;
    if (!scenario.jumps && loop.now() - first > scenario.policy.start_timeout)
      out_of_turn.push_back(std::to_string(launch) + " after --start-timeout");
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
                              over->second.kind == VerdictKind::kSucceeded);
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
    ASSERT_NO_FATAL_FAILURE(read_book());
    ASSERT_NO_FATAL_FAILURE(check_starts(outcome));
    std::size_t said_alive = 0;
    for (const auto& launch : outcome.launches) {
      ASSERT_EQ(ends[launch.index], 1) << "launch " << launch.index;
      if (deaths == 0) {
        ASSERT_EQ(notebook.ends[launch.index], 1) << "launch " << launch.index;
      }
      ASSERT_NO_FATAL_FAILURE(check_launch(launch, said_alive)) << "launch " << launch.index;
    }
    ASSERT_LE(alive_at_end, said_alive + surplus_left(outcome))
        << "something runs and the outcome does not say so";
    check_exit_code(outcome);
    check_interrupt();
  }

  // What the journal tells.
  void read_book() {
    std::map<int, bool> was_detached;
    for (const auto& event : book.events) {
      const auto record = *journal::read_event(event);
      if (const auto* it = std::get_if<journal::Ended>(&*record)) {
        // Left running, and then watched by another process after all.
        if (was_detached[event.launch]) --ends[event.launch];
        ++ends[event.launch];
        was_detached[event.launch] = is_left_running(it->verdict);
      }
      if (const auto* it = std::get_if<journal::Retry>(&*record)) {
        ++retries[event.launch];
        const auto most = it->by_spot ? scenario.policy.retry_on_spot : scenario.policy.retries;
        const auto count = ++retries_by[std::pair(event.launch, it->by_spot)];
        ASSERT_LE(count, most) << "launch " << event.launch;
        const auto* before = cloud_of(event.launch).task(it->task_arn);
        const bool did_something =
            before != nullptr && Truth(*before, scenario.shape, scenario.names_container).has_run();
        ASSERT_TRUE(it->by_spot || !did_something) << it->task_arn << " is started again";
      }
      if (const auto* it = std::get_if<journal::Started>(&*record))
        tasks_of[event.launch].push_back(it->task_arn);
      if (const auto* it = std::get_if<journal::Observed>(&*record))
        if (it->task.last_status == "STOPPED") seen_stopped.insert(it->task.task_arn);
    }
  }

  // Every task is of the launch that says so, and one of which nobody says so is one that some
  // outcome admits.
  void check_starts(const Outcome& outcome) {
    std::size_t admitted = 0;
    std::set<std::string> owned;
    for (const auto& launch : outcome.launches) {
      const auto& tasks = tasks_of[launch.index];
      for (const auto& arn : tasks)
        ASSERT_TRUE(owned.insert(arn).second) << arn << " is of two launches";
      ASSERT_LE(static_cast<int>(tasks.size()), 1 + retries[launch.index]) << launch.index;
      const bool is_known = tasks.size() > static_cast<std::size_t>(retries[launch.index]);
      if (!is_known && says_alive(launch)) ++admitted;
    }
    std::vector<std::string> others;
    for (const auto& cloud : clouds)
      for (const auto& arn : cloud->arns())
        if (!owned.contains(arn) && !is_said_surplus(arn)) others.push_back(arn);
    // Of a call that nobody has heard of again, or that was heard by one who died of it, nobody
    // knows that it has started too many.
    if ((admitted == 0 && deaths == 0) || !any_fault(&sim::Faults::surplus)) {
      ASSERT_LE(others.size(), admitted) << "something was started that nobody knows of";
    }
    const auto limit = scenario.policy.order == Order::kListed
                           ? 1U
                           : static_cast<unsigned>(scenario.policy.max_parallel);
    if (!any_fault(&sim::Faults::surplus)) {
      ASSERT_LE(std::max(most_alive, most_alive_before), limit);
    }
  }

  // Named as one that nobody asked for, and stopped for it.
  [[nodiscard]] bool is_said_surplus(const std::string& arn) const {
    return std::any_of(clouds.begin(), clouds.end(),
                       [&](const auto& cloud) { return cloud->stop_called_at(arn).has_value(); }) &&
           std::any_of(notebook.messages.begin(), notebook.messages.end(), [&](const auto& text) {
             return text.find("asked for; stopping: ") != std::string::npos &&
                    text.find(arn) != std::string::npos;
           });
  }
  // Those that are still to end: the outcome names them, or ECS has taken their stop.
  [[nodiscard]] std::size_t surplus_left(const Outcome& outcome) const {
    std::size_t left = 0;
    for (const auto& cloud : clouds)
      for (const auto& arn : cloud->arns()) {
        const auto* task = cloud->task(arn);
        const bool is_named =
            std::count(outcome.surplus_tasks.begin(), outcome.surplus_tasks.end(), arn) > 0;
        const bool is_ending = is_said_surplus(arn) && task->desired_status == "STOPPED";
        if ((is_named || is_ending) && task->last_status != "STOPPED") ++left;
      }
    return left;
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
      const auto* known = cloud.task(launch.task_arn);
      if (known != nullptr && known->last_status != "STOPPED") {
        ASSERT_TRUE(is_left_running(launch.verdict)) << launch.verdict.words;
      }
      ASSERT_NE(launch.verdict.kind, VerdictKind::kSucceeded);
      const auto& faults = faults_of(launch.index);
      if (launch.verdict.kind == VerdictKind::kUnknown) {
        ASSERT_FALSE(seen_stopped.contains(launch.task_arn)) << "it is known how it ended";
      }
      // Of DescribeTasks, not of a reply that refused the start.
      const bool is_missing = launch.verdict.words.find("MISSING") != std::string::npos &&
                              launch.verdict.words.find("been started") == std::string::npos;
      if (is_missing && faults.missing_blip == 0 && !faults.stale_answers) {
        ASSERT_TRUE(cloud.has_forgotten(launch.task_arn));
      }
      return;
    }
    if (launch.task_arn.empty()) {
      // Or Spot took its task, and there was no time for another one.
      ASSERT_TRUE(
          launch.verdict.kind == VerdictKind::kSkipped ||
          launch.verdict.kind == VerdictKind::kNeverStarted ||
          (launch.verdict.kind == VerdictKind::kInfrastructure && retries[launch.index] > 0))
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
    const Truth truth(task, scenario.shape, scenario.names_container);
    const auto& cloud = cloud_of(launch.index);
    const bool spot_took_one = retries_by[std::pair(launch.index, true)] > 0;
    const std::string if_nothing_ran = spot_took_one ? "infrastructure 125" : "never_started 125";
    if (task.stop_code == "TaskFailedToStart") {
      ASSERT_EQ(said, truth.has_run() ? "failed 125" : if_nothing_ran);
    } else if (task.stop_code == "SpotInterruption" || task.stop_code == "TerminationNotice") {
      const bool was_to_go_on =
          task.stop_code == "SpotInterruption" &&
          launch.verdict.kind == VerdictKind::kInterrupted &&
          launch.verdict.words.find("not started again: ") != std::string::npos;
      const auto signal = std::to_string(scenario.interrupt_code);
      ASSERT_EQ(said, was_to_go_on ? "interrupted " + signal : "infrastructure 125");
    } else if (task.stop_code == "EssentialContainerExited") {
      ASSERT_EQ(said, truth.by_codes());
    } else if (said == truth.of_others() && launch.verdict.kind == VerdictKind::kStopped) {
      ASSERT_NE(task.stopped_reason.find("somebody"), std::string::npos) << task.stopped_reason;
    } else {
      const std::map<std::string, std::string> reasons = {{"timed_out 124", "--timeout"},
                                                          {if_nothing_ran, "--start-timeout"},
                                                          {"interrupted 130", "Ctrl-C"},
                                                          {"interrupted 143", "SIGTERM"},
                                                          {"cancelled 125", "another launch"}};
      ASSERT_TRUE(reasons.contains(said)) << said << ": " << task.stopped_reason;
      if (said == if_nothing_ran) {
        ASSERT_FALSE(task.started_at || truth.has_run());
      }
      auto reason = reasons.at(said);
      const char* at_start = "--start-timeout";
      if (said == "timed_out 124" && (task.started_at || truth.has_run()) &&
          cloud.was_asked_to_stop(launch.task_arn, at_start))
        reason = at_start;
      // We asked for it, though somebody else may have been faster; or were about to ask and died.
      ASSERT_TRUE(cloud.was_asked_to_stop(launch.task_arn, reason) ||
                  ((deaths > 0 || cloud.stop_called_at(launch.task_arn)) &&
                   task.stopped_reason.find("somebody") != std::string::npos))
          << said << ": " << task.stopped_reason;
    }
  }

  void check_log(const LaunchOutcome& launch) {
    std::uint64_t shown = 0;
    for (const auto& source : part_of(launch.index).logs) {
      const auto& lines = notebook.lines[{launch.index, source.container}];
      std::vector<std::string> written;  // By all of its tasks, one after the other.
      for (const auto& arn : tasks_of[launch.index])
        for (auto& line : cloud_of(launch.index).lines_of(arn, source.container))
          written.push_back(std::move(line));
      shown += lines.size();
      ASSERT_LE(lines.size(), written.size()) << "more was shown than written";
      ASSERT_TRUE(std::equal(lines.begin(), lines.end(), written.begin())) << source.container;
      if (launch.log_notes.empty()) {
        ASSERT_EQ(lines.size(), written.size()) << source.container;
      }
    }
    ASSERT_EQ(launch.log_lines, shown);
    check_unnamed(launch);
    if (faults_of(launch.index).logs_denied) {
      ASSERT_FALSE(launch.log_notes.empty());
    }
  }

  // Only of a container that never was there nobody knows the stream, and of one that ECS showed to
  // nobody before it had forgotten the task.
  void check_unnamed(const LaunchOutcome& launch) {
    std::ptrdiff_t unnamed = 0;
    for (const auto& arn : tasks_of[launch.index])
      for (const auto& container : cloud_of(launch.index).task(arn)->containers)
        unnamed += container.runtime_id.empty() || !seen_stopped.contains(arn) ? 1 : 0;
    const auto said = std::count_if(
        launch.log_notes.begin(), launch.log_notes.end(),
        [](const auto& note) { return note.find("is not known") != std::string::npos; });
    ASSERT_LE(said, unnamed);
  }

  void check_exit_code(const Outcome& outcome) {
    int failed = 0;
    bool given_up = false;
    bool cut_short = false;
    for (const auto& launch : outcome.launches) {
      const auto kind = launch.verdict.kind;
      const bool is_ours = kind == VerdictKind::kSucceeded || kind == VerdictKind::kDetached ||
                           kind == VerdictKind::kSkipped || kind == VerdictKind::kCancelled;
      if (!is_ours && failed == 0) failed = launch.verdict.exit_code;
      given_up |= kind == VerdictKind::kSkipped || kind == VerdictKind::kCancelled;
      ASSERT_TRUE(is_ours || launch.verdict.exit_code != 0);
      cut_short |= kind == VerdictKind::kInterrupted;
    }
    if (given_up && failed == 0) failed = kExitCouldNotRun;  // Not everything was done.
    if (cut_short) {
      ASSERT_EQ(outcome.exit_code, scenario.interrupt_code);
    } else if (outcome.exit_code != failed) {
      ASSERT_TRUE(scenario.interrupt_at);
      ASSERT_EQ(outcome.exit_code, scenario.interrupt_code);
    }
  }

  void check_interrupt() {
    if (!interrupted_at || died_at >= *interrupted_at) return;
    // Other programs give a job 10 s between the signal and the kill.
    ASSERT_LE(notebook.ended_at, *interrupted_at + 8s);
    if (scenario.policy.detach_on_interrupt) return;
    for (const auto& [launch, arn] : alive_at_interrupt) {
      const auto called = cloud_of(launch).stop_called_at(arn);
      ASSERT_TRUE(called && *called <= *interrupted_at + 1s) << arn;
    }
  }

  Scenario scenario;
  sim::SimLoop loop;
  std::vector<std::unique_ptr<sim::Cloud>> clouds;  // By target.
  Plan plan;
  Notebook notebook{loop};
  sim::Book book;
  std::unique_ptr<Process> process;
  unsigned deaths = 0, boots = 0;
  Instant booted_at{}, died_at{-1}, went_on_at{};
  std::optional<Instant> interrupted_at;
  // By launch.
  std::map<int, int> ends, retries;
  std::map<std::pair<int, bool>, int> retries_by;
  std::map<std::pair<int, std::optional<std::int64_t>>, Instant> first_sent;
  std::map<int, std::vector<std::string>> tasks_of;
  std::set<std::string> seen_stopped;
  std::vector<std::string> out_of_turn;
  std::vector<std::pair<int, std::string>> alive_at_interrupt;
  std::size_t most_alive = 0, most_alive_before = 0;
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
    Simulation simulation(seed);
    simulation.drive();
    if (!HasFatalFailure()) continue;
    if (only != 0) simulation.show();
    return;
  }
}

// Beyond the seeds that are always run: DescribeTasks was denied in the middle of a search for what
// a lost call has started, which was taken for a search that had found nothing. And launches were
// started after ones that had been cancelled, because what they were cancelled for ended well.
TEST(RunSimulationSeeds, that_failed_once_pass) {
  for (const unsigned seed : {24975U, 30866U, 31526U}) {
    SCOPED_TRACE("replay with RUNTASK_SIM_SEED=" + std::to_string(seed));
    Simulation(seed).drive();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RunSimulation, testing::Range(0U, kParts));

}  // namespace
}  // namespace runtask::run
