#include "jenkins/model.h"

#include <algorithm>

namespace runtask::jenkins {
namespace {

const groovy::Expr* find_in(const std::vector<Argument>& arguments, std::string_view name) {
  for (const auto& argument : arguments)
    if (argument.name == name) return argument.value;
  return nullptr;
}

const groovy::Expr* find_or_sole_in(const std::vector<Argument>& arguments, std::string_view name) {
  if (const auto* found = find_in(arguments, name)) return found;
  return arguments.size() == 1 && arguments[0].name.empty() ? arguments[0].value : nullptr;
}

bool matches(const Matrix& matrix, const ExcludedAxis& excluded,
             const std::vector<std::string>& cell) {
  for (std::size_t i = 0; i < matrix.axes.size(); ++i) {
    if (matrix.axes[i].name != excluded.name) continue;
    const auto& values = excluded.values;
    const bool is_listed = std::find(values.begin(), values.end(), cell[i]) != values.end();
    return is_listed != excluded.is_negated;
  }
  return false;
}

bool is_excluded(const Matrix& matrix, const std::vector<std::string>& cell) {
  return std::any_of(matrix.excludes.begin(), matrix.excludes.end(), [&](const Exclude& exclude) {
    return std::all_of(exclude.axes.begin(), exclude.axes.end(), [&](const ExcludedAxis& excluded) {
      return matches(matrix, excluded, cell);
    });
  });
}

}  // namespace

const groovy::Expr* Call::find(std::string_view argument) const {
  return find_in(arguments, argument);
}
const groovy::Expr* Call::find_or_sole(std::string_view argument) const {
  return find_or_sole_in(arguments, argument);
}
const groovy::Expr* Agent::find(std::string_view setting) const {
  return find_in(settings, setting);
}
const groovy::Expr* Condition::find(std::string_view argument) const {
  return find_in(arguments, argument);
}
const groovy::Expr* Condition::find_or_sole(std::string_view argument) const {
  return find_or_sole_in(arguments, argument);
}

std::string_view name_of(PostCondition condition) {
  switch (condition) {
    case PostCondition::kAlways:
      return "always";
    case PostCondition::kChanged:
      return "changed";
    case PostCondition::kFixed:
      return "fixed";
    case PostCondition::kRegression:
      return "regression";
    case PostCondition::kAborted:
      return "aborted";
    case PostCondition::kSuccess:
      return "success";
    case PostCondition::kUnsuccessful:
      return "unsuccessful";
    case PostCondition::kUnstable:
      return "unstable";
    case PostCondition::kFailure:
      return "failure";
    case PostCondition::kNotBuilt:
      return "notBuilt";
    case PostCondition::kCleanup:
      return "cleanup";
  }
  return "";
}

std::vector<std::vector<std::string>> cells_of(const Matrix& matrix) {
  std::vector<std::vector<std::string>> cells;
  if (matrix.axes.empty()) return cells;
  std::size_t count = 1;
  for (const auto& axis : matrix.axes)
    count = axis.values.empty() ? 0 : std::min(count * axis.values.size(), kCellsMax);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> cell;
    std::size_t rest = i;
    for (const auto& axis : matrix.axes) {  // The first axis varies fastest.
      cell.push_back(axis.values[rest % axis.values.size()]);
      rest /= axis.values.size();
    }
    if (!is_excluded(matrix, cell)) cells.push_back(std::move(cell));
  }
  return cells;
}

std::string cell_name(const Matrix& matrix, const std::vector<std::string>& cell) {
  std::string name = "Matrix - ";
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (i > 0) name += ", ";
    name += matrix.axes[i].name + " = '" + cell[i] + "'";
  }
  return name;
}

std::optional<std::string> literal_text(const groovy::Expr* expr) {
  if (expr == nullptr) return std::nullopt;
  if (const auto* gstring = groovy::node_if<groovy::GStringExpr>(*expr))
    return gstring->values.empty() && gstring->texts.size() == 1 ? std::optional(gstring->texts[0])
                                                                 : std::nullopt;
  const auto* constant = groovy::node_if<groovy::Constant>(*expr);
  if (constant == nullptr || !constant->value.is(groovy::Kind::kString)) return std::nullopt;
  return constant->value.text();
}

std::optional<bool> literal_bool(const groovy::Expr* expr) {
  const auto* constant = expr != nullptr ? groovy::node_if<groovy::Constant>(*expr) : nullptr;
  if (constant == nullptr || !constant->value.is(groovy::Kind::kBool)) return std::nullopt;
  return constant->value.truth();
}

std::optional<std::int64_t> literal_integer(const groovy::Expr* expr) {
  if (expr == nullptr) return std::nullopt;
  if (const auto* unary = groovy::node_if<groovy::UnaryExpr>(*expr)) {
    if (unary->op != groovy::Operator::kNegative) return std::nullopt;
    const auto* operand = groovy::node_if<groovy::Constant>(*unary->operand);
    if (operand == nullptr || !operand->value.is(groovy::Kind::kInteger)) return std::nullopt;
    return -operand->value.number();
  }
  const auto* constant = groovy::node_if<groovy::Constant>(*expr);
  if (constant == nullptr) return std::nullopt;
  const auto& value = constant->value;
  if (!value.is(groovy::Kind::kInteger) && !value.is(groovy::Kind::kLong)) return std::nullopt;
  return value.number();
}

}  // namespace runtask::jenkins
