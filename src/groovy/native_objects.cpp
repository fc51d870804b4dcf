#include "groovy/native_objects.h"

#include "groovy/methods.h"

namespace runtask::groovy {

Zone zone_here(Fiber& fiber, WallTime time) {
  return {fiber.host().zone_offset_minutes(time), fiber.host().zone_name(time)};
}

Zone zone_named(Fiber& fiber, const std::string& name) {
  const auto zone = zone_of(name);
  if (!zone)
    fiber.abort(Code::kInvalid, "the time zone " + name + " is not supported",
                "use UTC or GMT+hh:mm");
  return *zone;
}

Value formatted_date(Fiber& fiber, WallTime time, const std::string& pattern, const Zone& zone) {
  char bad = 0;
  auto text = format_date(time, pattern, zone, bad);
  if (!text)
    fiber.throw_new("java.lang.IllegalArgumentException",
                    std::string("Illegal pattern character '") + bad + "'");
  return fiber.string(*std::move(text));
}

Value parsed_date(Fiber& fiber, const std::string& text, const std::string& pattern,
                  const Zone& zone) {
  const auto time = parse_date(text, pattern, zone);
  if (!time) fiber.throw_new("java.text.ParseException", "Unparseable date: \"" + text + "\"");
  return fiber.heap().make<Date>(*time);
}

// ---- SimpleDateFormat

std::optional<Outcome> DateFormat::set(Fiber& fiber, const std::string& name, const Value& value) {
  if (name == "timeZone" && value.is_text()) {  // A zone is its name here.
    zone_ = zone_named(fiber, fiber.to_text(value));
    return value;
  }
  if (name == "lenient" && value.is(Kind::kBool)) {
    if (!value.truth()) fiber.abort(Code::kInvalid, "only lenient reading of dates is supported");
    return value;
  }
  return std::nullopt;
}

std::optional<Outcome> DateFormat::call(Fiber& fiber, const std::string& method,
                                        Values& arguments) {
  if (method == "toPattern" && arguments.empty()) return fiber.string(pattern_);
  if (arguments.size() != 1) return std::nullopt;
  const Value& argument = arguments[0];
  if (method == "format" && (argument.is(Kind::kDate) || argument.is(Kind::kLong))) {
    const auto time = argument.is(Kind::kDate)
                          ? argument.as<Date>().time
                          : WallTime(std::chrono::milliseconds(argument.number()));
    return formatted_date(fiber, time, pattern_, zone_ ? *zone_ : zone_here(fiber, time));
  }
  if (method == "parse" && argument.is_text())
    return parsed_date(fiber, fiber.to_text(argument), pattern_,
                       zone_ ? *zone_ : zone_here(fiber, WallTime()));
  if (method == "setTimeZone") return set(fiber, "timeZone", argument);
  if (method == "setLenient") return set(fiber, "lenient", argument);
  return std::nullopt;
}

// ---- JsonBuilder

std::optional<Outcome> JsonText::get(Fiber& /*fiber*/, const std::string& name) {
  if (name == "content") return content_;
  return std::nullopt;
}

std::optional<Outcome> JsonText::call(Fiber& fiber, const std::string& method, Values& arguments) {
  if (method == "toString" && arguments.empty()) return fiber.string(json_);
  if (method == "toPrettyString" && arguments.empty())
    return fiber.string(pretty_json(fiber, json_));
  if (method == "getContent" && arguments.empty()) return content_;
  const bool gives_content =
      method == "call" && arguments.size() == 1 && !arguments[0].is(Kind::kClosure);
  if (gives_content) {
    content_ = arguments[0];
    json_ = json_text(fiber, content_);
    return content_;
  }
  if (!arguments.empty() && arguments.back().is(Kind::kClosure))
    fiber.abort(Code::kInvalid, "JsonBuilder with closures is not supported",
                "give it a map: new JsonBuilder([name: value])");
  return std::nullopt;
}

// ---- Binding

std::optional<Outcome> ScriptBinding::get(Fiber& /*fiber*/, const std::string& name) {
  if (const Value* value = variables_->find(std::string_view(name))) return *value;
  if (name == "variables") return Value(variables_);
  return std::nullopt;
}

std::optional<Outcome> ScriptBinding::set(Fiber& fiber, const std::string& name,
                                          const Value& value) {
  variables_->put(fiber.string(name), value);
  return value;
}

std::optional<Outcome> ScriptBinding::call(Fiber& fiber, const std::string& method,
                                           Values& arguments) {
  if (method == "getVariables" && arguments.empty()) return Value(variables_);
  if (arguments.empty() || !arguments[0].is_text()) return std::nullopt;
  const std::string name = fiber.to_text(arguments[0]);
  if (method == "hasVariable" && arguments.size() == 1)
    return Value::of(variables_->find(std::string_view(name)) != nullptr);
  if (method == "getVariable" && arguments.size() == 1) {
    if (const Value* value = variables_->find(std::string_view(name))) return *value;
    fiber.throw_new("groovy.lang.MissingPropertyException",
                    "No such property: " + name + " for class: groovy.lang.Binding");
  }
  if (method == "setVariable" && arguments.size() == 2) return set(fiber, name, arguments[1]);
  return std::nullopt;
}

}  // namespace runtask::groovy
