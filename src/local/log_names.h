#pragma once

#include <string>
#include <string_view>

#include "local/answer.h"

// What CloudWatch Logs lets a name be. Pure; any thread.

namespace runtask::local {

// 1 to 512 of letters, digits and .-_/#
[[nodiscard]] bool is_log_group_name(std::string_view name);
// 1 to 512 characters without ':' and '*'; it may hold '/' and '..', so it is never a path.
[[nodiscard]] bool is_log_stream_name(std::string_view name);

}  // namespace runtask::local
