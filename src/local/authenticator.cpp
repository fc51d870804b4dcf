#include "local/authenticator.h"

#include <algorithm>

#include "base/text.h"
#include "local/state_directory.h"

namespace runtask::local {
namespace {

namespace error_name = ecs::error_name;

constexpr auto kWindow = std::chrono::minutes(5);
constexpr std::size_t kDerivedKeysMax = 64;
constexpr std::string_view kExpiredToken = "ExpiredTokenException";

tl::unexpected<ApiError> invalid_signature(std::string message) {
  return refuse(error_name::kInvalidSignature, std::move(message));
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// The words of AWS for a request that was signed too long ago, or for a time to come.
Answer<void> check_time(const std::string& amz_date, WallTime now) {
  const auto signed_at = parse_iso_time(amz_date);
  if (!signed_at || amz_date != compact_time(*signed_at))
    return refuse(error_name::kIncompleteSignature,
                  "Date must be in ISO-8601 'basic format'. Got '" + valid_utf8(amz_date) + "'.");
  const std::string time = compact_time(*signed_at);
  if (*signed_at < now - kWindow)
    return invalid_signature("Signature expired: " + time + " is now earlier than " +
                             compact_time(now - kWindow) + " (" + compact_time(now) + " - 5 min.)");
  if (*signed_at > now + kWindow)
    return invalid_signature("Signature not yet current: " + time + " is still later than " +
                             compact_time(now + kWindow) + " (" + compact_time(now) + " + 5 min.)");
  return {};
}

Answer<void> check_scope(const ecs::Authorization& authorization, ecs::Service service,
                         const std::string& amz_date) {
  const auto& scope = authorization.scope;
  if (scope.date != amz_date.substr(0, 8))
    return invalid_signature(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 "
        "version of date from HTTP.");
  if (scope.service != ecs::signing_name(service))
    return invalid_signature("Credential should be scoped to correct service: '" +
                             std::string(ecs::signing_name(service)) + "'.");
  return {};
}

// What a signature must cover so that nothing that decides about the request can be exchanged.
Answer<void> check_signed_headers(const sys::ServerRequest& request, ecs::Service service,
                                  const std::vector<std::string>& names) {
  std::vector<std::string_view> needed{"host", "x-amz-date"};
  if (service != ecs::Service::kSts) needed.insert(needed.end(), {"content-type", "x-amz-target"});
  for (const std::string_view name : {"x-amz-security-token", "x-amz-content-sha256"})
    if (!sys::header_value(request.headers, name).empty()) needed.push_back(name);
  for (const std::string_view name : needed)
    if (!contains(names, name))
      return invalid_signature("'" + std::string(name) +
                               "' must be a 'SignedHeader' in the AWS Authorization.");
  return {};
}

Answer<void> check_body_hash(const sys::ServerRequest& request) {
  const std::string_view given = sys::header_value(request.headers, "x-amz-content-sha256");
  if (given.empty() || given == ecs::sha256_hex(request.body)) return {};
  return invalid_signature("The value of x-amz-content-sha256 is not the hash of the body.");
}

ecs::SigningRequest signed_part(const sys::ServerRequest& request,
                                const std::vector<std::string>& names) {
  ecs::SigningRequest part;
  part.method = request.method;
  const auto question = request.target.find('?');
  part.path = request.target.substr(0, question);
  if (question != std::string::npos) part.query = request.target.substr(question + 1);
  for (const auto& header : request.headers) {
    std::string name = lower_case(header.name);
    if (contains(names, name)) part.headers.push_back({std::move(name), header.value});
  }
  part.body = request.body;
  return part;
}

}  // namespace

Authenticator::Authenticator(ecs::SigningKeys keys, Caller owner) {
  const std::string id = keys.access_key_id;
  known_.emplace(id, Known{std::move(keys), std::move(owner), std::nullopt});
}

void Authenticator::add(const Session& session) {
  known_.insert_or_assign(session.access_key_id,
                          Known{{session.access_key_id, Secret(session.secret_access_key),
                                 Secret(session.session_token)},
                                {session.caller_arn, session.caller_id},
                                session.expires_at});
}

Answer<const Authenticator::Known*> Authenticator::find_keys(
    const std::string& access_key_id) const {
  const auto found = known_.find(access_key_id);
  if (found != known_.end()) return &found->second;
  std::string message = "The security token included in the request is invalid.";
  message += access_key_id.starts_with(kKeyPrefix)
                 ? " These keys are of another embedded endpoint: see `runtask local env`."
                 : " This is the embedded endpoint of runtask, and the key is unknown to it: it "
                   "takes only its own keys, see `runtask local env`. Keys of AWS must not be sent "
                   "to it.";
  return refuse(error_name::kUnrecognizedClient, std::move(message));
}

const Secret& Authenticator::key_for(const Known& known, const ecs::SigningScope& scope) {
  const std::string name = known.keys.access_key_id + "/" + scope.text();
  const auto found = derived_.find(name);
  if (found != derived_.end()) return found->second;
  if (derived_.size() >= kDerivedKeysMax) derived_.clear();
  return derived_.emplace(name, ecs::signing_key(known.keys.secret_access_key, scope))
      .first->second;
}

Answer<Caller> Authenticator::verify(const sys::ServerRequest& request, ecs::Service service,
                                     WallTime now) {
  const std::string_view header = sys::header_value(request.headers, "authorization");
  if (header.empty())
    return refuse(error_name::kMissingAuthenticationToken,
                  request.target.find("X-Amz-Signature=") == std::string::npos
                      ? "Missing Authentication Token"
                      : "Signatures in the query are not accepted here.");
  const auto authorization = ecs::parse_authorization(header);
  if (!authorization)
    return refuse(error_name::kIncompleteSignature, authorization.error().message);
  const Known* known = TRY_ANSWER(find_keys(authorization->access_key_id));
  const std::string amz_date(sys::header_value(request.headers, "x-amz-date"));
  if (amz_date.empty())
    return refuse(error_name::kIncompleteSignature,
                  "Authorization header requires existence of 'X-Amz-Date' header.");
  TRY_ANSWER(check_time(amz_date, now));
  TRY_ANSWER(check_scope(*authorization, service, amz_date));
  TRY_ANSWER(check_signed_headers(request, service, authorization->signed_headers));
  TRY_ANSWER(check_body_hash(request));
  const std::string canonical =
      ecs::canonical_request(signed_part(request, authorization->signed_headers));
  const std::string expected =
      ecs::signature(key_for(*known, authorization->scope),
                     ecs::string_to_sign(amz_date, authorization->scope, canonical));
  const bool has_token =
      ecs::equal_in_constant_time(known->keys.session_token.reveal(),
                                  sys::header_value(request.headers, "x-amz-security-token"));
  if (!ecs::equal_in_constant_time(expected, authorization->signature))
    return invalid_signature(
        "The request signature we calculated does not match the signature you provided. Check your "
        "AWS Secret Access Key and signing method. Consult the service documentation for details.");
  if (!has_token)
    return refuse(error_name::kUnrecognizedClient,
                  "The security token included in the request is invalid.");
  if (known->expires_at && *known->expires_at <= now)
    return refuse(kExpiredToken, "The security token included in the request is expired");
  return known->caller;
}

}  // namespace runtask::local
