#pragma once

#include <deque>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/target.h"
#include "cli/world.h"
#include "hamlet/cmdb.h"
#include "run/plan.h"
#include "run/request.h"

// Tasks by hamlet's names: from the CMDB's answer to what ECS has to be asked for. The steps are
// functions of their own, because `runtask run` and runTask.sh say different things between them.
// Nothing is started here.

namespace runtask::cli {

// What the CMDB says, for all environments of a run.
struct NamedTasks {
  struct Environment {
    hamlet::ScopeFacts facts;
    std::vector<std::string> state_files;  // That were searched for outputs.
  };
  struct Task {
    std::size_t environment = 0;  // Index into `environments`.
    hamlet::Occurrence occurrence;
    std::size_t target = 0;  // Index into the targets; see targets_of().
    std::string definition;  // See choose_definitions().
  };
  std::vector<Environment> environments;  // In the order given.
  std::vector<Task> tasks;                // In the order of the plan.
  std::vector<std::string> warnings;
};

// The CMDB as each environment of the selection sees it, in the order given. Errors as of
// hamlet::resolve_scopes() and hamlet::Cmdb.
[[nodiscard]] Result<std::vector<hamlet::Cmdb>> load_cmdbs(const World& world,
                                                           const Selection& selection);
// All tasks must exist in all environments: nothing is returned for some. An instance that is not
// given is the unnamed one. Errors as of selector_of() and hamlet::Cmdb.
[[nodiscard]] Result<NamedTasks> find_tasks(const World& world,
                                            const std::vector<hamlet::Cmdb>& cmdbs,
                                            const Selection& selection);

// Refuses, kNotFound, tasks that were never deployed: says which outputs are missing and where they
// were looked for.
[[nodiscard]] Result<> check_deployed(const NamedTasks& tasks);

struct TargetChoice {
  bool local = false;   // The embedded endpoint for all of them.
  std::string profile;  // Of the AWS files, instead of hamlet's settings for the account.
  CallChoice calls;
};
// One target per distinct account and region, each with the account's own credentials, which must
// belong to the account that the CMDB means. Sets the tasks' `target`.
[[nodiscard]] Result<std::vector<Target>> targets_of(const World& world, NamedTasks& tasks,
                                                     const TargetChoice& choice);

// The definition of each task: the CMDB's output, else its fixed name, else by the account's
// listing.
[[nodiscard]] Result<> choose_definitions(const World& world, const std::vector<Target>& targets,
                                          NamedTasks& tasks);

// How a task's engine and network become a request. The script compares the engine's words exactly
// and knows no capacity providers and no public addresses; its requests must stay what they were.
enum class RequestStyle { kRunTask, kScript };

struct NamedRequests {
  std::deque<ecs::TaskDefinition>
      definitions;                            // Those that could be read; the requests refer here.
  std::vector<run::DefinedRequest> requests;  // One per task, in their order.
};
// `base` is the configuration of the run and what its flags say about placement, which win.
[[nodiscard]] Result<NamedRequests> make_requests(const World& world,
                                                  const std::vector<Target>& targets,
                                                  const NamedTasks& tasks, const run::Request& base,
                                                  RequestStyle style);

}  // namespace runtask::cli
