#include <algorithm>

#include "base/text.h"
#include "jenkins/interruptions.h"
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

constexpr int kAnswersMax = 100;  // To one question at the terminal.

bool is_refusal(std::string_view word) {
  return word == "abort" || word == "no" || word == "n";
}
bool is_consent(std::string_view word) {
  return word.empty() || word == "proceed" || word == "yes" || word == "y";
}

// A parameter, as it is described.
struct Field {
  std::string name;
  std::string description;
  std::string kind;
  std::string preset;
  std::vector<std::string> choices;
  bool is_single = false;  // One of the choices, the first unless another one is preset.

  Field(Branch& branch, const groovy::Map& map) {
    const auto text = [&](std::string_view key) {
      const Value value = member(map, key);
      return value.is_null() ? std::string() : branch.text(value).value_or("");
    };
    name = text("name");
    description = text("description");
    kind = text("$kind");
    preset = text("defaultValue");
    if (kind == "choice") choices = texts_of(branch, member(map, "choices"), '\n');
    if (kind == "extendedChoice") choices = texts_of(branch, member(map, "value"), ',');
    is_single =
        kind == "choice" || (kind == "extendedChoice" && text("type").ends_with("SINGLE_SELECT"));
    if (preset.empty() && is_single && !choices.empty()) preset = choices.front();
    if (kind == "booleanParam") preset = truth_of(preset).value_or(false) ? "true" : "false";
  }

  [[nodiscard]] bool takes(const std::string& text) const {
    if (kind == "choice") return std::find(choices.begin(), choices.end(), text) != choices.end();
    return kind != "booleanParam" || truth_of(text).has_value();
  }
  // Whether not every text will do.
  [[nodiscard]] bool is_picky() const { return kind == "choice" || kind == "booleanParam"; }
  [[nodiscard]] std::string wants() const {
    return kind == "choice" ? "one of " + join(choices, ", ") : "true or false";
  }
  [[nodiscard]] std::string question() const {
    std::string question = name;
    if (!description.empty()) question += " (" + description + ")";
    if (!choices.empty()) question += "\n  one of: " + join(choices, ", ");
    if (kind == "booleanParam") question += "\n  one of: true, false";
    // A password is not shown.
    return question + (preset.empty() || kind == "password" ? ": " : " [" + preset + "]: ");
  }
};

std::vector<Value> parameters_of(const StepCall& call) {
  const auto list = call.value("parameters");
  return list.is(groovy::Kind::kList) ? list.as<groovy::List>().items : groovy::Values();
}

using Answers = std::map<std::string, std::string>;

// What an answered `input` step gives: its parameters, as they were answered or as the form of
// Jenkins shows them before anybody has touched it, and the submitterParameter. Null for none, the
// value of a sole one, else a map.
Outcome values_of(Execution& execution, const StepCall& call, const Answers& answers) {
  auto& branch = call.branch;
  const auto map = branch.map();
  for (const auto& one : parameters_of(call)) {
    if (!one.is(groovy::Kind::kMap))
      return Execution::abort(branch, "a parameter of `input` is none that is known here");
    const Field field(branch, one.as<groovy::Map>());
    const auto answer = answers.find(field.name);
    const auto& text = answer != answers.end() ? answer->second : field.preset;
    if (answer != answers.end() && !field.takes(text))
      return Execution::abort(branch, "`" + text + "` is no value of the input's parameter " +
                                          field.name + ": it takes " + field.wants());
    if (field.kind == "password") execution.outside().console.mask(text);
    map->put(branch.text_value(field.name), field.kind == "booleanParam"
                                                ? Value::of(truth_of(text).value_or(false))
                                                : Value(branch.text_value(text)));
  }
  if (const auto submitter = call.text_or("submitterParameter", ""); !submitter.empty())
    map->put(branch.text_value(submitter), branch.text_value(execution.user()));
  if (map->size() == 0) return Value();
  if (map->size() == 1) return map->items().begin()->value;
  return Value(map);
}

// `by` is what has given the answer.
Outcome refused(Execution& execution, Branch& branch, const std::string& by) {
  return Branch::raise(make_interruption(
      branch, {BuildResult::kAborted, "Rejected by " + by, InterruptionCause::kRejection},
      execution.user()));
}

// What an answer that was given beforehand says.
enum class Answer { kProceed, kRefuse, kValue, kNothing };

// `sole` is the only parameter, if there is just one.
Answer answer_of(const std::string& text, const std::string& ok, const std::optional<Field>& sole) {
  const auto word = lower_case(trimmed(text));
  if (word == "proceed") return Answer::kProceed;
  if (word == "abort") return Answer::kRefuse;
  // `no` is a value where not every text is one.
  if (sole && sole->is_picky() && sole->takes(text)) return Answer::kValue;
  if (is_refusal(word)) return Answer::kRefuse;
  if (!word.empty() && (is_consent(word) || word == lower_case(trimmed(ok))))
    return Answer::kProceed;
  return sole && sole->takes(text) ? Answer::kValue : Answer::kNothing;
}

