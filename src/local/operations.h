#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "local/service.h"

namespace runtask::local {

// Calls an operation of ECS or Logs by its name, from JSON to JSON. UnknownOperationException for a
// name that is not served, SerializationException for a body that is not its input.
[[nodiscard]] Answer<std::string> answer_json(Service& service, ecs::Service api,
                                              const std::string& operation, const std::string& body,
                                              const std::string& caller_arn);

}  // namespace runtask::local
