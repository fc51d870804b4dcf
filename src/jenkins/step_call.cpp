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

long long StepCall::number(const std::string& argument, long long preset) const {
  const Value given = value(argument);
  if (given.is(Kind::kInteger) || given.is(Kind::kLong)) return given.number();
  constexpr long long kMax = 1'000'000'000;
  if (const auto words = text(argument)) return parse_integer(*words, -kMax, kMax).value_or(preset);
  return preset;
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
