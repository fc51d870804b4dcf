#include "aws/request.h"

#include <utility>

namespace runtask::aws {

sys::HttpRequest make_request(const CallText& call, const Endpoint& endpoint) {
  sys::HttpRequest request;
  request.method = "POST";
  request.url = endpoint.url;
  request.headers.push_back({"Host", endpoint.host});
  if (call.service == ecs::Service::kSts) {
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
  } else {
    request.headers.push_back({"Content-Type", "application/x-amz-json-1.1"});
    request.headers.push_back(
        {"X-Amz-Target", std::string(ecs::target_prefix(call.service)) + "." + call.operation});
  }
  request.body = call.body;
  // Whoever stops a task must not have to wait for a server that keeps every connection waiting.
  request.is_urgent = call.operation == ecs::StopTask::kName;
  return request;
}

void sign_request(sys::HttpRequest& request, const CallText& call, const Endpoint& endpoint,
                  const Attempt& attempt, const ecs::SigningKeys& keys, const std::string& region) {
  ecs::SigningRequest to_sign{request.method, endpoint.path, {}, {}, request.body};
  for (const auto& header : request.headers)
    to_sign.headers.push_back({header.name, header.value});
  auto added = ecs::sign(std::move(to_sign), keys, region, ecs::signing_name(call.service),
                         attempt.signed_at);
  for (auto& header : added)
    request.headers.push_back({std::move(header.name), std::move(header.value)});
}

void number_request(sys::HttpRequest& request, const Attempt& attempt) {
  request.headers.push_back({"amz-sdk-invocation-id", attempt.invocation_id});
  request.headers.push_back(
      {"amz-sdk-request", "attempt=" + std::to_string(attempt.number) +
                              "; max=" + std::to_string(attempt.attempts_max)});
}

}  // namespace runtask::aws
