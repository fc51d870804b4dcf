#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "jenkins/checker.h"

namespace runtask::jenkins {
namespace {

Argument argument_of(const groovy::Argument& argument) {
  Argument result;
  result.value = argument.value.get();
  result.range = argument.value->range;
  if (argument.is_named) {
    result.name = argument.label;
    result.range.begin = argument.label_range.begin;
  }
  return result;
}

std::vector<Argument> items_of(const groovy::MapExpr& map) {
  std::vector<Argument> items;
  for (const auto& item : map.items)
    items.push_back(argument_of(item));
  return items;
}

bool has_class(const std::vector<Argument>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](const Argument& argument) { return argument.name == "$class"; });
}

}  // namespace

const groovy::CallExpr* call_of(const groovy::Stmt& statement) {
  const auto* expression = groovy::node_if<groovy::ExpressionStmt>(statement);
  if (expression == nullptr || !expression->expression) return nullptr;
  return groovy::node_if<groovy::CallExpr>(*expression->expression);
}

std::optional<std::string> called_name(const groovy::CallExpr& call) {
  if (call.calls_object) return std::nullopt;
  if (call.object && call.object->kind != groovy::ExprKind::kThis) return std::nullopt;
  if (call.name != nullptr) return *call.name;
  return literal_text(call.computed.get());
}

const groovy::ClosureExpr* block_of(const groovy::CallExpr& call) {
  if (call.arguments.empty() || call.arguments.back().is_named) return nullptr;
  return groovy::node_if<groovy::ClosureExpr>(*call.arguments.back().value);
}

std::vector<Argument> arguments_of(const groovy::CallExpr& call) {
  std::vector<Argument> arguments;
  const std::size_t count = call.arguments.size() - (block_of(call) != nullptr ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i)
    arguments.push_back(argument_of(call.arguments[i]));
  if (arguments.size() != 1 || call.arguments[0].is_named) return arguments;
  const auto* map = groovy::node_if<groovy::MapExpr>(*arguments[0].value);
  if (map == nullptr || map->items.empty()) return arguments;
  auto items = items_of(*map);
  return has_class(items) ? arguments : items;
}

bool is_literal(const groovy::Expr& expr) {
  if (expr.kind == groovy::ExprKind::kConstant) return true;
  if (expr.kind == groovy::ExprKind::kGString) return literal_text(&expr).has_value();
  return literal_integer(&expr).has_value();
}

std::optional<std::string> key_of(const groovy::Expr& expr) {
  if (const auto* name = groovy::node_if<groovy::NameExpr>(expr)) return *name->name;
  return literal_text(&expr);
}

bool is_variable_name(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (static_cast<unsigned char>(c) < 0x80 &&
                        std::isalnum(static_cast<unsigned char>(c)) != 0);
  });
}

std::string in_backticks(std::string_view name) {
  return "`" + std::string(name) + "`";
}

std::string suggestion(const std::string& name, const std::vector<std::string>& names) {
  const auto near = nearest_name(name, names);
  return near.empty() ? "" : "did you mean " + in_backticks(near) + "?";
}

std::string hint_of_chain(const groovy::CallExpr& call, std::string_view source) {
  std::vector<std::string> names;
  const groovy::CallExpr* at = &call;
  while (!called_name(*at)) {
    const auto* before =
        at->object != nullptr ? groovy::node_if<groovy::CallExpr>(*at->object) : nullptr;
    if (before == nullptr || at->name == nullptr || at->arguments.empty()) return {};
    // With a dot between them it is meant.
    const auto end = std::min(before->range.end, source.size());
    const auto between = source.substr(end, std::max(at->name_range.begin, end) - end);
    if (between.find('.') != std::string_view::npos) return {};
    names.push_back(in_backticks(*at->name));
    at = before;
  }
  if (names.empty()) return {};
  names.push_back(in_backticks(*called_name(*at)));
  const std::string last = names.front();
  names.erase(names.begin());
  std::reverse(names.begin(), names.end());
  return "Groovy reads this as one: " + listed(names) + " and " + last +
         " need a `;` or a new line between them";
}

std::string listed(const std::vector<std::string>& names) {
  return join(names, ", ");
}

}  // namespace runtask::jenkins
