#include "run/request_check.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/text.h"
#include "ecs/limits.h"
#include "ecs/task_sizes.h"

namespace runtask::run {
namespace {

bool is_started_by(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '/';
  });
}

Result<> check_tags(const std::vector<ecs::Tag>& tags) {
  if (tags.size() > ecs::limits::kTagsMax) return fail(Code::kUsage, "ECS takes at most 50 tags");
  std::set<std::string> keys;
  for (const auto& tag : tags) {
    const auto flag = "--tag " + tag.key.substr(0, ecs::limits::kTagKeyCharactersMax);
    if (tag.key.empty() || utf8_characters(tag.key) > ecs::limits::kTagKeyCharactersMax ||
        utf8_characters(tag.value) > ecs::limits::kTagValueCharactersMax)
      return fail(Code::kUsage, "the key of a tag has 1 to 128 characters, its value at most 256",
                  flag);
    if (lower_case(tag.key).starts_with("aws:"))
      return fail(Code::kUsage, "tags that begin with `aws:` are AWS' own", flag);
    if (!keys.insert(tag.key).second)
      return fail(Code::kUsage, "the tag `" + tag.key + "` is given twice", "a key has one value");
  }
  return {};
}

// ECS API: the size of a task is text, in units and MiB or with a unit behind it.
// `of` is where the user wrote it.
Result<> check_task_size(const std::string& cpu, const std::string& memory, const std::string& of) {
  if (!cpu.empty() && !ecs::cpu_units(cpu))
    return fail(Code::kUsage, of + "cpu `" + cpu + "` is no size that ECS has",
                "128 to 196608 CPU units (1024 are one CPU), or like `2 vCPU`");
  if (!memory.empty() && !ecs::memory_mib(memory))
    return fail(Code::kUsage, of + "memory `" + memory + "` is no size that ECS has",
                "MiB (2048 are 2 GB), or like `2 GB`");
  if (!memory.empty() && *ecs::memory_mib(memory) < ecs::limits::kContainerMemoryMiBMinEver)
    return fail(Code::kUsage, of + "memory `" + memory + "` is too little for any container",
                "at least " + std::to_string(ecs::limits::kContainerMemoryMiBMin) + " MiB");
  return {};
}

Result<> check_providers(const std::vector<ecs::CapacityProviderItem>& providers) {
  if (providers.size() > ecs::limits::kCapacityProvidersMax)
    return fail(Code::kUsage, "ECS takes at most 20 capacity providers");
  std::set<std::string> names;
  int bases = 0;
  for (const auto& item : providers) {
    if (!names.insert(item.capacity_provider).second)
      return fail(Code::kUsage,
                  "the capacity provider `" + item.capacity_provider + "` is given twice");
    // ECS API: only one of a strategy may have a base.
    if (item.base.value_or(0) > 0 && ++bases > 1)
      return fail(Code::kUsage, "only one capacity provider can have a base",
                  "--capacity-provider name:weight without a third part for the others");
  }
  // ECS API: a weight that is not given is 0, and what has none gets no task.
  const bool has_weight = std::any_of(providers.begin(), providers.end(),
                                      [](const auto& item) { return item.weight.value_or(0) > 0; });
  if (providers.size() > 1 && !has_weight)
    return fail(Code::kUsage, "of several capacity providers one must have a weight above 0",
                "--capacity-provider name:1; without a weight it is 0");
  return {};
}

// The request is JSON, so text that is not UTF-8 would become another text on its way, and a secret
// one that nobody masks.
Result<> check_variables(const std::vector<Variable>& variables) {
  for (const auto& variable : variables) {
    if (variable.name.empty() || variable.name.find('=') != std::string::npos ||
        !is_valid_utf8(variable.name))
      return fail(Code::kUsage,
                  "`" + valid_utf8(variable.name) + "` is not the name of a variable");
    if (!is_valid_utf8(variable.value))
      return fail(Code::kUsage,
                  "the value of " + variable.name + " is not UTF-8, and ECS takes nothing else",
                  "encode it, with base64 for example");
  }
  return {};
}

Result<> check_command(const std::vector<std::string>& words) {
  if (words.empty())
    return fail(Code::kUsage, "the command is empty",
                "leave it out, and the container runs the one of its task definition");
  if (std::all_of(words.begin(), words.end(), is_valid_utf8)) return {};
  return fail(Code::kUsage, "the command is not UTF-8, and ECS takes nothing else");
}

// What the override of a container asks for that no container can have.
Result<> check_container(const ecs::ContainerOverride& container) {
  const auto of = "the override of container `" + container.name + "`: ";
  std::vector<Variable> variables;
  for (const auto& [name, value] : container.environment)
    variables.push_back({name, value, false});
  TRY_DURING(check_variables(variables), "in the override of container `" + container.name + "`");
  for (const auto& amount : {container.memory, container.memory_reservation})
    if (amount && *amount < ecs::limits::kContainerMemoryMiBMinEver)
      return fail(Code::kUsage, of + std::to_string(*amount) + " MiB are no memory for a container",
                  "at least " + std::to_string(ecs::limits::kContainerMemoryMiBMin) + " MiB");
  if (container.cpu.value_or(0) < 0)
    return fail(Code::kUsage, of + "`cpu` is " + std::to_string(*container.cpu),
                "CPU units: 1024 are one CPU");
  return {};
}

Result<> check_overrides(const ecs::TaskOverride& overrides) {
  std::set<std::string> names;
  for (const auto& container : overrides.container_overrides) {
    TRY(check_container(container));
    // ECS obeys one of them and drops the other without a word.
    if (!names.insert(container.name).second)
      return fail(Code::kUsage,
                  "the overrides have two entries for the container `" + container.name +
                      "`, and ECS applies only one of them",
                  "put them together into one");
  }
  TRY(check_task_size(overrides.cpu, overrides.memory, "the overrides' "));
  if (!ecs::is_storage_size(overrides.rest))
    return fail(Code::kUsage, "the overrides' `ephemeralStorage` is no size that Fargate has",
                "`sizeInGiB` is " + std::to_string(ecs::limits::kEphemeralStorageGiBMin) + " to " +
                    std::to_string(ecs::limits::kEphemeralStorageGiBMax));
  return {};
}

}  // namespace

Result<> check_request(const Request& request) {
  if (!request.launch_type.empty() && !request.capacity_providers.empty())
    return fail(Code::kUsage, "ECS takes a launch type or capacity providers, not both");
  TRY(check_tags(request.tags));
  TRY(check_providers(request.capacity_providers));
  TRY(check_task_size(request.cpu, request.memory, "--"));
  if (request.started_by.size() > ecs::limits::kStartedByCharactersMax ||
      !is_started_by(request.started_by))
    return fail(Code::kUsage,
                "--started-by has at most 128 characters: letters, digits, -, _ and /");
  if (request.group.starts_with("service:"))
    return fail(Code::kUsage, "--group cannot begin with `service:`",
                "ECS keeps such groups for the tasks of services");
  TRY(check_variables(request.environment));
  if (request.command) TRY(check_command(*request.command));
  if (request.base_overrides) TRY(check_overrides(*request.base_overrides));
  if (request.count < 1) return fail(Code::kUsage, "--count is at least 1");
  return {};
}

}  // namespace runtask::run
