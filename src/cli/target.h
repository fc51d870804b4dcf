#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/world.h"
#include "ecs/client.h"
#include "sys/http.h"

// Where calls go: AWS as the environment and the AWS files say, or the embedded endpoint.

namespace runtask::cli {

struct Target {
  std::unique_ptr<sys::Http> http;
  std::unique_ptr<ecs::Client> client;
  std::string words;    // "the embedded ECS", "eu-west-1".
  std::string account;  // hamlet's name of it; empty: not known.
  std::string region;
  bool is_local = false;
};

// The embedded endpoint, started if it does not run.
[[nodiscard]] Result<Target> local_target(const World& world);

struct AwsChoice {
  std::string profile;
  std::string region;
  bool insecure_http = false;
};
[[nodiscard]] Result<Target> aws_target(const World& world, const AwsChoice& choice);

// Makes one call and waits for its answer, for commands that do nothing else meanwhile.
template <class Operation>
[[nodiscard]] ecs::Called<typename Operation::Reply> call_and_wait(const World& world,
                                                                   ecs::Client& client,
                                                                   const Operation& request) {
  std::optional<ecs::Called<typename Operation::Reply>> answer;
  client.call(request, [&](ecs::Called<typename Operation::Reply> came) {
    answer = std::move(came);
    world.loop.stop();
  });
  world.loop.run();
  if (answer) return *std::move(answer);
  return tl::unexpected<ecs::CallError>(
      ecs::CallError{{Code::kUnavailable, "no answer came", {}, {}}, {}, 0, true, {}, {}});
}

}  // namespace runtask::cli
