#pragma once

#include <cstdint>

#include "cli/world.h"
#include "local/request_limits.h"
#include "local/state_directory.h"

// The embedded endpoint as a process of its own, started in the background when it is needed. Only
// this file knows how that is done.

namespace runtask::cli {

struct EndpointProcess {
  local::EndpointAddress address;
  ecs::SigningKeys keys;
  bool was_running = false;  // Before this call.
};

struct EndpointStart {
  std::uint16_t port = 0;  // 0: the one of last time if it is free, else any.
  Duration idle_timeout{};
  local::Limits limits = local::Limits::kNone;
};
constexpr Duration kIdleTimeoutDefault = std::chrono::minutes(15);

// Where the endpoint keeps its state, made if it is not there.
[[nodiscard]] Result<local::StateDirectory> local_state(const World& world);

// The endpoint of the state directory, started if none runs. Of several processes that call this at
// once, exactly one starts it. Blocks until it serves.
[[nodiscard]] Result<EndpointProcess> ensure_endpoint(const World& world,
                                                      const EndpointStart& start);

// Serves in this process until it is stopped or idle. `background` says that another process waits
// for the ready line (sys::say_ready); if somebody else serves the directory already, that is as
// good as serving.
[[nodiscard]] Result<> serve_endpoint(const World& world, const EndpointStart& start,
                                      bool background);

// Whether somebody has stopped it (a signal, `local stop`), and nobody has started it since.
[[nodiscard]] bool is_endpoint_stopped(const World& world);

// None when no endpoint runs. kConflict when one does that does not say where it serves.
[[nodiscard]] Result<std::optional<local::EndpointAddress>> running_endpoint(const World& world);

// Asks the endpoint to end and waits until it has. False when none ran.
[[nodiscard]] Result<bool> stop_endpoint(const World& world);

}  // namespace runtask::cli
