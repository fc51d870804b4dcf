#include <algorithm>

#include "base/text.h"
#include "ecs/limits.h"
#include "ecs/sigv4.h"
#include "local/definition_sizes.h"
#include "local/model_state.h"
#include "local/run_task_check.h"

namespace runtask::local {
namespace {

constexpr auto kTokensKept = std::chrono::hours(24);  // ECS API: idempotency of RunTask.

// What makes two requests with one token the same. How a default is written does not matter.
std::string request_hash(ecs::RunTask request, const std::string& cluster) {
  request.client_token.clear();
  request.cluster = cluster;
  request.count = request.count.value_or(1);
  std::sort(request.rest.begin(), request.rest.end());
  return ecs::sha256_hex(ecs::write_request<ecs::RunTask>(request));
}

const ecs::ContainerOverride* override_of(const ecs::TaskOverride& overrides,
                                          const std::string& container) {
  for (const auto& it : overrides.container_overrides)
    if (it.name == container) return &it;
  return nullptr;
}

std::optional<int> overridden(const std::optional<int>& value, const std::optional<int>& by) {
  return by ? by : value;
}

std::int64_t number(const std::string& text) {
  return parse_integer(text, 0, INT64_MAX).value_or(0);
}

// ECS API: the task's own size counts; without one, the sum of the containers'.
struct TaskSize {
  std::int64_t cpu = 0;
  std::int64_t memory = 0;
};
TaskSize size_of(const ecs::TaskDefinition& definition, const ecs::TaskOverride& overrides) {
  TaskSize sum;
  for (const auto& container : definition.container_definitions) {
    const auto* changes = override_of(overrides, container.name);
    const ecs::ContainerOverride none;
    if (changes == nullptr) changes = &none;
    const auto soft = overridden(container.memory_reservation, changes->memory_reservation);
    const auto hard = overridden(container.memory, changes->memory);
    sum.memory += soft ? *soft : hard.value_or(0);
    sum.cpu += overridden(container.cpu, changes->cpu).value_or(0);
  }
  const std::string& cpu = overrides.cpu.empty() ? definition.cpu : overrides.cpu;
  const std::string& memory = overrides.memory.empty() ? definition.memory : overrides.memory;
  if (!cpu.empty()) sum.cpu = number(cpu);
  if (!memory.empty()) sum.memory = number(memory);
  return sum;
}

bool is_weightless(const ecs::TaskDefinition& definition, const std::string& image) {
  return !image.empty() && std::all_of(definition.container_definitions.begin(),
                                       definition.container_definitions.end(),
                                       [&](const auto& it) { return it.image == image; });
}

// ECS API: environment is merged by name, the override wins.
std::vector<ecs::KeyValue> merged(std::vector<ecs::KeyValue> environment,
                                  const std::vector<ecs::KeyValue>& changes) {
  for (const auto& change : changes) {
    const auto same = std::find_if(environment.begin(), environment.end(),
                                   [&](const auto& it) { return it.name == change.name; });
    if (same == environment.end()) {
      environment.push_back(change);
    } else {
      same->value = change.value;
    }
  }
  return environment;
}

bool has_member(const json::Members& members, std::string_view name) {
  return std::any_of(members.begin(), members.end(), [&](const auto& member) {
    return member.first == name && member.second != "[]";
  });
}

std::string text_or_empty(const std::optional<int>& value) {
  return value ? std::to_string(*value) : std::string();
}

// The overrides as a task shows them: an entry for each container, sizes normalised.
ecs::TaskOverride shown(const ecs::TaskDefinition& definition,
                        const std::optional<ecs::TaskOverride>& given) {
  ecs::TaskOverride overrides = given.value_or(ecs::TaskOverride{});
  overrides.cpu = normalised_cpu(overrides.cpu).value_or(overrides.cpu);
  overrides.memory = normalised_memory(overrides.memory).value_or(overrides.memory);
  for (const auto& container : definition.container_definitions)
    if (override_of(overrides, container.name) == nullptr)
      overrides.container_overrides.push_back({container.name, {}, {}, {}, {}, {}, {}});
  if (!has_member(overrides.rest, "inferenceAcceleratorOverrides"))
    overrides.rest.emplace_back("inferenceAcceleratorOverrides", "[]");
  return overrides;
}

}  // namespace

Answer<ecs::RunTaskReply> Model::State::run_task(const ecs::RunTask& request,
                                                 const CallContext& context) {
  if (request.task_definition.empty()) return client_error("TaskDefinition can not be blank.");
  const std::string cluster = TRY_ANSWER(find_cluster(request.cluster));
  if (const auto wrong = wrong_client_token(request.client_token)) return invalid_parameter(*wrong);
  forget_old_tokens(context.now.wall);
  std::string hash;
  if (!request.client_token.empty()) {
    hash = request_hash(request, cluster);
    if (auto reply = TRY_ANSWER(replay(request, cluster, hash))) return *std::move(reply);
  }
  const DefinitionName name = TRY_ANSWER(definition_name(request.task_definition));
  const DefinitionRecord* record = find_definition(name);
  if (record == nullptr) return client_error("TaskDefinition not found.");
  if (record->definition->status != "ACTIVE")
    return invalid_parameter("TaskDefinition is inactive");
  TRY_ANSWER(check_run_task(request, *record->definition));
  const auto providers = capacity_providers_of(clusters.at(cluster));
  for (const auto& item : request.capacity_provider_strategy)
    if (!providers.contains(item.capacity_provider))
      return invalid_parameter("The specified capacity provider '" + item.capacity_provider +
                               "' was not found. Specify a valid name or ARN and try again.");

  ecs::RunTaskReply reply;
  const int count = request.count.value_or(1);
  if (const auto failure = misfit(request, *record->definition)) {
    reply.failures.assign(static_cast<std::size_t>(count), *failure);
    return reply;  // Nothing was started, so there is nothing that a token could stand for.
  }
  std::vector<TaskState*> created;
  for (int i = 0; i < count; ++i) {
    created.push_back(&create_task(request, cluster, *record, context.now));
    reply.tasks.push_back(created.back()->task);
  }
  keep_token(request, cluster, hash, reply, context.now.wall);
  for (TaskState* task : created)
    waiting_for_room.push_back(task->sequence);
  undo_last = [this, reply, key = std::pair(cluster, request.client_token)] {
    for (const auto& task : reply.tasks)
      drop_task(ecs::last_part(task.task_arn));
    tokens.erase(key);
    std::erase(tokens_by_age, key);
  };
  give_room(context.now);
  return reply;
}

// ECS API: the same token and the same request bring the same tasks, as they are now.
Answer<std::optional<ecs::RunTaskReply>> Model::State::replay(const ecs::RunTask& request,
                                                              const std::string& cluster,
                                                              const std::string& hash) {
  const auto found = tokens.find({cluster, request.client_token});
  if (found == tokens.end()) return std::optional<ecs::RunTaskReply>();
  const TokenRecord& record = found->second;
  if (record.request_hash != hash) {
    auto conflict = refuse(ecs::error_name::kConflict,
                           "The client token was used before with other parameters.");
    for (const auto& id : record.task_ids)
      conflict.value().resource_ids.push_back(task_arn(cluster, id));
    return conflict;
  }
  ecs::RunTaskReply reply;
  for (const auto& id : record.task_ids)
    if (const TaskState* task = find_task(id)) reply.tasks.push_back(task->task);
  return std::optional(std::move(reply));
}

void Model::State::keep_token(const ecs::RunTask& request, const std::string& cluster,
                              const std::string& hash, const ecs::RunTaskReply& reply,
                              WallTime now) {
  if (request.client_token.empty()) return;
  while (tokens.size() >= options.tokens_max && !tokens_by_age.empty())
    forget_oldest_token();
  TokenRecord record{cluster, request.client_token, hash, {}, now};
  for (const auto& task : reply.tasks)
    record.task_ids.push_back(ecs::last_part(task.task_arn));
  const std::pair key(cluster, request.client_token);
  tokens.insert_or_assign(key, std::move(record));
  tokens_by_age.push_back(key);
  effects.changes.tokens.insert(key);
}

void Model::State::forget_old_tokens(WallTime now) {
  while (!tokens_by_age.empty()) {
    const auto oldest = tokens.find(tokens_by_age.front());
    if (oldest != tokens.end() && oldest->second.created_at + kTokensKept > now) return;
    forget_oldest_token();
  }
}

void Model::State::forget_oldest_token() {
  const auto key = std::move(tokens_by_age.front());
  tokens_by_age.pop_front();
  if (tokens.erase(key) > 0) effects.changes.forgotten_tokens.insert(key);
}

// A failure when one such task can never fit on the instance.
std::optional<ecs::Failure> Model::State::misfit(const ecs::RunTask& request,
                                                 const ecs::TaskDefinition& definition) const {
  if (is_weightless(definition, options.weightless_image)) return std::nullopt;
  const TaskSize size = size_of(definition, shown(definition, request.overrides));
  const std::string instance = instance_arn();
  if (options.cpu_units > 0 && size.cpu > options.cpu_units)
    return ecs::Failure{instance, "RESOURCE:CPU",
                        "The task needs " + std::to_string(size.cpu) +
                            " CPU units; this machine has " + std::to_string(options.cpu_units)};
  if (options.memory_mib > 0 && size.memory > options.memory_mib)
    return ecs::Failure{instance, "RESOURCE:MEMORY",
                        "The task needs " + std::to_string(size.memory) +
                            " MiB; this machine has " + std::to_string(options.memory_mib)};
  return std::nullopt;
}

TaskState& Model::State::create_task(const ecs::RunTask& request, const std::string& cluster,
                                     const DefinitionRecord& record, const Moment& now) {
  const ecs::TaskDefinition& definition = *record.definition;
  TaskState state;
  state.id = random.hex_digits(32);
  state.sequence = ++last_sequence_;
  state.definition = record.definition;
  ecs::Task& task = state.task;
  task.task_arn = task_arn(cluster, state.id);
  task.cluster_arn = arn("cluster/" + cluster);
  task.task_definition_arn = definition.task_definition_arn;
  task.desired_status = ecs::name_of(ecs::Status::kRunning);
  task.last_status =
      ecs::name_of(state.uses_awsvpc() ? ecs::Status::kProvisioning : ecs::Status::kPending);
  task.overrides = shown(definition, request.overrides);
  task.started_by = request.started_by;
  task.group = request.group.empty() ? "family:" + definition.family : request.group;
  const Placement placement = placement_of(request, definition);
  task.launch_type = placement.launch_type;
  task.capacity_provider_name = placement.capacity_provider;
  if (task.launch_type == "FARGATE") task.platform_version = platform_of(request);
  const TaskSize size = size_of(definition, task.overrides);
  task.cpu = std::to_string(size.cpu);
  task.memory = std::to_string(size.memory);
  state.memory_mib = is_weightless(definition, options.weightless_image) ? 0 : size.memory;
  task.enable_execute_command = request.enable_execute_command.value_or(false);
  task.created_at = now.wall;
  task.health_status = "UNKNOWN";
  task.version = 1;
  task.tags = tags_of(request, record, cluster);
  add_containers(state, task.overrides);

  const std::uint64_t sequence = state.sequence;
  live.insert(sequence);
  effects.changes.tasks.insert(state.id);
  return add_task(std::move(state));
}

void Model::State::add_containers(TaskState& task, const ecs::TaskOverride& overrides) {
  const auto& definitions = task.definition->container_definitions;
  const ecs::ContainerOverride none;
  for (std::size_t i = 0; i < definitions.size(); ++i) {
    const auto& definition = definitions[i];
    const auto* changes = override_of(overrides, definition.name);
    if (changes == nullptr) changes = &none;
    const auto memory = overridden(definition.memory, changes->memory);
    auto start = std::make_shared<ContainerStart>();
    start->id = {task.id, definition.name};
    start->task_definition = task.definition;
    start->index = i;
    start->runtime_id = task.id + "-" + std::to_string(1'000'000'000 + random.below(9'000'000'000));
    start->task_arn = task.task.task_arn;
    start->cluster_arn = task.task.cluster_arn;
    start->launch_type = task.task.launch_type;
    start->command = changes->command.value_or(definition.command);
    start->environment = merged(definition.environment, changes->environment);
    const std::string& task_memory =
        overrides.memory.empty() ? task.definition->memory : overrides.memory;
    start->memory_mib =
        static_cast<std::uint64_t>(memory ? std::int64_t{*memory} : number(task_memory));
    start->has_environment_files = has_member(definition.rest, "environmentFiles") ||
                                   has_member(changes->rest, "environmentFiles");

    ecs::Container container;
    container.container_arn =
        arn("container/" + ecs::last_part(task.task.cluster_arn) + "/" + task.id + "/") +
        random.uuid();
    container.task_arn = task.task.task_arn;
    container.name = definition.name;
    container.image = definition.image;
    container.last_status = ecs::name_of(ecs::Status::kPending);
    container.health_status = "UNKNOWN";
    container.cpu = std::to_string(overridden(definition.cpu, changes->cpu).value_or(0));
    container.memory = text_or_empty(memory);
    container.memory_reservation =
        text_or_empty(overridden(definition.memory_reservation, changes->memory_reservation));
    container.rest.emplace_back("networkInterfaces", "[]");

    ContainerState state;
    for (const auto& dependency : definition.depends_on)
      for (std::size_t other = 0; other < definitions.size(); ++other)
        if (definitions[other].name == dependency.container_name) state.depends_on.push_back(other);
    task.starts.push_back(std::move(start));
    task.task.containers.push_back(std::move(container));
    task.containers.push_back(std::move(state));
  }
  for (std::size_t i = 0; i < task.containers.size(); ++i)
    for (const std::size_t other : task.containers[i].depends_on)
      task.containers[other].dependents.push_back(i);
}

void Model::State::drop_task(const std::string& id) {
  TaskState* task = find_task(id);
  if (task == nullptr) return;
  clear_timers(*task);
  if (task->has_room) memory_in_use_mib -= task->memory_mib;
  std::erase(waiting_for_room, task->sequence);
  live.erase(task->sequence);
  erase_task(id);
}

}  // namespace runtask::local
