#include "local/sts_service.h"

#include <algorithm>

#include "base/text.h"
#include "ecs/life_cycle.h"
#include "local/state_directory.h"

namespace runtask::local {
namespace {

// STS API: AssumeRole.
constexpr int kDurationMin = 900;
constexpr int kDurationMax = 43'200;
constexpr int kDurationDefault = 3'600;
constexpr std::size_t kRoleArnMin = 20;
constexpr std::size_t kRoleArnMax = 2048;
constexpr std::size_t kSessionNameMin = 2;
constexpr std::size_t kSessionNameMax = 64;
constexpr std::size_t kSessionTokenDigits = 128;

std::string field(const ecs::FormFields& form, const char* name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

tl::unexpected<ApiError> validation_error(std::string message) {
  return refuse("ValidationError", std::move(message));
}

bool is_session_name(std::string_view name) {
  return name.size() >= kSessionNameMin && name.size() <= kSessionNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("_+=,.@-").find(c) != std::string_view::npos;
         });
}

}  // namespace

StsService::StsService(Store& store, Authenticator& authenticator, sys::Random& random,
                       std::string account)
    : store_(store), authenticator_(authenticator), random_(random), account_(std::move(account)) {}

Answer<std::string> StsService::answer(const ecs::FormFields& form, const Caller& caller,
                                       WallTime now, const std::string& request_id) {
  const std::string action = field(form, "Action");
  if (action == "GetCallerIdentity")
    return ecs::to_xml(ecs::GetCallerIdentityReply{caller.arn, caller.id, account_}, request_id);
  if (action == "AssumeRole") {
    const auto reply = TRY_ANSWER(assume_role(form, now));
    return ecs::to_xml(reply, request_id);
  }
  return refuse("InvalidAction",
                "Could not find operation " + valid_utf8(action) + " for version 2011-06-15");
}

Answer<ecs::AssumeRoleReply> StsService::assume_role(const ecs::FormFields& form, WallTime now) {
  const std::string role = field(form, "RoleArn");
  const std::string name = field(form, "RoleSessionName");
  const std::string seconds = field(form, "DurationSeconds");
  const auto arn = ecs::parse_arn(role);
  if (role.size() < kRoleArnMin || role.size() > kRoleArnMax || !arn ||
      !arn->resource.starts_with("role/") || !is_valid_utf8(role))
    return validation_error(valid_utf8(role) + " is invalid");
  if (!is_session_name(name))
    return validation_error("roleSessionName must have 2 to 64 characters of [\\w+=,.@-]");
  const auto duration =
      seconds.empty() ? kDurationDefault : parse_integer(seconds, kDurationMin, kDurationMax);
  if (!duration) return validation_error("durationSeconds must be between 900 and 43200");

  const ecs::SigningKeys keys = make_keys(random_);
  Session session;
  session.access_key_id = keys.access_key_id;
  session.secret_access_key = keys.secret_access_key.reveal();
  session.session_token = random_.hex_digits(kSessionTokenDigits);
  session.caller_arn =
      "arn:aws:sts::" + account_ + ":assumed-role/" + ecs::last_part(role) + "/" + name;
  session.caller_id = "AROA" + random_.hex_digits(16) + ":" + name;
  session.expires_at = now + std::chrono::seconds(*duration);
  if (const auto stored = store_.add(session); !stored)
    return refuse(ecs::error_name::kServer,
                  "The embedded endpoint cannot store the keys: " + stored.error().message);
  authenticator_.add(session);
  ecs::AssumeRoleReply reply;
  reply.access_key_id = session.access_key_id;
  reply.secret_access_key = session.secret_access_key;
  reply.session_token = session.session_token;
  reply.expiration = session.expires_at;
  reply.assumed_role_arn = session.caller_arn;
  reply.assumed_role_id = session.caller_id;
  return reply;
}

}  // namespace runtask::local
