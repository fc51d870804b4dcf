#include <unordered_map>

#include "groovy/letters.h"
#include "groovy/methods.h"
#include "groovy/text_index.h"

// Characters: what they can do, and what java.lang.Character tells of one.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

// The digits of all bases: 7, and 10 for `a`; -1 for what is none.
int value_of_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'z') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'Z') return letter - 'A' + 10;
  return -1;
}

Answer told_of(Fiber& fiber, const std::string& name, const std::string& letter) {
  const std::string small = lower(letter);
  // Not the two letters that a text has for one of them.
  std::string large = upper(letter);
  if (large.size() != letter.size()) large = letter;
  if (name == "toLowerCase") return fiber.character(small);
  if (name == "toUpperCase") return fiber.character(large);
  const bool is_ascii = letter.size() == 1;
  const bool is_lower = large != letter;
  const bool is_upper = small != letter;
  // Of letters without case nothing is known here.
  if (!is_ascii && !is_lower && !is_upper) return kNone;
  const char one = letter[0];
  const bool is_digit = one >= '0' && one <= '9';
  if (name == "isDigit") return Value::of(is_digit);
  if (name == "isLetter") return Value::of(is_lower || is_upper);
  if (name == "isLetterOrDigit") return Value::of(is_lower || is_upper || is_digit);
  if (name == "isUpperCase") return Value::of(is_upper);
  if (name == "isLowerCase") return Value::of(is_lower);
  if (name == "isWhitespace") return Value::of(one == ' ' || (one >= 9 && one <= 13));
  if (name == "getNumericValue" && is_ascii) return Value::integer(value_of_digit(one));
  return kNone;
}

Answer of_itself(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  return told_of(c.fiber, c.name, c.self.text());
}

Answer neighbour(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  const auto code = c.fiber.code_of(c.self);
  if (!code) return kNone;
  auto letter = character_of(code->number() + (c.name == "next" ? 1 : -1));
  return letter.empty() ? kNone : Answer(c.fiber.character(std::move(letter)));
}

Answer operation(MethodCall& c) {
  if (c.count() != 1) return kNone;
  return c.fiber.of_codes(c.name == "plus"    ? Operator::kPlus
                          : c.name == "minus" ? Operator::kMinus
                          : c.name == "div"   ? Operator::kOver
                                              : Operator::kTimes,
                          c.self, c.arguments[0]);
}

}  // namespace

// Character.isDigit(c) and its like; a String of one letter serves too.
std::optional<Value> of_character(MethodCall& c) {
  if (c.self.as<ClassValue>().info.name != "java.lang.Character" || c.count() != 1) return kNone;
  const auto code = c.fiber.code_of(c.arguments[0]);
  if (!code || !(code->is(Kind::kInteger) || code->is(Kind::kLong))) return kNone;
  const auto letter = character_of(code->number());
  return letter.empty() ? kNone : told_of(c.fiber, c.name, letter);
}

Method find_character_method(const std::string& name) {
  static const Table table = {
      {"isDigit", of_itself},
      {"isLetter", of_itself},
      {"isLetterOrDigit", of_itself},
      {"isUpperCase", of_itself},
      {"isLowerCase", of_itself},
      {"isWhitespace", of_itself},
      {"toUpperCase", of_itself},
      {"toLowerCase", of_itself},
      {"next", neighbour},
      {"previous", neighbour},
      {"charValue", [](MethodCall& c) -> Answer { return c.self; }},
      {"plus", operation},
      {"minus", operation},
      {"multiply", operation},
      {"div", operation},
  };
  return find_in_table(table, name);
}

}  // namespace runtask::groovy
