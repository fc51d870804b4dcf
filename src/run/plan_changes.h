#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ecs/api.h"

// What a request changes of its task definition, member by member. Pure.

namespace runtask::run {

struct Change {
  std::string container;  // Empty: the task as a whole.
  std::string what;       // As ECS calls it: "environment", "command", "cpu", "taskRoleArn".
  std::string name;       // Of the variable; empty for everything else.
  // As text for people; lists as shell words, what has no form of its own as JSON. None: not set.
  std::optional<std::string> before;
  std::string after;
};

// In the order of the request. Without a definition nothing is known to have been set before. What
// is set to what it was is listed too, with `before` equal to `after`.
[[nodiscard]] std::vector<Change> changes_of(const ecs::RunTask& input,
                                             const ecs::TaskDefinition* definition);

}  // namespace runtask::run
