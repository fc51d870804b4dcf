#pragma once

#include <string>
#include <vector>

#include "cli/target.h"
#include "cli/world.h"
#include "run/plan_check.h"

// Whether a cluster is there, asked of ECS before anything starts.

namespace runtask::cli {

// What the cluster says of those launches, which are all of it: whether it is active, and whether
// it has their capacity providers. Nobody's fault when it may not be described: that costs a
// warning. Errors: the call's own, when it fails.
[[nodiscard]] Result<std::vector<run::PlanCheck>> look_at_cluster(
    const World& world, const Target& target, const std::string& name,
    const std::vector<const run::Launch*>& launches);

// kNotFound when there is no such cluster, or it is not active; the call's own error when it fails.
// One that may not be described costs a warning and is left to RunTask.
[[nodiscard]] Result<> check_cluster(const World& world, const Target& target,
                                     const std::string& name);

// The ARNs of all clusters, page by page.
[[nodiscard]] Result<std::vector<std::string>> all_clusters(const World& world,
                                                            ecs::Client& client);

}  // namespace runtask::cli
