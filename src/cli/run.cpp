#include <csignal>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/endpoint_process.h"
#include "cli/exit_code.h"
#include "cli/run_observer.h"
#include "cli/run_request.h"
#include "cli/target.h"
#include "ecs/life_cycle.h"
#include "run/driver.h"
#include "run/report.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;

int exit_code_of(const Error& error) {
  return error.code == Code::kUsage ? kExitUsage : kExitCouldNotRun;
}

// The time, for people and for order, and enough chance to be unique.
std::string new_run_id(const World& world) {
  auto stamp = compact_time(world.loop.wall_now());
  stamp = stamp.substr(0, 8) + "-" + stamp.substr(9, 6);
  return stamp + "-" + world.random.hex_digits(8);
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

// The definition, or none when it may not be read: that costs checks and logs, not the run.
Result<std::optional<ecs::TaskDefinition>> read_definition(const RunArguments& arguments,
                                                           const World& world,
                                                           const Target& target) {
  ecs::DescribeTaskDefinition request;
  request.task_definition = arguments.task_definition;
  auto reply = call_and_wait(world, *target.client, request);
  if (reply) return std::optional(std::move(reply->task_definition));
  auto error = reply.error().error;
  if (reply.error().name == ecs::error_name::kAccessDenied) {
    world.screen.message("warning: " + error.message +
                         "; names are not checked, and logs are followed only with --log-group");
    return std::optional<ecs::TaskDefinition>();
  }
  if (reply.error().name == ecs::error_name::kClient) {
    error.code = Code::kNotFound;
    error.message = "task definition `" + arguments.task_definition + "` was not found on " +
                    target.words + " (" + error.message + ")";
    error.hint = target.is_local ? "register it: runtask local register FILE"
                                 : "aws ecs list-task-definitions shows what is there";
  }
  return fail(std::move(error));
}

// The cluster, before anything starts; one that may not be described is left to RunTask.
Result<> check_cluster(const RunArguments& arguments, const World& world, const Target& target) {
  ecs::DescribeClusters request;
  const std::string name = arguments.cluster.empty() ? "default" : arguments.cluster;
  request.clusters = {name};
  const auto reply = call_and_wait(world, *target.client, request);
  if (!reply) return {};
  for (const auto& cluster : reply->clusters)
    if (cluster.status.empty() || cluster.status == "ACTIVE") return {};
  return fail(Code::kNotFound, "Cluster not found: `" + name + "` on " + target.words,
              target.is_local ? "create it: runtask local cluster create " + shell_quoted(name)
                              : "check --cluster, --region and --profile");
}

// How often to look. The embedded endpoint is this machine: looking often costs nobody anything,
// and it shows a container STOPPED only when all of its lines are stored.
void set_pace(const Target& target, const RunArguments& arguments, run::Policy& policy,
              run::LogPace& logs) {
  if (target.is_local) {
    policy.pace = {3ms, 250ms};
    logs = {5ms, 200ms, 0ms};
  }
  if (arguments.drain) logs.drain = *arguments.drain;
}

std::string command_line(const run::Plan& plan, const RunArguments& arguments) {
  std::string line = "runtask";
  for (const auto& word : arguments.typed)
    line += " " + shell_quoted(word);
  return run::masked(line, plan.secrets);
}

Result<> write_reports(const RunArguments& arguments, const World& world, const run::Plan& plan,
                       const run::Outcome& outcome) {
  for (const auto& path : arguments.reports) {
    const auto text = path.ends_with(".json")  ? run::to_json(outcome) + "\n"
                      : path.ends_with(".xml") ? run::to_junit(outcome)
                                               : run::to_markdown(outcome);
    TRY(world.files.write(path, run::masked(text, plan.secrets), 0644));
  }
  return {};
}

// Everything that one run needs while the loop runs.
struct Session {
  const RunArguments& arguments;
  const World& world;
  const Target& target;
  const run::Plan& plan;
  std::optional<history::History> history;
};

Result<std::optional<history::History>> open_history(const RunArguments& arguments,
                                                     const World& world) {
  if (!arguments.history) return std::optional<history::History>();
  auto opened = history::History::open(world.files, TRY(world.state_directory()),
                                       history::History::Access::kWrite);
  if (opened) return std::optional(*std::move(opened));
  auto error = std::move(opened).error();
  error.context.push_back("while opening the history, before anything starts");
  error.hint = "make room, or set RUNTASK_STATE_DIR; --no-history runs without a record";
  return fail(std::move(error));
}

void leave_at_once(const World& world, const run::Plan& plan, const run::Driver& driver, int code) {
  world.screen.status({});
  std::string text = "left at once; what was started may still run:";
  for (const auto& launch : driver.machine().launches())
    if (launch.phase != run::Phase::kDone && !launch.task_arn.empty())
      text += "\n  " + launch.task_arn;
  world.screen.message(text + "\nlook at it: runtask runs show " + plan.run_id);
  world.screen.flush();
  sys::leave(code);
}

Result<int> carry_out_plan(Session& session, const run::Policy& policy, const run::LogPace& pace) {
  const auto& world = session.world;
  RunObserver observer(
      world.screen, world.loop, session.plan,
      {session.arguments.json, session.arguments.timestamps, session.arguments.quiet});
  auto* history = session.history ? &*session.history : nullptr;
  std::function<void()> revive;
  if (session.target.is_local)
    revive = [&world] { (void)ensure_endpoint(world, {0, kIdleTimeoutDefault}); };
  run::Driver driver({world.loop, *session.target.client, history, observer, revive}, session.plan,
                     policy, pace);
  history::RunRecord record;
  record.id = session.plan.run_id;
  record.started_at = world.loop.wall_now();
  record.command = command_line(session.plan, session.arguments);
  record.title = session.plan.title;
  record.plan = run::to_json(session.plan);
  record.launches = static_cast<int>(session.plan.launches.size());
  record.process_id = sys::own_process_id();
  TRY(driver.start(record));

  int signals = 0;
  std::vector<sys::PendingPtr> watches;
  for (const auto& [signal, code] : {std::pair(SIGINT, +kExitInterrupted),
                                     {SIGTERM, +kExitTerminated},
                                     {SIGHUP, +kExitTerminated}})
    watches.push_back(world.loop.on_signal(signal, [&, code = code] {
      if (++signals > 1) leave_at_once(world, session.plan, driver, code);
      world.screen.message(session.arguments.detach_on_interrupt
                               ? "leaving the tasks running"
                               : "stopping the tasks; once more to leave at once");
      driver.interrupt(code);
    }));
  world.loop.run();
  if (!observer.outcome()) return fail(Code::kUnavailable, "the run came to no end");
  const auto& outcome = *observer.outcome();
  if (world.screen.lost_lines() > 0)
    world.screen.message(
        "warning: " + std::to_string(world.screen.lost_lines()) +
        " lines could not be written to standard output: " + world.screen.lost_why());
  if (const auto written = write_reports(session.arguments, world, session.plan, outcome); !written)
    world.screen.message(written.error().text());
  if (session.arguments.detach && !session.arguments.json) world.screen.output(session.plan.run_id);
  return outcome.exit_code;
}

Result<int> try_run(const RunArguments& arguments, const World& world) {
  const auto request = TRY(read_request(arguments, world));
  const auto target = TRY(choose_target(arguments, world));
  const auto definition = TRY(read_definition(arguments, world, target));
  const auto plan =
      TRY(run::make_plan(request, definition ? &*definition : nullptr, new_run_id(world)));
  // On AWS a run leaves this to RunTask, which says the same one call earlier.
  if (arguments.plan || target.is_local) TRY(check_cluster(arguments, world, target));
  if (arguments.plan) {
    world.screen.output(
        std::string(trimmed(arguments.json ? run::to_json(plan) : run::to_text(plan))));
    return +kExitSuccess;
  }
  auto policy = read_policy(arguments, world);
  run::LogPace pace;
  set_pace(target, arguments, policy, pace);
  if (!arguments.quiet && !arguments.json)
    world.screen.message("run " + plan.run_id + ": " + plan.title + " (" + target.words + ")");
  Session session{arguments, world, target, plan, TRY(open_history(arguments, world))};
  return carry_out_plan(session, policy, pace);
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
