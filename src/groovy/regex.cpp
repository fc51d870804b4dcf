#include "groovy/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "groovy/fiber.h"
#include "groovy/limits.h"

namespace runtask::groovy {
namespace {

struct CodeEnd {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct MatchEnd {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct CompileEnd {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};
struct ContextEnd {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

constexpr std::size_t kPatternBytesMax = 64U << 10U;

// Java's spelling where PCRE2 has another one. Inside a class, `[` opens a nested class in Java and
// `&&` is an intersection: PCRE2 10.42 has neither, so both are refused.
struct Translation {
  std::string pattern;
  std::string refused;  // What cannot be said, or empty.
};

// The classes that PCRE2 calls otherwise, as what stands between brackets.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kClasses = {
    {{"{Lower}", "a-z"},
     {"{Upper}", "A-Z"},
     {"{Alpha}", "a-zA-Z"},
     {"{Digit}", "0-9"},
     {"{Alnum}", "a-zA-Z0-9"},
     {"{XDigit}", "0-9a-fA-F"},
     {"{Space}", " \\t\\n\\x0B\\f\\r"},
     {"{Blank}", " \\t"},
     {"{Cntrl}", "\\x00-\\x1F\\x7F"},
     {"{ASCII}", "\\x00-\\x7F"},
     {"{Punct}", "!-\\/:-@\\[-`{-~"},
     {"{Graph}", "!-~"}}};

class Translator {
 public:
  explicit Translator(std::string_view java) : java_(java) {}

