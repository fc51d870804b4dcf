#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "ecs/api.h"
#include "run/request.h"

// The request resolved: one launch per task to start, each with its complete RunTask input. Pure
// data; made before anything is started, so that all that can be known is reported first.

namespace runtask::run {

// When the definition is not known: as much as Fargate allows one container.
constexpr Duration kStopPatienceUnknown = std::chrono::seconds(120);

// Where the lines of one container are, as far as its log configuration says.
struct LogSource {
  std::string container;
  std::string group;   // Empty: they cannot be followed; `note` says why.
  std::string prefix;  // Of the stream's name; empty: it has none.
  std::string note;
  std::string region;  // Where the group is; empty: the target's.
  // ECS API: without awslogs-stream-prefix the stream is named by the container's runtimeId, which
  // only the task tells, once the container is there.
  bool is_by_runtime_id = false;
};

// An account and region of ECS, in words; calls to it are made by whoever carries the plan out.
struct TargetWords {
  std::string account;  // hamlet's name of it; empty: not known.
  std::string region;
  std::string words;  // As it is shown: "eu-west-1", "the embedded ECS".
};

// What the launches of one request have in common.
struct Part {
  Place place;
  std::string what;     // "manage:3"
  std::string cluster;  // Its name, for people; the inputs have it as it was given.
  // Whose exit codes decide: the containers that the overrides or --container name; may be empty.
  std::vector<std::string> deciding;
  // Essential containers in the order of the definition; empty when the definition is not known.
  std::vector<std::string> essential;
  // How long ECS may take, after a StopTask, until it kills the last container.
  Duration stop_patience = kStopPatienceUnknown;
  std::vector<LogSource> logs;
};

struct Launch {
  int index = 0;
  // As it is shown, different from all others of the plan: the family, or, by hamlet's names,
  // `environment/instance`, `environment/task/instance`; with a number where several are the same.
  std::string name;
  ecs::RunTask input;  // Complete, with its client token.
  std::size_t part = 0;
};

struct Plan {
  std::string run_id;
  std::string title;  // "django-manage:3 on example"
  std::vector<TargetWords> targets;
  std::vector<Part> parts;
  // Those of one environment together, in the order in which they may start.
  std::vector<Launch> launches;
  std::vector<Secret> secrets;  // To be masked in whatever is shown; the longest first.

  [[nodiscard]] const Part& part_of(const Launch& launch) const { return parts.at(launch.part); }
  [[nodiscard]] const TargetWords& target_of(const Part& part) const {
    return targets.at(part.place.target);
  }
};

// A request with the definition that it names. That may be null when it could not be read: then
// names are not checked, and logs are followed only where the request says so.
struct DefinedRequest {
  Request request;
  const ecs::TaskDefinition* definition = nullptr;  // Must outlive the call that it is passed to.
};

// Environments come in the order of their first request, and the launches of one in the order of
// its requests. `targets` may be empty where nothing is known of them. Errors, all before anything
// is started: kUsage for requests that contradict themselves or ECS' limits and for a place that
// comes twice, kNotFound for a container that is not there.
[[nodiscard]] Result<Plan> make_plan(const std::vector<DefinedRequest>& requests,
                                     std::vector<TargetWords> targets, const std::string& run_id);

// The place in words: "dev/default", "dev/migrate/default"; empty for a task given directly.
[[nodiscard]] std::string to_text(const Place& place);
// "eu-west-1, account shared01, cluster prod", as far as it is known.
[[nodiscard]] std::string where(const Plan& plan, const Part& part);

// The length of the overrides as ECS counts it: all of their JSON, in characters.
[[nodiscard]] std::size_t characters_of(const ecs::TaskOverride& overrides);

// The launch's request as ECS gets it when no other launch shares the call: with that call's token
// and, where the user gave none, its startedBy.
[[nodiscard]] ecs::RunTask request_alone(const Plan& plan, const Launch& launch);
// What stands for startedBy in the requests of a plan until a call has its own.
[[nodiscard]] std::string started_by_of_calls(const std::string& run_id);

// One line. Values of secrets are masked. For people: run/plan_view.h.
[[nodiscard]] std::string to_json(const Plan& plan);

// The text with every value of a secret, and every line of one that has several, replaced by ****.
// What is shorter than 4 characters is left alone: masking it would make every text unreadable and
// hide nothing.
[[nodiscard]] std::string masked(std::string text, const std::vector<Secret>& secrets);
// The same for the lines of one log stream, one after the other. A line that was too long has been
// cut, perhaps within a secret: then each of its parts is masked that has 4 characters or half of
// it.
class LineMask {
 public:
  // `is_cut`: of the line before the first.
  LineMask(const std::vector<Secret>& secrets, bool is_cut);
  [[nodiscard]] std::string masked(std::string line);
  // Whether the last line may go on in the next one.
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  std::vector<std::string> values_;
  bool is_cut_;
};
// Docker cuts after 16 KiB, its awslogs driver after 256 KiB (later 1 MiB), less what an event
// takes besides. How long exactly depends on versions and on bytes that are not UTF-8.
constexpr std::size_t kCutLineBytesMin = 16'000;
// The same for JSON text: only inside of its strings, so that it stays JSON. A string that is a
// secret's value whole is masked however short it is. One line.
[[nodiscard]] std::string masked_json(std::string text, const std::vector<Secret>& secrets);

}  // namespace runtask::run
