#pragma once

#include <deque>
#include <vector>

#include "cli/target.h"
#include "cli/world.h"
#include "run/plan_check.h"

// A plan with all that is known of it before anything starts, and how it is shown.

namespace runtask::cli {

// The plan refers to the targets by index.
struct PreparedRun {
  std::vector<Target> targets;
  std::deque<ecs::TaskDefinition> definitions;  // What the requests refer to.
  std::vector<run::DefinedRequest> requests;
  run::Plan plan;
  std::vector<run::PlanCheck> checks;
};

// Asks of each cluster whether it is there. What is wrong is one more of the plan's checks.
[[nodiscard]] Result<> check_clusters(const World& world, PreparedRun& prepared);

struct PlanForm {
  bool only_one = false;  // Whether somebody is in the way is looked at too.
  bool json = false;
  bool yes = false;  // Else a plan of more than 100 launches says that its run needs that word.
};
// Prints the plan; the error is what stands in its way.
[[nodiscard]] Result<> show_plan(const World& world, PreparedRun& prepared, const PlanForm& form);

}  // namespace runtask::cli
