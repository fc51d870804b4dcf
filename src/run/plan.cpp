#include "run/plan.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/diagnostic.h"
#include "base/json.h"
#include "base/text.h"
#include "ecs/life_cycle.h"
#include "ecs/limits.h"
#include "run/request_check.h"

namespace runtask::run {
namespace {

constexpr std::size_t kMaskedLengthMin = 4;
constexpr std::size_t kLargestShown = 5;  // Variables named when the overrides are too long.
constexpr std::size_t kTitleNamesMax = 3;
constexpr int kStopTimeoutSecondsMax = 3600;  // What is believed of one container.

std::vector<std::string> essential_names(const ecs::TaskDefinition& definition) {
  std::vector<std::string> names;
  for (const auto& container : definition.container_definitions)
    if (container.is_essential()) names.push_back(container.name);
  return names;
}

// The override of that container, made if there is none.
ecs::ContainerOverride& override_of(ecs::TaskOverride& overrides, const std::string& name) {
  for (auto& one : overrides.container_overrides)
    if (one.name == name) return one;
  overrides.container_overrides.emplace_back().name = name;
  return overrides.container_overrides.back();
}

// Instead of every entry of that name: none of several may be left to win over it.
void set_variable(std::vector<ecs::KeyValue>& environment, const Variable& variable) {
  const auto is_namesake = [&](const ecs::KeyValue& known) { return known.name == variable.name; };
  const auto first = std::find_if(environment.begin(), environment.end(), is_namesake);
  if (first == environment.end()) {
    environment.push_back({variable.name, variable.value});
    return;
  }
  first->value = variable.value;
  environment.erase(std::remove_if(first + 1, environment.end(), is_namesake), environment.end());
}

// ECS API: containers are stopped in the reverse order of their dependencies, so in the worst case
// each one's stopTimeout comes after another's.
Duration stop_patience(const ecs::TaskDefinition& definition) {
  Duration all{};
  for (const auto& container : definition.container_definitions)
    all += std::chrono::seconds(
        std::clamp(container.stop_timeout.value_or(ecs::limits::kStopTimeoutSecondsDefault), 0,
                   kStopTimeoutSecondsMax));
  return all;
}

// The container that -e and --command go to: the one asked for, else the first essential one.
Result<std::string> configured_container(const Request& request,
                                         const ecs::TaskDefinition* definition) {
  if (!request.container.empty()) return request.container;
  if (definition == nullptr)
    return fail(Code::kUsage, "which container to configure is not known without the definition",
                "name it with --container");
  const auto essential = essential_names(*definition);
  if (essential.empty())
    return fail(Code::kInvalid, definition->family_revision() + " has no essential container");
  return essential.front();
}

Result<ecs::TaskOverride> make_overrides(const Request& request,
                                         const ecs::TaskDefinition* definition) {
  auto overrides = request.base_overrides.value_or(ecs::TaskOverride{});
  if (!request.environment.empty() || request.command) {
    auto& container = override_of(overrides, TRY(configured_container(request, definition)));
    for (const auto& variable : request.environment)
      set_variable(container.environment, variable);
    if (request.command) container.command = request.command;
  }
  if (!request.cpu.empty()) overrides.cpu = request.cpu;
  if (!request.memory.empty()) overrides.memory = request.memory;
  if (!request.task_role.empty()) overrides.task_role_arn = request.task_role;
  if (!request.execution_role.empty()) overrides.execution_role_arn = request.execution_role;
  return overrides;
}

bool changes_something(const ecs::TaskOverride& overrides) {
  return !overrides.container_overrides.empty() || !overrides.cpu.empty() ||
         !overrides.memory.empty() || !overrides.task_role_arn.empty() ||
         !overrides.execution_role_arn.empty() || !overrides.rest.empty();
}

// What makes the overrides long, the longest first: "BIG (9000), command (200)".
std::string longest_parts(const ecs::TaskOverride& overrides) {
  std::vector<std::pair<std::size_t, std::string>> parts;
  for (const auto& container : overrides.container_overrides) {
    for (const auto& variable : container.environment)
      parts.emplace_back(utf8_characters(json::quoted(variable.value)) - 2, variable.name);
    std::size_t words = 0;
    for (const auto& word : container.command.value_or(std::vector<std::string>()))
      words += utf8_characters(json::quoted(word));
    if (words > 0) parts.emplace_back(words, "the command");
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(parts.size(), kLargestShown); ++i)
    shown.push_back(parts[i].second + " (" + std::to_string(parts[i].first) + ")");
  if (parts.size() > shown.size())
    shown.push_back("and " + std::to_string(parts.size() - shown.size()) + " more");
  return join(shown, ", ");
}

Result<> check_size(const ecs::TaskOverride& overrides) {
  constexpr auto kMost = ecs::limits::kOverridesCharactersMax;
  const auto size = characters_of(overrides);
  if (size <= kMost) return {};
  const auto parts = longest_parts(overrides);
  return fail(Code::kUsage,
              "the overrides have " + std::to_string(size) + " characters, " +
                  std::to_string(size - kMost) + " more than the " + std::to_string(kMost) +
                  " that ECS takes",
              (parts.empty() ? "" : "the longest: " + parts + "; ") +
                  "put long values where the task can fetch them, or in the task definition");
}

// What only the whole request shows: by then the CMDB or a service may have given the subnets.
Result<> check_network(const Request& request) {
  if (request.subnets.empty() && (!request.security_groups.empty() || request.assign_public_ip))
    return fail(Code::kUsage, "--security-group and --assign-public-ip need at least one --subnet",
                "or --network-from-service SERVICE");
  if (request.subnets.size() > ecs::limits::kSubnetsMax)
    return fail(Code::kUsage, "ECS takes at most 16 subnets");
  if (request.security_groups.size() > ecs::limits::kSecurityGroupsMax)
    return fail(Code::kUsage, "ECS takes at most 5 security groups");
  return {};
}

std::optional<std::string> option_of(const ecs::LogConfiguration& logs, const char* name) {
  const auto at = logs.options.find(name);
  return at == logs.options.end() ? std::nullopt : std::optional(at->second);
}

LogSource log_source(const Request& request, const ecs::ContainerDefinition& container) {
  LogSource source{container.name, request.log_group, request.log_stream_prefix, {}, {}, false};
  const auto& logs = container.log_configuration;
  const bool is_awslogs = logs && logs->log_driver == "awslogs";
  if (is_awslogs && source.group.empty()) {
    source.group = option_of(*logs, "awslogs-group").value_or("");
    source.region = option_of(*logs, "awslogs-region").value_or("");
  }
  if (is_awslogs && source.prefix.empty()) {
    const auto prefix = option_of(*logs, "awslogs-stream-prefix");
    source.is_by_runtime_id = !prefix;
    source.prefix = prefix.value_or("");
  }
  if (!source.group.empty() && (is_awslogs || !source.prefix.empty())) return source;
  source.group.clear();
  if (!logs) {
    source.note = "container " + container.name + " has no log configuration: its log is not shown";
  } else if (!is_awslogs) {
    source.note = "container " + container.name + " logs with " + logs->log_driver +
                  ", not awslogs: its log is not shown (--log-group and --log-stream-prefix "
                  "follow it if it ends up in CloudWatch Logs)";
  } else {
    source.note = "container " + container.name + " has no awslogs-group: its log is not shown";
  }
  return source;
}

void add_network(const Request& request, ecs::RunTask& input) {
  if (request.subnets.empty()) return;
  ecs::AwsVpcConfiguration network;
  network.subnets = request.subnets;
  network.security_groups = request.security_groups;
  if (request.assign_public_ip) network.assign_public_ip = "ENABLED";  // ECS API: else DISABLED.
  input.network_configuration.emplace().awsvpc_configuration = std::move(network);
}

Result<ecs::RunTask> make_input(const Request& request, const ecs::TaskDefinition* definition,
                                const std::string& run_id) {
  ecs::RunTask input;
  input.cluster = request.cluster;
  // The revision whose containers have been looked at, and not a newer one of the same family.
  input.task_definition = definition != nullptr && !definition->task_definition_arn.empty()
                              ? definition->task_definition_arn
                              : request.task_definition;
  input.launch_type = request.launch_type;
  input.capacity_provider_strategy = request.capacity_providers;
  input.platform_version = request.platform_version;
  add_network(request, input);
  auto overrides = TRY(make_overrides(request, definition));
  TRY(check_size(overrides));
  if (changes_something(overrides)) input.overrides = std::move(overrides);
  // By which the run's tasks can be found again.
  input.started_by = request.started_by.empty() ? started_by_of_calls(run_id) : request.started_by;
  input.group = request.group;
  input.tags = request.tags;
  if (request.enable_execute_command) input.enable_execute_command = true;
  input.count = 1;
  return input;
}

std::vector<std::string> deciding_containers(const Request& request, const ecs::RunTask& input) {
  if (!request.container.empty()) return {request.container};
  std::vector<std::string> names;
  if (input.overrides)
    for (const auto& container : input.overrides->container_overrides)
      names.push_back(container.name);
  return names;
}

// Adds the request's launches, all but their names and tokens.
Result<> add_part(const DefinedRequest& defined, Plan& plan) {
  const auto& [request, definition] = defined;
  TRY(check_request(request));
  TRY(check_network(request));
  const auto input = TRY(make_input(request, definition, plan.run_id));

  Part part;
  part.place = request.place;
  part.what = definition != nullptr ? definition->family_revision()
                                    : ecs::last_part(request.task_definition);
  part.cluster = request.cluster.empty() ? "default" : ecs::last_part(request.cluster);
  part.deciding = deciding_containers(request, input);
  if (definition != nullptr) {
    part.essential = essential_names(*definition);
    part.stop_patience = stop_patience(*definition);
    if (request.follow_logs)
      for (const auto& container : definition->container_definitions)
        part.logs.push_back(log_source(request, container));
  }
  const auto place = to_text(part.place);
  const auto name = place.empty() ? part.what.substr(0, part.what.find(':')) : place;
  for (int i = 0; i < request.count; ++i)
    plan.launches.push_back({0, name, input, plan.parts.size()});
  plan.parts.push_back(std::move(part));
  for (const auto& variable : request.environment)
    if (variable.is_secret) plan.secrets.emplace_back(variable.value);
  return {};
}

// The requests with those of one environment side by side, in the order of their first.
std::vector<const DefinedRequest*> by_environment(const std::vector<DefinedRequest>& requests) {
  std::map<std::string, std::size_t> ranks;
  std::vector<const DefinedRequest*> sorted;
  for (const auto& one : requests) {
    ranks.emplace(one.request.place.environment, ranks.size());
    sorted.push_back(&one);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto* a, const auto* b) {
    return ranks.at(a->request.place.environment) < ranks.at(b->request.place.environment);
  });
  return sorted;
}

Result<> check_places(const std::vector<DefinedRequest>& requests) {
  std::set<std::string> places;
  for (const auto& one : requests) {
    const auto place = to_text(one.request.place);
    if (!place.empty() && !places.insert(place).second)
      return fail(Code::kUsage, "`" + place + "` is asked for twice");
  }
  return {};
}

void number_launches(Plan& plan) {
  std::map<std::string, int> namesakes;
  for (const auto& launch : plan.launches)
    ++namesakes[launch.name];
  std::map<std::string, int> numbers;
  int index = 0;
  for (auto& launch : plan.launches) {
    launch.index = index++;
    // ECS API: at most 64 characters. The same on every attempt, so that a repeated call starts
    // nothing twice.
    launch.input.client_token = "runtask-" + plan.run_id + "-" + std::to_string(launch.index);
    if (namesakes.at(launch.name) > 1) launch.name += "/" + std::to_string(++numbers[launch.name]);
  }
}

std::string title_of(const Plan& plan) {
  const auto& first = plan.parts.front();
  if (plan.parts.size() == 1) {
    const auto place = to_text(first.place);
    return first.what + " on " + first.cluster + (place.empty() ? "" : " (" + place + ")");
  }
  std::vector<std::string> names;
  for (const auto& part : plan.parts) {
    const auto place = to_text(part.place);
    names.push_back(place.empty() ? part.what + " on " + part.cluster : place);
  }
  if (names.size() > kTitleNamesMax) {
    const auto more = names.size() - kTitleNamesMax;
    names.resize(kTitleNamesMax);
    names.back() += " and " + std::to_string(more) + " more";
  }
  return join(names, ", ");
}

}  // namespace

