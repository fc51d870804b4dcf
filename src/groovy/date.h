#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

// Dates as text in the letters of java.text.SimpleDateFormat. Pure; any thread; no locale but
// English, no zone but a given one.

namespace runtask::groovy {

struct Zone {
  int offset_minutes = 0;
  std::string name = "UTC";
};

// None if the pattern has a letter that SimpleDateFormat does not know; `bad` then holds it.
[[nodiscard]] std::optional<std::string> format_date(WallTime time, std::string_view pattern,
                                                     const Zone& zone, char& bad);
// The moment that the text names, leniently as SimpleDateFormat: text may follow, and a 32nd of
// January is the 1st of February. None if it does not fit the pattern, or the pattern is wrong.
[[nodiscard]] std::optional<WallTime> parse_date(std::string_view text, std::string_view pattern,
                                                 const Zone& zone);
// "Sat Jan 31 12:34:56 UTC 2026", as Date.toString().
[[nodiscard]] std::string date_text(WallTime time, const Zone& zone);
// "UTC", "GMT", "GMT+02:00": the zones that need no data.
[[nodiscard]] std::optional<Zone> zone_of(std::string_view name);

}  // namespace runtask::groovy
