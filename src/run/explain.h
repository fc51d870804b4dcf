#pragma once

#include <string>

#include "run/outcome.h"

namespace runtask::run {

// Why a launch probably ended as it did, in plain words, and what to do next. Both are empty where
// the signs do not fit a cause that is known: a guess would mislead. The cause is that of the
// container that decided or, where none did, of the essential ones: what another one says is not
// why the launch ended so. Pure.
struct Explanation {
  std::string cause;
  std::string next_step;
};
// `run_id`: of the run that the launch is part of, for the commands that go on with it. Empty: none
// can, for nobody has recorded it.
[[nodiscard]] Explanation explain(const LaunchOutcome& launch, const std::string& run_id);

}  // namespace runtask::run
