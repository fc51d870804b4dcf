#include <set>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/named_tasks.h"
#include "cli/run_observer.h"
#include "cli/run_request.h"
#include "cli/run_session.h"
#include "cli/target.h"

namespace runtask::cli {
namespace {

int exit_code_of(const Error& error) {
  return error.code == Code::kUsage ? kExitUsage : kExitCouldNotRun;
}

bool wants_local(const RunArguments& arguments, const World& world) {
  const auto wish = world.environment.get_non_empty("RUNTASK_LOCAL");
  return arguments.local || (wish && *wish != "0");
}

// "eu-west-1, us-east-1"
std::string words(const std::vector<Target>& targets) {
  std::set<std::string> all;
  for (const auto& target : targets)
    all.insert(target.words);
  return join(std::vector(all.begin(), all.end()), ", ");
}

Result<Target> choose_target(const RunArguments& arguments, const World& world) {
  auto target = wants_local(arguments, world)
                    ? local_target(world)
                    : aws_target(world, {arguments.profile, arguments.selection.region,
                                         arguments.insecure_http});
  if (target) return target;
  // Missing keys or a region are no mistake in this command's words: it could not run.
  auto error = std::move(target).error();
  if (error.code == Code::kUsage) error.code = Code::kDenied;
  return fail(std::move(error));
}

bool is_by_names(const Selection& selection) {
  return selection.tier || selection.component || selection.tasks;
}

// One way of saying which task, and that one whole.
Result<> check_which(const RunArguments& arguments) {
  const auto& selection = arguments.selection;
  const bool is_direct = !arguments.task_definition.empty();
  if (!is_by_names(selection)) {
    if (is_direct) return {};
    return fail(Code::kUsage, "which task? --task-definition is required, or -w with -t and -i",
                "--task-definition names it directly; -t, -i and -w find it in a hamlet CMDB");
  }
  if (is_direct || !arguments.cluster.empty())
    return fail(Code::kUsage,
                std::string(is_direct ? "--task-definition" : "--cluster") +
                    " and hamlet's names (-t, -i, -w) are two ways of saying which "
                    "task",
                "by hamlet's names the CMDB says cluster and definition");
  if (!selection.tasks || selection.tasks->empty())
    return fail(Code::kUsage, "which task? -w is required beside -t and -i",
                "runtask find shows what the CMDB defines");
  return {};
}

// What a run is made of once everybody has been asked. The plan refers to the targets by index.
struct Prepared {
  std::vector<Target> targets;
  run::Plan plan;
};

Result<Prepared> prepare_direct(const RunArguments& arguments, const World& world,
                                const run::Request& request) {
  Prepared prepared;
  prepared.targets.push_back(TRY(choose_target(arguments, world)));
  const auto& target = prepared.targets.front();
  const auto definition = TRY(read_definition(world, target, arguments.task_definition));
  prepared.plan = TRY(run::make_plan({{request, definition ? &*definition : nullptr}},
                                     words_of(prepared.targets), new_run_id(world)));
  // On AWS a run leaves this to RunTask, which says the same one call earlier.
  if (arguments.plan || target.is_local) TRY(check_cluster(world, target, arguments.cluster));
  return prepared;
}

// A name that two clusters have is no name of one task.
Result<> check_one_component(const NamedTasks& tasks) {
  std::set<std::string> components;
  for (const auto& task : tasks.tasks)
    components.insert("`" + task.occurrence.tier + "/" + task.occurrence.component + "`");
  if (components.size() < 2) return {};
  return fail(Code::kUsage,
              "more than one component has that task: " +
                  join(std::vector(components.begin(), components.end()), ", "),
              "say which: -t TIER -i COMPONENT");
}

Result<Prepared> prepare_by_names(const RunArguments& arguments, const World& world,
                                  const run::Request& request) {
  const auto cmdbs = TRY(load_cmdbs(world, arguments.selection));
  auto tasks = TRY(find_tasks(world, cmdbs, arguments.selection));
  for (const auto& warning : tasks.warnings)
    world.screen.warning(warning);
  TRY(check_one_component(tasks));
  TRY(check_deployed(tasks));
  Prepared prepared;
  prepared.targets = TRY(targets_of(
      world, tasks, {wants_local(arguments, world), arguments.profile, arguments.insecure_http}));
  TRY(choose_definitions(world, prepared.targets, tasks));
  for (const auto& task : tasks.tasks)
    TRY(check_cluster(world, prepared.targets[task.target], *task.occurrence.cluster.value));
  const auto requests =
      TRY(make_requests(world, prepared.targets, tasks, request, RequestStyle::kRunTask));
  prepared.plan =
      TRY(run::make_plan(requests.requests, words_of(prepared.targets), new_run_id(world)));
  return prepared;
}

Result<int> try_run(const RunArguments& arguments, const World& world) {
  TRY(check_which(arguments));
  const auto request = TRY(read_request(arguments, world));
  const auto prepared =
      TRY(is_by_names(arguments.selection) ? prepare_by_names(arguments, world, request)
                                           : prepare_direct(arguments, world, request));
  const auto& [targets, plan] = prepared;
  TRY(check_launches(plan.launches.size(), arguments.yes));
  if (arguments.plan) {
    world.screen.output(
        std::string(trimmed(arguments.json ? run::to_json(plan) : run::to_text(plan))));
    return +kExitSuccess;
  }
  RunSettings settings;
  settings.policy = read_policy(arguments, world);
  settings.history = arguments.history;
  settings.typed = arguments.typed;
  settings.reports = arguments.reports;
  for (const auto& name : arguments.secrets)
    settings.secrets.push_back({name, Secret(world.environment.get(name).value_or(""))});
  set_pace(targets, settings);
  if (arguments.drain) settings.log_pace.drain = *arguments.drain;
  if (!arguments.quiet && !arguments.json)
    world.screen.message("run " + plan.run_id + ": " + plan.title + " (" + words(targets) + ")");
  RunObserver observer(world.screen, world.loop, plan,
                       {arguments.json, arguments.timestamps, arguments.quiet});
  const int exit_code = TRY(carry_out(world, settings, targets, plan, observer));
  if (arguments.detach && !arguments.json) world.screen.output(plan.run_id);
  return exit_code;
}

}  // namespace

int run(const RunArguments& arguments, const World& world) {
  const auto code = try_run(arguments, world);
  if (code) return *code;
  world.screen.message(code.error().text());
  const int exit_code = exit_code_of(code.error());
  // A program that reads records always gets a last one.
  if (arguments.json)
    world.screen.output(R"({"type":"outcome","verdict":"never_started","exit_code":)" +
                        std::to_string(exit_code) +
                        ",\"error\":" + json::quoted(code.error().message) + ",\"launches\":[]}");
  return exit_code;
}

}  // namespace runtask::cli
