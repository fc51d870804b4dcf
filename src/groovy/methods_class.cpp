#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <unordered_map>

#include "base/text.h"
#include "groovy/classes.h"
#include "groovy/json_object.h"
#include "groovy/methods.h"
#include "groovy/native_objects.h"
#include "groovy/regex.h"

// Static methods and constants of the classes that scripts name, and of JsonSlurper's objects.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

std::string_view class_name(const MethodCall& c) {
  return c.self.as<ClassValue>().info.simple_name();
}

constexpr std::pair<std::string_view, std::int32_t> kPatternFlags[] = {
    {"CASE_INSENSITIVE", Pattern::kCaseInsensitive},
    {"COMMENTS", Pattern::kComments},
    {"MULTILINE", Pattern::kMultiline},
    {"DOTALL", Pattern::kDotAll},
    {"UNICODE_CASE", Pattern::kUnicodeCase}};

Answer constant(MethodCall& c) {
  const auto name = class_name(c);
  const std::string field = c.name.substr(std::string_view("static ").size());
  if (name == "Integer" && field == "MAX_VALUE") return Value::integer(INT32_MAX);
  if (name == "Integer" && field == "MIN_VALUE") return Value::integer(INT32_MIN);
  if (name == "Long" && field == "MAX_VALUE") return Value::whole(INT64_MAX);
  if (name == "Long" && field == "MIN_VALUE") return Value::whole(INT64_MIN);
  if (name == "Short" && field == "MAX_VALUE") return Value::integer(INT16_MAX);
  if (name == "Short" && field == "MIN_VALUE") return Value::integer(INT16_MIN);
  if (name == "Byte" && field == "MAX_VALUE") return Value::integer(INT8_MAX);
  if (name == "Byte" && field == "MIN_VALUE") return Value::integer(INT8_MIN);
  if (name == "Double") {
    using Limits = std::numeric_limits<double>;
    if (field == "NaN") return Value::real(Limits::quiet_NaN());
    if (field == "POSITIVE_INFINITY") return Value::real(Limits::infinity());
    if (field == "NEGATIVE_INFINITY") return Value::real(-Limits::infinity());
    if (field == "MAX_VALUE") return Value::real(Limits::max());
  }
  if (name == "Math" && field == "PI") return Value::real(M_PI);
  if (name == "Math" && field == "E") return Value::real(M_E);
  if (name == "Boolean" && field == "TRUE") return Value::of(true);
  if (name == "Boolean" && field == "FALSE") return Value::of(false);
  if (name == "BigDecimal" && field.starts_with("ROUND_")) return c.fiber.string(field.substr(6));
  if (name == "BigDecimal" && field == "ZERO") return c.fiber.decimal(Decimal(0));
  if (name == "BigDecimal" && field == "ONE") return c.fiber.decimal(Decimal(1));
  if (c.self.as<ClassValue>().info.name == "hudson.model.Result") {
    constexpr std::string_view kResults[] = {"SUCCESS", "UNSTABLE", "FAILURE", "NOT_BUILT",
                                             "ABORTED"};
    if (std::find(std::begin(kResults), std::end(kResults), field) != std::end(kResults))
      return c.fiber.string(field);  // As results are texts everywhere else.
  }
  if (name == "RoundingMode") return c.fiber.string(field);  // A text serves as the mode.
  if (name == "Closure") {
    const std::unordered_map<std::string, Resolve> strategies = {
        {"OWNER_FIRST", Resolve::kOwnerFirst},
        {"DELEGATE_FIRST", Resolve::kDelegateFirst},
        {"OWNER_ONLY", Resolve::kOwnerOnly},
        {"DELEGATE_ONLY", Resolve::kDelegateOnly},
        {"TO_SELF", Resolve::kToSelf}};
    const auto found = strategies.find(field);
    if (found != strategies.end()) return Value::integer(static_cast<std::int32_t>(found->second));
  }
  if (name == "Pattern")
    for (const auto& [flag, number] : kPatternFlags)
      if (field == flag) return Value::integer(number);
  return kNone;
}

Answer math_of_one(MethodCall& c) {
  if (class_name(c) != "Math" || c.count() != 1 || !c.arguments[0].is_number()) return kNone;
  const Value& x = c.arguments[0];
  const double real = Fiber::real_of(x);
  if (c.name == "abs" && x.is(Kind::kBigDecimal)) return Value::real(std::fabs(real));
  if (c.name == "abs")
    return Fiber::compare_numbers(x, Value::integer(0)) < 0 ? c.fiber.negated(x) : x;
  if (c.name == "ceil") return Value::real(std::ceil(real));
  if (c.name == "floor") return Value::real(std::floor(real));
  if (c.name == "sqrt") return Value::real(std::sqrt(real));
  if (c.name == "round")
    return Value::whole(
        static_cast<std::int64_t>(std::fmin(std::fmax(std::floor(real + 0.5), -9.2e18), 9.2e18)));
  return kNone;
}

