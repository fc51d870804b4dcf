#include "sys/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sys/curl_library.h"
#include "sys/http_asking.h"
#include "sys/sockets.h"

namespace runtask::sys {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Sends one request with a client and a loop of its own and waits for what comes of it.
HttpResult ask(HttpRequest request) {
  EventLoop loop;
  HttpClient client(loop, {"runtask/test", ""});
  std::optional<HttpResult> result;
  const auto pending = client.send(std::move(request), [&](HttpResult got) {
    result = std::move(got);
    loop.stop();
  });
  EXPECT_FALSE(result) << "never from inside send()";
  loop.run();
  EXPECT_TRUE(result);
  return result.value_or(tl::unexpected(HttpFailure{}));
}

void hear_request(const Line& line) {
  EXPECT_THAT(line.hear_until("\r\n\r\n{}"), StartsWith("POST / HTTP/1.1\r\n"));
}
HttpResult ask_scripted(std::function<void(Line&)> script) {
  const ScriptedServer server(std::move(script));
  return ask(request_to(url_of(server.port())));
}

TEST(HttpClient, a_refused_connection_is_certain_not_to_have_sent_anything) {
  const auto port = closed_port();
  const auto reply = ask(request_to(url_of(port)));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Code::kUnavailable);
  EXPECT_EQ(reply.error().error.message,
            "cannot connect to " + place_of(port) + ": connection refused");
  EXPECT_FALSE(reply.error().may_have_arrived);
}

TEST(HttpClient, a_name_that_does_not_exist_is_said_to_be_unknown) {
  // A part of a name has at most 63 characters, so no name server is ever asked for this one.
  const auto name = std::string(70, 'x') + ".test";
  const auto reply = ask(request_to("https://" + name + "/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Code::kUnavailable);
  EXPECT_EQ(reply.error().error.message,
            "cannot connect to " + name + ":443: the name cannot be resolved");
  EXPECT_FALSE(reply.error().may_have_arrived);
}

TEST(HttpClient, a_server_that_accepts_and_says_nothing_is_a_timeout) {
  const Ear ear(8);
  auto request = request_to(url_of(ear.port()));
  request.timeout = Duration(50);
  const auto reply = ask(request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Code::kTimeout);
  EXPECT_EQ(reply.error().error.message,
            "no whole answer from " + place_of(ear.port()) + " within 0.1s");
  EXPECT_TRUE(reply.error().may_have_arrived);
}

TEST(HttpClient, a_server_that_stalls_in_the_middle_is_a_timeout) {
  const ScriptedServer server([](Line& line) {
    hear_request(line);
    line.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    EXPECT_TRUE(line.is_closed_by_other());
  });
  auto request = request_to(url_of(server.port()));
  request.timeout = Duration(50);
  const auto reply = ask(request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Code::kTimeout);
}

TEST(HttpClient, a_silence_that_is_too_long_ends_it) {
  const Ear ear(8);
  auto request = request_to(url_of(ear.port()));
  request.silence_max = Duration(50);
  const auto reply = ask(request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Code::kTimeout);
  EXPECT_EQ(reply.error().error.message, "no answer from " + place_of(ear.port()) + " within 0.1s");
  EXPECT_TRUE(reply.error().may_have_arrived);
}

TEST(HttpClient, a_silence_in_the_middle_of_the_answer_ends_it) {
  const ScriptedServer server([](Line& line) {
    hear_request(line);
    line.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    EXPECT_TRUE(line.is_closed_by_other());
  });
  auto request = request_to(url_of(server.port()));
  request.silence_max = Duration(50);
  const auto reply = ask(request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Code::kTimeout);
  EXPECT_EQ(reply.error().error.message,
            "no whole answer from " + place_of(server.port()) + ": nothing came for 0.1s");
}

TEST(HttpClient, an_answer_may_take_longer_than_any_of_its_silences) {
  constexpr int kPieces = 20;
  const ScriptedServer server([](Line& line) {
    hear_request(line);
    line.say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kPieces) + "\r\n\r\n");
    for (int piece = 0; piece < kPieces; ++piece) {
      std::this_thread::sleep_for(Duration(50));
      line.say("x");
    }
  });
  auto request = request_to(url_of(server.port()));
  request.silence_max = Duration(900);
  const auto reply = ask(request);
  ASSERT_TRUE(reply) << reply.error().error.text();
  EXPECT_EQ(reply->body, std::string(kPieces, 'x'));
}

TEST(HttpClient, a_connection_that_does_not_come_about_in_time_has_sent_nothing) {
  // Nobody accepts here, and the queue is full: the kernel drops further attempts.
  const Ear ear(0);
  const auto first = Line::to(ear.port());
  auto request = request_to(url_of(ear.port()));
  request.connect_timeout = Duration(50);
  std::optional<HttpResult> reply;
  std::vector<Line> more;
  more.push_back(Line(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)));
  const auto address = loopback(ear.port());
  (void)::connect(more[0].descriptor(), reinterpret_cast<const sockaddr*>(&address),
                  sizeof(address));
  reply = ask(request);
  ASSERT_FALSE(*reply);
  EXPECT_EQ(reply->error().error.code, Code::kTimeout);
  EXPECT_EQ(reply->error().error.message,
            "cannot connect to " + place_of(ear.port()) + ": no answer within 0.1s");
  EXPECT_FALSE(reply->error().may_have_arrived);
}

