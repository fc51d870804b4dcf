#include "aws/sign_in.h"

#include <openssl/sha.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/json_text.h"
#include "base/text.h"

namespace runtask::aws {
namespace {

std::string sha1_hex(const std::string& text) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  (void)::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return hex(digest);
}

// Before 2020 the AWS CLI wrote "2020-01-31T12:34:56UTC".
Result<WallTime> parse_time(std::string text) {
  if (text.ends_with("UTC")) text.replace(text.size() - 3, 3, "Z");
  return parse_iso_time(text);
}

// Whole seconds, as the AWS CLI writes and reads them.
std::string time_text(WallTime time) {
  return iso_time(time).substr(0, std::string_view("2026-01-31T12:34:56").size()) + "Z";
}

// The profile's settings with those of the session that it names.
Result<std::map<std::string, std::string>> settings_with_session(const SharedConfig& shared,
                                                                 const std::string& session) {
  auto settings = shared.config().values;
  const auto credentials = TRY(shared.credentials());
  for (const auto& [name, value] : credentials.values)
    settings[name] = value;
  if (session.empty()) return settings;
  const auto section = TRY(shared.sso_session(session));
  for (const auto& [name, value] : section.values) {
    const auto [own, is_new] = settings.emplace(name, value);
    if (is_new || own->second == value) continue;
    return fail(Code::kUsage, name + " of the profile `" + shared.profile() +
                                  "` is not that of its [sso-session " + session + "]");
  }
  return settings;
}

}  // namespace

std::string SignInPlace::hint() const {
  return "sign in: aws sso login " + (session.empty() ? "--profile " + shell_quoted(profile)
                                                      : "--sso-session " + shell_quoted(session));
}

Result<std::optional<SignInPlace>> find_sign_in(const sys::Environment& environment,
                                                const SharedConfig& shared) {
  SignInPlace place;
  place.profile = shared.profile();
  place.account_id = TRY(shared.setting_of_both("sso_account_id"));
  place.role_name = TRY(shared.setting_of_both("sso_role_name"));
  if (place.account_id.empty() && place.role_name.empty()) return std::optional<SignInPlace>();
  place.session = TRY(shared.setting_of_both("sso_session"));
  const auto settings = TRY(settings_with_session(shared, place.session));
  std::vector<std::string> missing;
  for (const auto& [name, value] : {std::pair("sso_role_name", &place.role_name),
                                    {"sso_account_id", &place.account_id},
                                    {"sso_start_url", &place.start_url},
                                    {"sso_region", &place.region}}) {
    const auto found = settings.find(name);
    if (found != settings.end()) *value = found->second;
    if (value->empty()) missing.emplace_back(name);
  }
  if (!missing.empty())
    return fail(Code::kUsage, "the profile `" + place.profile +
                                  "` gets its credentials from IAM Identity Center, but lacks " +
                                  join(missing, ", "));
  const auto home = environment.get_non_empty("HOME");
  if (!home)
    return fail(Code::kUsage, "the token of IAM Identity Center is in ~, but HOME is not set");
  place.token_path = *home + "/.aws/sso/cache/" +
                     sha1_hex(place.session.empty() ? place.start_url : place.session) + ".json";
  return std::optional(std::move(place));
}

bool SignInToken::can_be_prolonged(WallTime now) const {
  return !refresh_token.empty() && !client_id.empty() && !client_secret.empty() &&
         registration_expiry && *registration_expiry > now;
}

Result<SignInToken> read_sign_in_token(const std::string& file_text, const std::string& path) {
  const auto file = json::parse(file_text, "token");
  const auto unreadable = [&] { return fail(Code::kInvalid, "there is no token in " + path); };
  if (!file || !file->is_object()) return unreadable();
  SignInToken token;
  token.access_token = Secret(json::text_of(*file, "accessToken"));
  const auto expiry = parse_time(json::text_of(*file, "expiresAt"));
  if (token.access_token.empty() || !expiry) return unreadable();
  token.expiry = *expiry;
  token.refresh_token = Secret(json::text_of(*file, "refreshToken"));
  token.client_id = json::text_of(*file, "clientId");
  token.client_secret = Secret(json::text_of(*file, "clientSecret"));
  if (const auto registered = parse_time(json::text_of(*file, "registrationExpiresAt")))
    token.registration_expiry = *registered;
  return token;
}

std::string write_sign_in_token(const std::string& file_text, const SignInToken& token) {
  auto parsed = json::parse(file_text, "token");
  json::Value file = parsed && parsed->is_object() ? *std::move(parsed) : json::Value::object();
  file["accessToken"] = token.access_token.reveal();
  file["expiresAt"] = time_text(token.expiry);
  if (!token.refresh_token.empty()) file["refreshToken"] = token.refresh_token.reveal();
  return json::to_text(file);
}

std::string prolong_request(const SignInToken& token) {
  json::Value request = json::Value::object();
  request["clientId"] = token.client_id;
  request["clientSecret"] = token.client_secret.reveal();
  request["grantType"] = "refresh_token";
  request["refreshToken"] = token.refresh_token.reveal();
  return json::to_text(request);
}

Result<SignInToken> read_prolonged(const std::string& reply, SignInToken token, WallTime now) {
  constexpr long long kLongest = 366LL * 24 * 3600;
  const auto answer = json::parse(reply, "reply");
  const auto unreadable = [] {
    return fail(Code::kInvalid, "the answer to prolonging the sign-in cannot be understood");
  };
  if (!answer || !answer->is_object()) return unreadable();
  const auto seconds = answer->find("expiresIn");
  token.access_token = Secret(json::text_of(*answer, "accessToken"));
  if (token.access_token.empty() || seconds == answer->end() || !seconds->is_number_integer())
    return unreadable();
  const auto count = seconds->get<long long>();
  if (count <= 0 || count > kLongest) return unreadable();
  token.expiry = now + std::chrono::seconds(count);
  if (auto refresh = json::text_of(*answer, "refreshToken"); !refresh.empty())
    token.refresh_token = Secret(std::move(refresh));
  return token;
}

}  // namespace runtask::aws
