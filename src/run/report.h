#pragma once

#include <string>

#include "run/outcome.h"

// The outcome for people and for other programs. Pure.

namespace runtask::run {

// One line per launch: name, state, exit code, reason, time.
[[nodiscard]] std::string table(const Outcome& outcome);
// What is to be known of a launch that did not succeed: codes, reasons, the last lines, the likely
// cause, the next step. Empty for one that did, and for those that runtask itself skipped.
// `run_id`: see explain().
[[nodiscard]] std::string failure_block(const LaunchOutcome& launch, const std::string& run_id);
// Why lines of a launch without such a block may be missing, a line each. Empty: none are.
[[nodiscard]] std::string log_words(const LaunchOutcome& launch);

// Of tasks that nobody asked for and that may run, a line each. Empty: there are none.
[[nodiscard]] std::string surplus_words(const Outcome& outcome);

[[nodiscard]] std::string to_junit(const Outcome& outcome);
[[nodiscard]] std::string to_markdown(const Outcome& outcome);

}  // namespace runtask::run
