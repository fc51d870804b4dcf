#include <algorithm>

#include "groovy/classes.h"
#include "groovy/fiber.h"
#include "groovy/regex.h"

// Statements.

namespace runtask::groovy {

void Fiber::step() {
  if (++interpreter_.steps_ >= next_check_) check_stop();
  if (heap().bytes() > interpreter_.limits_.memory_bytes_max)
    abort(Code::kFull,
          "the script uses more than " +
              std::to_string(interpreter_.limits_.memory_bytes_max >> 20U) + " MiB of memory",
          "keep less in variables; a list or a string may grow without end");
}

void Fiber::check_stop() {
  if (interpreter_.steps_ > interpreter_.limits_.steps_max)
    abort(Code::kFull,
          "the script took more than " + std::to_string(interpreter_.limits_.steps_max) + " steps",
          "is there a loop that does not end?");
  next_check_ = std::min(interpreter_.steps_ + kStepsPerCheck, interpreter_.limits_.steps_max + 1);
  switch (host().should_stop()) {
    case Stop::kNo:
      return;
    case Stop::kInterrupt:
      throw_value(host().interruption(*this));
    case Stop::kKill:
      abort(Code::kCancelled, "the script was stopped");
  }
}

void Fiber::check_stack() {
  const auto here = reinterpret_cast<std::size_t>(__builtin_frame_address(0));
  const std::size_t used = stack_begin_ > here ? stack_begin_ - here : here - stack_begin_;
  if (used > interpreter_.limits_.stack_bytes_max)
    abort(Code::kFull, "calls are nested too deeply", "is there a recursion that does not end?");
}

Fiber::Flow Fiber::run_block(const Block& block, const Ref<Scope>& scope, bool in_own_scope) {
  const Ref<Scope> inner =
      in_own_scope && block.declares ? heap().make<Scope>(scope, scope->script) : scope;
  result_ = Value();
  for (const auto& statement : block.statements) {
    const Flow flow = run_stmt(*statement, inner);
    if (flow != Flow::kNormal) return flow;
  }
  return Flow::kNormal;
}

Fiber::Flow Fiber::run_stmt(const Stmt& stmt, const Ref<Scope>& scope) {
  step();
  at(stmt.range, *scope);
  switch (stmt.kind) {
    case StmtKind::kExpression:
      result_ = eval(*static_cast<const ExpressionStmt&>(stmt).expression, scope);
      return Flow::kNormal;
    case StmtKind::kDeclaration:
      run_declaration(static_cast<const DeclarationStmt&>(stmt), scope);
      return Flow::kNormal;
    case StmtKind::kBlock: {
      // Branches take turns where they wait only: what `synchronized` guards needs no lock.
      const auto& node = static_cast<const BlockStmt&>(stmt);
      if (node.monitor) (void)eval(*node.monitor, scope);
      return run_block(node.block, scope);
    }
    case StmtKind::kIf:
      return run_if(static_cast<const IfStmt&>(stmt), scope);
    case StmtKind::kWhile:
      return run_while(static_cast<const WhileStmt&>(stmt), scope);
    case StmtKind::kForIn:
      return run_for_in(static_cast<const ForInStmt&>(stmt), scope);
    case StmtKind::kFor:
      return run_for(static_cast<const ForStmt&>(stmt), scope);
    case StmtKind::kSwitch:
      return run_switch(static_cast<const SwitchStmt&>(stmt), scope);
    case StmtKind::kTry:
      return run_try(static_cast<const TryStmt&>(stmt), scope);
    case StmtKind::kThrow: {
      const Value value = eval(*static_cast<const ThrowStmt&>(stmt).value, scope);
      at(stmt.range, *scope);
      throw_value(value);
    }
    case StmtKind::kReturn: {
      const auto& node = static_cast<const ReturnStmt&>(stmt);
      result_ = node.value ? eval(*node.value, scope) : Value();
      return Flow::kReturn;
    }
    case StmtKind::kBreak:
      jump_target_ = static_cast<const BreakStmt&>(stmt).target;
      return Flow::kBreak;
    case StmtKind::kContinue:
      jump_target_ = static_cast<const ContinueStmt&>(stmt).target;
      return Flow::kContinue;
    case StmtKind::kAssert:
      run_assert(static_cast<const AssertStmt&>(stmt), scope);
      return Flow::kNormal;
  }
  return Flow::kNormal;
}

void Fiber::run_declaration(const DeclarationStmt& stmt, const Ref<Scope>& scope) {
  if (stmt.is_field) return;  // Computed when the script began.
  const auto declare = [&](const Variable& variable, Value value) {
    if (variable.type.info != nullptr || variable.type.is_array) {
      if (!value.is_null() || is_primitive(variable.type.name))
        value = cast(value, variable.type, false);
      scope->declare(variable.name, value, &variable.type);
    } else {
      scope->declare(variable.name, value);
    }
    result_ = std::move(value);
  };
  if (stmt.all) {
    const Value all = eval(*stmt.all, scope);
    for (std::size_t i = 0; i < stmt.variables.size(); ++i)
      declare(stmt.variables[i], get_index(all, Value::integer(static_cast<std::int32_t>(i))));
    return;
  }
  for (const auto& variable : stmt.variables) {
    Value value = variable.value ? eval(*variable.value, scope) : Value();
    if (!variable.value && is_primitive(variable.type.name) && !variable.type.is_array)
      value = variable.type.name == "boolean" ? Value::of(false) : Value::integer(0);
    declare(variable, std::move(value));
  }
}

Fiber::Flow Fiber::run_if(const IfStmt& stmt, const Ref<Scope>& scope) {
  if (is_true(eval(*stmt.condition, scope))) return run_block(stmt.yes, scope);
  result_ = Value();
  return stmt.no ? run_block(*stmt.no, scope) : Flow::kNormal;
}

// After a round of a loop: whether another comes. If not, `flow` is what the loop itself ends with:
// kNormal, or the way on of a return and of a jump to a loop further out.
bool Fiber::goes_on(const Stmt& loop, Flow& flow) {
  if (flow == Flow::kNormal) return true;
  if (flow == Flow::kReturn) return false;
  if (jump_target_ != nullptr && jump_target_ != loop.label) return false;
  jump_target_ = nullptr;
  const bool is_continue = flow == Flow::kContinue;
  flow = Flow::kNormal;
  return is_continue;
}

Fiber::Flow Fiber::run_while(const WhileStmt& stmt, const Ref<Scope>& scope) {
  while (is_true(eval(*stmt.condition, scope))) {
    step();
    Flow flow = run_block(stmt.body, scope);
    if (goes_on(stmt, flow)) continue;
    if (flow != Flow::kNormal) return flow;
    break;
  }
  result_ = Value();
  return Flow::kNormal;
}

Fiber::Flow Fiber::run_for_in(const ForInStmt& stmt, const Ref<Scope>& scope) {
  const Value items = eval(*stmt.items, scope);
  // One variable for all rounds, as in Groovy: closures made in the loop share it.
  const auto loop = heap().make<Scope>(scope, scope->script);
  loop->declare(stmt.name, Value(), stmt.type.info != nullptr ? &stmt.type : nullptr);
  Flow outcome = Flow::kNormal;
  iterate(items, [&](const Value& item) {
    loop->find(stmt.name)->value =
        stmt.type.info != nullptr && !item.is_null() ? cast(item, stmt.type, false) : item;
    outcome = run_block(stmt.body, loop);
    return goes_on(stmt, outcome);
  });
  if (outcome == Flow::kNormal) result_ = Value();
  return outcome;
}

Fiber::Flow Fiber::run_for(const ForStmt& stmt, const Ref<Scope>& scope) {
  const auto loop = heap().make<Scope>(scope, scope->script);
  for (const auto& first : stmt.first)
    run_stmt(*first, loop);
  while (!stmt.condition || is_true(eval(*stmt.condition, loop))) {
    step();
    Flow flow = run_block(stmt.body, loop);
    if (!goes_on(stmt, flow)) {
      if (flow != Flow::kNormal) return flow;
      break;
    }
    for (const auto& next : stmt.next)
      eval(*next, loop);
  }
  result_ = Value();
  return Flow::kNormal;
}

Fiber::Flow Fiber::run_switch(const SwitchStmt& stmt, const Ref<Scope>& scope) {
  const Value subject = eval(*stmt.subject, scope);
  std::size_t chosen = stmt.cases.size();
  for (std::size_t i = 0; i < stmt.cases.size() && chosen == stmt.cases.size(); ++i)
    if (stmt.cases[i].value && is_case(subject, eval(*stmt.cases[i].value, scope))) chosen = i;
  for (std::size_t i = 0; i < stmt.cases.size() && chosen == stmt.cases.size(); ++i)
    if (!stmt.cases[i].value) chosen = i;
  result_ = Value();
  for (std::size_t i = chosen; i < stmt.cases.size(); ++i) {  // Falls through, as in Java.
    const Flow flow = run_block(stmt.cases[i].body, scope);
    if (flow == Flow::kBreak && jump_target_ == nullptr) break;
    if (flow != Flow::kNormal) return flow;
  }
  return Flow::kNormal;
}

bool Fiber::is_case(const Value& subject, const Value& candidate) {
  switch (candidate.kind()) {
    case Kind::kNull:
      return subject.is_null();
    case Kind::kClass:
      return is_instance(subject, candidate.as<ClassValue>().info);
    case Kind::kString:
    case Kind::kGString:
      return !subject.is_null() && to_text(candidate) == to_text(subject);
    case Kind::kList:
    case Kind::kSet:
    case Kind::kRange:
      return is_in(subject, candidate);
    case Kind::kMap: {  // The truth of get(), not of containsKey().
      const Map& map = candidate.as<Map>();
      if (const Value* value = map.find(subject)) return is_true(Value(*value));
      return !map.missing.is_null() && is_true(get_index(candidate, subject));
    }
    case Kind::kPattern:
      return !subject.is_null() && candidate.as<Pattern>().matches(*this, to_text(subject));
    case Kind::kClosure:
      return is_true(call1(candidate, subject));
    default:
      if (const auto answer = ask(candidate, "isCase", subject)) return is_true(*answer);
      return equals(candidate, subject);
  }
}

Fiber::Flow Fiber::run_try(const TryStmt& stmt, const Ref<Scope>& scope) {
  if (!stmt.finally) {
    try {
      return run_block(stmt.body, scope);
    } catch (const Thrown& thrown) {
      return run_catches(stmt, thrown, scope);
    }
  }
  Flow flow = Flow::kNormal;
  std::optional<Thrown> pending;
  try {
    try {
      flow = run_block(stmt.body, scope);
    } catch (const Thrown& thrown) {
      flow = run_catches(stmt, thrown, scope);
    }
  } catch (const Thrown& thrown) {
    pending = thrown;
  }
  const Value result = result_;
  const Name target = jump_target_;
  const Flow last = run_block(*stmt.finally, scope);
  if (last != Flow::kNormal) return last;  // A jump out of `finally` wins, as in Java.
  if (pending) throw Thrown{pending->throwable};
  result_ = result;
  jump_target_ = target;
  return flow;
}

Fiber::Flow Fiber::run_catches(const TryStmt& stmt, const Thrown& thrown, const Ref<Scope>& scope) {
  const ClassInfo& info = thrown.throwable->info;
  for (const auto& one : stmt.catches) {
    const bool matches =
        one.types.empty()
            ? info.is_a("java.lang.Exception")
            : std::any_of(one.types.begin(), one.types.end(), [&](const TypeName& type) {
                return type.info != nullptr && info.is_a(type.info->name);
              });
    if (!matches) continue;
    const auto inner = heap().make<Scope>(scope, scope->script);
    inner->declare(one.name, Value(thrown.throwable));
    return run_block(one.body, inner);
  }
  throw Thrown{thrown.throwable};
}

void Fiber::run_assert(const AssertStmt& stmt, const Ref<Scope>& scope) {
  result_ = Value();
  if (is_true(eval(*stmt.condition, scope))) return;
  const std::string text = scope->script->unit->source.substr(
      stmt.condition->range.begin, stmt.condition->range.end - stmt.condition->range.begin);
  if (!stmt.message)
    throw_new("org.codehaus.groovy.runtime.powerassert.PowerAssertionError", "assert " + text);
  const std::string message = to_text(eval(*stmt.message, scope));
  throw_new("java.lang.AssertionError",
            message + ". Expression: " +
                (stmt.condition->kind == ExprKind::kBinary ? "(" + text + ")" : text));
}

}  // namespace runtask::groovy
