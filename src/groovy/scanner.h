#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "groovy/lexer.h"

// The lexer's inside: one object per text, lexer.cpp for words, string_scanner.cpp for strings. For
// those two files only.

namespace runtask::groovy {

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}
  Tokens scan_all();

 private:
  // How a form of string is written: its end, its escapes, whether it holds values.
  struct StringForm {
    std::string_view close;
    bool has_values;
    bool may_span_lines;
    enum class Escapes : std::uint8_t { kQuoted, kSlashy, kDollar } escapes;
  };

  void begin_file();
  // Scans up to the end of the text, or to the } that closes a ${.
  void scan_until_end(std::vector<Token>& tokens, bool is_embedded);
  bool skip_blank_and_comments();  // False at an unterminated comment.
  void scan_newline(std::vector<Token>& tokens);
  void scan_word(std::vector<Token>& tokens);
  void scan_number(std::vector<Token>& tokens);
  [[nodiscard]] bool at_name_part(std::size_t ahead = 0) const;
  void scan_operator(std::vector<Token>& tokens);
  void note_bracket(char bracket, SourceRange range);
  void compare_indents(SourceRange open, SourceRange close);
  void complain_of_open_brackets();
  [[nodiscard]] bool slash_begins_string(const std::vector<Token>& tokens) const;

  bool scan_string(std::vector<Token>& tokens);
  void scan_string_body(const StringForm& form, std::vector<Token>& tokens, std::size_t begin);
  bool scan_escape(const StringForm& form, std::string& text);
  bool scan_quoted_escape(std::string& text);
  bool scan_unicode_escape(std::string& text);
  bool scan_dollar(const StringForm& form, std::string& text, std::vector<StringPart>& parts);
  void scan_embedded(const StringForm& form, std::vector<StringPart>& parts, std::string& text);
  void scan_dotted_path(std::vector<StringPart>& parts, std::string& text);

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool at_end() const { return at_ >= source_.size(); }
  [[nodiscard]] bool looking_at(std::string_view text) const {
    return source_.substr(at_).starts_with(text);
  }
  void complain(std::string message, SourceRange range, std::string hint = {});
  Token& add(std::vector<Token>& tokens, TokenKind kind, std::size_t begin, std::string text);

  struct Bracket {
    char open;
    SourceRange range;
  };
  std::string_view source_;
  std::size_t at_ = 0;
  std::vector<Bracket> brackets_;  // Open ones; those of an embedding string are below base_.
  std::size_t base_ = 0;
  std::optional<SourceRange> askew_;  // The first `{` whose `}` is not indented as its line.
  bool has_space_ = false;
  bool is_one_line_ = false;  // In a ${ of a string that must end on its line.
  int depth_ = 0;             // Of strings in strings.
  bool is_broken_ = false;    // Nothing after this place can be told apart.
  // It may have swallowed brackets, or let some out: those around and behind it tell nothing.
  bool has_open_string_ = false;
  std::vector<Diagnostic> diagnostics_;
};

[[nodiscard]] bool is_name_start(char c);
[[nodiscard]] bool is_name_part(char c);

}  // namespace runtask::groovy
