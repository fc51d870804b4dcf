#pragma once

#include "cli/screen.h"
#include "hamlet/messages.h"

// Prints what a hamlet script has said so far, each line to its stream, and forgets it.

namespace runtask::cli {

void show(hamlet::Messages& messages, Screen& screen);

}  // namespace runtask::cli
