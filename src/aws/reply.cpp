#include "aws/reply.h"

#include "base/text.h"

namespace runtask::aws {
namespace {

constexpr const char* kRequestIdHeader = "x-amzn-RequestId";

bool is_kind_expected(const CallText& call, const std::string& content_type) {
  // Some servers send none; then the body decides.
  const char* kind = call.service == ecs::Service::kSts ? "xml" : "json";
  return content_type.empty() || content_type.find(kind) != std::string::npos;
}

void mask(std::string& text, const std::string& secret) {
  constexpr std::size_t kCharactersMin = 8;  // Shorter ones are no keys, and are in many words.
  if (secret.size() < kCharactersMin) return;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos;)
    text.replace(at, secret.size(), Secret::masked());
}

void mask(std::string& text, const ecs::SigningKeys& keys) {
  mask(text, keys.secret_access_key.reveal());
  mask(text, keys.session_token.reveal());
}

}  // namespace

tl::expected<std::string, ecs::CallError> read_http_reply(const CallText& call,
                                                          const sys::HttpReply& reply,
                                                          const ecs::SigningKeys& keys) {
  const auto content_type = lower_case(sys::header_value(reply.headers, "Content-Type"));
  const bool is_good = reply.status >= 200 && reply.status < 300;
  if (is_good && is_kind_expected(call, content_type)) return reply.body;

  // Before and after: as it was sent, and as it was written in JSON or XML.
  std::string body = reply.body;
  mask(body, keys);
  auto error = ecs::read_error(call.operation, reply.status, content_type, body);
  mask(error.error.message, keys);
  if (error.request_id.empty())
    error.request_id = valid_utf8(sys::header_value(reply.headers, kRequestIdHeader));
  if (is_good) error.may_have_happened = true;  // Somebody in between may have eaten the reply.
  return tl::unexpected(std::move(error));
}

void mask(Error& error, const Secret& secret) {
  mask(error.message, secret.reveal());
  mask(error.hint, secret.reveal());
  for (auto& line : error.context)
    mask(line, secret.reveal());
}

ecs::CallError no_reply(const CallText& call, const Endpoint& endpoint,
                        const sys::HttpFailure& failure) {
  ecs::CallError error;
  error.error = failure.error;
  error.error.message = call.operation + ": " + failure.error.message;
  const bool was_sent = failure.error.code != Code::kUsage;
  if (was_sent && error.error.hint.empty()) {
    error.error.hint =
        "the address comes from " + endpoint.source +
        (endpoint.is_loopback ? ": is the endpoint running there?"
                              : ": check it, the network, and the proxy (HTTPS_PROXY, NO_PROXY)");
  }
  error.may_have_happened = failure.may_have_arrived;
  return error;
}

ecs::CallError unreadable_reply(const std::string& operation, const Error& why) {
  ecs::CallError error;
  error.error = why;
  error.error.code = Code::kInvalid;
  error.error.message = operation + ": the answer cannot be understood: " + why.message;
  error.error.hint = "either the answer was cut off, or the endpoint is not what it should be";
  error.http_status = 200;
  error.may_have_happened = true;
  return error;
}

}  // namespace runtask::aws
