#include "groovy/resolver.h"

#include <algorithm>
#include <array>
#include <utility>

#include "groovy/packages.h"
#include "groovy/resolver_walk.h"

namespace runtask::groovy {
namespace {

constexpr std::size_t kLabelsCompared = 1'000;  // Of one call; each with those before it.

}  // namespace

void Resolver::resolve_unit() {
  check_imports();
  read_static_imports();
  check_annotations();
  for (auto& declaration : unit_.classes)
    finish_line(*declaration);
  for (auto& declaration : unit_.classes)
    resolve_class(*declaration);
  declare_fields();
  for (auto& method : unit_.methods)
    resolve_method(*method);
  find_duplicate_methods(unit_.methods);
  start_over();
  resolve_statements(unit_.body);
  refuse_missing_classes();
}

void Resolver::declare_fields() {
  for (const auto& statement : unit_.body.statements) {
    const auto* declaration = node_if<DeclarationStmt>(*statement);
    if (declaration == nullptr || !declaration->is_field) continue;
    for (const auto& variable : declaration->variables) {
      if (std::find(fields_.begin(), fields_.end(), variable.name) != fields_.end())
        complain(variable.range, "the field `" + *variable.name + "` is declared twice");
      fields_.push_back(variable.name);
    }
  }
}

void Resolver::resolve_method(MethodDecl& method) {
  start_over();
  scopes_.back().is_function = true;
  is_static_ = method.is_static;
  is_void_ = method.type.name == "void" || constructor_ == &method;
  is_cps_ = constructor_ != &method && !method.has_annotation("NonCPS");
  const auto outer_parameters = type_parameters_.size();
  type_parameters_.insert(type_parameters_.end(), method.type_parameters.begin(),
                          method.type_parameters.end());
  resolve_type(method.type);
  for (auto& type : method.thrown)
    resolve_type(type);
  resolve_parameters(method.parameters);
  method.body.declares = true;
  resolve_statements(method.body);
  type_parameters_.resize(outer_parameters);
  is_void_ = false;
  is_cps_ = true;
  is_static_ = false;
}

void Resolver::find_duplicate_methods(const std::vector<std::unique_ptr<MethodDecl>>& methods) {
  const auto same_types = [](const MethodDecl& a, const MethodDecl& b) {
    return std::equal(a.parameters.begin(), a.parameters.end(), b.parameters.begin(),
                      b.parameters.end(), [](const Parameter& x, const Parameter& y) {
                        const auto name = [](const Parameter& p) {
                          return p.type.name.empty() ? std::string("Object") : p.type.name;
                        };
                        const auto is_array = [](const Parameter& p) {
                          return p.type.is_array || p.is_variadic;  // String... is String[].
                        };
                        return name(x) == name(y) && is_array(x) == is_array(y);
                      });
  };
  std::unordered_map<Name, std::vector<const MethodDecl*>> by_name;
  for (const auto& method : methods) {
    const MethodDecl& later = *method;
    auto& others = by_name[later.name];
    for (const MethodDecl* other : others) {
      const MethodDecl& earlier = *other;
      if (!same_types(later, earlier)) continue;
      const auto line = position_of(unit_.source, earlier.name_range.begin).line;
      complain(later.name_range,
               "the method `" + *later.name + "` is defined twice with the same parameters",
               "the other one is in line " + std::to_string(line));
      break;
    }
    others.push_back(&later);
  }
}

void Resolver::resolve_parameters(std::vector<Parameter>& parameters) {
  for (auto& parameter : parameters) {
    resolve_type(parameter.type);
    if (parameter.preset) {
      const auto* const around = std::exchange(parameters_, &parameters);
      const bool was_cps = std::exchange(is_cps_, false);
      resolve_expr(*parameter.preset);
      is_cps_ = was_cps;
      parameters_ = around;
    }
    declare(parameter.name, parameter.range);
    if (parameter.is_final) scopes_.back().finals.push_back(parameter.name);
  }
}

// ---- Names

void Resolver::declare(Name name, SourceRange range) {
  if (is_variable(name))
    complain(range, "the current scope already contains a variable of the name " + *name,
             "assign to it without `def`, or choose another name");
  add_variable(name);
}

bool Resolver::is_later_parameter(Name name) const {
  return parameters_ != nullptr &&
         std::any_of(parameters_->begin(), parameters_->end(),
                     [&](const Parameter& parameter) { return parameter.name == name; });
}

void Resolver::add_variable(Name name) {
  scopes_.back().names.push_back(name);
  ++active_[name];
}

bool Resolver::is_variable(Name name) const {
  const auto found = active_.find(name);
  return found != active_.end() && found->second > 0;
}

void Resolver::leave_scope() {
  for (const Name name : scopes_.back().names)
    --active_[name];
  scopes_.pop_back();
}

void Resolver::start_over() {
  scopes_.assign(1, {});
  active_.clear();
}

// A block with variables of its own.
void Resolver::resolve_block(Block& block, const Stmt* loop) {
  scopes_.push_back({});
  scopes_.back().in_loop = loop != nullptr;
  scopes_.back().label = loop != nullptr ? loop->label : nullptr;
  resolve_statements(block);
  block.declares = !scopes_.back().names.empty();
  leave_scope();
}

void Resolver::resolve_statements(Block& block) {
  for (auto& statement : block.statements)
    resolve_stmt(*statement);
}

bool Resolver::may_jump(bool is_continue) const {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (scope->in_loop || (scope->in_switch && !is_continue)) return true;
    if (scope->is_function) return false;
  }
  return false;
}

