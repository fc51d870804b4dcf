#include <algorithm>
#include <cmath>

#include "groovy/classes.h"
#include "groovy/fiber.h"
#include "groovy/json_object.h"
#include "groovy/text_index.h"

// Truth, equality, order, iteration and casts.

namespace runtask::groovy {

bool Fiber::is_true(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return false;
    case Kind::kBool:
    case Kind::kInteger:
    case Kind::kLong:
      return value.number() != 0;
    case Kind::kDouble:
      return value.real_number() != 0;
    case Kind::kBigDecimal:
    case Kind::kBigInteger:
      return value.as<Number>().value.sign() != 0;
    case Kind::kString:
      return !value.text().empty() && !(value.is_character() && value.text()[0] == '\0');
    case Kind::kGString:
      return !to_text(value).empty();
    case Kind::kBuilder:
      return !value.as<Builder>().text.empty();
    case Kind::kList:
      return !value.as<List>().items.empty();
    case Kind::kSet:
    case Kind::kMap:
      return value.as<Map>().size() > 0;
    case Kind::kRange:
      return value.as<Range>().size() > 0;
    case Kind::kMatcher: {  // The next match: `if (m)` finds what m.group(1) then gives.
      Values none;
      return call_method(value, "find", none).truth();
    }
    case Kind::kHost:
      return value.as<HostObject>().truth();
    case Kind::kInstance: {
      const auto truth = ask(value, "asBoolean");
      return !truth || is_true(*truth);
    }
    default:
      return true;
  }
}

// A number, or the code of a text of one letter.
std::optional<Value> Fiber::code_of(const Value& value) {
  if (value.is_number()) return value;
  if (!value.is_text()) return std::nullopt;
  const std::string text = to_text(value);
  const auto code = code_of_character(text);
  return code ? std::optional(Value::integer(*code)) : std::nullopt;
}

bool Fiber::equals(const Value& left, const Value& right) {
  check_stack();
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  if (left.is_number() && right.is_number()) return compare_numbers(left, right) == 0;
  if (left.is_text() && right.is_text()) return to_text(left) == to_text(right);
  if ((left.is_text() && right.is_number()) || (left.is_number() && right.is_text())) {
    const auto a = code_of(left);  // 'a' == 97
    const auto b = code_of(right);
    return a && b && compare_numbers(*a, *b) == 0;
  }
  // net.sf.json's compareTo(), which `==` asks, knows only its own kind.
  if (is_json(left) && !is_json(right)) return false;
  const auto is_sequence = [](const Value& value) {
    return value.is(Kind::kList) || value.is(Kind::kRange);
  };
  if (is_sequence(left) && is_sequence(right)) {
    if (left.object() == right.object()) return true;
    const Values a = items_of(left);
    const Values b = items_of(right);
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(),
                      [this](const Value& x, const Value& y) { return equals(x, y); });
  }
  if (left.is(Kind::kMap) && right.is(Kind::kMap)) {
    if (left.object() == right.object()) return true;
    const auto& other = right.as<Map>();
    if (left.as<Map>().size() != other.size()) return false;
    const auto items = left.as<Map>().items();
    return std::all_of(items.begin(), items.end(), [&](const Map::Item& item) {
      const Value* value = other.find(item.key);
      return value != nullptr && equals(item.value, Value(*value));
    });
  }
  if (left.is(Kind::kInstance))
    if (const auto truth = ask(left, "equals", right)) return is_true(*truth);
  return same(left, right);
}

