#include "ecs/types.h"

#include <algorithm>

#include "base/json_members.h"

namespace runtask::ecs {
namespace {

template <class Named>
const Named* find_named(const std::vector<Named>& all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// A number that is not written while it is 0, because 0 stands for absent.
template <class Visitor, class Number>
void visit_unless_zero(Visitor& visit, const char* name, Number& field) {
  auto present = field == 0 ? std::nullopt : std::optional<Number>(field);
  visit(name, present);
  if (present.value_or(0) != field) field = present.value_or(0);
}

template <class Visitor>
void describe(Visitor& visit, KeyValue& it) {
  // Both always: an environment variable may be empty on purpose.
  visit.always("name", it.name);
  visit.always("value", it.value);
}

template <class Visitor>
void describe(Visitor& visit, Tag& it) {
  visit.always("key", it.key);
  visit.always("value", it.value);
}

template <class Visitor>
void describe(Visitor& visit, LogConfiguration& it) {
  visit("logDriver", it.log_driver);
  visit("options", it.options);
  visit.rest(it.rest);
}

template <class Visitor>
void describe(Visitor& visit, ContainerDependency& it) {
  visit.always("containerName", it.container_name);
  visit.always("condition", it.condition);
}

template <class Visitor>
void describe(Visitor& visit, SecretReference& it) {
  visit.always("name", it.name);
  visit.always("valueFrom", it.value_from);
}

template <class Visitor>
void describe(Visitor& visit, HealthCheck& it) {
  visit.always("command", it.command);
  visit("interval", it.interval);
  visit("timeout", it.timeout);
  visit("retries", it.retries);
  visit("startPeriod", it.start_period);
}

template <class Visitor>
void describe(Visitor& visit, ContainerDefinition& it) {
  visit("name", it.name);
  visit("image", it.image);
  visit("cpu", it.cpu);
  visit("memory", it.memory);
  visit("memoryReservation", it.memory_reservation);
  visit("essential", it.essential);
  visit("entryPoint", it.entry_point);
  visit("command", it.command);
  visit.always("environment", it.environment);
  visit("dependsOn", it.depends_on);
  visit("startTimeout", it.start_timeout);
  visit("stopTimeout", it.stop_timeout);
  visit("secrets", it.secrets);
  visit("workingDirectory", it.working_directory);
  visit("user", it.user);
  visit("privileged", it.privileged);
  visit("logConfiguration", it.log_configuration);
  visit("healthCheck", it.health_check);
  visit.rest(it.rest);
}

template <class Visitor>
void describe(Visitor& visit, TaskDefinition& it) {
  visit("taskDefinitionArn", it.task_definition_arn);
  visit("family", it.family);
  visit_unless_zero(visit, "revision", it.revision);
  visit("status", it.status);
  visit.always("containerDefinitions", it.container_definitions);
  visit("networkMode", it.network_mode);
  visit("requiresCompatibilities", it.requires_compatibilities);
  visit("compatibilities", it.compatibilities);
  visit("cpu", it.cpu);
  visit("memory", it.memory);
  visit("taskRoleArn", it.task_role_arn);
  visit("executionRoleArn", it.execution_role_arn);
  visit("pidMode", it.pid_mode);
  visit("ipcMode", it.ipc_mode);
  visit.seconds("registeredAt", it.registered_at);
  visit.seconds("deregisteredAt", it.deregistered_at);
  visit("registeredBy", it.registered_by);
  visit.rest(it.rest);
}

template <class Visitor>
void describe(Visitor& visit, ContainerOverride& it) {
  visit("name", it.name);
  visit("command", it.command);
  visit("environment", it.environment);
  visit("cpu", it.cpu);
  visit("memory", it.memory);
  visit("memoryReservation", it.memory_reservation);
  visit.rest(it.rest);
}

template <class Visitor>
void describe(Visitor& visit, TaskOverride& it) {
  visit.always("containerOverrides", it.container_overrides);
  visit("cpu", it.cpu);
  visit("memory", it.memory);
  visit("taskRoleArn", it.task_role_arn);
  visit("executionRoleArn", it.execution_role_arn);
  visit.rest(it.rest);
}

template <class Visitor>
void describe(Visitor& visit, AwsVpcConfiguration& it) {
  visit.always("subnets", it.subnets);
  visit("securityGroups", it.security_groups);
  visit("assignPublicIp", it.assign_public_ip);
}

template <class Visitor>
void describe(Visitor& visit, NetworkConfiguration& it) {
  visit("awsvpcConfiguration", it.awsvpc_configuration);
}

template <class Visitor>
void describe(Visitor& visit, CapacityProviderItem& it) {
  visit("capacityProvider", it.capacity_provider);
  visit("weight", it.weight);
  visit("base", it.base);
}

template <class Visitor>
void describe(Visitor& visit, Container& it) {
  visit("containerArn", it.container_arn);
  visit("taskArn", it.task_arn);
  visit.always("name", it.name);
  visit("image", it.image);
  visit("runtimeId", it.runtime_id);
  visit("lastStatus", it.last_status);
  visit("exitCode", it.exit_code);
  visit("reason", it.reason);
  visit("healthStatus", it.health_status);
  visit.text("cpu", it.cpu);
  visit.text("memory", it.memory);
  visit.text("memoryReservation", it.memory_reservation);
  visit.rest(it.rest);
}

template <class Visitor>
void describe(Visitor& visit, Attachment& it) {
  visit("id", it.id);
  visit("type", it.type);
  visit("status", it.status);
  visit.always("details", it.details);
}

template <class Visitor>
void describe(Visitor& visit, Task& it) {
  // Without its name a task cannot be watched or stopped, so a reply must have it.
  visit.required("taskArn", it.task_arn);
  visit("clusterArn", it.cluster_arn);
  visit("taskDefinitionArn", it.task_definition_arn);
  visit("lastStatus", it.last_status);
  visit("desiredStatus", it.desired_status);
  visit.always("containers", it.containers);
  visit.always("overrides", it.overrides);
  visit("startedBy", it.started_by);
  visit("group", it.group);
  visit("launchType", it.launch_type);
  visit("capacityProviderName", it.capacity_provider_name);
  visit("platformVersion", it.platform_version);
  visit.text("cpu", it.cpu);
  visit.text("memory", it.memory);
  visit("connectivity", it.connectivity);
  visit("healthStatus", it.health_status);
  visit("stopCode", it.stop_code);
  visit("stoppedReason", it.stopped_reason);
  visit("enableExecuteCommand", it.enable_execute_command);
  visit.seconds("createdAt", it.created_at);
  visit.seconds("pullStartedAt", it.pull_started_at);
  visit.seconds("pullStoppedAt", it.pull_stopped_at);
  visit.seconds("connectivityAt", it.connectivity_at);
  visit.seconds("startedAt", it.started_at);
  visit.seconds("stoppingAt", it.stopping_at);
  visit.seconds("executionStoppedAt", it.execution_stopped_at);
  visit.seconds("stoppedAt", it.stopped_at);
  visit("version", it.version);
  visit.always("attachments", it.attachments);
  visit.always("tags", it.tags);
  visit.rest(it.rest);
}

template <class Visitor>
void describe(Visitor& visit, Failure& it) {
  visit("arn", it.arn);
  visit("reason", it.reason);
  visit("detail", it.detail);
}

template <class Visitor>
void describe(Visitor& visit, Cluster& it) {
  visit("clusterArn", it.cluster_arn);
  visit("clusterName", it.cluster_name);
  visit("status", it.status);
  visit("registeredContainerInstancesCount", it.registered_container_instances_count);
  visit("runningTasksCount", it.running_tasks_count);
  visit("pendingTasksCount", it.pending_tasks_count);
  visit("activeServicesCount", it.active_services_count);
  visit.always("tags", it.tags);
  visit.rest(it.rest);
}

template <class Visitor>
void describe(Visitor& visit, DescribedService& it) {
  visit("serviceArn", it.service_arn);
  visit("serviceName", it.service_name);
  visit("clusterArn", it.cluster_arn);
  visit("status", it.status);
  visit("networkConfiguration", it.network_configuration);
  visit.rest(it.rest);
}

template <class Visitor>
void describe(Visitor& visit, LogEvent& it) {
  visit.millis("timestamp", it.timestamp);
  visit.always("message", it.message);
  visit.millis("ingestionTime", it.ingestion_time);
}

template <class Visitor>
void describe(Visitor& visit, FilteredLogEvent& it) {
  visit("logStreamName", it.log_stream_name);
  visit.millis("timestamp", it.timestamp);
  visit.always("message", it.message);
  visit.millis("ingestionTime", it.ingestion_time);
  visit("eventId", it.event_id);
}

template <class Visitor>
void describe(Visitor& visit, InputLogEvent& it) {
  visit.millis("timestamp", it.timestamp);
  visit.always("message", it.message);
}

template <class Visitor>
void describe(Visitor& visit, LogGroup& it) {
  visit("logGroupName", it.log_group_name);
  visit.millis("creationTime", it.creation_time);
  visit("retentionInDays", it.retention_in_days);
  visit("arn", it.arn);
  visit("storedBytes", it.stored_bytes);
}

template <class Visitor>
void describe(Visitor& visit, LogStream& it) {
  visit("logStreamName", it.log_stream_name);
  visit.millis("creationTime", it.creation_time);
  visit.millis("firstEventTimestamp", it.first_event_timestamp);
  visit.millis("lastEventTimestamp", it.last_event_timestamp);
  visit.millis("lastIngestionTime", it.last_ingestion_time);
  visit("uploadSequenceToken", it.upload_sequence_token);
  visit("arn", it.arn);
  visit("storedBytes", it.stored_bytes);
}

}  // namespace

const ContainerDefinition* TaskDefinition::container(std::string_view name) const {
  return find_named(container_definitions, name);
}
std::string TaskDefinition::family_revision() const {
  return family + ":" + std::to_string(revision);
}
const Container* Task::container(std::string_view name) const {
  return find_named(containers, name);
}

// NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses there.
#undef RUNTASK_ECS_STRUCT
#define RUNTASK_ECS_STRUCT(Type)                \
  void members(json::Reader& visit, Type& it) { \
    describe(visit, it);                        \
  }                                             \
  void members(json::Writer& visit, Type& it) { \
    describe(visit, it);                        \
  }
// NOLINTEND(bugprone-macro-parentheses)

RUNTASK_ECS_STRUCT(KeyValue)
RUNTASK_ECS_STRUCT(Tag)
RUNTASK_ECS_STRUCT(LogConfiguration)
RUNTASK_ECS_STRUCT(ContainerDependency)
RUNTASK_ECS_STRUCT(SecretReference)
RUNTASK_ECS_STRUCT(HealthCheck)
RUNTASK_ECS_STRUCT(ContainerDefinition)
RUNTASK_ECS_STRUCT(TaskDefinition)
RUNTASK_ECS_STRUCT(ContainerOverride)
RUNTASK_ECS_STRUCT(TaskOverride)
RUNTASK_ECS_STRUCT(AwsVpcConfiguration)
RUNTASK_ECS_STRUCT(NetworkConfiguration)
RUNTASK_ECS_STRUCT(CapacityProviderItem)
RUNTASK_ECS_STRUCT(Container)
RUNTASK_ECS_STRUCT(Attachment)
RUNTASK_ECS_STRUCT(Task)
RUNTASK_ECS_STRUCT(Failure)
RUNTASK_ECS_STRUCT(Cluster)
RUNTASK_ECS_STRUCT(DescribedService)
RUNTASK_ECS_STRUCT(LogEvent)
RUNTASK_ECS_STRUCT(FilteredLogEvent)
RUNTASK_ECS_STRUCT(InputLogEvent)
RUNTASK_ECS_STRUCT(LogGroup)
RUNTASK_ECS_STRUCT(LogStream)
#undef RUNTASK_ECS_STRUCT

}  // namespace runtask::ecs
