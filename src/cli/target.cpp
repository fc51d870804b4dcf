#include "cli/target.h"

#include "aws/client.h"
#include "aws/credentials_chain.h"
#include "aws/rates.h"
#include "aws/settings.h"
#include "base/text.h"
#include "cli/endpoint_process.h"
#include "cli/version.h"
#include "sys/http_client.h"
#include "sys/terminal_line.h"

namespace runtask::cli {
namespace {

using Source = hamlet::AccountCredentials::Source;

// Makes what gives the keys, with the means that the target has.
using MakeProvider = std::function<Result<aws::ProviderPtr>(const aws::ProviderWorld& means,
                                                            const aws::ClientOptions& options)>;

std::string user_agent() {
  return std::string("runtask/") + kVersion;
}

// Asks the person at the terminal.
class TerminalCodes final : public aws::TokenCodes {
 public:
  static constexpr Duration kPatience = std::chrono::minutes(2);

  explicit TerminalCodes(const World& world) : loop_(world.loop), screen_(world.screen) {}
  [[nodiscard]] sys::PendingPtr ask(const std::string& serial,
                                    std::function<void(Result<std::string>)> done) override {
    screen_.flush();
    const auto prompt = "MFA code of " + without_control_characters(serial) + ": ";
    return sys::ask_on_terminal(
        loop_, prompt, kPatience, [serial, done = std::move(done)](Result<std::string> code) {
          if (code) return done(*std::move(code));
          auto error = std::move(code).error();
          error.message =
              "the code of the MFA device `" + valid_utf8(serial) + "` is needed: " + error.message;
          error.hint = "run it on a terminal, or use a role that needs no MFA";
          done(fail(std::move(error)));
        });
  }

 private:
  sys::EventLoop& loop_;
  Screen& screen_;
};

// The keys of one provider for several clients.
class SharedProvider final : public aws::CredentialsProvider {
 public:
  using Inner = aws::ProviderPtr;
  explicit SharedProvider(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}
  [[nodiscard]] sys::PendingPtr get(Done done) override { return (*inner_)->get(std::move(done)); }
  [[nodiscard]] bool refuse(const ecs::SigningKeys& keys) override {
    return (*inner_)->refuse(keys);
  }

 private:
  const std::shared_ptr<Inner> inner_;
};

// To the embedded endpoint. When there is no answer because it has died, it is started again, where
// it was, before the caller hears of the failure and tries again. Who has stopped it does not want
// it back; but one that has never answered was stopped before this process had to do with it.
// `world` must outlive it.
class LocalHttp final : public sys::Http {
 public:
  LocalHttp(const World& world, std::unique_ptr<sys::Http> inner)
      : world_(world), inner_(std::move(inner)) {}
  [[nodiscard]] sys::PendingPtr send(sys::HttpRequest request,
                                     std::function<void(sys::HttpResult)> done) override {
    return inner_->send(std::move(request), [this, done = std::move(done)](sys::HttpResult result) {
      if (result) {
        has_answered_ = true;
      } else {
        revive();
      }
      done(std::move(result));
    });
  }

 private:
  void revive() {
    if (was_in_vain_ || (has_answered_ && is_endpoint_stopped(world_))) return;
    const auto endpoint = ensure_endpoint(world_, {0, kIdleTimeoutDefault});
    if (endpoint) return;
    was_in_vain_ = true;
    world_.screen.warning("the embedded ECS does not come back: " + endpoint.error().message);
  }