int Fiber::compare(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null())
    return left.is_null() && right.is_null() ? 0 : left.is_null() ? -1 : 1;
  if (left.is_number() && right.is_number()) return compare_numbers(left, right);
  if (left.is_character() || right.is_character()) {
    const auto a = code_of(left);
    const auto b = code_of(right);
    if (a && b) return compare_numbers(*a, *b);
  }
  if (left.is_text() && right.is_text()) {
    const std::string a = to_text(left);
    const std::string b = to_text(right);
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    // The difference, as Java's compareTo.
    if (x == a.end() || y == b.end())
      return static_cast<int>(a.size()) - static_cast<int>(b.size());
    return static_cast<unsigned char>(*x) - static_cast<unsigned char>(*y);
  }
  if (left.is_number() || right.is_number()) {  // A single letter counts as its code.
    const auto a = code_of(left);
    const auto b = code_of(right);
    if (a && b) return compare_numbers(*a, *b);
  }
  if (left.is(Kind::kBool) && right.is(Kind::kBool))
    return static_cast<int>(left.truth()) - static_cast<int>(right.truth());
  if (left.is(Kind::kDate) && right.is(Kind::kDate)) {
    const auto a = left.as<Date>().time;
    const auto b = right.as<Date>().time;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (left.is(Kind::kInstance)) {
    if (const auto way = ask(left, "compareTo", right); way && way->is_number())
      return compare_numbers(*way, Value::integer(0));
    const bool are_constants = left.as<Instance>().ordinal >= 0 && right.is(Kind::kInstance) &&
                               &left.as<Instance>().info == &right.as<Instance>().info;
    if (are_constants) return left.as<Instance>().ordinal - right.as<Instance>().ordinal;
  }
  if (equals(left, right)) return 0;
  const auto shown = [this](const Value& value) {
    return class_name_of(value) + " with value '" + java_text(*this, value) + "'";
  };
  throw_new("groovy.lang.GroovyRuntimeException",
            "Cannot compare " + shown(left) + " and " + shown(right));
}

// ---- Iteration

bool Fiber::iterate_map(Map& map, const std::function<bool(const Value&)>& visit) {
  const Ref<Map> held(&map);
  const auto version = map.version;
  const bool is_set = map.kind() == Kind::kSet;
  // As Java: what comes next is known before, so that a change during the last round is not seen.
  const std::size_t size = map.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (map.version != version) throw_new("java.util.ConcurrentModificationException", "");
    step();
    const auto item = map.items()[i];
    const Value value = is_set ? item.key : Value(heap().make<Entry>(item.key, item.value, held));
    if (!visit(value)) return false;
  }
  return true;
}

// Visits members until `visit` says false; true if all were seen.
bool Fiber::iterate(const Value& subject, const std::function<bool(const Value&)>& visit) {
  // What `visit` does may drop the subject; the copy keeps it.
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
  const Value value = subject;
  switch (value.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kList: {
      auto& items = value.as<List>();
      const auto version = items.version;
      for (std::size_t i = 0; i != items.items.size(); ++i) {
        if (items.version != version) throw_new("java.util.ConcurrentModificationException", "");
        step();
        const Value item = items.items[i];
        if (!visit(item)) return false;
      }
      return true;
    }
    case Kind::kSet:
    case Kind::kMap:
      return iterate_map(value.as<Map>(), visit);
    case Kind::kRange: {
      const auto& range = value.as<Range>();
      for (std::int64_t i = 0; i < range.size(); ++i) {
        step();
        if (!visit(range.at(i))) return false;
      }
      return true;
    }
    case Kind::kString:
    case Kind::kGString: {
      if (value.is_character()) return visit(value);
      const std::string text = to_text(value);
      const TextIndex places(text);
      for (std::size_t i = 0; i < places.size(); ++i)
        if (!visit(string(
                places.part(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1))))
          return false;
      return true;
    }
    case Kind::kMatcher: {
      Values none;
      return iterate(call_method(value, "matches in order", none), visit);
    }
    case Kind::kInstance:
      // Its own iterator(), or what it is one itself with.
      if (const auto members = ask(value, "iterator")) return iterate(*members, visit);
      while (true) {
        const auto goes_on = ask(value, "hasNext");
        if (!goes_on) return visit(value);
        if (!is_true(*goes_on)) return true;
        step();
        Values none;
        if (!visit(call_method(value, "next", none))) return false;
      }
    default:
      return visit(value);
  }
}

Values Fiber::items_of(const Value& value) {
  if (value.is(Kind::kList)) return value.as<List>().items;
  if (value.is(Kind::kRange) && static_cast<std::size_t>(value.as<Range>().size()) >
                                    interpreter_.limits_.memory_bytes_max / sizeof(Value))
    abort(Code::kFull, "a range is too large for a list");
  Values items;
  iterate(value, [&](const Value& item) {
    items.push_back(item);
    return true;
  });
  return items;
}

// ---- Casts

