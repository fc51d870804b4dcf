#include "jenkins/parameters.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.h"
#include "jenkins/checker.h"

namespace runtask::jenkins {
namespace {

constexpr int kVariablesDeepMax = 20;  // Variables that are made from variables.
constexpr std::array<std::string_view, 3> kComplexTypes = {
    "PT_MULTI_LEVEL_SINGLE_SELECT", "PT_MULTI_LEVEL_MULTI_SELECT", "PT_JSON"};
constexpr std::array<std::string_view, 4> kPickingTypes = {"PT_SINGLE_SELECT", "PT_MULTI_SELECT",
                                                           "PT_CHECKBOX", "PT_RADIO"};

using Texts = std::vector<std::string>;

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Whether a variable may become another than it is declared as: `x = `, `x << `, `x.add(...)`.
// Words are looked at, and what is not sure to be reading counts: then the build computes it.
bool may_change(std::string_view text, std::string_view name) {
  static constexpr auto kReading = std::to_array<std::string_view>(
      {"join", "size", "each", "collect", "contains", "find", "findAll", "any", "every"});
  const auto is_of_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  int assignments = 0;
  for (auto at = text.find(name); at != text.npos; at = text.find(name, at + name.size())) {
    const auto rest = trimmed(text.substr(at + name.size()));
    const bool is_word = (at == 0 || !is_of_word(text[at - 1])) &&
                         (at + name.size() == text.size() || !is_of_word(text[at + name.size()]));
    if (!is_word || rest.starts_with("==")) continue;
    if (rest.starts_with('=') && ++assignments > 1) return true;  // One is the declaration.
    for (const auto* change : {"<<", "+=", "-=", "*=", "++", "--", "[", "?.", "*."})
      if (rest.starts_with(change)) return true;
    if (!rest.starts_with('.')) continue;
    const auto end = std::find_if_not(rest.begin() + 1, rest.end(), is_of_word);
    const std::string_view method(rest.begin() + 1, end);
    if (!is_one_of(method, kReading)) return true;
  }
  return false;
}

// What expressions are without running anything.
class Folding {
 public:
  Folding(const groovy::Unit& unit, const Compute& compute) : unit_(unit), compute_(compute) {}

