#include <algorithm>

#include "base/text.h"
#include "ecs/limits.h"
#include "local/model_state.h"

namespace runtask::local {
namespace {

constexpr std::size_t kTaskIdLength = 32;
constexpr std::size_t kOldTaskIdLength = 36;  // With dashes, as ids were before 2018.

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_task_id(std::string_view id) {
  return id.size() == kTaskIdLength || id.size() == kOldTaskIdLength;
}

}  // namespace

Answer<ecs::DescribeTasksReply> Model::State::describe_tasks(const ecs::DescribeTasks& request) {
  const std::string cluster = TRY_ANSWER(find_cluster(request.cluster));
  if (request.tasks.empty()) return invalid_parameter("Tasks cannot be empty.");
  if (request.tasks.size() > ecs::limits::kTasksPerDescribeMax)
    return invalid_parameter("Tasks cannot have more than 100 elements.");
  TRY_ANSWER(check_include(request.include, {"TAGS"}));
  const bool with_tags = contains(request.include, "TAGS");
  ecs::DescribeTasksReply reply;
  reply.tasks.reserve(request.tasks.size());
  for (const auto& wanted : request.tasks) {
    if (!is_task_id(ecs::last_part(wanted)))
      return invalid_parameter("taskId length should be one of [32,36]");
    const TaskState* task = find_task_in(cluster, wanted);
    if (task == nullptr) {
      reply.failures.push_back(
          {wanted.starts_with("arn:") ? wanted : task_arn(cluster, wanted), "MISSING", {}});
      continue;
    }
    reply.tasks.push_back(task->task);
    if (!with_tags) reply.tasks.back().tags.clear();
  }
  return reply;
}

// The smallest known set that holds all tasks which a list is about; null: they may be anywhere.
const std::set<std::uint64_t>* Model::State::fewest_candidates(const ecs::ListTasks& request,
                                                               bool live_only) const {
  static const std::set<std::uint64_t> kNone;
  const std::set<std::uint64_t>* fewest = live_only ? &live : nullptr;
  const auto consider = [&](const TaskIndex& index, const std::string& text) {
    if (text.empty()) return;
    const auto found = index.find(text);
    const auto* set = found == index.end() ? &kNone : &found->second;
    if (fewest == nullptr || set->size() < fewest->size()) fewest = set;
  };
  consider(by_started_by, request.started_by);
  consider(by_family, request.family);
  return fewest;
}

Answer<ecs::ListTasksReply> Model::State::list_tasks(const ecs::ListTasks& request) {
  const std::string cluster = TRY_ANSWER(find_cluster(request.cluster));
  const std::size_t length = TRY_ANSWER(page_length(request.max_results));
  const std::string desired = request.desired_status.empty() ? "RUNNING" : request.desired_status;
  if (desired != "RUNNING" && desired != "STOPPED" && desired != "PENDING")
    return invalid_parameter("Invalid desiredStatus: " + desired);
  if (!request.started_by.empty() &&
      !(request.family.empty() && request.service_name.empty() &&
        request.container_instance.empty() && request.launch_type.empty()))
    return invalid_parameter("startedBy must be the only filter.");
  const std::string position = TRY_ANSWER(from_page_token(request.next_token));
  const auto after = position.empty() ? 0 : parse_integer(position, 1, INT64_MAX);
  if (!after) return invalid_parameter("Invalid token.");

  ecs::ListTasksReply reply;
  // ECS API: PENDING is accepted and never matches. One-off tasks belong to no service.
  if (desired == "PENDING" || !request.service_name.empty()) return reply;
  const std::string& instance = request.container_instance;
  const bool is_of_instance = !instance.empty();
  if (is_of_instance && instance != kInstanceName && instance != instance_arn()) return reply;
  const std::string cluster_arn = arn("cluster/" + cluster);
  const auto matches = [&](const TaskState& task) {
    return task.task.desired_status == desired && task.task.cluster_arn == cluster_arn &&
           (!is_of_instance || task.task.launch_type == "EC2") &&
           (request.started_by.empty() || task.task.started_by == request.started_by) &&
           (request.launch_type.empty() || task.task.launch_type == request.launch_type) &&
           (request.family.empty() || family_of(task.task) == request.family);
  };
  std::uint64_t last = 0;
  // Whether there is no more room.
  const auto add = [&](const TaskState& task) {
    if (!matches(task)) return false;
    if (reply.task_arns.size() == length) {
      reply.next_token = to_page_token(std::to_string(last));
      return true;
    }
    reply.task_arns.push_back(task.task.task_arn);
    last = task.sequence;
    return false;
  };
  const auto start = static_cast<std::uint64_t>(*after);
  if (const auto* few = fewest_candidates(request, desired == "RUNNING")) {
    for (auto it = few->upper_bound(start); it != few->end() && !add(tasks.at(*it)); ++it) {
    }
  } else {
    for (auto it = tasks.upper_bound(start); it != tasks.end() && !add(it->second); ++it) {
    }
  }
  return reply;
}

Answer<ecs::StopTaskReply> Model::State::stop_task(const ecs::StopTask& request,
                                                   const CallContext& context) {
  const std::string cluster = TRY_ANSWER(find_cluster(request.cluster));
  if (request.task.empty()) return invalid_parameter("taskId can not be blank.");
  TaskState* task = find_task_in(cluster, request.task);
  if (task == nullptr) return invalid_parameter("The referenced task was not found.");
  if (task->task.desired_status != ecs::name_of(ecs::Status::kStopped)) {
    begin_stop(*task, ecs::stop_code::kUserInitiated,
               request.reason.empty() ? "Task stopped by user" : request.reason, context.now);
    task->task.tags.clear();  // ECS API: StopTask deletes the task's tags.
  }
  // The reply shows the task as the call left it; what its end brings comes after it.
  ecs::StopTaskReply reply{task->task};
  if (!task->is_stopped()) advance(*task, context.now);
  return reply;
}

}  // namespace runtask::local
