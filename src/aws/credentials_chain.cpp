#include "aws/credentials_chain.h"

#include <set>
#include <utility>

#include "aws/cached_credentials.h"
#include "aws/metadata_credentials.h"
#include "aws/process_credentials.h"
#include "aws/sign_in_credentials.h"
#include "aws/web_identity.h"
#include "base/text.h"

namespace runtask::aws {
namespace {

ProviderPtr kept(const ProviderWorld& world, ProviderPtr provider) {
  return std::make_unique<CachedCredentials>(world.outside.loop, std::move(provider));
}
ProviderPtr fixed(const ProviderWorld& world, Credentials credentials) {
  return std::make_unique<StaticCredentials>(world.outside.loop, std::move(credentials));
}

Error none_found(Code code, const SharedConfig& shared, const std::string& last_place) {
  return {code,
          "no AWS credentials: neither in the environment nor for the profile `" +
              shared.profile() + "`" + last_place,
          {},
          "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with --profile, or run "
          "on this machine with --local"};
}

// The last place where an SDK looks. That nobody answers there is not what went wrong.
class LastPlace final : public CredentialsProvider {
 public:
  LastPlace(ProviderPtr inner, Error none) : inner_(std::move(inner)), none_(std::move(none)) {}

  [[nodiscard]] sys::PendingPtr get(Done done) override {
    return inner_->get([this, done = std::move(done)](Result<Credentials> result) {
      if (result || result.error().code != Code::kNotFound) return done(std::move(result));
      auto none = none_;
      none.context.push_back(result.error().message);
      done(fail(std::move(none)));
    });
  }
  [[nodiscard]] bool refuse(const ecs::SigningKeys& keys) override { return inner_->refuse(keys); }

 private:
  const ProviderPtr inner_;
  const Error none_;
};

Result<> refuse_login(const SharedConfig& shared) {
  if (TRY(shared.setting_of_both("login_session")).empty()) return {};
  return fail(Code::kUsage,
              "the profile `" + shared.profile() +
                  "` gets its credentials from `aws login` (login_session), which runtask does not "
                  "support",
              "let the AWS CLI get the keys: eval \"$(aws configure export-credentials --profile " +
                  shared.profile() + " --format env)\"");
}

// What a profile has besides a role with a source; none: nothing.
Result<ProviderPtr> profile_credentials(const ProviderWorld& world,
                                        const sys::Environment& environment,
                                        const SharedConfig& shared, const RoleAccess& access,
                                        bool use_environment) {
  auto identity = TRY(find_web_identity(environment, shared, use_environment, access.session_name));
  if (identity)
    return kept(world, TRY(WebIdentityCredentials::create(world.outside, access.sts, world.files,
                                                          *std::move(identity))));
  auto sign_in = TRY(find_sign_in(environment, shared));
  if (sign_in) {
    auto endpoints = TRY(find_sign_in_endpoints(environment, shared, sign_in->region));
    return kept(world,
                TRY(SignInCredentials::create(world.outside, access.sts, std::move(endpoints),
                                              world.files, *std::move(sign_in))));
  }
  auto stored = TRY(keys_of_credentials_file(shared));
  if (stored) return fixed(world, *std::move(stored));
  TRY(refuse_login(shared));
  const auto program = TRY(shared.setting_of_both("credential_process"));
  if (!program.empty())
    return kept(world, TRY(ProcessCredentials::create(world.outside.loop, world.processes, program,
                                                      environment.all(), shared.profile())));
  auto configured = TRY(keys_of_config_file(shared));
  if (configured) return fixed(world, *std::move(configured));
  return ProviderPtr();
}

// Finds a profile's role and, behind it, the keys to assume it with.
class RoleFinder {
 public:
  RoleFinder(const ProviderWorld& world, const sys::Environment& environment,
             const RoleAccess& access)
      : world_(world), environment_(environment), access_(access) {}

  // botocore: a role for a web identity is another thing, wherever the profile stands in a chain.
  static Result<bool> has_role(const SharedConfig& shared) {
    const auto role = TRY(shared.setting_of_both("role_arn"));
    const auto token_file = TRY(shared.setting_of_both("web_identity_token_file"));
    return !role.empty() && token_file.empty();
  }

  Result<ProviderPtr> provider_of(const SharedConfig& shared) {
    const auto& name = shared.profile();
    if (!seen_.insert(name).second)
      return fail(Code::kUsage, "the profile `" + name + "` is its own source (source_profile)");
    if (seen_.size() > kRolesInARowMax)
      return fail(Code::kUsage, "more than " + std::to_string(kRolesInARowMax) +
                                    " roles in a row, up to that of the profile `" + name + "`");
    auto role = TRY(role_of(shared));
    auto source = TRY(source_of(shared));
    return role_credentials(world_, access_, std::move(source), std::move(role));
  }

