#include "groovy/json_object.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "groovy/classes.h"
#include "groovy/letter_range.h"

namespace runtask::groovy {
namespace {

constexpr std::string_view kException = "net.sf.json.JSONException";

void check_depth(Fiber& fiber, int depth) {
  if (depth > kJsonDepthMax) fiber.abort(Code::kInvalid, "this is nested too deeply for JSON");
}

bool is_sequence(const Value& value) {
  return value.is(Kind::kList) || value.is(Kind::kSet) || value.is(Kind::kRange);
}

}  // namespace

bool is_json(const Value& value) {
  return (value.is(Kind::kMap) && value.as<Map>().is_json) ||
         (value.is(Kind::kList) && value.as<List>().is_json);
}

bool is_json_null(const Value& value) {
  return value.is(Kind::kHost) && dynamic_cast<JsonNull*>(value.object()) != nullptr;
}

std::optional<Outcome> JsonNull::call(Fiber& fiber, const std::string& method, Values& arguments) {
  if (method == "equals" && arguments.size() == 1)
    return Value::of(arguments[0].is_null() || is_json_null(arguments[0]));
  if (method == "isArray" && arguments.empty()) return Value::of(false);
  if ((method == "isEmpty" || method == "size") && arguments.empty())
    return fiber.raise(kException, "Object is null");
  return std::nullopt;
}

Value json_of(Fiber& fiber, const Value& value, int depth) {
  check_depth(fiber, depth);
  fiber.step();
  if (value.is_null()) return fiber.json_null();
  if (is_json(value)) return value;
  if (value.is(Kind::kMap)) {
    const auto object = fiber.map();
    object->is_json = true;
    const auto items = value.as<Map>().items();
    for (const auto& item : items)
      object->put(fiber.string(fiber.to_text(item.key)), json_of(fiber, item.value, depth + 1));
    return object;
  }
  if (is_sequence(value)) {
    const auto array = fiber.list(fiber.items_of(value));
    array->is_json = true;
    for (auto& item : array->items)
      item = json_of(fiber, item, depth + 1);
    return array;
  }
  const bool is_short =
      value.is(Kind::kLong) && value.number() >= INT32_MIN && value.number() <= INT32_MAX;
  if (is_short) return Value::integer(static_cast<std::int32_t>(value.number()));
  if (value.is(Kind::kDouble) && !std::isfinite(value.real_number()))
    fiber.throw_new(kException, "JSON does not allow non-finite numbers");
  return fiber.plain(value);
}

Value without_json(Fiber& fiber, const Value& value, int depth) {
  check_depth(fiber, depth);
  fiber.step();
  if (is_json_null(value)) return {};
  if (!is_json(value)) return value;
  if (value.is(Kind::kList)) {
    const auto list = fiber.list(value.as<List>().items);
    for (auto& item : list->items)
      item = without_json(fiber, item, depth + 1);
    return list;
  }
  const auto map = fiber.map();
  for (const auto& item : value.as<Map>().items())
    map->put(item.key, without_json(fiber, item.value, depth + 1));
  return map;
}

// ---- Text

namespace {

std::string string_literal(const std::string& text) {
  std::string out = "\"";
  char before = 0;
  for (const char c : text) {
    constexpr std::string_view kMeanings = "\"\\\b\f\n\r\t";
    constexpr std::string_view kLetters = "\"\\bfnrt";
    if (const auto known = kMeanings.find(c); known != std::string_view::npos) {
      (out += '\\') += kLetters[known];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "\\u%04x", static_cast<unsigned>(c));
      out += buffer.data();
    } else {
      if (c == '/' && before == '<') out += '\\';  // So that it can stand in HTML.
      out += c;
    }
    before = c;
  }
  return out + "\"";
}

// 1.50 is 1.5, 2.0 is 2.
std::string number_text(Fiber& fiber, const Value& value) {
  if (value.is(Kind::kDouble) && !std::isfinite(value.real_number()))
    fiber.throw_new(kException, "JSON does not allow non-finite numbers");
  std::string text = fiber.to_text(value);
  const bool has_fraction =
      text.find('.') != std::string::npos && text.find_first_of("eE") == std::string::npos;
  if (!has_fraction) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// Writes with the line breaks of net.sf.json, which are not what one expects: a single member
// stays on the line, and what has several begins with its own indentation, after the name too.
class Writer {
 public:
  Writer(Fiber& fiber, int indent_by) : fiber_(fiber), indent_by_(indent_by) {}

  void write(const Value& value, int indent, int depth) {
    check_depth(fiber_, depth);
    fiber_.step();
    fiber_.check_text(text);
    if (value.is(Kind::kMap)) {
      const auto items = value.as<Map>().items();
      write_all('{', items.size(), indent, '}', [&](std::size_t i, int inner) {
        text += string_literal(fiber_.to_text(items[i].key)) + (indent_by_ > 0 ? ": " : ":");
        write(items[i].value, inner, depth + 1);
      });
    } else if (is_sequence(value)) {
      const Values items = fiber_.items_of(value);
      write_all('[', items.size(), indent, ']',
                [&](std::size_t i, int inner) { write(items[i], inner, depth + 1); });
    } else if (value.is_number()) {
      text += number_text(fiber_, value);
    } else if (value.is_null() || value.is(Kind::kBool) || is_json_null(value)) {
      text += fiber_.to_text(value);
    } else {
      text += string_literal(fiber_.to_text(value));
    }
  }
  std::string text;

 private:
  template <class WriteOne>
  void write_all(char open, std::size_t count, int indent, char close, WriteOne&& write_one) {
    const bool has_lines = indent_by_ > 0 && count > 1;
    const int inner = has_lines ? indent + indent_by_ : indent;
    const auto blanks = [&](int number) { text.append(static_cast<std::size_t>(number), ' '); };
    if (has_lines) blanks(indent);
    text += open;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) text += ',';
      if (has_lines) {
        text += '\n';
        blanks(inner);
      }
      write_one(i, inner);
    }
    if (has_lines) {
      text += '\n';
      blanks(indent);
    }
    text += close;
  }

