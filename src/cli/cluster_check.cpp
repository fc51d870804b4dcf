#include "cli/cluster_check.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/json.h"
#include "base/text.h"

namespace runtask::cli {
namespace {

std::string known_name(const std::string& name) {
  return name.empty() ? "default" : name;
}

std::string words_of_missing(const Target& target, const std::string& name) {
  return "Cluster not found: `" + known_name(name) + "` on " + target.words;
}
std::string hint_of_missing(const Target& target, const std::string& name) {
  return target.is_local
             ? "create it: runtask local cluster create " + shell_quoted(known_name(name))
             : "is it active there? is that the right account and region?";
}

// The reply; none when it may not be asked for.
Result<std::optional<ecs::DescribeClustersReply>> describe(const World& world, const Target& target,
                                                           const std::string& name) {
  ecs::DescribeClusters request;
  request.clusters = {known_name(name)};
  auto reply = call_and_wait(world, *target.client, request);
  if (reply) return std::optional(*std::move(reply));
  auto error = std::move(reply).error().error;
  if (error.code == Code::kDenied) {
    world.screen.warning(error.message + "; the cluster is not checked");
    return std::optional<ecs::DescribeClustersReply>();
  }
  error.context.push_back("while looking at the cluster `" + known_name(name) + "`");
  return fail(std::move(error));
}

const ecs::Cluster* active_one(const ecs::DescribeClustersReply& reply) {
  for (const auto& cluster : reply.clusters)
    if (cluster.status.empty() || cluster.status == "ACTIVE") return &cluster;
  return nullptr;
}

// ECS API: capacityProviders, which is no member of ours. None: the server does not say.
std::optional<std::set<std::string>> providers_of(const ecs::Cluster& cluster) {
  for (const auto& [name, text] : cluster.rest) {
    if (name != "capacityProviders") continue;
    const auto tree = json::parse(text, name);
    if (!tree || !tree->is_array()) return std::nullopt;
    std::set<std::string> providers;
    for (const auto& item : *tree)
      if (const auto* provider = item.get_ptr<const json::Value::string_t*>())
        providers.insert(*provider);
    return providers;
  }
  return std::nullopt;
}

void check_providers(const ecs::Cluster& cluster, const std::vector<const run::Launch*>& launches,
                     std::vector<run::PlanCheck>& checks) {
  const auto known = providers_of(cluster);
  if (!known) return;
  for (const auto* launch : launches) {
    for (const auto& item : launch->input.capacity_provider_strategy) {
      if (known->contains(item.capacity_provider)) continue;
      run::add_check(
          {run::Finding::kBad,
           "the cluster has no capacity provider `" + item.capacity_provider + "`",
           known->empty() ? "it has none; use --launch-type"
                          : "it has " + join(std::vector(known->begin(), known->end()), ", "),
           {launch->name}},
          checks);
    }
  }
}

}  // namespace

Result<std::vector<run::PlanCheck>> look_at_cluster(
    const World& world, const Target& target, const std::string& name,
    const std::vector<const run::Launch*>& launches) {
  std::vector<std::string> names;
  names.reserve(launches.size());
  for (const auto* launch : launches)
    names.push_back(launch->name);
  const auto reply = TRY(describe(world, target, name));
  std::vector<run::PlanCheck> checks;
  if (!reply) {
    checks.push_back({run::Finding::kUnknown, "the cluster may not be described", {}, names});
    return checks;
  }
  const auto* cluster = active_one(*reply);
  if (cluster == nullptr) {
    checks.push_back(
        {run::Finding::kBad, words_of_missing(target, name), hint_of_missing(target, name), names});
    return checks;
  }
  checks.push_back({run::Finding::kFine, "the cluster is active", {}, names});
  check_providers(*cluster, launches, checks);
  return checks;
}

Result<> check_cluster(const World& world, const Target& target, const std::string& name) {
  const auto reply = TRY(describe(world, target, name));
  if (!reply || active_one(*reply) != nullptr) return {};
  return fail(Code::kNotFound, words_of_missing(target, name), hint_of_missing(target, name));
}

Result<std::vector<std::string>> all_clusters(const World& world, ecs::Client& client) {
  constexpr int kPagesMax = 10'000;  // A bound on a server that never says "end".
  std::vector<std::string> arns;
  ecs::ListClusters request;
  for (int page = 0; page < kPagesMax; ++page) {
    auto reply = call_and_wait(world, client, request);
    if (!reply) return fail(std::move(reply).error().error);
    arns.insert(arns.end(), reply->cluster_arns.begin(), reply->cluster_arns.end());
    if (reply->next_token.empty()) break;
    request.next_token = reply->next_token;
  }
  return arns;
}

}  // namespace runtask::cli
