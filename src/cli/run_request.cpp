#include "cli/run_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_members.h"
#include "base/text.h"
#include "cli/named_file.h"
#include "cli/run_session.h"
#include "ecs/api.h"
#include "ecs/shape.h"
#include "run/request_check.h"

namespace runtask::cli {
namespace {

Result<std::string> own_variable(const World& world, const std::string& name, const char* flag) {
  auto value = world.environment.get(name);
  if (value) return *std::move(value);
  return fail(Code::kUsage,
              std::string(flag) + " " + name + ": the variable is not set in runtask's environment",
              "give it a value: " + std::string(flag == std::string_view("-e") ? "-e " : "") +
                  name + "=...");
}

// NAME=VALUE lines as docker and `set` write them: blank lines and # comments are skipped, `export
// ` in front and quotes around the value are taken off.
Result<std::vector<run::Variable>> read_environment_file(const World& world,
                                                         const std::string& path) {
  std::vector<run::Variable> variables;
  const auto text = TRY(read_named_file(world, path));
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // As editors of Windows write it.
  const bool is_marked = text.starts_with(kByteOrderMark);
  int number = 0;
  for (const auto& raw : split(text.substr(is_marked ? kByteOrderMark.size() : 0), '\n')) {
    ++number;
    auto line = trimmed(raw);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("export ")) line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    const std::string name(trimmed(line.substr(0, std::min(equals, line.size()))));
    if (name.empty() || name.find(' ') != std::string::npos)
      return fail(Code::kUsage,
                  path + ":" + std::to_string(number) + ": not of the form NAME=VALUE");
    if (equals == std::string_view::npos) {
      auto value = world.environment.get(name);
      if (!value)
        return fail(Code::kUsage, path + ":" + std::to_string(number) + ": `" + name +
                                      "` has no `=`, and is not set in runtask's environment");
      variables.push_back({name, *std::move(value), false});
      continue;
    }
    auto value = line.substr(equals + 1);
    const bool opens = value.starts_with('"') || value.starts_with('\'');
    if (opens && (value.size() < 2 || value.back() != value.front()))
      return fail(Code::kUsage, path + ":" + std::to_string(number) +
                                    ": the quote is not closed (a value cannot span lines)");
    const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                        (value.front() == '"' || value.front() == '\'');
    if (quoted) value = value.substr(1, value.size() - 2);
    variables.push_back({name, std::string(value), false});
  }
  return variables;
}

Result<std::vector<run::Variable>> read_variables(const RunArguments& arguments,
                                                  const World& world) {
  std::vector<run::Variable> variables;
  for (const auto& path : arguments.environment_files)
    for (auto& variable : TRY(read_environment_file(world, path)))
      variables.push_back(std::move(variable));
  for (const auto& flag : arguments.environment) {
    auto value = flag.value ? *flag.value : TRY(own_variable(world, flag.name, "-e"));
    variables.push_back({flag.name, std::move(value), false});
  }
  for (const auto& name : arguments.secrets)
    variables.push_back({name, TRY(own_variable(world, name, "--secret")), true});
  return variables;
}

Result<std::optional<std::vector<std::string>>> read_command(const RunArguments& arguments) {
  std::optional<std::vector<std::string>> command;
  if (arguments.command_words) command = TRY(split_words(*arguments.command_words));
  if (arguments.command_json) {
    auto words =
        json::read_text<std::vector<std::string>>(*arguments.command_json, "--command-json");
    if (!words) {
      auto error = std::move(words).error();
      error.code = Code::kUsage;
      error.hint = R"(write it like --command-json '["echo", "hi"]')";
      return fail(std::move(error));
    }
    command = *std::move(words);
  }
  return command;
}

Result<ecs::CapacityProviderItem> read_provider(const std::string& text) {
  const auto parts = split(text, ':');
  ecs::CapacityProviderItem item;
  item.capacity_provider = parts[0];
  const auto number = [&](std::size_t i, long long most) -> std::optional<int> {
    const auto value = parse_integer(parts[i], 0, most);
    if (!value) return {};
    return static_cast<int>(*value);
  };
  // ECS API: weight 0 to 1000, base 0 to 100000.
  if (parts.size() > 1) item.weight = number(1, 1000);
  if (parts.size() > 2) item.base = number(2, 100'000);
  const bool bad = parts[0].empty() || parts.size() > 3 || (parts.size() > 1 && !item.weight) ||
                   (parts.size() > 2 && !item.base);
  if (bad)
    return fail(Code::kUsage, "--capacity-provider `" + text + "` is not name[:weight[:base]]");
  return item;
}

Result<std::vector<ecs::Tag>> read_tags(const RunArguments& arguments) {
  std::vector<ecs::Tag> tags;
  for (const auto& text : arguments.tags) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Code::kUsage, "--tag `" + text + "` is not of the form KEY=VALUE");
    tags.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return tags;
}

Result<ecs::TaskOverride> read_override_file(const World& world, const std::string& path) {
  const auto text = TRY(read_named_file(world, path == "-" ? "/dev/stdin" : path));
  auto overrides = TRY(as_words(ecs::read_task_override(text, path)));
  TRY(ecs::check_override_shape(text, path));
  return overrides;
}

// Whoever says something twice means it once.
std::vector<std::string> without_repeats(const std::vector<std::string>& list) {
  std::vector<std::string> kept;
  for (const auto& word : list)
    if (std::find(kept.begin(), kept.end(), word) == kept.end()) kept.push_back(word);
  return kept;
}

Result<> check_reports(const RunArguments& arguments, const World& world) {
  for (const auto& path : arguments.reports) {
    const auto slash = path.rfind('/');
    const auto folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    if (!world.files.is_directory(folder))
      return fail(Code::kUnavailable, "--report " + path + ": there is no directory " + folder);
    if (!path.ends_with(".json") && !path.ends_with(".xml") && !path.ends_with(".md"))
      return fail(Code::kUsage, "--report " + path + ": the name must end in .json, .xml or .md");
  }
  return {};
}

}  // namespace