  [[nodiscard]] std::optional<Texts> items(const groovy::Expr* expr) {
    if (expr == nullptr) return std::nullopt;
    const auto* constant = groovy::node_if<groovy::Constant>(*expr);
    if (constant != nullptr && constant->value.is_null()) return std::nullopt;
    auto known = fold(*expr, 0);
    if (known) return known;
    has_computed_ = true;
    return compute_ ? compute_(*expr) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> text(const groovy::Expr* expr) {
    auto known = items(expr);
    if (!known || known->size() != 1) return std::nullopt;
    return std::move(known->front());
  }
  // Whether anything since the last question was not known without being computed.
  [[nodiscard]] bool had_to_compute() { return std::exchange(has_computed_, false); }

 private:
  [[nodiscard]] std::optional<Texts> fold(const groovy::Expr& expr, int depth) {
    if (const auto text = literal_text(&expr)) return Texts{*text};
    if (const auto truth = literal_bool(&expr)) return Texts{*truth ? "true" : "false"};
    if (const auto number = literal_integer(&expr)) return Texts{std::to_string(*number)};
    if (const auto* list = groovy::node_if<groovy::ListExpr>(expr)) return fold_list(*list, depth);
    if (const auto* name = groovy::node_if<groovy::NameExpr>(expr))
      return depth < kVariablesDeepMax ? fold_variable(*name->name, depth + 1) : std::nullopt;
    if (const auto* gstring = groovy::node_if<groovy::GStringExpr>(expr))
      return fold_gstring(*gstring, depth);
    if (const auto* binary = groovy::node_if<groovy::BinaryExpr>(expr))
      return fold_sum(*binary, depth);
    if (const auto* call = groovy::node_if<groovy::CallExpr>(expr)) return fold_join(*call, depth);
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> fold_text(const groovy::Expr& expr, int depth) {
    if (is_list(expr, depth)) return std::nullopt;
    auto known = fold(expr, depth);
    if (!known || known->size() != 1) return std::nullopt;
    return std::move(known->front());
  }

  [[nodiscard]] std::optional<Texts> fold_list(const groovy::ListExpr& list, int depth) {
    Texts texts;
    for (const auto& item : list.items) {
      auto text = fold_text(*item, depth);
      if (!text) return std::nullopt;
      texts.push_back(*std::move(text));
    }
    return texts;
  }

  // What a variable of the file always is; null if there is none.
  [[nodiscard]] const groovy::Expr* declared_as(const std::string& name) const {
    if (may_change(unit_.source, name)) return nullptr;
    for (const auto& statement : unit_.body.statements) {
      const auto* declared = groovy::node_if<groovy::DeclarationStmt>(*statement);
      if (declared == nullptr) continue;
      for (const auto& variable : declared->variables)
        if (variable.name != nullptr && *variable.name == name && variable.value)
          return variable.value.get();
    }
    return nullptr;
  }

  [[nodiscard]] std::optional<Texts> fold_variable(const std::string& name, int depth) {
    const auto* value = declared_as(name);
    return value != nullptr ? fold(*value, depth) : std::nullopt;
  }

  // The first operand of a sum, and what a variable stands for: they decide what `+` does.
  [[nodiscard]] const groovy::Expr* leading(const groovy::Expr& expr, int depth) const {
    const auto* at = &expr;
    while (at != nullptr && depth < kVariablesDeepMax) {
      if (const auto* binary = groovy::node_if<groovy::BinaryExpr>(*at)) {
        at = binary->left.get();
      } else if (const auto* name = groovy::node_if<groovy::NameExpr>(*at)) {
        at = declared_as(*name->name);
        ++depth;
      } else {
        return at;
      }
    }
    return nullptr;
  }
  [[nodiscard]] bool is_list(const groovy::Expr& expr, int depth) const {
    const auto* first = leading(expr, depth);
    return first != nullptr && first->kind == groovy::ExprKind::kList;
  }
  [[nodiscard]] bool is_text(const groovy::Expr& expr, int depth) const {
    const auto* first = leading(expr, depth);
    return first != nullptr && (literal_text(first) || first->kind == groovy::ExprKind::kGString ||
                                first->kind == groovy::ExprKind::kCall);
  }

  [[nodiscard]] std::optional<Texts> fold_gstring(const groovy::GStringExpr& gstring, int depth) {
    std::string text = gstring.texts.empty() ? "" : gstring.texts[0];
    for (std::size_t i = 0; i < gstring.values.size(); ++i) {
      const auto value = fold_text(*gstring.values[i], depth);
      if (!value || i + 1 >= gstring.texts.size()) return std::nullopt;
      text += *value + gstring.texts[i + 1];
    }
    return Texts{text};
  }

  [[nodiscard]] std::optional<Texts> fold_sum(const groovy::BinaryExpr& binary, int depth) {
    if (binary.op != groovy::Operator::kPlus) return std::nullopt;
    if (is_list(*binary.left, depth)) return fold_lists(binary, depth);
    if (!is_text(*binary.left, depth)) return std::nullopt;  // It may be a sum of numbers.
    const auto left = fold_text(*binary.left, depth);
    const auto right = fold_text(*binary.right, depth);
    if (!left || !right) return std::nullopt;
    return Texts{*left + *right};
  }

  [[nodiscard]] std::optional<Texts> fold_lists(const groovy::BinaryExpr& binary, int depth) {
    auto items = fold(*binary.left, depth);
    const auto more = fold(*binary.right, depth);  // Of a list, or one more item.
    if (!items || !more) return std::nullopt;
    items->insert(items->end(), more->begin(), more->end());
    return items;
  }

  // [...].join('\n')
  [[nodiscard]] std::optional<Texts> fold_join(const groovy::CallExpr& call, int depth) {
    if (!call.object || call.name == nullptr || *call.name != "join") return std::nullopt;
    if (call.arguments.size() != 1) return std::nullopt;
    const auto separator = literal_text(call.arguments[0].value.get());
    const auto list = fold(*call.object, depth);
    if (!separator || !list) return std::nullopt;
    return Texts{join(*list, *separator)};
  }

  const groovy::Unit& unit_;
  const Compute& compute_;
  bool has_computed_ = false;
};

ParameterKind kind_of(const std::string& type) {
  if (type == "string") return ParameterKind::kString;
  if (type == "text") return ParameterKind::kText;
  if (type == "booleanParam") return ParameterKind::kBoolean;
  if (type == "choice") return ParameterKind::kChoice;
  if (type == "password") return ParameterKind::kPassword;
  if (type == "credentials") return ParameterKind::kCredentials;
  if (type == "file" || type == "base64File" || type == "stashedFile") return ParameterKind::kFile;
  if (type == "run") return ParameterKind::kRun;
  if (type == "extendedChoice") return ParameterKind::kExtendedChoice;
  return ParameterKind::kOther;
}

// jenkins-pipeline 5: split on commas, blanks around them dropped.
Texts choices_of(std::string_view text) {
  Texts choices;
  for (const auto& piece : split(text, ','))
    if (const auto word = trimmed(piece); !word.empty()) choices.emplace_back(word);
  return choices;
}

void define_extended(ParameterDefinition& definition, const Call& call, Folding& folding) {
  definition.extended_type = folding.text(call.find("type")).value_or("PT_SINGLE_SELECT");
  definition.takes_several =
      definition.extended_type == "PT_MULTI_SELECT" || definition.extended_type == "PT_CHECKBOX";
  const auto delimiter = folding.text(call.find("multiSelectDelimiter"));
  if (delimiter && !delimiter->empty()) definition.delimiter = *delimiter;
  definition.quotes = folding.text(call.find("quoteValue")) == "true";
  // Choices that are made elsewhere are not known.
  const bool is_made_elsewhere = call.find("propertyFile") != nullptr ||
                                 call.find("groovyScript") != nullptr ||
                                 call.find("groovyScriptFile") != nullptr;
  (void)folding.had_to_compute();
  if (!is_made_elsewhere)
    definition.choices = choices_of(folding.text(call.find("value")).value_or(""));
  definition.has_computed_choices = folding.had_to_compute();
  if (is_one_of(definition.extended_type, kComplexTypes)) return;
  const auto preset = folding.text(call.find("defaultValue"));
  definition.has_computed_preset = folding.had_to_compute();
  if (!preset || trimmed(*preset).empty()) return;  // Blank: no value at all.
  definition.preset = definition.quotes ? "\"" + *preset + "\"" : *preset;
}

ParameterDefinition definition_of(const Call& call, Folding& folding) {
  ParameterDefinition definition;
  definition.type = call.name;
  definition.kind = kind_of(call.name);
  definition.range = call.range;
  definition.name = folding.text(call.find_or_sole("name")).value_or("");
  definition.description = folding.text(call.find("description")).value_or("");
  definition.trims = folding.text(call.find("trim")) == "true";
  (void)folding.had_to_compute();
  const auto preset = folding.text(call.find("defaultValue"));
  definition.has_computed_preset = folding.had_to_compute();
  switch (definition.kind) {
    case ParameterKind::kString:
    case ParameterKind::kText:
    case ParameterKind::kPassword:
      definition.preset = preset.value_or("");
      if (definition.trims) definition.preset = std::string(trimmed(*definition.preset));
      break;
    case ParameterKind::kBoolean:
      definition.preset = lower_case(preset.value_or("false")) == "true" ? "true" : "false";
      break;
    case ParameterKind::kChoice: {
      auto choices = folding.items(call.find("choices"));
      if (choices && choices->size() == 1 && call.find("choices")->kind != groovy::ExprKind::kList)
        choices = split(choices->front(), '\n');
      definition.has_computed_choices = definition.has_computed_preset = folding.had_to_compute();
      if (choices) definition.choices = *choices;
      if (!definition.choices.empty()) definition.preset = definition.choices.front();
      break;
    }
    case ParameterKind::kExtendedChoice:
      define_extended(definition, call, folding);
      break;
    default:
      definition.preset = preset;
      break;
  }
  return definition;
}

// ---- Values

std::string in_backticks(std::string_view name) {
  return "`" + std::string(name) + "`";
}

// One build's parameters in the making.
struct Resolution {
  bool strict;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;

  void outside(const ParameterDefinition& definition, const std::string& piece, bool is_error) {
    std::string message = in_backticks(piece) + " is not among the choices of " + definition.name;
    const auto near = nearest_name(piece, definition.choices);
    message += near.empty() ? ": " + join(definition.choices, ", ")
                            : "; did you mean " + in_backticks(near) + "?";
    (is_error ? errors : warnings).push_back(std::move(message));
  }

  void check_extended(const ParameterDefinition& definition, const std::string& text) {
    if (definition.choices.empty() || !is_one_of(definition.extended_type, kPickingTypes)) return;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(definition.delimiter, begin), text.size());
      const std::string piece(trimmed(std::string_view(text).substr(begin, end - begin)));
      const auto& choices = definition.choices;
      if (!piece.empty() && std::find(choices.begin(), choices.end(), piece) == choices.end())
        outside(definition, piece, strict);
      begin = end + definition.delimiter.size();
    }
  }

