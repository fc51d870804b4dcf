#include <algorithm>
#include <nlohmann/json.hpp>

#include "ecs/limits.h"
#include "local/model_state.h"

namespace runtask::local {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr const char* kProviders = "capacityProviders";

// ECS API: the tasks that run and those that do not yet, by launch type, as their statistics' names
// have it.
struct TaskCounts {
  std::map<std::string, int> running, pending;

  static int sum(const std::map<std::string, int>& counts) {
    int all = 0;
    for (const auto& [type, count] : counts)
      all += count;
    return all;
  }
};

std::string type_in_statistics(const std::string& launch_type) {
  if (launch_type == "FARGATE") return "Fargate";
  return launch_type == "EXTERNAL" ? "External" : "EC2";
}

json::Value statistics_of(const TaskCounts& counts) {
  auto statistics = json::Value::array();
  const auto add = [&](const std::string& name, int value) {
    statistics.push_back({{"name", name}, {"value", std::to_string(value)}});
  };
  for (const std::string type : {"EC2", "Fargate", "External"}) {
    const auto count = [&](const std::map<std::string, int>& of) {
      const auto found = of.find(type);
      return found == of.end() ? 0 : found->second;
    };
    add("running" + type + "TasksCount", count(counts.running));
    add("pending" + type + "TasksCount", count(counts.pending));
    add("active" + type + "ServiceCount", 0);
    add("draining" + type + "ServiceCount", 0);
  }
  return statistics;
}

// What a cluster has that runtask has no field for, as DescribeClusters shows it.
json::Members described(const ecs::Cluster& cluster, const TaskCounts& counts,
                        const std::vector<std::string>& include) {
  const auto settings =
      json::Value::array({{{"name", "containerInsights"}, {"value", "disabled"}}});
  const auto empty = json::Value::array();
  return {
      {"statistics",
       json::to_text(contains(include, "STATISTICS") ? statistics_of(counts) : empty)},
      {"settings", json::to_text(contains(include, "SETTINGS") ? settings : empty)},
      {kProviders, json::to_text(json::Value(capacity_providers_of(cluster)))},
      {"defaultCapacityProviderStrategy", json::to_text(empty)},
  };
}

}  // namespace

std::set<std::string> capacity_providers_of(const ecs::Cluster& cluster) {
  std::set<std::string> providers{"FARGATE", "FARGATE_SPOT"};
  for (const auto& [name, text] : cluster.rest) {
    if (name != kProviders) continue;
    const auto given = json::parse(text, name);
    if (!given || !given->is_array()) continue;
    for (const auto& item : *given)
      if (const auto* provider = item.get_ptr<const json::Value::string_t*>())
        providers.insert(*provider);
  }
  return providers;
}

const ecs::Cluster* Model::State::any_cluster(std::string_view name_or_arn) const {
  const auto found = clusters.find(ecs::last_part(name_or_arn));
  if (found == clusters.end()) return nullptr;
  const bool is_it = name_or_arn == found->first || name_or_arn == found->second.cluster_arn;
  return is_it ? &found->second : nullptr;
}

Answer<std::string> Model::State::find_cluster(std::string_view name_or_arn) const {
  const auto* found = any_cluster(name_or_arn.empty() ? "default" : name_or_arn);
  if (found == nullptr || found->status != "ACTIVE")
    return refuse(ecs::error_name::kClusterNotFound, "Cluster not found.");
  return found->cluster_name;
}

Answer<ecs::CreateClusterReply> Model::State::create_cluster(const ecs::CreateCluster& request) {
  const std::string name = request.cluster_name.empty() ? "default" : request.cluster_name;
  if (!is_plain_name(name))
    return invalid_parameter(
        "Identifier must have 1 to 255 letters, digits, hyphens and underscores.");
  if (const auto wrong = wrong_tags(request.tags)) return invalid_parameter(*wrong);
  const auto existing = clusters.find(name);
  if (existing != clusters.end() && existing->second.status == "ACTIVE")
    return ecs::CreateClusterReply{existing->second};
  ecs::Cluster cluster;
  cluster.cluster_name = name;
  cluster.cluster_arn = arn("cluster/" + name);
  cluster.status = "ACTIVE";
  cluster.tags = request.tags;
  for (const auto& member : request.rest)
    if (member.first == kProviders) cluster.rest.push_back(member);
  clusters.insert_or_assign(name, cluster);
  effects.changes.clusters.insert(name);
  undo_last = [this, name] { clusters.erase(name); };
  return ecs::CreateClusterReply{std::move(cluster)};
}

Answer<ecs::DescribeClustersReply> Model::State::describe_clusters(
    const ecs::DescribeClusters& request) {
  if (request.clusters.size() > ecs::limits::kClustersPerDescribeMax)
    return invalid_parameter("Clusters cannot have more than 100 elements.");
  TRY_ANSWER(check_include(request.include,
                           {"ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"}));
  std::map<std::string, TaskCounts> all_counts;  // By cluster.
  for (const std::uint64_t sequence : live) {
    const ecs::Task& task = tasks.at(sequence).task;
    auto& [running, pending] = all_counts[ecs::last_part(task.cluster_arn)];
    auto& counts = ecs::status_of(task.last_status) < ecs::Status::kRunning ? pending : running;
    counts[type_in_statistics(task.launch_type)] += 1;
  }
  ecs::DescribeClustersReply reply;
  const std::vector<std::string> by_default{"default"};
  for (const auto& wanted : request.clusters.empty() ? by_default : request.clusters) {
    const auto* found = any_cluster(wanted);
    if (found == nullptr) {
      reply.failures.push_back(
          {wanted.starts_with("arn:") ? wanted : arn("cluster/" + wanted), "MISSING", {}});
      continue;
    }
    ecs::Cluster cluster = *found;
    if (!contains(request.include, "TAGS")) cluster.tags.clear();
    cluster.registered_container_instances_count = 1;
    const auto& counts = all_counts[cluster.cluster_name];
    cluster.running_tasks_count = TaskCounts::sum(counts.running);
    cluster.pending_tasks_count = TaskCounts::sum(counts.pending);
    cluster.rest = described(cluster, counts, request.include);
    reply.clusters.push_back(std::move(cluster));
  }
  return reply;
}

Answer<ecs::ListClustersReply> Model::State::list_clusters(const ecs::ListClusters& request) {
  const std::size_t length = TRY_ANSWER(page_length(request.max_results));
  const std::string after = TRY_ANSWER(from_page_token(request.next_token));
  ecs::ListClustersReply reply;
  std::string last;
  for (auto it = clusters.upper_bound(after); it != clusters.end(); ++it) {
    if (it->second.status != "ACTIVE") continue;
    if (reply.cluster_arns.size() == length) {
      reply.next_token = to_page_token(last);
      break;
    }
    reply.cluster_arns.push_back(it->second.cluster_arn);
    last = it->first;
  }
  return reply;
}

}  // namespace runtask::local
