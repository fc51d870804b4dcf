#include <algorithm>

#include "ecs/limits.h"
#include "local/model_state.h"

namespace runtask::local {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// The name in "arn:...:cluster/NAME", or the text itself.
std::string name_in(std::string_view name_or_arn) {
  return ecs::last_part(name_or_arn);
}

}  // namespace

Answer<std::string> Model::State::find_cluster(std::string_view name_or_arn) const {
  const std::string name = name_or_arn.empty() ? "default" : name_in(name_or_arn);
  const auto found = clusters.find(name);
  if (found == clusters.end() || found->second.status != "ACTIVE")
    return refuse(ecs::error_name::kClusterNotFound, "Cluster not found.");
  return name;
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
  clusters.insert_or_assign(name, cluster);
  effects.changes.clusters.insert(name);
  undo_last = [this, name] { clusters.erase(name); };
  return ecs::CreateClusterReply{std::move(cluster)};
}

Answer<ecs::DescribeClustersReply> Model::State::describe_clusters(
    const ecs::DescribeClusters& request) {
  if (request.clusters.size() > ecs::limits::kClustersPerDescribeMax)
    return invalid_parameter("Clusters cannot have more than 100 elements.");
  std::map<std::string, std::pair<int, int>> counts;  // Running and pending tasks by cluster.
  for (const std::uint64_t sequence : live) {
    const ecs::Task& task = tasks.at(sequence).task;
    auto& [running, pending] = counts[ecs::last_part(task.cluster_arn)];
    (ecs::status_of(task.last_status) < ecs::Status::kRunning ? pending : running) += 1;
  }
  ecs::DescribeClustersReply reply;
  const std::vector<std::string> by_default{"default"};
  for (const auto& wanted : request.clusters.empty() ? by_default : request.clusters) {
    const auto found = clusters.find(name_in(wanted));
    if (found == clusters.end()) {
      reply.failures.push_back(
          {wanted.starts_with("arn:") ? wanted : arn("cluster/" + wanted), "MISSING", {}});
      continue;
    }
    ecs::Cluster cluster = found->second;
    if (!contains(request.include, "TAGS")) cluster.tags.clear();
    cluster.registered_container_instances_count = 1;
    std::tie(cluster.running_tasks_count, cluster.pending_tasks_count) = counts[found->first];
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
