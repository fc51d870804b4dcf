#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/methods.h"

// Numbers.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

Answer times(MethodCall& c) {
  if (!c.is(0, Kind::kClosure) || !(c.self.is(Kind::kInteger) || c.self.is(Kind::kLong)))
    return kNone;
  const Value closure = c.arguments[0];
  Values arguments;
  for (std::int64_t i = 0; i < c.self.number(); ++i) {
    arguments.assign(1, Value::integer(static_cast<std::int32_t>(i)));
    c.fiber.step();
    (void)c.fiber.call_value(closure, arguments);
  }
  return Value();
}

Answer walk(MethodCall& c) {  // upto, downto
  if (!c.is_whole(0) || !c.is(1, Kind::kClosure)) return kNone;
  const std::int64_t step = c.name == "upto" ? 1 : -1;
  for (std::int64_t i = c.self.number(); step > 0 ? i <= c.number(0) : i >= c.number(0);
       i += step) {
    c.fiber.step();
    (void)c.fiber.call1(c.arguments[1], c.self.is(Kind::kLong)
                                            ? Value::whole(i)
                                            : Value::integer(static_cast<std::int32_t>(i)));
  }
  return Value();
}

Answer stepped(MethodCall& c) {
  if (!c.is_whole(0) || !c.is_whole(1) || !c.is(2, Kind::kClosure) || c.number(1) == 0)
    return kNone;
  const std::int64_t step = c.number(1);
  for (std::int64_t i = c.self.number(); step > 0 ? i < c.number(0) : i > c.number(0); i += step) {
    c.fiber.step();
    (void)c.fiber.call1(c.arguments[2], Value::integer(static_cast<std::int32_t>(i)));
  }
  return Value();
}

Answer to_type(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  std::string type = c.name.substr(c.name.starts_with("to") ? 2 : 0);
  if (type.ends_with("Value")) {
    type.resize(type.size() - 5);
    type = type == "int" ? "Integer" : static_cast<char>(type[0] - 'a' + 'A') + type.substr(1);
  }
  return c.fiber.cast_to_number(c.self, *find_class(type), true);
}

Answer round(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is(0, Kind::kInteger)) || !c.self.is(Kind::kDouble))
    return kNone;
  const double factor = std::pow(10.0, c.takes_none() ? 0 : static_cast<double>(c.number(0)));
  const double rounded = std::floor(c.self.real_number() * factor + 0.5);
  if (c.takes_none())
    return Value::whole(static_cast<std::int64_t>(std::fmin(std::fmax(rounded, -9.2e18), 9.2e18)));
  return Value::real(rounded / factor);
}

// Without the digits after the point, or after so many of them.
Answer trunc(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is(0, Kind::kInteger)) || !c.self.is(Kind::kDouble))
    return kNone;
  const double factor = std::pow(10.0, c.takes_none() ? 0 : static_cast<double>(c.number(0)));
  return Value::real(std::trunc(c.self.real_number() * factor) / factor);
}

Answer neighbour(MethodCall& c) {  // next, previous
  if (!c.takes_none()) return kNone;
  return c.fiber.binary(c.name == "next" ? Operator::kPlus : Operator::kMinus, c.self,
                        Value::integer(1));
}

constexpr auto kTowardsZero = Decimal::Rounding::kDown;

bool is_big(const Value& value) {
  return value.is(Kind::kBigDecimal) || value.is(Kind::kBigInteger);
}

// With a first argument that Java takes, or that Groovy makes one.
bool is_big_with_number(const MethodCall& c) {
  return is_big(c.self) && !c.takes_none() && c.arguments[0].is_number() &&
         (c.self.is(Kind::kBigDecimal) || c.is_whole(0) || c.is(0, Kind::kBigInteger));
}

