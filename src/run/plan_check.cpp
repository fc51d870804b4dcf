#include "run/plan_check.h"

#include <algorithm>
#include <map>

#include "base/diagnostic.h"
#include "base/text.h"
#include "ecs/task_sizes.h"

namespace runtask::run {
namespace {

constexpr std::size_t kNamesShownMax = 3;

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

PlanCheck fine(std::string words) {
  return {Finding::kFine, std::move(words), {}, {}};
}
PlanCheck unknown(std::string words, std::string hint = {}) {
  return {Finding::kUnknown, std::move(words), std::move(hint), {}};
}
PlanCheck bad(std::string words, std::string hint) {
  return {Finding::kBad, std::move(words), std::move(hint), {}};
}

PlanCheck check_status(const ecs::TaskDefinition& definition) {
  if (definition.status.empty()) return unknown("the task definition's status is not known");
  if (definition.status == "ACTIVE") return fine("the task definition is ACTIVE");
  return bad("task definition " + definition.family_revision() + " is " + definition.status,
             "leave the revision out for the newest active one, or register it again");
}

// Every name that the request has: the one of --container and those of the overrides.
PlanCheck check_names(const Launch& launch, const Part& part,
                      const ecs::TaskDefinition& definition) {
  auto given = part.deciding;
  if (launch.input.overrides)
    for (const auto& container : launch.input.overrides->container_overrides)
      given.push_back(container.name);
  std::vector<std::string> known;
  for (const auto& container : definition.container_definitions)
    known.push_back(container.name);
  for (const auto& name : given) {
    if (contains(known, name)) continue;
    const auto near = nearest_name(name, known);
    return bad(definition.family_revision() + " has no container `" + name + "`",
               near.empty() ? "it has " + join(known, ", ") : "did you mean `" + near + "`?");
  }
  return fine("the containers are in the task definition");
}

// ECS API: networkConfiguration is for awsvpc, and needed there.
PlanCheck check_network(const ecs::RunTask& input, const ecs::TaskDefinition& definition) {
  const bool is_given =
      input.network_configuration && input.network_configuration->awsvpc_configuration;
  if (definition.network_mode != "awsvpc") {
    if (!is_given) return fine("the network mode needs no subnets");
    const auto mode = definition.network_mode.empty() ? "bridge" : definition.network_mode;
    return bad("subnets are given, but the network mode is " + mode + ", not awsvpc",
               "leave --subnet and its relatives out");
  }
  if (!is_given)
    return bad("the network mode is awsvpc, and there is no subnet",
               "give --subnet, or --network-from-service SERVICE");
  const auto& network = *input.network_configuration->awsvpc_configuration;
  return fine("network mode awsvpc has its subnets" +
              std::string(network.security_groups.empty()
                              ? "; the VPC's default security group is used"
                              : " and security groups"));
}

// What the definition can run on, by its own words or by what ECS found; empty: not known.
const std::vector<std::string>& launch_types_of(const ecs::TaskDefinition& definition) {
  return definition.requires_compatibilities.empty() ? definition.compatibilities
                                                     : definition.requires_compatibilities;
}

bool is_fargate_provider(const std::string& name) {
  return name == "FARGATE" || name == "FARGATE_SPOT";
}

// FARGATE, EC2, EXTERNAL; empty where only the cluster knows.
std::string launch_type_of(const ecs::RunTask& input) {
  if (!input.launch_type.empty()) return input.launch_type;
  const auto& providers = input.capacity_provider_strategy;
  const bool is_fargate = std::any_of(providers.begin(), providers.end(), [](const auto& item) {
    return is_fargate_provider(item.capacity_provider);
  });
  return is_fargate ? "FARGATE" : "";
}

PlanCheck check_launch_type(const ecs::RunTask& input, const ecs::TaskDefinition& definition) {
  const auto type = launch_type_of(input);
  const auto& known = launch_types_of(definition);
  if (type.empty()) {
    if (input.capacity_provider_strategy.empty() && known == std::vector<std::string>{"FARGATE"})
      return unknown(
          "the task definition is for Fargate alone; whether the cluster's default puts it there "
          "is not known",
          "--launch-type FARGATE says so");
    return fine("the cluster or its capacity providers decide where it runs");
  }
  if (known.empty()) return unknown("whether it can run on " + type + " is not known");
  // ECS API: whatever it requires, the service itself has checked it against `compatibilities`.
  if (contains(known, type) || (type == "EC2" && contains(definition.compatibilities, type)))
    return fine("the task definition can run on " + type);
  return bad("the task definition does not support launch type " + type + " (it has " +
                 join(known, ", ") + ")",
             "choose another --launch-type, or register it for " + type);
}

// ECS API: ECS Exec works with the rights of the task role.
void check_exec(const ecs::RunTask& input, const ecs::TaskDefinition& definition,
                std::vector<PlanCheck>& checks) {
  if (!input.enable_execute_command.value_or(false)) return;
  if (!definition.task_role_arn.empty()) return;
  if (input.overrides && !input.overrides->task_role_arn.empty()) return;
  checks.push_back(unknown("ECS Exec needs a task role, and there is none", "give --task-role"));
}

void check_size(const ecs::RunTask& input, const ecs::TaskDefinition& definition,
                std::vector<PlanCheck>& checks) {
  if (launch_type_of(input) != "FARGATE" || !input.overrides) return;
  const auto& overrides = *input.overrides;
  if (overrides.cpu.empty() && overrides.memory.empty()) return;
  const auto cpu = overrides.cpu.empty() ? definition.cpu : overrides.cpu;
  const auto memory = overrides.memory.empty() ? definition.memory : overrides.memory;
  const auto units = ecs::cpu_units(cpu);
  const auto mib = ecs::memory_mib(memory);
  if (!units || !mib) {
    checks.push_back(unknown("the size of the task is not known whole"));
  } else if (ecs::is_fargate_size(*units, *mib)) {
    checks.push_back(fine("Fargate has that size"));
  } else {
    checks.push_back(bad("Fargate has no size of " + std::to_string(*units) + " CPU units and " +
                             std::to_string(*mib) + " MiB",
                         "change --cpu or --memory; to each CPU size belong certain memory sizes"));
  }
}

// ECS API: a name is either a variable or a secret of the definition.
void check_secrets(const ecs::RunTask& input, const ecs::TaskDefinition& definition,
                   std::vector<PlanCheck>& checks) {
  if (!input.overrides) return;
  for (const auto& container : input.overrides->container_overrides) {
    const auto* defined = definition.container(container.name);
    if (defined == nullptr) continue;
    for (const auto& variable : container.environment)
      for (const auto& secret : defined->secrets)
        if (secret.name == variable.name)
          checks.push_back(unknown("variable " + variable.name +
                                   " is a secret in the task "
                                   "definition; which of the two the container gets is not sure"));
  }
}

void check_logs(const Part& part, std::vector<PlanCheck>& checks) {
  for (const auto& source : part.logs) {
    if (source.group.empty()) {
      checks.push_back(unknown(source.note));
    } else {
      checks.push_back(fine("the log of container " + source.container + " is followed"));
    }
  }
}

std::vector<PlanCheck> checks_of(const Launch& launch, const Part& part,
                                 const ecs::TaskDefinition* definition) {
  if (definition == nullptr)
    return {
        unknown("the task definition could not be read: names, network, launch type and logs "
                "are not checked")};
  const auto& input = launch.input;
  std::vector<PlanCheck> checks = {
      check_status(*definition), check_names(launch, part, *definition),
      check_network(input, *definition), check_launch_type(input, *definition)};
  check_size(input, *definition, checks);
  check_exec(input, *definition, checks);
  check_secrets(input, *definition, checks);
  check_logs(part, checks);
  return checks;
}

}  // namespace

std::string_view name_of(Finding finding) {
  switch (finding) {
    case Finding::kFine:
      return "fine";
    case Finding::kUnknown:
      return "unknown";
    case Finding::kBad:
      return "bad";
  }
  return "unknown";
}

Definitions::Definitions(const std::vector<DefinedRequest>& requests) {
  for (const auto& one : requests)
    if (one.definition != nullptr &&
        std::find(all_.begin(), all_.end(), one.definition) == all_.end())
      all_.push_back(one.definition);
}

const ecs::TaskDefinition* Definitions::of(const Launch& launch) const {
  const auto& name = launch.input.task_definition;
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const auto* definition) {
    return definition->task_definition_arn == name;
  });
  if (found != all_.end()) return *found;
  // A server that gives no ARN: then the plan has the user's own words.
  return all_.size() == 1 && all_.front()->task_definition_arn.empty() ? all_.front() : nullptr;
}

