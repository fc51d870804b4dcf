#include "cli/run_session.h"

#include <algorithm>
#include <csignal>

#include "base/text.h"
#include "cli/endpoint_process.h"
#include "cli/run_output.h"
#include "run/report.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kLaunchesWithoutYesMax = 100;
// How long the words of leaving at once wait for a terminal or pipe that is full.
constexpr Duration kLastWordsPatience = 200ms;

std::string command_line(const run::Plan& plan, const RunSettings& settings) {
  std::string line = "runtask";
  for (const auto& word : settings.typed)
    line += " " + shell_quoted(word);
  return run::masked(line, plan.secrets);
}

Result<> write_reports(const RunSettings& settings, const World& world, const run::Plan& plan,
                       const run::Outcome& outcome) {
  for (const auto& path : settings.reports) {
    const auto text = path.ends_with(".json")  ? run::to_json(outcome) + "\n"
                      : path.ends_with(".xml") ? run::to_junit(outcome)
                                               : run::to_markdown(outcome);
    TRY(world.files.write(path, run::masked(text, plan.secrets), 0644));
  }
  return {};
}

Result<std::optional<history::History>> open_history(const RunSettings& settings,
                                                     const World& world) {
  if (!settings.history) return std::optional<history::History>();
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
  text += "\nlook at it: runtask runs show " + plan.run_id;
  if (const auto left = world.screen.unwritten_lines(); left > 0)
    text += "\n" + std::to_string(left) + " lines were not written";
  world.screen.message(text);
  world.screen.wait_until_written(kLastWordsPatience);
  sys::leave(code);
}

history::RunRecord record_of(const run::Plan& plan, const RunSettings& settings,
                             const World& world) {
  history::RunRecord record;
  record.id = plan.run_id;
  record.started_at = world.loop.wall_now();
  record.command = command_line(plan, settings);
  record.title = plan.title;
  record.plan = run::to_json(plan);
  record.launches = static_cast<int>(plan.launches.size());
  record.process_id = sys::own_process_id();
  return record;
}

}  // namespace

std::string new_run_id(const World& world) {
  auto stamp = compact_time(world.loop.wall_now());
  stamp = stamp.substr(0, 8) + "-" + stamp.substr(9, 6);
  return stamp + "-" + world.random.hex_digits(8);
}

std::vector<run::TargetWords> words_of(const std::vector<Target>& targets) {
  std::vector<run::TargetWords> words;
  words.reserve(targets.size());
  for (const auto& target : targets)
    words.push_back({target.account, target.region, target.words});
  return words;
}

Result<std::optional<ecs::TaskDefinition>> read_definition(const World& world, const Target& target,
                                                           const std::string& name) {
  ecs::DescribeTaskDefinition request;
  request.task_definition = name;
  auto reply = call_and_wait(world, *target.client, request);
  if (reply) return std::optional(std::move(reply->task_definition));
  auto error = reply.error().error;
  if (reply.error().name == ecs::error_name::kAccessDenied) {
    world.screen.warning(error.message +
                         "; names are not checked, and logs are followed only with --log-group");
    return std::optional<ecs::TaskDefinition>();
  }
  if (reply.error().name == ecs::error_name::kClient) {
    error.code = Code::kNotFound;
    error.message = "task definition `" + name + "` was not found on " + target.words + " (" +
                    error.message + ")";
    error.hint = target.is_local ? "register it: runtask local register FILE"
                                 : "aws ecs list-task-definitions shows what is there";
  }
  return fail(std::move(error));
}

Result<> check_cluster(const World& world, const Target& target, const std::string& name) {
  ecs::DescribeClusters request;
  const std::string known = name.empty() ? "default" : name;
  request.clusters = {known};
  auto reply = call_and_wait(world, *target.client, request);
  if (!reply && reply.error().error.code == Code::kDenied) {
    world.screen.warning(reply.error().error.message + "; the cluster is not checked");
    return {};
  }
  if (!reply) {
    auto error = std::move(reply).error().error;
    error.context.push_back("while looking at the cluster `" + known + "`");
    return fail(std::move(error));
  }
  for (const auto& cluster : reply->clusters)
    if (cluster.status.empty() || cluster.status == "ACTIVE") return {};
  return fail(Code::kNotFound, "Cluster not found: `" + known + "` on " + target.words,
              target.is_local ? "create it: runtask local cluster create " + shell_quoted(known)
                              : "is it active there? is that the right account and region?");
}

Result<> check_launches(std::size_t launches, bool yes) {
  if (launches <= kLaunchesWithoutYesMax || yes) return {};
  return fail(Code::kUsage, std::to_string(launches) + " launches are more than 100",
              "add --yes if that is meant");
}

void set_pace(const std::vector<Target>& targets, RunSettings& settings) {
  const bool all_local = std::all_of(targets.begin(), targets.end(),
                                     [](const Target& target) { return target.is_local; });
  if (!all_local) return;
  settings.policy.pace = {3ms, 250ms};
  settings.log_pace = {5ms, 200ms, 0ms};
}

Result<int> carry_out(const World& world, const RunSettings& settings,
                      const std::vector<Target>& targets, const run::Plan& plan,
                      run::Observer& observer) {
  auto opened = TRY(open_history(settings, world));
  run::Driver::Outside outside{world.loop, {}, opened ? &*opened : nullptr, observer, {}};
  for (const auto& target : targets)
    outside.clients.push_back(target.client.get());
  outside.on_unreachable = [&world, &targets](std::size_t target) {
    if (targets[target].is_local) (void)ensure_endpoint(world, {0, kIdleTimeoutDefault});
  };
  run::Driver driver(outside, plan, settings.policy, settings.log_pace);
  TRY(driver.start(record_of(plan, settings, world)));

  RunOutput output(world, driver);
  int signals = 0;
  std::vector<sys::PendingPtr> watches;
  for (const auto& [signal, code] : {std::pair(SIGINT, +run::kExitInterrupted),
                                     {SIGTERM, +run::kExitTerminated},
                                     {SIGHUP, +run::kExitTerminated}})
    watches.push_back(world.loop.on_signal(signal, [&, code = code] {
      if (++signals > 1) leave_at_once(world, plan, driver, code);
      output.hurry();
      if (driver.outcome()) return;  // Only its output is still written.
      world.screen.message(settings.policy.detach_on_interrupt
                               ? "leaving the tasks running"
                               : "stopping the tasks; once more to leave at once");
      driver.interrupt(code);
    }));
  world.loop.run();
  if (!driver.outcome()) return fail(Code::kUnavailable, "the run came to no end");
  const auto& outcome = *driver.outcome();
  output.finish();
  if (const auto written = write_reports(settings, world, plan, outcome); !written)
    world.screen.message(written.error().text());
  return outcome.exit_code;
}

}  // namespace runtask::cli
