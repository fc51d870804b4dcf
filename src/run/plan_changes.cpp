#include "run/plan_changes.h"

#include "base/text.h"

namespace runtask::run {
namespace {

std::string words_of(const std::vector<std::string>& command) {
  std::vector<std::string> words;
  words.reserve(command.size());
  for (const auto& word : command)
    words.push_back(shell_quoted(word));
  return join(words, " ");
}

std::optional<std::string> text_of(const std::optional<int>& number) {
  return number ? std::optional(std::to_string(*number)) : std::nullopt;
}
std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::string> variable_before(const std::string& name,
                                           const ecs::ContainerDefinition* definition) {
  if (definition == nullptr) return std::nullopt;
  for (const auto& secret : definition->secrets)
    if (secret.name == name) return "the secret " + secret.value_from;
  for (const auto& variable : definition->environment)
    if (variable.name == name) return variable.value;
  return std::nullopt;
}

void add_members(const std::string& container, const json::Members& members,
                 const json::Members& before, std::vector<Change>& changes) {
  for (const auto& [name, value] : members) {
    std::optional<std::string> known;
    for (const auto& [other, text] : before)
      if (other == name) known = text;
    changes.push_back({container, name, {}, known, value});
  }
}

void add_container(const ecs::ContainerOverride& override,
                   const ecs::ContainerDefinition* definition, std::vector<Change>& changes) {
  static const ecs::ContainerDefinition kNothing;
  const auto& before = definition == nullptr ? kNothing : *definition;
  const auto& container = override.name;
  for (const auto& variable : override.environment)
    changes.push_back({container, "environment", variable.name,
                       variable_before(variable.name, definition), variable.value});
  if (override.command)
    changes.push_back({container,
                       "command",
                       {},
                       unless_empty(words_of(before.command)),
                       words_of(*override.command)});
  const auto number = [&](const char* what, const std::optional<int>& value,
                          const std::optional<int>& known) {
    if (value) changes.push_back({container, what, {}, text_of(known), std::to_string(*value)});
  };
  number("cpu", override.cpu, before.cpu);
  number("memory", override.memory, before.memory);
  number("memoryReservation", override.memory_reservation, before.memory_reservation);
  add_members(container, override.rest, before.rest, changes);
}

}  // namespace

std::vector<Change> changes_of(const ecs::RunTask& input, const ecs::TaskDefinition* definition) {
  std::vector<Change> changes;
  if (!input.overrides) return changes;
  static const ecs::TaskDefinition kNothing;
  const auto& before = definition == nullptr ? kNothing : *definition;
  const auto& overrides = *input.overrides;
  for (const auto& container : overrides.container_overrides)
    add_container(container, before.container(container.name), changes);
  const auto text = [&](const char* what, const std::string& value, const std::string& known) {
    if (!value.empty()) changes.push_back({{}, what, {}, unless_empty(known), value});
  };
  text("cpu", overrides.cpu, before.cpu);
  text("memory", overrides.memory, before.memory);
  text("taskRoleArn", overrides.task_role_arn, before.task_role_arn);
  text("executionRoleArn", overrides.execution_role_arn, before.execution_role_arn);
  add_members({}, overrides.rest, before.rest, changes);
  return changes;
}

}  // namespace runtask::run
