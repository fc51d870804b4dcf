#include "cli/run_plan.h"

#include <map>
#include <utility>

#include "base/text.h"
#include "cli/cluster_check.h"
#include "cli/only_one.h"
#include "cli/run_session.h"
#include "run/plan_view.h"

namespace runtask::cli {

Result<> check_clusters(const World& world, PreparedRun& prepared) {
  std::map<std::pair<std::size_t, std::string>, std::vector<const run::Launch*>> clusters;
  for (const auto& launch : prepared.plan.launches)
    clusters[{prepared.plan.part_of(launch).place.target, launch.input.cluster}].push_back(&launch);
  for (const auto& [cluster, launches] : clusters)
    for (auto& check :
         TRY(look_at_cluster(world, prepared.targets.at(cluster.first), cluster.second, launches)))
      run::add_check(std::move(check), prepared.checks);
  return {};
}

Result<> show_plan(const World& world, PreparedRun& prepared, const PlanForm& form) {
  const auto& plan = prepared.plan;
  if (form.only_one)
    for (auto& check : OnlyOne::look(world, prepared.targets, plan))
      run::add_check(std::move(check), prepared.checks);
  // Not wrong: nothing but a word lacks, and whoever looks at the plan decides on it.
  if (const auto allowed = check_launches(plan.launches.size(), form.yes); !allowed)
    run::add_check({run::Finding::kUnknown,
                    allowed.error().message + ": the run needs --yes",
                    allowed.error().hint,
                    {}},
                   prepared.checks);
  const run::Definitions definitions(prepared.requests);
  const run::PlanView view{plan, definitions, prepared.checks};
  if (form.json) {
    world.screen.output(run::to_json(view));
  } else {
    world.screen.output_lines(trimmed(run::to_text(view)));
  }
  return run::refuse_bad(prepared.checks);
}

}  // namespace runtask::cli
