#include "cli/run_records.h"

#include <algorithm>

#include "run/outcome.h"
#include "sys/programs.h"

namespace runtask::cli {

Result<RunRecords> RunRecords::open(const World& world, history::History::Access access) {
  const auto directory = TRY(world.state_directory());
  auto history = TRY(history::History::open(world.files, directory, access));
  return RunRecords{std::move(history), history::RunFiles(world.files, directory)};
}

bool RunRecords::is_alive(const history::RunSummary& run) const {
  if (run.ended_at) return false;
  return files.exist(run.record.id) ? files.is_locked(run.record.id)
                                    : sys::process_exists(run.record.process_id);
}

std::string RunRecords::state_of(const history::RunSummary& run) const {
  if (run.ended_at) return run.verdict;
  return is_alive(run) ? "running" : "process gone";
}

bool RunRecords::can_attach(const history::RunSummary& run) const {
  if (is_pipeline(run) || !files.exist(run.record.id) || files.is_locked(run.record.id))
    return false;
  return !run.ended_at || is_left_running(run);
}

bool is_pipeline(const history::RunSummary& run) {
  return run.record.plan.starts_with(R"({"pipeline":)");
}

bool is_left_running(const history::RunSummary& run) {
  if (!run.ended_at) return false;
  const auto outcome = run::read_outcome(run.outcome);
  if (!outcome) return run.verdict == run::name_of(run::VerdictKind::kDetached);
  return run::is_left_running(*outcome);
}

}  // namespace runtask::cli
