#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

// The two kinds of time and how they are written. Pure: nobody reads a clock here. Any thread.

namespace runtask {

using Duration = std::chrono::milliseconds;

// A moment on a monotonic clock that no one sets. Comparable only within one process.
using Instant = std::chrono::milliseconds;

// A moment that other machines understand: since 1970-01-01T00:00:00Z, without leap seconds.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

// "90", "90s", "1h30m", "500ms", "2d": a number without a unit is seconds. Error kUsage on anything
// else, on negative numbers and on what does not fit 100 years.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

// Short for people: "0.4s", "12s", "1m05s", "2h03m".
[[nodiscard]] std::string short_duration(Duration duration);

// "2026-01-31T12:34:56.789Z".
[[nodiscard]] std::string iso_time(WallTime time);
// "20260131T123456Z", as SigV4 wants it.
[[nodiscard]] std::string compact_time(WallTime time);
// The reverse of compact_time and of iso_time (fraction and zone `Z` or `+hh:mm`). Error kInvalid.
[[nodiscard]] Result<WallTime> parse_iso_time(std::string_view text);
// "Sat, 31 Jan 2026 12:34:56 GMT", the Date header of HTTP; and its reverse.
[[nodiscard]] std::string http_date(WallTime time);
[[nodiscard]] Result<WallTime> parse_http_date(std::string_view text);

}  // namespace runtask
