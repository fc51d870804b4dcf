#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "groovy/ast.h"

// From the text of a file to its tree, every mistake of the file with it. Pure; any thread.

namespace runtask::groovy {

struct Parsed {
  // Null if the text has no tree. With other errors there is one, to be looked at.
  std::shared_ptr<const Unit> unit;
  // What Groovy 2.4, which Jenkins uses, rejects too.
  std::vector<Diagnostic> errors;
  // What Groovy accepts and this module does not have: classes, BigInteger literals beyond its
  // digits. A unit that has any must not be run, but can be looked at.
  std::vector<Diagnostic> unsupported;
  [[nodiscard]] bool can_run() const { return errors.empty() && unsupported.empty(); }
};

// Lexes, parses and resolves. `source_name` is what messages call the file; `class_path` has the
// classes of other files, if there are any.
[[nodiscard]] Parsed parse(std::string source, std::string source_name,
                           std::shared_ptr<const ClassPath> class_path = nullptr);

}  // namespace runtask::groovy
