#include <algorithm>
#include <array>

#include "groovy/classes.h"
#include "groovy/fiber.h"
#include "groovy/java_methods.h"
#include "groovy/methods.h"
#include "groovy/native_objects.h"
#include "groovy/overload.h"

// Calls: of closures, of the script's methods, of what values can do, of the host.

namespace runtask::groovy {

Fiber::Depth::Depth(Fiber& of_fiber) : fiber(of_fiber) {
  if (++fiber.calls_ > fiber.interpreter_.limits_.call_depth_max) {
    --fiber.calls_;
    fiber.abort(
        Code::kFull,
        "calls are nested deeper than " + std::to_string(fiber.interpreter_.limits_.call_depth_max),
        "is there a recursion that does not end?");
  }
}

// Named arguments become one map, in front.
Values Fiber::eval_arguments(const std::vector<Argument>& arguments, const Ref<Scope>& scope) {
  Values values;
  values.reserve(arguments.size());
  Ref<Map> named;
  for (const auto& argument : arguments) {
    if (argument.is_named) {
      if (!named) named = map();
      if (const auto* spread = node_if<SpreadExpr>(*argument.value)) {
        const Value other = eval(*spread->value, scope);
        if (!other.is(Kind::kMap)) abort(Code::kInvalid, "`*:` needs a map");
        const auto items = other.as<Map>().items();
        for (const auto& item : items)
          named->put(item.key, item.value);
        continue;
      }
      const Value key =
          argument.label_value ? eval(*argument.label_value, scope) : string(argument.label);
      named->put(key, eval(*argument.value, scope));
    } else if (const auto* spread = node_if<SpreadExpr>(*argument.value)) {
      for (auto& one : items_of(eval(*spread->value, scope)))
        values.push_back(std::move(one));
    } else {
      values.push_back(eval(*argument.value, scope));
    }
  }
  if (named) values.insert(values.begin(), named);
  return values;
}

namespace {

const std::string kRemoveElement = "removeElement";

// list.remove((Object) 3) means the member, list.remove(3) the place.
bool is_of_object(const CallExpr& call) {
  if (call.arguments.size() != 1 || call.arguments[0].is_named) return false;
  const auto* cast = node_if<CastExpr>(*call.arguments[0].value);
  return cast != nullptr && !cast->type.is_array && cast->type.info != nullptr &&
         cast->type.info->name == "java.lang.Object";
}

}  // namespace

Value Fiber::eval_call(const CallExpr& expr, const Ref<Scope>& scope) {
  step();
  if (expr.object && expr.calls_object) {
    const Value callable = eval(*expr.object, scope);
    Values arguments = eval_arguments(expr.arguments, scope);
    at(expr.range, *scope);
    return call_value(callable, arguments);
  }
  if (!expr.object) {
    const std::string& name = expr.name != nullptr ? *expr.name : std::string();
    const std::string computed = expr.name != nullptr ? "" : to_text(eval(*expr.computed, scope));
    Values arguments = eval_arguments(expr.arguments, scope);
    at(expr.range, *scope);
    if (expr.may_be_variable) {
      if (const Scope::Slot* slot = scope->find(expr.name)) {
        const Value callable = slot->value;
        return call_value(callable, arguments);
      }
    }
    return call_free(expr, expr.name != nullptr ? name : computed, arguments, scope);
  }
  const Value object = eval(*expr.object, scope);
  if (expr.is_safe && object.is_null()) return {};
  const std::string computed = expr.name != nullptr ? "" : to_text(eval(*expr.computed, scope));
  const std::string& name = expr.name != nullptr ? *expr.name : computed;
  Values arguments = eval_arguments(expr.arguments, scope);
  at(expr.range, *scope);
  if (const auto* self = node_if<ThisExpr>(*expr.object); self != nullptr && self->is_super)
    return call_super(*self, name, arguments, scope);
  if (!expr.is_spread)
    return call_method(
        object,
        name == "remove" && object.is(Kind::kList) && is_of_object(expr) ? kRemoveElement : name,
        arguments);
  if (object.is_null()) return {};
  Values results;
  iterate(object, [&](const Value& item) {
    step();
    Values own = arguments;
    results.push_back(item.is_null() ? Value() : call_method(item, name, own));
    return true;
  });
  return list(std::move(results));
}

namespace {

// Whose text the call is in, if it is a closure's: call(...) there is that closure itself.
Ref<Closure> closure_around(const Ref<Scope>& scope) {
  for (const Scope* at = scope.get(); at != nullptr; at = at->parent.get())
    if (at->closure && at->closure->code != nullptr) return at->closure;
  return {};
}

}  // namespace

// A call on nobody.
Value Fiber::call_free(const CallExpr& expr, const std::string& name, Values& arguments,
                       const Ref<Scope>& scope) {
  if (name == "call" || name == "doCall")
    if (const auto closure = closure_around(scope)) return call_closure(*closure, arguments);
  if (auto value = call_delegate(scope, name, arguments, true)) return *value;
  if (const Value self = scope->this_value(); !self.is(Kind::kScript))
    return call_own(expr, self, name, arguments, scope);
  const Ref<Script> script = scope->script;
  if (auto value = call_script_method(script, name, arguments)) return *value;
  if (auto value = call_imported(expr, arguments)) return *value;
  Value variable;
  if (const auto field = script->fields.find(name); field != script->fields.end())
    variable = field->second;
  else if (const Value* bound = script->binding->find(std::string_view(name)))
    variable = *bound;
  if (!variable.is_null()) return call_value(variable, arguments);
  Call call{*this, name, std::move(arguments), expr.range, script};
  if (auto outcome = host().call(call)) return unwrap(std::move(*outcome));
  arguments = std::move(call.arguments);
  at(expr.range, *scope);
  if (auto value = call_builtin(name, arguments)) return *value;
  if (auto value = call_delegate(scope, name, arguments, false)) return *value;
  // A global of the host that can be called, such as a script of a shared library.
  if (auto global = host().get(*this, name)) {
    const Value callable = unwrap(std::move(*global));
    if (callable.is_object()) return call_value(callable, arguments);
  }
  missing_method(script, name, arguments);
}

// A call on nobody in a class's text.
Value Fiber::call_own(const CallExpr& expr, const Value& self, const std::string& name,
                      Values& arguments, const Ref<Scope>& scope) {
  if (auto value = method_of_declared(self, name, arguments)) return *value;
  if (auto value = call_imported(expr, arguments)) return *value;
  if (auto value = call_builtin(name, arguments)) return *value;
  if (auto value = call_builtin_method(self, name, arguments)) return *value;
  refuse_unsupported(self, name, arguments);
  if (auto value = call_delegate(scope, name, arguments, false)) return *value;
  if (auto value = call_missing(self, name, arguments)) return *value;
  missing_method(self, name, arguments);
}

// What an `import static` brings.
std::optional<Value> Fiber::call_imported(const CallExpr& expr, Values& arguments) {
  if (expr.member == nullptr) return std::nullopt;
  return try_method(heap().make<ClassValue>(*expr.info), *expr.member, arguments);
}

std::optional<Value> Fiber::call_builtin_method(const Value& self, const std::string& name,
                                                Values& arguments) {
  MethodCall call{*this, self, name, arguments};
  return call_built_in(call);
}

std::optional<Value> Fiber::call_delegate(const Ref<Scope>& scope, const std::string& name,
                                          Values& arguments, bool first) {
  for (Scope* around = scope.get(); around != nullptr; around = around->parent.get()) {
    if (!around->closure || !around->closure->has_delegate) continue;
    const auto strategy = around->closure->strategy;
    const bool is_first = strategy == Resolve::kDelegateFirst || strategy == Resolve::kDelegateOnly;
    if (is_first != first || strategy == Resolve::kOwnerOnly) continue;
    const Value delegate = around->closure->delegate;
    if (delegate.is_null()) continue;
    if (auto value = try_method(delegate, name, arguments)) return value;
  }
  return std::nullopt;
}

bool Fiber::fits_closure(const std::vector<Parameter>& parameters, const Values& arguments) {
  int ways = 0;
  return overload_for(parameters, arguments, ways) && ways <= 1;
}

std::optional<Value> Fiber::call_script_method(const Ref<Script>& script, const std::string& name,
                                               Values& arguments) {
  const auto* methods = script->methods_named(name);
  if (methods == nullptr) return std::nullopt;
  Nearest nearest;
  for (const auto* method : *methods)
    nearest.offer(*method, arguments);
  if (nearest.method == nullptr && arguments.empty() && methods->size() == 1 &&
      (*methods)[0]->parameters.size() == 1) {
    arguments.emplace_back();  // f() of f(x) passes null, as Groovy does.
    nearest.offer(*(*methods)[0], arguments);
    if (nearest.method == nullptr) arguments.clear();
  }
  if (nearest.method == nullptr) return std::nullopt;
  if (nearest.is_ambiguous) throw_ambiguous(Value(script), name, arguments);
  return run_method(heap().make<Scope>(Ref<Scope>(), script), *nearest.method, arguments);
}

// In the outermost scope of the method, which has what `this` is.
Value Fiber::run_method(const Ref<Scope>& scope, const MethodDecl& method, Values& arguments) {
  const Depth depth(*this);
  bind(method.parameters, arguments, scope);
  (void)run_block(method.body, scope, false);
  Value result = std::move(result_);
  result_ = Value();
  if (method.type.name == "void") return {};
  if (method.type.info != nullptr && !result.is_null()) return cast(result, method.type, false);
  return result;
}

// REQUIRES: the arguments fit.
void Fiber::bind(const std::vector<Parameter>& parameters, Values& arguments,
                 const Ref<Scope>& scope) {
  Overload overload;
  int ways = 0;
  const bool is_plain =
      parameters.empty() || (!takes_rest(parameters.back()) && presets_of(parameters) == 0);
  if (!is_plain) overload = overload_for(parameters, arguments, ways).value_or(overload);
  auto next = arguments.begin();
  // Groovy makes a method of its own for each number of presets: it has no parameter but those that
  // it gets, and so none of the others is there for a preset.
  std::vector<const Parameter*> unset;
  for (const auto& parameter : parameters) {
    const bool is_preset = parameter.preset && overload.presets_given == 0;
    if (parameter.preset && !is_preset) --overload.presets_given;
    if (overload.has_rest && &parameter == &parameters.back()) {
      const auto rest = heap().make<List>(
          Values(next, arguments.end()),
          parameter.type.info != nullptr ? parameter.type.info : &known_class("java.lang.Object"));
      scope->declare(parameter.name, rest);
    } else if (is_preset) {
      unset.push_back(&parameter);
    } else {
      declare_parameter(parameter, next != arguments.end() ? *next++ : Value(), *scope);
    }
  }
  Values presets;
  for (const auto* parameter : unset)
    presets.push_back(eval(*parameter->preset, scope));
  for (std::size_t i = 0; i < unset.size(); ++i)
    declare_parameter(*unset[i], std::move(presets[i]), *scope);
}

void Fiber::declare_parameter(const Parameter& parameter, Value value, Scope& scope) {
  const bool is_typed = parameter.type.info != nullptr || parameter.type.is_array;
  if (is_typed && !value.is_null() && !parameter.is_variadic)
    value = cast(value, parameter.type, false);
  scope.declare(parameter.name, std::move(value), is_typed ? &parameter.type : nullptr);
}

int Fiber::arity_of(const Closure& closure) {
  if (closure.code == nullptr) return closure.arity;
  const int own = closure.code->has_arrow ? static_cast<int>(closure.code->parameters.size()) : 1;
  return std::max(0, own - static_cast<int>(closure.curried.size() + closure.curried_last.size()));
}

Value Fiber::call_closure(Closure& closure, Values& arguments) {
  const Depth depth(*this);
  const Ref<Closure> held(&closure);
  step();
  if (!closure.curried.empty())
    arguments.insert(arguments.begin(), closure.curried.begin(), closure.curried.end());
  arguments.insert(arguments.end(), closure.curried_last.begin(), closure.curried_last.end());
  if (closure.code == nullptr) return closure.native ? closure.native(*this, arguments) : Value();
  const ClosureExpr& code = *closure.code;
  const auto scope = heap().make<Scope>(closure.scope, closure.scope->script);
  scope->closure = held;
  if (!code.has_arrow) {
    if (arguments.size() > 1) throw_missing_method(Value(held), "call", arguments);
    scope->declare(code.it, arguments.empty() ? Value() : std::move(arguments[0]));
  } else if (code.parameters.size() == 1 && arguments.size() == 1 &&
             code.parameters[0].type.info == nullptr && !takes_rest(code.parameters[0])) {
    scope->declare(code.parameters[0].name, std::move(arguments[0]));
  } else {
    // One list for several parameters is taken apart.
    if (arguments.size() == 1 && code.parameters.size() > 1 && arguments[0].is(Kind::kList) &&
        !fits_closure(code.parameters, arguments)) {
      const Values parts = arguments[0].as<List>().items;
      arguments = parts;
    }
    if (arguments.empty() && code.parameters.size() == 1 && !code.parameters[0].preset &&
        !takes_rest(code.parameters[0]))
      arguments.emplace_back();
    if (!fits_closure(code.parameters, arguments))
      throw_missing_method(Value(held), "call", arguments);
    bind(code.parameters, arguments, scope);
  }
  (void)run_block(code.body, scope, false);
  return std::exchange(result_, Value());
}

Value Fiber::call1(const Value& callable, Value argument) {
  Values arguments;
  arguments.push_back(std::move(argument));
  return call_value(callable, arguments);
}

Value Fiber::call_value(const Value& callable, Values& arguments) {
  if (callable.is(Kind::kClosure)) {
    // The value may be dropped by what it does; the local copy keeps it.
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
    const Value held = callable;
    return call_closure(held.as<Closure>(), arguments);
  }
  if (callable.is_null())
    throw_new("java.lang.NullPointerException", "Cannot invoke method call() on null object");
  return call_method(callable, "call", arguments);
}

std::optional<Value> Fiber::call_builtin(const std::string& name, Values& arguments) {
  if (name == "println" || name == "print") {
    if (arguments.size() > 1) return std::nullopt;
    host().print(*this, arguments.empty() ? "" : to_text(arguments[0]), name == "println");
    return Value();
  }
  if (name == "getBinding" && arguments.empty())
    return Value(heap().make<ScriptBinding>(interpreter_.binding_));
  if (name == "printf" || name == "sprintf") {
    if (arguments.empty()) return std::nullopt;
    const Value text = string(printf_text(*this, arguments));
    if (name == "sprintf") return text;
    host().print(*this, text.text(), false);
    return Value();
  }
  return std::nullopt;
}

// The methods that Groovy gives to every object it gives to null too: what goes through members
// finds none.
std::optional<Value> Fiber::call_on_null(const std::string& name, Values& arguments) {
  constexpr std::array<std::string_view, 11> kIterations = {
      "collect",        "find",   "findAll",    "any",         "every",
      "grep",           "inject", "findResult", "findIndexOf", "findLastIndexOf",
      "findIndexValues"};
  const bool takes_closure = !arguments.empty() && arguments.back().is(Kind::kClosure);
  if (takes_closure && (name == "each" || name == "eachWithIndex")) return Value();
  if (takes_closure && std::find(kIterations.begin(), kIterations.end(), name) != kIterations.end())
    return call_method(list(), name, arguments);
  if (takes_closure && name == "with") return call1(arguments[0], Value());
  if (name == "equals" && arguments.size() == 1) return Value::of(arguments[0].is_null());
  if (name == "is" && arguments.size() == 1) return Value::of(arguments[0].is_null());
  if (name == "asType" && arguments.size() == 1) return Value();
  if (!arguments.empty()) return std::nullopt;
  if (name == "toString" || name == "inspect") return string("null");
  if (name == "asBoolean") return Value::of(false);
  if (name == "iterator") return Value(list());
  return std::nullopt;
}

Value Fiber::call_method(const Value& object, const std::string& name, Values& arguments) {
  if (object.is_null()) {
    if (auto value = call_on_null(name, arguments)) return *value;
    throw_new("java.lang.NullPointerException",
              "Cannot invoke method " + name + "() on null object");
  }
  if (auto value = try_method(object, name, arguments)) return *value;
  missing_method(object, name, arguments);
}

std::optional<Value> Fiber::try_method(const Value& receiver, const std::string& name,
                                       Values& arguments) {
  // Keeps it alive whatever the method does.
  const Value object = receiver;  // NOLINT(performance-unnecessary-copy-initialization)
  if (object.is_null()) return std::nullopt;
  if (object.is(Kind::kHost)) {
    if (auto outcome = object.as<HostObject>().call(*this, name, arguments))
      return unwrap(std::move(*outcome));
    // A property that can be called.
    if (auto property = object.as<HostObject>().get(*this, name)) {
      const Value callable = unwrap(std::move(*property));
      if (callable.is(Kind::kClosure)) return call_value(callable, arguments);
    }
  }
  if (object.is(Kind::kScript)) {
    const Ref<Script> script(&object.as<Script>());
    if (auto value = call_script_method(script, name, arguments)) return value;
    if (const Value* bound = script->binding->find(std::string_view(name)))
      if (bound->is(Kind::kClosure)) return call_value(*bound, arguments);
    Call call{*this, name, std::move(arguments), range_, script};
    if (auto outcome = host().call(call)) return unwrap(std::move(*outcome));
    arguments = std::move(call.arguments);
    if (auto value = call_builtin(name, arguments)) return value;
  }
  if (auto value = method_of_declared(object, name, arguments)) return value;
  if (object.is(Kind::kThrowable) && object.as<Throwable>().payload.is(Kind::kHost)) {
    const Value payload = object.as<Throwable>().payload;
    if (auto outcome = payload.as<HostObject>().call(*this, name, arguments))
      return unwrap(std::move(*outcome));
  }
  if (auto value = call_builtin_method(object, name, arguments)) return value;
  if (!object.is(Kind::kClass) && java_has_static_method(object, name, arguments))
    return call_method(heap().make<ClassValue>(*class_of(object)), name, arguments);
  refuse_unsupported(object, name, arguments);
  if (auto value = call_missing(object, name, arguments)) return value;
  if (object.is(Kind::kMap)) {
    if (const Value* member = object.as<Map>().find(std::string_view(name)))
      if (member->is(Kind::kClosure)) return call_value(*member, arguments);
  }
  return std::nullopt;
}

}  // namespace runtask::groovy
