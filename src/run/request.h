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

// How launches may overlap. Environments come with hamlet's names; until then all launches are of
// one environment.
enum class Order {
  kByEnvironment,  // Side by side.
  kListed,         // One after the other, the next only when the last succeeded.
  kFirstAlone,     // One, then the rest side by side.
  kAll,            // Everything side by side.
};
enum class AfterFailure {
  kFinishRunning,  // What runs ends, what waits is skipped.
  kFailFast,       // What runs is stopped, what waits is skipped.
  kKeepGoing,      // Everything runs.
};

struct Request {
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
