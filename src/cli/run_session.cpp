#include "cli/run_session.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/run_watch.h"
#include "local/container_log.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kLaunchesWithoutYesMax = 100;

std::string command_line(const run::Plan& plan, const RunSettings& settings) {
  std::string line = "runtask";
  for (const auto& word : settings.typed)
    line += " " + shell_quoted(word);
  return run::masked(line, plan.secrets);
}

Error refused(Error error) {
  const std::string remedy = error.code == Code::kInvalid && !error.hint.empty()
                                 ? std::exchange(error.hint, {})
                                 : "make room, or set RUNTASK_STATE_DIR";
  error.hint = remedy + "; --no-history runs without a record";
  return error;
}

Result<history::History> open_history(const World& world) {
  auto opened = history::History::open(world.files, TRY(world.state_directory()),
                                       history::History::Access::kWrite);
  if (opened) return opened;
  auto error = std::move(opened).error();
  error.context.emplace_back("while opening the history, before anything starts");
  return fail(refused(std::move(error)));
}

run::WrittenPlan write_recipe(const RunSettings& settings, const std::vector<Target>& targets,
                              const run::Plan& plan) {
  run::PlanRecord record;
  record.plan = plan;
  record.policy = settings.policy;
  record.log_pace = settings.log_pace;
  for (const auto& target : targets)
    record.targets.push_back(target.recipe);
  for (const auto& path : settings.reports)
    record.reports.push_back(World::absolute(path));
  record.is_script = settings.is_script;
  record.only_one = settings.only_one;
  return run::write_plan(record, settings.secrets);
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

// What came of asking for it.
Result<std::optional<ecs::TaskDefinition>> definition_in(
    const World& world, const DefinitionName& asked,
    ecs::Called<ecs::DescribeTaskDefinitionReply> reply) {
  const auto& [target, name] = asked;
  if (reply) {
    if (target.is_local) local::name_log_targets(reply->task_definition);
    return std::optional(std::move(reply->task_definition));
  }
  auto error = reply.error().error;
  if (reply.error().name == ecs::error_name::kAccessDenied) {
    world.screen.warning(error.message +
                         "; names are not checked, it is not known which containers are essential, "
                         "and logs are followed only with --log-group");
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

}  // namespace

std::string new_run_id(const World& world) {
  auto stamp = compact_time(world.loop.wall_now());
  stamp = stamp.substr(0, 8) + "-" + stamp.substr(9, 6);
  return stamp + "-" + world.random.hex_digits(8);
}

std::string heading(const run::Plan& plan) {
  std::set<std::string> places;
  for (const auto& target : plan.targets)
    if (!target.words.empty()) places.insert(target.words);
  const auto where = join(std::vector(places.begin(), places.end()), ", ");
  return "run " + plan.run_id + ": " + plan.title + (where.empty() ? "" : " (" + where + ")");
}

std::vector<run::TargetWords> words_of(const std::vector<Target>& targets) {
  std::vector<run::TargetWords> words;
  words.reserve(targets.size());
  for (const auto& target : targets)
    words.push_back({target.account, target.region, target.words});
  return words;
}

Result<std::vector<std::optional<ecs::TaskDefinition>>> read_definitions(
    const World& world, const std::vector<DefinitionName>& names) {
  std::vector<PlannedCall<ecs::DescribeTaskDefinition>> calls;
  calls.reserve(names.size());
  for (const auto& [target, name] : names)
    calls.push_back({*target.client, {}});
  for (std::size_t i = 0; i < names.size(); ++i)
    calls[i].request.task_definition = names[i].name;
  auto replies = call_and_wait(world, calls);
  std::vector<std::optional<ecs::TaskDefinition>> definitions;
  for (std::size_t i = 0; i < names.size(); ++i)
    definitions.push_back(TRY(definition_in(world, names[i], std::move(replies[i]))));
  return definitions;
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
  settings.policy.lists_lag = 0ms;
  settings.log_pace = {5ms, 200ms, 0ms, 100ms};
}

Result<int> carry_out(const World& world, const RunSettings& settings,
                      const std::vector<Target>& targets, const run::Plan& plan,
                      run::Observer& observer) {
  RunWatch watch{world,   plan,    settings.policy, settings.log_pace, settings.reports,
                 targets, nullptr, nullptr,         observer};
  RunBeginning beginning;
  if (!settings.history) {
    beginning.start = [&](run::Driver& driver) {
      return driver.start(record_of(plan, settings, world));
    };
    return watch_run(watch, beginning);
  }
  auto history = TRY(open_history(world));
  history::RunFiles files(world.files, TRY(world.state_directory()));
  watch.history = &history;
  watch.files = &files;
  auto record = record_of(plan, settings, world);
  auto written = write_recipe(settings, targets, plan);
  record.recipe = std::move(written.recipe);
  // Before anybody can know of the run: whoever finds it, finds it in somebody's hands.
  const auto lock = files.lock(plan.run_id);
  if (!lock) return fail(refused(lock.error()));
  bool has_begun = false;
  beginning.start = [&](run::Driver& driver) -> Result<> {
    auto begun = files.keep_secrets(plan.run_id, written.values);
    if (begun) begun = driver.start(record);
    has_begun = begun.has_value();
    if (!begun) return fail(refused(std::move(begun).error()));
    return {};
  };
  auto code = watch_run(watch, beginning);
  if (!has_begun) (void)files.remove(plan.run_id);  // The error at hand says more.
  return code;
}

int exit_code_of(const run::PlanRecord& record, int code) {
  return record.is_script && code == run::kExitCouldNotRun ? +kExitFailure : code;
}

std::string no_run_record(const std::string& why, int exit_code) {
  return R"({"type":"outcome","verdict":"never_started","exit_code":)" + std::to_string(exit_code) +
         ",\"error\":" + json::quoted(why) + ",\"launches\":[]}";
}

int say_no_run(const World& world, const Error& error, bool json) {
  world.screen.message(error.text());
  const int code = error.code == Code::kUsage ? kExitUsage : kExitCouldNotRun;
  if (json) world.screen.output(no_run_record(error.message, code));
  return code;
}

}  // namespace runtask::cli
