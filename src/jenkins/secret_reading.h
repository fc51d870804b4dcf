#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Attempts to read a secret in a text, in any mixture of the forms its characters can have there.
// See SecretMask. Pure.

namespace runtask::jenkins {

[[nodiscard]] inline bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class SecretReading {
 public:
  // What one byte of a secret becomes at most.
  static constexpr std::size_t kBytesPerByteMax = 32;

  SecretReading(std::string_view secret, std::string_view text, bool is_base64)
      : secret_(secret), text_(text), is_base64_(is_base64) {}

  // Where the longest form that begins there ends; 0 if none does. Call it with rising places: a
  // form that shares its end with one that began before is not found again, and nothing is read
  // twice.
  [[nodiscard]] std::size_t end_from(std::size_t begin);
  // The text ended before it could be said whether one does.
  [[nodiscard]] bool is_cut() const { return is_cut_; }

  // A quick look at a place of the text: most places begin no form, and there are many.
  class Beginning {
   public:
    Beginning(std::string_view text, std::size_t place);
    [[nodiscard]] bool may_be_of(std::string_view secret) const {
      if (!is_letter_or_digit(secret[0])) return true;
      if (first_ != secret[0]) return may_escape_letter_;
      return secret.size() == 1 || !is_letter_or_digit(second_) || second_ == secret[1];
    }

   private:
    char first_;
    char second_;  // 0 at the end of the text.
    bool may_escape_letter_;
  };

  // With which bytes the forms of a secret can begin whose first byte is this one.
  [[nodiscard]] static std::string beginnings(char first, bool is_base64);

 private:
  using State = std::pair<std::size_t, std::size_t>;  // Place in the text, bytes of the secret.

  // The secret has been read that far up to that place; each is gone on with once.
  void add(std::size_t index, std::size_t place) {
    if (seen_.emplace(place, index).second) todo_.emplace_back(place, index);
  }
  void add_escaped(std::size_t index, std::size_t place);
  void read_other_forms(State state);
  void read_backslash(State state);
  void read_code_point(std::size_t index, std::size_t place, std::size_t digits);
  void read_percent(State state);
  void read_entity(State state);
  void read_quotes(State state);
  [[nodiscard]] char text_at(std::size_t place) const {
    return place < text_.size() ? text_[place] : '\0';
  }
  [[nodiscard]] bool is_backslash(std::size_t place) const {
    return text_at(place) == '\\' || has(place, "%5C") || has(place, "%5c");
  }
  [[nodiscard]] bool has(std::size_t place, std::string_view words) const {
    return text_.substr(std::min(place, text_.size())).starts_with(words);
  }

  std::string_view secret_;
  std::string_view text_;
  bool is_base64_;
  bool is_cut_ = false;
  std::vector<State> todo_;
  std::set<State> seen_;
};
}  // namespace runtask::jenkins
