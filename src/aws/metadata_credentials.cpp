#include "aws/metadata_credentials.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "aws/endpoint.h"
#include "aws/retry.h"
#include "base/json.h"
#include "base/json_text.h"
#include "base/text.h"

namespace runtask::aws {
namespace {

constexpr std::size_t kReplyBytesMax = 64U << 10U;
constexpr std::size_t kWordsBytesMax = 200;
constexpr std::size_t kTokenBytesMax = 16U << 10U;
constexpr int kOk = 200;

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

sys::HttpRequest request_of(const char* method, std::string url, Duration timeout) {
  sys::HttpRequest request;
  request.method = method;
  request.url = std::move(url);
  request.connect_timeout = timeout;
  request.timeout = timeout;
  request.reply_bytes_max = kReplyBytesMax;
  request.is_direct = true;
  return request;
}

// Never with the body, which holds the keys or half of them.
Error unreadable(const std::string& where) {
  return {Code::kInvalid, "the answer of " + where + " holds no credentials", {}, {}};
}

// What an answer says went wrong: its code and message, and nothing else of it.
std::string words_of_error(const std::string& body, const Secret& token) {
  const auto answer = json::parse(body, "answer");
  if (!answer || !answer->is_object()) return {};
  std::string words;
  for (const char* name : {"code", "Code", "message", "Message"}) {
    const auto text = json::text_of(*answer, name);
    if (!text.empty()) words += (words.empty() ? ": " : ", ") + text;
  }
  if (!token.empty() && words.find(token.reveal()) != std::string::npos) return {};
  words = valid_utf8(words);
  std::replace_if(
      words.begin(), words.end(), [](unsigned char it) { return it < 0x20 || it == 0x7F; }, ' ');
  return words.substr(0, utf8_prefix(words, kWordsBytesMax));
}

// {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}, as both kinds of server answer.
// `token`: what the server was asked with, which it may repeat.
Result<Credentials> read_keys(const std::string& body, const std::string& where, std::string source,
                              const Secret& token) {
  const auto answer = json::parse(body, "answer");
  if (!answer || !answer->is_object()) return fail(unreadable(where));
  const auto code = json::text_of(*answer, "Code");
  if (!code.empty() && code != "Success")
    return fail(Code::kUnavailable, where + " gives no credentials" + words_of_error(body, token));
  Credentials found;
  found.source = std::move(source);
  found.keys.access_key_id = json::text_of(*answer, "AccessKeyId");
  found.keys.secret_access_key = Secret(json::text_of(*answer, "SecretAccessKey"));
  found.keys.session_token = Secret(json::text_of(*answer, "Token"));
  if (found.keys.access_key_id.empty() || found.keys.secret_access_key.empty())
    return fail(unreadable(where));
  const auto expiration = json::text_of(*answer, "Expiration");
  if (expiration.empty()) return found;
  const auto expiry = parse_iso_time(expiration);
  if (!expiry) return fail(unreadable(where));
  found.expiry = *expiry;
  return found;
}

// Where plain http is as private as https: this machine, and the link to the one that it runs on.
bool is_metadata_host(const Endpoint& endpoint) {
  constexpr std::array<std::string_view, 3> kHosts = {"169.254.170.2", "169.254.170.23",
                                                      "[fd00:ec2::23]"};
  auto host = endpoint.host;
  if (const auto colon = host.rfind(':');
      colon != std::string::npos && host.find(']', colon) == std::string::npos)
    host.resize(colon);
  return endpoint.is_https || endpoint.is_loopback ||
         std::find(kHosts.begin(), kHosts.end(), host) != kHosts.end();
}

// A token that would end a header's line is refused, and is not shown.
Result<Secret> checked_token(std::string token, const std::string& source) {
  if (token.ends_with('\n')) token.pop_back();  // As an editor leaves it in a file.
  if (token.ends_with('\r')) token.pop_back();
  const bool is_one_line = token.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
  if (is_one_line && token.size() <= kTokenBytesMax) return Secret(std::move(token));
  return fail(Code::kUsage, "the authorization token in " + source + " is not one line of text");
}

}  // namespace

Result<std::optional<ContainerPlace>> find_container(const sys::Environment& environment) {
  const auto get = [&](const char* name) { return environment.get_non_empty(name).value_or(""); };
  const std::string relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  const std::string full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
  std::string variable = relative;
  std::string url = get(relative.c_str());
  if (!url.empty()) {
    if (!url.starts_with('/') || !is_plain(url))
      return fail(Code::kUsage, relative + " is not a path");
    url.insert(0, "http://169.254.170.2");
  } else {
    variable = full;
    url = get(full.c_str());
  }
  if (url.empty()) return std::optional<ContainerPlace>();
  const auto query = std::min(url.find('?'), url.size());
  if (!is_plain(url)) return fail(Code::kUsage, full + " is not a URL");
  const auto endpoint = parse_endpoint(url.substr(0, query), variable);
  if (!endpoint) return fail(Code::kUsage, variable + " is not a URL of http or https");
  if (!is_metadata_host(*endpoint))
    return fail(Code::kDenied,
                variable + " names " + endpoint->host +
                    ": credentials are not asked for there by plain http",
                "use https, a loopback address, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]");
  ContainerPlace place;
  place.url = endpoint->url + url.substr(query);
  place.host = endpoint->host;
  place.token_file = get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (place.token_file.empty()) {
    const std::string token = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    place.token = TRY(checked_token(get(token.c_str()), token));
  }
  return std::optional(std::move(place));
}

// ---- Container

class ContainerCredentials::Fetch final : public sys::Pending {
 public:
  Fetch(ContainerCredentials& provider, Done done) : provider_(provider), done_(std::move(done)) {}

