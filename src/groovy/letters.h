#pragma once

#include <string>

// Large and small letters of a UTF-8 text: Latin, Greek and Cyrillic; others stay as they are.
// Pure.

namespace runtask::groovy {

[[nodiscard]] std::string upper(const std::string& text);
[[nodiscard]] std::string lower(const std::string& text);

}  // namespace runtask::groovy
