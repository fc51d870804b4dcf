#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ecs/api.h"
#include "local/answer.h"
#include "sys/http_server.h"

// What a request must be before its signature is looked at, and how replies are written. Pure.

namespace runtask::local {

// What a request asks for, by its headers alone.
struct Route {
  ecs::Service service = ecs::Service::kEcs;
  std::string operation;  // Empty for STS: the form's Action says it.
};

// AccessDeniedException for what a browser could be made to send: a foreign Host, an Origin.
// Headers that decide must not be doubled. UnknownOperationException for what is no request of
// these APIs.
[[nodiscard]] Answer<Route> route_of(const sys::ServerRequest& request, std::uint16_t port);

// An error in the protocol of the service, with the status that AWS gives it.
[[nodiscard]] sys::ServerReply error_reply(ecs::Service service, const ApiError& error,
                                           const std::string& request_id);
// For what the HTTP server refuses by itself, before anybody knows which service it is for: as
// JSON, which nearly all clients here speak.
[[nodiscard]] sys::ServerReply refusal_reply(int status, const std::string& why,
                                             const std::string& request_id);
[[nodiscard]] sys::ServerReply json_reply(std::string body, const std::string& request_id);
[[nodiscard]] sys::ServerReply xml_reply(std::string body, const std::string& request_id);

}  // namespace runtask::local
