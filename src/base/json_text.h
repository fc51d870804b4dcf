#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

// A text out of JSON that is read by hand. Pure; any thread.

namespace runtask::json {

// An object's member; empty when there is none or it is no text.
[[nodiscard]] std::string text_of(const Value& object, std::string_view name);

}  // namespace runtask::json
