#include "groovy/methods.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <unordered_set>

#include "groovy/classes.h"
#include "groovy/java_methods.h"
#include "groovy/json_object.h"
#include "groovy/native_objects.h"
#include "groovy/regex.h"

// The way to the tables, and the methods that every value has.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

Answer with(MethodCall& call) {
  if (!call.is(0, Kind::kClosure)) return std::nullopt;
  auto& closure = call.arguments[0].as<Closure>();
  const Value delegate = std::exchange(closure.delegate, call.self);
  const bool had = std::exchange(closure.has_delegate, true);
  const Resolve strategy = std::exchange(closure.strategy, Resolve::kDelegateFirst);
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the argument may be dropped.
  const Value held = call.arguments[0];
  const auto restore = [&] {
    closure.delegate = delegate;
    closure.has_delegate = had;
    closure.strategy = strategy;
  };
  try {
    Value result = call.fiber.call1(held, call.self);
    restore();
    return result;
  } catch (...) {
    restore();
    throw;
  }
}

Answer to_string(MethodCall& c) {
  if (!c.takes_none()) return std::nullopt;
  return c.fiber.string(to_string_text(c.fiber, c.self));
}

Answer inspect(MethodCall& c) {
  return c.fiber.string(c.fiber.inspected(c.self));
}

Answer equals(MethodCall& c) {
  if (c.count() != 1) return std::nullopt;
  return Value::of(same(c.self, c.arguments[0]));
}

Answer is(MethodCall& c) {
  if (c.count() != 1) return std::nullopt;
  const auto& other = c.arguments[0];
  if (!c.self.is_object() || !other.is_object()) return Value::of(same(c.self, other));
  return Value::of(c.self.object() == other.object());
}

// Of java.lang.String: over the units of UTF-16.
std::uint32_t text_hash(const std::string& text) {
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code = size == 1 ? lead : lead & (0x7FU >> size);
    for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
      code = code << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    if (code >= 0x10000) {
      hash = hash * 31 + (0xD7C0U + (code >> 10U));
      code = 0xDC00U + (code & 0x3FFU);
    }
    hash = hash * 31 + code;
    i += size;
  }
  return hash;
}

// Of java.math.BigInteger, for the digits without the point; BigDecimal adds its scale.
std::uint32_t number_hash(const Decimal& number, bool is_whole) {
  Decimal::Unscaled digits = 0;
  const std::string text = number.plain_text();
  const auto zeros = static_cast<std::size_t>(std::max(0, -number.scale()));  // Not of the digits.
  for (const char one : std::string_view(text).substr(0, text.size() - zeros))
    if (one >= '0' && one <= '9') digits = digits * 10 + (one - '0');
  std::uint32_t hash = 0;
  for (int shift = 96; shift >= 0; shift -= 32)
    hash = hash * 31 + static_cast<std::uint32_t>(digits >> shift);
  if (number.sign() < 0) hash = 0U - hash;
  return is_whole ? hash : hash * 31 + static_cast<std::uint32_t>(number.scale());
}

std::uint32_t hash_of_part(Fiber& fiber, const Value& part) {
  Values none;
  if (part.is_null()) return 0;
  const Value hash = fiber.call_method(part, "hashCode", none);
  return hash.is_number() ? static_cast<std::uint32_t>(hash.number()) : 0;
}

