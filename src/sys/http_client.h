#pragma once

#include <memory>
#include <string>

#include "sys/event_loop.h"
#include "sys/http.h"
#include "sys/proxy.h"

namespace runtask::sys {

// The real client: libcurl's multi interface on the loop. libcurl (and with it TLS) is loaded at
// the first send(), because a command that sends nothing should not pay for it. Connections are
// kept open between requests; at most kUnderWayMax go to one server at a time, and the others wait
// for their turn in the order of the calls, before their time limits begin. Urgent ones come first,
// and have kUrgentMax places of their own beside these. TLS is always verified.
// From the first send() on the process ignores SIGPIPE, which OpenSSL would raise; so whoever
// starts children must give them the default again.
class HttpClient final : public Http {
 public:
  struct Options {
    std::string user_agent;
    std::string ca_bundle;  // A file of trusted certificates instead of the system's; may be empty.
    Proxies proxies = {};   // Never used for this machine itself.
  };
  // One connection each, so it bounds the descriptors too. The embedded endpoint takes 256.
  static constexpr std::size_t kUnderWayMax = 64;
  static constexpr std::size_t kUrgentMax = 8;
  HttpClient(EventLoop& loop, Options options);
  ~HttpClient() override;

  [[nodiscard]] PendingPtr send(HttpRequest request, std::function<void(HttpResult)> done) override;

 private:
  class Exchange;
  class Multi;
  std::unique_ptr<Multi> multi_;
};

}  // namespace runtask::sys
