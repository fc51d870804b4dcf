#include "groovy/classes.h"
#include "groovy/fiber.h"

// What changes variables, properties and members.

namespace runtask::groovy {

Value Fiber::eval_assign(const AssignExpr& expr, const Ref<Scope>& scope) {
  if (expr.op == Operator::kNone) {
    // As Groovy: the receiver of a property or index comes first, then the value.
    if (expr.target->kind == ExprKind::kName) {
      Value value = eval(*expr.value, scope);
      assign_name(static_cast<const NameExpr&>(*expr.target), value, scope);
      return value;
    }
    if (const auto* property = node_if<PropertyExpr>(*expr.target)) {
      const Value object = eval(*property->object, scope);
      const std::string name =
          property->name != nullptr ? *property->name : to_text(eval(*property->computed, scope));
      Value value = eval(*expr.value, scope);
      if (property->is_safe && object.is_null()) return value;
      if (property->is_spread) {
        iterate(object, [&](const Value& item) {
          set_property(item, name, value);
          return true;
        });
      } else {
        set_member(*property->object, object, name, value);
      }
      return value;
    }
    const auto& index = static_cast<const IndexExpr&>(*expr.target);
    const Value object = eval(*index.object, scope);
    const Value place = eval(*index.index, scope);
    Value value = eval(*expr.value, scope);
    set_index(object, place, value);
    return value;
  }
  return update(*expr.target, scope, false,
                [&](const Value& old) { return binary(expr.op, old, eval(*expr.value, scope)); });
}

Value Fiber::eval_step(const StepExpr& expr, const Ref<Scope>& scope) {
  const auto change = [&](const Value& old) {
    if (old.is_text() && !old.is_character())
      abort(Code::kInvalid, "`++` and `--` on strings are not supported");
    if (old.is_null()) {
      throw_new("java.lang.NullPointerException", std::string("Cannot invoke method ") +
                                                      (expr.is_increment ? "next" : "previous") +
                                                      "() on null object");
    }
    if (old.is_number())
      return arithmetic(expr.is_increment ? Operator::kPlus : Operator::kMinus, old,
                        Value::integer(1));
    if (old.is(Kind::kDate))
      return expr.is_increment ? plus(old, Value::integer(1)) : minus(old, Value::integer(1));
    Values none;
    return call_method(old, expr.is_increment ? "next" : "previous", none);
  };
  return update(*expr.target, scope, !expr.is_prefix, change);
}

// Reads the target, computes and writes it back; its receiver is evaluated once.
Value Fiber::update(const Expr& target, const Ref<Scope>& scope, bool gives_old,
                    const std::function<Value(const Value&)>& change) {
  if (const auto* name = node_if<NameExpr>(target)) {
    const Value old = get_name(*name, scope);
    Value value = change(old);
    assign_name(*name, value, scope);
    return gives_old ? old : value;
  }
  if (const auto* property = node_if<PropertyExpr>(target)) {
    const Value object = eval(*property->object, scope);
    if (property->is_safe && object.is_null()) return {};
    const std::string name =
        property->name != nullptr ? *property->name : to_text(eval(*property->computed, scope));
    const Value old = get_member(*property->object, object, name);
    Value value = change(old);
    set_member(*property->object, object, name, value);
    return gives_old ? old : value;
  }
  const auto& index = static_cast<const IndexExpr&>(target);
  const Value object = eval(*index.object, scope);
  const Value place = eval(*index.index, scope);
  const Value old = get_index(object, place);
  Value value = change(old);
  set_index(object, place, value);
  return gives_old ? old : value;
}

Value Fiber::eval_assign_many(const AssignManyExpr& expr, const Ref<Scope>& scope) {
  Value all = eval(*expr.value, scope);
  for (std::size_t i = 0; i < expr.targets.size(); ++i)
    assign_name(static_cast<const NameExpr&>(*expr.targets[i]),
                get_index(all, Value::integer(static_cast<std::int32_t>(i))), scope);
  return all;
}

void Fiber::assign_name(const NameExpr& target, Value value, const Ref<Scope>& scope) {
  if (target.is_local) {
    Scope::Slot* slot = scope->find(target.name);
    if (slot == nullptr) slot = scope->find_text(*target.name);
    if (slot != nullptr) {
      if (slot->type != nullptr && (!value.is_null() || is_primitive(slot->type->name))) {
        // The cast may run code; the slot is looked up again after it.
        Value converted = cast(value, *slot->type, false);
        slot = scope->find(target.name);
        slot->value = std::move(converted);
      } else {
        slot->value = std::move(value);
      }
      return;
    }
  }
  if (target.member != nullptr)
    return set_property(heap().make<ClassValue>(*target.info), *target.member, std::move(value));
  set_free_name(*target.name, std::move(value), scope);
}

void Fiber::set_free_name(const std::string& name, Value value, const Ref<Scope>& scope) {
  bool in_closure = false;
  for (Scope* at = scope.get(); at != nullptr; at = at->parent.get()) {
    in_closure |= static_cast<bool>(at->closure);
    if (!at->closure || !at->closure->has_delegate) continue;
    const auto strategy = at->closure->strategy;
    if (strategy != Resolve::kDelegateFirst && strategy != Resolve::kDelegateOnly) continue;
    const Value delegate = at->closure->delegate;
    if (set_declared_property(delegate, name, value, false)) return;
    if (delegate.is(Kind::kMap) || delegate.is(Kind::kHost) || delegate.is(Kind::kScript))
      return set_property(delegate, name, std::move(value));
  }
  const Value self = scope->this_value();
  if (self.is(Kind::kScript)) return set_property(self, name, std::move(value));
  if (!set_declared_property(self, name, std::move(value), !in_closure))
    missing_property(self, name);
}

}  // namespace runtask::groovy
