#pragma once

#include "hamlet/context.h"
#include "hamlet/context_script.h"

// What setContext.sh learns from the program that runs the pipeline (hamlet 4, steps 1 to 3):
// Jenkins, Azure Pipelines, or hamlet's own command line. For hamlet/context.cpp. Any thread.

namespace runtask::hamlet {

// False when a directory that the environment names is not there, which is said.
[[nodiscard]] bool read_automation(const ContextSources& sources, Script& script,
                                   Messages& messages);

}  // namespace runtask::hamlet