void Resolver::check_target(Name target, SourceRange range) {
  if (target == nullptr) return;
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (scope->label == target) return;
    if (scope->is_function) break;
  }
  complain(range, "no loop around here has the label `" + *target + "`");
}

// ---- Statements

void Resolver::resolve_stmt(Stmt& stmt) {
  switch (stmt.kind) {
    case StmtKind::kExpression:
      return resolve_expr(*static_cast<ExpressionStmt&>(stmt).expression);
    case StmtKind::kDeclaration:
      return resolve_declaration(static_cast<DeclarationStmt&>(stmt));
    case StmtKind::kBlock:
      check_synchronized(static_cast<BlockStmt&>(stmt));
      resolve_optional(static_cast<BlockStmt&>(stmt).monitor);
      return resolve_block(static_cast<BlockStmt&>(stmt).block);
    case StmtKind::kIf: {
      auto& node = static_cast<IfStmt&>(stmt);
      resolve_expr(*node.condition);
      resolve_block(node.yes);
      if (node.no) resolve_block(*node.no);
      return;
    }
    case StmtKind::kWhile: {
      auto& node = static_cast<WhileStmt&>(stmt);
      resolve_expr(*node.condition);
      return resolve_block(node.body, &node);
    }
    case StmtKind::kForIn:
      return resolve_for_in(static_cast<ForInStmt&>(stmt));
    case StmtKind::kFor:
      return resolve_for(static_cast<ForStmt&>(stmt));
    case StmtKind::kSwitch:
      return resolve_switch(static_cast<SwitchStmt&>(stmt));
    case StmtKind::kTry:
      return resolve_try(static_cast<TryStmt&>(stmt));
    case StmtKind::kThrow:
      return resolve_expr(*static_cast<ThrowStmt&>(stmt).value);
    case StmtKind::kReturn:
      return resolve_return(static_cast<ReturnStmt&>(stmt));
    case StmtKind::kBreak:
      if (!may_jump(false))
        complain(stmt.range, "the break statement is only allowed inside loops or switches",
                 "inside a closure, `return` leaves this round of `each`; use a for loop to "
                 "leave all");
      return check_target(static_cast<BreakStmt&>(stmt).target, stmt.range);
    case StmtKind::kContinue:
      if (!may_jump(true))
        complain(stmt.range, "the continue statement is only allowed inside loops",
                 "inside a closure, `return` leaves this round of `each`");
      return check_target(static_cast<ContinueStmt&>(stmt).target, stmt.range);
    case StmtKind::kAssert: {
      auto& node = static_cast<AssertStmt&>(stmt);
      resolve_expr(*node.condition);
      if (node.message) resolve_expr(*node.message);
      return;
    }
  }
}

