#include "cli/container_log.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "cli/target.h"
#include "ecs/life_cycle.h"
#include "ecs/limits.h"

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
  const auto clusters = TRY(ask(world, client, ecs::ListClusters{}));
  for (const auto& cluster : clusters.cluster_arns) {
    if (reference == "last") {
      for (auto& task : TRY(all_tasks(world, client, cluster)))
        if (!found || found->created_at < task.created_at) found = std::move(task);
    } else {
      for (auto& task : TRY(describe(world, client, cluster, {ecs::last_part(reference)})))
        found = std::move(task);
    }
  }
  if (found) return *std::move(found);
  return fail(Code::kNotFound,
              reference == "last" ? "no task has run here yet" : "there is no task " + reference);
}

struct Stream {
  std::string container, group, name, token;
  bool complete = false;
};

std::vector<Stream> streams_of(const ecs::TaskDefinition& definition, const std::string& task_id) {
  std::vector<Stream> streams;
  for (const auto& container : definition.container_definitions) {
    Stream stream;
    stream.container = container.name;
    const auto& logs = container.log_configuration;
    const auto option = [&](const char* name) {
      const auto at = logs->options.find(name);
      return at == logs->options.end() ? std::string() : at->second;
    };
    if (logs && logs->log_driver == "awslogs") {
      stream.group = option("awslogs-group");
      stream.name = ecs::log_stream_name(option("awslogs-stream-prefix"), container.name, task_id);
    } else {  // Where the endpoint keeps what ECS would not show (docs/EMBEDDED.md).
      stream.group = "/runtask/" + definition.family;
      stream.name = container.name + "/" + task_id;
    }
    streams.push_back(std::move(stream));
  }
  return streams;
}

// Prints one page; false when there was nothing new. A stream that is not there yet is empty.
Result<bool> print_page(const World& world, ecs::Client& client, Stream& stream,
                        const std::string& prefix, bool timestamps) {
  ecs::GetLogEvents request;
  request.log_group_name = stream.group;
  request.log_stream_name = stream.name;
  request.start_from_head = true;
  request.next_token = stream.token;
  const auto reply = call_and_wait(world, client, request);
  if (!reply && reply.error().name == ecs::error_name::kResourceNotFound) return false;
  if (!reply) return fail(reply.error().error);
  for (const auto& event : reply->events)
    world.screen.output((timestamps ? iso_time(event.timestamp) + " " : "") + prefix +
                        event.message);
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
  auto streams = streams_of(definition.task_definition, ecs::last_part(task.task_arn));
  for (;;) {
    const bool over = task.last_status == ecs::name_of(ecs::Status::kStopped);
    for (auto& stream : streams) {
      const std::string prefix = streams.size() > 1 ? stream.container + " | " : "";
      for (int page = 0; page < kPagesMax && !stream.complete; ++page)
        if (!TRY(print_page(world, client, stream, prefix, request.timestamps))) break;
    }
    world.screen.flush();
    if (over || !request.follow) return {};
    wait(world, kLookAgain);
    auto now = TRY(describe(world, client, task.cluster_arn, {task.task_arn}));
    if (now.empty()) return {};
    task = std::move(now.front());
  }
}

}  // namespace runtask::cli