  void attempt() {
    ++attempts_;
    const auto& place = provider_.place_;
    auto token = read_token();
    if (!token) {
      step_ = provider_.loop_.after(Duration(0),
                                    [this, error = token.error()] { end(fail(Error(error))); });
      return;
    }
    token_ = *std::move(token);
    auto request = request_of("GET", place.url, kTimeout);
    request.headers.push_back({"Accept", "application/json"});
    if (!token_.empty()) request.headers.push_back({"Authorization", token_.reveal()});
    step_ = provider_.http_.send(std::move(request),
                                 [this](const sys::HttpResult& result) { receive(result); });
  }

 private:
  [[nodiscard]] std::string where() const {
    return "the container's credentials server (" + provider_.place_.host + ")";
  }

  Result<Secret> read_token() const {
    const auto& place = provider_.place_;
    if (place.token_file.empty()) return place.token;
    auto text = TRY_DURING(provider_.files_.read(place.token_file),
                           "while reading AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    return checked_token(std::move(text), place.token_file);
  }

  void receive(const sys::HttpResult& result) {
    constexpr int kServerError = 500;
    constexpr int kTooManyRequests = 429;
    if (!result)
      return try_again({result.error().error.code,
                        where() + " does not answer: " + result.error().error.message,
                        {},
                        {}});
    if (result->status == kOk)
      return end(read_keys(result->body, where(), "the container's metadata", token_));
    Error error{Code::kDenied,
                where() + " answered with status " + std::to_string(result->status) +
                    words_of_error(result->body, token_),
                {},
                {}};
    const bool may_pass = result->status >= kServerError || result->status == kTooManyRequests;
    if (!may_pass) return end(fail(std::move(error)));
    error.code = Code::kUnavailable;
    try_again(std::move(error));
  }

  void try_again(Error error) {
    if (attempts_ >= kAttemptsMax) return end(fail(std::move(error)));
    step_ = provider_.loop_.after(kPause, [this] { attempt(); });
  }

  void end(Result<Credentials> result) {
    const auto done = std::move(done_);  // It may destroy this.
    done(std::move(result));
  }

  ContainerCredentials& provider_;
  Done done_;
  int attempts_ = 0;
  Secret token_;  // Of the attempt under way.
  sys::PendingPtr step_;
};

sys::PendingPtr ContainerCredentials::get(Done done) {
  auto fetch = std::make_unique<Fetch>(*this, std::move(done));
  fetch->attempt();
  return fetch;
}

// ---- Instance

Result<std::optional<InstancePlace>> find_instance(const sys::Environment& environment,
                                                   const SharedConfig& shared) {
  const auto find = [&](const std::string& name) {
    const auto variable = environment.get_non_empty("AWS_" + name);
    return variable ? *variable : shared.setting(lower_case(name));
  };
  if (lower_case(environment.get("AWS_EC2_METADATA_DISABLED").value_or("")) == "true")
    return std::optional<InstancePlace>();
  auto mode = lower_case(find("EC2_METADATA_SERVICE_ENDPOINT_MODE"));
  if (mode.empty() && lower_case(find("IMDS_USE_IPV6")) == "true") mode = "ipv6";
  if (!mode.empty() && mode != "ipv4" && mode != "ipv6")
    return fail(Code::kUsage, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6");
  auto url = find("EC2_METADATA_SERVICE_ENDPOINT");
  if (url.empty()) url = mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  auto endpoint = TRY(parse_endpoint(url, "AWS_EC2_METADATA_SERVICE_ENDPOINT"));
  InstancePlace place;
  place.url = std::move(endpoint.url);
  if (!place.url.ends_with('/')) place.url += '/';
  place.is_first_version_allowed = lower_case(find("EC2_METADATA_V1_DISABLED")) != "true";
  const auto find_number = [&](const std::string& name, long long usual,
                               long long most) -> Result<long long> {
    const auto words = find(name);
    if (words.empty()) return usual;
    if (const auto number = parse_integer(words, 1, most)) return *number;
    return fail(Code::kUsage, "AWS_" + name + " (or " + lower_case(name) + ") is `" +
                                  valid_utf8(words) + "`, not a number from 1 to " +
                                  std::to_string(most));
  };
  constexpr long long kSecondsMax = 3600;
  const auto usual_seconds = std::chrono::duration_cast<std::chrono::seconds>(place.timeout);
  place.timeout = std::chrono::seconds(
      TRY(find_number("METADATA_SERVICE_TIMEOUT", usual_seconds.count(), kSecondsMax)));
  place.attempts_max = static_cast<int>(
      TRY(find_number("METADATA_SERVICE_NUM_ATTEMPTS", place.attempts_max, kAttemptsLimit)));
  return std::optional(std::move(place));
}

class InstanceCredentials::Fetch final : public sys::Pending {
 public:
  Fetch(InstanceCredentials& provider, Done done) : provider_(provider), done_(std::move(done)) {}

  void start() {
    request_ = request_to("PUT", "latest/api/token");
    request_.headers.push_back({"x-aws-ec2-metadata-token-ttl-seconds", "21600"});
    is_token_asked_for_ = true;
    send([this](const sys::HttpReply& reply) { take_token(reply); });
  }

 private:
  using Next = std::function<void(const sys::HttpReply&)>;
  static constexpr const char* kRoles = "latest/meta-data/iam/security-credentials/";

  [[nodiscard]] std::string where() const {
    return "the machine's metadata service (" + provider_.place_.url + ")";
  }

  [[nodiscard]] sys::HttpRequest request_to(const char* method, const std::string& path) const {
    return request_of(method, provider_.place_.url + path, provider_.place_.timeout);
  }
  // The request, until an attempt has an answer that may be final.
  void send(Next next) {
    next_ = std::move(next);
    attempts_ = 0;
    attempt();
  }
  void attempt() {
    ++attempts_;
    step_ =
        provider_.http_.send(request_, [this](const sys::HttpResult& result) { receive(result); });
  }
  void get(const std::string& path, Next next) {
    request_ = request_to("GET", path);
    if (!token_.empty()) request_.headers.push_back({"x-aws-ec2-metadata-token", token_.reveal()});
    is_token_asked_for_ = false;
    send(std::move(next));
  }
  void get_roles() {
    get(kRoles, [this](const sys::HttpReply& roles) { take_roles(roles); });
  }

  void receive(const sys::HttpResult& result) {
    constexpr int kServerError = 500;
    constexpr int kTooManyRequests = 429;
    const bool is_silent =
        !result && result.error().error.code == Code::kTimeout && result.error().may_have_arrived;
    if (is_token_asked_for_ && is_silent && provider_.place_.is_first_version_allowed)
      return get_roles();
    const bool may_pass =
        !result || result->status >= kServerError || result->status == kTooManyRequests;
    if (may_pass && attempts_ < provider_.place_.attempts_max) return attempt();
    const auto next = std::move(next_);  // It sets the next one.
    if (result) return next(*result);
    end(fail(Code::kNotFound, where() + " does not answer: " + result.error().error.message));
  }

  void take_token(const sys::HttpReply& reply) {
    constexpr std::array<int, 3> kFirstVersionOnly = {403, 404, 405};
    const std::string token(trimmed(reply.body));
    const bool is_token = reply.status == kOk && !token.empty() && is_plain(token);
    const bool is_first_version = std::find(kFirstVersionOnly.begin(), kFirstVersionOnly.end(),
                                            reply.status) != kFirstVersionOnly.end();
    if (is_token) token_ = Secret(token);
    if (is_token || (is_first_version && provider_.place_.is_first_version_allowed))
      return get_roles();
    end(fail(reply.status == kOk ? unreadable(where()) : refused(reply)));
  }

  void take_roles(const sys::HttpReply& reply) {
    constexpr int kNoSuchPath = 404;
    if (reply.status == kNoSuchPath)
      return end(fail(Code::kNotFound, "this machine has no role (instance profile)"));
    if (reply.status != kOk) return end(fail(refused(reply)));
    const std::string body(trimmed(reply.body));
    const std::string role(trimmed(body.substr(0, body.find('\n'))));
    const bool is_name =
        !role.empty() && is_plain(role) && role.find_first_of("/?#%\\") == std::string::npos;
    if (!is_name) return end(fail(unreadable(where())));
    get(kRoles + role, [this, role](const sys::HttpReply& keys) {
      if (keys.status != kOk) return end(fail(refused(keys)));
      end(read_keys(keys.body, where(), "the machine's role `" + role + "`", token_));
    });
  }

  [[nodiscard]] Error refused(const sys::HttpReply& reply) const {
    return {Code::kUnavailable,
            where() + " answered with status " + std::to_string(reply.status),
            {},
            {}};
  }

  void end(Result<Credentials> result) {
    const auto done = std::move(done_);  // It may destroy this.
    done(std::move(result));
  }

  InstanceCredentials& provider_;
  Done done_;
  Secret token_;
  sys::HttpRequest request_;  // Under way,
  bool is_token_asked_for_ = false;
  int attempts_ = 0;
  Next next_;  // and what takes its answer.
  sys::PendingPtr step_;
};

sys::PendingPtr InstanceCredentials::get(Done done) {
  auto fetch = std::make_unique<Fetch>(*this, std::move(done));
  fetch->start();
  return fetch;
}

}  // namespace runtask::aws
