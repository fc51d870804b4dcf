#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sys/http_asking.h"
#include "sys/http_client.h"
#include "sys/http_server.h"
#include "sys/sockets.h"

// Our client and our server, on one loop.

namespace runtask::sys {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Our own server on the same loop. It counts what it served.
class HttpPair : public ::testing::Test {
 protected:
  void SetUp() override {
    HttpServer::Options options;
    options.body_bytes_max = 32U << 20U;
    options.request_timeout = kForever;
    options.idle_timeout = kForever;
    auto server = SystemHttpServers(loop_).listen(
        options, [this](ServerRequest request, const HttpServer::Respond& respond) {
          most_connections_ = std::max(most_connections_, server_->connections());
          seen_ = std::move(request);
          ++served_;
          if (answer_) {
            respond(*answer_);
          } else {
            respond({200, {{"X-Target", seen_.target}}, seen_.body});
          }
        });
    ASSERT_TRUE(server) << server.error().text();
    server_ = *std::move(server);
    url_ = url_of(server_->port());
  }
  HttpResult ask(HttpRequest request) {
    std::optional<HttpResult> result;
    const auto pending = client_.send(std::move(request), [&](HttpResult got) {
      result = std::move(got);
      loop_.stop();
    });
    loop_.run();
    return result.value_or(tl::unexpected(HttpFailure{}));
  }

  EventLoop loop_;
  std::unique_ptr<HttpServer> server_;
  std::string url_;
  ServerRequest seen_;
  int served_ = 0;
  std::size_t most_connections_ = 0;
  std::optional<ServerReply> answer_;
  HttpClient client_{loop_, {"runtask/test", ""}};
};

TEST_F(HttpPair, sends_what_it_was_given_and_nothing_of_its_own) {
  auto request = request_to(url_ + "path?a=%20b");
  request.headers.push_back({"X-Empty", ""});
  request.headers.push_back({"X-Long", std::string(3000, 'x')});
  const auto reply = ask(request);
  ASSERT_TRUE(reply);
  EXPECT_EQ(seen_.method, "POST");
  EXPECT_EQ(seen_.target, "/path?a=%20b");
  EXPECT_EQ(seen_.body, "{}");
  std::vector<std::string> names;
  for (const auto& header : seen_.headers)
    names.push_back(header.name);
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("Host", "User-Agent", "Content-Type",
                                                     "X-Empty", "X-Long", "Content-Length"));
  EXPECT_EQ(header_value(seen_.headers, "HOST"), place_of(server_->port()));
  EXPECT_EQ(header_value(seen_.headers, "x-long"), std::string(3000, 'x'));
  EXPECT_EQ(header_value(seen_.headers, "user-agent"), "runtask/test");
}

TEST_F(HttpPair, hands_back_status_headers_and_body) {
  answer_ = ServerReply{400, {{"x-amzn-RequestId", "r-1"}, {"X-Twice", "a"}}, "{\"a\":1}"};
  const auto reply = ask(request_to(url_));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 400);
  EXPECT_EQ(header_value(reply->headers, "X-Amzn-Requestid"), "r-1");
  EXPECT_EQ(header_value(reply->headers, "Content-Length"), "7");
  EXPECT_EQ(header_value(reply->headers, "None"), "");
  EXPECT_EQ(reply->body, "{\"a\":1}");
}

TEST_F(HttpPair, knows_the_other_methods) {
  for (const std::string method : {"GET", "HEAD", "DELETE", "PUT"}) {
    auto request = request_to(url_);
    request.method = method;
    request.headers.clear();
    request.body = method == "PUT" ? "put" : "";
    const auto reply = ask(request);
    ASSERT_TRUE(reply) << method;
    EXPECT_EQ(seen_.method, method);
    EXPECT_EQ(reply->body, request.body);
  }
  auto empty = request_to(url_);
  empty.body = "";
  ASSERT_TRUE(ask(empty));
  EXPECT_EQ(header_value(seen_.headers, "Content-Length"), "0");
}

TEST_F(HttpPair, large_bodies_go_and_come_whole) {
  auto request = request_to(url_);
  request.body = std::string(20'000'000, 'x') + std::string("\0end", 4);
  request.reply_bytes_max = request.body.size();
  const auto reply = ask(request);
  ASSERT_TRUE(reply) << reply.error().error.text();
  EXPECT_TRUE(reply->body == request.body);
}

TEST_F(HttpPair, one_connection_is_used_again) {
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(ask(request_to(url_)));
  EXPECT_EQ(served_, 20);
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpPair, many_requests_at_once_are_all_answered) {
  std::vector<PendingPtr> pending;
  int answered = 0;
  constexpr int kMany = 100;
  for (int i = 0; i < kMany; ++i) {
    const auto target = std::to_string(i);
    pending.push_back(client_.send(request_to(url_ + target), [&, target](HttpResult got) {
      ASSERT_TRUE(got) << got.error().error.text();
      EXPECT_EQ(header_value(got->headers, "X-Target"), "/" + target);
      if (++answered == kMany) loop_.stop();
    }));
  }
  loop_.run();
  EXPECT_EQ(answered, kMany);
}