std::string to_text(const Place& place) {
  if (place.environment.empty()) return {};
  return place.environment + (place.task.empty() ? "" : "/" + place.task) + "/" +
         (place.instance.empty() ? "default" : place.instance);
}

std::size_t characters_of(const ecs::TaskOverride& overrides) {
  return utf8_characters(ecs::to_text(overrides));
}

std::string where(const Plan& plan, const Part& part) {
  const auto& target = plan.target_of(part);
  std::vector<std::string> words;
  if (!target.words.empty()) words.push_back(target.words);
  if (!target.account.empty()) words.push_back("account " + target.account);
  words.push_back("cluster " + part.cluster);
  return join(words, ", ");
}

Result<Plan> make_plan(const std::vector<DefinedRequest>& requests,
                       std::vector<TargetWords> targets, const std::string& run_id) {
  if (requests.empty()) return fail(Code::kUsage, "there is no task to run");
  TRY(check_places(requests));
  Plan plan;
  plan.run_id = run_id;
  plan.targets = std::move(targets);
  for (const auto* one : by_environment(requests)) {
    const auto place = to_text(one->request.place);
    assert((plan.targets.empty() || one->request.place.target < plan.targets.size()) &&
           "a place has a target");
    if (auto added = add_part(*one, plan); !added) {
      auto error = std::move(added).error();
      if (!place.empty()) error.context.push_back("while planning " + place);
      return fail(std::move(error));
    }
  }
  for (const auto& part : plan.parts)
    plan.targets.resize(std::max(plan.targets.size(), part.place.target + 1));
  // The longest first, so that one which is part of another does not leave the rest of that.
  std::stable_sort(plan.secrets.begin(), plan.secrets.end(), [](const auto& a, const auto& b) {
    return a.reveal().size() > b.reveal().size();
  });
  number_launches(plan);
  plan.title = title_of(plan);
  return plan;
}

