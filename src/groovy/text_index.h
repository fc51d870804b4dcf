#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Characters of a UTF-8 text by their number. Java counts UTF-16 units; this counts code points,
// which is the same for all but emoji and rare scripts (docs/GROOVY.md). Pure.

namespace runtask::groovy {

// The character of that code point; empty if there is none.
[[nodiscard]] inline std::string character_of(std::int64_t code) {
  const auto part = [&](int shift, unsigned mark) {
    return static_cast<char>(mark | ((static_cast<std::uint64_t>(code) >> shift) & 0x3FU));
  };
  if (code < 0 || code > 0x10FFFF) return {};
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {part(6, 0xC0), part(0, 0x80)};
  if (code < 0x10000) return {part(12, 0xE0), part(6, 0x80), part(0, 0x80)};
  return {part(18, 0xF0), part(12, 0x80), part(6, 0x80), part(0, 0x80)};
}

// The code of a text of one character; none of any other.
[[nodiscard]] inline std::optional<std::int32_t> code_of_character(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() != size) return std::nullopt;
  std::uint32_t code = size == 1 ? first : first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i)
    code = code << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return static_cast<std::int32_t>(code);
}

class TextIndex {
 public:
  explicit TextIndex(const std::string& text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool is_inside = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
      if (is_inside && !is_wide_) {
        is_wide_ = true;
        for (std::size_t j = 0; j < i; ++j)
          starts_.push_back(j);
      }
      if (is_wide_ && !is_inside) starts_.push_back(i);
    }
  }
  [[nodiscard]] std::size_t size() const { return is_wide_ ? starts_.size() : text_.size(); }
  // The byte where a character begins; the end of the text for size().
  [[nodiscard]] std::size_t byte_of(std::int64_t character) const {
    const auto place = static_cast<std::size_t>(character);
    if (!is_wide_) return place;
    return place < starts_.size() ? starts_[place] : text_.size();
  }
  [[nodiscard]] std::int64_t character_of(std::size_t byte) const {
    if (!is_wide_) return static_cast<std::int64_t>(byte);
    std::int64_t count = 0;
    for (const std::size_t start : starts_)
      if (start < byte) ++count;
    return count;
  }
  // REQUIRES: 0 <= from <= to <= size().
  [[nodiscard]] std::string part(std::int64_t from, std::int64_t to) const {
    const std::size_t begin = byte_of(from);
    return text_.substr(begin, byte_of(to) - begin);
  }

 private:
  const std::string& text_;
  bool is_wide_ = false;
  std::vector<std::size_t> starts_;  // Only when some character has several bytes.
};

}  // namespace runtask::groovy
