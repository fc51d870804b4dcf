#include "run/verdict.h"

#include <algorithm>

#include "base/text.h"
#include "ecs/life_cycle.h"

namespace runtask::run {
namespace {

constexpr std::int64_t kKilled = 137;      // 128 + SIGKILL
constexpr std::int64_t kTerminated = 143;  // 128 + SIGTERM

bool contains(std::string_view text, std::string_view part) {
  return lower_case(text).find(part) != std::string::npos;
}

bool says_out_of_memory(std::string_view reason) {
  return contains(reason, "outofmemory") || contains(reason, "out of memory");
}
bool is_out_of_memory(const ecs::Container& container) {
  return says_out_of_memory(container.reason);
}

// A container that was killed because its task ended, as sidecars are.
bool is_end_of_task_kill(const ecs::Container& container) {
  return (container.exit_code == kKilled || container.exit_code == kTerminated) &&
         !is_out_of_memory(container);
}

Verdict by_code(const ecs::Container& container) {
  Verdict verdict{
      VerdictKind::kFailed, process_exit_code(*container.exit_code), container.name, {}};
  verdict.words =
      "exit code " + std::to_string(*container.exit_code) + " of container " + container.name;
  return verdict;
}
Verdict no_code(const std::string& container) {
  return {VerdictKind::kFailed, kExitCouldNotRun, container,
          "container " + container + " has no exit code"};
}
Verdict success(const std::string& container) {
  return {VerdictKind::kSucceeded, 0, container, "exit code 0 of container " + container};
}

bool is_named(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The essential containers of the task in the order of the definition. Those that the reply left
// out appear without a code.
std::vector<ecs::Container> essential_of(const ecs::Task& task, const Facts& facts) {
  if (facts.essential.empty()) return task.containers;
  std::vector<ecs::Container> containers;
  for (const auto& name : facts.essential) {
    if (const auto* container = task.container(name)) {
      containers.push_back(*container);
    } else {
      containers.emplace_back().name = name;
    }
  }
  return containers;
}

// Nobody knows which of the others are essential, so that rule 4 cannot be applied; said of those
// whose code would count.
Verdict success_of_named(const ecs::Task& task, const Facts& facts) {
  auto verdict = success(facts.deciding.front());
  std::vector<std::string> others;
  for (const auto& container : task.containers) {
    const bool is_well = container.exit_code == 0 || is_end_of_task_kill(container);
    if (!is_well && !is_named(facts.deciding, container.name)) others.push_back(container.name);
  }
  if (!others.empty())
    verdict.words += "; it is not known whether " + join(others, ", ") +
                     (others.size() > 1 ? " are" : " is") + " essential";
  return verdict;
}

// Rules 3 and 4 of the contract.
Verdict by_named(const ecs::Task& task, const Facts& facts) {
  for (const auto& name : facts.deciding) {
    const auto* container = task.container(name);
    if (container == nullptr || !container->exit_code) return no_code(name);
    if (*container->exit_code != 0) return by_code(*container);
  }
  if (facts.essential.empty()) return success_of_named(task, facts);
  for (const auto& container : essential_of(task, facts)) {
    if (is_named(facts.deciding, container.name) || is_end_of_task_kill(container)) continue;
    if (!container.exit_code) return no_code(container.name);
    if (*container.exit_code != 0) return by_code(container);
  }
  return success(facts.deciding.front());
}

// Rule 5: nothing is named.
Verdict by_essential(const ecs::Task& task, const Facts& facts) {
  const auto containers = essential_of(task, facts);
  for (const auto& container : containers)
    if (container.exit_code.value_or(0) != 0 && !is_end_of_task_kill(container))
      return by_code(container);
  for (const auto& container : containers)
    if (!container.exit_code) return no_code(container.name);
  // Codes 0 and kills of the end are left. A kill that memory caused is none of the end.
  const bool lacked_memory = says_out_of_memory(task.stopped_reason) ||
                             std::any_of(containers.begin(), containers.end(), is_out_of_memory);
  const auto killed =
      std::find_if(containers.begin(), containers.end(),
                   [](const ecs::Container& container) { return container.exit_code != 0; });
  const auto ended_well =
      std::find_if(containers.begin(), containers.end(),
                   [](const ecs::Container& container) { return container.exit_code == 0; });
  const bool nothing_was_killed = killed == containers.end();
  if (ended_well != containers.end() && (nothing_was_killed || !lacked_memory))
    return success(ended_well->name);
  if (!nothing_was_killed) return by_code(*killed);
  return {VerdictKind::kUnknown, kExitCouldNotRun, {}, "the task shows no container"};
}

bool is_lost_host(const ecs::Task& task) {
  return task.stop_code == ecs::stop_code::kTerminationNotice ||
         task.stop_code == ecs::stop_code::kInfrastructureHealth ||
         (contains(task.stopped_reason, "host ec2") && contains(task.stopped_reason, "terminated"));
}

// Where there is no stop code the reason alone tells a user's or a service's stop.
bool is_natural_end(const ecs::Task& task) {
  return !task.stop_code.empty() || task.stopped_reason.empty() ||
         contains(task.stopped_reason, "essential container");
}

// The embedded endpoint says what it was.
std::string words_of_lost_host(const ecs::Task& task) {
  if (contains(task.stopped_reason, "embedded endpoint was stopped"))
    return "the embedded ECS was stopped";
  if (contains(task.stopped_reason, "embedded endpoint ended")) return "the embedded ECS ended";
  return "its host was lost";
}

// Those of a task that failed to start which ran all the same, beside one that could not. A
// container that could not be started may have a code too, and says why.
std::vector<std::string> codes_of_runs(const ecs::Task& task) {
  std::vector<std::string> codes;
  for (const auto& container : task.containers)
    if (container.exit_code && (container.reason.empty() || is_out_of_memory(container)))
      codes.push_back("exit code " + std::to_string(*container.exit_code) + " of container " +
                      container.name);
  return codes;
}

// A container's reason says more than the task's, and an essential one's before any other's.
std::string why_never_started(const ecs::Task& task, const Facts& facts) {
  for (const auto& containers : {essential_of(task, facts), task.containers})
    for (const auto& container : containers)
      if (!container.reason.empty()) return container.reason;
  return task.stopped_reason.empty() ? "it never started" : task.stopped_reason;
}

Verdict of_failed_start(const ecs::Task& task, const Facts& facts, bool was_running) {
  auto why = why_never_started(task, facts);
  if (!was_running && !has_run(task))
    return {VerdictKind::kNeverStarted, kExitCouldNotRun, {}, std::move(why)};
  const auto codes = codes_of_runs(task);
  return {VerdictKind::kFailed,
          kExitCouldNotRun,
          {},
          "it failed to start as a whole: " + why + "; " +
              (codes.empty() ? "a container of it ran" : join(codes, ", "))};
}

bool has_code(const ecs::Task& task, const std::string& name) {
  const auto* container = task.container(name);
  return container != nullptr && container->exit_code;
}

Verdict by_codes(const ecs::Task& task, const Facts& facts) {
  return facts.deciding.empty() ? by_essential(task, facts) : by_named(task, facts);
}

}  // namespace

std::string_view name_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kSucceeded:
      return "succeeded";
    case VerdictKind::kFailed:
      return "failed";
    case VerdictKind::kNeverStarted:
      return "never_started";
    case VerdictKind::kInfrastructure:
      return "infrastructure";
    case VerdictKind::kTimedOut:
      return "timed_out";
    case VerdictKind::kInterrupted:
      return "interrupted";
    case VerdictKind::kStopped:
      return "stopped";
    case VerdictKind::kCancelled:
      return "cancelled";
    case VerdictKind::kSkipped:
      return "skipped";
    case VerdictKind::kDetached:
      return "detached";
    case VerdictKind::kUnknown:
      return "unknown";
  }
  return "unknown";
}

