#include <algorithm>

#include "groovy/classes.h"
#include "groovy/fiber.h"
#include "groovy/json_object.h"
#include "groovy/letter_range.h"
#include "groovy/regex.h"

// What the operators do with values that are no plain integers.

namespace runtask::groovy {
namespace {

std::string_view method_of(Operator op) {
  switch (op) {
    case Operator::kPlus:
      return "plus";
    case Operator::kMinus:
      return "minus";
    case Operator::kTimes:
      return "multiply";
    case Operator::kOver:
      return "div";
    case Operator::kRemainder:
      return "mod";
    case Operator::kPower:
      return "power";
    case Operator::kLeftShift:
      return "leftShift";
    case Operator::kRightShift:
      return "rightShift";
    case Operator::kUnsignedShift:
      return "rightShiftUnsigned";
    case Operator::kBitAnd:
      return "and";
    case Operator::kBitOr:
      return "or";
    case Operator::kBitXor:
      return "xor";
    default:
      return "operator";
  }
}

// What `<=>` makes of the distance that compareTo() tells.
int sign_of(int distance) {
  return distance < 0 ? -1 : distance > 0 ? 1 : 0;
}

}  // namespace

Value Fiber::binary(Operator op, const Value& left, const Value& right) {
  switch (op) {
    case Operator::kEqual:
      return Value::of(equals(left, right));
    case Operator::kUnequal:
      return Value::of(!equals(left, right));
    case Operator::kCompare:
      return Value::integer(sign_of(compare(left, right)));
    case Operator::kLess:
      return Value::of(compare(left, right) < 0);
    case Operator::kLessEqual:
      return Value::of(compare(left, right) <= 0);
    case Operator::kGreater:
      return Value::of(compare(left, right) > 0);
    case Operator::kGreaterEqual:
      return Value::of(compare(left, right) >= 0);
    case Operator::kIn:
      return Value::of(is_in(left, right));
    case Operator::kFind:
      return matcher_of(left, right);
    case Operator::kMatch: {
      if (left.is_null() || right.is_null()) return Value::of(false);
      const Value pattern =
          right.is(Kind::kPattern) ? right : Value(Pattern::compile(*this, to_text(right)));
      return Value::of(pattern.as<Pattern>().matches(*this, to_text(left)));
    }
    default:
      break;
  }
  if (left.is_null() && !(op == Operator::kPlus && right.is_text()))
    throw_new("java.lang.NullPointerException",
              "Cannot invoke method " + std::string(method_of(op)) + "() on null object");
  if (left.is(Kind::kInstance)) {
    Values arguments{right};
    return call_method(left, std::string(method_of(op)), arguments);
  }
  if (left.is_character() || (left.is_number() && right.is_character()))
    return of_codes(op, left, right);
  switch (op) {
    case Operator::kPlus:
      return plus(left, right);
    case Operator::kMinus:
      return minus(left, right);
    case Operator::kTimes:
      return times(left, right);
    case Operator::kOver:
    case Operator::kRemainder:
    case Operator::kPower:
      if (!left.is_number() || !right.is_number())
        missing_method(left, std::string(method_of(op)), {right});
      return op == Operator::kPower ? power(left, right) : arithmetic(op, left, right);
    case Operator::kLeftShift:
      return shift_left(left, right);
    default:
      return integer_operation(op, left, right);
  }
}

// A character is its code, and has no more operators than Groovy gives it.
Value Fiber::of_codes(Operator op, const Value& left, const Value& right) {
  const auto a = code_of(left);
  const auto b = right.is_character() || right.is_number() ? code_of(right) : std::nullopt;
  const bool is_there = op == Operator::kPlus || op == Operator::kMinus || op == Operator::kTimes ||
                        op == Operator::kOver;
  if (!a || !b || !is_there) missing_method(left, std::string(method_of(op)), {right});
  return binary(op, *a, *b);
}

// A text after one with values in it is a part of it.
Value Fiber::joined(const GString& left, const Value& right) {
  std::vector<std::string> texts = left.texts;
  Values values = left.values;
  if (right.is(Kind::kGString)) {
    const auto& more = right.as<GString>();
    texts.back() += more.texts.front();
    texts.insert(texts.end(), more.texts.begin() + 1, more.texts.end());
    values.insert(values.end(), more.values.begin(), more.values.end());
  } else {
    texts.back() += right.text();
  }
  std::size_t size = texts.size() * (sizeof(std::string) + sizeof(Value));
  for (const auto& text : texts)
    size += text.size();
  if (size > interpreter_.limits_.text_bytes_max) abort(Code::kFull, "a string became too long");
  const auto result = heap().make<GString>(std::move(texts), std::move(values));
  result->charge(size);
  return result;
}

Value Fiber::plus(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return arithmetic(Operator::kPlus, left, right);
  if (left.is(Kind::kGString) && right.is_text() && !right.is_character())
    return joined(left.as<GString>(), right);
  if (left.is_text() || (right.is_text() && (left.is_number() || left.is_null()))) {
    std::string text = to_text(left);
    append_text(text, right, 0);
    return string(std::move(text));
  }
  switch (left.kind()) {
    case Kind::kList:
    case Kind::kRange: {
      Values items = items_of(left);
      if (right.is(Kind::kList) || right.is(Kind::kSet) || right.is(Kind::kRange)) {
        for (auto& item : items_of(right))
          items.push_back(std::move(item));
      } else {
        items.push_back(right);
      }
      const auto result = heap().make<List>(
          std::move(items), left.is(Kind::kList) ? left.as<List>().element : nullptr);
      result->changed();
      return result;
    }
    case Kind::kSet: {
      const auto result = heap().make<Map>(Kind::kSet);
      result->assign(left.as<Map>().items());
      if (right.is(Kind::kList) || right.is(Kind::kSet) || right.is(Kind::kRange)) {
        for (const auto& item : items_of(right))
          result->put(item, Value());
      } else {
        result->put(right, Value());
      }
      return result;
    }
    case Kind::kMap: {
      if (!right.is(Kind::kMap)) break;
      const auto result = map();
      result->assign(left.as<Map>().items());
      const auto items = right.as<Map>().items();
      for (const auto& item : items)
        result->put(item.key, item.value);
      return result;
    }
    case Kind::kDate:
      if (right.is(Kind::kInteger))
        return heap().make<Date>(left.as<Date>().time + std::chrono::days(right.number()));
      break;
    default:
      break;
  }
  missing_method(left, "plus", {right});
}

Value Fiber::minus(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return arithmetic(Operator::kMinus, left, right);
  if (left.is_text()) {
    std::string text = to_text(left);
    if (right.is(Kind::kPattern))
      return string(replace_matches(*this, right.as<Pattern>(), text, "", true));
    const std::string part = to_text(right);
    const auto place = text.find(part);
    if (place != std::string::npos) text.erase(place, part.size());
    return string(std::move(text));
  }
  if (left.is(Kind::kList) || left.is(Kind::kRange) || left.is(Kind::kSet)) {
    const bool is_many = right.is(Kind::kList) || right.is(Kind::kSet) || right.is(Kind::kRange);
    const Values unwanted = is_many ? items_of(right) : Values{right};
    Values items = items_of(left);
    items.erase(std::remove_if(items.begin(), items.end(),
                               [&](const Value& item) {
                                 return std::any_of(
                                     unwanted.begin(), unwanted.end(),
                                     [&](const Value& one) { return equals(item, one); });
                               }),
                items.end());
    if (!left.is(Kind::kSet)) return list(std::move(items));
    const auto result = heap().make<Map>(Kind::kSet);
    for (const auto& item : items)
      result->put(item, Value());
    return result;
  }
  if (left.is(Kind::kMap) && right.is(Kind::kMap)) {
    const auto result = map();
    for (const auto& item : left.as<Map>().items()) {
      const Value* other = right.as<Map>().find(item.key);
      if (other == nullptr || !equals(item.value, *other)) result->put(item.key, item.value);
    }
    return result;
  }
  if (left.is(Kind::kDate) && right.is(Kind::kInteger))
    return heap().make<Date>(left.as<Date>().time - std::chrono::days(right.number()));
  if (left.is(Kind::kDate) && right.is(Kind::kDate)) {  // Whole days of the calendar, in UTC.
    const auto day = [](const Value& date) {
      return std::chrono::floor<std::chrono::days>(date.as<Date>().time).time_since_epoch().count();
    };
    return Value::integer(static_cast<std::int32_t>(day(left) - day(right)));
  }
  missing_method(left, "minus", {right});
}

Value Fiber::times(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return arithmetic(Operator::kTimes, left, right);
  const bool is_list = left.is(Kind::kList);
  if (!right.is_number() || !(left.is_text() || is_list)) missing_method(left, "multiply", {right});
  const std::int64_t count = cast_to(right, known_class("java.lang.Integer"), true).number();
  if (count < 0)
    throw_new(
        "java.lang.IllegalArgumentException",
        "multiply() should be called with a number of 0 or greater not: " + std::to_string(count));
  const auto times = static_cast<std::size_t>(count);
  if (is_list) {
    const Values items = left.as<List>().items;
    if (items.size() * times > interpreter_.limits_.memory_bytes_max / sizeof(Value))
      abort(Code::kFull, "a list is too large");
    Values result;
    for (std::size_t i = 0; i < times; ++i)
      result.insert(result.end(), items.begin(), items.end());
    return list(std::move(result));
  }
  const std::string text = to_text(left);
  if (times > 0 && text.size() > interpreter_.limits_.text_bytes_max / times)
    abort(Code::kFull, "a string became longer than " +
                           std::to_string(interpreter_.limits_.text_bytes_max >> 20U) + " MiB");
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i)
    result += text;
  return string(std::move(result));
}