namespace {

// Whether nothing makes the value one of that primitive type, which the message then names.
bool is_no_primitive(const Value& value, const TypeName& type, bool is_as) {
  if (!is_primitive(type.name) || type.name == "boolean" || value.is_null() || value.is_number())
    return false;
  if (!value.is(Kind::kString)) return !value.is_text();
  return !is_as && TextIndex(value.text()).size() != 1;
}

}  // namespace

Value Fiber::cast(const Value& value, const TypeName& type, bool is_as) {
  if (!type.is_array) {
    if (type.info == nullptr) return value;
    if (is_no_primitive(value, type, is_as))
      throw_new("org.codehaus.groovy.runtime.typehandling.GroovyCastException",
                "Cannot cast object '" + to_text(value) + "' with class '" + class_name_of(value) +
                    "' to class '" + type.name + "'");
    if (value.is_null() && is_primitive(type.name) && type.name != "boolean")
      throw_new("org.codehaus.groovy.runtime.typehandling.GroovyCastException",
                "Cannot cast object 'null' with class 'null' to class '" + type.name + "'. Try '" +
                    type.info->name + "' instead");
    return value.is_null() && type.info->name != "java.lang.Boolean"
               ? value
               : cast_to(value, *type.info, is_as);
  }
  if (value.is_null()) return value;
  const ClassInfo& element = type.info != nullptr ? *type.info : known_class("java.lang.Object");
  if (value.is(Kind::kList) && value.as<List>().element == &element) return value;
  Values items = items_of(value);
  for (auto& item : items)
    if (!item.is_null()) item = cast_to(item, element, is_as);
  const auto array = heap().make<List>(std::move(items), &element);
  array->changed();
  return array;
}

Value Fiber::cast_to(const Value& value, const ClassInfo& info, bool is_as) {
  const auto name = info.simple_name();
  const auto fail = [&]() {
    throw_new("org.codehaus.groovy.runtime.typehandling.GroovyCastException",
              "Cannot cast object '" + to_text(value) + "' with class '" + class_name_of(value) +
                  "' to class '" + info.name + "'");
  };
  if (info.name == "java.lang.Object") return value;
  if (info.declaration != nullptr) return cast_to_declared(value, info, is_as);
  if (name == "String")
    return value.is(Kind::kString) && !value.is_character()
               ? value
               : string(is_as ? to_text(value) : java_text(*this, value));
  if (name == "Boolean") return Value::of(is_true(value));
  if (info.is_a("java.lang.Number") && info.name != "java.lang.Number")
    return cast_to_number(value, info, is_as);
  if (name == "Character") {
    if (value.is_character()) return value;
    if (value.is(Kind::kInteger) && !character_of(value.number()).empty())
      return character(character_of(value.number()));
    const std::string text = to_text(value);
    const TextIndex letters(text);
    if (!value.is_text() || letters.size() == 0 || (!is_as && letters.size() > 1)) fail();
    return character(letters.part(0, 1));
  }
  if (name == "Set" || name == "HashSet" || name == "LinkedHashSet") {
    if (value.is(Kind::kSet)) return value;
    if (!value.is(Kind::kList) && !value.is(Kind::kRange)) fail();
    const auto set = heap().make<Map>(Kind::kSet);
    for (const auto& item : items_of(value))
      set->put(item, Value());
    return set;
  }
  const bool is_array = value.is(Kind::kList) && value.as<List>().element != nullptr;
  if (name == "List" || name == "ArrayList" || name == "Collection" || name == "LinkedList") {
    if (value.is(Kind::kList) && !is_array) return value;
    if (value.is(Kind::kSet) && name == "Collection") return value;
    if (value.is(Kind::kRange) && (name == "List" || name == "Collection")) return value;
    const bool converts =
        is_array || (is_as && (value.is(Kind::kSet) || value.is(Kind::kRange) || value.is_text()));
    if (!converts) fail();
    return list(items_of(value));
  }
  if (name == "Iterable" && is_array) return value;
  if (name == "LinkedHashMap" && value.is(Kind::kMap)) return value;
  if (name == "StringBuilder" && value.is(Kind::kBuilder)) return value;
  if (!is_instance(value, info)) fail();
  return value;
}

