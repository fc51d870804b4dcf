#pragma once

#include <string>

#include "aws/endpoint.h"
#include "base/time.h"
#include "ecs/api.h"
#include "ecs/sigv4.h"
#include "sys/http.h"

// One call as HTTP, in one place. Pure; any thread.

namespace runtask::aws {

// What is the same in every attempt of a call.
struct CallText {
  ecs::Service service = ecs::Service::kEcs;
  std::string operation;
  std::string body;  // JSON, or STS' form fields.
  bool is_signed = true;
};

struct Attempt {
  int number = 1;  // From 1.
  int attempts_max = 1;
  std::string invocation_id;  // The same for all attempts of a call.
  WallTime signed_at;         // The server's time, as far as it is known.
};

// The request without signature: POST with Content-Type, X-Amz-Target (not for STS) and Host.
[[nodiscard]] sys::HttpRequest make_request(const CallText& call, const Endpoint& endpoint);

// Signs all headers so far.
void sign_request(sys::HttpRequest& request, const CallText& call, const Endpoint& endpoint,
                  const Attempt& attempt, const ecs::SigningKeys& keys, const std::string& region);

// After signing, because proxies and SDKs may change them: amz-sdk-invocation-id, amz-sdk-request.
void number_request(sys::HttpRequest& request, const Attempt& attempt);

}  // namespace runtask::aws