std::optional<std::uint32_t> java_hash(Fiber& fiber, const Value& value) {
  std::uint32_t hash = 0;
  switch (value.kind()) {
    case Kind::kInteger:
      return static_cast<std::uint32_t>(value.number());
    case Kind::kBool:
      return value.truth() ? 1231 : 1237;
    case Kind::kLong:
    case Kind::kDouble: {
      const auto bits = value.is(Kind::kLong) ? static_cast<std::uint64_t>(value.number())
                                              : std::bit_cast<std::uint64_t>(value.real_number());
      return static_cast<std::uint32_t>(bits ^ bits >> 32U);
    }
    case Kind::kBigInteger:
    case Kind::kBigDecimal:
      return number_hash(value.as<Number>().value, value.is(Kind::kBigInteger));
    case Kind::kString:
      return text_hash(value.text());
    case Kind::kGString:
      return 37 + text_hash(fiber.to_text(value));
    case Kind::kList: {
      if (value.as<List>().element != nullptr) return std::nullopt;  // Of an array: its identity.
      hash = 1;
      for (const auto& item : Values(value.as<List>().items))
        hash = hash * 31 + hash_of_part(fiber, item);
      return hash;
    }
    case Kind::kMap:
    case Kind::kSet:
      for (const auto& item : std::vector<Map::Item>(value.as<Map>().items()))
        hash += hash_of_part(fiber, item.key) ^ hash_of_part(fiber, item.value);
      return hash;
    case Kind::kEntry:
      return hash_of_part(fiber, value.as<Entry>().key) ^
             hash_of_part(fiber, value.as<Entry>().value);
    default:
      return std::nullopt;
  }
}

Answer hash_code(MethodCall& c) {
  if (!c.takes_none()) return std::nullopt;
  (void)hash_of(c.self);  // Ends the script at a list that holds itself.
  const auto hash = java_hash(c.fiber, c.self);
  if (!hash) return std::nullopt;
  return Value::integer(static_cast<std::int32_t>(*hash));
}

Answer get_class(MethodCall& c) {
  if (!c.takes_none()) return std::nullopt;
  if (c.self.is(Kind::kMap)) return c.fiber.heap().make<ClassValue>(*class_of(c.self));
  return c.fiber.get_property(c.self, "class");
}

Answer as_type(MethodCall& c) {
  if (!c.is(0, Kind::kClass)) return std::nullopt;
  return c.fiber.cast_to(c.self, c.arguments[0].as<ClassValue>().info, true);
}

Answer as_boolean(MethodCall& c) {
  return Value::of(c.fiber.is_true(c.self));
}

Answer compare_to(MethodCall& c) {
  if (c.count() != 1) return std::nullopt;
  return Value::integer(c.fiber.compare(c.self, c.arguments[0]));
}

Answer is_case(MethodCall& c) {
  if (c.count() != 1) return std::nullopt;
  return Value::of(c.fiber.is_case(c.arguments[0], c.self));
}

Answer has_property(MethodCall& c) {
  if (c.count() != 1 || !c.is_text(0)) return std::nullopt;
  const bool has_tables = !c.self.is(Kind::kMap) && !c.self.is(Kind::kClass);
  const bool has_getter =
      has_tables && (java_has_method(c.self, Fiber::accessor("get", c.text(0)), {}) ||
                     java_has_method(c.self, Fiber::accessor("is", c.text(0)), {}));
  return Value::of(has_getter || c.fiber.try_property(c.self, c.text(0)).has_value());
}

Answer responds_to(MethodCall& c) {
  if (c.count() != 1 || !c.is_text(0)) return std::nullopt;
  return c.fiber.methods_named(c.self, c.text(0));
}

Answer invoke_method(MethodCall& c) {
  if (c.count() != 2 || !c.is_text(0)) return std::nullopt;
  Values arguments =
      c.is(1, Kind::kList) ? c.arguments[1].as<List>().items : Values{c.arguments[1]};
  return c.fiber.call_method(c.self, c.text(0), arguments);
}

Answer get_property(MethodCall& c) {
  if (c.count() != 1 || !c.is_text(0)) return std::nullopt;
  return c.fiber.get_property(c.self, c.text(0));
}

Answer set_property(MethodCall& c) {
  if (c.count() != 2 || !c.is_text(0)) return std::nullopt;
  c.fiber.set_property(c.self, c.text(0), c.arguments[1]);
  return Value();
}

Answer printing(MethodCall& c) {
  return c.fiber.call_builtin(c.name, c.arguments);
}