namespace {

void mask(std::string& text, std::string_view value) {
  if (value.size() < kMaskedLengthMin) return;
  const std::string_view stars = Secret::masked();
  for (auto at = text.find(value); at != std::string::npos;
       at = text.find(value, at + stars.size()))
    text.replace(at, value.size(), stars);
}

// What is to be masked: each secret as it stands in a text, and as it stands in JSON inside of it.
std::vector<std::string> values_of(const std::vector<Secret>& secrets) {
  std::vector<std::string> values;
  const auto add = [&](std::string_view value) {
    values.emplace_back(value);
    const auto quoted = json::quoted(value);
    if (quoted.size() > value.size() + 2) values.push_back(quoted.substr(1, quoted.size() - 2));
  };
  for (const auto& secret : secrets) {
    add(secret.reveal());
    // A log has the lines of a key, say, one by one.
    if (secret.reveal().find('\n') == std::string::npos) continue;
    for (const auto& line : split(secret.reveal(), '\n'))
      add(trimmed(line));
  }
  return values;
}

std::string masked_values(std::string text, const std::vector<std::string>& values) {
  for (const auto& value : values)
    mask(text, value);
  return text;
}

// How much of a value makes a part of it that is masked: of two parts at least one is.
std::size_t part_length_min(std::string_view value) {
  return std::min(kMaskedLengthMin, (value.size() + 1) / 2);
}

// The length of the longest part, but not the whole, of a value that fits; 0: none.
std::size_t longest_part(const std::vector<std::string>& values,
                         const std::function<bool(std::string_view value, std::size_t)>& fits) {
  std::size_t longest = 0;
  for (const auto& value : values) {
    if (value.size() < kMaskedLengthMin) continue;
    const auto least = std::max(longest + 1, part_length_min(value));
    for (auto length = value.size() - 1; length >= least; --length) {
      if (!fits(value, length)) continue;
      longest = length;
      break;
    }
  }
  return longest;
}

}  // namespace

