#include "cli/container_log.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/lines.h"
#include "base/text.h"
#include "cli/cluster_check.h"
#include "cli/target.h"
#include "ecs/life_cycle.h"
#include "ecs/limits.h"
#include "local/container_log.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookAgain = 100ms;
constexpr int kPagesMax = 1'000'000;  // A bound on a server that never says "end".

template <class Operation>
Result<typename Operation::Reply> ask(const World& world, ecs::Client& client,
                                      const Operation& request) {
  auto reply = call_and_wait(world, client, request);
  if (!reply) return fail(reply.error().error);
  return *std::move(reply);
}

void wait(const World& world, Duration delay) {
  const auto timer = world.loop.after(delay, [&] { world.loop.stop(); });
  world.loop.run();
}

Result<std::vector<ecs::Task>> describe(const World& world, ecs::Client& client,
                                        const std::string& cluster,
                                        const std::vector<std::string>& ids) {
  std::vector<ecs::Task> tasks;
  for (std::size_t at = 0; at < ids.size(); at += ecs::limits::kTasksPerDescribeMax) {
    ecs::DescribeTasks request;
    request.cluster = cluster;
    const auto end = std::min(ids.size(), at + ecs::limits::kTasksPerDescribeMax);
    request.tasks.assign(ids.begin() + static_cast<std::ptrdiff_t>(at),
                         ids.begin() + static_cast<std::ptrdiff_t>(end));
    auto reply = TRY(ask(world, client, request));
    for (auto& task : reply.tasks)
      tasks.push_back(std::move(task));
  }
  return tasks;
}

Result<std::vector<ecs::Task>> all_tasks(const World& world, ecs::Client& client,
                                         const std::string& cluster) {
  std::vector<std::string> arns;
  for (const auto* status : {"RUNNING", "STOPPED"}) {
    ecs::ListTasks request;
    request.cluster = cluster;
    request.desired_status = status;
    for (int page = 0; page < kPagesMax; ++page) {
      auto reply = TRY(ask(world, client, request));
      arns.insert(arns.end(), reply.task_arns.begin(), reply.task_arns.end());
      request.next_token = reply.next_token;
      if (request.next_token.empty()) break;
    }
  }
  return describe(world, client, cluster, arns);
}

// The task that is meant; an id is looked for in every cluster.
Result<ecs::Task> find_task(const World& world, ecs::Client& client, const std::string& reference) {
  std::optional<ecs::Task> found;
  for (const auto& cluster : TRY(all_clusters(world, client))) {
    if (reference == "last") {
      for (auto& task : TRY(all_tasks(world, client, cluster)))
        if (!found || found->created_at < task.created_at) found = std::move(task);
    } else {
      auto task = describe(world, client, cluster, {ecs::last_part(reference)});
      // What can be no id is no task.
      if (!task && task.error().code != Code::kInvalid) return fail(std::move(task).error());
      if (task && !task->empty()) found = std::move(task->front());
    }
  }
  if (found) return *std::move(found);
  if (reference == "last") return fail(Code::kNotFound, "no task has run here yet");
  return fail(
      Code::kNotFound, "there is no task `" + reference + "`",
      "an id, an ARN or `last`; `runtask local aws ecs list-tasks --desired-status STOPPED` "
      "shows those that have ended");
}

struct Stream {
  local::LogTarget where;  // Without a name: it has none yet.
  std::string container, token;
  bool complete = false;
};

void find_streams(const ecs::TaskDefinition& definition, const ecs::Task& task,
                  std::vector<Stream>& streams) {
  streams.resize(definition.container_definitions.size());
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const auto& container = definition.container_definitions[i];
    const auto* started = task.container(container.name);
    streams[i].container = container.name;
    streams[i].where =
        local::log_target(definition.family, container, ecs::last_part(task.task_arn),
                          started == nullptr ? std::string() : started->runtime_id);
  }
}

std::string shown(const ecs::LogEvent& event, const Stream& stream, bool names_container,
                  const TaskLogRequest& request) {
  if (request.json)
    return R"({"type":"log","container":)" + json::quoted(stream.container) +
           ",\"timestamp\":" + json::quoted(iso_time(event.timestamp)) +
           ",\"message\":" + json::quoted(event.message) + "}";
  const auto time = request.timestamps ? iso_time(event.timestamp) + " " : std::string();
  return with_prefix(time + (names_container ? stream.container + " | " : ""), event.message);
}

// Prints one page; false when there was nothing new. A stream that is not there yet is empty.
Result<bool> print_page(const World& world, ecs::Client& client, Stream& stream,
                        bool names_container, const TaskLogRequest& wanted) {
  if (stream.where.stream.empty()) return false;
  ecs::GetLogEvents request;
  request.log_group_name = stream.where.group;
  request.log_stream_name = stream.where.stream;
  request.start_from_head = true;
  request.next_token = stream.token;
  const auto reply = call_and_wait(world, client, request);
  if (!reply && reply.error().name == ecs::error_name::kResourceNotFound) return false;
  if (!reply) return fail(reply.error().error);
  for (const auto& event : reply->events)
    world.screen.output(shown(event, stream, names_container, wanted));
  const bool more = reply->next_forward_token != stream.token;
  stream.token = reply->next_forward_token;
  stream.complete = reply->complete.value_or(false);
  return more;
}

}  // namespace

Result<> print_task_log(const World& world, ecs::Client& client, const TaskLogRequest& request) {
  auto task = TRY(find_task(world, client, request.task));
  ecs::DescribeTaskDefinition which;
  which.task_definition = task.task_definition_arn;
  const auto definition = TRY(ask(world, client, which));
  std::vector<Stream> streams;
  for (;;) {
    find_streams(definition.task_definition, task, streams);
    const bool over = task.last_status == ecs::name_of(ecs::Status::kStopped);
    for (auto& stream : streams)
      for (int page = 0; page < kPagesMax && !stream.complete; ++page)
        if (!TRY(print_page(world, client, stream, streams.size() > 1, request))) break;
    world.screen.flush();
    if (over || !request.follow) return {};
    wait(world, kLookAgain);
    auto now = TRY(describe(world, client, task.cluster_arn, {task.task_arn}));
    if (now.empty()) return {};
    task = std::move(now.front());
  }
}

}  // namespace runtask::cli
