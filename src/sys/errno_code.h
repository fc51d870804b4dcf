#pragma once

#include "base/result.h"

namespace runtask::sys {

// What an errno of a file operation means to a program: kNotFound, kDenied, kFull (disk, quota or
// the process's own limit on file sizes), kUnavailable for the rest. Pure; any thread.
[[nodiscard]] Code code_of_errno(int number);

}  // namespace runtask::sys
