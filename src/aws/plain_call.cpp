#include "aws/plain_call.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "aws/reply.h"
#include "aws/request.h"
#include "base/json.h"
#include "base/text.h"

namespace runtask::aws {
namespace {

constexpr std::size_t kReplyBytesMax = 256U << 10U;

// REST services name an error in a header ("UnauthorizedException:http://...") or, of OAuth, in
// `error` and `error_description`; written as ECS writes it, so that it is read as such.
std::string as_ecs_error(const sys::HttpReply& reply) {
  auto body = json::parse(reply.body, "reply");
  if (!body || !body->is_object()) return reply.body;
  const auto move = [&](const char* from, const char* to) {
    const auto member = body->find(from);
    if (member == body->end() || !member->is_string() || body->contains(to)) return;
    (*body)[to] = json::Value(*member);
  };
  const std::string name(sys::header_value(reply.headers, "x-amzn-ErrorType"));
  if (!name.empty() && !body->contains("__type")) (*body)["__type"] = valid_utf8(name);
  move("error", "__type");
  move("error_description", "message");
  return json::to_text(*body);
}

}  // namespace

PlainCall::PlainCall(const Client::Outside& outside, const ClientOptions& options,
                     Endpoint endpoint, Request request, Done done)
    : outside_(outside),
      options_(options),
      endpoint_(std::move(endpoint)),
      request_(std::move(request)),
      done_(std::move(done)) {}

void PlainCall::attempt() {
  ++attempts_;
  sys::HttpRequest request;
  request.method = request_.method;
  request.url = endpoint_.url + (endpoint_.url.ends_with('/') ? "" : "/") + request_.path;
  request.headers = request_.headers;
  request.headers.push_back({"Host", endpoint_.host});
  request.headers.push_back({"Accept", "application/json"});
  if (!options_.user_agent.empty()) request.headers.push_back({"User-Agent", options_.user_agent});
  request.body = request_.body;
  request.connect_timeout = options_.connect_timeout;
  request.timeout = options_.timeout;
  request.silence_max = options_.silence_max.value_or(kSilenceMax);
  request.reply_bytes_max = kReplyBytesMax;
  step_ = outside_.http.send(std::move(request),
                             [this](const sys::HttpResult& result) { receive(result); });
}

void PlainCall::receive(const sys::HttpResult& result) {
  if (!result) return decide(no_reply({{}, request_.operation, {}}, endpoint_, result.error()));
  if (result->status >= 200 && result->status < 300) return end(result->body);
  const auto content_type = lower_case(sys::header_value(result->headers, "Content-Type"));
  decide(ecs::read_error(request_.operation, result->status, content_type, as_ecs_error(*result)));
}

void PlainCall::decide(ecs::CallError error) {
  if (!is_worth_another(error, Repeat::kAnyTime) || attempts_ >= options_.attempts_max) {
    if (attempts_ > 1)
      error.error.context.push_back("after " + std::to_string(attempts_) + " attempts");
    return end(tl::unexpected(std::move(error)));
  }
  step_ = outside_.loop.after(backoff(attempts_, random_fraction(outside_.random)),
                              [this] { attempt(); });
}

void PlainCall::end(tl::expected<std::string, ecs::CallError> result) {
  if (!result)
    for (const auto& secret : request_.secrets)
      mask(result.error().error, secret);
  const auto done = std::move(done_);  // It may destroy this.
  done(std::move(result));
}

}  // namespace runtask::aws