const Table& object_methods() {
  static const Table table = {
      {"toString", to_string},
      {"inspect", inspect},
      {"equals", equals},
      {"is", is},
      {"hashCode", hash_code},
      {"getClass", get_class},
      {"with", with},
      {"asType", as_type},
      {"asBoolean", as_boolean},
      {"compareTo", compare_to},
      {"isCase", is_case},
      {"hasProperty", has_property},
      {"respondsTo", responds_to},
      {"invokeMethod", invoke_method},
      {"getProperty", get_property},
      {"setProperty", set_property},
      {"print", printing},
      {"println", printing},
      {"printf", printing},
      {"sprintf", printing},
  };
  return table;
}

const Table& throwable_methods() {
  static const Table table = {
      {"getMessage", [](MethodCall& c) -> Answer { return c.self.as<Throwable>().message; }},
      {"getLocalizedMessage",
       [](MethodCall& c) -> Answer { return c.self.as<Throwable>().message; }},
      {"getCause", [](MethodCall& c) -> Answer { return c.self.as<Throwable>().cause; }},
      {"getStackTrace", [](MethodCall& c) -> Answer { return Value(c.fiber.list()); }},
      {"printStackTrace",
       [](MethodCall& c) -> Answer {
         c.fiber.host().print(c.fiber, c.self_text() + "\n\tat " + c.self.as<Throwable>().where,
                              true);
         return Value();
       }},
  };
  return table;
}

const Table& date_methods() {
  static const Table table = {
      {"getTime",
       [](MethodCall& c) -> Answer {
         return Value::whole(c.self.as<Date>().time.time_since_epoch().count());
       }},
      {"format",
       [](MethodCall& c) -> Answer {
         if (c.count() < 1 || c.count() > 2 || !c.is_text(0)) return std::nullopt;
         if (c.count() == 2 && !c.is_text(1)) return std::nullopt;
         const auto time = c.self.as<Date>().time;
         return formatted_date(
             c.fiber, time, c.text(0),
             c.count() == 2 ? zone_named(c.fiber, c.text(1)) : zone_here(c.fiber, time));
       }},
      {"before",
       [](MethodCall& c) -> Answer {
         if (!c.is(0, Kind::kDate)) return std::nullopt;
         return Value::of(c.self.as<Date>().time < c.arguments[0].as<Date>().time);
       }},
      {"after",
       [](MethodCall& c) -> Answer {
         if (!c.is(0, Kind::kDate)) return std::nullopt;
         return Value::of(c.self.as<Date>().time > c.arguments[0].as<Date>().time);
       }},
      {"plus",
       [](MethodCall& c) -> Answer {
         return c.count() == 1 ? Answer(c.fiber.plus(c.self, c.arguments[0])) : std::nullopt;
       }},
      {"minus",
       [](MethodCall& c) -> Answer {
         return c.count() == 1 ? Answer(c.fiber.minus(c.self, c.arguments[0])) : std::nullopt;
       }},
  };
  return table;
}

Value composed(Fiber& fiber, const Value& first, const Value& second) {
  Object* one = first.object();
  Object* two = second.object();
  auto native = [one, two](Fiber& inner, Values& arguments) {
    const Value between = inner.call_value(Value(one), arguments);
    return inner.call1(Value(two), between);
  };
  return fiber.heap().make<Closure>(native, Values{first, second}, -1);
}

Ref<Closure> copy_of(MethodCall& c) {
  const auto& old = c.self.as<Closure>();
  Ref<Closure> result = old.code != nullptr
                            ? c.fiber.heap().make<Closure>(*old.code, old.scope)
                            : c.fiber.heap().make<Closure>(old.native, old.held, old.arity);
  result->delegate = old.delegate;
  result->has_delegate = old.has_delegate;
  result->strategy = old.strategy;
  result->curried = old.curried;
  result->curried_last = old.curried_last;
  return result;
}

