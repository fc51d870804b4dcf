#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "cli/run_observer.h"
#include "cli/run_records.h"
#include "run/plan_record.h"

// Going on with a run that another process began: `runs attach` and, where nobody carries the run
// out, `runs stop`.

namespace runtask::cli {

// The plan of a run and how it is carried out. kUsage for a build of a pipeline, kNotFound when it
// was not kept.
[[nodiscard]] Result<run::PlanRecord> read_record(RunRecords& records,
                                                  const history::RunSummary& run);

// The run's lock; none while another process carries it out.
[[nodiscard]] Result<std::unique_ptr<sys::FileLock>> try_lock(RunRecords& records,
                                                              const history::RunSummary& run);

struct Resumption {
  const World& world;
  RunRecords& records;
  const history::RunSummary& run;  // As it is now that the lock is held.
  const run::PlanRecord& record;
  RunObserver& observer;
  // How many lines of the log were shown; none: what the run's files say.
  std::optional<std::uint64_t> shown = {};
  std::optional<int> interrupted_by = {};  // See RunBeginning; the tasks are stopped.
};
// With the run's lock held, for a run that has no end or left its tasks running: watches it to the
// end, and gives the run's exit code, as the command that began it would have.
[[nodiscard]] Result<int> go_on(const Resumption& resumption);

// With the run's lock held, or of a run without files: shows the end of one that has ended, with
// the lines that were recorded but not shown, and gives its exit code.
[[nodiscard]] Result<int> show_end(const Resumption& resumption);

}  // namespace runtask::cli
