#pragma once

#include <string>

#include "run/outcome.h"

namespace runtask::run {

// Why a launch probably ended as it did, in plain words, and what to do next. Both are empty where
// the signs do not fit a cause that is known: a guess would mislead. Pure.
struct Explanation {
  std::string cause;
  std::string next_step;
};
[[nodiscard]] Explanation explain(const LaunchOutcome& launch);

}  // namespace runtask::run