  const World& world_;
  std::unique_ptr<sys::Http> inner_;
  bool has_answered_ = false;
  bool was_in_vain_ = false;
};

std::unique_ptr<sys::Http> http_client(const World& world, const std::string& ca_bundle) {
  return std::make_unique<sys::HttpClient>(
      world.loop,
      sys::HttpClient::Options{user_agent(), ca_bundle, sys::Proxies::of(world.environment)});
}

using ClientsByRegion = std::map<std::string, Result<std::unique_ptr<ecs::Client>>>;
// Empty for what has no regions.
using EndpointsIn = std::function<Result<aws::Endpoints>(const std::string& region)>;

// See Target::logs_client. Each is made when it is first asked for.
std::function<Result<ecs::Client*>(const std::string&)> logs_clients(
    const aws::Client::Outside& outside, const aws::ClientOptions& options,
    const std::shared_ptr<SharedProvider::Inner>& provider, const EndpointsIn& endpoints_in) {
  const auto make = [outside, options, provider, endpoints_in](
                        const std::string& region) -> Result<std::unique_ptr<ecs::Client>> {
    auto there = options;
    there.region = region;
    there.endpoints = TRY(endpoints_in(region));
    there.rates = std::make_shared<aws::Rates>(outside.loop, aws::Rates::Quotas::kDocumented);
    return TRY(aws::Client::create(outside, there, std::make_unique<SharedProvider>(provider)));
  };
  return [make, clients = std::make_shared<ClientsByRegion>()](
             const std::string& region) -> Result<ecs::Client*> {
    auto at = clients->find(region);
    if (at == clients->end()) at = clients->emplace(region, make(region)).first;
    if (!at->second) return fail(at->second.error());
    return at->second->get();
  };
}

Result<Target> make_target(const World& world, aws::ClientOptions options,
                           std::unique_ptr<sys::Http> http, const MakeProvider& make_provider,
                           const EndpointsIn& endpoints_in) {
  Target target;
  target.region = options.region;
  target.words = target.region;
  options.user_agent = user_agent();
  options.on_silence = [&screen = world.screen](const std::string& text) { screen.note(text); };
  target.http = std::move(http);
  target.codes = std::make_unique<TerminalCodes>(world);
  const aws::Client::Outside outside{world.loop, *target.http, world.random};
  auto provider =
      TRY(make_provider({outside, world.files, world.processes, *target.codes}, options));
  target.credentials = provider.get();
  auto shared = std::make_shared<SharedProvider::Inner>(std::move(provider));
  if (endpoints_in) target.logs_client = logs_clients(outside, options, shared, endpoints_in);
  target.client = TRY(aws::Client::create(outside, std::move(options),
                                          std::make_unique<SharedProvider>(std::move(shared))));
  return target;
}

Result<Target> make_aws_target(const World& world, const sys::Environment& environment,
                               aws::Settings& settings, CallChoice calls,
                               const MakeProvider& make_provider) {
  for (const auto& warning : settings.warnings)
    world.screen.warning(warning);
  aws::ClientOptions options;
  options.region = settings.region;
  options.endpoints = settings.endpoints;
  options.attempts_max = settings.attempts_max;
  // Who says so many means so many.
  options.counts_throttling = calls.counts_throttling || settings.is_attempts_max_set;
  options.allow_insecure_http = calls.insecure_http;
  if (settings.connect_timeout) options.connect_timeout = *settings.connect_timeout;
  if (settings.read_timeout) {
    options.silence_max = settings.read_timeout;
    options.timeout = std::max(options.timeout, *settings.read_timeout);
  }
  // A run has one target for each account and region.
  options.rates = std::make_shared<aws::Rates>(world.loop, aws::Rates::Quotas::kDocumented);
  return make_target(
      world, std::move(options), http_client(world, settings.ca_bundle), make_provider,
      [environment, shared = settings.shared](const std::string& region) -> Result<aws::Endpoints> {
        // It becomes a part of a host name.
        TRY(aws::find_region(environment, shared, region));
        return aws::find_endpoints(environment, shared, region);
      });
}

// The environment without what chooses a profile or other AWS files.
sys::Environment without_profile(const sys::Environment& environment) {
  auto variables = environment.all();
  for (const char* name :
       {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"})
    variables.erase(name);
  return sys::Environment(std::move(variables));
}

// The source's keys, before any role.
Result<aws::ProviderPtr> source_provider(const hamlet::AccountCredentials& account,
                                         const aws::ProviderWorld& means,
                                         const sys::Environment& environment,
                                         const aws::SharedConfig& shared,
                                         const aws::RoleAccess& access) {
  switch (account.source) {
    case Source::kKeys: {
      const auto& keys = account.keys;
      aws::Credentials credentials{
          {keys.access_key_id, keys.secret_access_key, keys.session_token}, {}, keys.words};
      return aws::ProviderPtr(
          std::make_unique<aws::StaticCredentials>(means.outside.loop, std::move(credentials)));
    }
    case Source::kContainer:
      return aws::container_credentials(means, environment);
    case Source::kInstance:
      return aws::instance_credentials(means, environment, shared);
    case Source::kContainerOrInstance:
      return aws::container_or_instance_credentials(means, environment, shared);
    case Source::kProfile:
    case Source::kSdkChain:
      break;
  }
  return aws::sdk_credentials(means, environment, shared, access);
}

std::string words_of(const hamlet::AccountCredentials& account) {
  return "source " + account.source_word +
         (account.profile.empty() ? "" : ", profile " + account.profile) +
         (account.role_arn.empty() ? ", no role" : ", role " + account.role_arn);
}

}  // namespace

Result<Target> local_target(const World& world, CallChoice calls) {
  const auto endpoint = TRY(ensure_endpoint(world, {0, kIdleTimeoutDefault}));
  aws::ClientOptions options;
  options.region = endpoint.address.region;
  options.endpoints = TRY(aws::one_endpoint(endpoint.address.url(), "the embedded ECS"));
  options.rates = std::make_shared<aws::Rates>(world.loop, aws::Rates::Quotas::kNone);
  options.counts_throttling = calls.counts_throttling;
  auto target = TRY(make_target(
      world, std::move(options), std::make_unique<LocalHttp>(world, http_client(world, "")),
      [&](const aws::ProviderWorld&, const aws::ClientOptions&) -> Result<aws::ProviderPtr> {
        return std::make_unique<aws::StaticCredentials>(
            world.loop, aws::Credentials{endpoint.keys, {}, "the embedded ECS' key file"});
      },
      {}));
  target.words = "the embedded ECS";
  target.is_local = true;
  target.recipe.is_local = true;
  return target;
}

Result<Target> aws_target(const World& world, const AwsChoice& choice) {
  auto settings =
      TRY(aws::find_settings(world.environment, world.files, {choice.profile, choice.region}));
  auto target =
      TRY(make_aws_target(world, world.environment, settings, choice.calls,
                          [&](const aws::ProviderWorld& means, const aws::ClientOptions& options) {
                            return aws::sdk_credentials(means, world.environment, settings.shared,
                                                        {options, kRoleSession});
                          }));
  target.recipe.profile = choice.profile;
  target.recipe.region = target.region;
  target.recipe.insecure_http = choice.calls.insecure_http;
  return target;
}

Result<hamlet::AccountCredentials> find_account(const World& world, const std::string& account,
                                                const std::string& provider,
                                                const hamlet::AccountFacts& facts,
                                                const std::string& region) {
  hamlet::AccountQuestion question;
  question.account = account;
  question.provider = provider;
  question.partition = aws::partition_name(region);
  question.facts = facts;
  const auto home = world.environment.get_non_empty("HOME");
  const auto config = home.value_or("") + "/.aws/config";
  question.has_config_file =
      home && world.files.exists(config) && !world.files.is_directory(config);
  question.has_profile = [&world](const std::string& profile) -> Result<bool> {
    // Whichever profile the environment names, it is not the one that is looked for.
    const auto shared = TRY(aws::SharedConfig::load(world.environment, world.files, "default"));
    return shared.has_profile(profile);
  };
  return hamlet::find_account_credentials(world.environment, question);
}

Result<Target> account_target(const World& world, const hamlet::AccountCredentials& account,
                              const std::string& region, CallChoice calls) {
  for (const auto& warning : account.warnings)
    world.screen.warning(warning);
  const bool are_files_the_users =
      account.source == Source::kProfile ||
      (account.source == Source::kSdkChain && !account.is_default_files_only);
  const auto environment =
      are_files_the_users ? world.environment : without_profile(world.environment);
  auto settings = TRY(aws::find_settings(environment, world.files, {account.profile, region}));
  const auto make_provider = [&](const aws::ProviderWorld& means,
                                 const aws::ClientOptions& options) -> Result<aws::ProviderPtr> {
    const aws::RoleAccess access{options, account.session_name};
    auto source = TRY(source_provider(account, means, environment, settings.shared, access));
    if (account.role_arn.empty()) return source;
    return aws::role_credentials(
        means, access, std::move(source),
        {account.role_arn, account.session_name, {}, account.mfa_serial, {}});
  };
  auto target = TRY(make_aws_target(world, environment, settings, calls, make_provider));
  target.account = account.account;
  return target;
}

Result<> check_account(const World& world, const Target& target,
                       const hamlet::AccountCredentials& account) {
  if (!account.is_identity_checked) return {};
  const auto reply = call_and_wait(world, *target.client, ecs::GetCallerIdentity{});
  const auto during = "while checking the credentials of the account `" + account.account + "` (" +
                      words_of(account) + ")";
  const auto settings =
      upper_case("HAMLET_" + (account.account.empty() ? "" : account.account + "_"));
  const auto hint = "check the credentials and " + settings + "AWS_AUTH_SOURCE; set " + settings +
                    "AWS_AUTH_ROLE when a role must be assumed to reach the account";
  if (!reply) {
    auto error = reply.error().error;
    error.context.push_back(during);
    if (account.account_id.empty()) {
      world.screen.warning("whose credentials are used could not be found out: " + error.message);
      return {};
    }
    if (error.hint.empty()) error.hint = hint;
    return fail(std::move(error));
  }
  if (account.account_id.empty() || reply->account == account.account_id) return {};
  return fail(Error{Code::kDenied,
                    "the credentials belong to the AWS account " + valid_utf8(reply->account) +
                        ", not to " + valid_utf8(account.account_id) + " (" +
                        account.account_id_source + "): nothing is started",
                    {during},
                    hint});
}

Result<Target> target_by(const World& world, const run::TargetRecipe& recipe,
                         bool counts_throttling) {
  const CallChoice calls{recipe.insecure_http, counts_throttling};
  if (recipe.is_local) return local_target(world, calls);
  if (!recipe.by_names) return aws_target(world, {recipe.profile, recipe.region, calls});
  const hamlet::AccountFacts facts{recipe.cmdb_provider, recipe.account_number, {}, {}};
  const auto credentials =
      TRY(find_account(world, recipe.account, recipe.provider, facts, recipe.region));
  const bool has_own = recipe.profile.empty() && !recipe.account.empty();
  auto target = TRY(has_own ? account_target(world, credentials, recipe.region, calls)
                            : aws_target(world, {recipe.profile, recipe.region, calls}));
  target.account = recipe.account;
  target.recipe = recipe;
  target.recipe.region = target.region;
  TRY(check_account(world, target, credentials));
  return target;
}

}  // namespace runtask::cli