  Fiber& fiber_;
  const int indent_by_;
};

}  // namespace

std::string json_object_text(Fiber& fiber, const Value& value, int indent_by) {
  constexpr int kIndentMax = 100;
  Writer writer(fiber, std::min(indent_by, kIndentMax));
  writer.write(value, 0, 0);
  return std::move(writer.text);
}

namespace {

// As Java's own toString() of maps and lists has it. A toString() of the text may change what is
// written: members are taken one by one, by their places.
class JavaText {
 public:
  explicit JavaText(Fiber& fiber) : fiber_(fiber) {}

  void append(const Value& value, int depth) {
    if (depth > kPrintedDepthMax)
      fiber_.abort(Code::kInvalid,
                   "a list or a map holds itself, or is nested too deeply to be printed");
    fiber_.check_text(text);
    if (is_json(value)) {
      text += json_object_text(fiber_, value);
    } else if (const auto range = text_of_range(value)) {
      text += *range;
    } else if (value.is(Kind::kMap) || value.is(Kind::kSet)) {
      append_map(value, depth);
    } else if (value.is(Kind::kList) && value.as<List>().element == nullptr) {
      const auto& items = value.as<List>().items;
      text += '[';
      for (std::size_t i = 0; i < items.size(); ++i)
        append_part(value, Value(items[i]), i > 0 ? ", " : "", depth);
      text += ']';
    } else if (value.is(Kind::kEntry)) {
      append_part(value, value.as<Entry>().key, "", depth);
      append_part(value, value.as<Entry>().value, "=", depth);
    } else {
      fiber_.append_text(text, value, depth);
    }
  }
  std::string text;

 private:
  void append_map(const Value& value, int depth) {
    const auto& map = value.as<Map>();
    const bool is_map = value.is(Kind::kMap);
    text += is_map ? '{' : '[';
    for (std::size_t i = 0; i < map.size(); ++i) {
      const auto item = map.items()[i];
      append_part(value, item.key, i > 0 ? ", " : "", depth);
      if (is_map) append_part(value, item.value, "=", depth);
    }
    text += is_map ? '}' : ']';
  }

  void append_part(const Value& whole, const Value& part, std::string_view before, int depth) {
    text += before;
    if (part.is_object() && part.object() == whole.object())
      text += whole.is(Kind::kMap) ? "(this Map)" : "(this Collection)";
    else
      append(part, depth + 1);
  }

  Fiber& fiber_;
};

}  // namespace

std::string java_text(Fiber& fiber, const Value& value) {
  JavaText java(fiber);
  java.append(value, 0);
  return std::move(java.text);
}

std::string to_string_text(Fiber& fiber, const Value& value) {
  const bool is_java =
      is_json(value) || text_of_range(value) || (value.is(Kind::kMap) && value.as<Map>().is_lazy);
  return is_java ? java_text(fiber, value) : fiber.to_text(value);
}

// ---- Methods

