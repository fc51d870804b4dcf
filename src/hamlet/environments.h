#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "hamlet/layout.h"

// Which environments a product has. Pure; any thread.

namespace runtask::hamlet {

// Those with a directory of their own among the solutions, and those with stacks, in byte order.
[[nodiscard]] std::vector<std::string> environments_of(const Tree& tree, const Layout& layout);

// kNotFound, with those that there are, for one without any trace: neither a directory among the
// solutions nor one of state. To the engine that is no error: it would find what all environments
// share, never deployed, so that a mistyped name looks like a missing deployment.
[[nodiscard]] Result<> check_environment(const Tree& tree, const Layout& layout,
                                         const Names& names);

}  // namespace runtask::hamlet