  [[nodiscard]] std::string checked(const ParameterDefinition& definition, std::string text) {
    const auto& choices = definition.choices;
    switch (definition.kind) {
      case ParameterKind::kBoolean: {
        const auto truth = truth_of(text);
        if (!truth)
          errors.push_back(in_backticks(text) + " is neither true nor false, which " +
                           definition.name + " is");
        return truth.value_or(false) ? "true" : "false";
      }
      case ParameterKind::kChoice:
        if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end())
          outside(definition, text, true);
        return text;
      case ParameterKind::kExtendedChoice:
        check_extended(definition, text);
        return text;
      default:
        return definition.trims ? std::string(trimmed(text)) : text;
    }
  }
};

// What a run cannot do without: the value stands for something that must be there.
bool is_needed(const ParameterDefinition& definition) {
  return definition.kind == ParameterKind::kFile || definition.kind == ParameterKind::kRun;
}

std::vector<std::string> unknown_names(const std::vector<ParameterDefinition>& definitions,
                                       const std::vector<GivenParameter>& given) {
  Texts names;
  for (const auto& definition : definitions)
    names.push_back(definition.name);
  Texts errors;
  for (const auto& each : given) {
    if (std::find(names.begin(), names.end(), each.name) != names.end()) continue;
    const auto near = nearest_name(each.name, names);
    errors.push_back("the pipeline has no parameter " + in_backticks(each.name) +
                     (near.empty() ? "" : "; did you mean " + in_backticks(near) + "?"));
  }
  return errors;
}

Error error_of(const Texts& errors, const Texts& missing) {
  Texts facts = errors;
  if (!missing.empty())
    facts.push_back(
        (missing.size() == 1 ? "no value for the parameter " : "no values for the parameters ") +
        join(missing, ", "));
  return {Code::kUsage,
          join(facts, "\n       "),
          {},
          missing.empty() ? "`runtask pipeline params JENKINSFILE` shows them all"
                          : "give each as -p NAME=VALUE"};
}

}  // namespace

