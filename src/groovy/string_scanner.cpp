#include <algorithm>
#include <utility>

#include "groovy/limits.h"
#include "groovy/scanner.h"

namespace runtask::groovy {
namespace {

void append_utf8(std::string& text, unsigned code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0U | (code >> 6U));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0U | (code >> 12U));
    text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    text += static_cast<char>(0xF0U | (code >> 18U));
    text += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
    text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

}  // namespace

// Scans a string of any form if one begins here.
bool Scanner::scan_string(std::vector<Token>& tokens) {
  using Escapes = StringForm::Escapes;
  const std::size_t begin = at_;
  const auto scan = [&](std::size_t open, const StringForm& form) {
    at_ += open;
    scan_string_body(form, tokens, begin);
    return true;
  };
  if (looking_at("'''")) return scan(3, {"'''", false, true, Escapes::kQuoted});
  if (looking_at("\"\"\"")) return scan(3, {"\"\"\"", true, true, Escapes::kQuoted});
  if (peek() == '\'') return scan(1, {"'", false, false, Escapes::kQuoted});
  if (peek() == '"') return scan(1, {"\"", true, false, Escapes::kQuoted});
  if (peek() == '/') return scan(1, {"/", true, true, Escapes::kSlashy});
  if (looking_at("$/")) return scan(2, {"/$", true, true, Escapes::kDollar});
  return false;
}

void Scanner::scan_string_body(const StringForm& form, std::vector<Token>& tokens,
                               std::size_t begin) {
  const bool had_space = has_space_;
  if (depth_ >= kNestingMax) {
    complain("strings are nested deeper than " + std::to_string(kNestingMax), {begin, at_});
    is_broken_ = true;
    return;
  }
  std::string text;
  std::vector<StringPart> parts;
  while (true) {
    if (is_broken_) return;
    if (at_end() || (!form.may_span_lines && (peek() == '\n' || peek() == '\r'))) {
      const bool is_file_end = at_end();
      complain("this string is never closed", {begin, begin + (form.close.size() == 3 ? 3 : 1)},
               form.may_span_lines ? "" : "text over several lines needs three quotes");
      has_open_string_ = true;
      if (is_file_end) is_broken_ = true;
      break;
    }
    if (looking_at(form.close)) {
      at_ += form.close.size();
      break;
    }
    if (peek() == '\r') {  // Line ends are always \n in Groovy's text.
      at_ += peek(1) == '\n' ? 2 : 1;
      text += '\n';
      continue;
    }
    if (scan_escape(form, text)) continue;
    if (form.has_values && peek() == '$' && scan_dollar(form, text, parts)) continue;
    text += source_[at_++];
  }
  has_space_ = had_space;
  if (parts.empty()) {
    add(tokens, TokenKind::kString, begin, std::move(text));
    return;
  }
  StringPart last;
  last.text = std::move(text);
  parts.push_back(std::move(last));
  add(tokens, TokenKind::kGString, begin, {}).parts = std::move(parts);
}

bool Scanner::scan_escape(const StringForm& form, std::string& text) {
  using Escapes = StringForm::Escapes;
  if (form.escapes == Escapes::kDollar) {
    // $$ and $/ stand for $ and /, unless the latter is half of the end.
    if (looking_at("$$") || (looking_at("$/") && !looking_at("$/$"))) {
      text += peek(1);
      at_ += 2;
      return true;
    }
    if (looking_at("\\u")) return scan_unicode_escape(text);
  }
  if (peek() != '\\') return false;
  if (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n')) {
    at_ += peek(1) == '\n' ? 2 : 3;
    return true;
  }
  if (form.escapes == Escapes::kQuoted) return scan_quoted_escape(text);
  if (form.escapes == Escapes::kSlashy && peek(1) == '/') {
    text += '/';
    at_ += 2;
    return true;
  }
  if (peek(1) == 'u') return scan_unicode_escape(text);
  return false;
}

bool Scanner::scan_quoted_escape(std::string& text) {
  constexpr std::string_view kLetters = "ntrbf\\'\"$";
  constexpr std::string_view kMeanings = "\n\t\r\b\f\\'\"$";
  const char letter = peek(1);
  if (letter == 'u') return scan_unicode_escape(text);
  if (const auto known = kLetters.find(letter); known != std::string_view::npos && letter != '\0') {
    text += kMeanings[known];
    at_ += 2;
    return true;
  }
  if (is_octal(letter)) {
    unsigned code = 0;
    const std::size_t digits_max = letter <= '3' ? 3 : 2;
    ++at_;
    for (std::size_t i = 0; i < digits_max && is_octal(peek()); ++i)
      code = code * 8 + static_cast<unsigned>(source_[at_++] - '0');
    append_utf8(text, code);
    return true;
  }
  complain("unexpected char: '\\'", {at_, std::min(at_ + 2, source_.size())},
           "write \\\\ for a backslash, or use a slashy string: /.../");
  ++at_;
  return true;
}