Answer math_of_two(MethodCall& c) {
  if (class_name(c) == "Collections") return find_static_method(c.name)(c);
  if (class_name(c) != "Math" || c.count() != 2 || !c.arguments[0].is_number() ||
      !c.arguments[1].is_number())
    return kNone;
  if (c.name == "pow")
    return Value::real(std::pow(Fiber::real_of(c.arguments[0]), Fiber::real_of(c.arguments[1])));
  const int way = Fiber::compare_numbers(c.arguments[0], c.arguments[1]);
  const Value& chosen = (way >= 0) == (c.name == "max") ? c.arguments[0] : c.arguments[1];
  // Java's are of double, float, long and int: a decimal is a double, unless the other could be
  // both.
  const bool has_decimal = c.is(0, Kind::kBigDecimal) || c.is(1, Kind::kBigDecimal);
  if (has_decimal && (c.is_whole(0) || c.is_whole(1)))
    c.fiber.throw_ambiguous(c.self, c.name, c.arguments);
  const bool is_double = has_decimal || c.is(0, Kind::kDouble) || c.is(1, Kind::kDouble);
  const bool is_long = c.is(0, Kind::kLong) || c.is(1, Kind::kLong);
  if (is_double) return Value::real(Fiber::real_of(chosen));
  if (is_long && chosen.is(Kind::kInteger)) return Value::whole(chosen.number());
  return chosen;
}

Answer parse(MethodCall& c) {
  if (c.count() != 1) return kNone;
  const auto& info = c.self.as<ClassValue>().info;
  if (c.is(0, Kind::kNull)) {
    if (info.simple_name() == "Boolean") return Value::of(false);
    if (info.simple_name() == "Integer" || info.simple_name() == "Long")
      c.fiber.throw_new("java.lang.NumberFormatException", "Cannot parse null string");
    if (info.is_a("java.lang.Number")) c.fiber.throw_new("java.lang.NullPointerException", "");
  }
  if (!c.is_text(0)) return kNone;
  if (info.simple_name() == "Boolean") {
    std::string text = c.text(0);
    for (char& letter : text)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return Value::of(text == "true");
  }
  if (!info.is_a("java.lang.Number")) return kNone;
  return c.fiber.parse_number(c.text(0), info);
}

// Integer.parseInt(text, base), Long.parseLong(text, base)
Answer parse_in_base(MethodCall& c) {
  if (c.count() == 1) return parse(c);
  const bool is_long = class_name(c) == "Long";
  const bool is_good = c.count() == 2 && c.is_text(0) && c.is(1, Kind::kInteger) &&
                       c.number(1) >= 2 && c.number(1) <= 36 &&
                       (is_long || class_name(c) == "Integer");
  if (!is_good) return kNone;
  const std::string text = c.text(0);
  const bool has_plus = text.starts_with('+') && !text.starts_with("+-");
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read =
      std::from_chars(text.data() + (has_plus ? 1 : 0), end, number, static_cast<int>(c.number(1)));
  const bool fits = read.ec == std::errc() && read.ptr == end &&
                    (is_long || (number >= INT32_MIN && number <= INT32_MAX));
  if (!fits)
    c.fiber.throw_new("java.lang.NumberFormatException", "For input string: \"" + text + "\"");
  return is_long ? Value::whole(number) : Value::integer(static_cast<std::int32_t>(number));
}

// Integer.decode("0x1F"), "#ff", "-010": the text says its base.
Answer decode(MethodCall& c) {
  if (class_name(c) == "URLDecoder") return find_static_method(c.name)(c);
  const bool is_number = class_name(c) == "Integer" || class_name(c) == "Long";
  if (!is_number || c.count() != 1 || !c.is_text(0)) return kNone;
  std::string digits = c.text(0);
  const bool is_negative = digits.starts_with('-');
  if (is_negative || digits.starts_with('+')) digits.erase(0, 1);
  std::int32_t base = 10;
  constexpr std::pair<std::string_view, std::int32_t> kPrefixes[] = {
      {"0x", 16}, {"0X", 16}, {"#", 16}, {"0", 8}};
  for (const auto& [prefix, its_base] : kPrefixes) {
    if (!digits.starts_with(prefix) || (its_base == 8 && digits.size() == 1)) continue;
    digits.erase(0, prefix.size());
    base = its_base;
    break;
  }
  const std::string signed_digits = (is_negative ? "-" : "") + digits;
  Values arguments{c.fiber.string(signed_digits), Value::integer(base)};
  return c.fiber.call_method(c.self, class_name(c) == "Long" ? "parseLong" : "parseInt", arguments);
}

