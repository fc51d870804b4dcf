#include "cli/service_network.h"

#include "base/text.h"
#include "ecs/life_cycle.h"

namespace runtask::cli {
namespace {

constexpr const char* kOtherWay = "give --subnet and --security-group instead";

Error not_found(const std::string& service, const std::string& why, std::string hint) {
  return {Code::kNotFound,
          "--network-from-service: service `" + service + "` " + why,
          {},
          std::move(hint)};
}

}  // namespace

Result<ecs::AwsVpcConfiguration> service_network(const World& world, const Target& target,
                                                 const std::string& cluster,
                                                 const std::string& service) {
  if (target.is_local)
    return fail(not_found(service, "is not there: the embedded ECS has no services", kOtherWay));
  ecs::DescribeServices request;
  request.cluster = cluster;
  request.services = {service};
  auto reply = call_and_wait(world, *target.client, request);
  const auto where = "in cluster " + (cluster.empty() ? "default" : ecs::last_part(cluster)) +
                     " of " + target.words;
  if (!reply) {
    auto error = std::move(reply).error().error;
    error.context.push_back("while looking up the network of service `" + service + "` " + where);
    if (error.code == Code::kDenied) error.hint = kOtherWay;
    return fail(std::move(error));
  }
  for (auto& found : reply->services) {
    if (found.status == "INACTIVE")
      return fail(not_found(service, "has been deleted " + where, kOtherWay));
    auto& network = found.network_configuration;
    if (network && network->awsvpc_configuration && !network->awsvpc_configuration->subnets.empty())
      return *std::move(network->awsvpc_configuration);
    return fail(not_found(service, "has no subnets: its tasks' network mode is not awsvpc",
                          "leave --network-from-service out, or name another service"));
  }
  return fail(not_found(service, "was not found " + where,
                        "aws ecs list-services --cluster " +
                            shell_quoted(cluster.empty() ? "default" : ecs::last_part(cluster)) +
                            " shows what is there"));
}

void take_network(const ecs::AwsVpcConfiguration& network, const run::Request& flags,
                  run::Request& request) {
  request.subnets = network.subnets;
  request.security_groups =
      flags.security_groups.empty() ? network.security_groups : flags.security_groups;
  // ECS gives public addresses on Fargate only, and refuses the wish for one elsewhere.
  const bool is_on_hosts = request.launch_type == "EC2" || request.launch_type == "EXTERNAL";
  request.assign_public_ip =
      flags.assign_public_ip || (network.assign_public_ip == "ENABLED" && !is_on_hosts);
}

}  // namespace runtask::cli
