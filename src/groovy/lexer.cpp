#include "groovy/lexer.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "groovy/limits.h"
#include "groovy/scanner.h"

namespace runtask::groovy {
namespace {

// Sorted.
constexpr std::array<std::string_view, 58> kKeywords = {
    "abstract", "as",         "assert",  "boolean",   "break",        "byte",       "case",
    "catch",    "char",       "class",   "const",     "continue",     "def",        "default",
    "do",       "double",     "else",    "enum",      "extends",      "false",      "final",
    "finally",  "float",      "for",     "goto",      "if",           "implements", "import",
    "in",       "instanceof", "int",     "interface", "long",         "native",     "new",
    "null",     "package",    "private", "protected", "public",       "return",     "short",
    "static",   "strictfp",   "super",   "switch",    "synchronized", "this",       "threadsafe",
    "throw",    "throws",     "trait",   "transient", "true",         "try",        "void",
    "volatile", "while"};

// Longer ones before their beginnings.
constexpr std::array<std::string_view, 64> kOperators = {
    ">>>=", "===", "!==", "<=>", "==~", ">>>", "<<=", ">>=", "**=", "..<", "...", "?:", "?.",
    "*.",   ".&",  ".@",  "..",  "->",  "++",  "--",  "+=",  "-=",  "*=",  "/=",  "%=", "&=",
    "|=",   "^=",  "&&",  "||",  "==",  "!=",  "<=",  ">=",  "<<",  ">>",  "**",  "=~", "::",
    "+",    "-",   "*",   "/",   "%",   "=",   "<",   ">",   "!",   "~",   "&",   "|",  "^",
    "?",    ":",   ".",   ",",   ";",   "(",   ")",   "[",   "]",   "{",   "}",   "@"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool is_keyword(std::string_view word) {
  return std::binary_search(kKeywords.begin(), kKeywords.end(), word);
}

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}

Tokens lex(std::string_view source) {
  return Scanner(source).scan_all();
}

Tokens Scanner::scan_all() {
  Tokens result;
  begin_file();
  scan_until_end(result.tokens, false);
  if (!is_broken_) complain_of_open_brackets();
  add(result.tokens, TokenKind::kEnd, source_.size(), {});
  std::stable_sort(
      diagnostics_.begin(), diagnostics_.end(),
      [](const Diagnostic& a, const Diagnostic& b) { return a.range.begin < b.range.begin; });
  result.diagnostics = std::move(diagnostics_);
  return result;
}

// Of one `{` too many, the one whose `}` stands askew is more likely to be meant than the
// outermost, which is what is left open.
void Scanner::complain_of_open_brackets() {
  if (brackets_.empty() || has_open_string_) return;
  if (askew_ && brackets_.size() == 1 && brackets_[0].open == '{') brackets_[0].range = *askew_;
  const auto last = std::min(source_.find_last_not_of(" \t\r\n"), source_.size());
  const std::string hint =
      "the text ends on line " + std::to_string(position_of(source_, last).line) + " without it";
  for (const auto& bracket : brackets_)
    complain(std::string("`") + bracket.open + "` is never closed", bracket.range, hint);
}

// Notes the first `}` at the beginning of a line that is not indented as the line of its `{`. Looks
// back at blanks, and at the line of a `{` for such a `}` only: at most kNestingMax times a line.
void Scanner::compare_indents(SourceRange open, SourceRange close) {
  if (askew_) return;
  std::size_t line = close.begin;
  while (line > 0 && (source_[line - 1] == ' ' || source_[line - 1] == '\t'))
    --line;
  if (line > 0 && source_[line - 1] != '\n') return;
  const std::size_t open_line = source_.rfind('\n', open.begin) + 1;  // npos + 1 is 0.
  const std::size_t first = source_.find_first_not_of(" \t", open_line);
  if (first < open.begin &&
      source_.substr(line, close.begin - line) != source_.substr(open_line, first - open_line))
    askew_ = open;
}

void Scanner::begin_file() {
  if (looking_at("\xEF\xBB\xBF")) at_ += 3;
  if (!looking_at("#!")) return;
  while (!at_end() && peek() != '\n')
    ++at_;
}

void Scanner::scan_until_end(std::vector<Token>& tokens, bool is_embedded) {
  while (!is_broken_ && skip_blank_and_comments() && !at_end()) {
    const char c = peek();
    if (is_embedded && c == '}' && brackets_.size() == base_) return;
    if (diagnostics_.size() >= kDiagnosticsMax) {
      is_broken_ = true;
    } else if (c == '\n' || c == '\r') {
      scan_newline(tokens);
    } else if (const bool has_slash = c == '/' || (c == '$' && peek(1) == '/');
               (!has_slash || slash_begins_string(tokens)) && scan_string(tokens)) {
      continue;
    } else if (at_name_part() && !is_digit(c)) {
      scan_word(tokens);
    } else if (is_digit(c)) {
      scan_number(tokens);
    } else {
      scan_operator(tokens);
    }
  }
}

bool Scanner::skip_blank_and_comments() {
  has_space_ = false;
  while (!at_end()) {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\f') {
      ++at_;
    } else if (c == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
      at_ += peek(1) == '\n' ? 2 : 3;  // A line goes on.
    } else if (looking_at("//")) {
      while (!at_end() && peek() != '\n')
        ++at_;
    } else if (looking_at("/*")) {
      const auto end = source_.find("*/", at_ + 2);
      if (end == std::string_view::npos) {
        complain("`/*` is never closed", {at_, at_ + 2}, "end the comment with */");
        is_broken_ = true;
        return false;
      }
      at_ = end + 2;
    } else {
      return true;
    }
    has_space_ = true;
  }
  return true;
}

void Scanner::scan_newline(std::vector<Token>& tokens) {
  const std::size_t begin = at_;
  ++at_;
  if (source_[begin] == '\r' && peek() == '\n') ++at_;
  if (is_one_line_) {
    complain("the line ends inside a string", {begin, begin + 1},
             "text over several lines needs three quotes");
    is_one_line_ = false;  // Said once.
    has_open_string_ = true;
  }
  const bool is_inside = brackets_.size() > base_ ? brackets_.back().open != '{' : depth_ > 0;
  if (is_inside) return;
  if (!tokens.empty() && tokens.back().is(TokenKind::kNewline)) return;
  add(tokens, TokenKind::kNewline, begin, {});
}

void Scanner::scan_word(std::vector<Token>& tokens) {
  const std::size_t begin = at_;
  while (at_name_part())
    ++at_;
  std::string word(source_.substr(begin, at_ - begin));
  // After a dot every word is a name: foo.default, x.class.
  const bool is_member = !tokens.empty() && tokens.back().is(TokenKind::kOperator) &&
                         (tokens.back().text == "." || tokens.back().text == "?." ||
                          tokens.back().text == "*." || tokens.back().text == ".&");
  const auto kind = !is_member && is_keyword(word) ? TokenKind::kKeyword : TokenKind::kIdentifier;
  add(tokens, kind, begin, std::move(word));
}

// The text of the number as it stands, without underscores; the parser knows its value.
void Scanner::scan_number(std::vector<Token>& tokens) {
  const std::size_t begin = at_;
  const auto take = [this](auto accepts) {
    while (!at_end() &&
           (accepts(peek()) || (peek() == '_' && (accepts(peek(1)) || peek(1) == '_'))))
      ++at_;
  };
  const char second = static_cast<char>(peek(1) | 0x20);
  if (peek() == '0' && (second == 'x' || second == 'b')) {
    at_ += 2;
    take([](char c) {
      const char low = static_cast<char>(c | 0x20);
      return is_digit(c) || (low >= 'a' && low <= 'f');
    });
  } else {
    take(is_digit);
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      take(is_digit);
    }
    const bool has_sign = peek(1) == '+' || peek(1) == '-';
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(has_sign ? 2 : 1))) {
      at_ += has_sign ? 2 : 1;
      take(is_digit);
    }
  }
  if (std::string_view("lLiIgGdDfF").find(peek()) != std::string_view::npos && !at_end()) ++at_;
  std::string text(source_.substr(begin, at_ - begin));
  text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
  const SourceRange range{begin, at_};
  add(tokens, TokenKind::kNumber, begin, std::move(text));
  if (!at_name_part()) return;
  complain("a name cannot begin with a digit", {range.begin, at_ + 1});
  while (at_name_part())
    ++at_;
}

