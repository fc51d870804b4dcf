#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "properties/interpolation.h"

// The references of an interpolation that are computed and not looked up: `${base64Encoder:TEXT}`,
// `base64Decoder`, `urlEncoder`, `urlDecoder`, `date`. All others that Apache's library knows
// (`env`, `sys`, `file`, `script`, ...) are disabled in Jenkins, and so they are here. Pure.

namespace runtask::properties {

// None when there is no such lookup. Error kInvalid for a text that cannot be decoded.
[[nodiscard]] Result<std::optional<std::string>> look_up(std::string_view lookup,
                                                         std::string_view text,
                                                         const DateFormat& date);

}  // namespace runtask::properties
