#pragma once

#include <span>
#include <string_view>
#include <vector>

// How ECS words its endings, as data: the rules that explain() applies to what AWS said. Pure.

namespace runtask::run {

// One known ending. The words are lower case; several are separated by `|`, which no word has.
struct Sign {
  std::string_view all_of;  // Each of them must be there.
  std::string_view one_of;  // And one of these; empty: `all_of` is enough.
  std::string_view cause;
  std::string_view next_step;
  // What is said of a name: it stands behind the first of these that is there, up to a blank.
  std::string_view name_after = {};
};

enum class Evidence {
  kEnding,   // What a stopped task and its containers say.
  kRefusal,  // What RunTask answered where it started nothing.
};

// The rules in their order: the first that fits counts, so that the general ones come last.
[[nodiscard]] std::vector<Sign> signs_of(Evidence evidence);

// The first sign that fits the text, or none. The text must be in lower case. A refusal begins with
// a newline, so that a rule can ask for a word at its beginning.
[[nodiscard]] const Sign* find_sign(Evidence evidence, std::string_view text);

}  // namespace runtask::run
