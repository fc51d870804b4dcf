#include "base/json.h"

#include <nlohmann/json.hpp>

#include "base/diagnostic.h"
#include "base/json_text.h"
#include "base/text.h"

namespace runtask::json {
namespace {

// How deep the text nests, counted outside of strings, before the parser recurses into it.
int depth_of(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

// nlohmann's text is "[json.exception.parse_error.101] parse error at line 1, column 5: syntax
// error while parsing value - unexpected ...; expected ...": the last part is what a person needs.
std::string reason_of(std::string_view what) {
  if (const auto dash = what.find(" - "); dash != std::string_view::npos)
    return std::string(what.substr(dash + 3));
  if (const auto bracket = what.find("] "); bracket != std::string_view::npos)
    return std::string(what.substr(bracket + 2));
  return std::string(what);
}

}  // namespace

Result<Value> parse(std::string_view text, std::string_view source) {
  if (depth_of(text) > kDepthMax)
    return fail(Code::kInvalid, std::string(source) + ": nested deeper than " +
                                    std::to_string(kDepthMax) + " levels");
  try {
    return Value::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    Diagnostic diagnostic;
    diagnostic.message = "not valid JSON: " + reason_of(error.what());
    const std::size_t at = error.byte == 0 ? 0 : error.byte - 1;
    diagnostic.range = {at, at + 1};
    auto rendered = render(diagnostic, source, text);
    // render() writes the whole message; an Error adds its own "error: ".
    return fail(Code::kInvalid, rendered.substr(std::string_view("error: ").size()));
  } catch (const nlohmann::json::exception& error) {
    return fail(Code::kInvalid, std::string(source) + ": " + reason_of(error.what()));
  }
}

namespace {
std::string dump(const Value& value, int indent) {
  try {
    return value.dump(indent);
  } catch (const nlohmann::json::exception&) {
    // Only text that is not UTF-8 gets here.
    if (value.is_string()) return Value(valid_utf8(value.get_ref<const std::string&>())).dump();
    return value.dump(indent, ' ', false, nlohmann::detail::error_handler_t::replace);
  }
}
}  // namespace

std::string to_text(const Value& value) {
  return dump(value, -1);
}
std::string to_pretty_text(const Value& value) {
  return dump(value, 2);
}
std::string text_of(const Value& object, std::string_view name) {
  const auto member = object.find(std::string(name));
  if (member == object.end()) return {};
  const auto* const text = member->get_ptr<const Value::string_t*>();
  return text == nullptr ? std::string() : *text;
}
std::string quoted(std::string_view text) {
  return Value(valid_utf8(text)).dump();
}

}  // namespace runtask::json
