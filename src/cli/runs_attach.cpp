#include <algorithm>
#include <csignal>
#include <limits>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_follower.h"
#include "cli/run_resumption.h"
#include "cli/run_session.h"
#include "cli/run_watch.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;

// From SIGTERM: the 8 s that a run takes at most to stop its tasks, one more for a reader of its
// output that lags, and some for a machine that is busy.
constexpr Duration kStopPatience = 30s;
constexpr Duration kOwnerLookedUpEvery = 500ms;
// A reader of the follower's output that stalls is waited for, as by any program.
constexpr Duration kReaderPatience = std::chrono::hours(24 * 365);
// Processes that take a run over and die, one after the other, before this one gets it.
constexpr int kOwnersMax = 1'000;

// A run that is going on, or can be gone on with.
bool has_end(const history::RunSummary& run) {
  return run.ended_at && !is_left_running(run);
}

class Attachment {
 public:
  Attachment(const World& world, RunRecords& records, const run::PlanRecord& record,
             RunObserver& observer)
      : world_(world), records_(records), record_(record), observer_(observer) {}

  Result<int> attach() {
    for (int i = 0; i < kOwnersMax; ++i) {
      const auto run = TRY(records_.history.find(record_.plan.run_id));
      // Nobody else is asked for the lock of a run that has neither a future nor files.
      if (has_end(run) && !records_.files.exist(run.record.id)) return show(run);
      const auto hold = TRY(try_hold(records_, run));
      if (hold) return go_on_with(*hold);
      if (const auto code = TRY(follow())) return *code;
    }
    return fail(Code::kConflict, "one process after the other takes the run over");
  }

 private:
  // Looked up anew, because only with the lock nobody else changes it.
  Result<int> go_on_with(const RunHold& hold) {
    const auto run = TRY(records_.history.find(record_.plan.run_id));
    if (has_end(run)) return show(run);
    return go_on({world_, records_, run, record_, observer_, shown_, false, hold.lock != nullptr});
  }

  Result<int> show(const history::RunSummary& run) {
    auto code = show_end({world_, records_, run, record_, observer_, shown_});
    world_.screen.wait_until_written(kReaderPatience);
    return code;
  }

  // The exit code; none when it is for this process to go on.
  Result<std::optional<int>> follow() {
    const auto& id = record_.plan.run_id;
    RunFollower follower(world_, records_, record_.plan, observer_);
    const auto end = TRY(follower.follow());
    shown_ = follower.shown();
    if (end == RunFollower::End::kOwnerGone) {
      world_.screen.note("that process is gone; going on with the run");
      return std::optional<int>();
    }
    if (end == RunFollower::End::kLeft) {
      world_.screen.status({});
      world_.screen.note("the run goes on; to stop it: runtask runs stop " + id);
      return std::optional(follower.exit_code());
    }
    const auto run = TRY(records_.history.find(id));
    const auto outcome = TRY(run::read_outcome(run.outcome));
    observer_.on_end(outcome);
    world_.screen.wait_until_written(kReaderPatience);
    return std::optional(exit_code_of(record_, outcome.exit_code));
  }

  const World& world_;
  RunRecords& records_;
  const run::PlanRecord& record_;
  RunObserver& observer_;
  std::optional<std::uint64_t> shown_;  // By a following.
};

Result<int> attach(const RunsAttach& arguments, const World& world) {
  if (arguments.quiet) world.screen.be_quiet();
  auto records = TRY(open_to_go_on(world));
  const auto run = TRY(records.history.find(arguments.run));
  const auto record = TRY(read_record(records, run));
  RunObserver observer(world.screen, world.loop, record.plan,
                       {arguments.json, arguments.timestamps, arguments.quiet});
  if (!arguments.json) world.screen.note(heading(record.plan));
  return Attachment(world, records, record, observer).attach();
}

// ---- Stopping

