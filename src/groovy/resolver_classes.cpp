#include <algorithm>
#include <array>
#include <unordered_set>

#include "groovy/limits.h"
#include "groovy/resolver_walk.h"

// The rules of classes and of making their objects.

namespace runtask::groovy {

void Resolver::link() {
  for (auto& declaration : unit_.classes) {
    if (own_.at(*declaration->name) != &declaration->info)
      complain(declaration->name_range, "the class `" + *declaration->name + "` is declared twice");
    link_parent(*declaration);
    for (auto& interface : declaration->interfaces)
      link_interface(*declaration, interface);
  }
}

void Resolver::link_parent(ClassDecl& declaration) {
  declaration.info.super = &known_class(
      declaration.form == ClassForm::kScript ? "groovy.lang.Script" : "java.lang.Object");
  TypeName& type = declaration.parent;
  if (type.name.empty()) return;
  type.info = find_type(type.name);
  if (type.info == nullptr) return report_unknown(type);
  const ClassDecl* parent = type.info->declaration;
  const bool can_extend =
      parent != nullptr
          ? parent->form == ClassForm::kClass || parent->form == ClassForm::kAbstractClass
          : type.info->use == ClassUse::kThrowable || type.info->name == "java.lang.Object";
  if (can_extend && declaration.form != ClassForm::kEnum) {
    declaration.info.super = type.info;
    return;
  }
  if (parent == nullptr && declaration.form != ClassForm::kEnum) {
    refuse(type.range, "extending " + type.name + " is not supported",
           "keep one in a field, or extend Exception or a class of your own");
    return;
  }
  complain(type.range, "the class `" + *declaration.name + "` cannot extend " + type.name);
}

void Resolver::link_interface(ClassDecl& declaration, TypeName& type) {
  type.info = find_type(type.name);
  if (type.info == nullptr) return report_unknown(type);
  const ClassDecl* other = type.info->declaration;
  if (other != nullptr && other->form != ClassForm::kInterface)
    return complain(type.range, "you are not allowed to implement the class `" + type.name +
                                    "`, use extends instead");
  declaration.info.interfaces.push_back(type.info);
}

// Sets what a class inherits from its line: all interfaces, and whether it is an exception. Cuts a
// line that leads back to itself.
void Resolver::finish_line(ClassDecl& declaration) {
  ClassInfo& info = declaration.info;
  for (std::size_t i = 0; i < info.interfaces.size(); ++i)  // Grows as it goes.
    for (const ClassInfo* more : std::vector(info.interfaces[i]->interfaces))
      if (std::find(info.interfaces.begin(), info.interfaces.end(), more) == info.interfaces.end())
        info.interfaces.push_back(more);
  int length = 0;
  for (const ClassInfo* at = info.super; at != nullptr; at = at->super) {
    if (at->declaration == nullptr && at->use == ClassUse::kThrowable)
      info.use = ClassUse::kThrowable;
    if (at != &info && ++length < kInheritanceMax) continue;
    complain(declaration.name_range,
             at == &info
                 ? "cyclic inheritance involving " + *declaration.name
                 : "classes inherit more than " + std::to_string(kInheritanceMax) + " deep");
    info.super = &known_class("java.lang.Object");
    return;
  }
}

void Resolver::resolve_class(ClassDecl& declaration) {
  check_transforms(declaration);
  class_ = &declaration;
  note_static_names(declaration);
  type_parameters_ = declaration.type_parameters;
  resolve_type_arguments(declaration.parent);
  for (auto& interface : declaration.interfaces)
    resolve_type_arguments(interface);
  for (auto& constant : declaration.constants) {
    begin_function(true);
    resolve_arguments(constant.arguments);
  }
  for (auto& field : declaration.fields) {
    begin_function(field.is_static);
    resolve_type(field.variable.type);
    if (field.variable.value) resolve_expr(*field.variable.value);
  }
  for (auto& method : declaration.constructors) {
    constructor_ = method.get();
    resolve_method(*method);
    constructor_ = nullptr;
  }
  for (auto& method : declaration.methods)
    resolve_method(*method);
  is_static_ = false;
  is_cps_ = true;
  class_ = nullptr;
  static_names_.clear();
  type_parameters_.clear();
  find_duplicate_fields(declaration);
  find_duplicate_methods(declaration.methods);
  find_duplicate_methods(declaration.constructors);
  check_abstract_methods(declaration);
}

void Resolver::begin_function(bool is_static) {
  start_over();
  scopes_.back().is_function = true;
  is_static_ = is_static;
  is_cps_ = false;
}

// Annotations that make Groovy's compiler write methods.
void Resolver::check_transforms(const ClassDecl& declaration) {
  constexpr std::array kTransforms = {
      "ToString",  "EqualsAndHashCode", "Canonical", "TupleConstructor", "Immutable", "Builder",
      "Singleton", "Sortable",          "AutoClone", "Category",         "Newify",    "Mixin"};
  for (const auto& annotation : declaration.annotations)
    if (std::find(kTransforms.begin(), kTransforms.end(), annotation.name) != kTransforms.end())
      refuse(annotation.range, "@" + annotation.name + " is not supported",
             "write the methods that it would add");
}

void Resolver::find_duplicate_fields(const ClassDecl& declaration) {
  std::unordered_set<Name> seen;
  const auto check = [&](Name name, SourceRange range) {
    if (!seen.insert(name).second) complain(range, "the field `" + *name + "` is declared twice");
  };
  for (const auto& constant : declaration.constants)
    check(constant.name, constant.range);
  for (const auto& field : declaration.fields)
    check(field.variable.name, field.variable.range);
}

void Resolver::check_abstract_methods(const ClassDecl& declaration) {
  if (declaration.form != ClassForm::kClass) return;
  const auto key = [](const MethodDecl& method) {
    return *method.name + " " + std::to_string(method.parameters.size());
  };
  std::unordered_set<std::string> there;
  visit_line(&declaration.info, [&](const ClassDecl& one) {
    for (const auto& method : one.methods)
      if (!method->is_abstract) there.insert(key(*method));
  });
  visit_line(&declaration.info, [&](const ClassDecl& one) {
    for (const auto& method : one.methods)
      if (method->is_abstract && there.insert(key(*method)).second)
        complain(declaration.name_range, "the class `" + *declaration.name +
                                             "` must be abstract or have the method `" +
                                             *method->name + "`");
  });
}

void Resolver::note_static_names(const ClassDecl& declaration) {
  static_names_.clear();
  visit_line(&declaration.info, [&](const ClassDecl& one) {
    for (const auto& field : one.fields)
      if (field.is_static) static_names_.insert(*field.variable.name);
    for (const auto& constant : one.constants)
      static_names_.insert(*constant.name);
  });
}

// this(...) and super(...), which only begin a constructor.
void Resolver::check_constructor_call(const CallExpr& call) {
  if (constructor_ != nullptr && !constructor_->body.statements.empty()) {
    const auto* first = node_if<ExpressionStmt>(*constructor_->body.statements[0]);
    if (first != nullptr && first->expression.get() == &call) return;
  }
  complain(call.range, "a call of a constructor must be the first statement in a constructor");
}

// What a class's own text assigns to, or counts up.
void Resolver::check_final(const Expr& target) {
  if (class_ == nullptr || constructor_ != nullptr) return;
  Name name = nullptr;
  if (const auto* variable = node_if<NameExpr>(target); variable != nullptr && !variable->is_local)
    name = variable->name;
  if (const auto* property = node_if<PropertyExpr>(target))
    if (property->object->kind == ExprKind::kThis) name = property->name;
  if (name == nullptr) return;
  const bool is_final = std::any_of(
      class_->fields.begin(), class_->fields.end(),
      [&](const FieldDecl& field) { return field.is_final && field.variable.name == name; });
  if (!is_final) return;
  const auto message = "cannot modify the final field `" + *name + "` outside of a constructor";
  // Jenkins finds out when it is reached.
  is_cps_ ? refuse(target.range, message) : complain(target.range, message);
}

void Resolver::resolve_this(ThisExpr& node) {
  node.of = class_ != nullptr ? &class_->info : nullptr;
  node.in_closure = closures_ > 0;
  if (node.is_super && class_ == nullptr)
    refuse(node.range, "`super` is not supported outside a class");
}

namespace {

// What to use where a class of Java's cannot be made; empty if there is nothing to say.
std::string instead_of(std::string_view name) {
  if (name == "java.util.Properties") return "`readProperties(text: ...)` gives a map";
  // Those of the packages that live in memory only.
  constexpr std::array<std::string_view, 5> kInMemory = {
      "java.io.StringReader", "java.io.StringWriter", "java.io.ByteArrayInputStream",
      "java.io.ByteArrayOutputStream", "java.net.URI"};
  const bool is_of_machine = name.starts_with("java.io.") || name.starts_with("java.net.") ||
                             name.starts_with("groovy.util.Ant") ||
                             name.starts_with("groovy.lang.Groovy");
  return is_of_machine && std::find(kInMemory.begin(), kInMemory.end(), name) == kInMemory.end()
             ? "a script reaches the machine through steps only"
             : "";
}

}  // namespace

void Resolver::resolve_new(NewExpr& node) {
  resolve_type(node.type);
  resolve_arguments(node.arguments);
  for (const auto& size : node.array_sizes)
    resolve_optional(size);
  if (node.type.info == nullptr || !node.array_sizes.empty() || node.has_body) return;
  if (const ClassDecl* declaration = node.type.info->declaration) {
    if (declaration->form != ClassForm::kClass && declaration->form != ClassForm::kScript)
      complain(node.range, "you cannot create an instance of `" + node.type.name + "`",
               declaration->form == ClassForm::kEnum ? "name one of its constants" : "");
    return;
  }
  if (node.type.info->super == nullptr && node.type.info->name != "java.lang.Object")
    return complain(node.range, "you cannot create an instance of `" + node.type.name + "`",
                    "it is an interface");
  constexpr std::array kMakeable = {"Date",          "String",        "Integer",
                                    "Long",          "Double",        "Boolean",
                                    "BigDecimal",    "BigInteger",    "StringBuilder",
                                    "StringBuffer",  "ArrayList",     "LinkedList",
                                    "HashSet",       "LinkedHashSet", "HashMap",
                                    "LinkedHashMap", "JsonSlurper",   "JsonSlurperClassic",
                                    "JsonOutput",    "Object",        "SimpleDateFormat",
                                    "JsonBuilder",   "Random"};
  const bool can_make = node.type.info->use == ClassUse::kThrowable ||
                        std::find(kMakeable.begin(), kMakeable.end(),
                                  node.type.info->simple_name()) != kMakeable.end();
  if (!can_make)
    refuse(node.type.range, "`new " + node.type.name + "` is not supported",
           instead_of(node.type.info->name));
}

}  // namespace runtask::groovy
