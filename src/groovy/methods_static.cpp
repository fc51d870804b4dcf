#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/methods.h"

// Collections, URLEncoder, UUID, Random and the like: static methods without state.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

bool is_of(const MethodCall& c, std::string_view name) {
  return c.self.as<ClassValue>().info.simple_name() == name;
}

std::uint64_t luck(MethodCall& c) {
  const auto number = c.fiber.host().random();
  if (!number) c.fiber.abort(Code::kInvalid, "there are no random numbers here");
  return *number;
}

double fraction(MethodCall& c) {
  constexpr int kBits = 53;
  return static_cast<double>(luck(c) >> (64 - kBits)) / static_cast<double>(1ULL << kBits);
}

// Version 4.
Answer random_uuid(MethodCall& c) {
  if (!is_of(c, "UUID")) return kNone;
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr int kDashesBefore[] = {8, 12, 16, 20};
  std::string text;
  std::uint64_t bits = 0;
  for (int i = 0; i < 32; ++i) {
    if (i % 16 == 0) bits = luck(c);
    auto digit = static_cast<unsigned>(bits & 0xFU);
    bits >>= 4U;
    if (i == 12) digit = 4;
    if (i == 16) digit = 8 | (digit & 3U);
    for (const int place : kDashesBefore)
      if (place == i) text += '-';
    text += kDigits[digit];
  }
  return c.fiber.string(std::move(text));
}

Answer next_int(MethodCall& c) {
  if (!is_of(c, "Random")) return kNone;
  if (c.takes_none()) return Value::integer(static_cast<std::int32_t>(luck(c)));
  if (!c.is(0, Kind::kInteger) || c.count() != 1) return kNone;
  if (c.number(0) <= 0)
    c.fiber.throw_new("java.lang.IllegalArgumentException", "bound must be positive");
  return Value::integer(
      static_cast<std::int32_t>(luck(c) % static_cast<std::uint64_t>(c.number(0))));
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '*' || c == '_';
}

// As forms are encoded: a blank is a plus.
Answer url_encode(MethodCall& c) {
  if (!is_of(c, "URLEncoder") || !c.is_text(0) || c.count() > 2) return kNone;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char one : c.text(0)) {
    const auto byte = static_cast<unsigned char>(one);
    if (is_unreserved(one))
      text += one;
    else if (one == ' ')
      text += '+';
    else
      ((text += '%') += kDigits[byte >> 4U]) += kDigits[byte & 0xFU];
  }
  return c.fiber.string(std::move(text));
}

Answer url_decode(MethodCall& c) {
  if (!is_of(c, "URLDecoder") || !c.is_text(0) || c.count() > 2) return kNone;
  const auto digit = [](char one) {
    const char low = static_cast<char>(one | 0x20);
    return one >= '0' && one <= '9' ? one - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
  };
  const std::string source = c.text(0);
  std::string text;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '%') {
      text += source[i] == '+' ? ' ' : source[i];
      continue;
    }
    const int high = i + 1 < source.size() ? digit(source[i + 1]) : -1;
    const int low = i + 2 < source.size() ? digit(source[i + 2]) : -1;
    if (high < 0 || low < 0)
      c.fiber.throw_new("java.lang.IllegalArgumentException",
                        "URLDecoder: Incomplete trailing escape (%) pattern");
    text += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return c.fiber.string(std::move(text));
}

Answer in_base(MethodCall& c) {  // Integer.toHexString(n) and its like
  const bool is_long = is_of(c, "Long");
  if (!(is_long || is_of(c, "Integer")) || c.count() != 1 || !c.is_whole(0)) return kNone;
  const unsigned bits = c.name == "toHexString" ? 4 : c.name == "toOctalString" ? 3 : 1;
  auto number = static_cast<std::uint64_t>(c.number(0));
  if (!is_long) number &= 0xFFFFFFFFU;
  std::string text;
  do {
    text.insert(text.begin(), "0123456789abcdef"[number & ((1U << bits) - 1)]);
    number >>= bits;
  } while (number > 0);
  return c.fiber.string(std::move(text));
}