// Remembers what the closure gave for which arguments.
Value memoized(Fiber& fiber, const Value& closure) {
  Object* called = closure.object();
  const auto known = fiber.map();
  auto native = [called, known = known.get()](Fiber& inner, Values& arguments) {
    const Value key(inner.list(arguments));
    if (const Value* value = known->find(key)) return *value;
    Value value = inner.call_value(Value(called), arguments);
    known->put(key, value);
    return value;
  };
  return fiber.heap().make<Closure>(native, Values{closure, Value(known)},
                                    Fiber::arity_of(closure.as<Closure>()));
}

const Table& closure_methods() {
  static const Table table = {
      {"call", [](MethodCall& c) -> Answer { return c.fiber.call_value(c.self, c.arguments); }},
      {"doCall", [](MethodCall& c) -> Answer { return c.fiber.call_value(c.self, c.arguments); }},
      {"run", [](MethodCall& c) -> Answer { return c.fiber.call_value(c.self, c.arguments); }},
      {"curry",
       [](MethodCall& c) -> Answer {
         const auto result = copy_of(c);
         result->curried.insert(result->curried.end(), c.arguments.begin(), c.arguments.end());
         return Value(result);
       }},
      {"rcurry",
       [](MethodCall& c) -> Answer {
         const auto result = copy_of(c);
         auto& last = result->curried_last;
         last.insert(last.begin(), c.arguments.begin(), c.arguments.end());
         return Value(result);
       }},
      {"clone",
       [](MethodCall& c) -> Answer {
         return c.takes_none() ? Answer(Value(copy_of(c))) : std::nullopt;
       }},
      {"memoize",
       [](MethodCall& c) -> Answer {
         return c.takes_none() ? Answer(memoized(c.fiber, c.self)) : std::nullopt;
       }},
      {"rightShift",
       [](MethodCall& c) -> Answer {
         if (!c.is(0, Kind::kClosure)) return std::nullopt;
         return composed(c.fiber, c.self, c.arguments[0]);
       }},
      {"leftShift",
       [](MethodCall& c) -> Answer {
         if (!c.is(0, Kind::kClosure)) return std::nullopt;
         return composed(c.fiber, c.arguments[0], c.self);
       }},
      {"setDelegate",
       [](MethodCall& c) -> Answer {
         if (c.count() != 1) return std::nullopt;
         c.fiber.set_property(c.self, "delegate", c.arguments[0]);
         return Value();
       }},
      {"setResolveStrategy",
       [](MethodCall& c) -> Answer {
         if (c.count() != 1) return std::nullopt;
         c.fiber.set_property(c.self, "resolveStrategy", c.arguments[0]);
         return Value();
       }},
      {"getMaximumNumberOfParameters",
       [](MethodCall& c) -> Answer {
         return *c.fiber.property_of_closure(c.self.as<Closure>(), "maximumNumberOfParameters");
       }},
  };
  return table;
}

const Table& builder_methods() {
  static const Table table = {
      {"append",
       [](MethodCall& c) -> Answer {
         if (c.count() != 1) return std::nullopt;
         return c.fiber.shift_left(c.self, c.arguments[0]);
       }},
      {"insert",
       [](MethodCall& c) -> Answer {
         auto& text = c.self.as<Builder>().text;
         if (c.count() != 2 || !c.is(0, Kind::kInteger) || c.number(0) < 0 ||
             static_cast<std::size_t>(c.number(0)) > text.size())
           return std::nullopt;
         text.insert(static_cast<std::size_t>(c.number(0)), c.text(1));
         return c.self;
       }},
      {"reverse",
       [](MethodCall& c) -> Answer {
         auto& text = c.self.as<Builder>().text;
         Values none;
         text = c.fiber.to_text(c.fiber.call_method(c.fiber.string(text), "reverse", none));
         return c.self;
       }},
      {"setLength",
       [](MethodCall& c) -> Answer {
         if (!c.is(0, Kind::kInteger) || c.number(0) < 0) return std::nullopt;
         auto& text = c.self.as<Builder>().text;
         if (static_cast<std::size_t>(c.number(0)) > text.size()) return std::nullopt;
         text.resize(static_cast<std::size_t>(c.number(0)));
         return Value();
       }},
  };
  return table;
}

