#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "groovy/classes.h"
#include "groovy/json_object.h"
#include "groovy/methods.h"
#include "groovy/text_index.h"

// java.util.Formatter, as String.format and printf use it: %s %b %c %d %x %o %e %f %g %h %n %%,
// with indexes, flags, width and precision.

namespace runtask::groovy {
namespace {

constexpr int kWidthMax = 10'000;

struct Spec {
  std::string flags;
  int index = -1;  // From 0; -1: the next.
  int width = -1;
  int precision = -1;
  char letter = 0;  // In lower case.
  bool is_upper = false;
  std::string text;  // "%-5d"

  [[nodiscard]] bool has(char flag) const { return flags.find(flag) != std::string::npos; }
};

class Formatter {
 public:
  Formatter(Fiber& fiber, const std::string& format, Values arguments)
      : fiber_(fiber), format_(format), arguments_(std::move(arguments)) {}

  std::string write() {
    std::string out;
    while (at_ < format_.size()) {
      const auto percent = std::min(format_.find('%', at_), format_.size());
      out += format_.substr(at_, percent - at_);
      at_ = percent;
      if (at_ < format_.size()) out += written(read_spec());
    }
    return out;
  }

 private:
  [[noreturn]] void fail(std::string_view kind, const std::string& message) {
    fiber_.throw_new("java.util." + std::string(kind), message);
  }

  // ---- "%1$-5.2f"

