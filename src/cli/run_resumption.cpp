#include "cli/run_resumption.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "cli/only_one.h"
#include "cli/run_session.h"
#include "cli/run_watch.h"
#include "run/journal.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

// Credentials and regions are no mistake in this command's words: it could not run.
Result<std::vector<Target>> make_targets(const World& world, const run::PlanRecord& record) {
  std::vector<Target> targets;
  for (const auto& recipe : record.targets) {
    auto target = target_by(world, recipe, false);
    if (!target) {
      auto error = std::move(target).error();
      if (error.code == Code::kUsage) error.code = Code::kDenied;
      error.context.emplace_back("while going on with the run; its tasks run on meanwhile");
      return fail(std::move(error));
    }
    targets.push_back(*std::move(target));
  }
  return targets;
}

// Which of the recorded lines were shown. Where nobody has counted, all of them.
struct Shown {
  std::uint64_t lines = 0;
  history::History::LinePlace place;
};
Result<Shown> shown_of(const Resumption& it) {
  const auto& id = it.run.record.id;
  const auto counted = it.shown ? it.shown : it.records.files.shown(id);
  const auto place = TRY(it.records.history.place_after(
      id, counted.value_or(std::numeric_limits<std::uint64_t>::max())));
  return Shown{counted.value_or(place.lines), place};
}

// Shows what is recorded and was not shown. Lines that were shown and could not be recorded are
// read once more: they are passed over when they come.
Result<> catch_up(const Resumption& it, const Shown& shown) {
  const auto& plan = it.record.plan;
  it.observer.skip_log_lines(shown.lines - shown.place.lines);
  return it.records.history.lines(
      plan.run_id, shown.place.sequence, [&](const history::StoredLine& stored) {
        const auto index = static_cast<std::size_t>(stored.launch);
        if (stored.launch >= 0 && index < plan.launches.size())
          it.observer.on_log(plan.launches[index], stored.container,
                             {stored.line.timestamp, stored.line.text, stored.line.timestamp});
        return true;
      });
}

Result<run::Restored> restore(const Resumption& it) {
  const auto events = TRY(it.records.history.events(it.run.record.id));
  return run::restore(it.record.plan, it.run.record.started_at, events, clock_reading(it.world));
}

// With --only-one: nobody else's task of the families may be alive while something is still to be
// started. What was started before is watched, whoever runs meanwhile.
Result<std::optional<OnlyOne>> claim(const Resumption& it, const std::vector<Target>& targets,
                                     const run::Restored& restored) {
  const bool starts_more =
      it.can_start && !it.is_stop && !restored.interrupted_by &&
      std::any_of(restored.launches.begin(), restored.launches.end(),
                  [](const auto& launch) { return !launch.ended && launch.task_arn.empty(); });
  if (!it.record.only_one || !starts_more) return std::optional<OnlyOne>();
  OwnTasks own;
  for (const auto& launch : restored.launches)
    if (!launch.task_arn.empty()) own.arns.insert(launch.task_arn);
  for (const auto& call : restored.calls)
    own.started_by.insert(call.call.started_by);
  return std::optional(
      TRY_DURING(OnlyOne::claim(it.world, targets, it.record.plan, own),
                 "while going on with the run, which has still something to start"));
}

}  // namespace

Duration stop_patience(const run::PlanRecord& record) {
  Duration longest{};
  for (const auto& part : record.plan.parts)
    longest = std::max(longest, part.stop_patience);
  return longest + run::kStopOverdue + record.policy.lists_lag;
}

Result<run::PlanRecord> read_record(RunRecords& records, const history::RunSummary& run) {
  const auto& id = run.record.id;
  if (is_pipeline(run))
    return fail(Code::kUsage, "`" + id + "` is a build of a pipeline, which ends with its process",
                "start it again: " + run.record.command);
  const auto recipe = TRY(records.history.recipe(id));
  if (recipe.empty())
    return fail(Code::kNotFound, "the recipe of the run was not kept: an older runtask recorded it",
                "`runtask runs show " + id + "` has what is known");
  const auto values = TRY(records.files.secrets(id));
  return run::read_plan(recipe, values);
}

Result<RunRecords> open_to_go_on(const World& world) {
  auto records = RunRecords::open(world, history::History::Access::kWrite);
  if (records || records.error().code != Code::kDenied) return records;
  return RunRecords::open(world, history::History::Access::kRead);
}

Result<std::optional<RunHold>> try_hold(RunRecords& records, const history::RunSummary& run) {
  auto lock = records.files.lock(run.record.id);
  if (lock) return std::optional(RunHold{*std::move(lock)});
  auto error = std::move(lock).error();
  const bool may_only_read = error.code == Code::kDenied;
  const bool has_owner =
      may_only_read ? records.files.is_locked(run.record.id) : error.code == Code::kConflict;
  if (has_owner) return std::optional<RunHold>();
  if (may_only_read) return std::optional(RunHold{});
  error.context.emplace_back("while taking the run over");
  return fail(std::move(error));
}

Result<int> go_on(const Resumption& it) {
  const auto& [plan, kept_policy, log_pace, recipes, reports, is_script, only_one] = it.record;
  const auto targets = TRY(make_targets(it.world, it.record));
  auto policy = kept_policy;
  policy.detach = false;  // Whoever attaches wants to see the end.
  const auto restored = TRY(restore(it));
  if (it.is_stop) policy.detach_on_interrupt = false;
  // The patience of a signal is for whoever waits for its effect.
  if (it.is_stop || restored.interrupted_by) policy.interrupt_patience = stop_patience(it.record);
  const auto shown = TRY(shown_of(it));
  const auto claimed = TRY(claim(it, targets, restored));  // Until the end.
  // In the middle of a run a history that cannot be written costs a warning, never the run. That it
  // may only be read, or has no room, the driver finds out too, and says.
  if (const auto taken = it.records.history.take_over(plan.run_id, sys::own_process_id());
      !taken && taken.error().code != Code::kDenied && taken.error().code != Code::kFull)
    it.world.screen.warning("the history of this run is incomplete: " + taken.error().message);
  const RunWatch watch{
      it.world,          plan,        policy,     log_pace, reports, targets, &it.records.history,
      &it.records.files, it.observer, !it.is_stop};
  RunBeginning beginning;
  std::optional<run::Interrupted> interrupted;
  if (it.is_stop) interrupted = {run::kExitTerminated, run::OurStop::kRunsStop};
  beginning.start = [&](run::Driver& driver) { return driver.resume(restored, interrupted); };
  beginning.shown = shown.lines;
  beginning.catch_up = [&] { return catch_up(it, shown); };
  beginning.is_stopping = it.is_stop;
  const int code = TRY(watch_run(watch, beginning));
  return exit_code_of(it.record, code);
}

Result<int> show_end(const Resumption& it) {
  const auto outcome = TRY(run::read_outcome(it.run.outcome));
  const auto shown = TRY(shown_of(it));
  TRY(catch_up(it, shown));
  it.observer.on_end(outcome);
  if (it.records.files.exist(it.run.record.id))
    if (const auto removed = it.records.files.remove(it.run.record.id); !removed)
      it.world.screen.warning(removed.error().message);
  return exit_code_of(it.record, outcome.exit_code);
}

}  // namespace runtask::cli
