#include "base/text.h"
#include "jenkins/execution.h"

namespace runtask::jenkins {

using groovy::Kind;

bool StepCall::has(const std::string& argument) const {
  const auto found = arguments.find(argument);
  return found != arguments.end() && !found->second.is_null();
}

Value StepCall::value(const std::string& argument) const {
  const auto found = arguments.find(argument);
  return found != arguments.end() ? found->second : Value();
}

std::optional<std::string> StepCall::text(const std::string& argument) const {
  const Value given = value(argument);
  if (given.is_null()) return std::nullopt;
  if (given.is(Kind::kString)) return given.text();
  return branch.text(given).value_or("");
}

std::string StepCall::text_or(const std::string& argument, std::string preset) const {
  return text(argument).value_or(std::move(preset));
}

bool StepCall::truth(const std::string& argument, bool preset) const {
  const Value given = value(argument);
  if (given.is_null()) return preset;
  if (given.is(Kind::kBool)) return given.truth();
  if (given.is(Kind::kString)) return lower_case(given.text()) == "true";
  return branch.truth(given).value_or(preset);
}

tl::expected<long long, Raised> StepCall::number(const std::string& argument,
                                                 long long preset) const {
  const Value given = value(argument);
  if (given.is_null()) return preset;
  if (given.is_number()) return branch.whole(given);
  if (given.is(Kind::kString))
    if (const auto number = parse_integer(given.text(), INT64_MIN, INT64_MAX)) return *number;
  return Execution::invalid(branch, name + ": " + argument + " expects a whole number, not '" +
                                        text_or(argument, "") + "' of the class " +
                                        groovy::class_name_of(given));
}

std::vector<std::string> StepCall::texts(const std::string& argument) const {
  const Value given = value(argument);
  std::vector<std::string> result;
  if (given.is(Kind::kList)) {
    for (const auto& item : given.as<groovy::List>().items)
      result.push_back(branch.text(item).value_or(""));
  } else if (!given.is_null()) {
    result.push_back(branch.text(given).value_or(""));
  }
  return result;
}

}  // namespace runtask::jenkins
