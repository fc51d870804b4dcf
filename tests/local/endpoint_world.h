#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ecs/api.h"
#include "ecs/errors.h"
#include "ecs/life_cycle.h"
#include "ecs/sigv4.h"
#include "local/endpoint.h"
#include "sys/http_client.h"
#include "sys/scratch.h"

namespace runtask::local {

// The real endpoint in this process, with real processes, sockets and files, and a client that
// signs by hand, all on one loop. Every wait has an end.
class EndpointWorld {
 public:
  static constexpr auto kPatience = std::chrono::seconds(20);

  explicit EndpointWorld(std::string state) : state_directory(std::move(state)) {}
  ~EndpointWorld() {
    endpoint.reset();
    loop.run();  // Collects what the endpoint's end has left.
  }
  EndpointWorld(const EndpointWorld&) = delete;
  EndpointWorld& operator=(const EndpointWorld&) = delete;

  [[nodiscard]] Result<> start(Duration idle_timeout = Duration(0)) {
    Endpoint::Options options;
    options.state_directory = state_directory;
    options.idle_timeout = idle_timeout;
    endpoint = TRY(
        Endpoint::start(loop, {files, random, processes, servers, environment}, options, [this] {
          has_ended = true;
          loop.stop();
        }));
    address = endpoint->address();
    keys = TRY(read_keys(files, StateDirectory(state_directory)));
    return {};
  }

  // Uses an endpoint of another process; false when none came up in time.
  bool find() {
    return wait_until([this] {
      const auto found = find_endpoint(files, StateDirectory(state_directory));
      if (!found) return false;
      address = *found;
      keys = read_keys(files, StateDirectory(state_directory)).value_or(ecs::SigningKeys{});
      return true;
    });
  }

  template <class Condition>
  bool wait_until(Condition condition) {
    const Instant deadline = loop.now() + kPatience;
    while (!condition()) {
      if (loop.now() >= deadline) return false;
      run_for(Duration(5));
    }
    return true;
  }
  void run_for(Duration duration) {
    const auto timer = loop.after(duration, [this] { loop.stop(); });
    loop.run();
  }

  sys::HttpResult send(sys::HttpRequest request) {
    request.connect_timeout = kPatience;
    request.timeout = kPatience;
    request.reply_bytes_max = 16U << 20U;
    std::optional<sys::HttpResult> result;
    const auto pending = http.send(std::move(request), [&](sys::HttpResult it) {
      result = std::move(it);
      loop.stop();
    });
    while (!result)
      loop.run();
    return *std::move(result);
  }

  sys::HttpRequest signed_request(ecs::Service service, const std::string& operation,
                                  const std::string& body) {
    const bool is_sts = service == ecs::Service::kSts;
    ecs::SigningRequest to_sign{"POST",
                                "/",
                                "",
                                {{"Host", "127.0.0.1:" + std::to_string(address.port)},
                                 {"Content-Type", is_sts ? "application/x-www-form-urlencoded"
                                                         : "application/x-amz-json-1.1"}},
                                body};
    if (!is_sts)
      to_sign.headers.push_back(
          {"X-Amz-Target", std::string(ecs::target_prefix(service)) + "." + operation});
    sys::HttpRequest request;
    request.method = "POST";
    request.url = address.url() + "/";
    request.body = body;
    for (const auto& header : to_sign.headers)
      request.headers.push_back({header.name, header.value});
    for (const auto& header :
         ecs::sign(to_sign, keys, "eu-west-1", ecs::signing_name(service), loop.wall_now()))
      request.headers.push_back({header.name, header.value});
    return request;
  }

  static ecs::CallError failure(const Error& error) {
    ecs::CallError failure{};
    failure.error = error;
    return failure;
  }
  // The operation over the wire, from JSON.
  template <class Operation>
  tl::expected<typename Operation::Reply, ecs::CallError> call(const std::string& json) {
    const auto result = send(signed_request(Operation::kService, Operation::kName, json));
    if (!result) {
      ADD_FAILURE() << result.error().error.text();
      return tl::unexpected<ecs::CallError>(failure(result.error().error));
    }
    if (result->status != 200)
      return tl::unexpected<ecs::CallError>(
          ecs::read_error(Operation::kName, result->status,
                          sys::header_value(result->headers, "content-type"), result->body));
    auto reply = ecs::read_reply<Operation>(result->body);
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().text());
    if (!reply) return tl::unexpected<ecs::CallError>(failure(reply.error()));
    return *std::move(reply);
  }

  // Registers "job" with one container "app" that runs the shell text.
  void register_shell(const std::string& script, const std::string& more = "") {
    const auto reply = call<ecs::RegisterTaskDefinition>(
        R"({"family":"job","containerDefinitions":[{"name":"app","image":"host","memory":256,
            "entryPoint":["/bin/sh","-c"],"command":[)" +
        json::quoted(script) + "]" + (more.empty() ? "" : "," + more) + "}]}");
    ASSERT_TRUE(reply) << reply.error().error.text();
  }
  std::string run(const std::string& more = "") {
    const auto reply = call<ecs::RunTask>(R"({"taskDefinition":"job")" + more + "}");
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().error.text());
    if (!reply || reply->tasks.empty()) return {};
    return ecs::last_part(reply->tasks[0].task_arn);
  }
  ecs::Task describe(const std::string& id) {
    auto reply = call<ecs::DescribeTasks>(R"({"tasks":[")" + id + R"("]})");
    if (!reply || reply->tasks.empty()) return {};
    return std::move(reply->tasks[0]);
  }
  ecs::Task wait_for(const std::string& id, const std::string& status) {
    ecs::Task task;
    EXPECT_TRUE(wait_until([&] {
      task = describe(id);
      return task.last_status == status;
    })) << "it is "
        << task.last_status;
    return task;
  }
  // Runs "job" to its end.
  ecs::Task run_whole(const std::string& more = "") { return wait_for(run(more), "STOPPED"); }
  // All lines of a container, by the forward token.
  std::vector<std::string> lines(const std::string& id, const std::string& container = "app") {
    std::vector<std::string> lines;
    std::string token;
    is_complete = false;
    for (;;) {
      const auto page = call<ecs::GetLogEvents>(
          R"({"logGroupName":"/runtask/job","logStreamName":")" + container + "/" + id +
          R"(","startFromHead":true)" +
          (token.empty() ? "" : R"(,"nextToken":")" + token + R"(")") + "}");
      if (!page) return {page.error().name};
      for (const auto& event : page->events)
        lines.push_back(event.message);
      is_complete = page->complete.value_or(false);
      if (page->next_forward_token == token) return lines;
      token = page->next_forward_token;
    }
  }

  sys::EventLoop loop;
  sys::SystemFiles files;
  sys::SystemRandom random;
  sys::SystemProcesses processes{loop};
  sys::SystemHttpServers servers{loop};
  sys::Environment environment{std::map<std::string, std::string>{{"HOME", "/tmp"}}};
  sys::HttpClient http{loop, {"runtask-test", ""}};
  std::string state_directory;
  std::unique_ptr<Endpoint> endpoint;
  EndpointAddress address;
  ecs::SigningKeys keys;
  bool has_ended = false;
  bool is_complete = false;
};

}  // namespace runtask::local