std::optional<bool> truth_of(const std::string& text) {
  const auto word = lower_case(trimmed(text));
  for (const auto* yes : {"true", "yes", "y", "on", "1"})
    if (word == yes) return true;
  for (const auto* no : {"false", "no", "n", "off", "0", ""})
    if (word == no) return false;
  return std::nullopt;
}

namespace {

// parameters([string(...), ...]) among properties.
void add_from(const groovy::Expr& property, std::vector<Call>& calls) {
  const auto* call = groovy::node_if<groovy::CallExpr>(property);
  if (call == nullptr || called_name(*call) != "parameters" || call->arguments.empty()) return;
  const auto* list = groovy::node_if<groovy::ListExpr>(*call->arguments[0].value);
  if (list == nullptr) return;
  for (const auto& item : list->items) {
    const auto* declared = groovy::node_if<groovy::CallExpr>(*item);
    const auto name = declared != nullptr ? called_name(*declared) : std::nullopt;
    if (name && is_known(Family::kParameter, *name))
      calls.push_back(
          {*name, declared->range, declared->name_range, arguments_of(*declared), declared});
  }
}

void add_properties(const groovy::Block& block, std::vector<Call>& calls) {
  for (const auto& statement : block.statements) {
    const auto* call = call_of(*statement);
    const auto name = call != nullptr ? called_name(*call) : std::nullopt;
    if (name == "node") {
      if (const auto* inner = block_of(*call)) add_properties(inner->body, calls);
    } else if (name == "properties" && call->arguments.size() == 1) {
      if (const auto* list = groovy::node_if<groovy::ListExpr>(*call->arguments[0].value))
        for (const auto& item : list->items)
          add_from(*item, calls);
    }
  }
}

}  // namespace