Answer compare(MethodCall& c) {
  if (c.count() != 2 || !c.self.as<ClassValue>().info.is_a("java.lang.Number")) return kNone;
  return Value::integer(c.fiber.compare(c.arguments[0], c.arguments[1]));
}

// Collections.sort(list), reverse(list), max(list), ...: Groovy's own method of the list.
Answer collections(MethodCall& c) {
  if (!is_of(c, "Collections") || c.takes_none()) return kNone;
  const Value first = c.arguments[0];
  const bool is_change = c.name == "sort" || c.name == "reverse";
  if (is_change && !first.is(Kind::kList)) return kNone;
  if (c.name == "reverse") {
    auto& items = first.as<List>().items;
    for (std::size_t i = 0; i < items.size() / 2; ++i)
      std::swap(items[i], items[items.size() - 1 - i]);
    first.as<List>().changed();
    return Value();
  }
  Values rest(c.arguments.begin() + 1, c.arguments.end());
  const std::string method = c.name.starts_with("unmodifiable") ? "asImmutable" : c.name;
  Value result = c.fiber.call_method(first, method, rest);
  return c.name == "sort" ? Value() : result;
}

Answer empty_or_single(MethodCall& c) {  // Collections.emptyList(), singletonList(x), ...
  if (!is_of(c, "Collections")) return kNone;
  if (c.name == "emptyMap" && c.takes_none()) return Value(c.fiber.map());
  const bool is_single = c.name.starts_with("singleton");
  if (c.count() != (is_single ? 1U : 0U)) return kNone;
  const Value items(c.fiber.list(c.arguments));
  if (c.name.ends_with("List")) return items;
  return c.fiber.cast_to(items, known_class("java.util.Set"), true);
}

// Thread.sleep(milliseconds): the host's step.
Answer thread_sleep(MethodCall& c) {
  if (!is_of(c, "Thread") || c.count() != 1 || !c.is_whole(0)) return kNone;
  const auto options = c.fiber.map();
  options->put(c.fiber.string("time"), c.arguments[0]);
  options->put(c.fiber.string("unit"), c.fiber.string("MILLISECONDS"));
  Call call{c.fiber, "sleep", {Value(options)}, {}, {}};
  auto outcome = c.fiber.host().call(call);
  if (!outcome) c.fiber.abort(Code::kInvalid, "Thread.sleep is not supported here");
  (void)c.fiber.unwrap(std::move(*outcome));
  return Value();
}

}  // namespace

Method find_static_method(const std::string& name) {
  static const Table table = {
      {"randomUUID", random_uuid},
      {"nextInt", next_int},
      {"nextBoolean",
       [](MethodCall& c) -> Answer {
         return is_of(c, "Random") ? Answer(Value::of(luck(c) % 2 == 0)) : kNone;
       }},
      {"nextDouble",
       [](MethodCall& c) -> Answer {
         return is_of(c, "Random") ? Answer(Value::real(fraction(c))) : kNone;
       }},
      {"random",
       [](MethodCall& c) -> Answer {
         return is_of(c, "Math") ? Answer(Value::real(fraction(c))) : kNone;
       }},
      {"encode", url_encode},
      {"decode", url_decode},
      {"toHexString", in_base},
      {"toOctalString", in_base},
      {"toBinaryString", in_base},
      {"compare", compare},
      {"sort", collections},
      {"reverse", collections},
      {"max", collections},
      {"min", collections},
      {"unmodifiableList", collections},
      {"unmodifiableMap", collections},
      {"emptyList", empty_or_single},
      {"emptyMap", empty_or_single},
      {"emptySet", empty_or_single},
      {"singletonList", empty_or_single},
      {"singleton", empty_or_single},
      {"sleep", thread_sleep},
      {"lineSeparator",
       [](MethodCall& c) -> Answer {
         return is_of(c, "System") ? Answer(c.fiber.string("\n")) : kNone;
       }},
  };
  return find_in_table(table, name);
}

}  // namespace runtask::groovy
