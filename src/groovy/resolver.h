#pragma once

#include <vector>

#include "base/diagnostic.h"
#include "groovy/ast.h"

// The mistakes that need more than a statement to be seen: variables declared twice, jumps out of
// nothing, classes that nobody has. And what the evaluator should not have to find out again: which
// names are variables of the text, which blocks have some, what class a type is. Pure.

namespace runtask::groovy {

void resolve(Unit& unit, std::vector<Diagnostic>& errors, std::vector<Diagnostic>& unsupported);

}  // namespace runtask::groovy
