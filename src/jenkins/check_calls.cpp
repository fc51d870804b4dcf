#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "jenkins/checker.h"
#include "jenkins/schedule.h"

namespace runtask::jenkins {
namespace {

const std::vector<std::string> kTimeUnits = {
    "NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS"};
const std::vector<std::string> kDurabilityHints = {"PERFORMANCE_OPTIMIZED", "SURVIVABLE_NONATOMIC",
                                                   "MAX_SURVIVABILITY"};

const char* noun_of(Family family) {
  switch (family) {
    case Family::kOption:
      return "option";
    case Family::kParameter:
      return "kind of parameter";
    case Family::kTrigger:
      return "trigger";
    case Family::kTool:
      return "kind of tool";
    default:
      return "call";
  }
}

// A class name of a plugin: 'org.example.Tool' 'x'.
bool is_class_name(const std::string& name) {
  return name.find('.') != std::string::npos;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// One is the other with a letter more, a letter less, another letter, two letters in the wrong
// order, or other capitals.
bool is_slip(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (same_letters(a, b)) return true;
  if (b.size() - a.size() > 1) return false;
  const auto at = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
  const auto start = static_cast<std::size_t>(at);
  if (a.size() == b.size() && start + 1 < a.size() && a[start] == b[start + 1] &&
      a[start + 1] == b[start] && a.substr(start + 2) == b.substr(start + 2))
    return true;
  return a.size() == b.size() ? a.substr(start + 1) == b.substr(start + 1)
                              : a.substr(start) == b.substr(start + 1);
}

// `string`, `stringParam` and `StringParameterDefinition` are all `string`.
std::string bare_kind(std::string_view name) {
  for (const std::string_view ending : {"ParameterDefinition", "Parameter", "Param"})
    if (name.size() > ending.size() && name.ends_with(ending)) {
      name.remove_suffix(ending.size());
      break;
    }
  return lower_case(name);
}

// The name of the family that somebody has meant who wrote this one; empty if it may be right,
// because some plugin has it. Jenkins' own kinds of parameters are few and often misspelt.
std::string meant_name(Family family, const std::string& name) {
  const auto names = names_of(family);
  auto near = nearest_name(name, names);
  if (!near.empty() && is_slip(name, near)) return near;
  if (family != Family::kParameter) return {};
  const auto is_own = [](const std::string& kind) {
    const auto signature = signature_of(Family::kParameter, kind);
    return signature && !signature->is_open;
  };
  for (const auto& kind : names)
    if (is_own(kind) && bare_kind(kind) == bare_kind(name)) return kind;
  return is_own(near) ? near : std::string();
}

std::string kind_of_literal(const groovy::Expr& value) {
  const auto* constant = groovy::node_if<groovy::Constant>(value);
  if (constant == nullptr) return literal_text(&value) ? "a string" : "a number";
  if (constant->value.is(groovy::Kind::kBool)) return "true or false";
  if (constant->value.is(groovy::Kind::kString)) return "a string";
  return constant->value.is_null() ? "null" : "a number";
}

bool is_integer(const groovy::Expr& value) {
  return literal_integer(&value).has_value();
}

// 1.5, 2.0d, -1e3
bool is_decimal(const groovy::Expr& value) {
  const auto* unary = groovy::node_if<groovy::UnaryExpr>(value);
  if (unary != nullptr)
    return unary->op == groovy::Operator::kNegative && is_decimal(*unary->operand);
  const auto* constant = groovy::node_if<groovy::Constant>(value);
  return constant != nullptr && (constant->value.is(groovy::Kind::kBigDecimal) ||
                                 constant->value.is(groovy::Kind::kDouble));
}

}  // namespace

// ---- Sections of plain calls: options, parameters, triggers

std::vector<Call> Checker::read_calls(const groovy::CallExpr& section, Family family,
                                      std::string_view name, bool is_stage) {
  std::vector<Call> calls;
  const auto* block = need_block(section, name);
  if (block == nullptr) return calls;
  if (block->body.statements.empty())
    error(section.name_range, in_backticks(name) + " is empty", "remove it, or give it something");
  Seen seen;
  for (const auto& statement : block->body.statements) {
    auto call = read_call(*statement, family);
    if (!call) continue;
    if (family != Family::kParameter) seen[call->name].push_back(call->name_range);
    check_name(*call, family, is_stage);
    calls.push_back(*std::move(call));
  }
  check_repeated(seen, section.name_range, [&](const std::string& each) {
    return "the " + std::string(noun_of(family)) + " " + in_backticks(each) + " is there twice";
  });
  return calls;
}

std::optional<Call> Checker::read_call(const groovy::Stmt& statement, Family family) {
  const auto* call = call_of(statement);
  const std::string noun = noun_of(family);
  if (call == nullptr) {
    error(statement.range, "`" + text_of(statement.range) + "` is no " + noun,
          "write it as a call: `name(...)`");
    return std::nullopt;
  }
  const auto name = called_name(*call);
  if (!name) {
    const auto hint = hint_of_chain(*call, unit_.source);
    error(call->range, "a method of an object cannot be called here",
          hint.empty() ? "only inside `script { }`" : "", hint);
    return std::nullopt;
  }
  if (block_of(*call) != nullptr) {
    error(call->name_range, "the " + noun + " " + in_backticks(*name) + " cannot have a block");
    return std::nullopt;
  }
  Call result{*name, call->range, call->name_range, arguments_of(*call), call};
  for (const auto& argument : result.arguments) {
    check_value(*argument.value);
    if (argument.value->kind == groovy::ExprKind::kClosure)
      error(argument.range, "a closure cannot be an argument of " + in_backticks(*name));
    if (const auto* nested = groovy::node_if<groovy::CallExpr>(*argument.value))
      check_nested_call(*nested);
  }
  return result;
}

void Checker::check_name(const Call& call, Family family, bool is_stage) {
  if (family == Family::kOption) {
    check_option_name(call, is_stage);
  } else if (family == Family::kTrigger) {
    check_plugin_name(call, family);
    check_schedule(call);
  } else {
    check_plugin_name(call, family);
  }
  const auto signature = signature_of(family, call.name);
  if (signature)
    check_arguments(call.name, call.name_range, call.arguments, *signature, Binding::kDeclared);
}

// Triggers, tools and kinds of parameters are those of whatever plugins there are: a known name
// with one letter amiss is a mistake, any other may be right.
void Checker::check_plugin_name(const Call& call, Family family) {
  if (is_known(family, call.name) || is_class_name(call.name)) return;
  const auto meant = meant_name(family, call.name);
  const std::string message =
      "unknown " + std::string(noun_of(family)) + " " + in_backticks(call.name);
  if (meant.empty()) {
    warning(call.name_range, message, "Jenkins takes it if a plugin has it",
            family == Family::kParameter ? "runtask takes its value as a text" : "");
  } else {
    error(call.name_range, message, "did you mean " + in_backticks(meant) + "?");
  }
}

void Checker::check_schedule(const Call& call) {
  if (call.name != "cron" && call.name != "pollSCM") return;
  const auto* value = call.find_or_sole(call.name == "cron" ? "spec" : "scmpoll_spec");
  const auto text = literal_text(value);
  if (!text || is_schedule(*text)) return;
  error(value->range, "this is no schedule that Jenkins takes", {},
        "write five fields: minute, hour, day of the month, month, day of the week, such as "
        "`H 4 * * 1-5`");
}

void Checker::check_option_name(const Call& call, bool is_stage) {
  if (call.name == "parameters" || call.name == "pipelineTriggers") {
    error(call.name_range, in_backticks(call.name) + " is no option",
          call.name == "parameters" ? "use the `parameters` section of the pipeline"
                                    : "use the `triggers` section of the pipeline");
  } else if (needs_workspace(call.name)) {
    error(call.name_range, in_backticks(call.name) + " is no option",
          "it needs a workspace: use the step in `steps`");
  } else if (!is_known(Family::kOption, call.name)) {
    error(call.name_range, "unknown option " + in_backticks(call.name),
          suggestion(call.name, names_of(Family::kOption)));
  } else if (is_stage && !is_stage_option(call.name)) {
    error(call.name_range, "a stage cannot have the option " + in_backticks(call.name),
          "it belongs to the whole pipeline");
  } else {
    check_option_value(call);
  }
}

void Checker::check_option_value(const Call& call) {
  if (call.name != "durabilityHint") return;
  const auto* value = call.find_or_sole("hint");
  const auto hint = literal_text(value);
  if (!hint) return;
  if (std::find(kDurabilityHints.begin(), kDurabilityHints.end(), *hint) != kDurabilityHints.end())
    return;
  error(value->range, "there is no durability " + in_backticks(*hint),
        suggestion(*hint, kDurabilityHints),
        "the durabilities are PERFORMANCE_OPTIMIZED, SURVIVABLE_NONATOMIC and MAX_SURVIVABILITY");
}

// A call as an argument of an option: logRotator(...), cron(...).
void Checker::check_nested_call(const groovy::CallExpr& call) {
  const auto name = called_name(call);
  if (!name) return;
  for (const auto* blocked : {"node", "stage", "parallel", "properties"})
    if (*name == blocked)
      error(call.name_range, "the step " + in_backticks(*name) + " is not allowed here");
  const auto signature = signature_of(Family::kFunction, *name);
  if (signature)
    check_arguments(*name, call.name_range, arguments_of(call), *signature, Binding::kDeclared);
}

// ---- Tools and libraries

std::vector<Call> Checker::read_tools(const groovy::CallExpr& section) {
  std::vector<Call> tools;
  const auto* block = need_block(section, "tools");
  if (block == nullptr) return tools;
  if (block->body.statements.empty())
    error(section.name_range, "`tools` is empty", "remove it, or name a tool");
  for (const auto& statement : block->body.statements) {
    const auto* call = call_of(*statement);
    const auto name = call != nullptr ? called_name(*call) : std::nullopt;
    if (!name) {
      error(statement->range, "expected a tool: `maven 'name'`");
      continue;
    }
    auto arguments = arguments_of(*call);
    if (arguments.size() != 1 || !arguments[0].name.empty() || block_of(*call) != nullptr) {
      error(call->name_range, "the tool " + in_backticks(*name) + " needs one value: its name",
            "write `" + *name + " 'name'`");
      continue;
    }
    check_value(*arguments[0].value);
    tools.push_back({*name, call->range, call->name_range, std::move(arguments), call});
    check_plugin_name(tools.back(), Family::kTool);
  }
  return tools;
}

std::vector<Call> Checker::read_libraries(const groovy::CallExpr& section) {
  std::vector<Call> libraries;
  const auto* block = need_block(section, "libraries");
  if (block == nullptr) return libraries;
  if (block->body.statements.empty())
    error(section.name_range, "`libraries` is empty", "remove it, or name a library");
  for (const auto& statement : block->body.statements) {
    const auto* call = call_of(*statement);
    auto arguments = call != nullptr ? arguments_of(*call) : std::vector<Argument>();
    const bool is_lib = call != nullptr && called_name(*call) == "lib" &&
                        block_of(*call) == nullptr && arguments.size() == 1 &&
                        arguments[0].name.empty() &&
                        arguments[0].value->kind != groovy::ExprKind::kCall;
    if (!is_lib) {
      error(statement->range, "expected a library, found `" + text_of(statement->range) + "`",
            "write `lib('name@version')`");
      continue;
    }
    libraries.push_back({"lib", call->range, call->name_range, std::move(arguments), call});
  }
  return libraries;
}

// ---- Arguments (jenkins-pipeline 1.3)

void Checker::check_arguments(const std::string& name, SourceRange place,
                              const std::vector<Argument>& arguments, const Signature& signature,
                              Binding binding) {
  std::size_t named = 0;
  for (const auto& argument : arguments) {
    if (argument.value->kind == groovy::ExprKind::kSpread) return;  // Only a run knows.
    if (argument.name == "$class") return;  // The old form of a plugin's own object.
    if (!argument.name.empty()) ++named;
  }
  if (named > 0 && named < arguments.size()) {
    if (!signature.is_open || signature.required_count() > 0 || binding == Binding::kDeclared)
      error(place, "the arguments of " + in_backticks(name) + " are partly named, partly not",
            "name all of them");
  } else if (named > 0 || arguments.empty()) {
    check_named(name, place, arguments, signature);
  } else {
    check_positional(name, place, arguments, signature, binding);
  }
}

void Checker::check_named(const std::string& name, SourceRange place,
                          const std::vector<Argument>& arguments, const Signature& signature) {
  bool is_valid = true;
  for (const auto& argument : arguments) {
    const Field* field = signature.find(argument.name);
    if (field != nullptr) {
      check_type(*argument.value, *field, name);
    } else if (!signature.is_open) {
      is_valid = false;
      error({argument.range.begin, argument.value->range.begin > argument.range.begin
                                       ? argument.range.begin + argument.name.size()
                                       : argument.range.end},
            in_backticks(name) + " has no argument " + in_backticks(argument.name),
            suggestion(argument.name, signature.names()),
            signature.fields.empty() ? "it takes none" : "");
    }
  }
  if (!is_valid) return;
  for (const auto& field : signature.fields) {
    if (!field.is_required) continue;
    const bool is_given = std::any_of(arguments.begin(), arguments.end(),
                                      [&](const Argument& a) { return a.name == field.name; });
    // skipDefaultCheckout() means skipDefaultCheckout(true).
    const bool may_lack =
        arguments.empty() && field.type == ArgumentType::kTruth && signature.required_count() == 1;
    if (!is_given && !may_lack)
      error(place, in_backticks(name) + " lacks its argument " + in_backticks(field.name));
  }
}

void Checker::check_positional(const std::string& name, SourceRange place,
                               const std::vector<Argument>& arguments, const Signature& signature,
                               Binding binding) {
  if (signature.is_open && signature.sole_required() == nullptr) return;
  if (binding == Binding::kStep && arguments.size() == 1) {
    const Field* sole = signature.sole_required();
    if (sole != nullptr) {
      check_type(*arguments[0].value, *sole, name);
    } else if (!signature.takes_block) {
      error(arguments[0].range, in_backticks(name) + " takes no single value",
            signature.fields.empty() ? "it takes none" : "name the argument");
    }
    return;
  }
  if (arguments.size() > 1 && signature.required_count() > 1) {
    error(place, in_backticks(name) + " takes its values by name", "name the arguments");
    return;
  }
  if (arguments.size() != signature.required_count()) {
    error(place,
          in_backticks(name) + " takes " + std::to_string(signature.required_count()) +
              (signature.required_count() == 1 ? " value" : " values") + " without a name, not " +
              std::to_string(arguments.size()),
          "name the arguments");
    return;
  }
  std::size_t index = 0;
  for (const auto& field : signature.fields)
    if (field.is_required) check_type(*arguments[index++].value, field, name);
}

void Checker::check_type(const groovy::Expr& value, const Field& field, std::string_view of) {
  // Its check casts a literal to the type of the parameter, and Groovy casts 1.5 to 1.
  if (field.type == ArgumentType::kInteger && is_decimal(value))
    warning(value.range,
            "the argument " + in_backticks(field.name) + " of " + in_backticks(of) +
                " is a whole number",
            "Jenkins takes it without its fraction");
  if (!is_literal(value)) return;  // Only a run knows.
  const auto text = literal_text(&value);
  std::string expected;
  switch (field.type) {
    case ArgumentType::kAny:
    case ArgumentType::kTruth:
      return;  // Groovy's truth takes anything.
    case ArgumentType::kText:
      if (literal_bool(&value) || is_integer(value)) expected = "a string";
      break;
    case ArgumentType::kInteger:
      if (text || literal_bool(&value)) expected = "a whole number";
      break;
    case ArgumentType::kList:
      if (text || literal_bool(&value) || is_integer(value) || is_decimal(value))
        expected = "a list";
      break;
    case ArgumentType::kTimeUnit:
      if (!text) {
        expected = "a string";
      } else if (std::find(kTimeUnits.begin(), kTimeUnits.end(), *text) == kTimeUnits.end()) {
        error(value.range, "there is no unit of time " + in_backticks(*text),
              suggestion(*text, kTimeUnits),
              "the units are NANOSECONDS, MICROSECONDS, MILLISECONDS, SECONDS, MINUTES, HOURS and "
              "DAYS");
      }
      break;
  }
  if (!expected.empty())
    error(value.range,
          "the argument " + in_backticks(field.name) + " of " + in_backticks(of) + " is " +
              expected + ", not " + kind_of_literal(value),
          {}, expected == "a string" ? "put it into quotes" : "");
}

// What no argument can be: a bare ${x}, which is a call of `$` with a closure to Groovy, and a
// whole number of more than 64 bits.
void Checker::check_value(const groovy::Expr& value) {
  if (const auto* constant = groovy::node_if<groovy::Constant>(value)) {
    if (constant->value.is(groovy::Kind::kBigInteger))
      error(value.range, "the number " + text_of(value.range) + " is too large");
    return;
  }
  const auto* call = groovy::node_if<groovy::CallExpr>(value);
  if (call == nullptr || call->object || call->name == nullptr || *call->name != "$") return;
  error(value.range, "`" + text_of(value.range) + "` cannot be a value by itself",
        "add quotes: \"" + text_of(value.range) + "\"");
}

}  // namespace runtask::jenkins