  int number() {
    int value = -1;
    while (at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9')
      value = std::min(std::max(value, 0) * 10 + (format_[at_++] - '0'), kWidthMax);
    return value;
  }
  bool take(char c) {
    if (at_ >= format_.size() || format_[at_] != c) return false;
    ++at_;
    return true;
  }

  Spec read_spec() {
    const auto begin = at_++;
    Spec spec;
    if (take('<')) {
      spec.index = last_;
    } else if (const int position = number(); position > 0 && take('$')) {
      spec.index = position - 1;
    } else {
      at_ = begin + 1;
    }
    while (at_ < format_.size() &&
           std::string_view("-+0, #(").find(format_[at_]) != std::string_view::npos)
      spec.flags += format_[at_++];
    spec.width = number();
    if (take('.')) spec.precision = number();
    if (at_ >= format_.size()) fail("UnknownFormatConversionException", "Conversion = '%'");
    const char letter = format_[at_++];
    spec.is_upper = std::string_view("BHSCXEGAT").find(letter) != std::string_view::npos;
    spec.letter = spec.is_upper ? static_cast<char>(letter | 0x20) : letter;
    spec.text = format_.substr(begin, at_ - begin);
    if (std::string_view("bhscdoxefgat%n").find(spec.letter) == std::string_view::npos)
      fail("UnknownFormatConversionException", std::string("Conversion = '") + letter + "'");
    return spec;
  }

  // ---- What stands for it

  std::string written(const Spec& spec) {
    if (spec.letter == 'n') return "\n";
    if ((spec.has('-') || spec.has('0')) && spec.width < 0)
      fail("MissingFormatWidthException", spec.text);
    if (spec.letter == '%') return padded("%", spec);
    const bool is_whole = spec.letter == 'd' || spec.letter == 'x' || spec.letter == 'o';
    if (is_whole && spec.precision >= 0)
      fail("IllegalFormatPrecisionException", std::to_string(spec.precision));
    const int which = spec.index >= 0 ? spec.index : next_++;
    if (which >= static_cast<int>(arguments_.size()))
      fail("MissingFormatArgumentException", "Format specifier '" + spec.text + "'");
    last_ = which;
    const Value argument = arguments_[static_cast<std::size_t>(which)];
    std::string text = is_general(spec.letter) || argument.is_null() ? general(spec, argument)
                                                                     : numeric(spec, argument);
    return padded(spec.is_upper ? upper_case(text) : std::move(text), spec);
  }

  static bool is_general(char letter) {
    return std::string_view("bhsc").find(letter) != std::string_view::npos;
  }

  [[noreturn]] void mismatch(const Spec& spec, const Value& value) {
    const char shown = spec.is_upper ? upper_case(std::string(1, spec.letter))[0] : spec.letter;
    fail("IllegalFormatConversionException", std::string(1, shown) + " != " + class_name_of(value));
  }

  std::string general(const Spec& spec, const Value& value) {
    if (spec.has('#')) {
      fail("FormatFlagsConversionMismatchException",
           std::string("Conversion = ") + spec.letter + ", Flags = #");
    }
    std::string text;
    if (spec.letter == 'b') {
      text = value.is(Kind::kBool) ? fiber_.to_text(value) : value.is_null() ? "false" : "true";
    } else if (spec.letter == 'h' && !value.is_null()) {
      Values none;
      const auto hash = fiber_.try_method(value, "hashCode", none);
      if (!hash)
        fiber_.abort(Code::kInvalid,
                     "`" + spec.text + "` of a " + class_name_of(value) + " is not supported");
      text = in_base(16, *hash);
    } else if (spec.letter == 'c' && !value.is_null()) {
      return character(spec, value);
    } else {
      text = java_text(fiber_, value);
    }
    const TextIndex places(text);
    if (spec.precision >= 0 && places.size() > static_cast<std::size_t>(spec.precision))
      return places.part(0, spec.precision);
    return text;
  }

  std::string character(const Spec& spec, const Value& value) {
    if (value.is(Kind::kInteger)) return character_of(value.number());
    std::string text = value.is_text() ? fiber_.to_text(value) : "";
    if (TextIndex(text).size() != 1) mismatch(spec, value);
    return text;
  }

  std::string numeric(const Spec& spec, const Value& value) {
    const bool is_integer =
        value.is(Kind::kInteger) || value.is(Kind::kLong) || value.is(Kind::kBigInteger);
    const bool is_real = value.is(Kind::kDouble) || value.is(Kind::kBigDecimal);
    switch (spec.letter) {
      case 'd':
      case 'x':
      case 'o':
        if (!is_integer) mismatch(spec, value);
        return spec.letter == 'd' ? signed_text(fiber_.to_text(value), spec) : digits(spec, value);
      case 'e':
      case 'f':
      case 'g':
        if (!is_real) mismatch(spec, value);
        if (value.is(Kind::kDouble) && !std::isfinite(value.real_number())) {
          const double real = value.real_number();
          return signed_text(std::isnan(real) ? "NaN" : real < 0 ? "-Infinity" : "Infinity", spec);
        }
        return signed_text(real_text(spec, Fiber::decimal_of(value)), spec);
      default:
        fiber_.abort(Code::kInvalid, "`" + spec.text + "` of String.format is not supported",
                     spec.letter == 't' ? "use the format() of the date" : "");
    }
  }

  std::string digits(const Spec& spec, const Value& value) {
    if (value.is(Kind::kBigInteger))
      fiber_.abort(Code::kInvalid, "`" + spec.text + "` of a BigInteger is not supported");
    const bool is_hex = spec.letter == 'x';
    return (spec.has('#') ? is_hex ? "0x" : "0" : "") + in_base(is_hex ? 16 : 8, value);
  }

  static std::string in_base(unsigned base, const Value& value) {
    const auto bits = value.is(Kind::kInteger)
                          ? static_cast<std::uint64_t>(static_cast<std::uint32_t>(value.number()))
                          : static_cast<std::uint64_t>(value.number());
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), base == 16 ? "%lx" : "%lo", bits);
    return buffer.data();
  }

  // ---- Reals, rounded half up from their shortest decimals, as Java does

  std::string rounded(const Decimal& number, int digits_after) {
    const auto result = number.rounded(digits_after, Decimal::Rounding::kHalfUp);
    if (!result)
      fiber_.abort(Code::kFull, "a number needs more than 38 digits, which is not supported");
    return result->plain_text();
  }

