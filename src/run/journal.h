#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ecs/types.h"
#include "history/history.h"
#include "run/plan.h"
#include "run/verdict.h"

// What a run writes down while it goes on, so that another process can go on with it after a kill
// -9, a reboot or --detach, and how far a run had got, read back from that. Pure; the events
// themselves are kept by history (docs/formats/history.md says how each looks as JSON).

namespace runtask::run {

// When something happened. People set wall clocks; the time since the machine was booted nobody
// sets, but it can be compared only within one boot.
struct ClockReading {
  WallTime wall{};
  std::string boot;  // The kernel's boot_id; empty: not known.
  Duration up{};     // CLOCK_BOOTTIME.
};
// None: doubtful, because the wall clock went back and the machine was booted in between.
[[nodiscard]] std::optional<Duration> time_between(const ClockReading& then,
                                                   const ClockReading& now);

namespace journal {

// One RunTask for one or several launches. Synced before it is sent; sent again it is the same.
struct StartCall {
  int call = 0;               // Its number within the run, from 1.
  std::vector<int> launches;  // As many as it asks for tasks.
  std::string token;          // ECS API: clientToken.
  std::string started_by;
  bool is_started_by_own = true;  // Only this call has it; false: the user gave it.
  ClockReading clock;
  std::string request;  // JSON, secrets masked; for people.
};
struct Started {  // The launch has a task.
  int call = 0;
  std::string task_arn;
  ClockReading clock;
};
// RunTask answered, and these launches have no task by it. Whether they are tried again by another
// StartCall, what follows says.
struct Refused {
  int call = 0;
  std::vector<int> launches;
  std::string why;
};
struct Observed {  // The task as ECS shows it, whenever its status or an exit code has changed.
  ecs::Task task;
  ClockReading clock;
};
struct StopCall {  // StopTask is about to be called.
  OurStop why = OurStop::kNone;
  std::string reason;  // As ECS is told.
};
// ECS has started a task beyond those that the call asked for, in the place of that launch.
struct Surplus {
  int call = 0;
  std::string task_arn;
};
struct SurplusStopped {  // StopTask was taken.
  std::string task_arn;
};
struct Retry {  // The task is over, and the launch gets another one.
  std::string task_arn;
  std::string why;
  bool by_spot = false;  // Counts for --retry-on-spot; otherwise for --retries.
};
struct Interrupted {
  int exit_code = 0;
  OurStop why = OurStop::kNone;  // None: the exit code tells.
};
struct Ended {
  Verdict verdict;
  WallTime at{};
  std::vector<std::string> log_notes;
};

using Record = std::variant<StartCall, Started, Refused, Observed, StopCall, Surplus,
                            SurplusStopped, Retry, Interrupted, Ended>;

// `launch` is -1 for those that concern several or all.
[[nodiscard]] history::EventRecord to_event(int launch, WallTime at, const Record& record,
                                            const std::vector<Secret>& secrets);
// None: a kind that this program does not know. Error kInvalid: the data is damaged, or an older
// program wrote it.
[[nodiscard]] Result<std::optional<Record>> read_event(const history::EventRecord& event);

}  // namespace journal

// How far a launch had got.
struct RestoredLaunch {
  std::optional<journal::Ended> ended;  // Nothing is to be done any more.
  int refusals = 0;                     // Starts that count for --retries.
  int spot_retries = 0;                 // Of those that --retry-on-spot allows.
  bool was_tried = false;               // A StartCall has held it.
  std::string task_arn;                 // Empty: it has no task, or only an unresolved StartCall.
  ecs::Task task;                       // As last seen; empty status: never.
  // Since its first StartCall, since RunTask answered, since it was first seen RUNNING. Zero when
  // the clocks tell nothing.
  Duration since_first_call{};
  Duration since_started{};
  std::optional<Duration> since_running;
  OurStop our_stop = OurStop::kNone;  // StopTask was called, or about to be.
  std::string task_before;            // See LaunchState.
  bool has_run = false;
  Verdict verdict_before;  // Of its last task, while it waits for another one.
  // Its first StartCall, its last one, and when that was answered.
  std::optional<WallTime> started_at, last_start_at, answered_at;
};
// A StartCall that some launches have no task from, and that no other one has followed for them: it
// may have been sent or not, and may have started tasks or not.
struct UnresolvedCall {
  journal::StartCall call;
  std::vector<int> launches;       // Those that have neither.
  std::vector<std::string> tasks;  // Those of the other launches.
  std::optional<Duration> age;     // None: doubtful, so it counts as too old.
  // They have refusals, and nobody knows yet whether it started something nevertheless.
  bool was_refused = false;
  std::string why;  // Then, the last refusal.
  // Some of its launches have ended without a task, or were said to be unknown, so that it must not
  // be sent again: it would start theirs too.
  bool was_given_up = false;
};
// See journal::Surplus: nobody knows yet that it is being stopped.
struct RestoredSurplus {
  int launch = 0;
  std::string task_arn;
};
struct Restored {
  WallTime started_at{};
  std::vector<RestoredLaunch> launches;  // As in the plan.
  std::vector<UnresolvedCall> calls;
  std::vector<RestoredSurplus> surplus;
  int last_call = 0;  // The highest number of a StartCall; 0: there was none.
  std::optional<int> interrupted_by;
  OurStop interrupted_why = OurStop::kNone;
};

// `events` are the run's, in their order. A launch whose task was left running counts as not
// ended, so that it can be watched again. Errors kInvalid: an event is damaged or does not fit the
// plan.
[[nodiscard]] Result<Restored> restore(const Plan& plan, WallTime started_at,
                                       std::span<const history::EventRecord> events,
                                       const ClockReading& now);

}  // namespace runtask::run
