#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecs/types.h"

// The operations: for each a request, a reply, and its name on the wire. Optional request members
// are left out when empty. Replies ignore members that runtask has no field for.

namespace runtask::ecs {

enum class Service { kEcs, kLogs, kSts };
// "AmazonEC2ContainerServiceV20141113" and "Logs_20140328"; STS has none, it speaks the query
// protocol.
[[nodiscard]] std::string_view target_prefix(Service service);
// As in a signature's scope and a host name: "ecs", "logs", "sts".
[[nodiscard]] std::string_view signing_name(Service service);

struct RunTaskReply {
  std::vector<Task> tasks;
  std::vector<Failure> failures;
};
struct RunTask {
  using Reply = RunTaskReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "RunTask";
  std::string cluster;
  std::string task_definition;
  std::optional<int> count;
  std::string launch_type;
  std::vector<CapacityProviderItem> capacity_provider_strategy;
  std::string platform_version;
  std::optional<NetworkConfiguration> network_configuration;
  std::optional<TaskOverride> overrides;
  std::string started_by;
  std::string group;
  std::string reference_id;
  std::string propagate_tags;
  std::optional<bool> enable_ecs_managed_tags;
  std::optional<bool> enable_execute_command;
  std::vector<Tag> tags;
  std::string client_token;
  json::Members rest;  // placementConstraints, placementStrategy, volumeConfigurations
};

struct StopTaskReply {
  Task task;
};
struct StopTask {
  using Reply = StopTaskReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "StopTask";
  std::string cluster, task, reason;
};

struct DescribeTasksReply {
  std::vector<Task> tasks;
  std::vector<Failure> failures;
};
struct DescribeTasks {
  using Reply = DescribeTasksReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "DescribeTasks";
  std::string cluster;
  std::vector<std::string> tasks;
  std::vector<std::string> include;  // TAGS
};

struct ListTasksReply {
  std::vector<std::string> task_arns;
  std::string next_token;
};
struct ListTasks {
  using Reply = ListTasksReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "ListTasks";
  std::string cluster, container_instance, family, started_by, service_name, desired_status,
      launch_type, next_token;
  std::optional<int> max_results;
};

struct CreateClusterReply {
  Cluster cluster;
};
struct CreateCluster {
  using Reply = CreateClusterReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "CreateCluster";
  std::string cluster_name;
  std::vector<Tag> tags;
  json::Members rest;
};

struct DescribeClustersReply {
  std::vector<Cluster> clusters;
  std::vector<Failure> failures;
};
struct DescribeClusters {
  using Reply = DescribeClustersReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "DescribeClusters";
  std::vector<std::string> clusters;
  std::vector<std::string> include;
};

struct ListClustersReply {
  std::vector<std::string> cluster_arns;
  std::string next_token;
};
struct ListClusters {
  using Reply = ListClustersReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "ListClusters";
  std::string next_token;
  std::optional<int> max_results;
};

struct DescribeServicesReply {
  std::vector<DescribedService> services;
  std::vector<Failure> failures;
};
struct DescribeServices {
  using Reply = DescribeServicesReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "DescribeServices";
  std::string cluster;
  std::vector<std::string> services;
  std::vector<std::string> include;
};

struct RegisterTaskDefinitionReply {
  TaskDefinition task_definition;
  std::vector<Tag> tags;
};
struct RegisterTaskDefinition {  // The request is the definition itself, with `tags` beside it.
  using Reply = RegisterTaskDefinitionReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "RegisterTaskDefinition";
  TaskDefinition definition;
  std::vector<Tag> tags;
};

struct DescribeTaskDefinitionReply {
  TaskDefinition task_definition;
  std::vector<Tag> tags;
};
struct DescribeTaskDefinition {
  using Reply = DescribeTaskDefinitionReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "DescribeTaskDefinition";
  std::string task_definition;
  std::vector<std::string> include;
};

struct ListTaskDefinitionsReply {
  std::vector<std::string> task_definition_arns;
  std::string next_token;
};
struct ListTaskDefinitions {
  using Reply = ListTaskDefinitionsReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "ListTaskDefinitions";
  std::string family_prefix;  // The full family name, despite its name.
  std::string status, sort, next_token;
  std::optional<int> max_results;
};

struct DeregisterTaskDefinitionReply {
  TaskDefinition task_definition;
};
struct DeregisterTaskDefinition {
  using Reply = DeregisterTaskDefinitionReply;
  static constexpr Service kService = Service::kEcs;
  static constexpr const char* kName = "DeregisterTaskDefinition";
  std::string task_definition;
};

// ---- CloudWatch Logs

struct EmptyReply {};
struct CreateLogGroup {
  using Reply = EmptyReply;
  static constexpr Service kService = Service::kLogs;
  static constexpr const char* kName = "CreateLogGroup";
  std::string log_group_name;
};
struct CreateLogStream {
  using Reply = EmptyReply;
  static constexpr Service kService = Service::kLogs;
  static constexpr const char* kName = "CreateLogStream";
  std::string log_group_name, log_stream_name;
};
struct RejectedLogEvents {
  std::optional<int> too_new_log_event_start_index, too_old_log_event_end_index,
      expired_log_event_end_index;
};
struct PutLogEventsReply {
  std::string next_sequence_token;
  std::optional<RejectedLogEvents> rejected_log_events_info;
};
struct PutLogEvents {
  using Reply = PutLogEventsReply;
  static constexpr Service kService = Service::kLogs;
  static constexpr const char* kName = "PutLogEvents";
  std::string log_group_name, log_stream_name;
  std::vector<InputLogEvent> log_events;
};
struct GetLogEventsReply {
  std::vector<LogEvent> events;
  std::string next_forward_token, next_backward_token;
  // Only the embedded endpoint says this, as the member `runtaskComplete`: nothing will ever be
  // added to the stream after what this reply and the ones before it hold. AWS has no such mark.
  std::optional<bool> complete;
};
struct GetLogEvents {
  using Reply = GetLogEventsReply;
  static constexpr Service kService = Service::kLogs;
  static constexpr const char* kName = "GetLogEvents";
  std::string log_group_name, log_stream_name;
  std::optional<WallTime> start_time, end_time;
  std::string next_token;
  std::optional<int> limit;
  std::optional<bool> start_from_head;
};
struct FilterLogEventsReply {
  std::vector<FilteredLogEvent> events;
  std::string next_token;
};
struct FilterLogEvents {
  using Reply = FilterLogEventsReply;
  static constexpr Service kService = Service::kLogs;
  static constexpr const char* kName = "FilterLogEvents";
  std::string log_group_name;
  std::vector<std::string> log_stream_names;
  std::string log_stream_name_prefix;
  std::optional<WallTime> start_time, end_time;
  std::string filter_pattern, next_token;
  std::optional<int> limit;
};
struct DescribeLogGroupsReply {
  std::vector<LogGroup> log_groups;
  std::string next_token;
};
struct DescribeLogGroups {
  using Reply = DescribeLogGroupsReply;
  static constexpr Service kService = Service::kLogs;
  static constexpr const char* kName = "DescribeLogGroups";
  std::string log_group_name_prefix, log_group_name_pattern, next_token;
  std::optional<int> limit;
};
struct DescribeLogStreamsReply {
  std::vector<LogStream> log_streams;
  std::string next_token;
};
struct DescribeLogStreams {
  using Reply = DescribeLogStreamsReply;
  static constexpr Service kService = Service::kLogs;
  static constexpr const char* kName = "DescribeLogStreams";
  std::string log_group_name, log_stream_name_prefix, order_by, next_token;
  std::optional<bool> descending;
  std::optional<int> limit;
};

// ---- STS: form fields in, XML out (ecs/sts.h).

struct GetCallerIdentityReply {
  std::string arn, user_id, account;
};
struct GetCallerIdentity {
  using Reply = GetCallerIdentityReply;
  static constexpr Service kService = Service::kSts;
  static constexpr const char* kName = "GetCallerIdentity";
};
struct AssumeRoleReply {
  std::string access_key_id, secret_access_key, session_token;
  WallTime expiration;
  std::string assumed_role_arn, assumed_role_id;
};
struct AssumeRole {
  using Reply = AssumeRoleReply;
  static constexpr Service kService = Service::kSts;
  static constexpr const char* kName = "AssumeRole";
  std::string role_arn, role_session_name, external_id, policy, serial_number, token_code;
  std::optional<int> duration_seconds;
};

struct AssumeRoleWithWebIdentity {
  using Reply = AssumeRoleReply;
  static constexpr Service kService = Service::kSts;
  static constexpr const char* kName = "AssumeRoleWithWebIdentity";
  std::string role_arn, role_session_name, web_identity_token;
};

// ---- Text on the wire. For every operation of ECS and Logs above (instantiated in ecs/api.cpp):

// The request's JSON body, and its reverse for the endpoint. Errors are kInvalid with the path.
template <class Operation>
[[nodiscard]] std::string write_request(const Operation& request);
template <class Operation>
[[nodiscard]] Result<Operation> read_request(std::string_view body);
template <class Operation>
[[nodiscard]] std::string write_reply(const typename Operation::Reply& reply);
template <class Operation>
[[nodiscard]] Result<typename Operation::Reply> read_reply(std::string_view body);

// Any of the nouns of ecs/types.h alone, one line; for history and --json.
[[nodiscard]] std::string to_text(const Task& task);
[[nodiscard]] std::string to_text(const TaskDefinition& definition);
[[nodiscard]] std::string to_text(const TaskOverride& overrides);
[[nodiscard]] Result<Task> read_task(std::string_view text);
[[nodiscard]] Result<TaskDefinition> read_task_definition(std::string_view text,
                                                          std::string_view source);
// A definition with the tags beside it, as `aws ecs register-task-definition --cli-input-json`
// takes them.
[[nodiscard]] Result<RegisterTaskDefinition> read_registration(std::string_view text,
                                                               std::string_view source);
[[nodiscard]] Result<TaskOverride> read_task_override(std::string_view text,
                                                      std::string_view source);

}  // namespace runtask::ecs
