#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "groovy/value.h"

// Regular expressions in Java's flavour, by PCRE2, which is close to it: what differs is translated
// (regex.cpp says what) or refused. Matching is bounded in steps and memory: an expression that
// explodes ends the script instead of the day.

namespace runtask::groovy {

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};
// One match: the whole, then the groups; a group that took no part is none.
using Match = std::vector<std::optional<Span>>;

class Pattern : public Object {
 public:
  // The flags of java.util.regex.Pattern that are here. UNICODE_CASE changes nothing: letters
  // beyond ASCII are always compared by Unicode where case does not count.
  static constexpr std::int32_t kCaseInsensitive = 2;
  static constexpr std::int32_t kComments = 4;
  static constexpr std::int32_t kMultiline = 8;
  static constexpr std::int32_t kDotAll = 32;
  static constexpr std::int32_t kUnicodeCase = 64;
  static constexpr std::int32_t kFlags =
      kCaseInsensitive | kComments | kMultiline | kDotAll | kUnicodeCase;

  // Throws Thrown, PatternSyntaxException, if it is no expression. REQUIRES: the flags are kFlags'.
  static Ref<Pattern> compile(Fiber& fiber, const std::string& text, std::int32_t flags = 0);
  struct Program;
  Pattern(std::string source, std::shared_ptr<const Program> compiled);

  // The first match at or after `from`; none if there is none. Throws Aborted at the limits.
  [[nodiscard]] std::optional<Match> find(const std::string& text, std::size_t from) const;
  [[nodiscard]] bool matches(Fiber& fiber, const std::string& text) const;  // The whole of it.
  [[nodiscard]] std::optional<Match> match_whole(const std::string& text) const;
  [[nodiscard]] std::optional<std::size_t> group_number(const std::string& name) const;
  [[nodiscard]] std::size_t group_count() const;
  const std::string source;

 private:
  [[nodiscard]] std::optional<Match> run(const std::string& text, std::size_t from,
                                         std::uint32_t options) const;
  std::shared_ptr<const Program> program_;
};

// What `text =~ pattern` gives: the text with its matches so far.
class Matcher : public Object {
 public:
  Matcher(Ref<Pattern> of_pattern, std::string of_text)
      : Object(Kind::kMatcher), pattern(std::move(of_pattern)), text(std::move(of_text)) {}
  void clear() override { pattern = Ref<Pattern>(); }
  Ref<Pattern> pattern;
  const std::string text;
  std::optional<Match> current;  // Of find() and matches().
  std::size_t next = 0;          // Where find() goes on.
};

// replaceAll and replaceFirst, with $1 and \ in the replacement as in Java.
[[nodiscard]] std::string replace_matches(Fiber& fiber, const Pattern& pattern,
                                          const std::string& text, const std::string& replacement,
                                          bool only_first);

}  // namespace runtask::groovy
