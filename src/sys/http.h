#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sys/loop.h"

// Outgoing HTTP. One request, one answer; redirects are never followed.

namespace runtask::sys {

struct Header {
  std::string name;
  std::string value;
};
// The value of the first header of that name, in any case; empty when there is none.
[[nodiscard]] std::string_view header_value(const std::vector<Header>& headers,
                                            std::string_view name);

struct HttpRequest {
  std::string method;
  std::string url;  // http:// or https://
  std::vector<Header> headers;
  std::string body;
  Duration connect_timeout{};  // Name look-up, TCP and TLS. Must be set.
  Duration timeout{};          // The whole exchange. Must be set.
  // The longest that the server may say nothing, from the connection on. None: no such limit.
  std::optional<Duration> silence_max;
  std::size_t reply_bytes_max = 0;
  bool is_direct = false;  // Never by way of a proxy, whatever the environment says.
  bool is_urgent = false;  // Not to wait for others whose answers do not come.
  // Never twice by itself. Otherwise a request that a kept connection was closed on is sent again
  // without a word, though the server may have carried it out.
  bool is_sent_once = false;
};

struct HttpReply {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
};

// No reply, or not a whole one.
struct HttpFailure {
  Error error;
  // False only when it is certain that the server did not get the whole request: the name did not
  // resolve, the connection was refused, TLS did not come about.
  bool may_have_arrived = true;
};

using HttpResult = tl::expected<HttpReply, HttpFailure>;

class Http {
 public:
  Http() = default;
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;
  virtual ~Http() = default;

  // Calls done once, on the loop, never from inside send(). Destroying the Pending aborts.
  [[nodiscard]] virtual PendingPtr send(HttpRequest request,
                                        std::function<void(HttpResult)> done) = 0;
};

}  // namespace runtask::sys