// A map or a list serves as the arguments of a constructor, a text as the name of a constant.
Value Fiber::cast_to_declared(const Value& value, const ClassInfo& info, bool is_as) {
  if (is_instance(value, info)) return value;
  const auto form = info.declaration->form;
  if (form == ClassForm::kEnum && value.is_text()) return constant_of(info, to_text(value));
  if (is_as && (value.is(Kind::kMap) || value.is(Kind::kClosure)))
    abort(Code::kInvalid, "`as` does not make an object of " + info.name + " of a map or a closure",
          "write `new`");
  const bool is_list = value.is(Kind::kList) && value.as<List>().element == nullptr;
  if (form == ClassForm::kClass && (value.is(Kind::kMap) || is_list)) {
    Values arguments = is_list ? value.as<List>().items : Values{value};
    return construct_declared(info, arguments);
  }
  throw_new("org.codehaus.groovy.runtime.typehandling.GroovyCastException",
            "Cannot cast object '" + to_text(value) + "' with class '" + class_name_of(value) +
                "' to class '" + info.name + "'");
}

Value Fiber::cast_to_number(const Value& value, const ClassInfo& info, bool is_as) {
  const auto name = info.simple_name();
  if (value.is_text()) {
    if (is_as && !value.is_character()) return parse_number(to_text(value), info);
    if (const auto code = code_of(value)) return cast_to_number(*code, info, true);
  }
  if (!value.is_number())
    throw_new("org.codehaus.groovy.runtime.typehandling.GroovyCastException",
              "Cannot cast object '" + to_text(value) + "' with class '" + class_name_of(value) +
                  "' to class '" + info.name + "'");
  if (name == "Double" || name == "Float") return Value::real(real_of(value));
  if (name == "BigDecimal") {
    if (value.is(Kind::kBigDecimal)) return value;
    return decimal(decimal_of(value));
  }
  if (name == "BigInteger") {
    if (value.is(Kind::kBigInteger)) return value;
    return number_value(Kind::kBigInteger, decimal_of(value).rounded(0, Decimal::Rounding::kDown));
  }
  std::int64_t whole = 0;
  if (value.is(Kind::kDouble)) {
    const double real = value.real_number();
    // Java's narrowing: NaN is 0, what is too large is the largest.
    whole = std::isnan(real)  ? 0
            : real >= 9.2e18  ? INT64_MAX
            : real <= -9.2e18 ? INT64_MIN
                              : static_cast<std::int64_t>(real);
    if (name != "Long") whole = std::clamp<std::int64_t>(whole, INT32_MIN, INT32_MAX);
  } else {
    whole = decimal_of(value).to_long();
  }
  if (name == "Long") return Value::whole(whole);
  if (name == "Short") return Value::integer(static_cast<std::int16_t>(whole));
  if (name == "Byte") return Value::integer(static_cast<std::int8_t>(whole));
  return Value::integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(whole)));
}

Value Fiber::parse_number(const std::string& source, const ClassInfo& info) {
  const auto name = info.simple_name();
  const auto begin = source.find_first_not_of(" \t\r\n");
  const auto end = source.find_last_not_of(" \t\r\n");
  const std::string text = begin == std::string::npos ? "" : source.substr(begin, end - begin + 1);
  const auto fail = [&]() {
    throw_new("java.lang.NumberFormatException", text.empty() && name != "BigDecimal"
                                                     ? "For input string: \"" + source + "\""
                                                     : "For input string: \"" + text + "\"");
  };
  const auto number = Decimal::parse(text);
  if (!number) fail();
  if (name == "Double" || name == "Float") return Value::real(number->to_double());
  if (name == "BigDecimal") return decimal(*number);
  const bool is_whole = text.find_first_of(".eE") == std::string::npos;
  if (!is_whole) fail();
  if (name == "BigInteger") return number_value(Kind::kBigInteger, number);
  const std::int64_t low = name == "Long" ? INT64_MIN : INT32_MIN;
  const std::int64_t high = name == "Long" ? INT64_MAX : INT32_MAX;
  if (number->compare(Decimal(low)) < 0 || number->compare(Decimal(high)) > 0) fail();
  if (name == "Long") return Value::whole(number->to_long());
  return Value::integer(static_cast<std::int32_t>(number->to_long()));
}

}  // namespace runtask::groovy