std::string masked(std::string text, const std::vector<Secret>& secrets) {
  if (secrets.empty()) return text;
  return masked_values(std::move(text), values_of(secrets));
}

std::string LineMask::masked(std::string line) {
  if (values_.empty()) return line;
  const bool goes_on = std::exchange(is_cut_, line.size() >= kCutLineBytesMin);
  const auto tail = !goes_on ? 0 : longest_part(values_, [&](auto value, auto length) {
    return line.starts_with(value.substr(value.size() - length));
  });
  line = masked_values(line.substr(tail), values_);
  if (tail > 0) line.insert(0, Secret::masked());
  const auto head = !is_cut_ ? 0 : longest_part(values_, [&](auto value, auto length) {
    return line.ends_with(value.substr(0, length));
  });
  if (head > 0) line.replace(line.size() - head, head, Secret::masked());
  return line;
}

LineMask::LineMask(const std::vector<Secret>& secrets, bool is_cut)
    : values_(values_of(secrets)), is_cut_(is_cut) {}

namespace {

// Bounded: parse() takes no text that is nested more deeply than json::kDepthMax.
void mask_strings(json::Value& value, const std::vector<Secret>& secrets) {
  if (auto* text = value.get_ptr<json::Value::string_t*>()) {
    const bool is_one = std::any_of(secrets.begin(), secrets.end(), [&](const Secret& secret) {
      return !secret.empty() && secret.reveal() == *text;
    });
    *text = is_one ? Secret::masked() : masked(std::move(*text), secrets);
  } else if (value.is_structured()) {
    for (auto& inner : value)
      mask_strings(inner, secrets);
  }
}

}  // namespace

