#pragma once

#include <optional>
#include <string>

#include "aws/credentials.h"
#include "aws/shared_config.h"
#include "sys/files.h"
#include "sys/http.h"

// Keys that a container or a machine in the cloud gets from a server beside it. Those servers are
// called directly, never by way of a proxy. Nothing that they send is shown but the words of their
// errors. For the loop's thread.

namespace runtask::aws {

// ---- Of a container (ECS, EKS, CodeBuild)

struct ContainerPlace {
  std::string url;         // Secret in itself: whoever knows it and is near gets the keys.
  std::string host;        // For people.
  std::string token_file;  // Read again for every fetch, because it is renewed; or empty.
  Secret token;            // Counts when there is no file; may be empty.
};
// By AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or ..._FULL_URI and AWS_CONTAINER_AUTHORIZATION_TOKEN
// or ..._TOKEN_FILE; none without them. kUsage for a URL that makes no sense, kDenied for one that
// is neither https nor one of the hosts where such servers are.
[[nodiscard]] Result<std::optional<ContainerPlace>> find_container(
    const sys::Environment& environment);

class ContainerCredentials final : public CredentialsProvider {
 public:
  static constexpr Duration kTimeout = std::chrono::seconds(2);  // Of one attempt.
  static constexpr Duration kPause = std::chrono::seconds(1);    // Between two.
  static constexpr int kAttemptsMax = 3;

  // All but `place` must outlive it.
  ContainerCredentials(sys::Loop& loop, sys::Http& http, const sys::Files& files,
                       ContainerPlace place)
      : loop_(loop), http_(http), files_(files), place_(std::move(place)) {}

  [[nodiscard]] sys::PendingPtr get(Done done) override;

 private:
  class Fetch;
  sys::Loop& loop_;
  sys::Http& http_;
  const sys::Files& files_;
  const ContainerPlace place_;
};

// ---- Of a machine (EC2), by the second version of its metadata service

struct InstancePlace {
  std::string url;  // "http://169.254.169.254/"
  bool is_first_version_allowed = true;
  Duration timeout = std::chrono::seconds(1);  // Of each of three requests.
  int attempts_max = 1;                        // Of each.
};
// By AWS_EC2_METADATA_SERVICE_ENDPOINT, ..._ENDPOINT_MODE, AWS_IMDS_USE_IPV6,
// AWS_EC2_METADATA_V1_DISABLED, AWS_METADATA_SERVICE_TIMEOUT (seconds), ..._NUM_ATTEMPTS and the
// profile's settings of those names; none when AWS_EC2_METADATA_DISABLED is true. kUsage for values
// that make no sense.
[[nodiscard]] Result<std::optional<InstancePlace>> find_instance(
    const sys::Environment& environment, const SharedConfig& shared);

// kNotFound when there is no such service within its timeout, or the machine has no role. A service
// that refuses the second version's token is asked without, unless that is forbidden; so is one
// that takes the connection and says nothing, as it looks in a container to which the token may not
// hop. Where nobody takes the connection, nobody is asked again: on a machine elsewhere that would
// be a second of waiting for nothing.
class InstanceCredentials final : public CredentialsProvider {
 public:
  // `http` must outlive it.
  InstanceCredentials(sys::Http& http, InstancePlace place)
      : http_(http), place_(std::move(place)) {}

  [[nodiscard]] sys::PendingPtr get(Done done) override;

 private:
  class Fetch;
  sys::Http& http_;
  const InstancePlace place_;
};

}  // namespace runtask::aws