Value Fiber::shift_left(const Value& left, const Value& right) {
  switch (left.kind()) {
    case Kind::kList: {
      auto& target = left.as<List>();
      if (target.element != nullptr) break;
      if (target.is_fixed) throw_new("java.lang.UnsupportedOperationException", "");
      target.items.push_back(kept_in(target, right));
      target.changed();
      return left;
    }
    case Kind::kSet:
      changeable(left).put(right, Value());
      return left;
    case Kind::kMap: {
      if (right.is(Kind::kEntry)) {
        put_into(left, right.as<Entry>().key, right.as<Entry>().value);
        return left;
      }
      if (!right.is(Kind::kMap)) break;
      const auto items = right.as<Map>().items();
      for (const auto& item : items)
        put_into(left, item.key, item.value);
      return left;
    }
    case Kind::kString:
    case Kind::kGString: {
      std::string text = to_text(left) + java_text(*this, right);
      const auto builder = heap().make<Builder>();
      builder->text = std::move(text);
      return builder;
    }
    case Kind::kBuilder: {
      auto& builder = left.as<Builder>();
      builder.text += java_text(*this, right);
      builder.charge(builder.text.capacity());
      return left;
    }
    case Kind::kClosure: {
      Values arguments{right};
      return call_method(left, "leftShift", arguments);
    }
    default:
      break;
  }
  return integer_operation(Operator::kLeftShift, left, right);
}

