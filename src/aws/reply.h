#pragma once

#include <string>
#include <tl/expected.hpp>

#include "aws/endpoint.h"
#include "aws/request.h"
#include "ecs/errors.h"
#include "ecs/sigv4.h"
#include "sys/http.h"

// What came back, in plain words when it is not a reply. Pure; any thread.

namespace runtask::aws {

// The body of a good reply, or the error. No secret of `keys` is in the error, even if the server
// sends it back.
[[nodiscard]] tl::expected<std::string, ecs::CallError> read_http_reply(
    const CallText& call, const sys::HttpReply& reply, const ecs::SigningKeys& keys);

// No reply, or not a whole one.
[[nodiscard]] ecs::CallError no_reply(const CallText& call, const Endpoint& endpoint,
                                      const sys::HttpFailure& failure);

// Takes a secret out of an error's words. Texts of less than 8 characters are no secrets.
void mask(Error& error, const Secret& secret);

// A good reply's body that cannot be understood.
[[nodiscard]] ecs::CallError unreadable_reply(const std::string& operation, const Error& why);

}  // namespace runtask::aws