namespace {

// get("a"), or opt("a"), of an object or an array; none if it is not there.
const Value* member(const MethodCall& c) {
  if (c.self.is(Kind::kMap)) return c.self.as<Map>().find(c.fiber.plain(c.arguments[0]));
  const auto& items = c.self.as<List>().items;
  const bool is_there = c.is(0, Kind::kInteger) && c.number(0) >= 0 &&
                        static_cast<std::size_t>(c.number(0)) < items.size();
  return is_there ? &items[static_cast<std::size_t>(c.number(0))] : nullptr;
}

// The member as what the method's name ends with; none if it is not such a thing.
std::optional<Value> as_type(Fiber& fiber, const Value& value, std::string_view type) {
  const bool is_text = value.is_text();
  if (type == "String") return fiber.string(java_text(fiber, value));
  if (type == "JSONObject") return value.is(Kind::kMap) ? std::optional(value) : std::nullopt;
  if (type == "JSONArray") return value.is(Kind::kList) ? std::optional(value) : std::nullopt;
  if (type == "Boolean") {
    const std::string text = value.is(Kind::kBool) || is_text ? fiber.to_text(value) : "";
    if (text != "true" && text != "false") return std::nullopt;
    return Value::of(text == "true");
  }
  const ClassInfo& number = known_class(type == "Int"    ? "java.lang.Integer"
                                        : type == "Long" ? "java.lang.Long"
                                                         : "java.lang.Double");
  if (value.is_number()) return fiber.cast_to_number(value, number, true);
  if (!is_text || !Decimal::parse(fiber.to_text(value))) return std::nullopt;
  return fiber.cast_to_number(Value::real(Decimal::parse(fiber.to_text(value))->to_double()),
                              number, true);
}

Value value_without(Fiber& fiber, std::string_view type) {
  if (type == "String") return fiber.string("");
  if (type == "Int") return Value::integer(0);
  if (type == "Long") return Value::whole(0);
  if (type == "Double") return Value::real(std::nan(""));
  if (type == "Boolean") return Value::of(false);
  return {};
}

// getString and its like throw where optString gives the second argument, or what is empty.
std::optional<Value> typed_member(MethodCall& c) {
  const bool must_be = c.name.starts_with("get");
  const std::string_view type = std::string_view(c.name).substr(3);
  const bool takes_default = !must_be && c.count() == 2;
  if (c.count() != 1 && !takes_default) return std::nullopt;
  const Value* value = member(c);
  if (value != nullptr)
    if (auto found = as_type(c.fiber, *value, type)) return found;
  if (must_be)
    c.fiber.throw_new(kException,
                      (c.self.is(Kind::kMap) ? "JSONObject[" + string_literal(c.text(0)) + "]"
                                             : "JSONArray[" + c.text(0) + "]") +
                          (value == nullptr && type == "String" ? " not found."
                           : type.starts_with("JSON") ? " is not a " + std::string(type) + "."
                           : type == "Boolean"        ? " is not a Boolean."
                                                      : " is not a number."));
  return takes_default ? c.arguments[1] : value_without(c.fiber, type);
}

}  // namespace

std::optional<Value> call_json_method(MethodCall& c) {
  if (c.name == "toString" && (c.takes_none() || (c.count() == 1 && c.is(0, Kind::kInteger))))
    return c.fiber.string(json_object_text(
        c.fiber, c.self,
        c.takes_none() ? 0 : static_cast<int>(std::max<std::int64_t>(c.number(0), 0))));
  if (c.name == "isArray" && c.takes_none()) return Value::of(c.self.is(Kind::kList));
  if (c.name == "isNullObject" && c.takes_none()) return Value::of(false);
  if (c.name == "has" && c.count() == 1 && c.self.is(Kind::kMap))
    return Value::of(member(c) != nullptr);
  if (c.name == "opt" && c.count() == 1) {
    const Value* value = member(c);
    return value != nullptr ? *value : Value();
  }
  if (c.name == "join" && c.count() == 1 && c.self.is(Kind::kList)) {
    std::string text;
    for (const auto& item : c.self.as<List>().items)
      text += (text.empty() ? "" : c.text(0)) + json_object_text(c.fiber, item);
    return c.fiber.string(std::move(text));
  }
  constexpr std::array kTyped = {
      "getString", "getInt", "getLong", "getDouble", "getBoolean", "getJSONObject", "getJSONArray",
      "optString", "optInt", "optLong", "optDouble", "optBoolean", "optJSONObject", "optJSONArray"};
  for (const char* name : kTyped)
    if (c.name == name) return typed_member(c);
  return std::nullopt;
}

}  // namespace runtask::groovy
