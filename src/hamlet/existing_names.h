#pragma once

#include <string>
#include <vector>

// What an error says of the names that do exist. Pure; any thread.

namespace runtask::hamlet {

// A name in backquotes, or "the unnamed one".
[[nodiscard]] std::string shown_name(const std::string& name);

// "there are `a`, `b` and 3 more", or "there are no PLURAL". Each name once; first those that
// differ from what was asked for in case alone, then those that begin like it (up to its first `*`)
// or are spelled nearly like it, then the others as they came.
[[nodiscard]] std::string what_exists(const std::string& asked, const std::vector<std::string>& all,
                                      const std::string& plural);

}  // namespace runtask::hamlet
