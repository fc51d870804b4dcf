#include "groovy/closure.h"

namespace runtask::groovy {

void Scope::clear() {
  for (auto& slot : first_)
    slot.value = Value();
  more_.clear();
  parent = Ref<Scope>();
  script = Ref<Script>();
  closure = Ref<Closure>();
  self = Value();
}

Value Scope::this_value() const {
  const Scope* outermost = this;
  while (outermost->parent)
    outermost = outermost->parent.get();
  return outermost->self.is_null() ? Value(outermost->script) : outermost->self;
}

void Scope::declare(Name name, Value value, const TypeName* type) {
  if (count_ < kInside) {
    first_[count_++] = Slot{name, type, std::move(value)};
    return;
  }
  more_.push_back(Slot{name, type, std::move(value)});
}

Scope::Slot* Scope::find(Name name) {
  for (Scope* scope = this; scope != nullptr; scope = scope->parent.get()) {
    for (std::size_t i = 0; i < scope->count_; ++i)
      if (scope->first_[i].name == name) return &scope->first_[i];
    for (auto& slot : scope->more_)
      if (slot.name == name) return &slot;
  }
  return nullptr;
}

Scope::Slot* Scope::find_text(std::string_view name) {
  for (Scope* scope = this; scope != nullptr; scope = scope->parent.get()) {
    for (std::size_t i = 0; i < scope->count_; ++i)
      if (*scope->first_[i].name == name) return &scope->first_[i];
    for (auto& slot : scope->more_)
      if (*slot.name == name) return &slot;
  }
  return nullptr;
}

Closure::Closure(const ClosureExpr& text, Ref<Scope> around)
    : Object(Kind::kClosure), code(&text), scope(std::move(around)) {
  for (Scope* outer = scope.get(); outer != nullptr && !owner; outer = outer->parent.get())
    owner = outer->closure;
}

Closure::Closure(Native native_code, Values held_values, int parameters)
    : Object(Kind::kClosure),
      native(std::move(native_code)),
      held(std::move(held_values)),
      arity(parameters) {}

void Closure::clear() {
  scope = Ref<Scope>();
  owner = Ref<Closure>();
  delegate = Value();
  native = nullptr;
  held.clear();
  curried.clear();
  curried_last.clear();
}

Script::Script(std::shared_ptr<const Unit> of_unit, const ClassInfo* as_class)
    : Object(Kind::kScript), unit(std::move(of_unit)), info(as_class) {
  for (const auto& method : unit->methods)
    methods_[*method->name].push_back(method.get());
}

void Script::clear() {
  fields.clear();
  binding = Ref<Map>();
}

const std::vector<const MethodDecl*>* Script::methods_named(const std::string& name) const {
  const auto found = methods_.find(name);
  return found == methods_.end() ? nullptr : &found->second;
}

}  // namespace runtask::groovy
