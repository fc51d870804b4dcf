#include "jenkins/secret_reading.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace runtask::jenkins {
namespace {

constexpr std::size_t kPercentsMax = 4;  // %2525... of %25...
constexpr std::size_t kRunMax = 16;      // Of backslashes, and of quotes in a row.

std::optional<std::uint32_t> number(std::string_view digits, std::uint32_t base) {
  if (digits.empty()) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : digits) {
    std::uint32_t digit = base;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A' + 10);
    if (digit >= base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

// The character that begins there, and how many bytes it has. A byte that is no UTF-8 is one.
std::pair<std::uint32_t, std::size_t> character_at(std::string_view text, std::size_t place) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(place);
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  if (size == 1 || place + size > text.size()) return {first, 1};
  std::uint32_t value = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(place + i) & 0xc0U) != 0x80) return {first, 1};
    value = value << 6U | (byte(place + i) & 0x3fU);
  }
  return {value, size};
}

// Where a run of that byte ends; of a long one only the beginning counts.
std::size_t behind_all(std::string_view text, char c, std::size_t place) {
  const auto run = text.substr(place, kRunMax);
  return place + std::min(run.find_first_not_of(c), run.size());
}

// Whether `\letter` is this control character.
bool is_named(char c, char letter) {
  constexpr std::string_view kControls = "\a\b\033\033\f\n\r\t\v";
  constexpr std::string_view kLetters = "abeEfnrtv";
  for (std::size_t i = 0; i < kControls.size(); ++i)
    if (kControls[i] == c && kLetters[i] == letter) return true;
  return false;
}

}  // namespace

// What is not known yet, because the text ends, may be one.
SecretReading::Beginning::Beginning(std::string_view text, std::size_t place)
    : first_(text[place]),
      second_(place + 1 < text.size() ? text[place + 1] : '\0'),
      may_escape_letter_(true) {
  if (second_ == '\0') return;
  if (first_ == '&') {
    may_escape_letter_ = second_ == '#';
  } else if (first_ == '%') {
    const auto byte = number(text.substr(place + 1, 2), 16);
    may_escape_letter_ = place + 2 >= text.size() ||
                         (byte && (*byte == '%' || *byte == '\\' ||
                                   (*byte < 0x80 && is_letter_or_digit(static_cast<char>(*byte)))));
  } else if (first_ == '\\') {
    const auto letter = behind_all(text, '\\', place);
    may_escape_letter_ =
        letter == text.size() ||
        std::string_view("xuU01234567\\%").find(text[letter]) != std::string_view::npos;
  }
}

std::string SecretReading::beginnings(char first, bool is_base64) {
  std::string bytes = {first};
  const auto add = [&](std::string_view more) {
    for (const char c : more)
      if (bytes.find(c) == std::string::npos) bytes += c;
  };
  if (is_base64 && is_letter_or_digit(first)) return bytes;  // Nothing escapes them.
  add("\\%&");
  if (!is_letter_or_digit(first)) add("'");
  if (first == ' ') add("+");
  if (is_base64 && first == '+') add("-");
  if (is_base64 && first == '/') add("_");
  return bytes;
}

std::size_t SecretReading::end_from(std::size_t begin) {
  std::size_t end = 0;
  State state{begin, 0};
  if (!seen_.empty()) seen_.erase(seen_.begin(), seen_.lower_bound(state));
  for (;;) {
    auto& [place, index] = state;
    while (index < secret_.size() && place < text_.size() && text_[place] == secret_[index] &&
           is_letter_or_digit(secret_[index])) {
      ++index;  // As itself: most of a secret.
      ++place;
    }
    if (index == secret_.size()) {
      end = std::max(end, place);
    } else if (place >= text_.size()) {
      is_cut_ = true;
    } else {
      if (text_[place] == secret_[index]) add(index + 1, place + 1);
      read_other_forms(state);
    }
    if (todo_.empty()) return end;
    state = todo_.back();
    todo_.pop_back();
  }
}

void SecretReading::read_other_forms(State state) {
  const auto [place, index] = state;
  const char c = secret_[index];
  switch (text_[place]) {
    case '\\':
      read_backslash(state);
      break;
    case '%':
      read_percent(state);
      if (is_backslash(place)) read_backslash(state);
      break;
    case '&':
      read_entity(state);
      break;
    case '\'':
    case '"':
      read_quotes(state);
      break;
    case '$':
      if (c == '$' && text_at(place + 1) == '$') add(index + 1, place + 2);
      return;
    case '+':
      if (c == ' ') add(index + 1, place + 1);
      return;
    case '-':
      if (is_base64_ && c == '+') add(index + 1, place + 1);
      return;
    case '_':
      if (is_base64_ && c == '/') add(index + 1, place + 1);
      return;
    default:
      return;
  }
  if (text_.size() - place < kBytesPerByteMax) is_cut_ = true;  // It may go on.
}

