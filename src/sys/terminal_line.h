#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "sys/event_loop.h"

namespace runtask::sys {

// Asks the person at this process' terminal, wherever its streams lead, for one line; what is typed
// is shown. Answers once, on the loop, never from inside: kUnavailable when there is no terminal or
// its input ends, kTimeout after `patience`. Destroying the Pending calls it off. For the loop's
// thread.
[[nodiscard]] PendingPtr ask_on_terminal(EventLoop& loop, const std::string& prompt,
                                         Duration patience,
                                         std::function<void(Result<std::string>)> done);

}  // namespace runtask::sys