TEST_F(HttpPair, more_than_the_limit_wait_for_their_turn_in_order) {
  std::vector<HttpServer::Respond> held;
  std::vector<std::string> arrived;
  HttpServer::Options options;
  options.body_bytes_max = 100;
  options.request_timeout = kForever;
  options.idle_timeout = kForever;
  const auto other = SystemHttpServers(loop_).listen(
      options, [&](const ServerRequest& request, const HttpServer::Respond& respond) {
        arrived.push_back(request.target);
        held.push_back(respond);
      });
  ASSERT_TRUE(other) << other.error().text();
  constexpr std::size_t kMax = HttpClient::kUnderWayMax;
  std::vector<PendingPtr> pending;
  std::size_t answered = 0;
  for (std::size_t i = 0; i < kMax + 20; ++i) {
    auto request = request_to(url_of((*other)->port()) + std::to_string(i));
    request.timeout = Duration(10'000);
    pending.push_back(client_.send(std::move(request), [&](const HttpResult& got) {
      EXPECT_TRUE(got);
      answered += 1;
      if (answered == kMax + 19) loop_.stop();
    }));
  }
  pending[kMax + 5].reset();  // It is never sent.
  // Another server's requests wait for nobody here.
  EXPECT_TRUE(ask(request_to(url_)));
  while (arrived.size() < kMax)
    EXPECT_TRUE(ask(request_to(url_)));
  EXPECT_EQ((*other)->connections(), kMax);
  EXPECT_EQ(arrived.size(), kMax);
  // One ends, one begins; so the rest comes one by one, in the order of the calls.
  for (std::size_t next = kMax; next < kMax + 19; ++next) {
    held[next - kMax]({200, {}, "x"});
    while (arrived.size() <= next)
      EXPECT_TRUE(ask(request_to(url_)));
    EXPECT_EQ(arrived.back(), "/" + std::to_string(next < kMax + 5 ? next : next + 1));
    EXPECT_LE((*other)->connections(), kMax);
  }
  for (std::size_t i = 19; i < held.size(); ++i)
    held[i]({200, {}, "x"});
  loop_.run();
  EXPECT_EQ(answered, kMax + 19);
}

TEST_F(HttpPair, urgent_ones_wait_for_none_of_the_others) {
  std::vector<HttpServer::Respond> held;
  std::vector<std::string> arrived;
  HttpServer::Options options;
  options.body_bytes_max = 100;
  options.request_timeout = kForever;
  options.idle_timeout = kForever;
  const auto other = SystemHttpServers(loop_).listen(
      options, [&](const ServerRequest& request, const HttpServer::Respond& respond) {
        arrived.push_back(request.target);
        held.push_back(respond);
      });
  ASSERT_TRUE(other) << other.error().text();
  constexpr std::size_t kMax = HttpClient::kUnderWayMax;
  constexpr std::size_t kAll = kMax + HttpClient::kUrgentMax;
  std::vector<PendingPtr> pending;
  const auto send = [&](const std::string& name, bool is_urgent) {
    auto request = request_to(url_of((*other)->port()) + name);
    request.timeout = Duration(10'000);
    request.is_urgent = is_urgent;
    pending.push_back(client_.send(std::move(request), [](const HttpResult&) {}));
  };
  const auto wait_for = [&](std::size_t count) {
    for (int i = 0; i < 1000 && arrived.size() < count; ++i)
      EXPECT_TRUE(ask(request_to(url_)));
    ASSERT_EQ(arrived.size(), count);
  };
  for (std::size_t i = 0; i < kMax + 3; ++i)
    send("usual", false);
  for (std::size_t i = 0; i < HttpClient::kUrgentMax + 2; ++i)
    send("urgent", true);
  wait_for(kAll);
  EXPECT_EQ(std::count(arrived.begin(), arrived.end(), "/urgent"), HttpClient::kUrgentMax);
  pending.pop_back();  // It is never sent.
  held[0]({200, {}, "x"});
  wait_for(kAll + 1);
  EXPECT_EQ(arrived.back(), "/urgent");
  // What is left waits until there is room for the usual ones again.
  for (std::size_t i = 1; i <= HttpClient::kUrgentMax; ++i)
    held[i]({200, {}, "x"});
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(ask(request_to(url_)));
  EXPECT_EQ(arrived.size(), kAll + 1);
  held[HttpClient::kUrgentMax + 1]({200, {}, "x"});
  wait_for(kAll + 2);
  EXPECT_EQ(arrived.back(), "/usual");
}

TEST_F(HttpPair, a_client_that_goes_away_takes_those_along_that_wait) {
  std::vector<PendingPtr> pending;
  {
    HttpClient client(loop_, {"runtask/test", ""});
    for (std::size_t i = 0; i < HttpClient::kUnderWayMax + 10; ++i)
      pending.push_back(client.send(request_to(url_), [](const HttpResult&) { ADD_FAILURE(); }));
    pending.pop_back();
  }
  pending.clear();
  EXPECT_TRUE(ask(request_to(url_)));
}

TEST_F(HttpPair, redirects_are_handed_back_and_not_followed) {
  answer_ = ServerReply{302, {{"Location", url_ + "elsewhere"}}, ""};
  const auto reply = ask(request_to(url_));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 302);
  EXPECT_EQ(served_, 1);
}

TEST_F(HttpPair, a_reply_of_the_limit_is_taken_and_a_larger_one_is_not) {
  auto request = request_to(url_);
  request.body = std::string(1000, 'x');
  request.reply_bytes_max = 1000;
  EXPECT_TRUE(ask(request));
  request.reply_bytes_max = 999;
  const auto reply = ask(request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Code::kFull);
  EXPECT_EQ(reply.error().error.message,
            "the answer of " + place_of(server_->port()) + " is larger than 999 bytes");
  EXPECT_TRUE(reply.error().may_have_arrived);
}

TEST_F(HttpPair, an_aborted_request_is_never_answered_and_the_others_are) {
  bool is_called = false;
  auto aborted =
      client_.send(request_to(url_ + "aborted"), [&](const HttpResult&) { is_called = true; });
  aborted.reset();
  auto later =
      client_.send(request_to(url_ + "later"), [&](const HttpResult&) { is_called = true; });
  const auto abort = loop_.after(Duration(0), [&] { later.reset(); });
  EXPECT_TRUE(ask(request_to(url_)));
  EXPECT_FALSE(is_called);
}

TEST_F(HttpPair, a_reply_may_send_abort_and_destroy) {
  auto client = std::make_unique<HttpClient>(loop_, HttpClient::Options{"runtask/test", ""});
  PendingPtr first;
  PendingPtr second;
  PendingPtr third;
  bool is_third_called = false;
  first = client->send(request_to(url_), [&](const HttpResult& got) {
    EXPECT_TRUE(got);
    first.reset();
    third = client->send(request_to(url_), [&](const HttpResult&) { is_third_called = true; });
    second = client->send(request_to(url_), [&](const HttpResult& again) {
      EXPECT_TRUE(again);
      client.reset();
      loop_.stop();
    });
    third.reset();
  });
  loop_.run();
  EXPECT_FALSE(is_third_called);
  EXPECT_TRUE(second);
}

TEST_F(HttpPair, a_client_that_goes_away_takes_its_requests_along) {
  bool is_called = false;
  auto client = std::make_unique<HttpClient>(loop_, HttpClient::Options{"runtask/test", ""});
  const auto pending = client->send(request_to(url_), [&](const HttpResult&) { is_called = true; });
  client.reset();
  EXPECT_TRUE(ask(request_to(url_)));
  EXPECT_FALSE(is_called);
}

TEST_F(HttpPair, a_proxy_is_never_used_for_the_own_machine) {
  const auto nobody = "http://" + place_of(closed_port());
  // Nor does what the process' environment says count: it was read by whoever made the client.
  ::setenv("http_proxy", "http://127.0.0.2:1", 1);
  ::setenv("NO_PROXY", "*", 1);
  HttpClient client(loop_, {"runtask/test", "", {"", nobody, "direct.test"}});
  const auto ask = [&](HttpRequest request) {
    std::optional<HttpResult> result;
    const auto pending = client.send(std::move(request), [&](HttpResult got) {
      result = std::move(got);
      loop_.stop();
    });
    loop_.run();
    return result.value_or(tl::unexpected(HttpFailure{}));
  };
  for (const std::string host : {"127.0.0.1", "localhost", "user:pass@127.0.0.1"}) {
    const auto reply =
        ask(request_to("http://" + host + ":" + std::to_string(server_->port()) + "/x"));
    EXPECT_TRUE(reply) << reply.error().error.text();
  }
  const auto elsewhere = ask(request_to("http://elsewhere.test/"));
  // A part of a name has at most 63 characters, so no name server is ever asked for this one.
  auto direct = request_to("http://" + std::string(70, 'x') + ".test/");
  direct.is_direct = true;
  const auto without_proxy = ask(std::move(direct));
  const auto excepted = ask(request_to("http://" + std::string(70, 'x') + ".direct.test/"));
  ::unsetenv("http_proxy");
  ::unsetenv("NO_PROXY");
  ASSERT_FALSE(without_proxy);
  ASSERT_FALSE(excepted);
  EXPECT_THAT(excepted.error().error.message, HasSubstr("the name cannot be resolved"));
  EXPECT_THAT(without_proxy.error().error.message, Not(HasSubstr("proxy")));
  ASSERT_FALSE(elsewhere);
  EXPECT_FALSE(elsewhere.error().may_have_arrived);
  EXPECT_THAT(
      elsewhere.error().error.message,
      StartsWith("cannot connect to elsewhere.test:80: the proxy does not answer (failed to "
                 "connect to 127.0.0.1 port "));
}

}  // namespace
}  // namespace runtask::sys
