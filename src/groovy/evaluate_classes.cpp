#include <algorithm>

#include "groovy/classes.h"
#include "groovy/declared_class.h"
#include "groovy/fiber.h"
#include "groovy/overload.h"

// Objects of classes that the text declares: how they are made, their properties and methods.

namespace runtask::groovy {
namespace {

const ClassInfo* declared(const ClassInfo* info) {
  return info != nullptr && info->declaration != nullptr ? info : nullptr;
}

// The class of an object, or the class itself when it is one. Null if the text has no such class.
const ClassInfo* declared_class_of(const Value& self) {
  switch (self.kind()) {
    case Kind::kInstance:
      return declared(&self.as<Instance>().info);
    case Kind::kThrowable:
      return declared(&self.as<Throwable>().info);
    case Kind::kClass:
      return declared(&self.as<ClassValue>().info);
    default:
      return nullptr;
  }
}

Values& fields_of(const Value& self) {
  return self.is(Kind::kThrowable) ? self.as<Throwable>().fields : self.as<Instance>().fields;
}

const CallExpr* constructor_call(const MethodDecl& constructor) {
  if (constructor.body.statements.empty()) return nullptr;
  const auto* first = node_if<ExpressionStmt>(*constructor.body.statements[0]);
  const auto* call = first != nullptr ? node_if<CallExpr>(*first->expression) : nullptr;
  return call != nullptr && call->calls_object && call->object->kind == ExprKind::kThis ? call
                                                                                        : nullptr;
}

// "getName" with "get" is "name"; empty if it is no such method.
std::string property_behind(const std::string& method, std::string_view prefix) {
  if (!method.starts_with(prefix) || method.size() == prefix.size()) return {};
  std::string name = method.substr(prefix.size());
  if (name[0] < 'A' || name[0] > 'Z') return {};
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name;
}

Nearest choose_constructor(const ClassDecl& declaration, const Values& arguments) {
  Nearest nearest;
  for (const auto& constructor : declaration.constructors)
    nearest.offer(*constructor, arguments);
  return nearest;
}

Value preset_of(const TypeName& type) {
  if (!is_primitive(type.name) || type.is_array) return {};
  return type.name == "boolean" ? Value::of(false) : Value::integer(0);
}

}  // namespace

DeclaredClass& Fiber::class_state(const ClassInfo& info) {
  auto& known = interpreter_.classes_[&info];
  if (known) return *known;
  if (info.use == ClassUse::kName)
    abort(Code::kInvalid, "the class " + info.name + " cannot be used: its file has mistakes");
  DeclaredClass* parent = declared(info.super) != nullptr ? &class_state(*info.super) : nullptr;
  const auto script = heap().make<Script>(unit_of(info));
  script->binding = map();
  known = std::make_unique<DeclaredClass>(info, parent, script);  // Its statics may ask for it.
  DeclaredClass& state = *known;
  const auto scope = class_scope(state, heap().make<ClassValue>(info));
  std::int32_t ordinal = 0;
  for (const auto& constant : info.declaration->constants) {
    const auto object = heap().make<Instance>(info);
    object->constant = *constant.name;
    object->ordinal = ordinal++;
    state.constants[*constant.name] = object;
    Values arguments = eval_arguments(constant.arguments, scope);
    at(constant.range, *scope);
    fill(object, state, arguments);
  }
  for (const auto& field : info.declaration->fields) {
    if (!field.is_static) continue;
    at(field.variable.range, *scope);
    Value value =
        field.variable.value ? eval(*field.variable.value, scope) : preset_of(field.variable.type);
    state.statics[state.static_fields.at(*field.variable.name).index] =
        cast(value, field.variable.type, false);
  }
  return state;
}

Ref<Scope> Fiber::class_scope(const DeclaredClass& of, Value self) {
  auto scope = heap().make<Scope>(Ref<Scope>(), of.script);
  scope->self = std::move(self);
  return scope;
}

// ---- Making objects

// The tree that names a class outlives the build's objects, which the interpreter sees to.
std::shared_ptr<const Unit> Fiber::unit_of(const ClassInfo& info) {
  return {std::shared_ptr<void>(), info.declaration->unit};
}

Value Fiber::make_script(const ClassInfo& info) {
  const auto script = heap().make<Script>(unit_of(info), &info);
  script->binding = interpreter_.binding_;
  compute_fields(script, heap().make<Scope>(Ref<Scope>(), script));
  return script;
}

Value Fiber::construct_declared(const ClassInfo& info, Values& arguments) {
  if (info.declaration->form == ClassForm::kScript) {
    if (!arguments.empty()) no_constructor(info, arguments);
    return make_script(info);
  }
  DeclaredClass& state = class_state(info);
  Value object = info.use == ClassUse::kThrowable
                     ? Value(heap().make<Throwable>(info, Value(), Value()))
                     : Value(heap().make<Instance>(info));
  fill(object, state, arguments);
  return object;
}

// Runs the constructor for the arguments, or sets the properties that one map names.
void Fiber::fill(const Value& object, DeclaredClass& state, Values& arguments) {
  Values& fields = fields_of(object);
  fields.resize(state.field_count);
  for (const auto& [name, place] : state.fields)
    fields[place.index] = preset_of(place.field->variable.type);
  object.object()->charge(sizeof(Instance) + fields.size() * sizeof(Value));
  const bool names_all = arguments.size() == 1 && arguments[0].is(Kind::kMap) &&
                         choose_constructor(state.declaration, arguments).method == nullptr;
  if (!names_all) return run_constructor(object, state, arguments);
  Values none;
  run_constructor(object, state, none);
  const auto items = arguments[0].as<Map>().items();
  for (const auto& item : items)
    set_property(object, to_text(item.key), item.value);
}

void Fiber::run_constructor(const Value& object, DeclaredClass& state, Values& arguments) {
  const Depth depth(*this);
  const ClassDecl& declaration = state.declaration;
  const Nearest nearest = choose_constructor(declaration, arguments);
  if (nearest.is_ambiguous) throw_ambiguous(object, "<init>", arguments);
  const MethodDecl* constructor = nearest.method;
  const bool passes_on =
      constructor == nullptr && declaration.has_annotation("InheritConstructors");
  const bool is_plain = declaration.constructors.empty() && arguments.empty();
  if (constructor == nullptr && !is_plain && !passes_on)
    no_constructor(declaration.info, arguments);
  const auto scope = class_scope(state, object);
  const CallExpr* call = nullptr;
  if (constructor != nullptr) {
    bind(constructor->parameters, arguments, scope);
    call = constructor_call(*constructor);
  }
  Values passed = passes_on ? arguments : Values();
  if (call != nullptr) passed = eval_arguments(call->arguments, scope);
  const bool calls_itself =
      call != nullptr && !static_cast<const ThisExpr&>(*call->object).is_super;
  if (calls_itself) {
    run_constructor(object, state, passed);
  } else {
    if (state.parent != nullptr)
      run_constructor(object, *state.parent, passed);
    else if (object.is(Kind::kThrowable))
      set_message(object.as<Throwable>(), passed);
    else if (!passed.empty())
      no_constructor(*declaration.info.super, passed);
    set_first_values(object, state);
  }
  if (constructor == nullptr) return;
  const auto& statements = constructor->body.statements;
  for (std::size_t i = call != nullptr ? 1 : 0; i < statements.size(); ++i)
    if (run_stmt(*statements[i], scope) != Flow::kNormal) break;
  result_ = Value();
}

void Fiber::set_first_values(const Value& object, const DeclaredClass& state) {
  const auto scope = class_scope(state, object);
  for (const auto& field : state.declaration.fields) {
    if (field.is_static) continue;
    at(field.variable.range, *scope);
    Value value =
        field.variable.value ? eval(*field.variable.value, scope) : preset_of(field.variable.type);
    fields_of(object)[state.fields.at(*field.variable.name).index] =
        value.is_null() ? value : cast(value, field.variable.type, false);
  }
}

// ---- Methods

// A method of the class or of its parents; of a class, its static ones.
std::optional<Value> Fiber::call_declared(const Value& self, const ClassInfo& from,
                                          const std::string& name, Values& arguments) {
  const bool only_static = self.is(Kind::kClass);
  const DeclaredClass* owner = nullptr;
  Nearest nearest;
  const auto look = [&] {
    std::size_t count = 0;
    for (DeclaredClass* state = &class_state(from); state != nullptr; state = state->parent) {
      const auto found = state->methods.find(name);
      if (found == state->methods.end()) continue;
      for (const MethodDecl* method : found->second) {
        if (only_static && !method->is_static) continue;
        ++count;
        if (nearest.offer(*method, arguments)) owner = state;
      }
    }
    return count;
  };
  if (look() == 1 && nearest.method == nullptr && arguments.empty()) {
    arguments.emplace_back();  // f() of f(x) passes null, as Groovy does.
    (void)look();
    if (nearest.method == nullptr) arguments.clear();
  }
  if (nearest.method == nullptr) return std::nullopt;
  if (nearest.is_ambiguous) throw_ambiguous(self, name, arguments);
  const MethodDecl& best = *nearest.method;
  const Value receiver =
      best.is_static ? Value(heap().make<ClassValue>(owner->declaration.info)) : self;
  return run_method(class_scope(*owner, receiver), best, arguments);
}

std::optional<Value> Fiber::ask(const Value& self, const std::string& name) {
  const ClassInfo* info = declared_class_of(self);
  Values none;
  return info != nullptr ? call_declared(self, *info, name, none) : std::nullopt;
}

std::optional<Value> Fiber::ask(const Value& self, const std::string& name, const Value& argument) {
  const ClassInfo* info = declared_class_of(self);
  Values arguments{argument};
  return info != nullptr ? call_declared(self, *info, name, arguments) : std::nullopt;
}

// What `self.name(arguments)` is, for an object of a declared class or such a class.
std::optional<Value> Fiber::method_of_declared(const Value& self, const std::string& name,
                                               Values& arguments) {
  const ClassInfo* info = declared_class_of(self);
  if (info == nullptr) return std::nullopt;
  if (auto value = call_declared(self, *info, name, arguments)) return value;
  if (info->declaration->form == ClassForm::kEnum)
    if (auto value = method_of_enum(self, *info, name, arguments)) return value;
  if (auto value = call_accessor(self, name, arguments)) return value;
  if (const Value* field = find_field(self, name); field != nullptr && field->is(Kind::kClosure))
    return call_value(Value(*field), arguments);
  return std::nullopt;
}

std::optional<Value> Fiber::method_of_enum(const Value& self, const ClassInfo& info,
                                           const std::string& name, const Values& arguments) {
  if (name == "valueOf" && arguments.size() == 1) return constant_of(info, to_text(arguments[0]));
  if (!arguments.empty()) return std::nullopt;
  if (name == "values") {
    Values constants;
    const auto& known = class_state(info).constants;  // Not all, while the first are being made.
    for (const auto& constant : info.declaration->constants)
      if (const auto found = known.find(*constant.name); found != known.end())
        constants.push_back(found->second);
    return Value(heap().make<List>(std::move(constants), &info));
  }
  if (self.is(Kind::kClass)) return std::nullopt;
  if (name == "name") return string(self.as<Instance>().constant);
  if (name == "ordinal") return Value::integer(self.as<Instance>().ordinal);
  return std::nullopt;
}

// The last resort of a call: the class's methodMissing.
std::optional<Value> Fiber::call_missing(const Value& self, const std::string& name,
                                         Values& arguments) {
  const ClassInfo* info = declared_class_of(self);
  if (info == nullptr || self.is(Kind::kClass)) return std::nullopt;
  Values both{string(name), list(arguments)};
  if (auto value = call_declared(self, *info, "methodMissing", both)) return value;
  return call_declared(self, *info, "invokeMethod", both);
}

Value Fiber::constant_of(const ClassInfo& info, const std::string& name) {
  const auto& constants = class_state(info).constants;
  const auto found = constants.find(name);
  if (found == constants.end())
    throw_new("java.lang.IllegalArgumentException", "No enum constant " + info.name + "." + name);
  return found->second;
}

// getName(), isName() and setName(value) of the property `name`, which Groovy writes itself.
std::optional<Value> Fiber::call_accessor(const Value& self, const std::string& method,
                                          Values& arguments) {
  const auto is_property = [&](const std::string& name) {
    const auto* field = name.empty() ? nullptr : field_named(self, name);
    return field != nullptr && field->is_property;
  };
  if (arguments.empty()) {
    for (const std::string_view prefix : {"get", "is"})
      if (const auto name = property_behind(method, prefix); is_property(name))
        return *find_field(self, name);
    return std::nullopt;
  }
  const auto name = property_behind(method, "set");
  if (arguments.size() != 1 || !is_property(name)) return std::nullopt;
  set_field(self, name, arguments[0]);
  return Value();
}

Value Fiber::methods_named(const Value& self, const std::string& name) {
  Values found;
  const auto note = [&](std::size_t count) { found.resize(found.size() + count, string(name)); };
  if (self.is(Kind::kScript)) {
    if (const auto* methods = self.as<Script>().methods_named(name)) note(methods->size());
  } else if (const ClassInfo* info = declared_class_of(self)) {
    for (DeclaredClass* state = &class_state(*info); state != nullptr; state = state->parent)
      if (const auto own = state->methods.find(name); own != state->methods.end())
        note(own->second.size());
  } else {
    abort(Code::kInvalid, "respondsTo() of a " + class_name_of(self) + " is not supported");
  }
  return list(std::move(found));
}

// ---- Fields and properties

const FieldDecl* Fiber::field_named(const Value& self, const std::string& name) {
  const ClassInfo* info = declared_class_of(self);
  if (info == nullptr) return nullptr;
  DeclaredClass* state = &class_state(*info);
  if (!self.is(Kind::kClass))
    if (const auto found = state->fields.find(name); found != state->fields.end())
      return found->second.field;
  for (; state != nullptr; state = state->parent)
    if (const auto found = state->static_fields.find(name); found != state->static_fields.end())
      return found->second.field;
  return nullptr;
}

// Null if there is none.
Value* Fiber::find_field(const Value& self, const std::string& name) {
  const ClassInfo* info = declared_class_of(self);
  if (info == nullptr) return nullptr;
  DeclaredClass* state = &class_state(*info);
  if (!self.is(Kind::kClass))
    if (const auto found = state->fields.find(name); found != state->fields.end())
      return &fields_of(self)[found->second.index];
  for (; state != nullptr; state = state->parent) {
    if (const auto found = state->static_fields.find(name); found != state->static_fields.end())
      return &state->statics[found->second.index];
    for (const ClassInfo* interface : state->declaration.info.interfaces) {
      if (declared(interface) == nullptr) continue;
      DeclaredClass& other = class_state(*interface);
      if (const auto found = other.static_fields.find(name); found != other.static_fields.end())
        return &other.statics[found->second.index];
    }
  }
  return nullptr;
}

void Fiber::set_field(const Value& self, const std::string& name, Value value) {
  const FieldDecl* field = field_named(self, name);
  if (field != nullptr && !(value.is_null() && !is_primitive(field->variable.type.name)))
    value = cast(value, field->variable.type, false);
  *find_field(self, name) = std::move(value);
}

// A property as others see it, through its accessor; `from_inside` as the class's own text does.
std::optional<Value> Fiber::property_of_declared(const Value& self, const std::string& name,
                                                 bool from_inside) {
  const ClassInfo* info = declared_class_of(self);
  if (info == nullptr) return std::nullopt;
  if (from_inside)
    if (const Value* field = find_field(self, name)) return *field;
  Values none;
  for (const std::string_view prefix : {"get", "is"})
    if (auto value = call_declared(self, *info, accessor(prefix, name), none)) return value;
  if (const Value* field = find_field(self, name)) return *field;
  const auto& constants = class_state(*info).constants;
  if (const auto found = constants.find(name); found != constants.end()) return found->second;
  if (name == "class" && !self.is(Kind::kClass)) return Value(heap().make<ClassValue>(*info));
  if (self.is(Kind::kInstance)) {
    Values wanted{string(name)};
    if (auto value = call_declared(self, *info, "propertyMissing", wanted)) return value;
  }
  return std::nullopt;
}

bool Fiber::set_declared_property(const Value& self, const std::string& name, Value value,
                                  bool from_inside) {
  const ClassInfo* info = declared_class_of(self);
  if (info == nullptr) return false;
  const FieldDecl* field = field_named(self, name);
  if (from_inside && field != nullptr) {
    set_field(self, name, std::move(value));
    return true;
  }
  Values arguments{value};
  if (call_declared(self, *info, accessor("set", name), arguments)) return true;
  if (field != nullptr) {
    if (field->is_final)
      throw_new("groovy.lang.ReadOnlyPropertyException",
                "Cannot set readonly property: " + name + " for class: " + info->name);
    set_field(self, name, std::move(value));
    return true;
  }
  Values both{string(name), std::move(value)};
  return self.is(Kind::kInstance) &&
         call_declared(self, *info, "propertyMissing", both).has_value();
}

// ---- super

Value Fiber::call_super(const ThisExpr& expr, const std::string& name, Values& arguments,
                        const Ref<Scope>& scope) {
  const Value self = scope->this_value();
  const ClassInfo* parent = expr.of->super;
  if (declared(parent) != nullptr) {
    if (auto value = call_declared(self, *parent, name, arguments)) return *value;
  }
  if (name == "toString" && arguments.empty() && !self.is(Kind::kThrowable))
    return string(plain_name_of(self));
  if (name == "equals" && arguments.size() == 1)
    return Value::of(arguments[0].is_object() && arguments[0].object() == self.object());
  if (auto value = call_builtin_method(self, name, arguments)) return *value;
  missing_method(self, name, arguments);
}

// What Java's Object.toString() says; the number is another one.
std::string Fiber::plain_name_of(const Value& self) {
  if (self.is(Kind::kInstance) && self.as<Instance>().ordinal >= 0)
    return self.as<Instance>().constant;
  constexpr std::string_view kDigits = "0123456789abcdef";
  auto number = std::hash<const void*>()(self.object()) & 0xFFFFFFFFU;
  std::string text;
  for (; number > 0; number /= kDigits.size())
    text.insert(text.begin(), kDigits[number % kDigits.size()]);
  return class_name_of(self) + "@" + text;
}

}  // namespace runtask::groovy