Answer value_of(MethodCall& c) {
  if (c.count() != 1) return kNone;
  const auto& info = c.self.as<ClassValue>().info;
  if (info.simple_name() == "String") return c.fiber.string(java_text(c.fiber, c.arguments[0]));
  if (info.simple_name() == "Character") return c.fiber.cast_to(c.arguments[0], info, false);
  if (c.is_text(0)) return parse(c);
  if (c.is(0, Kind::kNull) && info.is_a("java.lang.Number")) return parse(c);
  if (info.is_a("java.lang.Number") || info.simple_name() == "Boolean")
    return c.fiber.cast_to(c.arguments[0], info, true);
  return kNone;
}

Answer join(MethodCall& c) {  // String.join(separator, list or texts)
  if (class_name(c) != "String" || c.count() < 1) return kNone;
  Values items(c.arguments.begin() + 1, c.arguments.end());
  if (items.size() == 1 && !items[0].is_text()) items = c.fiber.items_of(Value(items[0]));
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i)
    text += (i > 0 ? c.text(0) : "") + c.fiber.to_text(items[i]);
  return c.fiber.string(std::move(text));
}

Answer as_list(MethodCall& c) {
  if (class_name(c) != "Arrays") return kNone;
  const bool is_array =
      c.count() == 1 && c.is(0, Kind::kList) && c.arguments[0].as<List>().element != nullptr;
  return Value(c.fiber.list(is_array ? c.fiber.items_of(c.arguments[0]) : Values(c.arguments)));
}

bool is_slurper(const MethodCall& c) {
  return class_name(c) == "JsonSlurper" || class_name(c) == "JsonSlurperClassic";
}

// Integer.toString(number, base), Boolean.toString(truth), Arrays.toString(array), ...: only for
// what the class takes. Without arguments it is the text of the class itself.
Answer to_string(MethodCall& c) {
  if (c.takes_none()) return c.fiber.string(c.self_text());
  const auto name = class_name(c);
  if (name == "Integer" || name == "Long") {
    const bool takes = c.is(0, Kind::kInteger) || (name == "Long" && c.is(0, Kind::kLong));
    if (!takes || c.count() > 2 || (c.count() == 2 && !c.is(1, Kind::kInteger))) return kNone;
    const bool has_base = c.count() == 2 && c.number(1) >= 2 && c.number(1) <= 36;
    std::array<char, 66> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), c.number(0),
                                       has_base ? static_cast<int>(c.number(1)) : 10);
    return c.fiber.string(std::string(digits.data(), written.ptr));
  }
  if (c.count() != 1) return kNone;
  const Value& argument = c.arguments[0];
  const bool is_real = name == "Double" || name == "Float";
  const bool takes = name == "Boolean"     ? argument.is(Kind::kBool)
                     : name == "Character" ? argument.is_character()
                     : name == "Arrays"    ? argument.is(Kind::kList)
                                           : is_real && argument.is_number();
  if (!takes) return kNone;
  return c.fiber.string(
      c.fiber.to_text(is_real ? Value::real(Fiber::real_of(argument)) : argument));
}

Answer current_time_millis(MethodCall& c) {
  if (class_name(c) != "System") return kNone;
  const auto now = c.fiber.host().now();
  if (!now) c.fiber.abort(Code::kInvalid, "there is no clock here");
  return Value::whole(now->time_since_epoch().count());
}

Answer time_zone(MethodCall& c) {  // The name serves as the zone.
  if (class_name(c) != "TimeZone" || !c.is_text(0)) return kNone;
  (void)zone_named(c.fiber, c.text(0));
  return c.fiber.string(c.text(0));
}

Answer parse_text(MethodCall& c) {
  if (class_name(c) == "Date" && c.count() == 2 && c.is_text(0) && c.is_text(1))
    return parsed_date(c.fiber, c.text(1), c.text(0), zone_here(c.fiber, WallTime()));
  if (is_slurper(c) && c.count() == 1 && c.is(0, Kind::kNull))
    c.fiber.throw_new("java.lang.IllegalArgumentException", "Text must not be null or empty");
  if (!is_slurper(c) || c.count() != 1 || !c.is_text(0)) return kNone;
  return parse_json(c.fiber, c.text(0), class_name(c) == "JsonSlurper");
}

Answer is_nan(MethodCall& c) {
  if (class_name(c) != "Double" || c.count() != 1 || !c.is(0, Kind::kDouble)) return kNone;
  return Value::of(std::isnan(c.arguments[0].real_number()));
}

Answer get_name(MethodCall& c) {
  return c.fiber.string(c.self.as<ClassValue>().info.name);
}

// Class.newInstance(arguments), for the classes that files declare.
Answer new_instance(MethodCall& c) {
  const auto& info = c.self.as<ClassValue>().info;
  if (info.declaration == nullptr) return kNone;
  return c.fiber.construct_declared(info, c.arguments);
}