std::string masked_json(std::string text, const std::vector<Secret>& secrets) {
  if (secrets.empty()) return text;
  auto tree = json::parse(text, "record");
  assert(tree && "what runtask has written is JSON");
  mask_strings(*tree, secrets);
  return json::to_text(*tree);
}

namespace {

json::Value tree_of(const LogSource& source) {
  return {{"container", source.container}, {"group", source.group},
          {"prefix", source.prefix},       {"note", source.note},
          {"region", source.region},       {"is_by_runtime_id", source.is_by_runtime_id}};
}

// A launch whole, with what it has in common with others: a reader needs nothing else.
json::Value tree_of(const Plan& plan, const Launch& launch) {
  const auto& part = plan.part_of(launch);
  auto tree = json::Value::object();
  tree["name"] = launch.name;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) tree[name] = value;
  };
  add("environment", part.place.environment);
  add("task", part.place.task);
  add("instance", part.place.instance);
  tree["target"] = part.place.target;
  tree["cluster"] = part.cluster;
  tree["deciding"] = part.deciding;
  tree["essential"] = part.essential;
  auto& logs = tree["logs"] = json::Value::array();
  for (const auto& source : part.logs)
    logs.push_back(tree_of(source));
  const auto request = ecs::write_request(request_alone(plan, launch));
  tree["request"] = json::parse(request, "plan").value_or(json::Value());
  return tree;
}

}  // namespace

std::string started_by_of_calls(const std::string& run_id) {
  return "runtask/" + run_id;
}

ecs::RunTask request_alone(const Plan& plan, const Launch& launch) {
  const auto number = std::to_string(launch.index + 1);
  auto request = launch.input;
  request.client_token = plan.run_id + "-" + number;
  if (request.started_by == started_by_of_calls(plan.run_id))
    request.started_by = plan.run_id + "/" + number;
  return request;
}

std::string to_json(const Plan& plan) {
  auto tree = json::Value::object();
  tree["type"] = "plan";
  tree["run"] = plan.run_id;
  tree["title"] = plan.title;
  auto& targets = tree["targets"] = json::Value::array();
  for (const auto& target : plan.targets)
    targets.push_back(
        {{"account", target.account}, {"region", target.region}, {"words", target.words}});
  auto& launches = tree["launches"] = json::Value::array();
  for (const auto& launch : plan.launches)
    launches.push_back(tree_of(plan, launch));
  mask_strings(tree, plan.secrets);
  return json::to_text(tree);
}

}  // namespace runtask::run