VerdictKind verdict_kind_of(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(VerdictKind::kUnknown); ++i)
    if (name_of(static_cast<VerdictKind>(i)) == name) return static_cast<VerdictKind>(i);
  return VerdictKind::kUnknown;
}

Verdict verdict_of_stop(OurStop why) {
  switch (why) {
    case OurStop::kTimeout:
      return {VerdictKind::kTimedOut, kExitTimedOut, {}, "stopped at --timeout"};
    case OurStop::kStartTimeout:
      return {VerdictKind::kNeverStarted, kExitCouldNotRun, {}, "not running at --start-timeout"};
    case OurStop::kInterrupt:
      return {VerdictKind::kInterrupted, kExitInterrupted, {}, "stopped by Ctrl-C"};
    case OurStop::kTerminate:
      return {VerdictKind::kInterrupted, kExitTerminated, {}, "stopped by SIGTERM"};
    case OurStop::kHangUp:
      return {VerdictKind::kInterrupted, kExitTerminated, {}, "stopped by a hang-up (SIGHUP)"};
    case OurStop::kRunsStop:
      return {VerdictKind::kInterrupted, kExitTerminated, {}, "stopped by runtask runs stop"};
    case OurStop::kCancel:
      return {
          VerdictKind::kCancelled, kExitCouldNotRun, {}, "stopped because another launch failed"};
    case OurStop::kNone:
      break;
  }
  return {};
}

