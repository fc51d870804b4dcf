#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ecs/api.h"
#include "local/answer.h"
#include "local/model.h"

// The rules that a RunTask request must keep, and what follows from it alone. Pure; any thread.

namespace runtask::local {

// ECS API: at most 64 characters with codes from 33 to 126; may be empty. None when it is right.
[[nodiscard]] std::optional<std::string> wrong_client_token(std::string_view token);

// Everything else that does not depend on the cluster's state, in ECS' words.
[[nodiscard]] Answer<void> check_run_task(const ecs::RunTask& request,
                                          const ecs::TaskDefinition& definition);

// Where the task goes. Without a choice in the request the first of requiresCompatibilities counts.
struct Placement {
  std::string launch_type;
  std::string capacity_provider;
};
[[nodiscard]] Placement placement_of(const ecs::RunTask& request,
                                     const ecs::TaskDefinition& definition);

// The platform version of a task on Fargate: what LATEST, or none, means is said.
[[nodiscard]] std::string platform_of(const ecs::RunTask& request);

// The request's tags; the definition's as well when they are propagated; ECS' own when asked for.
[[nodiscard]] std::vector<ecs::Tag> tags_of(const ecs::RunTask& request,
                                            const DefinitionRecord& record,
                                            const std::string& cluster);

}  // namespace runtask::local
