#pragma once

#include "base/result.h"
#include "run/request.h"

namespace runtask::run {

// Refuses, kUsage, what ECS takes from nobody, whichever task it is for: sizes, tags, names that
// are too long or malformed. Nothing has to be asked for that. Pure.
[[nodiscard]] Result<> check_request(const Request& request);

}  // namespace runtask::run
