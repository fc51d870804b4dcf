#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/target.h"
#include "cli/world.h"
#include "history/history.h"
#include "history/run_files.h"
#include "run/driver.h"
#include "run/journal.h"

// A run in the hands of this process, from its beginning or from where another process left it, to
// its end.

namespace runtask::cli {

// All must outlive the watching.
struct RunWatch {
  const World& world;
  const run::Plan& plan;
  const run::Policy& policy;
  const run::LogPace& log_pace;
  const std::vector<std::string>& reports;  // Paths whose suffix says the form: .json, .xml, .md.
  const std::vector<Target>& targets;       // The plan's, in its order.
  history::History* history = nullptr;      // None: nothing is recorded.
  history::RunFiles* files = nullptr;       // With a history: the run's lock is held.
  run::Observer& observer;
  bool shows_lines =
      true;  // False: whoever attaches later is shown what the log has had meanwhile.
};

// How it begins. `start` begins the driver; when it fails, nothing was done and its error is this
// call's. `shown` is how many lines of the run's log have been printed already; `catch_up` shows
// those that others have recorded, and goes on from there.
struct RunBeginning {
  std::function<Result<>(run::Driver&)> start;
  std::uint64_t shown = 0;
  std::function<Result<>()> catch_up;
  bool is_stopping = false;  // From the beginning; a signal is the second one then.
};

// Obeys signals (the first one as the policy says, the second leaves the process at once), waits
// for the end, writes the reports, takes the run's files away unless it can still be gone on with,
// and gives the run's exit code, or 125 instead of 0 where a report could not be written. The
// observer stops the loop in on_end(), when it has shown all.
[[nodiscard]] Result<int> watch_run(const RunWatch& watch, const RunBeginning& beginning);

// What the clocks say, for the journal.
[[nodiscard]] run::ClockReading clock_reading(const World& world);

// What to type to go on with the run.
[[nodiscard]] std::string attach_command(const std::string& run_id);

}  // namespace runtask::cli
