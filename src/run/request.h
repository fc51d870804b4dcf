#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "ecs/types.h"

// What the user asked for, after flags, files and environment have been read. Values only.

namespace runtask::run {

struct Variable {
  std::string name;
  std::string value;
  bool is_secret = false;  // Never shown; masked in every output.
};

// Which of the tasks of a run this is, by hamlet's names. A task that is given directly has none of
// them: all such tasks are of one environment.
struct Place {
  std::string environment;
  std::string task;      // Only where the run has several of them, for it becomes part of names.
  std::string instance;  // As it is shown: `default` is the unnamed one.
  // Whose account and region: an index into the plan's targets.
  std::size_t target = 0;
};

// How launches may overlap.
enum class Order {
  // Environment by environment, the next one only when the last succeeded; the launches of one side
  // by side.
  kByEnvironment,
  kListed,      // One after the other, the next only when the last succeeded.
  kFirstAlone,  // One, then the rest side by side.
  kAll,         // Everything side by side.
};
enum class AfterFailure {
  kFinishRunning,  // What runs ends, what waits is skipped.
  kFailFast,       // What runs is stopped, what waits is skipped.
  kKeepGoing,      // Everything runs.
};

struct Request {
  Place place;
  // Which task, how often.
  std::string cluster;
  std::string task_definition;
  std::string container;  // That variables and command go to and that decides; empty: by rule.
  int count = 1;
  // Where ECS places it.
  std::string launch_type;
  std::vector<ecs::CapacityProviderItem> capacity_providers;
  std::string platform_version;
  std::vector<std::string> subnets;
  std::vector<std::string> security_groups;
  bool assign_public_ip = false;
  // The configuration of this run.
  std::vector<Variable> environment;  // A later one of the same name wins.
  std::optional<std::vector<std::string>> command;
  std::string cpu, memory;
  std::string task_role, execution_role;
  std::optional<ecs::TaskOverride> base_overrides;  // A whole object; the members above win.
  std::vector<ecs::Tag> tags;
  std::string started_by;
  std::string group;
  bool enable_execute_command = false;
  // How to follow the logs.
  bool follow_logs = true;
  std::string log_group;          // Instead of the definition's.
  std::string log_stream_prefix;  // Instead of the definition's.
};

}  // namespace runtask::run
