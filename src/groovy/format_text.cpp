#include <array>
#include <cstdio>

#include "groovy/classes.h"
#include "groovy/methods.h"

// java.util.Formatter, as String.format and printf use it: %s %d %x %f %b %n %%, with flags, width
// and precision.

namespace runtask::groovy {
namespace {

constexpr int kWidthMax = 10'000;

struct Spec {
  std::string flags;
  int width = -1;
  int precision = -1;
  char letter = 0;
};

std::string padded(std::string text, const Spec& spec) {
  const auto width = static_cast<std::size_t>(std::max(spec.width, 0));
  if (text.size() >= width) return text;
  const std::size_t missing = width - text.size();
  if (spec.flags.find('-') != std::string::npos) return text + std::string(missing, ' ');
  if (spec.flags.find('0') != std::string::npos) {
    const bool has_sign = !text.empty() && (text[0] == '-' || text[0] == '+');
    return text.insert(has_sign ? 1 : 0, missing, '0');
  }
  return std::string(missing, ' ') + text;
}

std::string with_sign(std::string digits, const Spec& spec) {
  if (spec.flags.find(',') != std::string::npos) {
    const auto begin = digits.starts_with('-') ? 1U : 0U;
    auto end = std::min(digits.find('.'), digits.size());
    for (; end > begin + 3; end -= 3)
      digits.insert(end - 3, ",");
  }
  if (spec.flags.find('+') != std::string::npos && !digits.starts_with('-')) digits.insert(0, "+");
  return digits;
}

std::string formatted(Fiber& fiber, const Spec& spec, const Value& value) {
  const auto mismatch = [&]() {
    fiber.throw_new("java.lang.IllegalArgumentException",
                    std::string(1, spec.letter) + " != " + class_name_of(value));
  };
  switch (spec.letter) {
    case 's':
    case 'S': {
      std::string text = fiber.to_text(value);
      if (spec.precision >= 0) text = text.substr(0, static_cast<std::size_t>(spec.precision));
      if (spec.letter == 'S')
        for (char& c : text)
          if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      return text;
    }
    case 'b':
      return value.is(Kind::kBool) ? fiber.to_text(value) : value.is_null() ? "false" : "true";
    case 'd':
      if (value.is_null()) return "null";
      if (!value.is(Kind::kInteger) && !value.is(Kind::kLong) && !value.is(Kind::kBigInteger))
        mismatch();
      return with_sign(fiber.to_text(value), spec);
    case 'x':
    case 'X':
    case 'o': {
      if (!value.is(Kind::kInteger) && !value.is(Kind::kLong)) mismatch();
      std::array<char, 32> buffer{};
      const auto bits = value.is(Kind::kInteger)
                            ? static_cast<std::uint64_t>(static_cast<std::uint32_t>(value.number()))
                            : static_cast<std::uint64_t>(value.number());
      std::snprintf(buffer.data(), buffer.size(),
                    spec.letter == 'x'   ? "%lx"
                    : spec.letter == 'X' ? "%lX"
                                         : "%lo",
                    bits);
      return buffer.data();
    }
    case 'f': {
      if (value.is_null()) return "null";
      if (!value.is(Kind::kDouble) && !value.is(Kind::kBigDecimal)) mismatch();
      const auto rounded = Fiber::decimal_of(value).rounded(spec.precision < 0 ? 6 : spec.precision,
                                                            Decimal::Rounding::kHalfUp);
      if (!rounded)
        fiber.abort(Code::kFull, "a number needs more than 38 digits, which is not supported");
      return with_sign(rounded->plain_text(), spec);
    }
    case 'c':
      return fiber.to_text(value);
    default:
      fiber.throw_new("java.lang.IllegalArgumentException",
                      std::string("Conversion = '") + spec.letter + "' is not supported");
  }
}

}  // namespace

std::string format_text(Fiber& fiber, const Values& given) {
  const std::string format = fiber.to_text(given[0]);
  Values arguments(given.begin() + 1, given.end());
  // A list given for several values, as Groovy's printf takes it.
  if (arguments.size() == 1 && arguments[0].is(Kind::kList))
    arguments = Values(arguments[0].as<List>().items);
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    Spec spec;
    std::size_t index = std::string::npos;
    const auto number = [&]() {
      int value = -1;
      while (i + 1 < format.size() && format[i + 1] >= '0' && format[i + 1] <= '9')
        value = std::min(std::max(value, 0) * 10 + (format[++i] - '0'), kWidthMax);
      return value;
    };
    const std::size_t before = i;
    const int position = number();
    if (position > 0 && i + 1 < format.size() && format[i + 1] == '$') {
      index = static_cast<std::size_t>(position) - 1;
      ++i;
    } else {
      i = before;
    }
    while (i + 1 < format.size() &&
           std::string_view("-+0, #(").find(format[i + 1]) != std::string_view::npos)
      spec.flags += format[++i];
    spec.width = number();
    if (i + 1 < format.size() && format[i + 1] == '.') {
      ++i;
      spec.precision = number();
    }
    if (i + 1 >= format.size())
      fiber.throw_new("java.lang.IllegalArgumentException", "Conversion = '%'");
    spec.letter = format[++i];
    if (spec.letter == 'n') {
      out += '\n';
    } else if (spec.letter == '%') {
      out += padded("%", spec);
    } else {
      const std::size_t which = index == std::string::npos ? next++ : index;
      if (which >= arguments.size())
        fiber.throw_new("java.lang.IllegalArgumentException",
                        std::string("Format specifier '%") + spec.letter + "'");
      out += padded(formatted(fiber, spec, arguments[which]), spec);
    }
  }
  return out;
}

}  // namespace runtask::groovy
