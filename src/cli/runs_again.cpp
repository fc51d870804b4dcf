#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_observer.h"
#include "cli/run_records.h"
#include "cli/run_session.h"
#include "run/plan_record.h"

namespace runtask::cli {
namespace {

// The secrets' values as the environment has them now.
Result<std::vector<run::NamedSecret>> read_secrets(const World& world, const std::string& recipe) {
  std::vector<run::NamedSecret> secrets;
  std::vector<std::string> missing;
  for (const auto& name : TRY(run::secret_names(recipe))) {
    if (name.empty())
      return fail(Code::kUsage, "the run had a secret that came from no variable",
                  "start it anew, as it was started then");
    const auto value = world.environment.get(name);
    if (!value) missing.push_back(name);
    secrets.push_back({name, Secret(value.value_or(""))});
  }
  if (missing.empty()) return secrets;
  return fail(
      Code::kUsage,
      "the run had secrets that are not set in runtask's environment: " + join(missing, ", "),
      "set them; their values are never kept");
}

Result<int> again(const RunsAgain& arguments, const World& world) {
  std::string recipe;
  std::string old_id;
  {
    auto records = TRY(RunRecords::open(world, history::History::Access::kRead));
    const auto run = TRY(records.history.find(arguments.run));
    if (is_pipeline(run))
      return fail(Code::kUsage, "`" + run.record.id + "` is a build of a pipeline",
                  "start it again: " + run.record.command);
    old_id = run.record.id;
    recipe = TRY(records.history.recipe(old_id));
  }
  if (recipe.empty())
    return fail(Code::kNotFound, "the recipe of the run was not kept: an older runtask recorded it",
                "start it anew; `runtask runs show " + old_id + "` has its command line");
  RunSettings settings;
  settings.secrets = TRY(read_secrets(world, recipe));
  std::vector<Secret> values;
  for (const auto& secret : settings.secrets)
    values.push_back(secret.value);
  auto record = TRY(run::read_plan(recipe, values));
  run::rename_run(record.plan, new_run_id(world));
  std::vector<Target> targets;
  for (const auto& target : record.targets)
    targets.push_back(TRY(target_by(world, target)));
  settings.policy = record.policy;
  settings.policy.jitter_seed = world.random.below(1ULL << 62U);
  settings.log_pace = record.log_pace;
  settings.reports = record.reports;
  settings.is_script = record.is_script;
  settings.typed = {"runs", "again", old_id};
  if (!arguments.quiet && !arguments.json)
    world.screen.message("run " + record.plan.run_id + ": " + record.plan.title + " (again " +
                         old_id + ")");
  RunObserver observer(world.screen, world.loop, record.plan,
                       {arguments.json, arguments.timestamps, arguments.quiet});
  const int code = TRY(carry_out(world, settings, targets, record.plan, observer));
  if (record.policy.detach && !arguments.json) world.screen.output(record.plan.run_id);
  return exit_code_of(record, code);
}

}  // namespace

int runs(const RunsAgain& arguments, const World& world) {
  const auto code = again(arguments, world);
  if (code) return *code;
  return say_no_run(world, code.error(), arguments.json);
}

}  // namespace runtask::cli