Answer get_superclass(MethodCall& c) {
  const ClassInfo* super = c.self.as<ClassValue>().info.super;
  return super != nullptr ? Value(c.fiber.heap().make<ClassValue>(*super)) : Value();
}

Answer get_simple_name(MethodCall& c) {
  const std::string& name = c.self.as<ClassValue>().info.name;
  const auto from = name.find_last_of(".$") + 1;  // npos + 1 is 0.
  return name.starts_with('[')
             ? c.fiber.string(name.substr(from, name.size() - from - 1) + "[]")  // [La.b.C;
             : c.fiber.string(name.substr(from));
}

Answer format(MethodCall& c) {
  if (class_name(c) != "String" || !c.is_text(0)) return kNone;
  return c.fiber.string(format_text(c.fiber, c.arguments));
}

Answer is_instance(MethodCall& c) {
  if (c.count() != 1) return kNone;
  return Value::of(is_instance(c.arguments[0], c.self.as<ClassValue>().info));
}

Answer compiled(MethodCall& c) {
  if (class_name(c) != "Pattern" || c.count() > 2 || !c.is_text(0)) return kNone;
  if (c.count() == 1) return Value(Pattern::compile(c.fiber, c.text(0)));
  if (!c.is(1, Kind::kInteger) || (c.number(1) & ~std::int64_t{Pattern::kFlags}) != 0) return kNone;
  return Value(Pattern::compile(c.fiber, c.text(0), static_cast<std::int32_t>(c.number(1))));
}

Answer matches(MethodCall& c) {  // Pattern.matches(expression, text)
  if (class_name(c) != "Pattern" || c.count() != 2 || !c.is_text(0) || !c.is_text(1)) return kNone;
  return Value::of(Pattern::compile(c.fiber, c.text(0))->matches(c.fiber, c.text(1)));
}

Answer quote_replacement(MethodCall& c) {
  if (class_name(c) != "Matcher" || !c.is_text(0)) return kNone;
  std::string text;
  for (const char one : c.text(0))
    (text += one == '\\' || one == '$' ? "\\" : "") += one;
  return c.fiber.string(std::move(text));
}

Answer quote(MethodCall& c) {
  if (class_name(c) != "Pattern" || !c.is_text(0)) return kNone;
  return c.fiber.string("\\Q" + c.text(0) + "\\E");
}

Answer slurped_text(MethodCall& c) {
  return is_slurper(c) ? parse_text(c) : kNone;
}

Answer slurped(MethodCall& c) {
  return class_name(c) == "Date" ? parse_text(c) : kNone;
}

Answer to_json(MethodCall& c) {
  if (class_name(c) != "JsonOutput" || c.count() != 1) return kNone;
  return c.fiber.string(json_text(c.fiber, c.arguments[0]));
}

Answer pretty_print(MethodCall& c) {
  if (class_name(c) != "JsonOutput" || !c.is_text(0)) return kNone;
  return c.fiber.string(pretty_json(c.fiber, c.text(0)));
}

}  // namespace

Method find_class_method(const std::string& name) {
  static const Table table = {
      {"abs", math_of_one},
      {"ceil", math_of_one},
      {"floor", math_of_one},
      {"sqrt", math_of_one},
      {"round", math_of_one},
      {"max", math_of_two},
      {"min", math_of_two},
      {"pow", math_of_two},
      {"isNaN", is_nan},
      {"parseInt", parse_in_base},
      {"parseLong", parse_in_base},
      {"isDigit", of_character},
      {"isLetter", of_character},
      {"isLetterOrDigit", of_character},
      {"isUpperCase", of_character},
      {"isLowerCase", of_character},
      {"isWhitespace", of_character},
      {"toUpperCase", of_character},
      {"toLowerCase", of_character},
      {"getNumericValue", of_character},
      {"decode", decode},
      {"parseDouble", parse},
      {"parseFloat", parse},
      {"parseBoolean", parse},
      {"valueOf", value_of},
      {"join", join},
      {"asList", as_list},
      {"toString", to_string},
      {"getName", get_name},
      {"getSuperclass", get_superclass},
      {"newInstance", new_instance},
      {"getSimpleName", get_simple_name},
      {"format", format},
      {"isInstance", is_instance},
      {"currentTimeMillis", current_time_millis},
      {"getTimeZone", time_zone},
      {"compile", compiled},
      {"matches", matches},
      {"quoteReplacement", quote_replacement},
      {"quote", quote},
      {"parseText", slurped_text},
      {"parse", slurped},
      {"toJson", to_json},
      {"prettyPrint", pretty_print},
  };
  if (name.starts_with("static ")) return constant;
  if (const Method method = find_in_table(table, name)) return method;
  return find_static_method(name);
}

}  // namespace runtask::groovy
