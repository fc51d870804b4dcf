#include <algorithm>

#include "base/text.h"
#include "jenkins/steps.h"

// The values that `input` gives (jenkins-pipeline 2.3): for one parameter itself, for several a
// map.

namespace runtask::jenkins {
namespace {

// A member of a description such as choice(name: ..., choices: ...); null if it is not there.
Value member(const groovy::Map& description, std::string_view name) {
  const Value* value = description.find(name);
  return value != nullptr ? *value : Value();
}

std::vector<std::string> texts_of(Branch& branch, const Value& value, char separator) {
  std::vector<std::string> texts;
  if (value.is(groovy::Kind::kList)) {
    for (const auto& item : value.as<groovy::List>().items)
      texts.push_back(branch.text(item).value_or(""));
  } else if (!value.is_null()) {
    for (const auto& part : split(branch.text(value).value_or(""), separator))
      texts.emplace_back(trimmed(part));
  }
  return texts;
}

bool is_truth(const std::string& text) {
  const auto word = lower_case(trimmed(text));
  return word == "true" || word == "yes" || word == "y" || word == "on" || word == "1";
}

// What the form of Jenkins shows before anybody has touched it, or what was given.
Outcome parameter_value(Branch& branch, const groovy::Map& description,
                        const std::optional<std::string>& given) {
  const auto kind = branch.text(member(description, "$kind")).value_or("");
  const Value preset = member(description, "defaultValue");
  const auto text = preset.is_null() ? std::string() : branch.text(preset).value_or("");
  if (kind == "booleanParam") return Value::of(is_truth(given.value_or(text)));
  std::vector<std::string> choices;
  if (kind == "choice") choices = texts_of(branch, member(description, "choices"), '\n');
  if (kind == "extendedChoice") choices = texts_of(branch, member(description, "value"), ',');
  if (given) {
    if (kind == "choice" && std::find(choices.begin(), choices.end(), *given) == choices.end())
      return Execution::abort(
          branch, "the input has no choice `" + *given + "`: it has " + join(choices, ", "));
    return branch.text_value(*given);
  }
  const bool is_single =
      kind == "choice" ||
      (kind == "extendedChoice" &&
       branch.text(member(description, "type")).value_or("").ends_with("SINGLE_SELECT"));
  if (text.empty() && is_single && !choices.empty()) return branch.text_value(choices.front());
  return branch.text_value(text);
}

}  // namespace

Outcome Execution::input_values(Branch& branch, const StepCall& call, const std::string& answer) {
  const auto parameters = call.value("parameters");
  const auto list =
      parameters.is(groovy::Kind::kList) ? parameters.as<groovy::List>().items : groovy::Values();
  const auto word = lower_case(trimmed(answer));
  const bool is_plain = word.empty() || word == "proceed" || word == "yes" || word == "y";
  const auto map = branch.map();
  for (const auto& one : list) {
    if (!one.is(groovy::Kind::kMap))
      return abort(branch, "a parameter of `input` is none that is known here");
    const auto& description = one.as<groovy::Map>();
    const auto name = branch.text(member(description, "name")).value_or("");
    std::optional<std::string> given;
    if (const auto found = request_.inputs.find(name); found != request_.inputs.end())
      given = found->second;
    else if (list.size() == 1 && !is_plain)
      given = answer;
    auto value = parameter_value(branch, description, given);
    if (!value) return value;
    map->put(branch.text_value(name), *std::move(value));
  }
  if (const auto submitter = call.text_or("submitterParameter", ""); !submitter.empty())
    map->put(branch.text_value(submitter), branch.text_value(user()));
  if (map->size() == 0) return Value();
  if (map->size() == 1) return map->items().begin()->value;
  return Value(map);
}

}  // namespace runtask::jenkins
