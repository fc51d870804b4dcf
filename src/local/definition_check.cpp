#include "local/definition_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>

#include "base/json.h"
#include "base/text.h"
#include "ecs/api.h"
#include "ecs/limits.h"
#include "ecs/task_sizes.h"
#include "local/definition_sizes.h"
#include "local/model_state.h"

namespace runtask::local {
namespace {

using Wrong = std::optional<std::string>;

constexpr int kPortMax = 65'535;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// A member that we have no field for.
std::optional<json::Value> other_member(const json::Members& members, std::string_view name) {
  for (const auto& [member, text] : members)
    if (member == name)
      if (auto value = json::parse(text, name)) return *std::move(value);
  return std::nullopt;
}

// A member's text or number; the other value when it is of another kind or not there.
std::string text_of(const json::Value& object, const char* name) {
  const auto member = object.is_object() ? object.find(name) : object.end();
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}
std::int64_t number_of(const json::Value& object, const char* name, std::int64_t otherwise) {
  const auto member = object.is_object() ? object.find(name) : object.end();
  return member != object.end() && member->is_number_integer() ? member->get<std::int64_t>()
                                                               : otherwise;
}

std::string of_container(const std::string& name) {
  return "Invalid setting for container '" + name + "'. ";
}

Wrong out_of_range(const std::optional<int>& value, int low, int high, const std::string& what) {
  if (!value || (*value >= low && *value <= high)) return std::nullopt;
  return what + " must be between " + std::to_string(low) + " and " + std::to_string(high) + ".";
}

Wrong wrong_memory(const ecs::ContainerDefinition& container,
                   const ecs::TaskDefinition& definition) {
  const std::string where = of_container(container.name);
  if (!container.memory && !container.memory_reservation && definition.memory.empty())
    return where + "At least one of 'memory' or 'memoryReservation' must be specified.";
  for (const auto& amount : {container.memory, container.memory_reservation})
    if (amount && *amount < ecs::limits::kContainerMemoryMiBMin)
      return where + "The memory must be at least " +
             std::to_string(ecs::limits::kContainerMemoryMiBMin) + " MiB.";
  if (container.memory && container.memory_reservation &&
      *container.memory <= *container.memory_reservation)
    return where + "'memory' must be greater than 'memoryReservation'.";
  if (container.cpu && *container.cpu < 0) return where + "'cpu' must not be negative.";
  return std::nullopt;
}

Wrong wrong_environment(const ecs::ContainerDefinition& container) {
  std::set<std::string_view> variables;
  for (const auto& variable : container.environment) {
    if (variable.name.empty() || variable.name.find('=') != std::string::npos ||
        variable.name.find('\0') != std::string::npos ||
        variable.value.find('\0') != std::string::npos)
      return of_container(container.name) + "An environment variable has no valid name.";
    variables.insert(variable.name);
  }
  std::set<std::string_view> secrets;
  for (const auto& secret : container.secrets) {
    if (secret.name.empty() || secret.value_from.empty())
      return of_container(container.name) + "A secret needs a name and a valueFrom.";
    if (!secrets.insert(secret.name).second)
      return "Duplicate secret names found: " + secret.name + ". Each secret name must be unique.";
    if (variables.contains(secret.name))
      return "The secret name must be unique and not shared with any new or existing environment "
             "variables set on the container, such as '" +
             secret.name + "'.";
  }
  if (const auto files = other_member(container.rest, "environmentFiles")) {
    if (!files->is_array() || files->size() > 10)
      return of_container(container.name) + "At most 10 environmentFiles are allowed.";
    for (const auto& file : *files)
      if (text_of(file, "type") != "s3" || !text_of(file, "value").ends_with(".env"))
        return of_container(container.name) +
               "An environment file has the type s3 and a name that ends in .env.";
  }
  return std::nullopt;
}

Wrong wrong_health_check(const ecs::ContainerDefinition& container) {
  if (!container.health_check) return std::nullopt;
  const auto& check = *container.health_check;
  const std::string where = of_container(container.name);
  if (check.command.empty() || !is_one_of(check.command[0], {"CMD", "CMD-SHELL", "NONE"}) ||
      (check.command.size() < 2 && check.command[0] != "NONE"))
    return where + "A health check command starts with CMD or CMD-SHELL.";
  if (auto wrong = out_of_range(check.interval, 5, 300, where + "The health check interval"))
    return wrong;
  if (auto wrong = out_of_range(check.timeout, 2, 60, where + "The health check timeout"))
    return wrong;
  if (auto wrong = out_of_range(check.retries, 1, 10, where + "The health check retries"))
    return wrong;
  return out_of_range(check.start_period, 0, 300, where + "The health check startPeriod");
}

// ECS API: the options of awslogs are a list of its own, here in the order of its documentation.
Wrong wrong_awslogs(const ecs::LogConfiguration& logs, bool on_fargate) {
  std::vector<std::string> missing;
  for (const auto* const name : {"awslogs-group", "awslogs-region"})
    if (!logs.options.contains(name)) missing.emplace_back(name);
  if (!missing.empty()) return "Log driver awslogs requires options: " + join(missing, ", ");
  std::vector<std::string> unknown;
  for (const auto& [name, value] : logs.options)
    if (!is_one_of(name, {"awslogs-create-group", "awslogs-region", "awslogs-group",
                          "awslogs-stream-prefix", "awslogs-datetime-format",
                          "awslogs-multiline-pattern", "mode", "max-buffer-size"}))
      unknown.push_back(name);
  if (!unknown.empty()) return "Log driver awslogs disallows options: " + join(unknown, ", ");
  if (on_fargate && !logs.options.contains("awslogs-stream-prefix"))
    return "Fargate requires log configuration options to include awslogs-stream-prefix to support "
           "log driver awslogs.";
  return std::nullopt;
}

Wrong wrong_logs(const ecs::ContainerDefinition& container, bool on_fargate) {
  if (!container.log_configuration) return std::nullopt;
  const auto& logs = *container.log_configuration;
  if (!is_one_of(logs.log_driver, {"json-file", "syslog", "journald", "gelf", "fluentd", "awslogs",
                                   "splunk", "awsfirelens"}))
    return "Log driver '" + logs.log_driver + "' is not supported.";
  return logs.log_driver == "awslogs" ? wrong_awslogs(logs, on_fargate) : std::nullopt;
}

Wrong wrong_ports(const ecs::ContainerDefinition& container) {
  const auto ports = other_member(container.rest, "portMappings");
  if (!ports) return std::nullopt;
  const std::string where = of_container(container.name);
  if (!ports->is_array()) return where + "'portMappings' must be a list.";
  for (const auto& port : *ports)
    for (const auto* const name : {"containerPort", "hostPort"}) {
      const auto number = number_of(port, name, 0);
      if (number < 0 || number > kPortMax)
        return where + "'" + name + "' must be between 0 and " + std::to_string(kPortMax) + ".";
    }
  return std::nullopt;
}

Wrong wrong_others(const ecs::ContainerDefinition& container) {
  const std::string where = of_container(container.name);
  if (const auto ulimits = other_member(container.rest, "ulimits")) {
    if (!ulimits->is_array()) return where + "'ulimits' must be a list.";
    for (const auto& ulimit : *ulimits)
      if (!is_one_of(text_of(ulimit, "name"),
                     {"core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice",
                      "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"}))
        return where + "An ulimit has no valid name.";
  }
  if (const auto policy = other_member(container.rest, "restartPolicy")) {
    if (!policy->is_object()) return where + "'restartPolicy' must be an object.";
    const std::int64_t period = number_of(*policy, "restartAttemptPeriod", 300);
    if (period < 60 || period > 1800)
      return where + "restartAttemptPeriod must be between 60 and 1800.";
    const auto codes = policy->find("ignoredExitCodes");
    if (codes != policy->end() && codes->size() > 50)
      return where + "At most 50 ignoredExitCodes are allowed.";
  }
  return std::nullopt;
}

Wrong wrong_timeouts(const ecs::ContainerDefinition& container, bool on_fargate) {
  const std::string where = of_container(container.name);
  const int low = on_fargate ? 2 : 1;
  const int high = on_fargate ? ecs::limits::kStopTimeoutSecondsMax : 24 * 3600;
  if (auto wrong = out_of_range(container.start_timeout, low, high, where + "'startTimeout'"))
    return wrong;
  return out_of_range(container.stop_timeout, low, high, where + "'stopTimeout'");
}

Wrong wrong_container(const ecs::ContainerDefinition& container,
                      const ecs::TaskDefinition& definition) {
  if (container.name.empty()) return "Container.name should not be null or empty.";
  if (!is_plain_name(container.name))
    return "Container.name contains invalid characters: '" + container.name + "'.";
  if (container.image.empty()) return "Container.image should not be null or empty.";
  const bool on_fargate = contains(definition.requires_compatibilities, "FARGATE");
  if (auto wrong = wrong_memory(container, definition)) return wrong;
  if (auto wrong = wrong_environment(container)) return wrong;
  if (auto wrong = wrong_health_check(container)) return wrong;
  if (auto wrong = wrong_timeouts(container, on_fargate)) return wrong;
  if (on_fargate && container.privileged.value_or(false))
    return "Tasks using the Fargate launch type do not support the 'privileged' setting.";
  if (auto wrong = wrong_logs(container, on_fargate)) return wrong;
  if (auto wrong = wrong_ports(container)) return wrong;
  return wrong_others(container);
}

// Whether a container can be reached from itself along dependsOn.
bool depends_on_itself(const ecs::TaskDefinition& definition,
                       const ecs::ContainerDefinition& start) {
  std::set<std::string_view> seen;
  std::vector<const ecs::ContainerDefinition*> open{&start};
  while (!open.empty()) {
    const auto* container = open.back();
    open.pop_back();
    for (const auto& dependency : container->depends_on) {
      if (dependency.container_name == start.name) return true;
      const auto* next = definition.container(dependency.container_name);
      if (next != nullptr && seen.insert(next->name).second) open.push_back(next);
    }
  }
  return false;
}

Wrong wrong_dependencies(const ecs::TaskDefinition& definition) {
  for (const auto& container : definition.container_definitions) {
    for (const auto& dependency : container.depends_on) {
      const std::string where = of_container(container.name);
      const auto* other = definition.container(dependency.container_name);
      if (other == nullptr)
        return where + "It depends on '" + dependency.container_name +
               "', which is not a container of the task definition.";
      if (!is_one_of(dependency.condition, {"START", "COMPLETE", "SUCCESS", "HEALTHY"}))
        return where + "'" + dependency.condition + "' is not a dependency condition.";
      if (is_one_of(dependency.condition, {"COMPLETE", "SUCCESS"}) && other->is_essential())
        return where + "A " + dependency.condition + " dependency on the essential container '" +
               other->name + "' is not allowed.";
      if (dependency.condition == "HEALTHY" &&
          (!other->health_check || other->health_check->command[0] == "NONE"))
        return where + "A HEALTHY dependency on '" + other->name +
               "' needs a health check of that container.";
    }
    if (depends_on_itself(definition, container))
      return "Container dependencies must not form a cycle: '" + container.name + "'.";
  }
  return std::nullopt;
}

Wrong wrong_containers(const ecs::TaskDefinition& definition) {
  const auto& containers = definition.container_definitions;
  if (containers.empty()) return "Container list cannot be empty.";
  if (containers.size() > ecs::limits::kContainersPerDefinitionMax) return "Too many containers.";
  std::set<std::string_view> names;
  for (const auto& container : containers) {
    if (auto wrong = wrong_container(container, definition)) return wrong;
    if (!names.insert(container.name).second)
      return "Container names must be unique: '" + container.name + "'.";
  }
  if (std::none_of(containers.begin(), containers.end(),
                   [](const auto& container) { return container.is_essential(); }))
    return "At least one container must be marked as essential.";
  return wrong_dependencies(definition);
}

Wrong wrong_volumes(const ecs::TaskDefinition& definition) {
  std::set<std::string> names;
  if (const auto volumes = other_member(definition.rest, "volumes")) {
    if (!volumes->is_array()) return "'volumes' must be a list.";
    for (const auto& volume : *volumes) {
      const std::string name = text_of(volume, "name");
      if (name.empty()) return "Volume.name should not be null or empty.";
      if (!names.insert(name).second) return "Volume names must be unique: '" + name + "'.";
    }
  }
  for (const auto& container : definition.container_definitions) {
    const auto mounts = other_member(container.rest, "mountPoints");
    if (!mounts) continue;
    if (!mounts->is_array()) return "'mountPoints' must be a list.";
    for (const auto& mount : *mounts) {
      const std::string source = text_of(mount, "sourceVolume");
      if (!names.contains(source)) return "Unknown volume '" + source + "'.";
    }
  }
  return std::nullopt;
}

Wrong wrong_task(const ecs::TaskDefinition& definition) {
  if (definition.family.empty()) return "Family should not be null or empty.";
  if (!is_plain_name(definition.family)) return "Family contains invalid characters.";
  if (!definition.network_mode.empty() &&
      !is_one_of(definition.network_mode, {"bridge", "host", "awsvpc", "none"}))
    return "Invalid network mode: " + definition.network_mode;
  for (const auto& name : definition.requires_compatibilities)
    if (!is_one_of(name, {"EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"}))
      return "Invalid compatibility: " + name;
  if (!is_one_of(definition.pid_mode, {"", "host", "task"}))
    return "Invalid pidMode: " + definition.pid_mode;
  if (!is_one_of(definition.ipc_mode, {"", "host", "task", "none"}))
    return "Invalid ipcMode: " + definition.ipc_mode;
  if (ecs::to_text(definition).size() > ecs::limits::kDefinitionBytesMax)
    return "The task definition is larger than 64 KiB.";
  return std::nullopt;
}

Wrong wrong_fargate(const ecs::TaskDefinition& definition) {
  if (!contains(definition.requires_compatibilities, "FARGATE")) return std::nullopt;
  if (definition.network_mode != "awsvpc") return "Fargate only supports network mode 'awsvpc'.";
  if (definition.cpu.empty()) return "Fargate requires that 'cpu' be defined at the task level.";
  if (definition.memory.empty())
    return "Fargate requires that 'memory' be defined at the task level.";
  if (definition.pid_mode == "host")
    return "Tasks using the Fargate launch type do not support pidMode 'host'.";
  return wrong_fargate_size(definition.cpu, definition.memory);
}

void set_default(json::Members& members, const char* name) {
  const bool is_there = std::any_of(members.begin(), members.end(),
                                    [&](const auto& member) { return member.first == name; });
  if (!is_there) members.emplace_back(name, "[]");
}

// ECS API: what a stored definition has although it was not in the request.
void add_defaults(ecs::TaskDefinition& definition) {
  bool uses_awslogs = false;
  for (auto& container : definition.container_definitions) {
    container.cpu = container.cpu.value_or(0);
    container.essential = container.is_essential();
    for (const char* name : {"mountPoints", "volumesFrom", "portMappings", "systemControls"})
      set_default(container.rest, name);
    uses_awslogs |=
        container.log_configuration && container.log_configuration->log_driver == "awslogs";
  }
  for (const char* name : {"volumes", "placementConstraints"})
    set_default(definition.rest, name);
  std::string attributes = R"({"name":"com.amazonaws.ecs.capability.docker-remote-api.1.18"})";
  if (uses_awslogs)
    attributes += R"(,{"name":"com.amazonaws.ecs.capability.logging-driver.awslogs"})";
  if (!definition.task_role_arn.empty())
    attributes += R"(,{"name":"com.amazonaws.ecs.capability.task-iam-role"})";
  std::erase_if(definition.rest,
                [](const auto& member) { return member.first == "requiresAttributes"; });
  definition.rest.emplace_back("requiresAttributes", "[" + attributes + "]");

  definition.compatibilities = {"EC2"};
  if (definition.network_mode != "awsvpc") definition.compatibilities.emplace_back("EXTERNAL");
  if (definition.network_mode == "awsvpc") {
    definition.compatibilities.emplace_back("MANAGED_INSTANCES");
    if (!wrong_fargate_size(definition.cpu, definition.memory))
      definition.compatibilities.emplace_back("FARGATE");
  }
}

}  // namespace

std::optional<std::string> wrong_totals(const ecs::TaskDefinition& definition) {
  const auto memory = parse_integer(definition.memory, 1, ecs::kMemoryMiBMax);
  const auto cpu = parse_integer(definition.cpu, 1, ecs::kCpuUnitsMax);
  long long memory_used = 0;
  long long cpu_used = 0;
  for (const auto& container : definition.container_definitions) {
    memory_used += container.memory_reservation.value_or(container.memory.value_or(0));
    cpu_used += container.cpu.value_or(0);
    if (memory && container.memory.value_or(0) > *memory)
      return of_container(container.name) + "Its memory exceeds that of the task.";
  }
  if (memory && memory_used > *memory)
    return "The memory of the containers exceeds that of the task.";
  if (cpu && cpu_used > *cpu) return "The cpu of the containers exceeds that of the task.";
  return std::nullopt;
}

Answer<ecs::TaskDefinition> checked_definition(ecs::TaskDefinition definition) {
  definition.cpu = TRY_ANSWER(normalised_cpu(definition.cpu));
  definition.memory = TRY_ANSWER(normalised_memory(definition.memory));
  for (const auto check :
       {wrong_task, wrong_containers, wrong_volumes, wrong_totals, wrong_fargate}) {
    if (const auto wrong = check(definition)) return client_error(*wrong);
  }
  add_defaults(definition);
  return definition;
}

namespace {

constexpr auto kIdleInContainer = std::to_array<std::string_view>({
    "links",
    "ulimits",
    "linuxParameters",
    "readonlyRootFilesystem",
    "hostname",
    "restartPolicy",
    "resourceRequirements",
    "extraHosts",
    "dnsServers",
    "dnsSearchDomains",
    "disableNetworking",
    "dockerSecurityOptions",
    "systemControls",
    "volumesFrom",
    "interactive",
    "pseudoTerminal",
    "repositoryCredentials",
    "credentialSpecs",
    "firelensConfiguration",
});
constexpr auto kIdleInDefinition = std::to_array<std::string_view>(
    {"placementConstraints", "proxyConfiguration", "inferenceAccelerators", "ephemeralStorage"});

bool asks_for_something(std::string_view text) {
  return text != "null" && text != "false" && text != "[]" && text != "{}" && text != "\"\"";
}

void add_once(const std::string& name, std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void add_idle(const json::Members& members, std::span<const std::string_view> idle,
              std::vector<std::string>& names) {
  for (const auto& [name, text] : members)
    if (std::find(idle.begin(), idle.end(), name) != idle.end() && asks_for_something(text))
      add_once(name, names);
}

}  // namespace

std::vector<std::string> members_without_effect(const ecs::TaskDefinition& definition) {
  std::vector<std::string> names;
  for (const auto& container : definition.container_definitions) {
    if (!container.user.empty()) add_once("user", names);
    add_idle(container.rest, kIdleInContainer, names);
  }
  add_idle(definition.rest, kIdleInDefinition, names);
  return names;
}

}  // namespace runtask::local
