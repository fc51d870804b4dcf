#pragma once

#include <optional>
#include <string>

#include "groovy/fiber.h"

// What values can do: tables of Groovy's and Java's methods by the kind of the receiver, one file
// each. A method that does not fit its arguments says none; what that means is in java_methods.h.
// For the evaluator only.

namespace runtask::groovy {

struct MethodCall {
  Fiber& fiber;
  const Value& self;
  const std::string& name;
  Values& arguments;

  [[nodiscard]] std::size_t count() const { return arguments.size(); }
  [[nodiscard]] bool takes_none() const { return arguments.empty(); }
  [[nodiscard]] bool is(std::size_t index, Kind kind) const {
    return index < arguments.size() && arguments[index].is(kind);
  }
  [[nodiscard]] bool is_text(std::size_t index) const {
    return index < arguments.size() && arguments[index].is_text();
  }
  [[nodiscard]] bool is_whole(std::size_t index) const {
    return is(index, Kind::kInteger) || is(index, Kind::kLong);
  }
  [[nodiscard]] std::string text(std::size_t index) const {
    return fiber.to_text(arguments[index]);
  }
  [[nodiscard]] std::int64_t number(std::size_t index) const { return arguments[index].number(); }
  [[nodiscard]] std::string self_text() const { return fiber.to_text(self); }
  // A call of the closure argument; a map's entry as key and value if it takes two.
  [[nodiscard]] Value call(const Value& closure, const Value& item) const;
  [[nodiscard]] bool test(const Value& closure, const Value& item) const {
    return fiber.is_true(call(closure, item));
  }
};

using Method = std::optional<Value> (*)(MethodCall&);

// None if values of this kind have no such method, or none for these arguments.
[[nodiscard]] std::optional<Value> call_built_in(MethodCall& call);

// The tables.
[[nodiscard]] Method find_text_method(const std::string& name);
[[nodiscard]] Method find_text_search_method(const std::string& name);
// methods_character.cpp: of characters, and of the class with one for its argument.
[[nodiscard]] Method find_character_method(const std::string& name);
[[nodiscard]] std::optional<Value> of_character(MethodCall& c);
[[nodiscard]] Method find_number_method(const std::string& name);
[[nodiscard]] Method find_list_method(const std::string& name);
[[nodiscard]] Method find_iteration_method(const std::string& name);
[[nodiscard]] Method find_order_method(const std::string& name);
[[nodiscard]] Method find_combination_method(const std::string& name);
[[nodiscard]] Method find_map_method(const std::string& name);
[[nodiscard]] Method find_class_method(const std::string& name);
// methods_static.cpp: what classes without objects are for, such as Collections and UUID.
[[nodiscard]] Method find_static_method(const std::string& name);
[[nodiscard]] Method find_closure_method(const std::string& name);
[[nodiscard]] Method find_matcher_method(const std::string& name);
[[nodiscard]] Method find_pattern_method(const std::string& name);

// methods_bytes.cpp: text.bytes, bytes.encodeBase64(), text.decodeBase64(), and in hex.
[[nodiscard]] std::optional<Value> bytes_of_text(MethodCall& c);
[[nodiscard]] std::optional<Value> encode_base64(MethodCall& c);
[[nodiscard]] std::optional<Value> decode_base64(MethodCall& c);
[[nodiscard]] std::optional<Value> encode_hex(MethodCall& c);
[[nodiscard]] std::optional<Value> decode_hex(MethodCall& c);
// None if the value is no array of bytes.
[[nodiscard]] std::optional<std::string> text_of_bytes(const Value& value);

// String.format: the first argument is the format; an array may stand for the others.
[[nodiscard]] std::string format_text(Fiber& fiber, const Values& arguments);
// printf and sprintf: a list may, too.
[[nodiscard]] std::string printf_text(Fiber& fiber, const Values& arguments);
// JsonSlurper and JsonOutput. JsonSlurperClassic's maps are not lazy.
[[nodiscard]] Value parse_json(Fiber& fiber, const std::string& text, bool is_lazy);
[[nodiscard]] std::string json_text(Fiber& fiber, const Value& value);
[[nodiscard]] std::string pretty_json(Fiber& fiber, const std::string& text);

template <class Table>
Method find_in_table(const Table& table, const std::string& name) {
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

}  // namespace runtask::groovy