  std::string real_text(const Spec& spec, const Decimal& number) {
    constexpr int kDefault = 6;
    const int precision = spec.precision < 0 ? kDefault : spec.precision;
    if (spec.letter == 'f') return rounded(number, precision);
    if (spec.letter == 'e') return scientific(number, precision);
    // %g: so many digits in all, with an exponent where the number is very small or large.
    const int wanted = std::max(precision, 1);
    const std::string with_exponent = scientific(number, wanted - 1);
    const int exponent = std::stoi(with_exponent.substr(with_exponent.find('e') + 1));
    const bool is_plain = number.sign() == 0 || (exponent >= -4 && exponent < wanted);
    return is_plain ? rounded(number, wanted - 1 - exponent) : with_exponent;
  }

  // "-1.50e+03"
  static std::string scientific(const Decimal& number, int digits_after) {
    std::string all = number.plain_text();
    const bool is_negative = all.starts_with('-');
    if (is_negative) all.erase(0, 1);
    auto point = static_cast<int>(std::min(all.find('.'), all.size()));
    std::erase(all, '.');
    const auto first = std::min(all.find_first_not_of('0'), all.size());
    all.erase(0, first);
    int exponent = all.empty() ? 0 : point - static_cast<int>(first) - 1;
    const auto wanted = static_cast<std::size_t>(digits_after) + 1;
    const bool rounds_up = all.size() > wanted && all[wanted] >= '5';
    all.resize(wanted, '0');
    if (rounds_up) {
      std::size_t place = wanted;
      while (place > 0 && all[place - 1] == '9')
        all[--place] = '0';
      if (place > 0) {
        ++all[place - 1];
      } else {
        all.insert(0, "1");
        all.pop_back();
        ++exponent;
      }
    }
    std::array<char, 16> power{};
    std::snprintf(power.data(), power.size(), "e%c%02d", exponent < 0 ? '-' : '+',
                  std::abs(exponent));
    return (is_negative ? "-" : "") + all.substr(0, 1) + (digits_after > 0 ? "." : "") +
           all.substr(1) + power.data();
  }

  // ---- Signs, groups and blanks

  static std::string signed_text(std::string digits, const Spec& spec) {
    const bool is_negative = digits.starts_with('-');
    if (is_negative) digits.erase(0, 1);
    if (spec.has(',') && spec.letter != 'e') {
      auto end = std::min(digits.find('.'), digits.size());
      for (; end > 3; end -= 3)
        digits.insert(end - 3, ",");
    }
    if (is_negative) return spec.has('(') ? "(" + digits + ")" : "-" + digits;
    return spec.has('+') ? "+" + digits : spec.has(' ') ? " " + digits : digits;
  }

  static std::string padded(std::string text, const Spec& spec) {
    const auto width = static_cast<std::size_t>(std::max(spec.width, 0));
    const auto size = TextIndex(text).size();
    if (size >= width) return text;
    const std::size_t missing = width - size;
    if (spec.has('-')) return text + std::string(missing, ' ');
    const bool has_digits = !text.ends_with("NaN") && !text.ends_with("Infinity");
    if (!spec.has('0') || !has_digits) return std::string(missing, ' ') + text;
    const bool has_sign = std::string_view("+-( ").find(text[0]) != std::string_view::npos;
    const bool has_base = text.starts_with("0x") || text.starts_with("0X");
    return text.insert(has_sign ? 1 : has_base ? 2 : 0, missing, '0');
  }

  Fiber& fiber_;
  const std::string& format_;
  const Values arguments_;
  std::size_t at_ = 0;
  int next_ = 0;
  int last_ = -1;
};

// `is_spread`: the second of two is the list of the values.
std::string formatted(Fiber& fiber, const Values& given, bool is_spread) {
  const std::string format = fiber.to_text(given[0]);
  Values arguments = is_spread ? given[1].as<List>().items : Values(given.begin() + 1, given.end());
  return Formatter(fiber, format, std::move(arguments)).write();
}

}  // namespace

std::string format_text(Fiber& fiber, const Values& given) {
  const bool is_array =
      given.size() == 2 && given[1].is(Kind::kList) && given[1].as<List>().element != nullptr;
  return formatted(fiber, given, is_array);
}

std::string printf_text(Fiber& fiber, const Values& given) {
  return formatted(fiber, given, given.size() == 2 && given[1].is(Kind::kList));
}

}  // namespace runtask::groovy
