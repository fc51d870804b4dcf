#pragma once

#include <string>
#include <string_view>

#include "aws/shared_config.h"
#include "base/result.h"
#include "ecs/api.h"
#include "sys/environment.h"

// Where a service is called. Pure; any thread.

namespace runtask::aws {

struct Endpoint {
  std::string url;   // Scheme, host and path in one normal form: "http://127.0.0.1:8000/".
  std::string host;  // As the Host header has it: lower case, the port unless it is the usual one.
  std::string path;  // At least "/".
  bool is_https = true;
  bool is_loopback = false;  // 127.0.0.0/8, ::1 or localhost, by its text.
  std::string source;        // What chose it, for messages: "AWS_ENDPOINT_URL", "the region".
};

// kUsage when it is not http:// or https:// with a host, or has user, query or fragment.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view url, std::string source);

struct Endpoints {
  Endpoint ecs, logs, sts;
  [[nodiscard]] const Endpoint& of(ecs::Service service) const;
};

// In this order: AWS_ENDPOINT_URL_<ECS|CLOUDWATCH_LOGS|STS>, AWS_ENDPOINT_URL, the profile's
// services section, its endpoint_url, and AWS' own for the region (and AWS_USE_FIPS_ENDPOINT,
// AWS_USE_DUALSTACK_ENDPOINT). AWS_IGNORE_CONFIGURED_ENDPOINT_URLS leaves only the last. kUsage for
// a URL or a combination that makes no sense.
[[nodiscard]] Result<Endpoints> find_endpoints(const sys::Environment& environment,
                                               const SharedConfig& shared,
                                               const std::string& region);
// IAM Identity Center's: where a role's keys are given, and where a sign-in is prolonged.
struct SignInEndpoints {
  Endpoint portal, tokens;
};
// Like find_endpoints(), with AWS_ENDPOINT_URL_SSO and AWS_ENDPOINT_URL_SSO_OIDC. `region` is that
// of the Identity Center (sso_region); kUsage also when it cannot be one.
[[nodiscard]] Result<SignInEndpoints> find_sign_in_endpoints(const sys::Environment& environment,
                                                             const SharedConfig& shared,
                                                             const std::string& region);
// The same URL for all three, as the embedded endpoint has it.
[[nodiscard]] Result<Endpoints> one_endpoint(std::string_view url, const std::string& source);

// The flag, AWS_REGION, AWS_DEFAULT_REGION, the profile's region, in the config file or else in the
// credentials file. kUsage when there is none, or
// when it cannot be one: it becomes a part of a host name.
[[nodiscard]] Result<std::string> find_region(const sys::Environment& environment,
                                              const SharedConfig& shared, const std::string& flag);

// The partition of the region's ARNs: "aws", "aws-cn", "aws-us-gov", ...
[[nodiscard]] std::string partition_name(const std::string& region);

// kDenied for plain http to another machine: the call's content and its result would be readable,
// and could be changed, on the way. The user may allow it.
[[nodiscard]] Result<> check_is_private(const Endpoint& endpoint);

}  // namespace runtask::aws