Value Fiber::integer_operation(Operator op, const Value& left, const Value& right) {
  const auto is_whole = [](const Value& value) {
    return value.is(Kind::kInteger) || value.is(Kind::kLong);
  };
  const bool is_shift =
      op == Operator::kLeftShift || op == Operator::kRightShift || op == Operator::kUnsignedShift;
  if (left.is(Kind::kBool) && right.is(Kind::kBool) && !is_shift) {
    const bool a = left.truth();
    const bool b = right.truth();
    return Value::of(op == Operator::kBitAnd ? a && b : op == Operator::kBitOr ? a || b : a != b);
  }
  if (left.is(Kind::kClosure) && op == Operator::kRightShift) {
    Values arguments{right};
    return call_method(left, "rightShift", arguments);
  }
  if (!is_whole(left) || !is_whole(right))
    missing_method(left, std::string(method_of(op)), {right});
  const bool is_long = left.is(Kind::kLong) || (!is_shift && right.is(Kind::kLong));
  const unsigned bits = is_long ? 64 : 32;
  const auto a = static_cast<std::uint64_t>(left.number());
  const auto b = static_cast<std::uint64_t>(right.number());
  const auto count = static_cast<unsigned>(b & (bits - 1));
  std::uint64_t result = 0;
  switch (op) {
    case Operator::kLeftShift:
      result = a << count;
      break;
    case Operator::kRightShift:
      result = static_cast<std::uint64_t>(left.number() >> count);
      break;
    case Operator::kUnsignedShift:
      result = (is_long ? a : a & 0xFFFFFFFFU) >> count;
      break;
    case Operator::kBitAnd:
      result = a & b;
      break;
    case Operator::kBitOr:
      result = a | b;
      break;
    default:
      result = a ^ b;
      break;
  }
  if (is_long) return Value::whole(static_cast<std::int64_t>(result));
  return Value::integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(result)));
}

Value Fiber::matcher_of(const Value& text, const Value& pattern) {
  if (text.is_null() || pattern.is_null())
    throw_new("java.lang.NullPointerException", "Cannot match null");
  const Value compiled =
      pattern.is(Kind::kPattern) ? pattern : Value(Pattern::compile(*this, to_text(pattern)));
  return heap().make<Matcher>(Ref<Pattern>(&compiled.as<Pattern>()), to_text(text));
}

bool Fiber::is_in(const Value& item, const Value& container) {
  switch (container.kind()) {
    case Kind::kNull:
      return item.is_null();
    case Kind::kSet:
      return container.as<Map>().find(item) != nullptr;
    case Kind::kRange: {
      const auto& range = container.as<Range>();
      if (!item.is(Kind::kInteger) || range.is_empty) return false;
      return item.number() >= std::min(range.first, range.last) &&
             item.number() <= std::max(range.first, range.last);
    }
    case Kind::kList: {
      const Values items = container.as<List>().items;  // An equals() of the text may change it.
      const bool is_loose = item.is(Kind::kInstance) || letter_range(container) != nullptr;
      return std::any_of(items.begin(), items.end(), [&](const Value& one) {
        return is_loose ? equals(item, one) : same(one, item);
      });
    }
    default:
      return is_case(item, container);
  }
}

}  // namespace runtask::groovy
