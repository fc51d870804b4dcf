#include "aws/credentials.h"

#include <utility>

namespace runtask::aws {
namespace {

Result<Credentials> complete(Credentials credentials, const char* id_name,
                             const char* secret_name) {
  const bool has_id = !credentials.keys.access_key_id.empty();
  const bool has_secret = !credentials.keys.secret_access_key.empty();
  if (has_id && has_secret) return credentials;
  return fail(Code::kUsage, "the credentials in " + credentials.source + " are not complete: " +
                                (has_id ? secret_name : id_name) + " is missing");
}

Result<Credentials> from_section(const ConfigSection& section, std::string source) {
  Credentials found;
  found.source = std::move(source);
  found.keys.access_key_id = section.get("aws_access_key_id");
  found.keys.secret_access_key = Secret(section.get("aws_secret_access_key"));
  found.keys.session_token = Secret(section.get("aws_session_token"));
  if (found.keys.session_token.empty())
    found.keys.session_token = Secret(section.get("aws_security_token"));  // Its name before 2014.
  return complete(std::move(found), "aws_access_key_id", "aws_secret_access_key");
}

bool has_keys(const ConfigSection& section) {
  return !section.get("aws_access_key_id").empty() || !section.get("aws_secret_access_key").empty();
}

}  // namespace

Result<std::optional<Credentials>> keys_of_environment(const sys::Environment& environment) {
  const auto get = [&](const char* name) { return environment.get_non_empty(name).value_or(""); };
  Credentials found;
  found.source = "the environment";
  found.keys.access_key_id = get("AWS_ACCESS_KEY_ID");
  found.keys.secret_access_key = Secret(get("AWS_SECRET_ACCESS_KEY"));
  if (found.keys.access_key_id.empty() && found.keys.secret_access_key.empty())
    return std::optional<Credentials>();
  found.keys.session_token = Secret(get("AWS_SESSION_TOKEN"));
  if (found.keys.session_token.empty())
    found.keys.session_token = Secret(get("AWS_SECURITY_TOKEN"));  // Its name before 2014.
  if (const auto expiry = environment.get_non_empty("AWS_CREDENTIAL_EXPIRATION"))
    found.expiry = TRY_DURING(parse_iso_time(*expiry), "while reading AWS_CREDENTIAL_EXPIRATION");
  return std::optional(
      TRY(complete(std::move(found), "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")));
}

Result<std::optional<Credentials>> keys_of_credentials_file(const SharedConfig& shared) {
  const auto section = TRY(shared.credentials());
  if (!has_keys(section)) return std::optional<Credentials>();
  return std::optional(TRY(from_section(
      section, "the profile `" + shared.profile() + "` of " + shared.credentials_path())));
}

Result<std::optional<Credentials>> keys_of_config_file(const SharedConfig& shared) {
  if (!has_keys(shared.config())) return std::optional<Credentials>();
  return std::optional(TRY(from_section(
      shared.config(), "the profile `" + shared.profile() + "` of " + shared.config_path())));
}

bool CredentialsProvider::refuse(const ecs::SigningKeys& /*keys*/) {
  return true;
}

bool StaticCredentials::refuse(const ecs::SigningKeys& /*keys*/) {
  return false;
}

sys::PendingPtr StaticCredentials::get(Done done) {
  return loop_.after(Duration(0), [this, done = std::move(done)] {
    if (!credentials_.expiry || *credentials_.expiry > loop_.wall_now()) return done(credentials_);
    done(fail(Code::kDenied,
              "the credentials in " + credentials_.source + " expired at " +
                  iso_time(*credentials_.expiry),
              "get new ones (for example `aws sso login`) and try again"));
  });
}

}  // namespace runtask::aws