// That it says nothing, and what would.
std::string no_answer(const std::string& id, const std::string& text,
                      const std::optional<Field>& sole, bool has_parameters) {
  std::string message = "`" + text + "` is no answer to the input '" + id + "': it takes Proceed";
  if (sole) return message + ", Abort or a value of " + sole->name + ", " + sole->wants();
  message += " or Abort";
  return has_parameters ? message + "; --input NAME=VALUE is for its parameters" : message;
}

// A conversation with the person at the terminal.
class Talk {
 public:
  Talk(Execution& execution, const StepCall& call) : execution_(execution), call_(call) {}

  [[nodiscard]] Outcome run(Answers answers) {
    const auto ok = call_.text_or("ok", "Proceed");
    const auto consent =
        ask(call_.text_or("message", "") + " (" + ok + " / Abort) ", true, [&](const auto& text) {
          const auto word = lower_case(trimmed(text));
          return is_consent(word) || word == lower_case(trimmed(ok));
        });
    if (!consent) return tl::unexpected<Raised>(consent.error());
    for (const auto& one : parameters_of(call_)) {
      if (!one.is(groovy::Kind::kMap)) continue;
      const Field field(call_.branch, one.as<groovy::Map>());
      if (answers.count(field.name) > 0) continue;
      const bool is_free = field.takes("abort");  // Then it is a text as any other.
      auto answer = ask(field.question(), !is_free,
                        [&](const std::string& text) { return text.empty() || field.takes(text); });
      if (!answer) return tl::unexpected<Raised>(answer.error());
      if (!answer->empty()) answers[field.name] = *std::move(answer);
    }
    return values_of(execution_, call_, answers);
  }

 private:
  // Asks until the answer will do.
  [[nodiscard]] tl::expected<std::string, Raised> ask(
      const std::string& question, bool can_refuse,
      const std::function<bool(const std::string&)>& will_do) {
    auto& branch = call_.branch;
    std::string complaint;
    for (int i = 0; i < kAnswersMax; ++i) {
      auto answer = execution_.ask_at_terminal(branch, complaint + question);
      if (auto stop = execution_.interrupted(branch))
        return tl::unexpected<Raised>(*std::move(stop));
      if (!answer) break;
      if (will_do(*answer)) return *std::move(answer);
      if (can_refuse && is_refusal(lower_case(trimmed(*answer))))
        return tl::unexpected<Raised>(
            refused(execution_, branch, "the person at the terminal").error());
      complaint = "`" + *answer + "` is no answer here.\n";
    }
    return tl::unexpected<Raised>(
        Execution::abort(branch, "the input was not answered at the terminal; --input " +
                                     shell_quoted(call_.text_or("id", "input")) +
                                     "=Proceed answers it beforehand")
            .value());
  }

  Execution& execution_;
  const StepCall& call_;
};

}  // namespace

Outcome step_input(Execution& execution, StepCall& call) {
  return execution.ask_input(call.branch, call);
}

std::optional<std::string> Execution::ask_at_terminal(Branch& branch, const std::string& question) {
  std::optional<std::string> answer;
  sys::PendingPtr pending;
  Wake wake;
  await(
      branch,
      [&](const Wake& on_end) {
        if (must_stop(branch)) return on_end();
        wake = on_end;
        pending = outside_.ask(question, [&answer, on_end](std::optional<std::string> line) {
          answer = std::move(line);
          on_end();
        });
      },
      [&] {
        if (wake) wake();
      });
  return answer;
}

// `--input ID=ANSWER` answers it beforehand, `--input NAME=VALUE` its parameters.
Outcome Execution::ask_input(Branch& branch, const StepCall& call) {
  const auto id = call.text_or("id", "input");
  say(branch, call.text_or("message", ""));
  say(branch, "Proceed or Abort");
  auto answers = request_.inputs;
  const auto given = answers.find(id);
  if (given == answers.end() && outside_.ask) return Talk(*this, call).run(std::move(answers));
  if (auto stop = interrupted(branch)) return tl::unexpected<Raised>(*std::move(stop));
  if (given == answers.end())
    return abort(branch, "the input '" + id +
                             "' waits for an answer, and nobody is at a terminal; answer it with "
                             "--input " +
                             shell_quoted(id) + "=Proceed");
  const auto parameters = parameters_of(call);
  std::optional<Field> sole;
  if (parameters.size() == 1 && parameters[0].is(groovy::Kind::kMap))
    sole.emplace(branch, parameters[0].as<groovy::Map>());
  const auto& text = given->second;
  switch (answer_of(text, call.text_or("ok", "Proceed"), sole)) {
    case Answer::kRefuse:
      return refused(*this, branch, "--input " + shell_quoted(id + "=" + text));
    case Answer::kNothing:
      return abort(branch, no_answer(id, text, sole, !parameters.empty()));
    case Answer::kValue:
      answers.emplace(sole->name, text);
      break;
    case Answer::kProceed:
      break;
  }
  return values_of(*this, call, answers);
}

}  // namespace runtask::jenkins
