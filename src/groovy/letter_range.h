#pragma once

#include <utility>

#include "groovy/value.h"

// 'a'..'e': a list of its letters that contains them as characters and by their codes too.

namespace runtask::groovy {

class LetterRange final : public List {
 public:
  explicit LetterRange(Values letters) : List(std::move(letters)) {}
};

}  // namespace runtask::groovy