void Resolver::resolve_return(const ReturnStmt& node) {
  if (!node.value) return;
  resolve_expr(*node.value);
  const auto* constant = node_if<Constant>(*node.value);
  const bool is_null = constant != nullptr && constant->value.is_null();
  if (is_void_ && !is_cps_ && !is_null)
    complain(node.range, "a method that returns void cannot return a value");
}

void Resolver::resolve_declaration(DeclarationStmt& node) {
  check_modifier(node);
  const bool was_cps = std::exchange(is_cps_, is_cps_ && !node.is_field);
  if (node.all) resolve_expr(*node.all);
  for (auto& variable : node.variables) {
    resolve_type(variable.type);
    if (variable.value) resolve_expr(*variable.value);
    if (!node.is_field) declare(variable.name, variable.range);
  }
  is_cps_ = was_cps;
}

void Resolver::resolve_for_in(ForInStmt& node) {
  resolve_type(node.type);
  resolve_expr(*node.items);
  scopes_.push_back({});
  declare(node.name, node.range);
  resolve_block(node.body, &node);
  leave_scope();
}

void Resolver::resolve_for(ForStmt& node) {
  scopes_.push_back({});
  for (auto& first : node.first)
    resolve_stmt(*first);
  if (node.condition) resolve_expr(*node.condition);
  for (auto& next : node.next)
    resolve_expr(*next);
  resolve_block(node.body, &node);
  leave_scope();
}

void Resolver::resolve_switch(SwitchStmt& node) {
  resolve_expr(*node.subject);
  for (auto& one : node.cases) {
    if (one.value) resolve_expr(*one.value);
    scopes_.push_back({});
    scopes_.back().in_switch = true;
    resolve_statements(one.body);
    one.body.declares = !scopes_.back().names.empty();
    leave_scope();
  }
}

void Resolver::resolve_try(TryStmt& node) {
  resolve_block(node.body);
  for (auto& one : node.catches) {
    for (auto& type : one.types) {
      type.info = find_type(type.name);
      if (type.info == nullptr) type.info = find_class_anywhere_imported(type.name);
      if (type.info == nullptr) report_unknown(type);
    }
    scopes_.push_back({});
    declare(one.name, one.types.empty() ? one.body.range : one.types[0].range);
    resolve_block(one.body);
    leave_scope();
  }
  if (node.finally) resolve_block(*node.finally);
}

const ClassInfo* Resolver::find_class_anywhere_imported(const std::string& name) const {
  return may_come_from_outside(name) ? find_class_anywhere(name.substr(name.rfind('.') + 1))
                                     : nullptr;
}

// ---- Expressions

void Resolver::resolve_arguments(std::vector<Argument>& arguments) {
  for (auto& argument : arguments) {
    if (argument.label_value) resolve_expr(*argument.label_value);
    resolve_expr(*argument.value);
  }
}