// Whoever carries the run out has been told to stop it. Once more would make it leave at once.
Result<bool> is_being_stopped(RunRecords& records, const run::PlanRecord& record) {
  if (record.policy.detach_on_interrupt) return false;
  const auto events = TRY(records.history.events(record.plan.run_id));
  return std::any_of(events.begin(), events.end(),
                     [](const auto& event) { return event.kind == "interrupted"; });
}

// Sends SIGTERM to whoever carries the run out and waits until nobody does. Somebody else may take
// it over meanwhile: then that one is meant.
Result<> stop_owner(RunRecords& records, const run::PlanRecord& record) {
  const auto& id = record.plan.run_id;
  const bool is_at_it = TRY(is_being_stopped(records, record));  // Perhaps by `runs stop`.
  const auto patience = kStopPatience + (is_at_it ? stop_patience(record) : 0s);
  int signalled = 0;
  for (Duration waited{}; waited < patience; waited += kOwnerLookedUpEvery) {
    const auto run = TRY(records.history.find(id));
    // It may end just now; then there is nobody to be signalled, and nobody to be waited for.
    if (run.record.process_id != signalled && !TRY(is_being_stopped(records, record)))
      (void)sys::signal_process(run.record.process_id, SIGTERM);
    signalled = run.record.process_id;
    if (sys::wait_for(kOwnerLookedUpEvery, [&] { return !records.files.is_locked(id); })) return {};
  }
  const auto process = std::to_string(signalled);
  return fail(Code::kTimeout, "process " + process + " has not ended the run",
              "end it (kill -9 " + process + "), then: runtask runs stop " + id);
}

// Lines that came while it was stopped, or while nobody was there, are for whoever attaches.
Result<> leave_stopped(RunRecords& records, const std::string& id, const World& world,
                       const std::optional<RunHold>& hold) {
  constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
  const auto shown = records.files.shown(id);
  if (shown && *shown < TRY(records.history.place_after(id, kAll)).lines) {
    world.screen.note("lines of its log were not shown; to see them: " + attach_command(id));
    return {};
  }
  const bool is_ours = hold && hold->lock && TRY(records.history.has_ended(id));
  return is_ours ? records.files.remove(id) : Result<>();
}

Result<> stop(const RunsStop& arguments, const World& world) {
  auto records = TRY(open_to_go_on(world));
  auto run = TRY(records.history.find(arguments.run));
  const auto record = TRY(read_record(records, run));
  const auto& id = record.plan.run_id;
  RunObserver::Options options{arguments.json, false, false};
  options.logs = false;
  RunObserver observer(world.screen, world.loop, record.plan, options);
  std::optional<RunHold> hold;
  for (int i = 0; i < kOwnersMax && !hold && (!has_end(run) || records.files.exist(id)); ++i) {
    hold = TRY(try_hold(records, run));
    if (!hold) TRY(stop_owner(records, record));
    run = TRY(records.history.find(id));
  }
  const Resumption resumption{world, records, run, record, observer, {}, true};
  if (!has_end(run)) {
    (void)TRY(go_on(resumption));
    if (!observer.is_left_running()) return leave_stopped(records, id, world, hold);
    return fail(Code::kUnavailable, "not all of its tasks were seen to end",
                "to stop what may still run: runtask runs stop " + id);
  }
  observer.on_end(TRY(run::read_outcome(run.outcome)));
  return leave_stopped(records, id, world, hold);
}

}  // namespace

int runs(const RunsAttach& arguments, const World& world) {
  const auto code = attach(arguments, world);
  if (code) return *code;
  return say_no_run(world, code.error(), arguments.json);
}

int runs(const RunsStop& arguments, const World& world) {
  const auto done = stop(arguments, world);
  if (done) return kExitSuccess;
  world.screen.message(done.error().text());
  return done.error().code == Code::kUsage ? kExitUsage : kExitFailure;
}

}  // namespace runtask::cli
