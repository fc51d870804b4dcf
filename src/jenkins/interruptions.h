#pragma once

#include <optional>
#include <string_view>

#include "groovy/value.h"
#include "jenkins/branch.h"

// Interruptions as exceptions of the script, which may catch them: what
// org.jenkinsci.plugins.workflow.steps.FlowInterruptedException has to say for itself, getResult(),
// getCauses(), isActualInterruption(). For whoever holds the baton.

namespace runtask::jenkins {

constexpr std::string_view kInterruptedClass =
    "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException";

// The exception. `user` is who has interrupted it, if somebody has.
[[nodiscard]] groovy::Value make_interruption(Branch& branch, const Interruption& what,
                                              std::string_view user);
// `new FlowInterruptedException(Result, CauseOfInterruption...)`, or with `boolean
// actualInterruption` in between, as its class has them. None: no constructor takes the arguments.
[[nodiscard]] std::optional<groovy::Value> make_interruption(Branch& branch,
                                                             const groovy::Values& arguments);
// What the exception carries. None: it is something else.
[[nodiscard]] std::optional<Interruption> interruption_in(const groovy::Raised& raised);

}  // namespace runtask::jenkins
