#pragma once

#include <optional>
#include <string>

#include "groovy/methods.h"

// The values of net.sf.json, which readJSON gives: maps and lists marked as JSON, and a null that
// is an object. In a string with values they print as Groovy prints maps and lists; what Java's
// toString() gives is JSON. What is put into one becomes JSON too. For the evaluator only: all of
// it throws Thrown and Aborted.

namespace runtask::groovy {

// JSON's null, one of a build: not null to `==`, and true.
class JsonNull : public HostObject {
 public:
  [[nodiscard]] std::string class_name() const override { return "net.sf.json.JSONNull"; }
  [[nodiscard]] std::string text() const override { return "null"; }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override;
};

// A map or a list of net.sf.json.
[[nodiscard]] bool is_json(const Value& value);
[[nodiscard]] bool is_json_null(const Value& value);
// What a JSON object or array keeps for the value: itself if it is JSON, else a copy that is.
[[nodiscard]] Value json_of(Fiber& fiber, const Value& value, int depth = 0);
// The value without JSON's classes, as `returnPojo: true` has it.
[[nodiscard]] Value without_json(Fiber& fiber, const Value& value, int depth = 0);
// The object or array of a text; throws net.sf.json.JSONException.
[[nodiscard]] Value read_json_object(Fiber& fiber, const std::string& text);
// As net.sf.json writes any value: on one line, or with so many blanks more per level.
[[nodiscard]] std::string json_object_text(Fiber& fiber, const Value& value, int indent_by = 0);
// What Java's toString() says of the value: JSON's is JSON, a range is 1..3, a map is {a=1}, and so
// are those in lists. String.format, String.valueOf, StringBuilder and `String s =` ask for it.
[[nodiscard]] std::string java_text(Fiber& fiber, const Value& value);
// What a script gets for value.toString(): of lists and maps Groovy's own text, [a:1]; JSON, ranges
// and the maps of JsonSlurper keep Java's.
[[nodiscard]] std::string to_string_text(Fiber& fiber, const Value& value);
// The methods that JSON has beyond those of maps and lists: getString, optInt, has, ...
[[nodiscard]] std::optional<Value> call_json_method(MethodCall& call);

}  // namespace runtask::groovy
