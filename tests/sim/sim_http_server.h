#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sys/http_server.h"
#include "sys/loop.h"

namespace runtask::sim {

// HTTP servers without sockets: a test says what arrives, and gets what is answered. What the real
// one refuses by itself is refused here too.
class SimHttpServers final : public sys::HttpServers {
 public:
  explicit SimHttpServers(sys::Loop& loop) : loop_(loop) {}

  // kConflict when the port is taken, as by a real one.
  [[nodiscard]] Result<std::unique_ptr<sys::HttpServer>> listen(
      const sys::HttpServer::Options& options, sys::HttpServer::Serve serve) override {
    std::uint16_t port = options.port;
    while (port == 0)
      if (const auto free = next_port_++; !ports_->contains(free)) port = free;
    if (ports_->contains(port))
      return fail(Code::kConflict, "port " + std::to_string(port) + " is in use");
    auto server = std::make_unique<Server>(ports_, port);
    (*ports_)[port] = std::make_shared<Listener>(Listener{options, std::move(serve)});
    return std::unique_ptr<sys::HttpServer>(std::move(server));
  }

  // Lets a request arrive on the loop. `heard` is called with the reply, on the loop; never, when
  // none comes; with nothing, when nobody listens on the port.
  void send(std::uint16_t port, sys::ServerRequest request,
            std::function<void(std::optional<sys::ServerReply>)> heard) {
    loop_.post([this, port, request = std::move(request), heard = std::move(heard)]() mutable {
      arrive(port, std::move(request), std::move(heard));
    });
  }

 private:
  struct Listener {
    sys::HttpServer::Options options;
    sys::HttpServer::Serve serve;
  };
  using Ports = std::map<std::uint16_t, std::shared_ptr<Listener>>;

  class Server final : public sys::HttpServer {
   public:
    Server(std::shared_ptr<Ports> ports, std::uint16_t port)
        : ports_(std::move(ports)), port_(port) {}
    ~Server() override { ports_->erase(port_); }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    [[nodiscard]] std::uint16_t port() const override { return port_; }
    [[nodiscard]] std::size_t connections() const override { return 0; }

   private:
    std::shared_ptr<Ports> ports_;
    std::uint16_t port_;
  };

  void arrive(std::uint16_t port, sys::ServerRequest request,
              std::function<void(std::optional<sys::ServerReply>)> heard) {
    const auto found = ports_->find(port);
    if (found == ports_->end()) return heard({});
    const auto listener = found->second;  // The call may destroy the server.
    std::size_t header_bytes = request.target.size();
    for (const auto& header : request.headers)
      header_bytes += header.name.size() + header.value.size();
    if (header_bytes > listener->options.header_bytes_max)
      return heard(sys::ServerReply{431, {}, "the header is too large\n"});
    if (request.body.size() > listener->options.body_bytes_max)
      return heard(listener->options.refusal
                       ? listener->options.refusal(413, "the body is too large")
                       : sys::ServerReply{413, {}, "the body is too large\n"});
    // Only the first reply counts, and none when the server is gone by then.
    auto once = std::make_shared<decltype(heard)>(std::move(heard));
    listener->serve(std::move(request), [this, once, listener, port](sys::ServerReply reply) {
      const auto now = ports_->find(port);
      if (now == ports_->end() || now->second != listener || !*once) return;
      loop_.post(
          [heard = std::exchange(*once, nullptr), reply = std::move(reply)] { heard(reply); });
    });
  }

  sys::Loop& loop_;
  std::shared_ptr<Ports> ports_ = std::make_shared<Ports>();
  std::uint16_t next_port_ = 49'152;
};

}  // namespace runtask::sim
