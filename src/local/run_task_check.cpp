#include "local/run_task_check.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "ecs/limits.h"
#include "ecs/task_sizes.h"
#include "local/definition_check.h"
#include "local/definition_sizes.h"
#include "local/model_state.h"

namespace runtask::local {
namespace {

using Wrong = std::optional<std::string>;

constexpr const char* kNewestPlatform = "1.4.0";  // What LATEST means.

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::size_t elements(const json::Members& members, std::string_view name) {
  for (const auto& [member, text] : members)
    if (member == name)
      if (const auto value = json::parse(text, name)) return value->size();
  return 0;
}

Wrong wrong_placement(const ecs::RunTask& request, const ecs::TaskDefinition& definition) {
  const auto& strategy = request.capacity_provider_strategy;
  if (!request.launch_type.empty() && !strategy.empty())
    return "Specify either Launch Type or Capacity Provider Strategy, but not both.";
  if (strategy.size() > ecs::limits::kCapacityProvidersMax)
    return "A capacity provider strategy cannot have more than 20 entries.";
  for (const auto& item : strategy) {
    if (item.capacity_provider.empty()) return "Capacity provider must not be blank.";
    if (item.weight && (*item.weight < 0 || *item.weight > 1000))
      return "The weight of a capacity provider must be between 0 and 1000.";
    if (item.base && (*item.base < 0 || *item.base > 100'000))
      return "The base of a capacity provider must be between 0 and 100000.";
  }
  if (strategy.size() > 1 && std::all_of(strategy.begin(), strategy.end(), [](const auto& item) {
        return item.weight.value_or(0) == 0;
      }))
    return "At least one capacity provider of a strategy must have a weight greater than 0.";
  if (!is_one_of(request.launch_type, {"", "EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"}))
    return "Launch type must be one of [EC2,FARGATE,EXTERNAL,MANAGED_INSTANCES].";
  const std::string launch_type = placement_of(request, definition).launch_type;
  const bool fits =
      contains(definition.compatibilities, launch_type) &&
      (definition.requires_compatibilities.empty() ||
       contains(definition.requires_compatibilities, launch_type) || launch_type == "EC2");
  if (!fits && is_one_of(launch_type, {"FARGATE", "EXTERNAL"}))
    return "Task definition does not support launch_type " + launch_type + ".";
  if (elements(request.rest, "placementConstraints") > 10)
    return "No more than 10 placement constraints may be given.";
  if (elements(request.rest, "placementStrategy") > 5)
    return "No more than 5 placement strategy rules may be given.";
  return std::nullopt;
}

Wrong wrong_network(const ecs::RunTask& request, const ecs::TaskDefinition& definition) {
  const bool given =
      request.network_configuration && request.network_configuration->awsvpc_configuration;
  if (definition.network_mode != "awsvpc")
    return given ? Wrong(
                       "Network Configuration is not valid for the given networkMode of this "
                       "task definition.")
                 : std::nullopt;
  if (!given)
    return "Network Configuration must be provided when networkMode 'awsvpc' is specified.";
  const auto& network = *request.network_configuration->awsvpc_configuration;
  if (network.subnets.empty()) return "subnets can not be empty.";
  if (network.subnets.size() > ecs::limits::kSubnetsMax)
    return "subnets can have at most 16 items.";
  if (network.security_groups.size() > ecs::limits::kSecurityGroupsMax)
    return "securityGroups can have at most 5 items.";
  if (!is_one_of(network.assign_public_ip, {"", "ENABLED", "DISABLED"}))
    return "assignPublicIp must be one of [ENABLED,DISABLED].";
  return std::nullopt;
}

Wrong wrong_container_override(const ecs::ContainerOverride& changes,
                               const ecs::TaskDefinition& definition) {
  if (changes.name.empty()) return "Container override name must not be blank.";
  if (definition.container(changes.name) == nullptr)
    return "Override for container named " + changes.name +
           " is not a container in the TaskDefinition.";
  for (const auto& [member, text] : changes.rest)
    if (is_one_of(member, {"entryPoint", "image", "logConfiguration", "secrets"}))
      return "RunTask cannot override '" + member + "' of container " + changes.name +
             ": register a revision of the task definition with it.";
  for (const auto& variable : changes.environment)
    if (variable.name.empty() || variable.name.find('=') != std::string::npos ||
        variable.name.find('\0') != std::string::npos ||
        variable.value.find('\0') != std::string::npos)
      return "An environment variable in the override of container " + changes.name +
             " has no valid name.";
  const auto* container = definition.container(changes.name);
  for (const auto& secret : container->secrets)
    for (const auto& variable : changes.environment)
      if (variable.name == secret.name)
        return "The secret name must be unique and not shared with any new or existing "
               "environment variables set on the container, such as '" +
               secret.name + "'.";
  for (const auto& amount : {changes.memory, changes.memory_reservation})
    if (amount && *amount < ecs::limits::kContainerMemoryMiBMin)
      return "Invalid memory in the override of container " + changes.name + ".";
  if (changes.cpu && *changes.cpu < 0)
    return "Invalid cpu in the override of container " + changes.name + ".";
  return std::nullopt;
}

// The sizes that the overrides change, together with those that they leave as they are.
Wrong wrong_sizes(const ecs::TaskOverride& overrides, ecs::TaskDefinition definition) {
  const auto cpu = normalised_cpu(overrides.cpu);
  const auto memory = normalised_memory(overrides.memory);
  if (!cpu) return "Invalid 'cpu' setting for task.";
  if (!memory) return "Invalid 'memory' setting for task.";
  if (!cpu->empty()) definition.cpu = *cpu;
  if (!memory->empty()) definition.memory = *memory;
  for (const auto& changes : overrides.container_overrides)
    for (auto& container : definition.container_definitions) {
      if (container.name != changes.name) continue;
      if (changes.cpu) container.cpu = changes.cpu;
      if (changes.memory) container.memory = changes.memory;
      if (changes.memory_reservation) container.memory_reservation = changes.memory_reservation;
    }
  return wrong_totals(definition);
}

Wrong wrong_overrides(const ecs::RunTask& request, const ecs::TaskDefinition& definition) {
  if (!request.overrides) return std::nullopt;
  const ecs::TaskOverride& overrides = *request.overrides;
  if (utf8_characters(ecs::to_text(overrides)) > ecs::limits::kOverridesCharactersMax)
    return "Container Overrides length must be at most 8192";
  std::set<std::string_view> named;
  for (const auto& changes : overrides.container_overrides) {
    if (auto wrong = wrong_container_override(changes, definition)) return wrong;
    if (!named.insert(changes.name).second)
      return "Container " + changes.name + " has more than one entry in the container overrides.";
  }
  if (auto wrong = wrong_sizes(overrides, definition)) return wrong;
  if (!ecs::is_storage_size(overrides.rest))
    return "Ephemeral storage must be between 21 and 200 GiB.";
  return std::nullopt;
}

Wrong wrong_names(const ecs::RunTask& request) {
  const auto is_started_by = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '/';
  };
  if (request.started_by.size() > ecs::limits::kStartedByCharactersMax)
    return "startedBy longer than " + std::to_string(ecs::limits::kStartedByCharactersMax) + ".";
  if (!std::all_of(request.started_by.begin(), request.started_by.end(), is_started_by))
    return "startedBy may hold letters, digits, hyphens, underscores and slashes only.";
  if (request.group.starts_with("service:")) return "Task group must not start with 'service:'.";
  if (request.propagate_tags == "SERVICE")
    return "Invalid value for propagateTags: SERVICE is for tasks of a service.";
  if (!is_one_of(request.propagate_tags, {"", "TASK_DEFINITION", "NONE"}))
    return "Invalid value for propagateTags: " + request.propagate_tags;
  return wrong_tags(request.tags);
}

}  // namespace

std::string platform_of(const ecs::RunTask& request) {
  const auto version = upper_case(request.platform_version);
  return version.empty() || version == "LATEST" ? kNewestPlatform : version;
}

std::optional<std::string> wrong_client_token(std::string_view token) {
  if (token.size() > ecs::limits::kClientTokenCharactersMax)
    return "clientToken must not be longer than 64 characters.";
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c >= 33 && c <= 126; }))
    return "clientToken may hold ASCII characters with the codes 33 to 126 only.";
  return std::nullopt;
}

