#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ecs/types.h"
#include "run/verdict.h"

// How each launch and the whole run ended: what --json, reports, `runs show` and the table at the
// end are made of. Values only.

namespace runtask::run {

constexpr std::size_t kLastLinesMax = 20;         // Kept per launch, for the failure block.
constexpr std::size_t kLastLineBytesMax = 1'000;  // Of each of them; a line may have 256 KiB.

struct ContainerOutcome {
  std::string name;
  std::optional<std::int64_t> exit_code;  // ECS' own, exact.
  std::string reason;
  std::optional<bool> is_essential = {};  // None: the task definition is not known.
};

struct LaunchOutcome {
  int index = 0;
  std::string name;
  std::string environment, task, instance;  // See Place; empty for a task given directly.
  std::string account, region;              // See TargetWords.
  std::string cluster;
  std::string where;  // The last three in words.
  Verdict verdict;
  std::string task_arn;
  std::string stop_code;
  std::string stopped_reason;
  std::vector<ContainerOutcome> containers;
  std::optional<WallTime> started_at;  // RunTask.
  // When its containers had stopped, by ECS' clock; where ECS does not say, when that was seen.
  std::optional<WallTime> ended_at;
  std::uint64_t log_lines = 0;
  std::vector<std::string> log_notes;  // Why lines may be missing.
  std::deque<std::string> last_lines;  // At most kLastLinesMax.
};

struct Outcome {
  std::string run_id;
  std::string title;
  VerdictKind kind = VerdictKind::kUnknown;
  int exit_code = kExitCouldNotRun;
  WallTime started_at{};
  WallTime ended_at{};
  std::vector<LaunchOutcome> launches;
  // ARNs of tasks that nobody asked for: see Machine::surplus_tasks.
  std::vector<std::string> surplus_tasks;
  bool history_incomplete = false;
  // False: there is no record of the run, so that no other command can go on with it. An outcome
  // that is read is one.
  bool is_recorded = true;
};

// For the commands that go on with the run; empty: none can.
[[nodiscard]] std::string recorded_id(const Outcome& outcome);

// Some launch has or may have a task that nobody saw end, or there is one that nobody asked for.
[[nodiscard]] bool is_left_running(const Outcome& outcome);

[[nodiscard]] std::string to_json(const Outcome& outcome);  // One line; `type` is "outcome".
[[nodiscard]] Result<Outcome> read_outcome(std::string_view text);

}  // namespace runtask::run
