#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/event_loop.h"
#include "sys/http.h"

namespace runtask::sys {

struct ServerRequest {
  std::string method;
  std::string target;  // As on the request line: path and query.
  std::vector<Header> headers;
  std::string body;
};

struct ServerReply {
  int status = 200;
  std::vector<Header> headers;  // Content-Length, Connection and Date are added by the server.
  std::string body;
};

// An HTTP/1.1 server on a loopback address. It keeps connections open, answers
// `Expect: 100-continue`, and refuses by itself, with a text that says why, what is over a limit:
// 431 for headers, 413 for a body, 400 for what is not HTTP, 503 for one large body too many at a
// time; a connection that is too slow is closed. Above the number of connections, new ones wait in
// the kernel's queue.
class HttpServer {
 public:
  struct Options {
    std::uint16_t port = 0;  // 0: a free one.
    std::size_t header_bytes_max = 16U << 10U;
    std::size_t body_bytes_max = 0;
    // A body over `large_body_bytes` must have a Content-Length, and only so many are read at a
    // time: what clients can make the server hold has an end. 0: no body is large.
    std::size_t large_body_bytes = 0;
    std::size_t large_bodies_max = 0;
    std::size_t connections_max = 256;
    Duration request_timeout{};  // From a request's first byte to its last; also for its reply.
    Duration idle_timeout{};     // Between requests. Both must be set.
    // How a refusal is said to clients; empty: a line of plain text.
    std::function<ServerReply(int status, const std::string& why)> refusal;
  };
  using Respond = std::function<void(ServerReply)>;
  // Called on the loop for each complete request; must call respond exactly once, now or later.
  using Serve = std::function<void(ServerRequest, Respond)>;

  virtual ~HttpServer() = default;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual std::size_t connections() const = 0;

 protected:
  HttpServer() = default;
};

// Where servers come from.
class HttpServers {
 public:
  HttpServers() = default;
  HttpServers(const HttpServers&) = delete;
  HttpServers& operator=(const HttpServers&) = delete;
  virtual ~HttpServers() = default;

  // Binds 127.0.0.1 only. kConflict when the port is taken.
  [[nodiscard]] virtual Result<std::unique_ptr<HttpServer>> listen(
      const HttpServer::Options& options, HttpServer::Serve serve) = 0;
};

// The real ones (Boost.Beast), on the loop, which outlives them.
class SystemHttpServers final : public HttpServers {
 public:
  explicit SystemHttpServers(EventLoop& loop) : loop_(loop) {}
  [[nodiscard]] Result<std::unique_ptr<HttpServer>> listen(const HttpServer::Options& options,
                                                           HttpServer::Serve serve) override;

 private:
  EventLoop& loop_;
};

}  // namespace runtask::sys
