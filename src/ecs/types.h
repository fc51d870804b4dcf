#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"

// The nouns of ECS as they go over the wire: task definitions, tasks, clusters. Names are the API's
// own in snake_case. What runtask has no field for is kept in `rest`, so that nothing a user
// registered or AWS said is lost. Empty and absent mean the same unless the type is an optional.

namespace runtask::ecs {

struct KeyValue {
  std::string name;
  std::string value;
  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};
struct Tag {
  std::string key;
  std::string value;
  friend bool operator==(const Tag&, const Tag&) = default;
};

// ---- Task definitions

struct LogConfiguration {
  std::string log_driver;
  std::map<std::string, std::string> options;
  json::Members rest;
};
struct ContainerDependency {
  std::string container_name;
  std::string condition;  // START, COMPLETE, SUCCESS, HEALTHY
};
struct SecretReference {  // Never the value.
  std::string name;
  std::string value_from;
};
struct HealthCheck {
  std::vector<std::string> command;  // CMD ... or CMD-SHELL text
  std::optional<int> interval, timeout, retries, start_period;
};
struct ContainerDefinition {
  std::string name;
  std::string image;
  std::optional<int> cpu;                 // Units; 1024 are a core.
  std::optional<int> memory;              // MiB, hard.
  std::optional<int> memory_reservation;  // MiB, soft.
  std::optional<bool> essential;          // ECS API: absent means true.
  std::vector<std::string> entry_point;
  std::vector<std::string> command;
  std::vector<KeyValue> environment;
  std::vector<ContainerDependency> depends_on;
  std::optional<int> start_timeout;  // Seconds.
  std::optional<int> stop_timeout;   // Seconds.
  std::vector<SecretReference> secrets;
  std::string working_directory;
  std::string user;
  std::optional<bool> privileged;
  std::optional<LogConfiguration> log_configuration;
  std::optional<HealthCheck> health_check;
  json::Members rest;

  [[nodiscard]] bool is_essential() const { return essential.value_or(true); }
};
struct TaskDefinition {
  std::string task_definition_arn;  // Empty in a request to register.
  std::string family;
  int revision = 0;
  std::string status;  // ACTIVE, INACTIVE; empty in a request.
  std::vector<ContainerDefinition> container_definitions;
  std::string network_mode;  // bridge, host, awsvpc, none; empty means bridge on EC2.
  std::vector<std::string> requires_compatibilities;
  std::vector<std::string> compatibilities;
  std::string cpu;     // Units, as text.
  std::string memory;  // MiB, as text.
  std::string task_role_arn;
  std::string execution_role_arn;
  std::string pid_mode;
  std::string ipc_mode;
  std::optional<WallTime> registered_at;
  std::optional<WallTime> deregistered_at;
  std::string registered_by;
  json::Members rest;  // volumes, placementConstraints, runtimePlatform, ...

  [[nodiscard]] const ContainerDefinition* container(std::string_view name) const;
  [[nodiscard]] std::string family_revision() const;  // "family:3"
};

// ---- What a run may change

struct ContainerOverride {
  std::string name;
  std::optional<std::vector<std::string>> command;
  std::vector<KeyValue> environment;
  std::optional<int> cpu;
  std::optional<int> memory;
  std::optional<int> memory_reservation;
  json::Members rest;  // environmentFiles, resourceRequirements
};
struct TaskOverride {
  std::vector<ContainerOverride> container_overrides;
  std::string cpu;
  std::string memory;
  std::string task_role_arn;
  std::string execution_role_arn;
  json::Members rest;  // ephemeralStorage, inferenceAcceleratorOverrides
};
struct AwsVpcConfiguration {
  std::vector<std::string> subnets;
  std::vector<std::string> security_groups;
  std::string assign_public_ip;  // ENABLED, DISABLED
};
struct NetworkConfiguration {
  std::optional<AwsVpcConfiguration> awsvpc_configuration;
};
struct CapacityProviderItem {
  std::string capacity_provider;
  std::optional<int> weight;
  std::optional<int> base;
};

// ---- Tasks

struct Container {
  std::string container_arn;
  std::string task_arn;
  std::string name;
  std::string image;
  std::string runtime_id;
  std::string last_status;
  std::optional<std::int64_t> exit_code;
  std::string reason;
  std::string health_status;
  std::string cpu, memory, memory_reservation;
  json::Members rest;
};
struct Attachment {
  std::string id, type, status;
  std::vector<KeyValue> details;
};
struct Task {
  std::string task_arn;
  std::string cluster_arn;
  std::string task_definition_arn;
  std::string last_status;     // PROVISIONING .. STOPPED; see ecs/life_cycle.h
  std::string desired_status;  // RUNNING, STOPPED
  std::vector<Container> containers;
  TaskOverride overrides;
  std::string started_by;
  std::string group;
  std::string launch_type;
  std::string capacity_provider_name;
  std::string platform_version;
  std::string cpu, memory;
  std::string connectivity;
  std::string health_status;
  std::string stop_code;
  std::string stopped_reason;
  std::optional<bool> enable_execute_command;
  std::optional<WallTime> created_at, pull_started_at, pull_stopped_at, connectivity_at, started_at,
      stopping_at, execution_stopped_at, stopped_at;
  std::int64_t version = 0;
  std::vector<Attachment> attachments;
  std::vector<Tag> tags;
  json::Members rest;

  [[nodiscard]] const Container* container(std::string_view name) const;
};
struct Failure {
  std::string arn;
  std::string reason;
  std::string detail;
};
struct Cluster {
  std::string cluster_arn;
  std::string cluster_name;
  std::string status;
  int registered_container_instances_count = 0;
  int running_tasks_count = 0;
  int pending_tasks_count = 0;
  int active_services_count = 0;
  std::vector<Tag> tags;
  json::Members rest;
};

// A service, as far as a task can be started like its own. `Service` is which API a call is for.
struct DescribedService {
  std::string service_arn;
  std::string service_name;
  std::string cluster_arn;
  std::string status;  // ACTIVE, DRAINING, INACTIVE
  std::optional<NetworkConfiguration> network_configuration;
  json::Members rest;
};

// ---- CloudWatch Logs

struct LogEvent {  // As GetLogEvents gives it.
  WallTime timestamp;
  std::string message;
  WallTime ingestion_time;
};
struct FilteredLogEvent {
  std::string log_stream_name;
  WallTime timestamp;
  std::string message;
  WallTime ingestion_time;
  std::string event_id;
};
struct InputLogEvent {
  WallTime timestamp;
  std::string message;
};
struct LogGroup {
  std::string log_group_name;
  WallTime creation_time;
  std::optional<int> retention_in_days;
  std::string arn;
  std::int64_t stored_bytes = 0;
};
struct LogStream {
  std::string log_stream_name;
  WallTime creation_time;
  std::optional<WallTime> first_event_timestamp, last_event_timestamp, last_ingestion_time;
  std::string upload_sequence_token;
  std::string arn;
  std::int64_t stored_bytes = 0;
};

// The JSON description of each, for base/json_members.h; written once as a template in
// ecs/types.cpp and compiled there for both visitors.
// NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses here.
#define RUNTASK_ECS_STRUCT(Type)               \
  void members(json::Reader& visit, Type& it); \
  void members(json::Writer& visit, Type& it);
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
}  // namespace runtask::ecs
