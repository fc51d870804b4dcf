#include "groovy/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace runtask::groovy {
namespace {

using Unscaled = Decimal::Unscaled;
__extension__ using Magnitude = unsigned __int128;

constexpr int kDivisionDigits = 10;  // What Groovy keeps of a quotient that does not end.

Unscaled largest() {
  Unscaled value = 1;
  for (int i = 0; i < Decimal::kDigitsMax; ++i)
    value *= 10;
  return value - 1;
}

std::optional<Unscaled> fitting(Unscaled value) {
  if (value > largest() || value < -largest()) return std::nullopt;
  return value;
}

std::optional<Unscaled> multiplied(Unscaled a, Unscaled b) {
  Unscaled product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return fitting(product);
}

std::optional<Unscaled> shifted(Unscaled value, int digits) {
  if (value == 0) return value;
  if (digits > Decimal::kDigitsMax) return std::nullopt;
  std::optional<Unscaled> result = value;
  for (int i = 0; i < digits && result; ++i)
    result = multiplied(*result, 10);
  return result;
}

std::string digits_of(Unscaled value) {
  auto magnitude = value < 0 ? -static_cast<Magnitude>(value) : static_cast<Magnitude>(value);
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
  } while (magnitude != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

bool rounds_away(Unscaled quotient, Unscaled rest, Unscaled divisor, int sign,
                 Decimal::Rounding rounding) {
  if (rest == 0) return false;
  const auto magnitude = [](Unscaled value) { return value < 0 ? -value : value; };
  const Unscaled left = magnitude(divisor) - magnitude(rest);  // Of the way to the next number.
  switch (rounding) {
    case Decimal::Rounding::kDown:
      return false;
    case Decimal::Rounding::kUp:
      return true;
    case Decimal::Rounding::kFloor:
      return sign < 0;
    case Decimal::Rounding::kCeiling:
      return sign > 0;
    case Decimal::Rounding::kHalfUp:
      return magnitude(rest) >= left;
    case Decimal::Rounding::kHalfEven:
      return magnitude(rest) > left || (magnitude(rest) == left && quotient % 2 != 0);
  }
  return false;
}

}  // namespace

std::optional<Decimal> Decimal::make(std::optional<Unscaled> unscaled, int scale) {
  if (!unscaled || scale > kScaleMax || scale < -kScaleMax) return std::nullopt;
  if (!fitting(*unscaled)) return std::nullopt;
  return Decimal(*unscaled, scale);
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  if (const auto mark = text.find_first_of("eE"); mark != std::string_view::npos) {
    auto digits = text.substr(mark + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    if (exponent > kScaleMax || exponent < -kScaleMax) return std::nullopt;
    text = text.substr(0, mark);
  }
  std::optional<Unscaled> unscaled = 0;
  int scale = 0;
  bool has_point = false;
  bool has_digit = false;
  for (const char c : text) {
    if (c == '.' && !has_point) {
      has_point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    has_digit = true;
    unscaled = multiplied(*unscaled, 10);
    if (unscaled) unscaled = fitting(*unscaled + (c - '0'));
    if (!unscaled) return std::nullopt;
    if (has_point) ++scale;
  }
  if (!has_digit) return std::nullopt;
  return make(is_negative ? -*unscaled : *unscaled, scale - exponent);
}

std::optional<Decimal> Decimal::of(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  std::array<char, 64> buffer{};
  const auto [end, failure] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  if (failure != std::errc()) return std::nullopt;
  std::string text(buffer.data(), end);
  if (text.find_first_of(".eE") == std::string::npos) text += ".0";
  return parse(text);
}

std::string Decimal::text() const {
  if (scale_ == 0) return (unscaled_ < 0 ? "-" : "") + digits_of(unscaled_);
  const std::string digits = digits_of(unscaled_);
  const int exponent = static_cast<int>(digits.size()) - 1 - scale_;
  if (scale_ > 0 && exponent >= -6) return plain_text();
  std::string text = (unscaled_ < 0 ? "-" : "") + digits.substr(0, 1);
  if (digits.size() > 1) text += "." + digits.substr(1);
  if (exponent != 0)
    text += std::string("E") + (exponent > 0 ? "+" : "") + std::to_string(exponent);
  return text;
}

std::string Decimal::plain_text() const {
  std::string digits = digits_of(unscaled_);
  if (scale_ < 0 && unscaled_ != 0) digits += std::string(static_cast<std::size_t>(-scale_), '0');
  if (scale_ > 0) {
    const auto scale = static_cast<std::size_t>(scale_);
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, ".");
  }
  return (unscaled_ < 0 ? "-" : "") + digits;
}

double Decimal::to_double() const {
  return std::strtod(text().c_str(), nullptr);
}

std::int64_t Decimal::to_long() const {
  Unscaled value = unscaled_;
  for (int i = 0; i < scale_ && value != 0; ++i)
    value /= 10;
  auto bits = static_cast<Magnitude>(value);
  for (int i = 0; i > scale_ && bits != 0; --i)
    bits *= 10;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(bits));
}

bool Decimal::is_whole() const {
  const auto cut = rounded(0, Rounding::kDown);
  return scale_ <= 0 || (cut && compare(*cut) == 0);
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  const int scale = std::max(scale_, other.scale_);
  const auto a = shifted(unscaled_, scale - scale_);
  const auto b = shifted(other.unscaled_, scale - other.scale_);
  if (!a || !b) return std::nullopt;
  return make(*a + *b, scale);
}

std::optional<Decimal> Decimal::minus(const Decimal& other) const {
  return plus(other.negated());
}

std::optional<Decimal> Decimal::times(const Decimal& other) const {
  return make(multiplied(unscaled_, other.unscaled_), scale_ + other.scale_);
}

std::optional<Decimal> Decimal::over(const Decimal& other) const {
  // Exact first: with enough digits the division has no rest, and the zeros it adds go again, down
  // to the scale that java.math.BigDecimal prefers.
  const int preferred = scale_ - other.scale_;
  for (int more = 0; more <= kDigitsMax; ++more) {
    const auto numerator = shifted(unscaled_, more);
    if (!numerator) break;
    if (*numerator % other.unscaled_ != 0) continue;
    return make(*numerator / other.unscaled_, preferred + more);
  }
  // Groovy's BigDecimalMath: so many digits in all, then not more than so many after the point.
  const int precision =
      static_cast<int>(std::max(digits_of(unscaled_).size(), digits_of(other.unscaled_).size())) +
      kDivisionDigits;
  const int scale_max = std::max({scale_, other.scale_, kDivisionDigits});
  const int way = sign() * other.sign();
  for (int more = 0; more <= kDigitsMax; ++more) {
    const auto numerator = shifted(unscaled_, more);
    if (!numerator) break;
    Unscaled quotient = *numerator / other.unscaled_;
    if (static_cast<int>(digits_of(quotient).size()) < precision) continue;
    if (rounds_away(quotient, *numerator % other.unscaled_, other.unscaled_, way,
                    Rounding::kHalfUp))
      quotient += way;
    const auto result = make(quotient, preferred + more);
    if (!result || result->scale_ <= scale_max) return result;
    return result->rounded(scale_max, Rounding::kHalfUp);
  }
  return std::nullopt;
}

std::optional<Decimal> Decimal::over(const Decimal& other, int scale, Rounding rounding) const {
  const int more = scale + other.scale_ - scale_;
  const auto numerator = shifted(unscaled_, std::max(more, 0));
  const auto divisor = shifted(other.unscaled_, std::max(-more, 0));
  if (!numerator || !divisor) return std::nullopt;
  const int way = sign() * other.sign();
  Unscaled quotient = *numerator / *divisor;
  if (rounds_away(quotient, *numerator % *divisor, *divisor, way, rounding)) quotient += way;
  return make(quotient, scale);
}

std::optional<Decimal> Decimal::remainder(const Decimal& other) const {
  const int scale = std::max(scale_, other.scale_);
  const auto a = shifted(unscaled_, scale - scale_);
  const auto b = shifted(other.unscaled_, scale - other.scale_);
  if (!a || !b) return std::nullopt;
  return make(*a % *b, scale);
}

std::optional<Decimal> Decimal::power(int exponent) const {
  std::optional<Decimal> result = Decimal(1);
  for (int i = 0; i < exponent && result; ++i) {
    result = result->times(*this);
    if (unscaled_ == 0 || (unscaled_ == 1 && scale_ == 0)) break;
    if (unscaled_ == -1 && scale_ == 0) return Decimal(exponent % 2 == 0 ? 1 : -1);
  }
  return result;
}

Decimal Decimal::negated() const {
  return {-unscaled_, scale_};
}

std::optional<Decimal> Decimal::rounded(int scale, Rounding rounding) const {
  if (scale >= scale_) return make(shifted(unscaled_, scale - scale_), scale);
  const int less = scale_ - scale;
  const auto divisor = shifted(1, less);
  if (!divisor) return make(Unscaled{0}, scale);
  Unscaled quotient = unscaled_ / *divisor;
  if (rounds_away(quotient, unscaled_ % *divisor, *divisor, sign(), rounding)) quotient += sign();
  return make(quotient, scale);
}

std::optional<Decimal> Decimal::stripped() const {
  if (unscaled_ == 0) return Decimal();
  Decimal result = *this;
  while (result.unscaled_ % 10 == 0)
    result = Decimal(result.unscaled_ / 10, result.scale_ - 1);
  return result;
}

int Decimal::compare(const Decimal& other) const {
  if (sign() != other.sign()) return sign() < other.sign() ? -1 : 1;
  const int scale = std::max(scale_, other.scale_);
  const auto a = shifted(unscaled_, scale - scale_);
  const auto b = shifted(other.unscaled_, scale - other.scale_);
  // What no longer fits after the shift is the larger one.
  if (!a) return sign();
  if (!b) return -other.sign();
  return *a < *b ? -1 : *a > *b ? 1 : 0;
}

}  // namespace runtask::groovy