std::vector<Call> declared_parameters(const groovy::Unit& unit, const Pipeline* pipeline) {
  std::vector<Call> calls;
  add_properties(unit.body, calls);
  if (pipeline != nullptr)
    calls.insert(calls.end(), pipeline->parameters.begin(), pipeline->parameters.end());
  return calls;
}

void put_definition(std::vector<ParameterDefinition>& definitions, ParameterDefinition definition) {
  const auto same =
      std::find_if(definitions.begin(), definitions.end(),
                   [&](const ParameterDefinition& other) { return other.name == definition.name; });
  if (same != definitions.end()) {
    *same = std::move(definition);
  } else {
    definitions.push_back(std::move(definition));
  }
}

std::vector<ParameterDefinition> parameters_of(const std::vector<Call>& declared,
                                               const groovy::Unit& unit, const Compute& compute) {
  Folding folding(unit, compute);
  std::vector<ParameterDefinition> definitions;
  for (const auto& call : declared)
    put_definition(definitions, definition_of(call, folding));
  return definitions;
}

const ParameterValue* ParameterValues::find(std::string_view name) const {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const ParameterValue& value) { return value.name == name; });
  return found != values.end() ? &*found : nullptr;
}

Result<ParameterValues> resolve_parameters(const std::vector<ParameterDefinition>& definitions,
                                           const std::vector<GivenParameter>& given, bool strict,
                                           const AskForParameter& ask) {
  Resolution resolution{strict, unknown_names(definitions, given), {}};
  ParameterValues result;
  Texts missing;
  for (const auto& definition : definitions) {
    std::optional<std::string> text;
    for (const auto& each : given)  // The last one counts.
      if (each.name == definition.name) text = each.value;
    if (!text && !definition.preset && !definition.has_computed_preset && ask)
      text = ask(definition);
    if (text) {
      result.values.push_back({definition.name, resolution.checked(definition, *std::move(text)),
                               definition.kind, true});
    } else if (definition.preset) {
      result.values.push_back({definition.name, *definition.preset, definition.kind, false});
    } else if (definition.has_computed_preset) {
      continue;
    } else if (is_needed(definition)) {
      missing.push_back(definition.name);
    } else {
      resolution.warnings.push_back("the parameter " + definition.name +
                                    " has neither a value nor a default: it is null");
    }
  }
  if (!resolution.errors.empty() || !missing.empty())
    return fail(error_of(resolution.errors, missing));
  result.warnings = std::move(resolution.warnings);
  result.is_strict = strict;
  return result;
}

Result<std::vector<std::string>> check_computed_choices(
    const std::vector<ParameterDefinition>& definitions, const ParameterValues& values) {
  Resolution resolution{values.is_strict, {}, {}};
  for (const auto& definition : definitions) {
    const auto* value = values.find(definition.name);
    if (definition.has_computed_choices && value != nullptr && value->is_given)
      (void)resolution.checked(definition, value->text);
  }
  if (!resolution.errors.empty()) return fail(Code::kUsage, join(resolution.errors, "\n       "));
  return std::move(resolution.warnings);
}

}  // namespace runtask::jenkins
