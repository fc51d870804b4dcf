#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/only_one.h"
#include "cli/run_observer.h"
#include "cli/run_plan.h"
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
      "set them; their values are not kept for another run");
}

// The recipe of the run that is meant.
struct OldRun {
  std::string id;
  std::string recipe;
};
Result<OldRun> find_recipe(const World& world, const std::string& reference) {
  auto records = TRY(RunRecords::open(world, history::History::Access::kRead));
  const auto run = TRY(records.history.find(reference));
  const auto& id = run.record.id;
  if (is_pipeline(run))
    return fail(Code::kUsage, "`" + id + "` is a build of a pipeline",
                "start it again: " + run.record.command);
  auto recipe = TRY(records.history.recipe(id));
  if (recipe.empty())
    return fail(Code::kNotFound, "the recipe of the run was not kept: an older runtask recorded it",
                "start it anew; `runtask runs show " + id + "` has its command line");
  return OldRun{id, std::move(recipe)};
}

// As for `runtask run`: nobody would be there to do what the old run's flags ask for.
Result<> check_detach(const run::PlanRecord& record) {
  const char* const flag = record.policy.timeout             ? "--timeout"
                           : record.policy.retry_on_spot > 0 ? "--retry-on-spot"
                           : !record.reports.empty()         ? "--report"
                                                             : nullptr;
  if (flag == nullptr) return {};
  return fail(Code::kUsage, std::string("--detach and the run's own ") + flag +
                                ": nobody is there for it when runtask has left");
}

Result<int> show_plan_again(const World& world, const run::PlanRecord& record,
                            std::vector<Target> targets, const RunsAgain& arguments) {
  PreparedRun prepared;
  prepared.targets = std::move(targets);
  prepared.plan = record.plan;
  std::set<std::pair<std::size_t, std::string>> asked;
  std::vector<DefinitionName> names;
  for (const auto& launch : prepared.plan.launches) {
    const auto target = prepared.plan.part_of(launch).place.target;
    if (asked.emplace(target, launch.input.task_definition).second)
      names.push_back({prepared.targets.at(target), launch.input.task_definition});
  }
  for (auto& read : TRY(read_definitions(world, names)))
    if (read)
      prepared.requests.push_back({{}, &prepared.definitions.emplace_back(*std::move(read))});
  prepared.checks = run::check_plan(prepared.plan, run::Definitions(prepared.requests));
  TRY(check_clusters(world, prepared));
  TRY(show_plan(world, prepared, {record.only_one, arguments.json, arguments.yes}));
  return +kExitSuccess;
}

Result<int> again(const RunsAgain& arguments, const World& world) {
  if (arguments.quiet) world.screen.be_quiet();
  const auto old = TRY(find_recipe(world, arguments.run));
  RunSettings settings;
  settings.secrets = TRY(read_secrets(world, old.recipe));
  std::vector<Secret> values;
  for (const auto& secret : settings.secrets)
    values.push_back(secret.value);
  auto record = TRY(run::read_plan(old.recipe, values));
  if (!arguments.plan) TRY(check_launches(record.plan.launches.size(), arguments.yes));
  if (arguments.detach) TRY(check_detach(record));
  run::rename_run(record.plan, new_run_id(world));
  std::vector<Target> targets;
  for (const auto& target : record.targets)
    targets.push_back(TRY(target_by(world, target, false)));
  if (arguments.plan) return show_plan_again(world, record, std::move(targets), arguments);
  std::optional<OnlyOne> only_one;  // Held until the run has ended.
  if (record.only_one) only_one = TRY(OnlyOne::claim(world, targets, record.plan, {}));
  settings.policy = record.policy;
  settings.policy.detach |= arguments.detach;
  settings.policy.jitter_seed = world.random.below(1ULL << 62U);
  settings.log_pace = record.log_pace;
  settings.reports = record.reports;
  settings.is_script = record.is_script;
  settings.only_one = record.only_one;
  settings.typed = {"runs", "again", old.id};
  if (!arguments.json) world.screen.note(heading(record.plan) + ", again " + old.id);
  RunObserver observer(world.screen, world.loop, record.plan,
                       {arguments.json, arguments.timestamps, arguments.quiet});
  const int code = TRY(carry_out(world, settings, targets, record.plan, observer));
  if (settings.policy.detach && !arguments.json) world.screen.output(record.plan.run_id);
  return exit_code_of(record, code);
}

}  // namespace

int runs(const RunsAgain& arguments, const World& world) {
  const auto code = again(arguments, world);
  if (code) return *code;
  return say_no_run(world, code.error(), arguments.json);
}

}  // namespace runtask::cli
