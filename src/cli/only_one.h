#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/target.h"
#include "cli/world.h"
#include "run/plan.h"
#include "run/plan_check.h"
#include "sys/files.h"

// --only-one: a run that starts nothing while a task of one of its families is alive in the cluster
// that it would run in, whoever started it. The launches of the run itself do not count.
//
// On one machine exactly one of two runs at the same moment starts: each holds a lock per cluster
// and family from before it looks until it ends. Between machines ECS has no such lock: two that
// look in the same moments may both see nothing, and a task that was started seconds ago may not be
// listed yet.

namespace runtask::cli {

// Tasks of the run itself, when it is gone on with: they are not in the way.
struct OwnTasks {
  std::set<std::string> arns;
  std::set<std::string> started_by;  // Of those whose ARNs are not known.
};

// The locks; they end with it.
class OnlyOne {
 public:
  // kConflict, with the task or the run that is in the way; the call's own error when the tasks
  // may not be listed: then nobody knows, and nothing is to be started.
  [[nodiscard]] static Result<OnlyOne> claim(const World& world, const std::vector<Target>& targets,
                                             const run::Plan& plan, const OwnTasks& own);
  // Only looks, for --plan: what is in the way, and of which launches.
  [[nodiscard]] static std::vector<run::PlanCheck> look(const World& world,
                                                        const std::vector<Target>& targets,
                                                        const run::Plan& plan);

 private:
  OnlyOne() = default;

  std::vector<std::unique_ptr<sys::FileLock>> locks_;
};

}  // namespace runtask::cli
