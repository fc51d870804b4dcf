#include "ecs/api.h"

#include "base/json_members.h"

namespace runtask::ecs {

std::string_view target_prefix(Service service) {
  switch (service) {
    case Service::kEcs:
      return "AmazonEC2ContainerServiceV20141113";
    case Service::kLogs:
      return "Logs_20140328";
    case Service::kSts:
      return {};
  }
  return {};
}

std::string_view signing_name(Service service) {
  switch (service) {
    case Service::kEcs:
      return "ecs";
    case Service::kLogs:
      return "logs";
    case Service::kSts:
      return "sts";
  }
  return {};
}

// What each request and each reply looks like. They are found by argument-dependent lookup, which
// does not look into unnamed namespaces; hence static.

template <class Visitor>
static void members(Visitor& visit, RunTask& it) {
  visit("cluster", it.cluster);
  visit("taskDefinition", it.task_definition);
  visit("count", it.count);
  visit("launchType", it.launch_type);
  visit("capacityProviderStrategy", it.capacity_provider_strategy);
  visit("platformVersion", it.platform_version);
  visit("networkConfiguration", it.network_configuration);
  visit("overrides", it.overrides);
  visit("startedBy", it.started_by);
  visit("group", it.group);
  visit("referenceId", it.reference_id);
  visit("propagateTags", it.propagate_tags);
  visit("enableECSManagedTags", it.enable_ecs_managed_tags);
  visit("enableExecuteCommand", it.enable_execute_command);
  visit("tags", it.tags);
  visit("clientToken", it.client_token);
  visit.rest(it.rest);
}
template <class Visitor>
static void members(Visitor& visit, RunTaskReply& it) {
  visit.required("tasks", it.tasks);
  visit.always("failures", it.failures);
}

template <class Visitor>
static void members(Visitor& visit, StopTask& it) {
  visit("cluster", it.cluster);
  visit("task", it.task);
  visit("reason", it.reason);
}
template <class Visitor>
static void members(Visitor& visit, StopTaskReply& it) {
  visit.always("task", it.task);
}

template <class Visitor>
static void members(Visitor& visit, DescribeTasks& it) {
  visit("cluster", it.cluster);
  visit.always("tasks", it.tasks);
  visit("include", it.include);
}
template <class Visitor>
static void members(Visitor& visit, DescribeTasksReply& it) {
  visit.required("tasks", it.tasks);
  visit.always("failures", it.failures);
}

template <class Visitor>
static void members(Visitor& visit, ListTasks& it) {
  visit("cluster", it.cluster);
  visit("containerInstance", it.container_instance);
  visit("family", it.family);
  visit("startedBy", it.started_by);
  visit("serviceName", it.service_name);
  visit("desiredStatus", it.desired_status);
  visit("launchType", it.launch_type);
  visit("nextToken", it.next_token);
  visit("maxResults", it.max_results);
}
template <class Visitor>
static void members(Visitor& visit, ListTasksReply& it) {
  visit.required("taskArns", it.task_arns);
  visit("nextToken", it.next_token);
}

template <class Visitor>
static void members(Visitor& visit, CreateCluster& it) {
  visit("clusterName", it.cluster_name);
  visit("tags", it.tags);
  visit.rest(it.rest);
}
template <class Visitor>
static void members(Visitor& visit, CreateClusterReply& it) {
  visit.required("cluster", it.cluster);
}

template <class Visitor>
static void members(Visitor& visit, DescribeClusters& it) {
  visit("clusters", it.clusters);
  visit("include", it.include);
}
template <class Visitor>
static void members(Visitor& visit, DescribeClustersReply& it) {
  visit.required("clusters", it.clusters);
  visit.always("failures", it.failures);
}

template <class Visitor>
static void members(Visitor& visit, DescribeServices& it) {
  visit("cluster", it.cluster);
  visit.always("services", it.services);
  visit("include", it.include);
}
template <class Visitor>
static void members(Visitor& visit, DescribeServicesReply& it) {
  visit.required("services", it.services);
  visit.always("failures", it.failures);
}

template <class Visitor>
static void members(Visitor& visit, ListClusters& it) {
  visit("nextToken", it.next_token);
  visit("maxResults", it.max_results);
}
template <class Visitor>
static void members(Visitor& visit, ListClustersReply& it) {
  visit.required("clusterArns", it.cluster_arns);
  visit("nextToken", it.next_token);
}

template <class Visitor>
static void members(Visitor& visit, RegisterTaskDefinition& it) {
  // First, so that the definition does not take the tags for a member it has no field for.
  visit("tags", it.tags);
  members(visit, it.definition);
}
template <class Visitor>
static void members(Visitor& visit, RegisterTaskDefinitionReply& it) {
  visit.required("taskDefinition", it.task_definition);
  visit.always("tags", it.tags);
}

template <class Visitor>
static void members(Visitor& visit, DescribeTaskDefinition& it) {
  visit("taskDefinition", it.task_definition);
  visit("include", it.include);
}
template <class Visitor>
static void members(Visitor& visit, DescribeTaskDefinitionReply& it) {
  visit.required("taskDefinition", it.task_definition);
  visit.always("tags", it.tags);
}

template <class Visitor>
static void members(Visitor& visit, ListTaskDefinitions& it) {
  visit("familyPrefix", it.family_prefix);
  visit("status", it.status);
  visit("sort", it.sort);
  visit("nextToken", it.next_token);
  visit("maxResults", it.max_results);
}
template <class Visitor>
static void members(Visitor& visit, ListTaskDefinitionsReply& it) {
  visit.required("taskDefinitionArns", it.task_definition_arns);
  visit("nextToken", it.next_token);
}

template <class Visitor>
static void members(Visitor& visit, DeregisterTaskDefinition& it) {
  visit("taskDefinition", it.task_definition);
}
template <class Visitor>
static void members(Visitor& visit, DeregisterTaskDefinitionReply& it) {
  visit.required("taskDefinition", it.task_definition);
}

// ---- CloudWatch Logs

template <class Visitor>
static void members(Visitor&, EmptyReply&) {}

template <class Visitor>
static void members(Visitor& visit, CreateLogGroup& it) {
  visit("logGroupName", it.log_group_name);
}

template <class Visitor>
static void members(Visitor& visit, CreateLogStream& it) {
  visit("logGroupName", it.log_group_name);
  visit("logStreamName", it.log_stream_name);
}

template <class Visitor>
static void members(Visitor& visit, RejectedLogEvents& it) {
  visit("tooNewLogEventStartIndex", it.too_new_log_event_start_index);
  visit("tooOldLogEventEndIndex", it.too_old_log_event_end_index);
  visit("expiredLogEventEndIndex", it.expired_log_event_end_index);
}
template <class Visitor>
static void members(Visitor& visit, PutLogEvents& it) {
  visit("logGroupName", it.log_group_name);
  visit("logStreamName", it.log_stream_name);
  visit.always("logEvents", it.log_events);
}
template <class Visitor>
static void members(Visitor& visit, PutLogEventsReply& it) {
  visit("nextSequenceToken", it.next_sequence_token);
  visit("rejectedLogEventsInfo", it.rejected_log_events_info);
}

template <class Visitor>
static void members(Visitor& visit, GetLogEvents& it) {
  visit("logGroupName", it.log_group_name);
  visit("logStreamName", it.log_stream_name);
  visit.millis("startTime", it.start_time);
  visit.millis("endTime", it.end_time);
  visit("nextToken", it.next_token);
  visit("limit", it.limit);
  visit("startFromHead", it.start_from_head);
}
template <class Visitor>
static void members(Visitor& visit, GetLogEventsReply& it) {
  visit.required("events", it.events);
  visit("nextForwardToken", it.next_forward_token);
  visit("nextBackwardToken", it.next_backward_token);
  visit("runtaskComplete", it.complete);
}

template <class Visitor>
static void members(Visitor& visit, FilterLogEvents& it) {
  visit("logGroupName", it.log_group_name);
  visit("logStreamNames", it.log_stream_names);
  visit("logStreamNamePrefix", it.log_stream_name_prefix);
  visit.millis("startTime", it.start_time);
  visit.millis("endTime", it.end_time);
  visit("filterPattern", it.filter_pattern);
  visit("nextToken", it.next_token);
  visit("limit", it.limit);
}
template <class Visitor>
static void members(Visitor& visit, FilterLogEventsReply& it) {
  visit.required("events", it.events);
  visit("nextToken", it.next_token);
}

template <class Visitor>
static void members(Visitor& visit, DescribeLogGroups& it) {
  visit("logGroupNamePrefix", it.log_group_name_prefix);
  visit("logGroupNamePattern", it.log_group_name_pattern);
  visit("nextToken", it.next_token);
  visit("limit", it.limit);
}
template <class Visitor>
static void members(Visitor& visit, DescribeLogGroupsReply& it) {
  visit.required("logGroups", it.log_groups);
  visit("nextToken", it.next_token);
}

template <class Visitor>
static void members(Visitor& visit, DescribeLogStreams& it) {
  visit("logGroupName", it.log_group_name);
  visit("logStreamNamePrefix", it.log_stream_name_prefix);
  visit("orderBy", it.order_by);
  visit("nextToken", it.next_token);
  visit("descending", it.descending);
  visit("limit", it.limit);
}
template <class Visitor>
static void members(Visitor& visit, DescribeLogStreamsReply& it) {
  visit.required("logStreams", it.log_streams);
  visit("nextToken", it.next_token);
}

// ---- Text

namespace {

// A body comes from a program: where in its one long line it breaks interests nobody, and an error
// is one line.
template <class T>
Result<T> read_body(std::string_view body, const std::string& source) {
  auto result = json::read_text<T>(body, source);
  if (result) return result;
  Error error = result.error();
  error.message.resize(std::min(error.message.find('\n'), error.message.size()));
  return fail(std::move(error));
}

}  // namespace

template <class Operation>
std::string write_request(const Operation& request) {
  return json::to_text(json::to_tree(request));
}
template <class Operation>
Result<Operation> read_request(std::string_view body) {
  return read_body<Operation>(body, std::string(Operation::kName) + " request");
}
template <class Operation>
std::string write_reply(const typename Operation::Reply& reply) {
  return json::to_text(json::to_tree(reply));
}
template <class Operation>
Result<typename Operation::Reply> read_reply(std::string_view body) {
  using Reply = typename Operation::Reply;
  // Logs API: the operations without a result answer with no body at all.
  if (std::is_same_v<Reply, EmptyReply> && body.empty()) return Reply{};
  return read_body<Reply>(body, std::string(Operation::kName) + " reply");
}

#define RUNTASK_ECS_OPERATION(Operation)                                         \
  template std::string write_request<Operation>(const Operation&);               \
  template Result<Operation> read_request<Operation>(std::string_view);          \
  template std::string write_reply<Operation>(const typename Operation::Reply&); \
  template Result<typename Operation::Reply> read_reply<Operation>(std::string_view);

RUNTASK_ECS_OPERATION(RunTask)
RUNTASK_ECS_OPERATION(StopTask)
RUNTASK_ECS_OPERATION(DescribeTasks)
RUNTASK_ECS_OPERATION(ListTasks)
RUNTASK_ECS_OPERATION(CreateCluster)
RUNTASK_ECS_OPERATION(DescribeClusters)
RUNTASK_ECS_OPERATION(ListClusters)
RUNTASK_ECS_OPERATION(DescribeServices)
RUNTASK_ECS_OPERATION(RegisterTaskDefinition)
RUNTASK_ECS_OPERATION(DescribeTaskDefinition)
RUNTASK_ECS_OPERATION(ListTaskDefinitions)
RUNTASK_ECS_OPERATION(DeregisterTaskDefinition)
RUNTASK_ECS_OPERATION(CreateLogGroup)
RUNTASK_ECS_OPERATION(CreateLogStream)
RUNTASK_ECS_OPERATION(PutLogEvents)
RUNTASK_ECS_OPERATION(GetLogEvents)
RUNTASK_ECS_OPERATION(FilterLogEvents)
RUNTASK_ECS_OPERATION(DescribeLogGroups)
RUNTASK_ECS_OPERATION(DescribeLogStreams)
#undef RUNTASK_ECS_OPERATION

std::string to_text(const Task& task) {
  return json::to_text(json::to_tree(task));
}
std::string to_text(const TaskDefinition& definition) {
  return json::to_text(json::to_tree(definition));
}
std::string to_text(const TaskOverride& overrides) {
  return json::to_text(json::to_tree(overrides));
}
Result<Task> read_task(std::string_view text) {
  return json::read_text<Task>(text, "task");
}
Result<TaskDefinition> read_task_definition(std::string_view text, std::string_view source) {
  return json::read_text<TaskDefinition>(text, std::string(source));
}
Result<RegisterTaskDefinition> read_registration(std::string_view text, std::string_view source) {
  return json::read_text<RegisterTaskDefinition>(text, std::string(source));
}
Result<TaskOverride> read_task_override(std::string_view text, std::string_view source) {
  return json::read_text<TaskOverride>(text, std::string(source));
}

}  // namespace runtask::ecs
