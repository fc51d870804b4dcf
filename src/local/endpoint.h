#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "local/request_limits.h"
#include "local/state_directory.h"
#include "sys/environment.h"
#include "sys/files.h"
#include "sys/http_server.h"
#include "sys/loop.h"
#include "sys/processes.h"
#include "sys/random.h"

namespace runtask::local {

// The embedded ECS on 127.0.0.1: ECS, CloudWatch Logs and STS over HTTP for any AWS client that has
// its keys, running real processes. What it knows survives it, even when it is killed; what it runs
// does not. All of it lives on the loop's thread.
class Endpoint {
 public:
  struct Options {
    std::string state_directory;  // runtask's own; the endpoint's part is <it>/local.
    std::uint16_t port = 0;       // 0: a free one.
    Duration idle_timeout{};      // Without requests and live tasks; 0: never ends by itself.
    std::string region = "us-east-1";
    std::string account = "000000000000";
    Duration stop_timeout_max = std::chrono::seconds(10);  // For containers, when it is stopped.
    Limits limits = Limits::kNone;
  };
  struct Outside {  // All must outlive the endpoint.
    sys::Files& files;
    sys::Random& random;
    sys::Processes& processes;
    sys::HttpServers& servers;
    const sys::Environment& environment;
  };
  // Takes the state directory, puts right what a dead endpoint left, listens, and writes the
  // address file. kConflict when another endpoint holds the directory or the port is taken; kFull,
  // kDenied or kInvalid when the state cannot be used. `ended` is called once, on the loop, when
  // the endpoint has ended: by stop(), or because it was idle.
  [[nodiscard]] static Result<std::unique_ptr<Endpoint>> start(sys::Loop& loop,
                                                               const Outside& outside,
                                                               const Options& options,
                                                               std::function<void()> ended);
  virtual ~Endpoint() = default;
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // Stops accepting RunTask, stops the tasks, then ends. A second call kills what still runs.
  virtual void stop() = 0;

  [[nodiscard]] virtual const EndpointAddress& address() const = 0;

 protected:
  Endpoint() = default;
};

}  // namespace runtask::local
