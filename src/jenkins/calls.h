#pragma once

#include <functional>

#include "groovy/ast.h"

// The calls in a piece of code, wherever in it they stand. Pure; the thread that uses the tree. The
// depth of the recursion is that of the tree, which the parser bounds.

namespace runtask::jenkins {

// False: what is inside this call is not looked into.
using VisitCall = std::function<bool(const groovy::CallExpr& call)>;

// Each call of the block, in the order of the text, the outer one before what is inside it.
void each_call(const groovy::Block& block, const VisitCall& visit);

}  // namespace runtask::jenkins
