#include "sys/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "sys/sockets.h"

namespace runtask::sys {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

HttpServer::Options patient() {
  HttpServer::Options options;
  options.header_bytes_max = 2048;
  options.body_bytes_max = 1 << 20;
  options.connections_max = 16;
  options.request_timeout = std::chrono::seconds(15);
  options.idle_timeout = std::chrono::seconds(15);
  return options;
}

// Says back what it heard.
void echo(ServerRequest request, const HttpServer::Respond& respond) {
  std::string text = request.method + " " + request.target + "\n";
  for (const auto& header : request.headers)
    text += header.name + "=" + header.value + "\n";
  respond({200, {{"Content-Type", "text/plain"}}, text + "\n" + request.body});
}

// A server with its loop on a thread of its own, so that the test can talk to it with blocking
// sockets.
class Running {
 public:
  explicit Running(const HttpServer::Options& options, HttpServer::Serve serve = echo) {
    auto server = SystemHttpServers(loop_).listen(options, std::move(serve));
    EXPECT_TRUE(server) << server.error().text();
    server_ = *std::move(server);
    port_ = server_->port();
    thread_ = std::thread([this] { loop_.run(); });
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    on_loop([this] { server_.reset(); });  // Nothing is left then: the loop ends by itself.
    thread_.join();
  }
  void on_loop(const std::function<void()>& what) {
    std::promise<void> done;
    loop_.post_from_any_thread([&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }
  [[nodiscard]] Line connect() const { return Line::to(port_); }
  [[nodiscard]] std::string ask(const std::string& bytes) const {
    const auto line = connect();
    EXPECT_TRUE(line.say(bytes));
    line.say_no_more();
    return line.hear_all();
  }
  EventLoop loop_;
  std::unique_ptr<HttpServer> server_;

 private:
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::string body_of(const std::string& reply) {
  const auto end = reply.find("\r\n\r\n");
  return end == std::string::npos ? "" : reply.substr(end + 4);
}
std::string header_of(const std::string& reply, const std::string& name) {
  const auto begin = reply.find("\r\n" + name + ": ");
  if (begin == std::string::npos) return "";
  const auto value = begin + name.size() + 4;
  return reply.substr(value, reply.find("\r\n", value) - value);
}
std::string get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}
std::string closing(const std::string& target) {
  return get(target, "Connection: close\r\n");
}

TEST(HttpServer, hands_on_the_request_as_it_was_sent) {
  Running server(patient());
  const auto reply = server.ask(
      "POST /a%20b?c=d&e HTTP/1.1\r\nHost: x\r\nX-Amz-Target: A.B\r\nX-Empty:\r\n"
      "Content-Length: 4\r\nConnection: close\r\n\r\nbo\ndy");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(body_of(reply),
            "POST /a%20b?c=d&e\nHost=x\nX-Amz-Target=A.B\nX-Empty=\nContent-Length=4\n"
            "Connection=close\n\nbo\nd");
}

TEST(HttpServer, replies_carry_length_date_and_what_becomes_of_the_connection) {
  Running server(patient());
  const auto reply = server.ask(get("/"));
  EXPECT_EQ(header_of(reply, "Content-Length"), std::to_string(body_of(reply).size()));
  EXPECT_EQ(header_of(reply, "Connection"), "keep-alive");
  EXPECT_EQ(header_of(reply, "Content-Type"), "text/plain");
  const auto date = parse_http_date(header_of(reply, "Date"));
  ASSERT_TRUE(date) << reply;
  EXPECT_LT(std::chrono::abs(*date - std::chrono::system_clock::now()), std::chrono::seconds(10));
}

TEST(HttpServer, one_connection_serves_one_request_after_the_other) {
  Running server(patient());
  const auto line = server.connect();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(line.say(get("/" + std::to_string(i))));
    EXPECT_THAT(line.hear_until("Host=x\n\n"), HasSubstr("GET /" + std::to_string(i) + "\n"));
  }
  server.on_loop([&] { EXPECT_EQ(server.server_->connections(), 1U); });
}

TEST(HttpServer, pipelined_requests_are_answered_in_their_order) {
  Running server(patient());
  std::string requests;
  for (int i = 0; i < 200; ++i)
    requests += get("/" + std::to_string(i)) + (i % 3 == 0 ? "\r\n" : "");
  const auto replies = server.ask(requests + closing("/last"));
  std::size_t at = 0;
  for (int i = 0; i < 200; ++i) {
    at = replies.find("GET /" + std::to_string(i) + "\n", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_NE(replies.find("GET /last\n", at), std::string::npos);
}

TEST(HttpServer, a_request_may_come_byte_by_byte) {
  Running server(patient());
  const auto line = server.connect();
  for (const char c : std::string("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
    ASSERT_TRUE(line.say({&c, 1}));
  EXPECT_THAT(line.hear_all(), EndsWith("\n\nabc"));
}

TEST(HttpServer, chunked_bodies_are_put_together) {
  Running server(patient());
  const auto reply = server.ask(
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;ext=1\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_THAT(reply, EndsWith("\n\nhello world"));
}

TEST(HttpServer, large_bodies_arrive_whole) {
  Running server(patient());
  const std::string body(1 << 20, 'b');
  const auto reply =
      server.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + body);
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(reply.ends_with("\n\n" + body));
}

TEST(HttpServer, http_1_0_closes_unless_it_asks_not_to) {
  Running server(patient());
  auto line = server.connect();
  ASSERT_TRUE(line.say("GET /a HTTP/1.0\r\n\r\n"));
  auto reply = line.hear_all();
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(header_of(reply, "Connection"), "close");

  const auto kept = server.connect();
  ASSERT_TRUE(kept.say("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  reply = kept.hear_until("keep-alive\n\n");
  EXPECT_EQ(header_of(reply, "Connection"), "keep-alive");
  ASSERT_TRUE(kept.say("GET /b HTTP/1.0\r\n\r\n"));
  EXPECT_THAT(kept.hear_all(), HasSubstr("GET /b\n"));
}

TEST(HttpServer, head_gets_the_length_but_no_body) {
  Running server(patient());
  const auto reply = server.ask("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(header_of(reply, "Content-Length"), "32");
  EXPECT_EQ(body_of(reply), "");
}

TEST(HttpServer, a_client_that_waits_for_100_continue_gets_it) {
  Running server(patient());
  const auto line = server.connect();
  ASSERT_TRUE(
      line.say("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n"
               "Connection: close\r\n\r\n"));
  EXPECT_EQ(line.hear_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(line.say("body"));
  const auto reply = line.hear_all();
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(reply, EndsWith("\n\nbody"));
}

TEST(HttpServer, a_client_that_expects_too_much_is_told_before_it_sends) {
  Running server(patient());
  EXPECT_THAT(server.ask("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                         "Content-Length: 1048577\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(server.ask("POST / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n"
                         "Content-Length: 1\r\n\r\n"),
              StartsWith("HTTP/1.1 417 "));
}

TEST(HttpServer, what_is_over_a_limit_is_refused_with_a_reason) {
  Running server(patient());
  auto reply = server.ask(get("/", "X: " + std::string(2100, 'x') + "\r\n"));
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(body_of(reply), "the header of the request is larger than 2048 bytes\n");
  EXPECT_EQ(header_of(reply, "Connection"), "close");

  reply = server.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(body_of(reply), "the body of the request is larger than 1048576 bytes\n");

  std::string chunks;
  for (int i = 0; i < 17; ++i)
    chunks += "10000\r\n" + std::string(65536, 'x') + "\r\n";
  reply = server.ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServer, only_so_many_large_bodies_are_read_at_a_time) {
  auto options = patient();
  options.large_body_bytes = 1000;
  options.large_bodies_max = 2;
  options.refusal = [](int status, const std::string& why) {
    return ServerReply{status, {}, "refused: " + why};
  };
  Running server(options);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  const auto large = head + "Content-Length: 1001\r\n\r\n";
  const auto one = server.connect();
  const auto two = server.connect();
  for (const auto& line : {std::cref(one), std::cref(two)}) {
    ASSERT_TRUE(line.get().say(head + "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n"));
    ASSERT_THAT(line.get().hear_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 "));
  }
  const auto reply = server.ask(large);
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(body_of(reply), "refused: too many large requests at a time");
  // Others are not held up, and must say how long they are to be large.
  EXPECT_THAT(server.ask(head + "Connection: close\r\nContent-Length: 1000\r\n\r\n" +
                         std::string(1000, 'x')),
              StartsWith("HTTP/1.1 200 "));
  const auto chunked = server.ask(head + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                                  std::string(1001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked, StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(body_of(chunked), "refused: the body of the request is larger than 1000 bytes");
  // The place of one that has been answered is free again.
  ASSERT_TRUE(one.say(std::string(1001, 'x')));
  EXPECT_THAT(one.hear_until("xxx"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(server.ask(head + "Connection: close\r\nContent-Length: 1001\r\n\r\n" +
                         std::string(1001, 'x')),
              StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServer, headers_up_to_the_limit_are_served) {
  Running server(patient());
  const auto rest = get("/", "X: \r\n").size();
  EXPECT_THAT(server.ask(get("/", "X: " + std::string(2048 - rest, 'x') + "\r\n")),
              StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(server.ask(get("/", "X: " + std::string(2080 - rest, 'x') + "\r\n")),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(server.ask(get("/" + std::string(3000, 'x'))), StartsWith("HTTP/1.1 431"));
}

TEST(HttpServer, a_refusal_reaches_a_client_that_is_still_sending) {
  Running server(patient());
  const auto line = server.connect();
  ASSERT_TRUE(line.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n"));
  EXPECT_TRUE(line.say(std::string(10'000'000, 'x'))) << "it is read and thrown away";
  EXPECT_THAT(line.hear_until("\n"), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServer, what_is_not_http_is_refused) {
  Running server(patient());
  const std::vector<std::string> broken = {
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(200, 'T') +
          "\r\n\r\n",
      "hello\r\n\r\n",
      "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(5000, 'e'),
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
  };
  for (const auto& bytes : broken) {
    const auto reply = server.ask(bytes);
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 400 ")) << bytes;
    EXPECT_EQ(header_of(reply, "Connection"), "close");
    EXPECT_THAT(body_of(reply), EndsWith("\n"));
  }
  EXPECT_THAT(server.ask(closing("/")), StartsWith("HTTP/1.1 200")) << "it serves on";
}

TEST(HttpServer, a_client_that_stops_in_the_middle_harms_nobody) {
  Running server(patient());
  const auto whole = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde";
  for (std::size_t length = 0; length < std::string_view(whole).size(); length += 3) {
    auto line = server.connect();
    ASSERT_TRUE(line.say(std::string_view(whole).substr(0, length)));
    if (length % 2 == 0) line.reset();
  }
  EXPECT_THAT(server.ask(closing("/")), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, a_request_that_trickles_in_too_slowly_is_cut_off) {
  auto options = patient();
  options.request_timeout = Duration(80);
  Running server(options);
  const auto line = server.connect();
  std::atomic<bool> is_over = false;
  std::thread trickle([&] {
    for (int i = 0; i < 5000 && !is_over && line.say("G"); ++i)
      std::this_thread::sleep_for(Duration(2));
  });
  EXPECT_TRUE(line.is_closed_by_other());
  is_over = true;
  trickle.join();
}

TEST(HttpServer, a_connection_without_requests_is_closed) {
  auto options = patient();
  options.idle_timeout = Duration(40);
  Running server(options);
  const auto silent = server.connect();
  const auto once = server.connect();
  ASSERT_TRUE(once.say(get("/")));
  EXPECT_THAT(once.hear_all(), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(silent.is_closed_by_other());
}

TEST(HttpServer, a_client_that_does_not_read_its_reply_is_cut_off) {
  auto options = patient();
  options.request_timeout = Duration(80);
  Running server(options, [](const ServerRequest&, const HttpServer::Respond& respond) {
    respond({200, {}, std::string(50'000'000, 'x')});
  });
  const auto line = server.connect();
  ASSERT_TRUE(line.say(get("/")));
  for (int i = 0; i < 2000; ++i) {
    bool is_gone = false;
    server.on_loop([&] { is_gone = server.server_->connections() == 0 && i > 20; });
    if (is_gone) break;
    std::this_thread::sleep_for(Duration(5));
  }
  EXPECT_LT(line.hear_all().size(), 50'000'000U);
}

TEST(HttpServer, a_reply_may_come_later_and_others_are_served_meanwhile) {
  HttpServer::Respond held;
  Running server(patient(), [&](ServerRequest request, const HttpServer::Respond& respond) {
    if (request.target == "/held") {
      held = respond;
    } else {
      echo(std::move(request), respond);
    }
  });
  const auto line = server.connect();
  ASSERT_TRUE(line.say(get("/held")));
  EXPECT_THAT(server.ask(closing("/other")), HasSubstr("GET /other\n"));
  EXPECT_FALSE(line.has_something_to_hear(20));
  server.on_loop([&] {
    ASSERT_TRUE(held);
    held({418, {}, "late"});
    held({200, {}, "twice"});
  });
  EXPECT_THAT(line.hear_until("late"), StartsWith("HTTP/1.1 418 "));
  ASSERT_TRUE(line.say(closing("/next")));
  const auto next = line.hear_all();
  EXPECT_THAT(next, HasSubstr("GET /next\n"));
  EXPECT_THAT(next, Not(HasSubstr("twice")));
}

TEST(HttpServer, a_second_reply_does_not_answer_the_next_request) {
  std::vector<HttpServer::Respond> held;
  Running server(patient(), [&](const ServerRequest&, const HttpServer::Respond& respond) {
    held.push_back(respond);
  });
  const auto line = server.connect();
  const auto await_requests = [&](std::size_t count) {
    for (bool are_here = false; !are_here;)
      server.on_loop([&] { are_here = held.size() == count; });
  };
  ASSERT_TRUE(line.say(get("/one")));
  await_requests(1);
  server.on_loop([&] { held[0]({200, {}, "first"}); });
  EXPECT_THAT(line.hear_until("first"), StartsWith("HTTP/1.1 200"));
  ASSERT_TRUE(line.say(closing("/two")));
  await_requests(2);
  server.on_loop([&] {
    held[0]({200, {}, "old"});
    held[1]({200, {}, "second"});
  });
  EXPECT_THAT(line.hear_all(), EndsWith("\r\n\r\nsecond"));
}

TEST(HttpServer, a_half_closed_connection_still_gets_its_reply) {
  HttpServer::Respond held;
  Running server(patient(),
                 [&](const ServerRequest&, const HttpServer::Respond& respond) { held = respond; });
  const auto line = server.connect();
  ASSERT_TRUE(line.say(get("/")));
  line.say_no_more();
  for (bool is_here = false; !is_here;)
    server.on_loop([&] { is_here = static_cast<bool>(held); });
  server.on_loop([&] { held({200, {}, "here"}); });
  EXPECT_THAT(line.hear_all(), EndsWith("here"));
}

TEST(HttpServer, a_reply_to_a_connection_that_is_gone_does_nothing) {
  std::vector<HttpServer::Respond> held;
  auto server = std::make_unique<Running>(
      patient(),
      [&](const ServerRequest&, const HttpServer::Respond& respond) { held.push_back(respond); });
  auto reset = server->connect();
  const auto open = server->connect();
  ASSERT_TRUE(reset.say(get("/")));
  ASSERT_TRUE(open.say(get("/")));
  for (bool are_here = false; !are_here;)
    server->on_loop([&] { are_here = held.size() == 2; });
  reset.reset();
  server->on_loop([&] {
    held[0]({200, {}, std::string(10'000'000, 'x')});
    held[1]({200, {}, std::string(10'000'000, 'x')});
    held[1]({200, {}, "again"});
  });
  server.reset();
  for (const auto& respond : held)
    respond({200, {}, "nobody is here"});
}

TEST(HttpServer, above_the_number_of_connections_new_ones_wait) {
  auto options = patient();
  options.connections_max = 2;
  Running server(options);
  auto one = server.connect();
  const auto two = server.connect();
  for (const Line* line : {static_cast<const Line*>(&one), &two}) {
    ASSERT_TRUE(line->say(get("/")));
    EXPECT_THAT(line->hear_until("Host=x\n\n"), StartsWith("HTTP/1.1 200"));
  }
  const auto three = server.connect();
  ASSERT_TRUE(three.say(closing("/three")));
  EXPECT_FALSE(three.has_something_to_hear(30));
  one.close();
  EXPECT_THAT(three.hear_all(), HasSubstr("GET /three\n"));
}

TEST(HttpServer, ending_it_closes_every_connection) {
  auto server = std::make_unique<Running>(patient());
  const auto idle = server->connect();
  const auto busy = server->connect();
  ASSERT_TRUE(busy.say("POST / HTTP/1.1\r\n"));
  ASSERT_THAT(server->ask(closing("/")), StartsWith("HTTP/1.1 200"));
  server.reset();
  EXPECT_TRUE(idle.is_closed_by_other());
  EXPECT_TRUE(busy.is_closed_by_other());
}

TEST(HttpServer, may_be_ended_while_it_serves) {
  EventLoop loop;
  std::unique_ptr<HttpServer> server;
  int served = 0;
  const std::string witness(100, 'w');
  auto made = SystemHttpServers(loop).listen(
      patient(), [&, witness](const ServerRequest&, const HttpServer::Respond& respond) {
        server.reset();
        served += static_cast<int>(witness.size());
        respond({200, {}, "too late"});
      });
  ASSERT_TRUE(made);
  server = *std::move(made);
  const auto line = Line::to(server->port());
  ASSERT_TRUE(line.say(get("/") + get("/")));
  loop.run();
  EXPECT_EQ(served, 100);
  EXPECT_TRUE(line.is_closed_by_other());
}

TEST(HttpServer, a_port_that_is_taken_is_a_conflict) {
  EventLoop loop;
  const Ear ear(1);
  auto options = patient();
  options.port = ear.port();
  const auto server = SystemHttpServers(loop).listen(options, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kConflict);
  EXPECT_EQ(server.error().message,
            "cannot listen on 127.0.0.1:" + std::to_string(ear.port()) + ": the port is taken");
}

TEST(HttpServer, a_line_break_in_a_header_value_begins_no_header) {
  Running server(patient(), [](const ServerRequest&, const HttpServer::Respond& respond) {
    respond({200, {{"X", "a\r\nEvil: yes"}}, ""});
  });
  const auto reply = server.ask(closing("/"));
  EXPECT_EQ(header_of(reply, "Evil"), "");
  EXPECT_EQ(header_of(reply, "X"), "a  Evil: yes");
}

}  // namespace
}  // namespace runtask::sys
