#pragma once

#include "cli/arguments.h"
#include "cli/world.h"
#include "run/machine.h"
#include "run/request.h"

namespace runtask::cli {

// What the flags of `run` mean, with files and runtask's own environment read. Errors are kUsage or
// the file's own; nothing has been started then.
[[nodiscard]] Result<run::Request> read_request(const RunArguments& arguments, const World& world);
[[nodiscard]] run::Policy read_policy(const RunArguments& arguments, const World& world);

}  // namespace runtask::cli
