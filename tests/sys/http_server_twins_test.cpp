// Simulated HTTP servers keep the promises of the real ones. Each promise is checked on both.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/sim_http_server.h"
#include "sim/sim_loop.h"
#include "sys/event_loop.h"
#include "sys/http_client.h"
#include "sys/http_server.h"

namespace runtask::sys {
namespace {

constexpr Duration kPatience = std::chrono::seconds(20);

HttpServer::Options options() {
  HttpServer::Options made;
  made.header_bytes_max = 4096;
  made.body_bytes_max = 1000;
  made.request_timeout = kPatience;
  made.idle_timeout = kPatience;
  return made;
}

// What comes of a request: the reply, or nothing when nobody listens.
using Heard = std::function<void(std::optional<ServerReply>)>;

struct Real {
  void send(std::uint16_t port, const ServerRequest& request, const Heard& heard) {
    HttpRequest sent;
    sent.method = request.method;
    sent.url = "http://127.0.0.1:" + std::to_string(port) + request.target;
    sent.headers = request.headers;
    sent.body = request.body;
    sent.connect_timeout = sent.timeout = kPatience;
    sent.reply_bytes_max = 1U << 20U;
    pending.push_back(client.send(std::move(sent), [heard](const HttpResult& result) {
      if (!result) return heard({});
      heard(ServerReply{result->status, result->headers, result->body});
    }));
  }
  EventLoop loop;
  SystemHttpServers servers{loop};
  HttpClient client{loop, {"runtask/test", ""}};
  std::vector<PendingPtr> pending;
};

struct Simulated {
  void send(std::uint16_t port, const ServerRequest& request, const Heard& heard) {
    servers.send(port, request, heard);
  }
  sim::SimLoop loop;
  sim::SimHttpServers servers{loop};
};

template <class World>
class HttpServerTwins : public testing::Test {
 protected:
  std::unique_ptr<HttpServer> listen(HttpServer::Serve serve, std::uint16_t port = 0) {
    auto wanted = options();
    wanted.port = port;
    auto made = world_.servers.listen(wanted, std::move(serve));
    EXPECT_TRUE(made) << made.error().text();
    return made ? *std::move(made) : nullptr;
  }
  // The reply; a status of 0 when nobody listens, -1 when none comes in the time.
  ServerReply ask(std::uint16_t port, const ServerRequest& request, Duration patience = kPatience) {
    ServerReply reply{-1, {}, ""};
    world_.send(port, request, [&](std::optional<ServerReply> heard) {
      reply = heard.value_or(ServerReply{0, {}, ""});
      world_.loop.stop();
    });
    EXPECT_EQ(reply.status, -1) << "never from inside";
    const auto timer = world_.loop.after(patience, [this] { world_.loop.stop(); });
    world_.loop.run();
    return reply;
  }
  World world_;
};
using Worlds = testing::Types<Real, Simulated>;
TYPED_TEST_SUITE(HttpServerTwins, Worlds);

TYPED_TEST(HttpServerTwins, a_request_arrives_whole_and_gets_its_reply) {
  ServerRequest seen;
  const auto server = this->listen([&](ServerRequest request, const auto& respond) {
    seen = std::move(request);
    respond({418, {{"X-Kind", "tea"}}, "short and stout"});
  });
  const auto reply =
      this->ask(server->port(), {"POST", "/a/path?q=1", {{"X-Asked", "Yes"}}, "the body"});
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/a/path?q=1");
  EXPECT_EQ(header_value(seen.headers, "x-asked"), "Yes");
  EXPECT_EQ(seen.body, "the body");
  EXPECT_EQ(reply.status, 418);
  EXPECT_EQ(header_value(reply.headers, "x-kind"), "tea");
  EXPECT_EQ(reply.body, "short and stout");
}

TYPED_TEST(HttpServerTwins, the_reply_may_come_later_and_the_first_one_counts) {
  std::vector<PendingPtr> later;
  const auto server = this->listen([&](const ServerRequest&, const HttpServer::Respond& respond) {
    later.push_back(this->world_.loop.after(Duration(20), [respond] {
      respond({200, {}, "first"});
      respond({500, {}, "second"});
    }));
  });
  EXPECT_EQ(this->ask(server->port(), {"POST", "/", {}, "x"}).body, "first");
  EXPECT_EQ(this->ask(server->port(), {"POST", "/", {}, "x"}).body, "first");
}

TYPED_TEST(HttpServerTwins, what_is_over_a_limit_is_refused_without_asking) {
  int served = 0;
  const auto server = this->listen([&](const ServerRequest&, const HttpServer::Respond& respond) {
    ++served;
    respond({});
  });
  EXPECT_EQ(this->ask(server->port(), {"POST", "/", {}, std::string(1000, 'x')}).status, 200);
  EXPECT_EQ(served, 1);
  EXPECT_EQ(this->ask(server->port(), {"POST", "/", {}, std::string(1001, 'x')}).status, 413);
  EXPECT_EQ(
      this->ask(server->port(), {"POST", "/", {{"X-Long", std::string(5000, 'x')}}, ""}).status,
      431);
  EXPECT_EQ(served, 1);
}

TYPED_TEST(HttpServerTwins, a_port_is_taken_once_and_free_again_afterwards) {
  const auto serve = [](const ServerRequest&, const HttpServer::Respond& respond) { respond({}); };
  auto first = this->listen(serve);
  const auto other = this->listen(serve);
  const auto port = first->port();
  EXPECT_NE(port, 0);
  EXPECT_NE(port, other->port());
  auto same = options();
  same.port = port;
  const auto refused = this->world_.servers.listen(same, serve);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kConflict);
  EXPECT_EQ(this->ask(port, {"POST", "/", {}, "x"}).status, 200);
  first.reset();
  EXPECT_EQ(this->ask(port, {"POST", "/", {}, "x"}).status, 0);
  first = this->listen(serve, port);
  EXPECT_EQ(first->port(), port);
  EXPECT_EQ(this->ask(port, {"POST", "/", {}, "x"}).status, 200);
}

TYPED_TEST(HttpServerTwins, a_reply_of_a_server_that_is_gone_goes_nowhere) {
  std::unique_ptr<HttpServer> server;
  server = this->listen([&](const ServerRequest&, const HttpServer::Respond& respond) {
    server.reset();
    respond({200, {}, "too late"});
  });
  const auto reply = this->ask(server->port(), {"POST", "/", {}, "x"}, Duration(100));
  EXPECT_NE(reply.status, 200);
}

}  // namespace
}  // namespace runtask::sys
