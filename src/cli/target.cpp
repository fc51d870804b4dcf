#include "cli/target.h"

#include "aws/client.h"
#include "aws/settings.h"
#include "cli/endpoint_process.h"
#include "cli/version.h"
#include "sys/http_client.h"

namespace runtask::cli {
namespace {

std::string user_agent() {
  return std::string("runtask/") + kVersion;
}

Result<Target> make_target(const World& world, aws::ClientOptions options,
                           aws::Credentials credentials, const std::string& ca_bundle) {
  Target target;
  target.region = options.region;
  options.user_agent = user_agent();
  target.http = std::make_unique<sys::HttpClient>(
      world.loop, sys::HttpClient::Options{user_agent(), ca_bundle});
  target.client = TRY(aws::Client::create(
      {world.loop, *target.http, world.random}, std::move(options),
      std::make_unique<aws::StaticCredentials>(world.loop, std::move(credentials))));
  return target;
}

}  // namespace

Result<Target> local_target(const World& world) {
  const auto endpoint = TRY(ensure_endpoint(world, {0, kIdleTimeoutDefault}));
  aws::ClientOptions options;
  options.region = endpoint.address.region;
  options.endpoints = TRY(aws::one_endpoint(endpoint.address.url(), "the embedded ECS"));
  auto target = TRY(make_target(world, std::move(options),
                                {endpoint.keys, {}, "the embedded ECS' key file"}, ""));
  target.words = "the embedded ECS";
  target.is_local = true;
  return target;
}

Result<Target> aws_target(const World& world, const AwsChoice& choice) {
  auto settings =
      TRY(aws::find_settings(world.environment, world.files, {choice.profile, choice.region}));
  for (const auto& warning : settings.warnings)
    world.screen.message("warning: " + warning);
  aws::ClientOptions options;
  options.region = settings.region;
  options.endpoints = std::move(settings.endpoints);
  options.attempts_max = settings.attempts_max;
  options.allow_insecure_http = choice.insecure_http;
  auto target = TRY(make_target(world, std::move(options), std::move(settings.credentials),
                                world.environment.get("AWS_CA_BUNDLE").value_or("")));
  target.words = target.region;
  return target;
}

}  // namespace runtask::cli