namespace {

// ECS API: the platform versions of Fargate, which no other launch type has.
Answer<void> check_platform(const ecs::RunTask& request, const ecs::TaskDefinition& definition) {
  if (request.platform_version.empty()) return {};
  const auto launch_type = placement_of(request, definition).launch_type;
  if (launch_type != "FARGATE")
    return invalid_parameter("The platform version must be null when specifying an " + launch_type +
                             " launch type.");
  if (is_one_of(platform_of(request), {"1.0.0", "1.1.0", "1.2.0", "1.3.0", kNewestPlatform}))
    return {};
  return refuse(ecs::error_name::kPlatformUnknown, "The specified platform does not exist.");
}

}  // namespace

Answer<void> check_run_task(const ecs::RunTask& request, const ecs::TaskDefinition& definition) {
  const int count = request.count.value_or(1);
  if (count < 1 || count > ecs::limits::kTasksPerRunTaskMax)
    return invalid_parameter("Count must be between 1 and 10.");
  for (const auto check : {wrong_placement, wrong_network, wrong_overrides})
    if (const auto wrong = check(request, definition)) return invalid_parameter(*wrong);
  TRY_ANSWER(check_platform(request, definition));
  if (const auto wrong = wrong_names(request)) return invalid_parameter(*wrong);
  return {};
}

Placement placement_of(const ecs::RunTask& request, const ecs::TaskDefinition& definition) {
  if (!request.launch_type.empty()) return {request.launch_type, {}};
  if (!request.capacity_provider_strategy.empty()) {
    // ECS API: what has a base comes first, then weights decide; one task goes to the heaviest.
    const auto& strategy = request.capacity_provider_strategy;
    const auto chosen =
        std::max_element(strategy.begin(), strategy.end(), [](const auto& a, const auto& b) {
          return std::pair(a.base.value_or(0) > 0, a.weight.value_or(0)) <
                 std::pair(b.base.value_or(0) > 0, b.weight.value_or(0));
        });
    const bool on_fargate = chosen->capacity_provider.starts_with("FARGATE");
    return {on_fargate ? "FARGATE" : "EC2", chosen->capacity_provider};
  }
  if (!definition.requires_compatibilities.empty())
    return {definition.requires_compatibilities.front(), {}};
  return {"EC2", {}};
}

std::vector<ecs::Tag> tags_of(const ecs::RunTask& request, const DefinitionRecord& record,
                              const std::string& cluster) {
  std::vector<ecs::Tag> tags = request.tags;
  const auto add = [&tags](const ecs::Tag& tag) {
    const bool is_there = std::any_of(tags.begin(), tags.end(),
                                      [&](const ecs::Tag& it) { return it.key == tag.key; });
    if (!is_there) tags.push_back(tag);
  };
  if (request.propagate_tags == "TASK_DEFINITION")
    for (const auto& tag : record.tags)
      add(tag);
  if (request.enable_ecs_managed_tags.value_or(false)) add({"aws:ecs:clusterName", cluster});
  return tags;
}

}  // namespace runtask::local
