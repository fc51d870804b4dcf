#include <algorithm>
#include <array>
#include <vector>

#include "jenkins/checker.h"

// The sections that are neither stages nor plain calls: agent, environment, when, post, input.

namespace runtask::jenkins {
namespace {

constexpr std::array kPostOrder = {
    PostCondition::kAlways,       PostCondition::kChanged,  PostCondition::kFixed,
    PostCondition::kRegression,   PostCondition::kAborted,  PostCondition::kSuccess,
    PostCondition::kUnsuccessful, PostCondition::kUnstable, PostCondition::kFailure,
    PostCondition::kNotBuilt,     PostCondition::kCleanup};

const std::vector<std::string> kInputFields = {"id",         "message",   "ok",
                                               "parameters", "submitter", "submitterParameter"};

bool is_text(const groovy::Expr& expr) {
  return expr.kind == groovy::ExprKind::kGString || expr.kind == groovy::ExprKind::kConstant;
}

Agent::Kind kind_of(const std::string& type) {
  if (type == "label") return Agent::Kind::kLabel;
  if (type == "node") return Agent::Kind::kNode;
  if (type == "docker") return Agent::Kind::kDocker;
  if (type == "dockerfile") return Agent::Kind::kDockerfile;
  return Agent::Kind::kOther;
}

std::vector<std::string> post_names() {
  std::vector<std::string> names;
  names.reserve(std::size(kPostOrder));
  for (const auto condition : kPostOrder)
    names.emplace_back(name_of(condition));
  return names;
}

std::vector<std::string> agent_types() {
  auto names = names_of(Family::kAgent);
  names.insert(names.end(), {"any", "none"});
  return names;
}

}  // namespace

// ---- agent (jenkins-pipeline 1.5)

Agent Checker::read_agent(const groovy::CallExpr& call) {
  Agent agent;
  agent.range = call.range;
  if (const auto* block = block_of(call)) {
    read_agent_block(agent, *block);
    return agent;
  }
  const auto arguments = arguments_of(call);
  const std::string hint = "write `agent any`, `agent none` or `agent { label '...' }`";
  if (arguments.empty()) {
    error(call.name_range, "`agent` says no agent", {}, hint);
    return agent;
  }
  const auto key = arguments.size() == 1 && arguments[0].name.empty() ? key_of(*arguments[0].value)
                                                                      : std::nullopt;
  if (key == "any" || key == "none") {
    agent.kind = *key == "any" ? Agent::Kind::kAny : Agent::Kind::kNone;
    agent.type = *key;
    return agent;
  }
  error({arguments.front().range.begin, arguments.back().range.end},
        "`" + text_of(arguments.front().range) + "` is no agent",
        key ? suggestion(*key, {"any", "none"}) : "", hint);
  return agent;
}

void Checker::read_agent_block(Agent& agent, const groovy::ClosureExpr& block) {
  const auto& statements = block.body.statements;
  if (statements.empty()) {
    error(agent.range, "`agent` says no agent", {}, "write `agent any` or `agent { label '...' }`");
    return;
  }
  if (statements.size() > 1) {
    error(agent.range, "an agent is of one kind only",
          "write `agent { node { label ...; customWorkspace ... } }` for both");
    return;
  }
  const auto* call = call_of(*statements[0]);
  const auto type = call != nullptr ? called_name(*call) : std::nullopt;
  if (!type) {
    const auto word = text_of(statements[0]->range);
    error(statements[0]->range, "`" + word + "` is no agent",
          word == "any" || word == "none" ? "write `agent " + word + "` without the braces" : "",
          "write `agent any` or `agent { label '...' }`");
    return;
  }
  agent.type = *type;
  agent.kind = kind_of(*type);
  if ((*type == "any" || *type == "none") && call->arguments.size() == 1) {
    agent.kind = *type == "any" ? Agent::Kind::kAny : Agent::Kind::kNone;  // agent { any true }
    return;
  }
  if (!is_known(Family::kAgent, *type)) {
    error(call->name_range, "unknown agent " + in_backticks(*type),
          suggestion(*type, agent_types()),
          "the agents are any, none, label, node, docker, dockerfile and kubernetes");
    return;
  }
  if (read_agent_settings(agent, *call)) check_agent_settings(agent, call->name_range);
}

// False: there is nothing to look at further.
bool Checker::read_agent_settings(Agent& agent, const groovy::CallExpr& call) {
  if (const auto* block = block_of(call)) {
    if (agent.kind == Agent::Kind::kLabel) agent.kind = Agent::Kind::kNode;
    Seen seen;
    for (const auto& statement : block->body.statements) {
      const auto* setting = call_of(*statement);
      const auto name = setting != nullptr ? called_name(*setting) : std::nullopt;
      if (!name) {
        error(statement->range, "`" + text_of(statement->range) + "` is no setting of an agent",
              "write `name 'value'`");
        continue;
      }
      if (agent.kind == Agent::Kind::kOther) {
        if (setting->arguments.empty()) continue;
        agent.settings.push_back({*name, setting->arguments.back().value.get(), setting->range});
        continue;
      }
      const auto values = arguments_of(*setting);
      if (values.size() != 1 || !values[0].name.empty()) {
        error(setting->name_range, "the setting " + in_backticks(*name) + " takes one value");
        continue;
      }
      auto& places = seen[*name];
      places.push_back(setting->name_range);
      if (places.size() > 1) {
        warning(setting->name_range, "the setting " + in_backticks(*name) + " is there twice",
                "Jenkins takes this one");
        std::erase_if(agent.settings, [&](const Argument& set) { return set.name == *name; });
      }
      agent.settings.push_back({*name, values[0].value, setting->name_range});
    }
    return true;
  }
  auto arguments = arguments_of(call);
  if (arguments.empty()) {
    error(call.name_range, "the agent " + in_backticks(agent.type) + " needs a value or a block");
    return false;
  }
  if (arguments.size() > 1 && arguments[0].name.empty())
    error(call.name_range, "the agent " + in_backticks(agent.type) + " takes one value",
          "use a block for more");
  const auto signature = signature_of(Family::kAgent, agent.type);
  const Field* sole = signature ? signature->sole_required() : nullptr;
  for (auto& argument : arguments) {
    if (argument.name.empty() && sole == nullptr) continue;  // dockerfile true
    if (argument.name.empty()) argument.name = sole->name;
    agent.settings.push_back(argument);
  }
  return true;
}

void Checker::check_agent_settings(const Agent& agent, SourceRange place) {
  const auto signature = signature_of(Family::kAgent, agent.type);
  if (!signature || signature->is_open) return;
  for (const auto& setting : agent.settings) {
    check_value(*setting.value);
    const Field* field = signature->find(setting.name);
    if (field == nullptr) {
      error(
          {setting.range.begin, setting.range.begin + setting.name.size()},
          "the agent " + in_backticks(agent.type) + " has no setting " + in_backticks(setting.name),
          suggestion(setting.name, signature->names()),
          "its settings are " + listed(signature->names()));
    }
  }
  for (const auto& field : signature->fields)
    if (field.is_required && agent.find(field.name) == nullptr)
      error(place, "the agent " + in_backticks(agent.type) + " lacks its setting " +
                       in_backticks(field.name));
}

// ---- environment (jenkins-pipeline 1.4)

Environment Checker::read_environment(const groovy::CallExpr& call) {
  Environment environment;
  environment.range = call.range;
  const auto* block = need_block(call, "environment");
  if (block == nullptr) return environment;
  if (block->body.statements.empty())
    error(call.name_range, "`environment` is empty", "remove it, or give it a variable");
  Seen seen;
  for (const auto& statement : block->body.statements) {
    auto entry = read_entry(*statement);
    if (!entry) continue;
    auto& places = seen[entry->name];
    places.push_back(entry->name_range);
    if (places.size() > 1)
      error_again(places.back(), places[0],
                  "the variable " + in_backticks(entry->name) + " is there twice");
    check_environment_value(*entry->value);
    environment.entries.push_back(*std::move(entry));
  }
  check_environment_circles(environment);
  return environment;
}

// `NAME = value`, also with a `def` before it, which Jenkins overlooks.
std::optional<EnvironmentEntry> Checker::read_entry(const groovy::Stmt& statement) {
  EnvironmentEntry entry;
  entry.range = statement.range;
  std::optional<std::string> name;
  if (const auto* declared = groovy::node_if<groovy::DeclarationStmt>(statement)) {
    if (declared->variables.size() == 1 && declared->variables[0].value != nullptr) {
      name = *declared->variables[0].name;
      entry.name_range = declared->variables[0].range;
      entry.value = declared->variables[0].value.get();
    }
  } else if (const auto* expression = groovy::node_if<groovy::ExpressionStmt>(statement)) {
    const auto* assigned = groovy::node_if<groovy::AssignExpr>(*expression->expression);
    if (assigned != nullptr && assigned->op == groovy::Operator::kNone) {
      name = key_of(*assigned->target);
      entry.name_range = assigned->target->range;
      entry.value = assigned->value.get();
      if (!name) {
        error(assigned->target->range,
              "`" + text_of(assigned->target->range) + "` is no name of a variable",
              "write `NAME = 'value'`");
        return std::nullopt;
      }
    }
  }
  if (!name) {
    error(statement.range, "`" + text_of(statement.range) + "` is no variable",
          "write `NAME = 'value'`");
    return std::nullopt;
  }
  entry.name = *name;
  if (!is_variable_name(entry.name))
    error(entry.name_range, in_backticks(entry.name) + " cannot be the name of a variable",
          "only letters, digits and _, not a digit first");
  return entry;
}

void Checker::check_environment_value(const groovy::Expr& value) {
  if (is_text(value) || is_literal(value)) return;
  if (const auto* call = groovy::node_if<groovy::CallExpr>(value)) {
    check_value(value);
    if (called_name(*call) != "credentials") return;
    if (call->arguments.size() != 1)
      error(call->range, "`credentials` takes one value: the id of the credentials",
            "write `credentials('id')`");
    for (const auto& argument : call->arguments)
      if (!is_text(*argument.value) || argument.is_named)
        error(argument.value->range, "the argument of `credentials` must be a string",
              "in quotes: \"${name}\"");
    return;
  }
  if (value.kind == groovy::ExprKind::kBinary) {
    check_concatenation(value);
    return;
  }
  error(value.range, "the value of a variable must be a string or a call",
        "put it into quotes: \"${" + text_of(value.range) + "}\"");
}

// Strings joined by `+`; the depth is that of the tree, which the parser bounds.
void Checker::check_concatenation(const groovy::Expr& value) {
  const auto* binary = groovy::node_if<groovy::BinaryExpr>(value);
  if (binary == nullptr) {
    if (!is_text(value))
      error(value.range, "only strings can be joined in the value of a variable",
            "put it into quotes: \"${" + text_of(value.range) + "}\"");
    return;
  }
  if (binary->op != groovy::Operator::kPlus) {
    error(value.range, "values of variables can only be joined with +",
          "put it into quotes: \"${" + text_of(value.range) + "}\"");
    return;
  }
  check_concatenation(*binary->left);
  // Jenkins looks into the left side only.
  if (!is_text(*binary->right))
    error(binary->right->range, "only strings can be joined in the value of a variable",
          "put it into quotes: \"${" + text_of(binary->right->range) + "}\"");
}

// ---- when (jenkins-pipeline 1.11)

When Checker::read_when(const groovy::CallExpr& call) {
  When when;
  when.range = call.range;
  const auto* block = need_block(call, "when");
  if (block == nullptr) return when;
  bool has_condition = false;
  for (const auto& statement : block->body.statements) {
    const auto* each = call_of(*statement);
    const auto name = each != nullptr ? called_name(*each) : std::nullopt;
    bool* flag = nullptr;
    if (name == "beforeAgent") flag = &when.before_agent;
    if (name == "beforeInput") flag = &when.before_input;
    if (name == "beforeOptions") flag = &when.before_options;
    if (flag != nullptr) {
      *flag = read_truth(*each, *name).value_or(false);
      continue;
    }
    has_condition = true;
    if (auto condition = read_condition(*statement))
      when.conditions.push_back(*std::move(condition));
  }
  if (!has_condition) error(call.name_range, "`when` has no condition", "it needs at least one");
  return when;
}

std::optional<Condition> Checker::read_condition(const groovy::Stmt& statement) {
  const auto* call = call_of(statement);
  const auto name = call != nullptr ? called_name(*call) : std::nullopt;
  if (!name) {
    const auto hint = call != nullptr ? hint_of_chain(*call, unit_.source) : std::string();
    error(statement.range, "expected a condition, found `" + text_of(statement.range) + "`",
          hint.empty() ? "code belongs into `expression { ... }`" : "", hint);
    return std::nullopt;
  }
  Condition condition;
  condition.name = *name;
  condition.range = call->range;
  condition.arguments = arguments_of(*call);
  if (!is_known(Family::kCondition, *name)) {
    const auto names = names_of(Family::kCondition);
    error(call->name_range, "unknown condition " + in_backticks(*name), suggestion(*name, names),
          "the conditions are " + listed(names));
    return std::nullopt;
  }
  check_condition(condition, *call);
  return condition;
}

void Checker::check_condition(Condition& condition, const groovy::CallExpr& call) {
  const auto& name = condition.name;
  const auto* block = block_of(call);
  const auto signature = signature_of(Family::kCondition, name);
  if (!signature->takes_block) {
    if (block != nullptr) {
      error(call.name_range, "the condition " + in_backticks(name) + " has no block");
      return;
    }
    for (const auto& argument : condition.arguments)
      check_value(*argument.value);
    if (name == "tag" && condition.arguments.size() == 1) return;  // Its pattern may be alone.
    check_arguments(name, call.name_range, condition.arguments, *signature, Binding::kStep);
    return;
  }
  if (need_block(call, name) == nullptr) return;
  if (!condition.arguments.empty())
    error(condition.arguments[0].range,
          "the condition " + in_backticks(name) + " takes only a block");
  if (name == "expression") {
    condition.body = block;
    return;
  }
  for (const auto& child : block->body.statements)
    if (auto inner = read_condition(*child)) condition.children.push_back(*std::move(inner));
  const std::size_t count = block->body.statements.size();
  if (count == 0) {
    error(call.name_range, "the condition " + in_backticks(name) + " is empty",
          name == "not" ? "it needs a condition" : "it needs at least one condition");
  } else if (name == "not" && count > 1) {
    error(call.name_range, "`not` takes one condition, not " + std::to_string(count),
          "put them into `allOf` or `anyOf`");
  }
}

// ---- post (jenkins-pipeline 1.12)

Post Checker::read_post(const groovy::CallExpr& call) {
  Post post;
  post.range = call.range;
  const auto* block = need_block(call, "post");
  if (block == nullptr) return post;
  if (block->body.statements.empty())
    error(call.name_range, "`post` is empty", "remove it, or give it a condition");
  Seen seen;
  for (const auto& statement : block->body.statements)
    if (auto each = read_post_block(*statement, seen)) post.blocks.push_back(*each);
  check_repeated(seen, call.name_range, [](const std::string& name) {
    return "the condition " + in_backticks(name) + " is there twice";
  });
  std::stable_sort(
      post.blocks.begin(), post.blocks.end(),
      [](const PostBlock& a, const PostBlock& b) { return a.condition < b.condition; });
  return post;
}

std::optional<PostBlock> Checker::read_post_block(const groovy::Stmt& statement, Seen& seen) {
  const auto* call = call_of(statement);
  const auto name = call != nullptr ? called_name(*call) : std::nullopt;
  const auto* body = call != nullptr ? block_of(*call) : nullptr;
  if (!name || body == nullptr) {
    const auto hint = call != nullptr ? hint_of_chain(*call, unit_.source) : std::string();
    error(name ? call->name_range : statement.range,
          "expected a condition with a block, found `" + text_of(statement.range) + "`", {},
          hint.empty() ? "the conditions are " + listed(post_names()) : hint);
    return std::nullopt;
  }
  const auto found = std::find_if(kPostOrder.begin(), kPostOrder.end(),
                                  [&](PostCondition each) { return name_of(each) == *name; });
  check_steps(*body, call->name_range);
  if (found == kPostOrder.end()) {
    error(call->name_range, "unknown condition " + in_backticks(*name),
          suggestion(*name, post_names()), "the conditions are " + listed(post_names()));
    return std::nullopt;
  }
  seen[*name].push_back(call->name_range);
  return PostBlock{*found, body, call->range};
}

// ---- input

Input Checker::read_input(const groovy::CallExpr& call) {
  Input input;
  input.range = call.range;
  const auto* block = need_block(call, "input");
  if (block == nullptr) return input;
  Seen seen;
  for (const auto& statement : block->body.statements) {
    const auto section = section_of(*statement, seen, "input");
    if (!section) continue;
    const auto& name = section->name;
    if (name == "parameters") {
      input.parameters = read_calls(*section->call, Family::kParameter, name);
      continue;
    }
    const groovy::Expr** field = name == "message"              ? &input.message
                                 : name == "id"                 ? &input.id
                                 : name == "ok"                 ? &input.ok
                                 : name == "submitter"          ? &input.submitter
                                 : name == "submitterParameter" ? &input.submitter_parameter
                                                                : nullptr;
    if (field == nullptr) {
      unknown_section(*section, "input", kInputFields);
      continue;
    }
    const auto values = arguments_of(*section->call);
    if (values.size() != 1 || !values[0].name.empty() || block_of(*section->call) != nullptr) {
      error(section->call->name_range, in_backticks(name) + " takes one value");
      continue;
    }
    check_value(*values[0].value);
    *field = values[0].value;
  }
  check_sections_once(seen, call.name_range, "input");
  check_required(seen, call.name_range, {"message"}, "input");
  return input;
}

}  // namespace runtask::jenkins