void add_check(PlanCheck check, std::vector<PlanCheck>& checks) {
  const auto same = std::find_if(checks.begin(), checks.end(), [&](const PlanCheck& known) {
    return known.finding == check.finding && known.words == check.words && known.hint == check.hint;
  });
  if (same != checks.end()) {
    auto& names = same->launches;
    // The same fact twice about the same launches.
    if (!names.empty() && !check.launches.empty() && names.back() == check.launches.back()) return;
    names.insert(names.end(), check.launches.begin(), check.launches.end());
    return;
  }
  // Behind the last of its kind; bad before unknown before fine.
  const auto place = std::find_if(checks.begin(), checks.end(), [&](const PlanCheck& known) {
    return static_cast<int>(known.finding) < static_cast<int>(check.finding);
  });
  checks.insert(place, std::move(check));
}

std::vector<PlanCheck> check_plan(const Plan& plan, const Definitions& definitions) {
  std::vector<PlanCheck> checks;
  // The launches of one part differ in nothing that is checked.
  std::map<std::size_t, std::vector<const Launch*>> parts;
  for (const auto& launch : plan.launches)
    parts[launch.part].push_back(&launch);
  for (const auto& [index, launches] : parts) {
    std::vector<std::string> names;
    for (const auto* launch : launches)
      names.push_back(launch->name);
    const auto& first = *launches.front();
    for (auto& check : checks_of(first, plan.parts.at(index), definitions.of(first))) {
      check.launches = names;
      add_check(std::move(check), checks);
    }
  }
  return checks;
}

std::string named(const std::vector<std::string>& launches) {
  if (launches.size() == 1) return launches.front();
  auto shown = launches;
  if (shown.size() > kNamesShownMax) shown.resize(kNamesShownMax);
  auto text = std::to_string(launches.size()) + " launches: " + join(shown, ", ");
  if (launches.size() > shown.size())
    text += " and " + std::to_string(launches.size() - shown.size()) + " more";
  return text;
}

Result<> refuse_bad(const std::vector<PlanCheck>& checks) {
  Error error{Code::kInvalid, {}, {}, {}};
  for (const auto& check : checks) {
    if (check.finding != Finding::kBad) continue;
    const auto words = named(check.launches) + ": " + check.words;
    if (error.message.empty()) {
      error.message = words;
      error.hint = check.hint;
    } else {
      error.context.push_back(words);
    }
  }
  if (error.message.empty()) return {};
  return fail(std::move(error));
}

}  // namespace runtask::run