 private:
  Result<Role> role_of(const SharedConfig& shared) const {
    constexpr long long kShortest = 900;  // STS: DurationSeconds.
    constexpr long long kLongest = 43'200;
    Role role;
    role.arn = TRY(shared.setting_of_both("role_arn"));
    role.session_name = TRY(shared.setting_of_both("role_session_name"));
    if (role.session_name.empty()) role.session_name = access_.session_name;
    role.external_id = TRY(shared.setting_of_both("external_id"));
    role.mfa_serial = TRY(shared.setting_of_both("mfa_serial"));
    const auto duration = TRY(shared.setting_of_both("duration_seconds"));
    if (duration.empty()) return role;
    const auto seconds = parse_integer(duration, kShortest, kLongest);
    if (!seconds)
      return fail(Code::kUsage, "duration_seconds of the profile `" + shared.profile() +
                                    "` is not a number from 900 to 43200");
    role.duration_seconds = static_cast<int>(*seconds);
    return role;
  }

  Result<ProviderPtr> source_of(const SharedConfig& shared) {
    const auto profile = TRY(shared.setting_of_both("source_profile"));
    const auto kind = TRY(shared.setting_of_both("credential_source"));
    const std::string name = "the profile `" + shared.profile() + "`";
    if (!profile.empty() && !kind.empty())
      return fail(Code::kUsage, name + " has both source_profile and credential_source");
    if (kind == "Environment") {
      auto keys = TRY(keys_of_environment(environment_));
      if (keys) return fixed(world_, *std::move(keys));
      return fail(Code::kUsage, name + " takes its keys from the environment, where none are set");
    }
    if (kind == "EcsContainer") return container_credentials(world_, environment_);
    if (kind == "Ec2InstanceMetadata") return instance_credentials(world_, environment_, shared);
    if (profile.empty())
      return fail(Code::kUsage, kind.empty() ? name +
                                                   " has role_arn, but neither source_profile nor "
                                                   "credential_source"
                                             : "credential_source of " + name +
                                                   " is none of Environment, "
                                                   "EcsContainer and Ec2InstanceMetadata");
    const auto source =
        TRY_DURING(shared.with_profile(profile), "while reading source_profile of " + name);
    // A profile that is its own source, or that has keys of its own, gives those.
    const bool has_keys = TRY(has_static_keys(source));
    if (!has_keys && TRY(has_role(source))) return provider_of(source);
    auto own = TRY(profile_credentials(world_, environment_, source, access_, false));
    if (own) return own;
    return fail(Code::kUsage,
                "the profile `" + profile + "`, the source_profile of " + name + ", has no keys");
  }

  static Result<bool> has_static_keys(const SharedConfig& shared) {
    for (const char* name : {"aws_access_key_id", "aws_secret_access_key"})
      if (!TRY(shared.setting_of_both(name)).empty()) return true;
    return false;
  }

  const ProviderWorld& world_;
  const sys::Environment& environment_;
  const RoleAccess& access_;
  std::set<std::string> seen_;
};

}  // namespace

Result<ProviderPtr> sdk_credentials(const ProviderWorld& world, const sys::Environment& environment,
                                    const SharedConfig& shared, const RoleAccess& access) {
  if (!shared.is_explicit()) {
    auto keys = TRY(keys_of_environment(environment));
    if (keys) return fixed(world, *std::move(keys));
  }
  if (TRY(RoleFinder::has_role(shared)))
    return RoleFinder(world, environment, access).provider_of(shared);
  auto own = TRY(profile_credentials(world, environment, shared, access, !shared.is_explicit()));
  if (own) return own;
  const auto container = TRY(find_container(environment));
  if (container) return container_credentials(world, environment);
  auto place = TRY(find_instance(environment, shared));
  if (!place) return fail(none_found(Code::kUsage, shared, ""));
  auto instance = std::make_unique<InstanceCredentials>(world.outside.http, *std::move(place));
  return kept(world, std::make_unique<LastPlace>(
                         std::move(instance),
                         none_found(Code::kDenied, shared, " nor from this machine's role")));
}

Result<ProviderPtr> container_credentials(const ProviderWorld& world,
                                          const sys::Environment& environment) {
  auto place = TRY(find_container(environment));
  if (!place)
    return fail(Code::kUsage,
                "no container's credentials: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set",
                "ECS sets it in a task that has a task role (taskRoleArn)");
  return kept(world, std::make_unique<ContainerCredentials>(world.outside.loop, world.outside.http,
                                                            world.files, *std::move(place)));
}

Result<ProviderPtr> instance_credentials(const ProviderWorld& world,
                                         const sys::Environment& environment,
                                         const SharedConfig& shared) {
  auto place = TRY(find_instance(environment, shared));
  if (!place)
    return fail(Code::kUsage,
                "no machine's credentials: the metadata service is switched off "
                "(AWS_EC2_METADATA_DISABLED)");
  return kept(world, std::make_unique<InstanceCredentials>(world.outside.http, *std::move(place)));
}

Result<ProviderPtr> container_or_instance_credentials(const ProviderWorld& world,
                                                      const sys::Environment& environment,
                                                      const SharedConfig& shared) {
  const auto container = TRY(find_container(environment));
  if (container) return container_credentials(world, environment);
  return instance_credentials(world, environment, shared);
}

Result<ProviderPtr> role_credentials(const ProviderWorld& world, const RoleAccess& access,
                                     ProviderPtr source, Role role) {
  auto assumed = TRY(AssumedRole::create(world.outside, access.sts, std::move(source),
                                         std::move(role), world.codes));
  return kept(world, std::move(assumed));
}

}  // namespace runtask::aws
