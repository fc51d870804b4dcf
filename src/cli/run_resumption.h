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

// What a run has that is to be stopped: the time that its containers may take for that, and what it
// takes to find tasks that may have been started.
[[nodiscard]] Duration stop_patience(const run::PlanRecord& record);

// What is recorded, to be written on; where that is not possible any more, to be read: a run can
// still be watched to its end then.
[[nodiscard]] Result<RunRecords> open_to_go_on(const World& world);

// While it lives, the run is in this process' hands. The lock is none where it may not be written:
// then another process may watch the run too, but none can start anything, because a start must be
// recorded first.
struct RunHold {
  std::unique_ptr<sys::FileLock> lock;
};
// None while another process carries the run out.
[[nodiscard]] Result<std::optional<RunHold>> try_hold(RunRecords& records,
                                                      const history::RunSummary& run);

struct Resumption {
  const World& world;
  RunRecords& records;
  const history::RunSummary& run;  // As it is now that nobody else has it.
  const run::PlanRecord& record;
  RunObserver& observer;
  // How many lines of the log were shown; none: what the run's files say.
  std::optional<std::uint64_t> shown = {};
  bool is_stop = false;   // The tasks are stopped; no line of their logs is shown.
  bool can_start = true;  // False: RunHold without a lock.
};
// With the run in hand, for a run that has no end or left its tasks running: watches it to the
// end, and gives the run's exit code, as the command that began it would have.
[[nodiscard]] Result<int> go_on(const Resumption& resumption);

// With the run in hand, or of a run without files: shows the end of one that has ended, with
// the lines that were recorded but not shown, and gives its exit code.
[[nodiscard]] Result<int> show_end(const Resumption& resumption);

}  // namespace runtask::cli