// A call, unlike a map, names each argument once.
void Resolver::check_labels(const std::vector<Argument>& arguments) {
  for (std::size_t i = 0; i < arguments.size() && i < kLabelsCompared; ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (arguments[i].is_named && arguments[k].is_named && !arguments[i].label.empty() &&
          arguments[i].label == arguments[k].label) {
        complain(arguments[i].label_range,
                 "the argument `" + arguments[i].label + "` is there twice");
        break;
      }
}

void Resolver::resolve_closure(ClosureExpr& node) {
  scopes_.push_back({});
  scopes_.back().is_function = true;
  const bool was_static = std::exchange(is_static_, false);  // As Groovy: closures are not.
  const bool was_void = std::exchange(is_void_, false);
  ++closures_;
  if (!node.has_arrow) {
    // `it` hides an outer one, which is the one name that may be hidden.
    add_variable(node.it);
  }
  resolve_parameters(node.parameters);
  node.body.declares = true;
  resolve_statements(node.body);
  --closures_;
  is_void_ = was_void;
  is_static_ = was_static;
  leave_scope();
}

void Resolver::resolve_name(NameExpr& node) {
  node.is_local = is_variable(node.name) || is_later_parameter(node.name);
  if (node.is_local) return;
  const char first = node.name->c_str()[0];
  if (first >= 'A' && first <= 'Z') node.info = find_type(*node.name);
  if (node.info == nullptr) {
    const auto found = find_static(*node.name);
    node.info = found.info;
    node.member = found.member;
  }
  bool is_class =
      node.info != nullptr || is_left_out(*node.name) || !importing_package(*node.name).empty();
  if (node.info == nullptr)
    for (const auto& import : unit_.imports)
      if (!import.is_static &&
          *node.name == (import.alias.empty() ? import.name.substr(import.name.rfind('.') + 1)
                                              : import.alias)) {
        note_missing_class(import.name, *node.name, node.range);
        is_class = true;
      }
  if (is_static_ && !is_class && static_names_.count(*node.name) == 0)
    complain(node.range, "the variable `" + *node.name + "` is not there in a static method",
             "pass it as an argument, or leave `static` out");
}

// "org.example.Tool" of the names between the dots; empty if there is more than names.
std::string Resolver::dotted_name(const PropertyExpr& node) const {
  if (node.name == nullptr || node.is_safe || node.is_spread) return {};
  if (const auto* name = node_if<NameExpr>(*node.object))
    return is_variable(name->name) ? "" : *name->name + "." + *node.name;
  const auto* outer = node_if<PropertyExpr>(*node.object);
  const std::string before = outer != nullptr ? dotted_name(*outer) : "";
  return before.empty() ? "" : before + "." + *node.name;
}

void Resolver::resolve_optional(const ExprPtr& expr) {
  if (expr) resolve_expr(*expr);
}

void Resolver::resolve_expr(Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kConstant:
      if (const auto& value = static_cast<const Constant&>(expr).value; value.is(Kind::kString))
        check_text(value.as<String>().text, expr.range);
      return;
    case ExprKind::kClass:
      return;
    case ExprKind::kThis:
      return resolve_this(static_cast<ThisExpr&>(expr));
    case ExprKind::kName:
      return resolve_name(static_cast<NameExpr&>(expr));
    case ExprKind::kGString:
      for (auto& value : static_cast<GStringExpr&>(expr).values)
        resolve_expr(*value);
      for (const auto& text : static_cast<GStringExpr&>(expr).texts)
        check_text(text, expr.range);
      return;
    case ExprKind::kProperty: {
      auto& node = static_cast<PropertyExpr&>(expr);
      const auto name = dotted_name(node);
      node.info = class_path_ != nullptr ? class_path_->find(name) : nullptr;
      if (node.info != nullptr) return;
      note_missing_class(name, std::string_view(name).substr(0, name.find('.')), node.range);
      resolve_expr(*node.object);
      note_imported_class(node.object);
      return resolve_optional(node.computed);
    }
    case ExprKind::kIndex:
      resolve_expr(*static_cast<IndexExpr&>(expr).object);
      return resolve_expr(*static_cast<IndexExpr&>(expr).index);
    case ExprKind::kCall: {
      auto& node = static_cast<CallExpr&>(expr);
      resolve_optional(node.object);
      note_imported_class(node.object);
      resolve_optional(node.computed);
      node.may_be_variable = !node.object && node.name != nullptr && is_variable(node.name);
      if (!node.object && node.name != nullptr && !node.may_be_variable) {
        const auto found = find_static(*node.name);
        node.info = found.info;
        node.member = found.member;
      }
      if (node.calls_object && node.object->kind == ExprKind::kThis) check_constructor_call(node);
      check_labels(node.arguments);
      check_size(node.range, node.arguments);
      return resolve_arguments(node.arguments);
    }
    case ExprKind::kNew:
      return resolve_new(static_cast<NewExpr&>(expr));
    case ExprKind::kList:
      check_size(static_cast<ListExpr&>(expr));
      for (auto& item : static_cast<ListExpr&>(expr).items)
        resolve_expr(*item);
      return;
    case ExprKind::kMap:
      check_size(expr.range, static_cast<MapExpr&>(expr).items);
      return resolve_arguments(static_cast<MapExpr&>(expr).items);
    case ExprKind::kClosure:
      return resolve_closure(static_cast<ClosureExpr&>(expr));
    default:
      return resolve_operation(expr);
  }
}

