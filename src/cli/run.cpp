#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/local_wish.h"
#include "cli/named_tasks.h"
#include "cli/only_one.h"
#include "cli/run_conflicts.h"
#include "cli/run_observer.h"
#include "cli/run_plan.h"
#include "cli/run_request.h"
#include "cli/run_session.h"
#include "cli/selection.h"
#include "cli/service_network.h"
#include "cli/target.h"
#include "run/plan_check.h"

namespace runtask::cli {
namespace {

Result<Target> choose_target(const RunArguments& arguments, const World& world) {
  auto target = arguments.local ? local_target(world)
                                : aws_target(world, {arguments.profile,
                                                     arguments.selection.region,
                                                     {arguments.insecure_http, false}});
  if (target) return target;
  // Missing keys or a region are no mistake in this command's words: it could not run.
  auto error = std::move(target).error();
  if (error.code == Code::kUsage) error.code = Code::kDenied;
  return fail(std::move(error));
}

// --network-from-service: each cluster has a service of that name, and is asked once.
Result<> take_networks(const World& world, const std::vector<Target>& targets,
                       const std::string& service, const run::Request& flags,
                       std::vector<run::DefinedRequest>& requests) {
  if (service.empty()) return {};
  std::map<std::pair<std::size_t, std::string>, ecs::AwsVpcConfiguration> networks;
  for (auto& [request, definition] : requests) {
    const auto& target = targets.at(request.place.target);
    const auto [at, is_new] = networks.try_emplace({request.place.target, request.cluster});
    if (is_new) at->second = TRY(service_network(world, target, request.cluster, service));
    take_network(at->second, flags, request);
  }
  return {};
}

Result<PreparedRun> planned(const World& world, const RunArguments& arguments, PreparedRun prepared,
                            const run::Request& flags) {
  TRY(take_networks(world, prepared.targets, arguments.network_from_service, flags,
                    prepared.requests));
  prepared.plan =
      TRY(run::make_plan(prepared.requests, words_of(prepared.targets), new_run_id(world)));
  prepared.checks = run::check_plan(prepared.plan, run::Definitions(prepared.requests));
  return prepared;
}

Result<PreparedRun> prepare_direct(const RunArguments& arguments, const World& world,
                                   const run::Request& request) {
  PreparedRun prepared;
  prepared.targets.push_back(TRY(choose_target(arguments, world)));
  const auto& target = prepared.targets.front();
  auto definition = TRY(read_definitions(world, {{target, arguments.task_definition}})).front();
  if (definition) prepared.definitions.push_back(*std::move(definition));
  prepared.requests.push_back(
      {request, prepared.definitions.empty() ? nullptr : &prepared.definitions.front()});
  auto ready = TRY(planned(world, arguments, std::move(prepared), request));
  // On AWS a run leaves this to RunTask, which says the same one call earlier.
  if (arguments.plan || ready.targets.front().is_local) TRY(check_clusters(world, ready));
  return ready;
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

Result<PreparedRun> prepare_by_names(const RunArguments& arguments, const World& world,
                                     const run::Request& request) {
  TRY(check_named_files(arguments.selection, world.files));
  const auto cmdbs = TRY(load_cmdbs(world, arguments.selection));
  auto tasks = TRY(find_tasks(world, cmdbs, arguments.selection));
  for (const auto& warning : tasks.warnings)
    world.screen.warning(warning);
  TRY(check_one_component(tasks));
  TRY(check_deployed(tasks));
  PreparedRun prepared;
  prepared.targets = TRY(targets_of(
      world, tasks, {arguments.local, arguments.profile, {arguments.insecure_http, false}}));
  TRY(choose_definitions(world, prepared.targets, tasks));
  auto requests =
      TRY(make_requests(world, prepared.targets, tasks, request, RequestStyle::kRunTask));
  prepared.definitions = std::move(requests.definitions);
  prepared.requests = std::move(requests.requests);
  auto ready = TRY(planned(world, arguments, std::move(prepared), request));
  TRY(check_clusters(world, ready));
  return ready;
}

Result<int> try_run(RunArguments arguments, const World& world) {
  TRY(check_conflicts(arguments));
  arguments.local = TRY(wants_local(arguments.local, world.environment));
  if (arguments.quiet) world.screen.be_quiet();
  const auto request = TRY(read_request(arguments, world));
  auto prepared = TRY(is_by_names(arguments.selection) ? prepare_by_names(arguments, world, request)
                                                       : prepare_direct(arguments, world, request));
  if (arguments.plan) {
    TRY(show_plan(world, prepared, {arguments.only_one, arguments.json, arguments.yes}));
    return +kExitSuccess;
  }
  TRY(check_launches(prepared.plan.launches.size(), arguments.yes));
  TRY(run::refuse_bad(prepared.checks));
  const auto& targets = prepared.targets;
  const auto& plan = prepared.plan;
  // Held until the run has ended.
  std::optional<OnlyOne> only_one;
  if (arguments.only_one) only_one = TRY(OnlyOne::claim(world, targets, plan, {}));
  RunSettings settings;
  settings.policy = read_policy(arguments, world);
  settings.history = arguments.history;
  settings.typed = arguments.typed;
  settings.reports = arguments.reports;
  settings.only_one = arguments.only_one;
  for (const auto& name : arguments.secrets)
    settings.secrets.push_back({name, Secret(world.environment.get(name).value_or(""))});
  set_pace(targets, settings);
  if (arguments.drain) settings.log_pace.drain = *arguments.drain;
  if (!arguments.json) world.screen.note(heading(plan));
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
  return say_no_run(world, code.error(), arguments.json);
}

}  // namespace runtask::cli