bool Scanner::scan_unicode_escape(std::string& text) {
  const auto read = [this](std::size_t from) {
    int code = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const int digit = hex_value(peek(from + i));
      if (digit < 0) return -1;
      code = code * 16 + digit;
    }
    return code;
  };
  std::size_t digits = 1;
  while (peek(digits) == 'u')
    ++digits;
  const int code = read(digits);
  if (code < 0) {
    complain("\\u needs four hexadecimal digits", {at_, std::min(at_ + 2, source_.size())});
    at_ += 2;
    return true;
  }
  at_ += digits + 4;
  if (code >= 0xD800 && code < 0xDC00 && looking_at("\\u")) {
    const int low = read(2);
    if (low >= 0xDC00 && low < 0xE000) {
      at_ += 6;
      append_utf8(text, static_cast<unsigned>(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)));
      return true;
    }
  }
  append_utf8(text, static_cast<unsigned>(code));
  return true;
}

// A `$` in a string with values. False if it is only a character.
bool Scanner::scan_dollar(const StringForm& form, std::string& text,
                          std::vector<StringPart>& parts) {
  const char next = peek(1);
  if (next == '{') {
    scan_embedded(form, parts, text);
    return true;
  }
  if (is_name_start(next) && next != '$' && at_name_part(1)) {
    scan_dotted_path(parts, text);
    return true;
  }
  if (form.escapes == StringForm::Escapes::kQuoted)
    complain("illegal string body character after dollar sign", {at_, at_ + 1},
             "write \\$ for a dollar, or ${...} for a value");
  return false;
}

namespace {
void finish_text(std::vector<StringPart>& parts, std::string& text) {
  StringPart part;
  part.text = std::move(text);
  text.clear();
  parts.push_back(std::move(part));
}
}  // namespace

// ${expression}: a text of its own, that may hold strings with the same quotes.
void Scanner::scan_embedded(const StringForm& form, std::vector<StringPart>& parts,
                            std::string& text) {
  finish_text(parts, text);
  StringPart part;
  const std::size_t begin = at_;
  at_ += 2;
  const std::size_t outer_base = base_;
  base_ = brackets_.size();
  const bool was_one_line = std::exchange(is_one_line_, !form.may_span_lines);
  ++depth_;
  scan_until_end(part.tokens, true);
  --depth_;
  is_one_line_ = was_one_line;
  const bool is_closed = !is_broken_ && peek() == '}' && !at_end();
  if (!is_closed && !is_broken_) {
    complain("`${` is never closed", {begin, begin + 2}, "end the value with }");
    is_broken_ = true;
  }
  brackets_.resize(std::min(brackets_.size(), base_));
  base_ = outer_base;
  add(part.tokens, TokenKind::kEnd, at_, {});
  if (is_closed) ++at_;
  part.range = {begin, at_};
  part.has_braces = true;
  parts.push_back(std::move(part));
}

// $a.b.c takes every .name that follows.
void Scanner::scan_dotted_path(std::vector<StringPart>& parts, std::string& text) {
  finish_text(parts, text);
  StringPart part;
  const std::size_t begin = at_;
  ++at_;
  const auto take_name = [&] {
    const std::size_t from = at_;
    // A dollar ends the name: "$a$b" is two values.
    while (at_name_part() && peek() != '$')
      ++at_;
    std::string word(source_.substr(from, at_ - from));
    const bool is_first = part.tokens.empty();
    const bool is_self = word == "this" || word == "super";
    const bool may_be = is_first ? is_self
                                 : word == "as" || word == "def" || word == "in" ||
                                       word == "package" || word == "trait";
    if (is_keyword(word) && !may_be)
      complain("expecting an identifier, found '" + word + "'", {from, at_},
               "write ${...} around the value");
    add(part.tokens, is_first && is_self ? TokenKind::kKeyword : TokenKind::kIdentifier, from,
        std::move(word));
    return is_first && is_self;
  };
  const bool is_self = take_name();
  while (peek() == '.' && is_name_start(peek(1)) && peek(1) != '$' && at_ + 1 < source_.size()) {
    if (is_self)
      complain("expecting a string literal end, found '.'", {at_, at_ + 1},
               "write ${...} around the value");
    ++at_;
    add(part.tokens, TokenKind::kOperator, at_ - 1, ".");
    take_name();
  }
  add(part.tokens, TokenKind::kEnd, at_, {});
  part.range = {begin, at_};
  parts.push_back(std::move(part));
}

}  // namespace runtask::groovy