// What a kind answers before what every value does.
Method find_own_method(const Value& object, const std::string& name) {
  switch (object.kind()) {
    case Kind::kString:
      if (object.is_character()) return find_character_method(name);
      [[fallthrough]];
    case Kind::kGString:
      if (const Method method = find_text_method(name)) return method;
      return find_text_search_method(name);
    case Kind::kBuilder:
      if (const Method method = find_in_table(builder_methods(), name)) return method;
      if (const Method method = find_text_method(name)) return method;
      return find_text_search_method(name);
    case Kind::kInteger:
    case Kind::kLong:
    case Kind::kDouble:
    case Kind::kBigDecimal:
    case Kind::kBigInteger:
      return find_number_method(name);
    case Kind::kList:
    case Kind::kRange:
      return find_list_method(name);
    case Kind::kMap:
    case Kind::kSet:
    case Kind::kEntry:
      return find_map_method(name);
    case Kind::kClosure:
      return find_closure_method(name);
    case Kind::kThrowable:
      return find_in_table(throwable_methods(), name);
    case Kind::kDate:
      return find_in_table(date_methods(), name);
    case Kind::kPattern:
      return find_pattern_method(name);
    case Kind::kMatcher:
      return find_matcher_method(name);
    case Kind::kClass:
      return find_class_method(name);
    default:
      return nullptr;
  }
}

}  // namespace

Value MethodCall::call(const Value& closure, const Value& item) const {
  if (item.is(Kind::kEntry) && closure.is(Kind::kClosure) &&
      Fiber::arity_of(closure.as<Closure>()) == 2) {
    Values both{item.as<Entry>().key, item.as<Entry>().value};
    return fiber.call_value(closure, both);
  }
  return fiber.call1(closure, item);
}

Method find_closure_method(const std::string& name) {
  return find_in_table(closure_methods(), name);
}

namespace {

// 5.each { } and its like: what is no collection is one of itself.
bool is_once(const Value& object, const std::string& name) {
  if (!object.is_number() && !object.is(Kind::kBool) && !object.is(Kind::kDate) &&
      !object.is_character())
    return false;
  static const std::unordered_set<std::string> names = {
      "each", "eachWithIndex", "collect", "find", "findAll",
      "any",  "every",         "inject",  "grep", "findIndexOf"};
  return names.count(name) > 0;
}

// An object whose class says what its members are.
bool has_iterator(MethodCall& call) {
  return call.self.is(Kind::kInstance) &&
         (!call.fiber.methods_named(call.self, "iterator").as<List>().items.empty() ||
          !call.fiber.methods_named(call.self, "hasNext").as<List>().items.empty());
}

}  // namespace

std::optional<Value> call_built_in(MethodCall& call) {
  const Value& object = call.self;
  if (is_json(object))
    if (auto value = call_json_method(call)) return value;
  const bool iterates = object.is(Kind::kList) || object.is(Kind::kSet) || object.is(Kind::kMap) ||
                        object.is(Kind::kRange) || (object.is_text() && !object.is_character()) ||
                        object.is(Kind::kMatcher) || is_once(object, call.name) ||
                        has_iterator(call);
  // A name may stand in several tables: find() of a string takes an expression, or a closure.
  const Method methods[] = {find_own_method(object, call.name),
                            iterates ? find_iteration_method(call.name) : nullptr,
                            iterates ? find_order_method(call.name) : nullptr,
                            iterates ? find_combination_method(call.name) : nullptr,
                            find_in_table(object_methods(), call.name)};
  for (const Method method : methods) {
    if (method == nullptr) continue;
    if (auto value = method(call)) return value;
  }
  return std::nullopt;
}

}  // namespace runtask::groovy
