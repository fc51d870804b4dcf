#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecs/types.h"

// How a launch ended, and what the whole run exits with. Pure. The rules are the contract with
// users (docs/RUN.md); ECS gives no stop time per container, so they use none.

namespace runtask::run {

enum class VerdictKind {
  kSucceeded,
  kFailed,          // A container's code.
  kNeverStarted,    // Nothing ran.
  kInfrastructure,  // Spot, a lost host, an endpoint that died.
  kTimedOut,        // Stopped by us at --timeout.
  kInterrupted,     // Stopped by us at Ctrl-C or SIGTERM.
  kStopped,         // Stopped by somebody else.
  kCancelled,       // Stopped by us because another launch failed.
  kSkipped,         // Not started because another launch failed.
  kDetached,        // Still running when we left, as asked for.
  kUnknown,         // Nobody can say.
};
[[nodiscard]] std::string_view name_of(VerdictKind kind);          // As in --json: "never_started".
[[nodiscard]] VerdictKind verdict_kind_of(std::string_view name);  // kUnknown for other names.

// runtask's own exit codes for a run; the others are a container's.
constexpr int kExitGivenUp = 1;  // With Policy::polls only.
constexpr int kExitTimedOut = 124;
constexpr int kExitCouldNotRun = 125;
constexpr int kExitInterrupted = 130;
constexpr int kExitTerminated = 143;

struct Verdict {
  VerdictKind kind = VerdictKind::kUnknown;
  int exit_code = kExitCouldNotRun;
  std::string container;  // The one that decided, if one did.
  std::string words;      // One fact for people, e.g. "exit code 7 of container main".
  // It has a task, or may have one, and nobody saw that end: whoever goes on with the run looks at
  // it again, or stops it.
  bool may_still_run = false;
};

// The task was left alone, on purpose or not: the run can be gone on with.
[[nodiscard]] constexpr bool is_left_running(const Verdict& verdict) {
  return verdict.kind == VerdictKind::kDetached || verdict.may_still_run;
}

// Whether it shows that some container of it runs or ran, also when it failed to start as a whole.
[[nodiscard]] bool has_run(const ecs::Task& task);

// Why we asked ECS to stop a task, if we did.
enum class OurStop {
  kNone,
  kTimeout,
  kStartTimeout,
  kInterrupt,
  kTerminate,
  kHangUp,
  kRunsStop,  // `runtask runs stop`, of a run that nobody carried out.
  kCancel
};

struct Facts {
  std::vector<std::string> deciding;  // See Plan.
  // See Plan. Empty, nobody knows them: then those that are named decide alone, and with none named
  // every container of the task counts.
  std::vector<std::string> essential;
};

// The verdict of a task that ECS shows STOPPED.
// `was_running`: see has_run(), of an earlier look, or its log has lines.
[[nodiscard]] Verdict judge(const ecs::Task& stopped, const Facts& facts, OurStop our_stop,
                            bool was_running = false);

// The verdict of a task that we asked ECS to stop, for that reason.
[[nodiscard]] Verdict verdict_of_stop(OurStop why);

// Of a signal, by the exit code that it gives; a hang-up has that of SIGTERM.
[[nodiscard]] constexpr OurStop stop_by_signal(int exit_code) {
  return exit_code == kExitTerminated ? OurStop::kTerminate : OurStop::kInterrupt;
}

// A container's code as a process' exit code: ECS' codes outside 0-255 become 1.
[[nodiscard]] int process_exit_code(std::int64_t code);

// The run's exit code from its launches' verdicts, in the order of the plan. `interrupted_by` is
// the exit code of the signal, if one came.
[[nodiscard]] int run_exit_code(const std::vector<Verdict>& launches,
                                std::optional<int> interrupted_by);
// The word for the whole run: that of the launch that gives the exit code.
[[nodiscard]] VerdictKind run_kind(const std::vector<Verdict>& launches,
                                   std::optional<int> interrupted_by);

}  // namespace runtask::run