int process_exit_code(std::int64_t code) {
  return code >= 0 && code <= 255 ? static_cast<int>(code) : 1;
}

// A health check is a command that was run in the container, and memory is the kernel's to refuse
// to a process that runs.
bool has_run(const ecs::Task& task) {
  const auto runs = [](const auto& it) {
    return it.last_status == "RUNNING" || it.health_status == "HEALTHY" ||
           it.health_status == "UNHEALTHY";
  };
  return task.started_at || runs(task) || !codes_of_runs(task).empty() ||
         std::any_of(task.containers.begin(), task.containers.end(), [&](const auto& container) {
           return runs(container) || contains(container.reason, "outofmemoryerror");
         });
}

Verdict judge(const ecs::Task& stopped, const Facts& facts, OurStop our_stop, bool was_running) {
  if (stopped.stop_code == ecs::stop_code::kTaskFailedToStart)
    return of_failed_start(stopped, facts, was_running);
  if (stopped.stop_code == ecs::stop_code::kSpotInterruption)
    return {VerdictKind::kInfrastructure, kExitCouldNotRun, {}, "interrupted by Spot"};
  if (is_lost_host(stopped))
    return {VerdictKind::kInfrastructure, kExitCouldNotRun, {}, words_of_lost_host(stopped)};

  // Servers that give no stop code at all exist; then only our own stop can explain the end.
  const bool ended_by_itself = stopped.stop_code == ecs::stop_code::kEssentialContainerExited ||
                               (stopped.stop_code.empty() && our_stop == OurStop::kNone);
  if (ended_by_itself) {
    auto verdict = by_codes(stopped, facts);
    const bool is_by_code = verdict.exit_code != 0 && has_code(stopped, verdict.container);
    if (is_by_code || is_natural_end(stopped)) return verdict;
    return {VerdictKind::kStopped,
            kExitCouldNotRun,
            {},
            "ECS gives no stop code, and does not say that it ended by itself: " +
                stopped.stopped_reason};
  }
  // Some of it came up, or all of it did between the last look and the stop.
  if (our_stop == OurStop::kStartTimeout && (was_running || has_run(stopped)))
    return {VerdictKind::kTimedOut,
            kExitTimedOut,
            {},
            "stopped at --start-timeout, when some of it ran"};
  if (our_stop != OurStop::kNone) return verdict_of_stop(our_stop);

  auto verdict = by_codes(stopped, facts);
  verdict.kind = VerdictKind::kStopped;
  if (verdict.exit_code == 0) verdict.exit_code = kExitCouldNotRun;
  verdict.words = "stopped by somebody else (" + stopped.stop_code + ")";
  return verdict;
}

namespace {

// What runtask itself stopped or skipped because of another launch counts only when that other one
// has ended well after all, as attaching to it may show.
const Verdict* deciding_launch(const std::vector<Verdict>& launches) {
  const Verdict* given_up = nullptr;
  for (const auto& verdict : launches) {
    if (verdict.kind == VerdictKind::kSucceeded || verdict.kind == VerdictKind::kDetached) continue;
    if (verdict.kind != VerdictKind::kCancelled && verdict.kind != VerdictKind::kSkipped)
      return &verdict;
    if (given_up == nullptr) given_up = &verdict;
  }
  return given_up;
}

// Whether the signal made a difference: when every launch has ended by itself, it did not.
bool is_cut_short(const std::vector<Verdict>& launches) {
  return std::any_of(launches.begin(), launches.end(), [](const Verdict& verdict) {
    return verdict.kind == VerdictKind::kInterrupted || verdict.kind == VerdictKind::kSkipped ||
           verdict.kind == VerdictKind::kDetached || verdict.kind == VerdictKind::kNeverStarted ||
           verdict.kind == VerdictKind::kUnknown;
  });
}

}  // namespace

int run_exit_code(const std::vector<Verdict>& launches, std::optional<int> interrupted_by) {
  if (interrupted_by && is_cut_short(launches)) return *interrupted_by;
  const auto* decides = deciding_launch(launches);
  return decides == nullptr ? 0 : decides->exit_code;
}

VerdictKind run_kind(const std::vector<Verdict>& launches, std::optional<int> interrupted_by) {
  if (interrupted_by && is_cut_short(launches)) return VerdictKind::kInterrupted;
  if (const auto* decides = deciding_launch(launches)) return decides->kind;
  const bool detached = std::any_of(launches.begin(), launches.end(), [](const Verdict& verdict) {
    return verdict.kind == VerdictKind::kDetached;
  });
  return detached ? VerdictKind::kDetached : VerdictKind::kSucceeded;
}

}  // namespace runtask::run
