#pragma once

#include <vector>

#include "base/diagnostic.h"
#include "groovy/ast.h"

// The mistakes that need more than a statement to be seen: variables declared twice, jumps out of
// nothing, classes that nobody has. And what the evaluator should not have to find out again: which
// names are variables of the text, which blocks have some, what class a type is. Pure.

namespace runtask::groovy {

// Gives the unit's classes their parents and interfaces. Units that name each other's classes are
// all linked before any is resolved. `class_path` may be null.
void link_classes(Unit& unit, const ClassPath* class_path, std::vector<Diagnostic>& errors,
                  std::vector<Diagnostic>& unsupported);
void resolve(Unit& unit, const ClassPath* class_path, std::vector<Diagnostic>& errors,
             std::vector<Diagnostic>& unsupported);

}  // namespace runtask::groovy
