#pragma once

#include <string>

#include "cli/world.h"
#include "history/history.h"
#include "history/run_files.h"

// What is recorded of runs, and whether anybody carries one out.

namespace runtask::cli {

struct RunRecords {
  history::History history;
  history::RunFiles files;

  [[nodiscard]] static Result<RunRecords> open(const World& world, history::History::Access access);

  // Whether a process carries it out. A build of a pipeline has no lock; it is known by its
  // process.
  [[nodiscard]] bool is_alive(const history::RunSummary& run) const;
  // Its verdict; "running" or "process gone" while there is none.
  [[nodiscard]] std::string state_of(const history::RunSummary& run) const;
  // Whether it has no end, or left its tasks running, and nobody carries it out.
  [[nodiscard]] bool can_attach(const history::RunSummary& run) const;
};

// A build of a pipeline is in the history too, but it is no run of tasks.
[[nodiscard]] bool is_pipeline(const history::RunSummary& run);
// It ended because its process left the tasks running.
[[nodiscard]] bool is_left_running(const history::RunSummary& run);

}  // namespace runtask::cli
