#pragma once

#include <optional>
#include <string>
#include <utility>

#include "groovy/value.h"

// 'a'..'e': a list of its letters that nobody changes and that contains them as characters and by
// their codes too.

namespace runtask::groovy {

class LetterRange final : public List {
 public:
  LetterRange(Values letters, std::string to_string)
      : List(std::move(letters)), text(std::move(to_string)) {
    is_fixed = true;
  }
  const std::string text;  // a..e
};

// Null: it is something else.
[[nodiscard]] inline const LetterRange* letter_range(const Value& value) {
  return value.is(Kind::kList) ? dynamic_cast<const LetterRange*>(value.object()) : nullptr;
}

// The toString() of a range, of numbers or of letters; none of anything else.
[[nodiscard]] inline std::optional<std::string> text_of_range(const Value& value) {
  if (value.is(Kind::kRange)) return value.as<Range>().text();
  const auto* letters = letter_range(value);
  return letters != nullptr ? std::optional(letters->text) : std::nullopt;
}

}  // namespace runtask::groovy
