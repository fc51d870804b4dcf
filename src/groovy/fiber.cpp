#include "groovy/fiber.h"

#include <algorithm>

#include "groovy/classes.h"
#include "groovy/java_methods.h"
#include "groovy/json_object.h"

namespace runtask::groovy {

Fiber::Fiber(Interpreter& interpreter)
    : interpreter_(interpreter),
      stack_begin_(reinterpret_cast<std::size_t>(__builtin_frame_address(0))),
      next_check_(interpreter.steps_ + kStepsPerCheck) {
  next_check_ = std::min(next_check_, interpreter.limits_.steps_max + 1);
}

// Runs the body and turns what it throws into the error of the outcome.
template <class Body>
Outcome Fiber::guarded(Body&& body) {
  const int calls = calls_;
  const Value result = std::exchange(result_, Value());
  const auto restore = [&] {
    calls_ = calls;
    result_ = result;
  };
  try {
    Value value = body();
    restore();
    return value;
  } catch (const Thrown& thrown) {
    restore();
    return tl::unexpected<Raised>(Raised{thrown.throwable, std::nullopt});
  } catch (const Aborted& aborted) {
    restore();
    return tl::unexpected<Raised>(Raised{{}, aborted.error});
  }
}

// Those marked @Field.
void Fiber::compute_fields(const Ref<Script>& script, const Ref<Scope>& scope) {
  for (const auto& statement : script->unit->body.statements) {
    const auto* declaration = node_if<DeclarationStmt>(*statement);
    if (declaration == nullptr || !declaration->is_field) continue;
    for (const auto& variable : declaration->variables) {
      at(variable.range, *scope);
      Value value = variable.value ? eval(*variable.value, scope) : Value();
      if (variable.type.info != nullptr && !value.is_null())
        value = cast(value, variable.type, false);
      script->fields[*variable.name] = std::move(value);
    }
  }
}

Outcome Fiber::run(const Ref<Script>& script) {
  return guarded([&] {
    const auto scope = heap().make<Scope>(Ref<Scope>(), script);
    compute_fields(script, scope);
    (void)run_block(script->unit->body, scope, false);
    return std::exchange(result_, Value());
  });
}

Outcome Fiber::invoke(const Value& callable, Values arguments) {
  return guarded([&] { return call_value(callable, arguments); });
}

Outcome Fiber::invoke_method(const Value& object, const std::string& name, Values arguments) {
  return guarded([&] { return call_method(object, name, arguments); });
}

Outcome Fiber::evaluate(const Expr& expr, const Ref<Scope>& scope) {
  return guarded([&] {
    at(expr.range, *scope);
    return eval(expr, scope);
  });
}

Outcome Fiber::execute(const Block& block, const Ref<Scope>& scope) {
  return guarded([&] {
    const auto inner = heap().make<Scope>(scope, scope->script);
    (void)run_block(block, inner, false);
    return std::exchange(result_, Value());
  });
}

Ref<Scope> Fiber::inner_scope(const Ref<Scope>& scope) {
  return heap().make<Scope>(scope, scope->script);
}

Ref<Scope> Fiber::scope_with_delegate(const Ref<Scope>& scope, Value delegate) {
  auto inner = heap().make<Scope>(scope, scope->script);
  const auto closure = heap().make<Closure>(Closure::Native(), Values(), -1);
  closure->scope = scope;
  closure->delegate = std::move(delegate);
  closure->has_delegate = true;
  closure->strategy = Resolve::kDelegateFirst;
  inner->closure = closure;
  return inner;
}

Ref<Scope> Fiber::script_scope(const Ref<Script>& script) {
  return heap().make<Scope>(Ref<Scope>(), script);
}

tl::expected<std::string, Raised> Fiber::text(const Value& value) {
  auto outcome = guarded([&] { return string(to_text(value)); });
  if (!outcome) return tl::unexpected<Raised>(outcome.error());
  return outcome->text();
}

Outcome Fiber::without_gstrings(const Value& value) {
  return guarded([&] { return deep_plain(value); });
}

tl::expected<bool, Raised> Fiber::truth(const Value& value) {
  auto outcome = guarded([&] { return Value::of(is_true(value)); });
  if (!outcome) return tl::unexpected<Raised>(outcome.error());
  return outcome->truth();
}

tl::expected<std::int64_t, Raised> Fiber::whole(const Value& number) {
  auto outcome =
      guarded([&] { return cast_to_number(number, known_class("java.lang.Long"), false); });
  if (!outcome) return tl::unexpected<Raised>(outcome.error());
  return outcome->number();
}

tl::expected<bool, Raised> Fiber::equal(const Value& a, const Value& b) {
  auto outcome = guarded([&] { return Value::of(equals(a, b)); });
  if (!outcome) return tl::unexpected<Raised>(outcome.error());
  return outcome->truth();
}

Outcome Fiber::read_json(const std::string& text) {
  return guarded([&] { return read_json_object(*this, text); });
}

Outcome Fiber::without_json_classes(const Value& value) {
  return guarded([&] { return without_json(*this, value); });
}

tl::expected<std::string, Raised> Fiber::json(const Value& value, int indent_by) {
  auto outcome = guarded([&] { return string(json_object_text(*this, value, indent_by)); });
  if (!outcome) return tl::unexpected<Raised>(outcome.error());
  return outcome->text();
}

// A host's text may be of any size, and none of the host's calls throws: what is too long is found
// when the script next touches the heap.
Value Fiber::text_value(std::string text) {
  return guarded([&] { return string(std::move(text)); }).value_or(Value());
}

Value Fiber::string(std::string text) {
  if (text.size() > interpreter_.limits_.text_bytes_max)
    abort(Code::kFull, "a string became longer than " +
                           std::to_string(interpreter_.limits_.text_bytes_max >> 20U) + " MiB");
  const std::size_t size = text.size();
  auto value = heap().make<String>(std::move(text));
  if (size > sizeof(String)) value->charge(size + sizeof(String));
  return value;
}

Value Fiber::character(std::string letter) {
  return heap().make<String>(std::move(letter), true);
}

Ref<List> Fiber::list(Values items) {
  auto value = heap().make<List>(std::move(items));
  value->changed();
  return value;
}

Ref<Map> Fiber::map() {
  return heap().make<Map>();
}

Value Fiber::json_null() {
  if (interpreter_.json_null_.is_null()) interpreter_.json_null_ = heap().make<JsonNull>();
  return interpreter_.json_null_;
}

Value Fiber::exception(std::string_view class_name, const std::string& message) {
  const ClassInfo* info = find_class(class_name);
  if (info == nullptr || info->use != ClassUse::kThrowable)
    info = &known_class("java.lang.Exception");
  const auto throwable = heap().make<Throwable>(
      *info, message.empty() ? Value() : Value(heap().make<String>(message)), Value());
  throwable->where = place();
  return throwable;
}

tl::unexpected<Raised> Fiber::raise(std::string_view class_name, const std::string& message) {
  return raise(exception(class_name, message));
}

tl::unexpected<Raised> Fiber::raise(const Value& throwable) {
  return tl::unexpected<Raised>(Raised{Ref<Throwable>(&throwable.as<Throwable>()), std::nullopt});
}

std::string Fiber::place() const {
  if (unit_ == nullptr) return {};
  const auto position = position_of(unit_->source, range_.begin);
  return unit_->source_name + ":" + std::to_string(position.line) + ":" +
         std::to_string(position.column);
}

// ---- Errors

void Fiber::throw_new(std::string_view class_name, const std::string& message) {
  throw Thrown{Ref<Throwable>(&exception(class_name, message).as<Throwable>())};
}

void Fiber::throw_value(const Value& value) {
  if (!value.is(Kind::kThrowable)) {
    if (value.is_null()) throw_new("java.lang.NullPointerException", "Cannot throw null");
    throw_new("org.codehaus.groovy.runtime.typehandling.GroovyCastException",
              "Cannot cast object '" + to_text(value) + "' with class '" + class_name_of(value) +
                  "' to class 'java.lang.Throwable'");
  }
  if (value.as<Throwable>().where.empty()) value.as<Throwable>().where = place();
  throw Thrown{Ref<Throwable>(&value.as<Throwable>())};
}

namespace {

// Whose method or property is missing, for messages.
std::string owner_name(const Value& object, std::string_view before_class) {
  if (object.is(Kind::kScript)) return "WorkflowScript";
  if (object.is(Kind::kClass)) return std::string(before_class) + object.as<ClassValue>().info.name;
  return class_name_of(object);
}

std::string types_of(const Values& arguments) {
  std::string types;
  for (const auto& argument : arguments)
    types += (types.empty() ? "" : ", ") + class_name_of(argument);
  return types;
}

}  // namespace

void Fiber::refuse_unsupported(const Value& object, const std::string& name,
                               const Values& arguments) {
  if (!java_has_method(object, name, arguments)) return;
  const bool has_null = std::any_of(arguments.begin(), arguments.end(),
                                    [](const Value& one) { return one.is_null(); });
  const bool is_for_text = object.is_text() || object.is(Kind::kBuilder);
  if (has_null && is_for_text) throw_new("java.lang.NullPointerException", "");
  if (has_null) return;  // Groovy takes it for ambiguous where it knows of no other way to fail.
  abort(Code::kInvalid,
        owner_name(object, "") + "." + name + "(" + types_of(arguments) + ") is not supported",
        "Groovy has this method, runtask does not");
}

void Fiber::missing_method(const Value& object, const std::string& name, const Values& arguments) {
  refuse_unsupported(object, name, arguments);
  throw_missing_method(object, name, arguments);
}

void Fiber::throw_missing_method(const Value& object, const std::string& name,
                                 const Values& arguments) {
  std::string values;
  constexpr std::size_t kShownMax = 1000;
  for (const auto& argument : arguments) {
    values += (values.empty() ? "" : ", ") + to_text(argument);
    if (values.size() > kShownMax) values = values.substr(0, kShownMax) + "...";
  }
  const Value missing = exception("groovy.lang.MissingMethodException",
                                  "No signature of method: " + owner_name(object, "static ") + "." +
                                      name + "() is applicable for argument types: (" +
                                      types_of(arguments) + ") values: [" + values + "]");
  missing.as<Throwable>().payload = string(name);
  throw_value(missing);
}

void Fiber::throw_ambiguous(const Value& object, const std::string& name, const Values& arguments) {
  throw_new("groovy.lang.GroovyRuntimeException",
            "Ambiguous method overloading for method " + owner_name(object, "") + "#" + name +
                ".\nCannot resolve which method to invoke for [" + types_of(arguments) +
                "] due to overlapping prototypes");
}

void Fiber::missing_property(const Value& object, const std::string& name) {
  if (java_has_constant(object, name))
    abort(Code::kInvalid, owner_name(object, "") + "." + name + " is not supported",
          "Groovy has this constant, runtask does not");
  const Value missing =
      exception("groovy.lang.MissingPropertyException",
                "No such property: " + name + " for class: " + owner_name(object, ""));
  missing.as<Throwable>().payload = string(name);
  throw_value(missing);
}

void Fiber::abort(Code code, std::string message, std::string hint) {
  Error error{code, std::move(message), {}, std::move(hint)};
  if (const std::string where = place(); !where.empty()) error.context.push_back("at " + where);
  throw Aborted{std::move(error)};
}

Value Fiber::unwrap(Outcome outcome) {
  if (outcome) return *std::move(outcome);
  if (outcome.error().abort) throw Aborted{*outcome.error().abort};
  if (outcome.error().throwable && outcome.error().throwable->where.empty())
    outcome.error().throwable->where = place();
  if (outcome.error().throwable) throw Thrown{outcome.error().throwable};
  throw Aborted{{Code::kCancelled, "the script was stopped", {}, {}}};
}

}  // namespace runtask::groovy