// Whether a letter or digit of a name stands there. Beyond ASCII Groovy takes all from U+00C0 on
// but two signs for letters.
bool Scanner::at_name_part(std::size_t ahead) const {
  if (at_ + ahead >= source_.size() || !is_name_part(peek(ahead))) return false;
  const auto first = static_cast<unsigned char>(peek(ahead));
  const auto second = static_cast<unsigned char>(peek(ahead + 1));
  return first != 0xC2 && (first != 0xC3 || (second != 0x97 && second != 0xB7));
}

void Scanner::scan_operator(std::vector<Token>& tokens) {
  const std::size_t begin = at_;
  const auto* found = std::find_if(kOperators.begin(), kOperators.end(),
                                   [this](auto text) { return looking_at(text); });
  if (found == kOperators.end()) {
    const auto c = static_cast<unsigned char>(peek());
    if (c == 0xC2 || c == 0xC3) {  // U+0080 to U+00BF, U+00D7 and U+00F7: see at_name_part.
      const auto code = (c == 0xC2 ? 0U : 0x40U) + static_cast<unsigned char>(peek(1));
      char shown[8];
      (void)std::snprintf(shown, sizeof shown, "0x%X", code);
      complain(std::string("unexpected char: ") + shown, {at_, std::min(at_ + 2, source_.size())},
               code == 0xA0 ? "this only looks like a blank: write one" : "");
      const auto row = source_.substr(at_, 2);
      while (looking_at(row))
        at_ += row.size();
      return;
    }
    const std::string shown = c < 0x20 || c == 0x7F
                                  ? "a control character with the code " + std::to_string(c)
                                  : std::string("`") + peek() + "`";
    complain("unexpected " + shown, {at_, at_ + 1});
    while (!at_end() && peek() == source_[begin])  // A row of them is one mistake.
      ++at_;
    return;
  }
  at_ += found->size();
  if (found->size() == 1) note_bracket((*found)[0], {begin, at_});
  if (is_broken_) return;
  add(tokens, TokenKind::kOperator, begin, std::string(*found));
}