void Resolver::resolve_operation(Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kRange:
      resolve_expr(*static_cast<RangeExpr&>(expr).from);
      return resolve_expr(*static_cast<RangeExpr&>(expr).to);
    case ExprKind::kUnary:
      return resolve_expr(*static_cast<UnaryExpr&>(expr).operand);
    case ExprKind::kBinary:
      resolve_expr(*static_cast<BinaryExpr&>(expr).left);
      return resolve_expr(*static_cast<BinaryExpr&>(expr).right);
    case ExprKind::kTernary:
      resolve_expr(*static_cast<TernaryExpr&>(expr).condition);
      resolve_optional(static_cast<TernaryExpr&>(expr).yes);
      return resolve_expr(*static_cast<TernaryExpr&>(expr).no);
    case ExprKind::kAssign:
      resolve_expr(*static_cast<AssignExpr&>(expr).value);
      resolve_expr(*static_cast<AssignExpr&>(expr).target);
      if (const auto* name = node_if<NameExpr>(*static_cast<AssignExpr&>(expr).target))
        assigned_.insert(*name->name);
      check_target_name(*static_cast<AssignExpr&>(expr).target);
      return check_final(*static_cast<AssignExpr&>(expr).target);
    case ExprKind::kAssignMany:
      for (auto& target : static_cast<AssignManyExpr&>(expr).targets) {
        resolve_expr(*target);
        check_target_name(*target);
      }
      return resolve_expr(*static_cast<AssignManyExpr&>(expr).value);
    case ExprKind::kStep:
      resolve_expr(*static_cast<StepExpr&>(expr).target);
      return check_final(*static_cast<StepExpr&>(expr).target);
    case ExprKind::kCast:
      resolve_type(static_cast<CastExpr&>(expr).type);
      return resolve_expr(*static_cast<CastExpr&>(expr).value);
    case ExprKind::kInstanceOf:
      static_cast<InstanceOfExpr&>(expr).type.arguments.clear();  // Groovy does not look at them.
      resolve_type(static_cast<InstanceOfExpr&>(expr).type);
      return resolve_expr(*static_cast<InstanceOfExpr&>(expr).value);
    case ExprKind::kMethodPointer:
      return resolve_expr(*static_cast<MethodPointerExpr&>(expr).object);
    case ExprKind::kSpread:
      return resolve_expr(*static_cast<SpreadExpr&>(expr).value);
    default:
      return;
  }
}

void Resolver::refuse(SourceRange range, std::string message, std::string hint) {
  unsupported_.push_back({std::move(message), range, {}, std::move(hint)});
}

void Resolver::complain(SourceRange range, std::string message, std::string hint) {
  errors_.push_back({std::move(message), range, {}, std::move(hint)});
}

void link_classes(Unit& unit, const ClassPath* class_path, std::vector<Diagnostic>& errors,
                  std::vector<Diagnostic>& unsupported) {
  Resolver(unit, class_path, errors, unsupported).link();
}

void resolve(Unit& unit, const ClassPath* class_path, std::vector<Diagnostic>& errors,
             std::vector<Diagnostic>& unsupported) {
  Resolver(unit, class_path, errors, unsupported).resolve_unit();
}

}  // namespace runtask::groovy
