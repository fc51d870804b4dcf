#include "aws/endpoint.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace runtask::aws {
namespace {

struct ServiceNames {
  const char* host;  // The first part of its name.
  const char* variable;
  const char* setting;  // In a services section.
};
constexpr ServiceNames kEcs{"ecs", "AWS_ENDPOINT_URL_ECS", "ecs"};
constexpr ServiceNames kLogs{"logs", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "cloudwatch_logs"};
constexpr ServiceNames kSts{"sts", "AWS_ENDPOINT_URL_STS", "sts"};
constexpr ServiceNames kSignInPortal{"portal.sso", "AWS_ENDPOINT_URL_SSO", "sso"};
constexpr ServiceNames kSignInTokens{"oidc", "AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc"};

struct Partition {
  std::string_view region_prefix;
  std::string_view name;
  std::string_view suffix;
  std::string_view dualstack_suffix;
};
// The first that fits; regions that nobody knows yet belong to the last one, `aws`.
constexpr std::array<Partition, 8> kPartitions = {
    {{"cn-", "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
     {"us-gov-", "aws-us-gov", "amazonaws.com", "api.aws"},
     {"eusc-", "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"},
     {"us-iso-", "aws-iso", "c2s.ic.gov", "api.aws.ic.gov"},
     {"us-isob-", "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"},
     {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
     {"us-isof-", "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
     {"", "aws", "amazonaws.com", "api.aws"}}};

const Partition& partition_of(std::string_view region) {
  return *std::find_if(kPartitions.begin(), kPartitions.end(), [&](const Partition& partition) {
    return region.starts_with(partition.region_prefix);
  });
}

bool is_true(std::string_view text) {
  return lower_case(text) == "true";
}

// "127.0.0.1" and its like: four numbers, the first 127. A name that only begins so is none.
bool is_loopback_address(std::string_view host) {
  const auto parts = split(host, '.');
  constexpr std::size_t kParts = 4;
  if (parts.size() != kParts || parts[0] != "127") return false;
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    return part.front() != '+' && parse_integer(part, 0, 255).has_value();
  });
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

struct Authority {
  std::string host;  // With the brackets of an IPv6 address.
  std::string port;  // May be empty.
};
std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  std::size_t end = std::min(text.find(':'), text.size());
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos || bracket == 1) return std::nullopt;
    end = bracket + 1;
    const auto inside = text.substr(1, bracket - 1);
    if (inside.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
      return std::nullopt;
  }
  authority.host = lower_case(text.substr(0, end));
  if (authority.host.empty()) return std::nullopt;
  if (authority.host.front() != '[' &&
      !std::all_of(authority.host.begin(), authority.host.end(), is_host_character))
    return std::nullopt;
  if (end == text.size()) return authority;
  if (text[end] != ':' || !parse_integer(text.substr(end + 1), 1, 65535)) return std::nullopt;
  authority.port = std::to_string(*parse_integer(text.substr(end + 1), 1, 65535));
  return authority;
}

// What a user or an administrator has configured for one service, with where; none: AWS' own.
Result<std::optional<Endpoint>> configured(const ServiceNames& names,
                                           const sys::Environment& environment,
                                           const SharedConfig& shared) {
  const auto parsed = [](const std::string& url,
                         std::string source) -> Result<std::optional<Endpoint>> {
    return std::optional<Endpoint>(TRY(parse_endpoint(url, std::move(source))));
  };
  const auto ignore = environment.get_non_empty("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
                          .value_or(shared.setting("ignore_configured_endpoint_urls"));
  if (is_true(ignore)) return std::optional<Endpoint>();
  for (const char* variable : {names.variable, "AWS_ENDPOINT_URL"}) {
    if (const auto url = environment.get_non_empty(variable)) return parsed(*url, variable);
  }
  const std::string profile = "the profile `" + shared.profile() + "`";
  const auto for_service = TRY(shared.service_endpoint(names.setting));
  if (!for_service.empty()) return parsed(for_service, "services of " + profile);
  const auto for_all = shared.setting("endpoint_url");
  if (!for_all.empty()) return parsed(for_all, "endpoint_url of " + profile);
  return std::optional<Endpoint>();
}

struct Variants {
  bool fips = false;
  bool dualstack = false;
};
Result<Endpoint> of_region(const ServiceNames& names, const std::string& region,
                           Variants variants) {
  const auto& partition = partition_of(region);
  std::string host(names.host);
  // AWS: in US GovCloud the one host of most services is FIPS' already.
  const bool is_fips_anyway =
      region.starts_with("us-gov-") && !variants.dualstack && host != kEcs.host;
  if (variants.fips && !is_fips_anyway) host += "-fips";
  host.append(".").append(region).append(".");
  host += variants.dualstack ? partition.dualstack_suffix : partition.suffix;
  return parse_endpoint("https://" + host + "/", "the region " + region);
}

Variants find_variants(const sys::Environment& environment, const SharedConfig& shared) {
  const auto is_set = [&](const char* variable, const char* setting) {
    return is_true(environment.get_non_empty(variable).value_or(shared.setting(setting)));
  };
  return {is_set("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
          is_set("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")};
}

Result<Endpoint> find_endpoint(const ServiceNames& names, const sys::Environment& environment,
                               const SharedConfig& shared, const std::string& region) {
  const auto variants = find_variants(environment, shared);
  auto custom = TRY(configured(names, environment, shared));
  if (!custom) return of_region(names, region, variants);
  if (variants.fips || variants.dualstack)
    return fail(Code::kUsage, "an endpoint of one's own (" + custom->source +
                                  ") cannot be combined with FIPS or dual-stack endpoints");
  return *std::move(custom);
}

Result<> check_region(const std::string& region) {
  constexpr std::size_t kCharactersMax = 63;  // Of a label in a host name.
  const bool is_label =
      !region.empty() && region.size() <= kCharactersMax && region.front() != '-' &&
      region.back() != '-' &&
      region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (is_label) return {};
  return fail(Code::kUsage, "`" + valid_utf8(region) + "` cannot be an AWS region",
              "regions look like eu-west-1");
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view url, std::string source) {
  const auto complain = [&] {
    // Without the text itself where it may hold a password.
    const std::string shown =
        url.find('@') == std::string_view::npos ? "`" + valid_utf8(url) + "`" : "the URL";
    return fail(Code::kUsage, shown + " (" + source + ") is not the address of an endpoint",
                "write it like https://ecs.example.com or http://127.0.0.1:8000");
  };
  Endpoint endpoint;
  std::string_view rest = url;
  const auto scheme_end = url.find("://");
  const auto scheme = lower_case(url.substr(0, std::min(scheme_end, url.size())));
  if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https"))
    return complain();
  rest.remove_prefix(scheme_end + 3);
  endpoint.is_https = scheme == "https";
  const auto path_start = std::min(rest.find('/'), rest.size());
  const auto authority = parse_authority(rest.substr(0, path_start));
  const auto path = rest.substr(path_start);
  const bool is_plain_path = std::all_of(path.begin(), path.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '\\' && c != '"';
  });
  if (!authority || !is_plain_path) return complain();

  const bool is_usual_port =
      authority->port.empty() || authority->port == (endpoint.is_https ? "443" : "80");
  endpoint.host = authority->host + (is_usual_port ? "" : ":" + authority->port);
  endpoint.path = path.empty() ? "/" : std::string(path);
  endpoint.url = scheme + "://" + endpoint.host + endpoint.path;
  endpoint.is_loopback = authority->host == "localhost" || authority->host == "[::1]" ||
                         is_loopback_address(authority->host);
  endpoint.source = std::move(source);
  return endpoint;
}

const Endpoint& Endpoints::of(ecs::Service service) const {
  switch (service) {
    case ecs::Service::kEcs:
      return ecs;
    case ecs::Service::kLogs:
      return logs;
    case ecs::Service::kSts:
      return sts;
  }
  return ecs;
}

Result<Endpoints> find_endpoints(const sys::Environment& environment, const SharedConfig& shared,
                                 const std::string& region) {
  Endpoints endpoints;
  endpoints.ecs = TRY(find_endpoint(kEcs, environment, shared, region));
  endpoints.logs = TRY(find_endpoint(kLogs, environment, shared, region));
  endpoints.sts = TRY(find_endpoint(kSts, environment, shared, region));
  return endpoints;
}

Result<SignInEndpoints> find_sign_in_endpoints(const sys::Environment& environment,
                                               const SharedConfig& shared,
                                               const std::string& region) {
  TRY(check_region(region));
  SignInEndpoints endpoints;
  endpoints.portal = TRY(find_endpoint(kSignInPortal, environment, shared, region));
  endpoints.tokens = TRY(find_endpoint(kSignInTokens, environment, shared, region));
  return endpoints;
}

Result<Endpoints> one_endpoint(std::string_view url, const std::string& source) {
  const auto endpoint = TRY(parse_endpoint(url, source));
  return Endpoints{endpoint, endpoint, endpoint};
}

Result<std::string> find_region(const sys::Environment& environment, const SharedConfig& shared,
                                const std::string& flag) {
  std::string region = flag;
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (region.empty()) region = environment.get_non_empty(variable).value_or("");
  if (region.empty()) region = shared.setting("region");
  if (region.empty()) region = TRY(shared.credentials()).get("region");
  if (region.empty()) {
    return fail(Code::kUsage,
                "no AWS region: neither --region nor AWS_REGION nor the profile `" +
                    shared.profile() + "` says one",
                "set AWS_REGION, for example to eu-west-1");
  }
  TRY(check_region(region));
  return region;
}

std::string partition_name(const std::string& region) {
  return std::string(partition_of(region).name);
}

Result<> check_is_private(const Endpoint& endpoint) {
  if (endpoint.is_https || endpoint.is_loopback) return {};
  return fail(Code::kDenied,
              "the endpoint " + endpoint.url + " (" + endpoint.source +
                  ") is plain http to another machine: requests and replies could be read and "
                  "changed on the way",
              "use https, or allow it with --insecure-http");
}

}  // namespace runtask::aws
