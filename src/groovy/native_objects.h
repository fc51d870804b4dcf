#pragma once

#include <string>

#include "groovy/date.h"
#include "groovy/fiber.h"

// Objects of Java's and Groovy's own classes that scripts make or find, beside the values that the
// language has. For the evaluator only: their calls throw Thrown and Aborted.

namespace runtask::groovy {

// new SimpleDateFormat(pattern)
class DateFormat : public HostObject {
 public:
  explicit DateFormat(std::string letters) : pattern_(std::move(letters)) {}
  [[nodiscard]] std::string class_name() const override { return "java.text.SimpleDateFormat"; }
  [[nodiscard]] std::optional<Outcome> set(Fiber& fiber, const std::string& name,
                                           const Value& value) override;
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override;

 private:
  std::string pattern_;
  std::optional<Zone> zone_;  // Or the host's.
};

// new JsonBuilder(content)
class JsonText : public HostObject {
 public:
  JsonText(Value about, std::string json) : content_(std::move(about)), json_(std::move(json)) {}
  void clear() override { content_ = Value(); }
  [[nodiscard]] std::string class_name() const override { return "groovy.json.JsonBuilder"; }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override;
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override;
  [[nodiscard]] std::string text() const override { return json_; }

 private:
  Value content_;
  std::string json_;
};

// `binding`: the variables that are assigned without def.
class ScriptBinding : public HostObject {
 public:
  explicit ScriptBinding(Ref<Map> all) : variables_(std::move(all)) {}
  void clear() override { variables_ = Ref<Map>(); }
  [[nodiscard]] std::string class_name() const override { return "groovy.lang.Binding"; }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override;
  [[nodiscard]] std::optional<Outcome> set(Fiber& fiber, const std::string& name,
                                           const Value& value) override;
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override;

 private:
  Ref<Map> variables_;
};

// The date's text by the pattern; throws what Java throws on a wrong pattern.
[[nodiscard]] Value formatted_date(Fiber& fiber, WallTime time, const std::string& pattern,
                                   const Zone& zone);
// The date that the text names; throws what Java throws if it names none.
[[nodiscard]] Value parsed_date(Fiber& fiber, const std::string& text, const std::string& pattern,
                                const Zone& zone);
[[nodiscard]] Zone zone_here(Fiber& fiber, WallTime time);
// The zone of that name; ends the script if it is not known here.
[[nodiscard]] Zone zone_named(Fiber& fiber, const std::string& name);

}  // namespace runtask::groovy
