#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"

// The words of Groovy's text. Pure; any thread.

namespace runtask::groovy {

enum class TokenKind : std::uint8_t {
  kEnd,
  kNewline,  // Only where a newline can end a statement: not inside ( ) and [ ].
  kIdentifier,
  kKeyword,
  kNumber,
  kString,    // Without interpolation: text is the content, escapes done.
  kGString,   // With: parts.
  kOperator,  // Punctuation too.
};

struct StringPart;

struct Token {
  TokenKind kind = TokenKind::kEnd;
  SourceRange range;
  std::string text;
  std::vector<StringPart> parts;  // Of a kGString.
  bool has_space_before = false;

  [[nodiscard]] bool is(TokenKind wanted) const { return kind == wanted; }
  [[nodiscard]] bool is_operator(std::string_view wanted) const {
    return kind == TokenKind::kOperator && text == wanted;
  }
  [[nodiscard]] bool is_keyword(std::string_view wanted) const {
    return kind == TokenKind::kKeyword && text == wanted;
  }
};

// A piece of "text ${expression} text".
struct StringPart {
  std::string text;           // When there are no tokens.
  std::vector<Token> tokens;  // The expression's, with a kEnd at its end.
  SourceRange range;
  bool has_braces = false;  // ${x}, not $x.
};

}  // namespace runtask::groovy
