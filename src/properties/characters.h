#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// The characters of Java's world (UTF-16 and ISO-8859-1) as UTF-8. Pure; any thread.

namespace runtask::properties {

// The value of a hexadecimal digit, or -1.
[[nodiscard]] constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A code point that stands at `at`, and its length in bytes. A byte that begins no valid sequence
// is {kNoCharacter, 1}.
constexpr std::uint32_t kNoCharacter = 0xFFFF'FFFF;
constexpr std::uint32_t kReplacement = 0xFFFD;
struct Character {
  std::uint32_t code = kNoCharacter;
  std::size_t bytes = 1;
};
[[nodiscard]] Character character_at(std::string_view text, std::size_t at);

void append_utf8(std::string& text, std::uint32_t code);
[[nodiscard]] std::string from_latin1(std::string_view bytes);
// One byte a character; `?` for what ISO-8859-1 does not have, as Java's encoder does.
[[nodiscard]] std::string to_latin1(std::string_view text);
// The text with U+FFFD for every byte that belongs to no valid sequence.
[[nodiscard]] std::string repaired_utf8(std::string_view bytes);

// Appends UTF-16 units and UTF-8 bytes to a text. The two halves of a pair must follow each other;
// a half alone becomes U+FFFD.
class Utf16Writer {
 public:
  explicit Utf16Writer(std::string& text) : text_(text) {}
  void unit(std::uint32_t unit);
  void bytes(std::string_view bytes);
  // Must be called at the end.
  void finish();

 private:
  std::string& text_;
  std::uint32_t high_ = 0;  // The first half of a pair that waits for the second, or 0.
};

}  // namespace runtask::properties
