#pragma once

#include "base/result.h"
#include "sys/environment.h"

namespace runtask::cli {

// Whether a task is to run on the embedded ECS: --local or, without it, RUNTASK_LOCAL says so.
// kUsage for a word that is neither a yes nor a no: the wrong guess would run the task elsewhere.
[[nodiscard]] Result<bool> wants_local(bool flag, const sys::Environment& environment);

}  // namespace runtask::cli
