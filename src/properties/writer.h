#pragma once

#include <string>
#include <string_view>

// Writes properties as hamlet's scripts do, so that what reads their files reads ours: a name, `=`,
// the value, raw. Only what a Java reader would not get back that way is escaped: backslashes, line
// ends, blanks at the beginning of a value, separators, blanks and comment signs in a name, and
// characters beyond ASCII (as \uXXXX, because readProperties takes files for ISO-8859-1 and others
// take them for UTF-8). Bytes that are no UTF-8 stay raw. Pure; any thread.

namespace runtask::properties {

// Without a newline at the end.
[[nodiscard]] std::string line_of(std::string_view name, std::string_view value);

// Whether `readProperties interpolate: true` would take a part of the value for a reference. There
// is no way to write such a value so that it would not: doubling the `$` is undone twice.
[[nodiscard]] bool looks_interpolated(std::string_view value);

}  // namespace runtask::properties
