#include "properties/reader.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "base/diagnostic.h"
#include "properties/characters.h"

namespace runtask::properties {
namespace {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\f';
}
constexpr bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

// One logical line: continued lines joined, their leading blanks gone, escapes still in place. For
// each piece, where it came from, so that a mistake can be shown.
struct Line {
  std::string text;
  struct Piece {
    std::size_t at;      // In `text`.
    std::size_t origin;  // In the source.
  };
  std::vector<Piece> pieces;

  [[nodiscard]] std::size_t origin_of(std::size_t at) const {
    std::size_t origin = 0;
    for (const auto& piece : pieces)
      if (piece.at <= at) origin = piece.origin + (at - piece.at);
    return origin;
  }
};

class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  // False at the end. Skips blank lines and comments.
  bool next(Line& line) {
    while (skip_to_something()) {
      if (text_[at_] == '#' || text_[at_] == '!') {
        skip_line();
        continue;
      }
      if (take(line)) return true;
    }
    return false;
  }

 private:
  bool skip_to_something() {
    while (at_ < text_.size() && (is_blank(text_[at_]) || is_line_end(text_[at_])))
      ++at_;
    return at_ < text_.size();
  }
  void skip_line() {
    while (at_ < text_.size() && !is_line_end(text_[at_]))
      ++at_;
  }
  void skip_line_end() {
    if (text_.substr(at_, 2) == "\r\n") ++at_;
    ++at_;
  }

  // False when it counts for nothing. A lone backslash does count at the very end of the text, and
  // only there (not before a line end of two characters): Java takes it for an empty name.
  bool take(Line& line) {
    line.text.clear();
    line.pieces.clear();
    for (;;) {
      const std::size_t begin = at_;
      skip_line();
      std::string_view piece = text_.substr(begin, at_ - begin);
      const auto last = piece.find_last_not_of('\\');
      const auto backslashes = piece.size() - (last == std::string_view::npos ? 0 : last + 1);
      const bool continues = backslashes % 2 == 1;
      if (continues) piece.remove_suffix(1);
      line.pieces.push_back({line.text.size(), begin});
      line.text += piece;
      const bool ends_in_two = text_.substr(at_, 2) == "\r\n";
      if (at_ < text_.size()) skip_line_end();
      if (!continues) return !line.text.empty();
      if (at_ == text_.size()) return !ends_in_two || !line.text.empty();
      while (at_ < text_.size() && is_blank(text_[at_]))
        ++at_;
      if (at_ == text_.size()) return !line.text.empty();
      // A blank line behind the continuation ends the logical line; a comment sign begins a comment
      // as long as nothing else has come.
      if (is_line_end(text_[at_])) {
        skip_line_end();
        return !line.text.empty();
      }
      if (line.text.empty() && (text_[at_] == '#' || text_[at_] == '!')) return false;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// Where the name of a logical line ends and where its value begins.
struct Split {
  std::size_t name_end;
  std::size_t value_begin;
};
Split split(std::string_view line) {
  std::size_t at = 0;
  bool is_escaped = false;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (!is_escaped && (c == '=' || c == ':' || is_blank(c))) break;
    is_escaped = c == '\\' && !is_escaped;
  }
  const auto name_end = at;
  bool has_separator = false;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (is_blank(c)) continue;
    if (has_separator || (c != '=' && c != ':')) break;
    has_separator = true;
  }
  return {name_end, at};
}

std::optional<std::uint32_t> hex_quad(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t number = 0;
  for (const char c : text.substr(0, 4)) {
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    number = number * 16 + static_cast<std::uint32_t>(digit);
  }
  return number;
}

// Takes the escapes out of [begin, end) of a line. On a bad \u: where it stands in the line.
struct Unescaped {
  std::string text;
  std::optional<std::size_t> mistake;
};
Unescaped unescaped(std::string_view line, std::size_t begin, std::size_t end) {
  Unescaped result;
  Utf16Writer writer(result.text);
  for (std::size_t at = begin; at < end; ++at) {
    if (line[at] != '\\' || at + 1 == end) {
      writer.bytes(line.substr(at, 1));
      continue;
    }
    const char c = line[++at];
    if (c == 'u') {
      const auto unit = hex_quad(line.substr(at + 1, end - at - 1));
      if (!unit) {
        result.mistake = at - 1;
        return result;
      }
      writer.unit(*unit);
      at += 4;
    } else if (c == 't' || c == 'n' || c == 'r' || c == 'f') {
      const char plain = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : '\f';
      writer.bytes(std::string_view(&plain, 1));
    } else {
      writer.bytes(line.substr(at, 1));
    }
  }
  writer.finish();
  return result;
}

tl::unexpected<Error> bad_escape(const Line& line, std::size_t at, std::string_view source,
                                 std::string_view text) {
  Diagnostic diagnostic;
  diagnostic.message = "malformed \\uXXXX: four hexadecimal digits must follow";
  const auto origin = line.origin_of(at);
  diagnostic.range = {origin, origin + 2};
  diagnostic.hint = "a backslash that is meant as one is written \\\\";
  // render() writes the whole message; an Error adds its own "error: ".
  const auto rendered = render(diagnostic, source, text);
  return fail(Code::kInvalid, rendered.substr(std::string_view("error: ").size()));
}

}  // namespace

Result<Properties> parse(std::string_view bytes, Charset charset, std::string_view source) {
  const auto text = charset == Charset::kLatin1 ? from_latin1(bytes) : repaired_utf8(bytes);
  Properties properties;
  Lines lines(text);
  Line line;
  while (lines.next(line)) {
    const auto [name_end, value_begin] = split(line.text);
    auto name = unescaped(line.text, 0, name_end);
    if (name.mistake) return bad_escape(line, *name.mistake, source, text);
    auto value = unescaped(line.text, value_begin, line.text.size());
    if (value.mistake) return bad_escape(line, *value.mistake, source, text);
    properties.set(name.text, std::move(value.text));
  }
  return properties;
}

}  // namespace runtask::properties
