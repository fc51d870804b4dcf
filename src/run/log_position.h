#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace runtask::run {

// Where the reading of one container's log goes on, as the history keeps it. Pure.
struct LogPosition {
  std::string stream;               // Whose position it is: another task has another stream.
  std::string token;                // GetLogEvents': behind everything that was read.
  std::uint64_t lines = 0;          // Read of this stream so far.
  std::uint64_t taken_here = 0;     // Of those, behind the token: of a server whose tokens stay.
  std::optional<bool> is_cut = {};  // True: the last of them may go on in the next; see LineMask.
};

[[nodiscard]] std::string to_json(const LogPosition& position);  // One line.
[[nodiscard]] Result<LogPosition> read_log_position(std::string_view text);

}  // namespace runtask::run