// A member of RoundingMode, or the number that BigDecimal.ROUND_... is.
std::optional<Decimal::Rounding> rounding_of(MethodCall& c, std::size_t index) {
  static const std::unordered_map<std::string, Decimal::Rounding> modes = {
      {"HALF_UP", Decimal::Rounding::kHalfUp},
      {"4", Decimal::Rounding::kHalfUp},
      {"DOWN", Decimal::Rounding::kDown},
      {"1", Decimal::Rounding::kDown},
      {"UP", Decimal::Rounding::kUp},
      {"0", Decimal::Rounding::kUp},
      {"FLOOR", Decimal::Rounding::kFloor},
      {"3", Decimal::Rounding::kFloor},
      {"CEILING", Decimal::Rounding::kCeiling},
      {"2", Decimal::Rounding::kCeiling},
      {"HALF_EVEN", Decimal::Rounding::kHalfEven},
      {"6", Decimal::Rounding::kHalfEven}};
  const auto mode = modes.find(c.text(index));
  return mode != modes.end() ? std::optional(mode->second) : std::nullopt;
}

int scale_of(MethodCall& c, std::size_t index) {
  return static_cast<int>(
      std::clamp<std::int64_t>(c.number(index), -Decimal::kScaleMax, Decimal::kScaleMax));
}

Answer set_scale(MethodCall& c) {
  if (!c.is_whole(0) || !c.self.is(Kind::kBigDecimal) || c.count() > 2) return kNone;
  const auto rounding = c.count() == 2 ? rounding_of(c, 1) : Decimal::Rounding::kHalfUp;
  if (!rounding) return kNone;
  const auto scale = scale_of(c, 0);
  const auto result = c.self.as<Number>().value.rounded(scale, *rounding);
  const bool is_exact = result && result->compare(c.self.as<Number>().value) == 0;
  if (c.count() == 1 && !is_exact)
    c.fiber.throw_new("java.lang.ArithmeticException", "Rounding necessary");
  return c.fiber.number_value(Kind::kBigDecimal, result);
}

// Of a BigDecimal, or of a BigInteger by another: the quotient, exact or rounded.
Answer divide(MethodCall& c) {
  const bool is_decimal = c.self.is(Kind::kBigDecimal);
  const std::size_t count_max = is_decimal ? 3 : 1;
  if (!is_big_with_number(c) || c.count() > count_max) return kNone;
  const Decimal& self = c.self.as<Number>().value;
  const Decimal other = Fiber::decimal_of(c.arguments[0]);
  if (other.sign() == 0) c.fiber.throw_new("java.lang.ArithmeticException", "Division by zero");
  if (!is_decimal) return c.fiber.number_value(c.self.kind(), self.over(other, 0, kTowardsZero));
  if (c.count() == 1) {
    const auto result = self.over(other);
    const auto product = result ? result->times(other) : std::nullopt;
    if (!product || product->compare(self) != 0)
      c.fiber.throw_new(
          "java.lang.ArithmeticException",
          "Non-terminating decimal expansion; no exact representable decimal result.");
    return c.fiber.number_value(c.self.kind(), result);
  }
  const auto rounding = rounding_of(c, c.count() - 1);
  if (!rounding || (c.count() == 3 && !c.is(1, Kind::kInteger))) return kNone;
  const int scale = c.count() == 3 ? scale_of(c, 1) : self.scale();
  return c.fiber.number_value(c.self.kind(), self.over(other, scale, *rounding));
}

Answer remainder(MethodCall& c) {
  if (!is_big_with_number(c) || c.count() != 1) return kNone;
  const Decimal other = Fiber::decimal_of(c.arguments[0]);
  if (other.sign() == 0) c.fiber.throw_new("java.lang.ArithmeticException", "Division by zero");
  return c.fiber.number_value(c.self.kind(), c.self.as<Number>().value.remainder(other));
}

// add, subtract, min and max of BigDecimal and BigInteger, in words.
Answer big_operation(MethodCall& c) {
  if (!is_big_with_number(c) || c.count() != 1) return kNone;
  const Decimal& self = c.self.as<Number>().value;
  const Decimal other = Fiber::decimal_of(c.arguments[0]);
  if (c.name == "add") return c.fiber.number_value(c.self.kind(), self.plus(other));
  if (c.name == "subtract") return c.fiber.number_value(c.self.kind(), self.minus(other));
  const int way = self.compare(other);
  return c.fiber.number_value(c.self.kind(),
                              (c.name == "max" ? way >= 0 : way <= 0) ? self : other);
}

