#pragma once

#include "base/result.h"
#include "cli/arguments.h"

namespace runtask::cli {

// Refuses, kUsage, flags of `runtask run` that contradict each other, and a command line that says
// in two ways, or in none, which task. Says all of the contradictions at once. Pure: what needs the
// environment or ECS is found later.
//
// --plan goes with everything: it may be added to any command line.
[[nodiscard]] Result<> check_conflicts(const RunArguments& arguments);

// Whether the task is looked up in the CMDB.
[[nodiscard]] bool is_by_names(const Selection& selection);

}  // namespace runtask::cli
