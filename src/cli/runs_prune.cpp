#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_records.h"
#include "jenkins/jobs.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;

// How long a run stays whose process left its tasks running, and one whose process is gone (it was
// killed, or left at a second Ctrl-C): only its record knows of them.
constexpr int kLeftKeepDays = 30;
constexpr int kGoneKeepDays = 7;

struct Pruned {
  int runs = 0;
  int alive = 0;  // Old ones that somebody carries out.
  int left = 0;   // Old ones that were left running, and not so long ago.
};

bool is_carried_out(const RunRecords& records, const history::History::OldRun& run) {
  if (run.has_ended) return false;
  return records.files.exist(run.id) ? records.files.is_locked(run.id)
                                     : sys::process_exists(run.process_id);
}

Result<bool> may_still_run(RunRecords& records, const history::History::OldRun& run, WallTime now) {
  if (!run.has_ended) return run.last_sign > now - 24h * kGoneKeepDays;
  return run.last_sign > now - 24h * kLeftKeepDays &&
         is_left_running(TRY(records.history.find(run.id)));
}

// Takes the run out if nobody carries it out. With its lock, so that nobody begins to meanwhile.
Result<bool> forget(RunRecords& records, const history::History::OldRun& run) {
  const bool has_files = records.files.exist(run.id);
  if (!has_files && !run.has_ended && sys::process_exists(run.process_id)) return false;
  if (!has_files) {
    TRY(records.history.remove(run.id));
    return true;
  }
  const auto lock = records.files.lock(run.id);
  if (!lock && lock.error().code == Code::kConflict) return false;
  if (!lock) return fail(lock.error());
  TRY(records.history.remove(run.id));
  TRY(records.files.remove(run.id));
  return true;
}

// Files of runs that the history does not have (any more): their program was killed in between.
Result<> forget_strays(RunRecords& records) {
  for (const auto& id : TRY(records.files.runs())) {
    const auto known = records.history.has_ended(id);
    if (known || known.error().code != Code::kNotFound) continue;
    if (const auto lock = records.files.lock(id)) TRY(records.files.remove(id));
  }
  return {};
}

Result<bool> is_anybody_at_work(const RunRecords& records) {
  const auto runs = TRY(records.files.runs());
  return std::any_of(runs.begin(), runs.end(),
                     [&](const std::string& id) { return records.files.is_locked(id); });
}

Result<Pruned> prune(int keep_days, const World& world) {
  auto records = TRY(RunRecords::open(world, history::History::Access::kWrite));
  const auto now = world.loop.wall_now();
  Pruned pruned;
  for (const auto& run : TRY(records.history.older_than(now - 24h * keep_days)))
    if (is_carried_out(records, run)) {
      ++pruned.alive;
    } else if (TRY(may_still_run(records, run, now))) {
      ++pruned.left;
    } else {
      ++(TRY(forget(records, run)) ? pruned.runs : pruned.alive);
    }
  TRY(forget_strays(records));
  const auto state = TRY(world.state_directory());
  TRY(jenkins::remove_leftovers(world.files, state + "/jenkins"));
  // While the file is copied nobody can write: a run that is under way would lose lines.
  if (pruned.runs > 0 && !TRY(is_anybody_at_work(records))) TRY(records.history.compact());
  return pruned;
}

}  // namespace

int runs(const RunsPrune& arguments, const World& world) {
  const auto pruned = prune(arguments.keep_days, world);
  if (!pruned) {
    world.screen.message(pruned.error().text());
    return kExitFailure;
  }
  if (arguments.json) {
    world.screen.output("{\"pruned\":" + std::to_string(pruned->runs) +
                        ",\"under_way\":" + std::to_string(pruned->alive) +
                        ",\"left_running\":" + std::to_string(pruned->left) + "}");
    return kExitSuccess;
  }
  const auto counted = [](int runs) {
    return std::to_string(runs) + (runs == 1 ? " run" : " runs");
  };
  world.screen.message("forgotten: " + counted(pruned->runs));
  if (pruned->left > 0)
    world.screen.message("kept: " + counted(pruned->left) +
                         " left running or without a process, whose tasks may still run; "
                         "`runtask runs attach RUN` sees the end");
  return kExitSuccess;
}

}  // namespace runtask::cli