Answer negate(MethodCall& c) {
  if (!is_big(c.self) || !c.takes_none()) return kNone;
  return c.fiber.negated(c.self);
}

Answer signum(MethodCall& c) {
  if (!is_big(c.self) || !c.takes_none()) return kNone;
  return Value::integer(c.self.as<Number>().value.sign());
}

Answer int_div(MethodCall& c) {
  const auto is_whole = [](const Value& value) {
    return value.is(Kind::kInteger) || value.is(Kind::kLong);
  };
  if (c.count() != 1 || !is_whole(c.self) || !is_whole(c.arguments[0])) return kNone;
  if (c.number(0) == 0) c.fiber.throw_new("java.lang.ArithmeticException", "Division by zero");
  const std::int64_t result =
      c.number(0) == -1 ? static_cast<std::int64_t>(-static_cast<std::uint64_t>(c.self.number()))
                        : c.self.number() / c.number(0);
  if (c.self.is(Kind::kLong) || c.is(0, Kind::kLong)) return Value::whole(result);
  return Value::integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(result)));
}

Answer operation(MethodCall& c) {
  static const std::unordered_map<std::string, Operator> operators = {
      {"plus", Operator::kPlus},
      {"minus", Operator::kMinus},
      {"multiply", Operator::kTimes},
      {"div", Operator::kOver},
      {"mod", Operator::kRemainder},
      {"power", Operator::kPower},
      {"and", Operator::kBitAnd},
      {"or", Operator::kBitOr},
      {"xor", Operator::kBitXor},
      {"leftShift", Operator::kLeftShift},
      {"rightShift", Operator::kRightShift}};
  if (c.count() != 1) return kNone;
  return c.fiber.binary(operators.at(c.name), c.self, c.arguments[0]);
}

}  // namespace

Method find_number_method(const std::string& name) {
  static const Table table = {
      {"times", times},
      {"upto", walk},
      {"downto", walk},
      {"step", stepped},
      {"intdiv", int_div},
      {"round", round},
      {"divide", divide},
      {"remainder", remainder},
      {"add", big_operation},
      {"subtract", big_operation},
      {"max", big_operation},
      {"min", big_operation},
      {"negate", negate},
      {"signum", signum},
      {"setScale", set_scale},
      {"next", neighbour},
      {"previous", neighbour},
      {"trunc", trunc},
      {"plus", operation},
      {"minus", operation},
      {"multiply", operation},
      {"div", operation},
      {"mod", operation},
      {"power", operation},
      {"and", operation},
      {"or", operation},
      {"xor", operation},
      {"leftShift", operation},
      {"rightShift", operation},
      {"toInteger", to_type},
      {"toLong", to_type},
      {"toDouble", to_type},
      {"toFloat", to_type},
      {"toBigDecimal", to_type},
      {"toBigInteger", to_type},
      {"intValue", to_type},
      {"longValue", to_type},
      {"doubleValue", to_type},
      {"floatValue", to_type},
      {"abs",
       [](MethodCall& c) -> Answer {
         return Fiber::compare_numbers(c.self, Value::integer(0)) < 0 ? c.fiber.negated(c.self)
                                                                      : c.self;
       }},
      {"toString",
       [](MethodCall& c) -> Answer {
         if (c.takes_none()) return c.fiber.string(c.self_text());
         return kNone;
       }},
      {"toPlainString",
       [](MethodCall& c) -> Answer {
         if (!c.self.is(Kind::kBigDecimal)) return kNone;
         return c.fiber.string(c.self.as<Number>().value.plain_text());
       }},
      {"stripTrailingZeros",
       [](MethodCall& c) -> Answer {
         if (!c.self.is(Kind::kBigDecimal)) return kNone;
         return c.fiber.number_value(Kind::kBigDecimal, c.self.as<Number>().value.stripped());
       }},
      {"scale",
       [](MethodCall& c) -> Answer {
         if (!c.self.is(Kind::kBigDecimal)) return kNone;
         return Value::integer(c.self.as<Number>().value.scale());
       }},
  };
  return find_in_table(table, name);
}

}  // namespace runtask::groovy