// Backslashes are doubled when a text is quoted again, so any number stands for one. In URLs they
// and what they stand before are percents.
void SecretReading::read_backslash(State state) {
  const auto [place, index] = state;
  const char c = secret_[index];
  auto letter = place;
  for (std::size_t count = 1; count <= kRunMax && is_backslash(letter); ++count) {
    letter += text_[letter] == '\\' ? 1 : 3;
    if (c == '\\' && (count & (count - 1)) == 0) add(index + 1, letter);
  }
  if (letter >= text_.size()) return;
  if (c != '\\' && !is_letter_or_digit(c)) {
    if (text_[letter] == c) add(index + 1, letter + 1);
    if (text_[letter] == '%') read_percent({letter, index});
  }
  if (is_named(c, text_[letter])) add_escaped(index + 1, letter + 1);
  if (number(text_.substr(letter, 3), 8) == static_cast<unsigned char>(c) &&
      letter + 3 <= text_.size())
    add_escaped(index + 1, letter + 3);
  if (text_[letter] == 'x') {
    if (number(text_.substr(letter + 1, 2), 16) == static_cast<unsigned char>(c))
      add_escaped(index + 1, letter + 3);
    read_code_point(index, letter + 1, 2);
  }
  if (text_[letter] == 'u') read_code_point(index, letter + 1, 4);
  if (text_[letter] == 'U') read_code_point(index, letter + 1, 8);
}

void SecretReading::read_code_point(std::size_t index, std::size_t place, std::size_t digits) {
  const auto [character, size] = character_at(secret_, index);
  const auto value = number(text_.substr(place, digits), 16);
  if (!value || place + digits > text_.size()) return;
  if (*value == character) add_escaped(index + size, place + digits);
  if (character < 0x10000 || *value != 0xd800U + ((character - 0x10000U) >> 10U)) return;
  // The second half of a pair of surrogates.
  auto letter = place + digits;
  for (std::size_t count = 0; count < kRunMax && is_backslash(letter); ++count)
    letter += text_[letter] == '\\' ? 1 : 3;
  if (letter > place + digits && text_at(letter) == 'u' && letter + 5 <= text_.size() &&
      number(text_.substr(letter + 1, 4), 16) == 0xdc00U + (character & 0x3ffU))
    add_escaped(index + size, letter + 5);
}

// coreutils write each piece with escapes as '$'...'' inside of quotes.
void SecretReading::add_escaped(std::size_t index, std::size_t place) {
  add(index, place);
  if (has(place, "''")) add(index, place + 2);
}

void SecretReading::read_percent(State state) {
  const auto [place, index] = state;
  const char c = secret_[index];
  if (c == '%' && text_at(place + 1) == '%') add(index + 1, place + 2);
  auto digits = place + 1;
  for (std::size_t i = 0; i < kPercentsMax; ++i, digits += 2) {
    const auto byte = number(text_.substr(std::min(digits, text_.size()), 2), 16);
    if (byte && digits + 2 <= text_.size() &&
        (*byte == static_cast<unsigned char>(c) || (*byte == '+' && c == ' ')))
      add(index + 1, digits + 2);
    if (!has(digits, "25")) return;
  }
}

void SecretReading::read_entity(State state) {
  const auto [place, index] = state;
  const auto end = text_.substr(place, kBytesPerByteMax).find(';');
  if (end == std::string_view::npos) return;
  const auto name = text_.substr(place + 1, end - 1);
  const auto [character, size] = character_at(secret_, index);
  std::optional<std::uint32_t> value;
  if (name.starts_with("#x") || name.starts_with("#X"))
    value = number(name.substr(2), 16);
  else if (name.starts_with("#"))
    value = number(name.substr(1), 10);
  else if (name == "amp")
    value = '&';
  else if (name == "lt")
    value = '<';
  else if (name == "gt")
    value = '>';
  else if (name == "quot")
    value = '"';
  else if (name == "apos")
    value = '\'';
  if (value == character) add(index + size, place + end + 1);
}

// A quote inside quotes: doubled, or outside of them as \' or "'". dash does so with several at
// once.
void SecretReading::read_quotes(State state) {
  const auto [place, index] = state;
  const char c = secret_[index];
  if (text_[place] == c && text_at(place + 1) == c) add(index + 1, place + 2);
  if (text_[place] != '\'') return;
  if (text_at(place + 1) == '$' && text_at(place + 2) == '\'' && text_at(place + 3) == '\\')
    read_backslash({place + 3, index});
  if (c != '\'') return;
  const auto behind = behind_all(text_, '\\', place + 1);
  if (behind > place + 1 && has(behind, "''")) add(index + 1, behind + 2);
  if (text_at(place + 1) != '"') return;
  const auto end = behind_all(text_, '\'', place + 2);
  const auto count = end - (place + 2);
  if (count == 0 || text_at(end) != '"') return;
  if (count > behind_all(secret_, '\'', index) - index) return;
  add(index + count, end + 1);
  if (text_at(end + 1) == '\'') add(index + count, end + 2);
}

}  // namespace runtask::jenkins
