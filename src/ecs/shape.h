#pragma once

#include <string_view>

#include "base/result.h"

// Which members ECS knows, at every level, in the two kinds of JSON that people write by hand: the
// overrides of a run, and a task definition. A misspelt member would be obeyed by nobody, and ECS
// itself drops it without a word. ECS API: the shapes TaskOverride and RegisterTaskDefinition of
// its model, with what DescribeTaskDefinition adds to the latter, so that its reply can be
// registered again. What is deeper than people write (volumes of EFS, say) is left to ECS. Pure.

namespace runtask::ecs {

// Refuses, kUsage, text that is not JSON, a member that ECS does not know, and an entry that lacks
// the member without which it means nothing: "m.json: containerOverrides[0]: ...". `source` starts
// the message. Types are not looked at: the reader of the text does that.
[[nodiscard]] Result<> check_override_shape(std::string_view text, std::string_view source);
[[nodiscard]] Result<> check_registration_shape(std::string_view text, std::string_view source);

}  // namespace runtask::ecs
