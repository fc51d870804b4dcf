#include "jenkins/calls.h"

namespace runtask::jenkins {
namespace {

using groovy::node_if;

class Walk {
 public:
  explicit Walk(const VisitCall& visit) : visit_(visit) {}

  void block(const groovy::Block& block) {
    for (const auto& each : block.statements)
      statement(*each);
  }

 private:
  void statement(const groovy::Stmt& stmt) {
    switch (stmt.kind) {
      case groovy::StmtKind::kExpression:
        return expr(as<groovy::ExpressionStmt>(stmt).expression);
      case groovy::StmtKind::kDeclaration:
        return declaration(as<groovy::DeclarationStmt>(stmt));
      case groovy::StmtKind::kBlock:
        expr(as<groovy::BlockStmt>(stmt).monitor);
        return block(as<groovy::BlockStmt>(stmt).block);
      case groovy::StmtKind::kIf:
        return choice(as<groovy::IfStmt>(stmt));
      case groovy::StmtKind::kWhile:
        expr(as<groovy::WhileStmt>(stmt).condition);
        return block(as<groovy::WhileStmt>(stmt).body);
      case groovy::StmtKind::kForIn:
        expr(as<groovy::ForInStmt>(stmt).items);
        return block(as<groovy::ForInStmt>(stmt).body);
      case groovy::StmtKind::kFor:
        return loop(as<groovy::ForStmt>(stmt));
      case groovy::StmtKind::kSwitch:
        return cases(as<groovy::SwitchStmt>(stmt));
      case groovy::StmtKind::kTry:
        return attempt(as<groovy::TryStmt>(stmt));
      case groovy::StmtKind::kThrow:
        return expr(as<groovy::ThrowStmt>(stmt).value);
      case groovy::StmtKind::kReturn:
        return expr(as<groovy::ReturnStmt>(stmt).value);
      case groovy::StmtKind::kAssert:
        expr(as<groovy::AssertStmt>(stmt).condition);
        return expr(as<groovy::AssertStmt>(stmt).message);
      case groovy::StmtKind::kBreak:
      case groovy::StmtKind::kContinue:
        return;
    }
  }

  void declaration(const groovy::DeclarationStmt& stmt) {
    for (const auto& variable : stmt.variables)
      expr(variable.value);
    expr(stmt.all);
  }
  void choice(const groovy::IfStmt& stmt) {
    expr(stmt.condition);
    block(stmt.yes);
    if (stmt.no) block(*stmt.no);
  }
  void loop(const groovy::ForStmt& stmt) {
    for (const auto& first : stmt.first)
      statement(*first);
    expr(stmt.condition);
    for (const auto& next : stmt.next)
      expr(next);
    block(stmt.body);
  }
  void cases(const groovy::SwitchStmt& stmt) {
    expr(stmt.subject);
    for (const auto& each : stmt.cases) {
      expr(each.value);
      block(each.body);
    }
  }
  void attempt(const groovy::TryStmt& stmt) {
    block(stmt.body);
    for (const auto& each : stmt.catches)
      block(each.body);
    if (stmt.finally) block(*stmt.finally);
  }

  void expr(const groovy::ExprPtr& maybe) {
    if (!maybe) return;
    if (const auto* call = node_if<groovy::CallExpr>(*maybe)) {
      if (!visit_(*call)) return;
      expr(call->object);
      expr(call->computed);
      arguments(call->arguments);
    } else if (const auto* closure = node_if<groovy::ClosureExpr>(*maybe)) {
      for (const auto& parameter : closure->parameters)
        expr(parameter.preset);
      block(closure->body);
    } else {
      simple(*maybe);
    }
  }

  void simple(const groovy::Expr& node) {
    switch (node.kind) {
      case groovy::ExprKind::kGString:
        return exprs(as<groovy::GStringExpr>(node).values);
      case groovy::ExprKind::kProperty:
        return both(as<groovy::PropertyExpr>(node).object, as<groovy::PropertyExpr>(node).computed);
      case groovy::ExprKind::kIndex:
        return both(as<groovy::IndexExpr>(node).object, as<groovy::IndexExpr>(node).index);
      case groovy::ExprKind::kNew:
        arguments(as<groovy::NewExpr>(node).arguments);
        return exprs(as<groovy::NewExpr>(node).array_sizes);
      case groovy::ExprKind::kList:
        return exprs(as<groovy::ListExpr>(node).items);
      case groovy::ExprKind::kMap:
        return arguments(as<groovy::MapExpr>(node).items);
      case groovy::ExprKind::kRange:
        return both(as<groovy::RangeExpr>(node).from, as<groovy::RangeExpr>(node).to);
      case groovy::ExprKind::kUnary:
        return expr(as<groovy::UnaryExpr>(node).operand);
      case groovy::ExprKind::kBinary:
        return both(as<groovy::BinaryExpr>(node).left, as<groovy::BinaryExpr>(node).right);
      case groovy::ExprKind::kTernary:
        expr(as<groovy::TernaryExpr>(node).condition);
        return both(as<groovy::TernaryExpr>(node).yes, as<groovy::TernaryExpr>(node).no);
      case groovy::ExprKind::kAssign:
        return both(as<groovy::AssignExpr>(node).target, as<groovy::AssignExpr>(node).value);
      case groovy::ExprKind::kAssignMany:
        exprs(as<groovy::AssignManyExpr>(node).targets);
        return expr(as<groovy::AssignManyExpr>(node).value);
      case groovy::ExprKind::kStep:
        return expr(as<groovy::StepExpr>(node).target);
      case groovy::ExprKind::kCast:
        return expr(as<groovy::CastExpr>(node).value);
      case groovy::ExprKind::kInstanceOf:
        return expr(as<groovy::InstanceOfExpr>(node).value);
      case groovy::ExprKind::kMethodPointer:
        return expr(as<groovy::MethodPointerExpr>(node).object);
      case groovy::ExprKind::kSpread:
        return expr(as<groovy::SpreadExpr>(node).value);
      default:
        return;  // Nothing is inside.
    }
  }

  void both(const groovy::ExprPtr& first, const groovy::ExprPtr& second) {
    expr(first);
    expr(second);
  }
  void exprs(const std::vector<groovy::ExprPtr>& all) {
    for (const auto& each : all)
      expr(each);
  }
  void arguments(const std::vector<groovy::Argument>& all) {
    for (const auto& each : all)
      both(each.label_value, each.value);
  }

  template <class T, class Node>
  static const T& as(const Node& node) {
    return *node_if<T>(node);
  }

  const VisitCall& visit_;
};

}  // namespace

void each_call(const groovy::Block& block, const VisitCall& visit) {
  Walk(visit).block(block);
}

}  // namespace runtask::jenkins