  Translation run() {
    while (at_ < java_.size()) {
      const char c = java_[at_];
      if (c == '\\' && at_ + 1 < java_.size())
        escape();
      else if (in_class_)
        member_of_class(c);
      else if (c == '[')
        open_class();
      else if (c == '(')
        open_group();
      else
        copy(1);
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return java_.substr(at_); }
  void copy(std::size_t size) {
    result_.pattern += rest().substr(0, size);
    at_ = std::min(at_ + size, java_.size());
  }
  void refuse(std::string what) { result_.refused = std::move(what); }

  // Java's \Z, \z, \b, \d and the rest mean the same; \h and \R too.
  void escape() {
    const char letter = java_[at_ + 1];
    if (letter == 'Q') return quotation();
    if (letter == '0') return octal();
    if (letter == 'u' && at_ + 5 < java_.size()) {
      result_.pattern += "\\x{" + std::string(java_.substr(at_ + 2, 4)) + "}";
      at_ += 6;
      return;
    }
    if ((letter == 'p' || letter == 'P') && property(letter == 'P')) return;
    if (letter == 'K' || letter == 'N' || letter == 'g')
      refuse("`" + std::string(rest().substr(0, 2)) + "`, which Java does not have");
    copy(2);
  }

  // The same in both; its text is left alone.
  void quotation() {
    const auto end = rest().find("\\E");
    copy(end == std::string_view::npos ? rest().size() : end + 2);
  }

  // \0101 is A: up to three digits of base eight after the zero, of which the first is at most 3.
  void octal() {
    unsigned code = 0;
    std::size_t size = 2;
    for (; size < 5 && size < rest().size(); ++size) {
      const char digit = rest()[size];
      if (digit < '0' || digit > '7' || code * 8 > 0xFF) break;
      code = code * 8 + static_cast<unsigned>(digit - '0');
    }
    std::array<char, 8> spelled{};
    std::snprintf(spelled.data(), spelled.size(), "\\x{%x}", code);
    result_.pattern += spelled.data();
    at_ += size;
  }

  bool property(bool is_negated) {
    const auto name = rest().substr(2);
    const auto* known = std::find_if(kClasses.begin(), kClasses.end(),
                                     [&](const auto& one) { return name.starts_with(one.first); });
    if (known == kClasses.end()) return false;
    if (in_class_ && is_negated) refuse("\\P{...} inside [...]");
    if (!in_class_) result_.pattern += is_negated ? "[^" : "[";
    result_.pattern += known->second;
    if (!in_class_) result_.pattern += "]";
    at_ += 2 + known->first.size();
    return true;
  }

  void member_of_class(char c) {
    if (c == '[') refuse("a character class inside another");
    if (rest().starts_with("&&")) refuse("`&&` in a character class");
    if (c == ']') in_class_ = false;
    copy(1);
  }

  // A ] right after the opening is an ordinary one in PCRE2; in Java an error.
  void open_class() {
    in_class_ = true;
    copy(rest().starts_with("[^") ? 2 : 1);
  }

  void open_group() {
    if (rest().starts_with("(?u)")) {
      at_ += 4;
      return;
    }
    for (const std::string_view alien : {"(*", "(?R)", "(?C", "(?|", "(?("})
      if (rest().starts_with(alien))
        refuse("`" + std::string(rest().substr(0, 3)) + "`, which Java does not have");
    copy(1);
  }

  std::string_view java_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  Translation result_;
};

}  // namespace

struct Pattern::Program {
  std::unique_ptr<pcre2_code, CodeEnd> code;
  std::unique_ptr<pcre2_match_data, MatchEnd> data;
  std::unique_ptr<pcre2_match_context, ContextEnd> context;
};

Pattern::Pattern(std::string from, std::shared_ptr<const Program> compiled)
    : Object(Kind::kPattern), source(std::move(from)), program_(std::move(compiled)) {}

namespace {

std::uint32_t options_of(std::int32_t flags) {
  // Of Java's comments, blanks in a class are none of its members.
  constexpr std::pair<std::int32_t, std::uint32_t> kOptions[] = {
      {Pattern::kCaseInsensitive, PCRE2_CASELESS},
      {Pattern::kComments, PCRE2_EXTENDED_MORE},
      {Pattern::kMultiline, PCRE2_MULTILINE},
      {Pattern::kDotAll, PCRE2_DOTALL}};
  std::uint32_t options = 0;
  for (const auto& [flag, option] : kOptions)
    if ((flags & flag) != 0) options |= option;
  return options;
}

}  // namespace

Ref<Pattern> Pattern::compile(Fiber& fiber, const std::string& text, std::int32_t flags) {
  const std::string_view name = "java.util.regex.PatternSyntaxException";
  if (text.size() > kPatternBytesMax)
    fiber.throw_new(name, "the regular expression is longer than 64 KiB");
  const auto translation = Translator(text).run();
  if (!translation.refused.empty())
    fiber.abort(Code::kInvalid,
                "regular expressions with " + translation.refused + " are not supported: " + text);
  // A line ends with \r, too: `.` does not match it.
  const std::unique_ptr<pcre2_compile_context, CompileEnd> lines(
      pcre2_compile_context_create(nullptr));
  pcre2_set_newline(lines.get(), PCRE2_NEWLINE_ANYCRLF);
  int code = 0;
  std::size_t offset = 0;
  auto program = std::make_shared<Program>();
  const auto compile = [&](std::uint32_t options) {
    program->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translation.pattern.data()),
                                      translation.pattern.size(), options, &code, &offset,
                                      lines.get()));
  };
  // Bytes of another encoding are matched as bytes.
  const std::uint32_t common = PCRE2_NEVER_BACKSLASH_C | options_of(flags);
  compile(common | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF);
  if (!program->code) {
    std::array<PCRE2_UCHAR, 256> message{};
    pcre2_get_error_message(code, message.data(), message.size());
    fiber.throw_new(name, std::string(reinterpret_cast<const char*>(message.data())) +
                              " near index " + std::to_string(offset) + "\n" + text);
  }
  program->data.reset(pcre2_match_data_create_from_pattern(program->code.get(), nullptr));
  program->context.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(program->context.get(), kRegexStepsMax);
  pcre2_set_heap_limit(program->context.get(), kRegexHeapKibMax);
  return fiber.heap().make<Pattern>(text, std::move(program));
}

std::optional<Match> Pattern::run(const std::string& text, std::size_t from,
                                  std::uint32_t options) const {
  const int count =
      pcre2_match(program_->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                  from, options, program_->data.get(), program_->context.get());
  if (count == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (count < 0)
    throw Aborted{{Code::kFull,
                   "a regular expression takes too long on this text: " + source,
                   {},
                   "avoid nested repetitions such as (a+)+"}};
  const std::size_t* places = pcre2_get_ovector_pointer(program_->data.get());
  Match match(group_count() + 1);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    if (places[2 * i] != PCRE2_UNSET) match[i] = Span{places[2 * i], places[2 * i + 1]};
  return match;
}

std::optional<Match> Pattern::find(const std::string& text, std::size_t from) const {
  return run(text, from, 0);
}

std::optional<Match> Pattern::match_whole(const std::string& text) const {
  return run(text, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
}

bool Pattern::matches(Fiber& /*fiber*/, const std::string& text) const {
  return match_whole(text).has_value();
}

std::size_t Pattern::group_count() const {
  std::uint32_t count = 0;
  pcre2_pattern_info(program_->code.get(), PCRE2_INFO_CAPTURECOUNT, &count);
  return count;
}

std::optional<std::size_t> Pattern::group_number(const std::string& name) const {
  const int number = pcre2_substring_number_from_name(program_->code.get(),
                                                      reinterpret_cast<PCRE2_SPTR>(name.c_str()));
  if (number < 0) return std::nullopt;
  return static_cast<std::size_t>(number);
}

namespace {

std::string group_text(const std::string& text, const Match& match, std::size_t group) {
  if (!match[group]) return {};
  return text.substr(match[group]->begin, match[group]->end - match[group]->begin);
}

void append_replacement(Fiber& fiber, const Pattern& pattern, const std::string& text,
                        const Match& match, const std::string& replacement, std::string& out) {
  constexpr std::string_view kBad = "java.lang.IllegalArgumentException";
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    if (c == '\\') {
      if (++i == replacement.size()) fiber.throw_new(kBad, "character to be escaped is missing");
      out += replacement[i];
    } else if (c != '$') {
      out += c;
    } else if (i + 1 < replacement.size() && replacement[i + 1] == '{') {
      const auto end = replacement.find('}', i);
      const auto name = replacement.substr(i + 2, end == std::string::npos ? end : end - i - 2);
      const auto group = pattern.group_number(name);
      if (end == std::string::npos || !group)
        fiber.throw_new(kBad, "No group with name {" + name + "}");
      out += group_text(text, match, *group);
      i = end;
    } else {
      const auto is_digit = [&](std::size_t at) {
        return at < replacement.size() && replacement[at] >= '0' && replacement[at] <= '9';
      };
      if (!is_digit(++i)) fiber.throw_new(kBad, "Illegal group reference");
      auto group = static_cast<std::size_t>(replacement[i] - '0');
      if (group >= match.size())
        fiber.throw_new("java.lang.IndexOutOfBoundsException", "No group " + std::to_string(group));
      // As many digits as still name a group.
      while (is_digit(i + 1) &&
             group * 10 + static_cast<std::size_t>(replacement[i + 1] - '0') < match.size())
        group = group * 10 + static_cast<std::size_t>(replacement[++i] - '0');
      out += group_text(text, match, group);
    }
  }
}

}  // namespace

std::string replace_matches(Fiber& fiber, const Pattern& pattern, const std::string& text,
                            const std::string& replacement, bool only_first) {
  std::string out;
  std::size_t from = 0;
  std::size_t copied = 0;
  while (from <= text.size()) {
    const auto match = pattern.find(text, from);
    if (!match) break;
    fiber.step();
    const Span whole = *(*match)[0];
    out += text.substr(copied, whole.begin - copied);
    append_replacement(fiber, pattern, text, *match, replacement, out);
    if (out.size() > fiber.interpreter().limits().text_bytes_max)
      fiber.abort(Code::kFull, "a string became too long");
    copied = whole.end;
    from = whole.end > whole.begin ? whole.end : whole.end + 1;
    // An empty match must not cut a character in two.
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U)
      ++from;
    if (only_first) break;
  }
  return out + text.substr(std::min(copied, text.size()));
}

}  // namespace runtask::groovy
