#pragma once

#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "groovy/token.h"

// From text to tokens. Pure; any thread.

namespace runtask::groovy {

struct Tokens {
  std::vector<Token> tokens;            // Ends with a kEnd.
  std::vector<Diagnostic> diagnostics;  // In the order of the text.
};

// Never fails: what is no token becomes a diagnostic and is left out. Accepts a byte-order mark and
// a first line that begins with #!. REQUIRES: source.size() <= kSourceBytesMax.
[[nodiscard]] Tokens lex(std::string_view source);

[[nodiscard]] bool is_keyword(std::string_view word);

}  // namespace runtask::groovy
