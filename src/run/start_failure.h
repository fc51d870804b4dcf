#pragma once

#include <string_view>

#include "base/result.h"
#include "ecs/types.h"

// Which failures to start a task may be gone at the next attempt. Pure. What AWS writes in its
// messages is no interface, so every rule names where the words were seen.

namespace runtask::run {

// A failure in RunTask's reply: RESOURCE:*, AGENT, capacity, throttling may pass; ATTRIBUTE,
// LOCATION, MISSING, INACTIVE and what is not known will not.
[[nodiscard]] bool may_pass(const ecs::Failure& failure);

// An error instead of a reply. Throttling and quotas also come as exceptions of another kind, told
// only by their message.
[[nodiscard]] bool may_pass(Code code, std::string_view message);

// A task that ECS shows STOPPED as TaskFailedToStart for a reason that passes: the network
// interface or the image could not be had just then. None of whose containers one has run: what it
// did would be done twice.
[[nodiscard]] bool failed_to_start_for_now(const ecs::Task& stopped);

}  // namespace runtask::run
