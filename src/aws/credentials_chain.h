#pragma once

#include <memory>
#include <string>

#include "aws/assumed_role.h"
#include "aws/client.h"
#include "aws/credentials.h"
#include "aws/shared_config.h"
#include "sys/environment.h"
#include "sys/files.h"
#include "sys/processes.h"

// Which provider of credentials is meant, and making it. What can be known without asking anybody
// is an error here; the rest is one of the provider's first answer. For the loop's thread.

namespace runtask::aws {

using ProviderPtr = std::unique_ptr<CredentialsProvider>;

// What providers need; all must outlive them.
struct ProviderWorld {
  Client::Outside outside;
  sys::Files& files;
  sys::Processes& processes;
  TokenCodes& codes;
};

// How roles are assumed, where nothing else is said.
struct RoleAccess {
  ClientOptions sts;
  std::string session_name;
};

constexpr int kRolesInARowMax = 5;  // source_profile of a source_profile of ...

// As an AWS SDK looks (botocore's order): the environment (unless the profile is explicit), the
// profile's role (role_arn with source_profile or credential_source), a web identity, the profile's
// sign-in at IAM Identity Center, its keys in the credentials file, its program
// (credential_process), its keys in the config file, the container, the machine. What comes later
// is not looked at. kUsage when it is known already that there are none, for settings that
// contradict each other, and for `aws login`, which is not supported.
[[nodiscard]] Result<ProviderPtr> sdk_credentials(const ProviderWorld& world,
                                                  const sys::Environment& environment,
                                                  const SharedConfig& shared,
                                                  const RoleAccess& access);

// kUsage when the environment names no credentials server.
[[nodiscard]] Result<ProviderPtr> container_credentials(const ProviderWorld& world,
                                                        const sys::Environment& environment);
// kUsage when the metadata service is switched off.
[[nodiscard]] Result<ProviderPtr> instance_credentials(const ProviderWorld& world,
                                                       const sys::Environment& environment,
                                                       const SharedConfig& shared);
// The container's when the environment names a server, else the machine's.
[[nodiscard]] Result<ProviderPtr> container_or_instance_credentials(
    const ProviderWorld& world, const sys::Environment& environment, const SharedConfig& shared);

// The role's keys, kept.
[[nodiscard]] Result<ProviderPtr> role_credentials(const ProviderWorld& world,
                                                   const RoleAccess& access, ProviderPtr source,
                                                   Role role);

}  // namespace runtask::aws
