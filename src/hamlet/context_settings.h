#pragma once

#include "hamlet/context_script.h"
#include "hamlet/messages.h"

// What setContext.sh defines and saves, in its order (hamlet 4, steps 4 to 11). For
// hamlet/context.cpp. Pure; any thread.

namespace runtask::hamlet {

// The names of the deployment and release modes, and the default ones.
void define_modes(Script& script);
// Everything after the flags: the scope, the account, git and registry providers, repositories,
// deployment units, release mode, tags, and the facts of the automation itself. One environment.
void define_settings(Script& script, Messages& messages);

}  // namespace runtask::hamlet