TEST(HttpClient, a_request_whose_answer_is_lost_may_have_arrived) {
  struct Case {
    std::string says;
    bool resets;
    std::string reason;
  };
  std::string endless_header = "HTTP/1.1 200 OK\r\n";
  while (endless_header.size() < 300'000)
    endless_header += "X: " + std::string(1000, 'x') + "\r\n";
  const std::vector<Case> cases = {
      {"", false, "the connection was closed before an answer came"},
      {"", true, "connection reset by peer"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", false,
       "the connection was closed in the middle of it"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", false, ""},
      {"<html>hello</html>\n\n", false, "what came is not HTTP"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a number\r\n", false, ""},
      {endless_header + "\r\n", false, "its header is larger than 262144 bytes"},
  };
  for (const auto& one : cases) {
    const ScriptedServer server([&](Line& line) {
      hear_request(line);
      line.say(one.says);
      if (one.resets) line.reset();
    });
    const auto reply = ask(request_to(url_of(server.port())));
    ASSERT_FALSE(reply) << one.says;
    EXPECT_EQ(reply.error().error.code, Code::kUnavailable);
    EXPECT_TRUE(reply.error().may_have_arrived);
    EXPECT_THAT(reply.error().error.message,
                StartsWith("no whole answer from " + place_of(server.port()) + ": "));
    EXPECT_THAT(reply.error().error.message, HasSubstr(one.reason));
  }
}

// The server carries the second request out and closes the connection, which was kept, before it
// answers; whoever comes again is refused.
TEST(HttpClient, on_a_kept_connection_that_is_closed_a_request_is_sent_again_unless_it_may_not_be) {
  for (const bool is_sent_once : {false, true}) {
    const Ear ear(8);
    std::thread server([&] {
      {
        Line line = ear.accept();
        hear_request(line);
        line.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        hear_request(line);
      }
      if (is_sent_once) return;
      Line line = ear.accept();
      hear_request(line);
      line.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    EventLoop loop;
    HttpClient client(loop, {"runtask/test", ""});
    std::vector<HttpResult> results;
    sys::PendingPtr pending;
    const auto send = [&] {
      auto request = request_to(url_of(ear.port()));
      request.is_sent_once = is_sent_once;
      pending = client.send(std::move(request), [&](HttpResult got) {
        results.push_back(std::move(got));
        loop.stop();
      });
      loop.run();
    };
    send();
    send();
    server.join();
    ASSERT_EQ(results.size(), 2U);
    EXPECT_TRUE(results[0]);
    ASSERT_EQ(results[1].has_value(), !is_sent_once);
    if (!is_sent_once) continue;
    EXPECT_EQ(results[1].error().error.code, Code::kUnavailable);
    EXPECT_EQ(results[1].error().error.message,
              "no whole answer from " + place_of(ear.port()) +
                  ": the connection was closed before an answer came");
    EXPECT_TRUE(results[1].error().may_have_arrived);
  }
}

TEST(HttpClient, answers_of_every_form_are_understood) {
  const std::vector<std::string> forms = {
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX: y\r\n\r\nbody",
      "HTTP/1.0 200 OK\nX:y\n\nbody",
      "HTTP/1.1 100 Continue\r\nX: early\r\n\r\nHTTP/1.1 200 OK\r\nX:  y \r\n\r\nbody",
      "HTTP/1.1 200\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
  };
  for (const auto& form : forms) {
    const auto reply = ask_scripted([&](Line& line) {
      hear_request(line);
      line.say(form);
    });
    ASSERT_TRUE(reply) << form << reply.error().error.text();
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "body");
    EXPECT_EQ(header_value(reply->headers, "x"), "y");
  }
}

TEST(HttpClient, compressed_answers_are_not_asked_for) {
  const auto reply = ask_scripted([](Line& line) {
    const auto request = line.hear_until("\r\n\r\n{}");
    EXPECT_EQ(request.find("ncoding"), std::string::npos) << request;
    line.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_TRUE(reply);
}

TEST(HttpClient, a_server_without_tls_gets_no_request_over_https) {
  const ScriptedServer server([](Line& line) {
    const auto heard = line.hear([](const std::string& bytes) { return bytes.size() > 10; });
    EXPECT_EQ(heard.find("POST"), std::string::npos);
    line.say("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const auto reply = ask(request_to("https://" + place_of(server.port()) + "/"));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error.code, Code::kUnavailable);
  EXPECT_FALSE(reply.error().may_have_arrived);
  EXPECT_THAT(reply.error().error.message,
              StartsWith("cannot connect to " + place_of(server.port()) + ": "));
}

TEST(HttpClient, what_is_not_a_request_is_refused_at_once) {
  const auto usage = [](HttpRequest request) {
    const auto reply = ask(std::move(request));
    EXPECT_FALSE(reply);
    EXPECT_EQ(reply.error().error.code, Code::kUsage);
    EXPECT_FALSE(reply.error().may_have_arrived);
    return reply.error().error.message;
  };
  EXPECT_EQ(usage(request_to("file:///etc/passwd")),
            "`file:///etc/passwd` is not an http:// or https:// address");
  EXPECT_EQ(usage(request_to("localhost:1")),
            "`localhost:1` is not an http:// or https:// address");
  auto request = request_to(url_of(1));
  request.headers.push_back({"X", "a\r\nEvil: yes"});
  EXPECT_EQ(usage(request), "the value of the header `X` must be one line without NUL characters");
}

TEST(HttpClient, a_missing_library_is_named_with_its_package) {
  const auto curl = CurlLibrary::load("libcurl-that-is-not-there.so.4");
  ASSERT_FALSE(curl);
  EXPECT_EQ(curl.error().code, Code::kNotFound);
  EXPECT_EQ(curl.error().hint, "install the package libcurl4: apt-get install libcurl4");
  const auto other = CurlLibrary::load("libc.so.6");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "libc.so.6 has no function curl_global_init");
}

}  // namespace
}  // namespace runtask::sys
