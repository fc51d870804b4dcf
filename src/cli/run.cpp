#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_observer.h"
#include "cli/run_request.h"
#include "cli/run_session.h"
#include "cli/target.h"

namespace runtask::cli {
namespace {

int exit_code_of(const Error& error) {
  return error.code == Code::kUsage ? kExitUsage : kExitCouldNotRun;
}

Result<Target> choose_target(const RunArguments& arguments, const World& world) {
  const auto wish = world.environment.get_non_empty("RUNTASK_LOCAL");
  auto target =
      arguments.local || (wish && *wish != "0")
          ? local_target(world)
          : aws_target(world, {arguments.profile, arguments.region, arguments.insecure_http});
  if (target) return target;
  // Missing keys or a region are no mistake in this command's words: it could not run.
  auto error = std::move(target).error();
  if (error.code == Code::kUsage) error.code = Code::kDenied;
  return fail(std::move(error));
}

Result<int> try_run(const RunArguments& arguments, const World& world) {
  const auto request = TRY(read_request(arguments, world));
  std::vector<Target> targets;
  targets.push_back(TRY(choose_target(arguments, world)));
  const auto& target = targets.front();
  const auto definition = TRY(read_definition(world, target, arguments.task_definition));
  const auto plan = TRY(run::make_plan({{request, definition ? &*definition : nullptr}},
                                       words_of(targets), new_run_id(world)));
  // On AWS a run leaves this to RunTask, which says the same one call earlier.
  if (arguments.plan || target.is_local) TRY(check_cluster(world, target, arguments.cluster));
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
  set_pace(targets, settings);
  if (arguments.drain) settings.log_pace.drain = *arguments.drain;
  if (!arguments.quiet && !arguments.json)
    world.screen.message("run " + plan.run_id + ": " + plan.title + " (" + target.words + ")");
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