Result<run::Request> read_request(const RunArguments& arguments, const World& world) {
  if (arguments.count > 0)
    TRY(check_launches(static_cast<std::size_t>(arguments.count), arguments.yes || arguments.plan));
  TRY(check_reports(arguments, world));
  run::Request request;
  request.cluster = arguments.cluster;
  request.task_definition = arguments.task_definition;
  request.container = arguments.selection.container;
  request.count = arguments.count;
  request.launch_type = upper_case(arguments.launch_type);
  for (const auto& text : arguments.capacity_providers)
    request.capacity_providers.push_back(TRY(read_provider(text)));
  request.platform_version = arguments.platform_version;
  request.subnets = without_repeats(arguments.subnets);
  request.security_groups = without_repeats(arguments.security_groups);
  request.assign_public_ip = arguments.assign_public_ip;
  request.environment = TRY(read_variables(arguments, world));
  request.command = TRY(read_command(arguments));
  request.cpu = arguments.cpu;
  request.memory = arguments.memory;
  request.task_role = arguments.task_role;
  request.execution_role = arguments.execution_role;
  if (arguments.override_json)
    request.base_overrides = TRY(read_override_file(world, *arguments.override_json));
  request.tags = TRY(read_tags(arguments));
  request.started_by = arguments.started_by;
  request.group = arguments.group;
  request.enable_execute_command = arguments.enable_execute_command;
  request.follow_logs = arguments.logs;
  request.log_group = arguments.log_group;
  request.log_stream_prefix = arguments.log_stream_prefix;
  TRY(run::check_request(request));
  return request;
}

run::Policy read_policy(const RunArguments& arguments, const World& world) {
  run::Policy policy;
  if (arguments.order == "listed") policy.order = run::Order::kListed;
  if (arguments.order == "first-alone") policy.order = run::Order::kFirstAlone;
  if (arguments.order == "all") policy.order = run::Order::kAll;
  if (arguments.fail_fast) policy.after_failure = run::AfterFailure::kFailFast;
  if (arguments.keep_going) policy.after_failure = run::AfterFailure::kKeepGoing;
  policy.max_parallel = arguments.max_parallel;
  policy.timeout = arguments.timeout;
  if (arguments.start_timeout) policy.start_timeout = *arguments.start_timeout;
  if (arguments.retries) policy.retries = *arguments.retries;
  policy.retry_on_spot = arguments.retry_on_spot.value_or(0);
  policy.detach = arguments.detach;
  policy.detach_on_interrupt = arguments.detach_on_interrupt;
  policy.jitter_seed = world.random.below(1ULL << 62U);
  return policy;
}

}  // namespace runtask::cli
