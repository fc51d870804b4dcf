#pragma once

#include <string>
#include <string_view>

// Text of several lines. Pure; any thread.

namespace runtask {

// The prefix before each line of the text.
[[nodiscard]] std::string with_prefix(std::string_view prefix, std::string_view text);
// The lines in one, with blanks between them.
[[nodiscard]] std::string one_line(std::string_view text);

}  // namespace runtask