void Scanner::note_bracket(char bracket, SourceRange range) {
  if (bracket == '(' || bracket == '[' || bracket == '{') {
    if (brackets_.size() >= static_cast<std::size_t>(kNestingMax)) {
      complain("brackets are nested deeper than " + std::to_string(kNestingMax), range);
      is_broken_ = true;
      return;
    }
    brackets_.push_back({bracket, range});
    return;
  }
  if (bracket != ')' && bracket != ']' && bracket != '}') return;
  const char open = bracket == ')' ? '(' : bracket == ']' ? '[' : '{';
  if (brackets_.size() == base_) {
    if (has_open_string_) return;
    complain(std::string("`") + bracket + "` closes nothing", range);
    return;
  }
  if (brackets_.back().open == open) {
    if (open == '{') compare_indents(brackets_.back().range, range);
    brackets_.pop_back();
    return;
  }
  const auto at = position_of(source_, brackets_.back().range.begin);
  if (!has_open_string_)
    complain(std::string("`") + bracket + "` does not close `" + brackets_.back().open +
                 "` of line " + std::to_string(at.line),
             range);
  // Go on with the guess that the inner one was forgotten, if an outer one fits.
  const auto outer =
      std::find_if(brackets_.rbegin(), brackets_.rend() - static_cast<std::ptrdiff_t>(base_),
                   [&](const Bracket& candidate) { return candidate.open == open; });
  if (outer != brackets_.rend() - static_cast<std::ptrdiff_t>(base_))
    brackets_.erase(outer.base() - 1, brackets_.end());
}

// As Groovy 2.4: a slash after something that ends an expression divides.
bool Scanner::slash_begins_string(const std::vector<Token>& tokens) const {
  if (tokens.empty()) return true;
  const Token& last = tokens.back();
  switch (last.kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kKeyword:  // Whichever it is: `return /a/` is an error.
    case TokenKind::kNumber:
    case TokenKind::kString:
    case TokenKind::kGString:
      return false;
    case TokenKind::kOperator:
      return last.text != ")" && last.text != "]" && last.text != "}" && last.text != "++" &&
             last.text != "--";
    default:
      return true;
  }
}

void Scanner::complain(std::string message, SourceRange range, std::string hint) {
  if (diagnostics_.size() >= kDiagnosticsMax) return;
  diagnostics_.push_back({std::move(message), range, {}, std::move(hint)});
}

Token& Scanner::add(std::vector<Token>& tokens, TokenKind kind, std::size_t begin,
                    std::string text) {
  Token token;
  token.kind = kind;
  token.range = {begin, kind == TokenKind::kEnd ? begin : at_};
  token.text = std::move(text);
  token.has_space_before = has_space_;
  tokens.push_back(std::move(token));
  return tokens.back();
}

}  // namespace runtask::groovy
