#include <cmath>

#include "groovy/classes.h"
#include "groovy/fiber.h"

// Numbers: Integer and Long wrap round as in Java, `/` is decimal, doubles win over everything.

namespace runtask::groovy {
namespace {

constexpr int kPowerMax = 1'000'000;

bool is_big(const Value& value) {
  return value.is(Kind::kBigDecimal) || value.is(Kind::kBigInteger);
}

}  // namespace

Decimal Fiber::decimal_of(const Value& number) {
  if (is_big(number)) return number.as<Number>().value;
  if (number.is(Kind::kDouble)) return Decimal::of(number.real_number()).value_or(Decimal());
  return Decimal(number.number());
}

double Fiber::real_of(const Value& number) {
  if (number.is(Kind::kDouble)) return number.real_number();
  if (is_big(number)) return number.as<Number>().value.to_double();
  return static_cast<double>(number.number());
}

Value Fiber::number_value(Kind kind, const std::optional<Decimal>& number) {
  if (!number) abort(Code::kFull, "a number needs more than 38 digits, which is not supported");
  return heap().make<Number>(kind, *number);
}

Value Fiber::decimal(const Decimal& number) {
  return heap().make<Number>(Kind::kBigDecimal, number);
}

Value Fiber::arithmetic(Operator op, const Value& left, const Value& right) {
  if (left.is(Kind::kDouble) || right.is(Kind::kDouble)) {
    const double a = real_of(left);
    const double b = real_of(right);
    switch (op) {
      case Operator::kPlus:
        return Value::real(a + b);
      case Operator::kMinus:
        return Value::real(a - b);
      case Operator::kTimes:
        return Value::real(a * b);
      case Operator::kOver:
        return Value::real(a / b);
      default:
        return Value::real(std::fmod(a, b));
    }
  }
  if (op == Operator::kOver) {
    const Decimal divisor = decimal_of(right);
    if (divisor.sign() == 0) throw_new("java.lang.ArithmeticException", "Division by zero");
    return number_value(Kind::kBigDecimal, decimal_of(left).over(divisor));
  }
  if (is_big(left) || is_big(right)) {
    const bool is_decimal = left.is(Kind::kBigDecimal) || right.is(Kind::kBigDecimal);
    const Kind kind = is_decimal ? Kind::kBigDecimal : Kind::kBigInteger;
    const Decimal a = decimal_of(left);
    const Decimal b = decimal_of(right);
    switch (op) {
      case Operator::kPlus:
        return number_value(kind, a.plus(b));
      case Operator::kMinus:
        return number_value(kind, a.minus(b));
      case Operator::kTimes:
        return number_value(kind, a.times(b));
      default:
        if (is_decimal)
          throw_new("java.lang.UnsupportedOperationException",
                    "Cannot use mod() on this number type: " + class_name_of(left) +
                        " with value: " + to_text(left));
        if (b.sign() == 0)
          throw_new("java.lang.ArithmeticException", "BigInteger: modulus not positive");
        return number_value(kind, a.remainder(b));
    }
  }
  const std::int64_t a = left.number();
  const std::int64_t b = right.number();
  std::int64_t result = 0;
  switch (op) {
    case Operator::kPlus:
      (void)__builtin_add_overflow(a, b, &result);
      break;
    case Operator::kMinus:
      (void)__builtin_sub_overflow(a, b, &result);
      break;
    case Operator::kTimes:
      (void)__builtin_mul_overflow(a, b, &result);
      break;
    default:
      if (b == 0) throw_new("java.lang.ArithmeticException", "/ by zero");
      result = b == -1 ? 0 : a % b;
      break;
  }
  if (left.is(Kind::kLong) || right.is(Kind::kLong)) return Value::whole(result);
  return Value::integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(result)));
}

Value Fiber::power(const Value& base, const Value& exponent) {
  const bool is_whole_exponent = exponent.is(Kind::kInteger) && exponent.number() >= 0;
  if (base.is(Kind::kDouble) || !is_whole_exponent) {
    const double result = std::pow(real_of(base), real_of(exponent));
    // Groovy gives back an integer when the result is one.
    constexpr double kLongMax = 9.2e18;
    if (result == std::floor(result) && std::fabs(result) <= INT32_MAX)
      return Value::integer(static_cast<std::int32_t>(result));
    if (result == std::floor(result) && std::fabs(result) <= kLongMax)
      return Value::whole(static_cast<std::int64_t>(result));
    return Value::real(result);
  }
  if (exponent.number() > kPowerMax) abort(Code::kFull, "a power is too large");
  const auto result = decimal_of(base).power(static_cast<int>(exponent.number()));
  if (base.is(Kind::kBigDecimal)) return number_value(Kind::kBigDecimal, result);
  if (result && base.is(Kind::kInteger) && result->compare(Decimal(INT32_MAX)) <= 0 &&
      result->compare(Decimal(INT32_MIN)) >= 0)
    return Value::integer(static_cast<std::int32_t>(result->to_long()));
  if (result && base.is(Kind::kLong) && result->compare(Decimal(INT64_MAX)) <= 0 &&
      result->compare(Decimal(INT64_MIN)) >= 0)
    return Value::whole(result->to_long());
  return number_value(Kind::kBigInteger, result);
}

Value Fiber::negated(const Value& value) {
  switch (value.kind()) {
    case Kind::kInteger:
      return Value::integer(static_cast<std::int32_t>(-static_cast<std::uint32_t>(value.number())));
    case Kind::kLong:
      return Value::whole(static_cast<std::int64_t>(-static_cast<std::uint64_t>(value.number())));
    case Kind::kDouble:
      return Value::real(-value.real_number());
    case Kind::kBigInteger: {
      // -9223372036854775808 is a Long of which the text has only the positive half.
      const Decimal result = value.as<Number>().value.negated();
      return number_value(value.kind(), result);
    }
    case Kind::kBigDecimal:
      return number_value(value.kind(), value.as<Number>().value.negated());
    case Kind::kNull:
      throw_new("java.lang.NullPointerException", "Cannot invoke method negative() on null object");
    default:
      missing_method(value, "negative", {});
  }
}

int Fiber::compare_numbers(const Value& left, const Value& right) {
  if (left.is(Kind::kDouble) || right.is(Kind::kDouble)) {
    const double a = real_of(left);
    const double b = real_of(right);
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (is_big(left) || is_big(right)) return decimal_of(left).compare(decimal_of(right));
  return left.number() < right.number() ? -1 : left.number() > right.number() ? 1 : 0;
}

}  // namespace runtask::groovy
