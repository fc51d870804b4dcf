#pragma once

#include <string>

#include "cli/target.h"
#include "cli/world.h"
#include "ecs/types.h"
#include "run/request.h"

namespace runtask::cli {

// The network that a service of the cluster gives its tasks. kNotFound when there is no such
// service, or it is deleted, or has no network of its own; the call's own error when it fails.
[[nodiscard]] Result<ecs::AwsVpcConfiguration> service_network(const World& world,
                                                               const Target& target,
                                                               const std::string& cluster,
                                                               const std::string& service);

// Gives the request that network. What the flags say (they are in `flags`) beside subnets wins.
void take_network(const ecs::AwsVpcConfiguration& network, const run::Request& flags,
                  run::Request& request);

}  // namespace runtask::cli
