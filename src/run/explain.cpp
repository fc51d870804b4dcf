#include "run/explain.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "ecs/life_cycle.h"
#include "run/explain_signs.h"

namespace runtask::run {
namespace {

constexpr std::int64_t kCodeOfKill = 137;  // 128 + SIGKILL, and so on.
constexpr std::int64_t kCodeOfTerm = 143;

struct CodeMeaning {
  std::int64_t code;
  std::string_view cause;
  std::string_view next_step;
};
// What shells and container runtimes mean by a code, whatever the program is.
constexpr auto kCodes = std::to_array<CodeMeaning>({
    {126, "the command was found but could not be executed (126 is the shell's word for it)",
     "check that it is executable and for this machine"},
    {127, "the command was not found (127 is the shell's word for it)",
     "check its name and the image's PATH"},
    {129, "it ended on SIGHUP", "look for what closed its terminal or session"},
    {130, "it ended on SIGINT", "look for who interrupted it"},
    {132, "it used an instruction that this CPU does not have (SIGILL)",
     "build it for the CPU that the task runs on"},
    {134, "it aborted itself (SIGABRT): an assertion, or the runtime's own check failed",
     "its last log lines say which"},
    {135, "it crashed on a bad memory access (SIGBUS)",
     "look for the fault in the program, and for a full /dev/shm or disk"},
    {136, "it crashed on an arithmetic error (SIGFPE)", "look for a division by zero"},
    {kCodeOfKill, "it was killed by SIGKILL: by the memory limit of its host, or by somebody",
     "look at the memory it uses"},
    {139, "it crashed with a segmentation fault (SIGSEGV)", "look for the fault in the program"},
    {141, "it wrote to a pipe that nobody reads any more (SIGPIPE)",
     "look at the other end of its pipe or connection"},
    {kCodeOfTerm, "it ended on SIGTERM", "look for who stopped it"},
});

bool contains(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

bool is_kill(const ContainerOutcome& container) {
  return container.exit_code == kCodeOfKill || container.exit_code == kCodeOfTerm;
}

// Or may be: nobody knows without the task definition.
bool may_be_essential(const ContainerOutcome& container) {
  return container.is_essential.value_or(true);
}

// Null where no container decided.
const ContainerOutcome* decided_by(const LaunchOutcome& launch) {
  const auto found =
      std::find_if(launch.containers.begin(), launch.containers.end(),
                   [&](const auto& one) { return one.name == launch.verdict.container; });
  return found == launch.containers.end() ? nullptr : &*found;
}

// It may have been killed because another container's end ended the task.
bool is_killed_at_the_end(const LaunchOutcome& launch, const ContainerOutcome& decided) {
  return is_kill(decided) && launch.stop_code == ecs::stop_code::kEssentialContainerExited;
}

// ECS gives no order of ends. A container that may have ended before the one that decides, and for
// whose end ECS would have stopped that: the first, in the order of ECS, that may be essential and
// ended by itself as `fits` says.
template <class Predicate>
const ContainerOutcome* may_have_ended_first(const LaunchOutcome& launch, Predicate fits) {
  const auto found = std::find_if(
      launch.containers.begin(), launch.containers.end(), [&](const ContainerOutcome& other) {
        return other.name != launch.verdict.container && may_be_essential(other) &&
               other.exit_code && fits(other);
      });
  return found == launch.containers.end() ? nullptr : &*found;
}

std::string with_code(const ContainerOutcome& container) {
  return container.name + " ended (exit code " + std::to_string(*container.exit_code) + ")";
}

// Of one that was killed, perhaps because `other` ended.
Explanation of_killed_with(const ContainerOutcome& other, const std::string& decided) {
  if (!other.is_essential)
    return {"ECS may have stopped container " + decided + " because " + with_code(other) +
                ": whether " + other.name + " is essential is not known",
            "look at the log of " + other.name + ", and at the task definition"};
  return {
      "ECS probably stopped container " + decided + " because " + with_code(other) +
          ", which is essential; it does not say which of them ended first",
      "look at both logs; if the task can do without " + other.name + ", make it not essential"};
}

// Of an essential one that ended by itself with an error. Nothing where no other container shows
// anything of it.
std::optional<Explanation> of_essential(const LaunchOutcome& launch) {
  const auto& name = launch.verdict.container;
  const auto own_error =
      "container " + name + ", which is essential, ended with an error of its own";
  const auto* if_needless = "look at its log; if the task can do without it, make it not essential";
  if (const auto* other = may_have_ended_first(
          launch, [](const ContainerOutcome& one) { return one.exit_code == 0; }))
    return Explanation{own_error +
                           ": either that ended the task, or it was being stopped because " +
                           with_code(*other) + "; ECS does not say which of them ended first",
                       "look at its log; if it was being stopped, let it end with 0 on SIGTERM, or "
                       "make it not essential"};
  if (may_have_ended_first(launch, is_kill) != nullptr)
    return Explanation{own_error + ", and ECS probably stopped the others for it", if_needless};
  // Then the others are not essential, and no end of theirs ends a task.
  const bool took_others_along =
      std::any_of(launch.containers.begin(), launch.containers.end(),
                  [&](const auto& other) { return other.name != name && is_kill(other); }) &&
      may_have_ended_first(launch, [](const auto&) { return true; }) == nullptr;
  if (took_others_along) return Explanation{own_error + " and ended the task with it", if_needless};
  return std::nullopt;
}

// Since the wrappers of today start first and the program then, such a fault is only in the log.
// Whose line it is is not known: it is none where a container that does not matter failed too.
bool is_of_another_cpu(const LaunchOutcome& launch) {
  return !launch.last_lines.empty() &&
         contains(lower_case(launch.last_lines.back()), "exec format") &&
         std::none_of(launch.containers.begin(), launch.containers.end(), [](const auto& one) {
           return !may_be_essential(one) && one.exit_code.value_or(0) != 0 && !is_kill(one);
         });
}

Explanation by_code(const LaunchOutcome& launch) {
  const auto& name = launch.verdict.container;
  const auto* decided = decided_by(launch);
  if (decided == nullptr || !decided->exit_code)
    return {"ECS shows no exit code of container " + name +
                ": it never ran, or its host was lost while it did",
            "look at its reason and its log; then run it again"};
  if (is_of_another_cpu(launch))
    return {"the program was built for another CPU architecture, or a script lacks its #! line",
            "build the image for the platform that the task runs on"};
  if (is_killed_at_the_end(launch, *decided))
    if (const auto* other =
            may_have_ended_first(launch, [](const ContainerOutcome& one) { return !is_kill(one); }))
      return of_killed_with(*other, name);
  for (const auto& known : kCodes)
    if (known.code == *decided->exit_code)
      return {std::string(known.cause), std::string(known.next_step)};
  if (decided->is_essential.value_or(false))
    if (auto explanation = of_essential(launch)) return *std::move(explanation);
  return {"the program in container " + name + " ended with an error of its own",
          launch.last_lines.empty()
              ? "no log line of it is known: look at its command and variables"
              : "its last log lines say what it was"};
}

Explanation of_stopped(const LaunchOutcome& launch) {
  if (launch.stop_code == ecs::stop_code::kServiceSchedulerInitiated)
    return {"the scheduler of an ECS service stopped it: a deployment, scaling or a health check",
            "run it as a task of its own, not one that belongs to a service"};
  if (contains(lower_case(launch.stopped_reason), "runtask"))
    return {"another runtask stopped it", "its stopped reason says why"};
  const bool is_local = contains(launch.where, "the embedded ECS");
  return {"somebody or something else stopped it",
          is_local
              ? "its stopped reason may say who; any client that has the embedded ECS' keys can"
              : "its stopped reason may say who; CloudTrail has the StopTask call"};
}

Explanation of_infrastructure(const LaunchOutcome& launch) {
  if (launch.stop_code == ecs::stop_code::kSpotInterruption)
    return {"AWS took the Spot capacity back",
            "run it again, with --retry-on-spot N, or without a Spot capacity provider"};
  if (launch.stop_code == ecs::stop_code::kInfrastructureHealth)
    return {"AWS found the host unhealthy and moved away from it", "run it again"};
  return {"what it ran on went away", "run it again"};
}

std::string how_to_go_on(const std::string& run_id) {
  return run_id.empty() ? "look for its task in the cluster"
                        : "go on with the run: runtask runs attach " + run_id;
}

Explanation of_unknown(const LaunchOutcome& launch, const std::string& run_id) {
  const auto& words = launch.verdict.words;
  if (contains(words, "never showed"))
    return {"ECS took the start and never showed the task: it may run all the same",
            "look for the task in the cluster before starting it again; its log may say whether it "
            "ran"};
  if (contains(words, "MISSING"))
    return {
        "ECS does not show the task any more, and nobody saw it stop: it forgets a stopped task "
        "after about an hour",
        "its log may still say how it ended; if the task was seen just before, look for it in "
        "the cluster"};
  if (contains(words, "credentials have expired"))
    return {"the AWS credentials ended before the task did",
            "get new ones, then " + how_to_go_on(run_id)};
  if (contains(words, "may not be described"))
    return {"these credentials may not see how the task ends", "allow ecs:DescribeTasks"};
  if (contains(words, "ConflictException"))
    return {"ECS says that the call's token was used before, and shows no task of it",
            "look for a task of this run in the cluster before starting it again"};
  if (contains(words, "looking for its task"))
    return {"RunTask got no answer, and the tasks of the cluster could not be listed",
            "where it is not allowed, allow ecs:ListTasks, then " + how_to_go_on(run_id)};
  if (contains(words, "may have been started"))
    return {"the answer to RunTask was lost, and so was every later one",
            "look for a task of this run in the cluster before starting it again"};
  return {};
}

// Of a task that was to be stopped and was not: see Machine::end_unstopped.
Explanation of_unstopped(const LaunchOutcome& launch, const std::string& run_id) {
  const auto stop =
      run_id.empty() ? "then stop it in the cluster" : "then: runtask runs stop " + run_id;
  if (contains(launch.verdict.words, "may not be stopped"))
    return {"these credentials may not stop tasks, so it runs on", "allow ecs:StopTask, " + stop};
  return {"it was asked to stop and was not seen to end", "look at it in the cluster, " + stop};
}

Explanation by_kind(const LaunchOutcome& launch, const std::string& run_id) {
  const bool was_to_stop = launch.verdict.kind == VerdictKind::kTimedOut ||
                           launch.verdict.kind == VerdictKind::kNeverStarted;
  if (was_to_stop && launch.verdict.may_still_run) return of_unstopped(launch, run_id);
  switch (launch.verdict.kind) {
    case VerdictKind::kTimedOut:
      if (contains(launch.verdict.words, "--start-timeout"))
        return {"it took longer to start than --start-timeout allows",
                "raise --start-timeout, or look what it waits for: image, network, capacity"};
      return {"it ran longer than --timeout allows", "raise --timeout, or look where it hangs"};
    case VerdictKind::kStopped:
      return of_stopped(launch);
    case VerdictKind::kInfrastructure:
      return of_infrastructure(launch);
    case VerdictKind::kNeverStarted:
      if (launch.verdict.words != verdict_of_stop(OurStop::kStartTimeout).words) return {};
      return {"it was not RUNNING within --start-timeout",
              "look at the cluster's capacity and at the size of the image; or raise it"};
    case VerdictKind::kFailed:
      return launch.verdict.container.empty() ? Explanation() : by_code(launch);
    case VerdictKind::kUnknown:
      return of_unknown(launch, run_id);
    default:
      return {};
  }
}

// What AWS said of a task that it had, and of the containers that count: see explain(). The reason
// of a StopTask is anybody's free text.
std::string ending_words(const LaunchOutcome& launch) {
  std::string words;
  if (launch.stop_code != ecs::stop_code::kUserInitiated) words = launch.stopped_reason;
  const auto* decided = decided_by(launch);
  if (decided != nullptr) words += "\n" + decided->reason;
  if (decided != nullptr && !is_killed_at_the_end(launch, *decided)) return words;
  for (const auto& container : launch.containers)
    if (&container != decided && may_be_essential(container)) words += "\n" + container.reason;
  return words;
}

// What the words call the thing that the sign is about; empty: nothing.
std::string name_in(const std::string& words, const Sign& sign) {
  const auto lower = lower_case(words);
  for (const auto& before : split(std::string(sign.name_after), '|')) {
    const auto at = before.empty() ? std::string::npos : lower.find(before);
    if (at == std::string::npos) continue;
    auto name = words.substr(at + before.size());
    name.resize(std::min(name.size(), name.find_first_of(" \t\n,;")));
    if (name.ends_with(':')) name.pop_back();  // What follows is about it.
    return name;
  }
  return {};
}

std::optional<Explanation> by_sign(Evidence evidence, const std::string& words) {
  const auto* sign = find_sign(evidence, lower_case(words));
  if (sign == nullptr) return std::nullopt;
  const auto name = name_in(words, *sign);
  return Explanation{std::string(sign->cause) + (name.empty() ? "" : ": " + name),
                     std::string(sign->next_step)};
}

std::optional<Explanation> by_words(const LaunchOutcome& launch) {
  // Our own words quote RunTask only where nothing was started.
  if (launch.verdict.kind == VerdictKind::kNeverStarted && launch.task_arn.empty()) {
    const auto words = "\n" + launch.verdict.words;
    if (auto refusal = by_sign(Evidence::kRefusal, words)) return refusal;
    return by_sign(Evidence::kEnding, words);
  }
  return by_sign(Evidence::kEnding, ending_words(launch));
}

}  // namespace

Explanation explain(const LaunchOutcome& launch, const std::string& run_id) {
  const auto kind = launch.verdict.kind;
  if (launch.verdict.may_still_run && contains(launch.verdict.words, "may not be stopped"))
    return of_unstopped(launch, run_id);
  if (kind == VerdictKind::kSucceeded || kind == VerdictKind::kSkipped ||
      kind == VerdictKind::kDetached || kind == VerdictKind::kCancelled ||
      kind == VerdictKind::kInterrupted)
    return {};
  if (auto known = by_words(launch)) return *std::move(known);
  return by_kind(launch, run_id);
}

}  // namespace runtask::run
